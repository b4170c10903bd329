/* Distances and kernels between rows (sklearn.metrics.pairwise): x [n, d] and y [m, d], or NULL for
 * x itself; the result is [n, m], float32 if both are, else float64, on their device. */
#ifndef CALX_PAIRWISE_H
#define CALX_PAIRWISE_H
#include <calx/array.h>

/** Parameters; each metric or kernel reads its own. */
typedef struct cx_pairwise_opts {
    size_t struct_size;
    bool squared;                /* euclidean, nan_euclidean: no root */
    cx_maybe_f64 missing_values; /* nan_euclidean: NaN if not set */
    cx_maybe_f64 gamma;          /* kernels: 1 / d if not set */
    cx_maybe_f64 coef0, degree;  /* polynomial, sigmoid: 1 and 3 */
    cx_maybe_f64 p;              /* minkowski: 2 */
    const cx_array *w;           /* [d] weights of minkowski */
    const cx_array *v;           /* [d] variances of seuclidean; NULL, without y: x's own */
    const cx_array *vi;          /* [d, d] inverse covariance of mahalanobis, positive definite;
                                  * NULL, without y: x's own */
    bool by_columns;             /* argmin: the nearest x of each y (axis=0) */
    size_t working_memory;       /* bytes of a piece of cx_pairwise_distances_chunked; 0: 1 GiB */
} cx_pairwise_opts;

/** Where the nearest row is, and how far: int64 [n], float [n]; both nil on failure. */
typedef struct cx_nearest {
    cx_array *index, *distance;
} cx_nearest;

/** One piece of a distance matrix: rows start .. start + rows of x against all of y, of the scope
 *  of the call. Anything but CX_OK ends the walk and is handed back. */
typedef cx_status cx_pairwise_fn(void *ctx, const cx_array *distances, int64_t start);

/** A kernel of the program's: out [n, m], all of it, from rows x [n, d] and y [m, d]; all three C
 *  order float64 memory of the host. A value depends on its two rows alone, and is the same with
 *  them exchanged. Called by several threads at once, each inside a scope of its own; what it
 *  returns, or marks in that scope, ends the work and reaches the caller. */
typedef cx_status cx_pairwise_kernel_fn(void *context, const double *x, int64_t n, const double *y,
                                        int64_t m, int64_t d, double *out);

CX_BEGIN
/** Distances by the name of the metric: euclidean (l2), manhattan (l1, cityblock), cosine,
 *  haversine, nan_euclidean, precomputed (x itself), and SciPy's braycurtis, canberra, chebyshev,
 *  correlation, dice, hamming, jaccard, mahalanobis, matching, minkowski, rogerstanimoto,
 *  russellrao, seuclidean, sokalsneath, sqeuclidean, yule; or a formula of two rows, as of
 *  cx_pairwise_kernels, such as "x, y: max(abs(x - y), axis=-1)", which may name p where that is
 *  set. Wherever an estimator takes a metric by name (DBSCAN, HDBSCAN, OPTICS,
 *  AgglomerativeClustering, the classes of neighbours, embeddings) a formula serves as well; rows
 *  are then compared with all others, and no tree is grown.
 *  Errors      ARGUMENT no such metric (with a suggestion), NaN or infinity in x or y, negative
 *              entries of a precomputed matrix, a formula that gives NaN; PARSE and SHAPE of a
 *              formula; SHAPE columns differ; DEVICE.   Syncs.
 *  Accuracy    Near rows lose no digits: where the expanded square cancels, differences decide. */
CX_API cx_array *cx_pairwise_distances(const cx_array *x, const cx_array *y, const char *metric,
                                       const cx_pairwise_opts *o);
/** The same, named. Haversine: [n, 2] latitude and longitude in radians, on the unit sphere.
 *  nan_euclidean: missing coordinates are left out and the rest scaled up; NaN where nothing is
 *  left. */
CX_API cx_array *cx_euclidean_distances(const cx_array *x, const cx_array *y,
                                        const cx_pairwise_opts *o);
CX_API cx_array *cx_manhattan_distances(const cx_array *x, const cx_array *y);
CX_API cx_array *cx_cosine_distances(const cx_array *x, const cx_array *y);
CX_API cx_array *cx_haversine_distances(const cx_array *x, const cx_array *y);
CX_API cx_array *cx_nan_euclidean_distances(const cx_array *x, const cx_array *y,
                                            const cx_pairwise_opts *o);
/** Distances in pieces of rows of x, of o->working_memory bytes at most (one row at least). */
CX_API CX_MUST cx_status cx_pairwise_distances_chunked(const cx_array *x, const cx_array *y,
                                                       const char *metric,
                                                       const cx_pairwise_opts *o,
                                                       cx_pairwise_fn *piece, void *ctx);
