/* Exact nearest neighbours of many queries without a tree.
 *
 * Euclidean distances are first estimated by products in float32, |t|^2 - 2 q.t over columns less
 * their mean and scaled so that the longest row is about 1; a few more candidates than wanted are
 * kept and ranked again by exact differences. Where the bound of the estimate's error leaves room
 * for a row that was dropped, the query goes, like all queries of other metrics, through all rows,
 * eight at a time. */
#include "learn/learn.h"
#include "neighbors/neighbors.h"
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { QUERIES = 64, TRAIN = 1024, SPARE = 8, ESTIMATED_COLUMNS = 8 };

typedef struct job {
    const cx_learn_neighbours *c;
    double *mean, scale, longest; /* [d]; longest: squared, after scaling */
    float *train, *norm;          /* [m, d], [m rounded up to 16]; what is past m is infinite */
    bool *open;                   /* [n]: the estimate did not decide */
    atomic_int failed;
} job;

/* ---- all rows, eight at a time */
typedef struct through {
    const cx_learn_neighbours *c;
    cx_near_tree t;
    const bool *open; /* NULL: all queries */
} through;

static void some_through(void *ctx, int64_t lo, int64_t hi)
{
    const through *const a = ctx;
    const cx_learn_neighbours *const c = a->c;
    const host_near_loops *const loops = HOST_PICK(host_near_loops_table);
    for (int64_t i = lo; i < hi; i++) {
        host_found f = {.rank = c->rank + i * c->k, .index = c->index + i * c->k, .room = c->k};
        if (a->open == NULL || a->open[i]) loops->nearest(&a->t, c->query + i * c->d, &f);
    }
}

static cx_status go_through(const cx_learn_neighbours *c, const bool *open)
{
    const int64_t blocks = (c->m + 7) / 8;
    double *const rows = host_numbers("neighbours", blocks, 8 * c->d);
    int64_t *const index = (int64_t *)(void *)host_numbers("neighbours", c->m, 1);
    double *const bounds = host_numbers("neighbours", 2, c->d);
    cx_status st = rows != NULL && index != NULL && bounds != NULL ? CX_OK : CX_E_NOMEM;
    if (st == CX_OK) {
        for (int64_t i = 0; i < c->m; i++) index[i] = i;
        st = host_near_pack(c->train, c->m, c->d, NULL, rows);
    }
    through a = {
        .c = c,
        .t = {.m = c->m, .d = c->d, .p = c->p, .rows = rows, .index = index, .bounds = bounds},
        .open = open};
    if (st == CX_OK) st = host_core->parallel_for(c->n, 4, some_through, &a);
    host_core->free(rows);
    host_core->free(index);
    host_core->free(bounds);
    return st;
}

/* ---- estimates */
/* Row less the mean, scaled, rounded; its squared length. */
static double rounded(const job *j, const double *row, float *to)
{
    double sum = 0;
    for (int64_t a = 0; a < j->c->d; a++) {
        to[a] = (float)((row[a] - j->mean[a]) * j->scale);
        sum += (double)to[a] * (double)to[a];
    }
    return sum;
}

static void round_rows(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t d = j->c->d;
    for (int64_t i = lo; i < hi; i++)
        j->norm[i] = (float)rounded(j, j->c->train + i * d, j->train + i * d);
}

typedef struct candidates {
    double *value; /* rising */
    int64_t *place, count, room;
} candidates;

static void insert(candidates *a, double value, int64_t place)
{
    if (a->count == a->room && !(value < a->value[a->room - 1])) return;
    int64_t i = a->count < a->room ? a->count++ : a->room - 1;
    for (; i > 0 && a->value[i - 1] > value; i--) {
        a->value[i] = a->value[i - 1];
        a->place[i] = a->place[i - 1];
    }
    a->value[i] = value;
    a->place[i] = place;
}

/* Rank the candidates of query i by differences; true if no other row can be among the k. In order
 * of index, so that equal ranks are too. */
static bool settle(const job *j, int64_t i, double own, candidates *a)
{
    const cx_learn_neighbours *const c = j->c;
    const int64_t d = c->d, k = c->k;
    candidates best = {c->rank + i * k, c->index + i * k, 0, k};
    if (a->count < a->room) return false; /* what is not finite */
    const double last = a->count < c->m ? a->value[a->count - 1] : (double)INFINITY,
                 size = sqrt(own * j->longest),
                 error = FLT_EPSILON * (2 * (double)(d + 8) * size + 8 * (own + j->longest)) +
                         4 * (double)(d + 8) * DBL_EPSILON * (own + j->longest);
    for (int64_t e = 1; e < a->count; e++) {
        const int64_t at = a->place[e];
        int64_t b = e;
        for (; b > 0 && a->place[b - 1] > at; b--) a->place[b] = a->place[b - 1];
        a->place[b] = at;
    }
    for (int64_t e = 0; e < a->count; e++)
        insert(&best, host_sqdist(c->query + i * d, c->train + a->place[e] * d, d), a->place[e]);
    return last - error > best.value[k - 1] * j->scale * j->scale - own;
}

typedef struct tile {
    float *query, *product; /* [QUERIES, d], [QUERIES, TRAIN] */
    double own[QUERIES];
    candidates list[QUERIES];
} tile;

