/* KNeighborsTransformer and RadiusNeighborsTransformer: rows become their distances to the fitted
 * rows near them, 0 elsewhere. */
#include "learn/neighbors/family.h"

#include <calx/manipulate.h>
#include <calx/neighbors.h>
#include <string.h>

static const char *const attrs[] = {CX__NEAR_ATTRS, NULL};

#define MODE                                                                \
    {                                                                       \
        "mode", CX_PARAM_STR, "'distance'", "{'distance', 'connectivity'}", \
            "distances, or 1 for a neighbour"                               \
    }
static const cx_param k_params[] = {
    MODE,       CX__NEAR_K("5"),        CX__NEAR_ALGORITHM, CX__NEAR_LEAF_SIZE, CX__NEAR_METRIC,
    CX__NEAR_P, CX__NEAR_METRIC_PARAMS, CX__NEAR_JOBS,      {.name = NULL},
};
static const cx_param radius_params[] = {
    MODE,       CX__NEAR_RADIUS,        CX__NEAR_ALGORITHM, CX__NEAR_LEAF_SIZE, CX__NEAR_METRIC,
    CX__NEAR_P, CX__NEAR_METRIC_PARAMS, CX__NEAR_JOBS,      {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *d)
{
    return cx__near_store(self, d->x);
}

static cx_array *dense(const cx_estimator *self, cx_neighborhoods g)
{
    if (strcmp(cx_param_str(self, "mode"), "connectivity") == 0)
        g.distances = cx_ones_like(g.distances, CX_F64);
    return cx_neighborhoods_dense(&g, cx_dim(cx_self(self, CX__NEAR_FIT_X), 0));
}

/* With distances one more, as scikit-learn has it: a fitted row counts itself. */
static cx_array *k_transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t n = cx_dim(x, 0), k = cx_param_i64(self, "n_neighbors") +
                                        (strcmp(cx_param_str(self, "mode"), "distance") == 0);
    const cx_neighbors found = cx_kneighbors(self, x, k);
    return dense(
        self, (cx_neighborhoods){.starts = cx_arange_i64(0, n * k + 1, k, CX_I64, cx_device_of(x)),
                                 .indices = cx_ravel(found.indices),
                                 .distances = cx_ravel(found.distances)});
}

static cx_array *radius_transform(const cx_estimator *self, const cx_array *x)
{
    return dense(self,
                 cx_radius_neighbors(self, x, cx_param_f64(self, "radius"), CX_NEIGHBORS_BY_INDEX));
}

static cx_array *names(const cx_estimator *self, const cx_array *given)
{
    (void)given;
    return cx_self_names(self, cx_dim(cx_self(self, CX__NEAR_FIT_X), 0));
}

const cx_estimator_class cx__class_k_neighbors_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KNeighborsTransformer",
    .doc = "Distances to the k nearest fitted rows, 0 to the others.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = k_params,
    .attrs = attrs,
    .fit = fit,
    .transform = k_transform,
    .feature_names_out = names,
    .check = cx__near_check,
};

const cx_estimator_class cx__class_radius_neighbors_transformer = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RadiusNeighborsTransformer",
    .doc = "Distances to the fitted rows within a radius, 0 to the others.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = radius_params,
    .attrs = attrs,
    .fit = fit,
    .transform = radius_transform,
    .feature_names_out = names,
    .check = cx__near_check,
};
