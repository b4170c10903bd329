/* LinearRegression: least squares by an orthogonal decomposition.
 *
 * The triangle of a QR decomposition of [x, y], centred and weighted, holds all that is needed: the
 * singular values of its left part are x's, its right part is Q^T y. Small singular values keep
 * their digits, which normal equations would square away. */
#include "learn/linear_model/linear.h"
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <string.h>

enum { RANK = CX__LINEAR_SLOTS, SINGULAR };
static const char *const attrs[] = {"coef_: float", "intercept_: float", "rank_: int []",
                                    "singular_: float [*]", NULL};

static const cx_param params[] = {
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},
    {"copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"tol", CX_PARAM_FLOAT, "1e-06", "[0, inf)",
     "singular values below tol times the largest count as 0"},
    {"n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, "not used: see the scope's num_threads"},
    {"positive", CX_PARAM_BOOL, "False", NULL, "only False is built"},
    {.name = NULL},
};

/* coef [t, d] = (V S^-1 U^T (Q^T y))^T over the singular values that count; r is [m, d + t]. */
static cx_status solve(const double *r, int64_t m, int64_t d, int64_t t, double tol, double *coef,
                       double *s, int64_t *rank)
{
    const int64_t k = m < d ? m : d;
    double *left = cx__scratch_f64("fit", "a triangle", 1, m * d + m * k + k * d);
    if (left == NULL) return CX_E_NOMEM;
    double *u = left + m * d, *vt = u + m * k;
    for (int64_t i = 0; i < m; i++) memcpy(left + i * d, r + i * (d + t), (size_t)d * sizeof *left);
    const cx_status st = cx__svd("fit", left, m, d, u, s, vt);
    memset(coef, 0, (size_t)(t * d) * sizeof *coef);
    *rank = 0;
    for (int64_t a = 0; st == CX_OK && a < k && s[a] > tol * s[0]; a++) {
        ++*rank;
        for (int64_t c = 0; c < t; c++) {
            double part = 0;
            for (int64_t i = 0; i < m; i++) part += u[i * k + a] * r[i * (d + t) + d + c];
            part /= s[a];
            for (int64_t j = 0; j < d; j++) coef[c * d + j] += part * vt[a * d + j];
        }
    }
    cx__scratch_free(left);
    return st;
}

/* The triangle [m, d + t] of [x, y]: by products where there are many rows and the columns are far
 * from dependent, else by reflections. */
static cx_status triangle(const cx__regression *r, double *out, int64_t *m)
{
    const int64_t n = r->n, d = r->d, t = r->t, all = d + t;
    *m = d;
    const cx_status fast =
        n < 4 * all ? CX_E_SINGULAR : cx__product_triangle("fit", r->x, r->y, n, d, t, out);
    if (fast != CX_E_SINGULAR) return fast;
    *m = n < all ? n : all;
    double *both = cx__scratch_f64("fit", "columns and targets", n, all);
    if (both == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++) {
        memcpy(both + i * all, r->x + i * d, (size_t)d * sizeof *both);
        memcpy(both + i * all + d, r->y + i * t, (size_t)t * sizeof *both);
    }
    const cx_status st = cx__qr_triangle("fit", both, n, all, out);
    cx__scratch_free(both);
    return st;
}

static cx_status fit_data(cx_estimator *self, const cx__regression *r, cx_dtype dtype)
{
    const int64_t d = r->d, t = r->t, k = r->n < d ? r->n : d;
    double *work = cx__scratch_f64("fit", "the triangle", d + t, d + 2 * t + 1);
    if (work == NULL) return CX_E_NOMEM;
    double *coef = work + (d + t) * (d + t), *s = coef + t * d;
    int64_t rank = 0, m = 0;
    cx_status st = triangle(r, work, &m);
    if (st == CX_OK) st = solve(work, m, d, t, cx_param_f64(self, "tol"), coef, s, &rank);
    if (st == CX_OK) st = cx__regression_store(self, r, coef, dtype);
    if (st == CX_OK) st = cx_self_set_i64(self, RANK, rank);
    if (st == CX_OK) st = cx__store_vector(self, SINGULAR, s, k, dtype);
    cx__scratch_free(work);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    if (cx_param_bool(self, "positive"))
        return cx__not_built(self, "positive", "True", "use False");
    cx__regression r;
    cx_status st = cx__regression_make(data, cx_param_bool(self, "fit_intercept"), &r);
    if (st == CX_OK) st = fit_data(self, &r, cx__float_like(data->x));
    cx__regression_free(&r);
    return st;
}

const cx_estimator_class cx__class_linear_regression = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "LinearRegression",
    .doc = "Ordinary and weighted least squares.",
    .kind = CX_REGRESSOR,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__linear_scores_into,
};
