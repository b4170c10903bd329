/* Device side of the simulated CUDA: what a kernel sees when the host compiler builds it. Included
 * by kernels/device.cuh in place of nvcc's built-ins. Types and declarations come from the
 * toolkit's own headers, so that a fake entry point with a wrong prototype is a compile error.
 *
 * One host thread at a time runs kernels, one block after the other; the threads of a block are
 * fibers. Everything here is therefore free of locks. */
#ifndef CUDASIM_H
#define CUDASIM_H
#include <cuda_runtime.h>
#include <math.h>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/* Static storage could be neither poisoned per block nor fenced: the macros of device.cuh are the
 * only way, and the names below do not compile. */
#undef __shared__
#define __shared__ CX_SHARED_must_be_used_instead
#undef __constant__
#define __constant__ pass_constants_by_value_instead
#undef __launch_bounds__
#define __launch_bounds__(...)

/* where a barrier or a warp operation stands: default arguments are evaluated at the call */
#define CUDASIM_SITE const char *file_ = __builtin_FILE(), int line_ = __builtin_LINE()
/* the simulator's own loads and stores are not the kernel's: the checked build leaves them alone */
#define CUDASIM_RAW __attribute__((no_sanitize("thread")))

/* what a kernel that was compiled at run time (nvrtc.cpp) finds in the plugin */
#define CUDASIM_SHARED __attribute__((visibility("default")))

