/* UMAP's layout by stochastic gradients, the same whatever the threads. One idea: a row alone
 * gathers what pulls and pushes it, from positions that nobody moves meanwhile; rows take turns in
 * a few groups, so that a group sees where the ones before it have gone. What is drawn is a hash of
 * epoch and row. So a row's steps can be told before it goes, and many rows go at once. */
#include "learn/manifold/umap.h"

#include "base/threads.h"
#include <calx/backend_manifold.h>
#include <math.h>
#include <string.h>

enum { GROUPS = 8, GRAIN = 256, PIECE = 4096 };
static const float most_step = 4;
static const int64_t most_steps = INT64_C(1) << 20; /* of a piece of more than a row */

typedef struct layout {
    const cx__umap_forces *f;
    cx__site host;
    int64_t n, m;
    const int64_t *start;           /* [n + 1]: entries of a row */
    const int32_t *index;           /* [entries] points that pull */
    const float *fixed;             /* positions that pull and push: [m, dims] */
    float *at, *next;               /* [n, dims] */
    double *every, *due, *push_due; /* [entries] epochs between pulls; of the next pull, push */
    const uint64_t *who;            /* [n] what a row's draws begin with; NULL: its number */
    uint64_t seed;
    int64_t epoch, group, pulls;
    /* a piece: rows lo, lo + by, ..., and their steps as cx_embed_walk has them */
    int64_t lo, by, rows;
    int64_t *first, room; /* [PIECE]; how many steps have room */
    int32_t *count, *step;
} layout;

static uint64_t mixed(uint64_t v)
{
    v += 0x9e3779b97f4a7c15u;
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
    v = (v ^ v >> 27) * 0x94d049bb133111ebu;
    return v ^ v >> 31;
}

static float rate_at(const cx__umap_forces *f, int64_t epoch)
{
    return (float)(f->rate * (1 - (double)epoch / (double)f->epochs));
}

/* ---- the steps of a row in this epoch: for each entry that is due its pulls, then pushes from
 * rows that are drawn */
static int64_t pushes_of(const cx__umap_forces *f)
{
    return 2 * f->negatives + 1; /* of a pull at most, as epochs between pulls are 1 at least */
}

static int32_t *follow(const layout *l, int64_t e, int64_t self, uint64_t *state, int32_t *to)
{
    const double epoch = (double)l->epoch, apart_by = l->every[e] / (double)l->f->negatives;
    for (int64_t t = 0; t < l->pulls; t++) *to++ = l->index[e];
    l->due[e] += l->every[e];
    if (l->f->negatives == 0) return to;
    const int64_t count = (int64_t)((epoch - l->push_due[e]) / apart_by), most = pushes_of(l->f);
    for (int64_t p = 0; p < count && p < most; p++) {
        *state += 0x9e3779b97f4a7c15u;
        const int64_t other = (int64_t)((mixed(*state) >> 32) * (uint64_t)l->m >> 32);
        if (other != self) *to++ = (int32_t)(-1 - other);
    }
    if (count > 0) l->push_due[e] += (double)count * apart_by;
    return to;
}

static void tell_rows(void *ctx, int64_t lo, int64_t hi)
{
    const layout *const l = ctx;
    const double epoch = (double)l->epoch;
    for (int64_t g = lo; g < hi; g++) {
        const int64_t i = l->lo + g * l->by, self = l->who ? -1 : i;
        const uint64_t turn = l->who ? l->who[i] ^ mixed((uint64_t)l->epoch)
                                     : l->seed ^ mixed((uint64_t)(l->epoch * l->n + i));
        uint64_t state = mixed(turn);
        int32_t *const from = l->step + l->first[g], *to = from;
        for (int64_t e = l->start[i]; e < l->start[i + 1]; e++)
            if (l->due[e] <= epoch) to = follow(l, e, self, &state, to);
        l->count[g] = (int32_t)(to - from);
    }
}

