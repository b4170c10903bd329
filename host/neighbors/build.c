/* Growing a tree of points: level by level, the nodes of a level side by side.
 *
 * A node's points are split at a block's end across the widest side of their box, by (number, row),
 * so that the halves are the same whoever splits them. */
#include "learn/learn.h"
#include "neighbors/neighbors.h"
#include <math.h>

typedef struct key {
    double v;
    int64_t at;
} key;

typedef struct growth {
    const double *x;
    int64_t m, d, levels, level; /* level: of the nodes that are split now */
    double *rows, *bounds;
    int64_t *index;
    key *keys; /* [m] */
} growth;

static bool before(key a, key b)
{
    return a.v < b.v || (a.v == b.v && a.at < b.at);
}

static void swap(key *k, int64_t a, int64_t b)
{
    const key t = k[a];
    k[a] = k[b];
    k[b] = t;
}

/* The first `place` keys of n come before all others: by a middle of three, and where that keeps
 * failing the range only shrinks by one at each step, which is still an end. */
static void split(key *k, int64_t n, int64_t place)
{
    while (n > 1) {
        const int64_t mid = n / 2;
        if (before(k[mid], k[0])) swap(k, mid, 0);
        if (before(k[n - 1], k[0])) swap(k, n - 1, 0);
        if (before(k[n - 1], k[mid])) swap(k, n - 1, mid);
        const key pivot = k[mid];
        int64_t i = 0, j = n - 1;
        while (i <= j) {
            while (before(k[i], pivot)) i++;
            while (before(pivot, k[j])) j--;
            if (i <= j) swap(k, i++, j--);
        }
        if (place <= j) {
            n = j + 1;
        } else if (place >= i) {
            k += i;
            n -= i;
            place -= i;
        } else {
            return;
        }
    }
}

/* Box of points [lo, hi) in the order of the index; the column of its widest side. */
static int64_t box(const growth *g, int64_t lo, int64_t hi, double *low, double *high)
{
    const int64_t d = g->d;
    int64_t widest = 0;
    for (int64_t j = 0; j < d; j++) low[j] = high[j] = g->x[g->index[lo] * d + j];
    for (int64_t i = lo + 1; i < hi; i++) {
        const double *const row = g->x + g->index[i] * d;
        for (int64_t j = 0; j < d; j++) {
            low[j] = row[j] < low[j] ? row[j] : low[j];
            high[j] = row[j] > high[j] ? row[j] : high[j];
        }
    }
    for (int64_t j = 1; j < d; j++)
        if (high[j] - low[j] > high[widest] - low[widest]) widest = j;
    return widest;
}

/* Blocks of the i-th node of the level: as its ancestors halved them. */
static void run_of(const growth *g, int64_t i, int64_t *lo, int64_t *hi)
{
    *lo = 0;
    *hi = (g->m + 7) / 8;
    for (int64_t bit = g->level - 1; bit >= 0; bit--) {
        const int64_t middle = *lo + (*hi - *lo) / 2;
        *((i >> bit) & 1 ? lo : hi) = middle;
    }
}

static void grow_nodes(void *ctx, int64_t from, int64_t to)
{
    const growth *const g = ctx;
    for (int64_t i = from; i < to; i++) {
        int64_t first, end;
        run_of(g, i, &first, &end);
        const int64_t node = ((int64_t)1 << g->level) - 1 + i, lo = 8 * first,
                      hi = 8 * end < g->m ? 8 * end : g->m,
                      middle = 8 * (first + (end - first) / 2);
        double *const low = g->bounds + node * 2 * g->d;
        const int64_t column = box(g, lo, hi, low, low + g->d);
        if (g->level == g->levels) continue;
        for (int64_t a = lo; a < hi; a++)
            g->keys[a] = (key){g->x[g->index[a] * g->d + column], g->index[a]};
        split(g->keys + lo, hi - lo, middle - lo);
        for (int64_t a = lo; a < hi; a++) g->index[a] = g->keys[a].at;
    }
}

static void pack_blocks(void *ctx, int64_t from, int64_t to)
{
    const growth *const g = ctx;
    for (int64_t b = from; b < to; b++)
        for (int l = 0; l < 8; l++) {
            const bool there = 8 * b + l < g->m;
            const int64_t at = there && g->index != NULL ? g->index[8 * b + l] : 8 * b + l;
            const double *const row = there ? g->x + at * g->d : NULL;
            for (int64_t j = 0; j < g->d; j++)
                g->rows[(b * g->d + j) * 8 + l] = there ? row[j] : (double)INFINITY;
        }
}

cx_status host_near_pack(const double *x, int64_t m, int64_t d, const int64_t *index, double *rows)
{
    int64_t *const order = (int64_t *)(uintptr_t)index; /* read only */
    growth g = {.x = x, .m = m, .d = d, .rows = rows, .index = order};
    return host_core->parallel_for((m + 7) / 8, 1024, pack_blocks, &g);
}

cx_status host_near_build(cx_queue *q, const double *x, int64_t m, int64_t d, int64_t levels,
                          double *rows, int64_t *index, double *bounds)
{
    (void)q;
    growth g = {
        .x = x, .m = m, .d = d, .levels = levels, .rows = rows, .bounds = bounds, .index = index};
    g.keys = (key *)(void *)host_numbers("neighbours", m, 2);
    if (g.keys == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < m; i++) index[i] = i;
    cx_status st = CX_OK;
    for (; st == CX_OK && g.level <= levels; g.level++) {
        const int64_t nodes = (int64_t)1 << g.level;
        st = host_core->parallel_for(nodes, 1 + nodes / 64, grow_nodes, &g);
    }
    host_core->free(g.keys);
    if (st != CX_OK) return st;
    return host_near_pack(x, m, d, index, rows);
}
