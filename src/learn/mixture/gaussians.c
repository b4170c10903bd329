/* Covariances, their factors and precisions: small matrices on the host. */
#include "learn/mixture/mixture.h"

#include "base/object.h"
#include "learn/base/estimator.h"
#include <math.h>
#include <string.h>

int64_t cx__mixture_size(cx__covariance type, int64_t d, int64_t k)
{
    switch (type) {
    case CX__FULL: return k * d * d;
    case CX__TIED: return d * d;
    case CX__DIAG: return k * d;
    default: return k;
    }
}

cx__covariance cx__mixture_type(const cx_estimator *self)
{
    const char *const name = cx_param_str(self, "covariance_type");
    if (strcmp(name, "full") == 0) return CX__FULL;
    if (strcmp(name, "tied") == 0) return CX__TIED;
    return strcmp(name, "diag") == 0 ? CX__DIAG : CX__SPHERICAL;
}

/* l = the lower Cholesky factor of a, zeros above; false: there is none. */
static bool cholesky(const double *a, int64_t d, double *l)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double sum = a[i * d + j];
            for (int64_t p = 0; p < j; p++) sum -= l[i * d + p] * l[j * d + p];
            if (i == j && !(sum > 0)) return false;
            l[i * d + j] = i == j ? sqrt(sum) : sum / l[j * d + j];
        }
        for (int64_t j = i + 1; j < d; j++) l[i * d + j] = 0;
    }
    return true;
}

bool cx__mixture_positive(const double *a, int64_t d)
{
    double *const l = cx__scope_room((size_t)(d * d) * sizeof *l);
    return l && cholesky(a, d, l);
}

/* out = the inverse of the lower triangle l. */
static void invert(const double *l, int64_t d, double *out)
{
    for (int64_t i = 0; i < d; i++) {
        double *const row = out + i * d;
        for (int64_t j = 0; j < d; j++) row[j] = 0;
        for (int64_t p = 0; p < i; p++)
            for (int64_t j = 0; j <= p; j++) row[j] -= l[i * d + p] * out[p * d + j];
        for (int64_t j = 0; j < i; j++) row[j] /= l[i * d + i];
        row[i] = 1 / l[i * d + i];
    }
}

static int64_t triangles(const cx__mixture *m)
{
    return m->type == CX__FULL ? m->k : m->type == CX__TIED ? 1 : 0;
}

void cx__mixture_log_det(cx__mixture *m)
{
    const int64_t d = m->d;
    for (int64_t c = 0; c < m->k; c++) {
        double sum = 0;
        if (triangles(m)) {
            const double *const f = m->factor + (m->type == CX__FULL ? c * d * d : 0);
            for (int64_t j = 0; j < d; j++) sum += log(f[j * d + j]);
        } else if (m->type == CX__DIAG) {
            for (int64_t j = 0; j < d; j++) sum += log(m->factor[c * d + j]);
        } else {
            sum = (double)d * log(m->factor[c]);
        }
        m->log_det[c] = sum;
    }
}

cx_status cx__mixture_factors(cx__mixture *m)
{
    const int64_t d = m->d, size = cx__mixture_size(m->type, d, m->k);
    double *const l = cx__scope_room((size_t)(d * d) * sizeof *l);
    if (!l) return CX_E_NOMEM;
    bool good = true;
    for (int64_t c = 0; good && c < triangles(m); c++) {
        good = cholesky(m->cov + c * d * d, d, l);
        if (good) invert(l, d, m->factor + c * d * d);
    }
    for (int64_t i = 0; good && !triangles(m) && i < size; i++) {
        good = m->cov[i] > 0;
        m->factor[i] = 1 / sqrt(m->cov[i]);
    }
    if (!good)
        return cx__fail(CX_E_ARGUMENT, "fit",
                        "%s: the covariance of a component is not positive definite (of a single "
                        "point, perhaps); take fewer components, raise reg_covar=%g or scale x",
                        m->self->cls->name, m->reg);
    cx__mixture_log_det(m);
    return CX_OK;
}

/* Precision = U U^T with U above the diagonal is Cholesky's from the other end; factor = U^T. */
static bool precision_factor(const double *a, int64_t d, double *turned, double *l, double *factor)
{
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) turned[i * d + j] = a[(d - 1 - i) * d + d - 1 - j];
    if (!cholesky(turned, d, l)) return false;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) factor[i * d + j] = l[(d - 1 - j) * d + d - 1 - i];
    return true;
}

static bool symmetric(const double *a, int64_t d)
{
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < i; j++)
            if (!(fabs(a[i * d + j] - a[j * d + i]) <= 1e-8 + 1e-5 * fabs(a[j * d + i])))
                return false;
    return true;
}

cx_status cx__mixture_from_precisions(cx__mixture *m, const double *precisions)
{
    const int64_t d = m->d, size = cx__mixture_size(m->type, d, m->k);
    double *const work = cx__scope_room((size_t)(2 * d * d) * sizeof *work);
    if (!work) return CX_E_NOMEM;
    bool good = true;
    for (int64_t c = 0; good && c < triangles(m); c++) {
        double *const factor = m->factor + c * d * d, *const cov = m->cov + c * d * d;
        good = symmetric(precisions + c * d * d, d) &&
               precision_factor(precisions + c * d * d, d, work, work + d * d, factor);
        if (!good) break;
        invert(factor, d, work); /* covariance = work work^T */
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++) {
                double sum = 0;
                for (int64_t p = 0; p < d; p++) sum += work[i * d + p] * work[j * d + p];
                cov[i * d + j] = sum;
            }
    }
    for (int64_t i = 0; good && !triangles(m) && i < size; i++) {
        good = precisions[i] > 0;
        m->factor[i] = sqrt(precisions[i]);
        m->cov[i] = 1 / precisions[i];
    }
    if (!good)
        return cx__fail(CX_E_ARGUMENT, "fit", "%s: precisions_init must be %s", m->self->cls->name,
                        triangles(m) ? "symmetric and positive definite" : "positive");
    cx__mixture_log_det(m);
    return CX_OK;
}

void cx__mixture_precisions(const cx__mixture *m, double *out)
{
    const int64_t d = m->d, size = cx__mixture_size(m->type, d, m->k);
    for (int64_t i = 0; !triangles(m) && i < size; i++) out[i] = m->factor[i] * m->factor[i];
    for (int64_t c = 0; c < triangles(m); c++) {
        const double *const f = m->factor + c * d * d;
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++) {
                double sum = 0;
                for (int64_t p = i > j ? i : j; p < d; p++) sum += f[p * d + i] * f[p * d + j];
                out[c * d * d + i * d + j] = sum;
            }
    }
}

void cx__mixture_turned(const cx__mixture *m, const double *from, double *to)
{
    const int64_t d = m->d, size = cx__mixture_size(m->type, d, m->k);
    if (!triangles(m)) memcpy(to, from, (size_t)size * sizeof *to);
    for (int64_t c = 0; c < triangles(m); c++)
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++) to[c * d * d + i * d + j] = from[c * d * d + j * d + i];
}
