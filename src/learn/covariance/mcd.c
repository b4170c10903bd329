/* FAST-MCD: the subset of rows whose covariance has the least determinant.
 *
 * One idea: trials know nothing of each other, so a step of many of them is one batch of array
 * operations; trials that have come to rest keep what they have. The host draws the first subsets
 * and reads the determinants. Source: Rousseeuw, van Driessen, Technometrics 41 (1999). Knows no
 * estimator. */
#include "learn/covariance/mcd.h"

#include "base/alloc.h"
#include "base/object.h"
#include "learn/covariance/family.h"
#include "learn/model_selection/model_selection.h"
#include "learn/numeric/columns.h"
#include "learn/numeric/covariance.h"
#include "learn/numeric/draw.h"
#include "ops/primitives.h"
#include <calx/index.h>
#include <calx/linalg.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <calx/sort.h>
#include <math.h>
#include <string.h>

/* What a trial has, for t of them; each is NULL until it is there. */
enum { LOCATION, COVARIANCE, ROWS, DIST, PARTS };

typedef struct trials {
    const cx__site *site;
    const cx_array *x; /* [n, d] */
    int64_t n, d, h, t;
    cx_array *now[PARTS], *before[PARTS]; /* own references */
    cx_array *inverse, *precision;        /* of now's covariance; what the last distances were by */
    double *det, *det_before;             /* [t] logarithms */
    int64_t *left;                        /* [t] steps */
    double *moving;                       /* [t] 1: this trial makes the step */
    bool all;                             /* all of them move */
    const cx_array *mask;                 /* [t] moving, on the device */
} trials;

static const cx_array *lifted(const cx_array *mask, int ndim)
{
    for (int i = 1; i < ndim; i++) mask = cx_expand_dims(mask, -1);
    return mask;
}

/* Trials that move take the new value. */
static void take_over(const trials *q, cx_array **slot, const cx_array *value)
{
    if (q->all || *slot == NULL)
        cx_assign(slot, value);
    else
        cx_assign(slot, cx_where(lifted(q->mask, cx_ndim(value)), value, *slot));
}

/* Location, covariance and its inverse from rows [t, h]; determinants to the host. */
static cx_status estimate(trials *q, const cx_array *rows)
{
    static cx__held log_det =
        CX__HELD("w: below = sum(w < 0, axis=-1) / 2;"
                 "where(below == floor(below), sum(log(abs(w)), axis=-1), -inf)");
    const cx_array *const x = cx_take(q->x, rows, 0), *const h = cx_float((double)q->h);
    const cx_array *const location = cx_div(cx_sum(x, CX_AXIS(1)), h);
    const cx_array *const z = cx_sub(x, cx_expand_dims(location, 1));
    const cx_array *const covariance = cx_div(cx_matmul(cx_swapaxes(z, 1, 2), z), h);
    cx_array *w = NULL;
    const cx_array *const inverse = cx__symmetric_inverse(q->site->where, covariance, &w);
    cx_array *const det = cx__held_run(q->site->where, &log_det, CX_ARRAYS(w));
    double *const found = cx__alloc((size_t)q->t * sizeof *found);
    if (found == NULL) return cx__fail_nomem(q->site->where, "trials", (size_t)q->t * 8);
    const cx_status st = cx__read_all(q->site, det, found);
    for (int64_t i = 0; st == CX_OK && i < q->t; i++)
        if (q->moving[i] != 0) q->det[i] = found[i];
    cx__free(found);
    CX__TRY(st);
    take_over(q, &q->now[ROWS], rows);
    take_over(q, &q->now[LOCATION], location);
    take_over(q, &q->now[COVARIANCE], covariance);
    take_over(q, &q->inverse, inverse);
    return cx__so_far();
}

static cx_array *distances(const trials *q, const cx_array *location, const cx_array *precision)
{
    const cx_array *const z = cx_sub(q->x, cx_expand_dims(location, 1));
    return cx__squared_lengths(q->site->where, z, precision);
}

static cx_array *nearest(const trials *q, const cx_array *dist)
{
    return cx_copy(cx_slice(cx_argsort(dist, -1), -1, 0, q->h, 1));
}

