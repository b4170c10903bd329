/* LocalOutlierFactor: how much thinner a row's neighbourhood is than its neighbours' own.
 *
 * Means over neighbours are weighted counts of row numbers, added in order, so that a session's
 * loops give a batch's bits. */
#include "learn/neighbors/family.h"

#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <calx/statistics.h>
#include <math.h>

enum { FACTOR = CX__NEAR_SLOTS, K, OFFSET, LRD, REACH };
static const char *const attrs[] = {CX__NEAR_ATTRS,
                                    "negative_outlier_factor_: float [m]",
                                    "n_neighbors_: int []",
                                    "offset_: float []",
                                    "_lrd: float [m]",
                                    "_reach: float [m]",
                                    NULL};

static const cx_param params[] = {
    CX__NEAR_K("20"),
    CX__NEAR_ALGORITHM,
    CX__NEAR_LEAF_SIZE,
    CX__NEAR_METRIC,
    CX__NEAR_P,
    CX__NEAR_METRIC_PARAMS,
    {"contamination", CX_PARAM_STR | CX_PARAM_FLOAT, "'auto'", "{'auto'}, float (0, 0.5]",
     "share of the training rows that are outliers; 'auto': a factor above 1.5 is one"},
    {"novelty", CX_PARAM_BOOL, "False", NULL,
     "True: for other rows than those of fit, by predict; False: for those, by fit_predict"},
    CX__NEAR_JOBS,
    {.name = NULL},
};

/* ---- densities of rows [n] from their neighbours, index and distance [n, k] */
static cx_array *row_means(const cx__site *s, const cx_array *v)
{
    const int64_t n = cx_dim(v, 0), k = cx_dim(v, 1);
    const cx_array *const row = cx_repeat(cx_arange_i64(0, n, 1, CX_I64, s->device), k, 0);
    return cx_div(cx_bincount(row, cx_ravel(v), n), cx_float((double)k));
}

static cx_array *densities(const cx__site *s, const cx_array *index, const cx_array *distance,
                           const cx_array *reach)
{
    static cx__held far = CX__HELD("d, r: maximum(d, r)"), inverse = CX__HELD("m: 1 / (m + 1e-10)");
    const cx_array *const d =
        cx__held_run(s->where, &far, CX_ARRAYS(distance, cx_take(reach, index, 0)));
    return cx__held_run(s->where, &inverse, CX_ARRAYS(row_means(s, d)));
}

static cx_array *factors(const cx__site *s, const cx_array *index, const cx_array *lrd,
                         const cx_array *own)
{
    static cx__held ratio = CX__HELD("l, o: l / o");
    const cx_array *const r =
        cx__held_run(s->where, &ratio, CX_ARRAYS(cx_take(lrd, index, 0), cx_expand_dims(own, 1)));
    return cx_negative(row_means(s, r));
}

/* ---- fit */
static cx_status find_offset(cx_estimator *self, const cx_array *factor)
{
    if (cx_param_is_str(self, "contamination")) return cx_self_set_f64(self, OFFSET, -1.5);
    const double percent = 100 * cx_param_f64(self, "contamination");
    return cx_self_set(self, OFFSET, cx_percentile(factor, cx_float(percent), CX_ALL, NULL));
}

static int64_t count_of(const cx_estimator *self, int64_t m)
{
    const int64_t k = cx_param_i64(self, "n_neighbors"), most = m - 1 > 1 ? m - 1 : 1;
    if (k > m)
        cx__warn(CX_E_ARGUMENT,
                 "LocalOutlierFactor: n_neighbors=%lld is more than the %lld rows; %lld are used",
                 (long long)k, (long long)m, (long long)most);
    return k < most ? k : most;
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx__near *near;
    cx__site s;
    cx_array *index = NULL, *distance = NULL;
    const int64_t k = count_of(self, cx_dim(d->x, 0));
    CX__TRY(cx__near_store(self, d->x));
    CX__TRY(cx__site_of("fit", d->x, &s));
    CX__TRY(cx__near_of("fit", self, &near));
    const cx_status st = cx__near_k(near, NULL, k, &index, &distance);
    cx__near_close(near);
    CX__TRY(st);
    const cx_array *const reach = cx_copy(cx_select(distance, 1, k - 1)),
                          *const lrd = densities(&s, index, distance, reach),
                          *const factor = factors(&s, index, lrd, lrd);
    CX__TRY(cx_self_set(self, FACTOR, factor));
    CX__TRY(cx_self_set_i64(self, K, k));
    CX__TRY(cx_self_set(self, LRD, lrd));
    CX__TRY(cx_self_set(self, REACH, reach));
    if (!cx_param_bool(self, "novelty") && cx__number_f64(cx_min(factor, CX_ALL)) < -1e7)
        cx__warn(CX_E_ARGUMENT, "LocalOutlierFactor: rows that stand more often than n_neighbors "
                                "make factors that mean nothing; give a larger n_neighbors");
    return find_offset(self, factor);
}

