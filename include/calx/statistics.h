/* Order statistics, averages, histograms, covariance, interpolation. Arguments of one call live on
 * one device, where the work is done. */
#ifndef CALX_STATISTICS_H
#define CALX_STATISTICS_H
#include <calx/reduce.h>

/** numpy.quantile's methods: how a quantile that falls between two elements is made of them. */
typedef enum cx_quantile_method {
    CX_QUANTILE_LINEAR = 0,
    CX_QUANTILE_INVERTED_CDF,
    CX_QUANTILE_AVERAGED_INVERTED_CDF,
    CX_QUANTILE_CLOSEST_OBSERVATION,
    CX_QUANTILE_INTERPOLATED_INVERTED_CDF,
    CX_QUANTILE_HAZEN,
    CX_QUANTILE_WEIBULL,
    CX_QUANTILE_MEDIAN_UNBIASED,
    CX_QUANTILE_NORMAL_UNBIASED,
    CX_QUANTILE_LOWER,
    CX_QUANTILE_HIGHER,
    CX_QUANTILE_MIDPOINT,
    CX_QUANTILE_NEAREST
} cx_quantile_method;
typedef struct cx_quantile_opts {
    size_t struct_size;
    cx_quantile_method method;
    const cx_array *weights; /* INVERTED_CDF only: of a's shape, or of the reduced extents */
} cx_quantile_opts;

CX_BEGIN
/** numpy.quantile and numpy.percentile of real a over the axes of how; q in [0, 1] (in [0, 100]),
 * of at most 2 dimensions, which come first in the result. A number of C's for q is weak: it leaves
 * the dtype of floats; an array q takes part in the promotion. Methods that pick an element keep
 * a's dtype. NaN where a row has any. cx_quantile (calx/reduce.h) is cx_quantile_with without
 * options.
 *  Errors      DTYPE a or q complex, or bool where elements are mixed; ARGUMENT q outside its
 * range, unknown method, negative weights or of sum 0; SHAPE q or weights; INDEX axis, or no
 * element to choose from; DEVICE mixed.   Syncs: reads q. */
CX_API cx_array *cx_quantile_with(const cx_array *a, const cx_array *q, cx_reduce how,
                                  const cx_quantile_opts *o);
CX_API cx_array *cx_percentile(const cx_array *a, const cx_array *q, cx_reduce how,
                               const cx_quantile_opts *o);
/** The same of what is not NaN (numpy.nanquantile, nanpercentile, nanmedian); NaN of nothing.
 * Syncs: reads q and whether there is a NaN. */
CX_API cx_array *cx_nanquantile(const cx_array *a, const cx_array *q, cx_reduce how,
                                const cx_quantile_opts *o);
CX_API cx_array *cx_nanpercentile(const cx_array *a, const cx_array *q, cx_reduce how,
                                  const cx_quantile_opts *o);
CX_API cx_array *cx_nanmedian(const cx_array *a, cx_reduce how);

/** numpy.average(returned=True): cx_average and the sum of the weights, each of the result's shape
 * (without weights: how many elements).
 *  Errors      as cx_average: SHAPE weights; ARGUMENT they sum to zero; DEVICE; DTYPE.   Syncs:
 * looks at the weights' sum. */
typedef struct cx_averaged {
    cx_array *average, *weights_sum;
} cx_averaged;
CX_API cx_averaged cx_average_returned(const cx_array *a, const cx_array *weights, cx_reduce how);

/** What the bins of numpy.histogram are: edges, else a rule, else bins of equal width over the
 * range. */
