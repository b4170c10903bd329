// cudasim.h -- device side of the test-only CUDA simulator.  Included by device.cuh
// instead of nvcc's built-ins when CX_CUDASIM is defined and plain g++ compiles a .cu.
// Types and API declarations come from the REAL CUDA headers, so every fake entry
// point is checked against the real prototype by the compiler.
#pragma once
#include <cuda_runtime.h>
#include <math.h>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#undef __shared__
#define __shared__ CX_SHARED_must_be_used_instead
#undef __constant__
#define __constant__ pass_constants_by_value_instead
#undef __launch_bounds__
#define __launch_bounds__(...)
#define CSIM_SITE const char *f_ = __builtin_FILE(), int l_ = __builtin_LINE()
#define CSIM_RAW __attribute__((no_sanitize("thread")))   // runtime internals: not a kernel access

namespace cudasim __attribute__((visibility("default"))) {
struct Ctx {                       // what the running CUDA thread sees (one OS thread runs kernels)
  uint3 tid, bid; dim3 bdim, gdim;
  unsigned lin, lane, warp;        // linear thread id in block, lane, warp
  uint64_t block_epoch;            // changes at every block: shared slots are re-made and poisoned
  void *dyn; size_t dyn_bytes;
};
extern Ctx ctx;
struct Site { uint64_t epoch; void *p; };
enum WarpOp { W_SYNC, W_SHFL, W_BALLOT, W_MATCH, W_ADD, W_MIN, W_MAX };
void *shared_alloc(Site &, size_t bytes, size_t align, const char *name, const char *f, int l);
void bar_sync(const char *f, int l, int pred, int *cnt);
uint64_t warp_op(WarpOp, unsigned mask, uint64_t v, int src, const char *f, int l);
void yield_(), fence();
[[noreturn]] void device_error(const char *fmt, ...);
void atomic_note(void *p, size_t n);               // check build: marks the access as atomic
struct ArgInfo { const void *p; bool is_ptr; };
struct Body { std::shared_ptr<void> obj; void (*run)(void *); size_t bytes; };   // kernel + its copied parameters
cudaError_t enqueue(const char *name, const void *fn, dim3 g, dim3 b, size_t sh, cudaStream_t s, Body, const ArgInfo *ai, int nargs);
template <class K, class T> struct Bound { K k; T t; static void run(void *p) { auto *b = static_cast<Bound *>(p); std::apply(b->k, b->t); } };
template <class K, class T> Body make_body(K k, const T &t) { using B = Bound<K, T>; return {std::shared_ptr<void>(new B{k, t}, [](void *p) { delete static_cast<B *>(p); }), &B::run, sizeof(B)}; }

template <class A> CSIM_RAW inline A &shared_var(Site &s, const char *n, const char *f, int l) {
  if (s.epoch != ctx.block_epoch) shared_alloc(s, sizeof(A), alignof(A), n, f, l);
  return *static_cast<A *>(s.p);
}
template <class P> ArgInfo arginfo(const P &p) {
  if constexpr (std::is_pointer_v<P>) return {(const void *)p, true}; else return {&p, false};
}
template <class... P, class... A>
cudaError_t launch(const char *name, void (*k)(P...), dim3 g, dim3 b, size_t sh, cudaStream_t s, A &&...a) {
  std::tuple<std::decay_t<P>...> t(static_cast<P>(a)...);
  ArgInfo ai[sizeof...(P) + 1]; int n = 0;
  std::apply([&](auto &...e) { ((ai[n++] = arginfo(e)), ...); }, t);
  static_assert(sizeof(t) <= 4096, "kernel parameters over 4 KiB");
  return enqueue(name, (const void *)k, g, b, sh, s, make_body(k, t), ai, n);
}
template <class... P, size_t... I> Body *pack_(void (*k)(P...), void **a, std::index_sequence<I...>) {
  return new Body(make_body(k, std::tuple<std::decay_t<P>...>(*static_cast<std::decay_t<P> *>(a[I])...)));
}
template <class... P> Body *pack(void (*k)(P...), void **a) { return pack_(k, a, std::index_sequence_for<P...>{}); }  // for cudaLaunchKernel
template <class T> inline uint64_t bits(T v) {
  static_assert(sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8, "shuffle: 2, 4 or 8 byte types only");
  uint64_t u = 0; memcpy(&u, &v, sizeof v); return u;
}
template <class T> inline T unbits(uint64_t u) { T v; memcpy((void *)&v, &u, sizeof v); return v; }
template <class T> struct id { using type = T; };
template <class T> using id_t = typename id<T>::type;
template <class T, class... U> constexpr bool one_of = (std::is_same_v<T, U> || ...);
template <class T, class F> CSIM_RAW inline T rmw(T *p, F f) {   // blocks run one at a time: plain RMW is atomic
  atomic_note(p, sizeof(T)); T o = *p; *p = f(o); return o;
}
}  // namespace cudasim

