/* RegressorChain: a regressor for each column of y, in an order; each sees x and the columns of y
 * before it. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/model_selection/model_selection.h"
#include "learn/multioutput/chain.h"

static const char *const attrs[] = {"order_: int [t]", NULL};

static const cx_param params[] = {
    {"estimator", CX_PARAM_ESTIMATOR, NULL, NULL, "what is fitted for each column of y"},
    CX__CHAIN_ORDER,
    {"cv", CX__CV_KINDS, "None", "int [2, inf)",
     "None: true columns of y go on in fit; folds: predictions of rows that were left out"},
    CX__CHAIN_RANDOM_STATE,
    CX__CHAIN_VERBOSE,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    if (cx_ndim(data->y) != 2)
        return cx__fail(CX_E_SHAPE, "fit", "%s needs y with two dimensions [samples, outputs]",
                        self->cls->name);
    return cx__chain_fit(self, data, CX_PREDICT);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    return cx__chain_ask(self, "predict", CX_PREDICT, CX_PREDICT, x, CX_F64);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__chain_plan(self, CX_PREDICT, p);
}

const cx_estimator_class cx__class_regressor_chain = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RegressorChain",
    .doc = "A regressor for each column of y, which sees the columns before it.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .check = cx__chain_check,
    .plan = plan,
    .predict_into = cx__chain_into,
};
