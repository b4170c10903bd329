/* Functions of sklearn.cluster beside the estimators. */
#ifndef CALX_CLUSTER_H
#define CALX_CLUSTER_H
#include <calx/array.h>

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
CX_END_DECLS
#endif
