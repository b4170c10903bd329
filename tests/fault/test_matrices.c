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