namespace cudasim {

/* ---- the running thread */
struct Ctx {
    uint3 tid, bid;
    dim3 bdim, gdim;
    unsigned lin, lane, warp; /* linear index in the block, index in the warp, warp */
    uint64_t block_epoch; /* another for every block: shared arrays are made and poisoned anew */
    void *dyn;
    size_t dyn_bytes;
};
extern CUDASIM_SHARED Ctx ctx;

/* one static record per CX_SHARED in the source: where the array lies in the current block */
struct Site {
    uint64_t epoch;
    void *p;
};

enum WarpOp { W_SYNC, W_SHFL, W_BALLOT, W_MATCH, W_ADD, W_MIN, W_MAX, W_AND, W_OR, W_XOR };

CUDASIM_SHARED void *shared_alloc(Site &site, size_t bytes, size_t align, const char *name,
                                  const char *file, int line);
/* All threads of the block meet; the number of those with a true predicate. */
CUDASIM_SHARED int bar_sync(const char *file, int line, int predicate);
/* All lanes of the mask meet; what the operation gives this lane. */
CUDASIM_SHARED uint64_t warp_op(WarpOp op, unsigned mask, uint64_t value, int source,
                                const char *file, int line);
CUDASIM_SHARED void yield_thread();
CUDASIM_SHARED void fence();
[[noreturn]] CUDASIM_SHARED void device_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* set in the checked build: an atomic access is neither a race nor an uninitialised read */
extern CUDASIM_SHARED void (*hook_atomic)(void *p, size_t bytes);

/* ---- launches */
struct ArgInfo {
    const void *p;
    bool is_pointer;
};
/* a kernel with its parameters, copied as CUDA copies them: at the launch */
struct Body {
    std::shared_ptr<void> object;
    void (*run)(void *);
    size_t bytes;
};
cudaError_t enqueue(const char *name, const void *kernel, dim3 grid, dim3 block, size_t shared,
                    cudaStream_t stream, Body body, const ArgInfo *args, int nargs);

template <class K, class T> struct Bound {
    K kernel;
    T args;
    static void run(void *p)
    {
        auto *const b = static_cast<Bound *>(p);
        std::apply(b->kernel, b->args);
    }
};
template <class K, class T> Body make_body(K kernel, const T &args)
{
    using B = Bound<K, T>;
    return {std::shared_ptr<void>(new B{kernel, args}, [](void *p) { delete static_cast<B *>(p); }),
            &B::run, sizeof(B)};
}
template <class P> ArgInfo arg_info(const P &p)
{
    if constexpr (std::is_pointer_v<P>)
        return {(const void *)p, true};
    else
        return {&p, false};
}
template <class... P, class... A>
cudaError_t launch(const char *name, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared,
                   cudaStream_t stream, A &&...a)
{
    std::tuple<std::decay_t<P>...> held(static_cast<P>(a)...);
    static_assert(sizeof(held) <= 4096, "kernel parameters over 4 KiB");
    ArgInfo info[sizeof...(P) + 1];
    int n = 0;
    std::apply([&](auto &...e) { ((info[n++] = arg_info(e)), ...); }, held);
    return enqueue(name, (const void *)kernel, grid, block, shared, stream, make_body(kernel, held),
                   info, n);
}

/* the same for a kernel whose arguments are pointers to its parameters (cudaLaunchKernel) */
struct Packed {
    Body body;
    std::vector<ArgInfo> args;
};
template <class... P> Packed pack(void (*kernel)(P...), void **list)
{
    (void)list;
    int n = 0;
    std::tuple<std::decay_t<P>...> held{*static_cast<std::decay_t<P> *>(list[n++])...};
    Packed p;
    std::apply([&](auto &...e) { (p.args.push_back(arg_info(e)), ...); }, held);
    p.body = make_body(kernel, held);
    return p;
}

template <class A>
CUDASIM_RAW inline A &shared_var(Site &site, const char *name, const char *file, int line)
{
    if (site.epoch != ctx.block_epoch) shared_alloc(site, sizeof(A), alignof(A), name, file, line);
    return *static_cast<A *>(site.p);
}

/* ---- small tools of the intrinsics below */
template <class T> inline uint64_t bits(T v)
{
    static_assert(sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8,
                  "CUDA shuffles values of 2, 4 or 8 bytes only");
    uint64_t u = 0;
    memcpy(&u, &v, sizeof v);
    return u;
}
template <class T> inline T unbits(uint64_t u)
{
    T v;
    memcpy((void *)&v, &u, sizeof v);
    return v;
}
template <class D, class S> inline D bit_cast(S s)
{
    static_assert(sizeof(D) == sizeof(S));
    D d;
    memcpy((void *)&d, &s, sizeof d);
    return d;
}
/* a parameter of this type takes no part in template deduction */
template <class T> struct same {
    using type = T;
};
template <class T> using same_t = typename same<T>::type;
template <class T, class... U> constexpr bool one_of = (std::is_same_v<T, U> || ...);

/* blocks and threads run one at a time, so a plain read-modify-write is atomic */
template <class T, class F> CUDASIM_RAW inline T rmw(T *p, F f)
{
    if (hook_atomic) hook_atomic((void *)p, sizeof(T));
    const T old = *p;
    *p = f(old);
    return old;
}

/* the source lane of a shuffle within segments of `width` lanes; out of the segment: the own lane
 */
inline int lane_index(int source, int width)
{
    const int lane = (int)ctx.lane, first = lane & ~(width - 1);
    return first | (source & (width - 1));
}
inline int lane_below(unsigned delta, int width)
{
    const int lane = (int)ctx.lane, source = lane - (int)delta;
    return source < (lane & ~(width - 1)) ? lane : source;
}
inline int lane_above(unsigned delta, int width)
{
    const int lane = (int)ctx.lane, source = lane + (int)delta;
    return source > (lane | (width - 1)) ? lane : source;
}
inline int lane_xor(int with, int width)
{
    const int lane = (int)ctx.lane, source = lane ^ with;
    return source > (lane | (width - 1)) ? lane : source;
}
template <class T> inline T shuffle(unsigned mask, T v, int source, const char *file, int line)
{
    return unbits<T>(warp_op(W_SHFL, mask, bits(v), source, file, line));
}

} /* namespace cudasim */

#define threadIdx (::cudasim::ctx.tid)
#define blockIdx (::cudasim::ctx.bid)
#define blockDim (::cudasim::ctx.bdim)
#define gridDim (::cudasim::ctx.gdim)
constexpr int warpSize = 32;

