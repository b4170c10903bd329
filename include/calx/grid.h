/* Grids of coordinates, triangles, and what is made from them. */
#ifndef CALX_GRID_H
#define CALX_GRID_H
#include <calx/tuple.h>

typedef enum cx_indexing { CX_INDEXING_XY, CX_INDEXING_IJ } cx_indexing;
typedef struct cx_meshgrid_opts {
    size_t struct_size;
    cx_indexing indexing;
    bool sparse;  /* extent 1 along the other axes */
    bool no_copy; /* views of the inputs */
} cx_meshgrid_opts;
/** One axis of a grid: start, start + step ... below stop; with points > 0 so many from start to
 * stop, both included. */
typedef struct cx_range {
    double start, stop, step;
    int64_t points;
} cx_range;

CX_BEGIN
/** numpy.meshgrid of flattened arrays, each of its dtype; XY exchanges the first two axes.
 *  Errors      ARGUMENT more than CX_MAX_NDIM arrays. */
CX_API cx_tuple cx_meshgrid(cx_arrays x, const cx_meshgrid_opts *o);
/** numpy.indices: [ndim, shape...] of positions; t CX_DTYPE_NONE: int64. With sparse=True one open
 * array per dimension: cx_indices_sparse. */
CX_API cx_array *cx_indices(cx_shape shape, cx_dtype t, cx_device d);
CX_API cx_tuple cx_indices_sparse(cx_shape shape, cx_dtype t, cx_device d);
/** numpy.mgrid (one array [n, ...]) and numpy.ogrid (an open array each) of n axes; t
 * CX_DTYPE_NONE: int64 if every number is whole and no axis counts points, else float64.
 *  Errors      ARGUMENT a step of 0, NaN, too many elements, n. */
CX_API cx_array *cx_mgrid(int n, const cx_range *axes, cx_dtype t, cx_device d);
CX_API cx_tuple cx_ogrid(int n, const cx_range *axes, cx_dtype t, cx_device d);
/** numpy.fromfunction: fn gets the coordinates (cx_indices, dtype t, NONE: float64) and returns the
 * result, an array of its scope, which is handed on. */
CX_API cx_array *cx_fromfunction(cx_array *(*fn)(cx_arrays coordinates, void *ctx), void *ctx,
                                 cx_shape shape, cx_dtype t, cx_device d);
/** numpy.tri: n rows, m columns (m < 0: n), ones at and below the k-th diagonal; t CX_DTYPE_NONE:
 * float64. */
CX_API cx_array *cx_tri(int64_t n, int64_t m, int64_t k, cx_dtype t, cx_device d);
/** numpy.diagflat: a matrix with the flattened a on its k-th diagonal. */
CX_API cx_array *cx_diagflat(const cx_array *a, int64_t k);
/** numpy.vander: powers n-1 ... 0 of the 1-d x as columns (n < 0: x's size), or 0 ... n-1. */
typedef enum cx_powers { CX_POWERS_DECREASING, CX_POWERS_INCREASING } cx_powers;
CX_API cx_array *cx_vander(const cx_array *x, int64_t n, cx_powers order);
/** numpy.diag_indices, diag_indices_from, tril_indices, triu_indices and their _from: int64
 * positions, one array per axis. m < 0: n.   Syncs but for diag_indices. */
CX_API cx_tuple cx_diag_indices(int64_t n, int ndim, cx_device d);
CX_API cx_tuple cx_diag_indices_from(const cx_array *a);
CX_API cx_tuple cx_tril_indices(int64_t n, int64_t k, int64_t m, cx_device d);
CX_API cx_tuple cx_triu_indices(int64_t n, int64_t k, int64_t m, cx_device d);
CX_API cx_tuple cx_tril_indices_from(const cx_array *a, int64_t k);
CX_API cx_tuple cx_triu_indices_from(const cx_array *a, int64_t k);
CX_END_DECLS
#endif
