/* Correct kernels: barriers, warp operations, atomics, shared memory, the last-block pattern. They
 * must give the right numbers in every order of threads, and no report. */
#include "selftest.h"
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace {

enum { BLOCK = 256 };

/* ---- elementwise over storage types */
__device__ inline float load(__half v)
{
    return __half2float(v);
}
template <class T> __device__ inline T load(T v)
{
    return v;
}
__device__ inline void store(__half *p, float v)
{
    *p = __float2half(v);
}
template <class T> __device__ inline void store(T *p, T v)
{
    *p = v;
}
template <class T> __global__ void add(T *o, const T *a, const T *b, long long n)
{
    CX_GRID_STRIDE(long long, i, n)
    store(o + i, decltype(load(a[i]))(load(a[i]) + load(b[i])));
}
template <class T> int test_add(size_t n)
{
    std::vector<T> a(n), b(n), o(n);
    for (size_t i = 0; i < n; i++) {
        a[i] = (T)(float)(i % 50);
        b[i] = (T)(float)(i % 7);
    }
    T *const da = on_device(a.data(), n), *const db = on_device(b.data(), n);
    T *const out = on_device<T>(nullptr, n);
    OK(LAUNCH((add<T>), 3, BLOCK, 0, 0, out, (const T *)da, (const T *)db, (long long)n));
    OK(to_host(o.data(), out, n));
    for (size_t i = 0; i < n; i++) CHECK((float)o[i] == (float)(i % 50 + i % 7));
    OK(cudaFree(da));
    OK(cudaFree(db));
    OK(cudaFree(out));
    return 0;
}

/* ---- reduction: shuffles, one shared slot a warp, the last block finishes */
__device__ double warp_sum(double v)
{
    for (unsigned d = 16; d; d >>= 1) v += __shfl_down_sync(0xffffffffu, v, d);
    return v;
}
__device__ double block_sum(double v)
{
    CX_SHARED(double, part, [32]);
    const unsigned w = threadIdx.x >> 5, l = threadIdx.x & 31;
    v = warp_sum(v);
    if (l == 0) part[w] = v;
    __syncthreads();
    v = threadIdx.x < blockDim.x / 32 ? part[l] : 0.0;
    if (w == 0) v = warp_sum(v);
    __syncthreads();
    return v;
}
__global__ void __launch_bounds__(BLOCK)
    sum(const float *a, long long n, double *partial, unsigned *ticket, double *out)
{
    double s = 0;
    CX_GRID_STRIDE(long long, i, n) s += a[i];
    s = block_sum(s);
    CX_SHARED(bool, last, [1]);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = s;
        __threadfence();
        last[0] = atomicAdd(ticket, 1u) == gridDim.x - 1;
    }
    __syncthreads();
    if (!last[0]) return;
    double t = 0;
    for (unsigned i = threadIdx.x; i < gridDim.x; i += blockDim.x) t += partial[i];
    t = block_sum(t);
    if (threadIdx.x == 0) *out = t;
}
int test_sum()
{
    const size_t n = 20000, grid = 9;
    std::vector<float> a(n, 0.5f);
    float *const da = on_device(a.data(), n);
    double *const partial = on_device<double>(nullptr, grid), *const out =
                                                                  on_device<double>(nullptr, 1);
    unsigned *const ticket = on_device<unsigned>(nullptr, 1);
    OK(cudaMemset(ticket, 0, sizeof *ticket));
    OK(LAUNCH(sum, grid, BLOCK, 0, 0, (const float *)da, (long long)n, partial, ticket, out));
    double got = 0;
    OK(to_host(&got, out, 1));
    CHECK(got == 0.5 * (double)n);
    OK(cudaFree(da));
    OK(cudaFree(partial));
    OK(cudaFree(out));
    OK(cudaFree(ticket));
    return 0;
}

/* ---- tiles through dynamic shared memory */
enum { TILE = 32 };
__global__ void transpose(float *o, const float *a, int rows, int cols)
{
    CX_DYN_SHARED(float, tile);
    int x = (int)(blockIdx.x * TILE + threadIdx.x), y = (int)(blockIdx.y * TILE + threadIdx.y);
    for (int k = 0; k < TILE; k += (int)blockDim.y)
        if (x < cols && y + k < rows)
            tile[(threadIdx.y + (unsigned)k) * (TILE + 1) + threadIdx.x] =
                a[(long long)(y + k) * cols + x];
    __syncthreads();
    x = (int)(blockIdx.y * TILE + threadIdx.x);
    y = (int)(blockIdx.x * TILE + threadIdx.y);
    for (int k = 0; k < TILE; k += (int)blockDim.y)
        if (x < rows && y + k < cols)
            o[(long long)(y + k) * rows + x] =
                tile[threadIdx.x * (TILE + 1) + threadIdx.y + (unsigned)k];
}
int test_transpose()
{
    const int rows = 70, cols = 45;
    std::vector<float> a((size_t)(rows * cols)), o(a.size());
    std::iota(a.begin(), a.end(), 0.0f);
    float *const da = on_device(a.data(), a.size()), *const out =
                                                         on_device<float>(nullptr, a.size());
    OK(LAUNCH(transpose, dim3(2, 3), dim3(TILE, 8), TILE * (TILE + 1) * sizeof(float), 0, out,
              (const float *)da, rows, cols));
    OK(to_host(o.data(), out, o.size()));
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            CHECK(o[(size_t)(j * rows + i)] == a[(size_t)(i * cols + j)]);
    OK(cudaFree(da));
    OK(cudaFree(out));
    return 0;
}

