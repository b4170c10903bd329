/* What locally linear embeddings know of one row and its neighbours: a small symmetric matrix over
 * them, whose sum over all rows has the embedding for its smallest eigenvectors. */
#ifndef CX_LEARN_MANIFOLD_LOCAL_H
#define CX_LEARN_MANIFOLD_LOCAL_H
#include "learn/manifold/eigen.h"

typedef enum cx__local_method {
    CX__LOCAL_STANDARD,
    CX__LOCAL_MODIFIED,
    CX__LOCAL_TANGENT /* 'ltsa', and what 'hessian' comes to */
} cx__local_method;

/** Rows x [n, d] of the host, each with k neighbours among the rows of from. */
typedef struct cx__local {
    cx__local_method method;
    int64_t n, d, k, components;
    const double *x, *from;
    const int64_t *index; /* [n, k] */
    double reg;
} cx__local;

/** Weights [n, k] of sum 1 that make of its neighbours the row. SINGULAR. */
cx_status cx__local_weights(const cx__local *l, double *weight);
/** A block of row i: over the row itself and its neighbours, [k + 1, k + 1] in that order; all of
 *  them, [n, k + 1, k + 1]. */
cx_status cx__local_blocks(const cx__local *l, double *block);
/** The sum of the blocks, sparse; memory of the open scope. */
cx_status cx__local_sum(const cx__local *l, const double *block, cx__sparse *out);

/** Eigenvalues (falling) and eigenvectors (columns of v) of a symmetric a [m, m], which is
 *  destroyed; by Jacobi's rotations, for small m, on any thread. */
void cx__small_eigen(double *a, int64_t m, double *value, double *v);
#endif
