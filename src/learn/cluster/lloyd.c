/* Lloyd's iteration.
 *
 * Distances come from |c|^2 - 2 x.c by blocks of a product; where that cannot decide between two
 * centres, given its rounding error, the exact differences do. Sums per cluster are added in the
 * fixed order of chunks. Knows points, no estimator. */
#include "learn/cluster/lloyd.h"

#include "base/threads.h"
#include "learn/numeric/numeric.h"
#include "ops/primitives.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { ROWS = 256 };

typedef struct step {
    const cx__points *p;
    const double *centres, *centre_norm;
    double largest_norm;
    int64_t k;
    int32_t *label;
    bool sum;
} step;

void cx__row_norms(const double *x, int64_t n, int64_t d, double *norm)
{
    for (int64_t i = 0; i < n; i++) norm[i] = cx__dot(x + i * d, x + i * d, d);
}

/* Among the centres whose estimate is within slack of the best, the nearest by exact
 * differences. */
static int32_t decide(const step *s, const double *x, const double *estimate, double limit)
{
    const int64_t d = s->p->d;
    double best = INFINITY;
    int32_t at = -1;
    for (int64_t c = 0; c < s->k; c++) {
        if (!(estimate[c] <= limit)) continue;
        const double distance = cx__sqdist(x, s->centres + c * d, d);
        if (distance < best || at < 0) {
            best = distance;
            at = (int32_t)c;
        }
    }
    return at < 0 ? 0 : at;
}

/* estimate[c] = -x.c on entry. */
static int32_t nearest(const step *s, int64_t i, double *estimate)
{
    double best = INFINITY, second = INFINITY;
    int32_t at = 0;
    for (int64_t c = 0; c < s->k; c++) {
        const double e = s->centre_norm[c] + 2 * estimate[c];
        estimate[c] = e;
        if (e < best) {
            second = best;
            best = e;
            at = (int32_t)c;
        } else if (e < second) {
            second = e;
        }
    }
    const double error =
        2 * (double)(s->p->d + 8) * DBL_EPSILON * (s->p->norm[i] + s->largest_norm);
    const double limit = best + 2 * error;
    return second > limit ? at : decide(s, s->p->x + i * s->p->d, estimate, limit);
}

/* sum: weighted sums of the points of each cluster [k, d], weights [k]. */
static cx_status label_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const step *s = ctx;
    const int64_t d = s->p->d, k = s->k;
    double *estimate = cx__scratch_f64("fit", "distances", ROWS, k);
    if (estimate == NULL) return CX_E_NOMEM;
    cx_status st = CX_OK;
    for (int64_t b = lo; st == CX_OK && b < hi; b += ROWS) {
        const int64_t rows = hi - b < ROWS ? hi - b : ROWS;
        st = cx__gemm_f64(false, true, rows, k, d, -1, s->p->x + b * d, d, s->centres, d, 0,
                          estimate, k);
        for (int64_t i = b; st == CX_OK && i < b + rows; i++) {
            const int32_t c = nearest(s, i, estimate + (i - b) * k);
            s->label[i] = c;
            if (!s->sum) continue;
            const double w = s->p->weight != NULL ? s->p->weight[i] : 1, *x = s->p->x + i * d;
            double *to = sum + c * d;
            for (int64_t j = 0; j < d; j++) to[j] += w * x[j];
            sum[k * d + c] += w;
        }
    }
    cx__scratch_free(estimate);
    return st;
}

/* Labels and, if sums is not NULL, sums and weights of the clusters: [k, d] and [k]. */
static cx_status label_all(const cx__points *p, const double *centres, int64_t k, int32_t *label,
                           double *sums)
{
    double *norm = cx__scratch_f64("fit", "centre norms", 1, k + 1);
    if (norm == NULL) return CX_E_NOMEM;
    cx__row_norms(centres, k, p->d, norm);
    step s = {.p = p,
              .centres = centres,
              .centre_norm = norm,
              .k = k,
              .label = label,
              .sum = sums != NULL};
    for (int64_t c = 0; c < k; c++)
        s.largest_norm = norm[c] > s.largest_norm ? norm[c] : s.largest_norm;
    double nothing;
    const cx_status st = cx__sum_rows("fit", p->n, 2 * ROWS, sums != NULL ? k * (p->d + 1) : 1,
                                      label_rows, &s, sums != NULL ? sums : &nothing);
    cx__scratch_free(norm);
    return st;
}

cx_status cx__nearest_centres(const cx__points *p, const double *centres, int64_t k, int32_t *label)
{
    return label_all(p, centres, k, label, NULL);
}

