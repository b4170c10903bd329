/* Choosing and placing elements by position, beyond cx_getitem and cx_setitem (index.h). Positions
 * are integers of any dtype on the device of the array; negative ones count from the end. One out
 * of bounds is CX_E_INDEX, on a GPU told at the next call that waits; where that is said to sync,
 * at once. */
#ifndef CALX_CHOOSE_H
#define CALX_CHOOSE_H
#include <calx/tuple.h>

/** What a position out of bounds means: an error, the remainder of the extent, the nearer end
 * (negative: 0). */
typedef enum cx_bounds { CX_BOUNDS_RAISE, CX_BOUNDS_WRAP, CX_BOUNDS_CLIP } cx_bounds;

typedef struct cx_take_opts {
    size_t struct_size;
    cx_maybe_i64 axis; /* not set: of the flattened array */
    cx_bounds mode;
} cx_take_opts;
typedef struct cx_coordinate_opts {
    size_t struct_size;
    cx_bounds mode;
    const cx_bounds *modes; /* one per dimension, instead of mode */
    bool fortran;           /* the first dimension varies fastest */
} cx_coordinate_opts;

CX_BEGIN
/** numpy.take with its axis and mode; cx_take is the short form.
 *  Errors      INDEX out of bounds, or anything taken from nothing; DTYPE; ARGUMENT mode. */
CX_API cx_array *cx_take_with(const cx_array *a, const cx_array *indices, const cx_take_opts *o);
/** numpy.put: elements of the flattened a become values, which repeat if there are fewer, cast
 * same_kind. The last of several wins. An a that has no flat view is copied on the way.
 *  Errors      as cx_take_with; READONLY. */
CX_API CX_MUST cx_status cx_put(cx_array *a, const cx_array *indices, const cx_array *values,
                                cx_bounds mode);
/** numpy.put_along_axis: indices has a's number of dimensions and broadcasts against it outside
 * axis; values broadcast to it. */
CX_API CX_MUST cx_status cx_put_along_axis(cx_array *a, const cx_array *indices,
                                           const cx_array *values, int axis);
/** numpy.place: the elements of a where mask, of as many elements, is not zero become the first
 * of values, which repeat.
 *  Errors      SHAPE sizes differ; ARGUMENT no values.   Syncs: reads the count. */
CX_API CX_MUST cx_status cx_place(cx_array *a, const cx_array *mask, const cx_array *values);
/** numpy.extract: the elements of the flattened a where the flattened condition is not zero.
 * Syncs: reads the count. */
CX_API cx_array *cx_extract(const cx_array *condition, const cx_array *a);
/** numpy.choose: element by element choices.at[a], broadcast; the dtype is the choices' common one.
 *  Errors      DTYPE a is not integers; INDEX with RAISE an element of a is no choice; ARGUMENT no
 * choices.   Syncs with RAISE. */
CX_API cx_array *cx_choose(const cx_array *a, cx_arrays choices, cx_bounds mode);
/** numpy.select (cx_select drops an axis): the choice of the first condition that holds, else
 * otherwise. All broadcast.
 *  Errors      ARGUMENT none, or lists of two lengths; DTYPE a condition is not bool. */
CX_API cx_array *cx_select_first(cx_arrays conditions, cx_arrays choices,
                                 const cx_array *otherwise);
/** numpy.ix_: 1-d arrays of integers (or masks) as an open mesh for cx_getitem.   Syncs with masks.
 */
CX_API cx_tuple cx_ix_(cx_arrays parts);
/** numpy.nonzero: one int64 array of positions per dimension.   Syncs: reads the count. */
CX_API cx_tuple cx_nonzero(const cx_array *a);
/** numpy.ravel_multi_index: coordinates, one array per dimension of dims, to int64 positions.
 *  Errors      ARGUMENT their number; DTYPE; INDEX with RAISE one is out of bounds (negative ones
 * too).   Syncs with RAISE. */
CX_API cx_array *cx_ravel_multi_index(cx_arrays coordinates, cx_shape dims,
                                      const cx_coordinate_opts *o);
/** numpy.unravel_index: int64 coordinates of positions, one array per dimension. Of the options
 * only fortran counts.   Errors      DTYPE; INDEX out of bounds.   Syncs. */
CX_API cx_tuple cx_unravel_index(const cx_array *indices, cx_shape dims,
                                 const cx_coordinate_opts *o);
/** numpy.fill_diagonal in place: values repeat along the main diagonal. With CX_DIAGONAL_WRAP it
 * goes on below the square of a tall matrix, a row apart.
 *  Errors      SHAPE less than 2 dimensions, or more than 2 of different extents. */
typedef enum cx_diagonal_end { CX_DIAGONAL_ONCE, CX_DIAGONAL_WRAP } cx_diagonal_end;
CX_API CX_MUST cx_status cx_fill_diagonal(cx_array *a, const cx_array *values, cx_diagonal_end end);
CX_END_DECLS
#endif
