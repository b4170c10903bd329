/* Inner loops over points and centres, compiled once per ISA level. Estimates differ between levels
 * in their last bits; who uses them knows their error and decides near ones exactly, so results do
 * not. Sums are added in the order of the rows at every level. */
#ifndef CX_HOST_NEAREST_LOOPS_H
#define CX_HOST_NEAREST_LOOPS_H
#include "host.h"

enum { HOST_NEAR_ROWS = 256, HOST_NEAR_TILE = 8 }; /* rows of a call, and at a time */

/** Of each row: the centre of the least estimate, that estimate and the next one. */
typedef struct host_near_two {
    int32_t at[HOST_NEAR_ROWS];
    double best[HOST_NEAR_ROWS], second[HOST_NEAR_ROWS];
} host_near_two;

/** In float64, and narrow: in float32, whose unit of error is FLT_EPSILON. */
typedef struct host_nearest_loops {
    /* k rounded up to whole panels */
    int64_t (*width)(int64_t k), (*narrow_width)(int64_t k);
    /* k centres [k, d] and their squared lengths as panels: width * (d + 1) numbers */
    void (*pack)(const double *centres, const double *norm, int64_t k, int64_t d, void *panels);
    void (*narrow_pack)(const double *centres, const double *norm, int64_t k, int64_t d,
                        void *panels);
    /* |c|^2 - 2 x.c of rows <= HOST_NEAR_ROWS rows [rows, d]; room: HOST_NEAR_TILE * d floats for
     * narrow ones */
    void (*two)(const double *x, int64_t rows, int64_t d, const void *panels, int64_t k, void *room,
                host_near_two *out);
    void (*narrow_two)(const double *x, int64_t rows, int64_t d, const void *panels, int64_t k,
                       void *room, host_near_two *out);
    /* all of them: out [rows, width of k] */
    void (*all)(const double *x, int64_t rows, int64_t d, const void *panels, int64_t k,
                double *out);
    /* sum [k, d] += w x by label; weight NULL: 1 */
    void (*add)(const double *x, int64_t rows, int64_t d, const double *weight,
                const int32_t *label, double *sum);
} host_nearest_loops;
HOST_PER_ISA(host_nearest_loops, host_nearest_loops_table);
#endif
