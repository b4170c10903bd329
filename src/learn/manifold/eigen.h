/* A few eigenvectors of large symmetric matrices on the host. */
#ifndef CX_LEARN_MANIFOLD_EIGEN_H
#define CX_LEARN_MANIFOLD_EIGEN_H
#include "learn/manifold/sparse.h"

/** A symmetric matrix by its products. */
typedef struct cx__operator {
    int64_t n;
    cx_status (*times)(const struct cx__operator *a, const double *x, double *y);
    const void *ctx;
} cx__operator;

/** Eigenpairs: value [count], vector [count, n] of length 1, a row each; memory of the scope. */
typedef struct cx__pairs {
    int64_t n, count;
    double *value, *vector;
} cx__pairs;

/** The largest (algebraically) first, by Lanczos' method with thick restarts (Wu and Simon, SIAM J.
 *  Matrix Anal. Appl. 22, 2000) from start [n]. tol 0: to the last digits. CONVERGENCE after
 *  max_iter restarts. */
cx_status cx__lanczos(const cx__operator *a, int64_t count, const double *start, double tol,
                      int64_t max_iter, cx__pairs *out);
/** The smallest first, of a positive semidefinite matrix that is sparse or (sparse NULL) dense
 *  [n, n]: by the inverse of the matrix plus a small shift, from start, or (start NULL) all of them
 *  at once. */
typedef struct cx__smallest {
    int64_t n;
    const cx__sparse *sparse;
    const double *dense;
    double shift; /* > 0 */
    double tol;
    int64_t max_iter;
    const double *start;
} cx__smallest;
cx_status cx__eigen_smallest(const cx__smallest *how, int64_t count, cx__pairs *out);
/** The largest first, of a dense symmetric matrix [n, n], the entry of the largest size of each
 *  vector positive: by eigh, or by Lanczos' method from a start of its own. */
typedef struct cx__largest {
    int64_t n;
    const double *dense;
    bool by_eigh;
    double tol;
    int64_t max_iter; /* restarts */
} cx__largest;
cx_status cx__eigen_largest(const cx__largest *how, int64_t count, cx__pairs *out);
/** All or the ends of the spectrum of a dense one, by the library's eigh: those numbered first to
 *  first + count - 1 in rising order. */
cx_status cx__eigen_dense(const double *a, int64_t n, int64_t first, int64_t count, cx__pairs *out);
/** Number of rows up to which cx__eigen_dense is the faster way to a few. */
enum { CX__EIGEN_SMALL = 200 };

/* ---- solving (inverse.c) */
/** Triangular factor of a + shift I, banded if the matrix is sparse and its graph is thin. */
typedef struct cx__inverse {
    int64_t n, stride;
    const int32_t *order; /* row i of the factor is row order[i] of a; NULL: i */
    const int32_t *first; /* [n] of row i of the factor its first entry's column */
    const double *at;     /* entry (i, j) is at[i * stride + j] */
    double *room;         /* [n] */
} cx__inverse;
/** SINGULAR: a + shift I is not positive definite. */
cx_status cx__inverse_make(const cx__smallest *how, cx__inverse *out);
void cx__inverse_solve(const cx__inverse *f, const double *x, double *y);
/** Orders the rows of a symmetric graph so that its entries lie near the diagonal (reverse
 *  Cuthill-McKee); returns the half bandwidth. */
cx_status cx__thin_order(const cx__sparse *a, int32_t *order, int64_t *width);
#endif
