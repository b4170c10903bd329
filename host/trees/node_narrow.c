/* The rows of one node sorted by one feature whose codes have sixteen bits: an element is code and
 * mark in 32 bits, so that a column fits a near cache and two passes of eight bits sort it. Which
 * row an element is of is not kept: rows of one code are as good as each other. */
#include "trees/fast.h"
#include <string.h>

enum { PLACES = 256 };

void host_load_narrow(const tree_grower *w, int32_t feature, uint32_t *out)
{
    const uint16_t *const code = w->t->narrow + feature * w->t->n, *const mark = w->fast.mark;
    const int32_t *const rows = w->rows + w->c.start;
    const int64_t m = w->c.end - w->c.start;
    for (int64_t i = 0; i < m; i++) out[i] = (uint32_t)code[rows[i]] << 16 | mark[rows[i]];
}

void host_sort_narrow(const tree_fast *f, uint32_t *e, int64_t m, uint32_t *out)
{
    if (m <= HOST_TREE_SMALL) {
        f->pairs->sort_small(e, m, out);
        return;
    }
    uint32_t low[PLACES] = {0}, high[PLACES] = {0};
    for (int64_t i = 0; i < m; i++) {
        low[(e[i] >> 16) & 255]++;
        high[e[i] >> 24]++;
    }
    f->pairs->places(low);
    f->pairs->places(high);
    for (int64_t i = 0; i < m; i++) out[low[(e[i] >> 16) & 255]++] = e[i];
    for (int64_t i = 0; i < m; i++) e[high[out[i] >> 24]++] = out[i];
    memcpy(out, e, (size_t)m * sizeof *e);
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
    const uint32_t gap = above - below;
    if (gap >= w->t->step[feature]) return true;
    if (gap <= 1) return false; /* the same, or neighbours in the column that are near */
    return !(host_tree_value(w->t, feature, host_narrow_row(w, feature, above)) <=
             host_tree_value(w->t, feature, host_narrow_row(w, feature, below)) + HOST_TREE_NEAR);
}
