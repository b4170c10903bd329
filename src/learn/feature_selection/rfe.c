/* RFE and RFECV: columns eliminated a few at a time, those that matter least to a fitted estimator
 * first.
 *
 * One idea: one loop of fits serves both; whoever wants to know what each step is worth visits
 * it. The last estimator is kept as a child and answers for the selector. */
#include "base/alloc.h"
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/feature_selection/selector.h"
#include "learn/model_selection/model_selection.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

enum {
    RANKING = CX__SELECTOR_SLOTS,
    N_FEATURES,
    CLASSES,
    CV_N,
    CV_MEAN,
    CV_STD,
    CV_SCORES,
    CV_RANKING,
    CV_SUPPORT
};
static const char *const rfe_attrs[] = {CX__SELECTOR_ATTRS, "ranking_: int [n]",
                                        "n_features_: int []", "classes_?: label [c]", NULL};
static const char *const rfecv_attrs[] = {CX__SELECTOR_ATTRS,
                                          "ranking_: int [n]",
                                          "n_features_: int []",
                                          "classes_?: label [c]",
                                          "cv_results_n_features_: int [s]",
                                          "cv_results_mean_test_score_: float [s]",
                                          "cv_results_std_test_score_: float [s]",
                                          "cv_results_split_test_score_: float [f, s]",
                                          "cv_results_split_ranking_: int [f, s, n]",
                                          "cv_results_split_support_: bool [f, s, n]",
                                          NULL};

#define ESTIMATOR                                           \
    {                                                       \
        "estimator", CX_PARAM_ESTIMATOR, NULL, NULL,        \
            "what is fitted; it tells its columns' weights" \
    }
#define STEP                                                                      \
    {                                                                             \
        "step", CX_PARAM_INT | CX_PARAM_FLOAT, "1", "int [1, inf), float (0, 1)", \
            "columns that go at a time, or their share of all"                    \
    }
#define GETTER                                                                   \
    {                                                                            \
        "importance_getter", CX_PARAM_STR, "'auto'", NULL,                       \
            "attribute of importances; 'auto': coef_, then feature_importances_" \
    }

