/* Distances by name, in one piece and in pieces, and nearest rows. */
#include "learn/metrics/pairwise.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* ---- metrics */
static cx_status euclidean(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    return cx__euclid(t, o->squared, out);
}

static cx_status square_euclidean(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    return cx__euclid(t, true, out);
}

static cx_status manhattan(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    return cx__sum_columns(t, CX__SUM_ABSOLUTE, 1, out);
}

static cx_status chebyshev(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    return cx__sum_columns(t, CX__SUM_LARGEST, 1, out);
}

static cx_status cosine(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held diagonal = CX__HELD("d, i, j: where(i == j, 0.0, d)");
    (void)o;
    CX__TRY(cx__cosine(t, 1, out));
    if (!t->same) return CX_OK;
    const cx_array *j = cx_arange_i64(0, t->n, 1, CX_I64, t->site.device);
    return cx__held_into(t->where, &diagonal, CX_ARRAYS(*out, cx_expand_dims(j, 1), j),
                         CX_OUTS(*out));
}

static cx_status correlation(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held centred = CX__HELD("x: x - mean(x, axis=1, keepdims=True)");
    (void)o;
    const cx_array *x = cx__held_run(t->where, &centred, CX_ARRAYS(t->x)),
                   *y = t->same ? NULL : cx__held_run(t->where, &centred, CX_ARRAYS(t->y));
    const cx__two c = cx__two_with(t, x, y);
    CX__TRY(cx__so_far());
    return cx__cosine(&c, (double)NAN, out);
}

static cx_status minkowski(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held last = CX__HELD("d, p: d ** (1 / p)");
    const double p = o->p.set ? o->p.value : 2;
    cx_array *turn;
    if (!(p > 0)) return cx__fail(CX_E_ARGUMENT, t->where, "p must be above 0");
    CX__TRY(cx__turn_weights(t, o, p, &turn));
    cx__two by = *t;
    if (turn != NULL) by = cx__two_turned(t, turn);
    CX__TRY(cx__so_far());
    if (p == 2) return cx__euclid(&by, false, out);
    if (p == 1) return cx__sum_columns(&by, CX__SUM_ABSOLUTE, 1, out);
    if (isinf(p)) return cx__sum_columns(&by, CX__SUM_LARGEST, 1, out);
    CX__TRY(cx__sum_columns(&by, CX__SUM_POWER, p, out));
    return cx__held_into(t->where, &last, CX_ARRAYS(*out, cx_float(p)), CX_OUTS(*out));
}

static cx_status turned(const cx__two *t, const cx_array *turn, cx_array **out)
{
    const cx__two by = cx__two_turned(t, turn);
    CX__TRY(cx__so_far());
    return cx__euclid(&by, false, out);
}

static cx_status standardised(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    cx_array *turn;
    CX__TRY(cx__turn_deviations(t, o, &turn));
    return turned(t, turn, out);
}

static cx_status mahalanobis(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    cx_array *turn;
    CX__TRY(cx__turn_triangle(t, o, &turn));
    return turned(t, turn, out);
}

static cx_status canberra(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    return cx__sum_columns(t, CX__SUM_CANBERRA, 1, out);
}

static cx_status bray_curtis(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    cx_array *sum;
    (void)o;
    CX__TRY(cx__sum_columns(t, CX__SUM_ABSOLUTE, 1, out));
    CX__TRY(cx__sum_columns(t, CX__SUM_BOTH, 1, &sum));
    return cx_div_into(*out, sum, *out);
}

static cx_status hamming(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    (void)o;
    CX__TRY(cx__sum_columns(t, CX__SUM_DIFFERENT, 1, out));
    return cx_div_into(*out, cx_float((double)t->d), *out);
}

