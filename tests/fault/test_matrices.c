/* device: each
 * Every allocation of matrices made of a few numbers and of functions of matrices failing in turn,
 * once and from then on. A run that reports success must have made the same numbers as the first.
 */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_matrices, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_matrices, name, __VA_ARGS__)

static cx_array *pair(void)
{
    double v[18];
    for (int i = 0; i < 18; i++) v[i] = ((i * 7 + 3) % 11 - 4.5) * (i < 9 ? 0.1 : 1);
    for (int i = 0; i < 3; i++) v[4 * i] += 3, v[9 + 4 * i] += 20;
    return test_copy_host(v, CX_SHAPE(2, 3, 3), CX_F64);
}

SCENARIO(matrices, {
    const cx_array *const a = pair(), *const v = cx_select(cx_select(a, 0, 0), 0, 0);
    fault_add(cx_linalg_toeplitz(cx_select(a, 0, 0), v));
    fault_add(cx_linalg_circulant(v));
    fault_add(cx_linalg_hankel(v, NULL));
    fault_add(cx_linalg_invhilbert(4, test_device(), CX_OPTS(cx_invhilbert_opts, .exact = true)));
    fault_add(cx_linalg_block_diag(CX_ARRAYS(a, v)));
    fault_add(cx_linalg_khatri_rao(a, cx_select(a, 0, 1)));
    fault_add(cx_linalg_companion(v));
})

SCENARIO(functions, {
    const cx_array *const a = pair();
    fault_add(cx_linalg_expm(cx_mul(a, cx_float(3))));
})

SCENARIO(bases, {
    const cx_array *const a = pair();
    const cx_polar p = cx_linalg_polar(a, NULL);
    fault_add(p.u);
    fault_add(p.p);
    fault_add(cx_linalg_orth(a, NULL));
    fault_add(cx_linalg_null_space(cx_slice(a, 1, 0, 2, 1), NULL));
    fault_add(cx_linalg_pinvh(a, NULL));
})

SCENARIO(known_structure, {
    const cx_array *const a = cx_select(pair(), 0, 1);
    const cx_array *const b = cx_select(pair(), 0, 0);
    fault_add(cx_linalg_solve_with(a, b, CX_OPTS(cx_solve_opts, .assume_a = "sym")));
    fault_add(cx_linalg_solve_with(a, b, CX_OPTS(cx_solve_opts, .assume_a = "tridiagonal")));
    fault_add(cx_linalg_solve_with(a, b, CX_OPTS(cx_solve_opts, .assume_a = "diagonal")));
})

SCENARIO(least_squares_of_a_batch, {
    const cx_lstsq r = cx_linalg_lstsq(pair(), cx_select(pair(), 0, 0), NULL);
    fault_add(r.x);
    fault_add(r.rank);
    const cx_pinv_ranked p = cx_linalg_pinv_ranked(pair(), NULL);
    fault_add(p.pinv);
    fault_add(p.rank);
})

SCENARIO(random_projections, {
    const cx_svd f = cx_linalg_randomized_svd(
        pair(), 2, CX_OPTS(cx_randomized_svd_opts, .n_iter = CX_SET(3), .random_state = CX_SET(3)));
    fault_add(f.u);
    fault_add(f.s);
})

SCENARIO(names, {
    const cx_array *const v = cx_select(cx_select(pair(), 0, 0), 0, 0);
    fault_add(cx_linalg_dft(3, test_device(), NULL));
    fault_add(cx_linalg_hadamard(4, CX_F64, test_device()));
    fault_add(cx_linalg_helmert(3, test_device(), NULL));
    fault_add(cx_linalg_invpascal(4, test_device(), NULL));
    fault_add(cx_linalg_leslie(v, cx_slice(v, 0, 0, 2, 1)));
    fault_add(cx_linalg_fiedler_companion(v));
    fault_add(cx_linalg_convolution_matrix(v, 2, "same"));
})
