/* isa: each. device: each
 * Operations by code beyond golden cases: every row in place, masks over every layout, folds of
 * long lines against their parts, the same bits for any number of threads, own C loops, counted
 * exceptions. */
#include "layouts.h"
#include "numbers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *domain;
    cx_map_op op;
    int inputs;
    char result;
} rows[] = {
#define CX_UNARY(NAME, name_, code, domain, result, ulp, doc) \
    {#name_, domain, CX_UN_##NAME, 1, result},
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name_, code, domain, result, ulp, doc) \
    {#name_, domain, CX_BI_##NAME, 2, result},
#include <calx/binary_ops.def>
#undef CX_BINARY
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool has_loop(int k, cx_dtype t)
{
    if (rows[k].op == CX_BI_LDEXP) return false;
    if (rows[k].op == CX_BI_FLOAT_POWER) return t == CX_F64 || t == CX_C128;
    return strchr(rows[k].domain, cx_dtype_kind(t)) != NULL;
}

/* Equal, NaN with NaN. */
static bool same(const cx_array *a, const cx_array *b)
{
    const cx_array *const nan = cx_logical_and(cx_isnan(a), cx_isnan(b));
    const cx_array *const equal = cx_logical_or(cx_equal(a, b), nan);
    return cx_dtype_of(a) == cx_dtype_of(b) && cx_item_bool(cx_all(equal, CX_ALL));
}

static void operands(test_array *x, test_array *y, int k, cx_dtype t, layout how, uint64_t *state)
{
    static const int64_t shape[2] = {5, 37};
    const bool whole = strchr("biu", cx_dtype_kind(t)) != NULL;
    test_array_new(x, t, 2, shape, how);
    test_array_new(y, t, 2, shape, (layout)(((int)how + 1) % LAYOUT_COUNT));
    test_fill(x, state, FILL_ANY);
    test_fill(y, state, rows[k].op == CX_BI_POWER && whole ? FILL_SMALL : FILL_ANY);
}

static void check_in_place(int k, cx_dtype t, layout how, uint64_t *state)
{
    const cx_scope s = cx_scope_open();
    test_array x, y;
    operands(&x, &y, k, t, how, state);
    const cx_array *in[2] = {x.a, y.a}, *copies[2] = {cx_copy(x.a), cx_copy(y.a)};
    const cx_arrays list = {rows[k].inputs, in};
    cx_array *const fresh = cx_ufunc(rows[k].op, (cx_arrays){rows[k].inputs, copies}, NULL);
    const cx_ufunc_opts o = {.struct_size = sizeof o, .casting = CX_SET(CX_CASTING_UNSAFE)};
    cr_assert_eq(cx_ufunc_into(rows[k].op, list, &o, CX_OUTS(x.a)), CX_OK, "%s of %s: %s",
                 rows[k].name, cx_dtype_name(t), cx_error_message());
    cr_assert(same(x.a, cx_astype(fresh, t)), "%s of %s in place, %s", rows[k].name,
              cx_dtype_name(t), test_layout_name(how));
    cr_assert(test_guards(&x) && test_guards(&y));
    cr_assert_eq(cx_scope_close(s), CX_OK);
    test_array_free(&x);
    test_array_free(&y);
}

Test(ufunc, every_row_in_place)
{
    uint64_t state = test_seed();
    for (int k = 0; k < ROWS; k++)
        for (int t = CX_BOOL; t <= CX_C128; t++)
            for (int how = 0; how < LAYOUT_REPEATED; how += test_brief() ? 3 : 1)
                if (has_loop(k, (cx_dtype)t)) check_in_place(k, (cx_dtype)t, (layout)how, &state);
}

static cx_array *numbers_of(cx_dtype t, int64_t n, uint64_t *state)
{
    cx_array *const a = cx_empty(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const v = cx_data_i64_mut(a);
    for (int64_t i = 0; i < n; i++) v[i] = (int64_t)(test_random(state) >> 20);
    return test_here(cx_astype(a, t));
}

/* No result depends on what stands beside it: elements of all magnitudes in another order. */
Test(ufunc, every_element_alone)
{
    enum { N = 509 };
    uint64_t state = test_seed();
    for (int k = 0; k < ROWS; k++)
        for (int t = CX_F16; t <= CX_C128; t++) {
            if (!has_loop(k, (cx_dtype)t)) continue;
            const cx_scope s = cx_scope_open();
            test_array wild, other;
            test_array_new(&wild, CX_F64, 1, (const int64_t[]){N}, LAYOUT_C);
            test_array_new(&other, CX_F64, 1, (const int64_t[]){N}, LAYOUT_C);
            test_fill(&wild, &state, FILL_ANY);
            test_fill(&other, &state, FILL_ANY);
            /* 10^-5 to 10^20 beside the fill's own: functions change their way in between */
            cx_array *const far = cx_exp(cx_remainder(cx_abs(other.a), cx_float(46)));
            cx_array *const x = cx_astype(
                cx_where(cx_less(wild.a, cx_float(0)), cx_mul(far, cx_float(1e-5)), wild.a),
                (cx_dtype)t);
            cx_array *const y = cx_astype(other.a, (cx_dtype)t);
            cx_array *const order = cx_argsort(numbers_of(CX_I64, N, &state), 0);
            const cx_array *in[2] = {x, y},
                           *moved[2] = {cx_take(x, order, 0), cx_take(y, order, 0)};
            const cx_array *const r = cx_ufunc(rows[k].op, (cx_arrays){rows[k].inputs, in}, NULL),
                                  *const m = cx_ufunc(rows[k].op,
                                                      (cx_arrays){rows[k].inputs, moved}, NULL);
            cr_assert(same(cx_take(r, order, 0), m), "%s of %s", rows[k].name,
                      cx_dtype_name((cx_dtype)t));
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
            test_array_free(&wild);
            test_array_free(&other);
        }
}

/* Products of complex numbers are rounded after every step, on every level and at every place. */
Test(ufunc, complex_products)
{
    enum { N = 1003 };
    uint64_t state = test_seed();
    for (int t = CX_C64; t <= CX_C128; t++) {
        const cx_scope s = cx_scope_open();
        cx_array *const x = cx_astype(numbers_of(CX_F64, 2 * N, &state),
                                      t == CX_C64 ? CX_F32 : CX_F64),
                        *const y = cx_flip(cx_sqrt(x), 0);
        const cx_array *const a = cx_index(x, "::2"), *const b = cx_index(x, "1::2"),
                              *const c = cx_index(y, "::2"), *const d = cx_index(y, "1::2");
        cx_array *const z = cx_empty(CX_SHAPE(N), (cx_dtype)t, test_device()),
                        *const w = cx_empty_like(z, CX_DTYPE_NONE);
        (void)cx_check(cx_copy_into(a, cx_real(z)));
        (void)cx_check(cx_copy_into(b, cx_imag(z)));
        (void)cx_check(cx_copy_into(c, cx_real(w)));
        (void)cx_check(cx_copy_into(d, cx_imag(w)));
        const cx_array *const r = cx_mul(z, w);
        cr_assert(same(cx_real(r), cx_sub(cx_mul(a, c), cx_mul(b, d))), "re of %s",
                  cx_dtype_name((cx_dtype)t));
        cr_assert(same(cx_imag(r), cx_add(cx_mul(a, d), cx_mul(b, c))), "im of %s",
                  cx_dtype_name((cx_dtype)t));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* ------------------------------------------------------------------------------------ masks */
static void check_mask(int k, cx_dtype t, layout how, uint64_t *state)
{
    static const int64_t shape[2] = {5, 37};
    const cx_scope s = cx_scope_open();
    test_array x, y, m, out;
    operands(&x, &y, k, t, how, state);
    const cx_array *in[2] = {x.a, y.a};
    const cx_arrays list = {rows[k].inputs, in};
    cx_array *const all = cx_ufunc(rows[k].op, list, NULL);
    test_array_new(&m, CX_BOOL, 2, shape, (layout)(((int)how + 2) % LAYOUT_COUNT));
    test_array_new(&out, cx_dtype_of(all), 2, shape, (layout)(((int)how + 3) % LAYOUT_REPEATED));
    test_fill(&m, state, FILL_ANY);
    test_fill(&out, state, FILL_ANY);
    cx_array *const before = cx_copy(out.a);
    const cx_ufunc_opts o = {.struct_size = sizeof o, .where = m.a};
    cr_assert_eq(cx_ufunc_into(rows[k].op, list, &o, CX_OUTS(out.a)), CX_OK, "%s of %s: %s",
                 rows[k].name, cx_dtype_name(t), cx_error_message());
    cr_assert(same(out.a, cx_where(m.a, all, before)), "%s of %s where, %s", rows[k].name,
              cx_dtype_name(t), test_layout_name(how));
    cr_assert(same(cx_ufunc(rows[k].op, list, &o),
                   cx_where(m.a, all, cx_zeros_like(all, CX_DTYPE_NONE))));
    cr_assert(test_guards(&x) && test_guards(&y) && test_guards(&m) && test_guards(&out));
    cr_assert_eq(cx_scope_close(s), CX_OK);
    test_array_free(&x);
    test_array_free(&y);
    test_array_free(&m);
    test_array_free(&out);
}

Test(ufunc, masks)
{
    uint64_t state = test_seed();
    for (int k = 0; k < ROWS; k += 1 + (int)(test_random(&state) % 3))
        for (int t = CX_BOOL; t <= CX_C128; t++)
            for (int how = (int)(test_random(&state) % 2); how < LAYOUT_COUNT;
                 how += test_brief() ? 5 : 2)
                if (has_loop(k, (cx_dtype)t)) check_mask(k, (cx_dtype)t, (layout)how, &state);
}

Test(ufunc, pairs_over_layouts)
{
    static const int64_t shape[2] = {3, 611};
    uint64_t state = test_seed();
    for (int t = CX_I8; t <= CX_F64; t++)
        for (int how = 0; how < LAYOUT_COUNT; how += test_brief() ? 2 : 1) {
            const cx_scope s = cx_scope_open();
            test_array x, y, q, r;
            test_array_new(&x, (cx_dtype)t, 2, shape, (layout)how);
            test_array_new(&y, (cx_dtype)t, 2, shape, (layout)((how + 2) % LAYOUT_COUNT));
            test_array_new(&q, (cx_dtype)t, 2, shape, (layout)((how + 1) % LAYOUT_REPEATED));
            test_array_new(&r, (cx_dtype)t, 2, shape, (layout)((how + 3) % LAYOUT_REPEATED));
            test_fill(&x, &state, FILL_ANY);
            test_fill(&y, &state, FILL_ANY);
            cr_assert_eq(cx_divmod_into(x.a, y.a, q.a, r.a), CX_OK, "%s", cx_error_message());
            cr_assert(same(q.a, cx_floor_divide(x.a, y.a)), "quotient of %s",
                      cx_dtype_name((cx_dtype)t));
            cr_assert(same(r.a, cx_remainder(x.a, y.a)), "remainder of %s",
                      cx_dtype_name((cx_dtype)t));
            if (how != LAYOUT_REPEATED && (how + 2) % LAYOUT_COUNT != LAYOUT_REPEATED) {
                const cx_pair fresh = cx_divmod(cx_copy(x.a), cx_copy(y.a));
                cr_assert_eq(cx_divmod_into(x.a, y.a, x.a, y.a), CX_OK, "%s", cx_error_message());
                cr_assert(same(x.a, fresh.first) && same(y.a, fresh.second), "in place");
            }
            cr_assert_eq(cx_divmod_into(q.a, y.a, r.a, r.a), CX_E_OVERLAP);
            cr_assert(test_guards(&x) && test_guards(&y) && test_guards(&q) && test_guards(&r));
            cr_assert_eq(cx_scope_close(s), CX_OK);
            test_array_free(&x);
            test_array_free(&y);
            test_array_free(&q);
            test_array_free(&r);
        }
}

/* ------------------------------------------------------------------------------------ folds */
/* A line in parts gives what it gives in order: by halves, which take another way. */
Test(ufunc, long_lines)
{
    static const cx_map_op ops[] = {CX_BI_BITWISE_AND, CX_BI_BITWISE_OR, CX_BI_BITWISE_XOR,
                                    CX_BI_GCD,         CX_BI_MAXIMUM,    CX_BI_FMIN,
                                    CX_BI_LOGICAL_XOR};
    uint64_t state = test_seed();
    const int64_t n = test_brief() ? 5000 : 20011;
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
        for (int t = CX_I16; t <= CX_U64; t += 2) {
            const cx_scope s = cx_scope_open();
            cx_array *const a = numbers_of((cx_dtype)t, n, &state);
            cx_array *const whole = cx_ufunc_reduce(ops[k], a, CX_ALL);
            cx_array *const running = cx_ufunc_accumulate(ops[k], a, 0, CX_DTYPE_NONE);
            cr_assert(same(cx_select(running, 0, n - 1), whole));
            const int64_t cut = n / 3;
            cx_array *const left = cx_ufunc_reduce(ops[k], cx_slice(a, 0, 0, cut, 1), CX_ALL),
                            *const right =
                                cx_ufunc_reduce(ops[k], cx_slice(a, 0, cut, CX_END, 1), CX_ALL);
            cr_assert(same(cx_ufunc(ops[k], CX_ARRAYS(left, right), NULL), whole));
            cr_assert(same(cx_select(running, 0, cut - 1), left));
            /* against the line as rows of a table, folded in order down the columns */
            cx_array *const table = cx_reshape(cx_slice(a, 0, 0, 4096, 1), CX_SHAPE(64, 64));
            cx_array *const down = cx_ufunc_accumulate(ops[k], table, 0, CX_DTYPE_NONE);
            cr_assert(
                same(cx_ufunc_accumulate(ops[k], cx_copy(cx_transpose(table)), 1, CX_DTYPE_NONE),
                     cx_transpose(down)));
            cr_assert(same(cx_ufunc_reduce(ops[k], table, CX_AXIS(0)), cx_select(down, 0, 63)));
            cr_assert(same(cx_ufunc_reduce(ops[k], cx_flip(a, 0), CX_ALL), whole));
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
}

/* at with an index for each row is the plain operation; with one index it is a fold. */
Test(ufunc, at_is_a_fold)
{
    uint64_t state = test_seed();
    const int64_t n = test_brief() ? 300 : 3001;
    for (int t = CX_I32; t <= CX_F64; t++) {
        const cx_scope s = cx_scope_open();
        cx_array *const b = numbers_of((cx_dtype)t, n, &state), *const a = numbers_of((cx_dtype)t,
                                                                                      n, &state);
        cx_array *const order = cx_argsort(numbers_of(CX_I64, n, &state), 0);
        cx_array *const each = cx_copy(a);
        cr_assert_eq(cx_ufunc_at(CX_BI_SUB, each, order, b), CX_OK, "%s", cx_error_message());
        cr_assert(same(cx_take(each, order, 0), cx_sub(cx_take(a, order, 0), b)));
        cx_array *const one = cx_zeros(CX_SHAPE(3), (cx_dtype)t, test_device());
        cr_assert_eq(cx_ufunc_at(CX_BI_SUB, one, cx_full_like(order, cx_int(-2), CX_DTYPE_NONE), b),
                     CX_OK);
        cx_array *const line =
            cx_concatenate(CX_ARRAYS(cx_zeros(CX_SHAPE(1), (cx_dtype)t, test_device()), b), 0);
        cr_assert(same(cx_select(one, 0, 1),
                       cx_select(cx_ufunc_accumulate(CX_BI_SUB, line, 0, CX_DTYPE_NONE), 0, n)),
                  "%s", cx_dtype_name((cx_dtype)t));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* Many indices into few rows: negative ones count from the end wherever they stand, and one that is
 * out of bounds, however late, leaves everything as it was. */
Test(ufunc, at_looks_at_many_indices)
{
    enum { N = 20001, TARGETS = 100 };
    const cx_scope s = cx_scope_open();
    const cx_device d = test_device();
    cx_array *const place = cx_arange_i64(0, N, 1, CX_I64, d),
                    *const index = cx_remainder(cx_mul(place, cx_int(7919)), cx_int(TARGETS)),
                    *const value = cx_astype(cx_remainder(place, cx_int(13)), CX_F64),
                    *const last = cx_equal(place, cx_int(N - 2)),
                    *const want = cx_zeros(CX_SHAPE(TARGETS), CX_F64, d);
    for (int k = 0; k < TARGETS; k++) {
        cx_array *const of_row = cx_where(cx_equal(index, cx_int(k)), value, cx_float(0));
        (void)cx_check(cx_copy_into(cx_sum(of_row, CX_ALL), cx_select(want, 0, k)));
    }
    for (int apart = 1; apart <= 3; apart += 2) {
        cx_array *const a =
            cx_slice(cx_zeros(CX_SHAPE(TARGETS * apart), CX_F64, d), 0, 0, CX_END, apart);
        cr_assert_eq(cx_ufunc_at(CX_BI_ADD, a, index, value), CX_OK, "%s", cx_error_message());
        cr_assert(cx_array_equal(a, want), "apart by %d", apart);
        const cx_array *const wrapped = cx_where(last, cx_sub(index, cx_int(TARGETS)), index);
        cr_assert_eq(cx_ufunc_at(CX_BI_SUB, a, wrapped, value), CX_OK, "%s", cx_error_message());
        cr_assert(cx_array_equal(a, cx_zeros(CX_SHAPE(TARGETS), CX_F64, d)), "wrapped %d", apart);
        for (int64_t bad = -TARGETS - 1; bad <= TARGETS; bad += 2 * TARGETS + 1) {
            const cx_scope t = cx_scope_open();
            cr_assert_eq(cx_ufunc_at(CX_BI_ADD, a, cx_where(last, cx_int(bad), index), value),
                         CX_E_INDEX);
            cr_assert_eq(cx_scope_close(t), CX_OK, "%s", cx_error_message());
            cr_assert(cx_array_equal(a, cx_zeros(CX_SHAPE(TARGETS), CX_F64, d)), "%d apart", apart);
        }
    }
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(ufunc, threads_give_the_same_bits)
{
    const int threads = cx_num_threads();
    uint64_t state = test_seed();
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_reshape(numbers_of(CX_F64, 60000, &state), CX_SHAPE(30, 2000));
    cx_array *const i = cx_remainder(numbers_of(CX_I64, 30, &state), cx_int(30));
    cx_array *r[2][4];
    for (int k = 0; k < 2; k++) {
        cr_assert_eq(cx_set_num_threads(k == 0 ? 1 : 4), CX_OK);
        r[k][0] = cx_ufunc_reduce(CX_BI_HYPOT, a, CX_AXIS(1));
        r[k][1] = cx_ufunc_accumulate(CX_BI_SUB, a, 0, CX_DTYPE_NONE);
        r[k][2] = cx_ufunc_reduceat(CX_BI_HYPOT, a, i, 0, CX_DTYPE_NONE);
        r[k][3] = cx_copy(a);
        cr_assert_eq(cx_ufunc_at(CX_BI_ADD, r[k][3], i, cx_div(a, cx_float(3))), CX_OK);
    }
    cr_assert_eq(cx_set_num_threads(threads), CX_OK);
    for (int k = 0; k < 4; k++) cr_assert(same(r[0][k], r[1][k]), "result %d", k);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ------------------------------------------------------------------------------------ own loops */
typedef struct blend {
    double share;
} blend;
/* mean = share x + (1 - share) y, and which is larger */
static void blend_loop(void *ctx, int64_t n, char *const data[], const int64_t strides[])
{
    const double share = ((const blend *)ctx)->share;
    for (int64_t i = 0; i < n; i++) {
        const double x = *(const double *)(const void *)(data[0] + i * strides[0]);
        const float y = *(const float *)(const void *)(data[1] + i * strides[1]);
        *(double *)(void *)(data[2] + i * strides[2]) = share * x + (1 - share) * (double)y;
        *(int8_t *)(data[3] + i * strides[3]) = (int8_t)((x > (double)y) - (x < (double)y));
    }
}
static void twice_loop(void *ctx, int64_t n, char *const data[], const int64_t strides[])
{
    (void)ctx;
    for (int64_t i = 0; i < n; i++)
        *(float *)(void *)(data[1] + i * strides[1]) =
            2 * *(const float *)(const void *)(data[0] + i * strides[0]);
}
static const cx_dtype blend_types[] = {CX_F64, CX_F32, CX_F64, CX_I8},
                      twice_types[] = {CX_F32, CX_F32};
static blend third = {0.25};
static const cx_ufunc_def blend_def = {.struct_size = sizeof blend_def,
                                       .name = "blend",
                                       .n_in = 2,
                                       .n_out = 2,
                                       .types = blend_types,
                                       .loop = blend_loop,
                                       .ctx = &third,
                                       .grain = 100},
                          twice = {.struct_size = sizeof twice,
                                   .name = "twice",
                                   .n_in = 1,
                                   .n_out = 1,
                                   .types = twice_types,
                                   .loop = twice_loop};

Test(ufunc, own_loops)
{
    const cx_scope s = cx_scope_open();
    if (!test_on_cpu()) {
        cx_array *const there = cx_ones(CX_SHAPE(3), CX_F32, test_device());
        cr_assert_eq(cx_status_of(cx_map_with(&twice, CX_ARRAYS(there), NULL)), CX_E_UNSUPPORTED);
        cr_assert_eq(cx_scope_close(s), CX_E_UNSUPPORTED);
        return;
    }
    cx_array *const x =
        cx_reshape(cx_linspace(-9, 9, 1200, CX_F64, CX_CPU, NULL), CX_SHAPE(2, 20, 30));
    cx_array *const y = cx_astype(cx_arange(0, 30, 1, CX_F64, CX_CPU), CX_F32);
    cx_array *const turned = cx_transpose(x); /* [30, 20, 2] */
    cx_array *const column = cx_reshape(y, CX_SHAPE(30, 1, 1));
    cx_array *const mean = cx_empty(CX_SHAPE(30, 20, 2), CX_F32, CX_CPU), *const sign = cx_empty(
                                                                              CX_SHAPE(30, 20, 2),
                                                                              CX_I8, CX_CPU);
    cr_assert_eq(cx_map_with_into(&blend_def, CX_ARRAYS(turned, column), NULL, CX_OUTS(mean, sign)),
                 CX_OK, "%s", cx_error_message());
    const cx_array *const want =
        cx_add(cx_mul(turned, cx_float(0.25)), cx_mul(cx_astype(column, CX_F64), cx_float(0.75)));
    cr_assert(same(mean, cx_astype(want, CX_F32)));
    cr_assert(same(sign, cx_astype(cx_sign(cx_sub(turned, column)), CX_I8)));
    /* casts of inputs, weak numbers, where */
    cx_array *const i = cx_arange_i64(0, 300, 1, CX_I16, CX_CPU);
    cr_assert(same(cx_map_with(&twice, CX_ARRAYS(i), NULL), cx_astype(cx_add(i, i), CX_F32)));
    cr_assert_eq(cx_item_f64(cx_map_with(&twice, CX_ARRAYS(cx_float(1.5)), NULL)), 3.0);
    cx_array *const odd = cx_equal(cx_remainder(i, cx_int(3)), cx_int(1));
    const cx_ufunc_opts where = {.struct_size = sizeof where, .where = odd};
    cr_assert(same(cx_map_with(&twice, CX_ARRAYS(i), &where),
                   cx_astype(cx_where(odd, cx_add(i, i), cx_int(0)), CX_F32)));
    cx_array *const out = cx_full(CX_SHAPE(300), cx_int(-5), CX_F64, CX_CPU);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(i), &where, CX_OUTS(out)), CX_OK, "%s",
                 cx_error_message());
    cr_assert(same(out, cx_astype(cx_where(odd, cx_add(i, i), cx_int(-5)), CX_F64)));
    /* in place, nothing, and what is refused */
    cx_array *const f = cx_astype(i, CX_F32);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(f), NULL, CX_OUTS(f)), CX_OK);
    cr_assert(same(f, cx_astype(cx_add(i, i), CX_F32)));
    cr_assert_eq(
        cx_size(cx_map_with(&twice, CX_ARRAYS(cx_zeros(CX_SHAPE(2, 0), CX_F32, CX_CPU)), NULL)), 0);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(cx_flip(f, 0)), NULL, CX_OUTS(f)),
                 CX_E_OVERLAP);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(f, f), NULL, CX_OUTS(f)), CX_E_ARGUMENT);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(turned), NULL, CX_OUTS(f)), CX_E_SHAPE);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(cx_astype(f, CX_C64)), NULL, CX_OUTS(f)),
                 CX_E_DTYPE);
    cr_assert_eq(cx_map_with_into(&twice, CX_ARRAYS(f), NULL, CX_OUTS(i)), CX_E_DTYPE);
    cr_assert_eq(cx_map_with_into(&blend_def, CX_ARRAYS(f, f), NULL, CX_OUTS(f)), CX_E_ARGUMENT);
    cr_assert_eq(cx_map_with_into(NULL, CX_ARRAYS(f), NULL, CX_OUTS(f)), CX_E_NULL);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ------------------------------------------------------------------------------------ exceptions
 */
