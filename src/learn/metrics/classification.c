/* Scores of predicted labels, all from three weighted counts per class: hits, true, predicted. */
#include "learn/metrics/labels.h"

#include "base/object.h"
#include "ops/primitives.h"
#include "learn/base/estimator.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static cx_status accuracy(const cx_array *y_true, const cx_array *y_pred,
                          const cx_metric_opts *given, double *out)
{
    static const char where[] = "accuracy_score";
    cx_metric_opts o;
    cx__pair p;
    CX__TRY(cx__metric_opts(where, given, &o));
    o.labels = NULL;
    CX__NEED(where, "y_pred", y_pred, CX__KIND_ARRAY);
    CX__TRY(cx__metric_pair(where, y_true, y_pred, &o, &p));
    double mass[2]; /* of misses and hits */
    static cx__held equal = CX__HELD("a, b: int64(a == b)");
    const cx_array *same = cx__held_run(where, &equal, CX_ARRAYS(p.truth, p.pred));
    CX__TRY(cx__count_codes(&p.site, same, p.weight, 2, mass));
    *out = mass[1] / (mass[0] + mass[1]);
    return CX_OK;
}

double cx_accuracy_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    double v = NAN;
    const cx_status st = accuracy(y_true, y_pred, o, &v);
    return cx__metric_end(s, st, v);
}

/* n numbers on the host, as long as the open scope. */
static cx_status host_numbers(int64_t n, double **out)
{
    *out = cx_data_f64_mut(cx_empty(CX_SHAPE(n), CX_F64, CX_CPU));
    return *out != NULL ? CX_OK : cx__last_status();
}

/* Weighted counts per class, then precision, recall and F per label. All [classes] or [count], in
 * the open scope. */
typedef struct counts {
    cx__pair p;
    double *hit, *truth, *pred;
} counts;

static cx_status count(const char *where, const cx_array *y_true, const cx_array *y_pred,
                       const cx_metric_opts *o, counts *c)
{
    CX__NEED(where, "y_pred", y_pred, CX__KIND_ARRAY);
    CX__TRY(cx__metric_pair(where, y_true, y_pred, o, &c->p));
    const int64_t classes = c->p.classes;
    CX__TRY(host_numbers(3 * classes, &c->hit));
    c->truth = c->hit + classes;
    c->pred = c->truth + classes;
    static cx__held hits = CX__HELD("a, b, w: float64(a == b) * w");
    const cx_array *weight = c->p.weight != NULL ? c->p.weight : cx_int(1),
                   *hit = cx__held_run(where, &hits, CX_ARRAYS(c->p.truth, c->p.pred, weight));
    CX__TRY(cx__count_codes(&c->p.site, c->p.truth, hit, classes, c->hit));
    CX__TRY(cx__count_codes(&c->p.site, c->p.truth, c->p.weight, classes, c->truth));
    return cx__count_codes(&c->p.site, c->p.pred, c->p.weight, classes, c->pred);
}

/* a / b; 0 / 0 as asked. */
static double ratio(const cx_metric_opts *o, double a, double b, const char *where,
                    const char *what)
{
    if (b != 0) return a / b;
    if (o->zero_division.set) return o->zero_division.value;
    cx__warn(CX_E_ARGUMENT,
             "%s: %s is 0 / 0 for some label and set to 0; zero_division says otherwise", where,
             what);
    return 0;
}

typedef struct prf {
    double precision, recall, f;
} prf;

static prf scores(const cx_metric_opts *o, double hit, double truth, double pred, const char *where)
{
    return (prf){ratio(o, hit, pred, where, "precision"), ratio(o, hit, truth, where, "recall"),
                 ratio(o, 2 * hit, truth + pred, where, "F-score")};
}

