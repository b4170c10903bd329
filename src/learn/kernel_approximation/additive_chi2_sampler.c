/* AdditiveChi2Sampler: features whose products are near the additive chi-squared kernel.
 *
 * One idea: the kernel's Fourier transform is sampled at a few frequencies, evenly spaced, the same
 * ones for every column (Vedaldi and Zisserman 2012). */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static const char *const attrs[] = {NULL};

static const cx_param params[] = {
    {"sample_steps", CX_PARAM_INT, "2", "[1, inf)", "frequencies, 0 among them"},
    {"sample_interval", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "between frequencies; None: what suits 1, 2 or 3 of them"},
    {.name = NULL},
};

/* x holds nothing below 0. */
static cx_status check(const char *where, const cx_array *x)
{
    static cx__held negative = CX__HELD("x: any(x < 0)");
    const int64_t found = cx__number_i64(cx__held_run(where, &negative, CX_ARRAYS(x)));
    CX__TRY(cx__so_far());
    if (found == 0) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "AdditiveChi2Sampler: x must not hold numbers below 0");
}

static cx_status interval(const cx_estimator *self, double *out)
{
    static const double suits[] = {0.8, 0.5, 0.4};
    const int64_t steps = cx_param_i64(self, "sample_steps");
    if (!cx_param_is_none(self, "sample_interval")) {
        *out = cx_param_f64(self, "sample_interval");
        return CX_OK;
    }
    if (steps > 3)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "AdditiveChi2Sampler: sample_steps=%lld needs a sample_interval",
                        (long long)steps);
    *out = suits[steps - 1];
    return CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    double unused;
    CX__TRY(check("fit", data->x));
    return interval(self, &unused);
}

/* Columns from `at` on for as many as x has. */
static cx_array *part(const cx_array *out, const cx_array *x, int64_t at)
{
    return cx_slice(out, 1, at * cx_dim(x, 1), (at + 1) * cx_dim(x, 1), 1);
}

static cx_status features(const cx_estimator *self, const cx_array *x, const cx_array *out)
{
    static cx__held root = CX__HELD("x, t: sqrt(x * t)"),
                    both = CX__HELD("x, f, w: r = sqrt(x * f); p = w * log(where(x > 0, x, 1)); "
                                    "r * cos(p), r * sin(p)");
    double t = 0;
    CX__TRY(interval(self, &t));
    CX__TRY(cx__held_into("transform", &root, CX_ARRAYS(x, cx_float(t)), CX_OUTS(part(out, x, 0))));
    for (int64_t j = 1; j < cx_param_i64(self, "sample_steps"); j++) {
        const cx_array *const factor = cx_float(2 * t / cosh(acos(-1) * (double)j * t)),
                              *const speed = cx_float((double)j * t);
        CX__TRY(cx__held_into("transform", &both, CX_ARRAYS(x, factor, speed),
                              CX_OUTS(part(out, x, 2 * j - 1), part(out, x, 2 * j))));
    }
    return cx__so_far();
}

/* As many as there are columns, for each frequency twice; -1: too many. */
static int64_t columns(const cx_estimator *self, int64_t d)
{
    const int64_t steps = cx_param_i64(self, "sample_steps");
    return steps <= INT32_MAX && d <= INT32_MAX ? d * (2 * steps - 1) : -1;
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    const int64_t wide = columns(self, cx_dim(x, 1));
    if (wide < 0) {
        cx_check(cx__fail(CX_E_SHAPE, "transform",
                          "AdditiveChi2Sampler: sample_steps=%s makes too many columns",
                          cx_param_text(self, "sample_steps")));
        return NULL;
    }
    if (cx_check(check("transform", x)) != CX_OK) return NULL;
    cx_array *const out = cx_empty(CX_SHAPE(cx_dim(x, 0), wide), cx_dtype_of(x), cx_device_of(x));
    if (cx_check(features(self, x, out)) != CX_OK) return NULL;
    return out;
}

typedef struct naming {
    const cx_array *names;
    int64_t d;
} naming;

static void put(const void *ctx, int64_t i, cx__text *t)
{
    const naming *const n = ctx;
    const int64_t part = i / n->d;
    cx__text_f(t, "additivechi2sampler_%s_", cx_label(n->names, i % n->d));
    if (part == 0)
        cx__text_puts(t, "sqrt");
    else
        cx__text_f(t, "%s%lld", part % 2 == 1 ? "cos" : "sin", (long long)((part + 1) / 2));
}

static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    const naming n = {names, cx_self_features(self)};
    return cx__names_made(columns(self, n.d), put, &n);
}

const cx_estimator_class cx__class_additive_chi2_sampler = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "AdditiveChi2Sampler",
    .doc = "Features whose products are near the additive chi-squared kernel.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
};
