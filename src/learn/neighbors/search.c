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
static bool is_precomputed(const cx__near_opts *o)
{
    return o->metric != NULL && strcmp(o->metric, "precomputed") == 0;
}

/* Parameters of the metric that a query alone cannot give. */
static cx_status settle(cx__near *near, const cx__two *t)
{
    cx_array *turn = NULL;
    CX__TRY(cx__metric_turn(near->metric, t, &near->pairwise, &near->order, &turn));
    near->squared = near->metric->squared;
    if (near->order == 0) {
        near->rows = cx_retain(t->x);
        return CX_OK;
    }
    const cx_array *rows = t->x;
    if (turn != NULL) {
        near->turn = cx_retain(turn);
        rows = cx__turned(rows, turn);
    }
    cx_array *const norm = cx__new_f64(&t->site, t->n, -1);
    const double *const rows_at = cx__at(rows);
    double *const norm_at = cx__at(norm);
    CX__TRY(cx__so_far());
    CX__TRY(t->site.ops->row_norms(t->site.queue, rows_at, t->n, t->d, norm_at));
    near->rows = cx_retain(rows);
    near->norm = cx_retain(norm);
    return CX_OK;
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

static cx_status ready(cx__near *near, const cx__site *s, const cx_array *x, const cx__near_opts *o)
{
    static cx__held negative = CX__HELD("x: any(x < 0)");
    if (!is_precomputed(o)) {
        cx__two t;
        CX__TRY(cx__metric_find(s->where, o->metric, &near->metric));
        CX__TRY(cx__two_read(s->where, x, NULL, near->metric->nan, &t));
        near->m = t.n;
        near->d = t.d;
        CX__TRY(settle(near, &t));
        return check_way(near, o);
    }
    if (cx_ndim(x) != 2 || cx_dim(x, 0) != cx_dim(x, 1))
        return cx__fail(CX_E_SHAPE, s->where, "a precomputed matrix must be square");
    CX__TRY(check_way(near, o));
    const cx_array *const rows = cx__f64(s, x);
    if (cx__number_i64(cx__held_run(s->where, &negative, CX_ARRAYS(rows))) != 0)
        return cx__fail(CX_E_ARGUMENT, s->where, "precomputed distances must not be negative");
    CX__TRY(cx__so_far());
    near->m = near->d = cx_dim(x, 0);
    near->rows = cx_retain(rows);
    return CX_OK;
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

cx_status cx__near_open(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                        cx__near **out)
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
    const cx_status st = cx__give_status(scope, ready(near, s, x, o));
    if (st == CX_OK)
        *out = near;
    else
        cx__near_close(near);
    return st;
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
    drop(near->norm);
    drop(near->turn);
    drop(near->pairwise.w);
    drop(near->pairwise.v);
    drop(near->pairwise.vi);
    cx__free(near);
}

/* ---- questions */
static cx_status ask(const cx__near *near, const cx_array *query, cx__asked *out)
{
    *out = (cx__asked){.near = near, .own = query == NULL, .rows = near->rows, .n = near->m};
    CX__TRY(cx__site_at(near->where, near->device, &out->site));
    if (query == NULL) return CX_OK;
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

static cx_status slot_k(const cx__asked *a, int64_t k, cx_array **index, cx_array **rank)
{
    const cx__near *const near = a->near;
    *index = cx_empty(CX_SHAPE(a->n, k), CX_I64, near->device);
    *rank = cx__new_f64(&a->site, a->n, k);
    const cx_learn_neighbours call = {.m = near->m,
                                      .n = a->n,
                                      .d = near->d,
                                      .k = k,
                                      .train = cx__at(near->rows),
                                      .query = cx__at(a->rows),
                                      .norm = cx__at(near->norm),
                                      .p = near->order,
                                      .index = cx__at(*index),
                                      .rank = cx__at(*rank)};
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

cx_status cx__near_radius(const cx__near *near, const cx_array *query, double radius, bool sorted,
                          cx_array **start, cx_array **index, cx_array **distance)
{
    cx_array *part[3] = {NULL, NULL, NULL};
    cx__asked a;
    const cx_scope s = cx_scope_open();
    cx_status st = ask(near, query, &a);
    if (st == CX_OK)
        st = cx__pieces_radius(&a, radius, sorted, &part[0], &part[1],
                               distance != NULL ? &part[2] : NULL);
    cx__give_all(s, st, near->where, 3, part);
    *start = part[0];
    *index = part[1];
    if (distance != NULL) *distance = part[2];
    return cx__so_far();
}

cx_status cx__near_pieces(const cx__near *near, const cx_array *query, cx__near_each *fn, void *ctx)
{
    cx__asked a;
    CX__TRY(ask(near, query, &a));
    return cx__pieces_each(&a, fn, ctx);
}
