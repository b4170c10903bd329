/* Complex conjugates of a strided view into another of its shape: for the products and
 * factorisations, whose libraries conjugate only what they also transpose. */
#include "types.cuh"
#include "walk.cuh"

namespace {
template <class T> __global__ void conjugate(cuda_walk<2> w)
{
    CX_GRID_STRIDE(int64_t, i, w.total)
    {
        char *p[2];
        walk_at(w, i, p);
        const T v = *reinterpret_cast<const T *>(p[1]);
        *reinterpret_cast<T *>(p[0]) = T{v.re, -v.im};
    }
}
} // namespace

cx_status cuda_conjugate(cx_queue *q, const cx_view *in, const cx_view *out)
{
    const cx_view *const views[2] = {out, in};
    const cuda_walk<2> w = cuda_walk_of(views);
    if (w.total == 0) return CX_OK;
    const unsigned blocks = cuda_blocks(q, w.total);
    if (out->dtype == CX_C64) return CX_LAUNCH((conjugate<c64>), blocks, CUDA_BLOCK, 0, q, w);
    return CX_LAUNCH((conjugate<c128>), blocks, CUDA_BLOCK, 0, q, w);
}
