/* GridSearchCV and RandomizedSearchCV.
 *
 * One idea: candidates times folds are one run of cv.h; what it found is arrays of the state, and
 * the best candidate, fitted again on all rows, is a child that serves every method. */
#include "learn/model_selection/search.h"
#include "base/alloc.h"
#include "learn/base/plan.h"
#include "learn/numeric/site.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>
#include <string.h>

#define COMMON_FIRST                                                                          \
    {"scoring", CX_PARAM_STR | CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,                   \
     "name of a score, or a list of them; None: the estimator's own"},                        \
        {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,                                \
         "not used: the threads of the scope or the process run the fits"},                   \
        {"refit", CX_PARAM_BOOL | CX_PARAM_STR, "True", NULL,                                 \
         "fit the best candidate again on all rows; of several scores the one that chooses"}, \
        {"cv", CX__CV_KINDS, "None", "[2, inf)", "number of folds or a splitter; None: 5"},   \
        {"verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", NULL,                                  \
         "not used: progress goes to the scope's callback"},                                  \
    {                                                                                         \
        "pre_dispatch", CX_PARAM_INT | CX_PARAM_STR, "'2*n_jobs'", NULL,                      \
            "not used: fits start when a thread is free"                                      \
    }
#define COMMON_LAST                                                                       \
    {"error_score", CX_PARAM_FLOAT | CX_PARAM_STR, "nan", "{'raise'}",                    \
     "score of a fit that fails; 'raise': the error"},                                    \
    {                                                                                     \
        "return_train_score", CX_PARAM_BOOL, "False", NULL, "score the training rows too" \
    }

static const cx_param grid_params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted with each candidate"},
    {"param_grid", CX_PARAM_DICT | CX_PARAM_LIST, NULL, NULL,
     "dictionary of lists of values, or a list of such"},
    COMMON_FIRST,
    COMMON_LAST,
    {.name = NULL},
};
static const cx_param random_params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted with each candidate"},
    {"param_distributions", CX_PARAM_DICT | CX_PARAM_LIST, NULL, NULL,
     "dictionary of lists of values or of distributions like 'uniform(0, 1)', or a list of such"},
    {"n_iter", CX_PARAM_INT, "10", "[1, inf)", "number of candidates"},
    COMMON_FIRST,
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the draws; None: the system's entropy"},
    COMMON_LAST,
    {.name = NULL},
};
static const char *const attrs[] = {CX__SEARCH_ATTRS, NULL};

/* ---- parameters */
static const cx_estimator *template_of(const cx_estimator *self)
{
    const cx__lit *const v = &self->params[0];
    return v->kind == CX__LIT_ESTIMATOR ? v->u.estimator : NULL;
}

static bool refits(const cx_estimator *self)
{
    const cx__lit *const v = cx__param(self, "refit");
    return v->kind == CX__LIT_STR || v->u.b;
}

/* The score that chooses: its index; -1: none, as many scores need no choice. */
static cx_status chooser(const cx_estimator *self, const cx__scoring *s, int *out)
{
    const cx__lit *const v = cx__param(self, "refit");
    *out = 0;
    if (!s->several) return CX_OK;
    *out = -1;
    if (v->kind == CX__LIT_BOOL && !v->u.b) return CX_OK;
    for (int i = 0; v->kind == CX__LIT_STR && i < s->count; i++)
        if (strcmp(cx__scorer_name(s->at[i]), v->u.s) == 0) *out = i;
    if (*out >= 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: with several scores refit must name the one that chooses, or be False",
                    self->cls->name);
}

/* ---- ranks */
void cx__fold_means(const double *scores, int64_t models, int64_t folds, double *mean)
{
    for (int64_t k = 0; k < models; k++)
        mean[k] = cx__pairwise_sum(scores + k * folds, folds) / (double)folds;
}

/* NaN is tied with the worst. */
void cx__rank_means(const double *mean, int64_t n, int32_t *rank)
{
    double least = (double)INFINITY;
    bool any = false;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(mean[i])) {
            any = true;
            if (mean[i] < least) least = mean[i];
        }
    for (int64_t i = 0; i < n; i++) {
        rank[i] = 1;
        const double mine = isnan(mean[i]) ? least - 1 : mean[i];
        for (int64_t k = 0; any && k < n; k++)
            if ((isnan(mean[k]) ? least - 1 : mean[k]) > mine) rank[i]++;
    }
}

