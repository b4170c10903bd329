/* Rows through trees. One idea: a row's sums grow tree by tree in their order, whatever block of
 * rows it stands in. */
#include "trees/trees.h"

#include <math.h>

static int32_t leaf_of(const cx_tree_walk *w, int64_t tree, const double *x)
{
    const cx_tree_node *node = w->node + w->root[tree];
    while (!(node->split & CX_TREE_LEAF)) {
        double v = x[node->split & CX_TREE_FEATURE];
        if (w->single) v = (double)(float)v;
        bool left = v <= node->threshold;
        if (isnan(v)) {
            left = (node->split & CX_TREE_MISSING_LEFT) != 0;
        } else if (node->split & CX_TREE_CATEGORICAL) {
            const uint32_t *const word = w->words + (int64_t)node->threshold;
            left = v >= 0 && v < 256 && (word[(int)v / 32] >> ((int)v % 32) & 1);
        }
        node = w->node + node->next + (left ? 0 : 1);
    }
    return node->next;
}

static void walk_rows(void *ctx, int64_t lo, int64_t hi)
{
    const cx_tree_walk *const w = ctx;
    for (int64_t i = lo; i < hi; i++)
        for (int64_t t = 0; t < w->trees; t++) {
            const int32_t leaf = leaf_of(w, t, w->x + i * w->d);
            if (w->leaf != NULL) w->leaf[i * w->trees + t] = leaf;
            if (w->out == NULL) continue;
            double *const out = w->out + (i * w->columns + t % w->columns) * w->width;
            const double *const value = w->value + leaf * w->width;
            for (int64_t c = 0; c < w->width; c++) out[c] += w->scale * value[c];
        }
}

cx_status host_trees_walk(cx_queue *q, const cx_tree_walk *w)
{
    (void)q;
    return host_core->parallel_for(w->n, 64, walk_rows, (void *)(uintptr_t)w);
}
