/* PCG64 and PCG64DXSM: a 128-bit linear congruential generator with a permuted output.
 * The recurrence is affine, so four lanes that each step by four give the same words in the same
 * order, with four multiplications in flight instead of one. Knows nothing of distributions.
 * Source: M. O'Neill, PCG: a family of simple fast space-efficient generators, 2014. */
#include "bitgen.h"
#include "wide.h"

#define PCG_MULTIPLIER ((host_u128){4865540595714422341u, 2549297995355413924u})
#define DXSM_MULTIPLIER 0xda942042e4dd58b5u

enum { LANES = 4 };

typedef struct affine {
    host_u128 times, plus;
} affine; /* x -> times * x + plus */

static host_u128 apply(affine f, host_u128 x)
{
    return u128_add(u128_mul(f.times, x), f.plus);
}

static affine after(affine f, affine g)
{
    return (affine){u128_mul(g.times, f.times), apply(g, f.plus)};
}

static host_u128 load(const uint64_t word[2])
{
    return (host_u128){word[0], word[1]};
}

static void store(uint64_t word[2], host_u128 x)
{
    word[0] = x.lo;
    word[1] = x.hi;
}

static uint64_t output_xsl_rr(host_u128 state)
{
    const uint64_t x = state.hi ^ state.lo;
    const unsigned turn = (unsigned)(state.hi >> 58);
    return (x >> turn) | (x << ((64 - turn) & 63));
}

static uint64_t output_dxsm(host_u128 state)
{
    uint64_t hi = state.hi;
    hi ^= hi >> 32;
    hi *= DXSM_MULTIPLIER;
    hi ^= hi >> 48;
    return hi * (state.lo | 1);
}

/* Both variants are seeded with the full multiplier. */
static void pcg_seed(cx_bitgen *g, const uint64_t *words)
{
    const host_u128 start = {words[1], words[0]};
    const host_u128 sequence = {words[3], words[2]};
    const host_u128 increment = {(sequence.lo << 1) | 1, (sequence.hi << 1) | (sequence.lo >> 63)};
    const affine step = {PCG_MULTIPLIER, increment};
    store(g->u.pcg.increment, increment);
    store(g->u.pcg.state, apply(step, u128_add(increment, start)));
}

static void skip(cx_bitgen *g, host_u128 multiplier, host_u128 delta)
{
    affine power = {multiplier, load(g->u.pcg.increment)};
    affine total = {{1, 0}, {0, 0}};
    for (; delta.lo | delta.hi; delta.lo = delta.lo >> 1 | delta.hi << 63, delta.hi >>= 1) {
        if (delta.lo & 1) total = after(total, power);
        power = after(power, power);
    }
    store(g->u.pcg.state, apply(total, load(g->u.pcg.state)));
}

static void forget_half(cx_bitgen *g)
{
    g->has_uint32 = 0;
    g->uinteger = 0;
}

static void pcg64_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    const affine step = {PCG_MULTIPLIER, load(g->u.pcg.increment)};
    host_u128 state = load(g->u.pcg.state);
    int64_t i = 0;
    if (n >= 4 * LANES) {
        const affine two = after(step, step), four = after(two, two);
        host_u128 a = apply(step, state), b = apply(two, state);
        host_u128 c = apply(two, a), d = apply(two, b);
        for (;; i += LANES) {
            out[i] = output_xsl_rr(a);
            out[i + 1] = output_xsl_rr(b);
            out[i + 2] = output_xsl_rr(c);
            out[i + 3] = output_xsl_rr(d);
            if (i + 2 * LANES > n) break;
            a = apply(four, a);
            b = apply(four, b);
            c = apply(four, c);
            d = apply(four, d);
        }
        i += LANES;
        state = d;
    }
    for (; i < n; i++) {
        state = apply(step, state);
        out[i] = output_xsl_rr(state);
    }
    store(g->u.pcg.state, state);
}

static void pcg64_advance(cx_bitgen *g, const uint64_t delta[4])
{
    skip(g, PCG_MULTIPLIER, load(delta));
    forget_half(g);
}

static void pcg64_skip(cx_bitgen *g, uint64_t words)
{
    skip(g, PCG_MULTIPLIER, (host_u128){words, 0});
}

static void dxsm_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    const affine step = {{DXSM_MULTIPLIER, 0}, load(g->u.pcg.increment)};
    host_u128 state = load(g->u.pcg.state);
    for (int64_t i = 0; i < n; i++) {
        out[i] = output_dxsm(state);
        state = apply(step, state);
    }
    store(g->u.pcg.state, state);
}

static void dxsm_advance(cx_bitgen *g, const uint64_t delta[4])
{
    skip(g, (host_u128){DXSM_MULTIPLIER, 0}, load(delta));
    forget_half(g);
}

static void dxsm_skip(cx_bitgen *g, uint64_t words)
{
    skip(g, (host_u128){DXSM_MULTIPLIER, 0}, (host_u128){words, 0});
}

const host_engine host_engine_pcg64 = {
    .name = "PCG64",
    .seed_words = 4,
    .seed = pcg_seed,
    .fill64 = pcg64_fill64,
    .fill32 = host_fill32_halves,
    .advance = pcg64_advance,
    .skip = pcg64_skip,
    .jump = {0xf39cc0605cedc835u, 0x9e3779b97f4a7c15u},
};

const host_engine host_engine_pcg64dxsm = {
    .name = "PCG64DXSM",
    .seed_words = 4,
    .seed = pcg_seed,
    .fill64 = dxsm_fill64,
    .fill32 = host_fill32_halves,
    .advance = dxsm_advance,
    .skip = dxsm_skip,
    .jump = {0xf39cc0605cedc835u, 0x9e3779b97f4a7c15u},
};
