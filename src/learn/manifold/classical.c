/* Coordinates from distances: Torgerson's scaling, which Isomap and ClassicalMDS share. */
#include "learn/manifold/classical.h"

#include "base/threads.h"

typedef struct kernel {
    const double *d, *mean; /* [n, n] distances, [n] means of the rows of -1/2 d^2 */
    double total;
} kernel;

static void kernel_means(const double *d, int64_t n, double *mean, double *total)
{
    *total = 0;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += -0.5 * d[i * n + j] * d[i * n + j];
        mean[i] = sum / (double)n;
        *total += mean[i] / (double)n;
    }
}

typedef struct centring {
    const kernel *k;
    int64_t n;
    double *out;
} centring;

static void centre(void *ctx, int64_t lo, int64_t hi)
{
    const centring *const c = ctx;
    for (int64_t i = lo; i < hi; i++)
        for (int64_t j = 0; j < c->n; j++) {
            const double d = c->k->d[i * c->n + j];
            c->out[i * c->n + j] = -0.5 * d * d - c->k->mean[j] - c->k->mean[i] + c->k->total;
        }
}

cx_status cx__classical_pairs(const cx__classical *how, double *mean, cx__pairs *out)
{
    const int64_t n = how->n;
    double *const centred = cx__scope_room((size_t)(n * n) * sizeof *centred);
    if (centred == NULL) return CX_E_NOMEM;
    kernel k = {.d = how->distance, .mean = mean};
    kernel_means(how->distance, n, mean, &k.total);
    centring c = {&k, n, centred};
    CX__TRY(cx__parallel_for(n, 64, centre, &c));
    const cx__largest largest = {.n = n,
                                 .dense = centred,
                                 .by_eigh = how->dense,
                                 .tol = how->tol,
                                 .max_iter = how->max_iter};
    return cx__eigen_largest(&largest, how->count, out);
}
