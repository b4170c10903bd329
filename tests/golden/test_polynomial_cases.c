/* device: each. Polynomials against NumPy: every function of every basis, numpy.polyfit, polyval
 * and roots, eigenvalues of general matrices. */
#include "cases.h"
#include <criterion/criterion.h>

/* ---- options */
static cx_maybe_i64 maybe_int(const test_case *c, const char *key)
{
    return (cx_maybe_i64){case_has(c, key), case_int(c, key, 0)};
}
static cx_maybe_f64 maybe_f64(const test_case *c, const char *key)
{
    return (cx_maybe_f64){case_has(c, key), case_f64(c, key, 0)};
}
static cx_polyval_opts val_opts(const test_case *c)
{
    return (cx_polyval_opts){.struct_size = sizeof(cx_polyval_opts),
                             .no_tensor = case_int(c, "tensor", 1) == 0};
}
static cx_polyder_opts der_opts(const test_case *c)
{
    return (cx_polyder_opts){.struct_size = sizeof(cx_polyder_opts),
                             .m = maybe_int(c, "m"),
                             .scl = maybe_f64(c, "scl"),
                             .axis = (int)case_int(c, "axis", 0)};
}
static cx_polyint_opts int_opts(test_case *c)
{
    return (cx_polyint_opts){.struct_size = sizeof(cx_polyint_opts),
                             .m = maybe_int(c, "m"),
                             .scl = maybe_f64(c, "scl"),
                             .axis = (int)case_int(c, "axis", 0),
                             .k = case_array(c, 1),
                             .lbnd = case_f64(c, "lbnd", 0)};
}
static void fill_fit(cx_array **out, cx_polyfit_result r)
{
    out[0] = r.c;
    out[1] = r.residuals;
    out[2] = r.rank;
    out[3] = r.s;
    out[4] = cx_f64(r.rcond);
}
static cx_polyfit_opts fit_opts(test_case *c, int64_t terms[32])
{
    cx_polyfit_opts o = {.struct_size = sizeof o,
                         .rcond = maybe_f64(c, "rcond"),
                         .w = case_array(c, 2),
                         .full = case_int(c, "full", 0) != 0};
    o.term_count = case_ints(c, "terms", terms);
    o.terms = case_has(c, "terms") ? terms : NULL;
    return o;
}

