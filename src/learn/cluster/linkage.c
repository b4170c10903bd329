/* Trees by chains of nearest neighbours (Murtagh, Computational Statistics Quarterly 1, 1984; the
 * updates of distances are Lance and Williams').
 *
 * One idea: a chain in which each cluster is followed by its nearest ends in two that are nearest
 * to each other; these merge, and the chain before them stays good. */
#include "learn/cluster/linkage.h"

#include "base/alloc.h"
#include "base/threads.h"
#include <math.h>
#include <stdlib.h>

typedef struct joined {
    int64_t a, b, order; /* rows that stand for the two */
    double height;
} joined;

typedef struct chains {
    cx__linkage how;
    int64_t n;
    double *apart; /* distances of rows i < j, by rows */
    int64_t *size; /* [n]; 0: merged into another */
    int64_t *chain, length;
} chains;

static inline double *between(const chains *c, int64_t i, int64_t j)
{
    const int64_t a = i < j ? i : j, b = i < j ? j : i;
    return c->apart + a * c->n - a * (a + 1) / 2 + b - a - 1;
}

/* The cluster nearest to x; the one before it in the chain if no other is nearer. */
static int64_t nearest(const chains *c, int64_t x, double *least)
{
    int64_t at = c->length > 1 ? c->chain[c->length - 2] : -1;
    *least = at >= 0 ? *between(c, x, at) : (double)INFINITY;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->size[i] == 0 || i == x) continue;
        const double v = *between(c, x, i);
        if (v < *least) {
            *least = v;
            at = i;
        }
    }
    return at;
}

/* Distances from y after x has gone into it. */
static void merge_into(const chains *c, int64_t x, int64_t y, double least)
{
    const double nx = (double)c->size[x], ny = (double)c->size[y];
    c->size[y] += c->size[x];
    c->size[x] = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->size[i] == 0 || i == y) continue;
        double *const to = between(c, i, y);
        const double ni = (double)c->size[i], t = 1 / (nx + ny + ni), dx = *between(c, i, x),
                     dy = *to;
        *to =
            c->how == CX__LINK_COMPLETE ? (dx > dy ? dx : dy)
            : c->how == CX__LINK_AVERAGE
                ? (nx * dx + ny * dy) / (nx + ny)
                : sqrt((ni + nx) * t * dx * dx + (ni + ny) * t * dy * dy - ni * t * least * least);
    }
}

static void merge_all(chains *c, joined *out)
{
    for (int64_t k = 0; k < c->n - 1; k++) {
        int64_t x, y;
        double least;
        if (c->length == 0)
            for (c->length = 1, c->chain[0] = 0; c->size[c->chain[0]] == 0;) c->chain[0]++;
        for (;;) {
            x = c->chain[c->length - 1];
            y = nearest(c, x, &least);
            if (c->length > 1 && y == c->chain[c->length - 2]) break;
            c->chain[c->length++] = y;
        }
        c->length -= 2;
        out[k] = (joined){x < y ? x : y, x < y ? y : x, k, least};
        merge_into(c, out[k].a, out[k].b, least);
    }
}

