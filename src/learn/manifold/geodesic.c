/* Shortest paths from every row by Dijkstra's method, rows on all threads, each with a heap of its
 * own. A length is the sum of its edges from the source on, so nothing depends on the threads. */
#include "learn/manifold/geodesic.h"

#include "base/alloc.h"
#include "base/threads.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/ops.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* ---- one source: a heap of rows by distance, place[row] is where a row stands in it, -1: not */
typedef struct heap {
    int32_t *row, *place;
    double *distance; /* by row */
    int32_t count;
} heap;

static void put(heap *h, int32_t at, int32_t row)
{
    h->row[at] = row;
    h->place[row] = at;
}

static void rise(heap *h, int32_t at)
{
    const int32_t row = h->row[at];
    for (; at > 0; at = (at - 1) / 4) {
        const int32_t parent = (at - 1) / 4;
        if (h->distance[h->row[parent]] <= h->distance[row]) break;
        put(h, at, h->row[parent]);
    }
    put(h, at, row);
}

static int32_t take(heap *h)
{
    const int32_t first = h->row[0], row = h->row[--h->count];
    int32_t at = 0;
    for (;;) {
        int32_t best = 4 * at + 1;
        if (best >= h->count) break;
        const int32_t end = best + 4 < h->count ? best + 4 : h->count;
        for (int32_t c = best + 1; c < end; c++)
            if (h->distance[h->row[c]] < h->distance[h->row[best]]) best = c;
        if (h->distance[row] <= h->distance[h->row[best]]) break;
        put(h, at, h->row[best]);
        at = best;
    }
    if (h->count > 0) put(h, at, row);
    return first;
}

static void from_row(const cx__sparse *a, int32_t source, heap *h)
{
    for (int64_t i = 0; i < a->n; i++) {
        h->distance[i] = INFINITY;
        h->place[i] = -1;
    }
    h->distance[source] = 0;
    put(h, 0, source);
    h->count = 1;
    while (h->count > 0) {
        const int32_t row = take(h);
        const double so_far = h->distance[row];
        for (int64_t e = a->start[row]; e < a->start[row + 1]; e++) {
            const int32_t to = a->index[e];
            const double through = so_far + a->value[e];
            if (!(through < h->distance[to])) continue;
            const bool fresh = isinf(h->distance[to]);
            h->distance[to] = through;
            if (fresh) put(h, h->count++, to);
            rise(h, h->place[to]);
        }
    }
}

/* ---- all sources */
typedef struct sources {
    const cx__sparse *a;
    double *out;
    atomic_int failed;
} sources;

static void from_rows(void *ctx, int64_t lo, int64_t hi)
{
    sources *const s = ctx;
    const size_t n = (size_t)s->a->n;
    int32_t *const room = cx__alloc(2 * n * sizeof *room);
    if (room == NULL) {
        atomic_store(&s->failed, 1);
        return;
    }
    for (int64_t i = lo; i < hi; i++) {
        heap h = {.row = room, .place = room + n, .distance = s->out + i * s->a->n};
        from_row(s->a, (int32_t)i, &h);
    }
    cx__free(room);
}

/* A path and its way back, added up from its other end, agree to the last digit only if one of them
 * is taken for both: that from the lower row. */
static void mirror(double *d, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            const double least = fmin(d[i * n + j], d[j * n + i]);
            d[i * n + j] = d[j * n + i] = least;
        }
}

static double shorter(double v, double w)
{
    return v < w ? v : w;
}

/* Edges in both directions; of two the shorter. */
static cx_status both_ways(const cx__sparse *a, cx__sparse *out)
{
    cx__sparse b;
    CX__TRY(cx__sparse_turn(a, &b));
    CX__TRY(cx__sparse_new(a->n, 2 * a->start[a->n], out));
    int64_t to = 0;
    for (int64_t i = 0; i < a->n; i++) {
        int64_t e = a->start[i], f = b.start[i];
        while (e < a->start[i + 1] || f < b.start[i + 1]) {
            const int32_t p = e < a->start[i + 1] ? a->index[e] : INT32_MAX,
                          q = f < b.start[i + 1] ? b.index[f] : INT32_MAX;
            const double v = p <= q ? a->value[e++] : (double)INFINITY,
                         w = q <= p ? b.value[f++] : (double)INFINITY;
            out->index[to] = p < q ? p : q;
            out->value[to++] = shorter(v, w);
        }
        out->start[i + 1] = to;
    }
    return CX_OK;
}

