/* Bounded integers. Which method a range uses, and from which width of word, is part of the stream:
 * Lemire's multiplication for generators, masked rejection for the legacy stream; 64-bit results
 * with a small range come from 32-bit words, narrow results from the parts of one.
 * Source: D. Lemire, Fast random integer generation in an interval, ACM TOMACS 29 (2019). */
#include "draws.h"

#include "words.h"

#include <calx/random_words.h>
#include <string.h>

static uint64_t mask_of(uint64_t range)
{
    uint64_t mask = range;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    return mask;
}

/* Lemire: of the 2^b words, this many are surplus to a whole multiple of range + 1. */
static uint32_t surplus32(uint32_t range)
{
    return (UINT32_MAX - range) % (range + 1);
}

static uint64_t surplus64(uint64_t range)
{
    return (UINT64_MAX - range) % (range + 1);
}

static uint64_t bounded64(cx_bitgen *g, uint64_t range)
{
    const host_engine *const e = host_engine_of(g);
    const uint64_t surplus = surplus64(range);
    cx__u128 m;
    do {
        uint64_t word;
        e->fill64(g, 1, &word);
        m = cx__u128_mul64(word, range + 1);
    } while (m.lo < surplus);
    return m.hi;
}

uint64_t host_bounded(cx_bitgen *g, uint64_t range)
{
    const host_engine *const e = host_engine_of(g);
    if (range == 0) return 0;
    if (range == UINT64_MAX) {
        uint64_t word;
        e->fill64(g, 1, &word);
        return word;
    }
    if (range > UINT32_MAX) return bounded64(g, range);
    /* for all 2^32 words nothing is surplus, and the product's high half is the word itself */
    const uint32_t surplus = range == UINT32_MAX ? 0 : surplus32((uint32_t)range);
    uint64_t m;
    do {
        uint32_t word;
        e->fill32(g, 1, &word);
        m = word * (range + 1);
    } while ((uint32_t)m < surplus);
    return m >> 32;
}

/* n offsets in [0, range], range <= 2^32 - 1, from 32-bit words. Each word's value is stored and
 * counted if it is in range: up to half of the masked ones are not, and no branch predictor
 * foresees which. As in words.h no more words are fetched than values are missing. */
static void offsets32(cx_bitgen *g, uint32_t range, int64_t n, uint32_t *out)
{
    const host_engine *const e = host_engine_of(g);
    if (range == UINT32_MAX) {
        e->fill32(g, n, out);
        return;
    }
    const uint32_t mask = (uint32_t)mask_of(range), surplus = surplus32(range);
    uint32_t word[HOST_WORDS];
    for (int64_t i = 0; i < n;) {
        const int64_t count = n - i < HOST_WORDS ? n - i : HOST_WORDS;
        e->fill32(g, count, word);
        if (g->legacy) {
            for (int64_t k = 0; k < count; k++) {
                out[i] = word[k] & mask;
                i += out[i] <= range;
            }
        } else {
            for (int64_t k = 0; k < count; k++) {
                const uint64_t m = (uint64_t)word[k] * (range + 1);
                out[i] = (uint32_t)(m >> 32);
                i += (uint32_t)m >= surplus;
            }
        }
    }
}

static void offsets64(cx_bitgen *g, uint64_t range, int64_t n, uint64_t *out)
{
    const host_engine *const e = host_engine_of(g);
    if (range == UINT64_MAX) {
        e->fill64(g, n, out);
        return;
    }
    const uint64_t mask = mask_of(range), surplus = surplus64(range);
    uint64_t word[HOST_WORDS];
    for (int64_t i = 0; i < n;) {
        const int64_t count = n - i < HOST_WORDS ? n - i : HOST_WORDS;
        e->fill64(g, count, word);
        if (g->legacy) {
            for (int64_t k = 0; k < count; k++) {
                out[i] = word[k] & mask;
                i += out[i] <= range;
            }
        } else {
            for (int64_t k = 0; k < count; k++) {
                const cx__u128 m = cx__u128_mul64(word[k], range + 1);
                out[i] = m.hi;
                i += m.lo >= surplus;
            }
        }
    }
}