/* ---- one function a row and basis */
#define A(i) case_array(c, i)
#define N(key) case_int(c, key, 0)
#define CX_POLYNOMIAL_BASIS(NAME, value, p, val, fit, doc)                                    \
    static void p##_add(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        out[0] = cx_##p##add(A(0), A(1));                                                     \
    }                                                                                         \
    static void p##_sub(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        out[0] = cx_##p##sub(A(0), A(1));                                                     \
    }                                                                                         \
    static void p##_mul(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        out[0] = cx_##p##mul(A(0), A(1));                                                     \
    }                                                                                         \
    static void p##_mulx(test_case *c, cx_array **out)                                        \
    {                                                                                         \
        out[0] = cx_##p##mulx(A(0));                                                          \
    }                                                                                         \
    static void p##_div(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        const cx_polydiv_result r = cx_##p##div(A(0), A(1));                                  \
        out[0] = r.quo;                                                                       \
        out[1] = r.rem;                                                                       \
    }                                                                                         \
    static void p##_pow(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        out[0] = cx_##p##pow(A(0), N("n"),                                                    \
                             CX_OPTS(cx_polypow_opts, .maxpower = maybe_int(c, "maxpower"))); \
    }                                                                                         \
    static void p##_val(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        const cx_polyval_opts o = val_opts(c);                                                \
        out[0] = cx_##val(A(0), A(1), &o);                                                    \
    }                                                                                         \
    static void p##_val2d(test_case *c, cx_array **out)                                       \
    {                                                                                         \
        out[0] = cx_##p##val2d(A(0), A(1), A(2));                                             \
    }                                                                                         \
    static void p##_val3d(test_case *c, cx_array **out)                                       \
    {                                                                                         \
        out[0] = cx_##p##val3d(A(0), A(1), A(2), A(3));                                       \
    }                                                                                         \
    static void p##_grid2d(test_case *c, cx_array **out)                                      \
    {                                                                                         \
        out[0] = cx_##p##grid2d(A(0), A(1), A(2));                                            \
    }                                                                                         \
    static void p##_grid3d(test_case *c, cx_array **out)                                      \
    {                                                                                         \
        out[0] = cx_##p##grid3d(A(0), A(1), A(2), A(3));                                      \
    }                                                                                         \
    static void p##_der(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        const cx_polyder_opts o = der_opts(c);                                                \
        out[0] = cx_##p##der(A(0), &o);                                                       \
    }                                                                                         \
    static void p##_int(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        const cx_polyint_opts o = int_opts(c);                                                \
        out[0] = cx_##p##int(A(0), &o);                                                       \
    }                                                                                         \
    static void p##_vander(test_case *c, cx_array **out)                                      \
    {                                                                                         \
        out[0] = cx_##p##vander(A(0), N("deg"));                                              \
    }                                                                                         \
    static void p##_vander2d(test_case *c, cx_array **out)                                    \
    {                                                                                         \
        out[0] = cx_##p##vander2d(A(0), A(1), N("deg"), N("deg_y"));                          \
    }                                                                                         \
    static void p##_vander3d(test_case *c, cx_array **out)                                    \
    {                                                                                         \
        out[0] = cx_##p##vander3d(A(0), A(1), A(2), N("deg"), N("deg_y"), N("deg_z"));        \
    }                                                                                         \
    static void p##_fit(test_case *c, cx_array **out)                                         \
    {                                                                                         \
        int64_t terms[32];                                                                    \
        const cx_polyfit_opts o = fit_opts(c, terms);                                         \
        fill_fit(out, cx_##fit(A(0), A(1), N("deg"), &o));                                    \
    }                                                                                         \
    static void p##_fromroots(test_case *c, cx_array **out)                                   \
    {                                                                                         \
        out[0] = cx_##p##fromroots(A(0));                                                     \
    }                                                                                         \
    static void p##_companion(test_case *c, cx_array **out)                                   \
    {                                                                                         \
        out[0] = cx_##p##companion(A(0));                                                     \
    }                                                                                         \
    static void p##_roots(test_case *c, cx_array **out)                                       \
    {                                                                                         \
        out[0] = cx_##p##roots(A(0));                                                         \
    }                                                                                         \
    static void p##_line(test_case *c, cx_array **out)                                        \
    {                                                                                         \
        out[0] = cx_##p##line(case_f64(c, "off", 0), case_f64(c, "scl", 0), test_device());   \
    }                                                                                         \
    static void p##_trim(test_case *c, cx_array **out)                                        \
    {                                                                                         \
        out[0] = cx_##p##trim(A(0), case_f64(c, "tol", 0));                                   \
    }
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_BASIS
#define CX_POLYNOMIAL_ORTHOGONAL(NAME, p, domain)                  \
    static void p##_weight(test_case *c, cx_array **out)           \
    {                                                              \
        out[0] = cx_##p##weight(A(0));                             \
    }                                                              \
    static void p##_gauss(test_case *c, cx_array **out)            \
    {                                                              \
        const cx_gauss g = cx_##p##gauss(N("deg"), test_device()); \
        out[0] = g.x;                                              \
        out[1] = g.w;                                              \
    }                                                              \
    static void p##_from_poly(test_case *c, cx_array **out)        \
    {                                                              \
        out[0] = cx_poly2##p(A(0));                                \
    }                                                              \
    static void p##_to_poly(test_case *c, cx_array **out)          \
    {                                                              \
        out[0] = cx_##p##2poly(A(0));                              \
    }
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_ORTHOGONAL

/* ---- the others */
static void polyvalfromroots(test_case *c, cx_array **out)
{
    const cx_polyval_opts o = val_opts(c);
    out[0] = cx_polyvalfromroots(A(0), A(1), &o);
}
static void chebpts1(test_case *c, cx_array **out)
{
    out[0] = cx_chebpts1(N("n"), test_device());
}
static void chebpts2(test_case *c, cx_array **out)
{
    out[0] = cx_chebpts2(N("n"), test_device());
}
static void np_polyval(test_case *c, cx_array **out)
{
    out[0] = cx_polyval(A(0), A(1));
}
static void np_roots(test_case *c, cx_array **out)
{
    out[0] = cx_roots(A(0));
    /* in an order of their own: values and dtype are compared */
    if (cx_status_of(out[0]) == CX_OK) out[0] = cx_sort(out[0], 0);
}
static void np_polyfit(test_case *c, cx_array **out)
{
    const cx_np_polyfit r = cx_polyfit(A(0), A(1), N("deg"),
                                       CX_OPTS(cx_np_polyfit_opts, .rcond = maybe_f64(c, "rcond"),
                                               .w = A(2), .cov = (cx_polyfit_cov)N("cov")));
    out[0] = r.p;
    out[1] = case_int(c, "cov", 0) != 0 ? r.cov : r.residuals;
    out[2] = r.rank;
    out[3] = r.s;
}
static void eigvals(test_case *c, cx_array **out)
{
    out[0] = cx_linalg_eigvals(A(0));
    if (cx_status_of(out[0]) == CX_OK) out[0] = cx_sort(out[0], -1);
}
/* The vectors are known but for a factor: what is compared is v diag(w) v^-1. */
static void eig(test_case *c, cx_array **out)
{
    const cx_eig e = cx_linalg_eig(A(0));
    out[0] = e.w;
    if (cx_status_of(e.w) != CX_OK) return;
    out[0] = cx_sort(e.w, -1);
    out[1] = cx_matmul(cx_mul(e.v, cx_expand_dims(e.w, -2)), cx_linalg_inv(e.v));
}

static const case_fn calls[] = {
#define CX_POLYNOMIAL_BASIS(NAME, value, p, val, fit, doc)                                         \
    {#p "add", p##_add}, {#p "sub", p##_sub}, {#p "mul", p##_mul}, {#p "mulx", p##_mulx},          \
        {#p "div", p##_div}, {#p "pow", p##_pow}, {#p "val", p##_val}, {#p "val2d", p##_val2d},    \
        {#p "val3d", p##_val3d}, {#p "grid2d", p##_grid2d}, {#p "grid3d", p##_grid3d},             \
        {#p "der", p##_der}, {#p "int", p##_int}, {#p "vander", p##_vander},                       \
        {#p "vander2d", p##_vander2d}, {#p "vander3d", p##_vander3d}, {#p "fit", p##_fit},         \
        {#p "fromroots", p##_fromroots}, {#p "companion", p##_companion}, {#p "roots", p##_roots}, \
        {#p "line", p##_line}, {#p "trim", p##_trim},
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_BASIS
#define CX_POLYNOMIAL_ORTHOGONAL(NAME, p, domain)                                    \
    {#p "weight", p##_weight}, {#p "gauss", p##_gauss}, {"poly2" #p, p##_from_poly}, \
        {#p "2poly", p##_to_poly},
#include <calx/polynomial_bases.def>
    {"polyvalfromroots", polyvalfromroots},
    {"chebpts1", chebpts1},
    {"chebpts2", chebpts2},
    {"np.polyval", np_polyval},
    {"np.roots", np_roots},
    {"np.polyfit", np_polyfit},
    {"eigvals", eigvals},
    {"eig", eig},
};

Test(polynomial_cases, arithmetic)
{
    cr_assert_geq(CASES("golden/polynomial_arithmetic_cases.tsv", calls), 300);
}
Test(polynomial_cases, values)
{
    cr_assert_geq(CASES("golden/polynomial_value_cases.tsv", calls), 200);
}
Test(polynomial_cases, calculus)
{
    cr_assert_geq(CASES("golden/polynomial_calculus_cases.tsv", calls), 200);
}
Test(polynomial_cases, roots_and_fits)
{
    cr_assert_geq(CASES("golden/polynomial_solve_cases.tsv", calls), 200);
}
