/* The door to neighbours: fitted rows made ready, questions checked and sent the way that fits the
 * metric. Distances are those of differences whatever finds the candidates. */
#include "learn/neighbors/family.h"
#include "learn/neighbors/near.h"

#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- fitted rows */
const char *cx__near_metric(const char *name)
{
    if (strcmp(name, "infinity") == 0) return "chebyshev";
    return strcmp(name, "p") == 0 ? "minkowski" : name;
}

static bool is_precomputed(const cx__near_opts *o)
{
    return o->metric != NULL && strcmp(o->metric, "precomputed") == 0;
}

/* Parameters of the metric that a query alone cannot give. */
static cx_status settle(cx__near *near, const cx__two *t)
{
    cx_array *turn = NULL;
    CX__TRY(cx__metric_turn(near->metric, t, &near->pairwise, &near->order, &turn));
    CX__TRY(cx__so_far());
    near->squared = near->metric->squared;
    if (turn == NULL) return CX_OK;
    near->turn = cx_retain(turn);
    const cx_array *const rows = cx__turned(t->x, turn);
    CX__TRY(cx__so_far());
    near->rows = cx_retain(rows);
    return CX_OK;
}

/* Rows that were looked at before, without a look at them. */
static cx_status read_again(const cx__near *near, const cx__site *s, cx__two *t)
{
    *t = (cx__two){.where = near->where,
                   .site = *s,
                   .x = near->x,
                   .y = near->x,
                   .same = true,
                   .n = cx_dim(near->x, 0),
                   .m = cx_dim(near->x, 0),
                   .d = cx_dim(near->x, 1)};
    const bool turns = near->pairwise.w != NULL || near->metric->order == 0;
    if (turns) t->x = t->y = cx__f64(s, near->x);
    return cx__so_far();
}

/* A kd-tree bounds Minkowski's distances; a ball tree is asked for metrics whose triangles are
 * sound. */
static cx_status check_way(const cx__near *near, const cx__near_opts *o)
{
    static const char *const unsound[] = {"cosine", "correlation", "sqeuclidean", "yule"};
    bool fits = near->order >= 1;
    if (o->way == CX__NEAR_BALL_TREE) {
        fits = near->metric != NULL && (near->order == 0 || near->order >= 1);
        for (int i = 0; fits && i < 4; i++) fits = strcmp(near->metric->name, unsound[i]) != 0;
    }
    if (fits || (o->way != CX__NEAR_KD_TREE && o->way != CX__NEAR_BALL_TREE)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, near->where, "metric '%s' has no %s; use 'brute'",
                    o->metric != NULL ? o->metric : "euclidean",
                    o->way == CX__NEAR_KD_TREE ? "kd_tree" : "ball_tree");
}

static cx_status find_metric(cx__near *near, const cx__site *s, const cx__near_opts *o)
{
    CX__TRY(cx__metric_find(s->where, o->metric, &near->metric));
    if (near->metric->run != NULL) return CX_OK;
    near->own = *near->metric; /* which the open scope takes away */
    near->own.name = cx__strdup(o->metric);
    near->metric = &near->own;
    if (near->own.name == NULL) return cx__fail_nomem(s->where, "a formula", strlen(o->metric));
    return CX_OK;
}

static cx_status ready(cx__near *near, const cx__site *s, const cx__near_opts *o,
                       const cx_array *const grown[CX__GROWN_PARTS])
{
    static cx__held negative = CX__HELD("x: any(x < 0)");
    const cx_array *const x = near->x;
    if (!is_precomputed(o)) {
        cx__two t;
        CX__TRY(find_metric(near, s, o));
        if (grown != NULL)
            CX__TRY(read_again(near, s, &t));
        else
            CX__TRY(cx__two_read(s->where, x, NULL, near->metric->nan, &t));
        near->m = t.n;
        near->d = t.d;
        CX__TRY(settle(near, &t));
        CX__TRY(check_way(near, o));
        if (grown == NULL) return cx__grow(near, s, o);
        for (int i = 0; i < CX__GROWN_PARTS && grown[0] != NULL; i++)
            near->grown[i] = cx_retain(grown[i]);
        cx__grown_view(near);
        return CX_OK;
    }
    if (cx_ndim(x) != 2 || cx_dim(x, 0) != cx_dim(x, 1))
        return cx__fail(CX_E_SHAPE, s->where, "a precomputed matrix must be square");
    CX__TRY(check_way(near, o));
    near->m = near->d = cx_dim(x, 0);
    if (grown == NULL && cx__number_i64(cx__held_run(s->where, &negative, CX_ARRAYS(x))) != 0)
        return cx__fail(CX_E_ARGUMENT, s->where, "precomputed distances must not be negative");
    return cx__so_far();
}

