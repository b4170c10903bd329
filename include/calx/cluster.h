/* Functions of sklearn.cluster beside the estimators. */
#ifndef CALX_CLUSTER_H
#define CALX_CLUSTER_H
#include <calx/estimator.h>
#include <calx/pairwise.h>

typedef struct cx_kmeans_plusplus_opts {
    size_t struct_size;
    const cx_array *sample_weight; /* [n], not negative; NULL: 1 */
    cx_maybe_i64 random_state;     /* CX_SEED(0): reproducible; not set: the system's entropy */
    int64_t n_local_trials;        /* points tried for each centre; 0: 2 + log(n_clusters) */
} cx_kmeans_plusplus_opts;
typedef struct cx_kmeans_plusplus_result {
    cx_array *centers; /* [n_clusters, d], x's float dtype */
    cx_array *indices; /* int64 [n_clusters]: the rows of x that they are */
} cx_kmeans_plusplus_result;
typedef struct cx_estimate_bandwidth_opts {
    size_t struct_size;
    cx_maybe_f64 quantile;     /* share of the rows that count as near, 0 to 1; not set: 0.3 */
    int64_t n_samples;         /* rows drawn first; 0: all */
    cx_maybe_i64 random_state; /* not set: seed 0, as in scikit-learn */
} cx_estimate_bandwidth_opts;
typedef struct cx_cluster_optics_xi_opts {
    size_t struct_size;
    double min_cluster_size; /* rows of a valley, or up to 1 their share; 0: min_samples */
    cx_maybe_f64 xi;         /* steepness of a valley's sides, 0 to 1; not set: 0.05 */
    bool uncorrected;        /* predecessor_correction=False */
} cx_cluster_optics_xi_opts;
typedef struct cx_cluster_optics_xi_result {
    cx_array *labels;   /* int64 [n]: of the finest valley, -1 is noise */
    cx_array *clusters; /* int64 [c, 2]: first and last place of each valley, inner ones first */
} cx_cluster_optics_xi_result;
typedef struct cx_compute_optics_graph_opts {
    size_t struct_size;
    cx_maybe_f64 max_eps;      /* rows farther apart are not near; not set: infinity */
    const char *metric;        /* of cx_pairwise_distances, or 'precomputed'; NULL: minkowski */
    cx_pairwise_opts pairwise; /* p (2), w, v, vi of the metric */
} cx_compute_optics_graph_opts;
typedef struct cx_compute_optics_graph_result {
    cx_array *ordering;       /* int64 [n]: rows as they are visited */
    cx_array *core_distances; /* float64 [n], by row; infinity: beyond max_eps */
    cx_array *reachability;   /* float64 [n], by row; infinity: where a walk begins */
    cx_array *predecessor;    /* int64 [n], by row: where the step to it begins; -1: none */
} cx_compute_optics_graph_result;

CX_BEGIN
/** First centres for k-means by the greedy k-means++ (sklearn.cluster.kmeans_plusplus): each is the
 *  best of a few rows drawn with probability proportional to the squared distance from those
 *  before. The same seed gives scikit-learn's rows.
 *
 *  @param x           [n, d], any real dtype, finite; not modified.
 *  @param n_clusters  1 to n.
 *  @param o           NULL: all defaults.
 *  @return     New arrays on x's device; nils on error.
 *  Errors      SHAPE x not 2-d, sample_weight not [n]; DTYPE complex; ARGUMENT n_clusters not in
 *              [1, n], n_local_trials not in [0, 64], NaN or an infinity; DEVICE mixed.
 *  Device      Numbers are drawn on the host, everything else stays with x.   Syncs.
 *  Source      Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007.
 */
CX_API cx_kmeans_plusplus_result cx_kmeans_plusplus(const cx_array *x, int64_t n_clusters,
                                                    const cx_kmeans_plusplus_opts *o);
/** A bandwidth for MeanShift (sklearn.cluster.estimate_bandwidth): the mean distance of the rows
 *  from the farthest of their nearest ones, quantile * n of them with the row itself.
 *
 *  @param x    [n, d], any real dtype, finite; not modified.
 *  @param o    NULL: all defaults.
 *  @return     The bandwidth; NaN and a mark on error.
 *  Errors      SHAPE x not 2-d or empty; DTYPE complex; ARGUMENT quantile not in [0, 1], n_samples
 *              negative, NaN or an infinity.
 *  Device      Where x is, a block of distances at a time; the sample is drawn on the host. Syncs.
 */
