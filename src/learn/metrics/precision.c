/* Precision, recall, F and Jaccard: ratios of three counts, of each class or averaged. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static const char *const names[] = {"precision", "recall", "F-score", "Jaccard", "F-score"};

/* hit_by * hit / (truth_by * truth + pred_by * pred + ...): what a member divides. */
typedef struct ratio {
    double hit, truth, pred, minus; /* hit * h / (truth * t + pred * p - minus * h) */
} ratio;

static ratio ratio_of(const cx__ask *q)
{
    const double beta = q->which == CX__F && q->o.beta.set ? q->o.beta.value : 1,
                 square = beta * beta;
    switch (q->which) {
    case CX__PRECISION: return (ratio){1, 0, 1, 0};
    case CX__RECALL: return (ratio){1, 1, 0, 0};
    case CX__JACCARD: return (ratio){1, 1, 1, 1};
    default: break;
    }
    if (isinf(beta)) return (ratio){1, 1, 0, 0};
    if (beta == 0) return (ratio){1, 0, 1, 0};
    return (ratio){1 + square, square, 1, 0};
}

static double one(const cx__ask *q, double hit, double truth, double pred, bool *undefined)
{
    const ratio r = ratio_of(q);
    const double below = r.truth * truth + r.pred * pred - r.minus * hit;
    if (below != 0) return r.hit * hit / below;
    *undefined = true;
    return q->o.zero_division.set ? q->o.zero_division.value : 0;
}

static void tell(const cx__ask *q, bool undefined)
{
    if (!undefined || q->o.zero_division.set) return;
    cx__warn(CX_E_ARGUMENT,
             "%s: %s is 0 / 0 for some label and set to 0; zero_division says otherwise", q->where,
             names[q->which]);
}

cx_status cx__prf_each(const cx__ask *q, const cx__counts *c, double *out)
{
    bool undefined = false;
    for (int64_t a = 0; a < c->p.count; a++) {
        const int64_t k = c->p.label[a];
        out[a] = one(q, c->hit[k], c->truth[k], c->pred[k], &undefined);
    }
    tell(q, undefined);
    return CX_OK;
}

/* One class alone: at most two may occur. */
static cx_status binary(const cx__ask *q, const cx__counts *c, double *out)
{
    int64_t positive;
    if (c->p.classes > 2 || c->p.many)
        return cx__fail(CX_E_ARGUMENT, q->where,
                        "%lld classes; choose another average: micro, macro, weighted%s",
                        (long long)c->p.classes, c->p.many ? ", samples" : "");
    CX__TRY(cx__metric_positive(q->where, &q->o, &c->p, &positive));
    if (positive < 0 && c->p.classes == 2)
        return cx__fail(CX_E_ARGUMENT, q->where, "pos_label is not among the two labels");
    bool undefined = false;
    *out = positive < 0
               ? one(q, 0, 0, 0, &undefined)
               : one(q, c->hit[positive], c->truth[positive], c->pred[positive], &undefined);
    tell(q, undefined);
    return CX_OK;
}

static cx_status micro(const cx__ask *q, const cx__counts *c, double *out)
{
    double hit = 0, truth = 0, pred = 0;
    for (int64_t a = 0; a < c->p.count; a++) {
        hit += c->hit[c->p.label[a]];
        truth += c->truth[c->p.label[a]];
        pred += c->pred[c->p.label[a]];
    }
    bool undefined = false;
    *out = one(q, hit, truth, pred, &undefined);
    tell(q, undefined);
    return CX_OK;
}

/* Each row of 0/1 matrices by itself, then their mean. */
static cx_status samples(const cx__ask *q, const cx__pair *p, double *out)
{
    static cx__held parts = CX__HELD("t, p, a, b, c, d: h = sum(t * p, axis=1);"
                                     "a * h, b * sum(t, axis=1) + c * sum(p, axis=1) - d * h"),
                    score = CX__HELD("up, down, none: where(down != 0, up / down, none)"),
                    sums = CX__HELD("v, w: ok = float64(v == v) * w;"
                                    "sum(where(v == v, v * w, 0.0)), sum(ok)");
    if (!p->many) return cx__fail(CX_E_ARGUMENT, q->where, "average samples is for 0/1 matrices");
    const ratio r = ratio_of(q);
    const double none = q->o.zero_division.set ? q->o.zero_division.value : 0;
    const cx_tuple part =
        cx__held_all(q->where, &parts,
                     CX_ARRAYS(p->truth, p->pred, cx_float(r.hit), cx_float(r.truth),
                               cx_float(r.pred), cx_float(r.minus)));
    CX__TRY(cx__so_far());
    tell(q, cx__number_i64(cx_all(part.at[1], CX_ALL)) == 0);
    const cx_array *v =
        cx__held_run(q->where, &score, CX_ARRAYS(part.at[0], part.at[1], cx_float(none)));
    const cx_tuple sum =
        cx__held_all(q->where, &sums, CX_ARRAYS(v, p->weight != NULL ? p->weight : cx_float(1)));
    CX__TRY(cx__so_far());
    *out = cx__number_f64(sum.at[0]) / cx__number_f64(sum.at[1]);
    return cx__so_far();
}

