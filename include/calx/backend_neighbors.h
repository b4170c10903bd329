/* The contract's optional group `near` within `learn`: trees of points, for neighbours in few
 * dimensions. A backend without it scans.
 *
 * A tree halves its points, a level at a time, across the widest side of the box around them: node
 * i's halves are nodes 2 i + 1 and 2 i + 2, leaves are the nodes of the last level, and every node
 * is a run of blocks of eight points. So boxes are all that is stored of nodes. Ranks are those of
 * cx_learn_neighbours, to the bit; equal ones go by index. */
#ifndef CALX_BACKEND_NEIGHBORS_H
#define CALX_BACKEND_NEIGHBORS_H
#include <calx/backend_learn.h>

enum { CX_NEAR_BLOCK = 8 };

/** blocks = m / 8, rounded up; 2^levels <= blocks. */
typedef struct cx_near_tree {
    int64_t m, d, levels;
    double p;             /* order of the distance, from 1 to infinity */
    const double *rows;   /* [blocks, d, 8], infinity past the last point */
    const int64_t *index; /* [m]: which row each point is */
    const double *bounds; /* [2^(levels + 1) - 1, 2, d]: the least and greatest of each column */
} cx_near_tree;

struct cx_near_ops {
    size_t struct_size;
    /** A tree of x [m, d], the same for any number of threads. */
    cx_status (*build)(cx_queue *q, const double *x, int64_t m, int64_t d, int64_t levels,
                       double *rows, int64_t *index, double *bounds);
    /** As cx_learn_neighbours: index and rank [n, k]. Allocates nothing. */
    cx_status (*nearest)(cx_queue *q, const cx_near_tree *t, const double *query, int64_t n,
                         int64_t k, int64_t *index, double *rank);
    /** Points whose distance (rank^(1/p)) is at most radius: count [n], or, once start [n + 1] is
     * known, index and rank [start[n]] by index, or if sorted by rank. */
    cx_status (*count)(cx_queue *q, const cx_near_tree *t, const double *query, int64_t n,
                       double radius, int64_t *count);
    cx_status (*within)(cx_queue *q, const cx_near_tree *t, const double *query, int64_t n,
                        double radius, bool sorted, const int64_t *start, int64_t *index,
                        double *rank);
};
#endif
