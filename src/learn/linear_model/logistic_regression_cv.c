/* LogisticRegressionCV: the strength of the penalty, and the share of L1, by cross-validation.
 *
 * One idea: a path is one LogisticRegression that starts each strength from the last one's
 * coefficients; folds and shares are independent paths and run beside each other on the CPU.
 * Attributes have the shapes of scikit-learn's use_legacy_attributes=False. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/linear_model/logistic.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { CS = CX__LOGISTIC_SLOTS, RATIOS, PATHS, SCORES, C, RATIO, N_ITER };
static const char *const attrs[] = {"coef_: float [k, n]",
                                    "intercept_: float [k]",
                                    "classes_: label [c]",
                                    "Cs_: float [s]",
                                    "l1_ratios_: float [r]",
                                    "coefs_paths_: float",
                                    "scores_: float [f, r, s]",
                                    "C_: float []",
                                    "l1_ratio_: float []",
                                    "n_iter_: int [f, r, s]",
                                    NULL};

static const cx_param params[] = {
    {"Cs", CX_PARAM_INT | CX_PARAM_LIST, "10", "int [1, inf)",
     "inverse strengths to try; a number: so many from 1e-4 to 1e4"},
    {"l1_ratios", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "shares of L1 to try; None: L2"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL,
     "add an intercept, which is not penalised but by liblinear"},
    {"cv", CX__CV_KINDS, "None", NULL, "folds: None is 5 stratified ones"},
    {"dual", CX_PARAM_BOOL, "False", NULL,
     "only for liblinear with L2; the primal problem is solved, whose solution is the same"},
    {"penalty", CX_PARAM_STR, "'deprecated'", "{'deprecated', 'l1', 'l2', 'elasticnet'}",
     "'deprecated': what l1_ratios say"},
    {"scoring", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL, "name of a score; None: accuracy"},
    {"solver", CX_PARAM_STR, "'lbfgs'",
     "{'lbfgs', 'liblinear', 'newton-cg', 'newton-cholesky', 'sag', 'saga'}",
     "as LogisticRegression's"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "as LogisticRegression's"},
    {"max_iter", CX_PARAM_INT, "100", "[0, inf)", "most iterations of a fit"},
    {"class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}",
     "weights of the classes, 'balanced' by all rows"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    {"refit", CX_PARAM_BOOL, "True", NULL,
     "fit all rows with the best; else the mean of every fold's best"},
    {"intercept_scaling", CX_PARAM_FLOAT, "1.0", "(0, inf)", "as LogisticRegression's"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "not used: nothing is drawn"},
    {"use_legacy_attributes", CX_PARAM_BOOL | CX_PARAM_STR, "False", "{'warn'}",
     "not used: attributes are arrays, not dicts by class"},
    {.name = NULL},
};

typedef struct search {
    cx_estimator *self;
    cx__site site;
    const cx_data *data;
    const cx_array *weight; /* of rows and classes, or NULL */
    const cx_array *classes;
    const cx__scorer *scorer;
    cx_fold *fold;
    int64_t folds, strengths, ratios, k, width; /* width: coefficients of an output */
    const double *strength, *ratio;
    bool named;          /* penalty says what it is */
    cx_array *paths;     /* [folds, ratios, strengths, k, width] */
    double *score;       /* [folds, ratios, strengths] */
    int64_t *iterations; /* the same */
    atomic_int failed;
    char why[200]; /* of the one that failed first */
} search;