#define threadIdx (::cudasim::ctx.tid)
#define blockIdx  (::cudasim::ctx.bid)
#define blockDim  (::cudasim::ctx.bdim)
#define gridDim   (::cudasim::ctx.gdim)
constexpr int warpSize = 32;

// ---- barriers, warp intrinsics -------------------------------------------------
inline void __syncthreads(CSIM_SITE) { cudasim::bar_sync(f_, l_, 0, nullptr); }
inline int __syncthreads_count(int p, CSIM_SITE) { int c; cudasim::bar_sync(f_, l_, !!p, &c); return c; }
inline int __syncthreads_or(int p, CSIM_SITE) { int c; cudasim::bar_sync(f_, l_, !!p, &c); return c > 0; }
inline int __syncthreads_and(int p, CSIM_SITE) { int c; cudasim::bar_sync(f_, l_, !p, &c); return c == 0; }
inline void __syncwarp(unsigned m = 0xffffffffu, CSIM_SITE) { cudasim::warp_op(cudasim::W_SYNC, m, 0, 0, f_, l_); }
template <class T> T __shfl_sync(unsigned m, T v, int s, int w = 32, CSIM_SITE) {
  int l = cudasim::ctx.lane; return cudasim::unbits<T>(cudasim::warp_op(cudasim::W_SHFL, m, cudasim::bits(v), (l & ~(w - 1)) | (s & (w - 1)), f_, l_)); }
template <class T> T __shfl_up_sync(unsigned m, T v, unsigned d, int w = 32, CSIM_SITE) {
  int l = cudasim::ctx.lane, s = l - (int)d; if (s < (l & ~(w - 1))) s = l;
  return cudasim::unbits<T>(cudasim::warp_op(cudasim::W_SHFL, m, cudasim::bits(v), s, f_, l_)); }
template <class T> T __shfl_down_sync(unsigned m, T v, unsigned d, int w = 32, CSIM_SITE) {
  int l = cudasim::ctx.lane, s = l + (int)d; if (s > (l | (w - 1))) s = l;
  return cudasim::unbits<T>(cudasim::warp_op(cudasim::W_SHFL, m, cudasim::bits(v), s, f_, l_)); }
template <class T> T __shfl_xor_sync(unsigned m, T v, int x, int w = 32, CSIM_SITE) {
  int l = cudasim::ctx.lane, s = l ^ x; if (s > (l | (w - 1))) s = l;
  return cudasim::unbits<T>(cudasim::warp_op(cudasim::W_SHFL, m, cudasim::bits(v), s, f_, l_)); }
inline unsigned __ballot_sync(unsigned m, int p, CSIM_SITE) { return (unsigned)cudasim::warp_op(cudasim::W_BALLOT, m, !!p, 0, f_, l_); }
inline int __any_sync(unsigned m, int p, CSIM_SITE) { return cudasim::warp_op(cudasim::W_BALLOT, m, !!p, 0, f_, l_) != 0; }
inline int __all_sync(unsigned m, int p, CSIM_SITE) { return cudasim::warp_op(cudasim::W_BALLOT, m, !p, 0, f_, l_) == 0; }
template <class T> unsigned __match_any_sync(unsigned m, T v, CSIM_SITE) { return (unsigned)cudasim::warp_op(cudasim::W_MATCH, m, cudasim::bits(v), 0, f_, l_); }
inline unsigned __reduce_add_sync(unsigned m, unsigned v, CSIM_SITE) { return (unsigned)cudasim::warp_op(cudasim::W_ADD, m, v, 0, f_, l_); }
inline unsigned __reduce_min_sync(unsigned m, unsigned v, CSIM_SITE) { return (unsigned)cudasim::warp_op(cudasim::W_MIN, m, v, 0, f_, l_); }
inline unsigned __reduce_max_sync(unsigned m, unsigned v, CSIM_SITE) { return (unsigned)cudasim::warp_op(cudasim::W_MAX, m, v, 0, f_, l_); }
inline void __threadfence() { cudasim::fence(); }
inline void __threadfence_block() {}
inline void __threadfence_system() { cudasim::fence(); }
inline void __nanosleep(unsigned) { cudasim::yield_(); }
#define __trap() cudasim::device_error("__trap()")

