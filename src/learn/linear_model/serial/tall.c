/* Products of tall data as they are needed: see the header.
 *
 * One idea: a sparse solution touches few columns, so only their products with all others are made,
 * many at a time: whatever is close to entering comes along. The data is neither copied nor
 * centred; products are, afterwards. */
#include "learn/linear_model/serial/tall.h"

#include "base/object.h"
#include "base/threads.h"
#include "learn/linear_model/serial/descent.h"
#include "learn/numeric/columns.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <math.h>

enum { LEAST_COLUMNS = 100, LEAST_NUMBERS = 1 << 20 };

/* Squares of means against the spread: how much centring afterwards may cancel. */
static const double most_offset = 100;

/* ---- one pass: sums, squares and products with the targets of every column */
enum { GRAIN = 512 };

typedef struct pass {
    const double *x, *y; /* [n, d], [n, t] centred */
    int64_t n, d, t;
    double *partial; /* [chunks, 2 + t, d] */
} pass;

__extension__ typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

static pair *at(double *x)
{
    return (pair *)(void *)x;
}

static pair from(const double *x)
{
    return *(const pair *)(const void *)x;
}

/* Four rows at a time, so that sums are loaded and stored once for all of them. */
static void add_both(const double *restrict x, int64_t d, double *restrict sum,
                     double *restrict square)
{
    const double *const a = x, *const b = x + d, *const c = b + d, *const e = c + d;
    int64_t j = 0;
    for (; j + 2 <= d; j += 2) {
        const pair p = from(a + j), q = from(b + j), r = from(c + j), s = from(e + j);
        *at(sum + j) += (p + q) + (r + s);
        *at(square + j) += (p * p + q * q) + (r * r + s * s);
    }
    for (; j < d; j++) {
        sum[j] += (a[j] + b[j]) + (c[j] + e[j]);
        square[j] += (a[j] * a[j] + b[j] * b[j]) + (c[j] * c[j] + e[j] * e[j]);
    }
}

static void add_along(const double *restrict x, int64_t d, const double *restrict y, int64_t t,
                      double *restrict sum)
{
    const double *const a = x, *const b = x + d, *const c = b + d, *const e = c + d;
    const double ya = y[0], yb = y[t], yc = y[2 * t], ye = y[3 * t];
    const pair pa = {ya, ya}, pb = {yb, yb}, pc = {yc, yc}, pe = {ye, ye};
    int64_t j = 0;
    for (; j + 2 <= d; j += 2)
        *at(sum + j) +=
            (pa * from(a + j) + pb * from(b + j)) + (pc * from(c + j) + pe * from(e + j));
    for (; j < d; j++) sum[j] += (ya * a[j] + yb * b[j]) + (yc * c[j] + ye * e[j]);
}

static void add_row(const pass *p, int64_t i, double *sum)
{
    const double *const row = p->x + i * p->d, *const y = p->y + i * p->t;
    for (int64_t j = 0; j < p->d; j++) {
        sum[j] += row[j];
        sum[p->d + j] += row[j] * row[j];
    }
    for (int64_t k = 0; k < p->t; k++) cx__axpy(y[k], row, sum + (2 + k) * p->d, p->d);
}

static void run_pass(void *ctx, int64_t lo, int64_t hi)
{
    const pass *p = ctx;
    const int64_t d = p->d;
    double *sum = p->partial + lo / GRAIN * (2 + p->t) * d;
    int64_t i = lo;
    for (; i + 4 <= hi; i += 4) {
        add_both(p->x + i * d, d, sum, sum + d);
        for (int64_t k = 0; k < p->t; k++)
            add_along(p->x + i * d, d, p->y + i * p->t + k, p->t, sum + (2 + k) * d);
    }
    for (; i < hi; i++) add_row(p, i, sum);
}

static cx_status sums(const cx__tall *t, const cx_array *y, double *out)
{
    const int64_t width = (2 + t->r.t) * t->r.d, chunks = (t->r.n + GRAIN - 1) / GRAIN;
    pass p = {.n = t->r.n, .d = t->r.d, .t = t->r.t, .partial = cx__host_f64(chunks, width)};
    CX__TRY(cx__so_far());
    p.x = cx_data_f64(t->x);
    p.y = cx_data_f64(y);
    if (p.x == NULL || p.y == NULL) return cx__last_status();
    CX__TRY(cx__parallel_for(p.n, GRAIN, run_pass, &p));
    for (int64_t c = 0; c < chunks; c++)
        for (int64_t i = 0; i < width; i++) out[i] += p.partial[c * width + i];
    return CX_OK;
}

