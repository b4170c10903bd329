/* RBFSampler: features whose products are near the RBF kernel.
 *
 * One idea: the kernel is the mean of cosines along directions drawn from a normal distribution
 * (Rahimi and Recht 2007). */
#include "base/object.h"
#include "learn/kernel_approximation/cosines.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static const char *const attrs[] = {CX__COSINES_ATTRS, NULL};

static const cx_param params[] = {
    {"gamma", CX_PARAM_FLOAT | CX_PARAM_STR, "1.0", "[0, inf), {'scale'}",
     "of the kernel; 'scale': 1 / (columns * variance of x)"},
    CX__FEATURES_COMPONENTS,
    CX__FEATURES_RANDOM_STATE,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t d = cx_dim(data->x, 1), c = cx_param_i64(self, "n_components");
    double gamma = 1;
    if (cx_param_is_str(self, "gamma")) {
        const double var = cx__number_f64(cx_var(cx_astype(data->x, CX_F64), CX_ALL));
        if (var != 0) gamma = 1 / ((double)d * var);
    } else {
        gamma = cx_param_f64(self, "gamma");
    }
    CX__TRY(cx__so_far());
    cx_generator *const g = cx__seeded(self);
    const cx_array *const drawn = cx_rng_normal(g, 0, 1, CX_SHAPE(d, c));
    return cx__cosines_store(self, data, g, cx_mul(drawn, cx_float(sqrt(2 * gamma))));
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__cosines(self, x);
}

const cx_estimator_class cx__class_rbf_sampler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "RBFSampler",
    .doc = "Random features whose products are near the RBF kernel.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = cx__cosines_names,
};
