/* Nearest neighbours (sklearn.neighbors). There is no sparse type: what scikit-learn gives as a
 * sparse matrix of neighbours is here its three arrays, a row's entries behind each other. */
#ifndef CALX_NEIGHBORS_H
#define CALX_NEIGHBORS_H
#include <calx/estimator.h>
#include <calx/pairwise.h>

/** Neighbours of n queries, ascending by distance, the lower index first among equals; both nil on
 *  failure. */
typedef struct cx_neighbors {
    cx_array *distances; /* [n, k] float64 */
    cx_array *indices;   /* [n, k] int64, rows of the x seen by fit */
} cx_neighbors;

/** Neighbourhoods of any size (a matrix by rows, CSR): those of query i are entries starts[i] to
 *  starts[i + 1] - 1. All nil on failure. */
typedef struct cx_neighborhoods {
    cx_array *starts;    /* [n + 1] int64 */
    cx_array *indices;   /* [entries] int64, rows of the x seen by fit */
    cx_array *distances; /* [entries] float64; in a graph of connections 1 */
} cx_neighborhoods;
typedef enum cx_neighbor_order {
    CX_NEIGHBORS_BY_INDEX,
    CX_NEIGHBORS_BY_DISTANCE
} cx_neighbor_order;

/** What stands in a graph: 1 for each neighbour, or the distance. */
typedef enum cx_graph_mode { CX_GRAPH_CONNECTIVITY, CX_GRAPH_DISTANCE } cx_graph_mode;
typedef struct cx_graph_opts {
    size_t struct_size;
    cx_graph_mode mode;
    const char *metric;        /* of cx_pairwise_distances; NULL: euclidean */
    cx_pairwise_opts pairwise; /* p, w, v, vi of the metric */
    bool include_self;         /* a row is its own neighbour */
} cx_graph_opts;

/** Rows made ready to be asked (KDTree, BallTree): a handle, which lives as estimators do. It keeps
 *  a float64 copy of its rows and does not change: any number of threads may ask one at the same
 *  time. Where the device has no trees, and in metrics that are not Minkowski's, the rows are
 *  scanned; answers are the same to the bit. */
typedef struct cx_neighbor_tree cx_neighbor_tree;
typedef struct cx_neighbor_tree_opts {
    size_t struct_size;
    int64_t leaf_size;             /* 0: 40 */
    const char *metric;            /* NULL: minkowski; 'p', 'infinity' are names, too */
    cx_pairwise_opts pairwise;     /* p (2), w, v, vi of the metric */
    const cx_array *sample_weight; /* [m] for kernel densities; NULL: 1 */
} cx_neighbor_tree_opts;
typedef struct cx_neighbor_query_opts {
    size_t struct_size;
    bool indices_only;       /* return_distance=False: distances are nil */
    cx_neighbor_order order; /* of neighbourhoods; the k nearest are always by distance */
} cx_neighbor_query_opts;
typedef struct cx_neighbor_density_opts {
    size_t struct_size;
    const char *kernel; /* gaussian (NULL), tophat, epanechnikov, exponential, linear, cosine */
    bool log;           /* return_log */
} cx_neighbor_density_opts;

CX_BEGIN
/** The k nearest training rows of each row of x (kneighbors); k < 1: the parameter n_neighbors.
 *
 *  @param m    Fitted: any class of the module that keeps its rows (NearestNeighbors,
 *              KNeighborsClassifier, LocalOutlierFactor, RadiusNeighborsRegressor, ...).
 *  @param x    [n, n_features], any real dtype; not modified. NULL: the training rows, each without
 *              itself.
 *  @return     Distances and indices; a query that is a training row finds itself.
 *  Errors      ARGUMENT another class, or k larger than the number of training rows; NOT_FITTED;
 *              SHAPE.
 *  Accuracy    Exact: candidates are ranked by differences, never by the expanded square.
 */
CX_API cx_neighbors cx_kneighbors(const cx_estimator *m, const cx_array *x, int64_t k);
/** All training rows within a radius of each row of x (radius_neighbors): distance <= radius.
 *
 *  @param m       As for cx_kneighbors.
 *  @param x       As for cx_kneighbors.
 *  @param radius  NAN: the parameter radius.
 *  @param order   Of each query's entries.
 *  Errors         As for cx_kneighbors.   Syncs: reads the count.
 */
CX_API cx_neighborhoods cx_radius_neighbors(const cx_estimator *m, const cx_array *x, double radius,
                                            cx_neighbor_order order);
