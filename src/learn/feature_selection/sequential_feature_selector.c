/* SequentialFeatureSelector: columns that join, or leave, one by one, each time the one that
 * cross-validation likes best.
 *
 * One idea: a round is one run of cross-validation whose models are one estimator that sees
 * different columns, so candidates and folds are tasks side by side. */
#include "base/alloc.h"
#include "learn/feature_selection/selector.h"
#include "learn/model_selection/cv.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

enum { N_FEATURES = CX__SELECTOR_SLOTS };
static const char *const attrs[] = {CX__SELECTOR_ATTRS, "n_features_to_select_: int []", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted on the columns"},
    {"n_features_to_select", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_STR, "'auto'",
     "int [1, inf), float (0, 1], {'auto'}",
     "how many are selected, or what share; 'auto': half, or with tol as many as gain"},
    {"tol", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", NULL,
     "with 'auto': stop when a round gains less than it"},
    {"direction", CX_PARAM_STR, "'forward'", "{'forward', 'backward'}",
     "columns join from none, or leave from all"},
    {"scoring", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "a score's name; None: the estimator's own"},
    {"cv", CX__CV_KINDS, "5", "int [2, inf)", "number of folds (None: 5), a splitter, or its text"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {.name = NULL},
};

typedef struct rounds {
    const cx_estimator *self, *base;
    const cx__site *site;
    const cx_data *data;
    cx__scoring scoring;
    cx_fold *fold;
    int64_t folds, d, most; /* most: rounds */
    bool backward, *chosen; /* [d] columns that have joined, or left */
    int64_t *index;         /* [d] candidates, [d] columns of one */
    const cx_estimator **model;
    const cx_array **columns; /* [d] each */
} rounds;

/* Columns that the estimator sees if one more is chosen. */
static cx_array *columns_with(const rounds *r, int64_t one)
{
    int64_t *const seen = r->index + r->d, count = 0;
    for (int64_t j = 0; j < r->d; j++)
        if ((r->chosen[j] || j == one) != r->backward) seen[count++] = j;
    return cx__given_all(r->site, seen, count, CX_I64);
}

/* The candidate whose folds score best, the first of equal ones. */
static cx_status best_of(rounds *r, int64_t *best, double *score)
{
    int64_t count = 0;
    for (int64_t j = 0; j < r->d; j++) {
        if (r->chosen[j]) continue;
        r->model[count] = r->base;
        r->columns[count] = columns_with(r, j);
        r->index[count++] = j;
    }
    CX__TRY(cx__so_far());
    cx__cv c = {.where = "fit",
                .stage = r->self->cls->name,
                .d = r->data,
                .scoring = &r->scoring,
                .error_score = (double)NAN,
                .models = count,
                .folds = r->folds,
                .model = r->model,
                .columns = r->columns,
                .fold = r->fold};
    const cx_status st = cx__cv_run(&c);
    for (int64_t i = 0; st == CX_OK && i < count; i++) {
        const double mean = cx__pairwise_sum(c.test + i * r->folds, r->folds) / (double)r->folds;
        if (i > 0 && !(mean > *score)) continue;
        *score = mean;
        *best = r->index[i];
    }
    cx__cv_free(&c);
    return st;
}

static cx_status run(rounds *r, bool until_tol)
{
    double before = -(double)INFINITY;
    for (int64_t i = 0; i < r->most; i++) {
        int64_t best = 0;
        double score = 0;
        const cx_scope scope = cx_scope_open();
        CX__TRY(cx__give_status(scope, best_of(r, &best, &score)));
        if (until_tol && score - before < cx_param_f64(r->self, "tol")) return CX_OK;
        before = score;
        r->chosen[best] = true;
    }
    return CX_OK;
}

/* How many columns shall be selected, and rounds are needed for it. */
static cx_status read_target(rounds *r, bool *until_tol)
{
    const cx_estimator *const self = r->self;
    const int number = cx_param_is_number(self, "n_features_to_select");
    const bool tol = !cx_param_is_none(self, "tol");
    int64_t target = tol ? r->d - 1 : r->d / 2;
    *until_tol = tol && number == 0;
    if (number == 1) target = cx_param_i64(self, "n_features_to_select");
    if (number == 1 && target >= r->d)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SequentialFeatureSelector: n_features_to_select=%lld of %lld columns",
                        (long long)target, (long long)r->d);
    if (number == 2) target = (int64_t)((double)r->d * cx_param_f64(self, "n_features_to_select"));
    if (tol && !r->backward && cx_param_f64(self, "tol") < 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "SequentialFeatureSelector: tol=%g must be positive with "
                        "direction='forward'",
                        cx_param_f64(self, "tol"));
    r->most = number == 0 || !r->backward ? target : r->d - target;
    return CX_OK;
}

static cx_status make_room(rounds *r)
{
    const size_t d = (size_t)r->d;
    r->chosen = cx__calloc(d, sizeof *r->chosen);
    r->index = cx__calloc(d * 2, sizeof *r->index);
    r->model = cx__calloc(d, sizeof *r->model);
    r->columns = cx__calloc(d, sizeof *r->columns);
    return r->chosen && r->index && r->model && r->columns
               ? CX_OK
               : cx__fail_nomem("fit", "columns", d * 33);
}

static cx_status finish(cx_estimator *self, rounds *r)
{
    int64_t count = 0;
    for (int64_t j = 0; j < r->d; j++) {
        r->chosen[j] = r->chosen[j] != r->backward;
        count += r->chosen[j];
    }
    CX__TRY(cx__selected(self, r->site, r->chosen, r->d));
    return cx_self_set_i64(self, N_FEATURES, count);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    bool until_tol = false;
    rounds r = {.self = self,
                .base = cx__param(self, "estimator")->u.estimator,
                .site = &s,
                .data = data,
                .d = cx_dim(data->x, 1),
                .backward = strcmp(cx_param_str(self, "direction"), "backward") == 0};
    CX__TRY(cx__site_of("fit", data->x, &s));
    if (r.d < 2) return cx__fail(CX_E_SHAPE, "fit", "%s needs two columns", self->cls->name);
    CX__TRY(read_target(&r, &until_tol));
    CX__TRY(cx__scoring_of("fit", cx__param(self, "scoring"), &r.scoring));
    if (r.scoring.count != 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s takes one score", self->cls->name);
    cx_status st =
        cx__folds_of(self, data, cx_estimator_kind_of(r.base) == CX_CLASSIFIER, &r.fold, &r.folds);
    if (st == CX_OK) st = make_room(&r);
    if (st == CX_OK) st = run(&r, until_tol);
    if (st == CX_OK) st = finish(self, &r);
    cx__free(r.fold);
    cx__free(r.chosen);
    cx__free(r.index);
    cx__free(r.model);
    cx__free(r.columns);
    return st;
}

const cx_estimator_class cx__class_sequential_feature_selector = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SequentialFeatureSelector",
    .doc = "Add columns, or drop them, one by one, by the score of cross-validation.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = cx__selector_transform,
    .inverse_transform = cx__selector_inverse,
    .feature_names_out = cx__selector_names,
    .check = cx__selector_check,
    .plan = cx__selector_plan,
    .transform_into = cx__selector_into,
};
