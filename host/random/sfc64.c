/* SFC64: a small chaotic generator with a counter, by C. Doty-Humphrey. It cannot skip ahead. */
#include "bitgen.h"

static void sfc64_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    uint64_t a = g->u.sfc.word[0], b = g->u.sfc.word[1];
    uint64_t c = g->u.sfc.word[2], counter = g->u.sfc.word[3];
    for (int64_t i = 0; i < n; i++) {
        const uint64_t sum = a + b + counter++;
        a = b ^ (b >> 11);
        b = c + (c << 3);
        c = ((c << 24) | (c >> 40)) + sum;
        out[i] = sum;
    }
    g->u.sfc.word[0] = a;
    g->u.sfc.word[1] = b;
    g->u.sfc.word[2] = c;
    g->u.sfc.word[3] = counter;
}

static void sfc64_seed(cx_bitgen *g, const uint64_t *words)
{
    enum { WARM_UP = 12 };
    uint64_t discarded[WARM_UP];
    for (int i = 0; i < 3; i++) g->u.sfc.word[i] = words[i];
    g->u.sfc.word[3] = 1;
    sfc64_fill64(g, WARM_UP, discarded);
}

const host_engine host_engine_sfc64 = {
    .name = "SFC64",
    .seed_words = 3,
    .seed = sfc64_seed,
    .fill64 = sfc64_fill64,
    .fill32 = host_fill32_halves,
};
