/* What the factorisations want besides the library: triangles of zeros, a look at values that are
 * not finite, addresses of a batch's matrices, singular values divided out, pivots as permutations.
 */
#include "lapack.h"
#include "matrix.h"
#include "rows.cuh"
#include "types.cuh"

namespace {
/* A batch of matrices by number. Strides in bytes. */
struct matrices {
    char *p;
    int64_t rows, cols, rs, cs, batch;
    int ndim;
    int64_t shape[CX_KERNEL_NDIM], stride[CX_KERNEL_NDIM];
};
matrices matrices_of(const cx_view *v)
{
    matrices m = {};
    const int last = v->ndim - 1;
    m.p = (char *)v->data;
    m.rows = v->shape[last - 1], m.cols = v->shape[last];
    m.rs = v->stride[last - 1], m.cs = v->stride[last];
    m.batch = cuda_batch(v, 2);
    for (int d = 0; d < last - 1; d++) {
        m.shape[d] = v->shape[d];
        m.stride[d] = v->stride[d];
    }
    m.ndim = last - 1;
    return m;
}
__device__ inline char *matrix_at(const matrices &m, int64_t i)
{
    char *p = m.p;
    for (int d = m.ndim - 1; d >= 0; d--) {
        p += i % m.shape[d] * m.stride[d];
        i /= m.shape[d];
    }
    return p;
}

/* W: a word of the element's size */
template <class W> __global__ void zero_triangle(matrices m, bool below)
{
    const int64_t size = m.rows * m.cols;
    CX_GRID_STRIDE(int64_t, at, size * m.batch)
    {
        const int64_t i = at % size / m.cols, j = at % size % m.cols;
        if (below ? i <= j : i >= j) continue;
        *reinterpret_cast<W *>(matrix_at(m, at / size) + i * m.rs + j * m.cs) = W();
    }
}

__global__ void pointers(matrices m, void **out)
{
    CX_GRID_STRIDE(int64_t, i, m.batch)
    {
        out[i] = matrix_at(m, i);
    }
}

__global__ void info_kernel(const int *info, int64_t batch, int kind, cuda_late *late)
{
    CX_GRID_STRIDE(int64_t, i, batch)
    {
        if (info[i] != 0) late_note(late, kind, 0, i, info, batch);
    }
}

/* Where the row at place i came from: back through the exchanges. */
__global__ void permutation(int64_t batch, int64_t k, const char *pivots, int64_t pivots_step,
                            int64_t m, char *perm, int64_t perm_step)
{
    CX_GRID_STRIDE(int64_t, at, batch * m)
    {
        const int64_t i = at % m, matrix = at / m;
        const int *const p = reinterpret_cast<const int *>(pivots + matrix * pivots_step);
        int64_t row = i;
        for (int64_t j = k - 1; j >= 0; j--) {
            const int64_t other = p[j] - 1;
            if (other < 0 || other >= m) continue; /* none of getrf's */
            row = row == j ? other : row == other ? j : row;
        }
        reinterpret_cast<int64_t *>(perm + matrix * perm_step)[i] = row;
    }
}

__global__ void any_info(const int *info, int64_t batch, int *some)
{
    CX_GRID_STRIDE(int64_t, i, batch)
    {
        if (info[i] != 0) atomicExch(some, 1);
    }
}

/* One block a row of values. */
template <class R>
__global__ void flag_nonfinite(const char *values, int64_t rows, int64_t n, int64_t step, int *info,
                               int code)
{
    CX_SHARED(int, found, [1]);
    for (int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
        if (threadIdx.x == 0) found[0] = 0;
        __syncthreads();
        const R *const v = reinterpret_cast<const R *>(values + row * step);
        bool bad = false;
        for (int64_t i = threadIdx.x; i < n; i += blockDim.x) bad = bad || !(v[i] - v[i] == 0);
        if (bad) atomicExch(&found[0], 1);
        __syncthreads();
        if (threadIdx.x == 0 && found[0] != 0 && info[row] == 0) info[row] = code;
        __syncthreads();
    }
}

template <class R> __device__ inline bool counts(const R *s, int64_t i, double rcond)
{
    return s[i] > (R)rcond * s[0];
}

template <class T> __device__ inline T divided(T t, T by)
{
    return t / by;
}
template <class R> __device__ inline complex_of<R> divided(complex_of<R> t, R by)
{
    return complex_of<R>{t.re / by, t.im / by};
}

template <class T, class R> __global__ void divide_rows(const R *s, double rcond, matrices t)
{
    CX_GRID_STRIDE(int64_t, at, t.rows * t.cols)
    {
        const int64_t i = at % t.rows, j = at / t.rows;
        T *const p = reinterpret_cast<T *>(t.p + i * t.rs + j * t.cs);
        *p = counts(s, i, rcond) ? divided(*p, s[i]) : T();
    }
}

/* One block. */
template <class R> __global__ void count_rank(const R *s, int64_t n, double rcond, int *rank)
{
    CX_SHARED(int, sum, [1]);
    if (threadIdx.x == 0) sum[0] = 0;
    __syncthreads();
    int mine = 0;
    for (int64_t i = threadIdx.x; i < n; i += blockDim.x) mine += counts(s, i, rcond) ? 1 : 0;
    atomicAdd(&sum[0], mine);
    __syncthreads();
    if (threadIdx.x == 0) *rank = sum[0];
}

/* Column j of a pair (j, j + 1) is the real part, column j + 1 the imaginary one of the first. */
template <class R>
__global__ void spread_pairs(int64_t n, const R *parts, const R *columns, complex_of<R> *w,
                             complex_of<R> *v, int64_t ldv)
{
    const R *const wi = parts + n;
    CX_GRID_STRIDE(int64_t, j, n)
    {
        w[j] = complex_of<R>{parts[j], wi[j]};
    }
    if (columns == nullptr) return;
    CX_GRID_STRIDE(int64_t, at, n * n)
    {
        const int64_t i = at % n, j = at / n;
        const R *const re = columns + (wi[j] < 0 ? j - 1 : j) * n + i;
        v[j * ldv + i] = complex_of<R>{*re, wi[j] == 0 ? R(0) : wi[j] < 0 ? -re[n] : re[n]};
    }
}

template <class T, class R>
cx_status divide(cx_queue *q, const cx_view *s, double rcond, const cx_view *t, int *rank)
{
    const R *const values = static_cast<const R *>(s->data);
    const int64_t n = s->shape[s->ndim - 1];
    CX_STATUS_TRY(CX_LAUNCH((count_rank<R>), 1, CUDA_BLOCK, 0, q, values, n, rcond, rank));
    const matrices m = matrices_of(t);
    if (m.rows * m.cols == 0) return CX_OK;
    return CX_LAUNCH((divide_rows<T, R>), cuda_blocks(q, m.rows * m.cols), CUDA_BLOCK, 0, q, values,
                     rcond, m);
}
} // namespace

