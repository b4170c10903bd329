/* Graphs of affinities that spectral estimators make of their rows. */
#ifndef CX_LEARN_MANIFOLD_GRAPH_H
#define CX_LEARN_MANIFOLD_GRAPH_H
#include "learn/manifold/spectral.h"

/** Is the parameter affinity of that name? */
bool cx__affinity_is(const cx_estimator *self, const char *name);
/** SHAPE unless x is square: where the affinity is a precomputed one. */
cx_status cx__affinity_square(const cx_estimator *self, const cx_array *x);
/** Rows and the k nearest, themselves included, as ones; both directions of a pair are one edge.
 *  With affinity='precomputed_nearest_neighbors' x is distances. */
cx_status cx__affinity_near(const cx_estimator *self, const cx__site *s, const cx_array *x,
                            int64_t k, cx__sparse *out);
/** Affinities a [n, n] of all pairs, kept in a slot; the host's, symmetric. */
cx_status cx__affinity_kept(cx_estimator *self, int slot, const cx__site *s, const cx_array *a,
                            const double **out);
#endif
