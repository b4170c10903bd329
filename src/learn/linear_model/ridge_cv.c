/* RidgeCV and RidgeClassifierCV: the penalty by leave-one-out errors or by cross-validation.
 *
 * One idea: from one decomposition of the centred data every penalty's leave-one-out errors follow
 * in closed form (Rifkin and Lippert 2007); in cross-validation the penalties of a fold are targets
 * that share its products. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/linear_model/ridge_classes.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

/* Behind coef_, intercept_ and a classifier's classes_. */
enum { ALPHA, BEST_SCORE, RESULTS };
#define CV_ATTRS "alpha_: float", "best_score_: float", "cv_results_?: float"
static const char *const attrs[] = {"coef_: float", "intercept_: float", CV_ATTRS, NULL};
static const char *const class_attrs[] = {CX__RIDGE_CLASSES_ATTRS, CV_ATTRS, NULL};

#define ALPHAS                                                              \
    {                                                                       \
        "alphas", CX_PARAM_FLOAT | CX_PARAM_LIST, "(0.1, 1.0, 10.0)", NULL, \
            "penalties to try, above 0 (with cv: at least 0)"               \
    }
#define SCORING                                                                                      \
    {                                                                                                \
        "scoring", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,                                       \
            "name of a score; None: leave-one-out squared errors, with cv the estimator's own score" \
    }
#define CV                                                                    \
    {                                                                         \
        "cv", CX__CV_KINDS, "None", "int [2, inf)",                           \
            "None: leave-one-out; a number of folds, a splitter, or its text" \
    }
#define STORE                                                                                   \
    {                                                                                           \
        "store_cv_results", CX_PARAM_BOOL, "False", NULL, "keep cv_results_; only with cv=None" \
    }

static const cx_param params[] = {
    ALPHAS,
    CX__RIDGE_INTERCEPT,
    SCORING,
    CV,
    {"gcv_mode", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'auto', 'svd', 'eigen'}",
     "decomposition: 'svd' of the data; else eigenvalues of the smaller of its two products"},
    STORE,
    {"alpha_per_target", CX_PARAM_BOOL, "False", NULL,
     "the best penalty for each target; only with cv=None"},
    {.name = NULL},
};
static const cx_param class_params[] = {
    ALPHAS, CX__RIDGE_INTERCEPT, SCORING, CV, CX__RIDGE_CLASS_WEIGHT, STORE, {.name = NULL}};

typedef struct search {
    const cx_estimator *self;
    const cx_data *data;      /* as given, y the labels of a classifier */
    const cx_data *targets;   /* y the targets, weights with those of classes */
    const cx_labels *labels;  /* NULL: a regressor */
    const cx__scorer *scorer; /* NULL: none given */
    const double *alpha;
    int64_t alphas;
    bool each;         /* a penalty for each target */
    double *best;      /* [t or 1] scores */
    int64_t *which;    /* [t or 1] penalties */
    cx_array *results; /* [n, t, alphas] or NULL */
} search;

