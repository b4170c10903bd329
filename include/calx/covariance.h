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

/** How graphical_lasso solves for one column. */
typedef enum cx_graphical_mode { CX_GRAPHICAL_CD, CX_GRAPHICAL_LARS } cx_graphical_mode;
typedef struct cx_graphical_lasso_opts {
    size_t struct_size;
    cx_graphical_mode mode; /* coordinate descent, or least angle regression */
    double tol;             /* rounds end when the duality gap is below it; 0: 1e-4 */
    double enet_tol;        /* tolerance of a descent; 0: 1e-4 */
    int64_t max_iter;       /* most rounds; 0: 100 */
    double eps;             /* least pivot of least angle regression; 0: 2^-52 */
} cx_graphical_lasso_opts;
typedef struct cx_graphical_lasso_result {
    cx_array *covariance, *precision; /* [d, d] */
    cx_array *costs;                  /* [rounds, 2]: objective and duality gap */
    int64_t n_iter;
} cx_graphical_lasso_result;

typedef struct cx_fast_mcd_opts {
    size_t struct_size;
    double support_fraction;   /* share of the rows in the subset; 0: (n + d + 1) / 2 rows */
    cx_maybe_i64 random_state; /* seed of a RandomState; not set: the system's entropy */
} cx_fast_mcd_opts;
typedef struct cx_fast_mcd_result {
    cx_array *location;   /* [d] */
    cx_array *covariance; /* [d, d], not corrected */
    cx_array *support;    /* bool [n]: the rows that it was computed from */
    cx_array *dist;       /* [n] their squared distances, by that location and covariance */
} cx_fast_mcd_result;

CX_BEGIN
/** Sparse precision of a covariance: the maximum of the likelihood less alpha times the sizes of
 *  the precision's entries off the diagonal (sklearn.covariance.graphical_lasso).
 *
 *  @param covariance  [d, d], d >= 2, any real dtype; not modified.
 *  @param alpha       Strength of the penalty, >= 0; 0 gives the inverse.
 *  @param o           NULL: scikit-learn's defaults.
 *  @return     float64 arrays on the covariance's device; nils and 0 rounds on failure.
 *  Errors      SHAPE; DTYPE; ARGUMENT a negative number, or one that is not finite; SINGULAR too
 *              ill-conditioned. CONVERGENCE is a warning only.
 *  Device      Serial over columns: on the host, wherever the covariance is.   Syncs.
 *  Source      Friedman, Hastie, Tibshirani, Biostatistics 9 (2008).
 */
CX_API cx_graphical_lasso_result cx_graphical_lasso(const cx_array *covariance, double alpha,
                                                    const cx_graphical_lasso_opts *o);
/** Minimum covariance determinant: location and covariance of the rows that lie closest together
 *  (sklearn.covariance.fast_mcd), found from the same random subsets.
 *
 *  @param x    [n, d], n >= 2, any real dtype, finite; not modified.
 *  @param o    NULL: scikit-learn's defaults.
 *  @return     float64 arrays and a mask on x's device; nils on failure.
 *  Errors      SHAPE; DTYPE; ARGUMENT NaN or infinities, or a subset without rows.
 *  Syncs       Reads the determinants of each step.
 *  Source      Rousseeuw, van Driessen, Technometrics 41 (1999).
 */
CX_API cx_fast_mcd_result cx_fast_mcd(const cx_array *x, const cx_fast_mcd_opts *o);
/** Squared Mahalanobis distances of rows from the fitted location (EmpiricalCovariance.mahalanobis,
 *  of every class of that family).
 *
 *  @param m    A fitted EmpiricalCovariance, ShrunkCovariance, LedoitWolf, OAS, GraphicalLasso,
 *              GraphicalLassoCV, MinCovDet or EllipticEnvelope.
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
