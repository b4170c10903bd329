/* t-SNE's gradient: attraction along the edges of a graph less repulsion between all points. The
 * arithmetic is float32, as scikit-learn's; sums over points are double, in order. */
#include "learn/manifold/kl_sparse.h"

#include "base/threads.h"
#include <float.h>
#include <math.h>

typedef struct divergence {
    const cx__kl_sparse *t;
    int dims;
    double dof, exaggeration, total;
} divergence;

static void diverge(void *ctx, int64_t lo, int64_t hi)
{
    const divergence *const v = ctx;
    const cx__sparse *const p = v->t->p;
    for (int64_t i = lo; i < hi; i++) {
        double sum = 0;
        for (int64_t e = p->start[i]; e < p->start[i + 1]; e++) {
            float square = 0;
            for (int k = 0; k < v->dims; k++) {
                const float off = v->t->at[k][i] - v->t->at[k][p->index[e]];
                square += off * off;
            }
            double q = v->dof / (v->dof + (double)square);
            if (v->dof != 1) q = pow(q, (v->dof + 1) / 2);
            const double own = (double)v->t->weight[e] * v->exaggeration;
            sum += own * log(fmax(own, (double)FLT_MIN) / fmax(q / v->total, (double)FLT_MIN));
        }
        v->t->error[i] = (float)sum;
    }
}

static cx_status told(const cx__kl *kl, const cx__kl_sparse *t, double exaggeration, double total,
                      double *error)
{
    divergence v = {t, kl->dims, kl->dof, exaggeration, total};
    CX__TRY(cx__parallel_for(kl->n, 256, diverge, &v));
    *error = 0;
    for (int64_t i = 0; i < kl->n; i++) *error += (double)t->error[i];
    return CX_OK;
}

static cx_status gradient(const cx__kl *kl, const double *at, double exaggeration, double *out,
                          double *error)
{
    cx__kl_sparse *const t = (cx__kl_sparse *)(uintptr_t)kl->ctx;
    const int64_t n = kl->n;
    const int d = kl->dims;
    cx_embed_points points = {.n = n, .dims = d};
    for (int k = 0; k < d; k++) {
        for (int64_t i = 0; i < n; i++) t->at[k][i] = (float)at[i * d + k];
        points.at[k] = t->at[k];
    }
    double total = 0;
    CX__TRY(t->repel(t, &points, &total));
    total = fmax(total, DBL_EPSILON);
    cx_embed_attract pull = {.points = &points,
                             .dof = (int)kl->dof,
                             .start = t->p->start,
                             .index = t->p->index,
                             .weight = t->weight};
    for (int k = 0; k < d; k++) pull.force[k] = t->pull[k];
    CX__TRY(t->host.ops->manifold->attract(t->host.queue, &pull));
    const double c = 2 * (kl->dof + 1) / kl->dof;
    for (int k = 0; k < d; k++)
        for (int64_t i = 0; i < n; i++)
            out[i * d + k] =
                c * (exaggeration * (double)t->pull[k][i] - (double)t->push[k][i] / total);
    return error ? told(kl, t, exaggeration, total, error) : CX_OK;
}

cx_status cx__kl_sparse_new(const cx__sparse *p, int dims, cx__kl_sparse *t, cx__kl *out)
{
    const size_t n = (size_t)p->n, entries = (size_t)p->start[p->n];
    CX__TRY(cx__site_at("fit", CX_CPU, &t->host));
    t->p = p;
    t->weight = cx__scope_room(entries * sizeof *t->weight);
    t->sum = cx__scope_room(n * sizeof *t->sum);
    t->error = cx__scope_room(n * sizeof *t->error);
    for (int k = 0; k < dims; k++) {
        t->at[k] = cx__scope_room(n * sizeof(float));
        t->pull[k] = cx__scope_room(n * sizeof(float));
        t->push[k] = cx__scope_room(n * sizeof(float));
    }
    CX__TRY(cx__so_far());
    for (size_t e = 0; e < entries; e++) t->weight[e] = (float)p->value[e];
    *out = (cx__kl){.n = p->n, .dims = dims, .dof = dims > 2 ? dims - 1 : 1, .ctx = t};
    out->gradient = gradient;
    return CX_OK;
}