cx_status cuda_note_info(cx_queue *q, int kind, const int *info, int64_t batch)
{
    return CX_LAUNCH(info_kernel, cuda_blocks(q, batch), CUDA_BLOCK, 0, q, info, batch, kind,
                     q->late);
}

cx_status cuda_permutation(cx_queue *q, const cx_view *pivots, const cx_view *perm)
{
    const int64_t k = pivots->shape[pivots->ndim - 1], m = perm->shape[perm->ndim - 1],
                  batch = cuda_batch(perm, 1);
    CX_STATUS_TRY(cuda_enter(q->dev));
    if (batch * m == 0) return CX_OK;
    /* the rows of both lie one after the other */
    return CX_LAUNCH(permutation, cuda_blocks(q, batch * m), CUDA_BLOCK, 0, q, batch, k,
                     (const char *)pivots->data, k * (int64_t)sizeof(int), m, (char *)perm->data,
                     m * (int64_t)sizeof(int64_t));
}

cx_status cuda_any_info(cx_queue *q, const int *info, int64_t batch, int *some)
{
    CX_STATUS_TRY(
        cuda_check(q->dev, "info", cudaMemsetAsync(some, 0, sizeof *some, cuda_stream(q))));
    return CX_LAUNCH(any_info, cuda_blocks(q, batch), CUDA_BLOCK, 0, q, info, batch, some);
}

