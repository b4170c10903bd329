/* Sums of a target by category and fold, and the encodings that follow.
 *
 * One idea: what a fold's training rows say is the sum of what the other folds say, so that the
 * rows are walked twice (sums, then squares about each fold's own means) for any number of folds.
 * Parts are merged as Chan, Golub and LeVeque 1983 do; nothing is subtracted. */
#include "learn/preprocessing/target_sums.h"
#include "base/threads.h"
#include <math.h>

typedef struct part {
    double *count, *sum, *square; /* [folds, groups]; sum becomes the mean */
    double *n, *mean, *spread;    /* [folds], of y itself */
} part;

static int64_t fold_of(const cx__target_sums *t, int64_t i)
{
    return t->fold ? t->fold[i] : 0;
}

static int64_t group_of(const cx__target_sums *t, int64_t i)
{
    return t->code[i] == t->groups ? 0 : t->code[i];
}

static void gather(const cx__target_sums *t, const part *p)
{
    const int64_t cells = t->folds * t->groups;
    for (int64_t i = 0; i < t->rows; i++) {
        const int64_t f = fold_of(t, i), at = f * t->groups + group_of(t, i);
        p->count[at] += 1;
        p->sum[at] += t->y[i];
    }
    for (int64_t c = 0; c < cells; c++) {
        p->n[c / t->groups] += p->count[c];
        p->mean[c / t->groups] += p->sum[c];
        if (p->count[c] > 0) p->sum[c] /= p->count[c];
    }
    for (int64_t f = 0; f < t->folds; f++)
        if (p->n[f] > 0) p->mean[f] /= p->n[f];
    for (int64_t i = 0; t->drawn && i < t->rows; i++) {
        const int64_t f = fold_of(t, i), at = f * t->groups + group_of(t, i);
        const double off = t->y[i] - p->sum[at], all = t->y[i] - p->mean[f];
        p->square[at] += off * off;
        p->spread[f] += all * all;
    }
}

/* Count, mean and squared deviations of the parts of all folds but k, step apart. */
static void others(const cx__target_sums *t, const double *count, const double *mean,
                   const double *square, int64_t step, int64_t k, double out[3])
{
    double n = 0, sum = 0, squares = 0;
    for (int64_t f = 0; f < t->folds; f++) {
        if (f == k && t->folds > 1) continue;
        n += count[f * step];
        sum += count[f * step] * mean[f * step];
    }
    const double m = sum / n;
    for (int64_t f = 0; f < t->folds; f++) {
        if ((f == k && t->folds > 1) || count[f * step] == 0) continue;
        const double off = mean[f * step] - m;
        squares += square[f * step] + count[f * step] * off * off;
    }
    out[0] = n;
    out[1] = m;
    out[2] = squares;
}

static double encode(const cx__target_sums *t, const double group[3], const double all[3])
{
    const double n = group[0], mean = group[1];
    if (!t->drawn)
        return n + t->smooth == 0 ? all[1]
                                  : ((n > 0 ? n * mean : 0) + t->smooth * all[1]) / (n + t->smooth);
    const double var = all[2] / all[0], share = var * n / (var * n + group[2] / n);
    return isnan(share) ? all[1] : share * mean + (1 - share) * all[1];
}

static void run(void *ctx, int64_t lo, int64_t hi)
{
    cx__target_sums *const jobs = ctx;
    for (int64_t j = lo; j < hi; j++) {
        const cx__target_sums *const t = &jobs[j];
        const int64_t cells = t->folds * t->groups;
        double *const w = t->work, *const tail = w + 3 * cells;
        const part p = {w, w + cells, w + 2 * cells, tail, tail + t->folds, tail + 2 * t->folds};
        gather(t, &p);
        for (int64_t k = 0; k < t->folds; k++) {
            double all[3], group[3];
            double *const out = t->out + k * (t->groups + 1);
            others(t, p.n, p.mean, p.spread, 1, k, all);
            for (int64_t g = 0; g < t->groups; g++) {
                others(t, p.count + g, p.sum + g, p.square + g, t->groups, k, group);
                out[g] = encode(t, group, all);
            }
            out[t->groups] = all[1];
        }
    }
}

cx_status cx__target_sums_run(cx__target_sums *jobs, int64_t n)
{
    return cx__parallel_for(n, 1, run, jobs);
}
