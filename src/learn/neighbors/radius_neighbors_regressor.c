/* RadiusNeighborsRegressor: the mean over all training rows within a radius. */
#include "learn/neighbors/means.h"
#include "ops/primitives.h"
#include <calx/reduce.h>

static const char *const attrs[] = {CX__MEANS_ATTRS, NULL};

static const cx_param params[] = {
    CX__NEAR_RADIUS, CX__NEAR_WEIGHTS,       CX__NEAR_ALGORITHM, CX__NEAR_LEAF_SIZE, CX__NEAR_P,
    CX__NEAR_METRIC, CX__NEAR_METRIC_PARAMS, CX__NEAR_JOBS,      {.name = NULL},
};

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    static cx__held alone = CX__HELD("count: any(count == 0)");
    cx__lists l;
    if (cx_check(cx__lists_radius("predict", self, x, &l)) != CX_OK) return NULL;
    if (cx__number_i64(cx__held_run("predict", &alone, CX_ARRAYS(l.count))) != 0)
        cx__warn(CX_E_ARGUMENT, "RadiusNeighborsRegressor: rows without a neighbour within "
                                "radius become NaN");
    return cx__lists_mean(&l, cx_self(self, CX__MEANS_Y));
}

const cx_estimator_class cx__class_radius_neighbors_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RadiusNeighborsRegressor",
    .doc = "The mean over the training rows within a radius.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = cx__means_fit,
    .predict = predict,
    .check = cx__means_check,
};
