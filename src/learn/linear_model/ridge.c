/* Ridge: least squares with an L2 penalty, one for all targets or one each.
 *
 * The normal equations by Cholesky (their dual form when there are more columns than rows), and the
 * singular values where a pivot fails, as scikit-learn's solver='auto' does. */
#include "learn/linear_model/ridge.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/linear_model/serial/non_negative.h"
#include "learn/linear_model/serial/normal.h"
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
    {"alpha", CX_PARAM_FLOAT | CX_PARAM_LIST, "1.0", "[0, inf)",
     "strength of the penalty; a list: one per target"},
    CX__RIDGE_INTERCEPT,
    CX__RIDGE_COPY_X,
    CX__RIDGE_MAX_ITER,
    CX__RIDGE_TOL,
    CX__RIDGE_SOLVER,
    CX__RIDGE_POSITIVE,
    CX__RIDGE_RANDOM_STATE,
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
    cx_array *a, *b;
    if (columns) {
        CX__TRY(cx__regression_products(r, &a, &b));
    } else {
        a = cx_matmul(r->x, cx_transpose(r->x));
        b = cx_copy(r->y);
    }
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

/* Over coefficients >= 0, target by target, on the host. */
static cx_status non_negative(const cx__regression *r, const double *alpha, cx_array **coef)
{
    cx__normal m;
    CX__TRY(cx__normal_make(r, CX__NORMAL_PRODUCTS, &m));
    double *w = cx__host_f64(r->t, r->d);
    CX__TRY(cx__so_far());
    bool stopped = false;
    for (int64_t k = 0; k < r->t; k++) {
        const cx_status st =
            cx__non_negative(m.gram, m.cross + k * m.d, m.yy[k], m.d, alpha[k], w + k * m.d);
        stopped = stopped || st == CX_E_CONVERGENCE;
        if (st != CX_E_CONVERGENCE) CX__TRY(st);
    }
    if (stopped)
        cx__warn(CX_E_CONVERGENCE, "Ridge: the search over positive coefficients stopped before "
                                   "the minimum; the columns nearly depend on each other");
    *coef = cx__send(&r->site, cx_copy_host(w, CX_SHAPE(r->t, r->d), CX_F64));
    return cx__so_far();
}

cx_status cx__ridge_coef(const cx__regression *r, const double *alpha, bool by_values,
                         bool positive, cx_array **coef)
{
    cx__regression own = *r;
    if (positive || by_values || r->d > r->n) CX__TRY(cx__regression_centre(&own));
    if (positive) return non_negative(&own, alpha, coef);
    cx_status st = by_values ? CX_E_SINGULAR : by_cholesky(&own, alpha, coef);
    if (st == CX_E_SINGULAR) {
        CX__TRY(cx__regression_centre(&own));
        st = by_svd(&own, alpha, coef);
    }
    CX__TRY(st);
    *coef = cx_ascontiguous(*coef);
    return cx__so_far();
}

cx_status cx__ridge_check(const cx_estimator *self)
{
    const char *solver = cx_param_str(self, "solver");
    const bool positive = cx_param_bool(self, "positive"), lbfgs = strcmp(solver, "lbfgs") == 0;
    if (lbfgs && !positive)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: solver='lbfgs' is for positive=True",
                        self->cls->name);
    if (positive && !lbfgs && strcmp(solver, "auto") != 0)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: positive=True takes solver 'auto' or 'lbfgs', not '%s'",
                        self->cls->name, solver);
    return CX_OK;
}

cx_status cx__ridge_fit(const cx_estimator *self, const cx__regression *r, const double *alpha,
                        cx_array **coef)
{
    return cx__ridge_coef(r, alpha, strcmp(cx_param_str(self, "solver"), "svd") == 0,
                          cx_param_bool(self, "positive"), coef);
}

cx_status cx__ridge_alphas(const cx_estimator *self, int64_t t, const double **out)
{
    const cx_array *given = cx_param_array(self, "alpha");
    const double *values = cx_data_f64(given);
    if (values == NULL) return cx__last_status();
    const int64_t count = cx_size(given);
    if (count != 1 && count != t)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: %lld penalties for %lld targets",
                        self->cls->name, (long long)count, (long long)t);
    for (int64_t c = 0; c < count; c++)
        if (!(values[c] >= 0))
            return cx__fail(CX_E_ARGUMENT, "fit", "%s: alpha must not be negative",
                            self->cls->name);
    const cx_array *each = cx_ascontiguous(cx_broadcast_to(given, CX_SHAPE(t)));
    *out = cx_data_f64(each);
    return *out == NULL ? cx__last_status() : CX_OK;
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    CX__TRY(cx__ridge_check(self));
    cx__regression r;
    CX__TRY(cx__regression_begin(data, cx_param_bool(self, "fit_intercept"), &r));
    const double *alpha;
    CX__TRY(cx__ridge_alphas(self, r.t, &alpha));
    cx_array *coef = NULL;
    CX__TRY(cx__ridge_fit(self, &r, alpha, &coef));
    return cx__regression_store(self, &r, coef, cx__float_like(data->x));
}

const cx_estimator_class cx__class_ridge = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "Ridge",
    .doc = "Least squares with an L2 penalty.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_LATE_ROWS | CX_CLASS_LATE_FIT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__regressor_predict,
    .check = cx__regressor_check,
    .plan = cx__regressor_plan,
    .predict_into = cx__scores_into,
};
