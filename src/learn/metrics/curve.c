/* Curves over thresholds and the areas under them.
 *
 * One idea: rows in the order of their scores, running sums of both sides, and of each run of equal
 * scores its last row. */
#include "learn/metrics/curve.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/calculus.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics_ranking.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>

cx_status cx__scores_valid(const char *where, const cx_array *score)
{
    const cx_array *bad = cx_isnan(score);
    if (cx__number_i64(cx_any(bad, CX_ALL)) == 0) return cx__so_far();
    const int64_t at = cx__number_i64(cx_argmax(bad, CX_ALL)),
                  cols = cx_ndim(score) == 2 ? cx_dim(score, 1) : 1;
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, where, "row %lld of y_score is NaN", (long long)(at / cols));
}

cx_status cx__curve_of(const cx__ranking *r, cx__curve *out)
{
    static cx__held sides = CX__HELD("yes, w: m = float64(yes); m * w, (1 - m) * w");
    const cx_array *score = r->score, *positive = r->positive, *weight = r->weight;
    if (weight != NULL) {
        const cx_array *some = cx_not_equal(weight, cx_int(0));
        score = cx_compress(some, score, 0);
        positive = cx_compress(some, positive, 0);
        weight = cx_compress(some, weight, 0);
    }
    const int64_t n = cx_size(score);
    CX__TRY(cx__so_far());
    if (n == 0) return cx__fail(CX_E_ARGUMENT, r->where, "no row has any weight");
    const cx_array *order = cx_argsort(cx_negative(score), 0), *sorted = cx_take(score, order, 0);
    const cx_tuple side =
        cx__held_all(r->where, &sides, CX_ARRAYS(positive, weight != NULL ? weight : cx_float(1)));
    cx_array *last = cx_ones(CX_SHAPE(n), CX_BOOL, r->device);
    CX__TRY(cx__so_far());
    if (n > 1)
        CX__TRY(cx_copy_into(
            cx_not_equal(cx_slice(sorted, 0, 1, CX_END, 1), cx_slice(sorted, 0, 0, -1, 1)),
            cx_slice(last, 0, 0, -1, 1)));
    out->hits = cx_compress(last, cx_cumsum(cx_take(side.at[0], order, 0), 0), 0);
    out->false_alarms = cx_compress(last, cx_cumsum(cx_take(side.at[1], order, 0), 0), 0);
    out->thresholds = cx_compress(last, sorted, 0);
    out->all_hits = cx__number_f64(cx_slice(out->hits, 0, -1, CX_END, 1));
    out->all_false = cx__number_f64(cx_slice(out->false_alarms, 0, -1, CX_END, 1));
    return cx__so_far();
}

static const cx_array *first(cx_device d, double v, const cx_array *rest)
{
    return cx_concatenate(CX_ARRAYS(cx_full(CX_SHAPE(1), cx_float(v), CX_F64, d), rest), 0);
}

/* Twice the area between points. */
static double trapezoids(const char *where, const cx_array *x, const cx_array *y)
{
    static cx__held sum = CX__HELD("x0, x1, y0, y1: sum((x1 - x0) * (y1 + y0))");
    return cx__number_f64(
        cx__held_run(where, &sum,
                     CX_ARRAYS(cx_slice(x, 0, 0, -1, 1), cx_slice(x, 0, 1, CX_END, 1),
                               cx_slice(y, 0, 0, -1, 1), cx_slice(y, 0, 1, CX_END, 1))));
}

/* The area up to the share `most` of false alarms, so that chance is 1/2 and the best 1. */
static cx_status part_of_area(const cx__ranking *r, const cx__curve *c, const cx_array *x,
                              const cx_array *y, double most, double *out)
{
    const double end = most * c->all_false;
    const int64_t stop = cx__number_i64(cx_count_nonzero(cx_less_equal(x, cx_float(end)), CX_ALL));
    CX__TRY(cx__so_far());
    const double x0 = cx__number_f64(cx_select(x, 0, stop - 1)),
                 x1 = cx__number_f64(cx_select(x, 0, stop)),
                 y0 = cx__number_f64(cx_select(y, 0, stop - 1)),
                 y1 = cx__number_f64(cx_select(y, 0, stop)),
                 there = y0 + (end - x0) / (x1 - x0) * (y1 - y0);
    double twice = (end - x0) * (there + y0);
    if (stop > 1)
        twice += trapezoids(r->where, cx_slice(x, 0, 0, stop, 1), cx_slice(y, 0, 0, stop, 1));
    const double area = twice / 2 / (c->all_false * c->all_hits), least = most * most / 2;
    *out = 0.5 * (1 + (area - least) / (most - least));
    return cx__so_far();
}