static const cx_param rfe_params[] = {
    ESTIMATOR,
    {"n_features_to_select", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_NONE, "None",
     "int [1, inf), float (0, 1]", "how many stay, or what share; None: half"},
    STEP,
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    GETTER,
    {.name = NULL},
};
static const cx_param rfecv_params[] = {
    ESTIMATOR,
    STEP,
    {"min_features_to_select", CX_PARAM_INT, "1", "[1, inf)", "no fewer stay"},
    {"cv", CX_PARAM_INT | CX_PARAM_STR | CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", "int [2, inf)",
     "a splitter, or a number of folds; None: 5"},
    {"scoring", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "a score's name; None: 'accuracy' or 'r2'"},
    {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    GETTER,
    {.name = NULL},
};

static const cx_estimator *base_of(const cx_estimator *self)
{
    return cx__param(self, "estimator")->u.estimator;
}
static cx_estimator_kind kind_of(const cx_estimator *self)
{
    return cx_estimator_kind_of(base_of(self));
}
static bool has(const cx_estimator *self, cx_method method)
{
    return method == CX_TRANSFORM || method == CX_INVERSE_TRANSFORM ||
           cx_estimator_has(base_of(self), method);
}

/* ---- the loop */

/* One elimination: columns that are left, and when the others went. */
typedef struct elimination {
    const cx_estimator *self;
    const cx__site *site;
    const cx_data *data;
    int64_t d, target, step, left;
    bool *support;    /* [d] */
    int64_t *ranking; /* [d] */
    int64_t *index;   /* [d]: the columns that are left */
    cx_status (*visit)(void *ctx, const struct elimination *e, const cx_estimator *fitted);
    void *ctx;
    cx_estimator *fitted; /* the last one, a reference */
} elimination;

/* x reduced to the columns that are left. */
static cx_array *part_of(const elimination *e, const cx_array *x)
{
    return cx_take(x, cx__given_all(e->site, e->index, e->left, CX_I64), 1);
}

static cx_status fit_left(elimination *e)
{
    e->left = 0;
    for (int64_t j = 0; j < e->d; j++)
        if (e->support[j]) e->index[e->left++] = j;
    cx__release(e->fitted);
    e->fitted = NULL;
    CX__TRY(cx__estimator_clone("fit", base_of(e->self), &e->fitted));
    const cx_scope scope = cx_scope_open();
    cx_data part = *e->data;
    part.x = part_of(e, e->data->x);
    cx_status st = cx__so_far();
    if (st == CX_OK) st = cx__estimator_fit("fit", e->fitted, &part, false);
    if (st == CX_OK && e->visit) st = e->visit(e->ctx, e, e->fitted);
    return cx__give_status(scope, st);
}

static cx_status drop_some(elimination *e)
{
    int64_t rows = 0, cols = 0;
    double *v = NULL;
    const cx_scope scope = cx_scope_open();
    cx_status st = cx__importances("fit", e->self, e->fitted, &rows, &cols, &v);
    if (st == CX_OK && cols != e->left)
        st = cx__fail(CX_E_SHAPE, "fit", "%s: %lld importances for %lld columns",
                      cx_estimator_name(e->self), (long long)cols, (long long)e->left);
    int64_t *const order = cx__alloc((size_t)e->left * sizeof *order);
    if (st == CX_OK && order == NULL) st = cx__fail_nomem("fit", "columns", (size_t)e->left * 8);
    for (int64_t j = 0; st == CX_OK && j < cols; j++) {
        double sum = 0;
        for (int64_t i = 0; i < (rows > 0 ? rows : 1); i++)
            sum += v[i * cols + j] * v[i * cols + j];
        v[j] = sum;
    }
    if (st == CX_OK) st = cx__rank_scores(v, e->left, order);
    const int64_t most = e->left - e->target, go = e->step < most ? e->step : most;
    for (int64_t i = 0; st == CX_OK && i < go; i++) e->support[e->index[order[i]]] = false;
    for (int64_t j = 0; st == CX_OK && j < e->d; j++) e->ranking[j] += !e->support[j];
    cx__free(order);
    cx__free(v);
    return cx__give_status(scope, st);
}

/* From all columns down to target; room for d each is e's already. */
static cx_status eliminate(elimination *e)
{
    for (int64_t j = 0; j < e->d; j++) {
        e->support[j] = true;
        e->ranking[j] = 1;
    }
    CX__TRY(fit_left(e));
    while (e->left > e->target) {
        CX__TRY(drop_some(e));
        CX__TRY(fit_left(e));
        CX__TRY(cx_self_progress(e->self, e->d - e->left, e->d - e->target));
    }
    return CX_OK;
}

static cx_status begin(elimination *e, const cx_estimator *self, const cx__site *s,
                       const cx_data *data, int64_t target)
{
    *e = (elimination){
        .self = self, .site = s, .data = data, .d = cx_dim(data->x, 1), .target = target};
    const double step = cx_param_f64(self, "step"), share = floor(step * (double)e->d);
    e->step = step < 1 ? (share > 1 ? (int64_t)share : 1) : (int64_t)step;
    e->support = cx__calloc((size_t)e->d, sizeof *e->support);
    e->ranking = cx__calloc((size_t)e->d * 2, sizeof *e->ranking);
    if (e->support == NULL || e->ranking == NULL)
        return cx__fail_nomem("fit", "columns", (size_t)e->d * 17);
    e->index = e->ranking + e->d;
    return CX_OK;
}

static void end(elimination *e)
{
    cx__release(e->fitted);
    cx__free(e->support);
    cx__free(e->ranking);
}

/* The elimination's result becomes the selector's state. */
static cx_status finish(cx_estimator *self, const elimination *e)
{
    CX__TRY(cx__selected(self, e->site, e->support, e->d));
    CX__TRY(cx_self_set(self, RANKING, cx__given_all(e->site, e->ranking, e->d, CX_I64)));
    CX__TRY(cx_self_set_i64(self, N_FEATURES, e->left));
    if (cx_has_attr(e->fitted, "classes_"))
        CX__TRY(cx_self_set(self, CLASSES, cx_attr(e->fitted, "classes_")));
    return cx_self_set_child(self, "estimator_", e->fitted);
}

static cx_status run(cx_estimator *self, const cx__site *s, const cx_data *data, int64_t target)
{
    elimination e;
    cx_status st = begin(&e, self, s, data, target);
    if (st == CX_OK) st = eliminate(&e);
    if (st == CX_OK) st = finish(self, &e);
    end(&e);
    return st;
}

static cx_status enough_columns(const cx_estimator *self, int64_t d)
{
    return d >= 2 ? CX_OK
                  : cx__fail(CX_E_SHAPE, "fit", "%s needs two columns at least",
                             cx_estimator_name(self));
}

static cx_status fit_rfe(cx_estimator *self, const cx_data *data)
{
    const int64_t d = cx_dim(data->x, 1);
    int64_t target = d / 2;
    const int number = cx_param_is_number(self, "n_features_to_select");
    if (number == 1) target = cx_param_i64(self, "n_features_to_select");
    if (number == 2) target = (int64_t)((double)d * cx_param_f64(self, "n_features_to_select"));
    CX__TRY(enough_columns(self, d));
    if (target > d)
        cx__warn(CX_E_ARGUMENT, "RFE: there are only %lld columns; all are kept", (long long)d);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    return run(self, &s, data, target);
}

/* ---- what each number of columns is worth */
typedef struct trial {
    const cx__scorer *scorer;
    cx_data test;
    int64_t d, steps, at; /* steps: room, then how many there were */
    double *score;        /* [folds, steps]; this fold's next */
    int64_t *ranking, *support, *count;
} trial;

static cx_status record(void *ctx, const elimination *e, const cx_estimator *fitted)
{
    trial *const t = ctx;
    cx_data part = t->test;
    part.x = part_of(e, t->test.x);
    t->score[t->at] = cx__scorer_run(t->scorer, fitted, &part);
    CX__TRY(cx__so_far());
    for (int64_t j = 0; j < e->d; j++) {
        t->ranking[t->at * e->d + j] = e->ranking[j];
        t->support[t->at * e->d + j] = e->support[j];
    }
    t->count[t->at++] = e->left;
    return CX_OK;
}

static cx_status run_folds(cx_estimator *self, const cx__site *s, const cx_data *data,
                           int64_t target, const cx_fold *fold, int64_t folds, trial *t)
{
    for (int64_t k = 0; k < folds; k++) {
        const cx_scope scope = cx_scope_open();
        const cx_data train = cx_data_take(data, fold[k].train);
        t->test = cx_data_take(data, fold[k].test);
        elimination e = {.d = 0};
        cx_status st = cx__so_far();
        if (st == CX_OK) st = begin(&e, self, s, &train, target);
        e.visit = record;
        e.ctx = t;
        if (st == CX_OK) st = eliminate(&e);
        end(&e);
        CX__TRY(cx__give_status(scope, st));
    }
    return CX_OK;
}

/* [folds, steps, width] with the steps the other way round. */
static cx_array *turned(const cx__site *s, const void *v, int64_t folds, int64_t steps,
                        int64_t width, cx_dtype t)
{
    return cx_flip(
        cx_reshape(cx__given_all(s, v, folds * steps * width, t), CX_SHAPE(folds, steps, width)),
        1);
}

static cx_status store_trials(cx_estimator *self, const cx__site *s, const trial *t, int64_t folds,
                              int64_t *best)
{
    const int64_t steps = t->at / folds;
    double most = -INFINITY, *const mean = cx__calloc((size_t)steps * 2, sizeof *mean);
    if (mean == NULL) return cx__fail_nomem("fit", "scores", (size_t)steps * 16);
    double *const sd = mean + steps;
    for (int64_t i = 0; i < steps; i++) {
        const int64_t at = steps - 1 - i; /* the fewest columns first */
        double sum = 0, squares = 0;
        for (int64_t k = 0; k < folds; k++) sum += t->score[k * steps + at];
        mean[i] = sum / (double)folds;
        for (int64_t k = 0; k < folds; k++) {
            const double off = t->score[k * steps + at] - mean[i];
            squares += off * off;
        }
        sd[i] = sqrt(squares / (double)folds);
        if (i == 0 || sum > most) {
            most = sum;
            *best = t->count[at];
        }
    }
    cx_status st = cx_self_set(self, CV_MEAN, cx__given_all(s, mean, steps, CX_F64));
    if (st == CX_OK) st = cx_self_set(self, CV_STD, cx__given_all(s, sd, steps, CX_F64));
    cx__free(mean);
    CX__TRY(st);
    CX__TRY(cx_self_set(self, CV_N, cx_ravel(turned(s, t->count, 1, steps, 1, CX_I64))));
    CX__TRY(cx_self_set(
        self, CV_SCORES,
        cx_reshape(turned(s, t->score, folds, steps, 1, CX_F64), CX_SHAPE(folds, steps))));
    CX__TRY(cx_self_set(self, CV_RANKING,
                        cx_ascontiguous(turned(s, t->ranking, folds, steps, t->d, CX_I64))));
    return cx_self_set(self, CV_SUPPORT,
                       cx_astype(turned(s, t->support, folds, steps, t->d, CX_I64), CX_BOOL));
}

static cx_status make_folds(const cx_estimator *self, const cx_data *data, cx_fold *fold,
                            int64_t cap, int64_t *folds)
{
    const char *const text = cx_param_is_none(self, "cv")  ? NULL
                             : cx_param_is_str(self, "cv") ? cx_param_str(self, "cv")
                                                           : cx_param_text(self, "cv");
    CX__TRY(cx__so_far());
    cx_estimator *splitter = NULL;
    CX__TRY(cx__splitter_parse("fit", text, kind_of(self) == CX_CLASSIFIER, &splitter));
    cx_status st = cx__splitter_split("fit", splitter, data, cap, fold, folds);
    cx__release(splitter);
    if (st == CX_OK && *folds > cap)
        st = cx__fail(CX_E_ARGUMENT, "fit", "RFECV: more than %lld folds", (long long)cap);
    return st;
}

static cx_status scorer_of(const cx_estimator *self, const cx__scorer **out)
{
    const char *const name = !cx_param_is_none(self, "scoring") ? cx_param_str(self, "scoring")
                             : kind_of(self) == CX_CLASSIFIER   ? "accuracy"
                                                                : "r2";
    *out = cx__scorer_find("fit", name, strlen(name));
    return *out != NULL ? CX_OK : CX_E_ARGUMENT;
}

enum { MOST_FOLDS = 256 };

static cx_status fit_rfecv(cx_estimator *self, const cx_data *data)
{
    const int64_t d = cx_dim(data->x, 1), asked = cx_param_i64(self, "min_features_to_select");
    int64_t folds = 0, best = 0;
    CX__TRY(enough_columns(self, d));
    if (asked > d)
        cx__warn(CX_E_ARGUMENT, "RFECV: there are only %lld columns; all are kept", (long long)d);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    trial t = {.d = d};
    CX__TRY(scorer_of(self, &t.scorer));
    cx_fold *const fold = cx__calloc(MOST_FOLDS, sizeof *fold);
    cx_status st = fold ? make_folds(self, data, fold, MOST_FOLDS, &folds)
                        : cx__fail_nomem("fit", "folds", MOST_FOLDS * sizeof *fold);
    if (st == CX_OK) {
        const size_t room = (size_t)(folds * d);
        t.score = cx__alloc(room * 2 * sizeof *t.score);
        t.ranking = cx__alloc(room * (size_t)d * 2 * sizeof *t.ranking);
        st = t.score && t.ranking ? CX_OK : cx__fail_nomem("fit", "scores", room * (size_t)d * 16);
        t.count = (int64_t *)(void *)(t.score != NULL ? t.score + room : NULL);
        t.support = t.ranking != NULL ? t.ranking + room * (size_t)d : NULL;
    }
    const int64_t target = asked < d ? asked : d;
    if (st == CX_OK) st = run_folds(self, &s, data, target, fold, folds, &t);
    if (st == CX_OK) st = store_trials(self, &s, &t, folds, &best);
    if (st == CX_OK) st = run(self, &s, data, best);
    cx__free(fold);
    cx__free(t.score);
    cx__free(t.ranking);
    return st;
}

/* ---- use: the child answers for the columns that are left */
static const cx_estimator *child_of(const cx_estimator *self)
{
    return cx_self_child(self, "estimator_");
}

static cx_array *ask(const cx_estimator *self, const char *where, cx_method method,
                     const cx_array *x)
{
    return cx__estimator_call(where, child_of(self), method,
                              &(const cx_data){.x = cx__selector_transform(self, x)});
}
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return ask(self, "predict", CX_PREDICT, x);
}
static cx_array *predict_proba(const cx_estimator *self, const cx_array *x)
{
    return ask(self, "predict_proba", CX_PREDICT_PROBA, x);
}
static cx_array *predict_log_proba(const cx_estimator *self, const cx_array *x)
{
    return ask(self, "predict_log_proba", CX_PREDICT_LOG_PROBA, x);
}
static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return ask(self, "decision_function", CX_DECISION_FUNCTION, x);
}

