/* Words of the streams that can skip (both PCG64 variants and Philox), for every backend: one state
 * transition and one output function, so that any device makes the words the CPU makes. Inline and
 * for kernels too; knows nothing of what the words become. Programs use <calx/random.h>.
 * Sources: M. O'Neill, PCG: a family of simple fast space-efficient generators, 2014; Salmon,
 * Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011. */
#ifndef CALX_RANDOM_WORDS_H
#define CALX_RANDOM_WORDS_H
#include <calx/backend_random.h>

#if defined(__CUDACC__)
#define CX__EVERYWHERE static __host__ __device__ inline
#else
#define CX__EVERYWHERE static inline
#endif

/* ---- 128-bit unsigned arithmetic: the native type where there is one, else 32-bit halves */

typedef struct cx__u128 {
    uint64_t lo, hi;
} cx__u128;

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 cx__native128;

CX__EVERYWHERE cx__u128 cx__u128_mul64(uint64_t a, uint64_t b)
{
    const cx__native128 p = (cx__native128)a * b;
    const cx__u128 r = {(uint64_t)p, (uint64_t)(p >> 64)};
    return r;
}
#else
CX__EVERYWHERE cx__u128 cx__u128_mul64(uint64_t a, uint64_t b)
{
    const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
    const uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32);
    const uint64_t middle = a0 * b1 + (cross & 0xffffffffu);
    const cx__u128 r = {(middle << 32) | (low & 0xffffffffu),
                        a1 * b1 + (cross >> 32) + (middle >> 32)};
    return r;
}
#endif

CX__EVERYWHERE cx__u128 cx__u128_of(const uint64_t word[2])
{
    const cx__u128 r = {word[0], word[1]};
    return r;
}

CX__EVERYWHERE cx__u128 cx__u128_add(cx__u128 a, cx__u128 b)
{
    cx__u128 r = {a.lo + b.lo, a.hi + b.hi};
    r.hi += r.lo < a.lo;
    return r;
}

CX__EVERYWHERE cx__u128 cx__u128_mul(cx__u128 a, cx__u128 b)
{
    cx__u128 p = cx__u128_mul64(a.lo, b.lo);
    p.hi += a.hi * b.lo + a.lo * b.hi;
    return p;
}

/* ---- PCG64, PCG64DXSM: a linear congruential step and a permuted output */

/** x -> times * x + plus: one step, or any number of them. */
typedef struct cx__affine {
    cx__u128 times, plus;
} cx__affine;

CX__EVERYWHERE cx__u128 cx__affine_apply(cx__affine f, cx__u128 x)
{
    return cx__u128_add(cx__u128_mul(f.times, x), f.plus);
}

/** First f, then g. */
CX__EVERYWHERE cx__affine cx__affine_after(cx__affine f, cx__affine g)
{
    const cx__affine r = {cx__u128_mul(g.times, f.times), cx__affine_apply(g, f.plus)};
    return r;
}

#define CX__DXSM_MULTIPLIER 0xda942042e4dd58b5u

/** The step of a PCG stream; seeding uses that of PCG64 for both. */
CX__EVERYWHERE cx__affine cx__pcg_step(int kind, const uint64_t increment[2])
{
    const cx__u128 full = {4865540595714422341u, 2549297995355413924u};
    const cx__u128 cheap = {CX__DXSM_MULTIPLIER, 0};
    const cx__affine r = {kind == CX_BITGEN_PCG64DXSM ? cheap : full, cx__u128_of(increment)};
    return r;
}

/** PCG64's word: of the state after its step. */
CX__EVERYWHERE uint64_t cx__pcg_output_xsl_rr(cx__u128 state)
{
    const uint64_t x = state.hi ^ state.lo;
    const unsigned turn = (unsigned)(state.hi >> 58);
    return (x >> turn) | (x << ((64 - turn) & 63));
}

/** PCG64DXSM's word: of the state before its step. */
CX__EVERYWHERE uint64_t cx__pcg_output_dxsm(cx__u128 state)
{
    uint64_t hi = state.hi;
    hi ^= hi >> 32;
    hi *= CX__DXSM_MULTIPLIER;
    hi ^= hi >> 48;
    return hi * (state.lo | 1);
}

