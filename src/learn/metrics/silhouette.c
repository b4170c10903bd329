/* Scores of clusters by distances: between rows, or from the middles. */
#include "learn/metrics/pairwise.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/metrics/labels.h"
#include "learn/model_selection/model_selection.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/metrics_cluster.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* Clusters [n] as codes, two at least and fewer than rows. */
static cx_status clusters(const char *where, const cx_array *labels, int64_t n, cx_labels *out,
                          int64_t *k)
{
    CX__NEED(where, "labels", labels, CX__KIND_ARRAY);
    if (cx_ndim(labels) != 1 || cx_size(labels) != n)
        return cx__fail(CX_E_SHAPE, where, "labels must be [%lld]", (long long)n);
    *out = cx_labels_encode(labels);
    CX__TRY(cx__so_far());
    *k = cx_size(out->classes);
    if (*k > 1 && *k < n) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "%lld clusters; there must be 2 to %lld", (long long)*k,
                    (long long)(n - 1));
}

/* ---- silhouettes */
typedef struct silhouette {
    const char *where;
    const cx_array *own;   /* [n, k] float64: 1 in the column of the row's cluster */
    const cx_array *code;  /* [n] */
    const cx_array *size;  /* [k] rows of the clusters */
    const cx_array *place; /* [k] 0, 1, ... */
    cx_array *out;         /* [n] */
} silhouette;

static cx_status some_silhouettes(void *ctx, const cx_array *distances, int64_t start)
{
    static cx__held parts = CX__HELD("s, size, j, t: sum(where(j == t, s, 0.0), axis=1),"
                                     "sum(where(j == t, size - 1.0, 0.0), axis=1),"
                                     "min(where(j == t, inf, s / size), axis=1)"),
                    score = CX__HELD("a, c, b: m = a / c; v = (b - m) / maximum(m, b);"
                                     "where(v == v, v, 0.0)");
    const silhouette *const s = ctx;
    const int64_t end = start + cx_dim(distances, 0);
    const cx_array *d = cx_dtype_of(distances) == CX_F64 ? distances : cx_astype(distances, CX_F64),
                   *sums = cx_matmul(d, s->own),
                   *t = cx_expand_dims(cx_slice(s->code, 0, start, end, 1), 1);
    const cx_tuple p = cx__held_all(s->where, &parts, CX_ARRAYS(sums, s->size, s->place, t));
    CX__TRY(cx__so_far());
    return cx__held_into(s->where, &score, CX_ARRAYS(p.at[0], p.at[1], p.at[2]),
                         CX_OUTS(cx_slice(s->out, 0, start, end, 1)));
}

static cx_status check_diagonal(const char *where, const cx_array *x)
{
    static cx__held far = CX__HELD("v: any(abs(v) > 2.3e-14)");
    if (cx_ndim(x) != 2 || cx_dim(x, 0) != cx_dim(x, 1))
        return cx__fail(CX_E_SHAPE, where, "a precomputed matrix must be [n, n]");
    if (cx__number_i64(cx__held_run(where, &far, CX_ARRAYS(cx_diagonal(x, 0)))) == 0)
        return cx__so_far();
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, where, "the diagonal of precomputed distances must be 0");
}

static cx_status silhouettes(const char *where, const cx_array *x, const cx_array *labels,
                             const cx_silhouette_opts *o, cx_array **out)
{
    static cx__held own = CX__HELD("j, t: float64(j == t)"), size = CX__HELD("m: sum(m, axis=0)");
    silhouette s = {.where = where};
    cx_labels code;
    int64_t k;
    const int64_t n = cx_dim(x, 0);
    if (o->metric != NULL && strcmp(o->metric, "precomputed") == 0)
        CX__TRY(check_diagonal(where, x));
    CX__TRY(clusters(where, labels, n, &code, &k));
    const cx_device d = cx_device_of(x);
    s.code = code.codes;
    s.place = cx_arange_i64(0, k, 1, CX_I64, d);
    s.own = cx__held_run(where, &own, CX_ARRAYS(s.place, cx_expand_dims(s.code, 1)));
    s.size = cx__held_run(where, &size, CX_ARRAYS(s.own));
    s.out = cx_empty(CX_SHAPE(n), CX_F64, d);
    CX__TRY(cx__so_far());
    cx_pairwise_opts p;
    CX__TRY(CX__OPTIONS(where, o->params, &p));
    p.struct_size = sizeof p;
    if (p.working_memory == 0) p.working_memory = (size_t)1 << 25;
    *out = s.out;
    return cx_pairwise_distances_chunked(x, NULL, o->metric, &p, some_silhouettes, &s);
}

