/* Column statistics and centred products.
 *
 * A chunk of rows, which the cache holds, finds its mean, then deviations from it: large offsets
 * lose no digits, and memory is read once. NaN entries are missing values; the loops that skip them
 * run only over chunks whose plain sum came out NaN. */
#include "learn/learn.h"
#include "learn/loops.h"
#include <math.h>
#include <string.h>

enum {
    ROW_GRAIN = 512,
    BLOCK = 256, /* rows of a changed copy that the cache holds */
    NARROW = 24  /* columns that kernels of products do not take */
};

typedef struct column_job {
    const double *x, *weight;
    int64_t d;
    bool squares; /* wanted */
} column_job;

/* What a chunk knows of its columns, [d] each. */
typedef struct chunk_sums {
    double *sum, *count, *mean, *deviation, *square;
} chunk_sums;
enum { CHUNK_SUMS = 5 };

static chunk_sums sums_of(double *p, int64_t d)
{
    return (chunk_sums){p, p + d, p + 2 * d, p + 3 * d, p + 4 * d};
}

static bool any_nan(const double *v, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        if (isnan(v[j])) return true;
    return false;
}

/* Sums of w x; count[0] becomes that of w. */
static void add_values(const column_job *job, int64_t lo, int64_t hi, double *sum, double *count)
{
    const double *const w = job->weight != NULL ? job->weight + lo : NULL;
    HOST_PICK(host_learn_loops_table)->add(job->x + lo * job->d, hi - lo, job->d, w, sum);
    if (w == NULL) count[0] = (double)(hi - lo);
    for (int64_t i = 0; w != NULL && i < hi - lo; i++) count[0] += w[i];
}

static void add_numbers(const column_job *job, int64_t lo, int64_t hi, double *restrict sum,
                        double *restrict count)
{
    const int64_t d = job->d;
    for (int64_t i = lo; i < hi; i++) {
        const double *row = job->x + i * d;
        const double w = job->weight != NULL ? job->weight[i] : 1;
        for (int64_t j = 0; j < d; j++) {
            const bool there = !isnan(row[j]);
            sum[j] += there ? w * row[j] : 0;
            count[j] += there ? w : 0;
        }
    }
}

/* Sums of w t and of w t^2, where t = x - mean; of NaN, if there are any, 0. */
static void add_deviations(const column_job *job, int64_t lo, int64_t hi, bool missing,
                           const chunk_sums *to)
{
    const int64_t d = job->d;
    const double *const x = job->x + lo * d, *const w =
                                                 job->weight != NULL ? job->weight + lo : NULL;
    if (!missing) {
        HOST_PICK(host_learn_loops_table)
            ->add_deviations(x, hi - lo, d, w, to->mean, to->deviation, to->square);
        return;
    }
    for (int64_t i = 0; i < hi - lo; i++)
        for (int64_t j = 0; j < d; j++) {
            const double v = x[i * d + j], t = isnan(v) ? 0 : v - to->mean[j],
                         wt = (w != NULL ? w[i] : 1) * t;
            to->deviation[j] += wt;
            to->square[j] += wt * t;
        }
}

static cx_status chunk_moments(void *ctx, int64_t lo, int64_t hi, double *sums)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    const chunk_sums to = sums_of(sums, d);
    add_values(job, lo, hi, to.sum, to.count);
    const bool missing = any_nan(to.sum, d);
    if (missing) {
        memset(sums, 0, (size_t)(2 * d) * sizeof *sums);
        add_numbers(job, lo, hi, to.sum, to.count);
    }
    for (int64_t j = 1; !missing && j < d; j++) to.count[j] = to.count[0];
    if (!job->squares) return CX_OK;
    for (int64_t j = 0; j < d; j++) to.mean[j] = to.count[j] == 0 ? 0 : to.sum[j] / to.count[j];
    add_deviations(job, lo, hi, missing, &to);
    return CX_OK;
}

/* The chunks' deviations and squares, carried from their means to that of all. */
static void carry_squares(double *partial, int64_t chunks, int64_t d, const double *count,
                          const double *mean, double *m2)
{
    for (int64_t j = 0; j < d; j++) {
        double deviation = 0, square = 0;
        for (int64_t c = 0; c < chunks; c++) {
            const chunk_sums of = sums_of(partial + c * CHUNK_SUMS * d, d);
            const double step = of.mean[j] - mean[j], carried = of.count[j] * step;
            deviation += of.deviation[j] + carried;
            square += of.square[j] + step * (2 * of.deviation[j] + carried);
        }
        m2[j] = square - deviation * deviation / count[j];
    }
}

cx_status host_learn_moments(cx_queue *q, const double *x, int64_t n, int64_t d,
                             const double *weight, double *count, double *mean, double *m2)
{
    (void)q;
    column_job job = {.x = x, .weight = weight, .d = d, .squares = m2 != NULL};
    double *partial = NULL;
    int64_t chunks = 0;
    const cx_status st =
        host_row_chunks(n, ROW_GRAIN, CHUNK_SUMS * d, chunk_moments, &job, &partial, &chunks);
    if (st != CX_OK) goto done;
    for (int64_t j = 0; j < d; j++) count[j] = mean[j] = 0;
    for (int64_t c = 0; c < chunks; c++) {
        const chunk_sums of = sums_of(partial + c * CHUNK_SUMS * d, d);
        for (int64_t j = 0; j < d; j++) mean[j] += of.sum[j];
        for (int64_t j = 0; j < d; j++) count[j] += of.count[j];
    }
    for (int64_t j = 0; j < d; j++) mean[j] /= count[j];
    if (m2 != NULL) carry_squares(partial, chunks, d, count, mean, m2);
done:
    host_core->free(partial);
    return st;
}

