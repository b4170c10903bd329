/* Column statistics and centred products.
 *
 * The mean comes first, then deviations from it: large offsets lose no digits. NaN entries are
 * missing values; the loops that skip them run only when a plain sum came out NaN. */
#include "learn/learn.h"
#include <math.h>
#include <string.h>

enum { ROW_GRAIN = 512, BLOCK = 128 };

typedef struct column_job {
    const double *x, *weight, *mean;
    int64_t d;
    bool skip_nan;
} column_job;

/* sum: d sums of w x, then d (or 1, without NaN) sums of w. */
static cx_status add_values(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    double *count = sum + d;
    for (int64_t i = lo; i < hi; i++) {
        const double *row = job->x + i * d;
        const double w = job->weight != NULL ? job->weight[i] : 1;
        if (!job->skip_nan) {
            for (int64_t j = 0; j < d; j++) sum[j] += w * row[j];
            count[0] += w;
            continue;
        }
        for (int64_t j = 0; j < d; j++) {
            const bool there = !isnan(row[j]);
            sum[j] += there ? w * row[j] : 0;
            count[j] += there ? w : 0;
        }
    }
    return CX_OK;
}

/* sum: d sums of w t, then d sums of w t^2, where t = x - mean. */
static cx_status add_squares(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    double *square = sum + d;
    for (int64_t i = lo; i < hi; i++) {
        const double *row = job->x + i * d;
        const double w = job->weight != NULL ? job->weight[i] : 1;
        for (int64_t j = 0; j < d; j++) {
            double t = row[j] - job->mean[j];
            if (job->skip_nan && isnan(row[j])) t = 0;
            sum[j] += w * t;
            square[j] += w * t * t;
        }
    }
    return CX_OK;
}

static bool any_nan(const double *v, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        if (isnan(v[j])) return true;
    return false;
}

cx_status host_learn_moments(cx_queue *q, const double *x, int64_t n, int64_t d,
                             const double *weight, double *count, double *mean, double *m2)
{
    (void)q;
    double *sum = host_numbers("column sums", 2, d + 1);
    if (sum == NULL) return CX_E_NOMEM;
    column_job job = {.x = x, .weight = weight, .d = d};
    cx_status st = host_sum_rows(n, ROW_GRAIN, d + 1, add_values, &job, sum);
    if (st == CX_OK && any_nan(sum, d)) {
        job.skip_nan = true;
        st = host_sum_rows(n, ROW_GRAIN, 2 * d, add_values, &job, sum);
    }
    if (st != CX_OK) goto done;
    for (int64_t j = 0; j < d; j++) {
        count[j] = sum[job.skip_nan ? d + j : d];
        mean[j] = sum[j] / count[j];
    }
    if (m2 == NULL) goto done;
    job.mean = mean;
    st = host_sum_rows(n, ROW_GRAIN, 2 * d, add_squares, &job, sum);
    for (int64_t j = 0; st == CX_OK && j < d; j++) m2[j] = sum[d + j] - sum[j] * sum[j] / count[j];
done:
    host_core->free(sum);
    return st;
}

cx_status host_learn_extremes(cx_queue *q, const double *x, int64_t n, int64_t d, double *low,
                              double *high)
{
    (void)q;
    for (int64_t j = 0; j < d; j++) low[j] = high[j] = NAN;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++) {
            const double v = x[i * d + j]; /* NaN compares false, so it wins against no number */
            if (v < low[j] || isnan(low[j])) low[j] = v;
            if (v > high[j] || isnan(high[j])) high[j] = v;
        }
    return CX_OK;
}

/* ---- columns */
/* The usual pairs go in one pass. */
static void change_row(const cx_learn_columns *c, const double *restrict from, int64_t d,
                       double *restrict to)
{
    const double *const sub = c->sub, *const div = c->div, *const mul = c->mul, *const add = c->add;
    if (sub != NULL && div != NULL)
        for (int64_t j = 0; j < d; j++) to[j] = (from[j] - sub[j]) / div[j];
    else if (sub != NULL)
        for (int64_t j = 0; j < d; j++) to[j] = from[j] - sub[j];
    else if (div != NULL)
        for (int64_t j = 0; j < d; j++) to[j] = from[j] / div[j];
    else if (mul != NULL && add != NULL)
        for (int64_t j = 0; j < d; j++) to[j] = from[j] * mul[j] + add[j];
    else
        memcpy(to, from, (size_t)d * sizeof *to);
    if (mul != NULL && add != NULL && sub == NULL && div == NULL) return;
    for (int64_t j = 0; mul != NULL && j < d; j++) to[j] *= mul[j];
    for (int64_t j = 0; add != NULL && j < d; j++) to[j] += add[j];
}

static void change_rows(void *ctx, int64_t lo, int64_t hi)
{
    const cx_learn_columns *c = ctx;
    const int64_t d = c->d;
    const bool clip = c->low > -INFINITY || c->high < INFINITY;
    for (int64_t i = lo; i < hi; i++) {
        double *to = c->out + i * d;
        change_row(c, c->x + i * d, d, to);
        const double w = c->weight != NULL ? sqrt(c->weight[i]) : 1;
        for (int64_t j = 0; c->weight != NULL && j < d; j++) to[j] *= w;
        for (int64_t j = 0; clip && j < d; j++)
            to[j] = to[j] < c->low ? c->low : to[j] > c->high ? c->high : to[j];
    }
}

