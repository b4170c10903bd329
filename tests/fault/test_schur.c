/* Every allocation of Schur forms, of what is made of them, and of matrix equations failing in
 * turn, once and from then on. A run that reports success must have made the same numbers as the
 * first.
 */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>

TestSuite(fault_schur, .init = fault_install, .timeout = 240);

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_schur, name, __VA_ARGS__)

static cx_array *pair(void)
{
    double v[18];
    for (int i = 0; i < 18; i++) v[i] = ((i * 7 + 3) % 11 - 4.5) * (i < 9 ? 0.1 : 1);
    for (int i = 0; i < 3; i++) v[4 * i] += 3, v[9 + 4 * i] += 20;
    return cx_copy_host(v, CX_SHAPE(2, 3, 3), CX_F64);
}

SCENARIO(forms, {
    const cx_array *const a = pair();
    const cx_schur f = cx_linalg_schur(a, CX_OPTS(cx_schur_opts, .sort = CX_SORT_OUC));
    fault_add(f.t);
    fault_add(f.sdim);
    fault_add(cx_linalg_rsf2csf(f.t, f.z).z);
    fault_add(cx_linalg_hessenberg(a, CX_OPTS(cx_hessenberg_opts, .calc_q = true)).q);
    fault_add(cx_linalg_matrix_balance(a, NULL).t);
})

SCENARIO(pencils, {
    const cx_array *const a = pair(), *const b = cx_select(a, 0, 1);
    fault_add(cx_linalg_ordqz(a, b, NULL).aa);
    fault_add(cx_linalg_eig_with(a, b, CX_OPTS(cx_eig_opts, .left = true)).vl);
    const cx_eig_sides e = cx_linalg_eig_with(a, NULL, CX_OPTS(cx_eig_opts, .left = true));
    fault_add(e.w);
    fault_add(cx_linalg_cdf2rdf(e.w, e.vl).vr);
})

SCENARIO(functions, {
    const cx_array *const a = pair();
    fault_add(cx_linalg_sqrtm(a));
    fault_add(cx_linalg_logm(a));
    fault_add(cx_linalg_fractional_matrix_power(a, 0.5));
    fault_add(cx_linalg_signm(a));
})

static cx_complex128 same(cx_complex128 x, void *ctx)
{
    (void)ctx;
    return x;
}

SCENARIO(callbacks_and_derivatives, {
    const cx_array *const a = cx_select(pair(), 0, 0);
    fault_add(cx_linalg_funm(a, same, NULL));
    fault_add(cx_linalg_expm_frechet(a, a).frechet);
})

SCENARIO(equations, {
    const cx_array *const a = pair(), *const one = cx_eye(3, 3, 0, CX_F64, CX_CPU);
    fault_add(cx_linalg_solve_sylvester(a, one, a));
    fault_add(cx_linalg_solve_continuous_lyapunov(a, one));
    fault_add(cx_linalg_solve_discrete_lyapunov(cx_mul(a, cx_float(0.03)), one, NULL));
})

SCENARIO(riccati, {
    const cx_array *const a = cx_select(pair(), 0, 0), *const one = cx_eye(3, 3, 0, CX_F64, CX_CPU);
    fault_add(cx_linalg_solve_continuous_are(a, one, one, one, NULL));
    fault_add(cx_linalg_solve_discrete_are(a, one, one, one, NULL));
})