/* ---- a scan of one block */
__device__ int warp_scan(int v)
{
    const int l = (int)(threadIdx.x & 31);
    for (unsigned d = 1; d < 32; d <<= 1) {
        const int u = __shfl_up_sync(0xffffffffu, v, d);
        if (l >= (int)d) v += u;
    }
    return v;
}
__global__ void scan(int *o, const int *a, int n)
{
    CX_SHARED(int, part, [32]);
    const int i = (int)threadIdx.x, w = i >> 5, l = i & 31;
    int v = warp_scan(i < n ? a[i] : 0);
    if (l == 31) part[w] = v;
    __syncthreads();
    if (w == 0) {
        int p = l < (int)blockDim.x / 32 ? part[l] : 0;
        p = warp_scan(p);
        part[l] = p;
    }
    __syncthreads();
    if (w > 0) v += part[w - 1];
    if (i < n) o[i] = v;
}
int test_scan()
{
    const int n = 500;
    std::vector<int> a(n), o(n);
    for (int i = 0; i < n; i++) a[(size_t)i] = i % 11 - 3;
    int *const da = on_device(a.data(), a.size()), *const out = on_device<int>(nullptr, a.size());
    OK(LAUNCH(scan, 1, 512, 0, 0, out, (const int *)da, n));
    OK(to_host(o.data(), out, o.size()));
    for (int i = 0, s = 0; i < n; i++) CHECK(o[(size_t)i] == (s += a[(size_t)i]));
    OK(cudaFree(da));
    OK(cudaFree(out));
    return 0;
}

/* ---- shared atomics, then global ones; bytes beside each other written by different threads */
__global__ void histogram(unsigned *bins, const uint8_t *a, long long n, uint8_t *odd)
{
    CX_SHARED(unsigned, h, [256]);
    for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) h[i] = 0;
    __syncthreads();
    CX_GRID_STRIDE(long long, i, n)
    {
        atomicAdd(&h[a[i]], 1u);
        odd[i] = a[i] & 1;
    }
    __syncthreads();
    for (unsigned i = threadIdx.x; i < 256; i += blockDim.x)
        if (h[i]) atomicAdd(&bins[i], h[i]);
}
int test_histogram()
{
    const size_t n = 5001;
    std::vector<uint8_t> a(n), o(n);
    std::vector<unsigned> want(256), got(256);
    for (size_t i = 0; i < n; i++) want[a[i] = (uint8_t)(i * i)]++;
    uint8_t *const da = on_device(a.data(), n), *const odd = on_device<uint8_t>(nullptr, n);
    unsigned *const bins = on_device<unsigned>(nullptr, 256);
    OK(cudaMemsetAsync(bins, 0, 1024, 0));
    OK(LAUNCH(histogram, 5, 192, 0, 0, bins, (const uint8_t *)da, (long long)n, odd));
    OK(to_host(got.data(), bins, 256));
    OK(to_host(o.data(), odd, n));
    CHECK(got == want);
    for (size_t i = 0; i < n; i++) CHECK(o[i] == (a[i] & 1));
    OK(cudaFree(da));
    OK(cudaFree(odd));
    OK(cudaFree(bins));
    return 0;
}

/* ---- structures of 16 bytes need no more alignment than their members */
struct Pair {
    double a, b;
};
__global__ void swap_pairs(Pair *p)
{
    CX_SHARED(double, first, [1]);
    CX_SHARED(Pair, held, [64]);
    if (threadIdx.x == 0) first[0] = 1;
    held[threadIdx.x] = p[threadIdx.x];
    __syncthreads();
    const Pair v = held[63 - threadIdx.x];
    p[threadIdx.x] = Pair{v.b, v.a};
}
int test_pairs()
{
    std::vector<double> h(129);
    std::iota(h.begin(), h.end(), 0.0);
    double *const d = on_device(h.data(), h.size());
    OK(LAUNCH(swap_pairs, 1, 64, 0, 0, (Pair *)(d + 1)));
    OK(to_host(h.data(), d, h.size()));
    for (size_t i = 0; i < h.size(); i++) CHECK(h[i] == (i == 0 ? 0.0 : (double)(129 - i)));
    OK(cudaFree(d));
    return 0;
}

