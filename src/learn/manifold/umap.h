/* The parts of UMAP: strengths of neighbours, the curve of its forces, the layout. Source: McInnes,
 * Healy, Melville, arXiv:1802.03426 (2018). */
#ifndef CX_LEARN_MANIFOLD_UMAP_H
#define CX_LEARN_MANIFOLD_UMAP_H
#include "learn/manifold/spectral.h"

/** Strength [n, count] of the neighbours of each row, 1 for the nearest: exponentials of the
 *  distance beyond the nearest one, so that a row's strengths sum to log2(k). skip: the first of
 *  the neighbours does not count in that sum; connected: rows that count as at no distance. */
typedef struct cx__strengths {
    const cx__nearby *near;
    int64_t k;
    double connected;
    int64_t skip;
} cx__strengths;
cx_status cx__umap_strengths(const cx__strengths *how, double *strength);
/** a and b for which 1 / (1 + a x^(2 b)) is nearest to 1 up to min_dist and exponential beyond. */
void cx__umap_curve(double spread, double min_dist, double *a, double *b);

typedef struct cx__umap_forces {
    int64_t epochs, dims, negatives; /* negatives: rows pushed away for each one pulled */
    double rate, a, b, repulsion;
} cx__umap_forces;
/** Epochs of pulls along the edges of graph (symmetric) and pushes from rows drawn by seed; at [n,
 *  dims]. The same whatever the threads. */
cx_status cx__umap_layout(const cx_estimator *self, const cx__umap_forces *f,
                          const cx__sparse *graph, uint64_t seed, float *at);
/** The same for rows at [n, dims] that are pulled by their neighbours among fixed [m, dims], and
 *  move alone. A row's draws depend on its neighbours only. */
cx_status cx__umap_place(const cx__umap_forces *f, const cx__nearby *near, const double *strength,
                         uint64_t seed, const float *fixed, int64_t m, float *at);
#endif
