/* Nearest neighbours of few queries, and votes of neighbours. Many queries are host/neighbors'. */
#include "learn/learn.h"
#include "neighbors/neighbors.h"
#include <math.h>
#include <string.h>

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

/* One query, or a few: nothing is prepared. */
static void scan_queries(const cx_learn_neighbours *c)
{
    const metric by = {.p = c->p, .d = c->d};
    for (int64_t i = 0; i < c->n; i++)
        scan(&by, c->train, c->m, c->query + i * c->d, c->k, c->index + i * c->k,
             c->rank + i * c->k);
}

cx_status host_learn_neighbours(cx_queue *q, const cx_learn_neighbours *c)
{
    (void)q;
    if (c->norm != NULL) return host_near_scan(c);
    scan_queries(c);
    return CX_OK;
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
