/* The rows of one node sorted by one feature, from the codes of its values: few rows by counting,
 * very many by picking them from the table's order, others by two digits that cut the codes' range
 * and then by insertion, which has little left to do unless the range is used unevenly. */
#include "trees/fast.h"
#include <string.h>

enum { DIGIT = 8, PLACES = 1 << DIGIT };

/* By the digits of the whole element that differ. */
static void by_digits(uint64_t *e, uint64_t *spare, int64_t m)
{
    uint64_t differ = 0;
    for (int64_t i = 1; i < m; i++) differ |= e[i] ^ e[0];
    uint64_t *from = e, *to = spare;
    for (int low = 0; low < 64; low += DIGIT) {
        if (((differ >> low) & (PLACES - 1)) == 0) continue;
        int64_t at[PLACES] = {0}, sum = 0;
        for (int64_t i = 0; i < m; i++) at[(from[i] >> low) & (PLACES - 1)]++;
        for (int c = 0; c < PLACES; c++) {
            const int64_t here = at[c];
            at[c] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < m; i++) to[at[(from[i] >> low) & (PLACES - 1)]++] = from[i];
        uint64_t *const swap = from;
        from = to;
        to = swap;
    }
    if (from != e) memcpy(e, from, (size_t)m * sizeof *e);
}

/* False if that takes too many steps: e is then as it has become. */
static bool insertion(uint64_t *e, int64_t m)
{
    int64_t steps = 0;
    for (int64_t i = 1; i < m && steps <= 8 * m; i++) {
        const uint64_t v = e[i];
        int64_t j = i;
        for (; j > 0 && e[j - 1] > v; j--) e[j] = e[j - 1];
        e[j] = v;
        steps += i - j;
    }
    return steps <= 8 * m;
}

static void pick(const tree_grower *w, int64_t start, int64_t m, int32_t feature, uint64_t *out)
{
    const int64_t n = w->t->n;
    const int32_t *const order = w->t->order + feature * n;
    const uint32_t *const code = w->t->code + feature * n;
    uint8_t *const member = w->fast.leaves_left;
    memset(member, 0, (size_t)n);
    for (int64_t i = 0; i < m; i++) member[w->rows[start + i]] = 1;
    int64_t k = 0;
    for (int64_t i = 0; k < m; i++) {
        const int32_t row = order[i];
        out[k] = element_of(&w->fast, code[row], row);
        k += member[row];
    }
}

static void sums(uint32_t *at)
{
    uint32_t sum = 0;
    for (int c = 0; c < PLACES; c++) {
        const uint32_t here = at[c];
        at[c] = sum;
        sum += here;
    }
}

/* Two digits of the codes above `low`, in a range of so many bits; e is overwritten. */
static void deal(uint64_t *e, uint64_t *out, int64_t m, uint32_t low, int bits)
{
    const int second = 32 + (bits > DIGIT ? bits - DIGIT : 0);
    const int first = second > 32 + DIGIT ? second - DIGIT : 32;
    const uint64_t base = (uint64_t)low << 32;
    uint32_t at[2][PLACES] = {{0}};
    for (int64_t i = 0; i < m; i++) {
        const uint64_t v = e[i] - base;
        at[0][(v >> first) & (PLACES - 1)]++;
        at[1][v >> second]++;
    }
    sums(at[0]);
    sums(at[1]);
    for (int64_t i = 0; i < m; i++) out[at[0][((e[i] - base) >> first) & (PLACES - 1)]++] = e[i];
    for (int64_t i = 0; i < m; i++) e[at[1][(out[i] - base) >> second]++] = out[i];
}

static void deal_once(const uint64_t *e, uint64_t *out, int64_t m, uint32_t low, int bits)
{
    const int shift = 32 + (bits > DIGIT ? bits - DIGIT : 0);
    const uint64_t base = (uint64_t)low << 32;
    uint32_t at[PLACES] = {0};
    for (int64_t i = 0; i < m; i++) at[(e[i] - base) >> shift]++;
    sums(at);
    for (int64_t i = 0; i < m; i++) out[at[(e[i] - base) >> shift]++] = e[i];
}

void host_sort_node(const tree_grower *w, int64_t start, int64_t end, int32_t feature,
                    uint64_t *out)
{
    const uint32_t *const code = w->t->code + feature * w->t->n;
    const int32_t *const rows = w->rows + start;
    const int64_t m = end - start;
    if (m > HOST_TREE_FEW && 2 * m >= w->t->n && w->t->order != NULL) {
        pick(w, start, m, feature, out);
        return;
    }
    uint64_t *const dealt = w->fast.spare;
    uint32_t low = UINT32_MAX, high = 0;
    for (int64_t i = 0; i < m; i++) {
        const uint32_t c = code[rows[i]];
        low = c < low ? c : low;
        high = c > high ? c : high;
        dealt[i] = element_of(&w->fast, c, rows[i]);
    }
    if (m <= HOST_TREE_FEW) {
        w->fast.loops->sort_few(dealt, m, out);
        return;
    }
    int bits = 0;
    while (bits < 32 && (high - low) >> bits != 0) bits++;
    if (m <= PLACES) {
        deal_once(dealt, out, m, low, bits);
        if (!insertion(out, m)) by_digits(out, dealt, m);
        return;
    }
    deal(dealt, out, m, low, bits);
    if (!insertion(dealt, m)) by_digits(dealt, out, m);
    memcpy(out, dealt, (size_t)m * sizeof *out);
}