/* One step of the trials that still gain; false if there are none. */
static cx_status step(trials *q, bool *any)
{
    *any = false;
    q->all = true;
    for (int64_t i = 0; i < q->t; i++) {
        const bool moves = q->det[i] < q->det_before[i] && !isinf(q->det[i]);
        q->moving[i] = moves;
        *any = *any || moves;
        q->all = q->all && moves;
    }
    if (!*any) return CX_OK;
    const cx_scope scope = cx_scope_open();
    q->mask = cx_astype(cx__given_all(q->site, q->moving, q->t, CX_F64), CX_BOOL);
    for (int i = 0; i <= ROWS; i++) take_over(q, &q->before[i], q->now[i]);
    take_over(q, &q->precision, q->inverse);
    for (int64_t i = 0; i < q->t; i++)
        if (q->moving[i] != 0) {
            q->det_before[i] = q->det[i];
            q->left[i]--;
        }
    const cx_array *const dist = distances(q, q->now[LOCATION], q->precision);
    take_over(q, &q->before[DIST], dist);
    cx_status st = estimate(q, nearest(q, dist));
    q->mask = NULL;
    return cx__give_status(scope, st);
}

static bool close_to(double a, double b)
{
    if (isinf(a) || isinf(b)) return a == b;
    return fabs(a - b) <= 1e-8 + 1e-5 * fabs(b);
}

/* Distances from what was found; a trial whose determinant grew goes back by a step. */
static cx_status finish(trials *q)
{
    bool any = false;
    q->all = false;
    for (int64_t i = 0; i < q->t; i++) {
        const bool grew = !isinf(q->det[i]) && !close_to(q->det[i], q->det_before[i]) &&
                          q->det[i] > q->det_before[i];
        if (grew)
            cx__warn(
                CX_E_CONVERGENCE,
                "the determinant of a subset has grown from exp(%.15g) to exp(%.15g); a larger "
                "support_fraction may help",
                q->det_before[i], q->det[i]);
        q->moving[i] = grew && q->left[i] > 0;
        if (q->moving[i] != 0) q->det[i] = q->det_before[i];
        any = any || q->moving[i] != 0;
    }
    cx_assign(&q->now[DIST], distances(q, q->now[LOCATION], q->precision));
    if (!any) return cx__so_far();
    q->mask = cx_astype(cx__given_all(q->site, q->moving, q->t, CX_F64), CX_BOOL);
    for (int i = 0; i < PARTS; i++) take_over(q, &q->now[i], q->before[i]);
    return cx__so_far();
}

/* From rows [t, h], or from estimates. */
static cx_status concentrate(trials *q, const cx_array *rows, const cx_array *location,
                             const cx_array *covariance, int64_t steps)
{
    q->all = true;
    for (int64_t i = 0; i < q->t; i++) {
        q->moving[i] = 1;
        q->det_before[i] = (double)INFINITY;
        q->left[i] = steps;
    }
    if (rows == NULL) {
        cx_array *w = NULL;
        cx_assign(&q->precision, cx__symmetric_inverse(q->site->where, covariance, &w));
        rows = nearest(q, distances(q, location, q->precision));
        CX__TRY(estimate(q, rows));
    } else {
        CX__TRY(estimate(q, rows));
        cx_assign(&q->precision, q->inverse);
    }
    for (int64_t i = 0; i < q->t; i++) q->moving[i] = isinf(q->det[i]);
    for (int64_t i = 0; i < steps; i++) {
        bool any;
        CX__TRY(cx_poll());
        CX__TRY(step(q, &any));
        if (!any) break;
    }
    return finish(q);
}

static void forget(trials *q)
{
    for (int i = 0; i < PARTS; i++) {
        cx_release(q->now[i]);
        cx_release(q->before[i]);
    }
    cx_release(q->inverse);
    cx_release(q->precision);
}

/* ---- candidates: many trials, of which the best are kept */
typedef struct candidates {
    const cx__site *site;
    const cx_array *x;
    int64_t h, count, steps;
    const int64_t *rows;                   /* [count, h] on the host, or NULL: */
    const cx_array *location, *covariance; /* [count, d], [count, d, d] to begin with */
} candidates;

enum { MOST_NUMBERS = 1 << 18 /* of the distances' rows of trials that go together */ };

