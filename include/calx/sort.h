/* Sorting and searching. NaN sorts last (complex too), as in NumPy. Stable where said. */
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
/** numpy.searchsorted of values in the 1-d ascending a. side "left" or "right": int64, values'
 * shape. */
typedef enum cx_side { CX_LEFT, CX_RIGHT } cx_side;
CX_API cx_array *cx_searchsorted(const cx_array *a, const cx_array *values, cx_side side);
/** numpy.unique: sorted values, and on request the first index, the inverse and the counts (nil
 * where not asked). CX_CAT: by text.   Syncs. */
typedef struct cx_unique_opts {
    size_t struct_size;
    bool return_index, return_inverse, return_counts;
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
CX_END_DECLS
#endif
