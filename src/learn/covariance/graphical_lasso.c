/* GraphicalLasso and GraphicalLassoCV: a covariance whose inverse is sparse.
 *
 * One idea: the data is met once, as covariances of all rows and of folds, by array operations
 * where it is; what follows is serial over columns and runs on the host, a fold a thread. */
#include <calx/covariance.h>

#include "base/alloc.h"
#include "learn/covariance/family.h"
#include "learn/covariance/graphical.h"
#include "learn/linear_model/serial/normal.h"
#include "learn/model_selection/model_selection.h"
#include "learn/model_selection/tasks.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { COSTS = CX__COVARIANCE_SLOTS, N_ITER, ALPHA, CV_ALPHAS, CV_SPLIT, CV_MEAN, CV_STD };
#define LASSO_ATTRS CX__COVARIANCE_ATTRS, "costs_: float [r, 2]", "n_iter_: int []"
static const char *const attrs[] = {LASSO_ATTRS, NULL};
static const char *const cv_attrs[] = {LASSO_ATTRS,
                                       "alpha_: float []",
                                       "cv_results_alphas_: float [a]",
                                       "cv_results_split_test_score_: float [f, a]",
                                       "cv_results_mean_test_score_: float [a]",
                                       "cv_results_std_test_score_: float [a]",
                                       NULL};

#define TOL                                                      \
    {                                                            \
        "tol", CX_PARAM_FLOAT, "0.0001", "(0, inf)",             \
            "rounds end when the duality gap is smaller than it" \
    }
#define ENET_TOL                                                                            \
    {                                                                                       \
        "enet_tol", CX_PARAM_FLOAT, "0.0001", "(0, inf)", "tolerance of a column's descent" \
    }
#define MAX_ITER                                                                    \
    {                                                                               \
        "max_iter", CX_PARAM_INT, "100", "[0, inf)", "most rounds over all columns" \
    }
#define MODE                                                               \
    {                                                                      \
        "mode", CX_PARAM_STR, "'cd'", "{'cd', 'lars'}",                    \
            "a column by coordinate descent, or by least angle regression" \
    }
#define VERBOSE                                                 \
    {                                                           \
        "verbose", CX_PARAM_BOOL | CX_PARAM_INT, "False", NULL, \
            "not used: see the scope's on_progress"             \
    }
#define EPS                                                                   \
    {                                                                         \
        "eps", CX_PARAM_FLOAT, "2.220446049250313e-16", "[0, inf)",           \
            "least diagonal of the Cholesky factor of least angle regression" \
    }

static const cx_param params[] = {
    {"alpha", CX_PARAM_FLOAT, "0.01", "[0, inf)", "strength of the penalty; 0: the inverse"},
    MODE,
    {"covariance", CX_PARAM_STR | CX_PARAM_NONE, "None", "{'precomputed'}",
     "'precomputed': x is a covariance, not rows"},
    TOL,
    ENET_TOL,
    MAX_ITER,
    VERBOSE,
    EPS,
    CX__ASSUME_CENTERED,
    {.name = NULL},
};
static const cx_param cv_params[] = {
    {"alphas", CX_PARAM_INT | CX_PARAM_LIST, "4", "int [1, inf)",
     "points of the grid that is refined, or the penalties themselves"},
    {"n_refinements", CX_PARAM_INT, "4", "[1, inf)", "how often the grid is refined"},
    {"cv", CX__CV_KINDS, "None", "int [2, inf)",
     "number of folds (None: 5), a splitter, or its text"},
    TOL,
    ENET_TOL,
    MAX_ITER,
    MODE,
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    VERBOSE,
    EPS,
    CX__ASSUME_CENTERED,
    {.name = NULL},
};

static cx__graphical problem_of(const cx_estimator *self, double alpha)
{
    return (cx__graphical){.where = "fit",
                           .name = self->cls->name,
                           .alpha = alpha,
                           .tol = cx_param_f64(self, "tol"),
                           .inner_tol = cx_param_f64(self, "enet_tol"),
                           .eps = cx_param_f64(self, "eps"),
                           .max_iter = cx_param_i64(self, "max_iter"),
                           .least_angles = strcmp(cx_param_str(self, "mode"), "lars") == 0};
}

static cx_status two_columns(const cx_estimator *self, const cx_array *x)
{
    if (cx_dim(x, 1) >= 2) return CX_OK;
    return cx__fail(CX_E_SHAPE, "fit", "%s needs two columns at least", self->cls->name);
}

