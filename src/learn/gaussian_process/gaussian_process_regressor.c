/* GaussianProcessRegressor: a normal distribution over functions, given their values at rows.
 *
 * One idea: hyperparameters are where the log marginal likelihood is largest; then the mean at new
 * rows is a sum of kernels with the training rows. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/gaussian_process/process.h"
#include "learn/gaussian_process/regressor.h"
#include "learn/numeric/draw.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <calx/linalg.h>
#include <calx/linalg_factor.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

static const char *const attrs[] = {"X_train_: float [r, n]",
                                    "y_train_: float",
                                    "L_: float [r, r]",
                                    "alpha_: float",
                                    "kernel_: any [1]",
                                    "theta_: float [p]",
                                    "y_train_mean_: float",
                                    "y_train_std_: float",
                                    "log_marginal_likelihood_value_: float []",
                                    NULL};

static const cx_param params[] = {
    {"kernel", CX_PARAM_STR | CX_PARAM_NONE, "None", NULL,
     "as Python would write it; None: 'ConstantKernel() * RBF()'"},
    {"alpha", CX_PARAM_FLOAT | CX_PARAM_LIST, "1e-10", "[0, inf)",
     "added to the kernel's diagonal; a list: one for each row"},
    {"optimizer", CX_PARAM_STR | CX_PARAM_NONE, "'fmin_l_bfgs_b'", "{'fmin_l_bfgs_b'}",
     "a quasi-Newton method within bounds; None: hyperparameters stay"},
    {"n_restarts_optimizer", CX_PARAM_INT, "0", "[0, inf)",
     "searches from places drawn within the bounds"},
    {"normalize_y", CX_PARAM_BOOL, "False", NULL, "targets get mean 0 and variance 1"},
    {"copy_X_train", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"},
    {"n_targets", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)",
     "columns that y must have; None: any"},
    {"random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",
     "seed of the restarts"},
    {.name = NULL},
};

cx_status cx__gpr_noise(const cx_estimator *self, const cx__site *s, int64_t n, cx_array **out)
{
    const cx_array *const given = cx_param_array(self, "alpha");
    const int64_t count = cx_size(given);
    CX__TRY(cx__so_far());
    const double *const v = cx_data_f64(given);
    for (int64_t i = 0; i < count; i++)
        if (!(v[i] >= 0))
            return cx__fail(CX_E_ARGUMENT, s->where,
                            "GaussianProcessRegressor: alpha has %g, which is below 0", v[i]);
    if (count != 1 && count != n)
        return cx__fail(CX_E_SHAPE, s->where,
                        "GaussianProcessRegressor: alpha has %lld numbers for %lld rows",
                        (long long)count, (long long)n);
    *out = cx_expand_dims(cx__send(s, cx_ravel(given)), 1);
    return cx__so_far();
}

/* Targets [n, t] as the process sees them, and what to undo. */
static cx_status targets(cx_estimator *self, const cx_data *data, cx__gp *g)
{
    static cx__held standard = CX__HELD("y, m, s: (y - m) / s"),
                    positive = CX__HELD("s: where(s < 2.220446049250313e-15, 1, s)");
    const cx_array *const y = cx__f64(&g->site, data->y);
    g->y = cx_ndim(y) == 1 ? cx_expand_dims(y, 1) : y;
    const int64_t t = cx_dim(g->y, 1);
    CX__TRY(cx__so_far());
    if (!cx_param_is_none(self, "n_targets") && cx_param_i64(self, "n_targets") != t)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "GaussianProcessRegressor: n_targets=%lld, and y has %lld",
                        (long long)cx_param_i64(self, "n_targets"), (long long)t);
    const cx_array *mean = cx_zeros(CX_SHAPE(t), CX_F64, g->site.device),
                   *std = cx_ones(CX_SHAPE(t), CX_F64, g->site.device);
    if (cx_param_bool(self, "normalize_y")) {
        mean = cx_mean(g->y, CX_AXIS(0));
        std = cx__held_run("fit", &positive, CX_ARRAYS(cx_std(g->y, CX_AXIS(0))));
        g->y = cx__held_run("fit", &standard, CX_ARRAYS(g->y, mean, std));
    }
    CX__TRY(cx__store(self, CX__GPR_MEAN, mean, CX_F64));
    return cx__store(self, CX__GPR_STD, std, CX_F64);
}

