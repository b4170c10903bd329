/* LarsCV and LassoLarsCV: where a path of least angle regression ends, by cross-validation.
 *
 * One idea: between two points of a path the residuals of held-out rows are mixtures of those at
 * its ends, so the error anywhere is a quadratic of three products per segment; folds' paths walk
 * side by side over products that cost one pass over the data. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/lars.h"
#include "learn/linear_model/serial/elastic_folds.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALPHA = CX__LARS_SLOTS, CV_ALPHAS, MSE_PATH };
static const char *const attrs[] = {CX__LARS_ATTRS, "alpha_: float []", "cv_alphas_: float [m]",
                                    "mse_path_: float [m, *]", NULL};

#define COMMON                                                                    \
    CX__LARS_INTERCEPT, CX__LARS_VERBOSE, CX__LARS_MAX_ITER, CX__LARS_PRECOMPUTE, \
        {"cv", CX__CV_KINDS, "None", "int [2, inf)",                              \
         "number of folds (None: 5), a splitter, or its text"},                   \
        {"max_n_alphas", CX_PARAM_INT, "1000", "[1, inf)",                        \
         "about how many of the folds' penalties are compared at most"},          \
        {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL,                    \
         "not used: see the scope's num_threads"},                                \
        CX__LARS_EPS, CX__LARS_COPY_X
static const cx_param params[] = {COMMON, {.name = NULL}};
static const cx_param lasso_params[] = {COMMON, CX__LARS_POSITIVE, {.name = NULL}};

/* One fold's path with rising penalties, and the products of its residuals. */
typedef struct fold_path {
    cx__lars path;
    cx_status status;
    int64_t steps, points;
    double *alpha, *square, *along, *across; /* [points] each, in a block that begins with alpha */
} fold_path;

typedef struct search {
    const cx_estimator *self;
    cx__fold_data all;
    fold_path *part; /* [folds] */
    int64_t first;   /* of those that walk */
    double *alpha;   /* [alphas] rising */
    int64_t alphas;
    double *error; /* [alphas, folds] */
} search;

/* ---- paths of the folds */
static void run_paths(void *ctx, int64_t lo, int64_t hi)
{
    search *q = ctx;
    for (int64_t k = q->first + lo; k < q->first + hi; k++)
        q->part[k].status = cx__lars_walk(&q->part[k].path);
}

/* A path's points by rising penalty, from 0 on, where it is what it is at its end, and their
 * coefficients [points, d]. A path of turned signs may rise again. */
static void turn_round(const cx__lars *p, int64_t points, double *alpha, double *coef)
{
    const int64_t d = p->m->d, extra = points - (p->steps + 1);
    for (int64_t i = 0; i < points; i++) {
        const int64_t from = i < extra ? p->steps : p->steps - (i - extra);
        const double own = i < extra ? 0 : p->alpha[from];
        int64_t at = i;
        for (; at > 0 && alpha[at - 1] > own; at--) {
            alpha[at] = alpha[at - 1];
            memcpy(coef + at * d, coef + (at - 1) * d, (size_t)d * sizeof *coef);
        }
        alpha[at] = own;
        memcpy(coef + at * d, p->coef + from * d, (size_t)d * sizeof *coef);
    }
}

static cx_status hold_against(const search *q, const cx__fold *f, fold_path *part)
{
    part->steps = part->path.steps;
    part->points = part->path.steps + 1 + (part->path.alpha[part->path.steps] != 0);
    const size_t bytes = (size_t)(4 * part->points) * sizeof(double);
    part->alpha = cx__alloc(bytes);
    if (part->alpha == NULL) return cx__fail_nomem("fit", "a path", bytes);
    part->square = part->alpha + part->points;
    part->along = part->square + part->points;
    part->across = part->along + part->points;
    double *coef = cx__host_f64(part->points, f->m.d);
    CX__TRY(cx__so_far());
    turn_round(&part->path, part->points, part->alpha, coef);
    return cx__fold_path_errors(&q->all, f, coef, part->points, part->square, part->along,
                                part->across);
}

