/* Trees of clusters that merge only along the edges of a graph. Numbers on the host. */
#ifndef CX_LEARN_STRUCTURED_H
#define CX_LEARN_STRUCTURED_H
#include "learn/cluster/linkage.h"
#include "learn/manifold/sparse.h"

/** How far two rows are: by the rows [n, d] or a matrix [n, n]. */
typedef enum cx__pair_way {
    CX__PAIR_EUCLIDEAN,
    CX__PAIR_MANHATTAN,
    CX__PAIR_COSINE, /* of rows of length 1 */
    CX__PAIR_GIVEN
} cx__pair_way;
typedef struct cx__pair_rows {
    cx__pair_way way;
    int64_t n, d;
    const double *x;
} cx__pair_rows;
double cx__pair_apart(const cx__pair_rows *r, int64_t i, int64_t j);

/** The graph of a parameter: None: *out has no rows; k: each row with its k nearest by that search
 *  of x; (height, width, ...): neighbours in a grid of that many rows; a matrix [n, n]: what is not
 *  0. Symmetric, without the diagonal, values of no meaning. ARGUMENT, SHAPE. */
cx_status cx__merge_graph(const cx_estimator *self, const char *name, const cx__site *s,
                          const cx_array *x, const cx__near_opts *o, cx__sparse *out);
/** Where it is in parts, the nearest two rows of any two parts are joined; how many parts there
 *  were. */
cx_status cx__merge_whole(const cx__pair_rows *r, cx__sparse *graph, int64_t *parts);

/** merges, at most n - 1, of neighbours in a graph that is whole: merge [merges, 2], nodes from n
 *  on, and height [merges], as scikit-learn has them: a row's neighbours are those of the two it
 *  came from. For Ward, rows are Euclidean. */
cx_status cx__structured_tree(cx__linkage how, const cx__pair_rows *r, const cx__sparse *graph,
                              int64_t merges, int64_t *merge, double *height);
/** All n - 1 for single linkage: the graph's shortest spanning tree. */
cx_status cx__structured_single(const cx__pair_rows *r, const cx__sparse *graph, int64_t *merge,
                                double *height);
/** label [n]: which of the nodes that stand after so many merges holds a row, by rising node. */
cx_status cx__tree_heads(const int64_t *merge, int64_t n, int64_t merges, int64_t *label);
#endif
