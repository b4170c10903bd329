/* nonzero and compress: where a mask holds, in order. The one idea: chunks of the mask are counted,
 * the counts become starts by a prefix sum, and each chunk writes from its own start; inside a
 * chunk the places are gathered in shared memory first, so that what is written lies side by side.
 */
#include "prim.cuh"
#include "rows.cuh"

namespace {
enum { ITEMS = 16, CHUNK = CUDA_BLOCK * ITEMS, WARPS = CUDA_BLOCK / 32 };

struct mask_view {
    const uint8_t *data;
    int64_t stride, n;
    bool wide; /* read 16 bytes at a time */
};
mask_view mask_of(const cx_view *mask)
{
    mask_view m = {static_cast<const uint8_t *>(mask->data), mask->stride[0], mask->shape[0],
                   false};
    m.wide = m.stride == 1 && (uintptr_t)m.data % ITEMS == 0;
    return m;
}

/* One bit for each of the 16 places from first on. */
__device__ inline unsigned mask_bits(const mask_view &m, int64_t first)
{
    unsigned bits = 0;
    if (m.wide && first + ITEMS <= m.n) {
        const uint4 v = *(const uint4 *)(m.data + first);
        const uint32_t words[4] = {v.x, v.y, v.z, v.w};
        for (int w = 0; w < 4; w++)
            for (int b = 0; b < 4; b++)
                bits |= (words[w] >> (8 * b) & 0xffu) != 0 ? 1u << (4 * w + b) : 0u;
        return bits;
    }
    for (int e = 0; e < ITEMS; e++)
        if (first + e < m.n && m.data[(first + e) * m.stride] != 0) bits |= 1u << e;
    return bits;
}

/* Sum of count over the threads before this one; total over all of the block. Every thread of the
 * block takes part; sums is for it alone until the next barrier. */
__device__ inline unsigned block_before(unsigned count, unsigned (&sums)[WARPS], unsigned *total)
{
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    unsigned sum = count;
    for (unsigned d = 1; d < 32; d *= 2) {
        const unsigned below = __shfl_up_sync(0xffffffffu, sum, d);
        if (lane >= d) sum += below;
    }
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    unsigned before = sum - count;
    *total = 0;
    for (unsigned w = 0; w < WARPS; w++) {
        if (w < warp) before += sums[w];
        *total += sums[w];
    }
    return before;
}

/* counts has one place more than there are chunks: the last becomes the total. */
__global__ void __launch_bounds__(CUDA_BLOCK)
    count_kernel(mask_view m, int64_t chunks, int64_t *counts)
{
    CX_SHARED(unsigned, sums, [WARPS]);
    for (int64_t c = blockIdx.x; c < chunks; c += gridDim.x) {
        const unsigned bits = mask_bits(m, c * CHUNK + (int64_t)threadIdx.x * ITEMS);
        unsigned total;
        block_before((unsigned)__popc(bits), sums, &total);
        if (threadIdx.x == 0) counts[c] = (int64_t)total;
        __syncthreads();
    }
    if (blockIdx.x == 0 && threadIdx.x == 0) counts[chunks] = 0;
}

/* What a place becomes: its position, or the element there. */
struct write_position {
    int64_t *out;
    __device__ void operator()(int64_t to, int64_t from) const { out[to] = from; }
};
template <class U> struct write_element {
    const char *src;
    int64_t stride;
    char *dst;
    __device__ void operator()(int64_t to, int64_t from) const
    {
        *(U *)(dst + to * (int64_t)sizeof(U)) = *(const U *)(src + from * stride);
    }
};

/* No more than room are written, whatever the mask has become since it was counted. */
template <class W>
__global__ void __launch_bounds__(CUDA_BLOCK)
    write_kernel(mask_view m, int64_t chunks, const int64_t *starts, int64_t room, W write)
{
    CX_SHARED(unsigned, sums, [WARPS]);
    CX_SHARED(uint16_t, places, [CHUNK]);
    for (int64_t c = blockIdx.x; c < chunks; c += gridDim.x) {
        const int64_t base = c * CHUNK, start = starts[c];
        unsigned bits = mask_bits(m, base + (int64_t)threadIdx.x * ITEMS), total;
        unsigned at = block_before((unsigned)__popc(bits), sums, &total);
        for (int e = 0; e < ITEMS; e++)
            if ((bits >> e & 1u) != 0) places[at++] = (uint16_t)(threadIdx.x * ITEMS + (unsigned)e);
        __syncthreads();
        for (unsigned k = threadIdx.x; k < total; k += CUDA_BLOCK)
            if (start + k < room) write(start + k, base + places[k]);
        __syncthreads();
    }
}

/* The starts of a mask's chunks, and their number. */
struct mask_starts {
    explicit mask_starts(cx_queue *q) : work(q), chunks(0) {}
    cx_status get(cx_queue *q, const char *where, const mask_view &m)
    {
        chunks = (m.n + CHUNK - 1) / CHUNK;
        CX_STATUS_TRY(work.get(where, (size_t)(chunks + 1) * sizeof(int64_t)));
        CX_STATUS_TRY(CX_LAUNCH(count_kernel, blocks(q), CUDA_BLOCK, 0, q, m, chunks, starts()));
        return cuda_exclusive_sum<int64_t>(q, where, starts(), starts(), chunks + 1);
    }
    int64_t *starts() const { return work.as<int64_t>(); }
    unsigned blocks(const cx_queue *q) const { return cuda_blocks(q, chunks, 1); }
    cuda_work work;
    int64_t chunks;
};

template <class W>
cx_status write_chosen(cx_queue *q, const mask_view &m, const mask_starts &s, int64_t room, W write)
{
    return CX_LAUNCH(write_kernel<W>, s.blocks(q), CUDA_BLOCK, 0, q, m, s.chunks, s.starts(), room,
                     write);
}
template <class U>
cx_status pack(cx_queue *q, const mask_view &m, const mask_starts &s, const row_move &v)
{
    const write_element<U> write = {v.src, v.src_row, v.dst};
    return write_chosen(q, m, s, v.m, write);
}
} // namespace