/* One class alone: at most two may occur. */
static cx_status binary(const char *where, const cx_metric_opts *o, const counts *c, prf *out)
{
    int64_t positive;
    if (c->p.classes > 2)
        return cx__fail(CX_E_ARGUMENT, where,
                        "%lld classes; choose another average: micro, macro, weighted",
                        (long long)c->p.classes);
    CX__TRY(cx__metric_positive(where, o, &c->p, &positive));
    if (positive < 0 && c->p.classes == 2)
        return cx__fail(CX_E_ARGUMENT, where, "pos_label is not among the two labels");
    *out = positive < 0 ? scores(o, 0, 0, 0, where)
                        : scores(o, c->hit[positive], c->truth[positive], c->pred[positive], where);
    return CX_OK;
}

/* Mean of v by w, entries that are NaN left out; NaN if none is left. A sum of weights of 0: plain
 * mean. */
static double mean_of(const double *v, const double *w, int64_t n)
{
    double total = 0, sum = 0, plain = 0, kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(v[i])) continue;
        total += w != NULL ? w[i] : 1;
        sum += (w != NULL ? w[i] : 1) * v[i];
        plain += v[i];
        kept++;
    }
    return total != 0 ? sum / total : plain / kept;
}

static cx_status averaged(const char *where, const cx_metric_opts *o, const counts *c, prf *out)
{
    const cx__pair *p = &c->p;
    if (o->average == CX_SCORE_MICRO) {
        double hit = 0, truth = 0, pred = 0;
        for (int64_t a = 0; a < p->count; a++) {
            hit += c->hit[p->label[a]];
            truth += c->truth[p->label[a]];
            pred += c->pred[p->label[a]];
        }
        *out = scores(o, hit, truth, pred, where);
        return CX_OK;
    }
    double *work;
    CX__TRY(host_numbers(4 * p->count, &work));
    double *recall = work + p->count, *f = recall + p->count, *support = f + p->count;
    for (int64_t a = 0; a < p->count; a++) {
        const int64_t k = p->label[a];
        const prf one = scores(o, c->hit[k], c->truth[k], c->pred[k], where);
        work[a] = one.precision;
        recall[a] = one.recall;
        f[a] = one.f;
        support[a] = c->truth[k];
    }
    const double *w = o->average == CX_SCORE_WEIGHTED ? support : NULL;
    *out = (prf){mean_of(work, w, p->count), mean_of(recall, w, p->count), mean_of(f, w, p->count)};
    return CX_OK;
}

static cx_status score(const char *where, const cx_array *y_true, const cx_array *y_pred,
                       const cx_metric_opts *given, prf *out)
{
    cx_metric_opts o;
    counts c;
    CX__TRY(cx__metric_opts(where, given, &o));
    CX__TRY(count(where, y_true, y_pred, &o, &c));
    if (o.average == CX_SCORE_DEFAULT || o.average == CX_SCORE_BINARY)
        return binary(where, &o, &c, out);
    return averaged(where, &o, &c, out);
}

double cx_f1_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    prf r = {NAN, NAN, NAN};
    const cx_status st = score("f1_score", y_true, y_pred, o, &r);
    return cx__metric_end(s, st, r.f);
}

double cx_precision_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    prf r = {NAN, NAN, NAN};
    const cx_status st = score("precision_score", y_true, y_pred, o, &r);
    return cx__metric_end(s, st, r.precision);
}

double cx_recall_score(const cx_array *y_true, const cx_array *y_pred, const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    prf r = {NAN, NAN, NAN};
    const cx_status st = score("recall_score", y_true, y_pred, o, &r);
    return cx__metric_end(s, st, r.recall);
}

