/* MT19937, the Mersenne twister: 624 words are replaced at once, then handed out tempered.
 * The one engine whose native word has 32 bits: a 64-bit word is two of them, first one high.
 * Source: Matsumoto and Nishimura, ACM TOMACS 8 (1998); seeding by array from their 2002 note. */
#include "bitgen.h"
#include "kernels.h"

#include <string.h>

enum { N = CX_MT19937_WORDS };

static void mt19937_fill32(cx_bitgen *g, int64_t n, uint32_t *out)
{
    const host_random_kernels *const loops = HOST_PICK(host_random_loops);
    while (n > 0) {
        if (g->position == N) {
            loops->mt_regenerate(g->u.mt.key);
            g->position = 0;
        }
        const int64_t left = N - (int64_t)g->position;
        const int64_t count = n < left ? n : left;
        loops->mt_temper(g->u.mt.key + g->position, count, out);
        g->position += (uint32_t)count;
        out += count;
        n -= count;
    }
}

static void mt19937_fill64(cx_bitgen *g, int64_t n, uint64_t *out)
{
    enum { BLOCK = 256 };
    uint32_t half[2 * BLOCK];
    while (n > 0) {
        const int64_t count = n < BLOCK ? n : BLOCK;
        mt19937_fill32(g, 2 * count, half);
        for (int64_t i = 0; i < count; i++)
            out[i] = ((uint64_t)half[2 * i] << 32) | half[2 * i + 1];
        out += count;
        n -= count;
    }
}

/* From a seed sequence: one word of the first block counts as used. */
static void mt19937_seed(cx_bitgen *g, const uint64_t *words)
{
    for (int i = 0; i < N / 2; i++) {
        g->u.mt.key[2 * i] = (uint32_t)words[i];
        g->u.mt.key[2 * i + 1] = (uint32_t)(words[i] >> 32);
    }
    g->u.mt.key[0] = 0x80000000u;
    g->position = N - 1;
}

void host_legacy_seed(cx_bitgen *g, uint32_t seed)
{
    memset(g, 0, sizeof *g);
    g->kind = CX_BITGEN_MT19937;
    g->legacy = 1;
    g->position = N;
    uint32_t *const key = g->u.mt.key;
    key[0] = seed;
    for (uint32_t i = 1; i < N; i++) key[i] = 1812433253u * (key[i - 1] ^ (key[i - 1] >> 30)) + i;
}

void host_legacy_seed_array(cx_bitgen *g, const uint32_t *words, size_t n)
{
    host_legacy_seed(g, 19650218u);
    uint32_t *const key = g->u.mt.key;
    uint32_t i = 1;
    size_t j = 0;
    for (size_t k = n > N ? n : N; k > 0; k--) {
        key[i] = (key[i] ^ ((key[i - 1] ^ (key[i - 1] >> 30)) * 1664525u)) + words[j] + (uint32_t)j;
        if (++i == N) {
            key[0] = key[N - 1];
            i = 1;
        }
        if (++j == n) j = 0;
    }
    for (int k = N - 1; k > 0; k--) {
        key[i] = (key[i] ^ ((key[i - 1] ^ (key[i - 1] >> 30)) * 1566083941u)) - i;
        if (++i == N) {
            key[0] = key[N - 1];
            i = 1;
        }
    }
    key[0] = 0x80000000u;
}

/* ---- jumping: the state's words, from `position` on and round, are a vector that one step of the
 * recurrence maps to the next. A power of the map is a polynomial in it, evaluated by Horner's
 * scheme. In the middle of a block this is the reference's jump rather than 2^128 steps: the words
 * behind position are the used up ones, not the next ones.
 * Source: Haramoto, Matsumoto, Nishimura, Panneton and L'Ecuyer, Efficient jump ahead for
 * F2-linear random number generators, INFORMS J. on Computing 20 (2008). */

static const uint32_t jump_polynomial[N] = {
#include "mt19937_jump.inc"
};

static void step_round(uint32_t *key, uint32_t *position)
{
    const uint32_t at = *position, next = at + 1 < N ? at + 1 : 0;
    const uint32_t middle = at + 397 < N ? at + 397 : at + 397 - N;
    const uint32_t y = (key[at] & 0x80000000u) | (key[next] & 0x7fffffffu);
    key[at] = key[middle] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    *position = next;
}

static void mt19937_jump(cx_bitgen *g)
{
    uint32_t start[2 * N]; /* twice, so that every rotation of it is a run */
    uint32_t at = g->position < N ? g->position : 0;
    for (uint32_t i = 0; i < N; i++) start[i] = start[i + N] = g->u.mt.key[(at + i) % N];
    int i = 32 * N - 1;
    while (!(jump_polynomial[i / 32] >> (i % 32) & 1)) i--;
    for (i--; i >= 0; i--) {
        step_round(g->u.mt.key, &at);
        if (!(jump_polynomial[i / 32] >> (i % 32) & 1)) continue;
        const uint32_t *const turned = start + N - at; /* the start's first word over key[at] */
        for (int j = 0; j < N; j++) g->u.mt.key[j] ^= turned[j];
    }
    g->position = at;
}

const host_engine host_engine_mt19937 = {
    .name = "MT19937",
    .seed_words = N / 2,
    .double_from_32 = true,
    .seed = mt19937_seed,
    .fill64 = mt19937_fill64,
    .fill32 = mt19937_fill32,
    .jump_once = mt19937_jump,
};
