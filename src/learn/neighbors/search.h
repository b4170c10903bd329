/* Rows near rows: the k nearest, or all within a radius, of rows that were made ready once.
 *
 * Everything that stands on neighbours (votes, densities, clusters, graphs) asks here. The way
 * (scan with products and an exact pass, kd-tree, ball tree) changes the time, never the answer:
 * distances are those of differences, in float64, and equal ones come by index. */
#ifndef CX_LEARN_NEIGHBORS_SEARCH_H
#define CX_LEARN_NEIGHBORS_SEARCH_H
#include "learn/numeric/site.h"
#include <calx/pairwise.h>

typedef enum cx__near_way {
    CX__NEAR_AUTO,
    CX__NEAR_BRUTE,
    CX__NEAR_KD_TREE,
    CX__NEAR_BALL_TREE
} cx__near_way;

/** How far rows are. A metric that is no tree's goes by scan; a tree asked for it by name is
 *  ARGUMENT. */
typedef struct cx__near_opts {
    const char *metric;        /* of cx_pairwise_distances; NULL: euclidean. With 'precomputed' the
                                * fitted rows are the matrix and queries are [n, m] distances */
    cx_pairwise_opts pairwise; /* p, w, v, vi of the metric */
    cx__near_way way;
    int64_t leaf_size; /* 0: 30 */
} cx__near_opts;

/** The name by which cx_pairwise_distances knows a metric: 'p' and 'infinity' are other names. */
const char *cx__near_metric(const char *name);

/** Fitted rows, ready to be asked by any number of threads. */
typedef struct cx__near cx__near;

/** x [m, d], kept as a reference until it is closed. ARGUMENT, SHAPE. */
cx_status cx__near_open(const cx__site *s, const cx_array *x, const cx__near_opts *o,
                        cx__near **out);
void cx__near_close(cx__near *near); /* NULL is fine */
/** The k nearest of each query [n, d], rising: index int64 [n, k] and distance float64 [n, k], new
 *  handles of the open scope at the site. NULL query: the fitted rows, each without itself.
 *  ARGUMENT k is more than there are. */
cx_status cx__near_k(const cx__near *near, const cx_array *query, int64_t k, cx_array **index,
                     cx_array **distance);
/** All rows within radius (distance <= radius) of each query: those of query i stand at start[i] to
 *  start[i + 1] - 1, by index, or if sorted by distance; start int64 [n + 1], index int64 [all],
 *  distance float64 [all] (NULL: not wanted). NULL query as above. */
cx_status cx__near_radius(const cx__near *near, const cx_array *query, double radius, bool sorted,
                          cx_array **start, cx_array **index, cx_array **distance);
/** How far rows may be: as far from one query as from the other, or each query has its own. */
typedef struct cx__reach {
    double radius;
    const cx_array *each; /* float64 [n] at the site; NULL: radius */
} cx__reach;
cx_status cx__near_within(const cx__near *near, const cx_array *query, cx__reach reach, bool sorted,
                          cx_array **start, cx_array **index, cx_array **distance);
/** How many there are, int64 [n]; of a query, not of the fitted rows. */
cx_status cx__near_count(const cx__near *near, const cx_array *query, cx__reach reach,
                         cx_array **count);
#endif
