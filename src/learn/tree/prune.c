/* Minimal cost-complexity pruning (Breiman et al., Classification and Regression Trees, 1984, ch.
 * 3; sklearn.tree, ccp_alpha): again and again the branch goes that lowers the impurity least for
 * each of its leaves.
 *
 * One idea: the weakest branch stands at the root of a tournament over the nodes, and a branch that
 * goes changes its ancestors only. The sums are added in the order of scikit-learn's, so the bits
 * are the same; of equal branches the one with the lowest number goes. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/tree/grow.h"
#include <float.h>
#include <string.h>

typedef struct pruner {
    const char *where;
    int64_t n, half; /* nodes; places of the tournament's leaves */
    const int32_t *left, *right;
    int32_t *parent, *leaves;
    double *own, *branch; /* impurity of the node as a leaf, and of the leaves below it */
    double *alpha;        /* [n]: DBL_MAX where nothing can be pruned */
    int32_t *winner;      /* [2 half]: -1 or the node of least alpha below this place */
    bool *leaf, *gone;    /* in the pruned tree */
} pruner;

static void pruner_free(pruner *p)
{
    cx__free(p->parent);
    cx__free(p->leaves);
    cx__free(p->own);
    cx__free(p->branch);
    cx__free(p->alpha);
    cx__free(p->winner);
    cx__free(p->leaf);
    cx__free(p->gone);
}

static cx_status pruner_new(const char *where, const cx__trees *t, int64_t index, pruner *p)
{
    const int64_t base = t->start[index], n = t->start[index + 1] - base;
    int64_t half = 1;
    while (half < n) half *= 2;
    const size_t count = (size_t)n;
    *p = (pruner){.where = where,
                  .n = n,
                  .half = half,
                  .left = t->left + base,
                  .right = t->right + base,
                  .parent = cx__calloc(count, sizeof *p->parent),
                  .leaves = cx__calloc(count, sizeof *p->leaves),
                  .own = cx__calloc(count, sizeof *p->own),
                  .branch = cx__calloc(count, sizeof *p->branch),
                  .alpha = cx__calloc(count, sizeof *p->alpha),
                  .winner = cx__calloc((size_t)half * 2, sizeof *p->winner),
                  .leaf = cx__calloc(count, sizeof *p->leaf),
                  .gone = cx__calloc(count, sizeof *p->gone)};
    if (p->parent && p->leaves && p->own && p->branch && p->alpha && p->winner && p->leaf &&
        p->gone)
        return CX_OK;
    pruner_free(p);
    return cx__fail_nomem(where, "pruning", count * sizeof *p->own);
}

/* ---- the tournament */
static int32_t better(const pruner *p, int32_t a, int32_t b)
{
    if (a < 0) return b;
    if (b < 0) return a;
    return p->alpha[b] < p->alpha[a] ? b : a; /* a has the lower number */
}

static void settle(pruner *p, int64_t place)
{
    p->winner[place] = better(p, p->winner[2 * place], p->winner[2 * place + 1]);
}

static void changed(pruner *p, int32_t node)
{
    const bool inner = !p->leaf[node] && !p->gone[node];
    if (inner) p->alpha[node] = (p->own[node] - p->branch[node]) / (p->leaves[node] - 1);
    p->winner[p->half + node] = inner && p->alpha[node] < DBL_MAX ? node : -1;
    for (int64_t at = (p->half + node) / 2; at > 0; at /= 2) settle(p, at);
}

/* ---- the tree as it was grown */
static void measure(pruner *p, const double *weighted, const double *impurity)
{
    p->parent[0] = -1;
    for (int64_t i = 0; i < p->n; i++) {
        p->own[i] = weighted[i] * impurity[i] / weighted[0];
        p->leaf[i] = p->left[i] < 0;
        if (p->leaf[i]) continue;
        p->parent[p->left[i]] = p->parent[p->right[i]] = (int32_t)i;
    }
    for (int64_t i = 0; i < p->n; i++) {
        if (!p->leaf[i]) continue;
        p->branch[i] = p->own[i];
        for (int32_t up = p->parent[i]; up >= 0; up = p->parent[up]) {
            p->branch[up] += p->own[i];
            p->leaves[up]++;
        }
    }
    for (int64_t i = 0; i < 2 * p->half; i++) p->winner[i] = -1;
    for (int64_t i = 0; i < p->n; i++) {
        if (p->leaf[i]) continue;
        p->alpha[i] = (p->own[i] - p->branch[i]) / (p->leaves[i] - 1);
        if (p->alpha[i] < DBL_MAX) p->winner[p->half + i] = (int32_t)i;
    }
    for (int64_t at = p->half - 1; at > 0; at--) settle(p, at);
}

