/* Trees of points: grown where the group is, kept as arrays, asked by its slots.
 *
 * A node halves whole blocks, so the extents of the three arrays say how deep the tree is. */
#include "learn/neighbors/near.h"

#include "base/object.h"
#include "base/threads.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

/* ---- growing */
/* Without a word trees are for few columns, and for enough rows to pay for one. */
enum { MOST_COLUMNS = 10, LEAST_ROWS = 256, LEAF = 30 };

static bool wanted(const cx__near *near, const cx__site *s, const cx__near_opts *o)
{
    if (s->ops->near == NULL || !(near->order >= 1) || near->squared) return false;
    if (o->way == CX__NEAR_KD_TREE || o->way == CX__NEAR_BALL_TREE) return true;
    return o->way == CX__NEAR_AUTO && near->d <= MOST_COLUMNS && near->m >= LEAST_ROWS;
}

static int64_t levels_of(int64_t m, int64_t leaf)
{
    const int64_t blocks = (m + CX_NEAR_BLOCK - 1) / CX_NEAR_BLOCK,
                  most = (leaf + CX_NEAR_BLOCK - 1) / CX_NEAR_BLOCK;
    int64_t levels = 0;
    while ((blocks >> (levels + 1)) >= 1 && ((blocks - 1) >> levels) + 1 > most) levels++;
    return levels;
}

cx_status cx__grow(cx__near *near, const cx__site *s, const cx__near_opts *o)
{
    if (!wanted(near, s, o)) return CX_OK;
    const int64_t m = near->m, d = near->d, blocks = (m + CX_NEAR_BLOCK - 1) / CX_NEAR_BLOCK,
                  levels = levels_of(m, o->leaf_size > 0 ? o->leaf_size : LEAF),
                  nodes = ((int64_t)2 << levels) - 1;
    cx_array *const part[CX__GROWN_PARTS] = {
        [CX__GROWN_ROWS] = cx_empty(CX_SHAPE(blocks, d, CX_NEAR_BLOCK), CX_F64, s->device),
        [CX__GROWN_INDEX] = cx_empty(CX_SHAPE(m), CX_I64, s->device),
        [CX__GROWN_BOUNDS] = cx_empty(CX_SHAPE(nodes, 2, d), CX_F64, s->device)};
    const double *const x = cx__at(cx__near_rows(near));
    double *const rows = cx__at(part[CX__GROWN_ROWS]), *const bounds =
                                                           cx__at(part[CX__GROWN_BOUNDS]);
    int64_t *const index = cx__at(part[CX__GROWN_INDEX]);
    CX__TRY(cx__so_far());
    CX__TRY(s->ops->near->build(s->queue, x, m, d, levels, rows, index, bounds));
    for (int i = 0; i < CX__GROWN_PARTS; i++) near->grown[i] = cx_retain(part[i]);
    cx__grown_view(near);
    return CX_OK;
}

/* ---- its view */
cx_near_tree cx__tree_view(int64_t m, int64_t d, double order,
                           const cx_array *const grown[CX__GROWN_PARTS])
{
    cx_near_tree t = {.m = m, .d = d, .p = order};
    for (int64_t nodes = cx_dim(grown[CX__GROWN_BOUNDS], 0); nodes > 1; nodes /= 2) t.levels++;
    return t;
}

void cx__grown_view(cx__near *near)
{
    if (near->grown[0] == NULL) return;
    const cx_array *const grown[] = {near->grown[0], near->grown[1], near->grown[2]};
    near->tree = cx__tree_view(near->m, near->d, near->order, grown);
    near->tree.rows = cx__at(near->grown[CX__GROWN_ROWS]);
    near->tree.index = cx__at(near->grown[CX__GROWN_INDEX]);
    near->tree.bounds = cx__at(near->grown[CX__GROWN_BOUNDS]);
}

static cx_status index_within(const char *where, const cx_array *index, int64_t m, bool *fits)
{
    const cx_array *const at = cx__as(where, index, CX_I64);
    const int64_t least = cx__number_i64(cx_min(at, CX_ALL)),
                  most = cx__number_i64(cx_max(at, CX_ALL));
    *fits = least >= 0 && most < m;
    return cx__so_far();
}

cx_status cx__grown_check(const char *where, const char *name,
                          const cx_array *const grown[CX__GROWN_PARTS], int64_t m, int64_t d)
{
    int parts = 0;
    for (int i = 0; i < CX__GROWN_PARTS; i++) parts += grown[i] != NULL;
    if (parts == 0) return CX_OK;
    bool fits = parts == CX__GROWN_PARTS;
    if (fits) {
        const int64_t blocks = (m + CX_NEAR_BLOCK - 1) / CX_NEAR_BLOCK,
                      nodes = cx_dim(grown[CX__GROWN_BOUNDS], 0);
        fits = cx_dim(grown[CX__GROWN_ROWS], 0) == blocks && cx_size(grown[CX__GROWN_INDEX]) == m &&
               cx_dim(grown[CX__GROWN_BOUNDS], 2) == d && (nodes & (nodes + 1)) == 0 &&
               (nodes + 1) / 2 <= blocks && nodes > 0 &&
               cx_dtype_of(grown[CX__GROWN_ROWS]) == CX_F64 &&
               cx_dtype_of(grown[CX__GROWN_INDEX]) == CX_I64 &&
               cx_dtype_of(grown[CX__GROWN_BOUNDS]) == CX_F64;
    }
    if (fits) CX__TRY(index_within(where, grown[CX__GROWN_INDEX], m, &fits));
    return fits ? CX_OK : cx__fail(CX_E_PARSE, where, "%s: the tree is none of the rows", name);
}

