/* Merging along the edges of a graph, as scikit-learn does it: see the header.
 *
 * One idea: the edges that may merge stand in a heap, the shortest on top. A node's neighbours are
 * those of the two that it came from, and the new edges go into the heap; edges of nodes that are
 * gone are passed over. Edges of one length leave a heap by how it was filled, so this one is laid
 * out as Python's; Ward's come by the numbers of their nodes as well. */
#include "learn/cluster/structured.h"

#include "base/alloc.h"
#include <math.h>
#include <stdlib.h>

typedef struct edge {
    double length;
    int64_t high, low;
} edge;
typedef struct neighbour {
    int64_t node;
    double apart;
} neighbour;
typedef struct list { /* by node */
    int64_t count, room;
    neighbour *at;
} list;

typedef struct merging {
    cx__linkage how;
    const cx__pair_rows *rows;
    int64_t n, nodes; /* there will be */
    list *near;       /* [nodes] */
    int64_t *size;    /* [nodes] rows of a node; 0: gone, or not yet there */
    double *sum;      /* [nodes, d]: of Ward's rows */
    edge *heap;
    int64_t count, room;
} merging;

/* ---- the heap */
static bool before(const merging *m, const edge *a, const edge *b)
{
    if (a->length != b->length || m->how != CX__LINK_WARD) return a->length < b->length;
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static void rise(const merging *m, int64_t from, int64_t at)
{
    const edge item = m->heap[at];
    for (; at > from; at = (at - 1) / 2) {
        if (!before(m, &item, &m->heap[(at - 1) / 2])) break;
        m->heap[at] = m->heap[(at - 1) / 2];
    }
    m->heap[at] = item;
}

/* To the bottom along the lesser of two, the second if they are alike, and up again. */
static void sink(const merging *m, int64_t from)
{
    const edge item = m->heap[from];
    int64_t at = from;
    for (int64_t child = 2 * at + 1; child < m->count; child = 2 * at + 1) {
        if (child + 1 < m->count && !before(m, &m->heap[child], &m->heap[child + 1])) child++;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = item;
    rise(m, from, at);
}

static cx_status grow(void **at, int64_t count, int64_t *room, size_t size)
{
    if (count < *room) return CX_OK;
    const int64_t more = *room < 8 ? 8 : 2 * *room;
    void *const p = cx__realloc(*at, (size_t)more * size);
    if (p == NULL) return cx__fail_nomem("fit", "edges between clusters", (size_t)more * size);
    *at = p;
    *room = more;
    return CX_OK;
}

static cx_status put(merging *m, double length, int64_t high, int64_t low)
{
    void *at = m->heap;
    CX__TRY(grow(&at, m->count, &m->room, sizeof *m->heap));
    m->heap = at;
    m->heap[m->count++] = (edge){length, high, low};
    return CX_OK;
}

static edge take(merging *m)
{
    const edge top = m->heap[0], last = m->heap[--m->count];
    if (m->count > 0) {
        m->heap[0] = last;
        sink(m, 0);
    }
    return top;
}

/* ---- nodes */
static cx_status add(list *l, int64_t node, double apart)
{
    void *at = l->at;
    CX__TRY(grow(&at, l->count, &l->room, sizeof *l->at));
    l->at = at;
    l->at[l->count++] = (neighbour){node, apart};
    return CX_OK;
}

/* How much the sum of squares grows when they merge. */
static double ward(const merging *m, int64_t a, int64_t b)
{
    const int64_t d = m->rows->d;
    const double na = (double)m->size[a], nb = (double)m->size[b];
    double sum = 0;
    for (int64_t k = 0; k < d; k++) {
        const double t = m->sum[a * d + k] / na - m->sum[b * d + k] / nb;
        sum += t * t;
    }
    return sum * (na * nb / (na + nb));
}

static double joined(const merging *m, const neighbour *a, double na, const neighbour *b, double nb)
{
    if (m->how == CX__LINK_AVERAGE) return (na * a->apart + nb * b->apart) / (na + nb);
    return a->apart > b->apart ? a->apart : b->apart;
}

/* The neighbours of both that still stand, by node. */
static cx_status join(merging *m, const edge *e, double na, double nb, list *out)
{
    const list *const a = &m->near[e->high], *const b = &m->near[e->low];
    int64_t i = 0, j = 0;
    while (i < a->count || j < b->count) {
        const int64_t p = i < a->count ? a->at[i].node : INT64_MAX,
                      q = j < b->count ? b->at[j].node : INT64_MAX, node = p < q ? p : q;
        const double apart = p < q   ? a->at[i].apart
                             : q < p ? b->at[j].apart
                                     : joined(m, &a->at[i], na, &b->at[j], nb);
        i += p == node;
        j += q == node;
        if (m->size[node] > 0) CX__TRY(add(out, node, apart));
    }
    return CX_OK;
}

static void forget(list *l)
{
    cx__free(l->at);
    *l = (list){.count = 0};
}

static cx_status merge_into(merging *m, const edge *e, int64_t node)
{
    const int64_t d = m->rows->d, high = e->high, low = e->low;
    const double na = (double)m->size[high], nb = (double)m->size[low];
    m->size[node] = m->size[high] + m->size[low];
    m->size[high] = m->size[low] = 0;
    for (int64_t k = 0; m->sum != NULL && k < d; k++)
        m->sum[node * d + k] = m->sum[high * d + k] + m->sum[low * d + k];
    list *const own = &m->near[node];
    CX__TRY(join(m, e, na, nb, own));
    for (int64_t i = 0; i < own->count; i++) {
        neighbour *const to = &own->at[i];
        if (m->sum != NULL) to->apart = ward(m, node, to->node);
        CX__TRY(add(&m->near[to->node], node, to->apart));
        CX__TRY(put(m, to->apart, node, to->node));
        rise(m, 0, m->count - 1);
    }
    forget(&m->near[high]);
    forget(&m->near[low]);
    return CX_OK;
}

static cx_status begin(merging *m, const cx__sparse *g)
{
    for (int64_t i = 0; i < m->n; i++) {
        m->size[i] = 1;
        for (int64_t k = 0; m->sum != NULL && k < m->rows->d; k++)
            m->sum[i * m->rows->d + k] = m->rows->x[i * m->rows->d + k];
    }
    for (int64_t i = 0; i < m->n; i++)
        for (int64_t e = g->start[i]; e < g->start[i + 1]; e++) {
            const int64_t j = g->index[e];
            const double apart = m->sum == NULL ? cx__pair_apart(m->rows, i, j)
                                 : j < i        ? ward(m, i, j)
                                                : 0; /* nobody looks at a neighbour's */
            CX__TRY(add(&m->near[i], j, apart));
            if (j < i) CX__TRY(put(m, apart, i, j));
        }
    for (int64_t i = m->count / 2 - 1; i >= 0; i--) sink(m, i);
    return CX_OK;
}

static cx_status merge_all(merging *m, int64_t *merge, double *height)
{
    for (int64_t node = m->n; node < m->nodes; node++) {
        edge e = take(m);
        while (m->size[e.high] == 0 || m->size[e.low] == 0) e = take(m);
        merge[2 * (node - m->n)] = e.low;
        merge[2 * (node - m->n) + 1] = e.high;
        height[node - m->n] = m->sum != NULL ? sqrt(2 * e.length) : e.length;
        CX__TRY(merge_into(m, &e, node));
        if (node % 1024 == 0) CX__TRY(cx__poll("fit"));
    }
    return CX_OK;
}

cx_status cx__structured_tree(cx__linkage how, const cx__pair_rows *r, const cx__sparse *graph,
                              int64_t merges, int64_t *merge, double *height)
{
    merging m = {.how = how, .rows = r, .n = r->n, .nodes = r->n + merges};
    const size_t nodes = (size_t)m.nodes;
    m.near = cx__calloc(nodes, sizeof *m.near);
    m.size = cx__calloc(nodes, sizeof *m.size);
    if (how == CX__LINK_WARD) m.sum = cx__calloc(nodes * (size_t)r->d, sizeof *m.sum);
    const bool there = m.near && m.size && (m.sum || how != CX__LINK_WARD);
    cx_status st =
        there ? begin(&m, graph) : cx__fail_nomem("fit", "clusters", nodes * sizeof *m.near);
    if (st == CX_OK) st = merge_all(&m, merge, height);
    for (int64_t i = 0; m.near != NULL && i < m.nodes; i++) forget(&m.near[i]);
    cx__free(m.near);
    cx__free(m.size);
    cx__free(m.sum);
    cx__free(m.heap);
    return st;
}

/* ---- single linkage */
static int by_length(const void *x, const void *y)
{
    const edge *const a = x, *const b = y;
    if (a->length != b->length) return a->length < b->length ? -1 : 1;
    if (a->low != b->low) return a->low < b->low ? -1 : 1;
    return (a->high > b->high) - (a->high < b->high);
}

static int64_t root_of(int64_t *parent, int64_t i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

cx_status cx__structured_single(const cx__pair_rows *r, const cx__sparse *graph, int64_t *merge,
                                double *height)
{
    const int64_t n = r->n;
    int64_t count = 0, node = n;
    edge *const e = cx__scope_room((size_t)graph->start[n] * sizeof *e);
    int64_t *const parent = cx__scope_room((size_t)(2 * n) * sizeof *parent);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++)
        for (int64_t g = graph->start[i]; g < graph->start[i + 1]; g++) {
            const int64_t j = graph->index[g];
            if (j > i) e[count++] = (edge){cx__pair_apart(r, i, j), j, i};
        }
    qsort(e, (size_t)count, sizeof *e, by_length);
    for (int64_t i = 0; i < 2 * n; i++) parent[i] = i;
    for (int64_t i = 0; i < count; i++) {
        const int64_t a = root_of(parent, e[i].low), b = root_of(parent, e[i].high);
        if (a == b) continue;
        merge[2 * (node - n)] = a;
        merge[2 * (node - n) + 1] = b;
        height[node - n] = e[i].length;
        parent[a] = parent[b] = node++;
    }
    return CX_OK;
}

/* ---- a tree that was left early */
cx_status cx__tree_heads(const int64_t *merge, int64_t n, int64_t merges, int64_t *label)
{
    const int64_t nodes = n + merges;
    int64_t *const head = cx__scope_room((size_t)nodes * sizeof *head), count = 0;
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < nodes; i++) head[i] = -1;
    for (int64_t k = 0; k < merges; k++) head[merge[2 * k]] = head[merge[2 * k + 1]] = n + k;
    for (int64_t i = 0; i < nodes; i++)
        if (head[i] < 0) head[i] = nodes + count++; /* a label, told from a node */
    for (int64_t i = nodes - 1; i >= 0; i--)
        if (head[i] < nodes) head[i] = head[head[i]];
    for (int64_t i = 0; i < n; i++) label[i] = head[i] - nodes;
    return CX_OK;
}