CX_API double cx_estimate_bandwidth(const cx_array *x, const cx_estimate_bandwidth_opts *o);
/** Labels as DBSCAN without rows at borders gives them, from a fitted HDBSCAN
 *  (HDBSCAN.dbscan_clustering): its tree cut at a distance.
 *
 *  @param m                 A fitted HDBSCAN.
 *  @param cut_distance      Rows whose mutual reachability is below it are of one cluster.
 *  @param min_cluster_size  Smaller clusters are noise; 0: 5.
 *  @return     int64 [n] where the model is: -1 noise, -3 rows with NaN; nil on error.
 *  Errors      ARGUMENT another class, a NaN as distance, a negative size; NOT_FITTED.
 *  Device      On the host, wherever the model is.   Syncs.
 */
CX_API cx_array *cx_dbscan_clustering(const cx_estimator *m, double cut_distance,
                                      int64_t min_cluster_size);
/** Labels as DBSCAN gives them, but for rows at borders, from the attributes of an OPTICS
 *  (sklearn.cluster.cluster_optics_dbscan).
 *
 *  @param reachability    [n], real.
 *  @param core_distances  [n], real.
 *  @param ordering        [n], a permutation of 0 .. n - 1.
 *  @param eps             Where the plot is cut.
 *  @return     int64 [n] on the device of reachability; nil on error.
 *  Errors      SHAPE; DTYPE; DEVICE mixed; ARGUMENT a negative or NaN eps, no permutation.
 *  Device      On the host, wherever the arrays are.   Syncs.
 */
CX_API cx_array *cx_cluster_optics_dbscan(const cx_array *reachability,
                                          const cx_array *core_distances, const cx_array *ordering,
                                          double eps);
/** Clusters as valleys of the plot of an OPTICS (sklearn.cluster.cluster_optics_xi).
 *
 *  @param reachability  [n], real.
 *  @param predecessor   [n], -1 or a row.
 *  @param ordering      [n], a permutation of 0 .. n - 1.
 *  @param min_samples   Rows within a core distance, or up to 1 their share.
 *  @param o             NULL: all defaults.
 *  @return     New arrays on the device of reachability; nils on error.
 *  Errors      SHAPE; DTYPE; DEVICE mixed; ARGUMENT options, more samples than rows, no
 *              permutation, a predecessor that is no row.
 *  Device      On the host, wherever the arrays are.   Syncs.
 *  Source      Ankerst, Breunig, Kriegel and Sander, SIGMOD 1999.
 */
CX_API cx_cluster_optics_xi_result cx_cluster_optics_xi(const cx_array *reachability,
                                                        const cx_array *predecessor,
                                                        const cx_array *ordering,
                                                        double min_samples,
                                                        const cx_cluster_optics_xi_opts *o);
/** The plot of an OPTICS without clusters (sklearn.cluster.compute_optics_graph), for
 *  cx_cluster_optics_xi and cx_cluster_optics_dbscan.
 *
 *  @param x            [n, d], any real dtype, finite; with 'precomputed' distances [n, n].
 *  @param min_samples  Rows within a core distance, itself among them, or up to 1 their share.
 *  @param o            NULL: all defaults.
 *  @return     New arrays on x's device; nils on error.
 *  Errors      SHAPE x not 2-d, empty, or 'precomputed' and not square; DTYPE complex; ARGUMENT
 *              min_samples not above 0 or more than n, max_eps negative or NaN, no such metric, NaN
 *              or an infinity.
 *  Device      Neighbours where x is, the walk from row to row on the host.   Syncs.
 *  Source      Ankerst, Breunig, Kriegel and Sander, SIGMOD 1999.
 */
CX_API cx_compute_optics_graph_result cx_compute_optics_graph(
    const cx_array *x, double min_samples, const cx_compute_optics_graph_opts *o);
CX_END_DECLS
#endif
