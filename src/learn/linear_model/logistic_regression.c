/* LogisticRegression: penalised logistic and softmax regression.
 *
 * Parameters, results and, for L2, stopping rules are scikit-learn's; the loss is a slot of the
 * learn group, the minimisers are lbfgs.c, newton.c and, with L1, newton_l1.c, owlqn.c: a solver's
 * name decides between the first two, and whether the intercept is penalised. */
#include "learn/base/estimator.h"
#include "learn/linear_model/lbfgs.h"
#include "learn/linear_model/linear.h"
#include "learn/linear_model/logistic.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum {
    COEF = CX__LOGISTIC_COEF,
    INTERCEPT = CX__LOGISTIC_INTERCEPT,
    CLASSES = CX__LOGISTIC_CLASSES,
    N_ITER = CX__LOGISTIC_SLOTS
};
static const char *const attrs[] = {"coef_: float [k, n]", "intercept_: float [k]",
                                    "classes_: label [c]", "n_iter_: int [1]", NULL};

static const cx_param params[] = {
    {"penalty", CX_PARAM_STR | CX_PARAM_NONE, "'deprecated'",
     "{'deprecated', 'l1', 'l2', 'elasticnet'}",
     "'deprecated': what l1_ratio and C say; None: no penalty"},
    {"C", CX_PARAM_FLOAT, "1.0", "(0, inf]", "inverse of the penalty's strength; inf: no penalty"},
    {"l1_ratio", CX_PARAM_FLOAT | CX_PARAM_NONE, "0.0", "[0, 1]",
     "share of the L1 penalty: 0 is L2, 1 is L1"},
    {"dual", CX_PARAM_BOOL, "False", NULL,
     "only for liblinear with L2; the primal problem is solved, whose solution is the same"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)",
     "stop when no component of the smallest subgradient of the mean loss is larger"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL,
     "add an intercept, which is not penalised but by liblinear"},
    {"intercept_scaling", CX_PARAM_FLOAT, "1", "(0, inf)",
     "liblinear: the value of the column whose coefficient is the intercept"},
    {"class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}",
     "weights of the classes"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "not used: nothing is drawn"},
    {"solver", CX_PARAM_STR, "'lbfgs'",
     "{'lbfgs', 'liblinear', 'newton-cg', 'newton-cholesky', 'sag', 'saga'}",
     "liblinear penalises the intercept too. Newton's method for newton-cg, newton-cholesky and "
     "liblinear up to 1500 coefficients, else L-BFGS; with an L1 penalty Newton's method with "
     "coordinate descent up to 500, else OWL-QN"},
    {"max_iter", CX_PARAM_INT, "100", "[0, inf)", "most iterations"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    {"warm_start", CX_PARAM_BOOL, "False", NULL, "start from the coefficients of the last fit"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

cx__penalty cx__logistic_penalty(const cx_estimator *self, const double *ratio, int64_t ratios)
{
    if (cx_param_is_none(self, "penalty")) return CX__PENALTY_NONE;
    const char *name = cx_param_str(self, "penalty");
    if (strcmp(name, "l1") == 0) return CX__PENALTY_L1;
    if (strcmp(name, "l2") == 0) return CX__PENALTY_L2;
    if (strcmp(name, "elasticnet") == 0) return CX__PENALTY_BOTH;
    bool zero = true, one = true;
    for (int64_t i = 0; i < ratios; i++) {
        zero = zero && ratio[i] == 0;
        one = one && ratio[i] == 1;
    }
    return zero ? CX__PENALTY_L2 : one ? CX__PENALTY_L1 : CX__PENALTY_BOTH;
}

cx_status cx__logistic_solver(const cx_estimator *self, cx__penalty penalty)
{
    static const char *const names[] = {"None", "'l2'", "'l1'", "'elasticnet'"};
    const char *solver = cx_param_str(self, "solver"), *const name = self->cls->name;
    const bool liblinear = strcmp(solver, "liblinear") == 0, saga = strcmp(solver, "saga") == 0;
    const bool smooth = penalty == CX__PENALTY_NONE || penalty == CX__PENALTY_L2;
    const bool known =
        liblinear ? penalty == CX__PENALTY_L1 || penalty == CX__PENALTY_L2 : smooth || saga;
    if (!known)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: solver='%s' does not take penalty %s; 'saga' takes every one", name,
                        solver, names[penalty]);
    if (cx_param_bool(self, "dual") && !(liblinear && penalty == CX__PENALTY_L2))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: dual=True is for solver='liblinear' with an L2 penalty only", name);
    return CX_OK;
}

cx_status cx__logistic_weights(const cx__site *s, const cx_estimator *self, const cx_data *data,
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

/* Outputs of the linear model: one for two classes. */
static int64_t outputs(int64_t classes)
{
    return classes == 2 ? 1 : classes;
}

typedef struct watch {
    cx__site site;
    const cx_array *x, *weight; /* weight of rows, or NULL */
    double l1;                  /* weight of |coefficient|; 0 takes the smooth road */
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

/* ---- Newton's method: the same loss between arrays, and its Hessian */
static cx_status array_value(void *ctx, const cx_array *at, cx_array **f, cx_array **gradient)
{
    const watch *w = ctx;
    cx_array *record = cx__new_f64(&w->site, 3, -1);
    *gradient = cx__new_f64(&w->site, cx_size(at), -1);
    CX__TRY(cx__so_far());
    CX__TRY(value(ctx, cx__at(at), NULL, cx__at(*gradient), cx__at(record)));
    *f = cx_select(record, 0, 0);
    return cx__so_far();
}

/* Part [d + 1 or d, same] of outputs a and b into the Hessian, whose intercepts come last. */
static cx_status place(const watch *w, const cx_array *part, int64_t a, int64_t b, cx_array *h)
{
    const int64_t d = w->loss.d, last = outputs(w->loss.classes) * d;
    const cx_array *const rows[] = {cx_slice(h, 0, a * d, (a + 1) * d, 1),
                                    cx_slice(h, 0, last + a, last + a + 1, 1)};
    for (int i = 0; i < (w->loss.intercept ? 2 : 1); i++) {
        const cx_array *from = i == 0 ? cx_slice(part, 0, 0, d, 1) : cx_slice(part, 0, d, d + 1, 1);
        CX__TRY(
            cx_copy_into(cx_slice(from, 1, 0, d, 1), cx_slice(rows[i], 1, b * d, (b + 1) * d, 1)));
        if (w->loss.intercept)
            CX__TRY(cx_copy_into(cx_slice(from, 1, d, d + 1, 1),
                                 cx_slice(rows[i], 1, last + b, last + b + 1, 1)));
    }
    return cx__so_far();
}

/* Probabilities [n, k]. */
static const cx_array *shares(const watch *w, const cx_array *at)
{
    static cx__held one = CX__HELD("r: 1 / (1 + exp(-r))"),
                    many = CX__HELD("r: e = exp(r - max(r, axis=1, keepdims=True));"
                                    "e / sum(e, axis=1, keepdims=True)");
    const int64_t k = outputs(w->loss.classes), d = w->loss.d;
    const cx_array *coef = cx_reshape(cx_slice(at, 0, 0, k * d, 1), CX_SHAPE(k, d)),
                   *r = cx_matmul(w->x, cx_transpose(coef));
    if (w->loss.intercept) r = cx_add(r, cx_slice(at, 0, k * d, CX_END, 1));
    return cx__held_run("fit", k == 1 ? &one : &many, CX_ARRAYS(r));
}

static cx_status hessian(void *ctx, const cx_array *at, cx_array **h)
{
    static cx__held alone = CX__HELD("p, w: p * (1 - p) * w"),
                    cross = CX__HELD("p, q, w: p * q * w");
    const watch *w = ctx;
    const int64_t k = outputs(w->loss.classes);
    const cx_array *p = shares(w, at),
                   *each = cx_div(w->weight != NULL ? w->weight
                                                    : cx_ones(CX_SHAPE(), CX_F64, w->site.device),
                                  cx_float(w->loss.weight_sum));
    *h = cx_zeros(CX_SHAPE(cx_size(at), cx_size(at)), CX_F64, w->site.device);
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = 0; b <= a; b++) {
            const cx_scope inner = cx_scope_open();
            const cx_array *pa = cx_select(p, 1, a), *pb = cx_select(p, 1, b);
            const cx_array *weight = a == b ? cx__held_run("fit", &alone, CX_ARRAYS(pa, each))
                                            : cx__held_run("fit", &cross, CX_ARRAYS(pa, pb, each));
            cx_array *part = NULL;
            cx_check(cx__weighted_gram(&w->site, w->x, weight, a == b ? w->loss.l2 : 0,
                                       w->loss.intercept, &part));
            if (a != b) part = cx_negative(part);
            if (cx_ok()) cx_check(place(w, part, a, b, *h));
            if (cx_ok() && a != b) cx_check(place(w, part, b, a, *h));
            CX__TRY(cx_scope_close(inner));
        }
    return cx__so_far();
}

/* Solvers whose users expect that unscaled columns do no harm. */
static bool wants_newton(const cx_estimator *self, int64_t variables)
{
    const char *solver = cx_param_str(self, "solver");
    const bool named = strncmp(solver, "newton", 6) == 0 || strcmp(solver, "liblinear") == 0;
    return named && variables <= CX__NEWTON_MOST;
}

static cx_status minimise(const cx_estimator *self, watch *w, cx_array *at, cx__lbfgs_result *out)
{
    const cx__site *s = &w->site;
    const int64_t k = outputs(w->loss.classes);
    const cx__lbfgs_problem problem = {
        .site = s,
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
    if (w->l1 > 0) {
        const cx_array *each = cx_full(CX_SHAPE(k * w->loss.d), cx_float(w->l1), CX_F64, s->device);
        if (w->loss.intercept)
            each = cx_concatenate(CX_ARRAYS(each, cx_zeros(CX_SHAPE(k), CX_F64, s->device)), 0);
        CX__TRY(cx__so_far());
        CX__TRY(problem.n <= CX__NEWTON_L1_MOST
                    ? cx__newton_l1(&problem, &(cx__array_function){array_value, iterated, w},
                                    hessian, each, at, out)
                    : cx__owlqn(&problem, each, at, out));
    } else if (wants_newton(self, problem.n)) {
        CX__TRY(cx__newton(&problem, &(cx__array_function){array_value, iterated, w}, hessian, at,
                           out));
    } else {
        CX__TRY(cx__lbfgs(&problem, at, out));
    }
    cx__lbfgs_warn(self->cls->name, out);
    return CX_OK;
}

/* Where the search starts: zeros, or the last fit's coefficients. column: the intercept is the
 * coefficient of a column of this value; 0: it is none. */
static cx_status start(const cx_estimator *self, const watch *w, double column, cx_array **at)
{
    const int64_t k = outputs(w->loss.classes), all = w->loss.d + (w->loss.intercept ? 1 : 0);
    *at = cx_zeros(CX_SHAPE(k * all), CX_F64, w->site.device);
    const cx_array *coef = cx_self_before(self, COEF), *bias = cx_self_before(self, INTERCEPT);
    if (!cx_param_bool(self, "warm_start") || coef == NULL || bias == NULL || column != 0)
        return cx__so_far();
    if (cx_dim(coef, 0) != k || cx_dim(coef, 1) != w->loss.d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegression: warm_start from coefficients [%lld, %lld], but the "
                        "data needs [%lld, %lld]",
                        (long long)cx_dim(coef, 0), (long long)cx_dim(coef, 1), (long long)k,
                        (long long)w->loss.d);
    CX__TRY(cx_copy_into(cx_ravel(coef), cx_slice(*at, 0, 0, k * w->loss.d, 1)));
    if (w->loss.intercept) CX__TRY(cx_copy_into(bias, cx_slice(*at, 0, k * w->loss.d, CX_END, 1)));
    return cx__so_far();
}

static cx_status store(cx_estimator *self, const watch *w, const cx_array *at, double column,
                       bool centre, const cx__lbfgs_result *end, const cx_labels *y, cx_dtype t)
{
    const int64_t k = outputs(w->loss.classes), d = w->loss.d;
    const cx_array *coef = cx_reshape(cx_slice(at, 0, 0, k * d, 1), CX_SHAPE(k, d)), *intercept;
    /* scores of several classes mean the same moved together; all minimisers but L-BFGS move them
     */
    if (centre && k > 1 && w->loss.l2 == 0 && w->l1 == 0)
        coef = cx_sub(coef, cx_mean(coef, CX_AXIS(0, .keepdims = true)));
    if (column != 0) {
        intercept = cx_mul(cx_slice(at, 0, d - 1, d, 1), cx_float(column));
        coef = cx_slice(coef, 1, 0, d - 1, 1);
    } else {
        intercept = w->loss.intercept ? cx_slice(at, 0, k * d, CX_END, 1)
                                      : cx_zeros(CX_SHAPE(k), CX_F64, w->site.device);
        if (centre && k > 1) intercept = cx_sub(intercept, cx_mean(intercept, CX_ALL));
    }
    CX__TRY(cx__store(self, COEF, cx_copy(coef), t));
    CX__TRY(cx__store(self, INTERCEPT, cx_copy(intercept), t));
    CX__TRY(cx_self_set(self, CLASSES, y->classes));
    return cx_self_set(self, N_ITER,
                       cx_full(CX_SHAPE(1), cx_int(end->iterations), CX_I32, w->site.device));
}

/* Strengths of both penalties per unit of weight. */
static void strengths(const cx_estimator *self, cx__penalty penalty, double weight_sum, double *l1,
                      double *l2)
{
    const double c = cx_param_f64(self, "C"), share = penalty == CX__PENALTY_BOTH
                                                          ? cx_param_f64(self, "l1_ratio")
                                                      : penalty == CX__PENALTY_L1 ? 1
                                                                                  : 0;
    const bool none = penalty == CX__PENALTY_NONE || isinf(c);
    *l1 = none ? 0 : share / (c * weight_sum);
    *l2 = none ? 0 : (1 - share) / (c * weight_sum);
}

static cx_status check_options(const cx_estimator *self, cx__penalty *penalty)
{
    const bool given = !cx_param_is_none(self, "l1_ratio");
    const double ratio = given ? cx_param_f64(self, "l1_ratio") : 0;
    *penalty = cx__logistic_penalty(self, &ratio, 1);
    const bool named = cx_param_is_str(self, "penalty") &&
                       strcmp(cx_param_str(self, "penalty"), "deprecated") != 0;
    if (!named && isinf(cx_param_f64(self, "C"))) *penalty = CX__PENALTY_NONE;
    if (*penalty == CX__PENALTY_BOTH && !given)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegression: penalty='elasticnet' needs l1_ratio");
    return cx__logistic_solver(self, *penalty);
}

static cx_status check_classes(const cx_estimator *self, int64_t classes)
{
    if (classes < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegression needs at least 2 classes, y has %lld",
                        (long long)classes);
    if (classes > 2 && strcmp(cx_param_str(self, "solver"), "liblinear") == 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegression: solver='liblinear' is for two classes, y has %lld",
                        (long long)classes);
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__penalty penalty;
    CX__TRY(check_options(self, &penalty));
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx__so_far());
    const int64_t n = cx_dim(data->x, 0), classes = cx_size(y.classes);
    CX__TRY(check_classes(self, classes));
    watch w = {.self = self, .max_iter = cx_param_i64(self, "max_iter")};
    CX__TRY(cx__site_of("fit", data->x, &w.site));
    const cx__site *s = &w.site;
    const bool intercept = cx_param_bool(self, "fit_intercept");
    const double column = intercept && strcmp(cx_param_str(self, "solver"), "liblinear") == 0
                              ? cx_param_f64(self, "intercept_scaling")
                              : 0;
    const cx_array *x = cx__f64(s, data->x), *codes = cx__i64(s, y.codes), *weight;
    if (column != 0)
        x = cx_concatenate(
            CX_ARRAYS(x, cx_full(CX_SHAPE(n, 1), cx_float(column), CX_F64, s->device)), 1);
    CX__TRY(cx__logistic_weights(s, self, data, &y, &weight));
    w.loss = (cx_learn_logistic){.n = n,
                                 .d = cx_dim(x, 1),
                                 .classes = classes,
                                 .x = cx__at(x),
                                 .weight = cx__at(weight),
                                 .code = cx__at(codes),
                                 .intercept = intercept && column == 0,
                                 .weight_sum = (double)n};
    if (weight != NULL) w.loss.weight_sum = cx__number_f64(cx_sum(weight, CX_ALL));
    w.x = x;
    w.weight = weight;
    strengths(self, penalty, w.loss.weight_sum, &w.l1, &w.loss.l2);
    cx_array *at;
    CX__TRY(start(self, &w, column, &at));
    cx__lbfgs_result end;
    CX__TRY(minimise(self, &w, at, &end));
    return store(self, &w, at, column, w.l1 > 0 || wants_newton(self, cx_size(at)), &end, &y,
                 cx__float_like(data->x));
}

cx_array *cx__logistic_predict(const cx_estimator *self, const cx_array *x)
{
    return cx__predict_labels(self, x, CLASSES);
}
cx_array *cx__logistic_predict_proba(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_PREDICT_PROBA, x, CX__ROWS_MATRIX, cx__float_like(x));
}
cx_array *cx__logistic_decision(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_DECISION_FUNCTION, x, CX__ROWS_FLAT, cx__float_like(x));
}
/* Scores; a class by the largest one or by the sign of the only one; shares by softmax or expit. */
cx_status cx__logistic_plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__linear_plan(self, COEF, INTERCEPT, p));
    cx_learn_scores *m = p->state;
    const bool one = m->k == 1;
    if (p->method == CX_PREDICT) m->end = one ? CX_LEARN_POSITIVE : CX_LEARN_FIRST_MAX;
    if (p->method == CX_PREDICT_PROBA) m->end = one ? CX_LEARN_EXPIT : CX_LEARN_SOFTMAX;
    return CX_OK;
}
cx_status cx__logistic_check(const cx_estimator *self)
{
    const int64_t c = cx_size(cx_self(self, CLASSES)), k = cx_size(cx_self(self, INTERCEPT));
    if (c >= 2 && k == outputs(c)) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: %lld classes with %lld rows of coef_",
                    self->cls->name, (long long)c, (long long)k);
}

const cx_estimator_class cx__class_logistic_regression = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LogisticRegression",
    .doc = "Logistic and softmax regression with L1 and L2 penalties.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__logistic_predict,
    .predict_proba = cx__logistic_predict_proba,
    .decision_function = cx__logistic_decision,
    .check = cx__logistic_check,
    .plan = cx__logistic_plan,
    .predict_into = cx__scores_into,
    .predict_proba_into = cx__scores_into,
    .decision_into = cx__scores_into,
};
