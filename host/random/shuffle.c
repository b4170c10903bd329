/* Permutations and samples without replacement, on indices: rows are moved by whoever asked.
 * Shuffling uses masked rejection, sampling uses Lemire's method; both as in NumPy.
 * Source: Fisher and Yates; Floyd in Bentley, Programming Pearls, CACM 30 (1987). */
#include "draws.h"

#include "words.h"

static void swap(int64_t *a, int64_t *b)
{
    const int64_t t = *a;
    *a = *b;
    *b = t;
}

/* Indices above this one need the whole mask. */
static int64_t below_mask(uint64_t mask)
{
    return (int64_t)(mask >> 1);
}

static uint64_t mask_of(uint64_t max)
{
    uint64_t mask = max;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    return mask;
}

/* From the top down, i changes places with one of [0, i]. A masked word above i moves nothing and
 * leaves i: up to half of them are such, so that is arithmetic and no branch. */
void host_shuffle(cx_bitgen *g, int64_t n, int64_t *index)
{
    const int64_t narrow_top = (int64_t)UINT32_MAX;
    int64_t i = n - 1;
    if (i > narrow_top) {
        host_words64 w;
        words64_open(&w, g);
        while (i > narrow_top) {
            const uint64_t mask = mask_of((uint64_t)i);
            const int64_t stop = below_mask(mask) > narrow_top ? below_mask(mask) : narrow_top;
            while (i > stop) {
                const int64_t j = (int64_t)(words64_next(&w, i - narrow_top) & mask);
                const bool take = j <= i;
                swap(index + i, index + (take ? j : i));
                i -= take;
            }
        }
    }
    host_words32 w;
    words32_open(&w, g);
    while (i > 0) {
        const uint64_t mask = mask_of((uint64_t)i);
        const int64_t stop = below_mask(mask);
        while (i > stop) {
            const int64_t j = (int64_t)(words32_next(&w, i) & mask);
            const bool take = j <= i;
            swap(index + i, index + (take ? j : i));
            i -= take;
        }
    }
}

/* The next 32-bit word: for engines of 64-bit words a half of one, kept or new. */
static uint32_t next_half(cx_bitgen *g, const host_engine *e)
{
    uint64_t word;
    uint32_t half = g->uinteger;
    if (e->double_from_32) {
        e->fill32(g, 1, &half);
    } else if (g->has_uint32) {
        g->has_uint32 = 0;
        g->uinteger = 0;
    } else {
        e->fill64(g, 1, &word);
        g->has_uint32 = 1;
        g->uinteger = (uint32_t)(word >> 32);
        half = (uint32_t)word;
    }
    return half;
}

uint64_t host_interval(cx_bitgen *g, uint64_t max)
{
    const host_engine *const e = host_engine_of(g);
    const uint64_t mask = mask_of(max);
    uint64_t v = 0;
    if (max == 0) return 0;
    do {
        if (max > UINT32_MAX)
            e->fill64(g, 1, &v);
        else
            v = next_half(g, e);
        v &= mask;
    } while (v > max);
    return v;
}

bool host_choice_tail(int64_t n, int64_t k, bool shuffled)
{
    return n > 10000 && k > n / (shuffled ? 50 : 20);
}

int64_t host_choice_slots(int64_t k)
{
    int64_t slots = 16;
    while (slots < k + k / 5 + 1) slots *= 2;
    return slots;
}

/* Insert v into the open-addressed set; false if it was there. Empty slots are -1. */
static bool insert(int64_t *seen, int64_t mask, int64_t v)
{
    int64_t at = v & mask;
    while (seen[at] != -1) {
        if (seen[at] == v) return false;
        at = (at + 1) & mask;
    }
    seen[at] = v;
    return true;
}

static void swap_down(cx_bitgen *g, int64_t n, int64_t first, int64_t *index)
{
    for (int64_t i = n - 1; i >= first; i--) swap(index + i, index + host_bounded(g, (uint64_t)i));
}

void host_choice(cx_bitgen *g, int64_t n, int64_t k, bool shuffled, int64_t *index, int64_t *seen)
{
    if (host_choice_tail(n, k, shuffled)) {
        for (int64_t i = 0; i < n; i++) index[i] = i;
        swap_down(g, n, n - k > 1 ? n - k : 1, index);
        for (int64_t i = 0; i < k; i++) index[i] = index[n - k + i];
        return;
    }
    const int64_t slots = host_choice_slots(k);
    for (int64_t i = 0; i < slots; i++) seen[i] = -1;
    for (int64_t j = n - k; j < n; j++) {
        const int64_t v = (int64_t)host_bounded(g, (uint64_t)j);
        const bool fresh = insert(seen, slots - 1, v);
        index[j - (n - k)] = fresh ? v : j;
        if (!fresh) insert(seen, slots - 1, j);
    }
    if (shuffled) swap_down(g, k, 1, index);
}
