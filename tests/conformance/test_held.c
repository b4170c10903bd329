/* device: each, link: static
 * Formulas that the library holds: made once whatever the number of threads, never a leak, and what
 * public functions make of them has the bits that the operations make one by one (of a NaN: a
 * NaN). */
#include "base/alloc.h"
#include "base/object.h"
#include "core/array.h"
#include "layouts.h"
#include "numbers.h"
#include "ops/primitives.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

TestSuite(held, .timeout = 300);

/* ------------------------------------------------------------------------------------ bits */
static bool same(const cx_array *a, const cx_array *b)
{
    const cx_dtype t = cx_dtype_of(a);
    bool same = t == cx_dtype_of(b) && cx_ndim(a) == cx_ndim(b);
    for (int d = 0; same && d < cx_ndim(a); d++) same = cx_dim(a, d) == cx_dim(b, d);
    const cx_array *const x = test_host(cx_copy(a)), *const y = test_host(cx_copy(b));
    if (!same || !cx_ok()) return false;
    const size_t size = cx_dtype_size(t);
    for (int64_t i = 0; i < cx_size(x); i++) {
        const void *const p = x->data + (size_t)i * size, *const q = y->data + (size_t)i * size;
        if (memcmp(p, q, size) == 0) continue;
        if (!number_nan(number_read(t, p)) || !number_nan(number_read(t, q))) return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ as chains */
/* What the functions were before they were formulas. */
static cx_array *isclose_got(const cx_array *x, const cx_array *y)
{
    return cx_isclose(x, y, CX_OPTS(cx_close_opts, .equal_nan = true, .rtol = CX_SET(0.25)));
}
static cx_array *isclose_want(const cx_array *x, const cx_array *given)
{
    const char kind = cx_dtype_kind(cx_dtype_of(given));
    const cx_array *const y = strchr("biu", kind) != NULL ? cx_mul(given, cx_float(1.0)) : given;
    const cx_array *const bound = cx_add(cx_mul(cx_abs(y), cx_float(0.25)), cx_float(1e-8)),
                          *const near = cx_less_equal(cx_abs(cx_sub(x, y)), bound);
    return cx_logical_or(cx_logical_or(cx_logical_and(near, cx_isfinite(y)), cx_equal(x, y)),
                         cx_logical_and(cx_isnan(x), cx_isnan(y)));
}
static cx_array *near_number_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_isclose(x, cx_float(2.0), NULL);
}
static cx_array *near_number_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    const cx_array *const two = cx_float(2.0);
    return cx_logical_or(cx_less_equal(cx_abs(cx_sub(x, two)), cx_float(2.0 * 1e-5 + 1e-8)),
                         cx_equal(x, two));
}
static cx_array *round_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_round(x, 2);
}
static cx_array *round_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_div(cx_rint(cx_mul(x, cx_float(100.0))), cx_float(100.0));
}
static cx_array *finite_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_nan_to_num_with(
        x, CX_OPTS(cx_nan_opts, .nan = 1, .posinf = CX_SET(3), .neginf = CX_SET(-2)));
}
static cx_array *finite_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    const cx_array *const r = cx_where(cx_equal(x, cx_float(INFINITY)), cx_float(3), x);
    return cx_where(cx_isnan(x), cx_float(1),
                    cx_where(cx_equal(x, cx_float(-INFINITY)), cx_float(-2), r));
}
static cx_array *later(const cx_array *x)
{
    return cx_slice(x, 1, 1, CX_END, 1);
}
static cx_array *earlier(const cx_array *x)
{
    return cx_slice(x, 1, 0, -1, 1);
}
static cx_array *gradient_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_slice(cx_gradient(x, 1, CX_OPTS(cx_gradient_opts, .spacing = cx_float(0.3))), 1, 1,
                    -1, 1);
}
static cx_array *gradient_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    cx_array *const r = cx_div(cx_sub(later(later(x)), earlier(earlier(x))), cx_float(2 * 0.3));
    return cx_astype(r, cx_dtype_of(x));
}
static cx_array *trapezoid_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_trapezoid(x, 1, CX_OPTS(cx_trapezoid_opts, .dx = CX_SET(0.3)));
}
static cx_array *trapezoid_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    const cx_array *const sums = cx_add(later(x), earlier(x));
    if (cx_dtype_size(cx_dtype_of(x)) >= 4 && strchr("fc", cx_dtype_kind(cx_dtype_of(x))) != NULL)
        return cx_mul(cx_sum(sums, CX_AXIS(1)), cx_float(0.3 / 2));
    return cx_sum(cx_div(cx_mul(cx_float(0.3), sums), cx_float(2.0)), CX_AXIS(1));
}
static cx_array *unwrap_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_slice(cx_unwrap(x, 1, NULL), 1, 1, CX_END, 1);
}
static cx_array *unwrap_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    const cx_dtype t = cx_dtype_kind(cx_dtype_of(x)) == 'i' ? CX_F64 : cx_dtype_of(x);
    const double half = 6.283185307179586 / 2;
    const cx_array *const low = cx_float(-half), *const d =
                                                     cx_astype(cx_sub(later(x), earlier(x)), t);
    const cx_array *m = cx_add(cx_remainder(cx_sub(d, low), cx_float(6.283185307179586)), low);
    m = cx_where(cx_logical_and(cx_equal(m, low), cx_greater(d, cx_int(0))), cx_float(half), m);
    const cx_array *const correct =
        cx_where(cx_less(cx_abs(d), cx_float(half)), cx_int(0), cx_sub(m, d));
    return cx_astype(cx_add(later(x), cx_cumsum(correct, 1)), t);
}
static cx_array *polyval_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    const double p[3] = {0.5, -2, 3};
    return cx_polyval(test_copy_host(p, CX_SHAPE(3), CX_F64), x);
}
static cx_array *polyval_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    const double p[3] = {0.5, -2, 3};
    const cx_array *const c = test_copy_host(p, CX_SHAPE(3), CX_F64);
    cx_array *r = cx_zeros_like(x, CX_DTYPE_NONE);
    for (int i = 0; i < 3; i++) r = cx_add(cx_mul(r, x), cx_select(c, 0, i));
    return r;
}
static cx_array *inside_got(const cx_array *x, const cx_array *y)
{
    const cx_masked m = cx_ma_masked_inside(cx_ma(x), y, cx_int(1));
    return (cx_array *)(uintptr_t)m.mask;
}
static cx_array *inside_want(const cx_array *x, const cx_array *y)
{
    const cx_array *const one = cx_int(1);
    return cx_logical_or(cx_logical_and(cx_greater_equal(x, y), cx_less_equal(x, one)),
                         cx_logical_and(cx_greater_equal(x, one), cx_less_equal(x, y)));
}
static cx_array *norm_got(const cx_array *x, const cx_array *y)
{
    (void)y;
    return cx_linalg_norm(x, CX_ALL, NULL);
}
static cx_array *norm_want(const cx_array *x, const cx_array *y)
{
    (void)y;
    if (cx_dtype_kind(cx_dtype_of(x)) == 'i') x = cx_astype(x, CX_F64);
    const bool complex = cx_dtype_kind(cx_dtype_of(x)) == 'c';
    return cx_sqrt(cx_sum(cx_square(complex ? cx_abs(x) : x), CX_ALL));
}
static cx_array *cross_got(const cx_array *x, const cx_array *y)
{
    return cx_select(cx_cross(cx_slice(x, 1, 0, 3, 1), cx_slice(y, 1, 0, 3, 1), NULL), 1, 0);
}
static cx_array *cross_want(const cx_array *x, const cx_array *y)
{
    return cx_sub(cx_mul(cx_select(x, 1, 1), cx_select(y, 1, 2)),
                  cx_mul(cx_select(x, 1, 2), cx_select(y, 1, 1)));
}

