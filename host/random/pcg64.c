/* PCG64 and PCG64DXSM: a 128-bit linear congruential generator with a permuted output.
 * The recurrence is affine, so lanes that each step by their number give the same words in the same
 * order, with as many multiplications in flight: 32 in vectors (host/simd/random.c), or 4. Knows
 * nothing of distributions. Source: M. O'Neill, PCG: a family of simple fast space-efficient
 * generators, 2014. */
#include "bitgen.h"
#include "kernels.h"

#include <calx/random_words.h>

enum { LANES = 4 };

static void store(uint64_t word[2], cx__u128 x)
{
    word[0] = x.lo;
    word[1] = x.hi;
}

/* Both variants are seeded with the full multiplier. */
static void pcg_seed(cx_bitgen *g, const uint64_t *words)
{
    const cx__u128 start = {words[1], words[0]};
    const cx__u128 sequence = {words[3], words[2]};
    const cx__u128 increment = {(sequence.lo << 1) | 1, (sequence.hi << 1) | (sequence.lo >> 63)};
    store(g->u.pcg.increment, increment);
    const cx__affine step = cx__pcg_step(CX_BITGEN_PCG64, g->u.pcg.increment);
    store(g->u.pcg.state, cx__affine_apply(step, cx__u128_add(increment, start)));
}

static void forget_half(cx_bitgen *g)
{
    g->has_uint32 = 0;
    g->uinteger = 0;
}

static void pcg64_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    int64_t i =
        HOST_PICK(host_random_loops)->pcg64_words(g->u.pcg.state, g->u.pcg.increment, n, out);
    if (i == n) return;
    const cx__affine step = cx__pcg_step(CX_BITGEN_PCG64, g->u.pcg.increment);
    cx__u128 state = cx__u128_of(g->u.pcg.state);
    if (n - i >= 4 * LANES) {
        const cx__affine two = cx__affine_after(step, step), four = cx__affine_after(two, two);
        cx__u128 a = cx__affine_apply(step, state), b = cx__affine_apply(two, state);
        cx__u128 c = cx__affine_apply(two, a), d = cx__affine_apply(two, b);
        for (;; i += LANES) {
            out[i] = cx__pcg_output_xsl_rr(a);
            out[i + 1] = cx__pcg_output_xsl_rr(b);
            out[i + 2] = cx__pcg_output_xsl_rr(c);
            out[i + 3] = cx__pcg_output_xsl_rr(d);
            if (i + 2 * LANES > n) break;
            a = cx__affine_apply(four, a);
            b = cx__affine_apply(four, b);
            c = cx__affine_apply(four, c);
            d = cx__affine_apply(four, d);
        }
        i += LANES;
        state = d;
    }
    for (; i < n; i++) {
        state = cx__affine_apply(step, state);
        out[i] = cx__pcg_output_xsl_rr(state);
    }
    store(g->u.pcg.state, state);
}

static void pcg_advance(cx_bitgen *g, const uint64_t delta[4])
{
    cx__pcg_skip(g, cx__u128_of(delta));
    forget_half(g);
}

static void pcg_skip(cx_bitgen *g, uint64_t words)
{
    cx__bitgen_skip(g, words);
}

static void dxsm_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    const cx__affine step = cx__pcg_step(CX_BITGEN_PCG64DXSM, g->u.pcg.increment);
    cx__u128 state = cx__u128_of(g->u.pcg.state);
    for (int64_t i = 0; i < n; i++) {
        out[i] = cx__pcg_output_dxsm(state);
        state = cx__affine_apply(step, state);
    }
    store(g->u.pcg.state, state);
}

const host_engine host_engine_pcg64 = {
    .name = "PCG64",
    .seed_words = 4,
    .seed = pcg_seed,
    .fill64 = pcg64_fill64,
    .fill32 = host_fill32_halves,
    .advance = pcg_advance,
    .skip = pcg_skip,
    .jump = {0xf39cc0605cedc835u, 0x9e3779b97f4a7c15u},
};

const host_engine host_engine_pcg64dxsm = {
    .name = "PCG64DXSM",
    .seed_words = 4,
    .seed = pcg_seed,
    .fill64 = dxsm_fill64,
    .fill32 = host_fill32_halves,
    .advance = pcg_advance,
    .skip = pcg_skip,
    .jump = {0xf39cc0605cedc835u, 0x9e3779b97f4a7c15u},
};
