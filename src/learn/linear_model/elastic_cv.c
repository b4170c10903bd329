/* LassoCV, ElasticNetCV and their multi-task forms: the strength of the penalty (and its mixture)
 * by cross-validation.
 *
 * One idea: folds are prepared by array operations, threads and all; then every fold and mixture
 * walks its path of penalties on a thread of its own, over plain memory; errors on the held-out
 * rows are products again. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/elastic.h"
#include "learn/linear_model/serial/elastic_folds.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

enum { ALPHA = CX__ELASTIC_SLOTS, ALPHAS, MSE_PATH, L1_RATIO };
#define CV_ATTRS CX__ELASTIC_ATTRS, "alpha_: float []", "alphas_: float", "mse_path_: float"
static const char *const lasso_attrs[] = {CV_ATTRS, NULL};
static const char *const elastic_attrs[] = {CV_ATTRS, "l1_ratio_: float []", NULL};
#define JOINT_ATTRS                                                                           \
    "coef_: float [k, n]", "intercept_: float [k]", "dual_gap_: float []", "n_iter_: int []", \
        "alpha_: float []", "alphas_: float", "mse_path_: float"
static const char *const joint_lasso_attrs[] = {JOINT_ATTRS, NULL};
static const char *const joint_elastic_attrs[] = {JOINT_ATTRS, "l1_ratio_: float []", NULL};

#define EPS                                                         \
    {                                                               \
        "eps", CX_PARAM_FLOAT, "0.001", "(0, inf)",                 \
            "smallest penalty of the grid, relative to its largest" \
    }
#define ALPHAS_ROW                                                                                     \
    {                                                                                                  \
        "alphas", CX_PARAM_INT | CX_PARAM_LIST, "100", "int [1, inf)",                                 \
            "size of the grid, which begins where all coefficients are 0; or the penalties themselves" \
    }
#define PRECOMPUTE                                                                           \
    {                                                                                        \
        "precompute", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",                    \
            "sweep over products of the columns, which are made here (never given); 'auto' " \
            "where that is faster"                                                           \
    }
#define CV                                                       \
    {                                                            \
        "cv", CX__CV_KINDS, "None", "int [2, inf)",              \
            "number of folds (None: 5), a splitter, or its text" \
    }
#define N_JOBS                                                \
    {                                                         \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, \
            "not used: see the scope's num_threads"           \
    }

#define VERBOSE(deflt)                                        \
    {                                                         \
        "verbose", CX_PARAM_BOOL | CX_PARAM_INT, deflt, NULL, \
            "not used: see the scope's on_progress"           \
    }
#define RATIO                                                        \
    {                                                                \
        "l1_ratio", CX_PARAM_FLOAT | CX_PARAM_LIST, "0.5", "[0, 1]", \
            "share of the L1 penalty; a list: the best of them"      \
    }

static const cx_param lasso_params[] = {EPS,
                                        ALPHAS_ROW,
                                        CX__ELASTIC_INTERCEPT,
                                        PRECOMPUTE,
                                        CX__ELASTIC_MAX_ITER,
                                        CX__ELASTIC_TOL,
                                        CX__ELASTIC_COPY_X,
                                        CV,
                                        VERBOSE("False"),
                                        N_JOBS,
                                        CX__ELASTIC_POSITIVE,
                                        CX__ELASTIC_RANDOM_STATE,
                                        CX__ELASTIC_SELECTION,
                                        {.name = NULL}};
static const cx_param elastic_params[] = {RATIO,
                                          EPS,
                                          ALPHAS_ROW,
                                          CX__ELASTIC_INTERCEPT,
                                          PRECOMPUTE,
                                          CX__ELASTIC_MAX_ITER,
                                          CX__ELASTIC_TOL,
                                          CV,
                                          CX__ELASTIC_COPY_X,
                                          VERBOSE("0"),
                                          N_JOBS,
                                          CX__ELASTIC_POSITIVE,
                                          CX__ELASTIC_RANDOM_STATE,
                                          CX__ELASTIC_SELECTION,
                                          {.name = NULL}};

static const cx_param joint_lasso_params[] = {EPS,
                                              ALPHAS_ROW,
                                              CX__ELASTIC_INTERCEPT,
                                              CX__ELASTIC_MAX_ITER,
                                              CX__ELASTIC_TOL,
                                              CX__ELASTIC_COPY_X,
                                              CV,
                                              VERBOSE("False"),
                                              N_JOBS,
                                              CX__ELASTIC_RANDOM_STATE,
                                              CX__ELASTIC_SELECTION,
                                              {.name = NULL}};
static const cx_param joint_elastic_params[] = {RATIO,
                                                EPS,
                                                ALPHAS_ROW,
                                                CX__ELASTIC_INTERCEPT,
                                                CX__ELASTIC_MAX_ITER,
                                                CX__ELASTIC_TOL,
                                                CV,
                                                CX__ELASTIC_COPY_X,
                                                VERBOSE("0"),
                                                N_JOBS,
                                                CX__ELASTIC_RANDOM_STATE,
                                                CX__ELASTIC_SELECTION,
                                                {.name = NULL}};

typedef struct search {
    const cx_estimator *self;
    cx__fold_data all;
    int64_t ratios, alphas;
    bool joint;          /* several targets */
    const double *ratio; /* [ratios] */
    double *alpha;       /* [ratios, alphas], falling */
    double *error;       /* [ratios, folds, alphas] */
    uint32_t *seed;      /* [alphas] */
    /* the folds that are being fitted */
    cx__fold *fold;
    double *coef;    /* [folds, ratios, alphas, t, d] */
    double *scratch; /* [folds, ratios, width] */
    int64_t width, unfinished;
    double *open;      /* [folds, ratios] paths' steps that did not converge */
    cx_status *status; /* [folds, ratios] */
} search;

