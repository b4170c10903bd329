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
CX_END_DECLS
#endif
