/* device: each. Polynomials by their identities: values against products, integrals against
 * derivatives, zeros against roots, Gauss' sums against integrals; long series; what a callback may
 * do; the same bits on any number of threads. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

typedef cx_array *unary(const cx_array *c);
typedef cx_array *binary(const cx_array *a, const cx_array *b);
typedef struct family {
    const char *name;
    binary *mul;
    cx_polydiv_result (*div)(const cx_array *a, const cx_array *b);
    cx_array *(*val)(const cx_array *x, const cx_array *c, const cx_polyval_opts *o);
    cx_array *(*der)(const cx_array *c, const cx_polyder_opts *o);
    cx_array *(*integ)(const cx_array *c, const cx_polyint_opts *o);
    cx_array *(*vander)(const cx_array *x, int64_t deg);
    cx_polyfit_result (*fit)(const cx_array *x, const cx_array *y, int64_t deg,
                             const cx_polyfit_opts *o);
    unary *roots, *from_roots;
} family;
static const family families[] = {
#define CX_POLYNOMIAL_BASIS(NAME, value, p, val, fit, doc)                 \
    {#p,          cx_##p##mul,    cx_##p##div, cx_##val,      cx_##p##der, \
     cx_##p##int, cx_##p##vander, cx_##fit,    cx_##p##roots, cx_##p##fromroots},
#include <calx/polynomial_bases.def>
#undef CX_POLYNOMIAL_BASIS
};
enum { FAMILIES = sizeof families / sizeof *families };

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *name,
                 const char *what)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s: %s off by %g, bound %g; %s", name, what, d, bound,
              cx_error_message());
}

static cx_array *some(int64_t n, cx_dtype t, uint32_t seed)
{
    return check_random(CX_SHAPE(n), t, LIE_ROWS, seed);
}

Test(polynomial, identities)
{
    static const cx_dtype floats[] = {CX_F32, CX_F64, CX_C64, CX_C128};
    for (int i = 0; i < FAMILIES; i++)
        for (int t = 0; t < 4; t++) {
            const cx_scope s = cx_scope_open();
            const family *const f = &families[i];
            const double eps = check_eps(floats[t]);
            const cx_array *const a = some(6, floats[t], 1), *const b = some(4, floats[t], 2),
                                  *const x = some(9, floats[t], 3);
            const cx_array *const fa = f->val(x, a, NULL), *const fb = f->val(x, b, NULL);
            const cx_array *const product = f->mul(a, b);
            const double size = check_size(product) * check_size(f->vander(x, 9)) * 10;
            near(f->val(x, product, NULL), cx_mul(fa, fb), 16 * eps * size, f->name, "a b");
            near(cx_matmul(f->vander(x, 5), a), fa, 16 * eps * size, f->name, "V a");
            const cx_array *const integral = f->integ(a, NULL);
            near(f->der(integral, NULL), a, 16 * eps, f->name, "(integral a)'");
            near(f->val(cx_float(0), integral, NULL),
                 cx_zeros(CX_SHAPE(), floats[t], test_device()), 16 * eps, f->name, "at lbnd");
            const cx_polydiv_result q = f->div(product, b);
            near(cx_slice(q.quo, 0, 0, 6, 1), cx_astype(a, cx_dtype_of(q.quo)),
                 4000 * eps * check_size(product) / fabs(cx_item_f64(cx_abs(cx_select(b, 0, 3)))),
                 f->name, "a b / b");
            cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", f->name, cx_error_message());
        }
}

Test(polynomial, zeros_and_fits)
{
    for (int i = 0; i < FAMILIES; i++) {
        const cx_scope s = cx_scope_open();
        const family *const f = &families[i];
        const cx_array *const zeros = cx_linspace(-1, 1.5, 6, CX_F64, test_device(), NULL);
        const cx_array *const c = f->from_roots(zeros);
        near(f->roots(c), zeros, 1e-9, f->name, "roots");
        near(f->val(zeros, c, NULL), cx_zeros_like(zeros, CX_DTYPE_NONE), 1e-12, f->name,
             "values at the roots");
        const cx_array *const x = cx_linspace(-1, 1, 40, CX_F64, test_device(), NULL),
                              *const a = some(5, CX_F64, 4);
        const cx_polyfit_result r = f->fit(x, f->val(x, a, NULL), 4, NULL);
        near(r.c, a, 1e-11, f->name, "fit");
        cr_assert(cx_item_i64(r.rank) == 5);
        cr_assert(cx_scope_close(s) == CX_OK, "%s: %s", f->name, cx_error_message());
    }
}

/* The integral of x^k under the weight, as Gauss' sum. */
static double moment(cx_gauss g, int k)
{
    return cx_item_f64(cx_sum(cx_mul(g.w, cx_power(g.x, cx_int(k))), CX_ALL));
}

