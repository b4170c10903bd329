/* SkewedChi2Sampler: features whose products are near the skewed chi-squared kernel.
 *
 * One idea: of logarithms that kernel is the mean of cosines along directions drawn from the
 * hyperbolic secant distribution (Li, Ionescu and Sminchisescu 2010). */
#include "base/object.h"
#include "learn/kernel_approximation/cosines.h"
#include "ops/primitives.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static const char *const attrs[] = {CX__COSINES_ATTRS, NULL};

static const cx_param params[] = {
    {"skewedness", CX_PARAM_FLOAT, "1.0", NULL, "added to x, which must be above its negative"},
    CX__FEATURES_COMPONENTS,
    CX__FEATURES_RANDOM_STATE,
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    static cx__held secant = CX__HELD("u, pi: log(tan(pi / 2 * u)) / pi");
    const int64_t d = cx_dim(data->x, 1), c = cx_param_i64(self, "n_components");
    cx_generator *const g = cx__seeded(self);
    const cx_array *const u = cx_rng_uniform(g, 0, 1, CX_SHAPE(d, c));
    return cx__cosines_store(self, data, g,
                             cx__held_run("fit", &secant, CX_ARRAYS(u, cx_float(acos(-1)))));
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    static cx__held low = CX__HELD("x, s: any(x <= -s)"), logs = CX__HELD("x, s: log(x + s)");
    const cx_array *const s = cx_float(cx_param_f64(self, "skewedness"));
    if (cx__number_i64(cx__held_run("transform", &low, CX_ARRAYS(x, s))) != 0) {
        cx_check(cx__fail(CX_E_ARGUMENT, "transform",
                          "SkewedChi2Sampler: x + skewedness=%s must be above 0",
                          cx_param_text(self, "skewedness")));
        return NULL;
    }
    return cx__cosines(self, cx__held_run("transform", &logs, CX_ARRAYS(x, s)));
}

const cx_estimator_class cx__class_skewed_chi2_sampler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "SkewedChi2Sampler",
    .doc = "Random features whose products are near the skewed chi-squared kernel.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = cx__cosines_names,
};
