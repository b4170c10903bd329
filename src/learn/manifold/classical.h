/* Coordinates from distances by the eigenvectors of their kernel, -1/2 of the squares, centred. */
#ifndef CX_LEARN_MANIFOLD_CLASSICAL_H
#define CX_LEARN_MANIFOLD_CLASSICAL_H
#include "learn/manifold/eigen.h"

typedef struct cx__classical {
    int64_t n, count;
    const double *distance; /* [n, n], symmetric */
    bool dense;             /* by eigh; else by Lanczos' method */
    double tol;
    int64_t max_iter; /* restarts */
} cx__classical;

/** The largest eigenvalues first, the entry of the largest size of each vector positive; mean [n]
 *  of the rows of the kernel before it is centred. */
cx_status cx__classical_pairs(const cx__classical *how, double *mean, cx__pairs *out);
#endif
