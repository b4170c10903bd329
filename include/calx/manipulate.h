/* Shape and joining. Views where NumPy returns views. */
#ifndef CALX_MANIPULATE_H
#define CALX_MANIPULATE_H
#include <calx/array.h>

/** In place of an axis, where a function's comment allows it: NumPy's axis=None, the array is
 * flattened in C order first. */
enum { CX_FLAT = INT32_MIN };
/** Which ends cx_trim_zeros cuts ("fb", "f", "b"). */
typedef enum cx_trim { CX_TRIM_BOTH, CX_TRIM_FRONT, CX_TRIM_BACK } cx_trim;
/** Which bit of a byte comes first: the most significant one ("big", NumPy's default), or the
 * least. */
typedef enum cx_bitorder { CX_BITS_BIG, CX_BITS_LITTLE } cx_bitorder;
/** numpy.pad's reflect_type: mirrored values, or twice the edge less the mirrored value. */
typedef enum cx_reflection { CX_REFLECT_EVEN, CX_REFLECT_ODD } cx_reflection;

typedef struct cx_concatenate_opts {
    size_t struct_size;
    cx_dtype dtype;       /* of the result; CX_DTYPE_NONE: promoted */
    cx_maybe_i64 casting; /* a cx_casting; CX_CASTING_SAME_KIND */
} cx_concatenate_opts;
typedef struct cx_pad_opts {
    size_t struct_size;
    const cx_array *constant_values, *end_values; /* one, [2] for before and after every axis, or
                                                     what broadcasts to [ndim, 2]; NULL: 0 */
    cx_shape stat_length; /* 1, 2 or 2 * ndim numbers, as widths; none: whole axes */
    cx_reflection reflect_type;
} cx_pad_opts;
typedef struct cx_unpackbits_opts {
    size_t struct_size;
    cx_bitorder order;
    cx_maybe_i64 count; /* bits of the result along the axis, more than there are: zeros; negative:
                           that many fewer than there are; all */
} cx_unpackbits_opts;

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
/** The same bits under another dtype (numpy.ndarray.view). Of another size: the last axis is
 * contiguous and grows or shrinks. A view.
 *  Errors      DTYPE categories, or a 0-d array of another size; SHAPE the last axis is not
 *              contiguous or its bytes are no whole number of elements; ARGUMENT not aligned. */
CX_API cx_array *cx_view_as(const cx_array *a, cx_dtype t);

/* ---- axes: views */
/** numpy.atleast_1d, atleast_2d, atleast_3d: axes of length 1 in front (of the third: a vector
 * becomes [1, n, 1], a matrix [m, n, 1]). Views. */
CX_API cx_array *cx_atleast_1d(const cx_array *a);
CX_API cx_array *cx_atleast_2d(const cx_array *a);
CX_API cx_array *cx_atleast_3d(const cx_array *a);
/** numpy.expand_dims with several axes (of the result), numpy.squeeze with several, numpy.moveaxis
 * with lists of equal length, numpy.rollaxis. Views.
 *  Errors      INDEX an axis; ARGUMENT one twice; SHAPE an axis to squeeze is not of length 1. */
CX_API cx_array *cx_expand_dims_axes(const cx_array *a, int count, const int *axes);
CX_API cx_array *cx_squeeze_axes(const cx_array *a, int count, const int *axes);
CX_API cx_array *cx_moveaxes(const cx_array *a, int count, const int *source,
                             const int *destination);
CX_API cx_array *cx_rollaxis(const cx_array *a, int axis, int start);
/** numpy.flip along several axes (axes NULL: all), numpy.fliplr (axis 1), numpy.flipud (axis 0),
 * numpy.rot90 by k quarter turns from axis1 towards axis2. Views.
 *  Errors      INDEX an axis; ARGUMENT one twice; SHAPE too few dimensions. */
CX_API cx_array *cx_flip_axes(const cx_array *a, int count, const int *axes);
CX_API cx_array *cx_fliplr(const cx_array *a);
CX_API cx_array *cx_flipud(const cx_array *a);
CX_API cx_array *cx_rot90(const cx_array *a, int64_t k, int axis1, int axis2);
/** numpy.trim_zeros: without the zeros at the ends of the axes (axes NULL: all). A view.   Syncs:
 * reads where the first and the last nonzero number of each axis are. */
CX_API cx_array *cx_trim_zeros(const cx_array *a, cx_trim which, int count, const int *axes);

/* ---- parts of a whole: views into out[0..), owned by the open scope */
/** numpy.array_split into n parts that differ by one at most; numpy.split and array_split at
 * positions: a[:at[0]], a[at[0]:at[1]], ..., at.ndim + 1 parts, positions clipped as in slices.
 *  Errors      INDEX axis; ARGUMENT n < 1. */
CX_API CX_MUST cx_status cx_array_split_into(const cx_array *a, int n, int axis, cx_array **out);
CX_API CX_MUST cx_status cx_split_at_into(const cx_array *a, cx_shape at, int axis, cx_array **out);
/** numpy.hsplit (axis 1, of vectors 0), vsplit (axis 0), dsplit (axis 2) into n equal parts; at
 * positions: cx_split_at_into.
 *  Errors      SHAPE not divisible, or too few dimensions. */
CX_API CX_MUST cx_status cx_hsplit_into(const cx_array *a, int n, cx_array **out);
CX_API CX_MUST cx_status cx_vsplit_into(const cx_array *a, int n, cx_array **out);
CX_API CX_MUST cx_status cx_dsplit_into(const cx_array *a, int n, cx_array **out);
/** numpy.unstack: the cx_dim(a, axis) entries along axis, which is dropped.
 *  Errors      SHAPE a is 0-d; INDEX axis. */
