/* Trees of merged clusters by four linkages, and the cut of any. Numbers on the host. */
#ifndef CX_LEARN_LINKAGE_H
#define CX_LEARN_LINKAGE_H
#include "base/status.h"
#include <stdint.h>

/** What the distance of two clusters is: how much the sum of squares grows (Ward), the largest, the
 *  mean, the smallest of their rows'. */
typedef enum cx__linkage {
    CX__LINK_WARD,
    CX__LINK_COMPLETE,
    CX__LINK_AVERAGE,
    CX__LINK_SINGLE
} cx__linkage;

/** Merge n rows two by two, the nearest clusters first: merge [n - 1, 2], the nodes that are
 *  joined, the lower number first, into node n, n + 1, ... (below n: rows); height [n - 1] rises.
 *  apart: n (n - 1) / 2 distances of rows i < j, by rows; destroyed. Not for single linkage. */
cx_status cx__linkage_tree(cx__linkage how, double *apart, int64_t n, int64_t *merge,
                           double *height);
/** Distances of rows [n, d] as above, Euclidean; out [n (n - 1) / 2]. */
cx_status cx__linkage_distances(const double *x, int64_t n, int64_t d, double *out);
/** Ward's tree of rows [n, d]. */
cx_status cx__ward_tree(const double *x, int64_t n, int64_t d, int64_t *merge, double *height);
/** label [n]: which of k clusters a row is in when the last k - 1 merges are undone, numbered as
 *  scikit-learn does. 1 <= k <= n. */
cx_status cx__tree_cut(const int64_t *merge, int64_t n, int64_t k, int64_t *label);
#endif
