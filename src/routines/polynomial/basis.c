/* The table of bases, and what every function on series begins with: arguments as NumPy reads them,
 * leading zeros dropped. */
#include "base/alloc.h"
#include "routines/polynomial/poly.h"
#include <calx/reduce.h>
#include <math.h>

#define SQRT_PI 1.7724538509055160273
#define SQRT_2PI 2.5066282746310005024

/* ---- recurrences */
static cx__step power_step(double n)
{
    (void)n;
    return (cx__step){1, 0, 0, 1};
}
static cx__step chebyshev_step(double n)
{
    return (cx__step){n == 0 ? 1 : 2, 0, n == 0 ? 0 : 1, 1};
}
static cx__step legendre_step(double n)
{
    return (cx__step){2 * n + 1, 0, n, n + 1};
}
static cx__step hermite_step(double n)
{
    return (cx__step){2, 0, 2 * n, 1};
}
static cx__step hermite_e_step(double n)
{
    return (cx__step){1, 0, n, 1};
}
static cx__step laguerre_step(double n)
{
    return (cx__step){-1, 2 * n + 1, n, n + 1};
}

/* ---- factors of derivatives and integrals */
static double one(double j)
{
    (void)j;
    return 1;
}
static double minus_one(double j)
{
    (void)j;
    return -1;
}
static double j_itself(double j)
{
    return j;
}
static double j_next(double j)
{
    return j + 1;
}
static double twice(double j)
{
    return 2 * j;
}
static double twice_next(double j)
{
    return 2 * (j + 1);
}
static double twice_before(double j)
{
    return 2 * (j - 1);
}
static double odd_before(double j)
{
    return 2 * j - 1;
}
static double odd(double j)
{
    return 2 * j + 1;
}
/* T[0] counts twice among the T[k] + T[-k] */
static double two_but_first(double j)
{
    return j == 1 ? 1 : 2;
}
static double chebyshev_up(double j)
{
    return j == 0 ? 1 : 2 * (j + 1);
}

static const cx__basis bases[] = {
    [CX_POLY_POWER] = {.name = "poly",
                       .step = power_step,
                       .steady = true,
                       .before = one,
                       .after = j_itself,
                       .up = j_next,
                       .domain = {-1, 1},
                       .maxpower = -1},
    [CX_POLY_CHEBYSHEV] = {.name = "cheb",
                           .step = chebyshev_step,
                           .steady = true,
                           .stride = 2,
                           .before = j_itself,
                           .after = two_but_first,
                           .up = chebyshev_up,
                           .down = twice_before,
                           .domain = {-1, 1},
                           .maxpower = 16},
    [CX_POLY_LEGENDRE] = {.name = "leg",
                          .step = legendre_step,
                          .stride = 2,
                          .before = one,
                          .after = odd_before,
                          .up = odd,
                          .down = odd,
                          .domain = {-1, 1},
                          .maxpower = 16,
                          .total = 2,
                          .symmetric = true},
    [CX_POLY_HERMITE] = {.name = "herm",
                         .step = hermite_step,
                         .steady = true,
                         .before = one,
                         .after = twice,
                         .up = twice_next,
                         .domain = {-1, 1},
                         .maxpower = 16,
                         .total = SQRT_PI,
                         .symmetric = true},
    [CX_POLY_HERMITE_E] = {.name = "herme",
                           .step = hermite_e_step,
                           .steady = true,
                           .before = one,
                           .after = j_itself,
                           .up = j_next,
                           .domain = {-1, 1},
                           .maxpower = 16,
                           .total = SQRT_2PI,
                           .symmetric = true},
    [CX_POLY_LAGUERRE] = {.name = "lag",
                          .step = laguerre_step,
                          .stride = 1,
                          .before = one,
                          .after = minus_one,
                          .up = minus_one,
                          .same = true,
                          .domain = {0, 1},
                          .maxpower = 16,
                          .total = 1},
};

const cx__basis *cx__basis_of(cx_poly_basis b)
{
    return &bases[b];
}

cx_dtype cx__float_dtype(cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    return kind == 'b' || kind == 'i' || kind == 'u' ? CX_F64 : t;
}
cx_dtype cx__real_dtype(cx_dtype t)
{
    return t == CX_C128 ? CX_F64 : t == CX_C64 ? CX_F32 : t;
}

cx_status cx__device_of_all(const char *where, int n, const cx_array *const a[], cx_device *out)
{
    int first = -1;
    *out = CX_CPU;
    for (int i = 0; i < n; i++) {
        if (a[i] == NULL || cx__is_weak(a[i])) continue;
        const cx_device d = cx_device_of(a[i]);
        if (first < 0) *out = d;
        if (first >= 0 && (d.kind != out->kind || d.index != out->index))
            return cx__fail(CX_E_DEVICE, where,
                            "arguments %d and %d live on different devices; move one with cx_to",
                            first + 1, i + 1);
        if (first < 0) first = i;
    }
    return CX_OK;
}