/* ---- what is searched */
static cx_status read_ratios(search *q, bool lasso)
{
    static const double one = 1;
    q->ratios = 1;
    q->ratio = &one;
    if (lasso) return CX_OK;
    const cx_array *given = cx_param_array(q->self, "l1_ratio");
    q->ratio = cx_data_f64(given);
    CX__TRY(cx__so_far());
    q->ratios = cx_size(given);
    for (int64_t i = 0; i < q->ratios; i++)
        if (!(q->ratio[i] >= 0 && q->ratio[i] <= 1))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: l1_ratio holds %g, which is not in [0, 1]",
                            q->self->cls->name, q->ratio[i]);
    if (q->ratios > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: l1_ratio is empty", q->self->cls->name);
}

static cx_status given_alphas(search *q)
{
    const cx_array *given = cx_param_array(q->self, "alphas"), *sorted = cx_sort(given, 0);
    const double *v = cx_data_f64(sorted);
    CX__TRY(cx__so_far());
    q->alphas = cx_size(given);
    if (q->alphas < 1 || !(v[0] >= 0))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: alphas is empty or holds a negative penalty",
                        q->self->cls->name);
    q->alpha = cx__host_f64(q->ratios, q->alphas);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < q->ratios * q->alphas; i++)
        q->alpha[i] = v[q->alphas - 1 - i % q->alphas];
    return CX_OK;
}

/* The penalty from which on all coefficients are 0, times the mass of the rows. */
static cx_status largest(const search *q, double *out)
{
    static cx__held lengths = CX__HELD("q: sqrt(sum(q * q, axis=1))");
    const cx__regression *r = &q->all.r;
    const cx_array *cross =
        q->all.cross != NULL ? q->all.cross : cx_matmul(cx_transpose(r->x), r->y);
    const bool positive = !q->joint && cx_param_bool(q->self, "positive");
    if (q->joint) cross = cx__held_run("fit", &lengths, CX_ARRAYS(cross));
    *out = cx__number_f64(cx_max(positive ? cross : cx_abs(cross), CX_ALL));
    if (*out < 0) *out = 0;
    return cx__so_far();
}

