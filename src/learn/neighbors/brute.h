/* Exact nearest neighbours by comparing everything with everything. */
#ifndef CX_LEARN_BRUTE_H
#define CX_LEARN_BRUTE_H
#include "base/status.h"
#include <stdint.h>

/** Minkowski distance of order p >= 1 (inf: Chebyshev) between points of d columns. */
typedef struct cx__metric {
    double p;
    int64_t d;
} cx__metric;
/** What neighbours are ordered by: the sum of powers, or the largest difference (no root taken). */
double cx__metric_rank(const cx__metric *m, const double *a, const double *b);
/** The distance that belongs to a rank. */
double cx__metric_distance(const cx__metric *m, double rank);

/** The k nearest of the m training rows for each of n queries: index [n, k] and rank [n, k],
 *  ascending, the lower index first among equals. norm [m]: squared lengths of the training rows,
 *  needed for p = 2. k <= m. */
cx_status cx__brute_neighbours(const char *where, const cx__metric *metric, const double *train,
                               const double *norm, int64_t m, const double *query, int64_t n,
                               int64_t k, int64_t *index, double *rank);
/** The same for one query, by a plain scan: allocates nothing. */
void cx__scan_neighbours(const cx__metric *metric, const double *train, int64_t m,
                         const double *query, int64_t k, int64_t *index, double *rank);
#endif