/* ---- ballot, popc, shuffle */
__global__ void keep_positive(int *o, int *count, const int *a, int n)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x), l = (int)(threadIdx.x & 31);
    const bool keep = i < n && a[i] > 0;
    const unsigned m = __ballot_sync(0xffffffffu, keep);
    int base = 0;
    if (l == 0 && m) base = atomicAdd(count, __popc(m));
    base = __shfl_sync(0xffffffffu, base, 0);
    if (keep) o[base + __popc(m & ((1u << l) - 1))] = a[i];
}
int test_keep()
{
    const int n = 1000;
    std::vector<int> a(n), o(n);
    long long want = 0, got = 0;
    int positive = 0, count = 0;
    for (int i = 0; i < n; i++) {
        a[(size_t)i] = i * 7 % 13 - 6;
        if (a[(size_t)i] > 0) want += a[(size_t)i], positive++;
    }
    int *const da = on_device(a.data(), a.size()), *const out = on_device<int>(nullptr, a.size());
    int *const counter = on_device<int>(&count, 1);
    OK(LAUNCH(keep_positive, (n + 127) / 128, 128, 0, 0, out, counter, (const int *)da, n));
    OK(to_host(&count, counter, 1));
    CHECK(count == positive);
    OK(to_host(o.data(), out, (size_t)count));
    for (int i = 0; i < count; i++) got += o[(size_t)i];
    CHECK(got == want);
    OK(cudaFree(da));
    OK(cudaFree(out));
    OK(cudaFree(counter));
    return 0;
}

/* ---- every warp operation and barrier, each result checked by each thread; bit k of the answer
 * says that the k-th was wrong */
__global__ void operations(unsigned *wrong)
{
    const unsigned all = 0xffffffffu;
    const int l = (int)(threadIdx.x & 31), t = (int)threadIdx.x;
    unsigned bad = 0;
    const auto expect = [&bad](int k, bool right) { bad |= right ? 0u : 1u << k; };
    expect(0, __shfl_sync(all, l, 5) == 5);
    expect(1, __shfl_sync(all, l, 3, 8) == (l & ~7) + 3);
    expect(2, __shfl_up_sync(all, l, 3) == (l < 3 ? l : l - 3));
    expect(3, __shfl_down_sync(all, l, 4, 16) == ((l & 15) + 4 > 15 ? l : l + 4));
    expect(4, __shfl_xor_sync(all, (double)l, 9) == (double)(l ^ 9));
    expect(5, __ballot_sync(all, l % 3 == 0) == 0x49249249u);
    expect(6, __any_sync(all, l == 7) && !__any_sync(all, 0));
    expect(7, __all_sync(all, l < 32) && !__all_sync(all, l != 7));
    expect(8, __match_any_sync(all, l & 3) == 0x11111111u << (l & 3));
    expect(9, __reduce_add_sync(all, (unsigned)l) == 496u && __reduce_add_sync(all, -1) == -32);
    expect(10, __reduce_min_sync(all, l - 5) == -5 && __reduce_max_sync(all, l - 5) == 26);
    expect(11, __reduce_max_sync(all, (unsigned)l * 0x08000000u) == 0xf8000000u);
    expect(12, __reduce_and_sync(all, 0xf0u | (unsigned)l) == 0xf0u &&
                   __reduce_or_sync(all, 1u << l) == all && __reduce_xor_sync(all, 1u) == 0u);
    expect(13, __syncthreads_count(t % 2) == (int)blockDim.x / 2);
    expect(14, __syncthreads_or(t == 33) != 0 && __syncthreads_or(0) == 0);
    expect(15, __syncthreads_and(1) != 0 && __syncthreads_and(t != 33) == 0);
    if (l < 16) /* half a warp, by its own mask */
        expect(16, __shfl_xor_sync(0xffffu, l, 1) == (l ^ 1));
    else
        expect(17, __shfl_xor_sync(0xffff0000u, l, 2) == (l ^ 2));
    __syncwarp();
    expect(18, __clz(1) == 31 && __clz(0) == 32 && __clzll(1) == 63 && __ffs(8) == 4 &&
                   __ffsll(1ll << 40) == 41 && __popcll(~0ull) == 64);
    expect(19, __brev(1u) == 0x80000000u && __brevll(2ull) == 1ull << 62);
    expect(20, __umulhi(~0u, 2u) == 1u && __mulhi(-1, 1) == -1 && __umul64hi(1ull << 63, 4) == 2);
    expect(21, __float_as_uint(1.0f) == 0x3f800000u &&
                   __longlong_as_double(__double_as_longlong(2.5)) == 2.5);
    expect(22, sinpi(3.0) == 0 && cospi(0.5) == 0 && min(-1, 2) == -1 && max(1.0f, 2.0f) == 2.0f);
    expect(23,
           __funnelshift_l(0x80000000u, 1u, 1) == 3u && __funnelshift_r(2u, 1u, 1) == 0x80000001u);
    if (bad) atomicOr(wrong, bad);
}
int test_operations()
{
    unsigned none = 0, bad = 1;
    unsigned *const wrong = on_device<unsigned>(&none, 1);
    OK(LAUNCH(operations, 2, 128, 0, 0, wrong));
    OK(to_host(&bad, wrong, 1));
    if (bad) fprintf(stderr, "selftest: wrong operations %08x\n", bad);
    CHECK(bad == 0);
    OK(cudaFree(wrong));
    return 0;
}

