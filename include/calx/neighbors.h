/* Nearest neighbours (sklearn.neighbors). */
#ifndef CALX_NEIGHBORS_H
#define CALX_NEIGHBORS_H
#include <calx/estimator.h>

/** Neighbours of n queries, ascending by distance, the lower index first among equals; both nil on
 *  failure. */
typedef struct cx_neighbors {
    cx_array *distances; /* [n, k] float64 */
    cx_array *indices;   /* [n, k] int64, rows of the x seen by fit */
} cx_neighbors;

CX_BEGIN
/** The k nearest training rows of each row of x (KNeighborsClassifier.kneighbors); k < 1: the
 *  parameter n_neighbors.
 *
 *  @param m    A fitted KNeighborsClassifier.
 *  @param x    [n, n_features], any real dtype; not modified.
 *  @return     Distances and indices; a query that is a training row finds itself.
 *  Errors      ARGUMENT another class, or k larger than the number of training rows; NOT_FITTED;
 *              SHAPE.
 *  Accuracy    Exact: candidates are ranked by differences, never by the expanded square.
 */
CX_API cx_neighbors cx_kneighbors(const cx_estimator *m, const cx_array *x, int64_t k);
CX_END_DECLS
#endif