cx_status cx__roc_area(const cx__ranking *r, const cx_metric_opts *o, double *out)
{
    cx__curve c;
    CX__TRY(cx__curve_of(r, &c));
    *out = NAN;
    if (!(c.all_hits > 0 && c.all_false > 0)) {
        cx__warn(CX_E_ARGUMENT, "%s: only one class in y_true; the score is not defined", r->where);
        return CX_OK;
    }
    const double most = o->max_fpr.set ? o->max_fpr.value : 1;
    if (!(most > 0 && most <= 1))
        return cx__fail(CX_E_ARGUMENT, r->where, "max_fpr must be in (0, 1]");
    const cx_array *x = first(r->device, 0, c.false_alarms), *y = first(r->device, 0, c.hits);
    if (most < 1) return part_of_area(r, &c, x, y, most, out);
    *out = trapezoids(r->where, x, y) / 2 / (c.all_hits * c.all_false);
    return cx__so_far();
}

cx_status cx__average_precision(const cx__ranking *r, const cx_metric_opts *o, double *out)
{
    static cx__held steps =
        CX__HELD("hits, before, wrong: sum((hits - before) * (hits / (hits + wrong)))");
    cx__curve c;
    (void)o;
    CX__TRY(cx__curve_of(r, &c));
    *out = 0;
    if (c.all_hits == 0) {
        cx__warn(CX_E_ARGUMENT, "%s: no positive class in y_true; recall is taken for 1", r->where);
        return CX_OK;
    }
    const cx_array *before = first(r->device, 0, cx_slice(c.hits, 0, 0, -1, 1));
    *out =
        cx__number_f64(cx__held_run(r->where, &steps, CX_ARRAYS(c.hits, before, c.false_alarms)));
    *out = fmax(*out / c.all_hits, 0);
    return cx__so_far();
}

/* ---- the curves themselves */
static cx_status curve(const cx__ask *q, cx__ranking *r, cx__curve *c)
{
    cx__pair p;
    const cx_array *positive;
    CX__TRY(cx__metric_positives(q, &p, &positive));
    if (cx_size(q->pred) != p.n || cx_dim(q->pred, 0) != p.n)
        return cx__fail(CX_E_SHAPE, q->where, "y_score must be [%lld]", (long long)p.n);
    const cx_array *score = cx_reshape(cx__f64(&p.site, q->pred), CX_SHAPE(p.n));
    CX__TRY(cx__scores_valid(q->where, score));
    *r = (cx__ranking){q->where, p.site.device, positive, score, p.weight};
    return cx__curve_of(r, c);
}

/* Only the points between the ends where `keep` says so. */
static void thin(const cx__ranking *r, cx__curve *c, const cx_array *keep)
{
    const cx_array *end = cx_ones(CX_SHAPE(1), CX_BOOL, r->device),
                   *mask = cx_concatenate(CX_ARRAYS(end, keep, end), 0);
    c->hits = cx_compress(mask, c->hits, 0);
    c->false_alarms = cx_compress(mask, c->false_alarms, 0);
    c->thresholds = cx_compress(mask, c->thresholds, 0);
}

static const cx_array *share(const cx__ranking *r, const cx_array *v, double all, const char *what)
{
    if (all > 0) return cx_div(v, cx_float(all));
    cx__warn(CX_E_ARGUMENT, "%s: no %s rows in y_true, their rate is NaN", r->where, what);
    return cx_full(cx_shape_of(v), cx_float((double)NAN), CX_F64, r->device);
}

static cx_status roc(const cx__ask *q, cx_array *part[3])
{
    static cx__held bends = CX__HELD("a, b: (a != 0) | (b != 0)");
    cx__ranking r;
    cx__curve c;
    CX__TRY(curve(q, &r, &c));
    if ((!q->o.drop_intermediate.set || q->o.drop_intermediate.value != 0) && cx_size(c.hits) > 2)
        thin(&r, &c,
             cx__held_run(
                 q->where, &bends,
                 CX_ARRAYS(cx_diff(c.false_alarms, 2, 0, NULL), cx_diff(c.hits, 2, 0, NULL))));
    part[0] =
        cx_ascontiguous(share(&r, first(r.device, 0, c.false_alarms), c.all_false, "negative"));
    part[1] = cx_ascontiguous(share(&r, first(r.device, 0, c.hits), c.all_hits, "positive"));
    part[2] = cx_ascontiguous(first(r.device, (double)INFINITY, c.thresholds));
    return cx__so_far();
}

