/* Matrix equations, functions of matrices through the Schur form, eigenvalues of pencils and
 * balancing against SciPy (tests/golden/make_linalg_schur_cases.py). */
#include "cases.h"
#include <criterion/criterion.h>
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void solve_sylvester(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_sylvester(case_array(c, 0), case_array(c, 1), case_array(c, 2));
}
static void solve_continuous_lyapunov(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_solve_continuous_lyapunov(case_array(c, 0), case_array(c, 1));
}
static void solve_discrete_lyapunov(test_case *c, cx_array **out)
{
    const char *const method = case_text(c, "method", "");
    out[0] = cx_linalg_solve_discrete_lyapunov(
        case_array(c, 0), case_array(c, 1),
        CX_OPTS(cx_lyapunov_opts, .method = strcmp(method, "direct") == 0     ? CX_LYAPUNOV_DIRECT
                                            : strcmp(method, "bilinear") == 0 ? CX_LYAPUNOV_BILINEAR
                                                                              : CX_LYAPUNOV_AUTO));
}
static cx_riccati_opts riccati(test_case *c)
{
    return (cx_riccati_opts){.struct_size = sizeof(cx_riccati_opts),
                             .e = case_count(c) > 4 ? case_array(c, 4) : NULL,
                             .s = case_count(c) > 5 ? case_array(c, 5) : NULL,
                             .not_balanced = case_int(c, "not_balanced", 0) != 0};
}
static void solve_continuous_are(test_case *c, cx_array **out)
{
    const cx_riccati_opts o = riccati(c);
    out[0] = cx_linalg_solve_continuous_are(case_array(c, 0), case_array(c, 1), case_array(c, 2),
                                            case_array(c, 3), &o);
}
static void solve_discrete_are(test_case *c, cx_array **out)
{
    const cx_riccati_opts o = riccati(c);
    out[0] = cx_linalg_solve_discrete_are(case_array(c, 0), case_array(c, 1), case_array(c, 2),
                                          case_array(c, 3), &o);
}

static const case_fn equations[] = {{"solve_sylvester", solve_sylvester},
                                    {"solve_continuous_lyapunov", solve_continuous_lyapunov},
                                    {"solve_discrete_lyapunov", solve_discrete_lyapunov},
                                    {"solve_continuous_are", solve_continuous_are},
                                    {"solve_discrete_are", solve_discrete_are}};

Test(golden, linalg_equations)
{
    cr_assert_geq(CASES("golden/linalg_equations_cases.tsv", equations), 180);
}

static void sqrtm(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_sqrtm(case_array(c, 0));
}
static void logm(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_logm(case_array(c, 0));
}
static void signm(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_signm(case_array(c, 0));
}
static void fractional_matrix_power(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_fractional_matrix_power(case_array(c, 0), case_f64(c, "p", 0));
}

static cx_complex128 number(double complex x)
{
    return (cx_complex128){creal(x), cimag(x)};
}
static cx_complex128 by_name(cx_complex128 x, void *ctx)
{
    const char *const name = ctx;
    const double complex z = x.re + x.im * I;
    return number(strcmp(name, "exp") == 0   ? cexp(z)
                  : strcmp(name, "sin") == 0 ? csin(z)
                  : strcmp(name, "log") == 0 ? clog(z)
                                             : z * z);
}
static void funm(test_case *c, cx_array **out)
{
    char name[16] = "";
    strncpy(name, case_text(c, "fn", ""), sizeof name - 1);
    out[0] = cx_linalg_funm(case_array(c, 0), by_name, name);
}
static void expm_frechet(test_case *c, cx_array **out)
{
    const cx_expm_frechet r = cx_linalg_expm_frechet(case_array(c, 0), case_array(c, 1));
    out[0] = r.expm;
    out[1] = r.frechet;
}
static void expm_cond(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_expm_cond(case_array(c, 0));
}

/* by imaginary parts, then by real ones */
static int before(const void *p, const void *q)
{
    const cx_complex128 *const a = p, *const b = q;
    if (a->im != b->im) return a->im < b->im ? -1 : 1;
    return a->re < b->re ? -1 : a->re > b->re;
}
static void eigvals_with(test_case *c, cx_array **out)
{
    const cx_array *const w = cx_linalg_eigvals_with(case_array(c, 0), case_array(c, 1), NULL);
    cx_array *const sorted = cx_copy(cx_astype(w, CX_C128));
    cx_complex128 *const v = cx_data_c128_mut(sorted);
    if (v != NULL) qsort(v, (size_t)cx_size(sorted), sizeof *v, before);
    out[0] = cx_astype(sorted, cx_dtype_of(w));
}
static void cdf2rdf(test_case *c, cx_array **out)
{
    const cx_real_form r = cx_linalg_cdf2rdf(case_array(c, 0), case_array(c, 1));
    out[0] = r.wr;
    out[1] = r.vr;
}
static void matrix_balance(test_case *c, cx_array **out)
{
    const cx_balance r = cx_linalg_matrix_balance(
        case_array(c, 0),
        CX_OPTS(cx_balance_opts, .not_permute = case_int(c, "not_permute", 0) != 0));
    out[0] = r.b;
    out[1] = r.scale;
    out[2] = r.perm;
}

static const case_fn functions[] = {
    {"sqrtm", sqrtm},         {"logm", logm},
    {"signm", signm},         {"fractional_matrix_power", fractional_matrix_power},
    {"funm", funm},           {"expm_frechet", expm_frechet},
    {"expm_cond", expm_cond}, {"eigvals_with", eigvals_with},
    {"cdf2rdf", cdf2rdf},     {"matrix_balance", matrix_balance}};

Test(golden, linalg_schur)
{
    cr_assert_geq(CASES("golden/linalg_schur_cases.tsv", functions), 300);
}
