/* isa: each. device: each
 * Formulas: bit for bit what the operations make one by one, over dtypes and layouts; outputs;
 * programs that are cut; errors with their column; what is kept. */
#include "layouts.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Equal, NaN with NaN, of one dtype and shape. */
static bool same(const cx_array *a, const cx_array *b)
{
    const cx_array *const nan = cx_logical_and(cx_isnan(a), cx_isnan(b));
    const cx_array *const equal = cx_logical_or(cx_equal(a, b), nan);
    return cx_dtype_of(a) == cx_dtype_of(b) && cx_ndim(a) == cx_ndim(b) &&
           cx_size(a) == cx_size(b) && cx_item_bool(cx_all(equal, CX_ALL));
}

/* (x - y) * y + |x| and its parts, as operations. */
static cx_array *by_hand(const cx_array *x, const cx_array *y)
{
    return cx_add(cx_mul(cx_sub(x, y), y), cx_abs(x));
}

static void check_layouts(cx_dtype t, layout how, int64_t rows, int64_t columns, uint64_t *state)
{
    const cx_scope s = cx_scope_open();
    const int64_t shape[2] = {rows, columns};
    test_array x, y, out;
    test_array_new(&x, t, 2, shape, how);
    test_array_new(&y, t, 2, shape, (layout)(((int)how + 1) % LAYOUT_COUNT));
    test_fill(&x, state, FILL_ANY);
    test_fill(&y, state, FILL_ANY);
    const cx_array *const want = by_hand(x.a, y.a);
    const cx_array *const got = cx_eval("x, y: (x - y) * y + abs(x)", x.a, y.a);
    cr_assert(same(got, want), "%s, %s, %d x %d: %s", cx_dtype_name(t), test_layout_name(how),
              (int)rows, (int)columns, cx_error_message());
    /* an output of another layout, and in place */
    test_array_new(&out, cx_dtype_of(want), 2, shape, (layout)(((int)how + 2) % LAYOUT_REPEATED));
    cr_assert_eq(cx_eval_into("x, y: (x - y) * y + abs(x)", CX_ARRAYS(x.a, y.a), CX_OUTS(out.a)),
                 CX_OK, "%s", cx_error_message());
    cr_assert(same(out.a, want) && test_guards(&out));
    if (how < LAYOUT_REPEATED && cx_dtype_of(want) == t) {
        cr_assert_eq(cx_eval_into("x, y: (x - y) * y + abs(x)", CX_ARRAYS(x.a, y.a), CX_OUTS(x.a)),
                     CX_OK, "%s", cx_error_message());
        cr_assert(same(x.a, want), "in place, %s, %s", cx_dtype_name(t), test_layout_name(how));
    }
    cr_assert(test_guards(&x) && test_guards(&y));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    test_array_free(&x);
    test_array_free(&y);
    test_array_free(&out);
}

Test(eval, layouts, .timeout = 300)
{
    static const int64_t shapes[][2] = {{3, 5}, {1, 1}, {0, 4}, {70, 301}, {2, 4099}, {1500, 3}};
    uint64_t state = test_seed();
    for (int t = CX_I8; t <= CX_C128; t++)
        for (int how = 0; how < LAYOUT_COUNT; how += test_brief() ? 3 : 1)
            for (int k = 0; k < (test_brief() ? 4 : 6); k++)
                check_layouts((cx_dtype)t, (layout)how, shapes[k][0], shapes[k][1], &state);
}

static cx_array *line(int64_t n, cx_dtype t)
{
    return cx_linspace(-3, 4, n, t, test_device(), NULL);
}