/* Trials lo to hi. */
static cx_status run_some(const candidates *c, int64_t lo, int64_t hi, double *room,
                          cx_array *part[PARTS])
{
    const int64_t t = hi - lo;
    trials q = {.site = c->site,
                .x = c->x,
                .n = cx_dim(c->x, 0),
                .d = cx_dim(c->x, 1),
                .h = c->h,
                .t = t,
                .det = room,
                .det_before = room + c->count,
                .moving = room + 2 * c->count,
                .left = (int64_t *)(void *)(room + 3 * c->count)};
    const cx_array *rows = NULL, *location = NULL, *covariance = NULL;
    if (c->rows != NULL) {
        rows = cx_reshape(cx__given_all(c->site, c->rows + lo * c->h, t * c->h, CX_I64),
                          CX_SHAPE(t, c->h));
    } else {
        location = cx_slice(c->location, 0, lo, hi, 1);
        covariance = cx_slice(c->covariance, 0, lo, hi, 1);
    }
    CX__TRY(cx__so_far());
    const cx_status st = concentrate(&q, rows, location, covariance, c->steps);
    for (int i = 0; st == CX_OK && i < PARTS; i++) cx_assign(&part[i], q.now[i]);
    forget(&q);
    return st;
}

/* The best of all, by their determinants [count], of which the order of finding breaks ties. */
static cx_array *best_of(const cx__site *s, const double *det, int64_t count, int64_t select)
{
    int64_t *const order = cx__alloc((size_t)count * sizeof *order);
    if (order == NULL)
        return cx__nil(cx_check(cx__fail_nomem(s->where, "trials", (size_t)count * 8)));
    for (int64_t i = 0; i < count; i++) {
        int64_t at = i;
        for (; at > 0 && det[i] < det[order[at - 1]]; at--) order[at] = order[at - 1];
        order[at] = i;
    }
    cx_array *const out = cx__given_all(s, order, select, CX_I64);
    cx__free(order);
    return out;
}

static cx_status run_all(const candidates *c, int64_t select, double *det, double *room,
                         const cx_array **list, cx_array *out[PARTS])
{
    const int64_t each = cx_size(c->x), fit = MOST_NUMBERS / (each + 1),
                  block = fit < 1          ? 1
                          : fit < c->count ? fit
                                           : c->count;
    int64_t blocks = 0;
    cx_status st = CX_OK;
    cx_array **const part = (cx_array **)(void *)list; /* [blocks, PARTS] */
    for (int64_t lo = 0; lo < c->count && st == CX_OK; lo += block, blocks++) {
        const int64_t hi = lo + block < c->count ? lo + block : c->count;
        const cx_scope scope = cx_scope_open();
        st = cx__give_status(scope, run_some(c, lo, hi, room, part + blocks * PARTS));
        for (int64_t i = lo; st == CX_OK && i < hi; i++) det[i] = room[i - lo];
    }
    const cx_array *const best =
        st == CX_OK ? best_of(c->site, det, c->count, select) : cx__nil(st);
    for (int i = 0; i < PARTS && st == CX_OK; i++) {
        const cx_array **const column = list + blocks * PARTS;
        for (int64_t b = 0; b < blocks; b++) column[b] = part[b * PARTS + i];
        const cx_array *const all =
            blocks == 1 ? column[0] : cx_concatenate((cx_arrays){(int)blocks, column}, 0);
        out[i] = cx_take(all, best, 0);
    }
    for (int64_t i = 0; i < blocks * PARTS; i++) cx_release(part[i]);
    return st == CX_OK ? cx__so_far() : st;
}

/* The best `select` trials, the best one first. */
static cx_status select_candidates(const candidates *c, int64_t select, cx_array *out[PARTS])
{
    const size_t count = (size_t)c->count;
    double *const room = cx__calloc(count * 5, sizeof *room);
    const cx_array **const list = cx__calloc(count * (PARTS + 1) + PARTS, sizeof *list);
    const cx_status st = room != NULL && list != NULL
                             ? run_all(c, select, room + 4 * count, room, list, out)
                             : cx__fail_nomem(c->site->where, "trials", count * 80);
    cx__free(room);
    cx__free(list);
    return st;
}

