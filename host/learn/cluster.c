/* Points and centres: one step of Lloyd's iteration and the trials of k-means++.
 *
 * Distances are estimated by |c|^2 - 2 x.c; where that cannot decide between two centres, given its
 * rounding error, the exact differences do. Sums per cluster are added in the fixed order of
 * chunks. */
#include "learn/learn.h"
#include "learn/nearest_loops.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* FEW centres cost as little in float64 as in float32. */
enum { ROWS = HOST_NEAR_ROWS, MAX_TRIALS = 64, FEW = 24 };

typedef struct step {
    const cx_learn_points *p;
    const double *centres;
    void *panels, *narrow; /* the centres in float64 and in float32 */
    double largest_norm;
    int64_t k;
    int32_t *label;
    bool sum;
} step;

static cx_status pack_centres(step *s, const double *norm)
{
    const host_nearest_loops *const loops = HOST_PICK(host_nearest_loops_table);
    const int64_t d = s->p->d;
    s->panels = host_numbers("centres", loops->width(s->k), d + 1);
    s->narrow = host_numbers("centres", (loops->narrow_width(s->k) + 1) / 2, d + 1);
    if (s->panels == NULL || s->narrow == NULL) return CX_E_NOMEM;
    loops->pack(s->centres, norm, s->k, d, s->panels);
    loops->narrow_pack(s->centres, norm, s->k, d, s->narrow);
    return CX_OK;
}

/* The nearest by exact differences, the first of equal ones. */
static int32_t decide(const step *s, const double *x)
{
    const int64_t d = s->p->d;
    double best = INFINITY;
    int32_t at = 0;
    for (int64_t c = 0; c < s->k; c++) {
        const double distance = host_sqdist(x, s->centres + c * d, d);
        if (!(distance < best)) continue;
        best = distance;
        at = (int32_t)c;
    }
    return at;
}

/* How far the least two estimates may be apart without telling which is less. */
static double slack(const step *s, int64_t row, double unit)
{
    return 4 * (double)(s->p->d + 8) * unit * (s->p->norm[row] + s->largest_norm);
}

/* What a chunk works with: rows that estimates in float32 do not decide, and their places. */
typedef struct labelling {
    const step *s;
    double *row; /* [ROWS, d], and behind it the narrow rows of a tile */
    int64_t place[ROWS];
    bool narrow; /* go on with float32: it has decided most rows so far */
    host_near_two near;
} labelling;

/* Rows at those places (x: as they stand there) by float64, and what remains exactly. */
static void label_wide(labelling *l, const double *x, int64_t count, int32_t *label)
{
    const step *const s = l->s;
    const int64_t d = s->p->d;
    HOST_PICK(host_nearest_loops_table)->two(x, count, d, s->panels, s->k, NULL, &l->near);
    for (int64_t i = 0; i < count; i++) {
        const double limit = l->near.best[i] + slack(s, l->place[i], DBL_EPSILON);
        label[i] = l->near.second[i] > limit ? l->near.at[i] : decide(s, x + i * d);
    }
}

/* Numbers whose squares are far from float32's ends; smaller ones lose digits to no harm here. */
static const double narrow_most = 1e30, narrow_least = 1e-40;

/* By float32; the rows that remain are gathered and go by float64. */
static void label_narrow(labelling *l, int64_t lo, int64_t rows, int32_t *label)
{
    const step *const s = l->s;
    const int64_t d = s->p->d;
    const double *const x = s->p->x + lo * d;
    int32_t again[ROWS];
    int64_t left = 0;
    HOST_PICK(host_nearest_loops_table)
        ->narrow_two(x, rows, d, s->narrow, s->k, l->row + ROWS * d, &l->near);
    for (int64_t i = 0; i < rows; i++) {
        const double limit =
            l->near.best[i] + slack(s, lo + i, FLT_EPSILON) + (double)d * narrow_least;
        label[i] = l->near.at[i];
        if (l->near.second[i] > limit && s->p->norm[lo + i] < narrow_most) continue;
        memcpy(l->row + left * d, x + i * d, (size_t)d * sizeof *x);
        l->place[left++] = lo + i;
    }
    label_wide(l, l->row, left, again);
    for (int64_t i = 0; i < left; i++) label[l->place[i] - lo] = again[i];
    l->narrow = left < rows / 8;
}

/* Labels of a block of rows; how many changed. */
static int64_t label_block(labelling *l, int64_t lo, int64_t rows)
{
    const step *const s = l->s;
    int32_t now[ROWS], *const label = s->label + lo;
    int64_t changed = 0;
    if (l->narrow) {
        label_narrow(l, lo, rows, now);
    } else {
        for (int64_t i = 0; i < rows; i++) l->place[i] = lo + i;
        label_wide(l, s->p->x + lo * s->p->d, rows, now);
    }
    for (int64_t i = 0; i < rows; i++) changed += label[i] != now[i];
    memcpy(label, now, (size_t)rows * sizeof *now);
    return changed;
}

/* sum: weighted sums of the points of each cluster [k, d], weights [k], labels that changed. */
static cx_status label_rows(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const step *s = ctx;
    const int64_t d = s->p->d, k = s->k;
    const double *const weight = s->p->weight;
    labelling l = {.s = s, .narrow = s->k > FEW && s->largest_norm < narrow_most};
    l.row = host_numbers("rows", ROWS + HOST_NEAR_TILE / 2, d);
    if (l.row == NULL) return CX_E_NOMEM;
    int64_t changed = 0;
    for (int64_t b = lo; b < hi; b += ROWS) {
        const int64_t rows = hi - b < ROWS ? hi - b : ROWS;
        changed += label_block(&l, b, rows);
        if (!s->sum) continue;
        HOST_PICK(host_nearest_loops_table)
            ->add(s->p->x + b * d, rows, d, weight != NULL ? weight + b : NULL, s->label + b, sum);
        for (int64_t i = b; i < b + rows; i++)
            sum[k * d + s->label[i]] += weight != NULL ? weight[i] : 1;
    }
    if (s->sum) sum[k * (d + 1)] += (double)changed;
    host_core->free(l.row);
    return CX_OK;
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
    step s = {.p = p, .centres = centres, .k = k, .label = label, .sum = sums != NULL};
    for (int64_t c = 0; c < k; c++)
        s.largest_norm = norm[c] > s.largest_norm ? norm[c] : s.largest_norm;
    cx_status st = pack_centres(&s, norm);
    if (st == CX_OK) st = host_sum_rows(p->n, 2 * ROWS, width, label_rows, &s, sum);
    host_core->free(s.panels);
    host_core->free(s.narrow);
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
