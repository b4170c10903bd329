/* Products of integers (which wrap, so signs do not matter) and of bool (or of ands): square tiles
 * in shared memory, any strides. Long sums over small results are cut into pieces that a second
 * kernel adds; integer sums have no order. */
#include "device.cuh"
#include "matrix.h"

namespace {
enum { TILE = 32, ROWS = 8, PER_THREAD = TILE / ROWS };

struct int_product {
    const char *a, *b;
    char *c;
    int64_t a_rs, a_cs, b_rs, b_cs, c_rs, c_cs; /* bytes */
    int64_t m, n, k, batch;
    int64_t pieces, piece; /* of the sum: number and length */
    int64_t tiles_m, tiles_n;
    int ndim; /* of the batch */
    int64_t shape[CX_KERNEL_NDIM], stride[3][CX_KERNEL_NDIM];
    void *partial; /* [batch, pieces, m, n] of the accumulator when pieces > 1 */
};

struct origin {
    const char *a, *b;
    char *c;
};
__device__ inline origin batch_origin(const int_product &p, int64_t i)
{
    origin o = {p.a, p.b, p.c};
    for (int d = p.ndim - 1; d >= 0; d--) {
        const int64_t at = i % p.shape[d];
        o.a += at * p.stride[0][d];
        o.b += at * p.stride[1][d];
        o.c += at * p.stride[2][d];
        i /= p.shape[d];
    }
    return o;
}

/* T storage, A accumulator */
template <class T, class A, bool LOGIC> struct ring {
    typedef A sum;
    __device__ static A load(const char *p)
    {
        const T v = *reinterpret_cast<const T *>(p);
        return LOGIC ? (A)(v != 0) : (A)v;
    }
    __device__ static A join(A s, A v) { return LOGIC ? (A)(s | v) : (A)(s + v); }
    __device__ static A both(A x, A y) { return LOGIC ? (A)(x & y) : (A)(x * y); }
    __device__ static void put(char *c, A s) { *reinterpret_cast<T *>(c) = (T)s; }
};

template <class R> __global__ void __launch_bounds__(256) multiply(int_product p)
{
    typedef typename R::sum A;
    CX_SHARED(A, as, [TILE][TILE + 1]);
    CX_SHARED(A, bs, [TILE][TILE + 1]);
    const int x = (int)threadIdx.x % TILE, y = (int)threadIdx.x / TILE;
    const int64_t tiles = p.tiles_m * p.tiles_n * p.pieces * p.batch;
    for (int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        int64_t rest = tile;
        const int64_t j0 = rest % p.tiles_n * TILE;
        rest /= p.tiles_n;
        const int64_t i0 = rest % p.tiles_m * TILE;
        rest /= p.tiles_m;
        const int64_t piece = rest % p.pieces, index = rest / p.pieces;
        const origin o = batch_origin(p, index);
        const int64_t k0 = piece * p.piece, k1 = k0 + p.piece < p.k ? k0 + p.piece : p.k;
        A sum[PER_THREAD] = {};
        for (int64_t l0 = k0; l0 < k1; l0 += TILE) {
            for (int r = y; r < TILE; r += ROWS) {
                const int64_t i = i0 + r, l = l0 + x;
                as[r][x] = i < p.m && l < k1 ? R::load(o.a + i * p.a_rs + l * p.a_cs) : (A)0;
                const int64_t lb = l0 + r, j = j0 + x;
                bs[r][x] = lb < k1 && j < p.n ? R::load(o.b + lb * p.b_rs + j * p.b_cs) : (A)0;
            }
            __syncthreads();
            for (int l = 0; l < TILE; l++) {
                const A v = bs[l][x];
                for (int r = 0; r < PER_THREAD; r++)
                    sum[r] = R::join(sum[r], R::both(as[y + r * ROWS][l], v));
            }
            __syncthreads();
        }
        for (int r = 0; r < PER_THREAD; r++) {
            const int64_t i = i0 + y + r * ROWS, j = j0 + x;
            if (i >= p.m || j >= p.n) continue;
            if (p.pieces > 1)
                static_cast<A *>(p.partial)[((index * p.pieces + piece) * p.m + i) * p.n + j] =
                    sum[r];
            else
                R::put(o.c + i * p.c_rs + j * p.c_cs, sum[r]);
        }
    }
}

template <class R> __global__ void __launch_bounds__(256) add_pieces(int_product p)
{
    typedef typename R::sum A;
    const int64_t size = p.m * p.n;
    CX_GRID_STRIDE(int64_t, at, p.batch * size)
    {
        const int64_t index = at / size, element = at % size;
        const A *const v = static_cast<const A *>(p.partial) + index * p.pieces * size + element;
        A sum = 0;
        for (int64_t i = 0; i < p.pieces; i++) sum = R::join(sum, v[i * size]);
        R::put(batch_origin(p, index).c + element / p.n * p.c_rs + element % p.n * p.c_cs, sum);
    }
}

template <class R> cx_status run(cx_queue *q, int_product &p)
{
    const int64_t blocks = p.tiles_m * p.tiles_n * p.batch, most = (int64_t)cuda_sm_count(q) * 16;
    p.pieces = 1;
    p.piece = p.k;
    if (blocks < most / 4 && p.k >= 4096) {
        const int64_t wanted = most / 4 / blocks, possible = p.k / 2048;
        p.pieces = wanted < possible ? wanted : possible;
        p.piece = (p.k / p.pieces / TILE + 1) * TILE;
        p.pieces = (p.k + p.piece - 1) / p.piece;
    }
    cuda_work partial(q);
    if (p.pieces > 1) {
        CX_STATUS_TRY(partial.get("matmul", (size_t)(p.batch * p.pieces * p.m * p.n) *
                                                sizeof(typename R::sum)));
        p.partial = partial.as<void>();
    }
    const int64_t work = blocks * p.pieces;
    CX_STATUS_TRY(
        CX_LAUNCH((multiply<R>), (unsigned)(work < most ? work : most), CUDA_BLOCK, 0, q, p));
    if (p.pieces == 1) return CX_OK;
    return CX_LAUNCH((add_pieces<R>), cuda_blocks(q, p.batch * p.m * p.n), CUDA_BLOCK, 0, q, p);
}
} // namespace