cx_status cuda_nonzero(cx_queue *q, const cx_view *mask, const cx_view *out, int64_t *count)
{
    *count = 0;
    const mask_view m = mask_of(mask);
    if (m.n == 0) return CX_OK;
    mask_starts s(q);
    CX_STATUS_TRY(s.get(q, "nonzero", m));
    if (out != NULL && out->shape[0] > 0) {
        const write_position write = {static_cast<int64_t *>(out->data)};
        CX_STATUS_TRY(write_chosen(q, m, s, out->shape[0], write));
    }
    return cuda_control_read(q, "nonzero", count, s.starts() + s.chunks, sizeof *count);
}

/* Rows of one unit are moved from where the mask holds; for wider ones the positions are written
 * down, and the rows are gathered over all threads. */
cx_status cuda_compress(cx_queue *q, const cx_view *in, const cx_view *mask, const cx_view *out)
{
    const int64_t size = cuda_dtype_bytes(in->dtype), inner = in->ndim > 1 ? in->shape[1] : 1,
                  rows = out->shape[0];
    const mask_view m = mask_of(mask);
    if (m.n == 0 || inner == 0 || rows == 0) return CX_OK;
    cx_view from, to;
    from.data = in->data;
    to.data = out->data;
    from.shape[0] = to.shape[0] = 1;
    from.stride[0] = to.stride[0] = 0;
    from.shape[1] = m.n;
    from.stride[1] = in->stride[0];
    to.shape[1] = rows;
    to.stride[1] = inner * size;
    from.shape[2] = to.shape[2] = inner;
    from.stride[2] = to.stride[2] = size;
    row_move v = cuda_row_move(&from, &to, NULL, rows, m.n, size);
    mask_starts s(q);
    CX_STATUS_TRY(s.get(q, "compress", m));
    if (v.units > 1) {
        cuda_work places(q);
        CX_STATUS_TRY(places.get("compress", (size_t)rows * sizeof(int64_t)));
        const write_position write = {places.as<int64_t>()};
        CX_STATUS_TRY(write_chosen(q, m, s, rows, write));
        v.index = places.as<int64_t>();
        return cuda_gather_rows(q, v, NULL);
    }
    switch (v.unit) {
    case 1: return pack<uint8_t>(q, m, s, v);
    case 2: return pack<uint16_t>(q, m, s, v);
    case 4: return pack<uint32_t>(q, m, s, v);
    case 8: return pack<uint64_t>(q, m, s, v);
    default: return pack<uint4>(q, m, s, v);
    }
}