static cx_status make_alphas(search *q)
{
    if (cx_param_is_number(q->self, "alphas") == 0) return given_alphas(q);
    const double least = 1e-15; /* a grid of one value, if there is nothing to penalise */
    double top;
    CX__TRY(largest(q, &top));
    q->alphas = cx_param_i64(q->self, "alphas");
    q->alpha = cx__host_f64(q->ratios, q->alphas);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < q->ratios; i++) {
        if (q->ratio[i] == 0)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: l1_ratio=0 has no grid of its own; give alphas as a list",
                            q->self->cls->name);
        const double from = top / (q->all.mass * q->ratio[i]),
                     to = from * cx_param_f64(q->self, "eps");
        const bool flat = from <= least;
        const cx_array *grid =
            cx_geomspace(flat ? least : from, flat ? least : to, q->alphas, CX_F64, CX_CPU);
        CX__TRY(cx__so_far());
        memcpy(q->alpha + i * q->alphas, cx_data_f64(grid), (size_t)q->alphas * sizeof *q->alpha);
    }
    return CX_OK;
}

/* ---- paths */
static void run_path(search *q, int64_t job)
{
    const cx__fold *f = q->fold + job / q->ratios;
    const int64_t i = job % q->ratios, size = f->m.t * f->m.d;
    const cx__descent p = cx__elastic_joint(q->self, &f->m);
    double *coef = q->coef + job * q->alphas * size;
    for (int64_t a = 0; a < q->alphas; a++, coef += size) {
        if (a > 0) memcpy(coef, coef - size, (size_t)size * sizeof *coef);
        const double alpha = q->alpha[i * q->alphas + a] * f->mass;
        cx__descent_end end;
        q->status[job] = cx__descend(&p, alpha * q->ratio[i], alpha * (1 - q->ratio[i]), q->seed[a],
                                     coef, q->scratch + job * q->width, &end);
        if (q->status[job] != CX_OK) return;
        if (!end.converged) q->open[job]++;
    }
}

static void run_paths(void *ctx, int64_t lo, int64_t hi)
{
    for (int64_t job = lo; job < hi; job++) run_path(ctx, job);
}

/* Folds lo to hi: prepared, fitted side by side, and held against the rows they left out. */
static cx_status run_folds(search *q, int64_t lo, int64_t hi)
{
    const int64_t count = hi - lo, jobs = count * q->ratios, t = q->all.r.t, size = t * q->all.r.d;
    const size_t bytes = (size_t)count * sizeof(cx__fold);
    cx_array *memory = cx_zeros(CX_SHAPE((int64_t)bytes), CX_U8, CX_CPU),
             *states = cx_zeros(CX_SHAPE(jobs), CX_I32, CX_CPU);
    const cx__descent most = {
        .n = q->all.r.n, .d = q->all.r.d, .t = t, .gram = q->all.products ? q->alpha : NULL};
    q->width = cx__descent_scratch(&most);
    q->coef = cx__host_f64(jobs * q->alphas, size);
    q->scratch = cx__host_f64(jobs, q->width);
    q->open = cx__host_f64(jobs, -1);
    CX__TRY(cx__so_far());
    q->fold = cx__at(memory);
    q->status = cx__at(states);
    for (int64_t k = 0; k < count; k++) CX__TRY(cx__fold_make(&q->all, lo + k, q->fold + k));
    CX__TRY(cx__parallel_for(jobs, 1, run_paths, q));
    for (int64_t j = 0; j < jobs; j++) {
        if (q->status[j] != CX_OK)
            return cx__fail(q->status[j], "fit", "a path of fold %lld was ended",
                            (long long)(lo + j / q->ratios));
        q->unfinished += (int64_t)q->open[j];
    }
    for (int64_t j = 0; j < jobs; j++) {
        const int64_t k = lo + j / q->ratios, i = j % q->ratios;
        CX__TRY(cx__fold_errors(&q->all, q->fold + (k - lo), q->coef + j * q->alphas * size,
                                q->alphas, q->error + (i * q->all.folds + k) * q->alphas));
    }
    return CX_OK;
}

