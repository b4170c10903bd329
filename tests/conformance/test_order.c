/* device: each
 * Order statistics where golden files do not reach: long rows, every position, ties, NaN, threads,
 * identities between the functions. */
#include "device.h"
#include "layouts.h"
#include "numbers.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition, ...)                         \
    do {                                               \
        if (!(condition)) cr_assert_fail(__VA_ARGS__); \
    } while (0)

static int64_t longest(void)
{
    return test_brief() ? 3000 : test_device().kind == CX_DEVICE_CPU ? 100001 : 20001;
}

enum { RANDOM, FEW, ASCENDING, DESCENDING, EQUAL, NANS, ORGAN, FLAVOURS };
static cx_array *make(cx_dtype t, int64_t n, int flavour, uint64_t *seed)
{
    double *const v = malloc((size_t)(n + 1) * sizeof *v);
    for (int64_t i = 0; i < n; i++) {
        const double u = (double)(test_random(seed) >> 40);
        v[i] = flavour == RANDOM       ? u - 8e6
               : flavour == FEW        ? fmod(u, 5) - 2
               : flavour == ASCENDING  ? (double)i
               : flavour == DESCENDING ? (double)(n - i)
               : flavour == EQUAL      ? 7
               : flavour == NANS       ? (fmod(u, 3) == 0 ? (double)NAN : u)
                                       : (double)(i < n / 2 ? i : n - i);
        if (flavour == FEW && v[i] == 0 && fmod(u, 2) == 0) v[i] = -0.0;
    }
    cx_array *const a = cx_astype(test_copy_host(v, CX_SHAPE(n), CX_F64), t);
    free(v);
    return a;
}
static bool same(const cx_array *a, const cx_array *b)
{
    cx_array *const x = test_host(cx_copy(a)), *const y = test_host(cx_copy(b));
    const size_t bytes = cx_nbytes(x);
    if (bytes != cx_nbytes(y) || cx_dtype_of(x) != cx_dtype_of(y)) return false;
    unsigned char *const p = malloc(bytes + 1), *const q = malloc(bytes + 1);
    const cx_status st[2] = {
        cx_copy_into(x, cx_borrow_host(p, cx_shape_of(x), cx_dtype_of(x), NULL)),
        cx_copy_into(y, cx_borrow_host(q, cx_shape_of(y), cx_dtype_of(y), NULL))};
    const bool alike = st[0] == CX_OK && st[1] == CX_OK && memcmp(p, q, bytes) == 0;
    free(p);
    free(q);
    return alike;
}

/* What stands at the positions is what sorting puts there, to the bit; the pieces between them hold
 * the same elements. */
static void check_partition(cx_dtype t, int64_t n, int flavour, uint64_t *seed)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = make(t, n, flavour, seed), *const sorted = cx_sort(a, 0);
    const int64_t kth[3] = {n / 2, 0, n - 1 - n / 10};
    for (int count = 1; count <= 3; count += 2) {
        cx_array *const p = cx_partition(a, count, kth, 0);
        for (int i = 0; i < count; i++)
            EXPECT(same(cx_select(p, 0, kth[i]), cx_select(sorted, 0, kth[i])),
                   "%s, flavour %d, %lld elements: position %lld", cx_dtype_name(t), flavour,
                   (long long)n, (long long)kth[i]);
        const int64_t k = kth[0];
        EXPECT(cx_array_equal(cx_sort(cx_slice(p, 0, 0, k, 1), 0), cx_slice(sorted, 0, 0, k, 1)),
               "%s, flavour %d: before the position", cx_dtype_name(t), flavour);
        cx_array *const behind = cx_sort(cx_slice(p, 0, k, CX_END, 1), 0), *const want = cx_slice(
                                                                               sorted, 0, k, CX_END,
                                                                               1);
        EXPECT(cx_item_bool(cx_all(cx_logical_or(cx_equal(behind, want),
                                                 cx_logical_and(cx_isnan(behind), cx_isnan(want))),
                                   CX_ALL)),
               "%s, flavour %d: behind the position", cx_dtype_name(t), flavour);
        const cx_array *const by = cx_argpartition(a, count, kth, 0);
        EXPECT(same(cx_sort(by, 0), cx_arange_i64(0, n, 1, CX_I64, test_device())),
               "%s, flavour %d: argpartition is no permutation", cx_dtype_name(t), flavour);
        const cx_array *const values = cx_take(a, by, 0);
        const cx_array *const at = cx_select(values, 0, k), *const is = cx_select(sorted, 0, k);
        EXPECT(cx_item_bool(
                   cx_logical_or(cx_equal(at, is), cx_logical_and(cx_isnan(at), cx_isnan(is)))),
               "%s, flavour %d: argpartition", cx_dtype_name(t), flavour);
    }
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(order, partition_long_rows)
{
    static const cx_dtype types[] = {CX_I8,  CX_U16, CX_I32, CX_U32, CX_I64,
                                     CX_U64, CX_F16, CX_F32, CX_F64};
    uint64_t seed = test_seed();
    for (int flavour = 0; flavour < FLAVOURS; flavour++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            if (flavour == NANS && cx_dtype_kind(types[i]) != 'f') continue;
            check_partition(types[i], 600 + (int64_t)(test_random(&seed) % 3000), flavour, &seed);
            if (types[i] == CX_F64 || types[i] == CX_F32)
                check_partition(types[i], longest(), flavour, &seed);
        }
}

