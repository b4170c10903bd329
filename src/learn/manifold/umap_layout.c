/* UMAP's layout by stochastic gradients, the same whatever the threads. One idea: a row alone
 * gathers what pulls and pushes it, from positions that nobody moves meanwhile; rows take turns in
 * a few groups, so that a group sees where the ones before it have gone. What is drawn is a hash of
 * epoch and row. */
#include "learn/manifold/umap.h"

#include "base/threads.h"
#include <math.h>
#include <string.h>

enum { GROUPS = 8, GRAIN = 256 };
static const float most_step = 4;

typedef struct layout {
    const cx__umap_forces *f;
    const cx__sparse *graph;
    const float *fixed; /* positions that pull and push: [m, dims] */
    int64_t m;
    float *at, *next;               /* [n, dims] */
    double *every, *due, *push_due; /* [entries] epochs between pulls; of the next pull, push */
    uint64_t seed;
    int64_t epoch, group;
} layout;

static uint64_t mixed(uint64_t v)
{
    v += 0x9e3779b97f4a7c15u;
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
    v = (v ^ v >> 27) * 0x94d049bb133111ebu;
    return v ^ v >> 31;
}

static float apart(const float *a, const float *b, int64_t dims)
{
    float sum = 0;
    for (int64_t k = 0; k < dims; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

static void go(float *at, const float *other, int64_t dims, float coefficient, float rate)
{
    for (int64_t k = 0; k < dims; k++) {
        const float g = coefficient * (at[k] - other[k]);
        at[k] += rate * (g > most_step ? most_step : g < -most_step ? -most_step : g);
    }
}

static void pull(const cx__umap_forces *f, float *at, const float *other, float rate)
{
    const float square = apart(at, other, f->dims), a = (float)f->a, b = (float)f->b;
    if (!(square > 0)) return;
    const float power = powf(square, b - 1);
    go(at, other, f->dims, -2 * a * b * power / (a * power * square + 1), rate);
}

static void push(const cx__umap_forces *f, float *at, const float *other, float rate)
{
    const float square = apart(at, other, f->dims), a = (float)f->a, b = (float)f->b;
    if (!(square > 0)) return;
    const float strength = 2 * (float)f->repulsion * b;
    go(at, other, f->dims, strength / ((0.001F + square) * (1 + a * powf(square, b))), rate);
}

/* Edge e of a row in this epoch: pulled `times`, then pushed from rows that are drawn. */
static void follow(const layout *l, int64_t e, int64_t to, int times, uint64_t *state, float *at,
                   int64_t self, float rate)
{
    const cx__umap_forces *const f = l->f;
    const double epoch = (double)l->epoch, apart_by = l->every[e] / (double)f->negatives;
    if (!(l->due[e] <= epoch)) return;
    for (int t = 0; t < times; t++) pull(f, at, l->fixed + to * f->dims, rate);
    l->due[e] += l->every[e];
    const int64_t count = f->negatives > 0 ? (int64_t)((epoch - l->push_due[e]) / apart_by) : 0;
    for (int64_t p = 0; p < count; p++) {
        *state = mixed(*state);
        const int64_t other = (int64_t)(*state >> 11) % l->m;
        if (other != self) push(f, at, l->fixed + other * f->dims, rate);
    }
    if (count > 0) l->push_due[e] += (double)count * apart_by;
}

static float rate_at(const cx__umap_forces *f, int64_t epoch)
{
    return (float)(f->rate * (1 - (double)epoch / (double)f->epochs));
}

/* Pulls are for both ends of an edge, which stands in both their rows: each end goes twice. */
static void move_rows(void *ctx, int64_t lo, int64_t hi)
{
    const layout *const l = ctx;
    const int64_t dims = l->f->dims;
    const float rate = rate_at(l->f, l->epoch);
    for (int64_t g = lo; g < hi; g++) {
        const int64_t i = g * GROUPS + l->group;
        float *const at = l->next + i * dims;
        memcpy(at, l->at + i * dims, (size_t)dims * sizeof *at);
        uint64_t state = mixed(l->seed ^ mixed((uint64_t)(l->epoch * l->graph->n + i)));
        for (int64_t e = l->graph->start[i]; e < l->graph->start[i + 1]; e++)
            follow(l, e, l->graph->index[e], 2, &state, at, i, rate);
    }
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

static cx_status schedule(layout *l, int64_t entries, const double *weight, double most)
{
    l->every = cx__scope_room((size_t)entries * sizeof(double));
    l->due = cx__scope_room((size_t)entries * sizeof(double));
    l->push_due = cx__scope_room((size_t)entries * sizeof(double));
    CX__TRY(cx__so_far());
    for (int64_t e = 0; e < entries; e++) {
        const bool counts = weight[e] > 0 && weight[e] >= most / (double)l->f->epochs;
        l->every[e] = l->due[e] = counts ? most / weight[e] : (double)INFINITY;
        l->push_due[e] = l->f->negatives > 0 ? l->every[e] / (double)l->f->negatives : 0;
    }
    return CX_OK;
}

cx_status cx__umap_layout(const cx_estimator *self, const cx__umap_forces *f,
                          const cx__sparse *graph, uint64_t seed, float *at)
{
    const int64_t n = graph->n, entries = graph->start[n];
    layout l = {.f = f, .graph = graph, .fixed = at, .m = n, .at = at, .seed = seed};
    double most = 0;
    for (int64_t e = 0; e < entries; e++) most = fmax(most, graph->value[e]);
    l.next = cx__scope_room((size_t)(n * f->dims) * sizeof *l.next);
    CX__TRY(cx__so_far());
    CX__TRY(schedule(&l, entries, graph->value, most));
    for (l.epoch = 0; l.epoch < f->epochs; l.epoch++) {
        for (l.group = 0; l.group < GROUPS && l.group < n; l.group++) {
            const int64_t count = (n - l.group + GROUPS - 1) / GROUPS;
            CX__TRY(cx__parallel_for(count, GRAIN, move_rows, &l));
            CX__TRY(cx__parallel_for(count, 4096, keep_rows, &l));
        }
        if (l.epoch % 10 == 0) CX__TRY(cx_self_progress(self, l.epoch, f->epochs));
    }
    return CX_OK;
}

/* ---- new rows */
typedef struct placing {
    layout l;
    const cx__nearby *near;
} placing;

static void place_rows(void *ctx, int64_t lo, int64_t hi)
{
    const placing *const p = ctx;
    const int64_t k = p->near->count, dims = p->l.f->dims;
    layout l = p->l;
    for (int64_t i = lo; i < hi; i++) {
        uint64_t who = l.seed;
        for (int64_t e = i * k; e < (i + 1) * k; e++) {
            uint64_t bits;
            memcpy(&bits, &p->near->distance[e], sizeof bits);
            who = mixed(who ^ mixed((uint64_t)p->near->index[e]) ^ bits);
        }
        for (l.epoch = 0; l.epoch < l.f->epochs; l.epoch++) {
            uint64_t state = mixed(who ^ mixed((uint64_t)l.epoch));
            for (int64_t e = i * k; e < (i + 1) * k; e++)
                follow(&l, e, p->near->index[e], 1, &state, l.at + i * dims, -1,
                       rate_at(l.f, l.epoch));
        }
    }
}

cx_status cx__umap_place(const cx__umap_forces *f, const cx__nearby *near, const double *strength,
                         uint64_t seed, const float *fixed, int64_t m, float *at)
{
    placing p = {.l = {.f = f, .fixed = fixed, .m = m, .at = at, .seed = seed}, .near = near};
    const int64_t k = near->count, entries = near->n * k;
    double *const share = cx__scope_room((size_t)entries * sizeof *share);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < near->n; i++) { /* the strongest of each row is pulled every epoch */
        double most = 0;
        for (int64_t e = i * k; e < (i + 1) * k; e++) most = fmax(most, strength[e]);
        for (int64_t e = i * k; e < (i + 1) * k; e++) share[e] = most > 0 ? strength[e] / most : 0;
    }
    CX__TRY(schedule(&p.l, entries, share, 1));
    return cx__parallel_for(near->n, 8, place_rows, &p);
}
