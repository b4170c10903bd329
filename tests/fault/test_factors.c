/* device: each
 * Every allocation of triangular systems and factorisations failing in turn, once and from then on.
 * A run that reports success must have made the same numbers as the first. */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_factors, .init = fault_install, .timeout = 120);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_factors, name, __VA_ARGS__)

/* Hermitian, definite, two of them. */
static cx_array *pair(void)
{
    double v[18];
    for (int i = 0; i < 18; i++) v[i] = 0.1 * ((i % 9 / 3 + 1) * (i % 3 + 1) % 5);
    for (int i = 0; i < 3; i++) v[4 * i] += 3, v[9 + 4 * i] += 2;
    return test_copy_host(v, CX_SHAPE(2, 3, 3), CX_F64);
}

SCENARIO(triangles, {
    const cx_array *const a = pair();
    fault_add(cx_linalg_solve_triangular(cx_matrix_transpose(a), cx_select(a, 0, 0), NULL));
    fault_add(cx_linalg_solve_triangular(
        cx_flip(a, -1), a, CX_OPTS(cx_solve_triangular_opts, .trans = CX_TRANS_C, .lower = true)));
})

SCENARIO(lu, {
    const cx_array *const a = cx_slice(pair(), 2, 0, 2, 1);
    const cx_lu f = cx_linalg_lu(a, NULL);
    fault_add(f.p);
    fault_add(f.l);
    fault_add(f.u);
})

SCENARIO(lu_solve, {
    const cx_array *const a = pair();
    const cx_lu_factors f = cx_linalg_lu_factor(a);
    fault_add(cx_linalg_lu_solve(f.lu, f.piv, cx_select(cx_select(a, 0, 0), 0, 0),
                                 CX_OPTS(cx_lu_solve_opts, .trans = CX_TRANS_T)));
})

SCENARIO(cholesky, {
    const cx_array *const a = pair();
    fault_add(cx_linalg_cho_solve(cx_linalg_cho_factor(a, NULL), a, NULL));
})

SCENARIO(orthogonal, {
    const cx_array *const a = pair();
    const cx_qr_product m = cx_linalg_qr_multiply(
        a, cx_select(a, 0, 1),
        CX_OPTS(cx_qr_multiply_opts, .left = true, .pivoting = test_on_cpu()));
    fault_add(m.cq);
    fault_add(m.r);
    const cx_rq f = cx_linalg_rq(a, NULL);
    fault_add(f.r);
    fault_add(f.q);
})

/* what only the CPU has, there for every device's run */
SCENARIO(pivoted, {
    const cx_array *const a = cx_to(pair(), CX_CPU);
    const cx_qr_pivoted f = cx_linalg_qr_pivoted(a, NULL);
    fault_add(f.q);
    fault_add(f.r);
    fault_add(f.p);
    const cx_ldl g = cx_linalg_ldl(a, CX_OPTS(cx_ldl_opts, .upper = true));
    fault_add(g.lu);
    fault_add(g.d);
    fault_add(g.perm);
})

SCENARIO(pairs, {
    const cx_array *const a = pair();
    const cx_eigh f =
        cx_linalg_eigh_with(cx_select(a, 0, 0), cx_select(a, 0, 1),
                            CX_OPTS(cx_eigh_with_opts, .by_index = true, .index = {1, 2}));
    fault_add(f.w);
    fault_add(cx_abs(f.v));
})

SCENARIO(least_squares, {
    const cx_array *const a = cx_slice(pair(), 2, 0, 2, 1);
    const cx_array *const b = cx_select(cx_select(a, 0, 0), -1, 0);
    const cx_lstsq f = cx_linalg_lstsq(
        a, b, CX_OPTS(cx_lstsq_opts, .driver = test_on_cpu() ? CX_LSTSQ_QR : CX_LSTSQ_SVD));
    fault_add(f.x);
    fault_add(f.rank);
    const cx_lstsq g = cx_linalg_lstsq(a, b, NULL);
    fault_add(g.residuals);
    fault_add(g.s);
})