/* ---- atomics */
struct Atoms {
    int add, sub, least, most, exchanged;
    unsigned all, any, odd, wrap, down, swapped;
    unsigned long long wide;
    long long wide_least;
    float real;
    double precise;
};
__global__ void atoms(Atoms *a)
{
    const int t = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    atomicAdd(&a->add, t);
    atomicSub(&a->sub, 1);
    atomicMin(&a->least, -t);
    atomicMax(&a->most, t);
    atomicExch(&a->exchanged, 5);
    atomicAnd(&a->all, ~(1u << (t & 7)));
    atomicOr(&a->any, 1u << (t & 7));
    atomicXor(&a->odd, 1u);
    atomicInc(&a->wrap, 9u);
    atomicDec(&a->down, 9u);
    atomicAdd(&a->wide, 1ull << 40);
    atomicMin(&a->wide_least, (long long)-t);
    atomicAdd(&a->real, 0.5f);
    atomicAdd(&a->precise, 0.25);
    for (unsigned seen = a->swapped * 0;;) { /* add by compare and swap */
        const unsigned before = atomicCAS(&a->swapped, seen, seen + 2);
        if (before == seen) break;
        seen = before;
    }
}
int test_atomics()
{
    Atoms h = {};
    h.all = 0xffffffffu;
    Atoms *const d = on_device(&h, 1);
    const int n = 96;
    OK(LAUNCH(atoms, 3, 32, 0, 0, d));
    OK(to_host(&h, d, 1));
    CHECK(h.add == n * (n - 1) / 2 && h.sub == -n && h.least == 1 - n && h.most == n - 1);
    CHECK(h.exchanged == 5 && h.all == 0xffffff00u && h.any == 0xffu && h.odd == 0);
    CHECK(h.wrap == (unsigned)n % 10 && h.down == (10u - (unsigned)n % 10) % 10);
    CHECK(h.wide == (unsigned long long)n << 40 && h.wide_least == 1 - n);
    CHECK(h.real == 0.5f * n && h.precise == 0.25 * n && h.swapped == 2u * n);
    OK(cudaFree(d));
    return 0;
}

/* ---- shared memory above the default needs asking for */
__global__ void much_shared(int *out, int n)
{
    CX_DYN_SHARED(int, s);
    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) s[i] = i;
    __syncthreads();
    if (threadIdx.x == 0) out[0] = s[n - 1];
}
int test_much_shared()
{
    const int n = 50000; /* 200 kB */
    int *const out = on_device<int>(nullptr, 1), got = 0;
    CHECK(LAUNCH(much_shared, 1, 64, n * 4, 0, out, n) == cudaErrorInvalidValue);
    OK(cudaFuncSetAttribute((const void *)much_shared, cudaFuncAttributeMaxDynamicSharedMemorySize,
                            n * 4));
    OK(LAUNCH(much_shared, 1, 64, n * 4, 0, out, n));
    OK(to_host(&got, out, 1));
    CHECK(got == n - 1);
    OK(cudaFree(out));
    (void)cudaGetLastError();
    return 0;
}

} /* namespace */

EXPORT int selftest_kernels(int)
{
    using test = int (*)();
    static const test tests[] = {test_sum,        test_transpose, test_scan,
                                 test_histogram,  test_keep,      test_pairs,
                                 test_operations, test_atomics,   test_much_shared};
    const size_t sizes[] = {1, 31, 257, 5000};
    for (const size_t n : sizes) {
        if (const int line = test_add<float>(n)) return line;
        if (const int line = test_add<double>(n)) return line;
        if (const int line = test_add<uint8_t>(n)) return line;
        if (const int line = test_add<__half>(n)) return line;
    }
    for (const test t : tests)
        if (const int line = t()) return line;
    CHECK(cudasim_ctl("live", 0) == 0);
    return 0;
}
