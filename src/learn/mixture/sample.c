/* Rows drawn from a mixture, and criteria that weigh its likelihood against its size. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/distributions.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/mixture.h>
#include <calx/ops.h>
#include <math.h>

static cx_status usable(const char *where, const cx_estimator *m)
{
    CX__NEED(where, "m", m, CX__KIND_ESTIMATOR);
    if (m->cls != &cx__class_gaussian_mixture && m->cls != &cx__class_bayesian_gaussian_mixture)
        return cx__fail(CX_E_ARGUMENT, where, "%s is no mixture", m->cls->name);
    if (!m->state) return cx__fail(CX_E_NOT_FITTED, where, "this %s is not fitted", m->cls->name);
    return CX_OK;
}

/* count rows of component c, on the host. */
static cx_array *rows_of(const cx_estimator *m, cx_generator *g, const cx_array *means,
                         const cx_array *cov, int64_t c, int64_t count)
{
    const cx__covariance type = cx__mixture_type(m);
    const cx_array *const mean = cx_select(means, 0, c);
    const cx_array *const own = type == CX__TIED ? cov : cx_select(cov, 0, c);
    if (type == CX__FULL || type == CX__TIED)
        return cx_rng_multivariate_normal(g, mean, own, CX_SHAPE(count), NULL);
    const cx_array *const z = cx_rng_standard_normal(g, CX_SHAPE(count, cx_dim(means, 1)), CX_F64);
    return cx_add(cx_mul(z, cx_sqrt(own)), mean);
}

static cx_status sample(const cx_estimator *m, int64_t n, cx_mixture_rows *out)
{
    static const char where[] = "mixture_sample";
    CX__TRY(usable(where, m));
    if (n < 1)
        return cx__fail(CX_E_ARGUMENT, where, "%s: n=%lld, not at least 1", m->cls->name,
                        (long long)n);
    cx__site s;
    CX__TRY(cx__site_at(where, m->state->device, &s));
    const cx_array *const weights = cx__fetch(&s, cx__f64(&s, cx_self(m, CX__MIXTURE_WEIGHTS))),
                          *const means = cx__fetch(&s, cx__f64(&s, cx_self(m, CX__MIXTURE_MEANS))),
                          *const cov =
                              cx__fetch(&s, cx__f64(&s, cx_self(m, CX__MIXTURE_COVARIANCES)));
    cx_generator *const g = cx__seeded(m);
    CX__TRY(cx__so_far());
    const cx_array *const counts = cx_rng_multinomial(g, cx_int(n), weights, CX_SIZE_NONE);
    const int64_t *const count = cx_data_i64(counts), k = cx_dim(means, 0);
    CX__TRY(cx__so_far());
    cx_array *const x = cx_zeros(CX_SHAPE(n, cx_dim(means, 1)), CX_F64, CX_CPU),
                    *const labels = cx_zeros(CX_SHAPE(n), CX_I64, CX_CPU);
    int64_t *const label = cx_data_i64_mut(labels);
    CX__TRY(cx__so_far());
    for (int64_t c = 0, at = 0; c < k; at += count[c++]) {
        const cx_array *const rows = rows_of(m, g, means, cov, c, count[c]);
        CX__TRY(cx__so_far());
        CX__TRY(cx_copy_into(rows, cx_slice(x, 0, at, at + count[c], 1)));
        for (int64_t i = at; i < at + count[c]; i++) label[i] = c;
    }
    *out = (cx_mixture_rows){cx__send(&s, x), cx__send(&s, labels)};
    return cx__so_far();
}

cx_mixture_rows cx_mixture_sample(const cx_estimator *m, int64_t n)
{
    const cx_scope s = cx_scope_open();
    cx_mixture_rows r = {NULL, NULL};
    const cx_status st = sample(m, n, &r);
    cx_array *parts[] = {r.x, r.labels};
    cx__give_all(s, st, "mixture_sample", 2, parts);
    return (cx_mixture_rows){parts[0], parts[1]};
}

/* Free numbers of the model. */
static double parameters(const cx_estimator *m)
{
    const cx_array *const means = cx_self(m, CX__MIXTURE_MEANS);
    const double k = (double)cx_dim(means, 0), d = (double)cx_dim(means, 1);
    const double each[] = {k * d * (d + 1) / 2, d * (d + 1) / 2, k * d, k};
    return each[cx__mixture_type(m)] + d * k + k - 1;
}

/* -2 log-likelihood plus by * parameters; by < 0: log(n). */
static double criterion(const char *where, const cx_estimator *m, const cx_array *x, double by)
{
    const cx_scope s = cx_scope_open();
    double v = (double)NAN;
    cx_status st = usable(where, m);
    if (st == CX_OK && m->cls != &cx__class_gaussian_mixture)
        st = cx__fail(CX_E_ARGUMENT, where, "%s has no likelihood of its own", m->cls->name);
    if (st == CX_OK) {
        const double mean = cx__estimator_score(where, m, &(const cx_data){.x = x}),
                     n = (double)cx_dim(x, 0);
        v = -2 * mean * n + (by < 0 ? log(n) : by) * parameters(m);
    }
    (void)cx_check(st);
    const cx_status closed = cx_scope_close(s);
    if (closed == CX_OK) return v;
    (void)cx_check(closed);
    return (double)NAN;
}

double cx_mixture_aic(const cx_estimator *m, const cx_array *x)
{
    return criterion("mixture_aic", m, x, 2);
}
double cx_mixture_bic(const cx_estimator *m, const cx_array *x)
{
    return criterion("mixture_bic", m, x, -1);
}
