/* Ridge: least squares with an L2 penalty, one for all targets or one each.
 *
 * The normal equations by Cholesky (their dual form when there are more columns than rows), and the
 * singular values where a pivot fails, as scikit-learn's solver='auto' does. */
#include "learn/linear_model/linear.h"
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <string.h>

static const char *const attrs[] = {"coef_: float", "intercept_: float", NULL};

static const cx_param params[] = {
    {"alpha", CX_PARAM_FLOAT | CX_PARAM_LIST, "1.0", "float [0, inf)",
     "strength of the penalty; a list: one per target"},
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL,
     "centre the data; the intercept is not penalised"},
    {"copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"max_iter", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", "only for iterative solvers"},
    {"tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "only for iterative solvers"},
    {"solver", CX_PARAM_STR, "'auto'",
     "{'auto', 'svd', 'cholesky', 'lsqr', 'sparse_cg', 'sag', 'saga', 'lbfgs'}",
     "'auto', 'cholesky' and 'svd' are built"},
    {"positive", CX_PARAM_BOOL, "False", NULL, "only False is built"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "only for sag and saga"},
    {.name = NULL},
};

/* Solve (a + alpha_c I) b_c = b_c for each target c; equal penalties share one factorisation. a [m,
 * m], b [m, t]. */
static cx_status solve_targets(const double *a, int64_t m, const double *alpha, int64_t t,
                               double *b)
{
    double *work = cx__scratch_f64("fit", "a factor", m, m + 1);
    if (work == NULL) return CX_E_NOMEM;
    double *column = work + m * m;
    bool equal = true;
    for (int64_t c = 1; c < t; c++) equal = equal && alpha[c] == alpha[0];
    cx_status st = equal ? cx__solve_spd(a, alpha[0], m, b, t, work) : CX_OK;
    for (int64_t c = 0; !equal && st == CX_OK && c < t; c++) {
        for (int64_t i = 0; i < m; i++) column[i] = b[i * t + c];
        st = cx__solve_spd(a, alpha[c], m, column, 1, work);
        for (int64_t i = 0; i < m; i++) b[i * t + c] = column[i];
    }
    cx__scratch_free(work);
    return st;
}

/* coef [t, d] by the normal equations of columns (d <= n) or rows. SINGULAR: a pivot failed. */
static cx_status by_cholesky(const cx__regression *r, const double *alpha, double *coef)
{
    const int64_t n = r->n, d = r->d, t = r->t, m = d <= n ? d : n;
    double *a = cx__scratch_f64("fit", "the normal equations", m, m + t);
    if (a == NULL) return CX_E_NOMEM;
    double *b = a + m * m;
    cx_status st;
    if (d <= n) {
        st = cx__gram("fit", r->x, n, d, NULL, a);
        if (st == CX_OK) st = cx__gemm_f64(true, false, d, t, n, 1, r->x, d, r->y, t, 0, b, t);
    } else {
        st = cx__gemm_f64(false, true, n, n, d, 1, r->x, d, r->x, d, 0, a, n);
        memcpy(b, r->y, (size_t)(n * t) * sizeof *b);
    }
    if (st == CX_OK) st = solve_targets(a, m, alpha, t, b);
    if (st == CX_OK && d > n) st = cx__gemm_f64(true, false, t, d, n, 1, b, t, r->x, d, 0, coef, d);
    for (int64_t c = 0; st == CX_OK && d <= n && c < t; c++)
        for (int64_t j = 0; j < d; j++) coef[c * d + j] = b[j * t + c];
    cx__scratch_free(a);
    return st;
}

static cx_status by_svd(const cx__regression *r, const double *alpha, double *coef)
{
    const int64_t n = r->n, d = r->d, t = r->t, k = n < d ? n : d;
    double *u = cx__scratch_f64("fit", "singular vectors", k, n + d + t + 1);
    if (u == NULL) return CX_E_NOMEM;
    double *vt = u + n * k, *uty = vt + k * d, *s = uty + k * t;
    cx_status st = cx__svd("fit", r->x, n, d, u, s, vt);
    if (st == CX_OK) st = cx__gemm_f64(true, false, k, t, n, 1, u, k, r->y, t, 0, uty, t);
    for (int64_t a = 0; a < k; a++)
        for (int64_t c = 0; st == CX_OK && c < t; c++)
            uty[a * t + c] *= s[a] > 1e-15 ? s[a] / (s[a] * s[a] + alpha[c]) : 0;
    if (st == CX_OK) st = cx__gemm_f64(true, false, t, d, k, 1, uty, t, vt, d, 0, coef, d);
    cx__scratch_free(u);
    return st;
}

static cx_status fit_data(cx_estimator *self, const cx__regression *r, const char *solver,
                          cx_dtype dtype)
{
    const int64_t d = r->d, t = r->t;
    const cx_array *given = cx_param_array(self, "alpha");
    const double *values = cx__f64_of("fit", given);
    if (values == NULL) return cx__last_status();
    const int64_t count = cx_size(given);
    if (count != 1 && count != t)
        return cx__fail(CX_E_ARGUMENT, "fit", "Ridge: %lld penalties for %lld targets",
                        (long long)count, (long long)t);
    double *coef = cx__scratch_f64("fit", "coefficients", t, d + 1);
    if (coef == NULL) return CX_E_NOMEM;
    double *alpha = coef + t * d;
    cx_status st = CX_OK;
    for (int64_t c = 0; c < t; c++) {
        alpha[c] = values[count == 1 ? 0 : c];
        if (!(alpha[c] >= 0))
            st = cx__fail(CX_E_ARGUMENT, "fit", "Ridge: alpha must not be negative");
    }
    if (st == CX_OK) st = strcmp(solver, "svd") == 0 ? CX_E_SINGULAR : by_cholesky(r, alpha, coef);
    if (st == CX_E_SINGULAR) st = by_svd(r, alpha, coef);
    if (st == CX_OK) st = cx__regression_store(self, r, coef, dtype);
    cx__scratch_free(coef);
    return st;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const char *solver = cx_param_str(self, "solver");
    if (cx_param_bool(self, "positive"))
        return cx__not_built(self, "positive", "True", "use False");
    if (strcmp(solver, "auto") != 0 && strcmp(solver, "cholesky") != 0 &&
        strcmp(solver, "svd") != 0)
        return cx__not_built(self, "solver", solver, "use 'auto', 'cholesky' or 'svd'");
    cx__regression r;
    cx_status st = cx__regression_make(data, cx_param_bool(self, "fit_intercept"), &r);
    if (st == CX_OK) st = fit_data(self, &r, solver, cx__float_like(data->x));
    cx__regression_free(&r);
    return st;
}

const cx_estimator_class cx__class_ridge = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Ridge",
    .doc = "Least squares with an L2 penalty.",
    .kind = CX_REGRESSOR,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__linear_scores_into,
};
