/* What fitted mixtures can be asked for besides their attributes (sklearn.mixture). */
#ifndef CALX_MIXTURE_H
#define CALX_MIXTURE_H
#include <calx/estimator.h>

/** Rows drawn from a mixture; both nil on failure. */
typedef struct cx_mixture_rows {
    cx_array *x;      /* [n, d] float64, component by component */
    cx_array *labels; /* [n] int64: their components, ascending */
} cx_mixture_rows;

CX_BEGIN
/** Draw rows from a fitted mixture (GaussianMixture.sample, BayesianGaussianMixture.sample), by
 *  its random_state: an integer gives the same rows every time. Signs of the vectors of a full or
 *  tied covariance are LAPACK's, so such rows may be scikit-learn's mirrored in their mean.
 *
 *  @param m    A fitted GaussianMixture or BayesianGaussianMixture.
 *  @param n    How many, >= 1.
 *  @return     Rows and components on the model's device.
 *  Errors      ARGUMENT another class, n < 1; NOT_FITTED.
 *  Device      Drawn on the host.   Syncs.
 */
CX_API cx_mixture_rows cx_mixture_sample(const cx_estimator *m, int64_t n);
/** Akaike's and the Bayesian information criterion of rows under a fitted GaussianMixture (.aic,
 *  .bic): the lower the better.
 *
 *  @param m    A fitted GaussianMixture.
 *  @param x    [n, n_features], any real dtype; not modified.
 *  @return     NaN and a mark on failure.
 *  Errors      ARGUMENT another class, NaN or infinities in x; NOT_FITTED; SHAPE; DEVICE.   Syncs.
 */
CX_API double cx_mixture_aic(const cx_estimator *m, const cx_array *x);
CX_API double cx_mixture_bic(const cx_estimator *m, const cx_array *x);
CX_END_DECLS
#endif
