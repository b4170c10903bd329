/* DummyRegressor: one number for each target, whatever x is. */
#include "learn/base/estimator.h"
#include "learn/dummy/constant.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <float.h>
#include <string.h>

enum { CONSTANT, OUTPUTS };
static const char *const attrs[] = {"constant_: float [1, t]", "n_outputs_: int []", NULL};

static const cx_param params[] = {
    {"strategy", CX_PARAM_STR, "'mean'", "{'mean', 'median', 'quantile', 'constant'}",
     "which number of each target is predicted"},
    {"constant", CX_PARAM_FLOAT | CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "what strategy='constant' predicts; a list: one number per target"},
    {"quantile", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, 1]", "for strategy='quantile'"},
    {.name = NULL},
};

/* Inverse of the weighted distribution at q: for each column of y [n, t] the first value at which
 * the weights so far reach that share, passing over leading weights of 0. */
static cx_array *weighted_quantile(const cx_array *y, const cx_array *w, double q)
{
    const int64_t t = cx_dim(y, 1), last = cx_dim(y, 0) - 1;
    cx_array *const out = cx_empty(CX_SHAPE(t), CX_F64, cx_device_of(y));
    static cx__held level = CX__HELD("all, q, tiny: maximum(all * q, tiny)");
    for (int64_t c = 0; c < t && cx_ok(); c++) {
        const cx_array *const v = cx_select(y, 1, c), *const order = cx_argsort(v, -1),
                              *const running = cx_cumsum(cx_take(w, order, 0), 0);
        const cx_array *const at = cx_expand_dims(
            cx__held_run("fit", &level,
                         CX_ARRAYS(cx_select(running, 0, last), cx_float(q), cx_float(5e-324))),
            0);
        const cx_array *const place =
            cx_minimum(cx_searchsorted(running, at, CX_LEFT), cx_int(last));
        (void)cx_check(
            cx_copy_into(cx_take(v, cx_take(order, place, 0), 0), cx_slice(out, 0, c, c + 1, 1)));
    }
    return out;
}

/* The number of each target [t]. */
static cx_status choose(const cx__site *s, const cx_estimator *self, const cx_array *y,
                        const cx_array *w, cx_array **out)
{
    const char *const strategy = cx_param_str(self, "strategy");
    const int64_t t = cx_dim(y, 1);
    if (strcmp(strategy, "mean") == 0) return cx__column_means(s, y, w, out, NULL);
    if (strcmp(strategy, "constant") == 0) {
        if (cx_param_is_none(self, "constant"))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "DummyRegressor(strategy='constant') needs the parameter constant");
        const cx_array *const given = cx_param_array(self, "constant");
        const double *const v = cx_data_f64(given);
        if (!v) return cx__last_status();
        if (cx_size(given) != t)
            return cx__fail(CX_E_ARGUMENT, "fit", "DummyRegressor: %lld constants for %lld targets",
                            (long long)cx_size(given), (long long)t);
        *out = cx__given(s, v, t, CX_F64);
        return cx__so_far();
    }
    const bool median = strcmp(strategy, "median") == 0;
    if (!median && cx_param_is_none(self, "quantile"))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "DummyRegressor(strategy='quantile') needs the parameter quantile");
    const double q = median ? 0.5 : cx_param_f64(self, "quantile");
    if (w)
        *out = weighted_quantile(y, w, q);
    else
        *out = median ? cx_median(y, CX_AXIS(0)) : cx_quantile(y, cx_float(q), CX_AXIS(0));
    return cx__so_far();
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const int64_t n = cx_dim(data->y, 0), t = cx_ndim(data->y) == 2 ? cx_dim(data->y, 1) : 1;
    const cx_array *const y = cx_reshape(cx__f64(&s, data->y), CX_SHAPE(n, t)),
                          *const w = data->sample_weight ? cx__f64(&s, data->sample_weight) : NULL;
    CX__TRY(cx__so_far());
    cx_array *constant = NULL;
    CX__TRY(choose(&s, self, y, w, &constant));
    CX__TRY(cx_self_set_i64(self, OUTPUTS, t));
    return cx__store(self, CONSTANT, cx_reshape(constant, CX_SHAPE(1, t)), CX_F64);
}

/* One target: predictions are [n], as scikit-learn flattens them. */
static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_array *row = cx_select(cx_self(self, CONSTANT), 0, 0);
    if (cx_size(row) == 1) row = cx_select(row, 0, 0);
    return cx__constant_rows(row, cx_dim(x, 0));
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__constant_plan(p, cx_self(self, CONSTANT));
}

const cx_estimator_class cx__class_dummy_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "DummyRegressor",
    .doc = "One number for each target, whatever the data is.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_F64,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .plan = plan,
    .predict_into = cx__constant_into,
};