Test(eval, broadcasting_and_numbers)
{
    const cx_scope s = cx_scope_open();
    cx_array *const m = cx_reshape(line(600, CX_F64), CX_SHAPE(20, 30)),
                    *const row = line(30, CX_F32),
                    *const column = cx_reshape(line(20, CX_F64), CX_SHAPE(20, 1));
    cr_assert(
        same(cx_eval("m, r, c: (m - r) / c", m, row, column), cx_div(cx_sub(m, row), column)));
    cr_assert(same(cx_eval("r, c: r * c", row, column), cx_mul(row, column)));
    /* numbers are weak, computed as Python computes them */
    cr_assert_eq(cx_dtype_of(cx_eval("r, a: r * (a / 2)", row, cx_int(3))), CX_F32);
    cr_assert(same(cx_eval("r, a: r * (a / 2)", row, cx_int(3)), cx_mul(row, cx_float(1.5))));
    cr_assert(same(cx_eval("r: r + 2**10 // 3", row), cx_add(row, cx_int(341))));
    cx_array *const bytes = cx_astype(cx_arange_i64(0, 30, 1, CX_I64, test_device()), CX_U8);
    cr_assert(same(cx_eval("b, n: b < n", bytes, cx_int(300)), cx_less(bytes, cx_int(300))));
    cr_assert(same(cx_eval("b, n: b < n", bytes, cx_int(-1)), cx_less(bytes, cx_int(-1))));
    cx_array *const wide = cx_astype(bytes, CX_U64);
    cr_assert(same(cx_eval("b, n: b > n", wide, cx_int(-1)), cx_greater(wide, cx_int(-1))));
    cr_assert_eq(cx_item_i64(cx_eval("2 + 3 * 4")), 14);
    cr_assert_eq(cx_item_f64(cx_eval("a: a * 2", cx_float(1.25))), 2.5);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Division by a power of two is a multiplication, to the bits of the division. */
Test(eval, division_by_a_power_of_two)
{
    static const struct {
        const char *text;
        double by;
        bool multiplied;
    } cases[] = {
        {"x: x / 2", 2, true},  {"x: x / -8.0", -8, true},        {"x: x / 0.25", 0.25, true},
        {"x: x / 3", 3, false}, {"x: x / 1e-320", 1e-320, false}, {"x: x / 0", 0, false}};
    uint64_t state = test_seed();
    for (int t = CX_F32; t <= CX_F64; t++)
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            const cx_scope s = cx_scope_open();
            test_array x;
            test_array_new(&x, (cx_dtype)t, 1, (const int64_t[]){4001}, LAYOUT_C);
            test_fill(&x, &state, FILL_ANY);
            cx_program *const p = cx_program_new(cases[k].text);
            const cx_array *const got = cx_program_run(p, CX_ARRAYS(x.a));
            cr_assert(same(got, cx_div(x.a, cx_float(cases[k].by))), "%s of %s: %s", cases[k].text,
                      cx_dtype_name((cx_dtype)t), cx_error_message());
            const char *const steps = cx_program_dump(p, CX_ARRAYS(x.a));
            cr_assert((strstr(steps, "mul") != NULL) == cases[k].multiplied &&
                          (strstr(steps, "div") != NULL) != cases[k].multiplied,
                      "%s: %s", cases[k].text, steps);
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
            test_array_free(&x);
        }
}

