/* device: each
 * Every allocation of sorting, set, quantile, histogram and interpolation functions failing in
 * turn, once and from then on: right status, nothing leaked, the same numbers where they succeed.
 */
#include "device.h"
#include "fault.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>

TestSuite(fault_order, .init = fault_install, .timeout = 240);

static double made; /* by the run at hand */
static void add(const cx_array *a)
{
    if (cx_status_of(a) != CX_OK) return; /* its scope is marked */
    if (cx_dtype_of(a) == CX_CAT) a = cx_codes(a);
    made = made * 1.25 + cx_item_f64(cx_nansum(cx_abs(cx_astype(a, CX_F64)), CX_ALL)) +
           (double)cx_size(a);
}
static cx_array *numbers(int64_t n, int64_t spread)
{
    double v[128];
    uint64_t state = 4711;
    for (int64_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        v[i] = (double)((state >> 33) % (uint64_t)spread) / 4 - 3;
    }
    return test_copy_host(v, CX_SHAPE(n), CX_F64);
}
static cx_array *holes(void)
{
    cx_array *const a = numbers(24, 50);
    return cx_reshape(cx_where(cx_less(a, cx_float(-1)), cx_float((double)NAN), a), CX_SHAPE(4, 6));
}

typedef void body_fn(void);
typedef struct scenario {
    const char *name;
    body_fn *body;
    double want;
    bool known;
} scenario;
static cx_status run(void *ctx)
{
    scenario *const s = ctx;
    made = 0;
    const cx_scope scope = cx_scope_open();
    s->body();
    const cx_status st = cx_scope_close(scope);
    if (st != CX_OK) return st;
    if (!s->known) s->want = made;
    s->known = true;
    cr_assert_float_eq(made, s->want, 1e-9 * fabs(s->want), "%s: success, other numbers", s->name);
    return CX_OK;
}
static void both(const char *name, body_fn *body)
{
    scenario s = {.name = name, .body = body};
    cr_assert_gt(fault_loop(name, FAULT_ONCE, run, &s), 10);
    cr_assert_gt(fault_loop(name, FAULT_FROM_THEN_ON, run, &s), 10);
}

static void order(void)
{
    cx_array *const a = numbers(60, 9), *const b = cx_reshape(a, CX_SHAPE(5, 12));
    const int64_t kth[3] = {3, -1, 3};
    add(cx_sort(cx_partition(b, 3, kth, 0), 0));
    add(cx_argpartition(b, 3, kth, 1));
    (void)cx_check(cx_partition_inplace(cx_transpose(cx_copy(b)), 1, kth, 0));
    add(cx_lexsort(CX_ARRAYS(a, cx_flip(a, 0)), 0));
    const cx_topk k = cx_top_k(b, 2, 1, CX_LARGEST);
    add(k.values);
    add(k.indices);
    add(cx_searchsorted_by(a, cx_argsort(a, 0), b, CX_RIGHT));
    add(cx_digitize(b, cx_sort(cx_slice(a, 0, 0, 5, 1), 0), NULL));
}
static void sets(void)
{
    cx_array *const a = numbers(40, 9), *const b = cx_slice(numbers(60, 20), 0, 40, CX_END, 1),
                    *const words =
                        cx_categories_new(cx_to(cx_astype(cx_abs(a), CX_I32), CX_CPU), 6,
                                          (const char *const[]){"f", "e", "d", "c", "b", "a"});
    const cx_unique_result u =
        cx_unique(cx_reshape(a, CX_SHAPE(20, 2)),
                  CX_OPTS(cx_unique_opts, .return_index = true, .return_inverse = true,
                          .return_counts = true, .axis = CX_SET(0)));
    add(u.values);
    add(u.index);
    add(u.inverse);
    add(u.counts);
    add(cx_unique_all(words).inverse);
    const cx_intersection both_of =
        cx_intersect1d(a, b, CX_OPTS(cx_intersect1d_opts, .return_indices = true));
    add(both_of.values);
    add(both_of.index_b);
    add(cx_union1d(a, b));
    add(cx_setdiff1d(a, b, NULL));
    add(cx_setxor1d(words, cx_slice(words, 0, 0, 3, 1), NULL));
    add(cx_isin(a, b, NULL));
}
static void quantiles(void)
{
    const double at[2] = {0.2, 0.7};
    cx_array *const x = holes(), *const q = test_copy_host(at, CX_SHAPE(2), CX_F64),
                    *const w = cx_abs(cx_slice(numbers(30, 9), 0, 0, 6, 1));
    add(cx_quantile(cx_nan_to_num(x), q, CX_AXIS(1)));
    add(cx_nanpercentile(x, cx_float(30), CX_AXES(0, 1), NULL));
    const cx_quantile_opts o = {
        .struct_size = sizeof o, .method = CX_QUANTILE_INVERTED_CDF, .weights = w};
    add(cx_nanquantile(x, q, CX_AXIS(1), &o));
    add(cx_median(x, CX_AXIS(0)));
    add(cx_nanmedian(x, CX_AXIS(0)));
    const cx_averaged r = cx_average_returned(cx_nan_to_num(x), w, CX_AXIS(1));
    add(r.average);
    add(r.weights_sum);
    add(cx_ptp(numbers(20, 30), CX_ALL));
}
static void histograms(void)
{
    cx_array *const x = numbers(50, 40), *const y = cx_flip(x, 0);
    const cx_histogrammed h = cx_histogram(x, CX_OPTS(cx_histogram_opts, .rule = "auto"));
    add(h.counts);
    add(h.edges);
    add(cx_histogram(x, CX_OPTS(cx_histogram_opts, .bins = 4, .weights = y, .density = true))
            .edges);
    add(cx_histogram(x, CX_OPTS(cx_histogram_opts, .edges = cx_sort(y, 0))).counts);
    add(cx_histogram_bin_edges(x, CX_OPTS(cx_histogram_opts, .rule = "doane")));
    add(cx_histogram2d(x, y, NULL).counts);
    cx_array *edges[3] = {NULL};
    add(cx_histogramdd(cx_reshape(cx_slice(x, 0, 0, 48, 1), CX_SHAPE(16, 3)), NULL, edges));
}
static void statistics(void)
{
    cx_array *const x = numbers(48, 40), *const m = cx_reshape(x, CX_SHAPE(4, 12)),
                    *const w = cx_abs(cx_slice(x, 0, 0, 12, 1));
    add(cx_cov(m, cx_select(m, 0, 1), CX_OPTS(cx_cov_opts, .aweights = w)));
    add(cx_corrcoef(m, NULL, NULL));
    cx_array *const xp = cx_arange(0, 12, 1, CX_F64, test_device());
    add(cx_interp(x, xp, w, CX_OPTS(cx_interp_opts, .left = cx_float(2), .right = cx_int(3))));
    add(cx_interp(x, xp, cx_astype(w, CX_C128), CX_OPTS(cx_interp_opts, .period = CX_SET(5.5))));
}

Test(fault_order, order)
{
    both("order", order);
}
Test(fault_order, sets)
{
    both("sets", sets);
}
Test(fault_order, quantiles)
{
    both("quantiles", quantiles);
}
Test(fault_order, histograms)
{
    both("histograms", histograms);
}
Test(fault_order, statistics)
{
    both("statistics", statistics);
}
