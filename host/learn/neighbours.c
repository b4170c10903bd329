/* Exact nearest neighbours, and their votes.
 *
 * Euclidean distances are first estimated by blocks of a product, |t|^2 - 2 q.t; a few more
 * candidates than wanted are kept and ranked again by exact differences. If the estimate's rounding
 * error leaves room for a row that was dropped, the query is scanned exactly. */
#include "learn/learn.h"
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

enum { QUERIES = 32, TRAIN = 512, SPARE = 8 };

/* Minkowski distance of order p between points of d columns. */
typedef struct metric {
    double p;
    int64_t d;
} metric;

static double rank_of(const metric *m, const double *a, const double *b)
{
    if (m->p == 2) return host_sqdist(a, b, m->d);
    double sum = 0;
    if (m->p == 1) {
        for (int64_t j = 0; j < m->d; j++) sum += fabs(a[j] - b[j]);
    } else if (isinf(m->p)) {
        for (int64_t j = 0; j < m->d; j++) sum = fmax(sum, fabs(a[j] - b[j]));
    } else {
        for (int64_t j = 0; j < m->d; j++) sum += pow(fabs(a[j] - b[j]), m->p);
    }
    return sum;
}

static double distance_of(const metric *m, double rank)
{
    if (m->p == 2) return sqrt(rank);
    return m->p == 1 || isinf(m->p) ? rank : pow(rank, 1 / m->p);
}

/* Put (value, at) into an ascending list of *count <= cap entries; the list is full: the last one
 * falls out. Equal values stay in the order of arrival. */
static inline void insert(double *values, int64_t *places, int64_t *count, int64_t cap,
                          double value, int64_t at)
{
    if (*count == cap && !(value < values[cap - 1])) return;
    int64_t i = *count < cap ? (*count)++ : cap - 1;
    for (; i > 0 && values[i - 1] > value; i--) {
        values[i] = values[i - 1];
        places[i] = places[i - 1];
    }
    values[i] = value;
    places[i] = at;
}

static void scan(const metric *by, const double *train, int64_t m, const double *query, int64_t k,
                 int64_t *index, double *rank)
{
    int64_t count = 0;
    for (int64_t i = 0; i < m; i++)
        insert(rank, index, &count, k, rank_of(by, query, train + i * by->d), i);
}

typedef struct job {
    metric by;
    const double *train, *norm, *query;
    int64_t m, k;
    int64_t *index;
    double *rank, largest_norm;
    atomic_int failed;
} job;

static void scan_queries(void *ctx, int64_t lo, int64_t hi)
{
    const job *j = ctx;
    for (int64_t i = lo; i < hi; i++)
        scan(&j->by, j->train, j->m, j->query + i * j->by.d, j->k, j->index + i * j->k,
             j->rank + i * j->k);
}

/* Rank the candidates of one query exactly. In order of index, so that equal ranks are too. */
static void settle(const job *j, int64_t i, const double *estimate, int64_t *candidate,
                   int64_t count)
{
    const int64_t d = j->by.d, k = j->k;
    const double *q = j->query + i * d, own = host_dot(q, q, d);
    const double last = count < j->m ? estimate[count - 1] : INFINITY;
    for (int64_t a = 1; a < count; a++) {
        const int64_t at = candidate[a];
        int64_t b = a;
        for (; b > 0 && candidate[b - 1] > at; b--) candidate[b] = candidate[b - 1];
        candidate[b] = at;
    }
    int64_t kept = 0;
    for (int64_t a = 0; a < count; a++)
        insert(j->rank + i * k, j->index + i * k, &kept, k,
               host_sqdist(q, j->train + candidate[a] * d, d), candidate[a]);
    const double error = 4 * (double)(d + 8) * DBL_EPSILON * (own + j->largest_norm);
    if (last - error > j->rank[i * k + k - 1] - own) return;
    scan(&j->by, j->train, j->m, q, k, j->index + i * k, j->rank + i * k);
}

