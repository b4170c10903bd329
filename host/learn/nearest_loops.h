/* Inner loops over points and centres in float64, compiled once per ISA level. Estimates differ
 * between levels in their last bits; who uses them knows their error and decides near ones exactly,
 * so results do not. Sums are added in the order of the rows at every level. */
#ifndef CX_HOST_NEAREST_LOOPS_H
#define CX_HOST_NEAREST_LOOPS_H
#include "host.h"

enum { HOST_NEAR_ROWS = 256 }; /* rows of a call */

/** Of each row: the centre of the least estimate, that estimate and the next one. */
typedef struct host_near_two {
    int32_t at[HOST_NEAR_ROWS];
    double best[HOST_NEAR_ROWS], second[HOST_NEAR_ROWS];
} host_near_two;

typedef struct host_nearest_loops {
    /* k rounded up to whole panels */
    int64_t (*width)(int64_t k);
    /* k centres [k, d] and their squared lengths as panels: width * (d + 1) numbers */
    void (*pack)(const double *centres, const double *norm, int64_t k, int64_t d, double *panels);
    /* |c|^2 - 2 x.c of rows <= HOST_NEAR_ROWS rows [rows, d] */
    void (*two)(const double *x, int64_t rows, int64_t d, const double *panels, int64_t k,
                host_near_two *out);
    /* all of them: out [rows, width of k] */
    void (*all)(const double *x, int64_t rows, int64_t d, const double *panels, int64_t k,
                double *out);
    /* sum [k, d] += w x by label; weight NULL: 1 */
    void (*add)(const double *x, int64_t rows, int64_t d, const double *weight,
                const int32_t *label, double *sum);
    /* squared lengths of rows, and their squared distances from the labelled centres: the bits of
     * host_dot and host_sqdist */
    void (*lengths)(const double *x, int64_t rows, int64_t d, double *out);
    void (*distances)(const double *x, int64_t rows, int64_t d, const double *centres,
                      const int32_t *label, double *out);
    /* to += w x and from -= w x of some columns of one row */
    void (*move)(const double *x, int64_t columns, double w, double *from, double *to);
} host_nearest_loops;
HOST_PER_ISA(host_nearest_loops, host_nearest_loops_table);
#endif