/* Means, spread and products with centred targets; use: centring them loses nothing. */
static cx_status statistics(cx__tall *t, bool fit_intercept, bool *use)
{
    static cx__held squares = CX__HELD("y: sum(y * y, axis=0)"),
                    totals = CX__HELD("y: sum(y, axis=0)");
    const int64_t n = t->r.n, d = t->r.d;
    cx_array *mean = cx_zeros(CX_SHAPE(d), CX_F64, CX_CPU);
    if (fit_intercept) {
        CX__TRY(cx__column_means(&t->r.site, t->r.y, NULL, &t->r.y_mean, NULL));
        t->r.y = cx_sub(t->r.y, t->r.y_mean);
        t->r.x_mean = mean;
    }
    double *sum = cx__host_f64(2 + t->r.t, d), *centre = cx_data_f64_mut(mean);
    const cx_array *yy = cx__held_run("fit", &squares, CX_ARRAYS(t->r.y)),
                   *total = cx__held_run("fit", &totals, CX_ARRAYS(t->r.y));
    CX__TRY(cx__so_far());
    CX__TRY(sums(t, t->r.y, sum));
    const double *left = cx_data_f64(total);
    double *square = sum + d, *cross = sum + 2 * d;
    *use = true;
    for (int64_t j = 0; fit_intercept && j < d; j++) {
        centre[j] = sum[j] / (double)n;
        const double offset = sum[j] * centre[j];
        square[j] -= offset;
        if (!(offset <= most_offset * square[j])) *use = false;
        for (int64_t k = 0; k < t->r.t; k++) cross[k * d + j] -= centre[j] * left[k];
    }
    t->mean = fit_intercept ? centre : NULL;
    t->m.square = square;
    t->m.cross = cross;
    t->m.yy = cx_data_f64(yy);
    t->m.gram = t->gram = cx__host_f64(d, d);
    t->have = cx__host_f64(d, -1);
    return cx__so_far();
}

cx_status cx__tall_make(const cx_data *data, bool fit_intercept, cx__tall *t, bool *use)
{
    const int64_t n = cx_dim(data->x, 0), d = cx_dim(data->x, 1);
    *use = false;
    if (cx_device_of(data->x).kind != CX_DEVICE_CPU || data->sample_weight != NULL || n <= d ||
        d < LEAST_COLUMNS || n * d < LEAST_NUMBERS)
        return CX_OK;
    const bool flat = cx_ndim(data->y) == 1;
    *t = (cx__tall){.r = {.n = n, .d = d, .t = flat ? 1 : cx_dim(data->y, 1), .flat = flat}};
    CX__TRY(cx__site_of("fit", data->x, &t->r.site));
    t->x = cx__f64(&t->r.site, data->x);
    t->r.y = cx_reshape(cx__f64(&t->r.site, data->y), CX_SHAPE(n, t->r.t));
    t->m = (cx__normal){.n = n, .d = d, .t = t->r.t};
    return statistics(t, fit_intercept, use);
}

/* Rows of gram for the columns of a list. */
static cx_status add_rows(cx__tall *t, const cx_array *list)
{
    const int64_t d = t->r.d, count = cx_size(list);
    const cx_array *columns = count == d ? t->x : cx_take(t->x, list, 1),
                   *rows = cx_matmul(cx_transpose(columns), t->x);
    CX__TRY(cx__so_far());
    const double *from = cx_data_f64(rows);
    const int64_t *which = cx_data_i64(list);
    if (from == NULL || which == NULL) return cx__last_status();
    for (int64_t i = 0; i < count; i++, from += d) {
        const int64_t j = which[i];
        double *to = t->gram + j * d;
        const double own = t->mean != NULL ? (double)t->r.n * t->mean[j] : 0;
        for (int64_t k = 0; k < d; k++)
            to[k] = t->mean != NULL ? from[k] - own * t->mean[k] : from[k];
        t->have[j] = 1;
    }
    t->count += count;
    return CX_OK;
}

cx_status cx__tall_need(void *ctx, int64_t j, const double *slope, double l1)
{
    cx__tall *t = ctx;
    if (t->have[j] != 0) return CX_OK;
    const double near = 0.9 * l1;
    int64_t count = 0;
    for (int64_t k = 0; k < t->r.d; k++)
        count += t->have[k] == 0 && (k == j || fabs(slope[k]) > near);
    const bool all = 2 * (t->count + count) > t->r.d;
    if (all) count = t->r.d - t->count;
    const cx_scope s = cx_scope_open();
    cx_array *list = cx_empty(CX_SHAPE(count), CX_I64, CX_CPU);
    int64_t *which = cx_status_of(list) == CX_OK ? cx_data_i64_mut(list) : NULL;
    for (int64_t k = 0, i = 0; which != NULL && k < t->r.d; k++)
        if (t->have[k] == 0 && (all || k == j || fabs(slope[k]) > near)) which[i++] = k;
    if (which != NULL) (void)cx_check(add_rows(t, list));
    return cx_scope_close(s);
}