static void integers64(cx_bitgen *g, uint64_t low, uint64_t range, int64_t n, uint64_t *out)
{
    enum { BLOCK = 256 };
    if (range > UINT32_MAX) {
        offsets64(g, range, n, out);
        for (int64_t i = 0; i < n; i++) out[i] += low;
        return;
    }
    uint32_t offset[BLOCK];
    while (n > 0) {
        const int64_t count = n < BLOCK ? n : BLOCK;
        offsets32(g, (uint32_t)range, count, offset);
        for (int64_t i = 0; i < count; i++) out[i] = low + offset[i];
        out += count;
        n -= count;
    }
}

/* The next part of `bits` bits, lowest first; `certain` parts are sure to be asked for. */
static uint32_t next_part(host_words32 *w, host_parts *parts, int bits, int64_t certain)
{
    if (parts->left == 0) {
        const int64_t per_word = 32 / bits;
        parts->word = words32_next(w, (certain + per_word - 1) / per_word);
        parts->left = (int)per_word;
    }
    const uint32_t part = parts->word & ((1u << bits) - 1u);
    parts->word >>= bits;
    parts->left--;
    return part;
}

/* How an offset in [0, range] is made of a part of 8 or 16 bits: (part & mask) * factor, taken
 * when its low bits are at least `least` and what is above them at most `most`. */
typedef struct narrow {
    uint32_t mask, factor, low, least, most;
    int shift;
} narrow;

static narrow narrow_rule(bool legacy, int bits, uint32_t range)
{
    const uint32_t top = (1u << bits) - 1u;
    if (legacy || range == top) return (narrow){(uint32_t)mask_of(range), 1, 0, 0, range, 0};
    return (narrow){top, range + 1, top, (top - range) % (range + 1), range, bits};
}

/* Parts are tried in turn, stored, and counted if taken: rejections cost no misprediction. */
static void integers16(host_words32 *w, uint64_t low, uint32_t range, host_parts *parts, int64_t n,
                       uint16_t *out)
{
    const narrow rule = narrow_rule(w->g->legacy, 16, range);
    for (int64_t i = 0; i < n;) {
        const uint32_t m = (next_part(w, parts, 16, n - i) & rule.mask) * rule.factor;
        out[i] = (uint16_t)(low + (m >> rule.shift));
        i += ((m & rule.low) >= rule.least) & (m >> rule.shift <= rule.most);
    }
}

static void integers8(host_words32 *w, uint64_t low, uint32_t range, host_parts *parts, int64_t n,
                      uint8_t *out)
{
    const narrow rule = narrow_rule(w->g->legacy, 8, range);
    for (int64_t i = 0; i < n;) {
        const uint32_t m = (next_part(w, parts, 8, n - i) & rule.mask) * rule.factor;
        out[i] = (uint8_t)(low + (m >> rule.shift));
        i += ((m & rule.low) >= rule.least) & (m >> rule.shift <= rule.most);
    }
}

static void integers1(host_words32 *w, host_parts *parts, int64_t n, uint8_t *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = (uint8_t)next_part(w, parts, 1, n - i);
}

static void constant(int bits, uint64_t low, int64_t n, void *out)
{
    if (bits == 64) {
        for (int64_t i = 0; i < n; i++) ((uint64_t *)out)[i] = low;
    } else if (bits == 32) {
        for (int64_t i = 0; i < n; i++) ((uint32_t *)out)[i] = (uint32_t)low;
    } else if (bits == 16) {
        for (int64_t i = 0; i < n; i++) ((uint16_t *)out)[i] = (uint16_t)low;
    } else {
        memset(out, (int)(low & 0xff), (size_t)n);
    }
}

void host_integers(cx_bitgen *g, int bits, uint64_t low, uint64_t range, host_parts *parts,
                   int64_t n, void *out)
{
    if (range == 0) { /* draws nothing */
        constant(bits, low, n, out);
        return;
    }
    if (bits == 64) {
        integers64(g, low, range, n, out);
        return;
    }
    if (bits == 32) {
        offsets32(g, (uint32_t)range, n, out);
        for (int64_t i = 0; i < n; i++) ((uint32_t *)out)[i] += (uint32_t)low;
        return;
    }
    host_words32 w;
    words32_open(&w, g);
    if (bits == 16)
        integers16(&w, low, (uint32_t)range, parts, n, out);
    else if (bits == 8)
        integers8(&w, low, (uint32_t)range, parts, n, out);
    else
        integers1(&w, parts, n, out);
}