/* The nodes below top are no more: a walk without a stack, by the parents. */
static void drop(pruner *p, int32_t top)
{
    int32_t at = top;
    for (;;) {
        const bool inner = !p->leaf[at];
        if (at != top) {
            p->gone[at] = true;
            if (inner) changed(p, at);
        }
        if (inner) {
            at = p->left[at];
            continue;
        }
        while (at != top && at == p->right[p->parent[at]]) at = p->parent[at];
        if (at == top) break;
        at = p->right[p->parent[at]];
    }
    p->leaf[top] = true;
    changed(p, top);
}

static void cut(pruner *p, int32_t top)
{
    const int32_t fewer = p->leaves[top] - 1;
    const double more = p->own[top] - p->branch[top];
    drop(p, top);
    p->leaves[top] = 0;
    p->branch[top] = p->own[top];
    for (int32_t up = p->parent[top]; up >= 0; up = p->parent[up]) {
        p->leaves[up] -= fewer;
        p->branch[up] += more;
        changed(p, up);
    }
}

/* ---- what is left */
/* Nodes that stay, in the order of a walk that goes left first: order [n], new numbers in moved. */
static cx_status number(const pruner *p, int32_t *order, int32_t *moved, int64_t *count)
{
    int32_t *const stack = cx__calloc((size_t)p->n + 1, sizeof *stack);
    if (stack == NULL) return cx__fail_nomem(p->where, "pruning", (size_t)p->n * sizeof *stack);
    int64_t depth = 1, kept = 0; /* the stack holds the root */
    while (depth > 0) {
        const int32_t i = stack[--depth];
        moved[i] = (int32_t)kept;
        order[kept++] = i;
        if (p->leaf[i]) continue;
        stack[depth++] = p->right[i];
        stack[depth++] = p->left[i];
    }
    for (int64_t i = 0; i < p->n; i++)
        if (p->gone[i]) moved[i] = moved[p->parent[i]];
    *count = kept;
    cx__free(stack);
    return CX_OK;
}

static void copy_node(const cx__trees *t, int64_t from, cx__trees *into, int64_t to)
{
    into->samples[to] = t->samples[from];
    into->impurity[to] = t->impurity[from];
    into->weighted[to] = t->weighted[from];
    memcpy(into->value + to * t->width, t->value + from * t->width,
           (size_t)t->width * sizeof *t->value);
    into->left[to] = into->right[to] = -1;
    into->feature[to] = -2;
    into->threshold[to] = -2;
    into->missing_left[to] = false;
    if (into->category != NULL) into->category[to] = -1;
}

static cx_status keep(const pruner *p, const cx__trees *t, int64_t base, cx__trees *into,
                      int32_t *order, int32_t *moved)
{
    int64_t kept = 0;
    CX__TRY(number(p, order, moved, &kept));
    if (into->count == 0) into->width = t->width;
    CX__TRY(cx__trees_reserve(into, 1, kept, 0));
    for (int64_t i = 0; i < kept; i++) {
        const int32_t old = order[i];
        const int64_t to = into->nodes + i;
        copy_node(t, base + old, into, to);
        if (p->leaf[old]) continue;
        into->left[to] = moved[p->left[old]];
        into->right[to] = moved[p->right[old]];
        into->feature[to] = t->feature[base + old];
        into->threshold[to] = t->threshold[base + old];
        into->missing_left[to] = t->missing_left[base + old];
    }
    into->nodes += kept;
    into->start[++into->count] = into->nodes;
    return CX_OK;
}

cx_status cx__prune(const char *where, const cx__trees *t, int64_t index, double alpha,
                    cx__trees *into, int32_t *moved)
{
    pruner p;
    CX__TRY(pruner_new(where, t, index, &p));
    const int64_t base = t->start[index];
    measure(&p, t->weighted + base, t->impurity + base);
    while (!p.leaf[0] && p.winner[1] >= 0 && !(alpha < p.alpha[p.winner[1]])) cut(&p, p.winner[1]);
    int32_t *const room = cx__calloc((size_t)p.n * 2, sizeof *room);
    cx_status st = room != NULL ? keep(&p, t, base, into, room, room + p.n)
                                : cx__fail_nomem(where, "pruning", (size_t)p.n * 2 * sizeof *room);
    if (st == CX_OK && moved != NULL) memcpy(moved, room + p.n, (size_t)p.n * sizeof *moved);
    cx__free(room);
    pruner_free(&p);
    return st;
}

cx_status cx__prune_path(const char *where, const cx__trees *t, int64_t index, double *alphas,
                         double *impurities, int64_t *count)
{
    pruner p;
    CX__TRY(pruner_new(where, t, index, &p));
    const int64_t base = t->start[index];
    measure(&p, t->weighted + base, t->impurity + base);
    alphas[0] = 0;
    impurities[0] = p.branch[0];
    *count = 1;
    while (!p.leaf[0] && p.winner[1] >= 0) {
        alphas[*count] = p.alpha[p.winner[1]];
        cut(&p, p.winner[1]);
        impurities[(*count)++] = p.branch[0];
    }
    pruner_free(&p);
    return CX_OK;
}
