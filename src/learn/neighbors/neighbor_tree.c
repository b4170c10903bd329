/* KDTree and BallTree: rows that the search has made ready, held by a handle.
 *
 * One idea: a question goes to a copy of the search's record that names the verb of the caller, so
 * nothing of a tree changes and any number of threads ask it. */
#include "learn/base/finite.h"
#include "learn/neighbors/density.h"
#include "learn/neighbors/near.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/neighbors.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

struct cx_neighbor_tree {
    cx__object object;
    cx__near *near;
    cx_array *weight; /* float64 [m], one reference; NULL: 1 */
};

static void destroy(cx__object *o)
{
    cx_neighbor_tree *const t = (cx_neighbor_tree *)(void *)o;
    cx__near_close(t->near);
    cx_release(t->weight);
    cx__object_free(t);
}

static const cx__noun noun = {
    .name = "neighbor_tree", .kind = CX__KIND_NEIGHBOR_TREE, .destroy = destroy};

/* ---- making one */
static cx_status keep_weight(cx_neighbor_tree *t, const cx__site *s, const cx_array *w)
{
    static cx__held negative = CX__HELD("w: any(w < 0)");
    CX__NEED(s->where, "sample_weight", w, CX__KIND_ARRAY);
    if (cx_ndim(w) != 1 || cx_dim(w, 0) != t->near->m)
        return cx__fail(CX_E_SHAPE, s->where, "sample_weight must be [%lld]",
                        (long long)t->near->m);
    const cx_array *const own = cx_copy(cx__f64(s, w));
    CX__TRY(cx__so_far());
    CX__TRY(cx__need_finite(s->where, "sample_weight", own, false, NULL, NULL));
    if (cx__number_i64(cx__held_run(s->where, &negative, CX_ARRAYS(own))) != 0)
        return cx__fail(CX_E_ARGUMENT, s->where, "sample_weight has a negative element");
    t->weight = cx_retain(own);
    return cx__so_far();
}

static cx_status settle(const char *where, cx_neighbor_tree *t, cx__near_way way, const cx_array *x,
                        const cx_neighbor_tree_opts *given)
{
    cx_neighbor_tree_opts o;
    cx__site s;
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (o.leaf_size < 0)
        return cx__fail(CX_E_ARGUMENT, where, "leaf_size=%lld must be 1 or more",
                        (long long)o.leaf_size);
    CX__TRY(cx__site_of(where, x, &s));
    const cx__near_opts how = {.metric = cx__near_metric(o.metric != NULL ? o.metric : "minkowski"),
                               .pairwise = o.pairwise,
                               .way = way,
                               .leaf_size = o.leaf_size > 0 ? o.leaf_size : 40};
    const cx_array *const own = cx_copy(cx__f64(&s, x));
    CX__TRY(cx__so_far());
    CX__TRY(cx__near_open(&s, own, &how, &t->near));
    return o.sample_weight != NULL ? keep_weight(t, &s, o.sample_weight) : CX_OK;
}

static cx_neighbor_tree *make(const char *where, cx__near_way way, const cx_array *x,
                              const cx_neighbor_tree_opts *o)
{
    cx_neighbor_tree *const t = cx__object_new(&noun, sizeof *t);
    const cx_scope scope = cx_scope_open();
    cx_status st = t == NULL ? cx__fail_nomem(where, "a tree", sizeof *t) : CX_OK;
    if (st == CX_OK) st = settle(where, t, way, x, o);
    return cx__yield(cx__give_status(scope, st), where, t);
}

cx_neighbor_tree *cx_kd_tree(const cx_array *x, const cx_neighbor_tree_opts *o)
{
    return make("kd_tree", CX__NEAR_KD_TREE, x, o);
}
cx_neighbor_tree *cx_ball_tree(const cx_array *x, const cx_neighbor_tree_opts *o)
{
    return make("ball_tree", CX__NEAR_BALL_TREE, x, o);
}
cx_neighbor_tree *cx_neighbor_tree_retain(const cx_neighbor_tree *t)
{
    return cx__retain(t);
}
void cx_neighbor_tree_release(cx_neighbor_tree *t)
{
    cx__release(t);
}
cx_status cx_neighbor_tree_status(const cx_neighbor_tree *t)
{
    return cx__status(t, CX__KIND_NEIGHBOR_TREE);
}

/* ---- questions */
typedef struct question {
    cx__near near; /* the tree's, of this verb */
    cx__site site;
    const cx_array *x; /* float64 */
} question;

static cx_status ask(const char *where, const cx_neighbor_tree *t, const cx_array *x, question *q)
{
    CX__NEED(where, "t", t, CX__KIND_NEIGHBOR_TREE);
    CX__TRY(cx__site_of(where, x, &q->site));
    q->near = *t->near;
    q->near.where = where;
    if (cx_ndim(x) != 2)
        return cx__fail(CX_E_SHAPE, where, "x has %d dimensions, not 2", cx_ndim(x));
    q->x = cx__f64(&q->site, x);
    CX__TRY(cx__so_far());
    return cx__need_finite(where, "x", q->x, false, NULL, NULL);
}