/* Trials from subsets that are drawn at random. */
static cx_status random_candidates(candidates *c, cx_generator *g, int64_t select,
                                   cx_array *out[PARTS])
{
    const int64_t n = cx_dim(c->x, 0);
    int64_t *const all = cx__alloc((size_t)(n + c->count * c->h) * sizeof *all), *const rows =
                                                                                     all + n;
    if (all == NULL)
        return cx__fail_nomem(c->site->where, "subsets", (size_t)(c->count * c->h) * 8);
    cx_status st = CX_OK;
    for (int64_t k = 0; st == CX_OK && k < c->count; k++) {
        for (int64_t i = 0; i < n; i++) all[i] = i;
        st = cx__shuffle_rows(g, all, n);
        memcpy(rows + k * c->h, all, (size_t)c->h * sizeof *rows);
    }
    c->rows = rows;
    if (st == CX_OK) st = select_candidates(c, select, out);
    c->rows = NULL;
    cx__free(all);
    return st;
}

/* Trials go on from estimates, to the end. */
static cx_status go_on(const cx__site *s, const cx_array *x, int64_t h, cx_array *from[PARTS],
                       int64_t select, cx_array *out[PARTS])
{
    const candidates c = {.site = s,
                          .x = x,
                          .h = h,
                          .count = cx_dim(from[LOCATION], 0),
                          .steps = 30,
                          .location = from[LOCATION],
                          .covariance = from[COVARIANCE]};
    return select_candidates(&c, select, out);
}

/* ---- how trials follow each other */
/* The best trial is the result; its rows are some (NULL: all) of n. */
static cx_status settle(const cx__site *s, cx_array *best[PARTS], const cx_array *some, int64_t n,
                        cx__mcd *out)
{
    const cx_array *rows = cx_select(best[ROWS], 0, 0);
    out->location = cx_copy(cx_select(best[LOCATION], 0, 0));
    out->covariance = cx_copy(cx_select(best[COVARIANCE], 0, 0));
    out->dist = cx_copy(cx_select(best[DIST], 0, 0));
    out->count = cx_size(rows);
    out->support = cx_zeros(CX_SHAPE(n), CX_BOOL, s->device);
    if (some != NULL) {
        cx_array *const dist = cx_zeros(CX_SHAPE(n), CX_F64, s->device);
        CX__TRY(cx_put_rows(dist, some, out->dist));
        out->dist = dist;
        rows = cx_take(some, rows, 0);
    }
    CX__TRY(cx__so_far());
    return cx_put_rows(out->support, cx_ascontiguous(rows),
                       cx_ones(CX_SHAPE(out->count), CX_BOOL, s->device));
}

/* Shuffled numbers below n on the host, the first of them on the device. */
static cx_status shuffled(const cx__site *s, cx_generator *g, int64_t n, int64_t count,
                          cx_array **out)
{
    *out = cx__rows_shuffled(s, g, n, count);
    return cx__so_far();
}

static int64_t share(int64_t rows, int64_t h, int64_t n)
{
    return (int64_t)ceil((double)rows * ((double)h / (double)n));
}

/* Few rows: trials on all of them. */
static cx_status few(const cx__site *s, cx_generator *g, const cx_array *x, int64_t h, cx__mcd *out)
{
    cx_array *first[PARTS] = {NULL}, *best[PARTS] = {NULL};
    candidates c = {.site = s, .x = x, .h = h, .count = 30, .steps = 2};
    CX__TRY(random_candidates(&c, g, 10, first));
    CX__TRY(go_on(s, x, h, first, 1, best));
    return settle(s, best, NULL, cx_dim(x, 0), out);
}

