/* Likelihoods of Gaussian processes and the search for their hyperparameters (Rasmussen and
 * Williams, Gaussian Processes for Machine Learning, 2.1 and 5.9). */
#include "learn/gaussian_process/process.h"

#include "base/object.h"
#include "learn/numeric/bounded.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>
#include <string.h>

cx_status cx__gp_factor(const cx__gp *g, cx_array **out)
{
    static cx__held noisy = CX__HELD("k, i, j, a: where(i == j, k + a, k)");
    const cx_array *const k = cx__gp_value(g->where, &g->kernel, g->x, NULL);
    CX__TRY(cx__so_far());
    const cx_array *const j = cx_arange_i64(0, cx_dim(k, 0), 1, CX_I64, g->site.device);
    *out = cx_linalg_cholesky(
        cx__held_run(g->where, &noisy, CX_ARRAYS(k, cx_expand_dims(j, 1), j, g->noise)), NULL);
    return cx__so_far();
}

static cx_status likelihood(const cx__gp *g, double *value, double *gradient)
{
    static cx__held fit = CX__HELD("y, a: sum(y * a)"),
                    inner = CX__HELD("aa, inverse, t: (aa - t * inverse) / 2");
    const cx_cho_opts lower = {.struct_size = sizeof lower, .lower = true};
    const int64_t n = cx_dim(g->y, 0), t = cx_dim(g->y, 1);
    cx_array *l = NULL;
    CX__TRY(cx__gp_factor(g, &l));
    const cx_array *const a = cx_linalg_cho_solve(l, g->y, &lower);
    const double match = cx__number_f64(cx__held_run(g->where, &fit, CX_ARRAYS(g->y, a))),
                 logs = cx__number_f64(cx_sum(cx_log(cx_diagonal(l, 0)), CX_ALL));
    CX__TRY(cx__so_far());
    *value = -match / 2 - (double)t * (logs + (double)n / 2 * log(2 * acos(-1)));
    if (gradient == NULL) return CX_OK;
    const cx_array *const inverse = cx_linalg_cho_solve(l, cx_eye(n, n, 0, CX_F64, g->site.device),
                                                        &lower),
                          *const weight = cx__held_run(g->where, &inner,
                                                       CX_ARRAYS(cx_matmul(a, cx_transpose(a)),
                                                                 inverse, cx_float((double)t)));
    CX__TRY(cx__so_far());
    return cx__gp_gradient(g->where, &g->kernel, g->x, weight, gradient);
}

cx_status cx__gp_likelihood(const cx__gp *g, double *value, double *gradient)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = likelihood(g, value, gradient), closed = cx_scope_close(s);
    if (st != CX_E_SINGULAR) return st != CX_OK ? st : closed;
    *value = -INFINITY;
    return CX_OK;
}

/* ---- hyperparameters */
typedef struct descent {
    cx__gp_kernel *kernel;
    cx__gp_objective *f;
    void *ctx;
} descent;

static cx_status at_theta(void *ctx, const double *theta, double *value, double *gradient)
{
    const descent *const d = ctx;
    CX__TRY(cx_poll());
    cx__gp_set_theta(d->kernel, theta);
    return d->f(d->ctx, d->kernel, value, gradient);
}

/* Numbers within finite bounds. */
static cx_status draw(const cx__gp_restarts *again, int n, const double *low, const double *high,
                      double *theta)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(low[i]) || !isfinite(high[i]))
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "n_restarts_optimizer above 0 needs finite bounds of the kernel");
    const double *const u = cx_data_f64(cx_rng_random(again->draws, CX_SHAPE(n), CX_F64));
    if (u == NULL) return cx__last_status();
    for (int i = 0; i < n; i++) {
        theta[i] = low[i] + (high[i] - low[i]) * u[i];
        if (again->powers) theta[i] = exp(theta[i]);
    }
    return CX_OK;
}

cx_status cx__gp_optimise(cx__gp_kernel *k, const cx__gp_restarts *again, cx__gp_objective *f,
                          void *ctx, double *value)
{
    double low[CX__GP_NUMBERS], high[CX__GP_NUMBERS], theta[CX__GP_NUMBERS], best[CX__GP_NUMBERS];
    descent d = {k, f, ctx};
    const int n = cx__gp_free(k);
    const cx__bounded p = {.n = n,
                           .max_iter = 15000,
                           .low = low,
                           .high = high,
                           .gtol = 1e-5,
                           .ftol = 2.220446049250313e-09,
                           .f = at_theta,
                           .ctx = &d};
    cx__gp_bounds(k, low, high);
    cx__gp_theta(k, theta);
    *value = INFINITY;
    memcpy(best, theta, sizeof best);
    for (int64_t i = 0; i <= again->count; i++) {
        double here;
        if (i > 0) CX__TRY(draw(again, n, low, high, theta));
        const cx_status st = cx__bounded_minimum(&p, theta, &here);
        if (st == CX_E_CONVERGENCE)
            cx__warn(CX_E_CONVERGENCE, "the search for hyperparameters stopped after %d steps",
                     (int)p.max_iter);
        else
            CX__TRY(st);
        if (here < *value) {
            *value = here;
            memcpy(best, theta, sizeof best);
        }
    }
    cx__gp_set_theta(k, best);
    cx__gp_warn(k);
    return CX_OK;
}
