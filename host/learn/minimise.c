/* What L-BFGS asks of the device: the loss of logistic regression, the inverse Hessian's product,
 * and sums of vectors.
 *
 * The loss is one pass over the rows: a chunk computes its scores by one product, turns them into
 * loss and pointwise gradient in place, and adds its part of the gradient by a second product. */
#include "learn/learn.h"
#include <math.h>
#include <string.h>

enum { ROWS = 1024 };

static int64_t outputs(int64_t classes)
{
    return classes == 2 ? 1 : classes;
}

static double max_abs(const double *v, int64_t n)
{
    double m = 0;
    for (int64_t i = 0; i < n; i++) m = fabs(v[i]) > m || isnan(v[i]) ? fabs(v[i]) : m;
    return m;
}

/* out = f(in), elements of float64 */
static void map(int op, const double *in, double *out, int64_t n)
{
    const void *const from[] = {in};
    host_map_kernel(op, CX_F64, 0)(from, out, n);
}

/* Two classes: the loss log(1 + e^r) - y r of each row and, in place of its score r, the
 * derivative. The exponentials and logarithms of all rows go together; room is [2, n]. */
static double binomial(const cx_learn_logistic *m, int64_t lo, int64_t n, double *raw, double *room,
                       double *slope)
{
    double *const e = room + n, *const log_1p = room, loss = 0;
    for (int64_t i = 0; i < n; i++) room[i] = -fabs(raw[i]);
    map(CX_UN_EXP, room, e, n);
    map(CX_UN_LOG1P, e, log_1p, n);
    for (int64_t i = 0; i < n; i++) {
        const double r = raw[i], y = m->code[lo + i] == 1 ? 1 : 0,
                     w = m->weight != NULL ? m->weight[lo + i] : 1;
        loss += w * ((r > 0 ? r : 0) + log_1p[i] - y * r);
        raw[i] = w * ((r >= 0 ? 1 / (1 + e[i]) : e[i] / (1 + e[i])) - y);
        *slope += raw[i];
    }
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
    const cx_learn_logistic *m = ctx;
    const int64_t k = outputs(m->classes), d = m->d;
    const double *coef = m->at, *intercept = m->at + k * d, *x = m->x + lo * d;
    double *by_class = sum + k * d, *loss = by_class + k;
    const bool two = m->classes == 2;
    double *raw = host_numbers("scores", hi - lo, two ? 3 : k);
    if (raw == NULL) return CX_E_NOMEM;
    cx_status st = host_gemm_f64(false, true, hi - lo, k, d, 1, x, d, coef, d, 0, raw, k);
    for (int64_t i = 0; st == CX_OK && m->intercept && i < hi - lo; i++)
        for (int64_t c = 0; c < k; c++) raw[i * k + c] += intercept[c];
    if (st == CX_OK && two) *loss += binomial(m, lo, hi - lo, raw, raw + (hi - lo), by_class);
    for (int64_t i = 0; st == CX_OK && !two && i < hi - lo; i++) {
        double *r = raw + i * k;
        const double w = m->weight != NULL ? m->weight[lo + i] : 1;
        *loss += w * multinomial(r, k, m->code[lo + i]);
        for (int64_t c = 0; c < k; c++) {
            r[c] *= w;
            by_class[c] += r[c];
        }
    }
    if (st == CX_OK) st = host_gemm_f64(true, false, k, d, hi - lo, 1, raw, k, x, d, 1, sum, d);
    host_core->free(raw);
    return st;
}

cx_status host_learn_logistic(cx_queue *q, const cx_learn_logistic *c)
{
    (void)q;
    const int64_t k = outputs(c->classes), coefs = k * c->d;
    const int64_t all = coefs + (c->intercept ? k : 0);
    double *sum = host_numbers("the gradient", 1, coefs + k + 1);
    if (sum == NULL) return CX_E_NOMEM;
    cx_learn_logistic call = *c;
    const cx_status st = host_sum_rows(c->n, ROWS, coefs + k + 1, add_rows, &call, sum);
    if (st == CX_OK) {
        for (int64_t i = 0; i < coefs; i++)
            c->gradient[i] = sum[i] / c->weight_sum + c->l2 * c->at[i];
        for (int64_t i = coefs; i < all; i++) c->gradient[i] = sum[i] / c->weight_sum;
        c->record[0] = sum[coefs + k] / c->weight_sum + 0.5 * c->l2 * host_dot(c->at, c->at, coefs);
        c->record[1] = c->along != NULL ? host_dot(c->gradient, c->along, all) : 0;
        c->record[2] = max_abs(c->gradient, all);
    }
    host_core->free(sum);
    return st;
}

cx_status host_learn_combine(cx_queue *q, int64_t n, double a, const double *x, double b,
                             const double *y, double *out)
{
    (void)q;
    for (int64_t i = 0; i < n; i++) out[i] = y != NULL ? a * x[i] + b * y[i] : a * x[i];
    return CX_OK;
}

static void axpy(double a, const double *x, double *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] += a * x[i];
}

cx_status host_learn_direction(cx_queue *q, const cx_learn_history *h, const double *gradient,
                               double *direction, double *record)
{
    (void)q;
    double alpha[CX_LEARN_MEMORY], *d = direction;
    const int64_t n = h->n;
    for (int64_t i = 0; i < n; i++) d[i] = -gradient[i];
    for (int64_t k = h->count - 1; k >= 0; k--) {
        const int64_t at = (h->first + k) % h->memory;
        alpha[k] = host_dot(h->step + at * n, d, n) * h->rho[at];
        axpy(-alpha[k], h->change + at * n, d, n);
    }
    if (h->count > 0) {
        const int64_t last = (h->first + h->count - 1) % h->memory;
        const double *y = h->change + last * n;
        const double scale = 1 / (h->rho[last] * host_dot(y, y, n));
        for (int64_t i = 0; i < n; i++) d[i] *= scale;
    }
    for (int64_t k = 0; k < h->count; k++) {
        const int64_t at = (h->first + k) % h->memory;
        const double beta = h->rho[at] * host_dot(h->change + at * n, d, n);
        axpy(alpha[k] - beta, h->step + at * n, d, n);
    }
    record[0] = host_dot(gradient, d, n);
    record[1] = host_dot(d, d, n);
    return CX_OK;
}
