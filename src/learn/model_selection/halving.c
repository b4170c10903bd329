/* HalvingGridSearchCV and HalvingRandomSearchCV: searches in rounds; the best candidates of each go
 * on with more rows, or with more of what a parameter counts.
 *
 * One idea: a round is a run of cv.h over folds with fewer rows; its results are put beside those
 * of the rounds before, and the end is that of every search. */
#include "base/alloc.h"
#include "learn/model_selection/search.h"
#include "learn/numeric/draw.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHARED                                                                             \
    {"factor", CX_PARAM_FLOAT, "3", "(1, inf)",                                            \
     "how many times fewer candidates go on each time"},                                   \
        {"resource", CX_PARAM_STR, "'n_samples'", NULL,                                    \
         "what grows: the rows, or an integer parameter of the estimator"},                \
        {"max_resources", CX_PARAM_INT | CX_PARAM_STR, "'auto'", "int [1, inf), {'auto'}", \
         "most of it; 'auto': all rows"},

#define COMMON                                                                              \
    {"aggressive_elimination", CX_PARAM_BOOL, "False", NULL,                                \
     "repeat the first round's resources until few enough candidates are left"},            \
        {"cv", CX__CV_KINDS, "5", "[2, inf)", "number of folds or a splitter; None: 5"},    \
        {"scoring", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,                             \
         "name of a score; None: the estimator's own"},                                     \
        {"refit", CX_PARAM_BOOL, "True", NULL, "fit the best candidate again on all rows"}, \
        {"error_score", CX_PARAM_FLOAT | CX_PARAM_STR, "nan", "{'raise'}",                  \
         "score of a fit that fails; 'raise': the error"},                                  \
        {"return_train_score", CX_PARAM_BOOL, "True", NULL, "score the training rows too"}, \
        {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",           \
         "seed of the rows and candidates drawn; None: the system's entropy"},              \
        {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,                              \
         "not used: the threads of the scope or the process run the fits"},                 \
        {"verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", NULL,                                \
         "not used: progress goes to the scope's callback"},                                \
    {                                                                                       \
        .name = NULL                                                                        \
    }
#define LEAST(deflt)                                                                               \
    {"min_resources", CX_PARAM_INT | CX_PARAM_STR, deflt, "int [1, inf), {'exhaust', 'smallest'}", \
     "what the first round gets; 'exhaust': so much that the last one gets all"},

const cx_param cx__halving_grid_params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted with each candidate"},
    {"param_grid", CX_PARAM_DICT | CX_PARAM_LIST, NULL, NULL,
     "dictionary of lists of values, or a list of such"},
    SHARED LEAST("'exhaust'") COMMON};
const cx_param cx__halving_random_params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted with each candidate"},
    {"param_distributions", CX_PARAM_DICT | CX_PARAM_LIST, NULL, NULL,
     "dictionary of lists of values or of distributions like 'uniform(0, 1)', or a list of such"},
    {"n_candidates", CX_PARAM_INT | CX_PARAM_STR, "'exhaust'", "int [1, inf), {'exhaust'}",
     "how many the first round has; 'exhaust': so many that the last one gets all"},
    SHARED LEAST("'smallest'") COMMON};
const char *const cx__halving_attrs[] = {CX__SEARCH_ATTRS,
                                         "iter_: int [c]",
                                         "resources_: int [c]",
                                         "n_resources_: int [r]",
                                         "n_candidates_: int [r]",
                                         "n_remaining_candidates_: int []",
                                         "min_resources_: int []",
                                         "max_resources_: int []",
                                         "n_iterations_: int []",
                                         "n_required_iterations_: int []",
                                         "n_possible_iterations_: int []",
                                         NULL};

bool cx__is_halving(const cx_estimator *m)
{
    return m->cls == &cx__class_halving_grid_search_cv ||
           m->cls == &cx__class_halving_random_search_cv;
}

enum { MOST_ROUNDS = 64 };
typedef struct halving {
    cx__searching s;
    const cx_data *d;
    const char *resource; /* NULL: rows */
    double factor, least, most;
    int64_t rows, rounds, required, possible;
    cx__candidates first; /* of the first round */
    int64_t resources[MOST_ROUNDS], count[MOST_ROUNDS];
    int64_t *origin, *round, *got; /* [all candidates]: which of the first; its round, resources */
    cx_fold *folds;                /* of a round */
    double *mean;                  /* [candidates of the first round] */
    int64_t *order;
} halving;

