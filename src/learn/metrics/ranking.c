/* Areas under curves of several classes, and places of the true class: roc_auc, average precision,
 * top k. */
#include "learn/metrics/curve.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/metrics_ranking.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { ROC_AUC, AVERAGE_PRECISION };

static cx_status area(const cx__ask *q, const cx__ranking *r, double *out)
{
    return q->which == ROC_AUC ? cx__roc_area(r, &q->o, out) : cx__average_precision(r, &q->o, out);
}

/* One ranking, or a matrix of them: one for each class or label. */
typedef struct rankings {
    cx__pair p;
    bool several, classes;         /* a column each; of classes, not of labels */
    const cx_array *truth, *score; /* [n], or [n, cols] float64 */
    int64_t cols;
} rankings;

static cx_status read_labels(const cx__ask *q, rankings *m)
{
    cx__ask all = *q;
    all.o.labels = NULL;
    m->several = true;
    m->cols = cx_dim(q->truth, 1);
    CX__TRY(cx__site_of(q->where, q->truth, &m->p.site));
    m->p.n = cx_dim(q->truth, 0);
    if (cx_ndim(q->pred) != 2 || cx_dim(q->pred, 0) != m->p.n || cx_dim(q->pred, 1) != m->cols)
        return cx__fail(CX_E_SHAPE, q->where, "y_score must be [%lld, %lld] as y_true is",
                        (long long)m->p.n, (long long)m->cols);
    static cx__held binary = CX__HELD("t: all((t == 0) | (t == 1))");
    m->truth = cx__f64(&m->p.site, q->truth);
    if (cx__number_i64(cx__held_run(q->where, &binary, CX_ARRAYS(m->truth))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, q->where, "matrices of labels must hold 0 and 1 only");
    }
    CX__TRY(cx__metric_weight(&m->p.site, &all.o, m->p.n, &m->p.weight));
    m->score = cx__f64(&m->p.site, q->pred);
    return cx__so_far();
}

/* Probabilities of several classes sum to 1, or roc_auc says so. */
static cx_status sum_to_one(const cx__ask *q, const cx_array *score)
{
    static cx__held normal = CX__HELD("p: all(abs(sum(p, axis=1) - 1) <= 1.001e-5)");
    if (cx__number_i64(cx__held_run(q->where, &normal, CX_ARRAYS(score))) != 0) return cx__so_far();
    CX__TRY(cx__so_far());
    return cx__fail(CX_E_ARGUMENT, q->where,
                    "scores of more than two classes must be probabilities that sum to 1");
}

static cx_status read_classes(const cx__ask *q, rankings *m)
{
    static cx__held own = CX__HELD("j, t: float64(j == t)");
    const char *const where = q->where;
    cx__pair *p = &m->p;
    CX__TRY(cx__metric_pair(where, q->truth, NULL, &q->o, p));
    m->cols = cx_ndim(q->pred) == 2 ? cx_dim(q->pred, 1) : 1;
    if (cx_ndim(q->pred) < 1 || cx_ndim(q->pred) > 2 || cx_dim(q->pred, 0) != p->n)
        return cx__fail(CX_E_SHAPE, where, "y_score must be [%lld] or [%lld, classes]",
                        (long long)p->n, (long long)p->n);
    m->several = m->cols > 2 || p->classes > 2;
    m->classes = m->several;
    if (m->several && m->cols != p->classes)
        return cx__fail(CX_E_ARGUMENT, where, "%lld classes but %lld columns",
                        (long long)p->classes, (long long)m->cols);
    m->score = cx_reshape(cx__f64(&p->site, q->pred), CX_SHAPE(p->n, m->cols));
    if (m->several) {
        if (q->which == ROC_AUC) CX__TRY(sum_to_one(q, m->score));
        const cx_array *place = cx_arange_i64(0, m->cols, 1, CX_I64, p->site.device);
        m->truth = cx__held_run(where, &own, CX_ARRAYS(place, cx_expand_dims(p->truth, 1)));
        return cx__so_far();
    }
    m->score = cx_ascontiguous(cx_select(m->score, 1, m->cols - 1));
    int64_t positive = 1; /* the second of two classes, whatever they are */
    if (q->which == AVERAGE_PRECISION || q->o.pos_label != NULL) {
        CX__TRY(cx__metric_positive(where, &q->o, p, &positive));
        if (positive < 0 && p->classes == 2)
            return cx__fail(CX_E_ARGUMENT, where, "pos_label is not among the two labels");
    }
    m->truth = cx_equal(p->truth, cx_int(positive));
    return cx__so_far();
}