cx_status host_learn_columns(cx_queue *q, const cx_learn_columns *c)
{
    (void)q;
    cx_learn_columns call = *c;
    if (c->n > ROW_GRAIN) return host_core->parallel_for(c->n, ROW_GRAIN, change_rows, &call);
    change_rows(&call, 0, c->n);
    return CX_OK;
}

/* ---- products */
static void centre_rows(const double *x, const double *mean, int64_t rows, int64_t d, double *out)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < d; j++) out[r * d + j] = x[r * d + j] - mean[j];
}

static cx_status add_gram(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    if (job->mean == NULL) {
        const double *x = job->x + lo * d;
        return host_gemm_f64(true, false, d, d, hi - lo, 1, x, d, x, d, 1, sum, d);
    }
    double *z = host_numbers("a block of rows", BLOCK, d);
    if (z == NULL) return CX_E_NOMEM;
    cx_status st = CX_OK;
    for (int64_t i = lo; st == CX_OK && i < hi; i += BLOCK) {
        const int64_t rows = hi - i < BLOCK ? hi - i : BLOCK;
        centre_rows(job->x + i * d, job->mean, rows, d, z);
        st = host_gemm_f64(true, false, d, d, rows, 1, z, d, z, d, 1, sum, d);
    }
    host_core->free(z);
    return st;
}

/* sum: z^T z [d, d], z^T y [d, t], where z is x, x transform or x - mean. */
static cx_status add_products(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const cx_learn_gram *p = ctx;
    const int64_t d = p->d, t = p->y != NULL ? p->t : 0, rows = hi - lo;
    const double *const x = p->x + lo * d, *z = x;
    double *made = NULL;
    cx_status st = CX_OK;
    if (p->transform != NULL || p->mean != NULL) {
        z = made = host_numbers("a block of rows", rows, d);
        if (made == NULL) return CX_E_NOMEM;
    }
    if (p->transform != NULL)
        st = host_gemm_f64(false, false, rows, d, d, 1, x, d, p->transform, d, 0, made, d);
    else if (p->mean != NULL)
        centre_rows(x, p->mean, rows, d, made);
    if (st == CX_OK) st = host_gemm_f64(true, false, d, d, rows, 1, z, d, z, d, 1, sum, d);
    if (st == CX_OK && t > 0)
        st = host_gemm_f64(true, false, d, t, rows, 1, z, d, p->y + lo * t, t, 1, sum + d * d, t);
    host_core->free(made);
    return st;
}

static cx_status both_products(const cx_learn_gram *c)
{
    const int64_t d = c->d, t = c->y != NULL ? c->t : 0;
    double *sum = host_numbers("products", d, d + t);
    if (sum == NULL) return CX_E_NOMEM;
    cx_learn_gram call = *c;
    const cx_status st = host_sum_rows(c->n, ROW_GRAIN, d * (d + t), add_products, &call, sum);
    if (st == CX_OK) memcpy(c->gram, sum, (size_t)(d * d) * sizeof *sum);
    if (st == CX_OK && t > 0) memcpy(c->cross, sum + d * d, (size_t)(d * t) * sizeof *sum);
    host_core->free(sum);
    return st;
}

cx_status host_learn_gram(cx_queue *q, const cx_learn_gram *c)
{
    (void)q;
    const int64_t d = c->d;
    if (c->transform != NULL || c->y != NULL) {
        HOST_TRY(both_products(c));
    } else {
        column_job job = {.x = c->x, .mean = c->mean, .d = d};
        HOST_TRY(host_sum_rows(c->n, 4 * ROW_GRAIN, d * d, add_gram, &job, c->gram));
    }
    for (int64_t i = 0; i < d; i++) /* the product's two halves may differ in the last bit */
        for (int64_t j = 0; j < i; j++) c->gram[j * d + i] = c->gram[i * d + j];
    return CX_OK;
}

/* ---- groups */
static cx_status add_groups(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const cx_learn_groups *c = ctx;
    const int64_t d = c->d;
    double *mass = sum + c->groups * d;
    for (int64_t i = lo; i < hi; i++) {
        const double *x = c->x + i * d, w = c->weight != NULL ? c->weight[i] : 1;
        double *to = sum + c->code[i] * d;
        const double *mean = c->centre != NULL ? c->centre + c->code[i] * d : NULL;
        for (int64_t j = 0; j < d; j++)
            to[j] += mean != NULL ? w * (x[j] - mean[j]) * (x[j] - mean[j]) : w * x[j];
        mass[c->code[i]] += w;
    }
    return CX_OK;
}

cx_status host_learn_groups(cx_queue *q, const cx_learn_groups *c)
{
    (void)q;
    const int64_t all = c->groups * c->d;
    double *sum = host_numbers("sums of groups", c->groups, c->d + 1);
    if (sum == NULL) return CX_E_NOMEM;
    cx_learn_groups call = *c;
    const cx_status st =
        host_sum_rows(c->n, ROW_GRAIN, c->groups * (c->d + 1), add_groups, &call, sum);
    if (st == CX_OK && all > 0) memcpy(c->sums, sum, (size_t)all * sizeof *sum);
    if (st == CX_OK) memcpy(c->mass, sum + all, (size_t)c->groups * sizeof *sum);
    host_core->free(sum);
    return st;
}
