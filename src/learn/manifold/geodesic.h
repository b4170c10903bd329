/* Lengths of the shortest paths of a graph of rows, as Isomap takes them for distances. */
#ifndef CX_LEARN_MANIFOLD_GEODESIC_H
#define CX_LEARN_MANIFOLD_GEODESIC_H
#include "learn/manifold/sparse.h"

/** Edges between the parts of a graph: for each two parts their nearest rows, at the distances of o
 *  among x [n, d]. out has all edges of a and those, in both directions. */
cx_status cx__join_parts(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                         const cx__sparse *a, const int32_t *label, int64_t parts, cx__sparse *out);
/** Between all rows, [n, n]: infinite where there is no path. Edges go both ways, and the shorter
 *  of two counts. */
cx_status cx__geodesics(const cx__sparse *a, double *out);
#endif
