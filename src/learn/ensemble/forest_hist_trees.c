/* Nodes of a group of trees in the form that all models of trees have: in the order of a walk that
 * goes left first, with impurities that follow from sums of squares. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/ensemble/forest_hist.h"
#include <math.h>
#include <string.h>

void cx__hist_group_free(cx__hist_group *g)
{
    cx__free(g->node);
    cx__free(g->sum);
    *g = (cx__hist_group){.trees = 0};
}

cx_status cx__hist_group_room(const cx__hist_words *w, int64_t nodes, cx__hist_group *g)
{
    if (nodes <= g->room) return CX_OK;
    const size_t room = (size_t)(2 * nodes), width = (size_t)w->channels * sizeof *g->sum;
    void *const node = cx__realloc(g->node, room * sizeof *g->node);
    if (node == NULL) return cx__fail_nomem("fit", "nodes", room * sizeof *g->node);
    g->node = node;
    void *const sum = cx__realloc(g->sum, room * width);
    if (sum == NULL) return cx__fail_nomem("fit", "nodes", room * width);
    g->sum = sum;
    g->room = (int64_t)room;
    return CX_OK;
}

/* Sums of squares of all nodes: the leaves' from their rows, parents' from their children, who
 * stand behind them. */
static cx_status squares_of(const cx__hist_words *w, const cx__hist_group *g, const int32_t *row,
                            double *squares)
{
    int64_t leaves = 0;
    int64_t *const begin = cx__calloc((size_t)g->nodes * 2, sizeof *begin), *const end =
                                                                                begin != NULL
                                                                                    ? begin +
                                                                                          g->nodes
                                                                                    : NULL;
    double *const own = cx__calloc((size_t)g->nodes, sizeof *own);
    cx_status st = begin != NULL && own != NULL
                       ? CX_OK
                       : cx__fail_nomem("fit", "squares", (size_t)g->nodes * 24);
    for (int64_t i = 0; st == CX_OK && i < g->nodes; i++) {
        if (g->node[i].left >= 0) continue;
        begin[leaves] = g->node[i].begin;
        end[leaves++] = g->node[i].end;
    }
    if (st == CX_OK) st = cx__hist_words_squares(w, row, leaves, begin, end, own);
    for (int64_t i = g->nodes - 1; st == CX_OK && i >= 0; i--) {
        const cx__hist_branch *const n = &g->node[i];
        squares[i] = n->left < 0 ? own[--leaves] : squares[n->left] + squares[n->right];
    }
    cx__free(begin);
    cx__free(own);
    return st;
}

typedef struct writer {
    const cx__hist_words *w;
    const cx__hist_bins *b;
    const cx__hist_group *g;
    const double *squares; /* [nodes] or NULL */
    int32_t *stack;        /* [2, nodes + 1] */
} writer;

static void put_node(const writer *p, int64_t node, cx__trees *t, int64_t at)
{
    const cx__hist_branch *const n = &p->g->node[node];
    const int64_t *const sum = p->g->sum + node * p->w->channels;
    const bool leaf = n->left < 0;
    t->left[at] = t->right[at] = -1;
    t->feature[at] = leaf ? -2 : n->feature;
    t->threshold[at] = -2;
    t->missing_left[at] = !leaf && n->missing_left;
    t->samples[at] = (int32_t)(n->end - n->begin);
    t->weighted[at] = cx__hist_words_hessian(p->w, sum);
    t->impurity[at] = cx__hist_words_impurity(p->w, sum, p->squares ? p->squares[node] : 0);
    cx__hist_words_value(p->w, sum, n->lower, n->upper, t->value + at * t->width);
    if (leaf) return;
    t->threshold[at] = n->bin == p->b->used[n->feature] - 1
                           ? INFINITY
                           : p->b->edge[p->b->first[n->feature] + n->bin];
}

static int64_t nodes_below(const writer *p, int32_t root)
{
    int64_t count = 0, depth = 0;
    p->stack[depth++] = root;
    while (depth > 0) {
        const cx__hist_branch *const n = &p->g->node[p->stack[--depth]];
        count++;
        if (n->left < 0) continue;
        p->stack[depth++] = n->right;
        p->stack[depth++] = n->left;
    }
    return count;
}

static cx_status put_tree(const writer *p, int32_t root, cx__trees *t)
{
    CX__TRY(cx__trees_reserve(t, 1, nodes_below(p, root), 0));
    const int64_t base = t->nodes;
    int32_t *const parent = p->stack + p->g->nodes + 1; /* whose right child comes */
    int64_t depth = 0, put = 0;
    p->stack[0] = root;
    parent[depth++] = -1;
    while (depth > 0) {
        const int32_t node = p->stack[--depth], above = parent[depth];
        const cx__hist_branch *const n = &p->g->node[node];
        put_node(p, node, t, base + put);
        if (above >= 0) t->right[base + above] = (int32_t)put;
        if (n->left >= 0) {
            t->left[base + put] = (int32_t)put + 1;
            p->stack[depth] = n->right;
            parent[depth++] = (int32_t)put;
            p->stack[depth] = n->left;
            parent[depth++] = -1;
        }
        put++;
    }
    t->nodes += put;
    t->start[++t->count] = t->nodes;
    return CX_OK;
}

static cx_status put_pruned(const writer *p, int32_t root, cx__trees *t)
{
    const cx__grow *const g = p->w->g;
    if (!(g->ccp_alpha > 0)) return put_tree(p, root, t);
    cx__trees whole = {.width = g->width};
    cx_status st = put_tree(p, root, &whole);
    if (st == CX_OK) st = cx__prune(g->where, &whole, 0, g->ccp_alpha, t, NULL);
    cx__trees_free(&whole);
    return st;
}

cx_status cx__hist_group_add(const cx__hist_words *w, const cx__hist_bins *b,
                             const cx__hist_group *g, const int32_t *row, cx__trees *out)
{
    const size_t n = (size_t)g->nodes + 1;
    int32_t *const stack = cx__calloc(n * 2, sizeof *stack);
    double *const squares = w->square != NULL ? cx__calloc(n, sizeof *squares) : NULL;
    cx_status st = stack != NULL && (squares != NULL || w->square == NULL)
                       ? CX_OK
                       : cx__fail_nomem("fit", "nodes", n * 16);
    if (st == CX_OK && squares != NULL) st = squares_of(w, g, row, squares);
    const writer p = {w, b, g, squares, stack};
    for (int32_t t = 0; st == CX_OK && t < g->trees; t++) st = put_pruned(&p, t, out);
    cx__free(stack);
    cx__free(squares);
    return st;
}