CX_API CX_MUST cx_status cx_unstack_into(const cx_array *a, int axis, cx_array **out);

/* ---- joining: one write per element */
/** numpy.concatenate with dtype and casting, and into an array that is there (cast same_kind).
 * axis may be CX_FLAT.
 *  Errors      as cx_concatenate; DTYPE a cast that casting forbids; READONLY. */
CX_API cx_array *cx_concatenate_with(cx_arrays parts, int axis, const cx_concatenate_opts *o);
CX_API CX_MUST cx_status cx_concatenate_into(cx_arrays parts, int axis, cx_array *out);
/** numpy.append: values after a along an axis, or both flattened (CX_FLAT). Stack scalars count as
 * arrays of their own dtype, as in NumPy.
 *  Errors      SHAPE; DEVICE; INDEX axis. */
CX_API cx_array *cx_append(const cx_array *a, const cx_array *values, int axis);
/** numpy.column_stack (vectors become columns), numpy.dstack (along the third axis).
 *  Errors      as cx_concatenate. */
CX_API cx_array *cx_column_stack(cx_arrays parts);
CX_API cx_array *cx_dstack(cx_arrays parts);
/** numpy.block: nested lists as text with a ? for each array, cx_block("[[?, ?], [?, ?]]",
 * CX_ARRAYS(a, b, c, d)). Innermost lists join along the last axis, those around them along the one
 * before, and so on; arrays of fewer dimensions get axes in front. Stack scalars are allowed.
 *  Errors      PARSE the text, arrays at different depths, an empty list; ARGUMENT the number of
 *              arrays; SHAPE; DEVICE. */
CX_API cx_array *cx_block(const char *nest, cx_arrays parts);
/** numpy.insert: values before the positions at of an axis (CX_FLAT: of the flattened array). at:
 * an integer (stack scalar or 0-d), 1-d integers, or a bool mask; values broadcast and are cast to
 * a's dtype as by astype. With cx_insert_slice the positions are start:stop:step, clipped.
 *  Errors      INDEX at out of -n..n, or axis; SHAPE; DTYPE at is no integer; DEVICE.   Syncs:
 *              reads a position, or the bounds of several. */
CX_API cx_array *cx_insert(const cx_array *a, const cx_array *at, const cx_array *values, int axis);
CX_API cx_array *cx_insert_slice(const cx_array *a, int64_t start, int64_t stop, int64_t step,
                                 const cx_array *values, int axis);
/** numpy.delete: without the entries at of an axis (CX_FLAT: of the flattened array). at: as in
 * cx_insert, a mask is of the axis' length. Always a copy.
 *  Errors      INDEX at out of -n..n-1, or axis; SHAPE; DTYPE; DEVICE.   Syncs: reads positions'
 *              bounds and how many entries stay. */
CX_API cx_array *cx_delete(const cx_array *a, const cx_array *at, int axis);
CX_API cx_array *cx_delete_slice(const cx_array *a, int64_t start, int64_t stop, int64_t step,
                                 int axis);

/* ---- larger arrays */
/** numpy.pad. widths: one number for all sides, two for before and after every axis, or 2 * ndim
 * (before_0, after_0, before_1, ...). mode: constant edge linear_ramp maximum mean median minimum
 * reflect symmetric wrap empty. Result: a's dtype; means and medians of integers are rounded to
 * even.
 *  Errors      ARGUMENT widths, mode, an option that the mode does not take, an empty axis that a
 *              mode other than constant and empty would extend; SHAPE values do not broadcast. */
CX_API cx_array *cx_pad(const cx_array *a, cx_shape widths, const char *mode, const cx_pad_opts *o);
/** numpy.resize: a's elements in C order, again and again until shape is full (an empty a: zeros).
 * cx_resize_zeros: then zeros, as numpy.ndarray.resize; a new array.
 *  Errors      ARGUMENT a negative extent. */
CX_API cx_array *cx_resize(const cx_array *a, cx_shape shape);
CX_API cx_array *cx_resize_zeros(const cx_array *a, cx_shape shape);
/** numpy.repeat with a count for each entry along axis (CX_FLAT: of the flattened array); one count
 * serves all.
 *  Errors      SHAPE number of counts; DTYPE not integers; ARGUMENT a negative one.   Syncs. */
CX_API cx_array *cx_repeat_each(const cx_array *a, const cx_array *counts, int axis);
/** numpy.roll by shifts[i] along axes[i] (an axis may occur again: shifts add up); axes NULL: of
 * the flattened array. A copy. */
CX_API cx_array *cx_roll_axes(const cx_array *a, int count, const int64_t *shifts, const int *axes);

/* ---- elements and bits */
/** numpy.copyto: dst[where] = src, broadcast and cast; where NULL: everywhere. As if src were
 * copied first. Errors      DTYPE casting forbids it, a stack integer is out of range, where is not
 * bool; SHAPE; DEVICE; READONLY. */
CX_API CX_MUST cx_status cx_copyto(cx_array *dst, const cx_array *src, cx_casting casting,
                                   const cx_array *where);
/** numpy.packbits: nonzero elements of bool or integers as bits of uint8 along an axis (CX_FLAT: of
 * the flattened array), the last byte filled with zeros. numpy.unpackbits of uint8.
 *  Errors      DTYPE; INDEX axis; ARGUMENT count. */
CX_API cx_array *cx_packbits(const cx_array *a, int axis, cx_bitorder order);
CX_API cx_array *cx_unpackbits(const cx_array *a, int axis, const cx_unpackbits_opts *o);
CX_END_DECLS
#endif
