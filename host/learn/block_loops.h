/* Inner loops over rows in blocks of float32, a row a lane, compiled once per ISA level. What they
 * give are estimates, which differ between levels in their last bits; who uses them knows their
 * error and decides near ones exactly, so results do not. */
#ifndef CX_HOST_BLOCK_LOOPS_H
#define CX_HOST_BLOCK_LOOPS_H
#include "host.h"

enum { HOST_BLOCK_MOST = 32, HOST_PANEL_MOST = 12 }; /* rows of a block, others of a panel */

/** A block is [1 + d, block]: first a number of each row that the caller sets, then its columns.
 * A panel is [1 + d, others]: the same of those that all rows meet one by one. */
typedef struct host_block_loops {
    int64_t block, panel; /* rows of a block at this level, others of the widest panel */
    /* (x - mean) scale of rows [rows, d] as blocks, their first line left alone; lanes past the
     * last row are 0. mean NULL: x itself */
    void (*pack)(const double *x, int64_t rows, int64_t d, const double *mean, double scale,
                 float *blocks);
    /* squared lengths of the rows of one block as they stand there */
    void (*lengths)(const float *block, int64_t d, double *out);
    /* others of each of the panels that hold k of them */
    int64_t (*width)(int64_t k);
    /* Panels of k centres: |c|^2 and -2 c. Those past the last are infinitely long. */
    void (*pack_centres)(const double *centres, const double *norm, int64_t k, int64_t d,
                         float *panels);
    /* By |c|^2 - 2 x.c the nearest centre of each row, the first of equal ones, and for each block
     * the rows (as bits) of which the next one is not more than unit * own + least farther, where
     * own is the number of the row. at has room for whole blocks. */
    void (*label)(const float *blocks, int64_t rows, int64_t d, const float *panels, int64_t k,
                  float unit, float least, int32_t *at, uint32_t *open);
    /* bits of the places where a and b differ, 32 each; count a multiple of 32 */
    void (*differ)(const int32_t *a, const int32_t *b, int64_t count, uint32_t *bits);
    /* Is own + x.q <= limit for a row of the block and one of the others of a widest panel (whose
     * first line is not read)? Then bits [panel] say which, of value [panel, block]. */
    bool (*under)(const float *block, int64_t d, const float *panel, const float *limit,
                  float *value, uint32_t *bits);
} host_block_loops;
HOST_PER_ISA(host_block_loops, host_block_loops_table);
#endif