/** delta steps at once. */
CX__EVERYWHERE void cx__pcg_skip(cx_bitgen *g, cx__u128 delta)
{
    cx__affine power = cx__pcg_step((int)g->kind, g->u.pcg.increment);
    cx__u128 state = cx__u128_of(g->u.pcg.state);
    while ((delta.lo | delta.hi) != 0) {
        if (delta.lo & 1) state = cx__affine_apply(power, state);
        power = cx__affine_after(power, power);
        delta.lo = delta.lo >> 1 | delta.hi << 63;
        delta.hi >>= 1;
    }
    g->u.pcg.state[0] = state.lo;
    g->u.pcg.state[1] = state.hi;
}

/* ---- Philox4x64-10: a counter encrypted, a block of four words for each */

CX__EVERYWHERE void cx__philox_add(uint64_t counter[4], const uint64_t delta[4])
{
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        const uint64_t partial = counter[i] + carry;
        const uint64_t sum = partial + delta[i];
        carry = (uint64_t)(partial < carry) + (uint64_t)(sum < partial);
        counter[i] = sum;
    }
}

CX__EVERYWHERE void cx__philox_add_blocks(uint64_t counter[4], uint64_t blocks)
{
    const uint64_t delta[4] = {blocks, 0, 0, 0};
    cx__philox_add(counter, delta);
}

/** The block of a counter whose lowest word is `ahead` further, carries not counted. */
CX__EVERYWHERE void cx__philox_block(const uint64_t counter[4], uint64_t ahead,
                                     const uint64_t key[2], uint64_t *out)
{
    uint64_t c0 = counter[0] + ahead, c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint64_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const cx__u128 p = cx__u128_mul64(0xd2e7470ee14c6c93u, c0);
        const cx__u128 q = cx__u128_mul64(0xca5a826395121157u, c2);
        c0 = q.hi ^ c1 ^ k0;
        c1 = q.lo;
        c2 = p.hi ^ c3 ^ k1;
        c3 = p.lo;
        k0 += 0x9e3779b97f4a7c15u;
        k1 += 0xbb67ae8584caa73bu;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/** Skip words: position says how many of buffer are used up. */
CX__EVERYWHERE void cx__philox_skip(cx_bitgen *g, uint64_t words)
{
    const uint64_t buffered = 4 - g->position;
    if (words <= buffered) {
        g->position += (uint32_t)words;
        return;
    }
    words -= buffered;
    cx__philox_add_blocks(g->u.philox.counter, words / 4);
    g->position = 4;
    if (words % 4 > 0) {
        cx__philox_add_blocks(g->u.philox.counter, 1);
        cx__philox_block(g->u.philox.counter, 0, g->u.philox.key, g->u.philox.buffer);
        g->position = (uint32_t)(words % 4);
    }
}

/* ---- any of the three */

CX__EVERYWHERE bool cx__bitgen_skips(const cx_bitgen *g)
{
    return g->kind == CX_BITGEN_PCG64 || g->kind == CX_BITGEN_PCG64DXSM ||
           g->kind == CX_BITGEN_PHILOX;
}

/** Skip 64-bit words; the kept half stays. */
CX__EVERYWHERE void cx__bitgen_skip(cx_bitgen *g, uint64_t words)
{
    const cx__u128 delta = {words, 0};
    if (g->kind == CX_BITGEN_PHILOX)
        cx__philox_skip(g, words);
    else
        cx__pcg_skip(g, delta);
}

/** The next 64-bit word. */
CX__EVERYWHERE uint64_t cx__bitgen_next(cx_bitgen *g)
{
    if (g->kind == CX_BITGEN_PHILOX) {
        cx__philox_skip(g, 1);
        return g->u.philox.buffer[g->position - 1];
    }
    const cx__u128 before = cx__u128_of(g->u.pcg.state);
    cx__bitgen_skip(g, 1);
    return g->kind == CX_BITGEN_PCG64 ? cx__pcg_output_xsl_rr(cx__u128_of(g->u.pcg.state))
                                      : cx__pcg_output_dxsm(before);
}

/** Skip 32-bit words: the kept half first, then halves, low ones first. */
CX__EVERYWHERE void cx__bitgen_skip32(cx_bitgen *g, uint64_t halves)
{
    if (halves > 0 && g->has_uint32) {
        g->has_uint32 = 0;
        g->uinteger = 0;
        halves--;
    }
    cx__bitgen_skip(g, halves / 2);
    if (halves % 2 > 0) {
        g->has_uint32 = 1;
        g->uinteger = (uint32_t)(cx__bitgen_next(g) >> 32);
    }
}
#endif
