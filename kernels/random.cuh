/* Words of a random stream by their position, on the device. A source is a stream's state made
 * ready for any thread to start anywhere in it; a cursor hands out words from there on, which draws
 * that may take more than one word do. A draw turns the word at a position into what stands there.
 *
 * Positions count units: 64-bit words, or 32-bit ones, where the kept half of the state is unit 0
 * and halves of 64-bit words follow, low ones first. */
#ifndef CX_KERNELS_RANDOM_CUH
#define CX_KERNELS_RANDOM_CUH
#include "device.cuh"
#include <calx/random_math.h>

enum { RANDOM_PER_THREAD = 16, RANDOM_TILE = CUDA_BLOCK * RANDOM_PER_THREAD };
/** 64-bit words of one launch at most. */
enum { RANDOM_WORDS_LOG2 = 30 };

/* ---- PCG64 and PCG64DXSM */

template <int KIND> struct pcg_cursor {
    cx__u128 state, increment;
    __device__ uint64_t next64()
    {
        const uint64_t plus[2] = {increment.lo, increment.hi};
        const cx__u128 before = state;
        state = cx__affine_apply(cx__pcg_step(KIND, plus), state);
        return KIND == CX_BITGEN_PCG64 ? cx__pcg_output_xsl_rr(state) : cx__pcg_output_dxsm(before);
    }
};

template <int KIND> struct pcg_source {
    typedef pcg_cursor<KIND> cursor;
    cx__u128 state, increment;
    cx__affine power[RANDOM_WORDS_LOG2 + 1]; /* 2^i steps */

    explicit pcg_source(const cx_bitgen *g)
        : state(cx__u128_of(g->u.pcg.state)), increment(cx__u128_of(g->u.pcg.increment))
    {
        power[0] = cx__pcg_step(KIND, g->u.pcg.increment);
        for (int i = 1; i <= RANDOM_WORDS_LOG2; i++)
            power[i] = cx__affine_after(power[i - 1], power[i - 1]);
    }
    __device__ cursor at(int64_t word) const
    {
        cx__u128 s = state;
        for (int i = 0; word >> i != 0; i++)
            if (word >> i & 1) s = cx__affine_apply(power[i], s);
        return cursor{s, increment};
    }
    int64_t extent(int64_t words) const { return words; }
    /** This thread's words of a tile: one in CUDA_BLOCK. */
    template <class V> __device__ void visit(int64_t tile, int64_t words, const V &v) const
    {
        static_assert(CUDA_BLOCK == 256, "a stride of 2^8 words");
        int64_t word = tile * RANDOM_TILE + threadIdx.x;
        cursor c = at(word);
        for (int j = 0; j < RANDOM_PER_THREAD && word < words; j++, word += CUDA_BLOCK) {
            cursor after = c;
            const uint64_t w = after.next64();
            v(word, w, after);
            c.state = cx__affine_apply(power[8], c.state);
        }
    }
};

/* ---- Philox: positions count from the start of the current buffer, so that blocks of four words
 * stay whole; the words before `skipped` are used up */

struct philox_source;

struct philox_cursor {
    const philox_source *source;
    int64_t place;
    __device__ inline uint64_t next64();
};

struct philox_source {
    typedef philox_cursor cursor;
    uint64_t counter[4], key[2], buffer[4];
    int64_t skipped;