cx_status cx__geodesics(const cx__sparse *a, double *out)
{
    cx__sparse both;
    CX__TRY(both_ways(a, &both));
    sources s = {.a = &both, .out = out};
    CX__TRY(cx__parallel_for(a->n, 8, from_rows, &s));
    if (atomic_load(&s.failed))
        return cx__fail_nomem("fit", "a heap of rows", (size_t)a->n * sizeof(int64_t));
    mirror(out, a->n);
    return CX_OK;
}

/* ---- parts */
/* The nearest rows of two parts, found where x is. */
static cx_status nearest(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                         const cx_array *const rows[2], int64_t pair[2], double *distance)
{
    const bool given = o->metric && strcmp(o->metric, "precomputed") == 0;
    const cx_array *const mine = cx_take(x, rows[0], 0), *const other = cx_take(x, rows[1], 0);
    const cx_nearest near = cx_pairwise_distances_argmin_min(
        given ? cx_take(mine, rows[1], 1) : mine, given ? NULL : other, o->metric, &o->pairwise);
    const double *const d = cx__near_numbers(s, near.distance);
    const int64_t *const at = cx__at(cx__fetch(s, cx__i64(s, near.index)));
    CX__TRY(cx__so_far());
    const int64_t n = cx_dim(rows[0], 0);
    pair[0] = 0;
    for (int64_t i = 1; i < n; i++)
        if (d[i] < d[pair[0]]) pair[0] = i;
    pair[1] = at[pair[0]];
    *distance = d[pair[0]];
    return CX_OK;
}

cx_status cx__join_parts(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                         const cx__sparse *a, const int32_t *label, int64_t parts, cx__sparse *out)
{
    const int64_t n = a->n, extra = parts * (parts - 1);
    int64_t *const rows = cx__scope_room((size_t)n * sizeof *rows), *const first = cx__scope_room(
                                                                        (size_t)(parts + 1) *
                                                                        sizeof *first);
    cx__sparse loose, turned;
    CX__TRY(cx__so_far());
    CX__TRY(cx__sparse_new(n, a->start[n] + extra, &loose));
    for (int64_t i = 0; i < n; i++) first[label[i] + 1]++;
    for (int64_t p = 0; p < parts; p++) first[p + 1] += first[p];
    for (int64_t i = n - 1, p; i >= 0; i--) { /* rows of a part, in order */
        p = label[i];
        rows[--first[p + 1]] = i;
    }
    for (int64_t p = 0; p < parts; p++) first[p] = first[p + 1];
    first[parts] = n;
    int64_t *const from = cx__scope_room((size_t)(extra + 1) * 2 * sizeof *from);
    double *const length = cx__scope_room((size_t)(extra + 1) * sizeof *length);
    CX__TRY(cx__so_far());
    int64_t joined = 0;
    for (int64_t p = 0; p < parts; p++)
        for (int64_t q = 0; q < p; q++) {
            const cx_array *const of[2] = {
                cx__given_all(s, rows + first[p], first[p + 1] - first[p], CX_I64),
                cx__given_all(s, rows + first[q], first[q + 1] - first[q], CX_I64)};
            int64_t pair[2];
            CX__TRY(cx__so_far());
            CX__TRY(nearest(s, x, o, of, pair, &length[joined]));
            from[2 * joined] = rows[first[p] + pair[0]];
            from[2 * joined++ + 1] = rows[first[q] + pair[1]];
        }
    int64_t e = 0;
    for (int64_t i = 0; i < n; i++) {
        loose.start[i] = e;
        for (int64_t f = a->start[i]; f < a->start[i + 1]; f++) {
            loose.index[e] = a->index[f];
            loose.value[e++] = a->value[f];
        }
        for (int64_t j = 0; j < joined; j++)
            if (from[2 * j] == i || from[2 * j + 1] == i) {
                loose.index[e] = (int32_t)(from[2 * j] == i ? from[2 * j + 1] : from[2 * j]);
                loose.value[e++] = length[j];
            }
    }
    loose.start[n] = e;
    CX__TRY(cx__sparse_turn(&loose, &turned));
    return cx__sparse_turn(&turned, out);
}
