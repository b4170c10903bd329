/* Coordinate descent for least squares with L1 and L2 penalties, on plain host memory. */
#ifndef CX_LEARN_DESCENT_H
#define CX_LEARN_DESCENT_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

/** Minimise 1/2 |y - X w|^2 + l1 |w| + l2 / 2 |w|^2 for t targets, where |w| is the sum of the
 *  coordinates' lengths over the targets: with one, the L1 norm. With `positive` (one target) over
 *  w >= 0. X is given by its products (gram, cross, yy), or by its columns and y. */
typedef struct cx__descent {
    int64_t n, d, t;
    const double *gram;    /* [d, d] X^T X, or NULL */
    const double *cross;   /* [t, d] X^T y, with gram */
    double yy;             /* squared length of y */
    const double *columns; /* [d, n], without gram */
    const double *y;       /* [t, n], without gram */
    const double *square;  /* [d] squared lengths of the columns */
    bool positive, random;
    int64_t max_iter;
    double tol; /* relative: of the largest change in a sweep, and of the duality gap to yy */
    /** With gram and one target, or NULL: row j of gram is about to be used and have[j] [d] is 0;
     * slope [d] are the columns' products with the residual. */
    const double *have;
    cx_status (*need)(void *ctx, int64_t j, const double *slope, double l1);
    void *ctx;
} cx__descent;

typedef struct cx__descent_end {
    double gap, limit; /* of the problem as above */
    int64_t sweeps;
    bool converged;
} cx__descent_end;

/** Numbers of scratch that a descent takes. */
int64_t cx__descent_scratch(const cx__descent *p);
/** From w [t, d], which becomes the solution. seed: of the random order of coordinates. May run on
 * any thread; polls once a sweep. */
cx_status cx__descend(const cx__descent *p, double l1, double l2, uint32_t seed, double *w,
                      double *scratch, cx__descent_end *out);

/** x . y and y += a x over n numbers. */
double cx__dot(const double *x, const double *y, int64_t n);
void cx__axpy(double a, const double *x, double *y, int64_t n);
#endif