static bool is_text(const cx__lit *v, const char *text)
{
    return v->kind == CX__LIT_STR && strcmp(v->u.s, text) == 0;
}

/* Python's x // y. */
static double floor_div(double x, double y)
{
    const double q = (x - fmod(x, y)) / y, f = floor(q);
    return q - f > 0.5 ? f + 1 : f;
}
static int64_t floor_log(double x, double base)
{
    return (int64_t)floor(log(x) / log(base));
}

/* ---- plan */
/* Folds must be the same each time they are asked for. */
static cx_status check_folds(const cx_estimator *self)
{
    const cx__lit *const cv = cx__param(self, "cv");
    if (cv->kind != CX__LIT_ESTIMATOR) return CX_OK;
    const cx_estimator *const m = cv->u.estimator;
    const bool draws = cx__class_param(m->cls, "random_state", 12) >= 0 &&
                       cx__param(m, "random_state")->kind != CX__LIT_INT,
               may = cx__class_param(m->cls, "shuffle", 7) < 0 || cx__param(m, "shuffle")->u.b;
    if (!draws || !may) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: the folds of cv must not change: set its random_state", self->cls->name);
}

/* Two rows a fold and class. */
static cx_status smallest(const halving *h, double *out)
{
    *out = 1;
    if (h->resource) return CX_OK;
    *out = 2 * (double)h->s.run.folds;
    if (cx_estimator_kind_of(h->s.self->params[0].u.estimator) != CX_CLASSIFIER) return CX_OK;
    const cx_array *const y = cx__data_y(h->d);
    if (!y) return cx__fail(CX_E_ARGUMENT, "fit", "%s needs y", h->s.self->cls->name);
    *out *= (double)cx_size(cx_labels_encode(y).classes);
    return cx__so_far();
}

static cx_status read_resources(halving *h)
{
    const cx_estimator *const self = h->s.self;
    const cx__lit *const most = cx__param(self, "max_resources"), *const least = cx__param(
                                                                      self, "min_resources");
    const char *const what = cx__param(self, "resource")->u.s;
    if (strcmp(what, "n_samples") != 0) h->resource = what;
    if (h->resource && !cx__param_known(self->params[0].u.estimator, what))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: the estimator has no parameter '%.60s'",
                        self->cls->name, what);
    if (h->resource && most->kind == CX__LIT_STR)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: max_resources must be a number for '%.60s'",
                        self->cls->name, what);
    (void)cx__lit_number(cx__param(self, "factor"), &h->factor);
    h->rows = cx_data_rows(h->d);
    h->most = (double)h->rows;
    (void)cx__lit_number(most, &h->most);
    if (!cx__lit_number(least, &h->least)) CX__TRY(smallest(h, &h->least));
    if (h->least <= h->most) return cx__so_far();
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: min_resources is %g, more than max_resources, %g",
                    self->cls->name, h->least, h->most);
}

static cx_status make_first(halving *h)
{
    const cx_estimator *const self = h->s.self;
    const cx__lit *const from = &self->params[1];
    if (self->cls == &cx__class_halving_grid_search_cv) {
        CX__TRY(cx__candidates_grid("fit", from, &h->first));
    } else {
        const cx__lit *const n = cx__param(self, "n_candidates");
        if (n->kind == CX__LIT_STR && is_text(cx__param(self, "min_resources"), "exhaust"))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: n_candidates and min_resources cannot both be 'exhaust'",
                            self->cls->name);
        cx_generator *g = NULL;
        CX__TRY(cx__splitter_generator(self, &g));
        const int64_t count =
            n->kind == CX__LIT_INT ? n->u.i : (int64_t)floor_div(h->most, h->least);
        CX__TRY(cx__candidates_drawn("fit", from, count, g, &h->first));
    }
    for (int64_t i = 0; h->resource && i < h->first.n; i++)
        for (int k = 0; k < h->first.at[i].count; k++)
            if (is_text(&h->first.at[i].u.items[2 * k], h->resource))
                return cx__fail(CX_E_ARGUMENT, "fit",
                                "%s: the resource '%.60s' is one of the searched parameters",
                                self->cls->name, h->resource);
    return CX_OK;
}

