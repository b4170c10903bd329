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
CX_END_DECLS
#endif