/* Options that outlive the call: references to their arrays. */
static void keep_options(cx__near *near, const cx__near_opts *o)
{
    near->pairwise = o->pairwise;
    near->pairwise.struct_size = sizeof near->pairwise;
    near->pairwise.squared = false;
    if (o->pairwise.w != NULL) near->pairwise.w = cx_retain(o->pairwise.w);
    if (o->pairwise.v != NULL) near->pairwise.v = cx_retain(o->pairwise.v);
    if (o->pairwise.vi != NULL) near->pairwise.vi = cx_retain(o->pairwise.vi);
}

cx_status cx__near_reopen(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                          const cx_array *const grown[CX__GROWN_PARTS], cx__near **out)
{
    static const cx__near_opts none;
    *out = NULL;
    CX__NEED(s->where, "x", x, CX__KIND_ARRAY);
    cx__near *const near = cx__calloc(1, sizeof *near);
    if (near == NULL) return cx__fail_nomem(s->where, "neighbours", sizeof *near);
    if (o == NULL) o = &none;
    near->where = s->where;
    near->device = s->device;
    near->x = cx_retain(x);
    keep_options(near, o);
    const cx_scope scope = cx_scope_open();
    const cx_status st = cx__give_status(scope, ready(near, s, o, grown));
    if (st == CX_OK)
        *out = near;
    else
        cx__near_close(near);
    return st;
}

cx_status cx__near_open(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                        cx__near **out)
{
    return cx__near_reopen(s, x, o, NULL, out);
}

static void drop(const cx_array *a)
{
    cx_array *own = (cx_array *)(uintptr_t)a;
    if (a != NULL) cx_release(own);
}

void cx__near_close(cx__near *near)
{
    if (near == NULL) return;
    drop(near->x);
    drop(near->rows);
    drop(near->turn);
    for (int i = 0; i < CX__GROWN_PARTS; i++) drop(near->grown[i]);
    drop(near->pairwise.w);
    drop(near->pairwise.v);
    drop(near->pairwise.vi);
    cx__free((char *)(uintptr_t)near->own.name);
    cx__free(near);
}

/* ---- questions */
const cx_array *cx__near_rows(const cx__near *near)
{
    return near->rows != NULL ? near->rows : cx__as(near->where, near->x, CX_F64);
}

static cx_status ask(const cx__near *near, const cx_array *query, cx__asked *out)
{
    *out = (cx__asked){.near = near, .own = query == NULL, .n = near->m};
    CX__TRY(cx__site_at(near->where, near->device, &out->site));
    if (query == NULL) {
        out->rows = cx__near_rows(near);
        return cx__so_far();
    }
    CX__NEED(near->where, "x", query, CX__KIND_ARRAY);
    if (cx_ndim(query) != 2 || cx_dim(query, 1) != near->d)
        return cx__fail(CX_E_SHAPE, near->where, "x must be [n, %lld]", (long long)near->d);
    if (cx_dim(query, 0) == 0) return cx__fail(CX_E_SHAPE, near->where, "x has no rows");
    const cx_device here = cx_device_of(query);
    if (here.kind != near->device.kind || here.index != near->device.index)
        return cx__fail(CX_E_DEVICE, near->where, "x is not on the device of the fitted rows");
    const cx_array *rows = cx__f64(&out->site, query);
    out->rows = near->turn != NULL ? cx__turned(rows, near->turn) : rows;
    out->n = cx_dim(query, 0);
    return cx__so_far();
}