static void warn_of_nan(const char *what, const double *mean, int64_t n)
{
    int64_t bad = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(mean[i])) bad++;
    if (bad)
        cx__warn(CX_E_ARGUMENT, "%lld of %lld mean %s scores are not finite", (long long)bad,
                 (long long)n, what);
}

/* ---- fit */
typedef cx__searching search;

static cx_status make_candidates(search *s)
{
    const cx__lit *const from = &s->self->params[1];
    if (s->self->cls == &cx__class_grid_search_cv)
        return cx__candidates_grid("fit", from, &s->candidates);
    cx_generator *g = NULL;
    CX__TRY(cx__splitter_generator(s->self, &g));
    return cx__candidates_drawn("fit", from, cx__param(s->self, "n_iter")->u.i, g, &s->candidates);
}

/* A name that is no parameter ends the search; a value that is refused ends its candidate. */
cx_status cx__searching_models(search *s)
{
    const size_t n = (size_t)s->candidates.n, from = (size_t)s->made;
    const cx_estimator *const m = template_of(s->self);
    cx_estimator **const models = cx__realloc((void *)s->models, (n + 1) * sizeof *models);
    if (models) s->models = models;
    cx_error *const refused = cx__realloc(s->refused, (n + 1) * sizeof *refused);
    if (refused) s->refused = refused;
    if (!models || !refused) return cx__fail_nomem("fit", "models", n * sizeof *refused);
    memset((void *)(models + from), 0, (n + 1 - from) * sizeof *models);
    memset(refused + from, 0, (n + 1 - from) * sizeof *refused);
    s->made = (int64_t)n;
    s->run.model = (const cx_estimator *const *)models;
    s->run.refused = refused;
    for (size_t i = from; i < n; i++) {
        const cx__lit *const values = &s->candidates.at[i];
        const cx_status st = cx__candidate_model("fit", m, values, &s->models[i]);
        if (st == CX_OK) continue;
        (void)cx_error_get(&s->refused[i]);
        s->refused[i].status = st;
        bool known = cx__cv_pardons(st) && !s->run.raise;
        for (int k = 0; k < values->count && known; k++)
            known = cx__param_known(m, values->u.items[2 * k].u.s);
        if (!known) {
            cx__error_set(&s->refused[i]);
            return st;
        }
    }
    return CX_OK;
}

cx_status cx__searching_start(search *s, const cx_data *d)
{
    CX__TRY(cx__data_some_rows("fit", s->self, d));
    const cx_estimator *const self = s->self;
    const cx__lit *const error = cx__param(self, "error_score");
    cx__cv *const c = &s->run;
    *c = (cx__cv){.where = "fit", .stage = self->cls->name, .d = d, .weigh = true};
    c->raise = error->kind == CX__LIT_STR;
    (void)cx__lit_number(error, &c->error_score);
    c->train_too = cx__param(self, "return_train_score")->u.b;
    c->scoring = &s->scoring;
    CX__TRY(cx__scoring_of("fit", cx__param(self, "scoring"), &s->scoring));
    CX__TRY(chooser(self, &s->scoring, &s->choose));
    const bool classifies = cx_estimator_kind_of(template_of(self)) == CX_CLASSIFIER;
    CX__TRY(cx__folds_of(self, d, classifies, &s->folds, &c->folds));
    c->fold = s->folds;
    return CX_OK;
}

/* ---- the state: beside the data, as every fitted array is */
static cx_status keep(const search *s, int slot, const cx_array *a)
{
    cx__site site;
    CX__TRY(cx__site_at("fit", s->self->state->device, &site));
    return cx_self_set(s->self, slot, cx__sent(&site, a));
}