Test(eval, statements_results_and_reductions)
{
    const cx_scope s = cx_scope_open();
    cx_array *const m = cx_reshape(line(600, CX_F64), CX_SHAPE(20, 30)), *const row =
                                                                             line(30, CX_F64);
    const cx_tuple t = cx_eval_all(
        "m, r: d = m - r; d * d, sum(d * d, axis=1), max(d), r + 1, m > 0", CX_ARRAYS(m, row));
    cr_assert_eq(t.count, 5, "%s", cx_error_message());
    cx_array *const d = cx_sub(m, row), *const dd = cx_mul(d, d);
    cr_assert(same(t.at[0], dd));
    cr_assert(same(t.at[1], cx_sum(dd, CX_AXIS(1))));
    cr_assert(same(t.at[2], cx_max(d, CX_ALL)));
    cr_assert(same(t.at[3], cx_add(row, cx_int(1))));
    cr_assert(same(t.at[4], cx_greater(m, cx_int(0))));
    cx_array *const z = cx_eval(
        "m: c = m - mean(m, axis=0); c / sqrt(mean(c * c, axis=0, keepdims=True) + 1e-9)", m);
    cx_array *const c = cx_sub(m, cx_mean(m, CX_AXIS(0)));
    cr_assert(same(z, cx_div(c, cx_sqrt(cx_add(cx_mean(cx_mul(c, c), CX_AXIS(0, .keepdims = true)),
                                               cx_float(1e-9))))));
    /* a result that is an argument is a copy */
    cx_array *const copy = cx_eval("m: m", m);
    cr_assert(same(copy, m) && !cx_may_share_memory(copy, m));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* More steps, inputs and constants than one pass holds; an output that later passes still read. */
Test(eval, long_formulas)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = line(3000, CX_F64);
    char text[8192] = "x: y0 = x * 1.5 + x";
    const cx_array *want = cx_add(cx_mul(x, cx_float(1.5)), x);
    for (int k = 1; k < 60; k++) {
        char term[64];
        (void)snprintf(term, sizeof term, "; y%d = y%d * 0.%d + x", k, k - 1, k + 10);
        strcat(text, term);
        want = cx_add(cx_mul(want, cx_float((k + 10) / 100.0)), x);
    }
    cr_assert(same(cx_eval_n(text, 1, (const cx_array *const[]){x}), want), "%s",
              cx_error_message());
    const cx_array *args[16];
    strcpy(text, "");
    want = NULL;
    for (int k = 0; k < 16; k++) {
        char term[16];
        (void)snprintf(term, sizeof term, "%sa%d", k == 0 ? "" : ", ", k);
        strcat(text, term);
        args[k] = cx_add(x, cx_int(k));
        want = want == NULL ? args[k] : cx_add(want, args[k]);
    }
    strcat(text, ": a0");
    for (int k = 1; k < 16; k++) {
        char term[16];
        (void)snprintf(term, sizeof term, " + a%d", k);
        strcat(text, term);
    }
    cr_assert(same(cx_eval_n(text, 16, args), want), "%s", cx_error_message());
    cx_array *const y = cx_copy(x);
    cr_assert_eq(cx_eval_into("y: m = mean(y); y - m", CX_ARRAYS(y), CX_OUTS(y)), CX_OK);
    cr_assert(same(y, cx_sub(x, cx_mean(x, CX_ALL))));
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Reductions of what has to be accumulated in another dtype, and of rows much shorter than a block.
 */
Test(eval, narrow_dtypes_and_short_rows)
{
    static const cx_dtype types[] = {CX_BOOL, CX_U8,   CX_I32, CX_U64,
                                     CX_F16,  CX_BF16, CX_F32, CX_F64};
    static const int64_t shapes[][2] = {{7, 9}, {600, 3}, {301, 31}, {40, 32}, {1, 9000}};
    for (int t = 0; t < (int)(sizeof types / sizeof *types); t++)
        for (int k = 0; k < (int)(sizeof shapes / sizeof *shapes); k++) {
            const cx_scope s = cx_scope_open();
            const int64_t rows = shapes[k][0], columns = shapes[k][1];
            cx_array *const x = cx_astype(
                cx_reshape(line(rows * columns, CX_F32), CX_SHAPE(rows, columns)), types[t]);
            cx_array *const y = cx_mul(x, x);
            cr_assert(same(cx_eval("x: mean(x, axis=1)", x), cx_mean(x, CX_AXIS(1))));
            cr_assert(same(cx_eval("x: mean(x * x)", x), cx_mean(y, CX_ALL)));
            cr_assert(same(cx_eval("x: sum(x * x, axis=1)", x), cx_sum(y, CX_AXIS(1))));
            cr_assert(same(cx_eval("x: sum(x * x, axis=0)", x), cx_sum(y, CX_AXIS(0))));
            cr_assert(same(cx_eval("x: sum(x * x)", x), cx_sum(y, CX_ALL)));
            cr_assert(same(cx_eval("x: prod(x * x, axis=1)", x), cx_prod(y, CX_AXIS(1))));
            cr_assert(same(cx_eval("x: max(x * x, axis=1)", x), cx_max(y, CX_AXIS(1))));
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s, %d x %d: %s", cx_dtype_name(types[t]),
                         (int)rows, (int)columns, cx_error_message());
        }
}