static cx_status objective(void *ctx, const cx__gp_kernel *k, double *value, double *gradient)
{
    cx__gp g = *(const cx__gp *)ctx;
    g.kernel = *k;
    CX__TRY(cx__gp_likelihood(&g, value, gradient));
    *value = -*value;
    for (int i = 0; gradient != NULL && i < cx__gp_free(k); i++) gradient[i] = -gradient[i];
    return CX_OK;
}

static cx_status factor(const cx__gp *g, cx_array **l)
{
    const cx_scope s = cx_scope_open();
    const cx_status st = cx__gp_factor(g, l);
    if (st != CX_E_SINGULAR) {
        *l = cx__give(s, st, *l);
        return cx__so_far();
    }
    (void)cx_check(cx_scope_close(s));
    return cx__fail(
        CX_E_SINGULAR, "fit",
        "GaussianProcessRegressor: the kernel with alpha on its diagonal is not positive "
        "definite; a larger alpha would help");
}

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    const cx_cho_opts lower = {.struct_size = sizeof lower, .lower = true};
    cx__gp g = {.where = "fit"};
    cx_array *noise = NULL, *l = NULL;
    double least = 0;
    CX__TRY(cx__site_of("fit", data->x, &g.site));
    CX__TRY(cx__gp_given(self, "fit", CX__GP_PRIOR, &g.kernel));
    g.x = cx__f64(&g.site, data->x);
    CX__TRY(targets(self, data, &g));
    CX__TRY(cx__gpr_noise(self, &g.site, cx_dim(g.x, 0), &noise));
    g.noise = noise;
    if (!cx_param_is_none(self, "optimizer") && cx__gp_free(&g.kernel) > 0) {
        cx__gp start = g;
        const cx__gp_restarts again = {.count = cx_param_i64(self, "n_restarts_optimizer"),
                                       .draws = cx__seeded(self)};
        CX__TRY(cx__gp_optimise(&g.kernel, &again, objective, &start, &least));
    } else {
        CX__TRY(objective(&g, &g.kernel, &least, NULL));
    }
    CX__TRY(factor(&g, &l));
    const cx_array *const dual = cx_linalg_cho_solve(l, g.y, &lower);
    const bool flat = cx_ndim(data->y) == 1;
    CX__TRY(cx__store(self, CX__GPR_X, g.x, CX_F64));
    CX__TRY(cx__store(self, CX__GPR_Y, flat ? cx_ravel(g.y) : g.y, CX_F64));
    CX__TRY(cx__store(self, CX__GPR_L, l, CX_F64));
    CX__TRY(cx__store(self, CX__GPR_ALPHA, flat ? cx_ravel(dual) : dual, CX_F64));
    CX__TRY(cx__gp_keep(self, &g.site, 1, &g.kernel, CX__GPR_KERNEL, CX__GPR_THETA));
    return cx_self_set_f64(self, CX__GPR_LIKELIHOOD, -least);
}

static cx_array *predict(const cx_estimator *self, const cx_array *x)
{
    cx_array *mean = NULL;
    const cx_status st = cx__gpr_ask(self, "predict", x, CX_GAUSSIAN_PROCESS_STD, &mean, NULL);
    return cx_check(st) == CX_OK ? mean : NULL;
}

/* The kernel's text is one, and the arrays fit each other. */
static cx_status check(const cx_estimator *self)
{
    cx__gp_kernel k;
    CX__TRY(cx__gp_kept(self, "estimator_load", CX__GPR_KERNEL, CX__GPR_THETA, &k));
    const cx_array *const y = cx_self(self, CX__GPR_Y), *const dual = cx_self(self, CX__GPR_ALPHA);
    const int64_t r = cx_dim(cx_self(self, CX__GPR_X), 0),
                  t = cx_ndim(dual) == 2 ? cx_dim(dual, 1) : 1;
    if ((cx_ndim(dual) == 1 || cx_ndim(dual) == 2) && cx_dim(dual, 0) == r &&
        cx_size(y) == cx_size(dual) && cx_size(cx_self(self, CX__GPR_MEAN)) == t &&
        cx_size(cx_self(self, CX__GPR_STD)) == t)
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "GaussianProcessRegressor: alpha_ is no number for each row and target");
}

const cx_estimator_class cx__class_gaussian_process_regressor = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GaussianProcessRegressor",
    .doc = "Regression by a normal distribution over functions.",
    .kind = CX_REGRESSOR,
    .flags = CX_CLASS_F64 | CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = predict,
    .check = check,
};
