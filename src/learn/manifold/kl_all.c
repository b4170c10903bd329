/* t-SNE's gradient over all pairs: two passes, the sum of the similarities and the forces, rows on
 * all threads and each in order, so that nothing but p is kept for a pair. */
#include "learn/manifold/descent.h"

#include "base/threads.h"
#include "ops/primitives.h"
#include <float.h>
#include <math.h>

enum { GRAIN = 16 };

typedef struct pairs {
    const cx__kl *kl;
    const double *at, *p;
    double exaggeration, total;
    double *sum, *gradient;
    bool error;
} pairs;

static double similarity(const cx__kl *kl, const double *a, const double *b)
{
    double square = 0;
    for (int k = 0; k < kl->dims; k++) square += (a[k] - b[k]) * (a[k] - b[k]);
    const double base = square / kl->dof + 1;
    return kl->dof == 1 ? 1 / base : pow(base, (kl->dof + 1) / -2);
}

static void add_up(void *ctx, int64_t lo, int64_t hi)
{
    const pairs *const t = ctx;
    for (int64_t i = lo; i < hi; i++) {
        double sum = 0;
        for (int64_t j = 0; j < t->kl->n; j++)
            if (j != i) sum += similarity(t->kl, t->at + i * t->kl->dims, t->at + j * t->kl->dims);
        t->sum[i] = sum;
    }
}

static void forces(void *ctx, int64_t lo, int64_t hi)
{
    const pairs *const t = ctx;
    const int64_t n = t->kl->n;
    const int d = t->kl->dims;
    const double c = 2 * (t->kl->dof + 1) / t->kl->dof;
    for (int64_t i = lo; i < hi; i++) {
        const double *const a = t->at + i * d, *const p = t->p + i * n;
        double *const g = t->gradient + i * d, error = 0;
        for (int k = 0; k < d; k++) g[k] = 0;
        for (int64_t j = 0; j < n; j++) {
            if (j == i) continue;
            const double *const b = t->at + j * d, s = similarity(t->kl, a, b),
                                q = fmax(s / t->total, DBL_EPSILON), own = p[j] * t->exaggeration,
                                w = (own - q) * s;
            for (int k = 0; k < d; k++) g[k] += w * (a[k] - b[k]);
            if (t->error) error += own * log(fmax(own, DBL_EPSILON) / q);
        }
        for (int k = 0; k < d; k++) g[k] *= c;
        t->sum[i] = error;
    }
}

static cx_status gradient(const cx__kl *kl, const double *at, double exaggeration, double *out,
                          double *error)
{
    const cx_scope scope = cx_scope_open();
    pairs t = {.kl = kl, .at = at, .p = kl->ctx, .exaggeration = exaggeration, .gradient = out};
    t.error = error != NULL;
    t.sum = cx__scope_room((size_t)kl->n * sizeof *t.sum);
    cx_status st = cx__so_far();
    if (st == CX_OK) st = cx__parallel_for(kl->n, GRAIN, add_up, &t);
    for (int64_t i = 0; st == CX_OK && i < kl->n; i++) t.total += t.sum[i];
    if (st == CX_OK) st = cx__parallel_for(kl->n, GRAIN, forces, &t);
    if (st == CX_OK && error != NULL) {
        *error = 0;
        for (int64_t i = 0; i < kl->n; i++) *error += t.sum[i];
    }
    return cx__give_status(scope, st);
}

cx_status cx__kl_all(int64_t n, int dims, const double *p, cx__kl *out)
{
    *out = (cx__kl){.n = n, .dims = dims, .dof = dims > 2 ? dims - 1 : 1, .ctx = p};
    out->gradient = gradient;
    return CX_OK;
}