cx_array *cx_silhouette_samples(const cx_array *x, const cx_array *labels,
                                const cx_silhouette_opts *given)
{
    static const char where[] = "silhouette_samples";
    const cx_scope s = cx_scope_open();
    cx_silhouette_opts o;
    cx_array *r = NULL;
    cx_status st = CX__OPTIONS(where, given, &o);
    if (st == CX_OK) st = cx__check(where, "x", x, CX__KIND_ARRAY);
    if (st == CX_OK) st = silhouettes(where, x, labels, &o, &r);
    return cx__give(s, st, r);
}

/* sample_size rows of x and labels. */
static cx_status draw(const char *where, const cx_silhouette_opts *o, const cx_array **x,
                      const cx_array **labels)
{
    const int64_t n = cx_dim(*x, 0), count = o->sample_size;
    CX__NEED(where, "labels", *labels, CX__KIND_ARRAY);
    if (count <= 0) return CX_OK;
    if (cx_ndim(*x) != 2 || cx_ndim(*labels) != 1 || cx_dim(*labels, 0) != n || n == 0)
        return cx__fail(CX_E_SHAPE, where, "x must be [n, d] and labels [n]");
    cx_array *rows = cx_arange_i64(0, n, 1, CX_I64, CX_CPU);
    cx_generator *g = cx_random_state(o->random_state, CX_CPU);
    int64_t *at = cx_data_i64_mut(rows);
    CX__TRY(cx__so_far());
    CX__TRY(cx__shuffle_rows(g, at, n));
    const cx_array *chosen =
        cx_to(cx_slice(rows, 0, 0, count < n ? count : n, 1), cx_device_of(*x));
    *x = cx_take(*x, chosen, 0);
    if (o->metric != NULL && strcmp(o->metric, "precomputed") == 0) *x = cx_take(*x, chosen, 1);
    *labels = cx_take(*labels, chosen, 0);
    return cx__so_far();
}

static cx_status mean_silhouette(const char *where, const cx_array *x, const cx_array *labels,
                                 const cx_silhouette_opts *given, double *out)
{
    cx_silhouette_opts o;
    cx_array *each;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    CX__TRY(draw(where, &o, &x, &labels));
    CX__TRY(silhouettes(where, x, labels, &o, &each));
    *out = cx__number_f64(cx_mean(each, CX_ALL));
    return cx__so_far();
}

double cx_silhouette_score(const cx_array *x, const cx_array *labels, const cx_silhouette_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = mean_silhouette("silhouette_score", x, labels, o, &v);
    return cx_check(cx__give_status(s, st)) == CX_OK ? v : (double)NAN;
}

/* ---- middles */
typedef struct middles {
    cx__two t; /* of x alone */
    cx_labels code;
    int64_t k;
    cx_array *centre, *mass; /* [k, d], [k] */
} middles;