/* Many rows: trials on parts of them, the best of which go on with more rows and then with all. */
static cx_status many(const cx__site *s, cx_generator *g, const cx_array *x, int64_t h,
                      cx__mcd *out)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1), subsets = n / 300, size = n / subsets,
                  tried = 500 / subsets, merged = n < 1500 ? n : 1500;
    cx_array *order = NULL, *part[PARTS] = {NULL}, *best[PARTS] = {NULL};
    CX__TRY(shuffled(s, g, n, n, &order));
    cx_array *const location = cx__new_f64(s, subsets * 10, d), *const covariance = cx_zeros(
                                                                    CX_SHAPE(subsets * 10, d, d),
                                                                    CX_F64, s->device);
    CX__TRY(cx__so_far());
    for (int64_t i = 0; i < subsets; i++) {
        const cx_scope scope = cx_scope_open();
        candidates c = {.site = s,
                        .x = cx_take(x, cx_slice(order, 0, i * size, (i + 1) * size, 1), 0),
                        .h = share(size, h, n),
                        .count = tried > 10 ? tried : 10,
                        .steps = 2};
        cx_status st = cx__so_far();
        if (st == CX_OK) st = random_candidates(&c, g, 10, part);
        if (st == CX_OK)
            st = cx_copy_into(part[LOCATION], cx_slice(location, 0, i * 10, i * 10 + 10, 1));
        if (st == CX_OK)
            st = cx_copy_into(part[COVARIANCE], cx_slice(covariance, 0, i * 10, i * 10 + 10, 1));
        CX__TRY(cx__give_status(scope, st));
    }
    part[LOCATION] = location;
    part[COVARIANCE] = covariance;
    CX__TRY(shuffled(s, g, n, merged, &order));
    CX__TRY(go_on(s, cx_take(x, order, 0), share(merged, h, n), part, n > 1500 ? 10 : 1, best));
    if (n < 1500) return settle(s, best, order, n, out);
    CX__TRY(go_on(s, x, h, best, 1, part));
    return settle(s, part, NULL, n, out);
}

/* One column: the shortest interval that holds h rows is found by sorting. */
static cx_status column(const cx__site *s, const cx_array *x, int64_t h, cx__mcd *out)
{
    static cx__held middle = CX__HELD("low, high: width = high - low; best = width == min(width);"
                                      "sum(where(best, (high + low) / 2, 0)) / sum(best)"),
                    away = CX__HELD("x, at: abs(x - at)"),
                    spread = CX__HELD("x, inside, h: mean = sum(where(inside, x, 0)) / h;"
                                      "sum(where(inside, (x - mean) * (x - mean), 0)) / h");
    const int64_t n = cx_dim(x, 0);
    const cx_array *const v = cx_reshape(x, CX_SHAPE(n)), *const h_now = cx_float((double)h);
    out->support = cx_full(CX_SHAPE(n), cx_float(h == n), CX_BOOL, s->device);
    out->count = h;
    if (h < n) {
        const cx_array *const sorted = cx_sort(v, 0);
        out->location = cx__held_run(
            s->where, &middle,
            CX_ARRAYS(cx_slice(sorted, 0, 0, n - h, 1), cx_slice(sorted, 0, h, CX_END, 1)));
        const cx_array *const off = cx__held_run(s->where, &away, CX_ARRAYS(v, out->location));
        CX__TRY(cx__so_far());
        CX__TRY(cx_put_rows(out->support, cx_copy(cx_slice(cx_argsort(off, 0), 0, 0, h, 1)),
                            cx_ones(CX_SHAPE(h), CX_BOOL, s->device)));
    } else {
        out->location = cx_div(cx_sum(v, CX_ALL), h_now);
    }
    out->location = cx_reshape(out->location, CX_SHAPE(1));
    out->covariance = cx_reshape(cx__held_run(s->where, &spread, CX_ARRAYS(v, out->support, h_now)),
                                 CX_SHAPE(1, 1));
    out->dist = cx__squared_lengths(s->where, cx_sub(x, out->location),
                                    cx__symmetric_pinv(s->where, out->covariance));
    return cx__so_far();
}

cx_status cx__fast_mcd(const cx__site *s, cx_generator *g, const cx_array *x, double fraction,
                       cx__mcd *out)
{
    const int64_t n = cx_dim(x, 0), d = cx_dim(x, 1);
    int64_t h = (int64_t)ceil(0.5 * (double)(n + d + 1));
    h = fraction > 0 ? (int64_t)(fraction * (double)n) : h < n ? h : n;
    if (h < 1)
        return cx__fail(CX_E_ARGUMENT, s->where, "support_fraction=%g of %lld rows is none",
                        fraction, (long long)n);
    if (d == 1) return column(s, x, h, out);
    return n > 500 ? many(s, g, x, h, out) : few(s, g, x, h, out);
}