/* ---- asking */
cx_status cx__grown_k(const cx__asked *a, int64_t k, int64_t *index, double *rank)
{
    return a->site.ops->near->nearest(a->site.queue, &a->near->tree, cx__at(a->rows), a->n, k,
                                      index, rank);
}

/* Lists of the fitted rows, each of which has itself once, without it. */
static cx_status drop_itself(const cx__asked *a, cx_array *start, cx_array **index, cx_array **rank)
{
    int64_t *const at = cx__at(start), *const index_at = cx__at(*index), to = 0;
    double *const rank_at = cx__at(*rank);
    CX__TRY(cx__so_far());
    for (int64_t i = 0, from = 0; i < a->n; i++) {
        for (const int64_t end = at[i + 1]; from < end; from++) {
            if (index_at[from] == i) continue;
            index_at[to] = index_at[from];
            rank_at[to++] = rank_at[from];
        }
        at[i + 1] = to;
    }
    *index = cx_copy(cx_slice(*index, 0, 0, to, 1));
    *rank = cx_copy(cx_slice(*rank, 0, 0, to, 1));
    return cx__so_far();
}

/* Queries that have a radius each are asked one by one, side by side. */
typedef struct one_by_one {
    const cx__asked *a;
    const double *query, *radius;
    bool sorted;
    const int64_t *start; /* NULL: to be counted */
    int64_t *count, *index;
    double *rank;
    atomic_int failed;
} one_by_one;

static void ask_some(void *ctx, int64_t lo, int64_t hi)
{
    one_by_one *const o = ctx;
    const cx__near *const near = o->a->near;
    const cx_near_ops *const ops = o->a->site.ops->near;
    for (int64_t i = lo; i < hi; i++) {
        const double *const query = o->query + i * near->d;
        const cx_status st =
            o->start == NULL
                ? ops->count(o->a->site.queue, &near->tree, query, 1, o->radius[i], o->count + i)
                : ops->within(o->a->site.queue, &near->tree, query, 1, o->radius[i], o->sorted,
                              o->start + i, o->index, o->rank);
        if (st != CX_OK) atomic_store_explicit(&o->failed, (int)st, memory_order_relaxed);
    }
}

static cx_status ask_each(const cx__asked *a, const cx_array *radius, one_by_one o)
{
    o.a = a;
    o.query = cx__at(a->rows);
    o.radius = cx__at(radius);
    CX__TRY(cx__so_far());
    CX__TRY(cx__parallel_for(a->n, 16, ask_some, &o));
    return (cx_status)atomic_load_explicit(&o.failed, memory_order_relaxed);
}

cx_status cx__grown_count(const cx__asked *a, cx__reach reach, int64_t *count)
{
    if (reach.each != NULL) return ask_each(a, reach.each, (one_by_one){.count = count});
    return a->site.ops->near->count(a->site.queue, &a->near->tree, cx__at(a->rows), a->n,
                                    reach.radius, count);
}

cx_status cx__grown_within(const cx__asked *a, cx__reach reach, bool sorted, cx_array **start,
                           cx_array **index, cx_array **rank)
{
    const cx__near *const near = a->near;
    cx_array *const begin = cx_empty(CX_SHAPE(a->n + 1), CX_I64, near->device);
    int64_t *const at = cx__at(begin);
    CX__TRY(cx__so_far());
    at[0] = 0;
    CX__TRY(cx__grown_count(a, reach, at + 1));
    for (int64_t i = 0; i < a->n; i++) at[i + 1] += at[i];
    *start = begin;
    *index = cx_empty(CX_SHAPE(at[a->n]), CX_I64, near->device);
    *rank = cx__new_f64(&a->site, at[a->n], -1);
    int64_t *const index_at = cx__at(*index);
    double *const rank_at = cx__at(*rank);
    CX__TRY(cx__so_far());
    if (at[a->n] == 0) return CX_OK;
    if (reach.each != NULL)
        CX__TRY(ask_each(
            a, reach.each,
            (one_by_one){.sorted = sorted, .start = at, .index = index_at, .rank = rank_at}));
    else
        CX__TRY(a->site.ops->near->within(a->site.queue, &near->tree, cx__at(a->rows), a->n,
                                          reach.radius, sorted, at, index_at, rank_at));
    return a->own ? drop_itself(a, begin, index, rank) : CX_OK;
}
