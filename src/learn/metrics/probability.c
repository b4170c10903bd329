/* Scores of probabilities and rankings. */
#include "learn/metrics/labels.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/numeric/rows.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

static cx_status log_loss(const cx_array *y_true, const cx_array *y_proba,
                          const cx_metric_opts *given, double *out)
{
    static const char where[] = "log_loss";
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
    const double *proba = cx__f64_of(where, y_proba);
    if (proba == NULL) return cx__last_status();
    const double eps = cx_dtype_of(y_proba) == CX_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    double loss = 0, all = 0;
    bool normal = true;
    for (int64_t i = 0; i < p.n; i++) {
        const double *row = proba + i * given_cols, w = p.weight != NULL ? p.weight[i] : 1;
        double sum = 0;
        for (int64_t c = 0; c < given_cols; c++) {
            if (!(row[c] >= 0 && row[c] <= 1))
                return cx__fail(CX_E_ARGUMENT, where, "row %lld of y_proba is outside [0, 1]",
                                (long long)i);
            sum += row[c];
        }
        normal = normal && (given_cols == 1 || fabs(sum - 1) <= sqrt(eps));
        double own = given_cols == 1 ? (p.truth[i] == 1 ? row[0] : 1 - row[0]) : row[p.truth[i]];
        own = own < eps ? eps : own > 1 - eps ? 1 - eps : own;
        loss -= w * log(own);
        all += w;
    }
    if (!normal)
        cx__warn(CX_E_ARGUMENT, "log_loss: the probabilities of some rows do not sum to 1");
    *out = loss / all;
    return CX_OK;
}

double cx_log_loss(const cx_array *y_true, const cx_array *y_proba, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = log_loss(y_true, y_proba, o, &v);
    return cx__metric_end(s, st, v);
}

typedef struct ranked {
    double score, weight;
    int64_t row;
    bool positive;
} ranked;

static int by_score(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Area for one class against the rest: trapezoids between distinct scores. NaN if one side has no
 * weight. */
static double area(ranked *r, int64_t n)
{
    qsort(r, (size_t)n, sizeof *r, by_score);
    double hits = 0, misses = 0, sum = 0;
    for (int64_t i = 0; i < n;) {
        const double hits_before = hits, misses_before = misses, score = r[i].score;
        for (; i < n && r[i].score == score; i++) {
            if (r[i].positive)
                hits += r[i].weight;
            else
                misses += r[i].weight;
        }
        sum += (misses - misses_before) * (hits + hits_before) / 2;
    }
    return hits > 0 && misses > 0 ? sum / (hits * misses) : (double)NAN;
}

static void rank_rows(const cx__pair *p, const double *score, int64_t cols, int64_t col,
                      int64_t positive, ranked *r)
{
    for (int64_t i = 0; i < p->n; i++)
        r[i] = (ranked){.score = score[i * cols + col],
                        .weight = p->weight != NULL ? p->weight[i] : 1,
                        .row = i,
                        .positive = p->truth[i] == positive};
}

static cx_status one_against_rest(const cx__pair *p, const double *score, cx_score_average average,
                                  ranked *r, double *out)
{
    double sum = 0, all = 0;
    for (int64_t c = 0; c < p->classes; c++) {
        rank_rows(p, score, p->classes, c, c, r);
        const double a = area(r, p->n);
        double w = 1;
        if (average == CX_SCORE_WEIGHTED) {
            w = 0;
            for (int64_t i = 0; i < p->n; i++) w += r[i].positive ? r[i].weight : 0;
        }
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
    const double *score = cx__f64_of(where, y_score);
    if (score == NULL) return cx__last_status();
    for (int64_t i = 0; i < p.n * cols; i++)
        if (isnan(score[i]))
            return cx__fail(CX_E_ARGUMENT, where, "row %lld of y_score is NaN",
                            (long long)(i / cols));
    if (p.classes < 2) {
        cx__warn(CX_E_ARGUMENT,
                 "roc_auc_score: only one class in y_true; the score is not defined");
        return CX_OK;
    }
    ranked *r = cx__alloc((size_t)p.n * sizeof *r);
    if (r == NULL) return cx__fail_nomem(where, "ranked rows", (size_t)p.n * sizeof *r);
    cx_status st = CX_OK;
    if (two) {
        rank_rows(&p, score, cols, cols - 1, 1, r);
        *out = area(r, p.n);
    } else {
        st = one_against_rest(&p, score, o.average, r, out);
    }
    cx__free(r);
    return st;
}

double cx_roc_auc_score(const cx_array *y_true, const cx_array *y_score, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = roc_auc(y_true, y_score, o, &v);
    return cx__metric_end(s, st, v);
}