/* Covariance of all rows on the device, and the location, which is stored. */
static cx_status covariance_of(cx_estimator *self, const cx__site *s, const cx_array *given,
                               cx_array **out)
{
    const cx_array *const x = cx__f64(s, given);
    cx_array *mean = NULL;
    if (!cx_param_bool(self, "assume_centered")) CX__TRY(cx__column_means(s, x, NULL, &mean, NULL));
    *out = cx__covariance(s, x, mean);
    return cx__store(self, CX__LOCATION,
                     mean ? mean : cx_zeros(CX_SHAPE(cx_dim(x, 1)), CX_F64, s->device),
                     cx__float_like(given));
}

static cx_status solve(cx_estimator *self, const cx__site *s, const cx_array *covariance,
                       double alpha)
{
    const cx__graphical g = problem_of(self, alpha);
    const cx_array *const here = cx__fetch(s, cx__f64(s, covariance));
    CX__TRY(cx__so_far());
    cx__graphical_end e;
    CX__TRY(cx__graphical_solve(&g, here, NULL, &e));
    CX__TRY(cx__store(self, CX__COVARIANCE, cx__send(s, e.covariance), CX_F64));
    CX__TRY(cx__store(self, CX__PRECISION, cx__send(s, e.precision), CX_F64));
    CX__TRY(cx__store(self, COSTS, cx__send(s, e.costs), CX_F64));
    return cx_self_set_i64(self, N_ITER, e.rounds);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    cx_array *covariance = NULL;
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(two_columns(self, data->x));
    if (n < 2) return cx__fail(CX_E_SHAPE, "fit", "GraphicalLasso needs two rows at least");
    if (cx_param_is_none(self, "covariance")) {
        CX__TRY(covariance_of(self, &s, data->x, &covariance));
    } else {
        if (n != d)
            return cx__fail(CX_E_SHAPE, "fit",
                            "GraphicalLasso: x is [%lld, %lld], which is no covariance",
                            (long long)n, (long long)d);
        covariance = cx__f64(&s, data->x);
        CX__TRY(cx__store(self, CX__LOCATION, cx_zeros(CX_SHAPE(d), CX_F64, s.device),
                          cx__float_like(data->x)));
    }
    return solve(self, &s, covariance, cx_param_f64(self, "alpha"));
}

/* ---- the penalty by cross-validation */
typedef struct tried {
    double alpha, mean;
    int64_t place; /* of its scores */
} tried;

typedef struct search {
    const cx_estimator *self;
    int64_t folds, count;           /* count: penalties tried so far */
    const cx_array **train, **test; /* [folds] covariances on the host */
    int64_t alphas;                 /* of this refinement */
    const double *alpha;
    double *score; /* [most, folds] */
    tried *path;   /* [most], falling */
    double *open;  /* [folds] scores without a penalty */
} search;

static void say_nothing(cx_status kind, const char *text, void *ctx)
{
    (void)kind;
    (void)text;
    (void)ctx;
}

/* The path of one fold, from each solution to the next; a penalty that is too small for it scores
 * minus infinity. */
static cx_status walk(const search *q, int64_t k)
{
    const cx_array *start = NULL;
    cx__graphical g = problem_of(q->self, 0);
    g.max_iter = (int64_t)(0.1 * (double)g.max_iter);
    g.quiet = true;
    for (int64_t a = 0; a < q->alphas; a++) {
        cx__graphical_end e;
        double *const out = q->score + (q->count + a) * q->folds + k;
        *out = -(double)INFINITY;
        g.alpha = q->alpha[a];
        const cx_status st = cx__graphical_solve(&g, q->train[k], start, &e);
        if (st == CX_E_SINGULAR && cx_ok()) continue;
        CX__TRY(st);
        start = e.covariance;
        const double v = cx__number_f64(cx__log_likelihood("fit", q->test[k], e.precision));
        CX__TRY(cx__so_far());
        if (isfinite(v)) *out = v;
    }
    return CX_OK;
}

static cx_status run_fold(void *ctx, int64_t k)
{
    const cx_scope scope = cx_scope_open_with(
        &(const cx_scope_opts){.struct_size = sizeof(cx_scope_opts), .on_warning = say_nothing});
    return cx__give_status(scope, walk(ctx, k));
}