/* How many candidates and how much for each round. */
static cx_status plan_rounds(halving *h, int64_t *all)
{
    const cx_estimator *const self = h->s.self;
    const bool eager = cx__param(self, "aggressive_elimination")->u.b;
    h->required = 1 + floor_log((double)h->first.n, h->factor);
    if (is_text(cx__param(self, "min_resources"), "exhaust"))
        h->least = fmax(h->least, floor_div(h->most, pow(h->factor, (double)(h->required - 1))));
    h->possible = 1 + floor_log(floor_div(h->most, h->least), h->factor);
    h->rounds = eager || h->required < h->possible ? h->required : h->possible;
    if (h->rounds < 1 || h->rounds > MOST_ROUNDS)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld rounds", self->cls->name,
                        (long long)h->rounds);
    int64_t n = h->first.n;
    *all = 0;
    for (int64_t i = 0; i < h->rounds; i++) {
        int64_t power = i;
        if (eager) power = i - h->required + h->possible > 0 ? i - h->required + h->possible : 0;
        h->resources[i] = (int64_t)fmin(trunc(pow(h->factor, (double)power) * h->least), h->most);
        h->count[i] = n;
        *all += n;
        n = (int64_t)ceil((double)n / h->factor);
    }
    return CX_OK;
}

/* ---- rounds */
/* A share of a fold's rows, by a stream of its own. */
static cx_array *some_rows(const halving *h, const cx_array *rows, double share)
{
    const int64_t n = cx_size(rows), few = (int64_t)(share * (double)n);
    cx__site host, there;
    if (cx_check(cx__site_at("fit", CX_CPU, &host)) != CX_OK ||
        cx_check(cx__site_of("fit", rows, &there)) != CX_OK)
        return cx__nil(cx__last_status());
    if (few < 1) {
        (void)cx_check(cx__fail(CX_E_ARGUMENT, "fit", "%s: a round gets no rows of a fold",
                                h->s.self->cls->name));
        return cx__nil(cx__last_status());
    }
    return cx_take(rows, cx__rows_shuffled(&there, cx__seeded(h->s.self), n, few), 0);
}

static cx_status make_folds(halving *h, int64_t round)
{
    const double share = (double)h->resources[round] / (double)h->rows;
    for (int64_t k = 0; k < h->s.run.folds; k++) {
        h->folds[k] = h->s.folds[k];
        if (h->resource) continue;
        h->folds[k].train = some_rows(h, h->s.folds[k].train, share);
        h->folds[k].test = some_rows(h, h->s.folds[k].test, share);
    }
    return cx__so_far();
}

/* The candidates of a round from those kept of the first, and their results, from `at` on. */
static cx_status run_round(halving *h, int64_t round, int64_t at)
{
    cx__cv *const all = &h->s.run;
    const int64_t n = h->count[round], f = all->folds;
    for (int64_t i = at; i < at + n; i++) {
        CX__TRY(cx__candidates_add("fit", &h->first.at[h->origin[i]], h->resource,
                                   h->resources[round], &h->s.candidates));
        h->round[i] = round;
        h->got[i] = h->resources[round];
    }
    CX__TRY(cx__searching_models(&h->s));
    CX__TRY(make_folds(h, round));
    cx__cv part = *all;
    part.models = n;
    part.model += at;
    part.refused += at;
    part.fold = h->folds;
    part.fit_time = NULL;
    part.failed = NULL;
    const cx_status st = cx__cv_run(&part);
    if (st == CX_OK) {
        const size_t bytes = (size_t)(n * f) * sizeof *part.test;
        memcpy(all->fit_time + at * f, part.fit_time, bytes);
        memcpy(all->score_time + at * f, part.score_time, bytes);
        memcpy(all->test + at * f, part.test, bytes);
        memcpy(all->train + at * f, part.train, bytes);
    }
    cx__cv_free(&part);
    return st;
}

