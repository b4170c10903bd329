/* What a Gaussian process says of rows, with its training rows or, not fitted, without.
 *
 * One idea: a whitened kernel with the training rows, L^-1 k, has in its squares what those rows
 * tell about the new ones. */
#include "learn/gaussian_process/regressor.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/linalg_solve.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>

/* One target has no axis of its own. */
static cx_array *flat(cx_array *a)
{
    const int last = cx_ndim(a) - 1;
    return last > 0 && cx_dim(a, last) == 1 ? cx_squeeze(a, last) : a;
}

/* ---- without training rows */
static cx_status prior(const cx_estimator *m, const char *where, const cx_array *x,
                       cx_gaussian_process_spread kind, cx_array **mean, cx_array **spread)
{
    cx__gp_kernel k;
    const int64_t n = cx_dim(x, 0),
                  t = cx_param_is_none(m, "n_targets") ? 1 : cx_param_i64(m, "n_targets");
    const bool cov = kind == CX_GAUSSIAN_PROCESS_COV;
    CX__TRY(cx__gp_given(m, where, CX__GP_PRIOR, &k));
    *mean = flat(cx_zeros(CX_SHAPE(n, t), CX_F64, cx_device_of(x)));
    cx_array *const one =
        cov ? cx__gp_value(where, &k, x, NULL) : cx_sqrt(cx__gp_diagonal(where, &k, x));
    const cx_shape all = cov ? CX_SHAPE(n, n, t) : CX_SHAPE(n, t);
    *spread = flat(cx_copy(cx_broadcast_to(cx_expand_dims(one, cx_ndim(one)), all)));
    return cx__so_far();
}

/* ---- with them */
/* Variances [n]. */
static cx_array *variances(const char *where, const cx__gp_kernel *k, const cx_array *x,
                           const cx_array *white)
{
    static cx__held rest = CX__HELD("d, v: d - sum(v * v, axis=0)"),
                    below = CX__HELD("v: any(v < 0)"), floor = CX__HELD("v: where(v < 0, 0, v)");
    cx_array *const v = cx__held_run(where, &rest, CX_ARRAYS(cx__gp_diagonal(where, k, x), white));
    if (!cx__number_i64(cx__held_run(where, &below, CX_ARRAYS(v)))) return v;
    cx__warn(CX_E_ARGUMENT, "%s: variances below 0 are taken for 0", where);
    return cx__held_run(where, &floor, CX_ARRAYS(v));
}

static cx_status posterior(const cx_estimator *m, const char *where, const cx_array *x,
                           cx_gaussian_process_spread kind, cx_array **mean, cx_array **spread)
{
    static cx__held undo = CX__HELD("f, m, s: f * s + m"), wide = CX__HELD("c, s: c * (s * s)"),
                    narrow = CX__HELD("v, s: sqrt(v * (s * s))");
    const cx_solve_triangular_opts lower = {.struct_size = sizeof lower, .lower = true};
    const cx_array *const std = cx_self(m, CX__GPR_STD), *const dual = cx_self(m, CX__GPR_ALPHA);
    cx__gp_kernel k;
    CX__TRY(cx__gp_kept(m, where, CX__GPR_KERNEL, CX__GPR_THETA, &k));
    const cx_array *const cross = cx__gp_value(where, &k, x, cx_self(m, CX__GPR_X));
    *mean = flat(cx__held_run(where, &undo,
                              CX_ARRAYS(cx_matmul(cross, dual), cx_self(m, CX__GPR_MEAN), std)));
    CX__TRY(cx__so_far());
    if (spread == NULL) return CX_OK;
    const cx_array *const white =
        cx_linalg_solve_triangular(cx_self(m, CX__GPR_L), cx_transpose(cross), &lower);
    if (kind == CX_GAUSSIAN_PROCESS_COV) {
        const cx_array *const c =
            cx_sub(cx__gp_value(where, &k, x, NULL), cx_matmul(cx_transpose(white), white));
        *spread = flat(cx__held_run(where, &wide, CX_ARRAYS(cx_expand_dims(c, 2), std)));
    } else {
        const cx_array *const v = variances(where, &k, x, white);
        *spread = flat(cx__held_run(where, &narrow, CX_ARRAYS(cx_expand_dims(v, 1), std)));
    }
    return cx__so_far();
}

cx_status cx__gpr_ask(const cx_estimator *m, const char *where, const cx_array *x,
                      cx_gaussian_process_spread kind, cx_array **mean, cx_array **spread)
{
    if (m->state != NULL) return posterior(m, where, x, kind, mean, spread);
    return prior(m, where, x, kind, mean, spread);
}

static cx_status predict(const cx_estimator *m, const cx_array *x, cx_gaussian_process_spread kind,
                         cx_gaussian_process_rows *out)
{
    static const char where[] = "gaussian_process_predict";
    const cx_array *rows;
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_gaussian_process_regressor)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no GaussianProcessRegressor", m->cls->name);
    if (kind != CX_GAUSSIAN_PROCESS_STD && kind != CX_GAUSSIAN_PROCESS_COV)
        return cx__fail(CX_E_ARGUMENT, where, "spread is %d", (int)kind);
    CX__TRY(cx__gp_rows(where, m, x, &rows));
    return cx__gpr_ask(m, where, rows, kind, &out->mean, &out->spread);
}

cx_gaussian_process_rows cx_gaussian_process_predict(const cx_estimator *m, const cx_array *x,
                                                     cx_gaussian_process_spread spread)
{
    const cx_scope s = cx_scope_open();
    cx_gaussian_process_rows r = {NULL, NULL};
    const cx_status st = predict(m, x, spread, &r);
    cx_array *parts[] = {r.mean, r.spread};
    cx__give_all(s, st, "gaussian_process_predict", 2, parts);
    return (cx_gaussian_process_rows){parts[0], parts[1]};
}