static int by_height(const void *x, const void *y)
{
    const joined *const a = x, *const b = y;
    if (a->height != b->height) return a->height < b->height ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int64_t root_of(int64_t *parent, int64_t at)
{
    int64_t root = at;
    while (parent[root] != root) root = parent[root];
    while (parent[at] != root) {
        const int64_t up = parent[at];
        parent[at] = root;
        at = up;
    }
    return root;
}

/* Rows become the nodes that hold them. */
static void name_nodes(const joined *in, int64_t n, int64_t *parent, int64_t *merge, double *height)
{
    for (int64_t i = 0; i < 2 * n - 1; i++) parent[i] = i;
    for (int64_t k = 0; k < n - 1; k++) {
        const int64_t a = root_of(parent, in[k].a), b = root_of(parent, in[k].b);
        merge[2 * k] = a < b ? a : b;
        merge[2 * k + 1] = a < b ? b : a;
        height[k] = in[k].height;
        parent[a] = parent[b] = n + k;
    }
}

cx_status cx__linkage_tree(cx__linkage how, double *apart, int64_t n, int64_t *merge,
                           double *height)
{
    if (n < 2) return CX_OK;
    const size_t rows = (size_t)n;
    chains c = {.how = how, .n = n, .apart = apart};
    c.size = cx__alloc(4 * rows * sizeof *c.size);
    joined *const out = cx__alloc(rows * sizeof *out);
    const bool there = c.size && out;
    if (there) {
        c.chain = c.size + n;
        for (int64_t i = 0; i < n; i++) c.size[i] = 1;
        merge_all(&c, out);
        qsort(out, rows - 1, sizeof *out, by_height);
        name_nodes(out, n, c.size + 2 * n, merge, height);
    }
    cx__free(c.size);
    cx__free(out);
    return there ? CX_OK : cx__fail_nomem("fit", "a tree of clusters", rows * sizeof *out);
}

/* ---- distances of rows */
typedef struct pairs {
    const double *x;
    int64_t n, d;
    double *out;
} pairs;

static void pairs_of(void *ctx, int64_t lo, int64_t hi)
{
    const pairs *const p = ctx;
    const int64_t n = p->n, d = p->d;
    for (int64_t i = lo; i < hi; i++) {
        double *const to = p->out + i * n - i * (i + 1) / 2; /* of row i + 1 */
        for (int64_t j = i + 1; j < n; j++) {
            double square = 0;
            for (int64_t k = 0; k < d; k++) {
                const double t = p->x[i * d + k] - p->x[j * d + k];
                square += t * t;
            }
            to[j - i - 1] = sqrt(square);
        }
    }
}

cx_status cx__linkage_distances(const double *x, int64_t n, int64_t d, double *out)
{
    pairs p = {x, n, d, out};
    return cx__parallel_for(n, 32, pairs_of, &p);
}

cx_status cx__ward_tree(const double *x, int64_t n, int64_t d, int64_t *merge, double *height)
{
    const size_t count = (size_t)n * (size_t)(n - 1) / 2;
    if (n < 2) return CX_OK;
    double *const apart = cx__alloc(count * sizeof *apart);
    if (apart == NULL) return cx__fail_nomem("fit", "distances of rows", count * sizeof *apart);
    cx_status st = cx__linkage_distances(x, n, d, apart);
    if (st == CX_OK) st = cx__linkage_tree(CX__LINK_WARD, apart, n, merge, height);
    cx__free(apart);
    return st;
}

/* ---- the cut: a heap of the nodes that stand, the highest number on top, laid out as Python's
 * heapq does, since the places in it are the labels */
static void sift_up(int64_t *heap, int64_t from, int64_t at)
{
    const int64_t item = heap[at];
    for (; at > from; at = (at - 1) / 2) {
        const int64_t above = heap[(at - 1) / 2];
        if (item <= above) break;
        heap[at] = above;
    }
    heap[at] = item;
}

static void sink_top(int64_t *heap, int64_t count)
{
    const int64_t item = heap[0];
    int64_t at = 0;
    for (int64_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && heap[child] <= heap[child + 1]) child++;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
    sift_up(heap, 0, at);
}

cx_status cx__tree_cut(const int64_t *merge, int64_t n, int64_t k, int64_t *label)
{
    int64_t *const heap = cx__alloc((size_t)(k + 2 * n) * sizeof *heap), *const of = heap + k;
    if (heap == NULL) return cx__fail_nomem("fit", "labels", (size_t)(k + 2 * n) * sizeof *heap);
    int64_t count = 1;
    heap[0] = 2 * n - 2;
    while (count < k) {
        const int64_t *const child = merge + 2 * (heap[0] - n);
        heap[count++] = child[0];
        sift_up(heap, 0, count - 1);
        if (heap[0] > child[1]) { /* the top goes, its second child comes in */
            heap[0] = child[1];
            sink_top(heap, count);
        }
    }
    for (int64_t i = 0; i < 2 * n - 1; i++) of[i] = -1;
    for (int64_t i = 0; i < k; i++) of[heap[i]] = i;
    for (int64_t i = n - 2; i >= 0; i--) /* from the top down */
        for (int64_t s = 0; of[n + i] >= 0 && s < 2; s++) of[merge[2 * i + s]] = of[n + i];
    for (int64_t i = 0; i < n; i++) label[i] = of[i];
    cx__free(heap);
    return CX_OK;
}