static double score_rfe(const cx_estimator *self, const cx_data *d)
{
    return cx__estimator_score("score", child_of(self),
                               &(const cx_data){.x = cx__selector_transform(self, d->x),
                                                .y = d->y,
                                                .sample_weight = d->sample_weight});
}
static double score_rfecv(const cx_estimator *self, const cx_data *d)
{
    const cx__scorer *scorer = NULL;
    if (cx_check(scorer_of(self, &scorer)) != CX_OK) return (double)NAN;
    return cx__scorer_run(scorer, self, d);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__selector_check(self));
    const cx_estimator *const child = child_of(self);
    const bool ok = self->state->children == 1 && cx_estimator_status(child) == CX_OK &&
                    child->cls == base_of(self)->cls &&
                    cx_self_features(child) == cx_size(cx_self(self, CX__INDEX));
    return ok ? CX_OK
              : cx__fail(CX_E_PARSE, "estimator_load", "the estimator of a %s does not fit it",
                         cx_estimator_name(self));
}

/* ---- sessions */
typedef struct served {
    cx__gather gather; /* first: transform's kernel reads it */
    double *buffer;
    cx__ready ready;
} served;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(cx__selector_plan(self, p));
    if (p->method == CX_TRANSFORM) return CX_OK;
    const cx__gather gather = *(const cx__gather *)p->state;
    served *const v = cx_plan_alloc(p, sizeof *v);
    if (v == NULL) return CX_E_NOMEM;
    v->gather = gather;
    p->state = v;
    CX__TRY(
        cx__plan_make("session_new", child_of(self), p->method, p->max_rows, gather.k, &v->ready));
    cx__plan_adopt(p, &v->ready);
    p->cols_out = v->ready.plan.cols_out;
    v->buffer = cx_plan_alloc(p, (size_t)(gather.k * p->max_rows) * sizeof *v->buffer + 1);
    return v->buffer != NULL ? CX_OK : CX_E_NOMEM;
}