cx_status cx__prf_mean(const cx__ask *q, const cx__counts *c, double *out)
{
    switch (q->o.average) {
    case CX_SCORE_MICRO: return micro(q, c, out);
    case CX_SCORE_SAMPLES: return samples(q, &c->p, out);
    case CX_SCORE_MACRO:
    case CX_SCORE_WEIGHTED: break;
    default: return binary(q, c, out);
    }
    double *each;
    const int64_t n = c->p.count;
    CX__TRY(cx__metric_room(2 * n, &each));
    CX__TRY(cx__prf_each(q, c, each));
    for (int64_t a = 0; a < n; a++) each[n + a] = c->truth[c->p.label[a]];
    *out = cx__mean_of(each, q->o.average == CX_SCORE_WEIGHTED ? each + n : NULL, n);
    return CX_OK;
}

/* 0, 1 or NaN, as scikit-learn has it; Jaccard's mean would be NaN with one. */
static cx_status check_division(const cx__ask *q)
{
    const double v = q->o.zero_division.set ? q->o.zero_division.value : 0;
    const bool jaccard = q->which == CX__JACCARD;
    if (v == 0 || v == 1 || (isnan(v) && !jaccard)) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, q->where, "zero_division must be 0%s",
                    jaccard ? " or 1" : ", 1 or NaN");
}

static cx_status mean(const cx__ask *q, double *out)
{
    cx__counts c;
    CX__TRY(check_division(q));
    CX__TRY(cx__count_hits(q, &c));
    return cx__prf_mean(q, &c, out);
}

static cx_status each(const cx__ask *q, cx_array **out)
{
    cx__counts c;
    double *v;
    CX__TRY(check_division(q));
    CX__TRY(cx__count_hits(q, &c));
    CX__TRY(cx__metric_room(c.p.count, &v));
    CX__TRY(cx__prf_each(q, &c, v));
    *out = cx__given(&c.p.site, v, c.p.count, CX_F64);
    return cx__so_far();
}

double cx_f1_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("f1_score", mean, CX__F1, y_true, y_pred, o);
}

double cx_fbeta_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("fbeta_score", mean, CX__F, y_true, y_pred, o);
}

double cx_precision_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("precision_score", mean, CX__PRECISION, y_true, y_pred, o);
}

double cx_recall_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("recall_score", mean, CX__RECALL, y_true, y_pred, o);
}

double cx_jaccard_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("jaccard_score", mean, CX__JACCARD, y_true, y_pred, o);
}

cx_array *cx_f1_score_each(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_each("f1_score_each", each, CX__F1, y_true, y_pred, o);
}

cx_array *cx_fbeta_score_each(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o)
{
    return cx__metric_each("fbeta_score_each", each, CX__F, y_true, y_pred, o);
}

cx_array *cx_precision_score_each(const cx_array *y_true, const cx_array *y_pred,
                                  const cx_metric_opts *o)
{
    return cx__metric_each("precision_score_each", each, CX__PRECISION, y_true, y_pred, o);
}

cx_array *cx_recall_score_each(const cx_array *y_true, const cx_array *y_pred,
                               const cx_metric_opts *o)
{
    return cx__metric_each("recall_score_each", each, CX__RECALL, y_true, y_pred, o);
}

cx_array *cx_jaccard_score_each(const cx_array *y_true, const cx_array *y_pred,
                                const cx_metric_opts *o)
{
    return cx__metric_each("jaccard_score_each", each, CX__JACCARD, y_true, y_pred, o);
}

static cx_status all_three(cx__ask *q, cx_array *part[4])
{
    static const int member[3] = {CX__PRECISION, CX__RECALL, CX__F};
    cx__counts c;
    double *v;
    CX__TRY(check_division(q));
    CX__TRY(cx__count_hits(q, &c));
    CX__TRY(cx__metric_room(c.p.count, &v));
    for (int i = 0; i < 3; i++) {
        q->which = member[i];
        CX__TRY(cx__prf_each(q, &c, v));
        part[i] = cx__given(&c.p.site, v, c.p.count, CX_F64);
    }
    for (int64_t a = 0; a < c.p.count; a++) v[a] = c.truth[c.p.label[a]];
    part[3] = cx__given(&c.p.site, v, c.p.count, CX_F64);
    return cx__so_far();
}

cx_prf cx_precision_recall_fscore_support(const cx_array *y_true, const cx_array *y_pred,
                                          const cx_metric_opts *o)
{
    static const char where[] = "precision_recall_fscore_support";
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_array *part[4] = {NULL, NULL, NULL, NULL};
    cx_status st = cx__metric_ask(where, 0, y_true, y_pred, o, &q);
    if (st == CX_OK) st = all_three(&q, part);
    cx__give_all(s, st, where, 4, part);
    return (cx_prf){part[0], part[1], part[2], part[3]};
}