enum { MOST_NUMBERS = 1 << 27 /* of folds that are fitted side by side */ };

static cx_status run_all(search *q)
{
    const int64_t d = q->all.r.d, each = q->all.products ? d * d : d * q->all.r.n,
                  room = MOST_NUMBERS / (each + q->ratios * q->alphas * d * q->all.r.t + 1),
                  step = room < 1 ? 1 : room;
    for (int64_t lo = 0; lo < q->all.folds; lo += step) {
        CX__TRY(cx_self_progress(q->self, lo, q->all.folds));
        const cx_scope s = cx_scope_open();
        const int64_t hi = lo + step < q->all.folds ? lo + step : q->all.folds;
        (void)cx_check(run_folds(q, lo, hi));
        CX__TRY(cx_scope_close(s));
    }
    if (q->unfinished > 0)
        cx__warn(CX_E_CONVERGENCE,
                 "%s: coordinate descent did not converge at %lld of the %lld steps of its paths; "
                 "raise max_iter, scale the columns, or end the grid earlier",
                 q->self->cls->name, (long long)q->unfinished,
                 (long long)(q->all.folds * q->ratios * q->alphas));
    return CX_OK;
}

/* ---- the best */
static void best_of(const search *q, double *alpha, double *ratio)
{
    double best = INFINITY;
    *alpha = q->alpha[0];
    *ratio = q->ratio[0];
    for (int64_t i = 0; i < q->ratios; i++)
        for (int64_t a = 0; a < q->alphas; a++) {
            double sum = 0;
            for (int64_t k = 0; k < q->all.folds; k++)
                sum += q->error[(i * q->all.folds + k) * q->alphas + a];
            const double mean = sum / (double)q->all.folds;
            if (!(mean < best)) continue;
            best = mean;
            *alpha = q->alpha[i * q->alphas + a];
            *ratio = q->ratio[i];
        }
}

static cx_status store(cx_estimator *self, const search *q, double alpha)
{
    const cx__site *s = &q->all.r.site;
    const bool grids = q->ratios > 1 && cx_param_is_number(self, "alphas") != 0;
    const cx_array *alphas =
                       cx_copy_host(q->alpha, CX_SHAPE(grids ? q->ratios : 1, q->alphas), CX_F64),
                   *error =
                       cx_copy_host(q->error, CX_SHAPE(q->ratios, q->all.folds, q->alphas), CX_F64);
    if (!grids) alphas = cx_select(alphas, 0, 0);
    error = cx_squeeze_all(cx_moveaxis(error, 2, 1));
    CX__TRY(cx__store_host(self, s, ALPHA, &alpha, -1, CX_F64));
    CX__TRY(cx__store(self, ALPHAS, cx__send(s, alphas), CX_F64));
    return cx__store(self, MSE_PATH, cx__send(s, error), CX_F64);
}

static cx_status refit(cx_estimator *self, search *q, double alpha, double ratio, cx_dtype t)
{
    cx__normal m;
    const cx__fold_data *all = &q->all;
    if (all->products)
        CX__TRY(cx__normal_of(&all->r.site, all->r.n, all->gram, all->cross, all->yy, &m));
    else
        CX__TRY(cx__normal_make(&all->r, CX__NORMAL_COLUMNS, &m));
    cx__descent_end end;
    if (q->joint) return cx__multi_task_fit(self, &all->r, &m, all->mass, alpha, ratio, t, &end);
    return cx__elastic_fit(self, &all->r, &m, NULL, all->mass, alpha, ratio, t);
}

enum { MOST_COLUMNS = 2000 };

