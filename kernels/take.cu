/* take and put: rows gathered and scattered by index. The one idea: a row is bytes, moved in the
 * widest unit that its addresses allow, so dtypes do not matter. Indices are looked at by the
 * kernels themselves: one out of bounds is never followed, and is told when the queue is next
 * waited for. */
#include "rows.cuh"

enum { MOVES = 4 }; /* loads in flight in each thread */

int64_t cuda_dtype_bytes(int t)
{
    static const uint8_t bytes[CX_DTYPE_COUNT] = {
        0,
#define CX_DTYPE(NAME, value, ctype, sfx, text, size, kind, descr) (size),
#include <calx/dtypes.def>
#undef CX_DTYPE
    };
    return bytes[t];
}

row_move cuda_row_move(const cx_view *in, const cx_view *out, const int64_t *index, int64_t m,
                       int64_t n, int64_t size)
{
    row_move v = {};
    v.src = static_cast<const char *>(in->data);
    v.dst = static_cast<char *>(out->data);
    v.index = index;
    v.outer = in->shape[0];
    v.n = n;
    v.m = m;
    v.units = in->shape[2];
    v.unit = (int)size;
    /* what is stepped over only once has no stride, so it spoils no alignment */
    v.src_outer = v.outer > 1 ? in->stride[0] : 0;
    v.src_row = in->shape[1] > 1 ? in->stride[1] : 0;
    v.src_unit = in->stride[2];
    v.dst_outer = v.outer > 1 ? out->stride[0] : 0;
    v.dst_row = out->shape[1] > 1 ? out->stride[1] : 0;
    v.dst_unit = out->stride[2];
    if (v.units <= 1 || (v.src_unit == size && v.dst_unit == size)) {
        const int64_t row = v.units * size;
        const uint64_t all = (uint64_t)(uintptr_t)v.src | (uint64_t)(uintptr_t)v.dst |
                             (uint64_t)row | (uint64_t)v.src_outer | (uint64_t)v.src_row |
                             (uint64_t)v.dst_outer | (uint64_t)v.dst_row;
        for (v.unit = 16; (all & (uint64_t)(v.unit - 1)) != 0;) v.unit /= 2;
        v.units = row / v.unit;
        v.src_unit = v.dst_unit = v.unit;
    }
    v.total = v.outer * m * v.units;
    if (v.total > 0 && cuda_narrow(v.total)) {
        v.by_units = fast_div_of((uint32_t)v.units);
        v.by_m = fast_div_of((uint32_t)m);
    }
    return v;
}

