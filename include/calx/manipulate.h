/* Shape and joining. Views where NumPy returns views. */
#ifndef CALX_MANIPULATE_H
#define CALX_MANIPULATE_H
#include <calx/array.h>

CX_BEGIN
/** numpy.reshape (C order): a view if the strides allow it, else a copy. One dimension may be -1.
 *  Errors      SHAPE sizes differ. */
CX_API cx_array *cx_reshape(const cx_array *a, cx_shape shape);
/** numpy.ravel: 1-d, a view if possible. */
CX_API cx_array *cx_ravel(const cx_array *a);
/** Reverse the axes (numpy.transpose); permute them (axes: a.ndim numbers); swap the last two
 * (numpy.matrix_transpose). Views. */
CX_API cx_array *cx_transpose(const cx_array *a);
CX_API cx_array *cx_permute_dims(const cx_array *a, int count, const int *axes);
CX_API cx_array *cx_matrix_transpose(const cx_array *a);
CX_API cx_array *cx_swapaxes(const cx_array *a, int axis1, int axis2);
CX_API cx_array *cx_moveaxis(const cx_array *a, int source, int destination);
/** numpy.broadcast_to: a read-only view with zero strides. */
CX_API cx_array *cx_broadcast_to(const cx_array *a, cx_shape shape);
/** Insert an axis of length 1; remove axes of length 1 (one, or all of them with cx_squeeze_all).
 * Views. */
CX_API cx_array *cx_expand_dims(const cx_array *a, int axis);
CX_API cx_array *cx_squeeze(const cx_array *a, int axis);
CX_API cx_array *cx_squeeze_all(const cx_array *a);
/** numpy.flip along one axis: a view. numpy.roll along one axis: a copy. */
CX_API cx_array *cx_flip(const cx_array *a, int axis);
CX_API cx_array *cx_roll(const cx_array *a, int64_t shift, int axis);
/** numpy.concatenate, stack, vstack, hstack: dtypes are promoted, all on one device.
 *  Errors      SHAPE; DEVICE; ARGUMENT no array. CX_CAT with CX_CAT merges the dictionaries. */
CX_API cx_array *cx_concatenate(cx_arrays parts, int axis);
CX_API cx_array *cx_stack(cx_arrays parts, int axis);
CX_API cx_array *cx_vstack(cx_arrays parts);
CX_API cx_array *cx_hstack(cx_arrays parts);
/** Part i of n of numpy.array_split (parts may differ by one). A view. */
CX_API cx_array *cx_split_part(const cx_array *a, int64_t n, int64_t i, int axis);
/** numpy.split: n equal parts into out[0..n), each a view owned by the open scope.
 *  Errors      SHAPE not divisible. */
CX_API CX_MUST cx_status cx_split_into(const cx_array *a, int n, int axis, cx_array **out);
/** numpy.repeat with one count; numpy.tile. */
CX_API cx_array *cx_repeat(const cx_array *a, int64_t count, int axis);
CX_API cx_array *cx_tile(const cx_array *a, cx_shape reps);
/** Same bits under another dtype of the same size. A view. */
CX_API cx_array *cx_view_as(const cx_array *a, cx_dtype t);
CX_END_DECLS
#endif
