/* What all engines share: the table of them, seeding, jumping, and 32-bit words as halves.
 * Knows no engine's state layout. */
#include "bitgen.h"

#include <calx/random_words.h>
#include <string.h>

static const host_engine *const engines[CX_BITGEN_KINDS] = {
    [CX_BITGEN_PCG64] = &host_engine_pcg64,     [CX_BITGEN_PCG64DXSM] = &host_engine_pcg64dxsm,
    [CX_BITGEN_PHILOX] = &host_engine_philox,   [CX_BITGEN_SFC64] = &host_engine_sfc64,
    [CX_BITGEN_MT19937] = &host_engine_mt19937,
};

const host_engine *host_engine_of(const cx_bitgen *g)
{
    return engines[g->kind];
}

const host_engine *host_engine_of_kind(int kind)
{
    return engines[kind];
}

void host_bitgen_seed(cx_bitgen *g, cx_bitgen_kind kind, const uint64_t *words)
{
    memset(g, 0, sizeof *g);
    g->kind = (uint32_t)kind;
    engines[kind]->seed(g, words);
}

bool host_bitgen_advance(cx_bitgen *g, const uint64_t delta[4])
{
    const host_engine *const e = host_engine_of(g);
    if (!e->advance) return false;
    e->advance(g, delta);
    return true;
}

bool host_bitgen_jump(cx_bitgen *g, uint64_t jumps)
{
    const host_engine *const e = host_engine_of(g);
    uint64_t delta[4], carry = 0;
    if (e->jump_once) {
        g->has_gauss = 0;
        g->gauss = 0.0;
        while (jumps-- > 0) e->jump_once(g);
        return true;
    }
    for (int i = 0; i < 4; i++) {
        const cx__u128 p = cx__u128_add(cx__u128_mul64(e->jump[i], jumps), (cx__u128){carry, 0});
        delta[i] = p.lo;
        carry = p.hi;
    }
    return host_bitgen_advance(g, delta);
}

void host_fill32_halves(cx_bitgen *g, int64_t n, uint32_t *out)
{
    enum { BLOCK = 256 };
    const host_engine *const e = host_engine_of(g);
    if (n > 0 && g->has_uint32) {
        *out++ = g->uinteger;
        g->has_uint32 = 0;
        g->uinteger = 0;
        n--;
    }
    while (n > 0) {
        uint64_t word[BLOCK];
        const int64_t words = n > 2 * BLOCK ? BLOCK : (n + 1) / 2;
        e->fill64(g, words, word);
        const int64_t pairs = n / 2 < words ? n / 2 : words;
        for (int64_t i = 0; i < pairs; i++) {
            out[2 * i] = (uint32_t)word[i];
            out[2 * i + 1] = (uint32_t)(word[i] >> 32);
        }
        if (pairs < words) { /* an odd count: the last word's high half waits for the next call */
            out[2 * pairs] = (uint32_t)word[pairs];
            g->has_uint32 = 1;
            g->uinteger = (uint32_t)(word[pairs] >> 32);
            return;
        }
        out += 2 * pairs;
        n -= 2 * pairs;
    }
}
