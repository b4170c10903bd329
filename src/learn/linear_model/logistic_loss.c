/* The loss of logistic regression: one pass over the rows gives value and gradient.
 *
 * A chunk of rows computes its scores by one product, turns them into loss and pointwise gradient
 * in place, and adds its part of the gradient by a second product. Knows no estimator. */
#include "learn/linear_model/logistic_loss.h"

#include "learn/numeric/numeric.h"
#include "ops/primitives.h"
#include <math.h>

enum { ROWS = 1024 };

/* Loss of one row and, in place of its score, the derivative: log(1 + e^r) - y r. */
static double binomial(double *raw, bool positive)
{
    const double r = *raw, e = exp(-fabs(r));
    const double loss = (r > 0 ? r : 0) + log1p(e) - (positive ? r : 0);
    *raw = (r >= 0 ? 1 / (1 + e) : e / (1 + e)) - (positive ? 1 : 0);
    return loss;
}

static double multinomial(double *raw, int64_t k, int64_t code)
{
    double top = raw[0], sum = 0;
    for (int64_t c = 1; c < k; c++) top = raw[c] > top ? raw[c] : top;
    const double own = raw[code];
    for (int64_t c = 0; c < k; c++) {
        raw[c] = exp(raw[c] - top);
        sum += raw[c];
    }
    for (int64_t c = 0; c < k; c++) raw[c] /= sum;
    raw[code] -= 1;
    return log(sum) + top - own;
}

/* sum: gradient of the coefficients [k, d], of the intercepts [k], loss. */
static cx_status add_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const cx__logistic *m = ctx;
    const int64_t k = cx__logistic_outputs(m->classes), d = m->d;
    const double *coef = m->at_, *intercept = m->at_ + k * d, *x = m->x + lo * d;
    double *raw = m->raw + lo * k, *by_class = sum + k * d, *loss = by_class + k;
    CX__TRY(cx__gemm_f64(false, true, hi - lo, k, d, 1, x, d, coef, d, 0, raw, k));
    for (int64_t i = 0; i < hi - lo; i++) {
        double *r = raw + i * k;
        if (m->intercept)
            for (int64_t c = 0; c < k; c++) r[c] += intercept[c];
        const int64_t code = m->code[lo + i];
        const double w = m->weight != NULL ? m->weight[lo + i] : 1;
        *loss += w * (m->classes == 2 ? binomial(r, code == 1) : multinomial(r, k, code));
        for (int64_t c = 0; c < k; c++) {
            r[c] *= w;
            by_class[c] += r[c];
        }
    }
    return cx__gemm_f64(true, false, k, d, hi - lo, 1, raw, k, x, d, 1, sum, d);
}

cx_status cx__logistic_value(void *ctx, const double *w, double *f, double *gradient)
{
    cx__logistic *m = ctx;
    const int64_t k = cx__logistic_outputs(m->classes), coefs = k * m->d;
    double *sum = cx__scratch_f64(m->where, "the gradient", 1, coefs + k + 1);
    if (sum == NULL) return CX_E_NOMEM;
    m->at_ = w;
    const cx_status st = cx__sum_rows(m->where, m->n, ROWS, coefs + k + 1, add_rows, m, sum);
    if (st == CX_OK) {
        *f = sum[coefs + k] / m->weight_sum + 0.5 * m->l2 * cx__dot(w, w, coefs);
        for (int64_t i = 0; i < coefs; i++) gradient[i] = sum[i] / m->weight_sum + m->l2 * w[i];
        for (int64_t c = 0; m->intercept && c < k; c++)
            gradient[coefs + c] = sum[coefs + c] / m->weight_sum;
    }
    cx__scratch_free(sum);
    return st;
}
