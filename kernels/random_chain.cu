/* Draws that take a number of units known only when they are made. Every unit of a chunk is tried
 * as if a value began there; which ones do begin a value is a chain: the first one does, and each
 * attempt that is on the chain names the next. Nearly all attempts take one unit, so every few
 * units there is one that no attempt before it reaches past: it is on the chain whatever lies
 * before, and a thread finds its part of the chain from the nearest such unit. The values on the
 * chain are then packed. Exact and independent of the number of threads. */
#include "random.cuh"

enum { SEGMENT = 16, TILE = CUDA_BLOCK * SEGMENT, MASK_WORDS = TILE / 32 };
enum { CHUNK = 1 << 23 }; /* attempts at a time: 9 bytes or less of scratch each */

/** Eight attempts of one unit that gave values. */
#define ALL_PLAIN 0x8181818181818181ull

/** No attempt before p reaches past it. */
__device__ static bool is_certain(const uint8_t *code, int64_t p)
{
    const int64_t least = p < RANDOM_MOST ? 0 : p - RANDOM_MOST + 1;
    for (int64_t at = p - 1; at >= least;) {
        if (at % 8 == 7 && at - 7 >= least && *(const uint64_t *)(code + at - 7) == ALL_PLAIN) {
            at -= 8;
            continue;
        }
        if (at + (code[at] & RANDOM_MOST) > p) return false;
        at--;
    }
    return true;
}

/** The first unit of the chain at or after p. */
__device__ static int64_t chain_at(const uint8_t *code, int64_t p)
{
    int64_t at = p;
    while (!is_certain(code, at)) at--; /* unit 0 is */
    while (at < p) at += code[at] & RANDOM_MOST;
    return at;
}

/** For each unit whether a value is to be packed from it, and how many there are in each tile. */
template <bool CHAINED>
__global__ void chain_kernel(const uint8_t *code, int64_t units, uint16_t *mask, uint32_t *count,
                             random_control *control)
{
    CX_SHARED(unsigned, total, [1]);
    if (threadIdx.x == 0) total[0] = 0;
    __syncthreads();
    const int64_t segment = (int64_t)blockIdx.x * CUDA_BLOCK + threadIdx.x;
    const int64_t first = segment * SEGMENT, last = min(first + SEGMENT, units);
    unsigned m = 0;
    if (first < units) {
        int64_t at = CHAINED ? chain_at(code, first) : first;
        while (at < last) {
            const unsigned c = code[at];
            if (c & RANDOM_TAKEN) m |= 1u << (at - first);
            if (c == RANDOM_MOST) atomicExch(&control->cut, 1ull);
            at += CHAINED ? (int)(c & RANDOM_MOST) : 1;
        }
        if (last == units) control->end = (unsigned long long)at;
    }
    mask[segment] = (uint16_t)m;
    if (m != 0) atomicAdd(&total[0], (unsigned)__popc(m));
    __syncthreads();
    if (threadIdx.x == 0) count[blockIdx.x] = total[0];
}

/** Sum of a block's values up to and with this thread's. */
__device__ static unsigned block_scan(unsigned *sums, unsigned v)
{
    sums[threadIdx.x] = v;
    __syncthreads();
    for (unsigned step = 1; step < CUDA_BLOCK; step *= 2) {
        const unsigned before = threadIdx.x >= step ? sums[threadIdx.x - step] : 0;
        __syncthreads();
        sums[threadIdx.x] += before;
        __syncthreads();
    }
    return sums[threadIdx.x];
}

/** Counts of the tiles to the number of values before each; one block. */
__global__ void offset_kernel(uint32_t *count, int64_t tiles, random_control *control)
{
    CX_SHARED(unsigned, sums, [CUDA_BLOCK]);
    unsigned before = 0;
    for (int64_t base = 0; base < tiles; base += CUDA_BLOCK) {
        const int64_t tile = base + threadIdx.x;
        const unsigned mine = tile < tiles ? count[tile] : 0;
        const unsigned up_to = block_scan(sums, mine);
        if (tile < tiles) count[tile] = before + up_to - mine;
        before += sums[CUDA_BLOCK - 1];
        __syncthreads();
    }
    if (threadIdx.x == 0) control->taken = before;
}

/** Pack the values of the mask, as far as they are wanted. */
template <class T>
__global__ void pack_draws_kernel(const T *value, const uint8_t *code, const uint32_t *mask,
                                  const uint32_t *offset, int64_t wanted, T *out,
                                  random_control *control)
{
    CX_SHARED(unsigned, sums, [CUDA_BLOCK]);
    CX_SHARED(unsigned, masks, [MASK_WORDS]);
    const int64_t first = (int64_t)blockIdx.x * MASK_WORDS;
    unsigned own = 0;
    if (threadIdx.x < MASK_WORDS) {
        own = mask[first + threadIdx.x];
        masks[threadIdx.x] = own;
    }
    block_scan(sums, (unsigned)__popc(own));
    const unsigned lane = threadIdx.x % 32;
    for (int word = (int)threadIdx.x / 32; word < MASK_WORDS; word += CUDA_BLOCK / 32) {
        const unsigned m = masks[word];
        if (!(m >> lane & 1)) continue;
        const unsigned before = word > 0 ? sums[word - 1] : 0;
        const int64_t rank = (int64_t)offset[blockIdx.x] + before + __popc(m & ((1u << lane) - 1u));
        const int64_t at = (first + word) * 32 + lane;
        if (rank < wanted) out[rank] = value[at];
        if (rank == wanted - 1)
            control->consumed = (unsigned long long)(at + (code[at] & RANDOM_MOST));
    }
}