static cx_status per_class(const char *where, const cx_array *y_true, const cx_array *y_pred,
                           const cx_metric_opts *given, cx_prf *out)
{
    cx_metric_opts o;
    counts c;
    double *precision;
    CX__TRY(cx__metric_opts(where, given, &o));
    CX__TRY(count(where, y_true, y_pred, &o, &c));
    const int64_t n = c.p.count;
    CX__TRY(host_numbers(4 * n, &precision));
    double *const recall = precision + n, *const f = recall + n, *const support = f + n;
    for (int64_t a = 0; a < n; a++) {
        const int64_t k = c.p.label[a];
        const prf one = scores(&o, c.hit[k], c.truth[k], c.pred[k], where);
        precision[a] = one.precision;
        recall[a] = one.recall;
        f[a] = one.f;
        support[a] = c.truth[k];
    }
    out->precision = cx__given(&c.p.site, precision, n, CX_F64);
    out->recall = cx__given(&c.p.site, recall, n, CX_F64);
    out->fscore = cx__given(&c.p.site, f, n, CX_F64);
    out->support = cx__given(&c.p.site, support, n, CX_F64);
    return cx__so_far();
}

cx_prf cx_precision_recall_fscore_support(const cx_array *y_true, const cx_array *y_pred,
                                          const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_prf r = {NULL, NULL, NULL, NULL};
    const cx_status st = per_class("precision_recall_fscore_support", y_true, y_pred, o, &r);
    if (cx_check(st) != CX_OK) r = (cx_prf){cx__nil(st), cx__nil(st), cx__nil(st), cx__nil(st)};
    r.precision = cx_scope_keep(s, r.precision);
    r.recall = cx_scope_keep(s, r.recall);
    r.fscore = cx_scope_keep(s, r.fscore);
    r.support = cx_scope_keep(s, r.support);
    (void)cx_check(cx_scope_close(s));
    return r;
}

static cx_status confusion(const cx_array *y_true, const cx_array *y_pred,
                           const cx_metric_opts *given, cx_array **out)
{
    static const char where[] = "confusion_matrix";
    cx_metric_opts o;
    cx__pair p;
    CX__TRY(cx__metric_opts(where, given, &o));
    CX__NEED(where, "y_pred", y_pred, CX__KIND_ARRAY);
    CX__TRY(cx__metric_pair(where, y_true, y_pred, &o, &p));
    int64_t *const place =
        cx_data_i64_mut(cx_full(CX_SHAPE(p.classes), cx_int(-1), CX_I64, CX_CPU));
    if (place == NULL) return cx__last_status();
    for (int64_t a = p.count - 1; a >= 0; a--) place[p.label[a]] = a;
    const cx_array *places = cx__given(&p.site, place, p.classes, CX_I64),
                   *row = cx_take(places, p.truth, 0), *col = cx_take(places, p.pred, 0);
    static cx__held there = CX__HELD("row: any(row >= 0)"),
                    cell = CX__HELD("row, col, n: "
                                    "where((row >= 0) & (col >= 0), row * n + col, n * n)");
    if (cx__number_i64(cx__held_run(where, &there, CX_ARRAYS(row))) == 0) {
        CX__TRY(cx__so_far());
        return cx__fail(CX_E_ARGUMENT, where, "at least one of labels must be in y_true");
    }
    /* one more group takes what is not reported */
    const int64_t cells = p.count * p.count;
    const cx_array *code = cx__held_run(where, &cell, CX_ARRAYS(row, col, cx_int(p.count)));
    cx_array *mass = cx__new_f64(&p.site, cells + 1, -1);
    const cx_learn_groups call = {.n = p.n,
                                  .groups = cells + 1,
                                  .code = cx__at(cx__i64(&p.site, code)),
                                  .weight = cx__at(p.weight),
                                  .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(p.site.ops->groups(p.site.queue, &call));
    *out = cx_reshape(cx_slice(mass, 0, 0, cells, 1), CX_SHAPE(p.count, p.count));
    *out = p.weight == NULL ? cx_astype(*out, CX_I64) : cx_copy(*out);
    return CX_OK;
}

cx_array *cx_confusion_matrix(const cx_array *y_true, const cx_array *y_pred,
                              const cx_metric_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = cx_check(confusion(y_true, y_pred, o, &r));
    return cx_scope_return(s, st == CX_OK ? r : cx__nil(st));
}
