/* KernelDensity: the logarithm of a sum of kernels at the training rows, and rows drawn from it. */
#include "learn/neighbors/density.h"
#include "learn/neighbors/family.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/tails.h"

#include "base/object.h"
#include "ops/primitives.h"
#include <calx/device.h>
#include <calx/distributions.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/neighbors.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

enum { BANDWIDTH = CX__NEAR_SLOTS, WEIGHT };
static const char *const attrs[] = {CX__NEAR_ATTRS, "bandwidth_: float []", "_weight?: float [m]",
                                    NULL};

static const cx_param params[] = {
    {"bandwidth", CX_PARAM_FLOAT | CX_PARAM_STR, "1.0", "(0, inf), {'scott', 'silverman'}",
     "width of a kernel, or the rule that makes it"},
    {"algorithm", CX_PARAM_STR, "'auto'", "{'auto', 'ball_tree', 'kd_tree'}",
     "sums are exact whatever it is"},
    {"kernel", CX_PARAM_STR, "'gaussian'",
     "{'gaussian', 'tophat', 'epanechnikov', 'exponential', 'linear', 'cosine'}", "shape"},
    {"metric", CX_PARAM_STR, "'euclidean'",
     "{'minkowski', 'p', 'euclidean', 'l2', 'manhattan', 'l1', 'cityblock', 'chebyshev', "
     "'infinity', 'seuclidean', 'mahalanobis', 'haversine', 'canberra', 'braycurtis', 'hamming', "
     "'dice', 'jaccard', 'rogerstanimoto', 'russellrao', 'sokalsneath'}",
     "distance; the kernels' mass is 1 for the euclidean one"},
    {"atol", CX_PARAM_FLOAT, "0", "[0, inf)", "not used: sums are exact"},
    {"rtol", CX_PARAM_FLOAT, "0", "[0, inf)", "not used: sums are exact"},
    {"breadth_first", CX_PARAM_BOOL, "True", NULL, "not used: sums are exact"},
    {"leaf_size", CX_PARAM_INT, "40", "[1, inf)", "not used: sums are exact"},
    CX__NEAR_METRIC_PARAMS,
    {.name = NULL},
};

static cx__density_kind kernel_of(const cx_estimator *self)
{
    return cx__density_kernel(cx_param_str(self, "kernel"));
}

/* ---- fit */
static cx_status fit(cx_estimator *self, const cx_data *d)
{
    static cx__held bad = CX__HELD("w: any(w < 0)");
    const double n = (double)cx_dim(d->x, 0), columns = (double)cx_dim(d->x, 1);
    double width = 0;
    if (!cx_param_is_str(self, "bandwidth"))
        width = cx_param_f64(self, "bandwidth");
    else if (strcmp(cx_param_str(self, "bandwidth"), "scott") == 0)
        width = pow(n, -1 / (columns + 4));
    else
        width = pow(n * (columns + 2) / 4, -1 / (columns + 4));
    CX__TRY(cx__near_store(self, d->x));
    CX__TRY(cx_self_set_f64(self, BANDWIDTH, width));
    if (d->sample_weight == NULL) return CX_OK;
    if (cx__number_i64(cx__held_run("fit", &bad, CX_ARRAYS(d->sample_weight))) != 0)
        return cx__fail(CX_E_ARGUMENT, "fit", "KernelDensity: a weight is negative");
    CX__TRY(cx__so_far());
    return cx_self_set(self, WEIGHT, cx_astype(d->sample_weight, CX_F64));
}

/* ---- densities */
static cx_status log_sums(const cx_estimator *self, const cx_array *x, double *offset,
                          cx_array **out)
{
    cx__near *near = NULL;
    const cx__density_kind kernel = kernel_of(self);
    const int64_t d = cx_dim(x, 1);
    const double width = cx__number_f64(cx_self(self, BANDWIDTH));
    const cx_array *const weight = cx_self_has(self, WEIGHT) ? cx_self(self, WEIGHT) : NULL;
    const double mass = weight != NULL ? cx__number_f64(cx_sum(weight, CX_ALL))
                                       : (double)cx_dim(cx_self(self, CX__NEAR_FIT_X), 0);
    CX__TRY(cx__so_far());
    CX__TRY(cx__near_of("score_samples", self, &near));
    const cx_status st = cx__density_sums(near, x, kernel, width, weight, out);
    cx__near_close(near);
    *offset = -cx__density_log_mass(kernel, d) - (double)d * log(width) - log(mass);
    return st;
}