cx_status cuda_gemm_int(cx_queue *q, const cx_gemm_call *c)
{
    const cx_view *const v[3] = {c->a, c->b, c->out};
    const int last = c->out->ndim - 1;
    int_product p = {};
    p.a = (const char *)c->a->data;
    p.b = (const char *)c->b->data;
    p.c = (char *)c->out->data;
    p.a_rs = c->a->stride[last - 1], p.a_cs = c->a->stride[last];
    p.b_rs = c->b->stride[last - 1], p.b_cs = c->b->stride[last];
    p.c_rs = c->out->stride[last - 1], p.c_cs = c->out->stride[last];
    p.m = cuda_rows(c->out), p.n = cuda_cols(c->out), p.k = cuda_cols(c->a);
    p.batch = cuda_batch(c->out, 2);
    p.tiles_m = (p.m + TILE - 1) / TILE, p.tiles_n = (p.n + TILE - 1) / TILE;
    for (int d = 0; d < last - 1; d++) {
        if (c->out->shape[d] == 1) continue;
        p.shape[p.ndim] = c->out->shape[d];
        for (int i = 0; i < 3; i++) p.stride[i][p.ndim] = v[i]->stride[d];
        p.ndim++;
    }
    if (c->out->dtype == CX_BOOL) return run<ring<uint8_t, uint32_t, true>>(q, p);
    switch (cuda_itemsize(c->out)) {
    case 1: return run<ring<uint8_t, uint32_t, false>>(q, p);
    case 2: return run<ring<uint16_t, uint32_t, false>>(q, p);
    case 4: return run<ring<uint32_t, uint32_t, false>>(q, p);
    default: return run<ring<uint64_t, uint64_t, false>>(q, p);
    }
}
