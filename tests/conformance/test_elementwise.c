/* isa: each. device: each
 * Every elementwise operation x dtype x layout against its scalar meaning, in guarded memory; then
 * what goes beyond one kernel: outputs, overlap, many dimensions, scalars, categories. */
#include "layouts.h"
#include "reference.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct operation {
    const char *name, *domain;
    int code;
    char result;
    double ulp;
    cx_array *(*unary)(const cx_array *a);
    cx_status (*unary_into)(const cx_array *a, cx_array *out);
    cx_array *(*binary)(const cx_array *a, const cx_array *b);
    cx_status (*binary_into)(const cx_array *a, const cx_array *b, cx_array *out);
} operation;

static const operation operations[] = {
#define CX_UNARY(NAME, name_, code, domain, result, ulp, doc) \
    {#name_, domain, code, result, ulp, cx_##name_, cx_##name_##_into, NULL, NULL},
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name_, code, domain, result, ulp, doc) \
    {#name_, domain, code, result, ulp, NULL, NULL, cx_##name_, cx_##name_##_into},
#include <calx/binary_ops.def>
#undef CX_BINARY
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static const struct {
    int ndim;
    int64_t shape[3];
} shapes[] = {{0, {0}},    {1, {1}},    {1, {0}},      {1, {19}},     {1, {259}},
              {2, {3, 5}}, {2, {2, 0}}, {2, {3, 131}}, {3, {2, 3, 4}}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static bool has_loop(const operation *op, cx_dtype t)
{
    const char kind = cx_dtype_kind(t);
    if (op->code == CX_BI_LDEXP) return false; /* its operands differ: golden/ufunc_call_cases */
    if (t == CX_F16 || t == CX_BF16) return strchr(op->domain, 'e') != NULL;
    if (op->code == CX_BI_FLOAT_POWER) return t == CX_F64 || t == CX_C128;
    return strchr(op->domain, kind) != NULL;
}

static cx_dtype result_of(const operation *op, cx_dtype t)
{
    if (op->result == 'B') return CX_BOOL;
    if (op->result == '8') return CX_U8;
    if (op->result == 'R' && cx_dtype_kind(t) == 'c') return t == CX_C64 ? CX_F32 : CX_F64;
    return t;
}

static int64_t compare(const operation *op, cx_dtype t, const test_array *x, const test_array *y,
                       test_array *r, const char *how, uint64_t seed)
{
    const cx_dtype result = result_of(op, t);
    int64_t covered = 0;
    test_down(r);
    for (int64_t i = 0; i < x->size; i++) {
        const void *const px = test_element(x, i), *const py =
                                                       y == NULL ? NULL : test_element(y, i);
        const void *const got = test_element(r, i);
        const verdict v = test_check(op->code, t, px, py, result, got, op->ulp);
        covered += v != NOT_COVERED;
        char text[3][80];
        cr_assert(v != DIFFERENT,
                  "%s(%s, %s) of %s is not %s (%s, element %lld of %lld, seed %#llx)", op->name,
                  test_text(t, px, text[0]), py == NULL ? "" : test_text(t, py, text[1]),
                  cx_dtype_name(t), test_text(result, got, text[2]), how, (long long)i,
                  (long long)x->size, (unsigned long long)seed);
    }
    return covered;
}

static int64_t check_layouts(const operation *op, cx_dtype t, int which, layout first,
                             uint64_t *state, uint64_t seed)
{
    const cx_scope s = cx_scope_open();
    const int ndim = shapes[which].ndim;
    const int64_t *const shape = shapes[which].shape;
    const layout second = (layout)(((int)first + which) % LAYOUT_COUNT);
    test_array x, y, out;
    test_array_new(&x, t, ndim, shape, first);
    test_array_new(&y, t, ndim, shape, second);
    test_array_new(&out, result_of(op, t), ndim, shape, (layout)((int)second % LAYOUT_REPEATED));
    test_fill(&x, state, FILL_ANY);
    test_fill(&y, state,
              op->code == CX_BI_POWER && strchr("biu", cx_dtype_kind(t)) != NULL ? FILL_SMALL
                                                                                 : FILL_ANY);
    const bool two = op->binary != NULL;
    const cx_array *const r = two ? op->binary(x.a, y.a) : op->unary(x.a);
    cr_assert_eq(cx_status_of(r), CX_OK, "%s: %s", op->name, cx_error_message());
    cr_assert_eq(cx_dtype_of(r), result_of(op, t), "%s of %s", op->name, cx_dtype_name(t));
    char how[64];
    snprintf(how, sizeof how, "%s, %s", test_layout_name(first), test_layout_name(second));
    cr_assert_eq(cx_copy_into(r, out.a), CX_OK, "%s", cx_error_message());
    int64_t covered = compare(op, t, &x, two ? &y : NULL, &out, how, seed);
    cr_assert_eq(cx_copy_into(cx_zeros_like(r, CX_DTYPE_NONE), out.a), CX_OK);
    cr_assert_eq(two ? op->binary_into(x.a, y.a, out.a) : op->unary_into(x.a, out.a), CX_OK,
                 "%s: %s", op->name, cx_error_message());
    covered += compare(op, t, &x, two ? &y : NULL, &out, how, seed);
    cr_assert(test_guards(&x) && test_guards(&y) && test_guards(&out),
              "%s of %s wrote outside (%s, seed %#llx)", op->name, cx_dtype_name(t), how,
              (unsigned long long)seed);
    cr_assert_eq(cx_scope_close(s), CX_OK);
    test_array_free(&x);
    test_array_free(&y);
    test_array_free(&out);
    return covered;
}

Test(elementwise, every_operation_dtype_layout)
{
    const uint64_t seed = test_seed();
    uint64_t state = seed;
    for (int k = 0; k < OPERATIONS; k++) {
        const operation *const op = &operations[k];
        for (int t = CX_BOOL; t <= CX_C128; t++) {
            if (!has_loop(op, (cx_dtype)t)) continue;
            int64_t covered = 0;
            for (int which = 0; which < SHAPES; which++) {
                if (test_brief() && which != 3 && which != 7) continue;
                for (int how = 0; how < LAYOUT_COUNT; how += test_brief() ? 4 : 1)
                    covered += check_layouts(op, (cx_dtype)t, which, (layout)how, &state, seed);
            }
            /* the complex functions without a reference here are in golden/complex.tsv */
            const bool elsewhere = cx_dtype_kind((cx_dtype)t) == 'c';
            cr_expect(covered > 0 || elsewhere, "%s of %s was not compared with anything", op->name,
                      cx_dtype_name((cx_dtype)t));
        }
    }
}

/* ------------------------------------------------------------------------------------ three inputs
 */
static bool same_bits(cx_dtype t, const void *a, const void *b)
{
    return memcmp(a, b, cx_dtype_size(t)) == 0;
}

static void check_where(cx_dtype t, int which, layout how, uint64_t *state)
{
    const cx_scope s = cx_scope_open();
    const int ndim = shapes[which].ndim;
    test_array c, y, z, out;
    test_array_new(&c, CX_BOOL, ndim, shapes[which].shape, how);
    test_array_new(&y, t, ndim, shapes[which].shape, (layout)((int)how % LAYOUT_COUNT));
    test_array_new(&z, t, ndim, shapes[which].shape, (layout)(((int)how + 3) % LAYOUT_COUNT));
    test_array_new(&out, t, ndim, shapes[which].shape, (layout)(((int)how + 1) % LAYOUT_REPEATED));
    test_fill(&c, state, FILL_ANY);
    test_fill(&y, state, FILL_ANY);
    test_fill(&z, state, FILL_ANY);
    cr_assert_eq(cx_where_into(c.a, y.a, z.a, out.a), CX_OK, "%s", cx_error_message());
    test_down(&out);
    for (int64_t i = 0; i < c.size; i++) {
        const test_array *const from = *(const bool *)test_element(&c, i) ? &y : &z;
        cr_assert(same_bits(t, test_element(&out, i), test_element(from, i)),
                  "where of %s, %s, element %lld", cx_dtype_name(t), test_layout_name(how),
                  (long long)i);
    }
    cr_assert(test_guards(&out));
    cr_assert_eq(cx_scope_close(s), CX_OK);
    test_array_free(&c);
    test_array_free(&y);
    test_array_free(&z);
    test_array_free(&out);
}

/* clip is minimum(maximum(x, low), high), which the test above has checked. */
static void check_clip(cx_dtype t, int which, layout how, uint64_t *state)
{
    const cx_scope s = cx_scope_open();
    const int ndim = shapes[which].ndim;
    test_array x, lo, hi, one, two;
    test_array_new(&x, t, ndim, shapes[which].shape, how);
    test_array_new(&lo, t, ndim, shapes[which].shape, (layout)(((int)how + 2) % LAYOUT_COUNT));
    test_array_new(&hi, t, ndim, shapes[which].shape, (layout)(((int)how + 4) % LAYOUT_COUNT));
    test_array_new(&one, t, ndim, shapes[which].shape, (layout)((int)how % LAYOUT_REPEATED));
    test_array_new(&two, t, ndim, shapes[which].shape, LAYOUT_C);
    test_fill(&x, state, FILL_ANY);
    test_fill(&lo, state, FILL_ANY);
    test_fill(&hi, state, FILL_ANY);
    cr_assert_eq(cx_clip_into(x.a, lo.a, hi.a, one.a), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_minimum_into(cx_maximum(x.a, lo.a), hi.a, two.a), CX_OK, "%s",
                 cx_error_message());
    test_down(&one);
    test_down(&two);
    for (int64_t i = 0; i < x.size; i++) {
        const void *const a = test_element(&one, i), *const b = test_element(&two, i);
        const bool nan =
            cx_dtype_kind(t) != 'b' && cx_dtype_kind(t) != 'i' && cx_dtype_kind(t) != 'u';
        cr_assert(same_bits(t, a, b) || nan, "clip of %s, %s, element %lld", cx_dtype_name(t),
                  test_layout_name(how), (long long)i);
    }
    if (x.size > 0) cr_assert(cx_array_equal(cx_isnan(one.a), cx_isnan(two.a)));
    if (x.size > 0 && cx_dtype_kind(t) != 'c') {
        const cx_array *const differ =
            cx_logical_and(cx_not_equal(one.a, two.a), cx_logical_not(cx_isnan(one.a)));
        cr_assert_not(cx_item_bool(cx_any(differ, CX_ALL)), "clip of %s, %s", cx_dtype_name(t),
                      test_layout_name(how));
    }
    cr_assert(test_guards(&one));
    cr_assert_eq(cx_scope_close(s), CX_OK);
    test_array_free(&x);
    test_array_free(&lo);
    test_array_free(&hi);
    test_array_free(&one);
    test_array_free(&two);
}

Test(elementwise, where_and_clip)
{
    uint64_t state = test_seed();
    for (int t = CX_BOOL; t <= CX_C128; t++) {
        for (int which = 0; which < SHAPES; which++) {
            for (int how = 0; how < LAYOUT_COUNT; how += test_brief() ? 4 : 1) {
                check_where((cx_dtype)t, which, (layout)how, &state);
                check_clip((cx_dtype)t, which, (layout)how, &state);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------ beyond one
 * kernel */
Test(elementwise, in_place_and_cast_outputs)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_linspace(-2, 2, 1001, CX_F64, test_device(), NULL), *const y =
                                                                                   cx_copy(x);
    cr_expect_eq(cx_add_into(y, y, y), CX_OK);
    cr_expect(cx_array_equal(y, cx_mul(x, cx_float(2))));
    cx_array *const narrow = cx_empty(CX_SHAPE(1001), CX_F16, test_device());
    cr_expect_eq(cx_mul_into(x, cx_float(3), narrow), CX_OK);
    cr_expect(cx_array_equal(narrow, cx_astype(cx_mul(x, cx_float(3)), CX_F16)));
    cx_array *const whole = cx_empty(CX_SHAPE(1001), CX_I32, test_device());
    cr_expect_eq(cx_mul_into(x, cx_float(3), whole), CX_E_DTYPE);
    cr_expect_eq(cx_less_into(x, cx_float(0), whole), CX_OK);
    cr_expect_eq(cx_item_i64(cx_sum(whole, CX_ALL)), 500);
    cr_expect_eq(cx_add_into(x, x, cx_empty(CX_SHAPE(1000), CX_F64, test_device())), CX_E_SHAPE);
    cr_expect_eq(cx_add_into(x, x, NULL), CX_E_NULL);
    cr_assert_eq(cx_set_readonly(y), CX_OK);
    cr_expect_eq(cx_add_into(x, x, y), CX_E_READONLY);
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

Test(elementwise, overlap)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_arange_i64(0, 20, 1, CX_I64, test_device());
    cx_array *const front = cx_slice(a, 0, 0, 10, 1), *const back = cx_slice(a, 0, 5, 15, 1),
                    *const tail = cx_slice(a, 0, 10, 20, 1);
    cr_expect_eq(cx_add_into(front, cx_int(1), back), CX_E_OVERLAP);
    cr_expect_eq(cx_add_into(cx_flip(front, 0), cx_int(1), front), CX_E_OVERLAP);
    cr_expect_eq(cx_add_into(front, tail, tail), CX_OK, "%s", cx_error_message());
    cr_expect_eq(cx_item_i64(cx_select(a, 0, 19)), 28);
    cx_array *const even = cx_slice(a, 0, 0, 20, 2), *const odd = cx_slice(a, 0, 1, 20, 2);
    cr_expect_eq(cx_add_into(even, even, odd), CX_OK, "interleaved: %s", cx_error_message());
    cr_expect_eq(cx_item_i64(cx_select(a, 0, 3)), 4);
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

Test(elementwise, many_dimensions)
{
    /* twelve dimensions that do not merge: every second element along each */
    const cx_scope s = cx_scope_open();
    int64_t shape[12], starts = 0;
    for (int i = 0; i < 12; i++) shape[i] = 3;
    cx_array *const all =
        cx_reshape(cx_arange_i64(0, 531441, 1, CX_I64, test_device()), (cx_shape){12, shape});
    cx_array *v = all;
    for (int i = 0; i < 12; i++) v = cx_slice(v, i, starts, CX_END, 2);
    cx_array *const r = cx_add(v, cx_transpose(v));
    cr_assert_eq(cx_ndim(r), 12);
    cx_array *const flat = cx_ravel(cx_copy(v)), *const turned = cx_ravel(cx_copy(cx_transpose(v)));
    cr_expect(cx_array_equal(cx_ravel(cx_copy(r)), cx_add(flat, turned)));
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

Test(elementwise, integers_compare_by_value)
{
    const cx_scope s = cx_scope_open();
    cx_array *const u = test_copy_host((const uint64_t[]){0, 1, UINT64_C(1) << 63, UINT64_MAX},
                                       CX_SHAPE(4), CX_U64);
    cx_array *const i =
        test_copy_host((const int64_t[]){-1, 1, INT64_MAX, -1}, CX_SHAPE(4), CX_I64);
    cr_expect(cx_array_equal(cx_less(i, u),
                             test_copy_host((const bool[]){1, 0, 1, 1}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_greater(u, i),
                             test_copy_host((const bool[]){1, 0, 1, 1}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_equal(u, i),
                             test_copy_host((const bool[]){0, 1, 0, 0}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_less_equal(u, i),
                             test_copy_host((const bool[]){0, 1, 0, 0}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_greater_equal(u, cx_int(-1)),
                             cx_ones(CX_SHAPE(4), CX_BOOL, test_device())));
    cr_expect(cx_array_equal(cx_less(cx_int(INT64_MIN), u),
                             cx_ones(CX_SHAPE(4), CX_BOOL, test_device())));
    cx_array *const small = test_copy_host((const uint8_t[]){0, 44, 255}, CX_SHAPE(3), CX_U8);
    cr_expect(cx_array_equal(cx_equal(small, cx_int(300)),
                             cx_zeros(CX_SHAPE(3), CX_BOOL, test_device())));
    cr_expect(
        cx_array_equal(cx_less(small, cx_int(300)), cx_ones(CX_SHAPE(3), CX_BOOL, test_device())));
    cr_expect(cx_array_equal(cx_greater(small, cx_int(-1)),
                             cx_ones(CX_SHAPE(3), CX_BOOL, test_device())));
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

/* Division by one number may go by multiplications: its bits are the division's. Divisors and
 * quotients of all sizes, close to the middle between two floats, and zeros of both signs; the
 * first three quarters of an array are of a size where nothing overflows. */
#define DIVIDE(T, U, sfx, NAME, MANTISSA, LOW, HIGH)                                               \
    static T any_##sfx(uint64_t *state, bool tame)                                                 \
    {                                                                                              \
        const U ones = ((U)1 << MANTISSA) - 1, drawn = (U)test_random(state);                      \
        U bits = drawn;                                                                            \
        T x;                                                                                       \
        if (test_random(state) % 4 == 0) bits |= ones;                                             \
        if (test_random(state) % 4 == 0) bits &= ~ones | (U)(test_random(state) % 4);              \
        if (tame)                                                                                  \
            bits = (bits & (ones | ~(~(U)0 >> 1))) | (LOW + drawn % (HIGH - LOW)) << MANTISSA;     \
        memcpy(&x, &bits, sizeof x);                                                               \
        return x;                                                                                  \
    }                                                                                              \
    static void divide_##sfx(uint64_t *state, int round)                                           \
    {                                                                                              \
        enum { N = 777 };                                                                          \
        T x[N];                                                                                    \
        const T d = round < 4 ? (const T[]){3, 255, (T)-0.08, 1}[round]                            \
                              : any_##sfx(state, round % 4 != 0);                                  \
        for (int i = 0; i < N; i++) {                                                              \
            x[i] = any_##sfx(state, i < N * 3 / 4);                                                \
            if (i % 5 == 0 && isfinite(d)) x[i] = d * (T)(i % 64) / 2;                             \
            if (i < 192 && x[i] == 0) x[i] = d;                                                    \
        }                                                                                          \
        const cx_scope s = cx_scope_open();                                                        \
        cx_array *const a = test_copy_host(x, CX_SHAPE(N), CX_##NAME), *const by = test_copy_host( \
                                                                           &d, CX_SHAPE(1),        \
                                                                           CX_##NAME);             \
        const cx_array *const got = cx_to(cx_div(a, by), CX_CPU);                                  \
        for (int i = 0; cx_ok() && i < N; i++) {                                                   \
            const T want = x[i] / d, is = cx_data_##sfx(got)[i];                                   \
            cr_assert((isnan(want) && isnan(is)) || memcmp(&want, &is, sizeof is) == 0,            \
                      "%a / %a is %a, not %a", (double)x[i], (double)d, (double)want, (double)is); \
        }                                                                                          \
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());                          \
    }
DIVIDE(float, uint32_t, f32, F32, 23, (uint32_t)90, (uint32_t)160)
DIVIDE(double, uint64_t, f64, F64, 52, UINT64_C(900), UINT64_C(1200))

Test(elementwise, division_by_one_number)
{
    uint64_t state = 11;
    const int rounds = test_on_cpu() ? 400 : 20;
    for (int round = 0; round < rounds; round++) {
        divide_f32(&state, round);
        divide_f64(&state, round);
    }
}

Test(elementwise, refused)
{
    const cx_scope s = cx_scope_open();
    cx_array *const u8 = cx_ones(CX_SHAPE(3), CX_U8, test_device()), *const i32 = cx_ones(
                                                                         CX_SHAPE(3), CX_I32,
                                                                         test_device());
    cr_expect_eq(cx_status_of(cx_add(u8, cx_int(300))), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_add(u8, cx_int(-1))), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_power(i32, cx_int(-1))), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_power(i32, cx_negative(i32))), CX_E_ARGUMENT);
    cr_expect_eq(cx_status_of(cx_sub(cx_less(u8, u8), cx_less(u8, u8))), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_bitwise_and(cx_f64(1), cx_f64(1))), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_add(u8, cx_ones(CX_SHAPE(4), CX_U8, test_device()))), CX_E_SHAPE);
    cr_expect_eq(cx_scope_close(s), CX_E_DTYPE, "the first mark wins");
}

Test(elementwise, categories)
{
    const cx_scope s = cx_scope_open();
    cx_array *const ca = cx_copy_host((const int32_t[]){0, 1, 2, -1}, CX_SHAPE(4), CX_I32);
    cx_array *const cb = test_copy_host((const int32_t[]){1, 0, 2, 0}, CX_SHAPE(4), CX_I32);
    cx_array *const a = test_here(cx_categories_new(ca, 3, (const char *const[]){"x", "y", "z"}));
    cx_array *const b =
        test_here(cx_categories_new(test_host(cb), 3, (const char *const[]){"y", "x", "w"}));
    cr_expect(cx_array_equal(cx_equal(a, b),
                             test_copy_host((const bool[]){1, 1, 0, 0}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_not_equal(a, b),
                             test_copy_host((const bool[]){0, 0, 1, 1}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_equal(a, a), cx_ones(CX_SHAPE(4), CX_BOOL, test_device())));
    cr_expect(cx_array_equal(cx_equal(a, cx_int(1)),
                             test_copy_host((const bool[]){0, 1, 0, 0}, CX_SHAPE(4), CX_BOOL)));
    cr_expect(cx_array_equal(cx_equal(cb, a),
                             test_copy_host((const bool[]){0, 0, 1, 0}, CX_SHAPE(4), CX_BOOL)));
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    const cx_scope t = cx_scope_open();
    cx_array *const c = test_here(
        cx_categories_new(cx_zeros(CX_SHAPE(2), CX_I32, CX_CPU), 1, (const char *const[]){"x"}));
    cr_expect_eq(cx_status_of(cx_add(c, c)), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_equal(c, cx_float(0))), CX_E_DTYPE);
    cr_expect_eq(cx_status_of(cx_less(c, c)), CX_E_DTYPE);
    cr_expect_eq(cx_scope_close(t), CX_E_DTYPE);
}

/* Results larger than the caches, as new arrays, in place and out of line with vectors, are what
 * pieces of them are. */
Test(elementwise, results_past_the_caches)
{
    enum { N = (1 << 21) + 24, PIECE = 300007 };
    const cx_scope s = cx_scope_open();
    const cx_device d = test_device();
    cx_array *const x = cx_sqrt(cx_astype(cx_arange_i64(0, N, 1, CX_I64, d), CX_F64)),
                    *const y = cx_add(x, cx_float(0.5)), *const sum = cx_add(x, y),
                    *const wide = cx_zeros(CX_SHAPE(N + 1), CX_F64, d),
                    *const near = cx_slice(wide, 0, 1, CX_END, 1), *const in_place = cx_copy(x);
    (void)cx_check(cx_add_into(x, y, near));
    (void)cx_check(cx_add_into(in_place, y, in_place));
    for (int64_t at = 0; at < N; at += PIECE) {
        const int64_t end = at + PIECE < N ? at + PIECE : N;
        cx_array *const piece = cx_add(cx_slice(x, 0, at, end, 1), cx_slice(y, 0, at, end, 1));
        cr_assert(cx_array_equal(cx_slice(sum, 0, at, end, 1), piece), "new");
        cr_assert(cx_array_equal(cx_slice(near, 0, at, end, 1), piece), "out of line");
        cr_assert(cx_array_equal(cx_slice(in_place, 0, at, end, 1), piece), "in place");
    }
    cr_assert_eq(cx_item_f64(cx_select(wide, 0, 0)), 0.0);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
