/* Lasso and ElasticNet: least squares with an L1 and an L2 penalty, by coordinate descent.
 *
 * One idea: where there are more rows than columns the sweeps run over the products of the columns,
 * which cost one pass over the data; they and the data they do not fit are on the host. Weights
 * scale the penalty, so that weighting a row by 2 is repeating it. */
#include "learn/linear_model/elastic.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/serial/tall.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/random.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

static const char *const attrs[] = {CX__ELASTIC_ATTRS, NULL};

#define PRECOMPUTE                                                                                \
    {                                                                                             \
        "precompute", CX_PARAM_BOOL, "False", NULL,                                               \
            "True: always by products of the columns, which are made here (never given); False: " \
            "by what is faster (iterations are the same)"                                         \
    }
static const cx_param lasso_params[] = {
    CX__ELASTIC_ALPHA,      CX__ELASTIC_INTERCEPT, PRECOMPUTE,
    CX__ELASTIC_COPY_X,     CX__ELASTIC_MAX_ITER,  CX__ELASTIC_TOL,
    CX__ELASTIC_WARM_START, CX__ELASTIC_POSITIVE,  CX__ELASTIC_RANDOM_STATE,
    CX__ELASTIC_SELECTION,  {.name = NULL}};
static const cx_param elastic_params[] = {
    CX__ELASTIC_ALPHA,    CX__ELASTIC_RATIO,        CX__ELASTIC_INTERCEPT, PRECOMPUTE,
    CX__ELASTIC_MAX_ITER, CX__ELASTIC_COPY_X,       CX__ELASTIC_TOL,       CX__ELASTIC_WARM_START,
    CX__ELASTIC_POSITIVE, CX__ELASTIC_RANDOM_STATE, CX__ELASTIC_SELECTION, {.name = NULL}};

cx__descent cx__elastic_descent(const cx_estimator *self, const cx__normal *m, int64_t k)
{
    const bool constrained = cx__class_param(self->cls, "positive", 8) >= 0;
    return (cx__descent){.n = m->n,
                         .d = m->d,
                         .t = 1,
                         .gram = m->gram,
                         .cross = m->cross + k * m->d,
                         .yy = m->yy[k],
                         .columns = m->columns,
                         .y = m->y != NULL ? m->y + k * m->n : NULL,
                         .square = m->square,
                         .positive = constrained && cx_param_bool(self, "positive"),
                         .random = strcmp(cx_param_str(self, "selection"), "random") == 0,
                         .max_iter = cx_param_i64(self, "max_iter"),
                         .tol = cx_param_f64(self, "tol")};
}

cx__descent cx__elastic_joint(const cx_estimator *self, const cx__normal *m)
{
    cx__descent p = cx__elastic_descent(self, m, 0);
    p.t = m->t;
    for (int64_t k = 1; k < m->t; k++) p.yy += m->yy[k];
    return p;
}

cx_status cx__elastic_seeds(const cx_estimator *self, int64_t n, uint32_t *out)
{
    for (int64_t i = 0; i < n; i++) out[i] = 0;
    if (strcmp(cx_param_str(self, "selection"), "random") != 0) return CX_OK;
    const bool entropy = cx_param_is_none(self, "random_state");
    cx_generator *g = cx_random_state(
        (cx_maybe_i64){!entropy, entropy ? 0 : cx_param_i64(self, "random_state")}, CX_CPU);
    const cx_array *drawn = cx_rng_integers(g, 0, INT32_MAX, CX_SHAPE(n), CX_I64);
    CX__TRY(cx__so_far());
    const int64_t *v = cx_data_i64(drawn);
    if (v == NULL) return cx__last_status();
    for (int64_t i = 0; i < n; i++) out[i] = (uint32_t)v[i];
    return CX_OK;
}

cx_status cx__elastic_mass(const cx_data *data, double *out)
{
    *out = (double)cx_dim(data->x, 0);
    if (data->sample_weight != NULL) *out = cx__number_f64(cx_sum(data->sample_weight, CX_ALL));
    CX__TRY(cx__so_far());
    if (*out > 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "the sum of sample_weight is not above 0");
}

static void warn_unfinished(const cx_estimator *self, const cx__descent_end *end)
{
    cx__warn(CX_E_CONVERGENCE,
             "%s: coordinate descent stopped after %lld sweeps with a duality gap of %.3g, above "
             "tol's %.3g; raise max_iter, scale the columns, or penalise more",
             self->cls->name, (long long)end->sweeps, end->gap, end->limit);
}

cx_status cx__elastic_ended(const cx_estimator *self, const cx__descent_end *end,
                            const double *coef, int64_t n)
{
    if (!end->converged) warn_unfinished(self, end);
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(coef[i]))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "%s: coefficients grew beyond all numbers; scale the data",
                            self->cls->name);
    return CX_OK;
}

