/* Walking several strided views of one shape by flat position in C order. Extents of 1 go and
 * neighbours that every view steps through in one are merged before the launch; below 2^31 elements
 * positions are 32 bits and divisions are multiplications. A family without a 64-bit kernel cuts
 * what is larger into pieces (cuda_pieces), each a walk whose strides are 32 bits too. */
#ifndef CX_KERNELS_WALK_CUH
#define CX_KERNELS_WALK_CUH
#include "fast_div.cuh"

/** N operands of one shape, innermost dimension last; ndim >= 1. */
template <int N> struct cuda_walk {
    int ndim;
    int64_t total;
    int64_t shape[CX_KERNEL_NDIM];
    fast_div div[CX_KERNEL_NDIM]; /* only when narrow */
    char *data[N];
    int64_t stride[N][CX_KERNEL_NDIM]; /* bytes */
    bool narrow() const { return cuda_narrow(total); }
    /** Operand k lies in walking order without gaps / is one repeated element. */
    bool flat(int k, int64_t itemsize) const
    {
        return ndim == 1 && (stride[k][0] == itemsize || total == 1);
    }
    bool single(int k) const
    {
        for (int d = 0; d < ndim; d++)
            if (shape[d] > 1 && stride[k][d] != 0) return false;
        return true;
    }
};

/** From views of the shape of v[0] (0-d ones, host scalars too, repeat). */
template <int N> inline cuda_walk<N> cuda_walk_of(const cx_view *const (&v)[N])
{
    cuda_walk<N> w;
    w.ndim = 0;
    w.total = 1;
    for (int k = 0; k < N; k++) w.data[k] = (char *)v[k]->data;
    const cx_view *const s = v[0];
    for (int d = 0; d < s->ndim; d++) {
        const int64_t n = s->shape[d];
        w.total *= n;
        if (n == 1) continue;
        const int last = w.ndim - 1;
        bool merge = w.ndim > 0;
        for (int k = 0; merge && k < N; k++) {
            const int64_t step = v[k]->ndim == 0 ? 0 : v[k]->stride[d];
            merge = w.stride[k][last] == step * n;
        }
        const int to = merge ? last : w.ndim++;
        w.shape[to] = merge ? w.shape[last] * n : n;
        for (int k = 0; k < N; k++) w.stride[k][to] = v[k]->ndim == 0 ? 0 : v[k]->stride[d];
    }
    if (w.ndim == 0) {
        w.ndim = 1;
        w.shape[0] = 1;
        for (int k = 0; k < N; k++) w.stride[k][0] = 0;
    }
    if (w.total > 0 && w.narrow())
        for (int d = 1; d < w.ndim; d++) w.div[d] = fast_div_of((uint32_t)w.shape[d]);
    return w;
}

/** Addresses of all operands at flat position i; I is uint32_t on narrow walks, else int64_t. */
template <class I, int N> __device__ inline void walk_at(const cuda_walk<N> &w, I i, char *(&p)[N])
{
    for (int k = 0; k < N; k++) p[k] = w.data[k];
    for (int d = w.ndim - 1; d > 0; d--) {
        I up, at;
        if constexpr (sizeof(I) == 4) {
            up = fast_divide(i, w.div[d]);
            at = i - up * w.div[d].divisor;
        } else {
            up = i / w.shape[d];
            at = i - up * w.shape[d];
        }
        for (int k = 0; k < N; k++) p[k] += (int64_t)at * w.stride[k][d];
        i = up;
    }
    for (int k = 0; k < N; k++) p[k] += (int64_t)i * w.stride[k][0];
}

/** A walk of less than 2^31 elements whose strides fit 32 bits: what a kernel takes. */
template <int N> struct cuda_piece {
    int ndim;
    uint32_t total;
    fast_div div[CX_KERNEL_NDIM];
    char *data[N];
    int32_t stride[N][CX_KERNEL_NDIM];
};
template <int N> __device__ inline void piece_at(const cuda_piece<N> &w, uint32_t i, char *(&p)[N])
{
    CX_UNROLL
    for (int k = 0; k < N; k++) p[k] = w.data[k];
    for (int d = w.ndim - 1; d > 0; d--) {
        const uint32_t up = fast_divide(i, w.div[d]), at = i - up * w.div[d].divisor;
        CX_UNROLL
        for (int k = 0; k < N; k++) p[k] += (int64_t)(int32_t)at * w.stride[k][d];
        i = up;
    }
    CX_UNROLL
    for (int k = 0; k < N; k++) p[k] += (int64_t)(int32_t)i * w.stride[k][0];
}

/** Dimension along which a walk is too long for a piece or steps too far; -1 if it is one. */
template <int N> inline int cuda_walk_excess(const cuda_walk<N> &w)
{
    for (int d = 0; d < w.ndim; d++)
        for (int k = 0; k < N; k++)
            if (w.shape[d] > 1 && (int64_t)(int32_t)w.stride[k][d] != w.stride[k][d]) return d;
    if (w.narrow()) return -1;
    int d = 0;
    while (w.shape[d] == 1) d++;
    return d;
}
template <int N> inline cuda_piece<N> cuda_piece_of(const cuda_walk<N> &w)
{
    cuda_piece<N> p;
    p.ndim = w.ndim;
    p.total = (uint32_t)w.total;
    for (int k = 0; k < N; k++) p.data[k] = w.data[k];
    for (int d = 0; d < w.ndim; d++) {
        if (d > 0) p.div[d] = fast_div_of((uint32_t)w.shape[d]);
        for (int k = 0; k < N; k++) p.stride[k][d] = w.shape[d] > 1 ? (int32_t)w.stride[k][d] : 0;
    }
    return p;
}
/** launch(piece) for each piece of a walk that is not empty, in order. Nearly always one. */
template <int N, class F> inline cx_status cuda_pieces(const cuda_walk<N> &w, F &&launch)
{
    const int d = cuda_walk_excess(w);
    if (d < 0) return launch(cuda_piece_of(w));
    enum { ROUND = 4096 }; /* so that the second half is aligned as the first */
    int64_t half = w.shape[d] / 2;
    if (half > ROUND) half -= half % ROUND;
    cuda_walk<N> part = w;
    part.shape[d] = half;
    part.total = w.total / w.shape[d] * half;
    CX_STATUS_TRY(cuda_pieces(part, launch));
    part.shape[d] = w.shape[d] - half;
    part.total = w.total - part.total;
    for (int k = 0; k < N; k++) part.data[k] += half * w.stride[k][d];
    return cuda_pieces(part, launch);
}

/** Blocks for a kernel that strides over work items of one thread: enough waves that the last one,
 * which leaves processors idle, hardly counts. */
inline unsigned cuda_waves(const cx_queue *q, int64_t items)
{
    const int64_t need = (items + CUDA_BLOCK - 1) / CUDA_BLOCK,
                  most = (int64_t)cuda_sm_count(q) * 96;
    return (unsigned)(need < 1 ? 1 : need < most ? need : most);
}
#endif