cx_status cx__floats(const char *where, const char *name, const cx_array *a, cx_device d,
                     cx_array **out)
{
    CX__TRY(cx__need_operand(where, name, a));
    const cx_dtype t = cx_dtype_of(a), wanted = cx__float_dtype(t);
    if (cx_dtype_kind(t) == 'k')
        return cx__fail(CX_E_DTYPE, where, "%s is an array of categories", name);
    if (cx__is_weak(a))
        *out = cx_full(CX_SHAPE(), a, wanted, d);
    else
        *out = t == wanted ? cx_to(a, cx_device_of(a)) : cx_astype(a, wanted);
    return cx__so_far();
}

cx_status cx__coefficients(const char *where, const char *name, const cx_array *a, cx_device d,
                           cx_array **out)
{
    CX__TRY(cx__floats(where, name, a, d, out));
    if (cx_ndim(*out) == 0) *out = cx_reshape(*out, CX_SHAPE(1));
    CX__TRY(cx__so_far());
    if (cx_dim(*out, 0) == 0) return cx__fail(CX_E_SHAPE, where, "%s has no coefficients", name);
    return CX_OK;
}

/* ---- series */
cx_array *cx__trimmed(cx_array *c)
{
    const int64_t n = cx_dim(c, 0);
    if (n <= 1 || !cx_ok()) return c;
    if (cx_item_bool(cx_not_equal(cx_select(c, 0, n - 1), cx_int(0))) || !cx_ok()) return c;
    const cx_array *const places = cx_arange_i64(0, n, 1, CX_I64, cx_device_of(c));
    const int64_t last = cx_item_i64(cx_max(cx_mul(cx_not_equal(c, cx_int(0)), places), CX_ALL));
    return cx_slice(c, 0, 0, last + 1, 1);
}

static cx_status one_series(const char *where, const char *name, const cx_array *a, cx_device d,
                            cx__trim trim, cx_array **out)
{
    char text[CX__SHAPE_TEXT];
    CX__TRY(cx__need_operand(where, name, a));
    if (cx_ndim(a) > 1 || (cx_ndim(a) == 1 && cx_size(a) == 0))
        return cx__fail(CX_E_SHAPE, where, "%s has shape %s; a series is 1-d and not empty", name,
                        cx__words_of_shape(a, text));
    if (cx__kind_of(a) == 'b')
        return cx__fail(CX_E_DTYPE, where, "%s is a bool array; a series has numbers", name);
    CX__TRY(cx__coefficients(where, name, a, d, out));
    if (trim == CX__TRIMMED) *out = cx__trimmed(*out);
    return cx__so_far();
}

cx_status cx__series(const char *where, const char *name, const cx_array *a, cx__trim trim,
                     cx_array **out)
{
    return one_series(where, name, a, CX_CPU, trim, out);
}

cx_status cx__two_series(const char *where, const char *names[2], const cx_array *a,
                         const cx_array *b, cx_array *out[2])
{
    const cx_array *const both[2] = {a, b};
    cx_device d;
    for (int i = 0; i < 2; i++) CX__TRY(cx__need_operand(where, names[i], both[i]));
    CX__TRY(cx__device_of_all(where, 2, both, &d));
    for (int i = 0; i < 2; i++)
        CX__TRY(one_series(where, names[i], both[i], d, CX__TRIMMED, &out[i]));
    const cx_dtype t = cx_promote_types(cx_dtype_of(out[0]), cx_dtype_of(out[1]));
    for (int i = 0; i < 2; i++)
        if (cx_dtype_of(out[i]) != t) out[i] = cx_astype(out[i], t);
    return cx__so_far();
}

cx_array *cx__row(int64_t n, const double *values, cx_dtype t, cx_device d)
{
    const cx_array *const here = cx_copy_host(values, CX_SHAPE(n), CX_F64);
    return cx_to(t == CX_F64 ? here : cx_astype(here, t), d);
}

cx_array *cx__row_of(int64_t n, double from, cx__of_degree f, cx_dtype t, cx_device d)
{
    double *const values = cx__alloc((size_t)n * sizeof *values + 1);
    if (values == NULL) {
        (void)cx_check(cx__fail_nomem("polynomial", "factors", (size_t)n * sizeof *values));
        return cx__nil(CX_E_NOMEM);
    }
    for (int64_t i = 0; i < n; i++) values[i] = f(from + (double)i);
    cx_array *const r = cx__row(n, values, cx__real_dtype(t), d);
    cx__free(values);
    return r;
}
