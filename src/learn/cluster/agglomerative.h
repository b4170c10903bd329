/* What agglomerative clusterers of rows and of columns share: parameters, the tree, its cut. */
#ifndef CX_LEARN_AGGLOMERATIVE_H
#define CX_LEARN_AGGLOMERATIVE_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** First attributes of the class; labels are of what was clustered: rows [m] or columns [n]. */
#define CX__AGGLOMERATIVE_ATTRS(labels)                                          \
    "labels_: int [" labels "]", "children_: int [c, 2]", "n_clusters_: int []", \
        "n_leaves_: int []", "n_connected_components_: int []", "distances_?: float [c]"
enum {
    CX__AGGLOMERATIVE_LABELS,
    CX__AGGLOMERATIVE_CHILDREN,
    CX__AGGLOMERATIVE_CLUSTERS,
    CX__AGGLOMERATIVE_LEAVES,
    CX__AGGLOMERATIVE_PARTS,
    CX__AGGLOMERATIVE_DISTANCES
};

/* The parameters, but for pooling_func, in scikit-learn's order. */
#define CX__AGGLOMERATIVE_FIRST                                                                                                \
    {"n_clusters", CX_PARAM_INT | CX_PARAM_NONE, "2", "[1, inf)",                                                              \
     "clusters; None: distance_threshold says"},                                                                               \
        {"metric", CX_PARAM_STR, "'euclidean'",                                                                                \
         "{'euclidean', 'l2', 'manhattan', 'l1', 'cityblock', 'cosine', 'chebyshev', "                                         \
         "'sqeuclidean', 'canberra', 'braycurtis', 'correlation', 'hamming', 'precomputed'}, formula",                         \
         "distance: a name or a formula 'x, y: ...' of two rows; linkage='ward': Euclidean"},                                  \
        {"memory", CX_PARAM_NONE, "None", NULL, "not used"},                                                                   \
        {"connectivity", CX_PARAM_NONE | CX_PARAM_INT | CX_PARAM_LIST, "None", "int [1, inf)",                                 \
         "which may merge: None: all; k: each with its k nearest; (8, 8): neighbours in a grid; a matrix: where it is not 0"}, \
        {"compute_full_tree", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",                                              \
         "whether the tree goes on below n_clusters; without connectivity it does; 'auto': below 100 or 2 % of the rows"},     \
    {                                                                                                                          \
        "linkage", CX_PARAM_STR, "'ward'", "{'ward', 'complete', 'average', 'single'}",                                        \
            "distance of two clusters"                                                                                         \
    }
#define CX__AGGLOMERATIVE_LAST                                                            \
    {"distance_threshold", CX_PARAM_FLOAT | CX_PARAM_NONE, "None", "[0, inf)",            \
     "clusters at least so far apart are not merged"},                                    \
    {                                                                                     \
        "compute_distances", CX_PARAM_BOOL, "False", NULL, "store distances_ in any case" \
    }

/** Cluster the rows of x and store the attributes. */
cx_status cx__agglomerate(cx_estimator *self, const cx__site *s, const cx_array *x);
#endif
