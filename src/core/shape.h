/* Shapes: printing, sizes, broadcasting, strides, collapsing. Plain numbers, no arrays. */
#ifndef CX_CORE_SHAPE_H
#define CX_CORE_SHAPE_H
#include "base/status.h"
#include <calx/array.h>
#include <calx/backend.h>

/** Number of elements and bytes. SHAPE: negative extent, more than CX_MAX_NDIM, overflow. */
cx_status cx__shape_size(const char *where, int ndim, const int64_t *shape, size_t itemsize,
                         int64_t *size, size_t *bytes);
/** "(3, 4)" into buf, cut with "..." if it does not fit; returns buf. */
enum { CX__SHAPE_TEXT = 128 };
const char *cx__shape_text(int ndim, const int64_t *shape, char buf[CX__SHAPE_TEXT]);
/** C order strides in bytes. */
void cx__shape_strides(int ndim, const int64_t *shape, int64_t itemsize, int64_t *strides);
/** NumPy's broadcast of (ndim, shape) into the accumulated result (*out_ndim, out); start with
 * *out_ndim = 0. False: not broadcastable. */
bool cx__shape_broadcast(int ndim, const int64_t *shape, int *out_ndim, int64_t *out);
/** Strides of an operand seen under the broadcast shape. */
void cx__shape_broadcast_strides(int ndim, const int64_t *shape, const int64_t *strides,
                                 int out_ndim, const int64_t *out_shape, int64_t *out_strides);
/** -ndim..ndim-1 to 0..ndim-1. INDEX names the operation, the axis and ndim. */
cx_status cx__axis(const char *where, int axis, int ndim, int *out);
/** C-contiguous? */
bool cx__is_c_order(int ndim, const int64_t *shape, const int64_t *strides, int64_t itemsize);
/** Merge neighbouring dimensions that all n stride lists step through in one, drop extents of 1,
 * sort by the first list's stride when reorder (elementwise: any order is right). In place; returns
 * the new ndim (0 for one element). Lists of ndim numbers each. */
int cx__collapse(int ndim, int64_t *shape, int n, int64_t *const strides[], bool reorder);
/** Byte range [lo, hi) that a strided region touches. */
void cx__extent(const char *data, int ndim, const int64_t *shape, const int64_t *strides,
                size_t itemsize, const char **lo, const char **hi);
/** Product of the extents. */
int64_t cx__prod(int ndim, const int64_t *shape);
#endif