static cx_status keep_results(const search *s)
{
    const cx__cv *const c = &s->run;
    const int64_t n = c->models, f = c->folds, k = s->scoring.count;
    const char *names[CX__MAX_SCORES];
    for (int i = 0; i < s->scoring.count; i++) names[i] = cx__scoring_name(&s->scoring, i);
    CX__TRY(cx_self_set_i64(s->self, CX__SEARCH_SPLITS, f));
    CX__TRY(keep(s, CX__SEARCH_MULTIMETRIC,
                 cx_full(CX_SHAPE(), cx_int(s->scoring.several), CX_BOOL, CX_CPU)));
    CX__TRY(keep(s, CX__SEARCH_PARAMS, cx__candidates_text("fit", &s->candidates)));
    CX__TRY(keep(s, CX__SEARCH_NAMES, cx__names_new(k, names)));
    CX__TRY(keep(s, CX__SEARCH_TEST, cx_copy_host(c->test, CX_SHAPE(k, n, f), CX_F64)));
    if (c->train_too)
        CX__TRY(keep(s, CX__SEARCH_TRAIN, cx_copy_host(c->train, CX_SHAPE(k, n, f), CX_F64)));
    CX__TRY(keep(s, CX__SEARCH_FIT_TIMES, cx_copy_host(c->fit_time, CX_SHAPE(n, f), CX_F64)));
    return keep(s, CX__SEARCH_SCORE_TIMES, cx_copy_host(c->score_time, CX_SHAPE(n, f), CX_F64));
}

/* The first of the best; its index and score are kept. */
static cx_status choose(search *s, int64_t *best)
{
    const cx__cv *const c = &s->run;
    const int64_t n = c->models;
    double *const mean = cx__alloc((size_t)n * sizeof *mean);
    if (!mean) return cx__fail_nomem("fit", "scores", (size_t)n * sizeof *mean);
    double score = 0;
    for (int i = 0; i < s->scoring.count; i++) {
        cx__fold_means(c->test + i * n * c->folds, n, c->folds, mean);
        warn_of_nan("test", mean, n);
        if (i != s->choose) continue;
        *best = s->from;
        for (int64_t k = s->from + 1; k < n; k++)
            if (mean[k] > mean[*best] || (isnan(mean[*best]) && !isnan(mean[k]))) *best = k;
        score = mean[*best];
    }
    cx_status st = CX_OK;
    if (s->choose >= 0) {
        st = cx_self_set_i64(s->self, CX__SEARCH_BEST_INDEX, *best);
        if (st == CX_OK) st = cx_self_set_f64(s->self, CX__SEARCH_BEST_SCORE, score);
    }
    cx__free(mean);
    return st;
}

static cx_status refit(search *s, const cx_data *d, int64_t best)
{
    cx_estimator *const m = s->models[best];
    if (!m) {
        cx__error_set(&s->refused[best]);
        return s->refused[best].status;
    }
    const int64_t start = cx_now_ns();
    CX__TRY(cx__estimator_fit("fit", m, d, false));
    const double seconds = (double)(cx_now_ns() - start) * 1e-9;
    CX__TRY(cx_self_set_f64(s->self, CX__SEARCH_REFIT_TIME, seconds));
    return cx_self_set_child(s->self, CX__BEST, m);
}

cx_status cx__searching_end(search *s, const cx_data *d)
{
    int64_t best = 0;
    CX__TRY(choose(s, &best));
    CX__TRY(keep_results(s));
    return refits(s->self) ? refit(s, d, best) : CX_OK;
}

void cx__searching_free(search *s)
{
    for (int64_t i = 0; i < s->made; i++) cx__release(s->models[i]);
    cx__cv_free(&s->run);
    cx__free((void *)s->models);
    cx__free(s->refused);
    cx__free(s->folds);
    cx__candidates_free(&s->candidates);
}

static cx_status run(search *s, const cx_data *d)
{
    CX__TRY(cx__searching_start(s, d));
    CX__TRY(make_candidates(s));
    CX__TRY(cx__searching_models(s));
    s->run.models = s->candidates.n;
    CX__TRY(cx__cv_run(&s->run));
    return cx__searching_end(s, d);
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    search s = {.self = self};
    const cx_status st = run(&s, d);
    cx__searching_free(&s);
    return st;
}

/* ---- use: the best one answers */
static const cx_estimator *best_of(const cx_estimator *self)
{
    return cx_self_child(self, CX__BEST);
}

static cx_status need_best(const char *where, const cx_estimator *self)
{
    if (cx_estimator_status(best_of(self)) == CX_OK) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, where, "%s has no best estimator: refit is False",
                    self->cls->name);
}

static cx_estimator_kind kind_of(const cx_estimator *self)
{
    const cx_estimator *const m = template_of(self);
    return m ? cx_estimator_kind_of(m) : CX_TRANSFORMER;
}
static bool has(const cx_estimator *self, cx_method method)
{
    const cx_estimator *const m = template_of(self);
    return m && refits(self) && cx_estimator_has(m, method);
}

