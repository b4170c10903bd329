/* A Cholesky factor that grows by rows: what active sets, least angle and matching pursuit have in
 * common. Knows plain memory only. */
#include "learn/linear_model/serial/grow.h"

#include "learn/linear_model/serial/descent.h"

double cx__factor_row(double *factor, int64_t ld, int64_t i, double own)
{
    double *row = factor + i * ld;
    for (int64_t j = 0; j < i; j++) {
        const double *other = factor + j * ld;
        row[j] = (row[j] - cx__dot(row, other, j)) / other[j];
        own -= row[j] * row[j];
    }
    return own;
}

void cx__factor_solve(const double *factor, int64_t ld, int64_t n, double *x)
{
    for (int64_t i = 0; i < n; i++) {
        const double *row = factor + i * ld;
        x[i] = (x[i] - cx__dot(row, x, i)) / row[i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        const double *row = factor + i * ld;
        x[i] /= row[i];
        cx__axpy(-x[i], row, x, i);
    }
}