static cx_status read_rankings(const cx__ask *q, rankings *m)
{
    *m = (rankings){.several = false};
    CX__TRY(cx__metric_many(q->truth) ? read_labels(q, m) : read_classes(q, m));
    if (m->classes && q->o.max_fpr.set && q->o.max_fpr.value != 1)
        return cx__fail(CX_E_ARGUMENT, q->where, "max_fpr is for two classes");
    return cx__scores_valid(q->where, m->score);
}

static cx__ranking ranking(const cx__ask *q, const rankings *m, const cx_array *truth,
                           const cx_array *score, const cx_array *weight)
{
    return (cx__ranking){q->where, m->p.site.device, truth, score, weight};
}

static cx_status columns(const cx__ask *q, const rankings *m, double *each)
{
    for (int64_t c = 0; c < m->cols; c++) {
        const cx_scope s = cx_scope_open();
        const cx__ranking r = ranking(q, m, cx_ascontiguous(cx_select(m->truth, 1, c)),
                                      cx_ascontiguous(cx_select(m->score, 1, c)), m->p.weight);
        CX__TRY(cx__give_status(s, area(q, &r, each + c)));
    }
    return CX_OK;
}

static cx_status by_samples(const cx__ask *q, const rankings *m, double *out)
{
    double *each, *w = NULL;
    CX__TRY(cx__metric_room(2 * m->p.n, &each));
    for (int64_t i = 0; i < m->p.n; i++) {
        const cx_scope s = cx_scope_open();
        const cx__ranking r =
            ranking(q, m, cx_select(m->truth, 0, i), cx_select(m->score, 0, i), NULL);
        CX__TRY(cx__give_status(s, area(q, &r, each + i)));
    }
    if (m->p.weight != NULL) {
        w = each + m->p.n;
        CX__TRY(cx__read(&m->p.site, m->p.weight, w));
    }
    double sum = 0, all = 0;
    for (int64_t i = 0; i < m->p.n; i++) {
        sum += w == NULL ? each[i] : w[i] * (w[i] != 0 ? each[i] : 0);
        all += w == NULL ? 1 : w[i];
    }
    *out = sum / all;
    return CX_OK;
}

static cx_status weighted(const cx__ask *q, const rankings *m, double *out)
{
    static cx__held masses = CX__HELD("t, w: sum(t * w, axis=0)");
    double *each, *mass, sum = 0, all = 0;
    CX__TRY(cx__metric_room(2 * m->cols, &each));
    mass = each + m->cols;
    const cx_array *w = m->p.weight != NULL ? cx_expand_dims(m->p.weight, 1) : cx_float(1);
    CX__TRY(
        cx__read_f64(&m->p.site, cx__held_run(q->where, &masses, CX_ARRAYS(m->truth, w)), mass));
    CX__TRY(columns(q, m, each));
    for (int64_t c = 0; c < m->cols; c++) {
        if (mass[c] == 0) continue;
        sum += mass[c] * each[c];
        all += mass[c];
    }
    *out = all == 0 ? 0 : sum / all;
    return CX_OK;
}

