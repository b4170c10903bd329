/* What becomes of a tree of histogram boosting once it is grown: its leaves' values go to the rows,
 * its nodes into the form of all trees. */
#include "learn/ensemble/hist_grow.h"

#include "base/alloc.h"
#include "base/object.h"
#include <math.h>
#include <string.h>

/* begin, end and value of the leaves' rows. */
typedef struct ranges {
    int64_t count, *begin, *end;
    double *value;
} ranges;

static cx_status raise_rows(const cx__hist_grower *g, ranges *r, bool follow, double *raw)
{
    r->count = 0;
    for (int64_t i = 0; i < g->nodes; i++) {
        const cx__hist_node *const n = &g->node[i];
        if (!cx__hist_is_leaf(n)) continue;
        r->begin[r->count] = follow ? n->from : n->begin;
        r->end[r->count] = follow ? n->to : n->end;
        r->value[r->count++] = n->value;
    }
    return g->site->trees->leaves(g->site->queue,
                                  &(cx_tree_leaves){.row = cx__at(g->row),
                                                    .leaves = r->count,
                                                    .begin = r->begin,
                                                    .end = r->end,
                                                    .value = r->value,
                                                    .raw = raw,
                                                    .stride = 1,
                                                    .first = follow ? g->bins->n : 0});
}

cx_status cx__hist_raise(const cx__hist_grower *g, double *raw, double *following)
{
    const int64_t leaves = (g->nodes + 1) / 2;
    int64_t *const range = cx__calloc((size_t)leaves * 2, sizeof *range);
    double *const value = cx__calloc((size_t)leaves, sizeof *value);
    cx_status st = range && value ? CX_OK : cx__fail_nomem("fit", "leaves", (size_t)leaves * 24);
    ranges r = {0, range, range != NULL ? range + leaves : NULL, value};
    if (st == CX_OK) st = raise_rows(g, &r, false, raw);
    if (st == CX_OK && g->bins->more > 0) st = raise_rows(g, &r, true, following);
    cx__free(range);
    cx__free(value);
    return st;
}

/* ---- into the form of all trees */
static void put_node(const cx__hist_grower *g, const cx__hist_node *n, cx__trees *t, int64_t at)
{
    const cx__hist_bins *const b = g->bins;
    const cx_tree_split *const s = &n->split;
    const bool leaf = cx__hist_is_leaf(n);
    t->left[at] = t->right[at] = -1;
    t->feature[at] = -2;
    t->threshold[at] = -2;
    t->missing_left[at] = false;
    t->impurity[at] = s->gain;
    t->samples[at] = (int32_t)(n->end - n->begin);
    t->weighted[at] = (double)(n->end - n->begin);
    t->value[at] = n->value;
    if (t->category != NULL) t->category[at] = -1;
    if (leaf) return;
    t->feature[at] = s->feature;
    t->missing_left[at] = s->missing_left != 0;
    if (s->categorical) {
        t->category[at] = (int32_t)t->bit_rows;
        uint32_t *const bits = t->bits + t->bit_rows++ * 8;
        memcpy(bits, s->bits, sizeof s->bits);
        bits[(b->bins - 1) / 32] &= ~((uint32_t)1 << ((b->bins - 1) % 32));
        return;
    }
    t->threshold[at] =
        s->bin == b->used[s->feature] - 1 ? INFINITY : b->edge[b->first[s->feature] + s->bin];
}

cx_status cx__hist_add(const cx__hist_grower *g, cx__trees *t)
{
    int64_t categorical = 0;
    for (int64_t i = 0; i < g->nodes; i++)
        categorical += !cx__hist_is_leaf(&g->node[i]) && g->node[i].split.categorical;
    CX__TRY(cx__trees_reserve(t, 1, g->nodes, categorical));
    /* nodes to come, with the parent whose right child
     * they are */
    struct next {
        int32_t node, parent;
    } *const stack = cx__calloc((size_t)g->nodes + 1, sizeof *stack);
    if (stack == NULL) return cx__fail_nomem("fit", "nodes", (size_t)g->nodes * sizeof *stack);
    const int64_t base = t->nodes;
    int64_t depth = 0, put = 0;
    stack[depth++] = (struct next){0, -1};
    while (depth > 0) {
        const struct next next = stack[--depth];
        const cx__hist_node *const n = &g->node[next.node];
        const int64_t at = base + put;
        put_node(g, n, t, at);
        if (next.parent >= 0) t->right[base + next.parent] = (int32_t)put;
        if (!cx__hist_is_leaf(n)) {
            t->left[at] = (int32_t)put + 1;
            stack[depth++] = (struct next){n->right, (int32_t)put};
            stack[depth++] = (struct next){n->left, -1};
        }
        put++;
    }
    cx__free(stack);
    t->nodes += g->nodes;
    t->start[++t->count] = t->nodes;
    return CX_OK;
}
