/* GaussianMixture: weights, means and covariances of the largest likelihood. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"
#include <math.h>
#include <string.h>

static const char *const attrs[] = {CX__MIXTURE_ATTRS, NULL};
static const cx_param params[] = {
    CX__MIXTURE_FIRST,
    {"weights_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "first weights"},
    {"means_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL, "first means, a list for each"},
    {"precisions_init", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,
     "first inverses of the covariances, in the shape of covariances_"},
    CX__MIXTURE_LAST,
    {.name = NULL}};

static int64_t own(const cx__mixture *m)
{
    return m->k; /* weights */
}

/* Given parts of a start; NULL: none. */
typedef struct given {
    const double *weights, *means, *precisions;
} given;

static cx_status take(const cx__mixture *m, const char *name, const int64_t *shape, int64_t count,
                      const double **out)
{
    *out = NULL;
    if (cx_param_is_none(m->self, name)) return CX_OK;
    double *const v = cx__scope_room((size_t)count * sizeof *v);
    if (!v) return CX_E_NOMEM;
    *out = v;
    return cx__mixture_list(m->self, name, shape, v);
}

static cx_status check_weights(const cx__mixture *m, const double *w)
{
    double sum = 0;
    for (int64_t c = 0; c < m->k; c++) {
        sum += w[c];
        if (w[c] >= 0 && w[c] <= 1) continue;
        return cx__fail(CX_E_ARGUMENT, "fit", "GaussianMixture: weights_init must be in [0, 1]");
    }
    if (fabs(1 - sum) <= 1e-8) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, "fit", "GaussianMixture: the sum of weights_init is %g, not 1",
                    sum);
}

static cx_status prepare(cx__mixture *m)
{
    given *const p = m->prior = cx__scope_room(sizeof *p);
    if (!p) return CX_E_NOMEM;
    const int64_t d = m->d, k = m->k, weights[] = {k, -1}, means[] = {k, d, -1};
    const int64_t shapes[][4] = {{k, d, d, -1}, {d, d, -1, -1}, {k, d, -1, -1}, {k, -1, -1, -1}};
    CX__TRY(take(m, "weights_init", weights, k, &p->weights));
    if (p->weights) CX__TRY(check_weights(m, p->weights));
    CX__TRY(take(m, "means_init", means, k * d, &p->means));
    return take(m, "precisions_init", shapes[m->type], cx__mixture_size(m->type, d, k),
                &p->precisions);
}

static bool wants_start(const cx__mixture *m)
{
    const given *const p = m->prior;
    return !p->weights || !p->means || !p->precisions;
}

static cx_status estimate(cx__mixture *m, bool first)
{
    const given *const p = m->prior;
    const int64_t d = m->d, k = m->k;
    double sum = 0;
    for (int64_t c = 0; c < k; c++) sum += first ? 0 : m->nk[c];
    for (int64_t c = 0; c < k; c++)
        m->own[c] = first && p->weights ? p->weights[c] : m->nk[c] / (first ? (double)m->n : sum);
    memcpy(m->means, first && p->means ? p->means : m->xk, (size_t)(k * d) * sizeof *m->means);
    if (first && p->precisions) return cx__mixture_from_precisions(m, p->precisions);
    memcpy(m->cov, m->sk, (size_t)cx__mixture_size(m->type, d, k) * sizeof *m->cov);
    return cx__mixture_factors(m);
}

static void starts(cx__mixture *m)
{
    const double half = 0.5 * (double)m->d * log(2 * 3.14159265358979323846);
    for (int64_t c = 0; c < m->k; c++) m->start[c] = log(m->own[c]) + m->log_det[c] - half;
}

static double bound(const cx__mixture *m)
{
    return m->record[0] / (double)m->n;
}

static cx_status store(cx_estimator *self, const cx__mixture *m, cx_dtype t, double *weights)
{
    (void)self, (void)t;
    memcpy(weights, m->own, (size_t)m->k * sizeof *weights);
    return CX_OK;
}

static cx_status recall(cx__mixture *m, const cx_array *(*get)(const cx_estimator *, int))
{
    return cx__read_all(&m->site, cx__f64(&m->site, get(m->self, CX__MIXTURE_WEIGHTS)), m->own);
}

const cx__mixture_model cx__gaussian_model = {.own = own,
                                              .prepare = prepare,
                                              .open = wants_start,
                                              .estimate = estimate,
                                              .starts = starts,
                                              .bound = bound,
                                              .store = store,
                                              .recall = recall};

static cx_status fit(cx_estimator *self, const cx_data *data)
{
    return cx__mixture_fit(self, data, &cx__gaussian_model);
}

const cx_estimator_class cx__class_gaussian_mixture = {
    .struct_size = sizeof(cx_estimator_class),
    .name = "GaussianMixture",
    .doc = "Mixture of normal distributions of the largest likelihood.",
    .kind = CX_CLUSTERER,
    .flags = CX_CLASS_NO_WEIGHT,
    .positional = 1,
    .params = params,
    .attrs = attrs,
    .fit = fit,
    .predict = cx__mixture_predict,
    .predict_proba = cx__mixture_proba,
    .predict_log_proba = cx__mixture_log_proba,
    .score_samples = cx__mixture_samples,
    .score = cx__mixture_score,
    .check = cx__mixture_check,
    .plan = cx__mixture_plan,
    .predict_into = cx__mixture_into,
    .predict_proba_into = cx__mixture_into,
    .score_samples_into = cx__mixture_into,
};
