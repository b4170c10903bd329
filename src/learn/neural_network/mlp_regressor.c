/* MLPRegressor: numbers by a network, for squared errors or Poisson's deviance. */
#include "learn/neural_network/mlp.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include <calx/manipulate.h>
#include <calx/metrics_regression.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

enum { FLAT = CX__MLP_SLOTS };
static const char *const attrs[] = {CX__MLP_ATTRS, "flat_: bool []", NULL};
static const cx_param params[] = {
    {"loss", CX_PARAM_STR, "'squared_error'", "{'squared_error', 'poisson'}", "what is minimised"},
    CX__MLP_PARAMS,
    {.name = NULL}};

static cx__mlp_unit out_unit(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "loss"), "poisson") == 0 ? CX__MLP_EXP : CX__MLP_IDENTITY;
}

static cx_status score(const cx__mlp *net, const cx__mlp_rows *held, double *out)
{
    const cx_array *const p = cx__mlp_says(net, held->x);
    const cx_array *const good = cx_all(cx_isfinite(p), CX_ALL);
    const bool finite = cx__number_f64(good) != 0;
    CX__TRY(cx__so_far());
    *out = (double)NAN;
    if (finite)
        *out = cx_r2_score(held->y, p, CX_OPTS(cx_metric_opts, .sample_weight = held->weight));
    return cx__so_far();
}

static cx_status learn(cx_estimator *self, const cx_data *data, bool incremental)
{
    const bool flat = cx_ndim(data->y) == 1;
    const int64_t n = cx_dim(data->x, 0), outputs = flat ? 1 : cx_dim(data->y, 1);
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    cx__mlp_fit f = {.score = score, .incremental = incremental};
    CX__TRY(cx__mlp_shape(self, &s, cx_dim(data->x, 1), outputs, out_unit(self), &f.net));
    f.rows =
        (cx__mlp_rows){cx__f64(&s, data->x), cx_reshape(cx__f64(&s, data->y), CX_SHAPE(n, outputs)),
                       data->sample_weight ? cx__f64(&s, data->sample_weight) : NULL};
    CX__TRY(cx__so_far());
    if (f.net.out == CX__MLP_EXP && cx__number_f64(cx_min(f.rows.y, CX_ALL)) < 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "MLPRegressor(loss='poisson'): y is negative");
    CX__TRY(cx__mlp_learn(&f, self));
    return cx_self_set(self, FLAT, cx__sent(&s, cx_astype(cx_i64(flat), CX_BOOL)));
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return learn(self, data, false);
}
static cx_status partial_fit(cx_estimator *self, const cx_data *data)
{
    return learn(self, data, true);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx__mlp net;
    cx__site s;
    if (cx_check(cx__site_of("predict", x, &s)) != CX_OK ||
        cx_check(cx__mlp_recall(self, &s, out_unit(self), &net)) != CX_OK)
        return NULL;
    cx_array *const p = cx__mlp_says(&net, cx__f64(&s, x));
    const bool flat = cx__number_f64(cx_self(self, FLAT)) != 0;
    return flat && net.units[net.layers] == 1 ? cx_reshape(p, CX_SHAPE(cx_dim(x, 0))) : p;
}

const cx_estimator_class cx__class_mlp_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "MLPRegressor",
    .doc = "Regression by a multi-layer perceptron.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_F64,
    .positional = 3,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .check = cx__mlp_check,
};
