/* The one door from kernels to CUDA. nvcc sees thin macros; the host compiler with CX_CUDASIM sees
 * the simulator of tests/cudasim; NVRTC, which has no headers of its own, sees the prelude. No
 * other file knows which it is. Sources that are compiled at run time define CX_DEVICE_ONLY and get
 * no host's side.
 *
 * Kernels keep these rules (docs/writing-kernels.md): shared memory by CX_SHARED and
 * CX_DYN_SHARED, launches by CX_LAUNCH on a queue, explicit warp masks, no return before a barrier,
 * 64-bit sizes, grid-stride loops, no empty grid. */
#ifndef CX_KERNELS_DEVICE_CUH
#define CX_KERNELS_DEVICE_CUH
#ifdef CX_CUDASIM
#include "cudasim.h"
#elif defined(CX_DEVICE_ONLY)
#include "jit/prelude.cuh"
#endif
#if defined(CX_CUDASIM) || !defined(CX_DEVICE_ONLY)
#include <cuda_fp16.h>
#include <limits>
#include <stdint.h>
#include <string.h>
#include <type_traits>
/** Bits of a binary16 number and its value, without NaNs. */
__host__ __device__ inline float half_value(uint16_t bits)
{
    __half_raw r;
    r.x = bits;
    return __half2float(__half(r));
}
__host__ __device__ inline uint16_t half_bits(float v)
{
    return __half_raw(__float2half_rn(v)).x;
}
#endif

#ifdef CX_DEVICE_ONLY
enum { /* of cx_dtype */
#define CX_DTYPE(NAME, value, ctype, suffix, name, bytes, kind, descr) CX_##NAME = (value),
#include <calx/dtypes.def>
#undef CX_DTYPE
};
#endif

/* ---- kernels */
#ifdef CX_CUDASIM
#define CX_SHARED(T, name, dims)        \
    typedef T name##_cx_t dims;         \
    static ::cudasim::Site name##_site; \
    name##_cx_t &name = ::cudasim::shared_var<name##_cx_t>(name##_site, #name, __FILE__, __LINE__)
#define CX_DYN_SHARED(T, name) T *name = static_cast<T *>(::cudasim::ctx.dyn)
#define CX_UNROLL
#define CX_UNROLL_BY(n)
#define CX_ROLLED
#else
/** Before a loop that is to be unrolled, so often, or by no means. */
#define CX_UNROLL _Pragma("unroll")
#define CX_PRAGMA(text) _Pragma(#text)
#define CX_UNROLL_BY(n) CX_PRAGMA(unroll n)
#define CX_ROLLED _Pragma("unroll 1")
#define CX_SHARED(T, name, dims) __shared__ T name dims
#define CX_DYN_SHARED(T, name)                                         \
    extern __shared__ __align__(16) unsigned char cx_dynamic_shared[]; \
    T *name = reinterpret_cast<T *>(cx_dynamic_shared)
#endif
#define CX_GRID_STRIDE(I, i, n)                                                                \
    for (I i = (I)blockIdx.x * blockDim.x + threadIdx.x, i##_step = (I)gridDim.x * blockDim.x; \
         i < (n); i += i##_step)

/* ---- the host's side */
#ifndef CX_DEVICE_ONLY
#include "cuda_backend.h"
#ifdef CX_CUDASIM
#define CX_LAUNCH(K, grid, block, bytes, q, ...) \
    cuda_launched(q, #K,                         \
                  ::cudasim::launch(#K, K, grid, block, bytes, cuda_stream(q), ##__VA_ARGS__))
namespace cudasim {
int64_t narrow_limit(); /* 2^31, or what a test asks for */
}
inline bool cuda_narrow(int64_t positions)
{
    return positions < ::cudasim::narrow_limit();
}
#else
#include <tuple>
#include <utility>
/** Are 32 bits enough for so many flat positions? */
inline bool cuda_narrow(int64_t positions)
{
    return positions < (int64_t)1 << 31;
}
template <class... P, class... A>
inline cudaError_t cuda_launch(void (*kernel)(P...), dim3 grid, dim3 block, size_t bytes,
                               cudaStream_t stream, A &&...a)
{
    std::tuple<std::decay_t<P>...> held(static_cast<P>(a)...);
    return std::apply(
        [&](auto &...e) {
            void *list[sizeof...(P) + 1] = {(void *)&e...};
            return cudaLaunchKernel((const void *)kernel, grid, block, list, bytes, stream);
        },
        held);
}
/** Launch on a queue; a cx_status. A template-id with commas goes in parentheses. */
#define CX_LAUNCH(K, grid, block, bytes, q, ...) \
    cuda_launched(q, #K, cuda_launch(K, grid, block, bytes, cuda_stream(q), ##__VA_ARGS__))
#endif

/** Device memory for the extent of one call, given back when the name goes: ordered on the queue.
 */
class cuda_work {
  public:
    explicit cuda_work(cx_queue *queue) : q(queue), p(nullptr) {}
    ~cuda_work()
    {
        if (p != nullptr) cuda_work_free(q, p);
    }
    cuda_work(const cuda_work &) = delete;
    cuda_work &operator=(const cuda_work &) = delete;
    cx_status get(const char *where, size_t bytes) { return cuda_work_alloc(q, where, bytes, &p); }
    template <class T> T *as() const { return static_cast<T *>(p); }

  private:
    cx_queue *q;
    void *p;
};

/** Threads of a block, and blocks that fill the device a few times over but no more than the work
 * needs: for grid-stride loops. Never 0. */
enum { CUDA_BLOCK = 256 };
inline unsigned cuda_blocks(const cx_queue *q, int64_t work, int block = CUDA_BLOCK)
{
    const int64_t need = (work + block - 1) / block, most = (int64_t)cuda_sm_count(q) * 16;
    return (unsigned)(need < 1 ? 1 : need < most ? need : most);
}
#endif
#endif