/* Arrays of one shape and single elements take a shorter way; so nearly do these. */
Test(eval, arrays_of_one_shape)
{
    static const char source[] = "x, y, a, z: a * x + y / z";
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_reshape(line(24, CX_F64), CX_SHAPE(4, 6)),
                    *const y = cx_add(x, cx_int(9)), *const zero = cx_sum(x, CX_ALL); /* 0-d */
    cx_array *const want = cx_add(cx_mul(zero, x), cx_div(y, cx_int(3)));
    cr_assert(same(cx_eval(source, x, y, zero, cx_int(3)), want));
    cr_assert(
        same(cx_eval(source, x, cx_transpose(cx_copy(cx_transpose(y))), zero, cx_int(3)), want));
    /* in place, into a part of an input, of another dtype, of another shape, into one element */
    cx_array *const out = cx_copy(y);
    cr_assert_eq(cx_eval_into(source, CX_ARRAYS(x, out, zero, cx_int(3)), CX_OUTS(out)), CX_OK);
    cr_assert(same(out, want));
    cx_array *const both = cx_concatenate(CX_ARRAYS(y, y), 0),
                    *const lower = cx_slice(both, 0, 0, 4, 1),
                    *const middle = cx_slice(both, 0, 2, 6, 1);
    cr_assert_eq(cx_eval_into(source, CX_ARRAYS(x, lower, zero, cx_int(3)), CX_OUTS(middle)),
                 CX_OK);
    cr_assert(same(middle, want));
    cx_array *const single = cx_zeros(CX_SHAPE(4, 6), CX_F32, test_device());
    cr_assert_eq(cx_eval_into(source, CX_ARRAYS(x, y, zero, cx_int(3)), CX_OUTS(single)), CX_OK);
    cr_assert(same(single, cx_astype(want, CX_F32)));
    cr_assert_eq(cx_eval_into(source, CX_ARRAYS(x, y, zero, cx_int(3)),
                              CX_OUTS(cx_zeros(CX_SHAPE(24), CX_F64, test_device()))),
                 CX_E_SHAPE);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* Outputs that are written past the caches, and those of that size that are not. */
Test(eval, past_the_caches, .timeout = 300)
{
    const int64_t n = test_on_cpu() ? (INT64_C(16) << 20) / 8 + 16 : 1000;
    for (int k = 0; k < 3; k++) {
        const cx_scope s = cx_scope_open();
        cx_array *const all = line(n + 8, CX_F64), *const x = cx_slice(all, 0, k == 1 ? 1 : 0,
                                                                       n + (k == 2), 1);
        const cx_array *const want = cx_sub(cx_mul(x, cx_float(2.5)), x);
        cr_assert(same(cx_eval("x: x * 2.5 - x", x), want));
        cr_assert_eq(cx_eval_into("x: x * 2.5 - x", CX_ARRAYS(x), CX_OUTS(x)), CX_OK);
        cr_assert(same(x, want));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(eval, errors_say_where)
{
    static const struct {
        const char *text, *message;
        cx_status status;
    } bad[] = {
        {"sigma: exp(-sgima)", "unknown name 'sgima' at column 13; did you mean 'sigma'?",
         CX_E_PARSE},
        {"x: exq(x)", "unknown function 'exq' at column 4; did you mean 'exp'?", CX_E_PARSE},
        {"x: x + * 2", "column 8", CX_E_PARSE},
        {"x: (x", "end of the text", CX_E_PARSE},
        {"x: maximum(x)", "takes 2 arguments, not 1", CX_E_PARSE},
        {"x: x & 1", "column 6", CX_E_DTYPE},
        {"x: x + 1 / 0", "division by zero of numbers at column 10", CX_E_ARGUMENT},
        {"x, y: x", "1 arguments for a program of 2", CX_E_ARGUMENT},
        {"x: x, x", "2 results", CX_E_ARGUMENT},
    };
    cx_array *x = NULL;
    cr_assert_eq(cx_new(CX_SHAPE(3), CX_F64, test_device(), &x), CX_OK);
    cr_assert_eq(cx_copy_into(cx_float(1), x), CX_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const cx_scope s = cx_scope_open();
        const cx_array *const r = cx_eval_n(bad[i].text, 1, (const cx_array *const[]){x});
        cr_assert_eq(cx_status_of(r), bad[i].status, "%s: %s", bad[i].text, cx_error_message());
        cr_assert_not_null(strstr(cx_error_message(), bad[i].message), "%s: %s", bad[i].text,
                           cx_error_message());
        cr_assert_eq(cx_scope_close(s), bad[i].status);
    }
    /* hostile texts are errors */
    enum { DEEP = 100000, LONG = 1000000 };
    char *const text = malloc(2 * LONG + 16);
    cr_assert_not_null(text);
    strcpy(text, "x: ");
    memset(text + 3, '(', DEEP);
    strcpy(text + 3 + DEEP, "x");
    const cx_scope s = cx_scope_open();
    cr_assert_eq(cx_program_status(cx_program_new(text)), CX_E_PARSE);
    memset(text + 3, '-', DEEP);
    cr_assert_eq(cx_program_status(cx_program_new(text)), CX_E_PARSE);
    for (int i = 0; i < LONG; i++) memcpy(text + 3 + 2 * i, "x+", 2);
    strcpy(text + 3 + 2 * LONG, "x");
    cr_assert_eq(cx_program_status(cx_program_new(text)), CX_E_PARSE);
    strcpy(text + 3 + 2 * 5000, "x");
    cr_assert_eq(cx_program_status(cx_program_new(text)), CX_E_PARSE, "%s", cx_error_message());
    cr_assert_eq(cx_scope_close(s), CX_E_PARSE);
    free(text);
    cx_release(x);
}

static void *runs(void *ctx)
{
    const cx_program *const p = ctx;
    for (int k = 0; k < 200; k++) {
        const cx_scope s = cx_scope_open();
        const cx_dtype t = k % 3 == 0 ? CX_F64 : k % 3 == 1 ? CX_F32 : CX_I32;
        const cx_array *const x = cx_ones(CX_SHAPE(50), t, test_device());
        const cx_array *const r = cx_program_run(p, CX_ARRAYS(x, cx_int(k)));
        const bool good = cx_item_f64(cx_max(r, CX_ALL)) == k + 2;
        if (cx_scope_close(s) != CX_OK || !good) return ctx;
    }
    return NULL;
}

Test(eval, programs)
{
    const cx_scope s = cx_scope_open();
    cx_program *const p = cx_program_new("x, n: x + x + n");
    cr_assert_eq(cx_program_arguments(p), 2);
    cr_assert_eq(cx_program_results(p), 1);
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) cr_assert_eq(pthread_create(&thread[i], NULL, runs, p), 0);
    for (int i = 0; i < 4; i++) {
        void *bad = NULL;
        cr_assert_eq(pthread_join(thread[i], &bad), 0);
        cr_assert_null(bad, "thread %d", i);
    }
    const char *const text = cx_program_dump(p, CX_ARRAYS(line(3, CX_F32), cx_int(1)));
    cr_assert_not_null(strstr(text, "2 steps"), "%s", text);
    cr_assert_not_null(strstr(text, "8 bytes an element"), "%s", text);
    /* texts are kept, 256 at the most, and found again */
    cx_eval_cache_clear();
    const cx_eval_stats before = cx_eval_cache_stats();
    cr_assert_eq(before.programs, 0);
    for (int k = 0; k < 600; k++) {
        char source[32];
        (void)snprintf(source, sizeof source, "x: x + %d", k % 300);
        (void)cx_eval_n(source, 1, (const cx_array *const[]){line(2, CX_F64)});
    }
    const cx_eval_stats after = cx_eval_cache_stats();
    cr_assert(after.programs > 200 && after.programs <= 256, "%d", (int)after.programs);
    cr_assert_geq(after.misses - before.misses, 300);
    for (int k = 0; k < 100; k++) (void)cx_eval("x, a: x * a", line(2, CX_F64), cx_float(k / 7.0));
    const cx_eval_stats end = cx_eval_cache_stats();
    cr_assert_eq(end.misses - after.misses, 1); /* other numbers are not another program */
    cr_assert_eq(end.typed - after.typed, 1);
    cx_eval_cache_clear();
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