/* Each pair of classes by itself, from both sides. */
static cx_status pairs(const cx__ask *q, const rankings *m, double *out)
{
    if (m->p.weight != NULL)
        return cx__fail(CX_E_ARGUMENT, q->where, "sample_weight is not for pairs of classes");
    const bool by_count = q->o.average == CX_SCORE_WEIGHTED;
    double sum = 0, all = 0;
    for (int64_t a = 0; a < m->cols; a++)
        for (int64_t b = a + 1; b < m->cols; b++) {
            static cx__held either = CX__HELD("t, a, b: (t == a) | (t == b)");
            const cx_scope s = cx_scope_open();
            const cx_array *mask = cx__held_run(q->where, &either,
                                                CX_ARRAYS(m->p.truth, cx_int(a), cx_int(b))),
                           *truth = cx_compress(mask, m->p.truth, 0),
                           *score = cx_compress(mask, m->score, 0);
            double one = NAN, two = NAN;
            const cx__ranking r = ranking(q, m, cx_equal(truth, cx_int(a)),
                                          cx_ascontiguous(cx_select(score, 1, a)), NULL),
                              t = ranking(q, m, cx_equal(truth, cx_int(b)),
                                          cx_ascontiguous(cx_select(score, 1, b)), NULL);
            const double rows = (double)cx_size(truth);
            cx_status st = area(q, &r, &one);
            if (st == CX_OK) st = area(q, &t, &two);
            CX__TRY(cx__give_status(s, st));
            sum += (by_count ? rows : 1) * (one + two) / 2;
            all += by_count ? rows : 1;
        }
    *out = sum / all;
    return CX_OK;
}

static cx_status mean(const cx__ask *q, double *out)
{
    rankings m;
    CX__TRY(read_rankings(q, &m));
    if (!m.several) {
        const cx__ranking r = ranking(q, &m, m.truth, m.score, m.p.weight);
        return area(q, &r, out);
    }
    const cx_score_average how = q->o.average;
    const bool ovo = m.classes && q->which == ROC_AUC && q->o.multi_class == CX_SCORE_OVO;
    if (how == CX_SCORE_BINARY || (ovo && how == CX_SCORE_MICRO) ||
        (m.classes && q->which == ROC_AUC && how == CX_SCORE_SAMPLES))
        return cx__fail(CX_E_ARGUMENT, q->where,
                        "this average is not for several classes; choose macro or weighted");
    if (ovo) return pairs(q, &m, out);
    if (how == CX_SCORE_WEIGHTED) return weighted(q, &m, out);
    if (how == CX_SCORE_SAMPLES) return by_samples(q, &m, out);
    if (how == CX_SCORE_MICRO) {
        const cx__ranking r = ranking(q, &m, cx_ravel(m.truth), cx_ravel(m.score),
                                      m.p.weight == NULL ? NULL : cx_repeat(m.p.weight, m.cols, 0));
        return area(q, &r, out);
    }
    double *each;
    CX__TRY(cx__metric_room(m.cols, &each));
    CX__TRY(columns(q, &m, each));
    *out = 0;
    for (int64_t c = 0; c < m.cols; c++) *out += each[c] / (double)m.cols;
    return CX_OK;
}

static cx_status each(const cx__ask *q, cx_array **out)
{
    rankings m;
    double *v;
    CX__TRY(read_rankings(q, &m));
    CX__TRY(cx__metric_room(m.several ? m.cols : 1, &v));
    if (m.classes && q->which == ROC_AUC && q->o.multi_class == CX_SCORE_OVO)
        return cx__fail(CX_E_ARGUMENT, q->where, "pairs of classes have no score for each class");
    if (m.several) {
        CX__TRY(columns(q, &m, v));
    } else {
        const cx__ranking r = ranking(q, &m, m.truth, m.score, m.p.weight);
        CX__TRY(area(q, &r, v));
    }
    *out = cx__given(&m.p.site, v, m.several ? m.cols : 1, CX_F64);
    return cx__so_far();
}

