/* Scores of predicted labels that are one number: equal rows, and coefficients of the table of all
 * pairs. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* Which rows differ, bool [n], and their weights. Integers are compared as they are: codes would
 * say no more. */
static cx_status differing(const cx__ask *q, const cx_array **out, const cx_array **weight)
{
    static cx__held rows = CX__HELD("a, b: a != b"),
                    matrices = CX__HELD("a, b: any(a != b, axis=1)");
    const char t = cx_dtype_kind(cx_dtype_of(q->truth)), p = cx_dtype_kind(cx_dtype_of(q->pred));
    const bool text = cx_dtype_of(q->truth) == CX_CAT || cx_dtype_of(q->pred) == CX_CAT,
               whole = !text && strchr("biu", t) != NULL && strchr("biu", p) != NULL;
    const int64_t n = cx_dim(q->truth, 0);
    cx__pair pair;
    if (whole && cx_ndim(q->truth) == 1 && cx_ndim(q->pred) == 1 && cx_dim(q->pred, 0) == n &&
        n > 0) {
        CX__TRY(cx__site_of(q->where, q->truth, &pair.site));
        CX__TRY(cx__metric_weight(&pair.site, &q->o, n, weight));
        *out = cx__held_run(q->where, &rows, CX_ARRAYS(q->truth, q->pred));
        return cx__so_far();
    }
    cx__ask any = *q;
    any.o.labels = NULL;
    CX__TRY(cx__metric_targets(&any, &pair));
    *weight = pair.weight;
    *out = cx__held_run(q->where, pair.many ? &matrices : &rows, CX_ARRAYS(pair.truth, pair.pred));
    return cx__so_far();
}

static cx_status accuracy(const cx__ask *q, double *out)
{
    const cx_array *differ, *weight;
    CX__TRY(differing(q, &differ, &weight));
    return cx__metric_mean(q, cx_logical_not(differ), weight, out);
}

double cx_accuracy_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("accuracy_score", accuracy, 0, y_true, y_pred, o);
}

static cx_status zero_one(const cx__ask *q, double *out)
{
    const cx_array *differ, *weight;
    CX__TRY(differing(q, &differ, &weight));
    return cx__metric_mean(q, differ, weight, out);
}

double cx_zero_one_loss(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("zero_one_loss", zero_one, 0, y_true, y_pred, o);
}

static cx_status hamming(const cx__ask *q, double *out)
{
    static cx__held share = CX__HELD("a, b: mean(float64(a != b), axis=1)");
    cx__ask any = *q;
    any.o.labels = NULL;
    any.o.total = false;
    if (!cx__metric_many(q->truth) && !cx__metric_many(q->pred)) return zero_one(&any, out);
    cx__pair p;
    CX__TRY(cx__metric_targets(&any, &p));
    const cx_array *wrong = cx__held_run(q->where, &share, CX_ARRAYS(p.truth, p.pred));
    return cx__metric_mean(&any, wrong, p.weight, out);
}

double cx_hamming_loss(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("hamming_loss", hamming, 0, y_true, y_pred, o);
}

/* Counts of labels [n] only. */
static cx_status count_labels(const cx__ask *q, cx__counts *c)
{
    if (cx__metric_many(q->truth) || cx__metric_many(q->pred))
        return cx__fail(CX_E_SHAPE, q->where, "labels are [n]; matrices of labels do not apply");
    cx__ask any = *q;
    any.o.labels = NULL;
    return cx__count_hits(&any, c);
}

static cx_status balanced(const cx__ask *q, double *out)
{
    cx__counts c;
    CX__TRY(count_labels(q, &c));
    double sum = 0, classes = 0;
    for (int64_t k = 0; k < c.p.classes; k++) {
        if (c.truth[k] == 0) continue;
        sum += c.hit[k] / c.truth[k];
        classes++;
    }
    if (classes < (double)c.p.classes)
        cx__warn(CX_E_ARGUMENT, "%s: y_pred has classes that y_true has not", q->where);
    *out = sum / classes;
    if (q->o.adjusted) *out = (*out - 1 / classes) / (1 - 1 / classes);
    return CX_OK;
}

double cx_balanced_accuracy_score(const cx_array *y_true, const cx_array *y_pred,
                                  const cx_metric_opts *o)
{
    return cx__metric_run("balanced_accuracy_score", balanced, 0, y_true, y_pred, o);
}

