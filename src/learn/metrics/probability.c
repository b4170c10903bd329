/* Scores of probabilities and margins: means over the rows of a loss. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>

cx_status cx__probabilities_valid(const char *where, const cx_array *proba, int64_t cols)
{
    static cx__held within = CX__HELD("p: 0 <= p <= 1");
    const cx_array *ok = cx__held_run(where, &within, CX_ARRAYS(proba));
    if (cx__number_i64(cx_all(ok, CX_ALL)) != 0) return cx__so_far();
    const int64_t at = cx__number_i64(cx_argmin(ok, CX_ALL));
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, where, "row %lld of y_proba is outside [0, 1]",
                    (long long)(at / cols));
}

/* Truth and probabilities [n] or [n, classes] of several classes, checked. */
static cx_status several(const cx__ask *q, cx__pair *p, const cx_array **proba, int64_t *cols)
{
    static cx__held normal = CX__HELD("p, eps: all(abs(sum(p, axis=1) - 1) <= eps)");
    const char *const where = q->where;
    CX__TRY(cx__metric_pair(where, q->truth, NULL, &q->o, p));
    *cols = cx_ndim(q->pred) == 2 ? cx_dim(q->pred, 1) : 1;
    const int64_t wanted = *cols == 1 ? 2 : *cols;
    if (cx_ndim(q->pred) < 1 || cx_ndim(q->pred) > 2 || cx_dim(q->pred, 0) != p->n)
        return cx__fail(CX_E_SHAPE, where, "y_proba must be [%lld] or [%lld, classes]",
                        (long long)p->n, (long long)p->n);
    if (p->classes < 2)
        return cx__fail(CX_E_ARGUMENT, where,
                        "y_true has one class only; give all of them in labels");
    if (p->classes != wanted)
        return cx__fail(CX_E_ARGUMENT, where, "%lld classes but %lld columns; give labels",
                        (long long)p->classes, (long long)wanted);
    *proba = cx_reshape(cx__f64(&p->site, q->pred), CX_SHAPE(p->n, *cols));
    CX__TRY(cx__probabilities_valid(where, *proba, *cols));
    const double eps = cx_dtype_of(q->pred) == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    if (*cols == 1) {
        *proba = cx_reshape(*proba, CX_SHAPE(p->n));
        return cx__so_far();
    }
    const cx_array *sound = cx__held_run(where, &normal, CX_ARRAYS(*proba, cx_float(sqrt(eps))));
    if (cx__number_i64(sound) == 0 && cx_ok())
        cx__warn(CX_E_ARGUMENT, "%s: the probabilities of some rows do not sum to 1", where);
    return cx__so_far();
}

static cx_status log_loss(const cx__ask *q, double *out)
{
    static cx__held two = CX__HELD("t, p: where(t == 1, p, 1 - p)"),
                    many = CX__HELD("j, t, p: sum(where(j == t, p, 0), axis=1)"),
                    logs = CX__HELD("p, low, high: -log(clip(p, low, high))");
    cx__pair p;
    const cx_array *proba, *own;
    int64_t cols;
    CX__TRY(several(q, &p, &proba, &cols));
    const double eps = cx_dtype_of(q->pred) == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    if (cols == 1) {
        own = cx__held_run(q->where, &two, CX_ARRAYS(p.truth, proba));
    } else {
        const cx_array *place = cx_arange_i64(0, cols, 1, CX_I64, p.site.device);
        own = cx__held_run(q->where, &many, CX_ARRAYS(place, cx_expand_dims(p.truth, 1), proba));
    }
    const cx_array *loss =
        cx__held_run(q->where, &logs, CX_ARRAYS(own, cx_float(eps), cx_float(1 - eps)));
    return cx__metric_mean(q, loss, p.weight, out);
}

double cx_log_loss(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o)
{
    return cx__metric_run("log_loss", log_loss, 0, y_true, y_proba, o);
}

static cx_status brier(const cx__ask *q, double *out)
{
    static cx__held two = CX__HELD("t, p: e = float64(t) - p; 2 * (e * e)"),
                    many = CX__HELD("j, t, p: e = float64(j == t) - p; sum(e * e, axis=1)");
    cx__pair p;
    cx__ask mean = *q;
    mean.o.total = false;
    const cx_array *proba, *rows;
    int64_t cols = cx_ndim(q->pred) == 2 ? cx_dim(q->pred, 1) : 1;
    if (cols == 1) {
        const cx_array *positive;
        CX__TRY(cx__metric_positives(q, &p, &positive));
        if (cx_ndim(q->pred) < 1 || cx_dim(q->pred, 0) != p.n)
            return cx__fail(CX_E_SHAPE, q->where, "y_proba must be [%lld]", (long long)p.n);
        proba = cx_reshape(cx__f64(&p.site, q->pred), CX_SHAPE(p.n));
        CX__TRY(cx__probabilities_valid(q->where, proba, 1));
        rows = cx__held_run(q->where, &two, CX_ARRAYS(positive, proba));
    } else {
        CX__TRY(several(q, &p, &proba, &cols));
        const cx_array *place = cx_arange_i64(0, cols, 1, CX_I64, p.site.device);
        rows = cx__held_run(q->where, &many, CX_ARRAYS(place, cx_expand_dims(p.truth, 1), proba));
    }
    CX__TRY(cx__metric_mean(&mean, rows, p.weight, out));
    if (q->o.scale_by_half.set ? q->o.scale_by_half.value != 0 : cols < 3) *out *= 0.5;
    return CX_OK;
}