static cx_status nan_euclidean(const cx__two *given, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held missing = CX__HELD("x, v: where(x == v, nan, x)"),
                    present = CX__HELD("x: float64(x == x)"),
                    squares = CX__HELD("s, c, d: where(c == 0, nan, s / c * d)"),
                    roots = CX__HELD("s, c, d: where(c == 0, nan, sqrt(s / c * d))");
    cx__two t = *given;
    if (o->missing_values.set && !isnan(o->missing_values.value)) {
        const cx_array *v = cx_float(o->missing_values.value);
        t = cx__two_with(&t, cx__held_run(t.where, &missing, CX_ARRAYS(t.x, v)),
                         t.same ? NULL : cx__held_run(t.where, &missing, CX_ARRAYS(t.y, v)));
    }
    const cx_array *in_x = cx__held_run(t.where, &present, CX_ARRAYS(t.x)),
                   *in_y = t.same ? in_x : cx__held_run(t.where, &present, CX_ARRAYS(t.y)),
                   *count = cx_matmul(in_x, cx_transpose(in_y));
    const bool whole = cx__number_i64(cx_all(in_x, CX_ALL)) != 0 &&
                       (t.same || cx__number_i64(cx_all(in_y, CX_ALL)) != 0);
    CX__TRY(cx__so_far());
    if (whole) return cx__euclid(&t, o->squared, out);
    CX__TRY(cx__euclid_holed(&t, in_x, in_y, out));
    return cx__held_into(t.where, o->squared ? &squares : &roots,
                         CX_ARRAYS(*out, count, cx_float((double)t.d)), CX_OUTS(*out));
}

static cx_status haversine(const cx__two *t, const cx_pairwise_opts *o, cx_array **out)
{
    static cx__held angle = CX__HELD("x0, x1, y0, y1: a = sin(0.5 * (x0 - y0));"
                                     "b = sin(0.5 * (x1 - y1));"
                                     "2 * arcsin(sqrt(a * a + cos(x0) * cos(y0) * b * b))");
    (void)o;
    if (t->d != 2)
        return cx__fail(CX_E_SHAPE, t->where, "latitude and longitude are 2 columns, not %lld",
                        (long long)t->d);
    *out = cx__held_run(t->where, &angle,
                        CX_ARRAYS(cx_slice(t->x, 1, 0, 1, 1), cx_slice(t->x, 1, 1, 2, 1),
                                  cx_select(t->y, 1, 0), cx_select(t->y, 1, 1)));
    return cx__so_far();
}

/* ---- of true and false: counts of both true, and of what only one has */
static cx_status truths(const cx__two *t, cx__held *h, cx_array **out)
{
    static cx__held whether = CX__HELD("x: float64(x != 0)");
    const cx_array *x = cx__held_run(t->where, &whether, CX_ARRAYS(t->x)),
                   *y = t->same ? x : cx__held_run(t->where, &whether, CX_ARRAYS(t->y)),
                   *a = cx_sum(x, CX_AXIS(1, .keepdims = true)), *b = cx_sum(y, CX_AXIS(1));
    *out = cx_matmul(x, cx_transpose(y));
    CX__TRY(cx__so_far());
    return cx__held_into(t->where, h, CX_ARRAYS(*out, a, b, cx_float((double)t->d)), CX_OUTS(*out));
}

#define TRUTHS(name, formula)                                                          \
    static cx_status name(const cx__two *t, const cx_pairwise_opts *o, cx_array **out) \
    {                                                                                  \
        static cx__held h = CX__HELD("tt, a, b, d: r = a + b - 2 * tt; " formula);     \
        (void)o;                                                                       \
        return truths(t, &h, out);                                                     \
    }
TRUTHS(dice, "r / (2 * tt + r) + 0 * d")
TRUTHS(jaccard, "where(tt + r == 0, 0.0, r / (tt + r)) + 0 * d")
TRUTHS(rogers_tanimoto, "2 * r / (d + r)")
TRUTHS(russell_rao, "(d - tt) / d + 0 * r")
TRUTHS(sokal_sneath, "2 * r / (tt + 2 * r) + 0 * d")
TRUTHS(yule, "q = (a - tt) * (b - tt); where(q == 0, 0.0, 2 * q / (tt * (d - tt - r) + q))")
#undef TRUTHS