static cx_status query(const char *where, const cx_neighbor_tree *t, const cx_array *x, int64_t k,
                       const cx_neighbor_query_opts *given, cx_array *part[2])
{
    cx_neighbor_query_opts o;
    question q;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(ask(where, t, x, &q));
    if (k < 1 || k > q.near.m)
        return cx__fail(CX_E_ARGUMENT, where, "k=%lld must lie in 1 to %lld, the tree's rows",
                        (long long)k, (long long)q.near.m);
    return cx__near_k(&q.near, q.x, k, &part[1], o.indices_only ? NULL : &part[0]);
}

cx_neighbors cx_neighbor_tree_query(const cx_neighbor_tree *t, const cx_array *x, int64_t k,
                                    const cx_neighbor_query_opts *o)
{
    static const char where[] = "neighbor_tree_query";
    cx_array *part[2] = {NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx__give_all(s, query(where, t, x, k, o, part), where, 2, part);
    return (cx_neighbors){.distances = part[0], .indices = part[1]};
}

/* A number of C's? */
static bool number_of(const cx_array *r, double *out)
{
    const cx_scalar *const v = (const cx_scalar *)(const void *)r;
    if (r == NULL || v->head.tag != CX__SCALAR_TAG) return false;
    *out = v->head.kind == CX_F64 ? v->v.f64 : v->head.kind == CX_I64 ? (double)v->v.i64 : NAN;
    return true;
}

/* Radii as float64 where the tree is. */
static cx_status radii_of(const question *q, const cx_array *r, const cx_array **out)
{
    static cx__held missing = CX__HELD("r: any(r != r)");
    *out = cx__to_site(&q->site, cx__f64(&q->site, r));
    CX__TRY(cx__so_far());
    const bool any = cx__number_i64(cx__held_run(q->near.where, &missing, CX_ARRAYS(*out))) != 0;
    CX__TRY(cx__so_far());
    return any ? cx__fail(CX_E_ARGUMENT, q->near.where, "r has a NaN") : CX_OK;
}

/* One radius for all queries, or n of them. */
static cx_status reach_of(const question *q, const cx_array *r, cx__reach *out)
{
    const char *const where = q->near.where;
    *out = (cx__reach){.each = NULL};
    if (!number_of(r, &out->radius)) {
        CX__NEED(where, "r", r, CX__KIND_ARRAY);
        if (cx_ndim(r) == 1 && cx_dim(r, 0) == cx_dim(q->x, 0)) return radii_of(q, r, &out->each);
        if (cx_ndim(r) != 0)
            return cx__fail(CX_E_SHAPE, where,
                            "r must be a number or [%lld], one for each row of x",
                            (long long)cx_dim(q->x, 0));
        out->radius = cx__number_f64(r);
        CX__TRY(cx__so_far());
    }
    return isnan(out->radius) ? cx__fail(CX_E_ARGUMENT, where, "r is no number") : CX_OK;
}

static cx_status query_radius(const char *where, const cx_neighbor_tree *t, const cx_array *x,
                              const cx_array *r, const cx_neighbor_query_opts *given,
                              cx_array *part[3])
{
    cx_neighbor_query_opts o;
    question q;
    cx__reach reach;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(ask(where, t, x, &q));
    CX__TRY(reach_of(&q, r, &reach));
    return cx__near_within(&q.near, q.x, reach, o.order == CX_NEIGHBORS_BY_DISTANCE, &part[0],
                           &part[1], o.indices_only ? NULL : &part[2]);
}

cx_neighborhoods cx_neighbor_tree_query_radius(const cx_neighbor_tree *t, const cx_array *x,
                                               const cx_array *r, const cx_neighbor_query_opts *o)
{
    static const char where[] = "neighbor_tree_query_radius";
    cx_array *part[3] = {NULL, NULL, NULL};
    const cx_scope s = cx_scope_open();
    cx__give_all(s, query_radius(where, t, x, r, o, part), where, 3, part);
    return (cx_neighborhoods){.starts = part[0], .indices = part[1], .distances = part[2]};
}

static cx_status count(const char *where, const cx_neighbor_tree *t, const cx_array *x,
                       const cx_array *r, cx_array **out)
{
    question q;
    cx__reach reach;
    CX__TRY(ask(where, t, x, &q));
    CX__TRY(reach_of(&q, r, &reach));
    return cx__near_count(&q.near, q.x, reach, out);
}

cx_array *cx_neighbor_tree_count(const cx_neighbor_tree *t, const cx_array *x, const cx_array *r)
{
    static const char where[] = "neighbor_tree_count";
    cx_array *out = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = count(where, t, x, r, &out);
    return cx__give(s, st, out);
}

/* ---- pairs */
/* By distances of all pairs: the place of each among the rising radii. */
typedef struct places {
    const cx_array *radius; /* rising */
    cx_array *count;        /* [radii + 1] */
} places;

static cx_status place(void *ctx, const cx__asked *a, const cx_array *far, int64_t lo)
{
    const places *const p = ctx;
    (void)lo;
    const cx_array *const at =
                              cx_searchsorted(p->radius, cx_ravel(cx__f64(&a->site, far)), CX_LEFT),
                          *const here = cx_bincount(at, NULL, cx_dim(p->count, 0));
    CX__TRY(cx__so_far());
    return cx_add_into(p->count, here, p->count);
}

static cx_status pairs_of_all(const question *q, const cx_array *r, cx_array **out)
{
    const int64_t n = cx_dim(r, 0);
    const cx_array *const order = cx_argsort(r, 0);
    const places p = {cx_take(r, order, 0), cx_zeros(CX_SHAPE(n + 1), CX_I64, q->near.device)};
    CX__TRY(cx__so_far());
    places own = p;
    CX__TRY(cx__near_pieces(&q->near, q->x, place, &own));
    *out = cx_take(cx_cumsum(cx_slice(p.count, 0, 0, n, 1), 0), cx_argsort(order, 0), 0);
    return cx__so_far();
}

/* Of a tree, one radius after the other. */
static cx_status pairs_by_tree(const question *q, const cx_array *r, cx_array **out)
{
    const int64_t n = cx_dim(r, 0);
    *out = cx_empty(CX_SHAPE(n), CX_I64, q->near.device);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) {
        cx_array *each = NULL;
        const cx_scope s = cx_scope_open();
        cx_status st = cx_poll();
        const cx__reach reach = {.radius = cx__number_f64(cx_select(r, 0, i))};
        if (st == CX_OK) st = cx__near_count(&q->near, q->x, reach, &each);
        if (st == CX_OK) st = cx_copy_into(cx_sum(each, CX_ALL), cx_select(*out, 0, i));
        CX__TRY(cx__give_status(s, st));
    }
    return CX_OK;
}