/* ---- barriers */
inline void __syncthreads(CUDASIM_SITE)
{
    (void)cudasim::bar_sync(file_, line_, 0);
}
inline int __syncthreads_count(int p, CUDASIM_SITE)
{
    return cudasim::bar_sync(file_, line_, p != 0);
}
inline int __syncthreads_or(int p, CUDASIM_SITE)
{
    return cudasim::bar_sync(file_, line_, p != 0) > 0;
}
inline int __syncthreads_and(int p, CUDASIM_SITE)
{
    return cudasim::bar_sync(file_, line_, p == 0) == 0;
}
inline void __syncwarp(unsigned mask = 0xffffffffu, CUDASIM_SITE)
{
    (void)cudasim::warp_op(cudasim::W_SYNC, mask, 0, 0, file_, line_);
}
inline void __threadfence()
{
    cudasim::fence();
}
inline void __threadfence_block() {}
inline void __threadfence_system()
{
    cudasim::fence();
}
inline void __nanosleep(unsigned)
{
    cudasim::yield_thread();
}
#define __trap() cudasim::device_error("__trap()")

/* ---- warp operations; __activemask does not exist here on purpose */
template <class T> T __shfl_sync(unsigned mask, T v, int source, int width = 32, CUDASIM_SITE)
{
    return cudasim::shuffle(mask, v, cudasim::lane_index(source, width), file_, line_);
}
template <class T>
T __shfl_up_sync(unsigned mask, T v, unsigned delta, int width = 32, CUDASIM_SITE)
{
    return cudasim::shuffle(mask, v, cudasim::lane_below(delta, width), file_, line_);
}
template <class T>
T __shfl_down_sync(unsigned mask, T v, unsigned delta, int width = 32, CUDASIM_SITE)
{
    return cudasim::shuffle(mask, v, cudasim::lane_above(delta, width), file_, line_);
}
template <class T> T __shfl_xor_sync(unsigned mask, T v, int with, int width = 32, CUDASIM_SITE)
{
    return cudasim::shuffle(mask, v, cudasim::lane_xor(with, width), file_, line_);
}
inline unsigned __ballot_sync(unsigned mask, int p, CUDASIM_SITE)
{
    return (unsigned)cudasim::warp_op(cudasim::W_BALLOT, mask, p != 0, 0, file_, line_);
}
inline int __any_sync(unsigned mask, int p, CUDASIM_SITE)
{
    return cudasim::warp_op(cudasim::W_BALLOT, mask, p != 0, 0, file_, line_) != 0;
}
inline int __all_sync(unsigned mask, int p, CUDASIM_SITE)
{
    return cudasim::warp_op(cudasim::W_BALLOT, mask, p == 0, 0, file_, line_) == 0;
}
template <class T> unsigned __match_any_sync(unsigned mask, T v, CUDASIM_SITE)
{
    return (unsigned)cudasim::warp_op(cudasim::W_MATCH, mask, cudasim::bits(v), 0, file_, line_);
}
template <class T> T __reduce_add_sync(unsigned mask, T v, CUDASIM_SITE)
{
    static_assert(cudasim::one_of<T, int, unsigned>, "CUDA has no overload for this type");
    return (T)cudasim::warp_op(cudasim::W_ADD, mask, (unsigned)v, 0, file_, line_);
}
/* signed values are shifted so that their order is that of unsigned ones */
template <class T>
T cudasim_reduce_extreme(cudasim::WarpOp op, unsigned mask, T v, const char *file, int line)
{
    static_assert(cudasim::one_of<T, int, unsigned>, "CUDA has no overload for this type");
    const unsigned shift = std::is_signed_v<T> ? 0x80000000u : 0;
    return (T)((unsigned)cudasim::warp_op(op, mask, (unsigned)v ^ shift, 0, file, line) ^ shift);
}
template <class T> T __reduce_min_sync(unsigned mask, T v, CUDASIM_SITE)
{
    return cudasim_reduce_extreme(cudasim::W_MIN, mask, v, file_, line_);
}
template <class T> T __reduce_max_sync(unsigned mask, T v, CUDASIM_SITE)
{
    return cudasim_reduce_extreme(cudasim::W_MAX, mask, v, file_, line_);
}
inline unsigned __reduce_and_sync(unsigned mask, unsigned v, CUDASIM_SITE)
{
    return (unsigned)cudasim::warp_op(cudasim::W_AND, mask, v, 0, file_, line_);
}
inline unsigned __reduce_or_sync(unsigned mask, unsigned v, CUDASIM_SITE)
{
    return (unsigned)cudasim::warp_op(cudasim::W_OR, mask, v, 0, file_, line_);
}
inline unsigned __reduce_xor_sync(unsigned mask, unsigned v, CUDASIM_SITE)
{
    return (unsigned)cudasim::warp_op(cudasim::W_XOR, mask, v, 0, file_, line_);
}