static const cx__metric metrics[] = {
    {"euclidean", euclidean, 2, CX__FINITE, false},
    {"l2", euclidean, 2, CX__FINITE, false},
    {"sqeuclidean", square_euclidean, 2, CX__FINITE, true},
    {"manhattan", manhattan, 1, CX__FINITE, false},
    {"l1", manhattan, 1, CX__FINITE, false},
    {"cityblock", manhattan, 1, CX__FINITE, false},
    {"chebyshev", chebyshev, (double)INFINITY, CX__FINITE, false},
    {"minkowski", minkowski, -1, CX__FINITE, false},
    {"cosine", cosine, 0, CX__FINITE, false},
    {"correlation", correlation, 0, CX__FINITE, false},
    {"haversine", haversine, 0, CX__FINITE, false},
    {"nan_euclidean", nan_euclidean, 0, CX__ALLOW_NAN, false},
    {"seuclidean", standardised, 0, CX__FINITE, false},
    {"mahalanobis", mahalanobis, 0, CX__FINITE, false},
    {"canberra", canberra, 0, CX__FINITE, false},
    {"braycurtis", bray_curtis, 0, CX__FINITE, false},
    {"hamming", hamming, 0, CX__FINITE, false},
    {"matching", hamming, 0, CX__FINITE, false},
    {"dice", dice, 0, CX__FINITE, false},
    {"jaccard", jaccard, 0, CX__FINITE, false},
    {"rogerstanimoto", rogers_tanimoto, 0, CX__FINITE, false},
    {"russellrao", russell_rao, 0, CX__FINITE, false},
    {"sokalsneath", sokal_sneath, 0, CX__FINITE, false},
    {"yule", yule, 0, CX__FINITE, false},
};
enum { METRICS = sizeof metrics / sizeof *metrics };

cx_status cx__metric_find(const char *where, const char *name, const cx__metric **out)
{
    const char *words[METRICS + 1];
    if (name == NULL) name = "euclidean";
    if (strchr(name, ':') != NULL) return cx__metric_formula(where, name, out);
    for (int i = 0; i < METRICS; i++) {
        words[i] = metrics[i].name;
        *out = &metrics[i];
        if (strcmp(name, words[i]) == 0) return CX_OK;
    }
    words[METRICS] = NULL;
    const char *const near = cx__nearest(name, words);
    return cx__fail(CX_E_ARGUMENT, where, "no metric is called '%.40s'%s%s%s", name,
                    near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "");
}

cx_status cx__metric_turn(const cx__metric *m, const cx__two *t, const cx_pairwise_opts *o,
                          double *order, cx_array **turn)
{
    *turn = NULL;
    *order = m->order < 0 ? (o->p.set ? o->p.value : 2) : m->order;
    if (m->run == minkowski) {
        if (!(*order > 0)) return cx__fail(CX_E_ARGUMENT, t->where, "p must be above 0");
        return cx__turn_weights(t, o, *order, turn);
    }
    if (m->run != standardised && m->run != mahalanobis) return CX_OK;
    *order = 2;
    return m->run == mahalanobis ? cx__turn_triangle(t, o, turn) : cx__turn_deviations(t, o, turn);
}

cx_status cx__metric_distances(const cx__metric *m, const cx__two *t, const cx_pairwise_opts *o,
                               cx_array **out)
{
    CX__TRY(m->run == NULL ? cx__metric_by_formula(m, t, o, out) : m->run(t, o, out));
    CX__TRY(cx__so_far());
    if (t->single) *out = cx_astype(*out, CX_F32);
    return cx__so_far();
}

/* ---- the whole matrix */
static cx_status precomputed(const char *where, const cx_array *x, const cx_array *y,
                             cx_array **out)
{
    static cx__held negative = CX__HELD("x: any(x < 0)");
    CX__NEED(where, "x", x, CX__KIND_ARRAY);
    if (cx_ndim(x) != 2 || cx_dim(x, 1) != cx_dim(y != NULL ? y : x, 0))
        return cx__fail(CX_E_SHAPE, where, "a precomputed matrix must be [n, rows of y]");
    if (cx__number_i64(cx__held_run(where, &negative, CX_ARRAYS(x))) != 0)
        return cx__fail(CX_E_ARGUMENT, where, "precomputed distances must not be negative");
    *out = cx_to(x, cx_device_of(x));
    return cx__so_far();
}

static cx_status distances(const char *where, const cx_array *x, const cx_array *y,
                           const char *metric, const cx_pairwise_opts *given, cx_array **out)
{
    cx_pairwise_opts o;
    const cx__metric *m;
    cx__two t;
    CX__TRY(CX__OPTIONS(where, given, &o));
    if (metric != NULL && strcmp(metric, "precomputed") == 0) return precomputed(where, x, y, out);
    CX__TRY(cx__metric_find(where, metric, &m));
    CX__TRY(cx__two_read(where, x, y, m->nan, &t));
    return cx__metric_distances(m, &t, &o, out);
}