static cx_array *call(const cx_estimator *self, cx_method method, const cx_data *d)
{
    const cx_status st = need_best(cx__method_name(method), self);
    if (st != CX_OK) return cx__yield(st, cx__method_name(method), NULL);
    return cx__estimator_call(cx__method_name(method), best_of(self), method, d);
}

static double score(const cx_estimator *self, const cx_data *d)
{
    cx__scoring scoring;
    int which = 0;
    cx_status st = need_best("score", self);
    if (st == CX_OK) st = cx__scoring_of("score", cx__param(self, "scoring"), &scoring);
    if (st == CX_OK) st = chooser(self, &scoring, &which);
    if (cx_check(st) != CX_OK) return (double)NAN;
    return scoring.at[which] ? cx__scorer_run(scoring.at[which], best_of(self), d)
                             : cx__estimator_score("score", best_of(self), d);
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    const cx_status st = need_best("feature_names_out", self);
    if (st != CX_OK) return cx__yield(st, "feature_names_out", NULL);
    return cx__names_out("feature_names_out", best_of(self), names);
}

/* A loaded state: candidates and scores have names, and the child is there if and only if the
 * search fits again, and is of the kind. */
static cx_status check(const cx_estimator *self)
{
    const cx_estimator *const best = best_of(self);
    if (cx_dtype_of(cx_self(self, CX__SEARCH_PARAMS)) != CX_CAT ||
        cx_dtype_of(cx_self(self, CX__SEARCH_NAMES)) != CX_CAT)
        return cx__fail(CX_E_PARSE, "estimator_load", "the candidates of a %s are no text",
                        self->cls->name);
    const bool there = cx_estimator_status(best) == CX_OK;
    if (self->state->children == (refits(self) ? 1 : 0) && there == refits(self) &&
        (!there || best->cls == template_of(self)->cls))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "the best estimator of a %s is not its spec's",
                    self->cls->name);
}

/* ---- sessions */
static cx_status run_best(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__ready *const r = p->state;
    return r->run(&r->plan, x, rows, out);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    CX__TRY(need_best("session_new", self));
    cx__ready *const r = cx_plan_alloc(p, sizeof *r);
    if (!r) return CX_E_NOMEM;
    p->state = r;
    CX__TRY(cx__plan_make("session_new", best_of(self), p->method, p->max_rows, p->cols_in, r));
    cx__plan_adopt(p, r);
    p->cols_out = r->plan.cols_out;
    return CX_OK;
}

bool cx__is_search(const cx_estimator *m)
{
    return m->cls == &cx__class_grid_search_cv || m->cls == &cx__class_randomized_search_cv ||
           cx__is_halving(m);
}

#define METHODS                                                                                \
    .kind = CX_TRANSFORMER, .flags = CX_CLASS_RAW, .positional = 2,                            \
    .feature_names_out = names_out, .score = score, .check = check, .plan = plan,              \
    .transform_into = run_best, .predict_into = run_best, .predict_proba_into = run_best,      \
    .decision_into = run_best, .score_samples_into = run_best, .kind_of = kind_of, .has = has, \
    .call = call

const cx_estimator_class cx__class_grid_search_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GridSearchCV",
    .doc = "Every combination of parameter values, cross-validated; the best one is fitted.",
    .params = grid_params,
    .attrs = attrs,
    .fit = fit,
    METHODS,
};
const cx_estimator_class cx__class_randomized_search_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RandomizedSearchCV",
    .doc = "Drawn combinations of parameter values, cross-validated; the best one is fitted.",
    .params = random_params,
    .attrs = attrs,
    .fit = fit,
    METHODS,
};
const cx_estimator_class cx__class_halving_grid_search_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HalvingGridSearchCV",
    .doc = "Every combination of parameter values in rounds: the best go on with more rows.",
    .params = cx__halving_grid_params,
    .attrs = cx__halving_attrs,
    .fit = cx__halving_fit,
    METHODS,
};
const cx_estimator_class cx__class_halving_random_search_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HalvingRandomSearchCV",
    .doc = "Drawn combinations of parameter values in rounds: the best go on with more rows.",
    .params = cx__halving_random_params,
    .attrs = cx__halving_attrs,
    .fit = cx__halving_fit,
    METHODS,
};
