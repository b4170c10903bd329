/* Scores of probabilities and rankings. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <float.h>
#include <math.h>

static cx_status inside(const char *where, const cx_array *proba, int64_t cols)
{
    static cx__held within = CX__HELD("p: 0 <= p <= 1");
    const cx_array *ok = cx__held_run(where, &within, CX_ARRAYS(proba));
    if (cx__number_i64(cx_all(ok, CX_ALL)) != 0) return cx__so_far();
    const int64_t at = cx__number_i64(cx_argmin(ok, CX_ALL));
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, where, "row %lld of y_proba is outside [0, 1]",
                    (long long)(at / cols));
}

static cx_status log_loss(const cx_array *y_true, const cx_array *y_proba,
                          const cx_metric_opts *given, double *out)
{
    static const char where[] = "log_loss";
    static cx__held two = CX__HELD("t, p: where(t == 1, p, 1 - p)"),
                    many = CX__HELD("j, t, p: sum(where(j == t, p, 0), axis=1)"),
                    normal = CX__HELD("p, eps: all(abs(sum(p, axis=1) - 1) <= eps)"),
                    logs = CX__HELD("p, low, high, w: sum(log(clip(p, low, high)) * w)");
    cx_metric_opts o;
    cx__pair p;
    CX__TRY(cx__metric_opts(where, given, &o));
    CX__NEED(where, "y_proba", y_proba, CX__KIND_ARRAY);
    CX__TRY(cx__metric_pair(where, y_true, NULL, &o, &p));
    const int64_t given_cols = cx_ndim(y_proba) == 2 ? cx_dim(y_proba, 1) : 1,
                  cols = given_cols == 1 ? 2 : given_cols;
    if (cx_ndim(y_proba) < 1 || cx_ndim(y_proba) > 2 || cx_dim(y_proba, 0) != p.n)
        return cx__fail(CX_E_SHAPE, where, "y_proba must be [%lld] or [%lld, classes]",
                        (long long)p.n, (long long)p.n);
    if (p.classes < 2)
        return cx__fail(CX_E_ARGUMENT, where,
                        "y_true has one class only; give all of them in labels");
    if (p.classes != cols)
        return cx__fail(CX_E_ARGUMENT, where, "%lld classes but %lld columns; give labels",
                        (long long)p.classes, (long long)cols);
    const cx_array *proba = cx_reshape(cx__f64(&p.site, y_proba), CX_SHAPE(p.n, given_cols));
    CX__TRY(inside(where, proba, given_cols));
    const double eps = cx_dtype_of(y_proba) == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    const cx_array *own;
    if (given_cols == 1) {
        const cx_array *first = cx_reshape(proba, CX_SHAPE(p.n));
        own = cx__held_run(where, &two, CX_ARRAYS(p.truth, first));
    } else {
        const cx_array *sound = cx__held_run(where, &normal, CX_ARRAYS(proba, cx_float(sqrt(eps))));
        if (cx__number_i64(sound) == 0 && cx_ok())
            cx__warn(CX_E_ARGUMENT, "log_loss: the probabilities of some rows do not sum to 1");
        const cx_array *place = cx_arange_i64(0, cols, 1, CX_I64, p.site.device);
        own = cx__held_run(where, &many, CX_ARRAYS(place, cx_expand_dims(p.truth, 1), proba));
    }
    const cx_array *weight = p.weight != NULL ? p.weight : cx_int(1),
                   *sum = cx__held_run(where, &logs,
                                       CX_ARRAYS(own, cx_float(eps), cx_float(1 - eps), weight));
    *out = -cx__number_f64(sum) / cx__metric_mass(p.weight, p.n);
    return cx__so_far();
}

double cx_log_loss(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = log_loss(y_true, y_proba, o, &v);
    return cx__metric_end(s, st, v);
}

/* Area for one class against the rest: trapezoids between distinct scores, from the highest down.
 * positive: bool [n]. *out NaN if one side has no weight. */