/* ---- one path */
/* The estimator of a path, with everything but C. */
static cx_estimator *model_of(const search *s, double ratio)
{
    const cx_estimator *self = s->self;
    cx_estimator *m = cx_estimator_new("LogisticRegression(warm_start=True)");
    static const char *const same[] = {"fit_intercept", "dual",     "penalty",          "solver",
                                       "tol",           "max_iter", "intercept_scaling"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        (void)cx_check(cx_set_param(m, same[i], cx_param_text(self, same[i])));
    (void)cx_check(cx_set_param_f64(m, "l1_ratio", ratio));
    return m;
}

static cx_status keep_coefficients(const search *s, const cx_estimator *m, int64_t at)
{
    const cx_array *coef = cx_attr(m, "coef_");
    if (cx_dim(coef, 0) != s->k)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegressionCV: a fold trains without rows of every class");
    cx_array *const place = cx_select(
        cx_reshape(s->paths, CX_SHAPE(s->folds * s->ratios * s->strengths, s->k, s->width)), 0, at);
    const int64_t d = cx_dim(coef, 1);
    CX__TRY(cx_copy_into(coef, cx_slice(place, 1, 0, d, 1)));
    if (s->width > d) CX__TRY(cx_copy_into(cx_attr(m, "intercept_"), cx_select(place, 1, d)));
    return cx__so_far();
}

static cx_status walk(const search *s, int64_t path)
{
    const int64_t fold = path / s->ratios, ratio = path % s->ratios;
    const cx_data all = {.x = s->data->x, .y = s->data->y, .sample_weight = s->weight},
                  scored = {
                      .x = s->data->x, .y = s->data->y, .sample_weight = s->data->sample_weight};
    const cx_data train = cx_data_take(&all, s->fold[fold].train),
                  test = cx_data_take(&scored, s->fold[fold].test);
    cx_estimator *m = model_of(s, s->ratio[ratio]);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < s->strengths; i++) {
        const int64_t at = path * s->strengths + i;
        CX__TRY(cx__poll("fit"));
        CX__TRY(cx_set_param_f64(m, "C", s->strength[i]));
        CX__TRY(cx__estimator_fit("fit", m, &train, false));
        CX__TRY(keep_coefficients(s, m, at));
        s->iterations[at] = cx__number_i64(cx_max(cx_attr(m, "n_iter_"), CX_ALL));
        s->score[at] = cx__scorer_run(s->scorer, m, &test);
        CX__TRY(cx__so_far());
    }
    return CX_OK;
}

/* Fits of a path warn together, at the end. */
static void ignore(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    (void)text;
    (void)ctx;
}

static void walk_some(void *ctx, int64_t lo, int64_t hi)
{
    search *s = ctx;
    for (int64_t i = lo; i < hi; i++) {
        if (atomic_load_explicit(&s->failed, memory_order_relaxed) != CX_OK) return;
        const cx_scope scope = cx_scope_open_with(CX_OPTS(cx_scope_opts, .on_warning = ignore));
        cx_check(walk(s, i));
        const cx_status st = cx_scope_close(scope);
        int none = CX_OK;
        if (st != CX_OK && atomic_compare_exchange_strong(&s->failed, &none, (int)st))
            snprintf(s->why, sizeof s->why, "%s", cx_error_message());
    }
}

static cx_status walk_all(search *s)
{
    const int64_t paths = s->folds * s->ratios, most = cx_param_i64(s->self, "max_iter");
    if (s->site.device.kind == CX_DEVICE_CPU)
        CX__TRY(cx__parallel_for(paths, 1, walk_some, s));
    else
        walk_some(s, 0, paths);
    const cx_status st = (cx_status)atomic_load(&s->failed);
    if (st == CX_E_CANCELLED || st == CX_E_TIMEOUT) CX__TRY(cx__poll("fit"));
    if (st != CX_OK) return cx__fail(st, "fit", "%s", s->why);
    int64_t cut = 0;
    for (int64_t i = 0; i < paths * s->strengths; i++) cut += s->iterations[i] >= most;
    if (cut > 0)
        cx__warn(CX_E_CONVERGENCE, "LogisticRegressionCV: %lld of %lld fits took max_iter=%lld",
                 (long long)cut, (long long)(paths * s->strengths), (long long)most);
    return cx_self_progress(s->self, paths, paths);
}

/* ---- the best */
/* Place of the first largest of v, by strengths first, then shares, as its index into
 * [ratios, strengths]. */
static int64_t best_of(const search *s, const double *v)
{
    int64_t best = 0;
    for (int64_t i = 0; i < s->strengths; i++)
        for (int64_t r = 0; r < s->ratios; r++) {
            const int64_t at = r * s->strengths + i;
            if (v[at] > v[best]) best = at;
        }
    return best;
}

static cx_status store_coefficients(const search *s, const cx_array *coef, const cx_array *bias)
{
    CX__TRY(cx__store(s->self, CX__LOGISTIC_COEF, coef, CX_F64));
    CX__TRY(cx__store(s->self, CX__LOGISTIC_INTERCEPT, bias, CX_F64));
    return cx_self_set(s->self, CX__LOGISTIC_CLASSES, s->classes);
}

