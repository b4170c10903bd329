/* OrthogonalMatchingPursuit, and OrthogonalMatchingPursuitCV, which finds the number of columns by
 * cross-validation: folds' pursuits run side by side over products that cost one pass over the
 * data. The pursuit itself is serial/pursuit.c. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/serial/elastic_folds.h"
#include "learn/linear_model/serial/pursuit.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/rows.h"
#include <math.h>

enum { N_ITER = CX__LINEAR_SLOTS, N_NONZERO };
static const char *const attrs[] = {"coef_: float", "intercept_: float", "n_iter_: int",
                                    "n_nonzero_coefs_?: int []", NULL};

static const cx_param params[] = {
    {"n_nonzero_coefs", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns to take; None: a tenth of them, at least 1. Not used with tol"},
    {"tol", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "stop when the residual's squared length is at most this"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},
    {"precompute", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",
     "use products of the columns, which are made here; 'auto': with more rows than columns"},
    {.name = NULL},
};

static const char *const cv_attrs[] = {"coef_: float", "intercept_: float", "n_iter_: int",
                                       "n_nonzero_coefs_: int []", NULL};
static const cx_param cv_params[] = {
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},
    {"max_iter", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)",
     "most columns; None, 0: a tenth of them, at least 5 if there are as many"},
    {"cv", CX__CV_KINDS, "None", "int [2, inf)",
     "number of folds (None: 5), a splitter, or its text"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"verbose", CX_PARAM_BOOL | CX_PARAM_INT, "False", NULL,
     "not used: see the scope's on_progress"},
    {.name = NULL},
};

static void warn_premature(const cx_estimator *self, const cx__pursuit *p)
{
    if (p->premature)
        cx__warn(CX_E_CONVERGENCE,
                 "%s stopped after %lld columns: the next one depends on them or adds nothing",
                 self->cls->name, (long long)p->count);
}

static cx_status columns_wanted(const cx_estimator *self, int64_t d, int64_t *out)
{
    *out = (int64_t)(0.1 * (double)d);
    if (!cx_param_is_none(self, "n_nonzero_coefs")) *out = cx_param_i64(self, "n_nonzero_coefs");
    if (*out < 1) *out = 1;
    if (*out <= d) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit",
                    "OrthogonalMatchingPursuit: n_nonzero_coefs=%lld is more than the %lld columns",
                    (long long)*out, (long long)d);
}

/* Pursue every target as asked, and store what comes out. */
static cx_status fit_targets(cx_estimator *self, const cx__regression *r, const cx__pursuit *as,
                             cx_dtype t)
{
    double *coef = cx__host_f64(r->t, r->d), *count = cx__host_f64(r->t, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < r->t; k++) {
        cx__pursuit p = *as;
        p.k = k;
        const cx_status st = cx__pursue(&p);
        for (int64_t a = 0; st == CX_OK && a < p.count; a++)
            coef[k * r->d + (int64_t)p.member[a]] = p.at[a];
        count[k] = (double)p.count;
        warn_premature(self, &p);
        cx__pursuit_free(&p);
        CX__TRY(st);
    }
    CX__TRY(cx__store_host(self, &r->site, N_ITER, count, r->t == 1 ? -1 : r->t, CX_I64));
    const double wanted = (double)as->most;
    if (as->tol < 0) CX__TRY(cx__store_host(self, &r->site, N_NONZERO, &wanted, -1, CX_I64));
    return cx__normal_store(self, r, coef, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__regression r;
    cx__normal m;
    CX__TRY(cx__regression_make(data, cx_param_bool(self, "fit_intercept"), &r));
    r.flat = r.t == 1;
    const bool by_tol = !cx_param_is_none(self, "tol");
    const bool products =
        cx_param_is_str(self, "precompute") ? r.n > r.d : cx_param_bool(self, "precompute");
    cx__pursuit as = {.m = &m, .most = r.d, .tol = by_tol ? cx_param_f64(self, "tol") : -1};
    if (!by_tol) CX__TRY(columns_wanted(self, r.d, &as.most));
    CX__TRY(cx__normal_make(&r, products ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    return fit_targets(self, &r, &as, cx__float_like(data->x));
}

/* ---- the number of columns by cross-validation */
typedef struct search {
    cx_estimator *self;
    cx__fold_data all;
    int64_t most;
    cx__pursuit *p;    /* [folds] */
    cx_status *status; /* [folds] */
} search;

static void run_pursuits(void *ctx, int64_t lo, int64_t hi)
{
    search *q = ctx;
    for (int64_t k = lo; k < hi; k++) q->status[k] = cx__pursue(q->p + k);
}

/* Every fold's pursuit, and sum [most]: its errors on the rows that it left out, added up; *least:
 * the fewest columns that a fold took. */
static cx_status run_folds(search *q, double *sum, int64_t *least)
{
    const int64_t folds = q->all.folds, d = q->all.r.d;
    const size_t bytes = (size_t)folds * sizeof(cx__fold);
    cx_array *memory = cx_zeros(CX_SHAPE((int64_t)bytes), CX_U8, CX_CPU);
    double *paths = cx__host_f64(folds * q->most, d), *own = cx__host_f64(q->most, -1);
    CX__TRY(cx__so_far());
    cx__fold *const fold = cx__at(memory);
    for (int64_t k = 0; k < folds; k++) {
        CX__TRY(cx__fold_make(&q->all, k, fold + k));
        q->p[k] = (cx__pursuit){.m = &fold[k].m,
                                .most = q->most,
                                .tol = -1,
                                .by_first = true,
                                .path = paths + k * q->most * d};
    }
    CX__TRY(cx__parallel_for(folds, 1, run_pursuits, q));
    *least = q->most;
    for (int64_t k = 0; k < folds; k++) {
        if (q->status[k] != CX_OK)
            return cx__fail(q->status[k], "fit", "the pursuit of fold %lld was ended",
                            (long long)k);
        warn_premature(q->self, q->p + k);
        if (q->p[k].count < *least) *least = q->p[k].count;
    }
    if (*least == 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: in a fold no column goes along with y",
                        q->self->cls->name);
    for (int64_t k = 0; k < folds; k++) {
        CX__TRY(cx__fold_errors(&q->all, fold + k, paths + k * q->most * d, *least, own));
        for (int64_t i = 0; i < *least; i++) sum[i] += own[i];
    }
    return CX_OK;
}

static cx_status search_folds(search *q, int64_t *best)
{
    double *sum = cx__host_f64(q->most, -1);
    int64_t least = 0;
    CX__TRY(cx__so_far());
    const cx_scope s = cx_scope_open();
    (void)cx_check(run_folds(q, sum, &least));
    CX__TRY(cx_scope_close(s));
    *best = 0;
    for (int64_t i = 1; i < least; i++)
        if (sum[i] < sum[*best]) *best = i;
    ++*best;
    return CX_OK;
}

static cx_status refit(cx_estimator *self, const search *q, int64_t columns, cx_dtype t)
{
    const cx__fold_data *all = &q->all;
    cx__normal m;
    if (all->products)
        CX__TRY(cx__normal_of(&all->r.site, all->r.n, all->gram, all->cross, all->yy, &m));
    else
        CX__TRY(cx__normal_make(
            &all->r, all->r.n > all->r.d ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    return fit_targets(self, &all->r, &(const cx__pursuit){.m = &m, .most = columns, .tol = -1}, t);
}

static cx_status with_folds(cx_estimator *self, const cx_data *data, const cx_fold *fold,
                            int64_t folds)
{
    search q = {.self = self};
    const int64_t d = cx_dim(data->x, 1), tenth = d / 10 > 5 ? d / 10 : 5;
    bool products = true; /* where every fold has more rows than columns */
    for (int64_t k = 0; k < folds; k++) products = products && cx_size(fold[k].train) > d;
    if (!cx_param_is_none(self, "max_iter")) q.most = cx_param_i64(self, "max_iter");
    if (q.most == 0) q.most = tenth < d ? tenth : d;
    if (d < 2 || q.most > d)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: max_iter=%lld of %lld columns (at least 2)",
                        self->cls->name, (long long)q.most, (long long)d);
    CX__TRY(
        cx__folds_start(data, cx_param_bool(self, "fit_intercept"), products, fold, folds, &q.all));
    q.p = cx__calloc((size_t)folds, sizeof *q.p + sizeof *q.status);
    if (q.p == NULL) return cx__fail_nomem("fit", "folds", (size_t)folds * sizeof *q.p);
    q.status = (cx_status *)(q.p + folds);
    int64_t best = 0;
    const cx_status st = search_folds(&q, &best);
    for (int64_t k = 0; k < folds; k++) cx__pursuit_free(q.p + k);
    cx__free(q.p);
    CX__TRY(st);
    return refit(self, &q, best, cx__float_like(data->x));
}

static cx_status fit_cv(cx_estimator *self, const cx_data *data)
{
    cx_data one = *data;
    CX__TRY(cx__single_target(self, &one));
    cx_fold *folds = NULL;
    int64_t count = 0;
    cx_status st = cx__folds_of(self, &one, false, &folds, &count);
    if (st == CX_OK) st = with_folds(self, &one, folds, count);
    cx__free(folds);
    return st;
}

#define PURSUIT(id, label, words, table, stored, run) \
    const cx_estimator_class cx__class_##id = {       \
        .struct_size = sizeof(cx_estimator_class),    \
        .name = label,                                \
        .doc = words,                                 \
        .kind = CX_REGRESSOR,                         \
        .flags = CX_CLASS_NO_WEIGHT,                  \
        .params = table,                              \
        .attrs = stored,                              \
        .fit = run,                                   \
        .predict = cx__regressor_predict,             \
        .check = cx__regressor_check,                 \
        .plan = cx__regressor_plan,                   \
        .predict_into = cx__scores_into,              \
    }
PURSUIT(orthogonal_matching_pursuit, "OrthogonalMatchingPursuit",
        "Least squares over columns that are taken one by one.", params, attrs, fit);
PURSUIT(orthogonal_matching_pursuit_cv, "OrthogonalMatchingPursuitCV",
        "Matching pursuit whose number of columns is found by cross-validation.", cv_params,
        cv_attrs, fit_cv);