static cx_status area(const cx__pair *p, const cx_array *score, const cx_array *positive,
                      double *out)
{
    static const char where[] = "roc_auc_score";
    static cx__held sides = CX__HELD("yes, w: m = float64(yes); m * w, (1 - m) * w"),
                    trapezoids = CX__HELD("x0, x1, y0, y1: sum((x1 - x0) * (y1 + y0))");
    const cx_array *order = cx_argsort(cx_negative(score), 0), *sorted = cx_take(score, order, 0);
    const cx_tuple side =
        cx__held_all(where, &sides, CX_ARRAYS(positive, p->weight != NULL ? p->weight : cx_int(1)));
    /* the last row of each distinct score */
    cx_array *last = cx_ones(CX_SHAPE(p->n), CX_BOOL, p->site.device);
    if (p->n > 1)
        CX__TRY(cx_copy_into(
            cx_not_equal(cx_slice(sorted, 0, 1, CX_END, 1), cx_slice(sorted, 0, 0, -1, 1)),
            cx_slice(last, 0, 0, -1, 1)));
    const cx_array *zero = cx_zeros(CX_SHAPE(1), CX_F64, p->site.device),
                   *hits = cx_compress(last, cx_cumsum(cx_take(side.at[0], order, 0), 0), 0),
                   *misses = cx_compress(last, cx_cumsum(cx_take(side.at[1], order, 0), 0), 0);
    hits = cx_concatenate(CX_ARRAYS(zero, hits), 0);
    misses = cx_concatenate(CX_ARRAYS(zero, misses), 0);
    const cx_array *twice =
        cx__held_run(where, &trapezoids,
                     CX_ARRAYS(cx_slice(misses, 0, 0, -1, 1), cx_slice(misses, 0, 1, CX_END, 1),
                               cx_slice(hits, 0, 0, -1, 1), cx_slice(hits, 0, 1, CX_END, 1)));
    const double sum = cx__number_f64(twice) / 2,
                 all_hits = cx__number_f64(cx_slice(hits, 0, -1, CX_END, 1)),
                 all_misses = cx__number_f64(cx_slice(misses, 0, -1, CX_END, 1));
    *out = all_hits > 0 && all_misses > 0 ? sum / (all_hits * all_misses) : (double)NAN;
    return cx__so_far();
}

static cx_status one_against_rest(const cx__pair *p, const cx_array *score,
                                  cx_score_average average, double *out)
{
    double sum = 0, all = 0;
    for (int64_t c = 0; c < p->classes; c++) {
        const cx_array *positive = cx_equal(p->truth, cx_int(c));
        double a, w = 1;
        CX__TRY(area(p, cx_ascontiguous(cx_select(score, 1, c)), positive, &a));
        if (average == CX_SCORE_WEIGHTED)
            w = cx__number_f64(p->weight == NULL ? cx_count_nonzero(positive, CX_ALL)
                                                 : cx_sum(cx_mul(positive, p->weight), CX_ALL));
        sum += w * a;
        all += w;
    }
    *out = sum / all;
    return CX_OK;
}

static cx_status roc_auc(const cx_array *y_true, const cx_array *y_score,
                         const cx_metric_opts *given, double *out)
{
    static const char where[] = "roc_auc_score";
    cx_metric_opts o;
    cx__pair p;
    CX__TRY(cx__metric_opts(where, given, &o));
    CX__NEED(where, "y_score", y_score, CX__KIND_ARRAY);
    CX__TRY(cx__metric_pair(where, y_true, NULL, &o, &p));
    const int64_t cols = cx_ndim(y_score) == 2 ? cx_dim(y_score, 1) : 1;
    if (cx_ndim(y_score) < 1 || cx_ndim(y_score) > 2 || cx_dim(y_score, 0) != p.n)
        return cx__fail(CX_E_SHAPE, where, "y_score must be [%lld] or [%lld, classes]",
                        (long long)p.n, (long long)p.n);
    const bool two = cols <= 2 && p.classes <= 2;
    if (!two && cols != p.classes)
        return cx__fail(CX_E_ARGUMENT, where, "%lld classes but %lld columns", (long long)p.classes,
                        (long long)cols);
    if (!two && (o.average == CX_SCORE_BINARY || o.average == CX_SCORE_MICRO))
        return cx__fail(CX_E_ARGUMENT, where,
                        "average must be macro or weighted for more than two classes");
    const cx_array *score = cx_reshape(cx__f64(&p.site, y_score), CX_SHAPE(p.n, cols)),
                   *bad = cx_isnan(score);
    if (cx__number_i64(cx_any(bad, CX_ALL)) != 0) {
        const int64_t at = cx__number_i64(cx_argmax(bad, CX_ALL));
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, where, "row %lld of y_score is NaN", (long long)(at / cols));
    }
    CX__TRY(cx__so_far());
    if (p.classes < 2) {
        cx__warn(CX_E_ARGUMENT,
                 "roc_auc_score: only one class in y_true; the score is not defined");
        return CX_OK;
    }
    if (!two) return one_against_rest(&p, score, o.average, out);
    return area(&p, cx_ascontiguous(cx_select(score, 1, cols - 1)), cx_equal(p.truth, cx_int(1)),
                out);
}

double cx_roc_auc_score(const cx_array *y_true, const cx_array *y_score, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = roc_auc(y_true, y_score, o, &v);
    return cx__metric_end(s, st, v);
}