/* Ranks on the host become distances with the C library's power, as a row kernel's do. */
typedef struct powers {
    double *v, order;
} powers;
static void some_powers(void *ctx, int64_t lo, int64_t hi)
{
    const powers *const p = ctx;
    for (int64_t i = lo; i < hi; i++) p->v[i] = cx__near_distance(p->order, p->v[i]);
}

/* rank to distance: the root that the order asks for; rank is used up. */
static cx_array *rooted(const cx__near *near, cx_array *rank)
{
    static cx__held root = CX__HELD("r: sqrt(r)"), power = CX__HELD("r, p: r ** (1 / p)");
    if (near->squared || near->order == 0 || near->order == 1 || isinf(near->order)) return rank;
    if (near->order == 2) return cx__held_run(near->where, &root, CX_ARRAYS(rank));
    if (near->device.kind != CX_DEVICE_CPU)
        return cx__held_run(near->where, &power, CX_ARRAYS(rank, cx_float(near->order)));
    powers p = {cx__at(rank), near->order};
    if (p.v != NULL) (void)cx_check(cx__parallel_for(cx_size(rank), 4096, some_powers, &p));
    return rank;
}

double cx__near_distance(double order, double rank)
{
    if (order == 2) return sqrt(rank);
    return order == 1 || isinf(order) ? rank : pow(rank, 1 / order);
}

/* Queries that are few are not worth the norms of all rows. */
enum { FEW = 4 };

static cx_status slot_k(const cx__asked *a, int64_t k, cx_array **index, cx_array **rank)
{
    const cx__near *const near = a->near;
    *index = cx_empty(CX_SHAPE(a->n, k), CX_I64, near->device);
    *rank = cx__new_f64(&a->site, a->n, k);
    cx_learn_neighbours call = {.m = near->m,
                                .n = a->n,
                                .d = near->d,
                                .k = k,
                                .query = cx__at(a->rows),
                                .p = near->order,
                                .index = cx__at(*index),
                                .rank = cx__at(*rank)};
    CX__TRY(cx__so_far());
    if (near->grown[0] != NULL) return cx__grown_k(a, k, call.index, call.rank);
    call.train = cx__at(cx__near_rows(near));
    if (a->n > FEW || near->device.kind != CX_DEVICE_CPU) {
        cx_array *const norm = cx__new_f64(&a->site, near->m, -1);
        double *const norm_at = cx__at(norm);
        CX__TRY(cx__so_far());
        CX__TRY(a->site.ops->row_norms(a->site.queue, call.train, near->m, near->d, norm_at));
        call.norm = norm_at;
    }
    CX__TRY(cx__so_far());
    return a->site.ops->neighbours(a->site.queue, &call);
}

/* Of k + 1 found for each fitted row, the k that are not the row itself. */
static cx_status without_itself(const cx__asked *a, int64_t k, cx_array **index,
                                cx_array **distance)
{
    static cx__held hit = CX__HELD("i, r: i == r"),
                    choose = CX__HELD("past, here, next: where(past > 0, next, here)");
    const cx_array *row = cx_expand_dims(cx_arange_i64(0, a->n, 1, CX_I64, a->near->device), 1),
                   *past = cx_slice(
                       cx_cumsum(cx__held_run(a->near->where, &hit, CX_ARRAYS(*index, row)), 1), 1,
                       0, k, 1);
    cx_array **const part[2] = {index, distance};
    for (int i = 0; i < 2; i++)
        *part[i] = cx__held_run(
            a->near->where, &choose,
            CX_ARRAYS(past, cx_slice(*part[i], 1, 0, k, 1), cx_slice(*part[i], 1, 1, k + 1, 1)));
    return cx__so_far();
}

