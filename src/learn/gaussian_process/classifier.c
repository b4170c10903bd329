/* What a fitted Gaussian process of two classes says of rows: its latent function, and what that is
 * as a probability. */
#include "learn/gaussian_process/classifier.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/gaussian_process/laplace.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/linalg_solve.h>
#include <calx/manipulate.h>
#include <calx/ops.h>

int64_t cx__gpc_count(const cx_estimator *m)
{
    return m->state->children > 0 ? m->state->child[0]->state->children : 1;
}

const cx_estimator *cx__gpc_at(const cx_estimator *m, int64_t i)
{
    return m->state->children > 0 ? m->state->child[0]->state->child[i] : m;
}

cx_status cx__gpc_latent(const cx_estimator *m, const char *where, const cx_array *x,
                         cx_array **mean, cx_array **variance)
{
    static cx__held miss = CX__HELD("y, p: y - p"), scaled = CX__HELD("r, k: r * k"),
                    rest = CX__HELD("d, v: d - sum(v * v, axis=0)");
    const cx_solve_triangular_opts lower = {.struct_size = sizeof lower, .lower = true};
    const cx_array *const root = cx_self(m, CX__GPC_ROOT);
    cx__gp_kernel k;
    CX__TRY(cx__gp_kept(m, where, CX__GPC_KERNEL, CX__GPC_THETA, &k));
    const cx_array *const cross = cx__gp_value(where, &k, x, cx_self(m, CX__GPC_X));
    *mean =
        cx_matmul(cross, cx__held_run(where, &miss,
                                      CX_ARRAYS(cx_self(m, CX__GPC_Y), cx_self(m, CX__GPC_PI))));
    CX__TRY(cx__so_far());
    if (variance == NULL) return CX_OK;
    const cx_array *const seen =
        cx__held_run(where, &scaled, CX_ARRAYS(cx_expand_dims(root, 1), cx_transpose(cross)));
    const cx_array *const white = cx_linalg_solve_triangular(cx_self(m, CX__GPC_L), seen, &lower);
    *variance = cx__held_run(where, &rest, CX_ARRAYS(cx__gp_diagonal(where, &k, x), white));
    return cx__so_far();
}

cx_status cx__gpc_likelihood(const cx_estimator *m, const char *where, const double *theta,
                             double *value, double *gradient)
{
    cx__laplace p = {.where = where,
                     .x = cx_self(m, CX__GPC_X),
                     .y = cx_expand_dims(cx_self(m, CX__GPC_Y), 1),
                     .max_iter = cx_param_i64(m, "max_iter_predict")};
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of(where, p.x, &p.site));
    CX__TRY(cx__gp_kept(m, where, CX__GPC_KERNEL, CX__GPC_THETA, &p.kernel));
    cx__gp_set_theta(&p.kernel, theta);
    return cx__laplace_likelihood(&p, value, gradient);
}

static cx_status latent(const cx_estimator *m, const cx_array *x, cx_gaussian_process_rows *out)
{
    static const char where[] = "gaussian_process_latent";
    const cx_array *rows;
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_gaussian_process_classifier)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no GaussianProcessClassifier", m->cls->name);
    if (m->state == NULL)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (m->state->children > 0)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s: only two classes have one latent function",
                        m->cls->name);
    CX__TRY(cx__gp_rows(where, m, x, &rows));
    return cx__gpc_latent(m, where, rows, &out->mean, &out->spread);
}

cx_gaussian_process_rows cx_gaussian_process_latent(const cx_estimator *m, const cx_array *x)
{
    const cx_scope s = cx_scope_open();
    cx_gaussian_process_rows r = {NULL, NULL};
    const cx_status st = latent(m, x, &r);
    cx_array *parts[] = {r.mean, r.spread};
    cx__give_all(s, st, "gaussian_process_latent", 2, parts);
    return (cx_gaussian_process_rows){parts[0], parts[1]};
}
