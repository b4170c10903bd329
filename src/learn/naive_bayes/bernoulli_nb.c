/* BernoulliNB: classes as products of coins. Rows become 0 and 1 first; their scores are linear
 * then. Batches are cut at the threshold as a whole, sessions in memory of their plan. */
#include "learn/naive_bayes/counting.h"

#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>

enum { FEATURE_COUNT = CX__COUNTING_SLOTS, LOG_PROB };
static const char *const attrs[] = {CX__COUNTING_ATTRS, "feature_count_: float [c, n]",
                                    "feature_log_prob_: float [c, n]", NULL};
static const cx_param params[] = {
    CX__COUNTING_ALPHA(CX_PARAM_LIST, "; a list: one number per column"),
    {"binarize", CX_PARAM_FLOAT | CX_PARAM_NONE, "0.0", "[0, inf)",
     "what is above it counts as 1, the rest as 0; None: x is 0 and 1"},
    CX__COUNTING_PRIOR,
    {.name = NULL}};

static const cx_array *cut(const cx_estimator *self, const cx_array *x)
{
    if (cx_param_is_none(self, "binarize")) return x;
    return cx_astype(cx_greater(x, cx_float(cx_param_f64(self, "binarize"))), CX_F64);
}

static cx_status add(cx_estimator *self, cx__counts *c)
{
    cx_array *sums;
    CX__TRY(cx__counting_batch(c, cut(self, c->x), &sums, &c->mass));
    if (!c->first) {
        sums = cx_add(sums, cx_self(self, FEATURE_COUNT));
        c->mass = cx_add(c->mass, cx_self(self, CX__CLASS_COUNT));
    }
    static cx__held logs = CX__HELD("f, n, alpha: log(f + alpha) - log(n + alpha * 2)");
    const cx_array *alpha = NULL;
    CX__TRY(cx__counting_alpha(c->site, self, cx_dim(c->x, 1), &alpha));
    CX__TRY(cx__store(self, FEATURE_COUNT, sums, CX_F64));
    const cx_array *const mass = cx_expand_dims(c->mass, 1);
    return cx__store(self, LOG_PROB, cx__held_run("fit", &logs, CX_ARRAYS(sums, mass, alpha)),
                     CX_F64);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return cx__counting_fit(self, data, add);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return cx__counting_partial_fit(self, data, add);
}

/* ---- use */
typedef struct coins {
    cx_learn_scores scores; /* first: cx__scores_into reads it */
    bool cuts;
    double threshold, *room; /* [max_rows, d] of a session */
} coins;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    coins *const m = cx_plan_alloc(p, sizeof *m);
    if (!m) return CX_E_NOMEM;
    const cx_array *const log_prob = cx_self(self, LOG_PROB);
    m->scores =
        (cx_learn_scores){.score = CX_LEARN_LINEAR,
                          .end = p->method == CX_PREDICT ? CX_LEARN_FIRST_MAX : CX_LEARN_SHARES,
                          .d = p->cols_in,
                          .k = cx_dim(log_prob, 0),
                          .ld = 1};
    static cx__held heads =
        CX__HELD("up, prior: down = log(1 - exp(up)); up - down, prior + sum(down, axis=1)");
    const cx_tuple t =
        cx__held_all("predict", &heads, CX_ARRAYS(log_prob, cx_self(self, CX__LOG_PRIOR)));
    const cx_array *w = t.at[0];
    if (m->scores.k > 1) {
        w = cx__padded_transpose(cx__plan_site(p), w);
        m->scores.ld = cx_dim(w, 1);
    }
    p->state = m;
    m->cuts = !cx_param_is_none(self, "binarize");
    if (m->cuts) m->threshold = cx_param_f64(self, "binarize");
    if (m->cuts && ((const cx__plan_owner *)p->memory_)->keep)
        CX__TRY(cx__plan_scratch(p, p->max_rows * p->cols_in, &m->room));
    CX__TRY(cx__plan_f64(p, w, &m->scores.w));
    return cx__plan_f64(p, t.at[1], &m->scores.start);
}

static cx_status serve(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const coins *const m = p->state;
    if (m->room) {
        const int64_t count = rows * p->cols_in;
        for (int64_t i = 0; i < count; i++) m->room[i] = x[i] > m->threshold;
        x = m->room;
    }
    return cx__scores_into(p, x, rows, out);
}

static cx_status log_proba_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    return cx__scores_end(p, CX_LEARN_LOG_SHARES, x, rows, out);
}
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, cut(self, x), CX__CLASSES);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, cut(self, x), CX__ROWS_MATRIX, CX_F64);
}
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_kernel(self, CX_PREDICT_PROBA, log_proba_into, cut(self, x), CX__ROWS_MATRIX,
                         CX_F64);
}

const cx_estimator_class cx__class_bernoulli_nb = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BernoulliNB",
    .doc = "Naive Bayes of columns that are 0 or 1.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .predict_log_proba = predict_log_proba,
    .plan = plan,
    .predict_into = serve,
    .predict_proba_into = serve,
};
