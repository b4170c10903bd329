/* device: each. What needs a Schur form says on a device without one what is missing, whatever the
 * arguments; what is made of other functions works on every device. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <string.h>

static cx_complex128 same(cx_complex128 x, void *ctx)
{
    (void)ctx;
    return x;
}

static void there(const cx_array *r, const char *what)
{
    const cx_status wanted = test_on_cpu() ? CX_OK : CX_E_UNSUPPORTED;
    cr_assert_eq(cx_status_of(r), wanted, "%s: %s", what, cx_error_message());
    if (wanted != CX_OK)
        cr_assert(strstr(cx_error_message(), "cuda") != NULL, "%s: %s", what, cx_error_message());
}

#define THERE(call)                             \
    do {                                        \
        const cx_scope inner = cx_scope_open(); \
        there((call), #call);                   \
        (void)!cx_scope_close(inner);           \
    } while (0)

Test(schur_device, said_where_it_is_missing)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = test_here(check_random(CX_SHAPE(2, 3, 3), CX_F64, LIE_ROWS, 3)),
                          *const one = cx_eye(3, 3, 0, CX_F64, test_device()),
                          *const b = cx_add(a, cx_mul(one, cx_float(4)));
    THERE(cx_linalg_schur(a, NULL).t);
    THERE(cx_linalg_schur(a, CX_OPTS(cx_schur_opts, .sort = CX_SORT_LHP)).sdim);
    THERE(cx_linalg_hessenberg(a, NULL).h);
    THERE(cx_linalg_rsf2csf(one, one).t);
    THERE(cx_linalg_qz(a, b, NULL).aa);
    THERE(cx_linalg_ordqz(a, b, NULL).aa);
    THERE(cx_linalg_eig_with(a, b, NULL).w);
    THERE(cx_linalg_eig_with(a, NULL, CX_OPTS(cx_eig_opts, .left = true)).vl);
    THERE(cx_linalg_eigvals_with(a, b, NULL));
    THERE(cx_linalg_matrix_balance(a, NULL).b);
    THERE(cx_linalg_sqrtm(b));
    THERE(cx_linalg_logm(b));
    THERE(cx_linalg_fractional_matrix_power(b, 0.5));
    THERE(cx_linalg_signm(b));
    THERE(cx_linalg_funm(b, same, NULL));
    THERE(cx_linalg_solve_sylvester(b, b, a));
    THERE(cx_linalg_solve_continuous_lyapunov(b, a));
    THERE(cx_linalg_solve_discrete_lyapunov(
        cx_mul(a, cx_float(0.3)), one, CX_OPTS(cx_lyapunov_opts, .method = CX_LYAPUNOV_BILINEAR)));
    THERE(cx_linalg_solve_continuous_are(a, one, one, one, NULL));
    THERE(cx_linalg_solve_discrete_are(a, one, one, one, NULL));
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

static void near(const cx_array *got, const cx_array *wanted, double bound)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "off by %g, bound %g; %s", d, bound, cx_error_message());
}

Test(schur_device, composed)
{
    static const cx_dtype types[4] = {CX_F32, CX_F64, CX_C64, CX_C128};
    for (int i = 0; i < 4; i++) {
        const cx_scope s = cx_scope_open();
        const double eps = check_eps(types[i]);
        const cx_array *const a = test_here(check_random(CX_SHAPE(2, 4, 4), types[i], LIE_ROWS, 3)),
                              *const q =
                                  test_here(check_random(CX_SHAPE(4, 4), types[i], LIE_COLUMNS, 4));
        const cx_array *const x = cx_linalg_solve_discrete_lyapunov(a, q, NULL);
        const cx_array *const axa = cx_matmul(cx_matmul(a, x), check_adjoint(a));
        near(cx_add(cx_sub(axa, x), q), cx_zeros_like(x, CX_DTYPE_NONE), 1e4 * eps * check_size(x));
        const cx_expm_frechet f = cx_linalg_expm_frechet(a, a);
        near(f.frechet, cx_matmul(a, cx_linalg_expm(a)), 100 * eps * check_size(f.frechet));
        const cx_array *const k = cx_linalg_expm_cond(a);
        cr_assert(cx_item_bool(cx_all(cx_greater(k, cx_float(0)), CX_ALL)));
        /* of a rotation: a vr = vr wr with real numbers */
        const double v[9] = {0, -1, 0, 1, 0, 0, 0, 0, 2};
        const cx_array *const turn = test_copy_host(v, CX_SHAPE(3, 3), CX_F64);
        const cx_eig e = cx_linalg_eig(turn);
        const cx_real_form r = cx_linalg_cdf2rdf(e.w, e.v);
        near(cx_matmul(turn, r.vr), cx_matmul(r.vr, r.wr), 1e-14);
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}
