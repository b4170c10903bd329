/* Lars and LassoLars: least angle regression with its attributes, and the fits that LarsCV,
 * LassoLarsCV end with. The path itself is serial/lars_path.c. */
#include "learn/linear_model/lars.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/random.h>
#include <string.h>

static const char *const attrs[] = {CX__LARS_ATTRS, NULL};

#define COMMON(steps, range)                                                              \
    CX__LARS_INTERCEPT, CX__LARS_VERBOSE, CX__LARS_PRECOMPUTE,                            \
        {steps, CX_PARAM_INT, "500", range, "most steps"}, CX__LARS_EPS, CX__LARS_COPY_X, \
    {                                                                                     \
        "fit_path", CX_PARAM_BOOL, "True", NULL,                                          \
            "keep active_ and coef_path_, and all of alphas_; for a single target only"   \
    }
#define NOISE                                                                    \
    {"jitter", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",               \
     "add uniform noise below it to y"},                                         \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of jitter; None: the system's entropy"                         \
    }

static const cx_param params[] = {COMMON("n_nonzero_coefs", "[1, inf)"), NOISE, {.name = NULL}};
static const cx_param lasso_params[] = {
    {"alpha", CX_PARAM_FLOAT, "1.0", "[0, inf)", "strength of the penalty: where the path ends"},
    COMMON("max_iter", "[0, inf)"),
    CX__LARS_POSITIVE,
    NOISE,
    {.name = NULL}};

bool cx__lars_products(const cx_estimator *self, int64_t n, int64_t d, int64_t t)
{
    if (cx_param_is_str(self, "precompute")) return n > d || t > 1;
    return !cx_param_is_none(self, "precompute") && cx_param_bool(self, "precompute");
}

static cx_status store_path(cx_estimator *self, const cx__lars *p, const cx__site *s, bool whole,
                            cx_dtype t)
{
    const int64_t rows = p->steps + 1, d = p->m->d;
    CX__TRY(cx__store_host(self, s, CX__LARS_ALPHAS, p->alpha + (whole ? 0 : p->steps),
                           whole ? rows : 1, t));
    if (!whole) return CX_OK;
    CX__TRY(cx__store_host(self, s, CX__LARS_ACTIVE, p->order, p->active, CX_I64));
    const cx_array *coefs = cx_transpose(cx_copy_host(p->coef, CX_SHAPE(rows, d), CX_F64));
    return cx__store(self, CX__LARS_PATH, cx__send(s, coefs), t);
}

static cx_status one_target(cx_estimator *self, const cx__regression *r, cx__lars *p, double *coef,
                            double *steps, bool whole, cx_dtype t)
{
    const int64_t d = p->m->d;
    CX__TRY(cx__lars_walk(p));
    cx__lars_warn(p, self->cls->name);
    memcpy(coef, p->coef + p->steps * d, (size_t)d * sizeof *coef);
    *steps = (double)p->steps;
    return r->t == 1 ? store_path(self, p, &r->site, whole, t) : CX_OK;
}

cx_status cx__lars_fit(cx_estimator *self, const cx__regression *r, const cx__lars *as, bool whole,
                       cx_dtype t)
{
    double *coef = cx__host_f64(r->t, r->d), *steps = cx__host_f64(r->t, -1);
    CX__TRY(cx__so_far());
    for (int64_t k = 0; k < r->t; k++) {
        cx__lars p = *as;
        p.k = k;
        const cx_status st = one_target(self, r, &p, coef + k * r->d, steps + k, whole, t);
        cx__lars_free(&p);
        CX__TRY(st);
    }
    CX__TRY(cx__store_host(self, &r->site, CX__LARS_N_ITER, steps, r->t == 1 ? -1 : r->t, CX_I64));
    return cx__normal_store(self, r, coef, t);
}

static cx_status jitter(const cx_estimator *self, cx_data *data)
{
    if (cx_param_is_none(self, "jitter")) return CX_OK;
    const bool entropy = cx_param_is_none(self, "random_state");
    cx_generator *g =
        cx_random_state((cx_maybe_i64){!entropy, entropy ? 0 : cx_param_i64(self, "random_state")},
                        cx_device_of(data->x));
    if (cx_ndim(data->y) != 1)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: jitter is for a single target", self->cls->name);
    data->y = cx_add(
        data->y, cx_rng_uniform(g, 0, cx_param_f64(self, "jitter"), CX_SHAPE(cx_dim(data->y, 0))));
    return cx__so_far();
}

static cx_status fit_path(cx_estimator *self, const cx_data *given, cx__lars *as)
{
    cx_data data = *given;
    cx__regression r;
    cx__normal m;
    CX__TRY(jitter(self, &data));
    CX__TRY(cx__regression_make(&data, cx_param_bool(self, "fit_intercept"), &r));
    r.flat = r.t == 1;
    CX__TRY(cx__normal_make(
        &r, cx__lars_products(self, r.n, r.d, r.t) ? CX__NORMAL_PRODUCTS : CX__NORMAL_COLUMNS, &m));
    as->m = &m;
    as->eps = cx_param_f64(self, "eps");
    return cx__lars_fit(self, &r, as, cx_param_bool(self, "fit_path"), cx__float_like(given->x));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__lars as = {.most = cx_param_i64(self, "n_nonzero_coefs")};
    return fit_path(self, data, &as);
}

static cx_status fit_lasso(cx_estimator *self, const cx_data *data)
{
    cx__lars as = {.most = cx_param_i64(self, "max_iter"),
                   .lasso = true,
                   .positive = cx_param_bool(self, "positive"),
                   .least_alpha = cx_param_f64(self, "alpha")};
    return fit_path(self, data, &as);
}

const cx_estimator_class cx__class_lars = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Lars",
    .doc = "Least angle regression.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
const cx_estimator_class cx__class_lasso_lars = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LassoLars",
    .doc = "The Lasso by least angle regression.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = lasso_params,
    .attrs = attrs,
    .fit = fit_lasso,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
