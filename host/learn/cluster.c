/* Points and centres: nearest ones, distances to the own one, and the trials of k-means++.
 *
 * Sums per cluster are added in the fixed order of chunks. */
#include "learn/label.h"
#include "learn/learn.h"
#include "learn/nearest_loops.h"
#include <math.h>
#include <string.h>

enum { ROWS = HOST_NEAR_ROWS, MAX_TRIALS = 64 };

/* ---- nearest centres */
typedef struct step {
    host_labels by;
    int32_t *label;
    bool sum;
} step;

/* sum: weighted sums of the points of each cluster [k, d], weights [k], labels that changed. */
static cx_status label_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const step *const s = ctx;
    const cx_learn_points *const p = s->by.p;
    const int64_t d = p->d, k = s->by.k;
    const double *const weight = p->weight;
    int32_t now[ROWS];
    host_labelling l;
    HOST_TRY(host_labelling_open(&l, &s->by, true));
    int64_t changed = 0;
    for (int64_t b = lo; b < hi; b += ROWS) {
        const int64_t rows = hi - b < ROWS ? hi - b : ROWS;
        host_label_rows(&l, b, rows, NULL, now);
        for (int64_t i = 0; s->sum && i < rows; i++) changed += now[i] != s->label[b + i];
        memcpy(s->label + b, now, (size_t)rows * sizeof *now);
        if (!s->sum) continue;
        HOST_PICK(host_nearest_loops_table)
            ->add(p->x + b * d, rows, d, weight != NULL ? weight + b : NULL, now, sum);
        for (int64_t i = 0; i < rows; i++)
            sum[k * d + now[i]] += weight != NULL ? weight[b + i] : 1;
    }
    if (s->sum) sum[k * (d + 1)] += (double)changed;
    host_labelling_close(&l);
    return CX_OK;
}

typedef struct lengths {
    const double *x;
    int64_t d;
    double *norm;
} lengths;

static void some_lengths(void *ctx, int64_t lo, int64_t hi)
{
    const lengths *const l = ctx;
    HOST_PICK(host_nearest_loops_table)->lengths(l->x + lo * l->d, hi - lo, l->d, l->norm + lo);
}

cx_status host_learn_row_norms(cx_queue *q, const double *x, int64_t n, int64_t d, double *norm)
{
    (void)q;
    lengths l = {x, d, norm};
    return host_core->parallel_for(n, 1 + 65536 / (d + 1), some_lengths, &l);
}

cx_status host_learn_nearest(cx_queue *q, const cx_learn_points *p, const double *centres,
                             int64_t k, int32_t *label, double *sums, double *mass, double *record)
{
    (void)q;
    const int64_t all = k * p->d, width = sums != NULL ? all + k + 1 : 1;
    double *const sum = host_numbers("sums", 1, width);
    step s = {.label = label, .sum = sums != NULL};
    cx_status st = sum != NULL ? host_labels_open(&s.by, p, centres, k) : CX_E_NOMEM;
    if (st == CX_OK) {
        st = host_sum_rows(p->n, 2 * ROWS, width, label_rows, &s, sum);
        host_labels_close(&s.by);
    }
    if (st == CX_OK && sums != NULL) {
        memcpy(sums, sum, (size_t)all * sizeof *sum);
        memcpy(mass, sum + all, (size_t)k * sizeof *sum);
        record[0] = sum[all + k];
        record[1] = 0;
        for (int64_t c = 0; c < k; c++) record[1] += mass[c] == 0;
    }
    host_core->free(sum);
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
    double distance[ROWS];
    for (int64_t b = lo; b < hi; b += ROWS) {
        const int64_t rows = hi - b < ROWS ? hi - b : ROWS;
        double *const to = s->each != NULL ? s->each + b : distance;
        HOST_PICK(host_nearest_loops_table)
            ->distances(s->p->x + b * d, rows, d, s->centres, s->place + b, to);
        for (int64_t i = 0; i < rows; i++)
            *sum += (s->p->weight != NULL ? s->p->weight[b + i] : 1) * to[i];
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
    const double *candidate, *candidate_norm, *panels, *closest; /* [t, d], [t]; [n] */
    double *distance;                                            /* [n, t] */
    int64_t t;
} trial_job;

/* Distances of row i from estimates of them, less the row's squared length. */
static void try_row(const trial_job *job, int64_t i, const double *estimate, double *sum)
{
    const cx_learn_points *const p = job->p;
    const double w = p->weight != NULL ? p->weight[i] : 1,
                 norm = p->norm[i], *const x = p->x + i * p->d;
    double *const to = job->distance + i * job->t;
    for (int64_t c = 0; c < job->t; c++) {
        double v = norm + estimate[c];
        if (v < 1e-6 * (norm + job->candidate_norm[c])) /* the sum lost its digits */
            v = host_sqdist(x, job->candidate + c * p->d, p->d);
        if (job->closest != NULL && job->closest[i] < v) v = job->closest[i];
        to[c] = v;
        sum[c] += w * v;
    }
}

/* sum: what the potential would be with each candidate. distance: to the nearest centre then. */
static cx_status try_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    enum { SOME = 32, MOST_LANES = 24 };
    const trial_job *job = ctx;
    const host_nearest_loops *const loops = HOST_PICK(host_nearest_loops_table);
    const int64_t d = job->p->d, ld = loops->width(job->t);
    double estimate[SOME * (MAX_TRIALS + MOST_LANES)];
    for (int64_t b = lo; b < hi; b += SOME) {
        const int64_t rows = hi - b < SOME ? hi - b : SOME;
        loops->all(job->p->x + b * d, rows, d, job->panels, job->t, estimate);
        for (int64_t i = 0; i < rows; i++) try_row(job, b + i, estimate + i * ld, sum);
    }
    return CX_OK;
}

cx_status host_learn_trials(cx_queue *q, const cx_learn_points *p, const double *candidate,
                            int64_t t, const double *closest, double *distance, double *potential)
{
    double norm[MAX_TRIALS], *panels = NULL;
    if (t > MAX_TRIALS)
        return host_core->fail(CX_E_INTERNAL, "fit", "%lld trials; at most %d", (long long)t,
                               MAX_TRIALS);
    HOST_TRY(host_learn_row_norms(q, candidate, t, p->d, norm));
    const host_nearest_loops *const loops = HOST_PICK(host_nearest_loops_table);
    panels = host_numbers("candidates", loops->width(t), p->d + 1);
    if (panels == NULL) return CX_E_NOMEM;
    loops->pack(candidate, norm, t, p->d, panels);
    trial_job job = {.p = p,
                     .candidate = candidate,
                     .candidate_norm = norm,
                     .panels = panels,
                     .closest = closest,
                     .distance = distance,
                     .t = t};
    const cx_status st = host_sum_rows(p->n, ROWS, t, try_rows, &job, potential);
    host_core->free(panels);
    return st;
}