/* ---- atomics: exactly the types CUDA has overloads for */
struct __half;
struct __nv_bfloat16;
#define CUDASIM_ATOMIC(NAME, EXPRESSION, ...)                        \
    template <class T> T NAME(T *p, cudasim::same_t<T> v)            \
    {                                                                \
        static_assert(cudasim::one_of<T, __VA_ARGS__>,               \
                      #NAME ": CUDA has no overload for this type"); \
        return cudasim::rmw(p, [&](T o) {                            \
            (void)o;                                                 \
            return (T)(EXPRESSION);                                  \
        });                                                          \
    }
CUDASIM_ATOMIC(atomicAdd, o + v, int, unsigned, unsigned long long, float, double, __half,
               __nv_bfloat16)
CUDASIM_ATOMIC(atomicSub, o - v, int, unsigned)
CUDASIM_ATOMIC(atomicMin, v < o ? v : o, int, unsigned, long long, unsigned long long)
CUDASIM_ATOMIC(atomicMax, o < v ? v : o, int, unsigned, long long, unsigned long long)
CUDASIM_ATOMIC(atomicExch, v, int, unsigned, unsigned long long, float)
CUDASIM_ATOMIC(atomicAnd, o &v, int, unsigned, unsigned long long)
CUDASIM_ATOMIC(atomicOr, o | v, int, unsigned, unsigned long long)
CUDASIM_ATOMIC(atomicXor, o ^ v, int, unsigned, unsigned long long)
CUDASIM_ATOMIC(atomicInc, o >= v ? 0 : o + 1, unsigned)
CUDASIM_ATOMIC(atomicDec, o == 0 || o > v ? v : o - 1, unsigned)
template <class T> T atomicCAS(T *p, cudasim::same_t<T> expected, cudasim::same_t<T> v)
{
    static_assert(cudasim::one_of<T, int, unsigned, unsigned long long, unsigned short>,
                  "atomicCAS: CUDA has no overload for this type");
    return cudasim::rmw(p, [&](T o) { return o == expected ? v : o; });
}

/* ---- loads and stores with a cache hint */
#define CUDASIM_LOAD(NAME)                       \
    template <class T> inline T NAME(const T *p) \
    {                                            \
        return *p;                               \
    }
#define CUDASIM_STORE(NAME)                                         \
    template <class T> inline void NAME(T *p, cudasim::same_t<T> v) \
    {                                                               \
        *p = v;                                                     \
    }
CUDASIM_LOAD(__ldg)
CUDASIM_LOAD(__ldca)
CUDASIM_LOAD(__ldcg)
CUDASIM_LOAD(__ldcs)
CUDASIM_LOAD(__ldlu)
CUDASIM_STORE(__stwb)
CUDASIM_STORE(__stcg)
CUDASIM_STORE(__stcs)
CUDASIM_STORE(__stwt)

/* ---- integers */
inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
inline int __popcll(unsigned long long x)
{
    return __builtin_popcountll(x);
}
inline int __clz(int x)
{
    return x ? __builtin_clz((unsigned)x) : 32;
}
inline int __clzll(long long x)
{
    return x ? __builtin_clzll((unsigned long long)x) : 64;
}
inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
inline int __ffsll(long long x)
{
    return __builtin_ffsll(x);
}
inline unsigned __brev(unsigned x)
{
    unsigned r = 0;
    for (int i = 0; i < 32; i++) r |= ((x >> i) & 1u) << (31 - i);
    return r;
}
inline unsigned long long __brevll(unsigned long long x)
{
    return (unsigned long long)__brev((unsigned)x) << 32 | __brev((unsigned)(x >> 32));
}
inline unsigned __umulhi(unsigned a, unsigned b)
{
    return (unsigned)(((unsigned long long)a * b) >> 32);
}
inline int __mulhi(int a, int b)
{
    return (int)(((long long)a * b) >> 32);
}
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{
    return (unsigned long long)(((unsigned __int128)a * b) >> 64);
}
inline long long __mul64hi(long long a, long long b)
{
    return (long long)(((__int128)a * b) >> 64);
}
inline unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned by)
{
    return (unsigned)((((unsigned long long)hi << 32 | lo) << (by & 31)) >> 32);
}
inline unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned by)
{
    return (unsigned)(((unsigned long long)hi << 32 | lo) >> (by & 31));
}

