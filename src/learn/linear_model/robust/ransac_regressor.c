/* RANSACRegressor: the regression whose inliers agree best, found by fits to random subsets.
 *
 * A loop over another estimator: subsets are drawn as scikit-learn draws them, everything else is
 * array operations. */
#include "base/object.h"
#include "learn/base/plan.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/model_selection.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <calx/statistics.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { N_TRIALS, INLIERS, NO_INLIERS, INVALID_DATA, INVALID_MODEL };
static const char *const attrs[] = {"n_trials_: int []",
                                    "inlier_mask_: bool [m]",
                                    "n_skips_no_inliers_: int []",
                                    "n_skips_invalid_data_: int []",
                                    "n_skips_invalid_model_: int []",
                                    NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,
     "what is fitted; None: LinearRegression()"},
    {"min_samples", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "rows of a subset, below 1 their share; None: columns + 1, for LinearRegression only"},
    {"residual_threshold", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "largest loss of an inlier; None: the median absolute deviation of y"},
    {"is_data_valid", CX_PARAM_NONE, "None", NULL, "functions are not taken"},
    {"is_model_valid", CX_PARAM_NONE, "None", NULL, "functions are not taken"},
    {"max_trials", CX_PARAM_FLOAT, "100", "[0, inf]", "most subsets"},
    {"max_skips", CX_PARAM_FLOAT, "inf", "[0, inf]", "most subsets with too few inliers"},
    {"stop_n_inliers", CX_PARAM_FLOAT, "inf", "[0, inf]", "stop when there are so many"},
    {"stop_score", CX_PARAM_FLOAT, "inf", "[-inf, inf]", "stop when the score is so high"},
    {"stop_probability", CX_PARAM_FLOAT, "0.99", "[0, 1]",
     "draw until a subset without outliers was seen with this probability"},
    {"loss", CX_PARAM_STR, "'absolute_error'", "{'absolute_error', 'squared_error'}",
     "loss of a row, summed over targets"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of numpy.random.RandomState; the estimator keeps its own"},
    {.name = NULL},
};

typedef struct ransac {
    cx_estimator *self;
    cx__site site;
    const cx_data *data;
    cx_estimator *model;
    cx_generator *g;
    int64_t n, subset;
    double threshold;
    bool squared;
    /* the best so far */
    cx_array *mask, *rows; /* inliers as [n] bool, and their places */
    double score;
    int64_t inliers, trials, skipped;
} ransac;

/* ---- draws: sklearn.utils.random.sample_without_replacement */
static bool seen(const int64_t *v, int64_t count, int64_t x)
{
    for (int64_t i = 0; i < count; i++)
        if (v[i] == x) return true;
    return false;
}

static cx_status draw_each(cx_generator *g, int64_t n, int64_t k, int64_t *out)
{
    for (int64_t i = 0; i < k;) {
        const int64_t j = cx__number_i64(cx_rng_integers(g, 0, n, CX_SHAPE(1), CX_I64));
        CX__TRY(cx__so_far());
        if (!seen(out, i, j)) out[i++] = j;
    }
    return CX_OK;
}

static cx_status reservoir(cx_generator *g, int64_t n, int64_t k, int64_t *out)
{
    for (int64_t i = 0; i < k; i++) out[i] = i;
    for (int64_t i = k; i < n; i++) {
        const int64_t j = cx__number_i64(cx_rng_integers(g, 0, i + 1, CX_SHAPE(1), CX_I64));
        CX__TRY(cx__so_far());
        if (j < k) out[j] = i;
    }
    return CX_OK;
}

/* k of n rows, where the data is. */
static cx_array *draw_rows(const ransac *r)
{
    const int64_t n = r->n, k = r->subset;
    const double ratio = (double)k / (double)n;
    cx_array *rows;
    if (ratio > 0.01 && ratio < 0.99) {
        rows = cx_copy(cx_slice(cx_rng_permutation(r->g, cx_int(n), 0), 0, 0, k, 1));
    } else {
        rows = cx_empty(CX_SHAPE(k), CX_I64, CX_CPU);
        int64_t *const at = cx_status_of(rows) == CX_OK ? cx__at(rows) : NULL;
        if (at == NULL) return rows;
        const cx_status st =
            cx_check(ratio < 0.2 ? draw_each(r->g, n, k, at) : reservoir(r->g, n, k, at));
        if (st != CX_OK) return cx__nil(st);
    }
    return cx__send(&r->site, rows);
}

