/* MultinomialNB and ComplementNB: classes as products of counts. Both keep what they counted and
 * score rows by logarithms, so predicting is linear. */
#include "learn/naive_bayes/counting.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/finite.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>

enum { FEATURE_COUNT = CX__COUNTING_SLOTS, LOG_PROB, FEATURE_ALL };
static const char *const attrs[] = {CX__COUNTING_ATTRS, "feature_count_: float [c, n]",
                                    "feature_log_prob_: float [c, n]", NULL};
static const char *const complement_attrs[] = {CX__COUNTING_ATTRS, "feature_count_: float [c, n]",
                                               "feature_log_prob_: float [c, n]",
                                               "feature_all_: float [n]", NULL};

#define ALPHA CX__COUNTING_ALPHA(CX_PARAM_LIST, "; a list: one number per column")
static const cx_param params[] = {ALPHA, CX__COUNTING_PRIOR, {.name = NULL}};
static const cx_param complement_params[] = {
    ALPHA,
    CX__COUNTING_PRIOR,
    {"norm", CX_PARAM_BOOL, "False", NULL, "divide the weights of a class by their sum"},
    {.name = NULL}};

static bool complement(const cx_estimator *self)
{
    return self->cls == &cx__class_complement_nb;
}

/* The weights of rows from the counts [c, n]. */
static cx_array *weights(const cx_estimator *self, const cx_array *counts, const cx_array *all,
                         const cx_array *alpha)
{
    static cx__held plain =
        CX__HELD("f, alpha: s = f + alpha; log(s) - log(sum(s, axis=1, keepdims=True))");
    if (!complement(self)) return cx__held_run("fit", &plain, CX_ARRAYS(counts, alpha));
    static cx__held others = CX__HELD("f, all, alpha: s = all + alpha - f;"
                                      "log(s / sum(s, axis=1, keepdims=True))"),
                    scaled = CX__HELD("w: w / sum(w, axis=1, keepdims=True)");
    const cx_array *const w = cx__held_run("fit", &others, CX_ARRAYS(counts, all, alpha));
    return cx_param_bool(self, "norm") ? cx__held_run("fit", &scaled, CX_ARRAYS(w))
                                       : cx_negative(w);
}

static cx_status add(cx_estimator *self, cx__counts *c)
{
    CX__TRY(cx__counting_positive(self, c->x));
    cx_array *sums;
    CX__TRY(cx__counting_batch(c, c->x, &sums, &c->mass));
    CX__TRY(cx__finite_by(c->given, sums)); /* each row is in one of them */
    if (!c->first) {
        sums = cx_add(sums, cx_self(self, FEATURE_COUNT));
        c->mass = cx_add(c->mass, cx_self(self, CX__CLASS_COUNT));
    }
    const cx_array *alpha = NULL, *const all = cx_sum(sums, CX_AXIS(0));
    CX__TRY(cx__counting_alpha(c->site, self, cx_dim(c->x, 1), &alpha));
    CX__TRY(cx__store(self, FEATURE_COUNT, sums, CX_F64));
    CX__TRY(cx__store(self, LOG_PROB, weights(self, sums, all, alpha), CX_F64));
    return complement(self) ? cx__store(self, FEATURE_ALL, all, CX_F64) : CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return cx__counting_fit(self, data, add);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return cx__counting_partial_fit(self, data, add);
}

/* ---- use: of a complement no prior is counted unless there is nothing else */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, LOG_PROB, CX__LOG_PRIOR, p));
    cx_learn_scores *const m = p->state;
    m->end = p->method == CX_PREDICT ? CX_LEARN_FIRST_MAX : CX_LEARN_SHARES;
    if (complement(self) && m->k > 1) m->start = NULL;
    return CX_OK;
}

static cx_status log_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return cx__scores_end(p, CX_LEARN_LOG_SHARES, x, rows, out);
}
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CX__CLASSES);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, CX_F64);
}
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_kernel(self, CX_PREDICT_PROBA, log_proba_into, x, CX__ROWS_MATRIX, CX_F64);
}

/* What both classes have in common. */
#define COUNTING_NB(...)                                                                       \
    {                                                                                          \
        .struct_size = sizeof(cx_estimator_class), .kind = CX_CLASSIFIER,                      \
        .flags = CX_CLASS_SINGLE_Y | CX_CLASS_LATE_FIT | CX_CLASS_LATE_ROWS, .fit = fit,       \
        .partial_fit = partial_fit, .predict = predict, .predict_proba = predict_proba,        \
        .predict_log_proba = predict_log_proba, .plan = plan, .predict_into = cx__scores_into, \
        .predict_proba_into = cx__scores_into, __VA_ARGS__                                     \
    }
const cx_estimator_class cx__class_multinomial_nb =
    COUNTING_NB(.name = "MultinomialNB", .doc = "Naive Bayes of counts.", .params = params,
                .attrs = attrs);
const cx_estimator_class cx__class_complement_nb =
    COUNTING_NB(.name = "ComplementNB", .doc = "Naive Bayes by the counts of all other classes.",
                .params = complement_params, .attrs = complement_attrs);