/* Folds lo to hi: prepared, walked side by side, held against the rows they left out. */
static cx_status run_folds(search *q, int64_t lo, int64_t hi, const cx__lars *as)
{
    const size_t bytes = (size_t)(hi - lo) * sizeof(cx__fold);
    cx_array *memory = cx_zeros(CX_SHAPE((int64_t)bytes), CX_U8, CX_CPU);
    CX__TRY(cx_status_of(memory));
    cx__fold *const fold = cx__at(memory);
    for (int64_t k = lo; k < hi; k++) {
        CX__TRY(cx__fold_make(&q->all, k, fold + (k - lo)));
        fold[k - lo].m.n = (int64_t)fold[k - lo].mass; /* the rows that train */
        q->part[k].path = *as;
        q->part[k].path.m = &fold[k - lo].m;
    }
    q->first = lo;
    CX__TRY(cx__parallel_for(hi - lo, 1, run_paths, q));
    for (int64_t k = lo; k < hi; k++) {
        fold_path *const part = q->part + k;
        if (part->status != CX_OK)
            return cx__fail(part->status, "fit", "the path of fold %lld was ended", (long long)k);
        cx__lars_warn(&part->path, q->self->cls->name);
        CX__TRY(hold_against(q, fold + (k - lo), part));
        cx__lars_free(&part->path);
        part->path = (cx__lars){.m = NULL};
    }
    return CX_OK;
}

enum { MOST_NUMBERS = 1 << 27 /* of folds that walk side by side */ };

static cx_status run_all(search *q, const cx__lars *as)
{
    const int64_t d = q->all.r.d, each = (q->all.products ? d : q->all.r.n) * d + 3 * d * d,
                  step = each < MOST_NUMBERS ? MOST_NUMBERS / each : 1;
    for (int64_t lo = 0; lo < q->all.folds; lo += step) {
        CX__TRY(cx_self_progress(q->self, lo, q->all.folds));
        const cx_scope s = cx_scope_open();
        const int64_t hi = lo + step < q->all.folds ? lo + step : q->all.folds;
        (void)cx_check(run_folds(q, lo, hi, as));
        CX__TRY(cx_scope_close(s));
    }
    return CX_OK;
}

/* ---- the grid of penalties */
static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Every penalty at which a fold's path has a point, thinned out to about as many as asked for. */
static cx_status make_grid(search *q)
{
    int64_t all = 0, distinct = 0;
    for (int64_t k = 0; k < q->all.folds; k++) all += q->part[k].steps + 1;
    double *v = q->alpha = cx__host_f64(all, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0, at = 0; k < q->all.folds; k++) {
        const fold_path *const p = q->part + k;
        const int64_t own = p->steps + 1; /* without what was added at 0 */
        memcpy(v + at, p->alpha + (p->points - own), (size_t)own * sizeof *v);
        at += own;
    }
    qsort(v, (size_t)all, sizeof *v, by_size);
    for (int64_t i = 0; i < all; i++)
        if (i == 0 || v[i] != v[distinct - 1]) v[distinct++] = v[i];
    const int64_t ratio = distinct / cx_param_i64(q->self, "max_n_alphas"),
                  stride = ratio > 1 ? ratio : 1;
    for (int64_t i = 0; i < distinct; i += stride) v[q->alphas++] = v[i];
    return CX_OK;
}

static double mixed(double w, double from, double to, double product)
{
    const double v = 1 - w;
    return v * v * from + w * w * to + 2 * v * w * product;
}

/* The first point whose penalty is not below alpha; the last one if none is. */
static int64_t first_from(const fold_path *p, double alpha)
{
    int64_t lo = -1, hi = p->points - 1;
    while (hi - lo > 1) {
        const int64_t mid = (lo + hi) / 2;
        if (p->alpha[mid] >= alpha)
            hi = mid;
        else
            lo = mid;
    }
    return hi;
}

/* The mean squared error of a fold at a penalty; beyond its path's beginning it stays what it is
 * there. Where thinning has left out the grid's end, scikit-learn takes a path that goes on to
 * begin at the largest penalty that is left, so this does. */
static double error_at(const fold_path *p, double alpha, double top)
{
    const int64_t last = p->points - 1, end = first_from(p, top);
    if (last == 0 || alpha > p->alpha[last]) return p->square[last];
    if (top < p->alpha[last] && p->alpha[end] != top && alpha > p->alpha[end - 1])
        return mixed((alpha - p->alpha[end - 1]) / (top - p->alpha[end - 1]), p->square[end - 1],
                     p->square[last], p->across[end - 1]);
    const int64_t at = first_from(p, alpha), hi = at > 0 ? at : 1, lo = hi - 1;
    return mixed((alpha - p->alpha[lo]) / (p->alpha[hi] - p->alpha[lo]), p->square[lo],
                 p->square[hi], p->along[lo]);
}

/* Errors [alphas, folds] of the penalties at which all are finite, and the best of these. */
static cx_status compare(search *q, double *best)
{
    const int64_t folds = q->all.folds;
    q->error = cx__host_f64(q->alphas, folds);
    CX__TRY(cx__so_far());
    double least = INFINITY;
    const double top = q->alpha[q->alphas - 1];
    int64_t kept = 0;
    for (int64_t i = 0; i < q->alphas; i++) {
        double *row = q->error + kept * folds, sum = 0;
        for (int64_t k = 0; k < folds; k++) sum += row[k] = error_at(q->part + k, q->alpha[i], top);
        if (!isfinite(sum)) continue;
        q->alpha[kept] = q->alpha[i];
        if (sum / (double)folds < least) *best = q->alpha[kept];
        least = fmin(least, sum / (double)folds);
        kept++;
    }
    q->alphas = kept;
    if (kept > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "%s: errors are not finite at any penalty; scale the data", q->self->cls->name);
}