static void block_of_queries(void *ctx, int64_t lo, int64_t hi)
{
    job *j = ctx;
    const int64_t d = j->by.d, rows = hi - lo, cap = j->k + SPARE < j->m ? j->k + SPARE : j->m;
    double *product = host_numbers("distances", QUERIES, TRAIN + 2 * cap);
    cx_status st = product != NULL ? CX_OK : CX_E_NOMEM;
    double *estimate = product + QUERIES * TRAIN;
    int64_t *candidate = (int64_t *)(void *)(estimate + QUERIES * cap), count[QUERIES] = {0};
    for (int64_t t = 0; st == CX_OK && t < j->m; t += TRAIN) {
        const int64_t cols = j->m - t < TRAIN ? j->m - t : TRAIN;
        st = host_gemm_f64(false, true, rows, cols, d, -2, j->query + lo * d, d, j->train + t * d,
                           d, 0, product, TRAIN);
        for (int64_t r = 0; st == CX_OK && r < rows; r++) {
            double *values = estimate + r * cap;
            for (int64_t c = 0; c < cols; c++) {
                const double v = j->norm[t + c] + product[r * TRAIN + c];
                if (count[r] < cap || v < values[cap - 1])
                    insert(values, candidate + r * cap, &count[r], cap, v, t + c);
            }
        }
    }
    for (int64_t r = 0; st == CX_OK && r < rows; r++)
        settle(j, lo + r, estimate + r * cap, candidate + r * cap, count[r]);
    host_core->free(product);
    if (st != CX_OK) atomic_store_explicit(&j->failed, (int)st, memory_order_relaxed);
}

cx_status host_learn_neighbours(cx_queue *q, const cx_learn_neighbours *c)
{
    (void)q;
    job j = {.by = {.p = c->p, .d = c->d},
             .train = c->train,
             .norm = c->norm,
             .query = c->query,
             .m = c->m,
             .k = c->k,
             .index = c->index,
             .rank = c->rank};
    if (c->norm == NULL) {
        scan_queries(&j, 0, c->n);
        return CX_OK;
    }
    if (c->p != 2) return host_core->parallel_for(c->n, 1, scan_queries, &j);
    for (int64_t i = 0; i < c->m; i++)
        j.largest_norm = c->norm[i] > j.largest_norm ? c->norm[i] : j.largest_norm;
    HOST_TRY(host_core->parallel_for(c->n, QUERIES, block_of_queries, &j));
    const cx_status failed = (cx_status)atomic_load_explicit(&j.failed, memory_order_relaxed);
    return failed == CX_OK ? CX_OK
                           : host_core->fail(failed, "kneighbors", "a block of queries failed");
}

/* Votes of one query's neighbours. */
static void vote_of(const metric *by, const int64_t *code, const int64_t *index, const double *rank,
                    int64_t k, bool by_distance, double *share, int64_t classes)
{
    memset(share, 0, (size_t)classes * sizeof *share);
    double sum = 0;
    const bool hit = by_distance && rank[0] == 0;
    for (int64_t a = 0; a < k; a++) {
        double w = 1;
        if (hit)
            w = rank[a] == 0;
        else if (by_distance)
            w = 1 / distance_of(by, rank[a]);
        share[code[index[a]]] += w;
    }
    for (int64_t i = 0; i < classes; i++) sum += share[i];
    for (int64_t i = 0; i < classes; i++) share[i] /= sum != 0 ? sum : 1;
}

cx_status host_learn_vote(cx_queue *q, const int64_t *index, const double *rank, int64_t n,
                          int64_t k, const int64_t *code, int64_t classes, bool by_distance,
                          double p, double *share)
{
    (void)q;
    const metric by = {.p = p};
    for (int64_t i = 0; i < n; i++)
        vote_of(&by, code, index + i * k, rank + i * k, k, by_distance, share + i * classes,
                classes);
    return CX_OK;
}