static cx_status search_folds(cx_estimator *self, const cx_data *data, const cx_fold *fold,
                              int64_t folds, bool lasso, bool joint)
{
    search q = {.self = self, .joint = joint};
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    /* paths walk over products faster even where there are somewhat more columns than rows */
    const bool fits = n > d || (d <= 4 * n && d <= MOST_COLUMNS),
               products = joint || cx_param_is_str(self, "precompute")
                              ? fits
                              : cx_param_bool(self, "precompute");
    CX__TRY(read_ratios(&q, lasso));
    CX__TRY(
        cx__folds_start(data, cx_param_bool(self, "fit_intercept"), products, fold, folds, &q.all));
    CX__TRY(make_alphas(&q));
    cx_array *seeds = cx_zeros(CX_SHAPE(q.alphas), CX_U32, CX_CPU);
    q.error = cx__host_f64(q.ratios * folds, q.alphas);
    CX__TRY(cx__so_far());
    q.seed = cx__at(seeds);
    CX__TRY(cx__elastic_seeds(self, q.alphas, q.seed));
    CX__TRY(run_all(&q));
    double alpha, ratio;
    best_of(&q, &alpha, &ratio);
    CX__TRY(store(self, &q, alpha));
    if (!lasso) CX__TRY(cx__store_host(self, &q.all.r.site, L1_RATIO, &ratio, -1, CX_F64));
    return refit(self, &q, alpha, ratio, cx__float_like(data->x));
}

static cx_status fit(cx_estimator *self, const cx_data *data, bool lasso, bool joint)
{
    cx_data one = *data;
    CX__TRY(joint ? cx__elastic_targets(self, data) : cx__single_target(self, &one));
    double mass;
    CX__TRY(cx__elastic_mass(&one, &mass));
    cx_fold *folds = NULL;
    int64_t count = 0;
    cx_status st = cx__folds_of(self, &one, false, &folds, &count);
    if (st == CX_OK) st = search_folds(self, &one, folds, count, lasso, joint);
    cx__free(folds);
    return st;
}

static cx_status fit_lasso(cx_estimator *self, const cx_data *data)
{
    return fit(self, data, true, false);
}

static cx_status fit_elastic(cx_estimator *self, const cx_data *data)
{
    return fit(self, data, false, false);
}

static cx_status fit_joint_lasso(cx_estimator *self, const cx_data *data)
{
    return fit(self, data, true, true);
}

static cx_status fit_joint_elastic(cx_estimator *self, const cx_data *data)
{
    return fit(self, data, false, true);
}

#define SEARCH(id, label, words, table, stored, run) \
    const cx_estimator_class cx__class_##id = {      \
        .struct_size = sizeof(cx_estimator_class),   \
        .name = label,                               \
        .doc = words,                                \
        .kind = CX_REGRESSOR,                        \
        .params = table,                             \
        .attrs = stored,                             \
        .fit = run,                                  \
        .predict = cx__regressor_predict,            \
        .check = cx__regressor_check,                \
        .plan = cx__regressor_plan,                  \
        .predict_into = cx__scores_into,             \
    }
SEARCH(lasso_cv, "LassoCV", "Lasso whose penalty is found by cross-validation along a path.",
       lasso_params, lasso_attrs, fit_lasso);
SEARCH(elastic_net_cv, "ElasticNetCV",
       "ElasticNet whose penalties are found by cross-validation along paths.", elastic_params,
       elastic_attrs, fit_elastic);
SEARCH(multi_task_lasso_cv, "MultiTaskLassoCV",
       "MultiTaskLasso whose penalty is found by cross-validation along a path.",
       joint_lasso_params, joint_lasso_attrs, fit_joint_lasso);
SEARCH(multi_task_elastic_net_cv, "MultiTaskElasticNetCV",
       "MultiTaskElasticNet whose penalties are found by cross-validation along paths.",
       joint_elastic_params, joint_elastic_attrs, fit_joint_elastic);