Test(polynomial, gauss)
{
    const cx_scope s = cx_scope_open();
    const cx_device d = test_device();
    const double pi = 3.14159265358979323846;
    for (int n = 3; n <= 12; n++) {
        cr_assert_float_eq(moment(cx_leggauss(n, d), 4), 0.4, 1e-14);
        cr_assert_float_eq(moment(cx_chebgauss(n, d), 4), 3 * pi / 8, 1e-14);
        cr_assert_float_eq(moment(cx_hermgauss(n, d), 4), 0.75 * sqrt(pi), 1e-13);
        cr_assert_float_eq(moment(cx_hermegauss(n, d), 4), 3 * sqrt(2 * pi), 1e-12);
        cr_assert_float_eq(moment(cx_laggauss(n, d), 5), 120, 1e-9);
    }
    /* many: no overflow on the way */
    const cx_gauss far = cx_laggauss(150, d), wide = cx_hermgauss(300, d);
    cr_assert_float_eq(moment(far, 3), 6, 1e-10);
    cr_assert_float_eq(moment(wide, 2), 0.5 * sqrt(pi), 1e-12);
    cr_assert_float_eq(moment(cx_leggauss(200, d), 2), 2.0 / 3, 1e-13);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(polynomial, long_series)
{
    const cx_scope s = cx_scope_open();
    const int64_t m = test_brief() ? 300 : 1500, n = test_brief() ? 200 : 900;
    const cx_array *const a = some(m, CX_F64, 5), *const b = some(n, CX_F64, 6),
                          *const x = cx_div(some(7, CX_F64, 7), cx_float(0.51));
    for (int i = 0; i < 2; i++) {
        const family *const f = &families[i];
        const cx_array *const c = f->mul(a, b);
        cr_assert_eq(cx_size(c), m + n - 1);
        near(f->val(x, c, NULL), cx_mul(f->val(x, a, NULL), f->val(x, b, NULL)), 1e-9, f->name,
             "long product");
    }
    /* not finite: only what it is a factor of */
    cx_array *const odd = cx_copy(a);
    cr_assert(cx_copy_into(cx_float(INFINITY), cx_select(odd, 0, 70)) == CX_OK);
    const cx_array *const c = cx_polymul(odd, b), *const plain = cx_polymul(a, b);
    near(cx_slice(c, 0, 0, 70, 1), cx_slice(plain, 0, 0, 70, 1), 1e-11, "poly", "below");
    near(cx_slice(c, 0, 70 + n, CX_END, 1), cx_slice(plain, 0, 70 + n, CX_END, 1), 1e-11, "poly",
         "above");
    cr_assert(!cx_item_bool(cx_any(cx_isfinite(cx_slice(c, 0, 70, 70 + n, 1)), CX_ALL)));
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(polynomial, the_same_bits_on_any_number_of_threads)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = some(40000, CX_F64, 8), *const c = some(9, CX_F64, 9);
    cx_array *first[2] = {NULL, NULL};
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        cx_array *const r[2] = {cx_legval(x, c, NULL), cx_polyfit(x, x, 3, NULL).p};
        for (int i = 0; i < 2; i++) {
            if (threads == 1) first[i] = r[i];
            cr_assert(check_same_bits(first[i], r[i]), "%d on %d threads", i, threads);
        }
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Many x are worked on piece by piece: each as if it were alone. */
Test(polynomial, many_points)
{
    const cx_scope s = cx_scope_open();
    const int64_t n = test_brief() ? 1000 : 150001;
    cr_assert(cx_set_num_threads(2) == CX_OK);
    const cx_array *const x = some(n, CX_F64, 12), *const c = some(6, CX_F64, 13);
    const cx_array *const rows = cx_reshape(cx_slice(x, 0, 0, n - n % 5, 1), CX_SHAPE(5, n / 5));
    for (int i = 0; i < FAMILIES; i++) {
        const family *const f = &families[i];
        const cx_array *const all = f->val(x, c, NULL);
        for (int64_t at = 0; at < n; at += n / 7)
            cr_assert(check_same_bits(cx_slice(all, 0, at, at + 3, 1),
                                      f->val(cx_copy(cx_slice(x, 0, at, at + 3, 1)), c, NULL)),
                      "%s at %d", f->name, (int)at);
        near(f->val(rows, c, NULL),
             cx_reshape(cx_slice(all, 0, 0, n - n % 5, 1), cx_shape_of(rows)), 0, f->name,
             "two dimensions");
        near(f->val(cx_slice(x, 0, 0, CX_END, 2), c, NULL), cx_slice(all, 0, 0, CX_END, 2), 0,
             f->name, "every second");
    }
    cr_assert_eq(cx_dtype_of(cx_chebval(cx_astype(x, CX_I8), cx_astype(c, CX_F32), NULL)), CX_F32);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* ---- callbacks */
static cx_array *cosine(const cx_array *x, void *ctx)
{
    *(int64_t *)ctx = cx_size(x);
    return cx_cos(x);
}
static cx_array *too_short(const cx_array *x, void *ctx)
{
    (void)ctx;
    return cx_slice(x, 0, 1, CX_END, 1);
}
static cx_array *failing(const cx_array *x, void *ctx)
{
    (void)ctx;
    return cx_matmul(x, cx_ones(CX_SHAPE(1000), CX_F64, test_device()));
}
static cx_array *nothing(const cx_array *x, void *ctx)
{
    (void)x;
    (void)ctx;
    return NULL;
}

Test(polynomial, interpolation)
{
    const cx_scope s = cx_scope_open();
    int64_t asked = 0;
    const cx_array *const c = cx_chebinterpolate(cosine, &asked, 20, test_device()),
                          *const x = cx_linspace(-1, 1, 50, CX_F64, test_device(), NULL);
    cr_assert_eq(asked, 21);
    near(cx_chebval(x, c, NULL), cx_cos(x), 1e-14, "cheb", "interpolation");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());

    static const struct {
        cx_poly_fn f;
        cx_status st;
    } bad[] = {{NULL, CX_E_ARGUMENT},
               {too_short, CX_E_SHAPE},
               {failing, CX_E_SHAPE},
               {nothing, CX_E_NULL}};
    for (int i = 0; i < 4; i++) {
        const cx_scope t = cx_scope_open();
        cr_assert_eq(cx_status_of(cx_chebinterpolate(bad[i].f, NULL, 4, test_device())), bad[i].st,
                     "%d: %s", i, cx_error_message());
        cr_assert_neq(cx_scope_close(t), CX_OK);
    }
}

static void count_warning(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    if (strstr(text, "poorly conditioned") != NULL) ++*(int *)ctx;
}

Test(polynomial, poorly_conditioned_fits_warn)
{
    int warnings = 0;
    const cx_scope s =
        cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = count_warning, .ctx = &warnings));
    const cx_array *const x = cx_ones(CX_SHAPE(5), CX_F64, test_device());
    const cx_polyfit_result r = cx_chebfit(x, x, 2, NULL);
    cr_assert_eq(cx_item_i64(r.rank), 1);
    cr_assert_eq(warnings, 1);
    cr_assert_eq(cx_status_of(cx_polyfit(x, x, 1, NULL).cov), CX_E_ARGUMENT); /* not asked */
    cr_assert_eq(warnings, 2);
    cr_assert_eq(cx_status_of(cx_legfit(x, x, 2, CX_OPTS(cx_polyfit_opts, .full = true)).c), CX_OK);
    cr_assert_eq(cx_status_of(cx_legfit(x, x, 0, NULL).c), CX_OK);
    cr_assert_eq(warnings, 2);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Results are new memory: an argument is never changed through one. */
Test(polynomial, results_share_nothing)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const c = some(3, CX_F64, 10), *const d = some(5, CX_F64, 11);
    const cx_polynomial p = cx_polynomial_new(CX_POLY_POWER, c, NULL);
    const cx_array *const r[] = {
        cx_polypow(c, 1, NULL),
        cx_polydiv(c, d).rem,
        cx_polytrim(c, 0),
        cx_poly2cheb(cx_slice(c, 0, 0, 1, 1)),
        p.coef,
        cx_polynomial_truncate(&p, 3).coef,
        cx_polyder(c, CX_OPTS(cx_polyder_opts, .m = CX_SET(0))),
        cx_polyint(c, CX_OPTS(cx_polyint_opts, .m = CX_SET(0))),
        cx_polyder(c, CX_OPTS(cx_polyder_opts, .m = CX_SET(1))),
        cx_polymulx(c),
        cx_polyadd(c, d),
    };
    for (int i = 0; i < 11; i++) {
        cr_assert(!cx_may_share_memory(r[i], c), "%d", i);
        cr_assert(!cx_may_share_memory(r[i], p.coef) || i == 4, "%d", i);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