cx_status cx__elastic_start(const cx_estimator *self, const cx__regression *r, double **out)
{
    const bool goes_on =
        cx__class_param(self->cls, "warm_start", 10) >= 0 && cx_param_bool(self, "warm_start");
    const cx_array *before = goes_on ? cx_self_before(self, CX__LINEAR_COEF) : NULL;
    *out = cx__host_f64(r->t, r->d);
    CX__TRY(cx__so_far());
    if (before == NULL || cx_size(before) != r->t * r->d) return CX_OK;
    const cx_array *there = cx__fetch(&r->site, cx_astype(before, CX_F64));
    CX__TRY(cx__so_far());
    const double *v = cx_data_f64(there);
    if (v == NULL) return cx__last_status();
    memcpy(*out, v, (size_t)(r->t * r->d) * sizeof *v);
    return CX_OK;
}

/* Columns up to which products of all of them cost less than the sweeps they save. */
enum { MOST_PRODUCTS = 2000 };

cx__normal_form cx__elastic_form(const cx__regression *r)
{
    return r->n > r->d && r->d <= MOST_PRODUCTS ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS;
}

cx_status cx__elastic_fit(cx_estimator *self, const cx__regression *r, const cx__normal *m,
                          struct cx__tall *tall, double mass, double alpha, double l1_ratio,
                          cx_dtype t)
{
    double *coef, *gap = cx__host_f64(m->t, -1), *sweeps = cx__host_f64(m->t, -1);
    uint32_t seed = 0;
    CX__TRY(cx__elastic_seeds(self, 1, &seed));
    CX__TRY(cx__elastic_start(self, r, &coef));
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < m->t; k++) {
        cx__descent p = cx__elastic_descent(self, m, k);
        if (tall != NULL) {
            p.need = cx__tall_need;
            p.have = tall->have;
            p.ctx = tall;
        }
        double *scratch = cx__host_f64(cx__descent_scratch(&p), -1);
        CX__TRY(cx__so_far());
        cx__descent_end end;
        CX__TRY(cx__descend(&p, alpha * l1_ratio * mass, alpha * (1 - l1_ratio) * mass, seed,
                            coef + k * m->d, scratch, &end));
        CX__TRY(cx__elastic_ended(self, &end, coef + k * m->d, m->d));
        gap[k] = end.gap / mass;
        sweeps[k] = (double)end.sweeps;
    }
    const int64_t shape = m->t == 1 ? -1 : m->t;
    CX__TRY(cx__normal_store(self, r, coef, t));
    CX__TRY(cx__store_host(self, &r->site, CX__ELASTIC_GAP, gap, shape, t));
    return cx__store_host(self, &r->site, CX__ELASTIC_N_ITER, sweeps, shape, CX_I64);
}

static cx_status fit_ratio(cx_estimator *self, const cx_data *data, double l1_ratio)
{
    const double alpha = cx_param_f64(self, "alpha");
    if (alpha == 0)
        cx__warn(CX_E_ARGUMENT,
                 "%s: with alpha=0 coordinate descent converges badly; use LinearRegression",
                 self->cls->name);
    const bool intercept = cx_param_bool(self, "fit_intercept"),
               asked = cx_param_bool(self, "precompute");
    const cx_dtype t = cx__float_like(data->x);
    double mass;
    cx__regression r;
    cx__normal m;
    cx__tall tall;
    bool use = false;
    CX__TRY(cx__elastic_mass(data, &mass));
    if (!asked) CX__TRY(cx__tall_make(data, intercept, &tall, &use));
    if (use) {
        tall.r.flat = tall.r.t == 1;
        return cx__elastic_fit(self, &tall.r, &tall.m, &tall, mass, alpha, l1_ratio, t);
    }
    CX__TRY(cx__regression_make(data, intercept, &r));
    r.flat = r.t == 1;
    CX__TRY(cx__normal_make(&r, asked ? CX__NORMAL_PRODUCTS : cx__elastic_form(&r), &m));
    return cx__elastic_fit(self, &r, &m, NULL, mass, alpha, l1_ratio, t);
}

static cx_status fit_lasso(cx_estimator *self, const cx_data *data)
{
    return fit_ratio(self, data, 1);
}

static cx_status fit_elastic(cx_estimator *self, const cx_data *data)
{
    return fit_ratio(self, data, cx_param_f64(self, "l1_ratio"));
}

const cx_estimator_class cx__class_lasso = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Lasso",
    .doc = "Least squares with an L1 penalty, by coordinate descent.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = lasso_params,
    .attrs = attrs,
    .fit = fit_lasso,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
const cx_estimator_class cx__class_elastic_net = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "ElasticNet",
    .doc = "Least squares with L1 and L2 penalties, by coordinate descent.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = elastic_params,
    .attrs = attrs,
    .fit = fit_elastic,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