    explicit philox_source(const cx_bitgen *g) : skipped(g->position)
    {
        for (int i = 0; i < 4; i++) {
            counter[i] = g->u.philox.counter[i];
            buffer[i] = g->u.philox.buffer[i];
        }
        key[0] = g->u.philox.key[0];
        key[1] = g->u.philox.key[1];
    }
    __device__ void block(int64_t index, uint64_t (&out)[4]) const
    {
        if (index == 0) {
            for (int i = 0; i < 4; i++) out[i] = buffer[i];
            return;
        }
        uint64_t at[4] = {counter[0], counter[1], counter[2], counter[3]};
        cx__philox_add_blocks(at, (uint64_t)index);
        cx__philox_block(at, 0, key, out);
    }
    __device__ cursor at(int64_t word) const { return cursor{this, word + skipped}; }
    int64_t extent(int64_t words) const { return words + skipped; }
    /** This thread's blocks of a tile. */
    template <class V> __device__ void visit(int64_t tile, int64_t words, const V &v) const
    {
        int64_t index = tile * (RANDOM_TILE / 4) + threadIdx.x;
        for (int j = 0; j < RANDOM_PER_THREAD / 4; j++, index += CUDA_BLOCK) {
            const int64_t first = 4 * index - skipped;
            if (first >= words) return;
            uint64_t w[4];
            block(index, w);
            for (int i = 0; i < 4; i++)
                if (first + i >= 0 && first + i < words)
                    v(first + i, w[i], cursor{this, 4 * index + i + 1});
        }
    }
};

__device__ inline uint64_t philox_cursor::next64()
{
    uint64_t w[4];
    source->block(place / 4, w);
    const int i = (int)(place % 4);
    place++;
    return i < 2 ? (i == 0 ? w[0] : w[1]) : (i == 2 ? w[2] : w[3]);
}

/* ---- units */

/** 64-bit units: the next one as a number of [0, 1). */
template <class C> struct units64 {
    C words;
    __device__ double unit() { return cx__unit_f64(words.next64()); }
};

/** 32-bit units. */
template <class C> struct units32 {
    C words;
    bool kept;
    uint32_t half;
    __device__ uint32_t next32()
    {
        if (kept) {
            kept = false;
            return half;
        }
        const uint64_t w = words.next64();
        kept = true;
        half = (uint32_t)(w >> 32);
        return (uint32_t)w;
    }
    __device__ float unit() { return cx__unit_f32(next32()); }
};

/** Where a call begins in a stream of 32-bit units. */
struct random_lead {
    uint32_t kept, half; /* kept: 0 or 1 unit before the words */
};

/** Calls draw(unit, word, cursor past it) for each unit of a 64-bit word. */
template <class D> struct random_visitor {
    D draw;
    random_lead lead;
    template <class C> __device__ void operator()(int64_t word, uint64_t w, const C &after) const
    {
        if constexpr (D::BITS == 64) {
            draw(word, w, units64<C>{after});
        } else {
            const int64_t unit = 2 * word + lead.kept;
            const uint32_t low = (uint32_t)w, high = (uint32_t)(w >> 32);
            draw(unit, low, units32<C>{after, true, high});
            draw(unit + 1, high, units32<C>{after, false, 0});
        }
    }
};

template <class S, class D>
__global__ void random_kernel(S source, int64_t tiles, int64_t words, random_lead lead, D draw)
{
    const random_visitor<D> v = {draw, lead};
    if constexpr (D::BITS == 32)
        if (lead.kept && blockIdx.x == 0 && threadIdx.x == 0)
            draw(0, lead.half, units32<typename S::cursor>{source.at(0), false, 0});
    for (int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) source.visit(tile, words, v);
}

template <class S, class D>
inline cx_status random_launch_from(cx_queue *q, const S &source, int64_t words, random_lead lead,
                                    const D &draw)
{
    const int64_t tiles = (source.extent(words) + RANDOM_TILE - 1) / RANDOM_TILE;
    const unsigned blocks = cuda_blocks(q, tiles > 0 ? tiles : 1, 1);
    return CX_LAUNCH((random_kernel<S, D>), blocks, CUDA_BLOCK, 0, q, source, tiles, words, lead,
                     draw);
}

/** Evaluate draw at the first `units` units of a stream that can skip, at most 2^30 words. The
 * state stays. */
