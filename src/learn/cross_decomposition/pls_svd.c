/* PLSSVD: directions of largest covariance between x and y, all at once from the singular value
 * decomposition of their products. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include "learn/cross_decomposition/pls.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

enum { X_WEIGHTS, Y_WEIGHTS, X_MEAN, X_STD };
static const char *const attrs[] = {"x_weights_: float [n, k]", "y_weights_: float [t, k]",
                                    "_x_mean: float [n]", "_x_std: float [n]", NULL};

static const cx_param params[] = {
    {"n_components", CX_PARAM_INT, "2", "[1, inf)", "how many pairs"},
    {"scale", CX_PARAM_BOOL, "True", NULL, "bring the columns of x and y to unit variance"},
    {"copy", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {.name = NULL},
};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1),
                  t = cx_ndim(data->y) == 1 ? 1 : cx_dim(data->y, 1),
                  k = cx_param_i64(self, "n_components"), least = n < d ? n : d;
    if (n < 2) return cx__fail(CX_E_ARGUMENT, "fit", "PLSSVD needs at least 2 rows");
    CX__TRY(cx__pls_bound(self, k, t < least ? t : least));
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    const bool scale = cx_param_bool(self, "scale");
    cx_array *x, *y, *mean, *std, *y_mean, *y_std;
    CX__TRY(cx__pls_scale(&s, cx__f64(&s, data->x), scale, &mean, &std, &x));
    CX__TRY(cx__pls_scale(&s, cx_reshape(cx__f64(&s, data->y), CX_SHAPE(n, t)), scale, &y_mean,
                          &y_std, &y));
    const cx_svd f =
        cx_linalg_svd(cx_matmul(cx_transpose(x), y), CX_OPTS(cx_svd_opts, .thin = true));
    const cx_array *const free = cx_transpose(cx_slice(f.u, 1, 0, k, 1)),
                          *const u = cx__fix_signs("fit", free),
                          *const turn = cx_sum(cx_mul(u, free), CX_AXIS(1, .keepdims = true)),
                          *const v = cx_mul(cx_slice(f.vh, 0, 0, k, 1), cx_sign(turn));
    CX__TRY(cx__store(self, X_WEIGHTS, cx_transpose(u), CX_F64));
    CX__TRY(cx__store(self, Y_WEIGHTS, cx_transpose(v), CX_F64));
    CX__TRY(cx__store(self, X_MEAN, mean, CX_F64));
    return cx__store(self, X_STD, std, CX_F64);
}

static cx_status plan(const cx_estimator *self, cx_plan *p)
{
    return cx__pls_plan(
        p, cx_self(self, X_MEAN),
        cx_div(cx_transpose(cx__slot_f64(self, X_WEIGHTS)), cx__slot_f64(self, X_STD)));
}

static cx_array *transform(const cx_estimator *self, const cx_array *x)
{
    return cx__by_rows(self, CX_TRANSFORM, x, CX__ROWS_MATRIX, CX_F64);
}
static cx_array *names_out(const cx_estimator *self, const cx_array *names)
{
    (void)names;
    return cx_self_names(self, cx_dim(cx_self(self, X_WEIGHTS), 1));
}

const cx_estimator_class cx__class_pls_svd = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "PLSSVD",
    .doc = "Singular vectors of the products of x and y.",
    .kind = CX_TRANSFORMER,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT | CX_CLASS_NEEDS_Y,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .transform = transform,
    .feature_names_out = names_out,
    .plan = plan,
    .transform_into = cx__scores_into,
};