/* Covariances of a fold's rows, each about its own mean, to the host; and the score of training
 * rows' plain covariance, which is about the training rows' mean. */
static cx_status prepare_fold(search *q, const cx__site *s, const cx_data *data,
                              const cx_fold *fold, int64_t k)
{
    const cx_array *const train = cx__f64(s, cx_data_take(data, fold->train).x),
                          *const test = cx__f64(s, cx_data_take(data, fold->test).x);
    cx_array *mean[2];
    CX__TRY(cx__so_far());
    CX__TRY(cx__column_means(s, train, NULL, &mean[0], NULL));
    CX__TRY(cx__column_means(s, test, NULL, &mean[1], NULL));
    const cx_array *const covariance = cx__covariance(s, train, mean[0]);
    q->train[k] = cx__fetch(s, covariance);
    q->test[k] = cx__fetch(s, cx__covariance(s, test, mean[1]));
    q->open[k] = cx__number_f64(cx__log_likelihood("fit", cx__covariance(s, test, mean[0]),
                                                   cx__symmetric_pinv("fit", covariance)));
    return cx__so_far();
}

/* numpy.logspace between two penalties, without the ends if inner. */
static void grid(double from, double to, int64_t count, bool inner, double *out)
{
    const int64_t all = count + (inner ? 2 : 0), skip = inner;
    const double low = log10(from), step = all > 1 ? (log10(to) - low) / (double)(all - 1) : 0;
    for (int64_t i = 0; i < count; i++)
        out[i] =
            pow(10, i + skip == all - 1 && all > 1 ? log10(to) : (double)(i + skip) * step + low);
}

/* What was tried joins the path, which falls; equal ones stay in order. Returns the place of the
 * best. */
static int64_t join(search *q, int64_t *last_finite)
{
    double best = -(double)INFINITY;
    int64_t at = 0;
    for (int64_t a = 0; a < q->alphas; a++) {
        const int64_t place = q->count + a;
        const double mean =
            cx__pairwise_sum(q->score + place * q->folds, q->folds) / (double)q->folds;
        int64_t i = place;
        for (; i > 0 && q->path[i - 1].alpha < q->alpha[a]; i--) q->path[i] = q->path[i - 1];
        q->path[i] = (tried){q->alpha[a], mean >= 0.1 / DBL_EPSILON ? (double)NAN : mean, place};
    }
    q->count += q->alphas;
    *last_finite = 0;
    for (int64_t i = 0; i < q->count; i++) {
        if (isfinite(q->path[i].mean)) *last_finite = i;
        if (!(q->path[i].mean >= best)) continue;
        best = q->path[i].mean;
        at = i;
    }
    return at;
}

/* The part of the path that the next grid divides. */
static void narrow(const search *q, int64_t best, int64_t last_finite, double *high, double *low)
{
    const int64_t last = q->count - 1;
    const tried *const p = q->path;
    *high = p[best].alpha;
    if (best == 0)
        *low = p[last > 0 ? 1 : 0].alpha;
    else if (best == last_finite && best != last)
        *low = p[best + 1].alpha;
    else if (best == last)
        *low = 0.01 * p[best].alpha;
    else {
        *high = p[best - 1].alpha;
        *low = p[best + 1].alpha;
    }
}

static cx_status run_search(search *q, double *alpha, int64_t refinements, bool given,
                            int64_t *best)
{
    q->alpha = alpha;
    for (int64_t i = 0; i < refinements; i++) {
        int64_t last_finite;
        double high, low;
        CX__TRY(cx__tasks_run("fit", q->self->cls->name, CX_CPU, q->folds, run_fold, q));
        *best = join(q, &last_finite);
        narrow(q, *best, last_finite, &high, &low);
        if (!given) grid(high, low, q->alphas, true, alpha);
    }
    return CX_OK;
}