cx_roc cx_roc_curve(const cx_array *y_true, const cx_array *y_score, const cx_metric_opts *o)
{
    static const char where[] = "roc_curve";
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_array *part[3] = {NULL, NULL, NULL};
    cx_status st = cx__metric_ask(where, 0, y_true, y_score, o, &q);
    if (st == CX_OK) st = roc(&q, part);
    cx__give_all(s, st, where, 3, part);
    return (cx_roc){part[0], part[1], part[2]};
}

static cx_status precision_recall(const cx__ask *q, cx_array *part[3])
{
    static cx__held moves = CX__HELD("a, b: (a != 0) | (b != 0)"),
                    ratio = CX__HELD("hits, wrong: hits / (hits + wrong)");
    cx__ranking r;
    cx__curve c;
    CX__TRY(curve(q, &r, &c));
    if (q->o.drop_intermediate.set && q->o.drop_intermediate.value != 0 && cx_size(c.hits) > 2) {
        const cx_array *d = cx_diff(c.hits, 1, 0, NULL);
        thin(&r, &c,
             cx__held_run(q->where, &moves,
                          CX_ARRAYS(cx_slice(d, 0, 0, -1, 1), cx_slice(d, 0, 1, CX_END, 1))));
    }
    if (c.all_hits == 0)
        cx__warn(CX_E_ARGUMENT, "%s: no positive class in y_true; recall is 1 at all thresholds",
                 q->where);
    const cx_array *precision = cx__held_run(q->where, &ratio, CX_ARRAYS(c.hits, c.false_alarms)),
                   *recall = c.all_hits == 0 ? cx_ones_like(c.hits, CX_F64)
                                             : cx_div(c.hits, cx_float(c.all_hits));
    part[0] = cx_copy(cx_flip(first(r.device, 1, precision), 0));
    part[1] = cx_copy(cx_flip(first(r.device, 0, recall), 0));
    part[2] = cx_copy(cx_flip(c.thresholds, 0));
    /* the point (1, 0) stood first and so is the last now */
    return cx__so_far();
}

cx_precision_recall cx_precision_recall_curve(const cx_array *y_true, const cx_array *y_score,
                                              const cx_metric_opts *o)
{
    static const char where[] = "precision_recall_curve";
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_array *part[3] = {NULL, NULL, NULL};
    cx_status st = cx__metric_ask(where, 0, y_true, y_score, o, &q);
    if (st == CX_OK) st = precision_recall(&q, part);
    cx__give_all(s, st, where, 3, part);
    return (cx_precision_recall){part[0], part[1], part[2]};
}

static cx_status auc(const cx__ask *q, double *out)
{
    static cx__held ways = CX__HELD("a, b: any(b < a), any(b > a)");
    cx__site s;
    CX__TRY(cx__site_of(q->where, q->truth, &s));
    const int64_t n = cx_size(q->truth);
    if (cx_ndim(q->truth) != 1 || cx_ndim(q->pred) != 1 || cx_size(q->pred) != n)
        return cx__fail(CX_E_SHAPE, q->where, "x and y must be [n]");
    if (n < 2) return cx__fail(CX_E_ARGUMENT, q->where, "an area needs at least 2 points");
    const cx_array *x = cx__f64(&s, q->truth), *y = cx__f64(&s, q->pred);
    const cx_tuple way = cx__held_all(
        q->where, &ways, CX_ARRAYS(cx_slice(x, 0, 0, -1, 1), cx_slice(x, 0, 1, CX_END, 1)));
    CX__TRY(cx__so_far());
    const bool falls = cx__number_i64(way.at[0]) != 0, rises = cx__number_i64(way.at[1]) != 0;
    CX__TRY(cx__so_far());
    if (falls && rises)
        return cx__fail(CX_E_ARGUMENT, q->where, "x is neither ascending nor descending");
    *out = trapezoids(q->where, x, y) / (falls ? -2 : 2);
    return cx__so_far();
}

double cx_auc(const cx_array *x, const cx_array *y)
{
    return cx__metric_run("auc", auc, 0, x, y, NULL);
}