static cx_array *sides(const cx_array *score, const cx_array *offset)
{
    static cx__held side = CX__HELD("s, o: where(s < o, -1, 1)");
    return cx_astype(cx__held_run("predict", &side, CX_ARRAYS(score, offset)), CX_I64);
}

static cx_array *fit_predict(cx_estimator *self, const cx_data *d)
{
    cx_status st = CX_OK;
    if (cx_param_bool(self, "novelty"))
        st = cx__fail(CX_E_UNSUPPORTED, "fit_predict",
                      "LocalOutlierFactor(novelty=True) is for other rows: fit, then predict");
    if (st == CX_OK) st = fit(self, d);
    if (cx_check(st) != CX_OK) return NULL;
    return sides(cx_self(self, FACTOR), cx_self(self, OFFSET));
}

/* ---- other rows */
static bool has(const cx_estimator *self, cx_method method)
{
    return (method == CX_PREDICT || method == CX_DECISION_FUNCTION ||
            method == CX_METHOD_SCORE_SAMPLES) &&
           cx_param_bool(self, "novelty");
}

static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    cx__near *near;
    cx__site s;
    cx_array *index = NULL, *distance = NULL;
    const int64_t k = cx__number_i64(cx_self(self, K));
    cx_status st = cx__site_of("score_samples", x, &s);
    if (st == CX_OK) st = cx__near_of("score_samples", self, &near);
    if (cx_check(st) != CX_OK) return NULL;
    st = cx__near_k(near, x, k, &index, &distance);
    cx__near_close(near);
    if (cx_check(st) != CX_OK) return NULL;
    const cx_array *const own = densities(&s, index, distance, cx_self(self, REACH));
    return factors(&s, index, cx_self(self, LRD), own);
}

static cx_array *decision_function(const cx_estimator *self, const cx_array *x)
{
    return cx_sub(score_samples(self, x), cx_self(self, OFFSET));
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return sides(decision_function(self, x), cx_float(0));
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__near_check(self));
    const int64_t k = cx__number_i64(cx_self(self, K)),
                  m = cx_dim(cx_self(self, CX__NEAR_FIT_X), 0);
    if (k >= 1 && k <= m) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: n_neighbors_ is %lld of %lld rows",
                    self->cls->name, (long long)k, (long long)m);
}

/* ---- sessions */
typedef struct lof_plan {
    cx_learn_neighbours find;
    const double *lrd, *reach;
    double offset;
} lof_plan;

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    lof_plan *const s = cx_plan_alloc(p, sizeof *s);
    if (s == NULL) return CX_E_NOMEM;
    p->state = s;
    p->cols_out = 1;
    if (p->method != CX_METHOD_SCORE_SAMPLES) s->offset = cx__number_f64(cx_self(self, OFFSET));
    CX__TRY(cx__near_plan(self, p, cx__number_i64(cx_self(self, K)), &s->find));
    CX__TRY(cx__plan_f64(p, cx_self(self, LRD), &s->lrd));
    return cx__plan_f64(p, cx_self(self, REACH), &s->reach);
}

static cx_status scores_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    const lof_plan *const s = p->state;
    const cx__site *const site = cx__plan_site(p);
    for (int64_t i = 0; i < rows; i++) {
        cx_learn_neighbours call = s->find;
        double sum = 0, ratio = 0;
        call.query = x + i * p->cols_in;
        CX__TRY(site->ops->neighbours(site->queue, &call));
        for (int64_t a = 0; a < call.k; a++)
            sum += fmax(cx__near_distance(call.p, call.rank[a]), s->reach[call.index[a]]);
        const double own = 1 / (sum / (double)call.k + 1e-10);
        for (int64_t a = 0; a < call.k; a++) ratio += s->lrd[call.index[a]] / own;
        out[i] = -(ratio / (double)call.k);
    }
    return CX_OK;
}

static cx_status decision_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(scores_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] -= ((const lof_plan *)p->state)->offset;
    return CX_OK;
}

static cx_status sides_into(const cx_plan *p, const double *x, int64_t rows, double *out)
{
    CX__TRY(decision_into(p, x, rows, out));
    for (int64_t i = 0; i < rows; i++) out[i] = out[i] < 0 ? -1 : 1;
    return CX_OK;
}

const cx_estimator_class cx__class_local_outlier_factor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LocalOutlierFactor",
    .doc = "Outliers: rows in thinner neighbourhoods than their neighbours'.",
    .kind = CX_OUTLIER_DETECTOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_predict = fit_predict,
    .predict = predict,
    .decision_function = decision_function,
    .score_samples = score_samples,
    .has = has,
    .check = check,
    .plan = plan,
    .predict_into = sides_into,
    .decision_into = decision_into,
    .score_samples_into = scores_into,
};
