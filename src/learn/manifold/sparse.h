/* Sparse square matrices on the host: neighbour graphs, affinities, weights. Plain memory of the
 * open scope. */
#ifndef CX_LEARN_MANIFOLD_SPARSE_H
#define CX_LEARN_MANIFOLD_SPARSE_H
#include "learn/manifold/near.h"

/** Row i has entries start[i] to start[i + 1] - 1, by column. */
typedef struct cx__sparse {
    int64_t n;
    int64_t *start;
    int32_t *index;
    double *value;
} cx__sparse;

/** Room for an [n, n] with so many entries. */
cx_status cx__sparse_new(int64_t n, int64_t entries, cx__sparse *out);
/** The graph of neighbours: value [n, count] beside their indices (NULL: ones), each row sorted by
 *  column; with the rows themselves at value `self` unless that is NaN. */
cx_status cx__sparse_near(const cx__nearby *near, const double *value, double self,
                          cx__sparse *out);
cx_status cx__sparse_turn(const cx__sparse *a, cx__sparse *out); /* transposed, sorted */
/** What becomes of the entry a and the entry b across the diagonal from it. */
typedef enum cx__sparse_both {
    CX__BOTH_SUM,
    CX__BOTH_MEAN,
    CX__BOTH_PRODUCT,
    CX__BOTH_EITHER /* a + b - a b */
} cx__sparse_both;
/** Symmetric, of the entries that a or its transpose has. */
cx_status cx__sparse_symmetric(const cx__sparse *a, cx__sparse_both both, cx__sparse *out);
/** y = a x, on all threads, rows in their order. */
cx_status cx__sparse_times(const cx__sparse *a, const double *x, double *y);
/** Connected components of the graph whose edges are the entries, as in either direction: label [n]
 *  from 0 in the order of their first rows; how many. */
cx_status cx__sparse_components(const cx__sparse *a, int32_t *label, int64_t *count);
#endif
