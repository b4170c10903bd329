/* Models of rows as normally distributed: a few loadings and noise of the columns, which PCA,
 * incremental PCA and factor analysis end in. */
#ifndef CX_LEARN_GAUSSIAN_H
#define CX_LEARN_GAUSSIAN_H
#include "learn/base/estimator.h"

/** Covariance loadings^T loadings + diag(noise), all float64: loadings [k, d], noise [d] or []. */
typedef struct cx__gaussian {
    const cx_array *mean, *loadings, *noise;
} cx__gaussian;

/** First slots of PCA and IncrementalPCA. */
enum {
    CX__PCA_COMPONENTS,
    CX__PCA_VARIANCE,
    CX__PCA_RATIO,
    CX__PCA_SINGULAR,
    CX__PCA_MEAN,
    CX__PCA_NOISE,
    CX__PCA_COUNT,
    CX__PCA_SLOTS
};
#define CX__PCA_ATTRS                                                                              \
    "components_: float [k, n]", "explained_variance_: float [k]",                                 \
        "explained_variance_ratio_: float [k]", "singular_values_: float [k]", "mean_: float [n]", \
        "noise_variance_: float []", "n_components_: int []"
/** Of FactorAnalysis. */
enum { CX__FACTOR_COMPONENTS, CX__FACTOR_MEAN, CX__FACTOR_NOISE, CX__FACTOR_SLOTS };

/** What whitening divides by [k]; NULL: no whitening. */
cx_array *cx__pca_deviations(const cx_estimator *self);
/** .plan, .inverse_transform of both PCAs. */
cx_status cx__pca_plan(const cx_estimator *self, cx_plan *p);
cx_array *cx__pca_inverse(const cx_estimator *self, const cx_array *x);

/** Log-likelihoods [n] of rows: .score_samples; their mean: .score. */
cx_array *cx__gaussian_samples(const cx_estimator *self, const cx_array *x);
double cx__gaussian_score(const cx_estimator *self, const cx_data *d);
/** Plan and row kernel of score_samples. */
cx_status cx__gaussian_plan(const cx_estimator *self, cx_plan *p);
cx_row_kernel cx__gaussian_into;
#endif