/* sum: d smallest and d largest numbers; NaN compares false, so it wins against none. */
static cx_status chunk_extremes(void *ctx, int64_t lo, int64_t hi, double *sums)
{
    const column_job *job = ctx;
    const int64_t d = job->d;
    double *const restrict low = sums, *const restrict high = sums + d;
    for (int64_t j = 0; j < d; j++) {
        low[j] = INFINITY;
        high[j] = -INFINITY;
    }
    for (int64_t i = lo; i < hi; i++) {
        const double *const restrict row = job->x + i * d;
        for (int64_t j = 0; j < d; j++) {
            low[j] = row[j] < low[j] ? row[j] : low[j];
            high[j] = row[j] > high[j] ? row[j] : high[j];
        }
    }
    return CX_OK;
}

cx_status host_learn_extremes(cx_queue *q, const double *x, int64_t n, int64_t d, double *low,
                              double *high)
{
    (void)q;
    column_job job = {.x = x, .d = d};
    double *partial = NULL;
    int64_t chunks = 0;
    const cx_status st =
        host_row_chunks(n, ROW_GRAIN, 2 * d, chunk_extremes, &job, &partial, &chunks);
    for (int64_t j = 0; st == CX_OK && j < d; j++) {
        double least = INFINITY, most = -INFINITY;
        for (int64_t c = 0; c < chunks; c++) {
            const double *const of = partial + c * 2 * d;
            least = of[j] < least ? of[j] : least;
            most = of[d + j] > most ? of[d + j] : most;
        }
        const bool any = least <= most; /* a column of NaN has neither */
        low[j] = any ? least : NAN;
        high[j] = any ? most : NAN;
    }
    host_core->free(partial);
    return st;
}

/* ---- columns */
/* The usual pairs go in one pass. */
static void change_row(const cx_learn_columns *c, const double *restrict from, int64_t d,
                       double *restrict to)
{
    const double *const sub = c->sub, *const div = c->div, *const mul = c->mul, *const add = c->add;
    if (sub != NULL && div != NULL)
        HOST_PICK(host_learn_loops_table)->scale(from, sub, div, d, to);
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
/* The lower triangle of sum [d, d] += z^T z; kernels of our own leave the other one alone. */
static cx_status add_square(const double *z, int64_t rows, int64_t d, double *sum)
{
    if (d < NARROW || !host_update_takes(CX_F64))
        return host_gemm_f64(true, false, d, d, rows, 1, z, d, z, d, 1, sum, d);
    char *const at = (char *)(uintptr_t)z;
    const host_update u = {.t = CX_F64,
                           .a = {at, 1, d},
                           .b = {at, d, 1},
                           .c = {(char *)sum, d, 1},
                           .m = d,
                           .n = d,
                           .k = rows,
                           .triangle = -1,
                           .alpha = 1,
                           .beta = 1};
    const cx_status st = host_update_run(&u);
    return st == CX_E_NOMEM ? host_core->fail(st, "fit", "no memory for a product of columns") : st;
}

/* z of rows [lo, lo + rows) into made, or x itself */
static cx_status made_rows(const cx_learn_gram *c, int64_t lo, int64_t rows, double *made,
                           const double **z)
{
    const int64_t d = c->d;
    const double *const x = *z = c->x + lo * d;
    if (c->transform == NULL && c->mean == NULL) return CX_OK;
    *z = made;
    if (c->transform != NULL)
        return host_gemm_f64(false, false, rows, d, d, 1, x, d, c->transform, d, 0, made, d);
    HOST_PICK(host_learn_loops_table)->centre(x, rows, d, c->mean, made);
    return CX_OK;
}

/* sum: z^T z [d, d], its lower triangle, and z^T y [d, t]. */
static cx_status add_products(void *ctx, int64_t lo, int64_t hi, double *sum)
{
    const cx_learn_gram *c = ctx;
    const int64_t d = c->d, t = c->y != NULL ? c->t : 0;
    const bool same = c->transform == NULL && c->mean == NULL;
    const int64_t step = same ? hi - lo : BLOCK;
    double *const made = same ? NULL : host_numbers("a block of rows", BLOCK, d);
    if (!same && made == NULL) return CX_E_NOMEM;
    cx_status st = CX_OK;
    for (int64_t i = lo; st == CX_OK && i < hi; i += step) {
        const int64_t rows = hi - i < step ? hi - i : step;
        const double *z = NULL;
        st = made_rows(c, i, rows, made, &z);
        if (st == CX_OK) st = add_square(z, rows, d, sum);
        if (st == CX_OK && t > 0)
            st =
                host_gemm_f64(true, false, d, t, rows, 1, z, d, c->y + i * t, t, 1, sum + d * d, t);
    }
    host_core->free(made);
    return st;
}

cx_status host_learn_gram(cx_queue *q, const cx_learn_gram *c)
{
    (void)q;
    const int64_t d = c->d, t = c->y != NULL ? c->t : 0;
    double *sum = host_numbers("products", d, d + t);
    if (sum == NULL) return CX_E_NOMEM;
    cx_learn_gram call = *c;
    const cx_status st = host_sum_rows(c->n, 8 * ROW_GRAIN, d * (d + t), add_products, &call, sum);
    for (int64_t i = 0; st == CX_OK && i < d; i++)
        for (int64_t j = 0; j <= i; j++) c->gram[i * d + j] = c->gram[j * d + i] = sum[i * d + j];
    if (st == CX_OK && t > 0) memcpy(c->cross, sum + d * d, (size_t)(d * t) * sizeof *sum);
    host_core->free(sum);
    return st;
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
