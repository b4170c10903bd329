/* The rows of one node sorted by one feature, from the codes of its values: few rows by insertion,
 * more by dealing them into about as many buckets as there are rows and insertion over all, and by
 * digits where the buckets come out too uneven. */
#include "trees/fast.h"
#include <string.h>

enum { FEW = 24, DEEP = 24, MOST_BITS = 16, DIGIT = 8 };

static void insertion(uint64_t *e, int64_t m)
{
    for (int64_t i = 1; i < m; i++) {
        const uint64_t v = e[i];
        int64_t j = i;
        for (; j > 0 && e[j - 1] > v; j--) e[j] = e[j - 1];
        e[j] = v;
    }
}

/* By the digits of the whole element that differ. */
static void by_digits(uint64_t *e, uint64_t *spare, int64_t m)
{
    uint64_t differ = 0;
    for (int64_t i = 1; i < m; i++) differ |= e[i] ^ e[0];
    uint64_t *from = e, *to = spare;
    for (int low = 0; low < 64; low += DIGIT) {
        if (((differ >> low) & 0xff) == 0) continue;
        int64_t at[1 << DIGIT] = {0}, sum = 0;
        for (int64_t i = 0; i < m; i++) at[(from[i] >> low) & 0xff]++;
        for (int c = 0; c < 1 << DIGIT; c++) {
            const int64_t here = at[c];
            at[c] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < m; i++) to[at[(from[i] >> low) & 0xff]++] = from[i];
        uint64_t *const swap = from;
        from = to;
        to = swap;
    }
    if (from != e) memcpy(e, from, (size_t)m * sizeof *e);
}

void host_sort_node(const tree_grower *w, int64_t start, int64_t end, int32_t feature,
                    uint64_t *out)
{
    const uint32_t *const code = w->t->code + feature * w->t->n;
    const int32_t *const rows = w->rows + start;
    const int64_t m = end - start;
    if (m <= FEW) {
        for (int64_t i = 0; i < m; i++) out[i] = (uint64_t)code[rows[i]] << 32 | (uint32_t)rows[i];
        insertion(out, m);
        return;
    }
    uint64_t *const dealt = w->fast.spare;
    uint32_t low = UINT32_MAX, high = 0;
    for (int64_t i = 0; i < m; i++) {
        const uint32_t c = code[rows[i]];
        low = c < low ? c : low;
        high = c > high ? c : high;
        dealt[i] = (uint64_t)c << 32 | (uint32_t)rows[i];
    }
    int bits = 5, shift = 0;
    while (bits < MOST_BITS && ((int64_t)1 << bits) < m) bits++;
    while (((high - low) >> shift) >> bits != 0) shift++;
    uint32_t *const at = w->fast.bucket, most = 0, sum = 0;
    memset(at, 0, sizeof *at << bits);
    for (int64_t i = 0; i < m; i++) at[(element_code(dealt[i]) - low) >> shift]++;
    for (int64_t b = 0; b < (int64_t)1 << bits; b++) {
        const uint32_t here = at[b];
        at[b] = sum;
        sum += here;
        most = here > most ? here : most;
    }
    if (most > DEEP) {
        memcpy(out, dealt, (size_t)m * sizeof *out);
        by_digits(out, dealt, m);
        return;
    }
    for (int64_t i = 0; i < m; i++) out[at[(element_code(dealt[i]) - low) >> shift]++] = dealt[i];
    insertion(out, m);
}