/* ---- one trial */
static const cx_array *losses(const ransac *r, const cx_array *predicted)
{
    static cx__held absolute = CX__HELD("y, p: abs(y - p)"),
                    square = CX__HELD("y, p: e = y - p; e * e");
    const cx_array *each =
        cx__held_run("fit", r->squared ? &square : &absolute, CX_ARRAYS(r->data->y, predicted));
    return cx_ndim(each) == 2 ? cx_sum(each, CX_AXIS(1)) : each;
}

/* Trials after which a subset of inliers was drawn with the probability wanted. */
static double trials_needed(const ransac *r)
{
    const double share = (double)r->inliers / (double)r->n,
                 miss = fmax(DBL_EPSILON, 1 - cx_param_f64(r->self, "stop_probability")),
                 bad = fmax(DBL_EPSILON, 1 - pow(share, (double)r->subset));
    if (miss == 1) return 0;
    return bad == 1 ? INFINITY : fabs(ceil(log(miss) / log(bad)));
}

static cx_data part_of(const ransac *r, const cx_array *rows)
{
    return cx_data_take(
        &(const cx_data){.x = r->data->x, .y = r->data->y, .sample_weight = r->data->sample_weight},
        rows);
}

/* *better: its inliers are the best, and keep is their mask and places. */
static cx_status trial(ransac *r, bool *better, cx_array **mask, cx_array **rows)
{
    *better = false;
    const cx_data subset = part_of(r, draw_rows(r));
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_fit("fit", r->model, &subset, false));
    const cx_array *predicted =
        cx__estimator_call("fit", r->model, CX_PREDICT, &(const cx_data){.x = r->data->x});
    *mask = cx_less_equal(losses(r, predicted), cx_float(r->threshold));
    const int64_t count = cx__number_i64(cx_count_nonzero(*mask, CX_ALL));
    CX__TRY(cx__so_far());
    if (count < r->inliers) {
        r->skipped++;
        return CX_OK;
    }
    *rows = cx_flatnonzero(*mask);
    cx_data inside = part_of(r, *rows);
    inside.sample_weight = NULL;
    CX__TRY(cx__so_far());
    const double score = count > 0 ? cx__estimator_score("fit", r->model, &inside) : (double)NAN;
    CX__TRY(cx__so_far());
    if (count == r->inliers && score < r->score) return CX_OK;
    *better = true;
    r->inliers = count;
    r->score = score;
    return CX_OK;
}

static cx_status search(ransac *r)
{
    double most = cx_param_f64(r->self, "max_trials");
    const double skips = cx_param_f64(r->self, "max_skips"),
                 enough = cx_param_f64(r->self, "stop_n_inliers"),
                 high = cx_param_f64(r->self, "stop_score");
    r->inliers = 1;
    r->score = -INFINITY;
    while ((double)r->trials < most) {
        r->trials++;
        if ((double)r->skipped > skips) break;
        CX__TRY(cx_self_progress(r->self, r->trials, isfinite(most) ? (int64_t)most : 0));
        const cx_scope inner = cx_scope_open();
        bool better = false;
        cx_array *mask = NULL, *rows = NULL;
        cx_check(trial(r, &better, &mask, &rows));
        if (better && cx_ok()) {
            r->mask = cx_scope_keep(inner, mask);
            r->rows = cx_scope_keep(inner, rows);
        }
        CX__TRY(cx_scope_close(inner));
        if (!better) continue;
        most = fmin(most, trials_needed(r));
        if ((double)r->inliers >= enough || r->score >= high) break;
    }
    if (r->mask == NULL)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "RANSACRegressor: no subset of %lld trials (%lld skipped) found inliers; "
                        "is residual_threshold=%g too small?",
                        (long long)r->trials, (long long)r->skipped, r->threshold);
    if ((double)r->skipped > skips)
        cx__warn(CX_E_CONVERGENCE, "RANSACRegressor: stopped early, more than max_skips subsets "
                                   "were skipped");
    return CX_OK;
}