static cx_array *named(const char *where, const cx_array *x, const cx_array *y, const char *metric,
                       const cx_pairwise_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = distances(where, x, y, metric, o, &r);
    return cx__give(s, st, r);
}

cx_array *cx_pairwise_distances(const cx_array *x, const cx_array *y, const char *metric,
                                const cx_pairwise_opts *o)
{
    return named("pairwise_distances", x, y, metric, o);
}

cx_array *cx_euclidean_distances(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o)
{
    return named("euclidean_distances", x, y, "euclidean", o);
}

cx_array *cx_manhattan_distances(const cx_array *x, const cx_array *y)
{
    return named("manhattan_distances", x, y, "manhattan", NULL);
}

cx_array *cx_cosine_distances(const cx_array *x, const cx_array *y)
{
    return named("cosine_distances", x, y, "cosine", NULL);
}

cx_array *cx_haversine_distances(const cx_array *x, const cx_array *y)
{
    return named("haversine_distances", x, y, "haversine", NULL);
}

cx_array *cx_nan_euclidean_distances(const cx_array *x, const cx_array *y,
                                     const cx_pairwise_opts *o)
{
    return named("nan_euclidean_distances", x, y, "nan_euclidean", o);
}

/* ---- in pieces */
typedef struct pieces {
    const cx__metric *metric; /* NULL: precomputed */
    cx_pairwise_opts o;
    cx__two t;
    const cx_array *x, *y;
} pieces;

/* What a piece cannot see of the whole: variances and covariances of all rows. */
static cx_status settle(pieces *p)
{
    const cx__two *t = &p->t;
    if (p->metric->run == standardised && p->o.v == NULL) return cx__own_variance(t, &p->o.v);
    if (p->metric->run == mahalanobis && p->o.vi == NULL) return cx__own_inverse(t, &p->o.vi);
    return CX_OK;
}

static cx_status one_piece(const char *where, const pieces *p, int64_t lo, int64_t hi,
                           cx_array **out)
{
    if (lo == 0 && hi == p->t.n) return cx__metric_distances(p->metric, &p->t, &p->o, out);
    cx__two part = p->t;
    part.where = where;
    part.same = false;
    part.x = cx_slice(p->t.x, 0, lo, hi, 1);
    part.n = hi - lo;
    CX__TRY(cx__so_far());
    return cx__metric_distances(p->metric, &part, &p->o, out);
}

static cx_status walk(const char *where, const cx_array *x, const cx_array *y, const char *metric,
                      const cx_pairwise_opts *given, cx_pairwise_fn *piece, void *ctx)
{
    pieces p = {.x = x, .y = y};
    CX__TRY(CX__OPTIONS(where, given, &p.o));
    if (piece == NULL) return cx__fail(CX_E_ARGUMENT, where, "piece is NULL");
    if (metric != NULL && strcmp(metric, "precomputed") == 0) {
        cx_array *all;
        CX__TRY(precomputed(where, x, y, &all));
        return piece(ctx, all, 0);
    }
    CX__TRY(cx__metric_find(where, metric, &p.metric));
    CX__TRY(cx__two_read(where, x, y, p.metric->nan, &p.t));
    CX__TRY(settle(&p));
    const size_t memory = p.o.working_memory != 0 ? p.o.working_memory : (size_t)1 << 30;
    int64_t rows = (int64_t)(memory / 8) / p.t.m;
    rows = rows < 1 ? 1 : rows > p.t.n ? p.t.n : rows;
    for (int64_t lo = 0; lo < p.t.n; lo += rows) {
        const cx_scope s = cx_scope_open();
        cx_array *d = NULL;
        cx_status st = cx__poll(where);
        if (st == CX_OK) st = one_piece(where, &p, lo, lo + rows < p.t.n ? lo + rows : p.t.n, &d);
        if (st == CX_OK) st = piece(ctx, d, lo);
        CX__TRY(cx__give_status(s, st));
    }
    return CX_OK;
}

cx_status cx_pairwise_distances_chunked(const cx_array *x, const cx_array *y, const char *metric,
                                        const cx_pairwise_opts *o, cx_pairwise_fn *piece, void *ctx)
{
    const cx_scope s = cx_scope_open();
    return cx__give_status(s, walk("pairwise_distances_chunked", x, y, metric, o, piece, ctx));
}

