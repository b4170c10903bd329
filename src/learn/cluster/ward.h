/* Trees of merged clusters: Ward's, and the cut of any. */
#ifndef CX_LEARN_WARD_H
#define CX_LEARN_WARD_H
#include "base/status.h"
#include <stdint.h>

/** Merge n rows [n, d] two by two so that the sum of squares within clusters grows least: merge
 *  [n - 1, 2], the nodes that are joined, the lower number first, into node n, n + 1, ... (below n:
 *  rows); height [n - 1] rises. Host memory; n (n - 1) / 2 numbers of room. */
cx_status cx__ward_tree(const double *x, int64_t n, int64_t d, int64_t *merge, double *height);
/** label [n]: which of k clusters a row is in when the last k - 1 merges are undone, numbered as
 *  scikit-learn does. 1 <= k <= n. */
cx_status cx__tree_cut(const int64_t *merge, int64_t n, int64_t k, int64_t *label);
#endif