static cx_status find_middles(const cx__ask *q, middles *m)
{
    static cx__held divide = CX__HELD("s, m: s / m");
    CX__TRY(cx__two_read(q->where, q->truth, NULL, CX__FINITE, &m->t));
    CX__TRY(clusters(q->where, q->pred, m->t.n, &m->code, &m->k));
    m->centre = cx__new_f64(&m->t.site, m->k, m->t.d);
    m->mass = cx__new_f64(&m->t.site, m->k, -1);
    const cx_array *code = cx__i64(&m->t.site, m->code.codes);
    const cx_learn_groups call = {.n = m->t.n,
                                  .d = m->t.d,
                                  .groups = m->k,
                                  .x = cx__at(m->t.x),
                                  .code = cx__at(code),
                                  .sums = cx__at(m->centre),
                                  .mass = cx__at(m->mass)};
    CX__TRY(cx__so_far());
    CX__TRY(m->t.site.ops->groups(m->t.site.queue, &call));
    return cx__held_into(q->where, &divide, CX_ARRAYS(m->centre, cx_expand_dims(m->mass, 1)),
                         CX_OUTS(m->centre));
}

/* Squared distances of the rows from their middles, [n]. */
static cx_status spreads(const middles *m, cx_array **each)
{
    const cx__site *s = &m->t.site;
    *each = cx__new_f64(s, m->t.n, -1);
    const cx_array *label = cx_astype(m->code.codes, CX_I32);
    const cx_learn_points points = {.n = m->t.n, .d = m->t.d, .x = cx__at(m->t.x)};
    const double *centre = cx__at(m->centre);
    const int32_t *label_at = cx__at(label);
    double *each_at = cx__at(*each);
    CX__TRY(cx__so_far());
    return s->ops->spread(s->queue, &points, centre, label_at, each_at, NULL);
}

static cx_status calinski_harabasz(const cx__ask *q, double *out)
{
    static cx__held apart = CX__HELD("c, mu, m: e = c - mu; sum(e * e * m)");
    middles m;
    cx_array *each;
    CX__TRY(find_middles(q, &m));
    CX__TRY(spreads(&m, &each));
    const cx_array *mu = cx_mean(m.t.x, CX_AXIS(0));
    const double within = cx__number_f64(cx_sum(each, CX_ALL)),
                 between = cx__number_f64(cx__held_run(
                     q->where, &apart, CX_ARRAYS(m.centre, mu, cx_expand_dims(m.mass, 1)))),
                 n = (double)m.t.n, k = (double)m.k;
    *out = within == 0 ? 1 : between * (n - k) / (within * (k - 1));
    return cx__so_far();
}

double cx_calinski_harabasz_score(const cx_array *x, const cx_array *labels)
{
    return cx__metric_run("calinski_harabasz_score", calinski_harabasz, 0, x, labels, NULL);
}

static cx_status davies_bouldin(const cx__ask *q, double *out)
{
    static cx__held none = CX__HELD("v: all(abs(v) <= 1e-8)"),
                    worst = CX__HELD("s, t, d: mean(max(where(d == 0, 0.0, (s + t) / d), axis=1))");
    middles m;
    cx_array *each, *apart;
    double *radius;
    CX__TRY(find_middles(q, &m));
    CX__TRY(spreads(&m, &each));
    CX__TRY(cx__metric_room(m.k, &radius));
    CX__TRY(cx__count_codes(&m.t.site, m.code.codes, cx_sqrt(each), m.k, radius));
    cx__two c = cx__two_with(&m.t, m.centre, m.centre);
    c.n = c.m = m.k;
    CX__TRY(cx__euclid(&c, false, &apart));
    const cx_array *mean = cx_div(cx__given(&m.t.site, radius, m.k, CX_F64), m.mass);
    const bool tight = cx__number_i64(cx__held_run(q->where, &none, CX_ARRAYS(mean))) != 0,
               close = cx__number_i64(cx__held_run(q->where, &none, CX_ARRAYS(apart))) != 0;
    CX__TRY(cx__so_far());
    *out = 0;
    if (tight || close) return CX_OK;
    *out = cx__number_f64(
        cx__held_run(q->where, &worst, CX_ARRAYS(cx_expand_dims(mean, 1), mean, apart)));
    return cx__so_far();
}

double cx_davies_bouldin_score(const cx_array *x, const cx_array *labels)
{
    return cx__metric_run("davies_bouldin_score", davies_bouldin, 0, x, labels, NULL);
}
