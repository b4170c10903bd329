/* Philox4x64-10: a counter encrypted by ten rounds of multiply and exclusive-or.
 * Block i of the stream depends on the counter alone, so blocks are independent work.
 * Source: Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011. */
#include "bitgen.h"

#include <calx/random_words.h>
#include <string.h>

enum { BLOCK = 4 };

/* The next n blocks. Between carries into the counter's second word a block does not wait for the
 * one before it. */
static void next_blocks(cx_bitgen *g, int64_t n, uint64_t *out)
{
    uint64_t *const counter = g->u.philox.counter;
    for (int64_t done = 0; done < n;) {
        cx__philox_add_blocks(counter, 1);
        const uint64_t room = UINT64_MAX - counter[0];
        const int64_t left = n - done,
                      count = (uint64_t)left - 1 <= room ? left : (int64_t)room + 1;
        for (int64_t i = 0; i < count; i++)
            cx__philox_block(counter, (uint64_t)i, g->u.philox.key, out + BLOCK * (done + i));
        counter[0] += (uint64_t)count - 1;
        done += count;
    }
}

void host_philox_set(cx_bitgen *g, const uint64_t key[2], const uint64_t counter[4])
{
    memset(g, 0, sizeof *g);
    g->kind = CX_BITGEN_PHILOX;
    memcpy(g->u.philox.key, key, sizeof g->u.philox.key);
    memcpy(g->u.philox.counter, counter, sizeof g->u.philox.counter);
    g->position = BLOCK;
}

static void philox_seed(cx_bitgen *g, const uint64_t *words)
{
    static const uint64_t zero[4] = {0, 0, 0, 0};
    host_philox_set(g, words, zero);
}

static void philox_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    while (n > 0 && g->position < BLOCK) {
        *out++ = g->u.philox.buffer[g->position++];
        n--;
    }
    next_blocks(g, n / BLOCK, out);
    const int64_t rest = n % BLOCK;
    if (rest > 0) {
        next_blocks(g, 1, g->u.philox.buffer);
        memcpy(out + (n - rest), g->u.philox.buffer, (size_t)rest * sizeof *out);
        g->position = (uint32_t)rest;
    }
}

static void philox_advance(cx_bitgen *g, const uint64_t delta[4])
{
    cx__philox_add(g->u.philox.counter, delta);
    g->position = BLOCK;
    g->has_uint32 = 0;
    g->uinteger = 0;
}

static void philox_skip(cx_bitgen *g, uint64_t words)
{
    cx__bitgen_skip(g, words);
}

const host_engine host_engine_philox = {
    .name = "Philox",
    .seed_words = 2,
    .seed = philox_seed,
    .fill64 = philox_fill64,
    .fill32 = host_fill32_halves,
    .advance = philox_advance,
    .skip = philox_skip,
    .jump = {0, 0, 1, 0},
};
