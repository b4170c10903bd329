/* Indexing. cx_index is NumPy's basic indexing and always a view; assignment is cx_copy_into(value,
 * cx_index(a, "?:?", lo, hi)). */
#ifndef CALX_INDEX_H
#define CALX_INDEX_H
#include <calx/array.h>

#define CX_END INT64_MAX /* the end of an axis in cx_slice */

CX_BEGIN
/** Basic indexing by text: cx_index(a, "?:?, ::2, newaxis, ..., -1", lo, hi). Items: integers,
 * start:stop:step, "...", newaxis (None); ? takes the next of the values, any integer type. Always
 * a view. Errors      PARSE malformed text; ARGUMENT count of values; INDEX integer out of bounds
 * or too many items; step 0. */
CX_API cx_array *cx_index_n(const cx_array *a, const char *spec, int n, const int64_t *values);
/** All of NumPy's indexing: the text of cx_index, whose ? are filled by arrays and numbers in turn,
 * cx_getitem(a, "?, 1:3, ?, ...", CX_ARRAYS(rows, cx_int(2))). An array is integers of any dtype
 * (negative ones count from the end) or a bool mask, which takes as many axes as it has dimensions;
 * a ? in a slice is a cx_int. Arrays are broadcast together; their dimensions stand where the first
 * of them stands, or first of all if something else stands between them (integers count as arrays
 * once there is one). A new array; only without arrays a view.
 *  Errors      PARSE malformed text; ARGUMENT count of indices; INDEX out of bounds, naming axis
 * and size, or too many items; SHAPE arrays do not broadcast, or a mask does not match; DTYPE;
 * DEVICE. An index out of bounds on a GPU is told at the next call that waits (at once with
 * CX_TRACE=sync).   Syncs: masks read their count. */
CX_API cx_array *cx_getitem(const cx_array *a, const char *spec, cx_arrays indices);
/** a[...] = value with the indices of cx_getitem: value is broadcast to what they select and cast
 * same_kind, as if it were copied first. Of several values for one element the last wins, on every
 * device; with an index out of bounds nothing is written.
 *  Errors      as cx_getitem; SHAPE value does not broadcast; READONLY. */
CX_API CX_MUST cx_status cx_setitem(cx_array *a, const char *spec, cx_arrays indices,
                                    const cx_array *value);
/** a[start:stop:step] along one axis, NumPy's clipping; CX_END for the end. A view. */
CX_API cx_array *cx_slice(const cx_array *a, int axis, int64_t start, int64_t stop, int64_t step);
/** a[i] along one axis, which is dropped. A view. */
CX_API cx_array *cx_select(const cx_array *a, int axis, int64_t i);
/** numpy.take along an axis: result shape a.shape[:axis] + indices.shape + a.shape[axis+1:].
 * Negative indices count from the end. Errors      INDEX out of bounds, naming the first one; DTYPE
 * indices are not integers.   Syncs to report INDEX. */
CX_API cx_array *cx_take(const cx_array *a, const cx_array *indices, int axis);
/** numpy.take_along_axis: indices has a's number of dimensions and broadcasts against a outside
 * axis. */
CX_API cx_array *cx_take_along_axis(const cx_array *a, const cx_array *indices, int axis);
/** a[mask]: mask is bool of a's leading shape; result 1-d (or [n] + rest).   Syncs: reads the
 * count. */
CX_API cx_array *cx_mask(const cx_array *a, const cx_array *mask);
/** numpy.compress: keep the entries along axis where the 1-d mask holds. */
CX_API cx_array *cx_compress(const cx_array *mask, const cx_array *a, int axis);
/** numpy.argwhere: [count, ndim] int64 of the nonzero elements; numpy.flatnonzero: 1-d.   Syncs. */
CX_API cx_array *cx_argwhere(const cx_array *a);
CX_API cx_array *cx_flatnonzero(const cx_array *a);
/** a[mask] = value: value broadcasts to a; mask is bool and broadcasts to a.
 *  Errors      as the elementwise operations. */
CX_API CX_MUST cx_status cx_putmask(cx_array *a, const cx_array *mask, const cx_array *value);
/** a[indices] = values along axis 0 (duplicates: the last wins).   Syncs to report INDEX. */
CX_API CX_MUST cx_status cx_put_rows(cx_array *a, const cx_array *indices, const cx_array *values);
/** The k-th diagonal of the last two axes as a view (numpy.diagonal with axis1=-2, axis2=-1). */
CX_API cx_array *cx_diagonal(const cx_array *a, int64_t k);
/** numpy.diagonal of any two axes (NumPy's default is 0 and 1): the others, then the diagonal; a
 * view. numpy.trace: its sum, of dtype t (CX_DTYPE_NONE: as cx_sum).
 *  Errors      SHAPE fewer than 2 dimensions; INDEX; ARGUMENT one axis twice. */
CX_API cx_array *cx_diagonal_axes(const cx_array *a, int64_t k, int axis1, int axis2);
CX_API cx_array *cx_trace_axes(const cx_array *a, int64_t k, int axis1, int axis2, cx_dtype t);
/** numpy.diag: the diagonal of a matrix (a copy), or the matrix with that diagonal. numpy.tril,
 * numpy.triu. numpy.trace. */
CX_API cx_array *cx_diag(const cx_array *a, int64_t k);
CX_API cx_array *cx_tril(const cx_array *a, int64_t k);
CX_API cx_array *cx_triu(const cx_array *a, int64_t k);
CX_API cx_array *cx_trace(const cx_array *a, int64_t k);
CX_END_DECLS

#ifndef __cplusplus
#define cx_index(a, ...) cx_index_n((a), CX__FIRST(__VA_ARGS__), CX__LIST(int64_t, __VA_ARGS__))
#endif
#endif