/* Penalties of the path, and 0 behind them. */
static cx_status store_path(cx_estimator *self, const search *q, const cx__site *s)
{
    const int64_t count = q->count + 1, folds = q->folds;
    double *const v = cx__host_f64(folds + 3, count), *const room = cx__host_f64(2, folds);
    CX__TRY(cx__so_far());
    double *const alpha = v + folds * count, *const mean = alpha + count, *const sd = mean + count;
    for (int64_t i = 0; i < count; i++) {
        const double *const score = i < q->count ? q->score + q->path[i].place * folds : q->open;
        alpha[i] = i < q->count ? q->path[i].alpha : 0;
        for (int64_t k = 0; k < folds; k++) v[k * count + i] = score[k];
        memcpy(room, score, (size_t)folds * sizeof *room);
        mean[i] = cx__pairwise_sum(room, folds) / (double)folds;
        sd[i] = cx__deviation(room, folds, room + folds);
    }
    CX__TRY(cx__store(self, CV_SPLIT, cx__send(s, cx_copy_host(v, CX_SHAPE(folds, count), CX_F64)),
                      CX_F64));
    CX__TRY(cx__store_host(self, s, CV_ALPHAS, alpha, count, CX_F64));
    CX__TRY(cx__store_host(self, s, CV_MEAN, mean, count, CX_F64));
    return cx__store_host(self, s, CV_STD, sd, count, CX_F64);
}

/* Penalties of the first grid: given, or from where all of the precision off its diagonal is 0. */
static cx_status first_alphas(search *q, const cx__site *s, const cx_array *covariance, bool given,
                              double **out)
{
    if (!given) {
        static cx__held largest = CX__HELD("c, i, j: max(where(i == j, 0, abs(c)))");
        const int64_t d = cx_dim(covariance, 0);
        const cx_array *const i = cx_arange_i64(0, d, 1, CX_I64, s->device);
        const double top = cx__number_f64(cx__held_run(
            "fit", &largest, CX_ARRAYS(covariance, cx_expand_dims(i, 0), cx_expand_dims(i, 1))));
        q->alphas = cx_param_i64(q->self, "alphas");
        *out = cx__host_f64(q->alphas, -1);
        CX__TRY(cx__so_far());
        double *const v = *out;
        grid(0.01 * top, top, q->alphas, false, v);
        for (int64_t a = 0; a < q->alphas / 2; a++) {
            const double other = v[q->alphas - 1 - a];
            v[q->alphas - 1 - a] = v[a];
            v[a] = other;
        }
        return CX_OK;
    }
    const cx_array *const list = cx_param_array(q->self, "alphas");
    const double *const v = cx_data_f64(list);
    CX__TRY(cx__so_far());
    q->alphas = cx_size(list);
    if (q->alphas < 1) return cx__fail(CX_E_ARGUMENT, "fit", "GraphicalLassoCV: alphas is empty");
    for (int64_t a = 0; a < q->alphas; a++)
        if (!(v[a] > 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "GraphicalLassoCV: alphas holds %g", v[a]);
    *out = cx__host_f64(q->alphas, -1);
    CX__TRY(cx__so_far());
    memcpy(*out, v, (size_t)q->alphas * sizeof **out);
    return CX_OK;
}

static cx_status search_folds(cx_estimator *self, const cx_data *data, const cx__site *s,
                              const cx_fold *fold, search *q)
{
    const bool given = cx_param_is_number(self, "alphas") == 0;
    const int64_t refinements = given ? 1 : cx_param_i64(self, "n_refinements");
    cx_array *covariance = NULL;
    double *alpha = NULL;
    int64_t best = 0;
    CX__TRY(covariance_of(self, s, data->x, &covariance));
    CX__TRY(first_alphas(q, s, covariance, given, &alpha));
    const int64_t most = q->alphas * refinements;
    q->score = cx__host_f64(most, q->folds);
    q->open = cx__host_f64(q->folds, -1);
    cx_array *const memory = cx_zeros(CX_SHAPE(most, (int64_t)sizeof *q->path), CX_U8, CX_CPU);
    CX__TRY(cx__so_far());
    q->path = cx__at(memory);
    for (int64_t k = 0; k < q->folds; k++) CX__TRY(prepare_fold(q, s, data, &fold[k], k));
    CX__TRY(run_search(q, alpha, refinements, given, &best));
    CX__TRY(store_path(self, q, s));
    CX__TRY(cx__store_host(self, s, ALPHA, &q->path[best].alpha, -1, CX_F64));
    return solve(self, s, covariance, q->path[best].alpha);
}

static cx_status fit_cv(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    search q = {.self = self};
    cx_fold *fold = NULL;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(two_columns(self, data->x));
    cx_status st = cx__folds_of(self, data, false, &fold, &q.folds);
    const cx_array **const both = cx__calloc((size_t)q.folds * 2 + 1, sizeof *both);
    if (st == CX_OK && both == NULL) st = cx__fail_nomem("fit", "folds", (size_t)q.folds * 16);
    if (st == CX_OK && q.folds < 1)
        st = cx__fail(CX_E_ARGUMENT, "fit", "GraphicalLassoCV: cv gives no folds");
    q.train = both;
    q.test = both != NULL ? both + q.folds : NULL;
    if (st == CX_OK) st = search_folds(self, data, &s, fold, &q);
    cx__free(both);
    cx__free(fold);
    return st;
}

const cx_estimator_class cx__class_graphical_lasso = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GraphicalLasso",
    .doc = "Covariance whose inverse is sparse, by an L1 penalty.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .score = cx__covariance_score,
};
const cx_estimator_class cx__class_graphical_lasso_cv = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GraphicalLassoCV",
    .doc = "GraphicalLasso with the penalty that cross-validation likes best.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = cv_params,
    .attrs = cv_attrs,
    .fit = fit_cv,
    .score = cx__covariance_score,
};

