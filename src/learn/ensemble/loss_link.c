/* Links of the losses, row by row: what a raw prediction says about y, and back. */
#include "learn/ensemble/loss.h"
#include <math.h>

/* log(p / (1 - p)), near 1/2 without the loss of digits that this quotient has there */
static double logit(double p)
{
    if (p < 0.3 || p > 0.65) return log(p / (1 - p));
    const double s = 2 * (p - 0.5);
    return log1p(s) - log1p(-s);
}

static double expit(double r)
{
    return 1 / (1 + exp(-r));
}

/* log(p / geometric mean of the row) */
static void centred_logs(int64_t k, const double *p, double *out)
{
    double sum = 0;
    for (int64_t c = 0; c < k; c++) sum += log(p[c]);
    const double mean = exp(sum / (double)k);
    for (int64_t c = 0; c < k; c++) out[c] = log(p[c] / mean);
}

static void softmax(int64_t k, const double *raw, double *out)
{
    double top = raw[0], sum = 0;
    for (int64_t c = 1; c < k; c++) top = raw[c] > top ? raw[c] : top;
    for (int64_t c = 0; c < k; c++) {
        out[c] = exp(raw[c] - top);
        sum += out[c];
    }
    for (int64_t c = 0; c < k; c++) out[c] /= sum;
}

void cx__loss_link(const cx__loss *l, int64_t rows, const double *in, double *out)
{
    const int64_t k = l->outputs;
    for (int64_t i = 0; i < rows; i++) {
        if (l->kind == CX__LOSS_MULTINOMIAL)
            centred_logs(k, in + i * k, out + i * k);
        else if (l->kind == CX__LOSS_BINOMIAL)
            out[i] = logit(in[i]);
        else if (l->kind == CX__LOSS_EXPONENTIAL)
            out[i] = 0.5 * logit(in[i]);
        else
            out[i] = l->kind >= CX__LOSS_POISSON ? log(in[i]) : in[i];
    }
}

void cx__loss_predict(const cx__loss *l, int64_t rows, const double *raw, double *out)
{
    const int64_t k = l->outputs;
    for (int64_t i = 0; i < rows; i++) {
        if (l->kind == CX__LOSS_MULTINOMIAL) {
            softmax(k, raw + i * k, out + i * k);
        } else if (l->kind == CX__LOSS_BINOMIAL || l->kind == CX__LOSS_EXPONENTIAL) {
            out[2 * i + 1] = expit(l->kind == CX__LOSS_BINOMIAL ? raw[i] : 2 * raw[i]);
            out[2 * i] = 1 - out[2 * i + 1];
        } else {
            out[i] = l->kind >= CX__LOSS_POISSON ? exp(raw[i]) : raw[i];
        }
    }
}