static void estimate_rows(const job *j, tile *t, int64_t rows, int64_t from, int64_t cols)
{
    const host_near_loops *const loops = HOST_PICK(host_near_loops_table);
    const int64_t whole = (cols + 15) / 16 * 16;
    int32_t at[TRAIN];
    for (int64_t r = 0; r < rows; r++) {
        candidates *const a = &t->list[r];
        float *const product = t->product + r * TRAIN;
        for (int64_t b = cols; b < whole; b++) product[b] = 0;
        const float limit = a->count < a->room ? INFINITY : (float)a->value[a->room - 1];
        const int64_t count = loops->below(j->norm + from, product, whole, limit, at);
        for (int64_t e = 0; e < count; e++) {
            const float v = j->norm[from + at[e]] + product[at[e]];
            if (at[e] < cols) insert(a, (double)v, from + at[e]);
        }
    }
}

static cx_status estimate(job *j, tile *t, int64_t lo, int64_t rows)
{
    const cx_learn_neighbours *const c = j->c;
    const int64_t d = c->d;
    for (int64_t r = 0; r < rows; r++)
        t->own[r] = rounded(j, c->query + (lo + r) * d, t->query + r * d);
    for (int64_t from = 0; from < c->m; from += TRAIN) {
        const int64_t cols = c->m - from < TRAIN ? c->m - from : TRAIN;
        HOST_TRY(host_gemm_f32(false, true, rows, cols, d, -2, t->query, d, j->train + from * d, d,
                               0, t->product, TRAIN));
        estimate_rows(j, t, rows, from, cols);
    }
    for (int64_t r = 0; r < rows; r++) j->open[lo + r] = !settle(j, lo + r, t->own[r], &t->list[r]);
    return CX_OK;
}

static void block_of_queries(void *ctx, int64_t lo, int64_t hi)
{
    job *const j = ctx;
    const int64_t d = j->c->d, room = j->c->k + SPARE < j->c->m ? j->c->k + SPARE : j->c->m,
                  floats = QUERIES * (d + TRAIN);
    double *const memory = host_numbers("neighbours", 1, floats / 2 + 2 * QUERIES * room);
    cx_status st = memory != NULL ? CX_OK : CX_E_NOMEM;
    if (st == CX_OK) {
        float *const single = (float *)(void *)(memory + 2 * QUERIES * room);
        tile t = {.product = single, .query = single + QUERIES * TRAIN};
        for (int64_t r = 0; r < QUERIES; r++) {
            double *const value = memory + 2 * r * room;
            t.list[r] = (candidates){value, (int64_t *)(void *)(value + room), 0, room};
        }
        st = estimate(j, &t, lo, hi - lo);
    }
    host_core->free(memory);
    if (st != CX_OK) atomic_store_explicit(&j->failed, (int)st, memory_order_relaxed);
}

/* The mean of the columns, and a power of two that makes the longest row about 1; false if there is
 * none. */
static bool find_scale(job *j)
{
    const cx_learn_neighbours *const c = j->c;
    double longest = 0;
    memset(j->mean, 0, (size_t)c->d * sizeof *j->mean);
    for (int64_t i = 0; i < c->m; i++)
        for (int64_t a = 0; a < c->d; a++) j->mean[a] += c->train[i * c->d + a];
    for (int64_t a = 0; a < c->d; a++) j->mean[a] /= (double)c->m;
    for (int64_t i = 0; i < c->m; i++) {
        const double v = host_sqdist(c->train + i * c->d, j->mean, c->d);
        if (!(v <= longest)) longest = v;
    }
    int exponent = 0;
    if (!(longest > DBL_MIN) || !isfinite(longest)) return false;
    (void)frexp(longest, &exponent);
    j->scale = ldexp(1, -(exponent / 2));
    j->longest = longest * j->scale * j->scale * (1 + 1e-6);
    return isfinite(j->scale) && j->scale > 0;
}

static cx_status by_estimates(job *j)
{
    const cx_learn_neighbours *const c = j->c;
    const int64_t whole = (c->m + 15) / 16 * 16;
    if (!find_scale(j)) return go_through(c, NULL);
    HOST_TRY(host_core->parallel_for(c->m, 512, round_rows, j));
    for (int64_t i = c->m; i < whole; i++) j->norm[i] = INFINITY;
    HOST_TRY(host_core->parallel_for(c->n, QUERIES, block_of_queries, j));
    const cx_status failed = (cx_status)atomic_load_explicit(&j->failed, memory_order_relaxed);
    if (failed != CX_OK) return host_core->fail(failed, "kneighbors", "a block of queries failed");
    bool any = false;
    for (int64_t i = 0; i < c->n; i++) any = any || j->open[i];
    return any ? go_through(c, j->open) : CX_OK;
}

cx_status host_near_scan(const cx_learn_neighbours *c)
{
    if (c->p != 2 || c->d < ESTIMATED_COLUMNS || c->m < 2 * (c->k + SPARE))
        return go_through(c, NULL);
    const int64_t whole = (c->m + 15) / 16 * 16;
    job j = {.c = c};
    float *const single =
        (float *)(void *)host_numbers("neighbours", 1, (c->m * c->d + whole + 1) / 2);
    j.mean = host_numbers("neighbours", 1, c->d);
    j.open = (bool *)(void *)host_numbers("neighbours", 1, c->n / 8 + 1);
    j.train = single;
    cx_status st = single != NULL && j.mean != NULL && j.open != NULL ? CX_OK : CX_E_NOMEM;
    if (st == CX_OK) {
        j.norm = single + c->m * c->d;
        st = by_estimates(&j);
    }
    host_core->free(single);
    host_core->free(j.mean);
    host_core->free(j.open);
    return st;
}