static cx_status fit_best(const search *s, double *sums)
{
    const int64_t each = s->ratios * s->strengths;
    for (int64_t f = 1; f < s->folds; f++)
        for (int64_t i = 0; i < each; i++) sums[i] += s->score[f * each + i];
    const int64_t best = best_of(s, sums);
    const double strength = s->strength[best % s->strengths], ratio = s->ratio[best / s->strengths];
    cx_estimator *m = model_of(s, ratio);
    CX__TRY(cx_set_param_f64(m, "C", strength));
    CX__TRY(cx__estimator_fit(
        "fit", m, &(const cx_data){.x = s->data->x, .y = s->data->y, .sample_weight = s->weight},
        false));
    CX__TRY(cx_self_set_f64(s->self, C, strength));
    CX__TRY(cx_self_set_f64(s->self, RATIO, ratio));
    return store_coefficients(s, cx_attr(m, "coef_"), cx_attr(m, "intercept_"));
}

static cx_status mean_of_best(const search *s)
{
    const int64_t each = s->ratios * s->strengths, d = cx_dim(s->data->x, 1);
    const cx_array *flat = cx_reshape(s->paths, CX_SHAPE(s->folds * each, s->k, s->width));
    const cx_array *sum = cx_zeros(CX_SHAPE(s->k, s->width), CX_F64, s->site.device);
    double strength = 0, ratio = 0;
    for (int64_t f = 0; f < s->folds; f++) {
        const int64_t best = best_of(s, s->score + f * each);
        strength += s->strength[best % s->strengths];
        ratio += s->ratio[best / s->strengths];
        sum = cx_add(sum, cx_select(flat, 0, f * each + best));
    }
    const cx_array *mean = cx_div(sum, cx_float((double)s->folds));
    CX__TRY(cx_self_set_f64(s->self, C, strength / (double)s->folds));
    CX__TRY(cx_self_set_f64(s->self, RATIO, ratio / (double)s->folds));
    return store_coefficients(s, cx_copy(cx_slice(mean, 1, 0, d, 1)),
                              s->width > d ? cx_copy(cx_select(mean, 1, d))
                                           : cx_zeros(CX_SHAPE(s->k), CX_F64, s->site.device));
}

/* ---- what is tried */
static cx_status strengths_of(search *s)
{
    cx_array *list;
    if (cx_param_is_number(s->self, "Cs")) {
        const int64_t n = cx_param_i64(s->self, "Cs");
        list = cx_empty(CX_SHAPE(n), CX_F64, CX_CPU);
        double *v = cx_data_f64_mut(list);
        CX__TRY(cx__so_far());
        for (int64_t i = 0; i < n; i++)
            v[i] = pow(10, n == 1 ? -4 : -4 + 8 * (double)i / (double)(n - 1));
    } else {
        list = cx_param_array(s->self, "Cs");
    }
    s->strength = cx_data_f64(list);
    CX__TRY(cx__so_far());
    s->strengths = cx_size(list);
    for (int64_t i = 0; i < s->strengths; i++)
        if (!(s->strength[i] > 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "LogisticRegressionCV: Cs must be above 0");
    if (s->strengths == 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "LogisticRegressionCV: Cs is empty");
    return CX_OK;
}

static cx_status ratios_of(search *s)
{
    static const double zero = 0, one = 1;
    const bool none = cx_param_is_none(s->self, "l1_ratios");
    s->ratio = &zero;
    s->ratios = 1;
    if (!none) {
        const cx_array *list = cx_param_array(s->self, "l1_ratios");
        s->ratio = cx_data_f64(list);
        CX__TRY(cx__so_far());
        s->ratios = cx_size(list);
    }
    for (int64_t i = 0; i < s->ratios; i++)
        if (!(s->ratio[i] >= 0 && s->ratio[i] <= 1))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "LogisticRegressionCV: l1_ratios must lie in [0, 1]");
    const cx__penalty penalty = cx__logistic_penalty(s->self, s->ratio, s->ratios);
    if (s->ratios == 0 || (none && penalty == CX__PENALTY_BOTH))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegressionCV: penalty='elasticnet' needs l1_ratios");
    if (none && penalty == CX__PENALTY_L1) s->ratio = &one;
    return cx__logistic_solver(s->self, penalty);
}