double cx_brier_score_loss(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o)
{
    return cx__metric_run("brier_score_loss", brier, 0, y_true, y_proba, o);
}

/* ---- beside the shares of the classes */
enum { LOG_LOSS, BRIER };

/* What always answering with the shares of the classes would score, by their masses. */
static double null_score(const cx__ask *q, const double *mass, int64_t classes)
{
    const double eps = cx_dtype_of(q->pred) == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    double all = 0, sum = 0;
    for (int64_t k = 0; k < classes; k++) all += mass[k];
    for (int64_t k = 0; k < classes; k++) {
        const double share = mass[k] / all;
        sum +=
            q->which == BRIER ? share * (1 - share) : -share * log(fmin(fmax(share, eps), 1 - eps));
    }
    return sum;
}

static cx_status explained(const cx__ask *q, double *out)
{
    cx__ask own = *q;
    cx__pair p;
    double *mass, score;
    own.o.total = false;
    own.o.scale_by_half = (cx_maybe_i64)CX_SET(0);
    if (cx_dim(q->truth, 0) < 2) {
        cx__warn(CX_E_ARGUMENT, "%s: not defined for fewer than two rows", q->where);
        return CX_OK;
    }
    CX__TRY(q->which == BRIER ? brier(&own, &score) : log_loss(&own, &score));
    const bool one = q->which == BRIER && !cx__metric_many(q->pred);
    const cx_array *code;
    if (one) {
        CX__TRY(cx__metric_positives(&own, &p, &code));
    } else {
        CX__TRY(cx__metric_pair(q->where, q->truth, NULL, &own.o, &p));
        code = p.truth;
    }
    const int64_t classes = one ? 2 : p.classes;
    CX__TRY(cx__metric_room(classes, &mass));
    CX__TRY(cx__count_codes(&p.site, code, p.weight, classes, mass));
    *out = 1 - score / null_score(q, mass, classes);
    return CX_OK;
}

double cx_d2_log_loss_score(const cx_array *y_true, const cx_array *y_proba,
                            const cx_metric_opts *o)
{
    return cx__metric_run("d2_log_loss_score", explained, LOG_LOSS, y_true, y_proba, o);
}

double cx_d2_brier_score(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o)
{
    return cx__metric_run("d2_brier_score", explained, BRIER, y_true, y_proba, o);
}

static cx_status hinge(const cx__ask *q, double *out)
{
    static cx__held two = CX__HELD("t, v: maximum(1 - where(t == 1, v, -v), 0.0)"),
                    many = CX__HELD("j, t, v: own = sum(where(j == t, v, 0.0), axis=1);"
                                    "best = max(where(j == t, -inf, v), axis=1);"
                                    "maximum(1 - (own - best), 0.0)");
    cx__pair p;
    cx__ask mean = *q;
    mean.o.total = false;
    CX__TRY(cx__metric_pair(q->where, q->truth, NULL, &q->o, &p));
    const int64_t cols = cx_ndim(q->pred) == 2 ? cx_dim(q->pred, 1) : 1;
    if (cx_ndim(q->pred) < 1 || cx_ndim(q->pred) > 2 || cx_dim(q->pred, 0) != p.n)
        return cx__fail(CX_E_SHAPE, q->where, "decision must be [%lld] or [%lld, classes]",
                        (long long)p.n, (long long)p.n);
    if (p.classes > 2 ? cols != p.classes : cols != 1)
        return cx__fail(CX_E_ARGUMENT, q->where, "%lld classes but %lld columns; give labels",
                        (long long)p.classes, (long long)cols);
    const cx_array *v = cx_reshape(cx__f64(&p.site, q->pred), CX_SHAPE(p.n, cols)), *loss;
    if (cols == 1) {
        loss = cx__held_run(q->where, &two, CX_ARRAYS(p.truth, cx_reshape(v, CX_SHAPE(p.n))));
    } else {
        const cx_array *place = cx_arange_i64(0, cols, 1, CX_I64, p.site.device);
        loss = cx__held_run(q->where, &many, CX_ARRAYS(place, cx_expand_dims(p.truth, 1), v));
    }
    return cx__metric_mean(&mean, loss, p.weight, out);
}

double cx_hinge_loss(const cx_array *y_true, const cx_array *decision, const cx_metric_opts *o)
{
    return cx__metric_run("hinge_loss", hinge, 0, y_true, decision, o);
}