double cx_roc_auc_score(const cx_array *y_true, const cx_array *y_score, const cx_metric_opts *o)
{
    return cx__metric_run("roc_auc_score", mean, ROC_AUC, y_true, y_score, o);
}

double cx_average_precision_score(const cx_array *y_true, const cx_array *y_score,
                                  const cx_metric_opts *o)
{
    return cx__metric_run("average_precision_score", mean, AVERAGE_PRECISION, y_true, y_score, o);
}

cx_array *cx_roc_auc_score_each(const cx_array *y_true, const cx_array *y_score,
                                const cx_metric_opts *o)
{
    return cx__metric_each("roc_auc_score_each", each, ROC_AUC, y_true, y_score, o);
}

cx_array *cx_average_precision_score_each(const cx_array *y_true, const cx_array *y_score,
                                          const cx_metric_opts *o)
{
    return cx__metric_each("average_precision_score_each", each, AVERAGE_PRECISION, y_true, y_score,
                           o);
}

/* ---- top k */
static cx_status top_k(const cx__ask *q, double *out)
{
    static cx__held ahead =
        CX__HELD("s, own, j, t: sum(int64((s > own) | ((s == own) & (j > t))), axis=1)");
    cx__pair p;
    CX__TRY(cx__metric_pair(q->where, q->truth, NULL, &q->o, &p));
    const int64_t k = q->o.k.set ? q->o.k.value : 2,
                  cols = cx_ndim(q->pred) == 2 ? cx_dim(q->pred, 1) : 1,
                  scored = cols == 1 ? 2 : cols;
    if (cx_ndim(q->pred) < 1 || cx_ndim(q->pred) > 2 || cx_dim(q->pred, 0) != p.n)
        return cx__fail(CX_E_SHAPE, q->where, "y_score must be [%lld] or [%lld, classes]",
                        (long long)p.n, (long long)p.n);
    if (k < 1) return cx__fail(CX_E_ARGUMENT, q->where, "k must be at least 1");
    if (scored != p.classes || (cols > 1 && p.classes <= 2))
        return cx__fail(CX_E_ARGUMENT, q->where, "%lld classes but %lld columns; give labels",
                        (long long)p.classes, (long long)cols);
    const cx_array *score = cx_reshape(cx__f64(&p.site, q->pred), CX_SHAPE(p.n, cols)), *hits;
    CX__TRY(cx__scores_valid(q->where, score));
    if (k >= p.classes)
        cx__warn(CX_E_ARGUMENT, "%s: k is the number of classes: all rows hit", q->where);
    if (cols > 1) {
        const cx_array *t = cx_expand_dims(p.truth, 1), *own = cx_take_along_axis(score, t, 1),
                       *place = cx_arange_i64(0, cols, 1, CX_I64, p.site.device);
        hits = cx_less(cx__held_run(q->where, &ahead, CX_ARRAYS(score, own, place, t)), cx_int(k));
    } else if (k == 1) {
        static cx__held unit = CX__HELD("s: all((s >= 0) & (s <= 1))"),
                        guess = CX__HELD("s, t, at: int64(s > at) == t");
        const bool share = cx__number_i64(cx__held_run(q->where, &unit, CX_ARRAYS(score))) != 0;
        hits = cx__held_run(
            q->where, &guess,
            CX_ARRAYS(cx_reshape(score, CX_SHAPE(p.n)), p.truth, cx_float(share ? 0.5 : 0.0)));
    } else {
        hits = cx_ones(CX_SHAPE(p.n), CX_BOOL, p.site.device);
    }
    return cx__metric_mean(q, hits, p.weight, out);
}

double cx_top_k_accuracy_score(const cx_array *y_true, const cx_array *y_score,
                               const cx_metric_opts *o)
{
    return cx__metric_run("top_k_accuracy_score", top_k, 0, y_true, y_score, o);
}