/* ---- steps of any number of coordinates */
static void go(float *at, const float *other, int64_t dims, float coefficient, float rate)
{
    for (int64_t k = 0; k < dims; k++) {
        const float g = coefficient * (at[k] - other[k]);
        at[k] += rate * (g > most_step ? most_step : g < -most_step ? -most_step : g);
    }
}

static void walk_rows(void *ctx, int64_t lo, int64_t hi)
{
    const layout *const l = ctx;
    const int64_t dims = l->f->dims;
    const float rate = rate_at(l->f, l->epoch), a = (float)l->f->a, b = (float)l->f->b,
                away = 2 * (float)l->f->repulsion * b;
    for (int64_t g = lo; g < hi; g++) {
        float *const at = l->next + (l->lo + g * l->by) * dims;
        memcpy(at, l->at + (l->lo + g * l->by) * dims, (size_t)dims * sizeof *at);
        for (const int32_t *s = l->step + l->first[g], *end = s + l->count[g]; s < end; s++) {
            const float *const other = l->fixed + (int64_t)(*s < 0 ? -1 - *s : *s) * dims;
            float square = 0;
            for (int64_t k = 0; k < dims; k++) square += (at[k] - other[k]) * (at[k] - other[k]);
            if (!(square > 0)) continue;
            const float power = powf(square, b), near = a * power + 1;
            go(at, other, dims,
               *s < 0 ? away / ((0.001F + square) * near) : -2 * a * b * power / (square * near),
               rate);
        }
    }
}

static cx_status walk(layout *l)
{
    const cx__umap_forces *const f = l->f;
    if (f->dims > CX_EMBED_DIMS) return cx__parallel_for(l->rows, GRAIN, walk_rows, l);
    const cx_embed_walk call = {.dims = (int)f->dims,
                                .rows = l->rows,
                                .stride = l->by * f->dims,
                                .points = l->fixed,
                                .at = l->at + l->lo * f->dims,
                                .to = l->next + l->lo * f->dims,
                                .first = l->first,
                                .count = l->count,
                                .step = l->step,
                                .rate = rate_at(f, l->epoch),
                                .most = most_step,
                                .a = (float)f->a,
                                .b = (float)f->b,
                                .repulsion = (float)f->repulsion};
    return l->host.ops->manifold->walk(l->host.queue, &call);
}

/* Rows from, from + by, ... go, a piece of them after the other. */
static int64_t steps_of(const layout *l, int64_t i)
{
    return (l->start[i + 1] - l->start[i]) * (l->pulls + pushes_of(l->f));
}

static cx_status turn(layout *l, int64_t from, int64_t by)
{
    l->by = by;
    for (l->lo = from; l->lo < l->n; l->lo += l->rows * by) {
        int64_t steps = 0;
        for (l->rows = 0; l->rows < PIECE && l->lo + l->rows * by < l->n; l->rows++) {
            const int64_t more = steps_of(l, l->lo + l->rows * by);
            if (steps + more > l->room) break;
            l->first[l->rows] = steps;
            steps += more;
        }
        CX__TRY(cx__parallel_for(l->rows, GRAIN, tell_rows, l));
        CX__TRY(walk(l));
    }
    return CX_OK;
}

static void keep_rows(void *ctx, int64_t lo, int64_t hi)
{
    const layout *const l = ctx;
    const size_t bytes = (size_t)l->f->dims * sizeof(float);
    for (int64_t g = lo; g < hi; g++) {
        const int64_t from = (g * GROUPS + l->group) * l->f->dims;
        memcpy(l->at + from, l->next + from, bytes);
    }
}

