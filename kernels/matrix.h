/* Matrices inside views, for the groups that call the vendor's libraries: the last two dimensions
 * are rows and columns, the leading ones the batch. Strides here count elements. */
#ifndef CX_KERNELS_MATRIX_H
#define CX_KERNELS_MATRIX_H
#include "cuda_backend.h"

typedef struct cuda_matrix {
    char *p;
    int64_t rs, cs;
} cuda_matrix;

static inline int64_t cuda_rows(const cx_view *v)
{
    return v->shape[v->ndim - 2];
}
static inline int64_t cuda_cols(const cx_view *v)
{
    return v->shape[v->ndim - 1];
}
/** Bytes of an element. */
static inline int64_t cuda_dtype_size(cx_dtype t)
{
#define CX_DTYPE(NAME, code, ctype, suffix, name, size, kind, npy) size,
    static const unsigned char sizes[CX_DTYPE_COUNT] = {
        0,
#include <calx/dtypes.def>
    };
#undef CX_DTYPE
    return sizes[t];
}
static inline int64_t cuda_itemsize(const cx_view *v)
{
    return cuda_dtype_size(v->dtype);
}

/** Number of elements before the last `inner` dimensions. */
static inline int64_t cuda_batch(const cx_view *v, int inner)
{
    int64_t count = 1;
    for (int d = 0; d < v->ndim - inner; d++) count *= v->shape[d];
    return count;
}

/** Element [0, ..., 0] of batch number i, in C order. */
static inline char *cuda_batch_at(const cx_view *v, int inner, int64_t i)
{
    char *p = (char *)v->data;
    for (int d = v->ndim - inner - 1; d >= 0; d--) {
        p += i % v->shape[d] * v->stride[d];
        i /= v->shape[d];
    }
    return p;
}

static inline cuda_matrix cuda_matrix_at(const cx_view *v, int64_t i)
{
    const int64_t size = cuda_itemsize(v);
    const cuda_matrix m = {cuda_batch_at(v, 2, i), v->stride[v->ndim - 2] / size,
                           v->stride[v->ndim - 1] / size};
    return m;
}

/** Do rows (row) or columns lie with unit stride, without overlap? Then *ld is the distance of the
 * next one, large enough for any library. */
static inline bool cuda_ordered(cuda_matrix a, int64_t rows, int64_t cols, bool row, int64_t *ld)
{
    const int64_t along = row ? cols : rows, across = row ? rows : cols;
    const int64_t unit = row ? a.cs : a.rs, step = row ? a.rs : a.cs;
    *ld = across > 1 ? step : along > 1 ? along : 1;
    return (along <= 1 || unit == 1) && *ld >= along && *ld >= 1;
}

/** A 2-d view of a matrix whose rows (row) or columns have unit stride. */
static inline cx_view cuda_matrix_view(cx_dtype t, void *p, int64_t rows, int64_t cols, bool row,
                                       int64_t ld)
{
    const int64_t size = cuda_dtype_size(t);
    cx_view v;
    v.data = p;
    v.dtype = t;
    v.ndim = 2;
    v.flags = 0;
    v.shape[0] = rows;
    v.shape[1] = cols;
    v.stride[row ? 0 : 1] = ld * size;
    v.stride[row ? 1 : 0] = size;
    return v;
}
#endif
