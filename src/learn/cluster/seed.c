/* Greedy k-means++ (Arthur and Vassilvitskii 2007): each new centre is the best of a few points
 * drawn with probability proportional to the squared distance from the centres so far.
 *
 * Draws and their order are scikit-learn's, so an integer seed gives the same start. Knows points
 * and a generator. */
#include "learn/cluster/lloyd.h"

#include "base/threads.h"
#include "learn/numeric/numeric.h"
#include "learn/numeric/rows.h"
#include "ops/primitives.h"
#include <math.h>
#include <string.h>

enum { ROWS = 256, MAX_TRIALS = 64 };

typedef struct trial_job {
    const cx__points *p;
    const double *candidate, *candidate_norm, *closest; /* [t, d], [t], [n] */
    double *distance;                                   /* [n, t] */
    int64_t t;
} trial_job;

/* sum: what the potential would be with each candidate. distance: to the nearest centre then. */
static cx_status try_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const trial_job *job = ctx;
    const int64_t d = job->p->d, t = job->t;
    CX__TRY(cx__gemm_f64(false, true, hi - lo, t, d, -2, job->p->x + lo * d, d, job->candidate, d,
                         0, job->distance + lo * t, t));
    for (int64_t i = lo; i < hi; i++) {
        const double w = job->p->weight != NULL ? job->p->weight[i] : 1;
        for (int64_t c = 0; c < t; c++) {
            double *at = job->distance + i * t + c;
            const double size = job->p->norm[i] + job->candidate_norm[c];
            double v = size + *at;
            if (v < 1e-6 * size)
                v = cx__sqdist(job->p->x + i * d, job->candidate + c * d,
                               d); /* the sum lost its digits */
            if (job->closest != NULL && job->closest[i] < v) v = job->closest[i];
            *at = v;
            sum[c] += w * v;
        }
    }
    return CX_OK;
}

/* The first index whose running sum reaches v (right: exceeds v). */
static int64_t locate(const double *running, int64_t n, double v, bool right)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (right ? running[mid] <= v : running[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n ? lo : n - 1;
}

static cx_status draw(cx_generator *g, int64_t count, double *out)
{
    const double *v = cx_data_f64(cx_rng_random(g, (cx_shape){.ndim = 1, .dim = &count}, CX_F64));
    if (v == NULL) return cx__last_status();
    memcpy(out, v, (size_t)count * sizeof *v);
    return CX_OK;
}

/* One point with probability proportional to its weight. */
static cx_status draw_first(const cx__points *p, cx_generator *g, double *running, int64_t *out)
{
    double total = 0, sum = 0, u;
    for (int64_t i = 0; i < p->n; i++) total += p->weight != NULL ? p->weight[i] : 1;
    for (int64_t i = 0; i < p->n; i++) {
        sum += (p->weight != NULL ? p->weight[i] : 1) / total;
        running[i] = sum;
    }
    for (int64_t i = 0; i < p->n; i++) running[i] /= sum;
    CX__TRY(draw(g, 1, &u));
    *out = locate(running, p->n, u, true);
    return CX_OK;
}

typedef struct seeding {
    double *closest, *running, *distance, *candidate; /* [n], [n], [n, t], [t, d] */
    int64_t trials;
} seeding;

/* Choose centre number c >= 1; *potential is updated. */
static cx_status choose(const cx__points *p, cx_generator *g, seeding *s, double *potential,
                        double *centre)
{
    const int64_t t = s->trials, d = p->d;
    double u[MAX_TRIALS], norm[MAX_TRIALS], sums[MAX_TRIALS], sum = 0;
    CX__TRY(draw(g, t, u));
    for (int64_t i = 0; i < p->n; i++) {
        sum += (p->weight != NULL ? p->weight[i] : 1) * s->closest[i];
        s->running[i] = sum;
    }
    for (int64_t c = 0; c < t; c++) {
        const int64_t at = locate(s->running, p->n, u[c] * *potential, false);
        memcpy(s->candidate + c * d, p->x + at * d, (size_t)d * sizeof *centre);
        norm[c] = p->norm[at];
    }
    trial_job job = {.p = p,
                     .candidate = s->candidate,
                     .candidate_norm = norm,
                     .closest = s->closest,
                     .distance = s->distance,
                     .t = t};
    CX__TRY(cx__sum_rows("fit", p->n, ROWS, t, try_rows, &job, sums));
    int64_t best = 0;
    for (int64_t c = 1; c < t; c++)
        if (sums[c] < sums[best]) best = c;
    *potential = sums[best];
    for (int64_t i = 0; i < p->n; i++) s->closest[i] = s->distance[i * t + best];
    memcpy(centre, s->candidate + best * d, (size_t)d * sizeof *centre);
    return CX_OK;
}

cx_status cx__seed_centres(const cx__points *p, int64_t k, cx_generator *g, double *centres)
{
    const int64_t n = p->n, d = p->d;
    seeding s = {.trials = 2 + (int64_t)log((double)k)};
    double *work =
        cx__scratch_f64("fit", "seeding distances", 1, n * (2 + s.trials) + s.trials * d);
    if (work == NULL) return CX_E_NOMEM;
    s.closest = work;
    s.running = s.closest + n;
    s.distance = s.running + n;
    s.candidate = s.distance + n * s.trials;
    int64_t first = 0;
    double potential = 0;
    cx_status st = draw_first(p, g, s.running, &first);
    if (st == CX_OK) {
        memcpy(centres, p->x + first * d, (size_t)d * sizeof *centres);
        trial_job job = {.p = p,
                         .candidate = centres,
                         .candidate_norm = p->norm + first,
                         .distance = s.closest,
                         .t = 1};
        st = cx__sum_rows("fit", n, ROWS, 1, try_rows, &job, &potential);
    }
    for (int64_t c = 1; st == CX_OK && c < k; c++)
        st = choose(p, g, &s, &potential, centres + c * d);
    cx__scratch_free(work);
    return st;
}