cx_status cuda_zero_triangle(cx_queue *q, const cx_view *a, bool below)
{
    const matrices m = matrices_of(a);
    const int64_t work = m.rows * m.cols * m.batch;
    if (work == 0) return CX_OK;
    const unsigned blocks = cuda_blocks(q, work);
    switch (cuda_itemsize(a)) {
    case 4: return CX_LAUNCH((zero_triangle<float>), blocks, CUDA_BLOCK, 0, q, m, below);
    case 8: return CX_LAUNCH((zero_triangle<double>), blocks, CUDA_BLOCK, 0, q, m, below);
    default: return CX_LAUNCH((zero_triangle<c128>), blocks, CUDA_BLOCK, 0, q, m, below);
    }
}

cx_status cuda_matrix_pointers(cx_queue *q, const cx_view *a, void **out)
{
    const matrices m = matrices_of(a);
    if (m.batch == 0) return CX_OK;
    return CX_LAUNCH(pointers, cuda_blocks(q, m.batch), CUDA_BLOCK, 0, q, m, out);
}

cx_status cuda_flag_nonfinite(cx_queue *q, const cx_view *values, int *info, int code)
{
    const int last = values->ndim - 1;
    const int64_t rows = cuda_batch(values, 1), n = values->shape[last];
    const int64_t size = cuda_itemsize(values), step = n * size;
    const char *const p = (const char *)values->data;
    if (rows == 0) return CX_OK;
    const int64_t most = (int64_t)cuda_sm_count(q) * 16;
    const unsigned blocks = (unsigned)(rows < most ? rows : most);
    if (values->dtype == CX_F32)
        return CX_LAUNCH((flag_nonfinite<float>), blocks, CUDA_BLOCK, 0, q, p, rows, n, step, info,
                         code);
    return CX_LAUNCH((flag_nonfinite<double>), blocks, CUDA_BLOCK, 0, q, p, rows, n, step, info,
                     code);
}

cx_status cuda_divide_rows(cx_queue *q, const cx_view *s, double rcond, const cx_view *t, int *rank)
{
    switch (t->dtype) {
    case CX_F32: return divide<float, float>(q, s, rcond, t, rank);
    case CX_F64: return divide<double, double>(q, s, rcond, t, rank);
    case CX_C64: return divide<c64, float>(q, s, rcond, t, rank);
    default: return divide<c128, double>(q, s, rcond, t, rank);
    }
}

template <class R>
static cx_status spread(cx_queue *q, int64_t n, const void *parts, const void *columns, void *w,
                        void *v, int64_t ldv)
{
    const int64_t work = columns != nullptr ? n * n : n;
    if (n == 0) return CX_OK;
    return CX_LAUNCH((spread_pairs<R>), cuda_blocks(q, work), CUDA_BLOCK, 0, q, n,
                     static_cast<const R *>(parts), static_cast<const R *>(columns),
                     static_cast<complex_of<R> *>(w), static_cast<complex_of<R> *>(v), ldv);
}

cx_status cuda_spread_pairs(cx_queue *q, cx_dtype t, int64_t n, const void *parts,
                            const void *columns, void *w, void *v, int64_t ldv)
{
    return t == CX_F32 ? spread<float>(q, n, parts, columns, w, v, ldv)
                       : spread<double>(q, n, parts, columns, w, v, ldv);
}