/* ---- the bits of floating-point numbers */
inline int __float_as_int(float x)
{
    return cudasim::bit_cast<int>(x);
}
inline unsigned __float_as_uint(float x)
{
    return cudasim::bit_cast<unsigned>(x);
}
inline float __int_as_float(int x)
{
    return cudasim::bit_cast<float>(x);
}
inline float __uint_as_float(unsigned x)
{
    return cudasim::bit_cast<float>(x);
}
inline long long __double_as_longlong(double x)
{
    return cudasim::bit_cast<long long>(x);
}
inline double __longlong_as_double(long long x)
{
    return cudasim::bit_cast<double>(x);
}

/* ---- arithmetic with the rounding written out; contraction is off for the whole build */
#define CUDASIM_ROUNDED(T, P, S)     \
    inline T __##P##add_rn(T a, T b) \
    {                                \
        return a + b;                \
    }                                \
    inline T __##P##sub_rn(T a, T b) \
    {                                \
        return a - b;                \
    }                                \
    inline T __##P##mul_rn(T a, T b) \
    {                                \
        return a * b;                \
    }                                \
    inline T __##P##div_rn(T a, T b) \
    {                                \
        return a / b;                \
    }                                \
    inline T __##P##sqrt_rn(T a)     \
    {                                \
        return sqrt##S(a);           \
    }
CUDASIM_ROUNDED(float, f, f)
CUDASIM_ROUNDED(double, d, )
inline float __fmaf_rn(float a, float b, float c)
{
    return fmaf(a, b, c);
}
inline double __fma_rn(double a, double b, double c)
{
    return fma(a, b, c);
}

/* ---- functions that CUDA has and C has not */
inline float rsqrtf(float x)
{
    return 1.0f / sqrtf(x);
}
inline double rsqrt(double x)
{
    return 1.0 / sqrt(x);
}
inline float rcbrtf(float x)
{
    return 1.0f / cbrtf(x);
}
inline double rcbrt(double x)
{
    return 1.0 / cbrt(x);
}
/* the argument is reduced first, exactly, so that whole numbers give exact zeros */
inline double sinpi(double x)
{
    const double r = x - 2 * nearbyint(x / 2);
    return r == 1 || r == -1 ? copysign(0.0, x) : sin(r * 3.14159265358979323846);
}
inline double cospi(double x)
{
    const double r = fabs(x - 2 * nearbyint(x / 2));
    return r == 0.5 ? 0.0 : cos(r * 3.14159265358979323846);
}
inline float sinpif(float x)
{
    return (float)sinpi((double)x);
}
inline float cospif(float x)
{
    return (float)cospi((double)x);
}
inline float normcdff(float x)
{
    return 0.5f * erfcf(-x * 0.70710678118654752f);
}
inline double normcdf(double x)
{
    return 0.5 * erfc(-x * 0.70710678118654752440);
}
inline float __saturatef(float x)
{
    return x > 0 ? x < 1 ? x : 1.0f : 0.0f;
}

/* ---- min and max of the global namespace */
#define CUDASIM_EXTREMES(T)   \
    inline T min(T a, T b)    \
    {                         \
        return b < a ? b : a; \
    }                         \
    inline T max(T a, T b)    \
    {                         \
        return a < b ? b : a; \
    }
CUDASIM_EXTREMES(int)
CUDASIM_EXTREMES(unsigned)
CUDASIM_EXTREMES(long)
CUDASIM_EXTREMES(unsigned long)
CUDASIM_EXTREMES(long long)
CUDASIM_EXTREMES(unsigned long long)
inline float min(float a, float b)
{
    return fminf(a, b);
}
inline float max(float a, float b)
{
    return fmaxf(a, b);
}
inline double min(double a, double b)
{
    return fmin(a, b);
}
inline double max(double a, double b)
{
    return fmax(a, b);
}
#endif
