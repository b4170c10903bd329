/* Ridge: least squares with an L2 penalty, one for all targets or one each.
 *
 * The normal equations by Cholesky (their dual form when there are more columns than rows), and the
 * singular values where a pivot fails, as scikit-learn's solver='auto' does. */
#include "learn/linear_model/linear.h"
#include "base/object.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
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
 * m], *b [m, t]. SINGULAR, without an error: a pivot failed. */
static cx_status solve_targets(const cx__site *s, const cx_array *a, const double *alpha, int64_t t,
                               cx_array **b)
{
    const int64_t m = cx_dim(a, 0);
    bool equal = true;
    for (int64_t c = 1; c < t; c++) equal = equal && alpha[c] == alpha[0];
    const int64_t systems = equal ? 1 : t;
    /* one row a system, so that each has memory of its own */
    cx_array *rows = equal ? *b : cx_ascontiguous(cx_transpose(*b)),
             *info = cx__new_f64(s, systems, -1), *worst;
    const double *a_at = cx__at(a);
    double *rows_at = cx__at(rows), *info_at = cx__at(info), bad = 0;
    CX__TRY(cx__so_far());
    for (int64_t c = 0; c < systems; c++)
        CX__TRY(s->ops->solve(s->queue, a_at, alpha[c], m, rows_at + c * m, equal ? t : 1,
                              info_at + c));
    worst = cx_max(info, CX_ALL);
    CX__TRY(cx__so_far());
    CX__TRY(cx__read(s, worst, &bad));
    *b = equal ? rows : cx_transpose(rows);
    return bad != 0 ? CX_E_SINGULAR : CX_OK;
}

/* coef [t, d] by the normal equations of columns (d <= n) or rows. SINGULAR: a pivot failed. */
static cx_status by_cholesky(const cx__regression *r, const double *alpha, cx_array **coef)
{
    const bool columns = r->d <= r->n;
    const cx_array *a =
        columns ? cx__gram(&r->site, r->x, NULL) : cx_matmul(r->x, cx_transpose(r->x));
    cx_array *b = columns ? cx_matmul(cx_transpose(r->x), r->y) : cx_copy(r->y);
    CX__TRY(solve_targets(&r->site, a, alpha, r->t, &b));
    *coef = columns ? cx_transpose(b) : cx_matmul(cx_transpose(b), r->x);
    return cx__so_far();
}

static cx_status by_svd(const cx__regression *r, const double *alpha, cx_array **coef)
{
    const cx_svd f = cx_linalg_svd(r->x, CX_OPTS(cx_svd_opts, .thin = true));
    static cx__held shrunk = CX__HELD("p, s, a: p * where(s > 1e-15, s / (s * s + a), 0)");
    const cx_array *penalty = cx_expand_dims(cx__given(&r->site, alpha, r->t, CX_F64), 0),
                   *part = cx__held_run("fit", &shrunk,
                                        CX_ARRAYS(cx_matmul(cx_transpose(f.u), r->y),
                                                  cx_expand_dims(f.s, 1), penalty));
    *coef = cx_matmul(cx_transpose(part), f.vh);
    return cx__so_far();
}

static cx_status fit_data(cx_estimator *self, const cx__regression *r, const char *solver,
                          cx_dtype dtype)
{
    const int64_t t = r->t;
    const cx_array *given = cx_param_array(self, "alpha");
    const double *values = cx_data_f64(given);
    if (values == NULL) return cx__last_status();
    const int64_t count = cx_size(given);
    if (count != 1 && count != t)
        return cx__fail(CX_E_ARGUMENT, "fit", "Ridge: %lld penalties for %lld targets",
                        (long long)count, (long long)t);
    for (int64_t c = 0; c < count; c++)
        if (!(values[c] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "Ridge: alpha must not be negative");
    const cx_array *each = cx_ascontiguous(cx_broadcast_to(given, CX_SHAPE(t)));
    const double *alpha = cx_data_f64(each);
    if (alpha == NULL) return cx__last_status();
    cx_array *coef = NULL;
    cx_status st = strcmp(solver, "svd") == 0 ? CX_E_SINGULAR : by_cholesky(r, alpha, &coef);
    if (st == CX_E_SINGULAR) st = by_svd(r, alpha, &coef);
    CX__TRY(st);
    return cx__regression_store(self, r, cx_ascontiguous(coef), dtype);
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
    CX__TRY(cx__regression_make(data, cx_param_bool(self, "fit_intercept"), &r));
    return fit_data(self, &r, solver, cx__float_like(data->x));
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
    .predict_into = cx__scores_into,
};