/* ---- the function */
static cx_status read_options(const cx_graphical_lasso_opts *given, double alpha,
                              cx__graphical *out)
{
    cx_graphical_lasso_opts o = {0};
    CX__TRY(CX__OPTIONS(out->where, given, &o));
    const bool good = alpha >= 0 && isfinite(alpha) && o.tol >= 0 && o.enet_tol >= 0 && o.eps >= 0;
    if (!good || o.max_iter < 0)
        return cx__fail(CX_E_ARGUMENT, out->where,
                        "alpha=%g, tol=%g, enet_tol=%g, eps=%g and max_iter=%lld must be numbers "
                        ">= 0",
                        alpha, o.tol, o.enet_tol, o.eps, (long long)o.max_iter);
    if (o.mode != CX_GRAPHICAL_CD && o.mode != CX_GRAPHICAL_LARS)
        return cx__fail(CX_E_ARGUMENT, out->where, "mode %d is none", (int)o.mode);
    out->alpha = alpha;
    out->tol = o.tol > 0 ? o.tol : 1e-4;
    out->inner_tol = o.enet_tol > 0 ? o.enet_tol : 1e-4;
    out->eps = o.eps > 0 ? o.eps : DBL_EPSILON;
    out->max_iter = o.max_iter > 0 ? o.max_iter : 100;
    out->least_angles = o.mode == CX_GRAPHICAL_LARS;
    return CX_OK;
}

static cx_status graphical_lasso(const cx_array *covariance, double alpha,
                                 const cx_graphical_lasso_opts *o, cx_array *part[3],
                                 int64_t *rounds)
{
    cx__graphical g = {.where = "graphical_lasso", .name = "graphical_lasso"};
    CX__NEED(g.where, "covariance", covariance, CX__KIND_ARRAY);
    CX__TRY(read_options(o, alpha, &g));
    const char kind = cx_dtype_kind(cx_dtype_of(covariance));
    if (kind == 'c' || kind == 'k')
        return cx__fail(CX_E_DTYPE, g.where, "covariance is %s, not real",
                        cx_dtype_name(cx_dtype_of(covariance)));
    if (cx_ndim(covariance) != 2 || cx_dim(covariance, 0) != cx_dim(covariance, 1) ||
        cx_dim(covariance, 0) < 2)
        return cx__fail(CX_E_SHAPE, g.where, "covariance must be [d, d] with d >= 2");
    cx__site s;
    CX__TRY(cx__site_of(g.where, covariance, &s));
    const cx_array *const here = cx__fetch(&s, cx__f64(&s, covariance));
    CX__TRY(cx__so_far());
    cx__graphical_end e;
    CX__TRY(cx__graphical_solve(&g, here, NULL, &e));
    part[0] = cx__send(&s, e.covariance);
    part[1] = cx__send(&s, e.precision);
    part[2] = cx__send(&s, e.costs);
    *rounds = e.rounds;
    return cx__so_far();
}

cx_graphical_lasso_result cx_graphical_lasso(const cx_array *covariance, double alpha,
                                             const cx_graphical_lasso_opts *o)
{
    cx_array *part[3] = {NULL};
    int64_t rounds = 0;
    const cx_scope s = cx_scope_open();
    const cx_status st = graphical_lasso(covariance, alpha, o, part, &rounds);
    cx__give_all(s, st, "graphical_lasso", 3, part);
    return (cx_graphical_lasso_result){part[0], part[1], part[2], rounds};
}