static cx_status read_alphas(search *q, bool folds)
{
    const cx_array *given = cx_param_array(q->self, "alphas");
    q->alpha = cx_data_f64(given);
    if (q->alpha == NULL) return cx__last_status();
    q->alphas = cx_size(given);
    for (int64_t i = 0; i < q->alphas; i++)
        if (!(folds ? q->alpha[i] >= 0 : q->alpha[i] > 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: alphas[%lld] is %g; penalties are %s 0",
                            q->self->cls->name, (long long)i, q->alpha[i],
                            folds ? "at least" : "above");
    if (q->alphas > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: alphas is empty", q->self->cls->name);
}

static cx_status read_scorer(search *q)
{
    const char *name = cx_param_str(q->self, "scoring");
    if (name == NULL) return CX_OK;
    q->scorer = cx__scorer_find("fit", name, strlen(name));
    return q->scorer != NULL ? CX_OK : CX_E_ARGUMENT;
}

/* Score of predictions [m, t] of targets (a classifier's: decisions) for the rows of y. */
static double score(const search *q, const cx_array *y, const cx_array *answer,
                    const cx_array *weight)
{
    const bool one = cx_dim(answer, 1) == 1;
    if (q->labels == NULL)
        return cx__scorer_answer(q->scorer, "r2", y,
                                 one && cx_ndim(y) == 1 ? cx_select(answer, 1, 0) : answer, weight);
    const cx_array *code = one ? cx_astype(cx_greater(cx_select(answer, 1, 0), cx_float(0)), CX_I64)
                               : cx_argmax(answer, CX_AXIS(1));
    return cx__scorer_answer(q->scorer, "accuracy", y, cx_take(q->labels->classes, code, 0),
                             weight);
}

static void consider(search *q, int64_t target, int64_t a, double value)
{
    if (a > 0 && !(value > q->best[target])) return;
    q->best[target] = value;
    q->which[target] = a;
}

/* ---- leave-one-out */
/* With G = x x^T + alpha I the errors are G^-1 y over the diagonal of G^-1. Wide: G^-1 = side D
 * side^T with D = 1 / (value + alpha); tall: alpha G^-1 = I - side D side^T, side = x v. */
typedef struct parts {
    bool wide;
    cx_array *side, *squares, *value, *turn; /* [n, m] each, [m], tall: v [d, m] */
    cx_array *on_y, *on_root;                /* side^T y [m, t], side^T root [m, 1] */
    cx_array *root;                          /* [n, 1] */
    double mass;
} parts;

static cx_status decompose(const search *q, const cx__regression *r, parts *p)
{
    const char *mode = q->labels == NULL ? cx_param_str(q->self, "gcv_mode") : NULL;
    const cx_array *w = q->targets->sample_weight, *x = r->x;
    p->wide = r->n <= r->d;
    p->root = w != NULL ? cx_expand_dims(cx_sqrt(cx__f64(&r->site, w)), 1)
                        : cx_ones(CX_SHAPE(r->n, 1), CX_F64, r->site.device);
    p->mass = w != NULL ? cx__number_f64(cx_sum(w, CX_ALL)) : (double)r->n;
    if (mode != NULL && strcmp(mode, "svd") == 0) {
        const cx_svd f = cx_linalg_svd(x, CX_OPTS(cx_svd_opts, .thin = true));
        p->value = cx_mul(f.s, f.s);
        p->turn = cx_transpose(f.vh);
        p->side = p->wide ? f.u : cx_mul(f.u, f.s);
    } else {
        const cx_eigh f = cx_linalg_eigh(
            p->wide ? cx_matmul(x, cx_transpose(x)) : cx__gram(&r->site, x, NULL), NULL);
        p->value = f.w;
        p->turn = f.v;
        p->side = p->wide ? f.v : cx_matmul(x, f.v);
    }
    p->squares = cx_mul(p->side, p->side);
    p->on_y = cx_matmul(cx_transpose(p->side), r->y);
    p->on_root = cx_matmul(cx_transpose(p->side), p->root);
    return cx__so_far();
}

/* Errors [n, t] and the share d [n, 1] they were divided by are for one penalty. */
static cx_array *errors(const search *q, const cx__regression *r, const parts *p, double alpha)
{
    static cx__held inverse = CX__HELD("value, alpha: 1 / (value + alpha)"),
                    wide = CX__HELD("c, d: c / d"), tall = CX__HELD("y, c, d: (y - c) / (1 - d)"),
                    taken = CX__HELD("d, g, root, mass: d - g * root / mass"),
                    added = CX__HELD("d, g, root, mass: d + (root - g) * root / mass");
    const cx_array *each = cx_expand_dims(
                       cx__held_run("fit", &inverse, CX_ARRAYS(p->value, cx_float(alpha))), 1),
                   *c = cx_matmul(p->side, cx_mul(each, p->on_y)), *d = cx_matmul(p->squares, each);
    if (cx_param_bool(q->self, "fit_intercept")) {
        const cx_array *g = cx_matmul(p->side, cx_mul(each, p->on_root));
        d = cx__held_run("fit", p->wide ? &taken : &added,
                         CX_ARRAYS(d, g, p->root, cx_float(p->mass)));
    }
    return p->wide ? cx__held_run("fit", &wide, CX_ARRAYS(c, d))
                   : cx__held_run("fit", &tall, CX_ARRAYS(r->y, c, d));
}

static cx_status keep_results(search *q, int64_t a, const cx_array *values)
{
    if (!cx_param_bool(q->self, "store_cv_results")) return CX_OK;
    const int64_t n = cx_dim(values, 0), t = cx_dim(values, 1);
    if (q->results == NULL)
        q->results = cx_empty(CX_SHAPE(n, t, q->alphas), CX_F64, cx_device_of(values));
    CX__TRY(cx__so_far());
    return cx_copy_into(values, cx_select(q->results, 2, a));
}

static cx_status rank_scored(search *q, const cx__regression *r, const parts *p, int64_t a,
                             const cx_array *error)
{
    static cx__held back = CX__HELD("y, e, root: (y - e) / root");
    const cx_array *said = cx__held_run("fit", &back, CX_ARRAYS(r->y, error, p->root)),
                   *weight = q->data->sample_weight;
    if (r->y_mean != NULL) said = cx_add(said, r->y_mean);
    CX__TRY(keep_results(q, a, said));
    const cx_array *y = q->data->y;
    if (!q->each) {
        consider(q, 0, a, score(q, y, said, weight));
        return cx__so_far();
    }
    for (int64_t k = 0; k < r->t; k++)
        consider(q, k, a,
                 score(q, cx_ndim(y) == 1 ? y : cx_ascontiguous(cx_select(y, 1, k)),
                       cx_ascontiguous(cx_slice(said, 1, k, k + 1, 1)), weight));
    return cx__so_far();
}

static cx_status rank_errors(search *q, const cx__regression *r, int64_t a, const cx_array *error)
{
    const cx_array *squares = cx_mul(error, error),
                   *mean = cx__fetch(&r->site, cx_mean(squares, CX_AXIS(0)));
    CX__TRY(keep_results(q, a, squares));
    CX__TRY(cx__so_far());
    const double *v = cx_data_f64(mean);
    if (v == NULL) return cx__last_status();
    double all = 0;
    for (int64_t k = 0; k < r->t; k++) {
        if (q->each) consider(q, k, a, -v[k]);
        all += v[k];
    }
    if (!q->each) consider(q, 0, a, -all / (double)r->t);
    return CX_OK;
}

static cx_status leave_one_out(search *q, const cx__regression *r)
{
    parts p = {.wide = false};
    CX__TRY(decompose(q, r, &p));
    for (int64_t a = 0; a < q->alphas; a++) {
        CX__TRY(cx_self_progress(q->self, a, q->alphas));
        const cx_array *error = errors(q, r, &p, q->alpha[a]);
        CX__TRY(cx__so_far());
        CX__TRY(q->scorer != NULL ? rank_scored(q, r, &p, a, error) : rank_errors(q, r, a, error));
    }
    return CX_OK;
}

/* ---- folds */
/* Scores of all penalties on one fold: they are targets of one problem. */
static cx_status run_fold(search *q, const cx_fold *fold, double *sum)
{
    /* scores are weighted as scikit-learn's search does it: with the weights of classes, too */
    cx__site site;
    CX__TRY(cx__site_of("fit", q->data->x, &site));
    const cx_array *rows = cx__send(&site, fold->train), *others = cx__send(&site, fold->test);
    const cx_data train = cx_data_take(q->targets, rows), given = cx_data_take(q->data, others),
                  held = cx_data_take(q->targets, others);
    cx__regression r;
    CX__TRY(cx__so_far());
    CX__TRY(cx__regression_make(&train, cx_param_bool(q->self, "fit_intercept"), &r));
    const int64_t t = r.t;
    const cx_array *x = cx__f64(&r.site, given.x);
    cx__regression many = r;
    many.t = t * q->alphas;
    many.y = cx_tile(r.y, CX_SHAPE(1, q->alphas));
    double *alpha = cx__host_f64(many.t, -1);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < many.t; i++) alpha[i] = q->alpha[i / t];
    cx_array *coef = NULL;
    CX__TRY(cx__ridge_coef(&many, alpha, false, false, &coef));
    if (r.x_mean != NULL) x = cx_sub(x, r.x_mean);
    const cx_array *said = cx_matmul(x, cx_transpose(coef));
    for (int64_t a = 0; a < q->alphas; a++) {
        const cx_array *part = cx_slice(said, 1, a * t, (a + 1) * t, 1);
        part = r.y_mean != NULL ? cx_add(part, r.y_mean) : cx_ascontiguous(part);
        sum[a] += score(q, given.y, part, held.sample_weight);
    }
    return cx__so_far();
}

static cx_status run_folds(search *q, const cx_fold *fold, int64_t folds)
{
    double *sum = cx__host_f64(q->alphas, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < folds; k++) {
        CX__TRY(cx_self_progress(q->self, k, folds));
        const cx_scope s = cx_scope_open();
        (void)cx_check(run_fold(q, fold + k, sum));
        CX__TRY(cx_scope_close(s));
    }
    for (int64_t a = 0; a < q->alphas; a++) consider(q, 0, a, sum[a] / (double)folds);
    return CX_OK;
}

static cx_status by_folds(search *q)
{
    if (cx_param_bool(q->self, "store_cv_results"))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: store_cv_results=True is for cv=None",
                        q->self->cls->name);
    if (q->each)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: alpha_per_target=True is for cv=None",
                        q->self->cls->name);
    cx_fold *fold = NULL;
    int64_t folds = 0;
    cx_status st = cx__folds_of(q->self, q->data, q->labels != NULL, &fold, &folds);
    if (st == CX_OK) st = run_folds(q, fold, folds);
    cx__free(fold);
    return st;
}

