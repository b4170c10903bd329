/* BayesianGaussianMixture: the same mixture with a prior for everything, by variational inference:
 * weights of a Dirichlet process or distribution, normal means, Wishart precisions (Bishop, Pattern
 * Recognition and Machine Learning, 10.2). */
#include "learn/mixture/mixture.h"

#include "base/log_gamma.h"
#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/rows.h"
#include "learn/numeric/tails.h"
#include <calx/manipulate.h>
#include <math.h>
#include <string.h>

enum {
    CONCENTRATION = CX__MIXTURE_SLOTS,
    CONCENTRATION_PRIOR,
    MEAN_PRECISION,
    MEAN_PRECISION_PRIOR,
    MEAN_PRIOR,
    FREEDOM,
    FREEDOM_PRIOR,
    COVARIANCE_PRIOR
};
static const char *const attrs[] = {CX__MIXTURE_ATTRS,
                                    "weight_concentration_: float",
                                    "weight_concentration_prior_: float []",
                                    "mean_precision_: float [k]",
                                    "mean_precision_prior_: float []",
                                    "mean_prior_: float [n]",
                                    "degrees_of_freedom_: float",
                                    "degrees_of_freedom_prior_: float []",
                                    "covariance_prior_: float",
                                    NULL};
#define POSITIVE(name, words)                                           \
    {                                                                   \
        name, CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "(0, inf)", words \
    }
static const cx_param params[] = {
    CX__MIXTURE_FIRST,
    {"weight_concentration_prior_type", CX_PARAM_STR, "'dirichlet_process'",
     "{'dirichlet_process', 'dirichlet_distribution'}", "prior of the weights"},
    POSITIVE("weight_concentration_prior", "small: few components; None: 1 / n_components"),
    POSITIVE("mean_precision_prior", "how far means stay at mean_prior; None: 1"),
    {"mean_prior", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "None: the mean of x"},
    POSITIVE("degrees_of_freedom_prior", "of the covariances, above columns - 1; None: columns"),
    {"covariance_prior", CX_PARAM_FLOAT | CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "in the shape of one covariance; None: the covariance of x"},
    CX__MIXTURE_LAST,
    {.name = NULL}};

/* m->own: concentrations [2, k] (a distribution's: one row), mean precisions [k], degrees of
 * freedom [k], all alike of a tied covariance. */
static int64_t own(const cx__mixture *m)
{
    return 4 * m->k;
}
typedef struct belief {
    double *a, *b, *precision, *freedom;
} belief;
static belief belief_of(const cx__mixture *m)
{
    const int64_t k = m->k;
    return (belief){m->own, m->own + k, m->own + 2 * k, m->own + 3 * k};
}

typedef struct prior {
    double concentration, precision, freedom;
    double *mean, *covariance; /* [d]; one component's, a number of a spherical one */
} prior;

static bool process(const cx_estimator *self)
{
    return strcmp(cx_param_str(self, "weight_concentration_prior_type"), "dirichlet_process") == 0;
}

/* ---- priors */
static int64_t one_size(const cx__mixture *m)
{
    return m->type == CX__SPHERICAL ? 1 : m->type == CX__DIAG ? m->d : m->d * m->d;
}

static double or_else(const cx__mixture *m, const char *name, double other)
{
    return cx_param_is_none(m->self, name) ? other : cx_param_f64(m->self, name);
}

/* The covariance of x, divided by n - 1, in the type's shape. */
static cx_status of_data(const cx__mixture *m, double *out)
{
    const cx__site *const s = &m->site;
    const double by = (double)m->n - 1;
    const int64_t d = m->d;
    if (m->type == CX__FULL || m->type == CX__TIED) {
        const cx_array *const mean = cx__given_all(s, m->shift, d, CX_F64);
        const cx_array *const gram = cx_ascontiguous(cx__gram(s, m->x, mean));
        CX__TRY(cx__so_far());
        CX__TRY(cx__read_all(s, gram, out));
        for (int64_t i = 0; i < d * d; i++) out[i] /= by;
        return CX_OK;
    }
    cx_array *mean, *squares;
    double *const each = cx__scope_room((size_t)d * sizeof *each);
    CX__TRY(cx__column_means(s, m->x, NULL, &mean, &squares));
    CX__TRY(cx__so_far());
    CX__TRY(cx__read_all(s, squares, each));
    if (m->type == CX__SPHERICAL) *out = 0;
    for (int64_t j = 0; j < d; j++) {
        if (m->type == CX__DIAG) out[j] = each[j] / by;
        if (m->type == CX__SPHERICAL) *out += each[j] / by / (double)d;
    }
    return CX_OK;
}

