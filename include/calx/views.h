/* Views by shape and strides, broadcasting as facts, and how an array lies in memory. */
#ifndef CALX_VIEWS_H
#define CALX_VIEWS_H
#include <calx/tuple.h>

/** A shape by value, CX_SHAPE_OF_DIMS(d) as an argument; ndim -1 after an error. */
typedef struct cx_dims {
    int ndim;
    int64_t dim[CX_MAX_NDIM];
} cx_dims;
#ifndef __cplusplus
#define CX_SHAPE_OF_DIMS(d) ((cx_shape){(d).ndim, (d).dim})
#endif

typedef struct cx_strided_opts {
    size_t struct_size;
    int64_t offset; /* bytes from a's first element to the view's */
    bool writeable; /* else writing into the view is CX_E_READONLY */
} cx_strided_opts;

/** numpy.ndarray.flags. owndata: the memory came from Calx, and a is all of it. */
typedef struct cx_array_flags {
    bool c_contiguous, f_contiguous, owndata, writeable, aligned;
} cx_array_flags;

/** In which order elements are written out: C, Fortran, or Fortran if the array lies so and not in
 * C order. */
typedef enum cx_element_order { CX_ELEMENTS_C, CX_ELEMENTS_F, CX_ELEMENTS_A } cx_element_order;

CX_BEGIN
/** numpy.broadcast_shapes of n shapes, and of the shapes of arrays (numpy.broadcast).
 *  Errors      SHAPE they do not broadcast: ndim is -1 and the scope is marked. */
CX_API cx_dims cx_broadcast_shapes(int n, const cx_shape *shapes);
CX_API cx_dims cx_broadcast_dims(cx_arrays list);
/** numpy.broadcast_arrays: read-only views of one shape.   Errors      SHAPE; ARGUMENT no array, or
 * more than CX_MAX_NDIM. */
CX_API cx_tuple cx_broadcast_arrays(cx_arrays list);
/** numpy.lib.stride_tricks.as_strided, but never outside the memory: a view of any shape and byte
 * strides (NULL: C order). Elements may be seen several times; such a view should not be written to
 * where order matters.
 *  Errors      INDEX an element would lie outside a's memory (of memory of the program's own: of
 * what a reaches); ARGUMENT a stride or the offset is not aligned; SHAPE. */
CX_API cx_array *cx_as_strided(const cx_array *a, cx_shape shape, const int64_t *byte_strides,
                               const cx_strided_opts *o);
/** numpy.lib.stride_tricks.sliding_window_view: windows of those extents along count axes (NULL:
 * all, count a.ndim), their axes behind the others. Read-only.
 *  Errors      ARGUMENT counts, a window that is negative or larger than its axis; INDEX an axis.
 */
CX_API cx_array *cx_sliding_window_view(const cx_array *a, int count, const int64_t *window,
                                        const int *axes);
/** How a lies in memory. A query: nil and NULL answer false. */
CX_API cx_array_flags cx_flags(const cx_array *a);
/** numpy.asfortranarray: a itself as a new handle if it is in Fortran order, else a copy that is.
 */
CX_API cx_array *cx_asfortranarray(const cx_array *a);
/** numpy.ndarray.tobytes: cx_nbytes(a) bytes of elements in that order, to host memory of at least
 * so many.   Errors      ARGUMENT it is smaller.   Syncs. */
CX_API CX_MUST cx_status cx_tobytes(const cx_array *a, cx_element_order order, void *out,
                                    size_t bytes);
CX_END_DECLS
#endif