static const struct {
    const char *name;
    cx_array *(*got)(const cx_array *, const cx_array *),
        *(*want)(const cx_array *, const cx_array *);
    const char *kinds; /* e: 16-bit floats */
} pairs[] = {
    {"isclose", isclose_got, isclose_want, "iefc"},
    {"isclose of a number", near_number_got, near_number_want, "iefc"},
    {"round", round_got, round_want, "ef"},
    {"nan_to_num_with", finite_got, finite_want, "ef"},
    {"gradient", gradient_got, gradient_want, "efc"},
    {"trapezoid", trapezoid_got, trapezoid_want, "iefc"},
    {"unwrap", unwrap_got, unwrap_want, "ief"},
    {"polyval", polyval_got, polyval_want, "iefc"},
    {"ma_masked_inside", inside_got, inside_want, "ief"},
    {"linalg_norm", norm_got, norm_want, "iefc"},
    {"cross", cross_got, cross_want, "iefc"},
};

static void compare_all(cx_dtype t, layout how, int64_t rows, int64_t columns, uint64_t *state)
{
    const int64_t shape[2] = {rows, columns};
    test_array x, y;
    test_array_new(&x, t, 2, shape, how);
    test_array_new(&y, t, 2, shape, how);
    test_fill(&x, state, FILL_ANY);
    test_fill(&y, state, FILL_SMALL);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (strchr(pairs[i].kinds, cx_dtype_kind(t)) == NULL) continue;
        const cx_scope s = cx_scope_open();
        cr_assert(same(pairs[i].got(x.a, y.a), pairs[i].want(x.a, y.a)), "%s, %s, %s, %d x %d: %s",
                  pairs[i].name, cx_dtype_name(t), test_layout_name(how), (int)rows, (int)columns,
                  cx_error_message());
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s: %s", pairs[i].name, cx_error_message());
    }
    cr_assert(test_guards(&x) && test_guards(&y));
    test_array_free(&x);
    test_array_free(&y);
}

