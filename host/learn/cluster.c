/* Points and centres: one step of Lloyd's iteration and the trials of k-means++.
 *
 * Distances come from |c|^2 - 2 x.c by blocks of a product; where that cannot decide between two
 * centres, given its rounding error, the exact differences do. Sums per cluster are added in the
 * fixed order of chunks. */
#include "learn/learn.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { ROWS = 256, MAX_TRIALS = 64 };

typedef struct step {
    const cx_learn_points *p;
    const double *centres, *centre_norm;
    double largest_norm;
    int64_t k;
    int32_t *label;
    bool sum;
} step;

/* Among the centres whose estimate is within slack of the best, the nearest by exact
 * differences. */
static int32_t decide(const step *s, const double *x, const double *estimate, double limit)
{
    const int64_t d = s->p->d;
    double best = INFINITY;
    int32_t at = -1;
    for (int64_t c = 0; c < s->k; c++) {
        if (!(estimate[c] <= limit)) continue;
        const double distance = host_sqdist(x, s->centres + c * d, d);
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

/* sum: weighted sums of the points of each cluster [k, d], weights [k], labels that changed. */
static cx_status label_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const step *s = ctx;
    const int64_t d = s->p->d, k = s->k;
    double *estimate = host_numbers("distances", ROWS, k);
    if (estimate == NULL) return CX_E_NOMEM;
    cx_status st = CX_OK;
    int64_t changed = 0;
    for (int64_t b = lo; st == CX_OK && b < hi; b += ROWS) {
        const int64_t rows = hi - b < ROWS ? hi - b : ROWS;
        st = host_gemm_f64(false, true, rows, k, d, -1, s->p->x + b * d, d, s->centres, d, 0,
                           estimate, k);
        for (int64_t i = b; st == CX_OK && i < b + rows; i++) {
            const int32_t c = nearest(s, i, estimate + (i - b) * k);
            changed += s->label[i] != c;
            s->label[i] = c;
            if (!s->sum) continue;
            const double w = s->p->weight != NULL ? s->p->weight[i] : 1, *x = s->p->x + i * d;
            double *to = sum + c * d;
            for (int64_t j = 0; j < d; j++) to[j] += w * x[j];
            sum[k * d + c] += w;
        }
    }
    if (s->sum) sum[k * (d + 1)] += (double)changed;
    host_core->free(estimate);
    return st;
}

cx_status host_learn_row_norms(cx_queue *q, const double *x, int64_t n, int64_t d, double *norm)
{
    (void)q;
    for (int64_t i = 0; i < n; i++) norm[i] = host_dot(x + i * d, x + i * d, d);
    return CX_OK;
}

cx_status host_learn_nearest(cx_queue *q, const cx_learn_points *p, const double *centres,
                             int64_t k, int32_t *label, double *sums, double *mass, double *record)
{
    const int64_t all = k * p->d, width = sums != NULL ? all + k + 1 : 1;
    double *norm = host_numbers("centre norms and sums", 1, k + width);
    if (norm == NULL) return CX_E_NOMEM;
    double *sum = norm + k;
    HOST_TRY(host_learn_row_norms(q, centres, k, p->d, norm));
    step s = {.p = p,
              .centres = centres,
              .centre_norm = norm,
              .k = k,
              .label = label,
              .sum = sums != NULL};
    for (int64_t c = 0; c < k; c++)
        s.largest_norm = norm[c] > s.largest_norm ? norm[c] : s.largest_norm;
    const cx_status st = host_sum_rows(p->n, 2 * ROWS, width, label_rows, &s, sum);
    if (st == CX_OK && sums != NULL) {
        memcpy(sums, sum, (size_t)all * sizeof *sum);
        memcpy(mass, sum + all, (size_t)k * sizeof *sum);
        record[0] = sum[all + k];
        record[1] = 0;
        for (int64_t c = 0; c < k; c++) record[1] += mass[c] == 0;
    }
    host_core->free(norm);
    return st;
}

/* ---- distances to the own centre */
typedef struct spread {
    const cx_learn_points *p;
    const double *centres;
    const int32_t *place;
    double *each;
} spread;

static cx_status add_spread(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const spread *s = ctx;
    const int64_t d = s->p->d;
    for (int64_t i = lo; i < hi; i++) {
        const double w = s->p->weight != NULL ? s->p->weight[i] : 1;
        const double v = host_sqdist(s->p->x + i * d, s->centres + s->place[i] * d, d);
        if (s->each != NULL) s->each[i] = v;
        *sum += w * v;
    }
    return CX_OK;
}

cx_status host_learn_spread(cx_queue *q, const cx_learn_points *p, const double *centres,
                            const int32_t *label, double *each, double *sum)
{
    (void)q;
    spread s = {.p = p, .centres = centres, .place = label, .each = each};
    double unused;
    return host_sum_rows(p->n, 2 * ROWS, 1, add_spread, &s, sum != NULL ? sum : &unused);
}

cx_status host_learn_centres(cx_queue *q, const double *old, const double *sums, const double *mass,
                             int64_t k, int64_t d, double *centres, double *moved)
{
    (void)q;
    int64_t heaviest = 0;
    for (int64_t c = 1; c < k; c++)
        if (mass[c] > mass[heaviest]) heaviest = c;
    *moved = 0;
    for (int64_t c = 0; c < k; c++) {
        const int64_t from = mass[c] > 0 ? c : heaviest;
        for (int64_t j = 0; j < d; j++) centres[c * d + j] = sums[from * d + j] / mass[from];
        *moved += host_sqdist(centres + c * d, old + c * d, d);
    }
    return CX_OK;
}

/* ---- k-means++ */
typedef struct trial_job {
    const cx_learn_points *p;
    const double *candidate, *candidate_norm, *closest; /* [t, d], [t], [n] */
    double *distance;                                   /* [n, t] */
    int64_t t;
} trial_job;

/* sum: what the potential would be with each candidate. distance: to the nearest centre then. */
static cx_status try_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const trial_job *job = ctx;
    const int64_t d = job->p->d, t = job->t;
    HOST_TRY(host_gemm_f64(false, true, hi - lo, t, d, -2, job->p->x + lo * d, d, job->candidate, d,
                           0, job->distance + lo * t, t));
    for (int64_t i = lo; i < hi; i++) {
        const double w = job->p->weight != NULL ? job->p->weight[i] : 1;
        for (int64_t c = 0; c < t; c++) {
            double *at = job->distance + i * t + c;
            const double size = job->p->norm[i] + job->candidate_norm[c];
            double v = size + *at;
            if (v < 1e-6 * size)
                v = host_sqdist(job->p->x + i * d, job->candidate + c * d,
                                d); /* the sum lost its digits */
            if (job->closest != NULL && job->closest[i] < v) v = job->closest[i];
            *at = v;
            sum[c] += w * v;
        }
    }
    return CX_OK;
}

cx_status host_learn_trials(cx_queue *q, const cx_learn_points *p, const double *candidate,
                            int64_t t, const double *closest, double *distance, double *potential)
{
    double norm[MAX_TRIALS];
    if (t > MAX_TRIALS)
        return host_core->fail(CX_E_INTERNAL, "fit", "%lld trials; at most %d", (long long)t,
                               MAX_TRIALS);
    HOST_TRY(host_learn_row_norms(q, candidate, t, p->d, norm));
    trial_job job = {.p = p,
                     .candidate = candidate,
                     .candidate_norm = norm,
                     .closest = closest,
                     .distance = distance,
                     .t = t};
    return host_sum_rows(p->n, ROWS, t, try_rows, &job, potential);
}