/* Many rows, and along every axis, as sorting has it. */
Test(order, partition_rows)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_reshape(make(CX_F32, 12 * 35 * 8, FEW, &seed), CX_SHAPE(12, 35, 8));
    for (int axis = 0; axis < 3; axis++) {
        const int64_t n = cx_dim(a, axis), k[2] = {n / 3, -1};
        cx_array *const p = cx_partition(a, 2, k, axis), *const sorted = cx_sort(a, axis);
        EXPECT(same(cx_select(p, axis, k[0]), cx_select(sorted, axis, k[0])), "axis %d", axis);
        EXPECT(same(cx_select(p, axis, -1), cx_select(sorted, axis, -1)), "axis %d", axis);
        cx_array *const copy = cx_copy(a), *const view = cx_flip(copy, axis);
        EXPECT(cx_partition_inplace(view, 2, k, axis) == CX_OK, "%s", cx_error_message());
        EXPECT(same(cx_select(view, axis, k[0]), cx_select(sorted, axis, k[0])), "axis %d", axis);
    }
    EXPECT(cx_set_readonly(a) == CX_OK, "readonly");
    EXPECT(cx_partition_inplace(a, 0, NULL, 0) == CX_E_READONLY, "read-only");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(order, top_k_long_rows)
{
    static const cx_dtype types[] = {CX_I16, CX_I64, CX_F32, CX_F64};
    uint64_t seed = test_seed();
    for (int flavour = 0; flavour < FLAVOURS; flavour++)
        for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
            if (flavour == NANS && i < 2) continue;
            const cx_scope s = cx_scope_open();
            cx_array *const a = make(types[i], longest(), flavour, &seed);
            const int64_t n = cx_size(a), k = flavour == NANS ? n / 9 : 37;
            const cx_topk low = cx_top_k(a, k, 0, CX_SMALLEST),
                          high = cx_top_k(a, k, -1, CX_LARGEST),
                          all = cx_top_k(a, n, 0, CX_LARGEST);
            EXPECT(same(low.indices, cx_slice(cx_argsort(a, 0), 0, 0, k, 1)), "%s, flavour %d",
                   cx_dtype_name(types[i]), flavour);
            EXPECT(same(high.indices, cx_slice(all.indices, 0, 0, k, 1)), "%s, flavour %d",
                   cx_dtype_name(types[i]), flavour);
            EXPECT(same(high.values, cx_take(a, high.indices, 0)), "values");
            EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* isin and setdiff1d by table and by search. */
Test(order, isin_by_table)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_sub(make(CX_I64, 20000, FEW, &seed), cx_int(3)),
                    *const values =
                        test_copy_host((const int64_t[]){-5, -1, 2, -1}, CX_SHAPE(4), CX_I64);
    cx_array *const hit = cx_isin(x, values, NULL), *const want = cx_logical_or(
                                                        cx_logical_or(cx_equal(x, cx_int(-5)),
                                                                      cx_equal(x, cx_int(-1))),
                                                        cx_equal(x, cx_int(2)));
    EXPECT(same(hit, want), "table");
    cx_array *const apart =
        test_copy_host((const int64_t[]){INT64_MIN, -1, INT64_MAX, -5, 2}, CX_SHAPE(5), CX_I64);
    EXPECT(same(cx_isin(x, apart, NULL), want), "search");
    const cx_dtype narrow[2] = {CX_I8, CX_I32};
    for (int i = 0; i < 2; i++)
        EXPECT(same(cx_isin(cx_astype(x, narrow[i]), cx_astype(values, narrow[i]), NULL), want),
               "%s", cx_dtype_name(narrow[i]));
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Counts by the backend's loop and by searching; of any number of bins they add up. */
static void check_histogram(cx_dtype t, int flavour, int64_t bins, uint64_t *seed)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = make(t, longest(), flavour, seed);
    const cx_histogrammed whole = cx_histogram(x, CX_OPTS(cx_histogram_opts, .bins = bins)),
                          within = cx_histogram(x, CX_OPTS(cx_histogram_opts, .bins = bins,
                                                           .first = CX_SET(-1.5),
                                                           .last = CX_SET(12345.5)));
    EXPECT(cx_item_i64(cx_sum(whole.counts, CX_ALL)) == cx_size(x), "%s, flavour %d, %lld bins",
           cx_dtype_name(t), flavour, (long long)bins);
    const cx_histogrammed again[2] = {
        cx_histogram(x, CX_OPTS(cx_histogram_opts, .edges = whole.edges)),
        cx_histogram(x, CX_OPTS(cx_histogram_opts, .edges = within.edges))};
    EXPECT(same(whole.counts, again[0].counts) && same(within.counts, again[1].counts),
           "%s, flavour %d, %lld bins: counted and searched differ", cx_dtype_name(t), flavour,
           (long long)bins);
    cx_array *const one = cx_ones_like(x, CX_F64);
    const cx_histogrammed weighed =
        cx_histogram(x, CX_OPTS(cx_histogram_opts, .bins = bins, .weights = one));
    EXPECT(same(cx_astype(weighed.counts, CX_I64), whole.counts), "weighed");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
Test(order, histogram_long)
{
    uint64_t seed = test_seed();
    static const int64_t bins[] = {1, 10, 300, 9000};
    for (int flavour = 0; flavour < NANS; flavour++)
        for (size_t i = 0; i < sizeof bins / sizeof *bins; i++) {
            if (flavour == EQUAL && i > 1) continue;
            check_histogram(CX_F64, flavour, bins[i], &seed);
            if (bins[i] <= 300) check_histogram(CX_F32, flavour, bins[i], &seed);
            if (flavour != RANDOM) check_histogram(CX_I32, flavour, bins[i], &seed);
        }
}

/* The same bits on one thread and on several. */
Test(order, threads)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    cx_array *const x = make(CX_F64, longest(), RANDOM, &seed), *r[2][4];
    for (int i = 0; i < 2; i++) {
        const cx_scope_opts o = {.struct_size = sizeof o, .num_threads = i == 0 ? 1 : 3};
        const cx_scope in = cx_scope_open_with(&o);
        cx_array *const rows = cx_reshape(cx_slice(x, 0, 0, 3000, 1), CX_SHAPE(30, 100));
        r[i][0] = cx_scope_keep(in, cx_histogram(x, NULL).counts);
        r[i][1] = cx_scope_keep(in, cx_partition(rows, 1, (const int64_t[]){40}, 1));
        r[i][2] = cx_scope_keep(in, cx_quantile(x, cx_float(0.3), CX_ALL));
        r[i][3] =
            cx_scope_keep(in, cx_interp(x, cx_slice(x, 0, 0, 1, 1), cx_slice(x, 0, 3, 4, 1), NULL));
        EXPECT(cx_scope_close(in) == CX_OK, "%s", cx_error_message());
    }
    for (int i = 0; i < 4; i++) EXPECT(same(r[0][i], r[1][i]), "result %d", i);
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* q-th quantiles by every method lie between neighbours; nanquantile of no NaN is quantile. */
Test(order, quantiles_of_long_rows)
{
    uint64_t seed = test_seed();
    const cx_scope s = cx_scope_open();
    const double at[5] = {0, 0.1, 0.5, 0.77, 1};
    cx_array *const x = make(CX_F64, longest(), RANDOM, &seed), *const sorted = cx_sort(x, 0),
                    *const q = cx_copy_host(at, CX_SHAPE(5), CX_F64);
    const int64_t n = cx_size(x);
    cx_array *const some = cx_concatenate(
        CX_ARRAYS(x, cx_full(CX_SHAPE(7), cx_float((double)NAN), CX_F64, test_device())), 0);
    for (int m = 0; m <= CX_QUANTILE_NEAREST; m++) {
        const cx_quantile_opts o = {.struct_size = sizeof o, .method = (cx_quantile_method)m};
        cx_array *const got = cx_quantile_with(x, q, CX_ALL, &o);
        EXPECT(same(got, cx_nanquantile(x, q, CX_ALL, &o)), "method %d", m);
        EXPECT(same(got, cx_nanquantile(some, q, CX_ALL, &o)), "method %d beside NaN", m);
        EXPECT(isnan(cx_item_f64(cx_select(cx_quantile_with(some, q, CX_ALL, &o), 0, 0))), "NaN");
        for (int i = 0; i < 5; i++) {
            const int64_t near = (int64_t)(at[i] * (double)n);
            const double lo = cx_item_f64(cx_select(sorted, 0, near > 2 ? near - 2 : 0)),
                         hi = cx_item_f64(cx_select(sorted, 0, near + 2 < n ? near + 2 : n - 1)),
                         v = cx_item_f64(cx_select(got, 0, i));
            EXPECT(v >= lo && v <= hi, "method %d, q %g: %g outside [%g, %g]", m, at[i], v, lo, hi);
        }
    }
    EXPECT(same(cx_median(x, CX_ALL), cx_nanmedian(some, CX_ALL)), "median");
    EXPECT(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
