/* Scores of clusterings (sklearn.metrics, sklearn.metrics.cluster): two labellings [n] of the same
 * rows, numbers, bool or CX_CAT, or rows and their clusters. Labels and failures as in
 * calx/metrics.h; the dtypes of two labellings may differ. */
#ifndef CALX_METRICS_CLUSTER_H
#define CALX_METRICS_CLUSTER_H
#include <calx/metrics.h>
#include <calx/pairwise.h>

/** What a clustering has of classes: 1 at best. */
typedef struct cx_hcv {
    double homogeneity, completeness, v_measure;
} cx_hcv;

/** Options of the scores of distances. */
typedef struct cx_silhouette_opts {
    size_t struct_size;
    const char *metric; /* of cx_pairwise_distances, or "precomputed"; NULL: euclidean */
    const cx_pairwise_opts *params; /* of the metric */
    int64_t sample_size;            /* score so many rows, drawn; 0: all */
    cx_maybe_i64 random_state;      /* of the draw; not set: from the system's entropy */
} cx_silhouette_opts;

CX_BEGIN
/* ---- two labellings; the options that none of them reads may be NULL */
/** Share of pairs of rows that both put together or both apart; the same beyond chance (-0.5 to
 *  1).
 *  Errors      SHAPE lengths differ. Shared by all below. */
CX_API double cx_rand_score(const cx_array *labels_true, const cx_array *labels_pred,
                            const cx_metric_opts *o);
CX_API double cx_adjusted_rand_score(const cx_array *labels_true, const cx_array *labels_pred,
                                     const cx_metric_opts *o);
/** Geometric mean of the pairs' precision and recall. */
CX_API double cx_fowlkes_mallows_score(const cx_array *labels_true, const cx_array *labels_pred,
                                       const cx_metric_opts *o);
/** Mutual information in nats; over the .average_method of both entropies; the same beyond
 *  chance. */
CX_API double cx_mutual_info_score(const cx_array *labels_true, const cx_array *labels_pred,
                                   const cx_metric_opts *o);
CX_API double cx_normalized_mutual_info_score(const cx_array *labels_true,
                                              const cx_array *labels_pred, const cx_metric_opts *o);
CX_API double cx_adjusted_mutual_info_score(const cx_array *labels_true,
                                            const cx_array *labels_pred, const cx_metric_opts *o);
/** Does each cluster hold one class; is each class in one cluster; harmonic mean with .beta. */
CX_API double cx_homogeneity_score(const cx_array *labels_true, const cx_array *labels_pred,
                                   const cx_metric_opts *o);
CX_API double cx_completeness_score(const cx_array *labels_true, const cx_array *labels_pred,
                                    const cx_metric_opts *o);
CX_API double cx_v_measure_score(const cx_array *labels_true, const cx_array *labels_pred,
                                 const cx_metric_opts *o);
CX_API cx_hcv cx_homogeneity_completeness_v_measure(const cx_array *labels_true,
                                                    const cx_array *labels_pred,
                                                    const cx_metric_opts *o);
/** Entropy of one labelling in nats. */
CX_API double cx_entropy(const cx_array *labels);
/** Counts int64 [classes, clusters] of rows that are in both. */
CX_API cx_array *cx_contingency_matrix(const cx_array *labels_true, const cx_array *labels_pred);
/** Pairs of rows, int64 [2, 2]: apart in both, together in the second only, in the first only, in
 *  both; each pair twice. */
CX_API cx_array *cx_pair_confusion_matrix(const cx_array *labels_true, const cx_array *labels_pred);
/** Mean mutual information of all labellings with the row and column sums of a contingency matrix,
 *  of n_samples rows.
 *  Errors      SHAPE not [classes, clusters]. */
CX_API double cx_expected_mutual_information(const cx_array *contingency, int64_t n_samples);

/* ---- rows x [n, d] and their clusters [n] */
/** (b - a) / max(a, b) of each row, float64 [n]: a the mean distance within its cluster, b to the
 *  nearest other one; 0 where it is alone.   Errors      ARGUMENT 2 to n - 1 clusters; SHAPE. */
CX_API cx_array *cx_silhouette_samples(const cx_array *x, const cx_array *labels,
                                       const cx_silhouette_opts *o);
/** Its mean. */
CX_API double cx_silhouette_score(const cx_array *x, const cx_array *labels,
                                  const cx_silhouette_opts *o);
/** Spread between clusters over spread within: the higher the better. */
CX_API double cx_calinski_harabasz_score(const cx_array *x, const cx_array *labels);
/** Mean over the clusters of the worst (spread + spread) / distance: the lower the better. */
CX_API double cx_davies_bouldin_score(const cx_array *x, const cx_array *labels);
CX_END_DECLS
#endif
