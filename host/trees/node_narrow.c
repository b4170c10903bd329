/* The rows of one node sorted by one feature whose codes have sixteen bits: an element is code and
 * mark in 32 bits, so that a column fits a near cache and two passes of eight bits sort it. Which
 * row an element is of is not kept: rows of one code are as good as each other. */
#include "trees/fast.h"
#include <string.h>

enum { PLACES = 256 };

static void sums(uint32_t *at)
{
    uint32_t sum = 0;
    for (int c = 0; c < PLACES; c++) {
        const uint32_t here = at[c];
        at[c] = sum;
        sum += here;
    }
}

void host_sort_narrow(const tree_grower *w, int64_t start, int64_t end, int32_t feature,
                      uint32_t *out)
{
    const uint16_t *const code = w->t->narrow + feature * w->t->n, *const mark = w->fast.mark;
    const int32_t *const rows = w->rows + start;
    const int64_t m = end - start;
    uint32_t *const spare = (uint32_t *)(void *)w->fast.spare;
    if (m <= HOST_TREE_SMALL) {
        for (int64_t i = 0; i < m; i++) spare[i] = (uint32_t)code[rows[i]] << 16 | mark[rows[i]];
        w->fast.pairs->sort_small(spare, m, out);
        return;
    }
    uint32_t low[PLACES] = {0}, high[PLACES] = {0};
    for (int64_t i = 0; i < m; i++) {
        const uint32_t c = code[rows[i]];
        out[i] = c << 16 | mark[rows[i]];
        low[c & 255]++;
        high[c >> 8]++;
    }
    sums(low);
    sums(high);
    for (int64_t i = 0; i < m; i++) spare[low[(out[i] >> 16) & 255]++] = out[i];
    for (int64_t i = 0; i < m; i++) out[high[spare[i] >> 24]++] = spare[i];
}

int32_t host_narrow_row(const tree_grower *w, int32_t feature, uint32_t code)
{
    const uint16_t *const column = w->t->narrow + feature * w->t->n;
    int64_t i = w->c.start;
    while (column[w->rows[i]] != code) i++;
    return w->rows[i];
}

bool host_narrow_apart(const tree_grower *w, int32_t feature, uint32_t below, uint32_t above)
{
    if (below == above) return false;
    if (above - below >= w->t->step[feature]) return true;
    const float *const x = w->t->x + feature * w->t->n;
    return !(x[host_narrow_row(w, feature, above)] <=
             x[host_narrow_row(w, feature, below)] + HOST_TREE_NEAR);
}
