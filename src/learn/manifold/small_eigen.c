/* Eigenvectors of small symmetric matrices by Jacobi's rotations: accurate, and without memory of
 * its own, so that many run side by side. */
#include "learn/manifold/local.h"

#include <float.h>
#include <math.h>

enum { SWEEPS = 40 };

static void turn(double *a, double *v, int64_t m, int64_t p, int64_t q)
{
    const double off = a[p * m + q];
    const double theta = (a[q * m + q] - a[p * m + p]) / (2 * off);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1)),
                 c = 1 / sqrt(t * t + 1), s = t * c;
    for (int64_t k = 0; k < m; k++) {
        const double x = a[k * m + p], y = a[k * m + q];
        a[k * m + p] = c * x - s * y;
        a[k * m + q] = s * x + c * y;
    }
    for (int64_t k = 0; k < m; k++) {
        const double x = a[p * m + k], y = a[q * m + k];
        a[p * m + k] = c * x - s * y;
        a[q * m + k] = s * x + c * y;
    }
    for (int64_t k = 0; k < m; k++) {
        const double x = v[k * m + p], y = v[k * m + q];
        v[k * m + p] = c * x - s * y;
        v[k * m + q] = s * x + c * y;
    }
}

static void by_size(double *value, double *v, int64_t m)
{
    for (int64_t i = 0; i < m; i++) {
        int64_t best = i;
        for (int64_t j = i + 1; j < m; j++)
            if (value[j] > value[best]) best = j;
        if (best == i) continue;
        const double w = value[i];
        value[i] = value[best];
        value[best] = w;
        for (int64_t k = 0; k < m; k++) {
            const double x = v[k * m + i];
            v[k * m + i] = v[k * m + best];
            v[k * m + best] = x;
        }
    }
}

void cx__small_eigen(double *a, int64_t m, double *value, double *v)
{
    for (int64_t i = 0; i < m * m; i++) v[i] = i % (m + 1) == 0;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        bool changed = false;
        for (int64_t p = 0; p < m; p++)
            for (int64_t q = p + 1; q < m; q++) {
                const double scale = sqrt(fabs(a[p * m + p]) * fabs(a[q * m + q]));
                const double off = fabs(a[p * m + q]);
                if (!(off > DBL_EPSILON * scale) || off < DBL_MIN) continue;
                turn(a, v, m, p, q);
                changed = true;
            }
        if (!changed) break;
    }
    for (int64_t i = 0; i < m; i++) value[i] = a[i * m + i];
    by_size(value, v, m);
}
