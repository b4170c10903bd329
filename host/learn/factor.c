/* Cholesky factors and what they are good for: normal equations, and QR without reflections.
 *
 * A factor is the lower triangle in row-major order; nothing is read or written above it. */
#include "learn/learn.h"
#include <math.h>
#include <string.h>

/* l l^T = a + shift I; false when a pivot is not positive. */
static bool factor(const double *a, double shift, int64_t d, double *l)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < i; j++)
            l[i * d + j] = (a[i * d + j] - host_dot(l + i * d, l + j * d, j)) / l[j * d + j];
        const double s = a[i * d + i] + shift - host_dot(l + i * d, l + i * d, i);
        if (!(s > 0) || !isfinite(s)) return false;
        l[i * d + i] = sqrt(s);
    }
    return true;
}

/* b [d, t] := l^-1 b */
static void forward(const double *l, int64_t d, double *b, int64_t t, int64_t ldb)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t k = 0; k < i; k++)
            for (int64_t c = 0; c < t; c++) b[i * ldb + c] -= l[i * d + k] * b[k * ldb + c];
        for (int64_t c = 0; c < t; c++) b[i * ldb + c] /= l[i * d + i];
    }
}

/* b [d, t] := l^-T b */
static void backward(const double *l, int64_t d, double *b, int64_t t)
{
    for (int64_t i = d - 1; i >= 0; i--) {
        for (int64_t c = 0; c < t; c++) b[i * t + c] /= l[i * d + i];
        for (int64_t k = 0; k < i; k++)
            for (int64_t c = 0; c < t; c++) b[k * t + c] -= l[i * d + k] * b[i * t + c];
    }
}

cx_status host_learn_solve(cx_queue *q, const double *a, double shift, int64_t d, double *b,
                           int64_t t, double *info)
{
    (void)q;
    double *l = host_numbers("a factor", d, d);
    if (l == NULL) return CX_E_NOMEM;
    const bool ok = factor(a, shift, d, l);
    if (ok) forward(l, d, b, t, t);
    if (ok) backward(l, d, b, t);
    *info = ok ? 0 : 1;
    host_core->free(l);
    return CX_OK;
}

/* Smallest pivot of columns scaled to length 1. One product squares the condition, so this leaves
 * the first factor half of the digits and more, and the second one all of them. */
static const double SMALLEST_PIVOT = 1e-3;

/* l: the factor of the scaled Gram matrix; inverse = (l^T diag(1 / scale))^-1, so that x inverse is
 * close to orthogonal. */
static bool first_factor(double *gram, int64_t d, double *scale, double *l, double *inverse)
{
    for (int64_t j = 0; j < d; j++) {
        scale[j] = sqrt(gram[j * d + j]);
        if (!(scale[j] > 0) || !isfinite(scale[j])) return false;
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) gram[i * d + j] /= scale[i] * scale[j];
    if (!factor(gram, 0, d, l)) return false;
    for (int64_t j = 0; j < d; j++)
        if (l[j * d + j] < SMALLEST_PIVOT) return false;
    memset(inverse, 0, (size_t)(d * d) * sizeof *inverse);
    for (int64_t j = 0; j < d; j++) inverse[j * d + j] = 1;
    backward(l, d, inverse, d);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) inverse[i * d + j] /= scale[i];
    return true;
}

/* r = (second factor)^T (first factor)^T diag(scale), and beside it Q^T y. */
static void assemble(const double *first, const double *second, const double *scale, double *zy,
                     int64_t d, int64_t t, double *r)
{
    forward(second, d, zy, t, t);
    for (int64_t i = 0; i < d; i++) {
        double *row = r + i * (d + t);
        for (int64_t j = 0; j < d; j++) {
            double sum = 0;
            for (int64_t k = i; k <= j; k++) sum += second[k * d + i] * first[j * d + k];
            row[j] = sum * scale[j];
        }
        memcpy(row + d, zy + i * t, (size_t)t * sizeof *row);
    }
}

cx_status host_learn_precondition(cx_queue *q, double *gram, int64_t d, double *scale,
                                  double *first, double *inverse, double *info)
{
    (void)q;
    *info = first_factor(gram, d, scale, first, inverse) ? 0 : 1;
    return CX_OK;
}

cx_status host_learn_triangle(cx_queue *q, double *gram, double *cross, int64_t d, int64_t t,
                              const double *scale, const double *first, double *r, double *info)
{
    (void)q;
    double *second = host_numbers("a factor", d, d);
    if (second == NULL) return CX_E_NOMEM;
    const bool ok = factor(gram, 0, d, second);
    if (ok) assemble(first, second, scale, cross, d, t, r);
    *info = ok ? 0 : 1;
    host_core->free(second);
    return CX_OK;
}