/* ---- when entries are due */
static cx_status schedule(layout *l, const double *weight, double most)
{
    const int64_t entries = l->start[l->n];
    l->every = cx__scope_room((size_t)entries * sizeof(double));
    l->due = cx__scope_room((size_t)entries * sizeof(double));
    l->push_due = cx__scope_room((size_t)entries * sizeof(double));
    l->first = cx__scope_room(PIECE * sizeof *l->first);
    l->count = cx__scope_room(PIECE * sizeof *l->count);
    l->room = most_steps;
    for (int64_t i = 0; i < l->n; i++)
        if (steps_of(l, i) > l->room) l->room = steps_of(l, i);
    l->step = cx__scope_room((size_t)l->room * sizeof *l->step);
    CX__TRY(cx__so_far());
    for (int64_t e = 0; e < entries; e++) {
        const bool counts = weight[e] > 0 && weight[e] >= most / (double)l->f->epochs;
        l->every[e] = l->due[e] = counts ? most / weight[e] : (double)INFINITY;
        l->push_due[e] = l->f->negatives > 0 ? l->every[e] / (double)l->f->negatives : 0;
    }
    return cx__site_at("fit", CX_CPU, &l->host);
}

/* Pulls are for both ends of an edge, which stands in both their rows: each end goes twice. */
cx_status cx__umap_layout(const cx_estimator *self, const cx__umap_forces *f,
                          const cx__sparse *graph, uint64_t seed, float *at)
{
    const int64_t n = graph->n, entries = graph->start[n];
    layout l = {.f = f,
                .n = n,
                .m = n,
                .start = graph->start,
                .index = graph->index,
                .fixed = at,
                .at = at,
                .seed = seed,
                .pulls = 2};
    double most = 0;
    for (int64_t e = 0; e < entries; e++) most = fmax(most, graph->value[e]);
    l.next = cx__scope_room((size_t)(n * f->dims) * sizeof *l.next);
    CX__TRY(cx__so_far());
    CX__TRY(schedule(&l, graph->value, most));
    for (l.epoch = 0; l.epoch < f->epochs; l.epoch++) {
        for (l.group = 0; l.group < GROUPS && l.group < n; l.group++) {
            CX__TRY(turn(&l, l.group, GROUPS));
            CX__TRY(cx__parallel_for((n - l.group + GROUPS - 1) / GROUPS, 4096, keep_rows, &l));
        }
        if (l.epoch % 10 == 0) CX__TRY(cx_self_progress(self, l.epoch, f->epochs));
    }
    return CX_OK;
}

/* ---- new rows: what they draw follows from their neighbours */
static cx_status lists(const cx__nearby *near, uint64_t seed, layout *l)
{
    const int64_t k = near->count, n = near->n;
    int64_t *const start = cx__scope_room((size_t)(n + 1) * sizeof *start);
    int32_t *const index = cx__scope_room((size_t)(n * k) * sizeof *index);
    uint64_t *const who = cx__scope_room((size_t)n * sizeof *who);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) {
        start[i + 1] = (i + 1) * k;
        who[i] = seed;
        for (int64_t e = i * k; e < (i + 1) * k; e++) {
            uint64_t bits;
            memcpy(&bits, &near->distance[e], sizeof bits);
            who[i] = mixed(who[i] ^ mixed((uint64_t)near->index[e]) ^ bits);
            index[e] = (int32_t)near->index[e];
        }
    }
    l->start = start;
    l->index = index;
    l->who = who;
    return CX_OK;
}

cx_status cx__umap_place(const cx__umap_forces *f, const cx__nearby *near, const double *strength,
                         uint64_t seed, const float *fixed, int64_t m, float *at)
{
    layout l = {.f = f, .n = near->n, .m = m, .fixed = fixed, .at = at, .next = at, .pulls = 1};
    const int64_t k = near->count, entries = near->n * k;
    double *const share = cx__scope_room((size_t)entries * sizeof *share);
    CX__TRY(cx__so_far());
    CX__TRY(lists(near, seed, &l));
    for (int64_t i = 0; i < near->n; i++) { /* the strongest of each row is pulled every epoch */
        double most = 0;
        for (int64_t e = i * k; e < (i + 1) * k; e++) most = fmax(most, strength[e]);
        for (int64_t e = i * k; e < (i + 1) * k; e++) share[e] = most > 0 ? strength[e] / most : 0;
    }
    CX__TRY(schedule(&l, share, 1));
    for (l.epoch = 0; l.epoch < f->epochs; l.epoch++) CX__TRY(turn(&l, 0, 1));
    return CX_OK;
}