template <class D>
inline cx_status random_launch(cx_queue *q, const cx_bitgen *g, int64_t units, const D &draw)
{
    const bool halves = D::BITS == 32;
    const random_lead lead = {halves ? g->has_uint32 : 0, g->uinteger};
    const int64_t words = halves ? (units - lead.kept + 1) / 2 : units;
    if (g->kind == CX_BITGEN_PHILOX)
        return random_launch_from(q, philox_source(g), words, lead, draw);
    if (g->kind == CX_BITGEN_PCG64DXSM)
        return random_launch_from(q, pcg_source<CX_BITGEN_PCG64DXSM>(g), words, lead, draw);
    return random_launch_from(q, pcg_source<CX_BITGEN_PCG64>(g), words, lead, draw);
}

/** Move the state past units of a draw's width. */
inline void random_advance(cx_bitgen *g, int bits, int64_t units)
{
    if (bits == 32)
        cx__bitgen_skip32(g, (uint64_t)units);
    else
        cx__bitgen_skip(g, (uint64_t)units);
}

/** Fill c->out by a draw that takes one unit for D::PARTS values whatever it is. The new state is
 * known beforehand, so nothing waits. */
template <class D>
inline cx_status random_draw_all(cx_queue *q, cx_bitgen *g, const cx_random_call *c, D draw)
{
    const int64_t n = c->out->shape[0], most = (int64_t)1 << RANDOM_WORDS_LOG2;
    cx_bitgen at = *g;
    for (int64_t done = 0; done < n; done += most) {
        CX_STATUS_TRY(cuda_core->poll(c->where));
        const int64_t count = n - done < most ? n - done : most;
        const int64_t units = (count + D::PARTS - 1) / D::PARTS;
        draw.place(c->out->data, done, count);
        CX_STATUS_TRY(random_launch(q, &at, units, draw));
        random_advance(&at, D::BITS, units);
    }
    *g = at;
    return CX_OK;
}

/* ---- draws that may reject (random_chain.cu) */

/** What an attempt at a unit gave: code is how many units it took (1 to RANDOM_MOST) and, with
 * RANDOM_TAKEN, that it gave a value. One of RANDOM_MOST units without a value was cut off. */
enum { RANDOM_MOST = 127, RANDOM_TAKEN = 128 };

struct random_control {
    unsigned long long taken;    /* values in the chunk */
    unsigned long long end;      /* first unit past the attempts that begin in the chunk */
    unsigned long long consumed; /* units up to the last wanted value, if there are so many */
    unsigned long long cut;      /* 1: an attempt was cut off */
};

/** Attempts at every unit of a chunk. */
template <class T> struct random_attempts {
    T *value;
    uint8_t *code;
    int64_t units;
    random_control *control;
    __device__ void put(int64_t unit, T v, int length, bool taken) const
    {
        value[unit] = v;
        code[unit] = (uint8_t)(length | (taken ? RANDOM_TAKEN : 0));
    }
};

/** A draw with rejection. launch evaluates it at the units of one chunk. */
struct random_rejecting {
    int bits;         /* of a unit of the stream: 64 or 32 */
    int parts;        /* attempts made of a unit: 1, or the 2 or 4 parts of a 32-bit one */
    size_t itemsize;  /* of a value */
    bool chained;     /* an attempt may take more units than one */
    double per_value; /* attempts for one value, about */
    cx_status (*launch)(cx_queue *q, const cx_bitgen *g, const cx_random_call *c, void *value,
                        uint8_t *code, int64_t attempts, random_control *control);
};

/** Fill c->out; the new state is known when the device has told how many units that took, which is
 * waited for. UNSUPPORTED with the state untouched where an attempt was cut off. */
cx_status random_fill_rejecting(cx_queue *q, cx_bitgen *g, const cx_random_call *c,
                                const random_rejecting *r);

/* ---- families, one file each */
cx_status random_uniform(cx_queue *q, cx_bitgen *g, const cx_random_call *c);
cx_status random_ziggurat(cx_queue *q, cx_bitgen *g, const cx_random_call *c);
cx_status random_integers(cx_queue *q, cx_bitgen *g, const cx_random_call *c);
#endif