static cx_status add_inertia(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const step *s = ctx;
    const int64_t d = s->p->d;
    for (int64_t i = lo; i < hi; i++) {
        const double w = s->p->weight != NULL ? s->p->weight[i] : 1;
        *sum += w * cx__sqdist(s->p->x + i * d, s->centres + s->label[i] * d, d);
    }
    return CX_OK;
}

cx_status cx__inertia(const cx__points *p, const double *centres, const int32_t *label, double *out)
{
    step s = {.p = p, .centres = centres};
    int32_t *labels;
    memcpy(&labels, &label, sizeof labels); /* read only here */
    s.label = labels;
    return cx__sum_rows("fit", p->n, 2 * ROWS, 1, add_inertia, &s, out);
}

/* Each cluster without points takes over the point that is farthest from its centre (of those
 * left). */
static cx_status fill_empty(const cx__points *p, const double *old, int64_t k, const int32_t *label,
                            double *sums)
{
    const int64_t d = p->d;
    double *weight = sums + k * d;
    int64_t empty = 0;
    for (int64_t c = 0; c < k; c++) empty += weight[c] == 0;
    if (empty == 0) return CX_OK;
    double *distance = cx__scratch_f64("fit", "distances", 1, p->n);
    if (distance == NULL) return CX_E_NOMEM;
    for (int64_t i = 0; i < p->n; i++)
        distance[i] = cx__sqdist(p->x + i * d, old + label[i] * d, d);
    for (int64_t c = 0; c < k; c++) {
        if (weight[c] != 0) continue;
        int64_t far = 0;
        for (int64_t i = 1; i < p->n; i++)
            if (distance[i] > distance[far]) far = i;
        if (!(distance[far] > 0)) break; /* fewer distinct points than clusters */
        distance[far] = -1;
        const double w = p->weight != NULL ? p->weight[far] : 1, *x = p->x + far * d;
        for (int64_t j = 0; j < d; j++) {
            sums[label[far] * d + j] -= w * x[j];
            sums[c * d + j] = w * x[j];
        }
        weight[c] = w;
        weight[label[far]] -= w;
    }
    cx__scratch_free(distance);
    return CX_OK;
}

/* Sums to means; a cluster that stays empty lies where the heaviest one is. Returns how far the
 * centres moved, squared and summed. */
static double average(const double *old, int64_t k, int64_t d, double *sums)
{
    const double *weight = sums + k * d;
    int64_t heaviest = 0;
    for (int64_t c = 1; c < k; c++)
        if (weight[c] > weight[heaviest]) heaviest = c;
    double moved = 0;
    for (int64_t c = 0; c < k; c++) {
        double *row = sums + c * d;
        for (int64_t j = 0; j < d; j++)
            row[j] = weight[c] > 0 ? row[j] / weight[c] : sums[heaviest * d + j];
        moved += cx__sqdist(row, old + c * d, d);
    }
    return moved;
}

cx_status cx__lloyd(const cx__points *p, int64_t k, int64_t max_iter, double tol,
                    cx_status (*tick)(void *ctx, int64_t iteration), void *ctx, cx__lloyd_run *run)
{
    const int64_t d = p->d;
    double *sums = cx__scratch_f64("fit", "cluster sums", k, d + 1);
    int32_t *before = cx__scratch((size_t)p->n * sizeof *before);
    cx_status st = CX_OK;
    bool same = false, small = false;
    if (sums == NULL || before == NULL)
        st = cx__fail_nomem("fit", "labels", (size_t)p->n * sizeof *before);
    for (int64_t i = 0; st == CX_OK && i < p->n; i++) before[i] = -1;
    for (run->iterations = 0; st == CX_OK && run->iterations < max_iter && !same && !small;) {
        st = label_all(p, run->centres, k, run->label, sums);
        if (st == CX_OK) st = fill_empty(p, run->centres, k, run->label, sums);
        if (st != CX_OK) break;
        small = average(run->centres, k, d, sums) <= tol;
        memcpy(run->centres, sums, (size_t)(k * d) * sizeof *sums);
        same = memcmp(before, run->label, (size_t)p->n * sizeof *before) == 0;
        memcpy(before, run->label, (size_t)p->n * sizeof *before);
        run->iterations++;
        if (tick != NULL) st = tick(ctx, run->iterations);
    }
    if (st == CX_OK && !same)
        st = label_all(p, run->centres, k, run->label, NULL); /* labels of the last centres */
    if (st == CX_OK) st = cx__inertia(p, run->centres, run->label, &run->inertia);
    cx__scratch_free(before);
    cx__scratch_free(sums);
    return st;
}
