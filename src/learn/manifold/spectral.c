/* Spectral embedding of a graph. The Laplacian is made of the affinities in place; its smallest
 * eigenvectors come from its inverse, or for graphs too large to be factored as the largest ones
 * of what it is subtracted from. Source: Ng, Jordan, Weiss, NIPS 2001. */
#include "learn/manifold/spectral.h"

#include <calx/device.h>
#include <calx/random.h>
#include <math.h>

enum { MANY = 30000 /* rows from which on nothing is factored */ };

typedef struct laplacian {
    const cx__spectral *how;
    cx__sparse sparse;
    double *dense;
    double *root; /* [n] of the degrees; 1 where there is none */
} laplacian;

cx_status cx__spectral_symmetric(const double *a, int64_t n, const double **out)
{
    bool same = true;
    for (int64_t i = 0; same && i < n; i++)
        for (int64_t j = 0; same && j < i; j++) same = fabs(a[i * n + j] - a[j * n + i]) <= 1e-10;
    *out = a;
    if (same) return CX_OK;
    cx__warn(CX_E_ARGUMENT, "affinities are not symmetric: the mean of both directions is taken");
    double *const mean = cx__scope_room((size_t)(n * n) * sizeof *mean);
    if (mean == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) mean[i * n + j] = 0.5 * (a[i * n + j] + a[j * n + i]);
    *out = mean;
    return CX_OK;
}

/* ---- is it in one part? */
static cx_status connected(const cx__spectral *how, bool *yes)
{
    int32_t *const label = cx__scope_room((size_t)how->n * sizeof *label);
    if (label == NULL) return CX_E_NOMEM;
    int64_t met = 1;
    if (how->sparse) {
        CX__TRY(cx__sparse_components(how->sparse, label, &met));
        *yes = met == 1;
        return CX_OK;
    }
    int32_t *const list = cx__scope_room((size_t)how->n * sizeof *list);
    if (list == NULL) return CX_E_NOMEM;
    label[0] = 1;
    for (int64_t i = 0; i < met; i++)
        for (int64_t j = 0; j < how->n; j++)
            if (label[j] == 0 && how->dense[list[i] * how->n + j] != 0) {
                label[j] = 1;
                list[met++] = (int32_t)j;
            }
    *yes = met == how->n;
    return CX_OK;
}

/* ---- the Laplacian, with ones (or degrees) on its diagonal */
static cx_status scale(laplacian *l)
{
    for (int64_t i = 0; i < l->how->n; i++) {
        if (!l->how->plain && l->root[i] < 0)
            return cx__fail(CX_E_ARGUMENT, "fit",
                            "the affinities of row %lld have a negative sum: a graph has none",
                            (long long)i);
        l->root[i] = l->how->plain || l->root[i] == 0 ? 1 : sqrt(l->root[i]);
    }
    return CX_OK;
}

static cx_status of_sparse(laplacian *l)
{
    const cx__sparse *const a = l->how->sparse;
    const int64_t n = a->n;
    CX__TRY(cx__sparse_new(n, a->start[n] + n, &l->sparse));
    double *const degree = cx__scope_room((size_t)n * sizeof *degree);
    if (degree == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t e = a->start[i]; e < a->start[i + 1]; e++)
            if (a->index[e] != i) degree[i] += a->value[e];
        l->root[i] = degree[i];
    }
    CX__TRY(scale(l));
    int64_t to = 0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t e = a->start[i]; e < a->start[i + 1]; e++) {
            if (a->index[e] == i) continue;
            l->sparse.index[to] = a->index[e];
            l->sparse.value[to++] = -a->value[e] / l->root[i] / l->root[a->index[e]];
        }
        l->sparse.index[to] = (int32_t)i;
        l->sparse.value[to++] = l->how->plain ? degree[i] : 1;
        l->sparse.start[i + 1] = to;
    }
    return CX_OK;
}

static cx_status of_dense(laplacian *l)
{
    const double *const a = l->how->dense;
    const int64_t n = l->how->n;
    l->dense = cx__scope_room((size_t)(n * n) * sizeof *l->dense);
    double *const degree = cx__scope_room((size_t)n * sizeof *degree);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++)
            if (j != i) degree[i] += a[i * n + j];
        l->root[i] = degree[i];
    }
    CX__TRY(scale(l));
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++)
            l->dense[i * n + j] = -a[i * n + j] / l->root[i] / l->root[j];
        l->dense[i * n + i] = l->how->plain ? degree[i] : 1;
    }
    return CX_OK;
}

/* ---- eigenvectors */
/* 2 x - L x: the largest eigenvalues are the smallest of L. */
static cx_status mirrored(const cx__operator *a, const double *x, double *y)
{
    const laplacian *const l = a->ctx;
    CX__TRY(cx__sparse_times(&l->sparse, x, y));
    for (int64_t i = 0; i < a->n; i++) y[i] = 2 * x[i] - y[i];
    return CX_OK;
}

static cx_status eigenvectors(const laplacian *l, int64_t count, cx__pairs *out)
{
    const cx__spectral *const how = l->how;
    cx_array *const start = cx_rng_uniform(how->random, -1, 1, CX_SHAPE(how->n));
    const double *const first = cx__at(start);
    CX__TRY(cx__so_far());
    if (how->sparse && how->n > MANY && !how->plain) {
        const cx__operator a = {.n = how->n, .times = mirrored, .ctx = l};
        return cx__lanczos(&a, count, first, fmax(how->tol, 1e-9), 20000, out);
    }
    const cx__smallest smallest = {.n = how->n,
                                   .sparse = how->sparse ? &l->sparse : NULL,
                                   .dense = l->dense,
                                   .shift = 1e-5,
                                   .tol = how->tol,
                                   .max_iter = 1000,
                                   .start = first};
    return cx__eigen_smallest(&smallest, count, out);
}

/* Divided by the roots; the entry of the largest size is positive. */
static void finish(const laplacian *l, const cx__pairs *p, int64_t skip, double *embedding)
{
    const int64_t n = l->how->n, k = l->how->components;
    for (int64_t r = skip; r < p->count; r++) {
        const double *const v = p->vector + r * n;
        double most = 0, sign = 1;
        for (int64_t i = 0; i < n; i++) {
            const double x = v[i] / l->root[i];
            if (fabs(x) > most) {
                most = fabs(x);
                sign = x < 0 ? -1 : 1;
            }
        }
        for (int64_t i = 0; i < n; i++) embedding[i * k + r - skip] = sign * v[i] / l->root[i];
    }
}

cx_status cx__spectral_embedding(const cx__spectral *how, double **embedding)
{
    laplacian l = {.how = how};
    const int64_t n = how->n, count = how->components + how->drop_first;
    bool whole = false;
    if (count > n)
        return cx__fail(CX_E_ARGUMENT, "fit", "n_components=%lld is too many for %lld rows",
                        (long long)how->components, (long long)n);
    *embedding = cx__scope_room((size_t)(n * how->components) * sizeof **embedding);
    l.root = cx__scope_room((size_t)n * sizeof *l.root);
    CX__TRY(cx__so_far());
    CX__TRY(connected(how, &whole));
    if (!whole)
        cx__warn(CX_E_ARGUMENT, "the graph is not connected: its embedding tells its parts apart");
    CX__TRY(how->sparse ? of_sparse(&l) : of_dense(&l));
    cx__pairs pairs;
    CX__TRY(eigenvectors(&l, count, &pairs));
    finish(&l, &pairs, how->drop_first, *embedding);
    return CX_OK;
}
