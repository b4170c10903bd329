/* MultinomialNB and ComplementNB: classes as products of counts. Both keep what they counted and
 * score rows by logarithms, so predicting is linear. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>

enum { CLASS_COUNT, LOG_PRIOR, CLASSES, FEATURE_COUNT, LOG_PROB, FEATURE_ALL };
static const char *const attrs[] = {
    "class_count_: float [c]",      "class_log_prior_: float [c]",     "classes_: label [c]",
    "feature_count_: float [c, n]", "feature_log_prob_: float [c, n]", NULL};
static const char *const complement_attrs[] = {"class_count_: float [c]",
                                               "class_log_prior_: float [c]",
                                               "classes_: label [c]",
                                               "feature_count_: float [c, n]",
                                               "feature_log_prob_: float [c, n]",
                                               "feature_all_: float [n]",
                                               NULL};

#define COUNTING                                                                                   \
    {"alpha", CX_PARAM_FLOAT | CX_PARAM_LIST, "1.0", "[0, inf)",                                   \
     "added to every count; a list: one number per column"},                                       \
        {"force_alpha", CX_PARAM_BOOL, "True", NULL, "False: alpha is 1e-10 at least"},            \
        {"fit_prior", CX_PARAM_BOOL, "True", NULL, "False: all classes are equally probable"},     \
    {                                                                                              \
        "class_prior", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "probabilities of the classes" \
    }
static const cx_param params[] = {COUNTING, {.name = NULL}};
static const cx_param complement_params[] = {
    COUNTING,
    {"norm", CX_PARAM_BOOL, "False", NULL, "divide the weights of a class by their sum"},
    {.name = NULL}};

static bool complement(const cx_estimator *self)
{
    return self->cls == &cx__class_complement_nb;
}

/* alpha [1] or [n], where the data is. */
static cx_status smoothing(const cx__site *s, const cx_estimator *self, int64_t n,
                           const cx_array **out)
{
    const cx_array *const given = cx_param_array(self, "alpha");
    const double *const v = cx_data_f64(given);
    if (!v) return cx__last_status();
    const int64_t count = cx_size(given);
    if (cx_param_is_number(self, "alpha") == 0 && count != n)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld numbers in alpha for %lld columns",
                        self->cls->name, (long long)count, (long long)n);
    double least = v[0];
    for (int64_t i = 0; i < count; i++) {
        if (!(v[i] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: alpha must not be negative",
                            self->cls->name);
        if (v[i] < least) least = v[i];
    }
    *out = cx__given(s, v, count, CX_F64);
    if (least >= 1e-10 || cx_param_bool(self, "force_alpha")) return cx__so_far();
    cx__warn(CX_E_ARGUMENT, "%s: alpha is raised to 1e-10", self->cls->name);
    *out = cx_maximum(*out, cx_float(1e-10));
    return cx__so_far();
}

static cx_status log_prior(const cx__site *s, const cx_estimator *self, const cx_array *count,
                           const cx_array **out)
{
    const int64_t c = cx_size(count);
    static cx__held shares = CX__HELD("n: log(n) - log(sum(n))");
    if (!cx_param_is_none(self, "class_prior")) {
        const cx_array *const given = cx_param_array(self, "class_prior");
        const double *const v = cx_data_f64(given);
        if (!v) return cx__last_status();
        if (cx_size(given) != c)
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld priors for %lld classes",
                            self->cls->name, (long long)cx_size(given), (long long)c);
        *out = cx_log(cx__given(s, v, c, CX_F64));
    } else if (cx_param_bool(self, "fit_prior")) {
        *out = cx__held_run("fit", &shares, CX_ARRAYS(count));
    } else {
        *out = cx_log(cx_div(cx_ones_like(count, CX_F64), cx_float((double)c)));
    }
    return cx__so_far();
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

static cx_status update(cx_estimator *self, const cx_data *data, const cx_array *classes,
                        const cx_array *codes, bool first)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *const x = cx__f64(&s, data->x), *const code = cx__i64(&s, codes),
                          *const w = data->sample_weight ? cx__f64(&s, data->sample_weight) : NULL,
                          *const least = cx_min(x, CX_ALL);
    CX__TRY(cx__so_far());
    if (cx__number_f64(least) < 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: x holds negative numbers", self->cls->name);
    const int64_t c = cx_size(classes), d = cx_dim(x, 1);
    cx_array *sums = cx__new_f64(&s, c, d), *mass = cx__new_f64(&s, c, -1);
    const cx_learn_groups call = {.n = cx_dim(x, 0),
                                  .d = d,
                                  .groups = c,
                                  .x = cx__at(x),
                                  .code = cx__at(code),
                                  .weight = cx__at(w),
                                  .sums = cx__at(sums),
                                  .mass = cx__at(mass)};
    CX__TRY(cx__so_far());
    CX__TRY(s.ops->groups(s.queue, &call));
    if (!first) {
        sums = cx_add(sums, cx_self(self, FEATURE_COUNT));
        mass = cx_add(mass, cx_self(self, CLASS_COUNT));
    }
    const cx_array *alpha = NULL, *prior = NULL, *const all = cx_sum(sums, CX_AXIS(0));
    CX__TRY(smoothing(&s, self, d, &alpha));
    CX__TRY(log_prior(&s, self, mass, &prior));
    CX__TRY(cx__store(self, CLASS_COUNT, mass, CX_F64));
    CX__TRY(cx__store(self, LOG_PRIOR, prior, CX_F64));
    CX__TRY(cx_self_set(self, CLASSES, classes));
    CX__TRY(cx__store(self, FEATURE_COUNT, sums, CX_F64));
    CX__TRY(cx__store(self, LOG_PROB, weights(self, sums, all, alpha), CX_F64));
    return complement(self) ? cx__store(self, FEATURE_ALL, all, CX_F64) : CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_labels y = cx_labels_encode(data->y);
    return update(self, data, y.classes, y.codes, true);
}

static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    const bool first = !cx_self_has(self, CLASSES);
    if (first && !data->classes)
        return cx__fail(CX_E_ARGUMENT, "partial_fit",
                        "%s: the first call needs .classes, every label there will be",
                        self->cls->name);
    cx__site s;
    CX__TRY(cx__site_of("partial_fit", data->x, &s));
    const cx_array *const classes =
        first ? cx_labels_encode(cx__to_site(&s, data->classes)).classes : cx_self(self, CLASSES);
    return update(self, data, classes, cx_labels_codes(data->y, classes), first);
}

/* ---- use: of a complement no prior is counted unless there is nothing else */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, LOG_PROB, LOG_PRIOR, p));
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
    return cx__predict_labels(self, x, CLASSES);
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
#define COUNTING_NB(...)                                                                        \
    {                                                                                           \
        .struct_size = sizeof(cx_estimator_class), .kind = CX_CLASSIFIER,                       \
        .flags = CX_CLASS_SINGLE_Y, .fit = fit, .partial_fit = partial_fit, .predict = predict, \
        .predict_proba = predict_proba, .predict_log_proba = predict_log_proba, .plan = plan,   \
        .predict_into = cx__scores_into, .predict_proba_into = cx__scores_into, __VA_ARGS__     \
    }
const cx_estimator_class cx__class_multinomial_nb =
    COUNTING_NB(.name = "MultinomialNB", .doc = "Naive Bayes of counts.", .params = params,
                .attrs = attrs);
const cx_estimator_class cx__class_complement_nb =
    COUNTING_NB(.name = "ComplementNB", .doc = "Naive Bayes by the counts of all other classes.",
                .params = complement_params, .attrs = complement_attrs);