static void counted(uint64_t divide, uint64_t overflow, uint64_t invalid, int line)
{
    const cx_fp_counts c = cx_fp_counts_get();
    cr_expect(c.divide == divide && c.overflow == overflow && c.invalid == invalid,
              "line %d: divide %d, overflow %d, invalid %d", line, (int)c.divide, (int)c.overflow,
              (int)c.invalid);
    cx_fp_counts_reset();
}

Test(ufunc, exceptions_are_counted)
{
    const cx_scope s = cx_scope_open();
    const double v[] = {1, 0, -1, 0, INFINITY, NAN, 1e308, 4};
    cx_array *const x = test_copy_host(v, CX_SHAPE(8), CX_F64);
    cx_array *const zero = cx_zeros(CX_SHAPE(8), CX_F64, test_device());
    cx_array *const i = test_copy_host((const int32_t[]){1, 0, 5}, CX_SHAPE(3), CX_I32);
    (void)cx_div(x, zero);
    counted(0, 0, 0, __LINE__); /* off at first */
    cr_assert_eq(cx_fp_count(CX_FP_COUNT_ON), CX_OK);
    (void)cx_div(x, zero);
    counted(4, 0, 2, __LINE__);
    (void)cx_div(cx_float(1), x);
    counted(2, 0, 0, __LINE__);
    (void)cx_div(x, cx_int(0));
    counted(4, 0, 2, __LINE__);
    (void)cx_log(x);
    counted(2, 0, 1, __LINE__);
    (void)cx_sqrt(x);
    counted(0, 0, 1, __LINE__);
    (void)cx_mul(x, x);
    counted(0, 1, 0, __LINE__);
    (void)cx_exp(x);
    counted(0, 1, 0, __LINE__);
    (void)cx_sub(x, x);
    counted(0, 0, 1, __LINE__);
    (void)cx_reciprocal(x);
    counted(2, 0, 0, __LINE__);
    (void)cx_power(x, cx_float(-1));
    counted(2, 0, 0, __LINE__);
    (void)cx_floor_divide(i, cx_sub(i, i));
    counted(3, 0, 0, __LINE__);
    (void)cx_remainder(i, cx_int(0));
    counted(3, 0, 0, __LINE__);
    (void)cx_divmod(x, cx_float(0));
    counted(4, 0, 9, __LINE__); /* two quotients and seven remainders */
    (void)cx_add(i, i);
    (void)cx_equal(x, x);
    (void)cx_isnan(x);
    counted(0, 0, 0, __LINE__);
    cx_array *const half = cx_astype(x, CX_F16);
    cx_fp_counts_reset();
    (void)cx_mul(half, cx_float(60000));
    counted(0, 1, 0, __LINE__);
    /* the inputs are looked at before they are written over */
    cx_array *const y = cx_copy(x);
    cr_assert_eq(cx_div_into(y, zero, y), CX_OK);
    counted(4, 0, 2, __LINE__);
    const cx_ufunc_opts o = {.struct_size = sizeof o, .where = cx_greater(x, cx_float(0.5))};
    cx_fp_counts_reset();
    (void)cx_ufunc(CX_BI_DIV, CX_ARRAYS(x, zero), &o);
    counted(3, 0, 0, __LINE__);
    (void)cx_div(x, zero);
    char text[8192];
    cr_assert_lt(cx_metrics_text(text, sizeof text), sizeof text);
    cr_expect(strstr(text, "calx_fp_divide_total 4\n") != NULL);
    cr_assert_eq(cx_fp_count(CX_FP_COUNT_OFF), CX_OK);
    cx_fp_counts_reset();
    (void)cx_div(x, zero);
    counted(0, 0, 0, __LINE__);
    cr_assert_eq(cx_fp_count((cx_fp_counting)7), CX_E_ARGUMENT);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(ufunc, refused)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(2, 3), CX_F64, test_device());
    cr_expect_eq(cx_ufunc_into(CX_BI_ADD, CX_ARRAYS(a), NULL, CX_OUTS(a)), CX_E_ARGUMENT);
    cr_expect_eq(cx_ufunc_into(CX_MAP_NONE, CX_ARRAYS(a), NULL, CX_OUTS(a)), CX_E_ARGUMENT);
    cr_expect_eq(cx_ufunc_into(CX_PA_MODF, CX_ARRAYS(a), NULL, CX_OUTS(a)), CX_E_ARGUMENT);
    const cx_ufunc_opts unsized = {.dtype = CX_F32};
    cr_expect_eq(cx_ufunc_into(CX_UN_SQRT, CX_ARRAYS(a), &unsized, CX_OUTS(a)), CX_E_ARGUMENT);
    cr_expect_eq(cx_ufunc_find("subtract"), CX_BI_SUB);
    cr_expect_eq(cx_ufunc_find("sub"), CX_BI_SUB);
    cr_expect_eq(cx_ufunc_find("divmod"), CX_PA_DIVMOD);
    cr_expect_eq(cx_ufunc_find("matmul"), CX_MAP_NONE);
    cr_expect_eq(cx_ufunc_find(NULL), CX_MAP_NONE);
    cx_array *const b = cx_copy(a);
    cr_assert_eq(cx_set_readonly(b), CX_OK);
    cr_expect_eq(cx_ufunc_at(CX_BI_ADD, b, cx_int(0), cx_float(1)), CX_E_READONLY);
    cr_expect_eq(cx_ufunc_at(CX_BI_ADD, a, cx_int(2), cx_float(1)), CX_E_INDEX);
    cr_expect_eq(cx_ufunc_at(CX_BI_ADD, a, cx_int(-1), cx_float(1)), CX_OK);
    cr_expect_eq(cx_item_f64(cx_sum(a, CX_ALL)), 9.0);
    cr_expect_eq(cx_ufunc_reduce_into(CX_BI_HYPOT, a, CX_AXIS(0), a), CX_E_SHAPE);
    cr_expect_eq(cx_ufunc_accumulate_into(CX_BI_HYPOT, a, 0, CX_DTYPE_NONE, a), CX_E_OVERLAP);
    cr_expect_eq(cx_scope_close(s), CX_OK);
}
