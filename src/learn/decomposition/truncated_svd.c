/* TruncatedSVD: the largest singular values of the data as it is, not centred. ARPACK's answer is
 * the exact one. */
#include "base/object.h"
#include "learn/decomposition/projection.h"
#include "learn/decomposition/spectrum.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <string.h>

enum { COMPONENTS, VARIANCE, RATIO, SINGULAR };
static const char *const attrs[] = {"components_: float [k, n]", "explained_variance_: float [k]",
                                    "explained_variance_ratio_: float [k]",
                                    "singular_values_: float [k]", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "how many"},
    {"algorithm", CX_PARAM_STR, "'randomized'", "{'arpack', 'randomized'}",
     "random projections, or all digits"},
    {"n_iter", CX_PARAM_INT, "5", "[0, inf)", "power iterations of randomized"},
    {"n_oversamples", CX_PARAM_INT, "10", "[1, inf)",
     "random vectors of randomized beyond the components"},
    {"power_iteration_normalizer", CX_PARAM_STR, "'auto'", "{'auto', 'QR', 'LU', 'none'}",
     "what keeps randomized's vectors apart"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", "seed of randomized"},
    {"tol", CX_PARAM_FLOAT, "0.0", "[0, inf)", "not used: arpack's answer is exact"},
    {.name = NULL},
};

static cx_status exact(const cx__site *s, const cx_array *x, cx__spectrum *out)
{
    cx_array *rows = NULL;
    CX__TRY(cx__spectral_rows(s, x, NULL, &rows));
    return cx__spectrum_exact(rows, out);
}

static cx_status drawn(const cx_estimator *self, const cx__site *s, const cx_array *x, int64_t k,
                       cx__spectrum *out)
{
    const cx__projecting how = {.k = k,
                                .n_oversamples = cx_param_i64(self, "n_oversamples"),
                                .n_iter = cx_param_i64(self, "n_iter"),
                                .normalizer = cx_param_str(self, "power_iteration_normalizer"),
                                .generator = cx__seeded(self)};
    return cx__spectrum_random(s, x, NULL, &how, out);
}

static cx_status check(const cx_estimator *self, bool draws, int64_t n, int64_t d, int64_t *k)
{
    const int64_t least = n < d ? n : d, most = draws ? d : least - 1;
    *k = cx_param_i64(self, "n_components");
    if (d < 2)
        return cx__fail(CX_E_ARGUMENT, "fit", "TruncatedSVD needs at least 2 columns, x has %lld",
                        (long long)d);
    if (*k > most)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "TruncatedSVD: n_components=%lld; for x of %lld x %lld it must not be more "
                        "than %lld",
                        (long long)*k, (long long)n, (long long)d, (long long)most);
    return CX_OK;
}

static cx_status fitted(cx_estimator *self, const cx_data *data, cx_array **scores)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    const bool draws = strcmp(cx_param_str(self, "algorithm"), "randomized") == 0;
    const cx_dtype t = cx__float_like(data->x);
    int64_t k = 0;
    CX__TRY(check(self, draws, n, d, &k));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const cx_array *const x = cx__f64(&s, data->x);
    cx__spectrum f = {0};
    if (draws)
        CX__TRY(drawn(self, &s, x, k, &f));
    else
        CX__TRY(exact(&s, x, &f));
    if (f.r < k) k = f.r;
    CX__TRY(cx__store(self, COMPONENTS, cx__fix_signs("fit", cx_slice(f.vt, 0, 0, k, 1)), t));
    CX__TRY(cx__store(self, SINGULAR, cx_copy(cx_slice(f.singular, 0, 0, k, 1)), t));
    *scores = cx__projection_transform(self, data->x);
    cx_array *mean, *squares, *own_mean, *own_squares;
    CX__TRY(cx__column_means(&s, x, NULL, &mean, &squares));
    CX__TRY(cx__column_means(&s, cx__f64(&s, *scores), NULL, &own_mean, &own_squares));
    CX__TRY(cx__store(self, VARIANCE, cx_div(own_squares, cx_float((double)n)), t));
    return cx__store(self, RATIO, cx_div(own_squares, cx_sum(squares, CX_ALL)), t);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx_array *scores = NULL;
    return fitted(self, data, &scores);
}
static cx_array *fit_transform(cx_estimator *self, const cx_data *data)
{
    cx_array *scores = NULL;
    return cx_check(fitted(self, data, &scores)) == CX_OK ? scores : NULL;
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__projection_plan(self, cx__slot_f64(self, COMPONENTS), NULL, NULL, p);
}
static cx_array *inverse_transform(const cx_estimator *self, const cx_array *x)
{
    return cx__projection_back(self, x, NULL, cx__slot_f64(self, COMPONENTS), NULL);
}

const cx_estimator_class cx__class_truncated_svd = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "TruncatedSVD",
    .doc = "Largest singular values of data that is not centred (LSA).",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_NO_WEIGHT | CX_CLASS_LATE_ROWS,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = cx__projection_transform,
    .inverse_transform = inverse_transform,
    .feature_names_out = cx__projection_names,
    .plan = plan,
    .transform_into = cx__scores_into,
};
