/* Cholesky factors and what they are good for: normal equations, and QR without reflections.
 *
 * A factor is the lower triangle in row-major order; nothing is read or written above it. */
#include "learn/numeric/numeric.h"

#include "ops/primitives.h"
#include <math.h>
#include <string.h>

/* l l^T = a + shift I; false when a pivot is not positive. */
static bool factor(const double *a, double shift, int64_t d, double *l)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < i; j++)
            l[i * d + j] = (a[i * d + j] - cx__dot(l + i * d, l + j * d, j)) / l[j * d + j];
        const double s = a[i * d + i] + shift - cx__dot(l + i * d, l + i * d, i);
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

cx_status cx__solve_spd(const double *a, double shift, int64_t d, double *b, int64_t t,
                        double *work)
{
    if (!factor(a, shift, d, work)) return CX_E_SINGULAR;
    forward(work, d, b, t, t);
    backward(work, d, b, t);
    return CX_OK;
}

enum { ROWS = 512 };
/* Smallest pivot of columns scaled to length 1. One product squares the condition, so this leaves
 * the first factor half of the digits and more, and the second one all of them. */
static const double SMALLEST_PIVOT = 1e-3;

typedef struct second_pass {
    const double *x, *y, *inverse;
    int64_t d, t;
} second_pass;

/* sum: z^T z [d, d], z^T y [d, t], where z = x inverse. */
static cx_status add_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const second_pass *p = ctx;
    const int64_t d = p->d, t = p->t, rows = hi - lo;
    double *z = cx__scratch_f64("fit", "a block of rows", rows, d);
    if (z == NULL) return CX_E_NOMEM;
    cx_status st =
        cx__gemm_f64(false, false, rows, d, d, 1, p->x + lo * d, d, p->inverse, d, 0, z, d);
    if (st == CX_OK) st = cx__gemm_f64(true, false, d, d, rows, 1, z, d, z, d, 1, sum, d);
    if (st == CX_OK)
        st = cx__gemm_f64(true, false, d, t, rows, 1, z, d, p->y + lo * t, t, 1, sum + d * d, t);
    cx__scratch_free(z);
    return st;
}

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

cx_status cx__product_triangle(const char *where, const double *x, const double *y, int64_t n,
                               int64_t d, int64_t t, double *r)
{
    double *gram = cx__scratch_f64(where, "factors", d, 4 * d + t + 1);
    if (gram == NULL) return CX_E_NOMEM;
    double *first = gram + d * (d + t), *second = first + d * d, *inverse = second + d * d,
           *scale = inverse + d * d;
    cx_status st = cx__gram(where, x, n, d, NULL, gram);
    if (st == CX_OK && !first_factor(gram, d, scale, first, inverse)) st = CX_E_SINGULAR;
    second_pass pass = {.x = x, .y = y, .inverse = inverse, .d = d, .t = t};
    if (st == CX_OK) st = cx__sum_rows(where, n, ROWS, d * (d + t), add_rows, &pass, gram);
    if (st == CX_OK && !factor(gram, 0, d, second)) st = CX_E_SINGULAR;
    if (st == CX_OK) assemble(first, second, scale, gram + d * d, d, t, r);
    cx__scratch_free(gram);
    return st;
}
