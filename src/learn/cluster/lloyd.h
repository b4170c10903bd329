/* Lloyd's k-means on plain memory: nearest centres, one step, one run; and seeding by k-means++. */
#ifndef CX_LEARN_LLOYD_H
#define CX_LEARN_LLOYD_H
#include "base/status.h"
#include <calx/random.h>
#include <stdint.h>

/** Weighted points; norm [n] holds their squared lengths. Distances keep their digits best when the
 *  points are centred. */
typedef struct cx__points {
    const double *x, *weight, *norm; /* [n, d], [n], [n] */
    int64_t n, d;
} cx__points;

/** Squared lengths of n rows. */
void cx__row_norms(const double *x, int64_t n, int64_t d, double *norm);
/** label[i] = the nearest of k centres, the first of equal ones: exact, although most distances are
 *  only estimated by a product. */
cx_status cx__nearest_centres(const cx__points *p, const double *centres, int64_t k,
                              int32_t *label);
/** Weighted sum of squared distances to the labelled centres. */
cx_status cx__inertia(const cx__points *p, const double *centres, const int32_t *label,
                      double *out);

typedef struct cx__lloyd_run {
    double *centres; /* [k, d]: in the start, out the result */
    int32_t *label;  /* [n] */
    double inertia;
    int64_t iterations;
} cx__lloyd_run;
/** Iterate until the labels stay, the centres move by no more than tol (summed squares), or
 *  max_iter. tick, if not NULL, is called after each iteration. */
cx_status cx__lloyd(const cx__points *p, int64_t k, int64_t max_iter, double tol,
                    cx_status (*tick)(void *ctx, int64_t iteration), void *ctx, cx__lloyd_run *run);

/** k centres by greedy k-means++ with 2 + log(k) trials each, drawing from g as scikit-learn
 *  does. */
cx_status cx__seed_centres(const cx__points *p, int64_t k, cx_generator *g, double *centres);
#endif