static cx_array *score_samples(const cx_estimator *self, const cx_array *x)
{
    cx_array *out = NULL;
    double offset = 0;
    if (cx_check(log_sums(self, x, &offset, &out)) != CX_OK) return NULL;
    return cx_add(out, cx_float(offset));
}

static double score(const cx_estimator *self, const cx_data *d)
{
    return cx__number_f64(cx_sum(score_samples(self, d->x), CX_ALL));
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__near_check(self));
    if (cx__number_f64(cx_self(self, BANDWIDTH)) > 0) return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: bandwidth_ is not above 0", self->cls->name);
}

const cx_estimator_class cx__class_kernel_density = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KernelDensity",
    .doc = "Density as a sum of kernels at the training rows.",
    .kind = CX_TRANSFORMER,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .score_samples = score_samples,
    .score = score,
    .check = check,
};

/* ---- samples: drawn on the host, as RandomState draws them */
static cx_array *rows_drawn(const cx_estimator *m, cx_generator *g, int64_t n)
{
    const int64_t rows = cx_dim(cx_self(m, CX__NEAR_FIT_X), 0);
    const cx_array *const u = cx_rng_uniform(g, 0, 1, CX_SHAPE(n));
    if (!cx_self_has(m, WEIGHT)) return cx_astype(cx_mul(u, cx_float((double)rows)), CX_I64);
    const cx_array *const sum = cx_cumsum(cx_to(cx_self(m, WEIGHT), CX_CPU), 0);
    return cx_searchsorted(sum, cx_mul(u, cx_select(sum, 0, rows - 1)), CX_LEFT);
}

/* From normal numbers to a ball of the kernel's width: by the law of their length. */
static cx_array *into_ball(cx_array *x, double width)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    double *const at = cx_data_f64_mut(x);
    for (int64_t i = 0; at != NULL && i < n; i++) {
        double square = 0;
        for (int64_t j = 0; j < d; j++) square += at[i * d + j] * at[i * d + j];
        const double share = cx__chi2_below((double)d, square),
                     scale = pow(share, 1 / (double)d) * width / sqrt(square);
        for (int64_t j = 0; j < d; j++) at[i * d + j] *= scale;
    }
    return x;
}

static cx_status sample(const char *where, const cx_estimator *m, int64_t n, cx_maybe_i64 seed,
                        cx_array **out)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_kernel_density)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no KernelDensity", m->cls->name);
    if (!cx_is_fitted(m)) return cx__fail(CX_E_NOT_FITTED, where, "fit it first");
    if (n < 0) return cx__fail(CX_E_ARGUMENT, where, "n_samples is %lld", (long long)n);
    const cx__density_kind kernel = kernel_of(m);
    if (kernel != CX__GAUSSIAN && kernel != CX__TOPHAT)
        return cx__fail(CX_E_UNSUPPORTED, where,
                        "KernelDensity(kernel='%s') draws no samples; 'gaussian' and 'tophat' do",
                        cx_param_str(m, "kernel"));
    const cx_array *const fitted = cx_self(m, CX__NEAR_FIT_X);
    cx__site s;
    CX__TRY(cx__site_of(where, fitted, &s));
    cx_generator *const g = cx_random_state(seed, CX_CPU);
    const cx_array *const index = rows_drawn(m, g, n), *const rows = cx_take(
                                                           cx_astype(cx_to(fitted, CX_CPU), CX_F64),
                                                           index, 0);
    const double width = cx__number_f64(cx_self(m, BANDWIDTH));
    CX__TRY(cx__so_far());
    const cx_array *const drawn =
        kernel == CX__GAUSSIAN
            ? cx_rng_each(g, CX_DIST_NORMAL, CX_ARRAYS(rows, cx_float(width)), CX_SIZE_NONE)
            : cx_add(rows, into_ball(cx_rng_normal(g, 0, 1, CX_SHAPE(n, cx_dim(rows, 1))), width));
    *out = cx__send(&s, drawn);
    return cx__so_far();
}

cx_array *cx_kernel_density_sample(const cx_estimator *m, int64_t n_samples,
                                   cx_maybe_i64 random_state)
{
    static const char where[] = "kernel_density_sample";
    cx_array *out = NULL;
    const cx_scope s = cx_scope_open();
    const cx_status st = sample(where, m, n_samples, random_state, &out);
    return cx__give(s, st, out);
}