static cx_status through(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const served *const v = p->state;
    for (int64_t i = 0; i < rows; i++)
        cx__gather_row(&v->gather, x + i * p->cols_in, v->buffer + i * v->gather.k);
    return v->ready.run(&v->ready.plan, v->buffer, rows, out);
}

/* What both classes share. */
#define ELIMINATION                                                                              \
    .struct_size = sizeof(cx_estimator_class), .kind = CX_REGRESSOR, .flags = CX_CLASS_NEEDS_Y,  \
    .positional = 1, .transform = cx__selector_transform,                                        \
    .inverse_transform = cx__selector_inverse, .feature_names_out = cx__selector_names,          \
    .predict = predict, .predict_proba = predict_proba, .predict_log_proba = predict_log_proba,  \
    .decision_function = decision_function, .check = check, .plan = plan,                        \
    .transform_into = cx__selector_into, .predict_into = through, .predict_proba_into = through, \
    .decision_into = through, .kind_of = kind_of, .has = has

const cx_estimator_class cx__class_rfe = {
    ELIMINATION,
    .name = "RFE",
    .doc = "Eliminate the columns that matter least to an estimator, a few at a time.",
    .params = rfe_params,
    .attrs = rfe_attrs,
    .fit = fit_rfe,
    .score = score_rfe,
};
const cx_estimator_class cx__class_rfecv = {
    ELIMINATION,
    .name = "RFECV",
    .doc = "RFE down to the number of columns that cross-validation likes best.",
    .params = rfecv_params,
    .attrs = rfecv_attrs,
    .fit = fit_rfecv,
    .score = score_rfecv,
};
