/* What the classes of sklearn.decomposition can be asked for besides their methods, and its
 * functions. */
#ifndef CALX_DECOMPOSITION_H
#define CALX_DECOMPOSITION_H
#include <calx/estimator.h>

/** Options of cx_non_negative_factorization. */
typedef struct cx_nmf_opts {
    size_t struct_size;
    const cx_array *w, *h; /* where to begin (init='custom'): both, or h alone with .fixed_h */
    int64_t n_components;  /* 0: those of h, or as many as x has columns */
    const char *init; /* "random", "nndsvd", "nndsvda", "nndsvdar"; NULL: scikit-learn's choice */
    bool fixed_h;     /* only w is sought (update_H=False) */
    bool multiplicative;    /* solver='mu'; else 'cd' */
    cx_maybe_f64 beta_loss; /* not set: 2, the squared difference; 1 Kullback-Leibler's, 0
                             * Itakura-Saito's divergence */
    cx_maybe_f64 tol;       /* not set: 1e-4 */
    int64_t max_iter;       /* 0: 200 */
    double alpha_w, l1_ratio;
    cx_maybe_f64 alpha_h; /* not set: alpha_w */
    bool shuffle;
    cx_maybe_i64 random_state; /* not set: the system's entropy */
} cx_nmf_opts;
typedef struct cx_nmf_result {
    cx_array *w, *h; /* [n, k], [k, d] */
    int64_t n_iter;
} cx_nmf_result;

/** Options of cx_perplexity. */
typedef struct cx_perplexity_opts {
    size_t struct_size;
    bool sub_sampling; /* x is a part of total_samples documents */
} cx_perplexity_opts;

CX_BEGIN
/** Covariance of the data by the fitted model, and its inverse (PCA.get_covariance and
 *  get_precision).
 *
 *  @param m    A fitted PCA, IncrementalPCA or FactorAnalysis.
 *  @return     New float64 arrays [n_features, n_features] on the model's device.
 *  Errors      ARGUMENT another class; NOT_FITTED; SINGULAR a covariance without an inverse.
 *              Syncs: the second one.
 */
CX_API cx_array *cx_get_covariance(const cx_estimator *m);
CX_API cx_array *cx_get_precision(const cx_estimator *m);
/** Non-negative factors of a non-negative matrix, x = w h nearly
 *  (sklearn.decomposition.non_negative_factorization).
 *
 *  @param x    [n, d], any real dtype, no number below 0; not modified.
 *  @param o    NULL: scikit-learn's defaults.
 *  @return     float64 arrays on x's device; nils and 0 on failure.
 *  Errors      SHAPE; DTYPE; NULL w without h; ARGUMENT a negative number in x, w or h, a
 * divergence that coordinate descent has not, an option out of its range. CONVERGENCE is a warning
 *              only.   Syncs: reads a number each round.
 *  Source      Cichocki, Phan, IEICE Trans. E92-A (2009); Fevotte, Idier, Neural Computation 23
 *              (2011).
 */
CX_API cx_nmf_result cx_non_negative_factorization(const cx_array *x, const cx_nmf_opts *o);
/** exp of minus the bound of a word's log-likelihood (LatentDirichletAllocation.perplexity).
 *
 *  @param m    A fitted LatentDirichletAllocation.
 *  @param x    [n, n_features] counts, any real dtype; not modified.
 *  @param o    NULL: x is all there is.
 *  @return     NaN and a mark on failure.
 *  Errors      ARGUMENT another class, a negative number in x; NOT_FITTED; SHAPE; DEVICE.   Syncs.
 */
CX_API double cx_perplexity(const cx_estimator *m, const cx_array *x, const cx_perplexity_opts *o);
CX_END_DECLS
#endif