namespace {
/* Flat position in [outer, m, units] taken apart. I is uint32_t below 2^31 positions. */
struct place {
    int64_t outer, row, unit;
};
template <class I> __device__ inline place place_at(const row_move &v, I i)
{
    place p = {0, 0, 0};
    I row = i;
    if (v.units > 1) {
        if constexpr (sizeof(I) == 4)
            row = fast_divide(i, v.by_units);
        else
            row = i / v.units;
        p.unit = (int64_t)(i - row * (I)v.units);
    }
    I outer = 0;
    if (v.outer > 1) {
        if constexpr (sizeof(I) == 4)
            outer = fast_divide(row, v.by_m);
        else
            outer = row / v.m;
        row -= outer * (I)v.m;
    }
    p.outer = (int64_t)outer;
    p.row = (int64_t)row;
    return p;
}
/* An index as a position on the axis, or -1. */
__device__ inline int64_t position(const row_move &v, int64_t index)
{
    const int64_t from_start = index < 0 ? index + v.n : index;
    return from_start >= 0 && from_start < v.n ? from_start : -1;
}

/* All indices are on their way before the first is looked at, then all elements. */
template <class U, class I>
__global__ void __launch_bounds__(CUDA_BLOCK) take_kernel(row_move v, cuda_late *late)
{
    const I span = (I)CUDA_BLOCK * MOVES, step = span * (I)gridDim.x;
    for (I base = span * (I)blockIdx.x + threadIdx.x; base < (I)v.total; base += step) {
        int64_t index[MOVES];
        const char *from[MOVES];
        char *to[MOVES];
        for (int e = 0; e < MOVES; e++) {
            const I i = base + (I)(e * CUDA_BLOCK);
            const place p = place_at<I>(v, i < (I)v.total ? i : base);
            from[e] = v.src + p.outer * v.src_outer + p.unit * v.src_unit;
            to[e] = v.dst + p.outer * v.dst_outer + p.row * v.dst_row + p.unit * v.dst_unit;
            index[e] = v.index[p.row];
        }
        U value[MOVES];
        for (int e = 0; e < MOVES; e++) {
            index[e] = position(v, index[e]);
            value[e] = U();
            if (index[e] >= 0) value[e] = *(const U *)(from[e] + index[e] * v.src_row);
        }
        for (int e = 0; e < MOVES; e++) {
            const I i = base + (I)(e * CUDA_BLOCK);
            if (i >= (I)v.total) continue;
            *(U *)to[e] = value[e];
            if (index[e] < 0 && late != nullptr)
                late_note(late, CUDA_LATE_TAKE, v.axis, place_at<I>(v, i).row, v.index, v.n);
        }
    }
}

template <class U> cx_status take_units(cx_queue *q, const row_move &v, cuda_late *late)
{
    const unsigned blocks = cuda_blocks(q, v.total, CUDA_BLOCK * MOVES);
    if (cuda_narrow(v.total))
        return CX_LAUNCH((take_kernel<U, uint32_t>), blocks, CUDA_BLOCK, 0, q, v, late);
    return CX_LAUNCH((take_kernel<U, int64_t>), blocks, CUDA_BLOCK, 0, q, v, late);
}

/* Rows of nothing are not moved, but their indices are looked at all the same. */
__global__ void check_kernel(row_move v, cuda_late *late)
{
    CX_GRID_STRIDE(int64_t, j, v.m)
    {
        if (position(v, v.index[j]) < 0) late_note(late, CUDA_LATE_TAKE, v.axis, j, v.index, v.n);
    }
}

/* ---- put. Where an index comes twice, the last one wins. So each position first claims its row:
 * claims[row] becomes the highest position that wants it, and only that one is written. The table
 * of claims has one entry a row when rows are not many more than indices, else it is a hash table
 * of twice the number of indices: time and memory are those of the indices. One more word counts
 * indices out of bounds: if there is one, nothing is written. */
struct claim_table {
    unsigned long long *rows; /* hash: the row of each slot, ~0 empty; NULL: slots are rows */
    long long *claims;        /* -1: nobody */
    unsigned *bad;
    uint64_t mask; /* hash: slots - 1, a power of two */
};
__device__ inline uint64_t slot_of(const claim_table &t, int64_t row, bool enter)
{
    if (t.rows == nullptr) return (uint64_t)row;
    uint64_t s = ((uint64_t)row * 0x9e3779b97f4a7c15ull >> 20) & t.mask;
    const unsigned long long empty = ~0ull, mine = (unsigned long long)row;
    for (;; s = (s + 1) & t.mask) {
        const unsigned long long found = enter ? atomicCAS(&t.rows[s], empty, mine) : t.rows[s];
        if (found == mine || found == empty) return s;
    }
}
__global__ void put_claim_kernel(row_move v, claim_table t, cuda_late *late)
{
    CX_GRID_STRIDE(int64_t, j, v.m)
    {
        const int64_t at = position(v, v.index[j]);
        if (at >= 0) {
            atomicMax(&t.claims[slot_of(t, at, true)], (long long)j);
        } else {
            atomicMax(t.bad, 1u);
            late_note(late, CUDA_LATE_PUT, v.axis, j, v.index, v.n);
        }
    }
}
template <class U, class I> __global__ void put_kernel(row_move v, claim_table t)
{
    if (*t.bad != 0) return; /* of every thread alike, and there is no barrier */
    CX_GRID_STRIDE(I, i, (I)v.total)
    {
        const place p = place_at<I>(v, i);
        const int64_t at = position(v, v.index[p.row]);
        if (t.claims[slot_of(t, at, false)] == (long long)p.row)
            *(U *)(v.dst + p.outer * v.dst_outer + at * v.dst_row + p.unit * v.dst_unit) = *(
                const U *)(v.src + p.outer * v.src_outer + p.row * v.src_row + p.unit * v.src_unit);
    }
}
template <class U> cx_status put_units(cx_queue *q, const row_move &v, const claim_table &t)
{
    const unsigned blocks = cuda_blocks(q, v.total);
    if (cuda_narrow(v.total))
        return CX_LAUNCH((put_kernel<U, uint32_t>), blocks, CUDA_BLOCK, 0, q, v, t);
    return CX_LAUNCH((put_kernel<U, int64_t>), blocks, CUDA_BLOCK, 0, q, v, t);
}
} // namespace