template <class T>
static cx_status pack(cx_queue *q, unsigned tiles, const void *value, const uint8_t *code,
                      const void *mask, const uint32_t *offset, int64_t wanted, void *out,
                      random_control *control)
{
    return CX_LAUNCH(pack_draws_kernel<T>, tiles, CUDA_BLOCK, 0, q, static_cast<const T *>(value),
                     code, static_cast<const uint32_t *>(mask), offset, wanted,
                     static_cast<T *>(out), control);
}

/** Scratch of one call. */
struct chain_work {
    cuda_work value, code, mask, count, control;
    explicit chain_work(cx_queue *q) : value(q), code(q), mask(q), count(q), control(q) {}
    cx_status get(const char *where, size_t attempts, size_t itemsize)
    {
        const size_t tiles = (attempts + TILE - 1) / TILE;
        CX_STATUS_TRY(value.get(where, tiles * TILE * itemsize));
        CX_STATUS_TRY(code.get(where, tiles * TILE));
        CX_STATUS_TRY(mask.get(where, tiles * TILE / 8));
        CX_STATUS_TRY(count.get(where, tiles * sizeof(uint32_t)));
        return control.get(where, sizeof(random_control));
    }
};

/** One chunk: at most `wanted` values to out. */
static cx_status fill_chunk(cx_queue *q, const cx_bitgen *g, const cx_random_call *c,
                            const random_rejecting *r, int64_t attempts, int64_t wanted,
                            const chain_work &w, void *out, random_control *result)
{
    const unsigned tiles = (unsigned)((attempts + TILE - 1) / TILE);
    uint8_t *const code = w.code.as<uint8_t>();
    uint16_t *const mask = w.mask.as<uint16_t>();
    uint32_t *const count = w.count.as<uint32_t>();
    random_control *const control = w.control.as<random_control>();
    CX_STATUS_TRY(r->launch(q, g, c, w.value.as<void>(), code, attempts, control));
    if (r->chained)
        CX_STATUS_TRY(CX_LAUNCH(chain_kernel<true>, tiles, CUDA_BLOCK, 0, q, code, attempts, mask,
                                count, control));
    else
        CX_STATUS_TRY(CX_LAUNCH(chain_kernel<false>, tiles, CUDA_BLOCK, 0, q, code, attempts, mask,
                                count, control));
    CX_STATUS_TRY(CX_LAUNCH(offset_kernel, 1, CUDA_BLOCK, 0, q, count, (int64_t)tiles, control));
    typedef cx_status pack_fn(cx_queue *, unsigned, const void *, const uint8_t *, const void *,
                              const uint32_t *, int64_t, void *, random_control *);
    pack_fn *const packs[9] = {nullptr, pack<uint8_t>,  pack<uint16_t>,
                               nullptr, pack<uint32_t>, nullptr,
                               nullptr, nullptr,        pack<uint64_t>};
    CX_STATUS_TRY(
        packs[r->itemsize](q, tiles, w.value.as<void>(), code, mask, count, wanted, out, control));
    return cuda_control_read(q, c->where, result, control, sizeof *result);
}

cx_status random_fill_rejecting(cx_queue *q, cx_bitgen *g, const cx_random_call *c,
                                const random_rejecting *r)
{
    const int64_t n = c->out->shape[0];
    cx_bitgen at = *g;
    chain_work w(q);
    int64_t room = 0;
    for (int64_t done = 0; done < n;) {
        CX_STATUS_TRY(cuda_core->poll(c->where));
        const double likely = (double)(n - done) * r->per_value;
        /* some more, so that one chunk is enough but for rare streams; whole units of parts */
        int64_t attempts = CHUNK;
        if (likely < CHUNK - 6 * sqrt((double)CHUNK) - 64)
            attempts = ((int64_t)(likely + 6 * sqrt(likely)) + 64) & ~(int64_t)3;
        if (room == 0) {
            CX_STATUS_TRY(w.get(c->where, (size_t)attempts, r->itemsize));
            room = attempts;
        }
        if (attempts > room) attempts = room;
        random_control result;
        CX_STATUS_TRY(fill_chunk(q, &at, c, r, attempts, n - done, w,
                                 static_cast<char *>(c->out->data) + (size_t)done * r->itemsize,
                                 &result));
        if (result.cut) return CX_E_UNSUPPORTED;
        const bool enough = result.taken >= (unsigned long long)(n - done);
        const int64_t used = (int64_t)(enough ? result.consumed : result.end);
        random_advance(&at, r->bits, (used + r->parts - 1) / r->parts);
        done += enough ? n - done : (int64_t)result.taken;
    }
    *g = at;
    return CX_OK;
}
