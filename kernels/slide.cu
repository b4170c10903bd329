/* Sliding products: a block computes 1024 outputs, four a thread, from a stretch of a and a block
 * of b in shared memory, so each loaded number serves many products. The order of summation is the
 * contract's, which is the CPU's, bit for bit. A step other than 1 goes without shared memory. */
#include "types.cuh"

namespace {
enum { SLIDE_EACH = 4, SLIDE_TILE = SLIDE_EACH * CUDA_BLOCK };

struct slide_plan {
    const char *a, *b;
    char *out;
    int64_t sa, sb, so; /* bytes */
    int64_t n, m, count, first, step;
};

/* What a dtype is loaded as, summed in and stored from. */
template <class T> struct slide_math { /* floats */
    typedef compute_t<T> value, sum;
    __device__ static value load(const char *p) { return convert<value>(*(const T *)p); }
    __device__ static sum zero() { return 0; }
    __device__ static sum muladd(sum s, value x, value y) { return s + x * y; }
    __device__ static sum plus(sum s, sum t) { return s + t; }
    __device__ static T store(sum s) { return convert<T>(s); }
};
template <class T, class S> struct slide_whole { /* integers wrap */
    typedef T value;
    typedef S sum;
    __device__ static value load(const char *p) { return *(const T *)p; }
    __device__ static sum zero() { return 0; }
    __device__ static sum muladd(sum s, value x, value y) { return (S)(s + (S)x * (S)y); }
    __device__ static sum plus(sum s, sum t) { return s + t; }
    __device__ static T store(sum s) { return (T)s; }
};
template <> struct slide_math<uint8_t> : slide_whole<uint8_t, uint32_t> {
};
template <> struct slide_math<uint16_t> : slide_whole<uint16_t, uint32_t> {
};
template <> struct slide_math<uint32_t> : slide_whole<uint32_t, uint32_t> {
};
template <> struct slide_math<uint64_t> : slide_whole<uint64_t, uint64_t> {
};
template <> struct slide_math<bool> {
    typedef uint8_t value;
    typedef uint32_t sum;
    __device__ static value load(const char *p) { return *(const uint8_t *)p != 0; }
    __device__ static sum zero() { return 0; }
    __device__ static sum muladd(sum s, value x, value y) { return s | (uint32_t)(x & y); }
    __device__ static sum plus(sum s, sum t) { return s | t; }
    __device__ static bool store(sum s) { return s != 0; }
};
template <class R> struct slide_parts {
    R rr, ii, ri, ir;
};
template <class R> struct slide_complex {
    typedef complex_of<R> value;
    typedef slide_parts<R> sum;
    __device__ static value load(const char *p) { return *(const value *)p; }
    __device__ static sum zero() { return sum{0, 0, 0, 0}; }
    __device__ static sum muladd(sum s, value x, value y)
    {
        return sum{s.rr + x.re * y.re, s.ii + x.im * y.im, s.ri + x.re * y.im, s.ir + x.im * y.re};
    }
    __device__ static sum plus(sum s, sum t)
    {
        return sum{s.rr + t.rr, s.ii + t.ii, s.ri + t.ri, s.ir + t.ir};
    }
    __device__ static value store(sum s) { return value{s.rr - s.ii, s.ri + s.ir}; }
};
template <> struct slide_math<c64> : slide_complex<float> {
};
template <> struct slide_math<c128> : slide_complex<double> {
};

__device__ inline int64_t slide_clip(int64_t x, int64_t lo, int64_t hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

template <class T> __global__ void slide_tiles(slide_plan p)
{
    typedef slide_math<T> M;
    typedef typename M::value V;
    CX_SHARED(V, x, [SLIDE_TILE + CX_SLIDE_BLOCK]);
    CX_SHARED(V, y, [CX_SLIDE_BLOCK]);
    const int lane = (int)threadIdx.x;
    const int64_t tiles = (p.count + SLIDE_TILE - 1) / SLIDE_TILE;
    for (int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        const int64_t at = p.first + tile * SLIDE_TILE;
        typename M::sum total[SLIDE_EACH];
        for (int r = 0; r < SLIDE_EACH; r++) total[r] = M::zero();
        for (int64_t k0 = 0; k0 < p.m; k0 += CX_SLIDE_BLOCK) {
            const int64_t left = p.m - k0;
            const int len = left < CX_SLIDE_BLOCK ? (int)left : (int)CX_SLIDE_BLOCK;
            const int64_t from = at + k0; /* position of x[0] in a */
            if (from + SLIDE_TILE + len <= 0 || from >= p.n)
                continue; /* the same for all threads */
            __syncthreads();
            for (int j = lane; j < SLIDE_TILE + CX_SLIDE_BLOCK; j += CUDA_BLOCK) {
                const int64_t place = slide_clip(from + j, 0, p.n - 1);
                x[j] = M::load(p.a + place * p.sa);
            }
            for (int j = lane; j < len; j += CUDA_BLOCK) y[j] = M::load(p.b + (k0 + j) * p.sb);
            __syncthreads();
            typename M::sum sum[SLIDE_EACH];
            for (int r = 0; r < SLIDE_EACH; r++) sum[r] = M::zero();
            if (from >= 0 && from + SLIDE_TILE + len <= p.n + 1) {
                for (int k = 0; k < len; k++) {
                    const V v = y[k];
                    CX_UNROLL
                    for (int r = 0; r < SLIDE_EACH; r++)
                        sum[r] = M::muladd(sum[r], x[lane + r * CUDA_BLOCK + k], v);
                }
            } else {
                CX_UNROLL
                for (int r = 0; r < SLIDE_EACH; r++) {
                    const int own = lane + r * CUDA_BLOCK;
                    const int lo = (int)slide_clip(-(from + own), 0, len),
                              hi = (int)slide_clip(p.n - from - own, 0, len);
                    for (int k = lo; k < hi; k++) sum[r] = M::muladd(sum[r], x[own + k], y[k]);
                }
            }
            for (int r = 0; r < SLIDE_EACH; r++) total[r] = M::plus(total[r], sum[r]);
        }
        for (int r = 0; r < SLIDE_EACH; r++) {
            const int64_t i = tile * SLIDE_TILE + lane + r * CUDA_BLOCK;
            if (i < p.count) *(T *)(p.out + i * p.so) = M::store(total[r]);
        }
    }
}

template <class T> __global__ void slide_steps(slide_plan p)
{
    typedef slide_math<T> M;
    CX_GRID_STRIDE(int64_t, i, p.count)
    {
        const int64_t at = p.first + i * p.step;
        const int64_t lo = slide_clip(-at, 0, p.m), hi = slide_clip(p.n - at, 0, p.m);
        typename M::sum total = M::zero();
        for (int64_t k = lo; k < hi;) {
            const int64_t next = (k / CX_SLIDE_BLOCK + 1) * CX_SLIDE_BLOCK;
            const int64_t end = next < hi ? next : hi;
            typename M::sum sum = M::zero();
            for (; k < end; k++)
                sum = M::muladd(sum, M::load(p.a + (at + k) * p.sa), M::load(p.b + k * p.sb));
            total = M::plus(total, sum);
        }
        *(T *)(p.out + i * p.so) = M::store(total);
    }
}

typedef cx_status slide_fn(cx_queue *q, const slide_plan &p);
template <class T> cx_status slide_of(cx_queue *q, const slide_plan &p)
{
    if (p.step != 1) return CX_LAUNCH(slide_steps<T>, cuda_blocks(q, p.count), CUDA_BLOCK, 0, q, p);
    const int64_t threads = (p.count + SLIDE_EACH - 1) / SLIDE_EACH;
    return CX_LAUNCH(slide_tiles<T>, cuda_blocks(q, threads), CUDA_BLOCK, 0, q, p);
}
} // namespace

cx_status cuda_slide(cx_queue *q, const cx_slide_call *c)
{
    /* integers wrap: the same bits signed and unsigned */
    static slide_fn *const table[] = {nullptr,
                                      slide_of<bool>,
                                      slide_of<uint8_t>,
                                      slide_of<uint16_t>,
                                      slide_of<uint32_t>,
                                      slide_of<uint64_t>,
                                      slide_of<uint8_t>,
                                      slide_of<uint16_t>,
                                      slide_of<uint32_t>,
                                      slide_of<uint64_t>,
                                      slide_of<f16>,
                                      slide_of<bf16>,
                                      slide_of<float>,
                                      slide_of<double>,
                                      slide_of<c64>,
                                      slide_of<c128>};
    static_assert(CX_BOOL == 1 && CX_U8 == 6 && CX_F16 == 10 && CX_C128 == 15,
                  "the table follows dtypes.def");
    slide_plan p;
    p.a = static_cast<const char *>(c->a->data);
    p.b = static_cast<const char *>(c->b->data);
    p.out = static_cast<char *>(c->out->data);
    p.sa = c->a->stride[0];
    p.sb = c->b->stride[0];
    p.so = c->out->stride[0];
    p.n = c->a->shape[0];
    p.m = c->b->shape[0];
    p.count = c->out->shape[0];
    p.first = c->first;
    p.step = c->step;
    if (p.count == 0) return CX_OK;
    return table[c->out->dtype](q, p);
}
