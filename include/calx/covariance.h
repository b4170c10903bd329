/* What fitted covariance estimators can be asked for besides their attributes
 * (sklearn.covariance). */
#ifndef CALX_COVARIANCE_H
#define CALX_COVARIANCE_H
#include <calx/estimator.h>

/** Norm of the difference of two covariances. */
typedef enum cx_error_norm_kind {
    CX_ERROR_FROBENIUS, /* sum of squares */
    CX_ERROR_SPECTRAL   /* largest singular value of error^T error */
} cx_error_norm_kind;
typedef struct cx_error_norm_opts {
    size_t struct_size;
    cx_error_norm_kind norm;
    bool unscaled; /* not divided by the number of features (scaling=False) */
    bool root;     /* the square root of it all (squared=False) */
} cx_error_norm_opts;

CX_BEGIN
/** Squared Mahalanobis distances of rows from the fitted location (EmpiricalCovariance.mahalanobis,
 *  of every class of that family).
 *
 *  @param m    A fitted EmpiricalCovariance, ShrunkCovariance, LedoitWolf or OAS.
 *  @param x    [n, n_features], any real dtype; not modified.
 *  @return     New float64 array [n].
 *  Errors      ARGUMENT another class, NaN or infinities in x; NOT_FITTED; SHAPE; DEVICE.
 */
CX_API cx_array *cx_mahalanobis(const cx_estimator *m, const cx_array *x);
/** How far the fitted covariance is from another one (EmpiricalCovariance.error_norm).
 *
 *  @param m           As above.
 *  @param covariance  [n_features, n_features], any real dtype; not modified.
 *  @param o           NULL: the Frobenius norm, scaled and squared.
 *  @return            NaN and a mark on failure.
 *  Errors      ARGUMENT another class or norm; NOT_FITTED; SHAPE; DEVICE.   Syncs.
 */
CX_API double cx_error_norm(const cx_estimator *m, const cx_array *covariance,
                            const cx_error_norm_opts *o);
CX_END_DECLS
#endif
