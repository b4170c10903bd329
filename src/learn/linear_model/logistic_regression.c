/* LogisticRegression: L2-penalised logistic and softmax regression by L-BFGS.
 *
 * Parameters, results and stopping rules are scikit-learn's; the loss is a slot of the learn group,
 * the minimiser lbfgs.c. */
#include "learn/base/estimator.h"
#include "learn/linear_model/lbfgs.h"
#include "learn/linear_model/linear.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { COEF, INTERCEPT, CLASSES, N_ITER };
static const char *const attrs[] = {"coef_: float [k, n]", "intercept_: float [k]",
                                    "classes_: label [c]", "n_iter_: int [1]", NULL};

static const cx_param params[] = {
    {"C", CX_PARAM_FLOAT, "1.0", "(0, inf]", "inverse of the penalty's strength; inf: no penalty"},
    {"l1_ratio", CX_PARAM_FLOAT, "0.0", "[0, 1]", "share of the L1 penalty: only 0 is built"},
    {"dual", CX_PARAM_BOOL, "False", NULL, "only False is built"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "stop when no component of the gradient is larger"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "add an intercept, which is not penalised"},
    {"intercept_scaling", CX_PARAM_FLOAT, "1", "(-inf, inf)", "only for liblinear"},
    {"class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}",
     "weights of the classes"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "not used by lbfgs"},
    {"solver", CX_PARAM_STR, "'lbfgs'",
     "{'lbfgs', 'liblinear', 'newton-cg', 'newton-cholesky', 'sag', 'saga'}",
     "only 'lbfgs' is built"},
    {"max_iter", CX_PARAM_INT, "100", "[0, inf)", "most iterations"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    {"warm_start", CX_PARAM_BOOL, "False", NULL, "only False is built"},
    {.name = NULL},
};

static cx_status check_options(const cx_estimator *self)
{
    const char *solver = cx_param_str(self, "solver");
    if (strcmp(solver, "lbfgs") != 0) return cx__not_built(self, "solver", solver, "use 'lbfgs'");
    if (cx_param_f64(self, "l1_ratio") != 0)
        return cx__not_built(self, "l1_ratio", cx_param_text(self, "l1_ratio"), "use 0");
    if (cx_param_bool(self, "dual")) return cx__not_built(self, "dual", "True", "use False");
    if (cx_param_bool(self, "warm_start"))
        return cx__not_built(self, "warm_start", "True", "use False");
    return CX_OK;
}

/* Sample weights times class weights, NULL if all are 1. */
static cx_status make_weights(const cx__site *s, const cx_estimator *self, const cx_data *data,
                              const cx_labels *y, const cx_array **out)
{
    const int64_t classes = cx_size(y->classes);
    const cx__lit *by_class = cx__param(self, "class_weight");
    const cx_array *sample = data->sample_weight != NULL ? cx__f64(s, data->sample_weight) : NULL;
    *out = sample;
    if (by_class->kind == CX__LIT_NONE) return cx__so_far();
    double *each = cx__scratch((size_t)classes * sizeof *each);
    if (each == NULL) return cx__fail_nomem("fit", "class weights", (size_t)classes * sizeof *each);
    const cx_status st = cx__class_weights(s, by_class, y->classes, y->codes, sample, each);
    if (st == CX_OK) *out = cx_take(cx__given(s, each, classes, CX_F64), y->codes, 0);
    cx__scratch_free(each);
    if (st == CX_OK && sample != NULL) *out = cx_mul(sample, *out);
    return st != CX_OK ? st : cx__so_far();
}

typedef struct watch {
    cx__site site;
    cx_learn_logistic loss;
    const cx_estimator *self;
    int64_t max_iter;
} watch;

static cx_status value(void *ctx, const double *x, const double *along, double *gradient,
                       double *record)
{
    const watch *w = ctx;
    cx_learn_logistic call = w->loss;
    call.at = x;
    call.along = along;
    call.gradient = gradient;
    call.record = record;
    return w->site.ops->logistic(w->site.queue, &call);
}

static cx_status iterated(void *ctx, int64_t iteration)
{
    const watch *w = ctx;
    return cx_self_progress(w->self, iteration, w->max_iter);
}

/* Outputs of the linear model: one for two classes. */
static int64_t outputs(int64_t classes)
{
    return classes == 2 ? 1 : classes;
}

static cx_status minimise(const cx_estimator *self, watch *w, cx_array *at, cx__lbfgs_result *out)
{
    const cx__lbfgs_problem problem = {
        .site = &w->site,
        .n = cx_size(at),
        .value = value,
        .iterated = iterated,
        .ctx = w,
        .memory = 10,
        .max_iter = w->max_iter,
        .max_eval = 15000,
        .max_search = 50,
        .gtol = cx_param_f64(self, "tol"),
        .ftol = 64 * DBL_EPSILON,
    };
    CX__TRY(cx__lbfgs(&problem, at, out));
    if (out->why == CX__LBFGS_CONVERGED) return CX_OK;
    cx__warn(
        CX_E_CONVERGENCE,
        "LogisticRegression: lbfgs stopped after %lld iterations with max |gradient| above tol (%s); raise max_iter or scale the data",
        (long long)out->iterations,
        out->why == CX__LBFGS_ABNORMAL ? "the line search found no lower point" : "limit reached");
    return CX_OK;
}

static cx_status store(cx_estimator *self, const watch *w, const cx_array *at,
                       const cx__lbfgs_result *end, const cx_labels *y, cx_dtype t)
{
    const int64_t k = outputs(w->loss.classes), d = w->loss.d;
    const cx_array *coef = cx_reshape(cx_slice(at, 0, 0, k * d, 1), CX_SHAPE(k, d)),
                   *intercept = w->loss.intercept ? cx_copy(cx_slice(at, 0, k * d, CX_END, 1))
                                                  : cx_zeros(CX_SHAPE(k), CX_F64, w->site.device);
    CX__TRY(cx__store(self, COEF, cx_copy(coef), t));
    CX__TRY(cx__store(self, INTERCEPT, intercept, t));
    CX__TRY(cx_self_set(self, CLASSES, y->classes));
    return cx_self_set(self, N_ITER,
                       cx_full(CX_SHAPE(1), cx_int(end->iterations), CX_I32, w->site.device));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(check_options(self));
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx__so_far());
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1), classes = cx_size(y.classes);
    if (classes < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegression needs at least 2 classes, y has %lld",
                        (long long)classes);
    watch w = {.self = self, .max_iter = cx_param_i64(self, "max_iter")};
    CX__TRY(cx__site_of("fit", data->x, &w.site));
    const cx__site *s = &w.site;
    const bool intercept = cx_param_bool(self, "fit_intercept");
    const cx_array *x = cx__f64(s, data->x), *codes = cx__i64(s, y.codes), *weight;
    CX__TRY(make_weights(s, self, data, &y, &weight));
    w.loss = (cx_learn_logistic){.n = n,
                                 .d = d,
                                 .classes = classes,
                                 .x = cx__at(x),
                                 .weight = cx__at(weight),
                                 .code = cx__at(codes),
                                 .intercept = intercept,
                                 .weight_sum = (double)n};
    if (weight != NULL) w.loss.weight_sum = cx__number_f64(cx_sum(weight, CX_ALL));
    const double c = cx_param_f64(self, "C");
    w.loss.l2 = isinf(c) ? 0 : 1 / (c * w.loss.weight_sum);
    cx_array *at =
        cx_zeros(CX_SHAPE(outputs(classes) * (d + (intercept ? 1 : 0))), CX_F64, s->device);
    CX__TRY(cx__so_far());
    cx__lbfgs_result end;
    CX__TRY(minimise(self, &w, at, &end));
    return store(self, &w, at, &end, &y, cx__float_like(data->x));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CLASSES);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, cx__float_like(x));
}
static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, cx__float_like(x));
}
/* Scores; a class by the largest one or by the sign of the only one; shares by softmax or expit. */
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, COEF, INTERCEPT, p));
    cx_learn_scores *m = p->state;
    const bool one = m->k == 1;
    if (p->method == CX_PREDICT) m->end = one ? CX_LEARN_POSITIVE : CX_LEARN_FIRST_MAX;
    if (p->method == CX_PREDICT_PROBA) m->end = one ? CX_LEARN_EXPIT : CX_LEARN_SOFTMAX;
    return CX_OK;
}
static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES)), k = cx_size(cx_self(self, INTERCEPT));
    if (c >= 2 && k == outputs(c)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "LogisticRegression: %lld classes with %lld rows of coef_", (long long)c,
                    (long long)k);
}

const cx_estimator_class cx__class_logistic_regression = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LogisticRegression",
    .doc = "Logistic and softmax regression with an L2 penalty, by L-BFGS.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .predict_proba = predict_proba,
    .decision_function = decision_function,
    .check = check,
    .plan = plan,
    .predict_into = cx__scores_into,
    .predict_proba_into = cx__scores_into,
    .decision_into = cx__scores_into,
};