/** The nearest row of y for each row of x (.by_columns: of x for each row of y), the first of equal
 *  ones; and its distance. */
CX_API cx_array *cx_pairwise_distances_argmin(const cx_array *x, const cx_array *y,
                                              const char *metric, const cx_pairwise_opts *o);
CX_API cx_nearest cx_pairwise_distances_argmin_min(const cx_array *x, const cx_array *y,
                                                   const char *metric, const cx_pairwise_opts *o);

/** Kernels by name: linear, polynomial (poly), rbf, laplacian, sigmoid, cosine, additive_chi2,
 *  chi2, precomputed; a name of cx_pairwise_kernel_register; or a formula of calx/eval.h over the
 * two rows:
 *
 *      "x, y: exp(-0.5 * sum((x - y)**2, axis=-1))"
 *      "x, y, gamma: 1 / (1 + gamma * sum(abs(x - y), axis=-1))"
 *
 *  The first two names are rows [n, 1, d] and [1, m, d] in float64, of which it makes [n, m] by
 *  sums over the last axis; it sees them in blocks, so that a value has to depend on its two rows
 *  alone. Where rows occur only in sum((x - y)**2, axis=-1), sum(x * y, axis=-1) and
 *  sum(abs(x - y), axis=-1), these are made as for the kernels above, at their speed; other
 *  intermediate values are a few MiB at a time (on a GPU 128). Further names are gamma, coef0 and
 *  degree with the values of o or their defaults.
 *
 *  Where an estimator takes a kernel by name (SVC, NuSVC, SVR, NuSVR, OneClassSVM, KernelRidge,
 *  KernelPCA, Nystroem, SpectralClustering's affinity, LabelPropagation, LabelSpreading) both serve
 *  as well: SVC(kernel='x, y, gamma: ...'). Further names are then the class's parameters that are
 *  numbers, gamma after 'scale' and 'auto' became one. Support vectors are kept, so that a machine
 *  answers for any rows; sessions know the library's kernels only (UNSUPPORTED).
 *
 *  Errors      as cx_pairwise_distances; ARGUMENT no such kernel, chi2 of negative numbers, names
 *              of a formula; PARSE the formula, with the column; SHAPE of what it gives; what a
 *              function returns. */
CX_API cx_array *cx_pairwise_kernels(const cx_array *x, const cx_array *y, const char *metric,
                                     const cx_pairwise_opts *o);
/** x . y; (gamma x . y + coef0)^degree; exp(-gamma |x - y|^2); exp(-gamma |x - y|_1);
 *  tanh(gamma x . y + coef0); x . y / (|x| |y|). */
CX_API cx_array *cx_linear_kernel(const cx_array *x, const cx_array *y);
CX_API cx_array *cx_polynomial_kernel(const cx_array *x, const cx_array *y,
                                      const cx_pairwise_opts *o);
CX_API cx_array *cx_rbf_kernel(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o);
CX_API cx_array *cx_laplacian_kernel(const cx_array *x, const cx_array *y,
                                     const cx_pairwise_opts *o);
CX_API cx_array *cx_sigmoid_kernel(const cx_array *x, const cx_array *y, const cx_pairwise_opts *o);
CX_API cx_array *cx_cosine_similarity(const cx_array *x, const cx_array *y);

/** Make a function of the program's a kernel by name, in this process: what cx_pairwise_kernels and
 *  parameters of estimators then know it by, and specs, searches and files with them. A saved model
 *  holds the name: loading asks for nothing, using it does. Rows of a GPU go to the host for it
 *  and its values back.
 *
 *  A name that is registered already gets the new function. fit and every other call hold theirs
 *  from beginning to end, whatever becomes of the name meanwhile.
 *
 *  @param name     Letters, digits and _, at most 63, no word of cx_pairwise_kernels; copied.
 *  @param context  First argument of fn. NULL is one too.
 *  @param release  NULL, or called once with context when the name stands for another function or
 *                  for none and the last call under way has ended, on the thread that ended it.
 *                  Not called if this fails.
 *  Errors      NULL; ARGUMENT the name; NOMEM.   Any thread. */
CX_API CX_MUST cx_status cx_pairwise_kernel_register(const char *name, cx_pairwise_kernel_fn *fn,
                                                     void *context, void (*release)(void *context));
/** The name stands for nothing from now on: estimators that use it fail with ARGUMENT.
 *  Errors      NULL; ARGUMENT it is not registered.   Any thread. */
CX_API CX_MUST cx_status cx_pairwise_kernel_unregister(const char *name);
CX_END_DECLS
#endif