typedef struct cx_histogram_opts {
    size_t struct_size;
    int64_t bins;             /* 0: 10 */
    const char *rule;         /* "auto" "fd" "doane" "scott" "stone" "rice" "sturges" "sqrt" */
    const cx_array *edges;    /* 1-d, not descending: the last bin has both its ends */
    cx_maybe_f64 first, last; /* range; not given: that of a */
    const cx_array *weights;  /* of a's shape */
    bool density;             /* so that the integral is 1 */
} cx_histogram_opts;
typedef struct cx_histogrammed {
    cx_array *counts, *edges;
} cx_histogrammed;
/** numpy.histogram of real a of any shape. counts: int64, or of the weights' dtype (density:
 * float64), NumPy's to the last element at an edge; edges: float64 or a's float dtype, or those
 * given. Bool counts as uint8.
 *  Errors      ARGUMENT bins < 0 or too many for the range, range not finite or descending, edges
 * descending, unknown rule, weights with a rule; SHAPE; DTYPE; DEVICE.   Syncs: reads the range. */
CX_API cx_histogrammed cx_histogram(const cx_array *a, const cx_histogram_opts *o);
/** numpy.histogram_bin_edges: the edges alone. */
CX_API cx_array *cx_histogram_bin_edges(const cx_array *a, const cx_histogram_opts *o);

/** The bins of several dimensions: for dimension i edges.at[i] if it is there and not NULL, else
 * equal ones: bins_each[i], or bins (0: 10), over [ranges[2 i], ranges[2 i + 1]] (ranges NULL, or
 * NaN there: of the sample). */
typedef struct cx_histogramdd_opts {
    size_t struct_size;
    int64_t bins;
    const int64_t *bins_each;
    cx_arrays edges; /* none, or one a dimension */
    const double *ranges;
    const cx_array *weights; /* [n] */
    bool density;
} cx_histogramdd_opts;
/** numpy.histogramdd of n points in d dimensions, sample [n, d] (1-d: d is 1): float64 counts of d
 * dimensions. edges: NULL, or d slots for the edges, which belong to the open scope.
 *  Errors      as cx_histogram.   Syncs: reads the ranges. */
CX_API cx_array *cx_histogramdd(const cx_array *sample, const cx_histogramdd_opts *o,
                                cx_array **edges);
/** numpy.histogram2d of x [n] and y [n]. */
typedef struct cx_histogrammed2d {
    cx_array *counts, *x_edges, *y_edges;
} cx_histogrammed2d;
CX_API cx_histogrammed2d cx_histogram2d(const cx_array *x, const cx_array *y,
                                        const cx_histogramdd_opts *o);

typedef struct cx_cov_opts {
    size_t struct_size;
    bool columns;      /* variables are columns, observations rows: NumPy's rowvar=False */
    bool bias;         /* divide by n, not n - 1 */
    cx_maybe_i64 ddof; /* overrides bias */
    const cx_array *fweights, *aweights; /* of each observation: how often (whole), how much */
    cx_dtype dtype;                      /* CX_DTYPE_NONE: at least float64 */
} cx_cov_opts;
/** numpy.cov of m and, if it is not NULL, y, of at most 2 dimensions: [k, k] for k variables, 0-d
 * for one. Warns where there are no degrees of freedom.
 *  Errors      SHAPE; ARGUMENT weights negative, of sum 0, or fweights not whole; DTYPE; DEVICE.
 * Syncs: with weights, reads their sums. */
CX_API cx_array *cx_cov(const cx_array *m, const cx_array *y, const cx_cov_opts *o);
/** numpy.corrcoef; columns and dtype of the options only. */
CX_API cx_array *cx_corrcoef(const cx_array *x, const cx_array *y, const cx_cov_opts *o);

typedef struct cx_interp_opts {
    size_t struct_size;
    const cx_array *left, *right; /* one element or a number of C's; NULL: fp's first and last */
    cx_maybe_f64 period;          /* of x and xp, which need not ascend then */
} cx_interp_opts;
/** numpy.interp: piecewise linear through (xp, fp), 1-d, xp ascending (not looked at), at real x of
 * any shape. float64, complex128 for complex fp.
 *  Errors      SHAPE; ARGUMENT no points, or period 0; DTYPE; DEVICE.   Syncs: looks for NaN. */
CX_API cx_array *cx_interp(const cx_array *x, const cx_array *xp, const cx_array *fp,
                           const cx_interp_opts *o);
CX_END_DECLS
#endif
