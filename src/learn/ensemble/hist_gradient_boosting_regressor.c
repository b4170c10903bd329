/* HistGradientBoostingRegressor: histogram boosting of numbers. */
#include "base/object.h"
#include "learn/ensemble/hist.h"
#include "learn/numeric/rows.h"
#include <calx/device.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

static const cx_param params[] = {
    {"loss", CX_PARAM_STR, "'squared_error'",
     "{'squared_error', 'absolute_error', 'gamma', 'poisson', 'quantile'}",
     "what the trees lessen; gamma and poisson predict by a logarithm's inverse"},
    {"quantile", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, 1]", "of loss='quantile'"},
    CX__HIST_PARAMS_LEARN,
    CX__HIST_PARAMS_STOP,
    {.name = NULL},
};
static const char *const attrs[] = {CX__HIST_ATTRS, NULL};

static cx__loss_kind loss_of(const cx_estimator *self)
{
    static const struct {
        const char *name;
        cx__loss_kind kind;
    } all[] = {{"squared_error", CX__LOSS_SQUARED},
               {"absolute_error", CX__LOSS_ABSOLUTE},
               {"gamma", CX__LOSS_GAMMA},
               {"poisson", CX__LOSS_POISSON}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(cx_param_str(self, "loss"), all[i].name) == 0) return all[i].kind;
    return CX__LOSS_PINBALL;
}

/* y that the loss has a logarithm for. */
static cx_status check_range(const cx_estimator *self, cx__loss_kind kind, const cx_array *y)
{
    if (kind != CX__LOSS_GAMMA && kind != CX__LOSS_POISSON) return CX_OK;
    const double least = cx__number_f64(cx_min(y, CX_ALL)), sum = cx__number_f64(cx_sum(y, CX_ALL));
    CX__TRY(cx__so_far());
    if (kind == CX__LOSS_GAMMA && !(least > 0))
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: loss='gamma' needs y above 0, not %g",
                        self->cls->name, least);
    if (kind == CX__LOSS_POISSON && !(least >= 0 && sum > 0))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: loss='poisson' needs y of at least 0 (not %g) and one above",
                        self->cls->name, least);
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", d->x, &s));
    cx__hist_target t = {.loss = {.kind = loss_of(self), .outputs = 1},
                         .y = cx__f64(&s, d->y),
                         .weight = d->sample_weight ? cx__f64(&s, d->sample_weight) : NULL};
    CX__TRY(cx__so_far());
    if (t.loss.kind == CX__LOSS_PINBALL) {
        if (cx_param_is_none(self, "quantile"))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: loss='quantile' needs quantile, not None",
                            self->cls->name);
        t.loss.quantile = cx_param_f64(self, "quantile");
    }
    CX__TRY(check_range(self, t.loss.kind, t.y));
    return cx__hist_fit(self, d, &t);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    if (cx_device_of(x).kind == CX_DEVICE_CPU)
        return cx__by_rows(self, CX_PREDICT, x, CX__ROWS_FLAT, CX_F64);
    return cx__hist_mean_of(self, cx__hist_raw(self, x));
}

const cx_estimator_class cx__class_hist_gradient_boosting_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "HistGradientBoostingRegressor",
    .doc = "Boosted regression trees over binned columns.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_ALLOW_NAN | CX_CLASS_NEEDS_Y | CX_CLASS_SINGLE_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .check = cx__hist_check,
    .plan = cx__hist_plan,
    .predict_into = cx__hist_mean_into,
};
