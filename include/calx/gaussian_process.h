/* What Gaussian processes can be asked for besides what all estimators answer
 * (sklearn.gaussian_process), and their kernels by themselves. */
#ifndef CALX_GAUSSIAN_PROCESS_H
#define CALX_GAUSSIAN_PROCESS_H
#include <calx/estimator.h>

/** What is told beside the means. */
typedef enum cx_gaussian_process_spread {
    CX_GAUSSIAN_PROCESS_STD, /* standard deviations, shaped like the means */
    CX_GAUSSIAN_PROCESS_COV  /* covariances [n, n], of several targets [n, n, t] */
} cx_gaussian_process_spread;

/** Of n rows, float64; both nil on failure. */
typedef struct cx_gaussian_process_rows {
    cx_array *mean; /* [n], of several targets [n, t] */
    cx_array *spread;
} cx_gaussian_process_rows;

CX_BEGIN
/** Means at rows and how sure they are (GaussianProcessRegressor.predict with return_std or
 *  return_cov). A model that is not fitted answers by its prior.
 *
 *  @param m       A GaussianProcessRegressor.
 *  @param x       [n, n_features], any real dtype, finite; not modified.
 *  @param spread  Variances below 0 count as 0, with a warning.
 *  @return     New arrays where x is.
 *  Errors      ARGUMENT another class, NaN or infinities in x; SHAPE; DEVICE; PARSE, UNSUPPORTED
 *              of the kernel of a model that is not fitted.   Syncs.
 */
CX_API cx_gaussian_process_rows cx_gaussian_process_predict(const cx_estimator *m,
                                                            const cx_array *x,
                                                            cx_gaussian_process_spread spread);
/** Functions drawn from a fitted regressor, or from the prior of one that is not fitted, at rows
 *  (.sample_y). Signs of the vectors of the covariance are LAPACK's, so a function may be
 *  scikit-learn's mirrored in the mean along one of them.
 *
 *  @param m             A GaussianProcessRegressor.
 *  @param x             As for cx_gaussian_process_predict.
 *  @param n_samples     How many functions, >= 1.
 *  @param random_state  CX_SEED(0) is scikit-learn's default; not set: the system's entropy.
 *  @return     [n, n_samples] float64, of several targets [n, t, n_samples], where x is.
 *  Errors      As for cx_gaussian_process_predict; ARGUMENT n_samples < 1.
 *  Device      Drawn on the host.   Syncs.
 */
CX_API cx_array *cx_gaussian_process_sample_y(const cx_estimator *m, const cx_array *x,
                                              int64_t n_samples, cx_maybe_i64 random_state);
/** Log marginal likelihood of the training data (.log_marginal_likelihood), a classifier's by
 *  Laplace's approximation, and its gradient by theta.
 *
 *  @param m      A fitted GaussianProcessRegressor or GaussianProcessClassifier.
 *  @param theta  [p], logarithms of the hyperparameters that are not fixed, in the order of the
 *                attribute theta_; of a classifier of more than two classes [p], which all its
 *                kernels then have, or as many for each, one behind the other. NULL, value only:
 *                the fitted ones.
 *  @return     The value, minus infinity where the kernel is not positive definite; the mean over
 *              a classifier's binary ones. NaN and a mark on failure. The gradient: [p] float64 on
 *              the CPU, of two classes only; zeros where the value is minus infinity.
 *  Errors      ARGUMENT another class; NOT_FITTED; SHAPE theta; UNSUPPORTED the gradient for more
 *              than two classes.   Syncs.
 */
CX_API double cx_gaussian_process_log_marginal_likelihood(const cx_estimator *m,
                                                          const cx_array *theta);
CX_API cx_array *cx_gaussian_process_log_marginal_likelihood_gradient(const cx_estimator *m,
                                                                      const cx_array *theta);
/** Means and variances of the latent function of a classifier of two classes at rows
 *  (.latent_mean_and_variance).
 *
 *  @param m    A fitted GaussianProcessClassifier.
 *  @param x    [n, n_features], any real dtype, finite; not modified.
 *  @return     Means, and as .spread variances, [n] each.
 *  Errors      ARGUMENT another class, NaN or infinities in x; NOT_FITTED; SHAPE; DEVICE;
 *              UNSUPPORTED more than two classes.   Syncs.
 */
CX_API cx_gaussian_process_rows cx_gaussian_process_latent(const cx_estimator *m,
                                                           const cx_array *x);
/** Kernel matrix of a text such as "1.0 * RBF([1.0, 2.0]) + WhiteKernel(0.1)", and its diagonal for
 *  x with itself.
 *
 *  @param kernel  As the parameter kernel of the estimators.
 *  @param x       [n, d], any real dtype, finite; not modified.
 *  @param y       [m, d], on x's device; NULL: x with itself, where white noise counts.
 *  @return     New float64 [n, m], or [n], where x is.
 *  Errors      PARSE with the place that is wrong; UNSUPPORTED; SHAPE; DEVICE; DTYPE complex.
 */
CX_API cx_array *cx_gaussian_process_kernel(const char *kernel, const cx_array *x,
                                            const cx_array *y);
CX_API cx_array *cx_gaussian_process_kernel_diag(const char *kernel, const cx_array *x);
CX_END_DECLS
#endif
