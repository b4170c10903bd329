/* Sorting and searching. NaN sorts last (complex too), as in NumPy. Stable where said. Where NumPy
 * has axis=None, the array goes through cx_ravel first. */
#ifndef CALX_SORT_H
#define CALX_SORT_H
#include <calx/array.h>

CX_BEGIN
/** numpy.sort along an axis: a new array. Ascending; equal elements are indistinguishable except
 * -0.0 and 0.0, which keep no order. */
CX_API cx_array *cx_sort(const cx_array *a, int axis);
/** Sort in place along an axis. Errors: READONLY. */
CX_API CX_MUST cx_status cx_sort_inplace(cx_array *a, int axis);
/** numpy.argsort along an axis, stable: int64 indices. */
CX_API cx_array *cx_argsort(const cx_array *a, int axis);
/** numpy.partition about count positions along an axis (negative ones count from the end): what
 * stands there is what would stand there were the axis sorted, nothing greater before it, nothing
 * smaller behind it. NaN last. Errors: ARGUMENT a position outside the axis; INDEX axis.
 * cuda: sorts. */
CX_API cx_array *cx_partition(const cx_array *a, int count, const int64_t *kth, int axis);
/** The same in place. Errors: READONLY. */
CX_API CX_MUST cx_status cx_partition_inplace(cx_array *a, int count, const int64_t *kth, int axis);
/** numpy.argpartition: int64 indices that partition; here those of cx_argsort. */
CX_API cx_array *cx_argpartition(const cx_array *a, int count, const int64_t *kth, int axis);
/** numpy.lexsort: indices that sort by the last of the keys, then by the one before, ... along an
 * axis; stable. Keys are of one shape and device. Errors: ARGUMENT no key; SHAPE; DEVICE; INDEX. */
CX_API cx_array *cx_lexsort(cx_arrays keys, int axis);
/** numpy.searchsorted of values in the 1-d ascending a. side "left" or "right": int64, values'
 * shape. */
typedef enum cx_side { CX_LEFT, CX_RIGHT } cx_side;
CX_API cx_array *cx_searchsorted(const cx_array *a, const cx_array *values, cx_side side);
/** The same where a[sorter] is the ascending array (NumPy's sorter=): sorter 1-d integers, as many
 * as a. Errors: as cx_searchsorted; DTYPE sorter; INDEX a sorter outside a. */
CX_API cx_array *cx_searchsorted_by(const cx_array *a, const cx_array *sorter,
                                    const cx_array *values, cx_side side);
/** numpy.digitize: the bin of each real x, bins 1-d ascending or descending; bin i is
 * bins[i-1] <= x < bins[i] (descending: >= and >), with right the other end is the closed one.
 * int64 of x's shape. Errors: ARGUMENT bins neither; SHAPE; DTYPE; DEVICE.   Syncs: looks at the
 * bins. */
typedef struct cx_digitize_opts {
    size_t struct_size;
    bool right;
} cx_digitize_opts;
CX_API cx_array *cx_digitize(const cx_array *x, const cx_array *bins, const cx_digitize_opts *o);
/** numpy.unique: sorted values, and on request the first index, the inverse and the counts (nil
 * where not asked). With axis: the different entries along it, in lexicographic order, NaN unlike
 * NaN; the inverse is then 1-d. CX_CAT: by text.   Syncs. */
typedef struct cx_unique_opts {
    size_t struct_size;
    bool return_index, return_inverse, return_counts;
    bool distinct_nans; /* NumPy's equal_nan=False */
    cx_maybe_i64 axis;
} cx_unique_opts;
typedef struct cx_unique_result {
    cx_array *values, *index, *inverse, *counts;
} cx_unique_result;
CX_API cx_unique_result cx_unique(const cx_array *a, const cx_unique_opts *o);
/** numpy.bincount of 1-d non-negative integers with optional weights; at least minlength bins.
 *  Errors      SHAPE, DTYPE; ARGUMENT a negative number; DEVICE mixed.   Syncs. */
CX_API cx_array *cx_bincount(const cx_array *a, const cx_array *weights, int64_t minlength);
/** The k smallest along the last axis with their indices, ascending (ties: lower index first):
 * values and int64 indices [..., k]. */
typedef struct cx_topk {
    cx_array *values, *indices;
} cx_topk;
CX_API cx_topk cx_smallest_k(const cx_array *a, int64_t k);
/** numpy.top_k: the k largest (or smallest) along an axis, best first, with their int64 indices;
 * ties: lower index first. The order is cx_sort's: NaN is greater than everything.
 *  Errors: ARGUMENT k outside 0..extent; INDEX axis. */
typedef enum cx_top { CX_LARGEST, CX_SMALLEST } cx_top;
CX_API cx_topk cx_top_k(const cx_array *a, int64_t k, int axis, cx_top which);
CX_END_DECLS
#endif
