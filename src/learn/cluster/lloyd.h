/* Lloyd's k-means: nearest centres, one run; and seeding by k-means++. */
#ifndef CX_LEARN_LLOYD_H
#define CX_LEARN_LLOYD_H
#include "learn/numeric/site.h"
#include <calx/random.h>

/** Weighted points on a device; norm [n] holds their squared lengths. Distances keep their digits
 *  best when the points are centred. */
typedef struct cx__points {
    const cx__site *site;
    const cx_array *x, *weight, *norm; /* [n, d], [n] or NULL, [n] */
    int64_t n, d;
    bool bare; /* norm waits for the first who labels the points */
} cx__points;

/** From points [n, d] and weights [n] or NULL, float64 on the site's device. */
cx_status cx__points_make(const cx__site *s, const cx_array *x, const cx_array *weight,
                          cx__points *out);
/** The same, but where the device can norm is left to cx__nearest_centres and cx__lloyd, which read
 *  the points anyway. */
cx_status cx__points_bare(const cx__site *s, const cx_array *x, const cx_array *weight,
                          cx__points *out);
/** The nearest of k centres [k, d] for each point, the first of equal ones, int32 [n]: exact,
 *  although most distances are only estimated by a product. */
cx_status cx__nearest_centres(const cx__points *p, const cx_array *centres, cx_array **label);
/** Weighted sum of squared distances to the labelled centres. */
cx_status cx__inertia(const cx__points *p, const cx_array *centres, const cx_array *label,
                      double *out);

/** Squared distances [n] to the labelled centres. */
cx_status cx__square_distances(const cx__points *p, const cx_array *centres, const cx_array *label,
                               cx_array **out);

typedef struct cx__lloyd_run {
    cx_array *centres; /* [k, d]: in the start, out the result */
    cx_array *label;   /* int32 [n] */
    double inertia;
    int64_t iterations;
} cx__lloyd_run;
/** Iterate until the labels stay, the centres move by no more than tol (summed squares), or
 *  max_iter. tick, if not NULL, is called after each iteration. */
cx_status cx__lloyd(const cx__points *p, int64_t max_iter, double tol,
                    cx_status (*tick)(void *ctx, int64_t iteration), void *ctx, cx__lloyd_run *run);

/** k centres [k, d] by greedy k-means++ with some trials each (0: 2 + log(k)), drawing from g, a
 *  generator of the host, as scikit-learn does. rows (may be NULL): which points they are, int64
 *  [k]. */
cx_status cx__seed_centres(const cx__points *p, int64_t k, int64_t trials, cx_generator *g,
                           cx_array **centres, cx_array **rows);
/** Most trials that the slot takes. */
enum { CX__MOST_TRIALS = 64 };
#endif