/* ---- fitting */
static cx_status choose(ransac *r)
{
    const bool none = cx_param_is_none(r->self, "estimator");
    r->model =
        none ? cx_estimator_new("LinearRegression()") : cx_param_estimator(r->self, "estimator");
    CX__TRY(cx__so_far());
    if (cx_estimator_kind_of(r->model) != CX_REGRESSOR)
        return cx__fail(CX_E_ARGUMENT, "fit", "RANSACRegressor: %s is no regressor",
                        cx_estimator_name(r->model));
    if (cx_param_is_none(r->self, "min_samples")) {
        if (strcmp(cx_estimator_name(r->model), "LinearRegression") != 0)
            return cx__fail(CX_E_ARGUMENT, "fit", "RANSACRegressor: %s needs min_samples",
                            cx_estimator_name(r->model));
        r->subset = cx_dim(r->data->x, 1) + 1;
    } else {
        const double given = cx_param_f64(r->self, "min_samples");
        const bool share = given > 0 && given < 1;
        if (!share && (given < 1 || given != floor(given)))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "RANSACRegressor: min_samples=%g is no share in (0, 1) and no number "
                            "of rows",
                            given);
        r->subset = (int64_t)(share ? ceil(given * (double)r->n) : given);
    }
    if (r->subset > r->n)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "RANSACRegressor: min_samples is %lld, but there are %lld rows",
                        (long long)r->subset, (long long)r->n);
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    ransac r = {.self = self, .data = data, .n = cx_dim(data->x, 0)};
    CX__TRY(cx__site_of("fit", data->x, &r.site));
    CX__TRY(choose(&r));
    r.squared = strcmp(cx_param_str(self, "loss"), "squared_error") == 0;
    if (cx_param_is_none(self, "residual_threshold")) {
        const cx_array *off = cx_abs(cx_sub(data->y, cx_median(data->y, CX_ALL)));
        r.threshold = cx__number_f64(cx_median(off, CX_ALL));
    } else {
        r.threshold = cx_param_f64(self, "residual_threshold");
    }
    r.g = cx_random_state(cx_param_is_none(self, "random_state")
                              ? CX_ENTROPY
                              : CX_SEED(cx_param_i64(self, "random_state")),
                          CX_CPU);
    CX__TRY(cx__so_far());
    CX__TRY(search(&r));
    const cx_data inside = part_of(&r, r.rows);
    CX__TRY(cx__so_far());
    CX__TRY(cx__estimator_fit("fit", r.model, &inside, false));
    CX__TRY(cx_self_set_child(self, "estimator_", r.model));
    CX__TRY(cx_self_set_i64(self, N_TRIALS, r.trials));
    CX__TRY(cx_self_set(self, INLIERS, r.mask));
    CX__TRY(cx_self_set_i64(self, NO_INLIERS, r.skipped));
    CX__TRY(cx_self_set_i64(self, INVALID_DATA, 0));
    return cx_self_set_i64(self, INVALID_MODEL, 0);
}

/* ---- predicting: what the fitted estimator says */
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__estimator_call("predict", cx_self_child(self, "estimator_"), CX_PREDICT,
                              &(const cx_data){.x = x});
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    cx__ready *inner = cx_plan_alloc(p, sizeof *inner);
    if (inner == NULL) return CX_E_NOMEM;
    CX__TRY(cx__plan_make("session_new", cx_self_child(self, "estimator_"), p->method, p->max_rows,
                          p->cols_in, inner));
    cx__plan_adopt(p, inner);
    p->cols_out = inner->plan.cols_out;
    p->state = inner;
    return CX_OK;
}

static cx_status predict_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const cx__ready *inner = p->state;
    return inner->run(&inner->plan, x, rows, out);
}

static cx_status check(const cx_estimator *self)
{
    const cx_estimator *m = cx_self_child(self, "estimator_");
    if (cx_estimator_status(m) == CX_OK && cx_is_fitted(m) &&
        cx_estimator_kind_of(m) == CX_REGRESSOR)
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "RANSACRegressor: no fitted regressor in it");
}

const cx_estimator_class cx__class_ransac_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RANSACRegressor",
    .doc = "A regression fitted to the inliers on which random subsets agree.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .check = check,
    .plan = plan,
    .predict_into = predict_into,
};