static cx_status given_covariance(cx__mixture *m, double *out)
{
    const int64_t d = m->d, shapes[][3] = {{d, d, -1}, {d, d, -1}, {d, -1, -1}, {-1, -1, -1}};
    CX__TRY(cx__mixture_list(m->self, "covariance_prior", shapes[m->type], out));
    bool good = true;
    for (int64_t j = 0; j < one_size(m); j += m->type <= CX__TIED ? d + 1 : 1)
        good = good && out[j] > 0;
    for (int64_t i = 0; m->type <= CX__TIED && i < d; i++)
        for (int64_t j = 0; j < i; j++)
            good =
                good && fabs(out[i * d + j] - out[j * d + i]) <= 1e-8 + 1e-5 * fabs(out[j * d + i]);
    if (good && m->type <= CX__TIED) good = cx__mixture_positive(out, d);
    if (good) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "%s: covariance_prior must be %s", m->self->cls->name,
                    m->type <= CX__TIED ? "symmetric and positive definite" : "positive");
}

static cx_status prepare(cx__mixture *m)
{
    const int64_t d = m->d, shape[] = {d, -1};
    prior *const p = m->prior = cx__scope_room(sizeof *p);
    double *const at = cx__scope_room((size_t)(d + one_size(m)) * sizeof *at);
    CX__TRY(cx__so_far());
    *p = (prior){.concentration = or_else(m, "weight_concentration_prior", 1.0 / (double)m->k),
                 .precision = or_else(m, "mean_precision_prior", 1),
                 .freedom = or_else(m, "degrees_of_freedom_prior", (double)d),
                 .mean = at,
                 .covariance = at + d};
    if (!(p->freedom > (double)d - 1))
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: degrees_of_freedom_prior=%g must be above %lld, the columns less 1",
                        m->self->cls->name, p->freedom, (long long)d - 1);
    if (cx_param_is_none(m->self, "mean_prior"))
        memcpy(p->mean, m->shift, (size_t)d * sizeof *p->mean);
    else
        CX__TRY(cx__mixture_list(m->self, "mean_prior", shape, p->mean));
    return cx_param_is_none(m->self, "covariance_prior") ? of_data(m, p->covariance)
                                                         : given_covariance(m, p->covariance);
}

static bool always(const cx__mixture *m)
{
    (void)m;
    return true;
}

/* ---- what the moments say */
static void estimate_weights(cx__mixture *m, const prior *p)
{
    const belief b = belief_of(m);
    double after = 0;
    for (int64_t c = m->k - 1; c >= 0; c--) {
        b.a[c] = process(m->self) ? 1 + m->nk[c] : p->concentration + m->nk[c];
        b.b[c] = process(m->self) ? p->concentration + after : 0;
        after += m->nk[c];
    }
}

static void estimate_means(cx__mixture *m, const prior *p)
{
    const belief b = belief_of(m);
    for (int64_t c = 0; c < m->k; c++) {
        b.precision[c] = p->precision + m->nk[c];
        for (int64_t j = 0; j < m->d; j++) {
            const int64_t i = c * m->d + j;
            m->means[i] = (p->precision * p->mean[j] + m->nk[c] * m->xk[i]) / b.precision[c];
        }
    }
}

/* The matrix of component c, of all components one for the tied one. */
static void estimate_matrix(cx__mixture *m, const prior *p, int64_t c)
{
    const belief b = belief_of(m);
    const int64_t d = m->d;
    const double nk = m->nk[c], *const x = m->xk + c * d, *const g = p->mean,
                 *const s = m->sk + c * d * d;
    double *const out = m->cov + c * d * d;
    b.freedom[c] = p->freedom + nk;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            const double between = (x[i] - g[i]) * (x[j] - g[j]);
            out[i * d + j] = (p->covariance[i * d + j] + nk * s[i * d + j] +
                              nk * p->precision / b.precision[c] * between) /
                             b.freedom[c];
        }
}