static cx_status find_k(const cx__near *near, const cx_array *query, int64_t k, cx_array **index,
                        cx_array **rank)
{
    cx__asked a;
    CX__TRY(ask(near, query, &a));
    const int64_t most = near->m - a.own;
    if (k < 1 || k > most)
        return cx__fail(CX_E_ARGUMENT, near->where,
                        "n_neighbors=%lld must lie in 1 to %lld, the fitted rows%s", (long long)k,
                        (long long)most, a.own ? " but for the row itself" : "");
    if (near->order > 0)
        CX__TRY(slot_k(&a, k + a.own, index, rank));
    else
        CX__TRY(cx__pieces_k(&a, k + a.own, index, rank));
    return a.own ? without_itself(&a, k, index, rank) : CX_OK;
}

cx_status cx__near_ranks(const cx__near *near, const cx_array *query, int64_t k, cx_array **index,
                         cx_array **rank, double *order)
{
    cx_array *part[2] = {NULL, NULL};
    const cx_scope s = cx_scope_open();
    const cx_status st = find_k(near, query, k, &part[0], &part[1]);
    cx__give_all(s, st, near->where, 2, part);
    *index = part[0];
    *rank = part[1];
    *order = near->order == 0 || near->squared ? 1 : near->order;
    return cx__so_far();
}

cx_status cx__near_k(const cx__near *near, const cx_array *query, int64_t k, cx_array **index,
                     cx_array **distance)
{
    cx_array *part[2] = {NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx_status st = find_k(near, query, k, &part[0], &part[1]);
    if (st == CX_OK) part[1] = distance != NULL ? rooted(near, part[1]) : NULL;
    cx__give_all(s, st, near->where, 2, part);
    *index = part[0];
    if (distance != NULL) *distance = part[1];
    return cx__so_far();
}

static cx_status find_within(const cx__near *near, const cx_array *query, cx__reach reach,
                             bool sorted, cx_array *part[3], bool distances)
{
    cx__asked a;
    CX__TRY(ask(near, query, &a));
    if (near->grown[0] == NULL)
        return cx__pieces_within(&a, reach, sorted, &part[0], &part[1],
                                 distances ? &part[2] : NULL);
    CX__TRY(cx__grown_within(&a, reach, sorted, &part[0], &part[1], &part[2]));
    part[2] = distances ? rooted(near, part[2]) : NULL;
    return cx__so_far();
}

cx_status cx__near_within(const cx__near *near, const cx_array *query, cx__reach reach, bool sorted,
                          cx_array **start, cx_array **index, cx_array **distance)
{
    cx_array *part[3] = {NULL, NULL, NULL};
    const cx_scope s = cx_scope_open();
    const cx_status st = find_within(near, query, reach, sorted, part, distance != NULL);
    cx__give_all(s, st, near->where, 3, part);
    *start = part[0];
    *index = part[1];
    if (distance != NULL) *distance = part[2];
    return cx__so_far();
}

cx_status cx__near_radius(const cx__near *near, const cx_array *query, double radius, bool sorted,
                          cx_array **start, cx_array **index, cx_array **distance)
{
    return cx__near_within(near, query, (cx__reach){.radius = radius}, sorted, start, index,
                           distance);
}

static cx_status find_count(const cx__near *near, const cx_array *query, cx__reach reach,
                            cx_array **out)
{
    cx__asked a;
    CX__TRY(ask(near, query, &a));
    if (near->grown[0] == NULL) return cx__pieces_count(&a, reach, out);
    *out = cx_empty(CX_SHAPE(a.n), CX_I64, near->device);
    int64_t *const count = cx__at(*out);
    CX__TRY(cx__so_far());
    return cx__grown_count(&a, reach, count);
}

cx_status cx__near_count(const cx__near *near, const cx_array *query, cx__reach reach,
                         cx_array **count)
{
    cx_array *found = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = find_count(near, query, reach, &found);
    *count = cx__give(s, st, found);
    return cx__so_far();
}

cx_status cx__near_pieces(const cx__near *near, const cx_array *query, cx__near_each *fn, void *ctx)
{
    cx__asked a;
    CX__TRY(ask(near, query, &a));
    return cx__pieces_each(&a, fn, ctx);
}
