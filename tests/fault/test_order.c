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

#define SCENARIO(name, ...) FAULT_SCENARIO(fault_order, name, __VA_ARGS__)

SCENARIO(order, {
    cx_array *const a = numbers(60, 9), *const b = cx_reshape(a, CX_SHAPE(5, 12));
    const int64_t kth[3] = {3, -1, 3};
    fault_add(cx_sort(cx_partition(b, 3, kth, 0), 0));
    fault_add(cx_argpartition(b, 3, kth, 1));
    (void)cx_check(cx_partition_inplace(cx_transpose(cx_copy(b)), 1, kth, 0));
    fault_add(cx_lexsort(CX_ARRAYS(a, cx_flip(a, 0)), 0));
    const cx_topk k = cx_top_k(b, 2, 1, CX_LARGEST);
    fault_add(k.values);
    fault_add(k.indices);
    fault_add(cx_searchsorted_by(a, cx_argsort(a, 0), b, CX_RIGHT));
    fault_add(cx_digitize(b, cx_sort(cx_slice(a, 0, 0, 5, 1), 0), NULL));
})
SCENARIO(sets, {
    cx_array *const a = numbers(40, 9), *const b = cx_slice(numbers(60, 20), 0, 40, CX_END, 1),
                    *const words =
                        cx_categories_new(cx_to(cx_astype(cx_abs(a), CX_I32), CX_CPU), 6,
                                          (const char *const[]){"f", "e", "d", "c", "b", "a"});
    const cx_unique_result u =
        cx_unique(cx_reshape(a, CX_SHAPE(20, 2)),
                  CX_OPTS(cx_unique_opts, .return_index = true, .return_inverse = true,
                          .return_counts = true, .axis = CX_SET(0)));
    fault_add(u.values);
    fault_add(u.index);
    fault_add(u.inverse);
    fault_add(u.counts);
    fault_add(cx_unique_all(words).inverse);
    const cx_intersection both_of =
        cx_intersect1d(a, b, CX_OPTS(cx_intersect1d_opts, .return_indices = true));
    fault_add(both_of.values);
    fault_add(both_of.index_b);
    fault_add(cx_union1d(a, b));
    fault_add(cx_setdiff1d(a, b, NULL));
    fault_add(cx_setxor1d(words, cx_slice(words, 0, 0, 3, 1), NULL));
    fault_add(cx_isin(a, b, NULL));
})
SCENARIO(quantiles, {
    const double at[2] = {0.2, 0.7};
    cx_array *const x = holes(), *const q = test_copy_host(at, CX_SHAPE(2), CX_F64),
                    *const w = cx_abs(cx_slice(numbers(30, 9), 0, 0, 6, 1));
    fault_add(cx_quantile(cx_nan_to_num(x), q, CX_AXIS(1)));
    fault_add(cx_nanpercentile(x, cx_float(30), CX_AXES(0, 1), NULL));
    const cx_quantile_opts o = {
        .struct_size = sizeof o, .method = CX_QUANTILE_INVERTED_CDF, .weights = w};
    fault_add(cx_nanquantile(x, q, CX_AXIS(1), &o));
    fault_add(cx_median(x, CX_AXIS(0)));
    fault_add(cx_nanmedian(x, CX_AXIS(0)));
    const cx_averaged r = cx_average_returned(cx_nan_to_num(x), w, CX_AXIS(1));
    fault_add(r.average);
    fault_add(r.weights_sum);
    fault_add(cx_ptp(numbers(20, 30), CX_ALL));
})
SCENARIO(histograms, {
    cx_array *const x = numbers(50, 40), *const y = cx_flip(x, 0);
    const cx_histogrammed h = cx_histogram(x, CX_OPTS(cx_histogram_opts, .rule = "auto"));
    fault_add(h.counts);
    fault_add(h.edges);
    fault_add(cx_histogram(x, CX_OPTS(cx_histogram_opts, .bins = 4, .weights = y, .density = true))
                  .edges);
    fault_add(cx_histogram(x, CX_OPTS(cx_histogram_opts, .edges = cx_sort(y, 0))).counts);
    fault_add(cx_histogram_bin_edges(x, CX_OPTS(cx_histogram_opts, .rule = "doane")));
    fault_add(cx_histogram2d(x, y, NULL).counts);
    cx_array *edges[3] = {NULL};
    fault_add(cx_histogramdd(cx_reshape(cx_slice(x, 0, 0, 48, 1), CX_SHAPE(16, 3)), NULL, edges));
})
SCENARIO(statistics, {
    cx_array *const x = numbers(48, 40), *const m = cx_reshape(x, CX_SHAPE(4, 12)),
                    *const w = cx_abs(cx_slice(x, 0, 0, 12, 1));
    fault_add(cx_cov(m, cx_select(m, 0, 1), CX_OPTS(cx_cov_opts, .aweights = w)));
    fault_add(cx_corrcoef(m, NULL, NULL));
    cx_array *const xp = cx_arange(0, 12, 1, CX_F64, test_device());
    fault_add(
        cx_interp(x, xp, w, CX_OPTS(cx_interp_opts, .left = cx_float(2), .right = cx_int(3))));
    fault_add(
        cx_interp(x, xp, cx_astype(w, CX_C128), CX_OPTS(cx_interp_opts, .period = CX_SET(5.5))));
})