/* ---- both */
static cx_status store(cx_estimator *self, const search *q, const cx__regression *r)
{
    const int first = q->labels != NULL ? CX__RIDGE_CLASSES_SLOTS : CX__LINEAR_SLOTS;
    const int64_t shape = q->each && r->t > 1 ? r->t : -1, count = shape < 0 ? 1 : shape;
    double *alpha = cx__host_f64(count, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < count; k++) alpha[k] = q->alpha[q->which[k]];
    CX__TRY(cx__store_host(self, &r->site, first + ALPHA, alpha, shape, CX_F64));
    CX__TRY(cx__store_host(self, &r->site, first + BEST_SCORE, q->best, shape, CX_F64));
    if (q->results == NULL) return CX_OK;
    const cx_array *results = r->flat ? cx_squeeze(q->results, 1) : q->results;
    return cx__store(self, first + RESULTS, results, cx__float_like(q->data->x));
}

static cx_status run(cx_estimator *self, search *q)
{
    const bool folds = !cx_param_is_none(self, "cv");
    cx__regression r;
    CX__TRY(read_alphas(q, folds));
    CX__TRY(read_scorer(q));
    CX__TRY(cx__regression_make(q->targets, cx_param_bool(self, "fit_intercept"), &r));
    q->each = q->labels == NULL && cx_param_bool(self, "alpha_per_target");
    q->best = cx__host_f64(r.t, -1);
    cx_array *which = cx_zeros(CX_SHAPE(r.t), CX_I64, CX_CPU);
    CX__TRY(cx__so_far());
    q->which = cx_data_i64_mut(which);
    CX__TRY(folds ? by_folds(q) : leave_one_out(q, &r));
    double *alpha = cx__host_f64(r.t, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < r.t; k++) alpha[k] = q->alpha[q->which[q->each ? k : 0]];
    const char *mode = q->labels == NULL ? cx_param_str(self, "gcv_mode") : NULL;
    cx_array *coef = NULL;
    CX__TRY(cx__ridge_coef(&r, alpha, mode != NULL && strcmp(mode, "svd") == 0, false, &coef));
    CX__TRY(store(self, q, &r));
    const cx_dtype t = cx__float_like(q->data->x);
    if (q->labels != NULL) return cx__ridge_classes_store(self, &r, coef, q->labels, t);
    r.flat = r.flat || (r.t == 1 && !folds);
    return cx__regression_store(self, &r, coef, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    search q = {.self = self, .data = data, .targets = data};
    return run(self, &q);
}

static cx_status fit_classes(cx_estimator *self, const cx_data *data)
{
    cx_labels labels;
    cx_data targets;
    CX__TRY(cx__ridge_classes(self, data, &labels, &targets));
    search q = {.self = self, .data = data, .targets = &targets, .labels = &labels};
    return run(self, &q);
}

const cx_estimator_class cx__class_ridge_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RidgeCV",
    .doc = "Ridge whose penalty is found by leave-one-out errors or by cross-validation.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
const cx_estimator_class cx__class_ridge_classifier_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RidgeClassifierCV",
    .doc = "RidgeClassifier whose penalty is found by leave-one-out errors or cross-validation.",
    .kind = CX_CLASSIFIER,
    .flags = CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = class_params,
    .attrs = class_attrs,
    .fit = fit_classes,
    .predict = cx__ridge_classes_predict,
    .decision_function = cx__ridge_classes_decide,
    .check = cx__ridge_classes_check,
    .plan = cx__ridge_classes_plan,
    .predict_into = cx__scores_into,
    .decision_into = cx__scores_into,
};