static cx_status pairs(const char *where, const cx_neighbor_tree *t, const cx_array *x,
                       const cx_array *r, cx_array **out)
{
    const cx_array *radius = NULL;
    question q;
    CX__TRY(ask(where, t, x, &q));
    CX__NEED(where, "r", r, CX__KIND_ARRAY);
    if (cx_ndim(r) != 1)
        return cx__fail(CX_E_SHAPE, where, "r has %d dimensions, not 1", cx_ndim(r));
    CX__TRY(radii_of(&q, r, &radius));
    return q.near.grown[0] != NULL ? pairs_by_tree(&q, radius, out) : pairs_of_all(&q, radius, out);
}

cx_array *cx_neighbor_tree_two_point_correlation(const cx_neighbor_tree *t, const cx_array *x,
                                                 const cx_array *r)
{
    static const char where[] = "neighbor_tree_two_point_correlation";
    cx_array *out = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = pairs(where, t, x, r, &out);
    return cx__give(s, st, out);
}

/* ---- densities */
static cx_status density(const char *where, const cx_neighbor_tree *t, const cx_array *x, double h,
                         const cx_neighbor_density_opts *given, cx_array **out)
{
    static cx__held plain = CX__HELD("s, a: exp(s + a)"), log_of = CX__HELD("s, a: s + a");
    cx_neighbor_density_opts o;
    question q;
    cx_array *sums = NULL;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(ask(where, t, x, &q));
    if (!(h > 0) || isinf(h))
        return cx__fail(CX_E_ARGUMENT, where, "h=%g must be above 0 and finite", h);
    const char *const name = o.kernel != NULL ? o.kernel : "gaussian";
    const cx__density_kind kernel = cx__density_kernel(name);
    if (kernel == CX__DENSITY_KINDS)
        return cx__fail(CX_E_ARGUMENT, where, "there is no kernel '%.40s'", name);
    CX__TRY(cx__density_sums(&q.near, q.x, kernel, h, t->weight, &sums));
    const double factor = -cx__density_log_mass(kernel, q.near.d) - (double)q.near.d * log(h);
    *out = cx__held_run(where, o.log ? &log_of : &plain, CX_ARRAYS(sums, cx_float(factor)));
    return cx__so_far();
}

cx_array *cx_neighbor_tree_kernel_density(const cx_neighbor_tree *t, const cx_array *x, double h,
                                          const cx_neighbor_density_opts *o)
{
    static const char where[] = "neighbor_tree_kernel_density";
    cx_array *out = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = density(where, t, x, h, o, &out);
    return cx__give(s, st, out);
}