/* The best `keep` of a round, in ascending order of their scores; NaN comes first. */
static void keep_best(halving *h, int64_t round, int64_t at, int64_t keep)
{
    const int64_t n = h->count[round], f = h->s.run.folds;
    cx__fold_means(h->s.run.test + at * f, n, f, h->mean);
    for (int64_t i = 0; i < n; i++) { /* by insertion: of equal scores the later ones are better */
        if (isnan(h->mean[i])) h->mean[i] = -(double)INFINITY;
        int64_t k = i;
        for (; k > 0 && h->mean[h->order[k - 1]] > h->mean[i]; k--) h->order[k] = h->order[k - 1];
        h->order[k] = i;
    }
    for (int64_t i = 0; i < keep; i++)
        h->origin[at + n + i] = h->origin[at + h->order[n - keep + i]];
}

static cx_status run_rounds(halving *h, int64_t all)
{
    int64_t at = 0;
    for (int64_t i = 0; i < h->first.n; i++) h->origin[i] = i;
    for (int64_t i = 0; i < h->rounds; i++) {
        CX__TRY(cx_self_progress(h->s.self, i, h->rounds));
        CX__TRY(run_round(h, i, at));
        h->s.from = at;
        if (i + 1 < h->rounds) keep_best(h, i, at, h->count[i + 1]);
        at += h->count[i];
    }
    h->s.run.models = all;
    return CX_OK;
}

/* ---- state */
static cx_status keep_numbers(const halving *h, int slot, const int64_t *v, int64_t n)
{
    cx__site site;
    CX__TRY(cx__site_at("fit", h->s.self->state->device, &site));
    return cx_self_set(h->s.self, slot, cx__given_all(&site, v, n, CX_I64));
}

static cx_status keep_all(const halving *h, int64_t all)
{
    cx_estimator *const self = h->s.self;
    CX__TRY(keep_numbers(h, CX__HALVING_ROUND, h->round, all));
    CX__TRY(keep_numbers(h, CX__HALVING_RESOURCES, h->got, all));
    CX__TRY(keep_numbers(h, CX__HALVING_N_RESOURCES, h->resources, h->rounds));
    CX__TRY(keep_numbers(h, CX__HALVING_N_CANDIDATES, h->count, h->rounds));
    const double left = ceil((double)h->count[h->rounds - 1] / h->factor);
    CX__TRY(cx_self_set_i64(self, CX__HALVING_REMAINING, (int64_t)left));
    CX__TRY(cx_self_set_i64(self, CX__HALVING_MIN, (int64_t)h->least));
    CX__TRY(cx_self_set_i64(self, CX__HALVING_MAX, (int64_t)h->most));
    CX__TRY(cx_self_set_i64(self, CX__HALVING_ROUNDS, h->rounds));
    CX__TRY(cx_self_set_i64(self, CX__HALVING_REQUIRED, h->required));
    return cx_self_set_i64(self, CX__HALVING_POSSIBLE, h->possible);
}

static cx_status run(halving *h)
{
    int64_t all = 0;
    CX__TRY(check_folds(h->s.self));
    CX__TRY(cx__searching_start(&h->s, h->d));
    CX__TRY(read_resources(h));
    CX__TRY(make_first(h));
    CX__TRY(plan_rounds(h, &all));
    const size_t n = (size_t)h->first.n, m = (size_t)all;
    h->origin = cx__calloc(3 * m + n, sizeof *h->origin);
    h->mean = cx__calloc(n, sizeof *h->mean);
    h->folds = cx__calloc((size_t)h->s.run.folds, sizeof *h->folds);
    if (!h->origin || !h->mean || !h->folds)
        return cx__fail_nomem("fit", "candidates", 3 * m * sizeof *h->origin);
    h->round = h->origin + m;
    h->got = h->round + m;
    h->order = h->got + m;
    h->s.run.models = all;
    CX__TRY(cx__cv_room(&h->s.run));
    CX__TRY(run_rounds(h, all));
    CX__TRY(keep_all(h, all));
    return cx__searching_end(&h->s, h->d);
}

cx_status cx__halving_fit(cx_estimator *self, const cx_data *d)
{
    halving h = {.s.self = self, .d = d};
    const cx_status st = run(&h);
    cx__searching_free(&h.s);
    cx__candidates_free(&h.first);
    cx__free(h.origin);
    cx__free(h.mean);
    cx__free(h.folds);
    return st;
}