/* ---- fitting */
/* Do the folds walk over products of the columns? */
static bool by_products(const cx_estimator *self, const cx_fold *fold, int64_t folds, int64_t d)
{
    bool all = true;
    for (int64_t k = 0; k < folds; k++)
        all = all && cx__lars_products(self, cx_size(fold[k].train), d, 1);
    return all;
}

static cx_status refit(cx_estimator *self, const search *q, cx__lars *as, cx_dtype t)
{
    cx__normal m;
    const cx__fold_data *all = &q->all;
    const bool products = cx__lars_products(self, all->r.n, all->r.d, 1);
    if (all->products)
        CX__TRY(cx__normal_of(&all->r.site, all->r.n, all->gram, all->cross, all->yy, &m));
    else
        CX__TRY(cx__normal_make(&all->r, products ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    as->m = &m;
    return cx__lars_fit(self, &all->r, as, true, t);
}

static cx_status search_folds(cx_estimator *self, search *q, cx__lars *as, cx_dtype t)
{
    double best = 0;
    CX__TRY(run_all(q, as));
    CX__TRY(make_grid(q));
    CX__TRY(compare(q, &best));
    const cx__site *s = &q->all.r.site;
    const cx_array *errors = cx_copy_host(q->error, CX_SHAPE(q->alphas, q->all.folds), CX_F64);
    CX__TRY(cx__store_host(self, s, ALPHA, &best, -1, CX_F64));
    CX__TRY(cx__store_host(self, s, CV_ALPHAS, q->alpha, q->alphas, CX_F64));
    CX__TRY(cx__store(self, MSE_PATH, cx__send(s, errors), CX_F64));
    as->least_alpha = best;
    return refit(self, q, as, t);
}

static cx_status with_folds(cx_estimator *self, const cx_data *data, const cx_fold *fold,
                            int64_t folds, cx__lars *as)
{
    search q = {.self = self};
    CX__TRY(cx__folds_start(data, cx_param_bool(self, "fit_intercept"),
                            by_products(self, fold, folds, cx_dim(data->x, 1)), fold, folds,
                            &q.all));
    const size_t bytes = (size_t)folds * sizeof *q.part;
    q.part = cx__calloc((size_t)folds, sizeof *q.part);
    if (q.part == NULL) return cx__fail_nomem("fit", "folds", bytes);
    const cx_status st = search_folds(self, &q, as, cx__float_like(data->x));
    for (int64_t k = 0; k < folds; k++) {
        cx__lars_free(&q.part[k].path);
        cx__free(q.part[k].alpha);
    }
    cx__free(q.part);
    return st;
}

static cx_status fit_path(cx_estimator *self, const cx_data *data, cx__lars *as)
{
    cx_data one = *data;
    CX__TRY(cx__single_target(self, &one));
    as->most = cx_param_i64(self, "max_iter");
    as->eps = cx_param_f64(self, "eps");
    cx_fold *folds = NULL;
    int64_t count = 0;
    cx_status st = cx__folds_of(self, &one, false, &folds, &count);
    if (st == CX_OK) st = with_folds(self, &one, folds, count, as);
    cx__free(folds);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return fit_path(self, data, &(cx__lars){.lasso = false});
}

static cx_status fit_lasso(cx_estimator *self, const cx_data *data)
{
    return fit_path(self, data,
                    &(cx__lars){.lasso = true, .positive = cx_param_bool(self, "positive")});
}

#define SEARCH(id, label, words, table, run)       \
    const cx_estimator_class cx__class_##id = {    \
        .struct_size = sizeof(cx_estimator_class), \
        .name = label,                             \
        .doc = words,                              \
        .kind = CX_REGRESSOR,                      \
        .flags = CX_CLASS_NO_WEIGHT,               \
        .params = table,                           \
        .attrs = attrs,                            \
        .fit = run,                                \
        .predict = cx__regressor_predict,          \
        .check = cx__regressor_check,              \
        .plan = cx__regressor_plan,                \
        .predict_into = cx__scores_into,           \
    }
SEARCH(lars_cv, "LarsCV", "Least angle regression that ends where cross-validation says.", params,
       fit);
SEARCH(lasso_lars_cv, "LassoLarsCV",
       "The Lasso by least angle regression, its penalty found by cross-validation.", lasso_params,
       fit_lasso);