// ---- atomics: exactly the overload set CUDA has ---------------------------------
#define CSIM_A(NAME, EXPR, ...)                                                             \
  template <class T> T NAME(T *p, cudasim::id_t<T> v) {                                     \
    static_assert(cudasim::one_of<T, __VA_ARGS__>, #NAME ": CUDA has no overload for this type"); \
    return cudasim::rmw(p, [&](T o) { (void)o; return (T)(EXPR); }); }
struct __half; struct __nv_bfloat16;
CSIM_A(atomicAdd, o + v, int, unsigned, unsigned long long, float, double, __half, __nv_bfloat16)
CSIM_A(atomicSub, o - v, int, unsigned)
CSIM_A(atomicMin, v < o ? v : o, int, unsigned, long long, unsigned long long)
CSIM_A(atomicMax, o < v ? v : o, int, unsigned, long long, unsigned long long)
CSIM_A(atomicExch, v, int, unsigned, unsigned long long, float)
CSIM_A(atomicAnd, o & v, int, unsigned, unsigned long long)
CSIM_A(atomicOr, o | v, int, unsigned, unsigned long long)
CSIM_A(atomicXor, o ^ v, int, unsigned, unsigned long long)
CSIM_A(atomicInc, o >= v ? 0 : o + 1, unsigned)
template <class T> T atomicCAS(T *p, cudasim::id_t<T> c, cudasim::id_t<T> v) {
  static_assert(cudasim::one_of<T, int, unsigned, unsigned long long, unsigned short>, "atomicCAS: no such overload");
  return cudasim::rmw(p, [&](T o) { return o == c ? v : o; }); }

// ---- loads, bit and fast-math intrinsics ----------------------------------------
template <class T> inline T __ldg(const T *p) { return *p; }
template <class T> inline T __ldcs(const T *p) { return *p; }
template <class T> inline void __stcs(T *p, cudasim::id_t<T> v) { *p = v; }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz((unsigned)x) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll((unsigned long long)x) : 64; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned __brev(unsigned x) { unsigned r = 0; for (int i = 0; i < 32; i++) r |= ((x >> i) & 1u) << (31 - i); return r; }
inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)(((unsigned long long)a * b) >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned long long)(((unsigned __int128)a * b) >> 64); }
template <class D, class S> inline D csim_cast(S s) { D d; memcpy(&d, &s, sizeof d); return d; }
inline int __float_as_int(float x) { return csim_cast<int>(x); }
inline unsigned __float_as_uint(float x) { return csim_cast<unsigned>(x); }
inline float __int_as_float(int x) { return csim_cast<float>(x); }
inline float __uint_as_float(unsigned x) { return csim_cast<float>(x); }
inline long long __double_as_longlong(double x) { return csim_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return csim_cast<double>(x); }
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float __expf(float x) { return expf(x); }
inline float __logf(float x) { return logf(x); }
inline float __powf(float a, float b) { return powf(a, b); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __saturatef(float x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
inline float sinpif(float x) { return sinf(x * 3.14159265358979f); }
inline float normcdff(float x) { return 0.5f * erfcf(-x * 0.70710678118f); }
#define CSIM_MM(T) inline T min(T a, T b) { return b < a ? b : a; } inline T max(T a, T b) { return a < b ? b : a; }
CSIM_MM(int) CSIM_MM(unsigned) CSIM_MM(long) CSIM_MM(unsigned long) CSIM_MM(long long) CSIM_MM(unsigned long long)
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