static cx_status matthews(const cx__ask *q, double *out)
{
    cx__counts c;
    CX__TRY(count_labels(q, &c));
    double hits = 0, all = 0, both = 0, truth = 0, pred = 0;
    for (int64_t k = 0; k < c.p.classes; k++) {
        hits += c.hit[k];
        all += c.truth[k];
        both += c.truth[k] * c.pred[k];
        truth += c.truth[k] * c.truth[k];
        pred += c.pred[k] * c.pred[k];
    }
    const double spread = (all * all - pred) * (all * all - truth);
    *out = spread == 0 ? 0 : (hits * all - both) / sqrt(spread);
    return CX_OK;
}

double cx_matthews_corrcoef(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    return cx__metric_run("matthews_corrcoef", matthews, 0, y_true, y_pred, o);
}

static double disagreement(cx_kappa_weights w, int64_t i, int64_t j)
{
    const double far = fabs((double)(i - j));
    if (w == CX_KAPPA_LINEAR) return far;
    return w == CX_KAPPA_QUADRATIC ? far * far : far != 0;
}

static cx_status kappa(const cx__ask *q, double *out)
{
    cx__pair p;
    const double *m;
    double *row;
    CX__TRY(cx__confusion(q, &p, &m));
    const int64_t c = p.count;
    CX__TRY(cx__metric_room(2 * c, &row));
    double *const col = row + c, all = 0, seen = 0, expected = 0;
    for (int64_t i = 0; i < 2 * c; i++) row[i] = 0;
    for (int64_t i = 0; i < c; i++)
        for (int64_t j = 0; j < c; j++) {
            row[i] += m[i * c + j];
            col[j] += m[i * c + j];
            all += m[i * c + j];
        }
    for (int64_t i = 0; i < c; i++)
        for (int64_t j = 0; j < c; j++) {
            const double w = disagreement(q->o.weights, i, j);
            seen += w * m[i * c + j];
            expected += w * row[i] * col[j];
        }
    if (all != 0 && expected != 0) {
        *out = 1 - seen / (expected / all);
        return CX_OK;
    }
    *out = q->o.replace_undefined_by.set ? q->o.replace_undefined_by.value : (double)NAN;
    if (!q->o.replace_undefined_by.set)
        cx__warn(CX_E_ARGUMENT, "%s: y1, y2 and labels have at most one label in common: undefined",
                 q->where);
    return CX_OK;
}

double cx_cohen_kappa_score(const cx_array *y1, const cx_array *y2, const cx_metric_opts *o)
{
    return cx__metric_run("cohen_kappa_score", kappa, 0, y1, y2, o);
}

/* ---- likelihood ratios */
static double ratio(const cx__ask *q, double above, double below, const char *which)
{
    if (below != 0) return above / below;
    cx__warn(CX_E_ARGUMENT, "%s: the %s ratio is not defined", q->where, which);
    return q->o.replace_undefined_by.set ? q->o.replace_undefined_by.value : (double)NAN;
}

static cx_status likelihoods(const cx__ask *q, cx_likelihood_ratios *out)
{
    cx__pair p;
    const double *m;
    CX__TRY(cx__confusion(q, &p, &m));
    if (p.count != 2 || p.classes > 2)
        return cx__fail(CX_E_ARGUMENT, q->where, "%lld classes, not two", (long long)p.classes);
    const double no = m[0], false_alarm = m[1], miss = m[2], hit = m[3];
    out->positive = ratio(q, hit * (no + false_alarm), false_alarm * (hit + miss), "positive");
    out->negative = ratio(q, miss * (no + false_alarm), no * (hit + miss), "negative");
    return CX_OK;
}

cx_likelihood_ratios cx_class_likelihood_ratios(const cx_array *y_true, const cx_array *y_pred,
                                                const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx__ask q;
    cx_likelihood_ratios r = {NAN, NAN};
    cx_status st = cx__metric_ask("class_likelihood_ratios", 0, y_true, y_pred, o, &q);
    if (st == CX_OK) st = likelihoods(&q, &r);
    if (cx_check(cx__give_status(s, st)) == CX_OK) return r;
    return (cx_likelihood_ratios){NAN, NAN};
}
