/* LassoLarsIC: the Lasso's path by least angle regression, and the point on it that Akaike's or
 * Bayes' information criterion chooses.
 *
 * One idea: the criterion weighs the squared residuals of each point of the path against how many
 * coefficients it has. Source: Zou, Hastie, Tibshirani, Ann. Statist. 35 (2007). */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/lars.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { ALPHA = CX__LINEAR_SLOTS, ALPHAS, CRITERION, NOISE, N_ITER };
static const char *const attrs[] = {
    "coef_: float [n]",      "intercept_: float []",      "alpha_: float []", "alphas_: float [m]",
    "criterion_: float [m]", "noise_variance_: float []", "n_iter_: int []",  NULL};

static const cx_param params[] = {
    {"criterion", CX_PARAM_STR, "'aic'", "{'aic', 'bic'}", "Akaike's or Bayes' criterion"},
    CX__LARS_INTERCEPT,
    CX__LARS_VERBOSE,
    CX__LARS_PRECOMPUTE,
    CX__LARS_MAX_ITER,
    CX__LARS_EPS,
    CX__LARS_COPY_X,
    CX__LARS_POSITIVE,
    {"noise_variance", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "variance of the noise; None: that of the residuals of least squares"},
    {.name = NULL}};

static cx_array *square_sum(const cx_array *y, const cx_array *p)
{
    static cx__held squares = CX__HELD("y, p: e = y - p; sum(e * e, axis=0)");
    return cx__held_run("fit", &squares, CX_ARRAYS(y, p));
}

/* Variance of the residuals of least squares on the centred data. */
static cx_status estimate_noise(const cx_estimator *self, const cx__regression *r, double *out)
{
    const bool intercept = cx_param_bool(self, "fit_intercept");
    const int64_t left = r->n - r->d - intercept;
    if (left <= 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: %lld rows are too few for %lld columns to estimate the noise; give "
                        "noise_variance",
                        self->cls->name, (long long)r->n, (long long)r->d);
    cx_estimator *m = cx_estimator_new(cx_param_bool(self, "positive")
                                           ? "LinearRegression(fit_intercept=False, positive=True)"
                                           : "LinearRegression(fit_intercept=False)");
    CX__TRY(cx_estimator_status(m));
    const cx_data data = {.x = r->x, .y = r->y};
    CX__TRY(cx__estimator_fit("fit", m, &data, false));
    const cx_array *p = cx__estimator_call("fit", m, CX_PREDICT, &data);
    *out = cx__number_f64(cx_sum(square_sum(r->y, p), CX_ALL)) / (double)left;
    return cx__so_far();
}

enum { POINTS = 64 /* of a path whose residuals are made at once */ };

/* Squared residuals [count] of a path's coefficients [count, d]. */
static cx_status residuals(const cx__regression *r, const double *coef, int64_t count, double *out)
{
    for (int64_t i = 0; i < count; i += POINTS) {
        const int64_t some = count - i < POINTS ? count - i : POINTS;
        const cx_scope s = cx_scope_open();
        const cx_array *w =
            cx__send(&r->site, cx_copy_host(coef + i * r->d, CX_SHAPE(some, r->d), CX_F64));
        const cx_array *sums =
            cx__fetch(&r->site, square_sum(r->y, cx_matmul(r->x, cx_transpose(w))));
        const double *v = cx_data_f64(sums);
        if (v != NULL) memcpy(out + i, v, (size_t)some * sizeof *v);
        CX__TRY(cx_scope_close(s));
    }
    return CX_OK;
}

/* The criterion of every point instead of its squared residuals; the place of the least. */
static int64_t judge(const cx_estimator *self, const cx__lars *p, double noise, double *v)
{
    const double n = (double)p->m->n, two_pi = 6.283185307179586,
                 price = strcmp(cx_param_str(self, "criterion"), "aic") == 0 ? 2 : log(n);
    int64_t best = 0;
    for (int64_t i = 0; i <= p->steps; i++) {
        const double *coef = p->coef + i * p->m->d;
        int64_t freedom = 0;
        for (int64_t j = 0; j < p->m->d; j++) freedom += fabs(coef[j]) > DBL_EPSILON;
        v[i] = n * log(two_pi * noise) + v[i] / noise + price * (double)freedom;
        if (v[i] < v[best] || (isnan(v[i]) && !isnan(v[best]))) best = i;
    }
    return best;
}

static cx_status choose(cx_estimator *self, const cx__regression *r, const cx__lars *p, cx_dtype t)
{
    const int64_t count = p->steps + 1;
    double *v = cx__host_f64(count, -1), noise = 0, steps = (double)p->steps;
    CX__TRY(cx__so_far());
    CX__TRY(residuals(r, p->coef, count, v));
    if (cx_param_is_none(self, "noise_variance"))
        CX__TRY(estimate_noise(self, r, &noise));
    else
        noise = cx_param_f64(self, "noise_variance");
    const int64_t best = judge(self, p, noise, v);
    const cx__site *s = &r->site;
    CX__TRY(cx__store_host(self, s, ALPHA, p->alpha + best, -1, t));
    CX__TRY(cx__store_host(self, s, ALPHAS, p->alpha, count, t));
    CX__TRY(cx__store_host(self, s, CRITERION, v, count, CX_F64));
    CX__TRY(cx__store_host(self, s, NOISE, &noise, -1, CX_F64));
    CX__TRY(cx__store_host(self, s, N_ITER, &steps, -1, CX_I64));
    return cx__normal_store(self, r, p->coef + best * r->d, t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx_data one = *data;
    cx__regression r;
    cx__normal m;
    CX__TRY(cx__single_target(self, &one));
    CX__TRY(cx__regression_make(&one, cx_param_bool(self, "fit_intercept"), &r));
    const bool products = cx__lars_products(self, r.n, r.d, 1);
    CX__TRY(cx__normal_make(&r, products ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    cx__lars p = {.m = &m,
                  .most = cx_param_i64(self, "max_iter"),
                  .eps = cx_param_f64(self, "eps"),
                  .lasso = true,
                  .positive = cx_param_bool(self, "positive")};
    cx_status st = cx__lars_walk(&p);
    if (st == CX_OK) {
        cx__lars_warn(&p, self->cls->name);
        st = choose(self, &r, &p, cx__float_like(data->x));
    }
    cx__lars_free(&p);
    return st;
}

const cx_estimator_class cx__class_lasso_lars_ic = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LassoLarsIC",
    .doc = "The Lasso by least angle regression, chosen by an information criterion.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