static cx_status begin(search *s, const cx_labels *y)
{
    const char *scoring =
        cx_param_is_none(s->self, "scoring") ? "accuracy" : cx_param_str(s->self, "scoring");
    const int64_t c = cx_size(y->classes), d = cx_dim(s->data->x, 1);
    s->scorer = cx__scorer_find("fit", scoring, strlen(scoring));
    if (s->scorer == NULL) return CX_E_ARGUMENT;
    CX__TRY(strengths_of(s));
    CX__TRY(ratios_of(s));
    if (c < 2)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "LogisticRegressionCV needs at least 2 classes, y has %lld", (long long)c);
    s->classes = y->classes;
    s->k = c == 2 ? 1 : c;
    s->width = d + (cx_param_bool(s->self, "fit_intercept") ? 1 : 0);
    CX__TRY(cx__logistic_weights(&s->site, s->self, s->data, y, &s->weight));
    return cx__folds_of(s->self, s->data, true, &s->fold, &s->folds);
}

static cx_array *numbers(const cx__site *site, const void *v, int64_t n, cx_dtype t)
{
    return cx__send(site, cx_copy_host(v, CX_SHAPE(n), t));
}

static cx_status store_paths(const search *s)
{
    const cx__site *site = &s->site;
    const int64_t all = s->folds * s->ratios * s->strengths;
    const cx_shape shape = CX_SHAPE(s->folds, s->ratios, s->strengths);
    const cx_array *score = numbers(site, s->score, all, CX_F64),
                   *iterations = numbers(site, s->iterations, all, CX_I64);
    CX__TRY(cx_self_set(s->self, CS, numbers(site, s->strength, s->strengths, CX_F64)));
    CX__TRY(cx_self_set(s->self, RATIOS, numbers(site, s->ratio, s->ratios, CX_F64)));
    CX__TRY(cx_self_set(s->self, PATHS, s->paths));
    CX__TRY(cx_self_set(s->self, SCORES, cx_reshape(score, shape)));
    return cx_self_set(s->self, N_ITER, cx_astype(cx_reshape(iterations, shape), CX_I32));
}

static cx_status run(search *s, const cx_labels *y)
{
    CX__TRY(begin(s, y));
    const int64_t all = s->folds * s->ratios * s->strengths;
    s->paths = cx_zeros(CX_SHAPE(s->folds, s->ratios, s->strengths, s->k, s->width), CX_F64,
                        s->site.device);
    cx_array *score = cx_zeros(CX_SHAPE(all), CX_F64, CX_CPU),
             *iterations = cx_zeros(CX_SHAPE(all), CX_I64, CX_CPU);
    s->score = cx_data_f64_mut(score);
    s->iterations = cx__at(iterations);
    CX__TRY(cx__so_far());
    CX__TRY(walk_all(s));
    CX__TRY(store_paths(s));
    if (!cx_param_bool(s->self, "refit")) return mean_of_best(s);
    const cx_array *sums = cx_copy(cx_slice(score, 0, 0, s->ratios * s->strengths, 1));
    double *const sums_at = cx__at(sums);
    CX__TRY(cx__so_far());
    return fit_best(s, sums_at);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    search s = {.self = self, .data = data};
    CX__TRY(cx__site_of("fit", data->x, &s.site));
    const cx_labels y = cx_labels_encode(data->y);
    CX__TRY(cx__so_far());
    const cx_status st = run(&s, &y);
    cx__free(s.fold);
    return st;
}

static double score(const cx_estimator *self, const cx_data *data)
{
    const char *name =
        cx_param_is_none(self, "scoring") ? "accuracy" : cx_param_str(self, "scoring");
    const cx__scorer *by = cx__scorer_find("score", name, strlen(name));
    return by != NULL ? cx__scorer_run(by, self, data) : (double)NAN;
}

const cx_estimator_class cx__class_logistic_regression_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LogisticRegressionCV",
    .doc = "Logistic regression whose penalty is chosen by cross-validation.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y | CX_CLASS_F64,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__logistic_predict,
    .predict_proba = cx__logistic_predict_proba,
    .decision_function = cx__logistic_decision,
    .score = score,
    .check = cx__logistic_check,
    .plan = cx__logistic_plan,
    .predict_into = cx__scores_into,
    .predict_proba_into = cx__scores_into,
    .decision_into = cx__scores_into,
};
