/* Log marginal likelihoods of fitted Gaussian processes at hyperparameters of the caller's. */
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/gaussian_process/classifier.h"
#include "learn/gaussian_process/process.h"
#include "ops/primitives.h"
#include <calx/manipulate.h>
#include <math.h>

/* theta on the host: [p]. */
static cx_status numbers(const char *where, const cx_array *theta, int64_t p, const double **out)
{
    cx__site s;
    CX__NEED(where, "theta", theta, CX__KIND_ARRAY);
    if (cx_ndim(theta) != 1 || cx_size(theta) != p)
        return cx__fail(CX_E_SHAPE, where, "theta has %lld numbers, the kernel %lld",
                        (long long)cx_size(theta), (long long)p);
    if (p == 0) return CX_OK;
    CX__TRY(cx__site_of(where, theta, &s));
    *out = cx_data_f64(cx__fetch(&s, cx__f64(&s, theta)));
    return cx__so_far();
}

static cx_status of_regressor(const char *where, const cx_estimator *m, const cx_array *theta,
                              double *value, double *gradient)
{
    cx__gp g = {.where = where};
    const double *at = NULL;
    cx_array *noise = NULL;
    CX__TRY(cx__gp_kept(m, where, CX__GPR_KERNEL, CX__GPR_THETA, &g.kernel));
    CX__TRY(numbers(where, theta, cx__gp_free(&g.kernel), &at));
    if (at != NULL) cx__gp_set_theta(&g.kernel, at);
    g.x = cx_self(m, CX__GPR_X);
    g.y = cx_self(m, CX__GPR_Y);
    if (cx_ndim(g.y) == 1) g.y = cx_expand_dims(g.y, 1);
    CX__TRY(cx__so_far());
    CX__TRY(cx__site_of(where, g.x, &g.site));
    CX__TRY(cx__gpr_noise(m, &g.site, cx_dim(g.x, 0), &noise));
    g.noise = noise;
    return cx__gp_likelihood(&g, value, gradient);
}

/* Of more than two classes theta is one kernel's or that of each. */
static cx_status of_classifier(const char *where, const cx_estimator *m, const cx_array *theta,
                               double *value, double *gradient)
{
    const int64_t count = cx__gpc_count(m), all = cx_size(cx_self(m, CX__GPC_THETA)),
                  own = all / count;
    const bool each = cx_size(theta) == all;
    const double *at = NULL;
    double sum = 0;
    if (gradient != NULL && count > 1)
        return cx__fail(CX_E_UNSUPPORTED, where, "%s: the gradient is for two classes only",
                        m->cls->name);
    CX__TRY(numbers(where, theta, each ? all : own, &at));
    for (int64_t i = 0; i < count; i++) {
        double one;
        CX__TRY(cx__gpc_likelihood(cx__gpc_at(m, i), where, each && at != NULL ? at + i * own : at,
                                   &one, gradient));
        sum += one;
    }
    *value = sum / (double)count;
    return CX_OK;
}

static cx_status ask(const char *where, const cx_estimator *m, const cx_array *theta, double *value,
                     double *gradient)
{
    cx__site s;
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    const bool classifier = m->cls == &cx__class_gaussian_process_classifier;
    if (!classifier && m->cls != &cx__class_gaussian_process_regressor)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no Gaussian process", m->cls->name);
    if (m->state == NULL)
        return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    if (theta != NULL && classifier) return of_classifier(where, m, theta, value, gradient);
    if (theta != NULL) return of_regressor(where, m, theta, value, gradient);
    if (gradient != NULL) return cx__fail(CX_E_NULL, where, "theta is NULL");
    const cx_array *const kept = cx_self(m, classifier ? CX__GPC_LIKELIHOOD : CX__GPR_LIKELIHOOD);
    CX__TRY(cx__site_of(where, kept, &s));
    return cx__read_f64(&s, kept, value);
}

double cx_gaussian_process_log_marginal_likelihood(const cx_estimator *m, const cx_array *theta)
{
    const cx_scope s = cx_scope_open();
    double value = (double)NAN;
    const cx_status st =
        cx__give_status(s, ask("gaussian_process_log_marginal_likelihood", m, theta, &value, NULL));
    return cx_check(st) == CX_OK ? value : (double)NAN;
}

cx_array *cx_gaussian_process_log_marginal_likelihood_gradient(const cx_estimator *m,
                                                               const cx_array *theta)
{
    static const char where[] = "gaussian_process_log_marginal_likelihood_gradient";
    const cx_scope s = cx_scope_open();
    double value, gradient[CX__GP_NUMBERS] = {0};
    cx_array *out = NULL;
    const cx_status st = ask(where, m, theta, &value, gradient);
    if (st == CX_OK) out = cx_copy_host(gradient, CX_SHAPE(cx_size(theta)), CX_F64);
    return cx__give(s, st, out);
}