/** Each row's n_neighbors nearest rows (sklearn.neighbors.kneighbors_graph), nearest first; all
 * rows within a radius (radius_neighbors_graph), by index. Of x [n, d] on any device. Errors
 * ARGUMENT, SHAPE, as cx_pairwise_distances and cx_kneighbors. */
CX_API cx_neighborhoods cx_kneighbors_graph(const cx_array *x, int64_t n_neighbors,
                                            const cx_graph_opts *o);
CX_API cx_neighborhoods cx_radius_neighbors_graph(const cx_array *x, double radius,
                                                  const cx_graph_opts *o);
/** A graph as a matrix [n, columns], 0 where there is no entry (toarray).
 *  Errors      SHAPE; INDEX an index of columns or more. */
CX_API cx_array *cx_neighborhoods_dense(const cx_neighborhoods *g, int64_t columns);
/** Rows drawn from a fitted density (KernelDensity.sample), as RandomState draws them: [n_samples,
 *  n_features] float64, where the model is.
 *  Errors      ARGUMENT m is no KernelDensity; NOT_FITTED; UNSUPPORTED a kernel that is neither
 *              'gaussian' nor 'tophat'.   Syncs. */
CX_API cx_array *cx_kernel_density_sample(const cx_estimator *m, int64_t n_samples,
                                          cx_maybe_i64 random_state);
/** A tree of the rows of x (KDTree, BallTree). A kd tree is for the metrics euclidean, manhattan,
 *  chebyshev, minkowski (and those that are one over other columns), a ball tree also for those of
 *  BallTree.valid_metrics; both halve boxes and differ in nothing else.
 *
 *  @param x    [m, d], any real dtype, finite; copied.
 *  @return     New tree, on the device of x; nil on error.
 *  Errors      ARGUMENT leaf_size, metric, an element that is not finite, a negative weight; SHAPE;
 *              DEVICE; NOMEM.   Syncs.
 */
CX_API cx_neighbor_tree *cx_kd_tree(const cx_array *x, const cx_neighbor_tree_opts *o);
CX_API cx_neighbor_tree *cx_ball_tree(const cx_array *x, const cx_neighbor_tree_opts *o);
CX_API cx_neighbor_tree *cx_neighbor_tree_retain(const cx_neighbor_tree *t);
CX_API void cx_neighbor_tree_release(cx_neighbor_tree *t);
CX_API cx_status cx_neighbor_tree_status(const cx_neighbor_tree *t);
/** The k nearest rows of each row of x (query), nearest first.
 *
 *  @param x    [n, d], any real dtype, finite, on the device of t; not modified.
 *  Errors      ARGUMENT k outside 1 to m, an element that is not finite; SHAPE; DEVICE.
 *  Accuracy    Exact: distances are those of differences; equal ones go by index.
 */
CX_API cx_neighbors cx_neighbor_tree_query(const cx_neighbor_tree *t, const cx_array *x, int64_t k,
                                           const cx_neighbor_query_opts *o);
/** All rows within a radius (query_radius): distance <= r; how many (count_only): int64 [n].
 *
 *  @param x    As for cx_neighbor_tree_query.
 *  @param r    A number, or [n]: a radius for each row of x.
 *  Errors      As for cx_neighbor_tree_query; ARGUMENT r is NaN.   Syncs: reads the count.
 */
CX_API cx_neighborhoods cx_neighbor_tree_query_radius(const cx_neighbor_tree *t, const cx_array *x,
                                                      const cx_array *r,
                                                      const cx_neighbor_query_opts *o);
CX_API cx_array *cx_neighbor_tree_count(const cx_neighbor_tree *t, const cx_array *x,
                                        const cx_array *r);
/** Pairs of a row of x and one of the tree at distance <= r[i] (two_point_correlation): int64
 *  [n_radii]. Radii in any order. Errors as above; SHAPE r is not 1-d. */
CX_API cx_array *cx_neighbor_tree_two_point_correlation(const cx_neighbor_tree *t,
                                                        const cx_array *x, const cx_array *r);
/** Kernels of width h, each of mass 1, at the tree's rows, summed (weighted) at each row of x
 *  (kernel_density): float64 [n]. Sums are exact, there are no tolerances.
 *  Errors      as above; ARGUMENT h, no such kernel. */
CX_API cx_array *cx_neighbor_tree_kernel_density(const cx_neighbor_tree *t, const cx_array *x,
                                                 double h, const cx_neighbor_density_opts *o);
CX_END_DECLS
#endif