cx_status cuda_gather_rows(cx_queue *q, const row_move &v, cuda_late *late)
{
    if (v.total == 0) return CX_OK;
    switch (v.unit) {
    case 1: return take_units<uint8_t>(q, v, late);
    case 2: return take_units<uint16_t>(q, v, late);
    case 4: return take_units<uint32_t>(q, v, late);
    case 8: return take_units<uint64_t>(q, v, late);
    default: return take_units<uint4>(q, v, late);
    }
}

cx_status cuda_take(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                    int64_t *bad)
{
    row_move v = cuda_row_move(in, out, static_cast<const int64_t *>(index->data), index->shape[0],
                               in->shape[1], cuda_dtype_bytes(in->dtype));
    v.axis = (int)*bad;
    *bad = -1;
    if (v.total == 0 && v.m > 0)
        return CX_LAUNCH(check_kernel, cuda_blocks(q, v.m), CUDA_BLOCK, 0, q, v, q->late);
    return cuda_gather_rows(q, v, q->late);
}

cx_status cuda_put(cx_queue *q, const cx_view *in, const cx_view *index, const cx_view *out,
                   int64_t *bad)
{
    row_move v = cuda_row_move(in, out, static_cast<const int64_t *>(index->data), index->shape[0],
                               out->shape[1], cuda_dtype_bytes(in->dtype));
    v.axis = (int)*bad;
    *bad = -1;
    if (v.m == 0) return CX_OK;
    const bool hashed = v.n / 4 > v.m;
    uint64_t slots = (uint64_t)v.n;
    if (hashed)
        for (slots = 2; slots < 2 * (uint64_t)v.m;) slots *= 2;
    /* rows and claims begin as -1; bad, in front of them, as 0 */
    enum { HEAD = 16 };
    const size_t table = (size_t)slots * 8, bytes = HEAD + (hashed ? 2 : 1) * table;
    cuda_work work(q);
    CX_STATUS_TRY(work.get("put", bytes));
    char *const p = work.as<char>();
    claim_table t;
    t.bad = reinterpret_cast<unsigned *>(p);
    t.claims = reinterpret_cast<long long *>(p + HEAD);
    t.rows = hashed ? reinterpret_cast<unsigned long long *>(p + HEAD + table) : nullptr;
    t.mask = slots - 1;
    const cudaStream_t stream = cuda_stream(q);
    CUDA_TRY(q->dev, "put", cudaMemsetAsync(p, 0, HEAD, stream));
    if (bytes > HEAD)
        CUDA_TRY(q->dev, "put", cudaMemsetAsync(p + HEAD, 0xff, bytes - HEAD, stream));
    CX_STATUS_TRY(
        CX_LAUNCH(put_claim_kernel, cuda_blocks(q, v.m), CUDA_BLOCK, 0, q, v, t, q->late));
    if (v.total == 0) return CX_OK;
    switch (v.unit) {
    case 1: return put_units<uint8_t>(q, v, t);
    case 2: return put_units<uint16_t>(q, v, t);
    case 4: return put_units<uint32_t>(q, v, t);
    case 8: return put_units<uint64_t>(q, v, t);
    default: return put_units<uint4>(q, v, t);
    }
}
