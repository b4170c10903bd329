/* LogisticRegression: L2-penalised logistic and softmax regression by L-BFGS.
 *
 * Parameters, results and stopping rules are scikit-learn's; the loss is logistic_loss.c, the
 * minimiser lbfgs.c. */
#include "learn/linear_model/lbfgs.h"
#include "learn/linear_model/linear.h"
#include "learn/linear_model/logistic_loss.h"
#include "learn/base/estimator.h"
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
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

/* Sample weights times class weights into w; *used false: all are 1. */
static cx_status make_weights(const cx_estimator *self, const cx_data *data, const cx_labels *y,
                              const int64_t *code, double *w, bool *used)
{
    const int64_t n = cx_dim(data->x, 0), classes = cx_size(y->classes);
    const cx__lit *by_class = cx__param(self, "class_weight");
    const double *sample =
        data->sample_weight != NULL ? cx__f64_of("fit", data->sample_weight) : NULL;
    if (data->sample_weight != NULL && sample == NULL) return cx__last_status();
    *used = sample != NULL || by_class->kind != CX__LIT_NONE;
    if (!*used) return CX_OK;
    double *per_class = cx__scratch_f64("fit", "class weights", 1, classes);
    if (per_class == NULL) return CX_E_NOMEM;
    const cx_status st = cx__class_weights("fit", by_class, y->classes, code, n, sample, per_class);
    for (int64_t i = 0; st == CX_OK && i < n; i++)
        w[i] = (sample != NULL ? sample[i] : 1) * per_class[code[i]];
    cx__scratch_free(per_class);
    return st;
}

typedef struct watch {
    cx__logistic loss;
    const cx_estimator *self;
    int64_t max_iter;
} watch;

static cx_status iterated(void *ctx, int64_t iteration)
{
    const watch *w = ctx;
    return cx_self_progress(w->self, iteration, w->max_iter);
}

static cx_status minimise(const cx_estimator *self, watch *w, double *at, cx__lbfgs_result *out)
{
    const cx__logistic *m = &w->loss;
    const int64_t k = cx__logistic_outputs(m->classes);
    const cx__lbfgs_problem problem = {
        .n = k * (m->d + (m->intercept ? 1 : 0)),
        .value = cx__logistic_value,
        .iterated = iterated,
        .ctx = w,
        .memory = 10,
        .max_iter = w->max_iter,
        .max_eval = 15000,
        .max_search = 50,
        .gtol = cx_param_f64(self, "tol"),
        .ftol = 64 * DBL_EPSILON,
    };
    CX__TRY(cx__lbfgs("fit", &problem, at, out));
    if (out->why == CX__LBFGS_CONVERGED) return CX_OK;
    cx__warn(
        CX_E_CONVERGENCE,
        "LogisticRegression: lbfgs stopped after %lld iterations with max |gradient| above tol (%s); raise max_iter or scale the data",
        (long long)out->iterations,
        out->why == CX__LBFGS_ABNORMAL ? "the line search found no lower point" : "limit reached");
    return CX_OK;
}

static cx_status store(cx_estimator *self, const watch *w, const double *at,
                       const cx__lbfgs_result *end, const cx_labels *y, cx_dtype t)
{
    const int64_t k = cx__logistic_outputs(w->loss.classes), d = w->loss.d;
    CX__TRY(cx__store_matrix(self, COEF, at, k, d, t));
    CX__TRY(cx__store_vector(self, INTERCEPT, at + k * d, k, t));
    CX__TRY(cx_self_set(self, CLASSES, y->classes));
    const int32_t iterations = (int32_t)end->iterations;
    return cx_self_set(self, N_ITER, cx_copy_host(&iterations, CX_SHAPE(1), CX_I32));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(check_options(self));
    const cx_labels y = cx_labels_encode(data->y);
    const int64_t *code = cx__i64_of("fit", y.codes);
    const double *x = cx__f64_of("fit", data->x);
    if (x == NULL || code == NULL) return cx__last_status();
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1), classes = cx_size(y.classes);
    if (classes < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegression needs at least 2 classes, y has %lld",
                        (long long)classes);
    const int64_t k = cx__logistic_outputs(classes);
    watch w = {.self = self, .max_iter = cx_param_i64(self, "max_iter")};
    w.loss = (cx__logistic){.where = "fit",
                            .x = x,
                            .code = code,
                            .n = n,
                            .d = d,
                            .classes = classes,
                            .intercept = cx_param_bool(self, "fit_intercept"),
                            .weight_sum = (double)n};
    double *work = cx__scratch_f64("fit", "scores and coefficients", 1, n * (k + 1) + k * (d + 1));
    if (work == NULL) return CX_E_NOMEM;
    double *weight = work, *at = weight + n;
    w.loss.raw = at + k * (d + 1);
    memset(at, 0, (size_t)(k * (d + 1)) * sizeof *at);
    bool weighted = false;
    cx__lbfgs_result end;
    cx_status st = make_weights(self, data, &y, code, weight, &weighted);
    if (st != CX_OK) goto done;
    if (weighted) {
        w.loss.weight = weight;
        w.loss.weight_sum = 0;
        for (int64_t i = 0; i < n; i++) w.loss.weight_sum += weight[i];
    }
    const double c = cx_param_f64(self, "C");
    w.loss.l2 = isinf(c) ? 0 : 1 / (c * w.loss.weight_sum);
    st = minimise(self, &w, at, &end);
    if (st == CX_OK) st = store(self, &w, at, &end, &y, cx__float_like(data->x));
done:
    cx__scratch_free(work);
    return st;
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
static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__linear_plan(self, COEF, INTERCEPT, p);
}
static cx_status check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES)), k = cx_size(cx_self(self, INTERCEPT));
    if (c >= 2 && k == cx__logistic_outputs(c)) return CX_OK;
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
    .predict_into = cx__linear_class_into,
    .predict_proba_into = cx__linear_proba_into,
    .decision_into = cx__linear_scores_into,
};