static void estimate_tied(cx__mixture *m, const prior *p)
{
    const belief b = belief_of(m);
    const int64_t d = m->d, k = m->k;
    double all = 0;
    for (int64_t c = 0; c < k; c++) all += m->nk[c];
    for (int64_t c = 0; c < k; c++) b.freedom[c] = p->freedom + all / (double)k;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double between = 0;
            for (int64_t c = 0; c < k; c++)
                between += m->nk[c] / b.precision[c] * (m->xk[c * d + i] - p->mean[i]) *
                           (m->xk[c * d + j] - p->mean[j]);
            const int64_t at = i * d + j;
            m->cov[at] = (p->covariance[at] + m->sk[at] * all / (double)k +
                          p->precision / (double)k * between) /
                         b.freedom[0];
        }
}

static void estimate_numbers(cx__mixture *m, const prior *p, int64_t c)
{
    const belief b = belief_of(m);
    const int64_t d = m->d;
    const double nk = m->nk[c], by = p->precision / b.precision[c];
    b.freedom[c] = p->freedom + nk;
    double squares = 0;
    for (int64_t j = 0; j < d; j++) {
        const double off = m->xk[c * d + j] - p->mean[j];
        squares += off * off;
        if (m->type == CX__DIAG)
            m->cov[c * d + j] =
                (p->covariance[j] + nk * (m->sk[c * d + j] + by * off * off)) / b.freedom[c];
    }
    if (m->type == CX__SPHERICAL)
        m->cov[c] = (p->covariance[0] + nk * (m->sk[c] + by * squares / (double)d)) / b.freedom[c];
}

static cx_status estimate(cx__mixture *m, bool first)
{
    (void)first;
    const prior *const p = m->prior;
    estimate_weights(m, p);
    estimate_means(m, p);
    if (m->type == CX__TIED) estimate_tied(m, p);
    for (int64_t c = 0; c < m->k; c++) {
        if (m->type == CX__FULL) estimate_matrix(m, p, c);
        if (m->type == CX__DIAG || m->type == CX__SPHERICAL) estimate_numbers(m, p, c);
    }
    return cx__mixture_factors(m);
}

/* ---- expectations */
static void log_weights(const cx__mixture *m, double *out)
{
    const belief b = belief_of(m);
    double before = 0, all = 0;
    for (int64_t c = 0; c < m->k; c++) all += b.a[c];
    for (int64_t c = 0; c < m->k; c++) {
        if (!process(m->self)) {
            out[c] = cx__digamma(b.a[c]) - cx__digamma(all);
            continue;
        }
        const double sum = cx__digamma(b.a[c] + b.b[c]);
        out[c] = cx__digamma(b.a[c]) - sum + before;
        before += cx__digamma(b.b[c]) - sum;
    }
}

static void starts(cx__mixture *m)
{
    const belief b = belief_of(m);
    const double d = (double)m->d, half = 0.5 * d * log(2 * 3.14159265358979323846);
    log_weights(m, m->start);
    for (int64_t c = 0; c < m->k; c++) {
        double lambda = d * log(2);
        for (int64_t j = 0; j < m->d; j++) lambda += cx__digamma(0.5 * (b.freedom[c] - (double)j));
        m->start[c] += m->log_det[c] - half - 0.5 * d * log(b.freedom[c]) +
                       0.5 * (lambda - d / b.precision[c]);
    }
}

static double wishart_norm(const cx__mixture *m, int64_t c)
{
    const double d = (double)m->d, freedom = belief_of(m).freedom[c];
    double sum = freedom * (m->log_det[c] - 0.5 * d * log(freedom)) + freedom * d * 0.5 * log(2);
    for (int64_t j = 0; j < m->d; j++) sum += cx__log_gamma(0.5 * (freedom - (double)j));
    return -sum;
}

static double bound(const cx__mixture *m)
{
    const belief b = belief_of(m);
    double wishart = 0, weights = 0, all = 0, logs = 0;
    for (int64_t c = 0; c < m->k; c++) {
        wishart += wishart_norm(m, c);
        all += b.a[c];
        logs += log(b.precision[c]);
        weights -= cx__log_gamma(b.a[c]);
        if (process(m->self)) weights += cx__log_gamma(b.a[c] + b.b[c]) - cx__log_gamma(b.b[c]);
    }
    if (!process(m->self)) weights += cx__log_gamma(all);
    return -m->record[1] - wishart - weights - 0.5 * (double)m->d * logs;
}

