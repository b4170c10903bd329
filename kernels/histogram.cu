/* The histogram slot: elements to bins by distance, put right by one against the edges; counters in
 * shared memory where they fit, else in the result. Counts are integers, so the order of the
 * additions does not matter. */
#include "types.cuh"

namespace {
enum { SHARED_BINS = 8192 };

template <class T> struct bins_plan {
    const T *x, *edges;
    unsigned long long *out;
    int64_t n, bins;
    T first, last, width;
};
/* -1 outside of the range. */
template <class T> __device__ inline int64_t bin_of(const bins_plan<T> &p, T x)
{
    if (!(x >= p.first && x <= p.last)) return -1;
    const int64_t top = p.bins - 1;
    int64_t at = (int64_t)((x - p.first) / p.width * (T)p.bins);
    if (at > top) at = top;
    if (at > 0 && x < p.edges[at]) at--;
    if (at < top && x >= p.edges[at + 1]) at++;
    return at;
}
template <class T> __global__ void histogram_shared_kernel(bins_plan<T> p)
{
    CX_DYN_SHARED(unsigned, count);
    for (int i = (int)threadIdx.x; i < (int)p.bins; i += (int)blockDim.x) count[i] = 0;
    __syncthreads();
    CX_GRID_STRIDE(int64_t, i, p.n)
    {
        const int64_t at = bin_of<T>(p, p.x[i]);
        if (at >= 0) atomicAdd(&count[at], 1u);
    }
    __syncthreads();
    for (int i = (int)threadIdx.x; i < (int)p.bins; i += (int)blockDim.x)
        if (count[i] != 0) atomicAdd(&p.out[i], (unsigned long long)count[i]);
}
template <class T> __global__ void histogram_kernel(bins_plan<T> p)
{
    CX_GRID_STRIDE(int64_t, i, p.n)
    {
        const int64_t at = bin_of<T>(p, p.x[i]);
        if (at >= 0) atomicAdd(&p.out[at], 1ull);
    }
}

template <class T>
cx_status histogram(cx_queue *q, const cx_view *x, const cx_view *edges, const double range[3],
                    const cx_view *out)
{
    bins_plan<T> p;
    p.x = static_cast<const T *>(x->data);
    p.edges = static_cast<const T *>(edges->data);
    p.out = static_cast<unsigned long long *>(out->data);
    p.n = x->shape[0];
    p.bins = out->shape[0];
    p.first = (T)range[0];
    p.last = (T)range[1];
    p.width = (T)range[2];
    CUDA_TRY(q->dev, "histogram",
             cudaMemsetAsync(p.out, 0, (size_t)p.bins * sizeof *p.out, cuda_stream(q)));
    if (p.n == 0) return CX_OK;
    const unsigned blocks = cuda_blocks(q, p.n);
    if (p.bins > SHARED_BINS) return CX_LAUNCH(histogram_kernel<T>, blocks, CUDA_BLOCK, 0, q, p);
    return CX_LAUNCH(histogram_shared_kernel<T>, blocks, CUDA_BLOCK,
                     (size_t)p.bins * sizeof(unsigned), q, p);
}
} // namespace

cx_status cuda_histogram(cx_queue *q, const cx_view *x, const cx_view *edges, const double range[3],
                         const cx_view *out)
{
    if (out->shape[0] == 0) return CX_OK;
    return x->dtype == CX_F32 ? histogram<float>(q, x, edges, range, out)
                              : histogram<double>(q, x, edges, range, out);
}
