/* Inner loops of estimators over rows of float64, compiled once per ISA level. Vectors of a fixed
 * width at every level and sums in the order of the rows: all levels give the same bits. */
#ifndef CX_HOST_LEARN_LOOPS_H
#define CX_HOST_LEARN_LOOPS_H
#include "host.h"

typedef struct host_learn_loops {
    /* sum [d] += w x of each row; weight NULL: 1 */
    void (*add)(const double *x, int64_t rows, int64_t d, const double *weight, double *sum);
    /* sum [d] += w t and square [d] += w t t of each row, where t = x - mean */
    void (*add_deviations)(const double *x, int64_t rows, int64_t d, const double *weight,
                           const double *mean, double *sum, double *square);
    /* out = x - mean, row by row */
    void (*centre)(const double *x, int64_t rows, int64_t d, const double *mean, double *out);
    /* out = (x - sub) / div, one row */
    void (*scale)(const double *x, const double *sub, const double *div, int64_t d, double *out);
    /* sum of (x - theta)^2 inverse, one row, in eight sums */
    double (*distance)(const double *x, const double *theta, const double *inverse, int64_t d);
    /* out[i, c] = start[c] + sum over j of (x[i, j] - shift[j]) w[j, c] for c < k, rows of length
     * step: rows times a matrix of d rows whose length ld is k rounded up to 8 (what is past k may
     * be anything finite). shift and start may be NULL. Each output is summed in the order of j,
     * so a row gives the same bits alone. */
    void (*project)(const double *x, int64_t rows, const double *shift, int64_t d, const double *w,
                    int64_t ld, const double *start, int64_t k, double *out, int64_t step);
} host_learn_loops;
HOST_PER_ISA(host_learn_loops, host_learn_loops_table);
#endif