/* ---- nearest rows */
/* By the neighbours slot, for metrics that are Minkowski's of some order. */
static cx_status by_neighbours(const cx__two *t, double order, bool squared, cx_nearest *out)
{
    static cx__held root = CX__HELD("r: sqrt(r)"), power = CX__HELD("r, p: r ** (1 / p)");
    cx_array *norm = cx__new_f64(&t->site, t->m, -1);
    out->index = cx_empty(CX_SHAPE(t->n), CX_I64, t->site.device);
    out->distance = cx__new_f64(&t->site, t->n, -1);
    double *const norm_at = cx__at(norm);
    const cx_learn_neighbours call = {.m = t->m,
                                      .n = t->n,
                                      .d = t->d,
                                      .k = 1,
                                      .train = cx__at(t->y),
                                      .query = cx__at(t->x),
                                      .norm = norm_at,
                                      .p = order,
                                      .index = cx__at(out->index),
                                      .rank = cx__at(out->distance)};
    CX__TRY(cx__so_far());
    CX__TRY(t->site.ops->row_norms(t->site.queue, call.train, t->m, t->d, norm_at));
    CX__TRY(t->site.ops->neighbours(t->site.queue, &call));
    if (order == 2 && !squared)
        out->distance = cx__held_run(t->where, &root, CX_ARRAYS(out->distance));
    else if (order != 1 && order != 2 && !isinf(order))
        out->distance = cx__held_run(t->where, &power, CX_ARRAYS(out->distance, cx_float(order)));
    return cx__so_far();
}

typedef struct nearest {
    cx_array *index, *distance;
} nearest;

static cx_status nearest_of_piece(void *ctx, const cx_array *d, int64_t start)
{
    nearest *const n = ctx;
    const int64_t end = start + cx_dim(d, 0);
    const cx_array *at = cx_argmin(d, CX_AXIS(1));
    CX__TRY(cx_copy_into(at, cx_slice(n->index, 0, start, end, 1)));
    CX__TRY(cx_copy_into(cx_min(d, CX_AXIS(1)), cx_slice(n->distance, 0, start, end, 1)));
    return cx__so_far();
}

static cx_status argmin(const char *where, const cx_array *x, const cx_array *y, const char *metric,
                        const cx_pairwise_opts *given, cx_nearest *out)
{
    cx_pairwise_opts o;
    const cx__metric *m;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__metric_find(where, metric, &m));
    CX__NEED(where, "y", y, CX__KIND_ARRAY);
    const cx_array *a = o.by_columns ? y : x, *b = o.by_columns ? x : y;
    cx__two t;
    CX__TRY(cx__two_read(where, a, b, m->nan, &t));
    const double order = m->order < 0 ? (o.p.set ? o.p.value : 2) : m->order;
    if (order > 0 && o.w == NULL) {
        CX__TRY(by_neighbours(&t, order, m->squared || (order == 2 && o.squared), out));
        if (t.single) out->distance = cx_astype(out->distance, CX_F32);
        return cx__so_far();
    }
    nearest n = {cx_empty(CX_SHAPE(t.n), CX_I64, t.site.device),
                 cx_empty(CX_SHAPE(t.n), t.single ? CX_F32 : CX_F64, t.site.device)};
    CX__TRY(cx__so_far());
    if (o.working_memory == 0) o.working_memory = (size_t)1 << 26;
    o.struct_size = sizeof o;
    CX__TRY(walk(where, a, b, metric, &o, nearest_of_piece, &n));
    *out = (cx_nearest){n.index, n.distance};
    return CX_OK;
}

cx_nearest cx_pairwise_distances_argmin_min(const cx_array *x, const cx_array *y,
                                            const char *metric, const cx_pairwise_opts *o)
{
    static const char where[] = "pairwise_distances_argmin_min";
    const cx_scope s = cx_scope_open();
    cx_nearest n = {NULL, NULL};
    const cx_status st = argmin(where, x, y, metric, o, &n);
    cx_array *part[2] = {n.index, n.distance};
    cx__give_all(s, st, where, 2, part);
    return (cx_nearest){part[0], part[1]};
}

cx_array *cx_pairwise_distances_argmin(const cx_array *x, const cx_array *y, const char *metric,
                                       const cx_pairwise_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_nearest n = {NULL, NULL};
    const cx_status st = argmin("pairwise_distances_argmin", x, y, metric, o, &n);
    return cx__give(s, st, n.index);
}