Test(held, bits_of_the_operations)
{
    static const int64_t shapes[][2] = {{3, 5}, {1, 3}, {70, 301}, {2, 4099}, {1500, 3}};
    static const cx_dtype dtypes[] = {CX_F64, CX_F32, CX_F16, CX_I32, CX_C128};
    uint64_t state = test_seed();
    const cx_scope s = cx_scope_open();
    for (size_t d = 0; d < sizeof dtypes / sizeof *dtypes; d++)
        for (int how = 0; how < LAYOUT_REPEATED; how++)
            for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
                if (!test_brief() || (k < 2 && how < 2))
                    compare_all(dtypes[d], (layout)how, shapes[k][0], shapes[k][1], &state);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

static double mean_of_squares(const cx_array *e, const cx_array *w, double mass)
{
    const cx_array *const square = cx_mul(e, e);
    const cx_array *const sums =
        cx_sum(w != NULL ? cx_mul(square, cx_expand_dims(w, 1)) : square, CX_AXIS(0));
    return cx_item_f64(test_host(cx_mean(sums, CX_ALL))) / mass;
}

/* The order of the sums is the metric's affair. */
static bool near(double got, double want)
{
    return fabs(got - want) <= 1e-13 * fabs(want);
}

Test(held, metrics)
{
    enum { N = 7001 };
    uint64_t state = test_seed();
    for (int64_t outputs = 1; outputs <= 3; outputs += 2) {
        const cx_scope s = cx_scope_open();
        const int64_t shape[2] = {N, outputs};
        cx_array *v[2];
        for (int i = 0; i < 2; i++) {
            double *const p = cx_data_f64_mut(cx_empty((cx_shape){2, shape}, CX_F64, CX_CPU));
            for (int64_t k = 0; k < N * outputs; k++)
                p[k] = (double)(test_random(&state) >> 11) * 0x1p-53;
            v[i] = test_copy_host(p, (cx_shape){2, shape}, CX_F64);
        }
        const cx_array *const w = cx_select(v[1], 1, 0), *const e = cx_sub(v[0], v[1]);
        const double mass = cx_item_f64(test_host(cx_sum(w, CX_ALL)));
        const cx_metric_opts weighted = {.struct_size = sizeof weighted, .sample_weight = w};
        cr_expect(near(cx_mean_squared_error(v[0], v[1], NULL), mean_of_squares(e, NULL, N)));
        cr_expect(near(cx_mean_squared_error(v[0], v[1], &weighted), mean_of_squares(e, w, mass)));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* ------------------------------------------------------------------------------------ rules */
/* Parts of a formula that do not meet need not broadcast, in one pass or not. */
Test(held, parts_apart)
{
    const cx_scope s = cx_scope_open();
    const double p[3] = {1, 2, 4};
    const cx_array *const x = test_copy_host(p, CX_SHAPE(3), CX_F64),
                          *const y = cx_full(CX_SHAPE(3, 4), cx_float(0.5), CX_F64, test_device()),
                          *const z = cx_zeros(CX_SHAPE(5), CX_F64, test_device());
    cr_expect(same(cx_eval("p, v: log(p) - sum(exp(v), axis=1)", x, y),
                   cx_sub(cx_log(x), cx_sum(cx_exp(y), CX_AXIS(1)))));
    const cx_tuple t = cx_eval_all("x, z: x + 1, z * 2", CX_ARRAYS(x, z));
    cr_expect(t.count == 2 && cx_dim(t.at[0], 0) == 3 && cx_dim(t.at[1], 0) == 5);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* While floating-point exceptions are counted, formulas are no hiding place. */
Test(held, exceptions_are_counted)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_zeros(CX_SHAPE(7), CX_F64, test_device());
    cx_fp_counts_reset();
    cr_assert_eq(cx_fp_count(CX_FP_COUNT_ON), CX_OK);
    (void)cx_eval("x: 1 / x + 1", x);
    cr_assert_eq(cx_fp_count(CX_FP_COUNT_OFF), CX_OK);
    cr_expect_eq(cx_fp_counts_get().divide, 7);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

static void expect_error(const char *where)
{
    cx_error e;
    cr_expect_eq(cx_error_get(&e), CX_E_SHAPE, "%s", e.text);
    cr_expect_str_eq(e.where, where, "%s", e.text);
}
Test(held, errors_name_the_function)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_zeros(CX_SHAPE(7), CX_F64, test_device()), *const y = cx_zeros(
                                                                                CX_SHAPE(3), CX_F64,
                                                                                test_device());
    (void)cx_isclose(x, y, NULL);
    expect_error("isclose");
    (void)cx_ma_masked_inside(cx_ma(x), x, y);
    expect_error("ma_masked_inside");
    cr_expect_eq(cx_scope_close(s), CX_E_SHAPE);
}

/* ------------------------------------------------------------------------------------ threads */
enum { THREADS = 8, ROUNDS = 50, LENGTH = 300 };
static cx__held contested = CX__HELD("x, y: d = x - y; sqrt(sum(d * d)) + mean(y)");
static pthread_barrier_t gate;
static double answers[THREADS];

static void *use(void *ctx)
{
    double *const out = ctx;
    pthread_barrier_wait(&gate);
    for (int i = 0; i < ROUNDS; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const x = cx_full(CX_SHAPE(LENGTH), cx_float(0.1), CX_F64, test_device());
        const double v =
            cx_item_f64(test_host(cx__held_run("held", &contested, CX_ARRAYS(x, cx_float(0.7)))));
        if (cx_scope_close(s) != CX_OK || (i > 0 && v != *out)) *out = (double)NAN;
        if (i == 0) *out = v;
    }
    return NULL;
}
static void race(void)
{
    pthread_t thread[THREADS];
    pthread_barrier_init(&gate, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&thread[i], NULL, use, &answers[i]), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&gate);
    for (int i = 1; i < THREADS; i++) cr_expect_eq(answers[i], answers[0]);
}

Test(held, made_once)
{
    cr_assert_null(atomic_load(&contested.program));
    const int64_t objects = cx__object_live();
    race();
    cx_program *const p = atomic_load(&contested.program);
    cr_assert_not_null(p);
    const int64_t typed = cx_eval_cache_stats().typed;
    race();
    cr_expect_eq(atomic_load(&contested.program), p);
    cr_expect_eq(cx_eval_cache_stats().typed, typed, "typed anew");
    cr_expect_eq(cx__object_live(), objects, "the program counts as a leak");
    cr_expect_eq(cx_eval_cache_stats().programs, 0, "the table of texts has nothing to do with it");
}
