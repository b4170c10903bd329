/* KernelRidge: least squares with an L2 penalty where a kernel is the product of rows.
 *
 * One idea: the coefficients are one number for each training row and target, and solve the
 * kernel's equations by Cholesky; weights are square roots on both sides of the kernel. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/kernel_ridge/dual.h"
#include "learn/linear_model/ridge.h"
#include "learn/numeric/kernel_of.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

enum { DUAL, X_FIT };
static const char *const attrs[] = {"dual_coef_: float", "X_fit_: float [r, n]", NULL};

static const cx_param params[] = {
    {"alpha", CX_PARAM_FLOAT | CX_PARAM_LIST, "1", "[0, inf)",
     "strength of the penalty; a list: one per target"},
    {"kernel", CX_PARAM_STR, "'linear'", CX__KERNEL_NAMES, CX__KERNEL_DOC},
    {"gamma", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",
     "of the kernels that have one; None: their default"},
    {"degree", CX_PARAM_FLOAT, "3", "[0, inf)", "of 'poly'"},
    {"coef0", CX_PARAM_FLOAT, "1", NULL, "of 'poly' and 'sigmoid'"},
    {"kernel_params", CX_PARAM_NONE, "None", NULL,
     "not used: formulas name parameters, functions have a context"},
    {.name = NULL},
};

/* Coefficients for the targets y, which have one penalty: by singular values where a pivot failed.
 */
static cx_status alike(const cx_array *k, double alpha, const cx_array *y, cx_array **out)
{
    const cx_status st = cx__dual_solve(k, alpha, y, out);
    if (st != CX_E_SINGULAR) return st;
    cx__warn(CX_E_SINGULAR,
             "KernelRidge: the kernel's equations are singular; solved by least squares");
    *out = cx_linalg_lstsq(cx__dual_matrix(k, alpha), y, NULL).x;
    return cx__so_far();
}

/* The same for one target after the other. */
static cx_status each_alone(const cx_estimator *self, const cx_array *k, const double *alpha,
                            const cx_array *y, cx_array **out)
{
    const int64_t t = cx_dim(y, 1);
    *out = cx_empty(CX_SHAPE(cx_dim(y, 0), t), CX_F64, cx_device_of(y));
    for (int64_t c = 0; c < t; c++) {
        cx_array *one = NULL;
        const cx_status st = cx__dual_solve(k, alpha[c], cx_slice(y, 1, c, c + 1, 1), &one);
        if (st == CX_E_SINGULAR)
            return cx__fail(CX_E_SINGULAR, "fit",
                            "KernelRidge(alpha=%s): the equations of target %lld are singular; try "
                            "a larger alpha",
                            cx_param_text(self, "alpha"), (long long)c);
        CX__TRY(st);
        CX__TRY(cx_copy_into(one, cx_slice(*out, 1, c, c + 1, 1)));
    }
    return CX_OK;
}

static cx_status solve(cx_estimator *self, const cx_array *k, const cx_array *y,
                       const cx_array *root)
{
    static cx__held both = CX__HELD("k, w, v: k * w * v"), each = CX__HELD("y, w: y * w");
    const double *alpha = NULL;
    const bool flat = cx_ndim(y) == 1;
    const cx_array *target = flat ? cx_expand_dims(y, 1) : y;
    if (root != NULL) {
        k = cx__held_run("fit", &both, CX_ARRAYS(k, root, cx_transpose(root)));
        target = cx__held_run("fit", &each, CX_ARRAYS(target, root));
    }
    CX__TRY(cx__so_far());
    const int64_t t = cx_dim(target, 1);
    CX__TRY(cx__ridge_alphas(self, t, &alpha));
    bool equal = true;
    for (int64_t c = 1; c < t; c++) equal = equal && alpha[c] == alpha[0];
    cx_array *dual = NULL;
    if (equal)
        CX__TRY(alike(k, t > 0 ? alpha[0] : 0, target, &dual));
    else
        CX__TRY(each_alone(self, k, alpha, target, &dual));
    if (root != NULL) dual = cx__held_run("fit", &each, CX_ARRAYS(dual, root));
    return cx__store(self, DUAL, flat ? cx_ravel(dual) : dual, CX_F64);
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    cx__site s;
    CX__TRY(cx__site_of("fit", data->x, &s));
    CX__TRY(cx__kernel_square(self, data->x));
    const cx_array *root = NULL;
    if (data->sample_weight != NULL)
        root = cx_expand_dims(cx_sqrt(cx__f64(&s, data->sample_weight)), 1);
    const cx_array *const k = cx__kernel_of(self, data->x, NULL);
    CX__TRY(cx__so_far());
    CX__TRY(solve(self, k, cx__f64(&s, data->y), root));
    return cx__store(self, X_FIT, data->x, CX_F64);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    const cx_array *const k = cx__kernel_of(self, x, cx_self(self, X_FIT));
    return cx_matmul(k, cx_self(self, DUAL));
}

/* A number for each row and target. */
static cx_status check(const cx_estimator *self)
{
    const cx_array *const dual = cx_self(self, DUAL), *const rows = cx_self(self, X_FIT);
    if ((cx_ndim(dual) == 1 || cx_ndim(dual) == 2) && cx_dim(dual, 0) == cx_dim(rows, 0))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load", "%s: dual_coef_ is no number for each row",
                    self->cls->name);
}

const cx_estimator_class cx__class_kernel_ridge = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "KernelRidge",
    .doc = "Ridge regression with a kernel in the place of products of rows.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_F64,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .check = check,
};
