/* What SpectralCoclustering and SpectralBiclustering share: singular vectors of a scaled matrix,
 * clustered by k-means. */
#ifndef CX_LEARN_BICLUSTER_H
#define CX_LEARN_BICLUSTER_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

#define CX__BICLUSTER_ATTRS                                                \
    "rows_: bool [b, m]", "columns_: bool [b, n]", "row_labels_: int [m]", \
        "column_labels_: int "                                             \
        "[n]"
enum {
    CX__BICLUSTER_ROWS,
    CX__BICLUSTER_COLUMNS,
    CX__BICLUSTER_ROW_LABELS,
    CX__BICLUSTER_COLUMN_LABELS
};

/* The parameters behind the classes' own, in scikit-learn's order. */
#define CX__BICLUSTER_PARAMS                                                             \
    {"svd_method", CX_PARAM_STR, "'randomized'", "{'randomized', 'arpack'}",             \
     "how singular vectors are found; 'arpack': to the last digits"},                    \
        {"n_svd_vecs", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, inf)",                 \
         "random vectors beside those wanted ('randomized'); None: 10"},                 \
        {"mini_batch", CX_PARAM_BOOL, "False", NULL, "cluster by MiniBatchKMeans"},      \
        {"init", CX_PARAM_STR | CX_PARAM_LIST, "'k-means++'", "{'k-means++', 'random'}", \
         "how k-means begins"},                                                          \
        {"n_init", CX_PARAM_INT, "10", "[1, inf)", "runs of k-means"},                   \
    {                                                                                    \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",         \
            "seed of numpy.random.RandomState, for vectors and for each k-means"         \
    }

/** x without negative numbers: less its least one, where that is below `least`, plus `least`. */
cx_array *cx__bicluster_lifted(const cx_array *x, double least);
/** x over the roots of its row sums and column sums; row [m] and column [n] are one over those.
 *  ARGUMENT where a sum is 0. */
cx_status cx__bicluster_scale(const cx_estimator *self, const cx_array *x, cx_array **out,
                              cx_array **row, cx_array **column);
/** Singular vectors in columns, u [m, c] and v [n, c]: of `count` the first `discard` left out. */
cx_status cx__bicluster_vectors(const cx_estimator *self, const cx_array *a, int64_t count,
                                int64_t discard, cx_array **u, cx_array **v);
/** k-means of rows as the parameters say. centres may be NULL. */
cx_status cx__bicluster_means(const cx_estimator *self, const cx_array *x, int64_t k,
                              cx_array **label, cx_array **centres);
/** Store labels, and b biclusters of which the i-th is rows of label of_row[i] and columns of label
 * of_column[i]. */
cx_status cx__bicluster_store(cx_estimator *self, const cx__site *s, cx_array *row_label,
                              cx_array *column_label, int64_t b, const int64_t *of_row,
                              const int64_t *of_column);
#endif
