/* Embeddings of rows in few coordinates (sklearn.manifold): what there is besides the estimators
 * TSNE, UMAP, SpectralEmbedding, Isomap, LocallyLinearEmbedding, MDS and ClassicalMDS. */
#ifndef CALX_MANIFOLD_H
#define CALX_MANIFOLD_H
#include <calx/estimator.h>

typedef struct cx_trustworthiness_opts {
    size_t struct_size;
    int64_t n_neighbors; /* 0: 5; less than half of the rows */
    const char *metric;  /* of x, as cx_pairwise_distances; NULL: euclidean */
} cx_trustworthiness_opts;

typedef struct cx_spectral_embedding_opts {
    size_t struct_size;
    int64_t n_components;      /* 0: 8 */
    cx_maybe_i64 random_state; /* seed of the first vector; not set: the system's entropy */
    double eigen_tol;          /* relative error of eigenvalues; 0: to the last digits */
    bool plain_laplacian;      /* norm_laplacian=False */
    bool keep_first;           /* drop_first=False: with the constant vector */
} cx_spectral_embedding_opts;

/** What is told of the stress: its own sum, or divided by that of the squared distances, as a root
 *  (Stress-1); AUTO: the latter without a metric. */
typedef enum cx_stress_kind { CX_STRESS_AUTO, CX_STRESS_RAW, CX_STRESS_NORMALIZED } cx_stress_kind;
typedef struct cx_smacof_opts {
    size_t struct_size;
    bool nonmetric;       /* only the order of dissimilarities counts, and 0 is a missing one */
    int64_t n_components; /* 0: 2 */
    const cx_array *init; /* first positions [n, n_components]; NULL: random ones */
    int64_t n_init;       /* runs, the best of which counts; 0: 1 */
    int64_t max_iter;     /* 0: 300 */
    double eps;           /* change of stress, by the distances, that ends a run; 0: 1e-6 */
    cx_maybe_i64 random_state; /* seed of a RandomState; not set: the system's entropy */
    cx_stress_kind stress;
} cx_smacof_opts;
typedef struct cx_smacof_result {
    cx_array *embedding; /* [n, n_components] float64 */
    double stress;
    int64_t n_iter; /* of the best run */
} cx_smacof_result;

CX_BEGIN
/** How far an embedding's neighbours are neighbours in x: 1 less a penalty for each that is not, by
 *  its rank there (sklearn.manifold.trustworthiness).
 *
 *  @param x         [n, d], any real dtype, or with metric "precomputed" distances [n, n].
 *  @param embedded  [n, k], any real dtype, on x's device.
 *  @param o         NULL: scikit-learn's defaults.
 *  @return     0 to 1; NaN and a mark on failure. Rows equally far are ranked by their numbers.
 *  Errors      SHAPE; DTYPE; DEVICE; ARGUMENT n_neighbors, the metric, NaN or infinities.
 *  Device      Distances on the arrays' device, their ranks on the host.   Syncs.
 *  Source      Venna and Kaski, ICANN 2001.
 */
CX_API double cx_trustworthiness(const cx_array *x, const cx_array *embedded,
                                 const cx_trustworthiness_opts *o);
/** The first eigenvectors of a graph's Laplacian (sklearn.manifold.spectral_embedding), over the
 *  roots of the degrees, signs so that the largest entry of each is positive.
 *
 *  @param affinity  [n, n], any real dtype, symmetric (else the mean of both directions is taken,
 *                   with a warning); not modified.
 *  @param o         NULL: scikit-learn's defaults.
 *  @return     New array [n, n_components], float32 if affinity is, else float64, on its device;
 * nil on failure. Errors      SHAPE; DTYPE; ARGUMENT options, NaN or infinities, more components
 * than rows; CONVERGENCE. Device      On the host, wherever affinity is.   Syncs. Source      Ng,
 * Jordan and Weiss, NIPS 2001.
 */
CX_API cx_array *cx_spectral_embedding(const cx_array *affinity,
                                       const cx_spectral_embedding_opts *o);
/** How far the kernel of an Isomap's paths is from that of its embedding
 *  (Isomap.reconstruction_error).
 *
 *  @param m    A fitted Isomap.
 *  @return     NaN and a mark on failure.
 *  Errors      ARGUMENT another class; NOT_FITTED.   Syncs.
 */
CX_API double cx_isomap_reconstruction_error(const cx_estimator *m);
/** Positions whose distances are as near as can be to dissimilarities (sklearn.manifold.smacof).
 *
 *  @param dissimilarities  [n, n], symmetric, any real dtype; not modified.
 *  @param o    NULL: scikit-learn's defaults.
 *  @return     embedding on their device; nil, NaN and 0 on failure.
 *  Errors      SHAPE; DTYPE; ARGUMENT not symmetric, or an option.
 *  Device      On the host, wherever they are.   Syncs.
 *  Source      Borg and Groenen, Modern Multidimensional Scaling (2005).
 */
CX_API cx_smacof_result cx_smacof(const cx_array *dissimilarities, const cx_smacof_opts *o);
CX_END_DECLS
#endif