/* ---- attributes */
static cx_status store_priors(cx_estimator *self, const cx__mixture *m, cx_dtype t)
{
    const cx__site *const s = &m->site;
    const prior *const p = m->prior;
    const int64_t d = m->d;
    CX__TRY(cx_self_set_f64(self, CONCENTRATION_PRIOR, p->concentration));
    CX__TRY(cx_self_set_f64(self, MEAN_PRECISION_PRIOR, p->precision));
    CX__TRY(cx_self_set_f64(self, FREEDOM_PRIOR, p->freedom));
    CX__TRY(cx__store(self, MEAN_PRIOR, cx__given_all(s, p->mean, d, CX_F64), t));
    const cx_array *const cov = cx__given_all(s, p->covariance, one_size(m), CX_F64);
    if (m->type == CX__SPHERICAL) return cx_self_set_f64(self, COVARIANCE_PRIOR, *p->covariance);
    return cx__store(self, COVARIANCE_PRIOR,
                     m->type == CX__DIAG ? cov : cx_reshape(cov, CX_SHAPE(d, d)), t);
}

static void weights_of(const cx__mixture *m, double *out)
{
    const belief b = belief_of(m);
    double left = 1, all = 0;
    for (int64_t c = 0; c < m->k; c++) {
        const double sum = b.a[c] + b.b[c];
        out[c] = process(m->self) ? b.a[c] / sum * left : b.a[c];
        left *= b.b[c] / sum;
        all += out[c];
    }
    for (int64_t c = 0; c < m->k; c++) out[c] /= all;
}

static cx_status store(cx_estimator *self, const cx__mixture *m, cx_dtype t, double *weights)
{
    const cx__site *const s = &m->site;
    const belief b = belief_of(m);
    const int64_t k = m->k;
    weights_of(m, weights);
    const cx_array *const a = cx__given_all(s, b.a, process(self) ? 2 * k : k, CX_F64);
    CX__TRY(cx__store(self, CONCENTRATION, process(self) ? cx_reshape(a, CX_SHAPE(2, k)) : a, t));
    CX__TRY(cx__store(self, MEAN_PRECISION, cx__given_all(s, b.precision, k, CX_F64), t));
    CX__TRY(m->type == CX__TIED
                ? cx_self_set_f64(self, FREEDOM, b.freedom[0])
                : cx__store(self, FREEDOM, cx__given_all(s, b.freedom, k, CX_F64), t));
    return store_priors(self, m, t);
}

static cx_status recall(cx__mixture *m, const cx_array *(*get)(const cx_estimator *, int))
{
    const cx__site *const s = &m->site;
    const belief b = belief_of(m);
    CX__TRY(cx__read_all(s, cx__f64(s, get(m->self, CONCENTRATION)), b.a));
    CX__TRY(cx__read_all(s, cx__f64(s, get(m->self, MEAN_PRECISION)), b.precision));
    CX__TRY(cx__read_all(s, cx__f64(s, get(m->self, FREEDOM)), b.freedom));
    for (int64_t c = 1; m->type == CX__TIED && c < m->k; c++) b.freedom[c] = b.freedom[0];
    return CX_OK;
}

const cx__mixture_model cx__bayesian_model = {.own = own,
                                              .prepare = prepare,
                                              .open = always,
                                              .estimate = estimate,
                                              .starts = starts,
                                              .bound = bound,
                                              .store = store,
                                              .recall = recall};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return cx__mixture_fit(self, data, &cx__bayesian_model);
}

static cx_status check(const cx_estimator *self)
{
    CX__TRY(cx__mixture_check(self));
    const int64_t k = cx_dim(cx_self(self, CX__MIXTURE_MEANS), 0);
    const bool tied = cx__mixture_type(self) == CX__TIED;
    if (cx_size(cx_self(self, CONCENTRATION)) == (process(self) ? 2 * k : k) &&
        cx_size(cx_self(self, FREEDOM)) == (tied ? 1 : k))
        return CX_OK;
    return cx__fail(CX_E_PARSE, "estimator_load",
                    "%s: concentrations or degrees of freedom do not fit %lld components",
                    self->cls->name, (long long)k);
}

const cx_estimator_class cx__class_bayesian_gaussian_mixture = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "BayesianGaussianMixture",
    .doc = "Mixture of normal distributions with priors, by variational inference.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__mixture_predict,
    .predict_proba = cx__mixture_proba,
    .predict_log_proba = cx__mixture_log_proba,
    .score_samples = cx__mixture_samples,
    .score = cx__mixture_score,
    .check = check,
    .plan = cx__mixture_plan,
    .predict_into = cx__mixture_into,
    .predict_proba_into = cx__mixture_into,
    .score_samples_into = cx__mixture_into,
};
