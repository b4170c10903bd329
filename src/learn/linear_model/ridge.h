/* Least squares with an L2 penalty, for Ridge and what is built on it. */
#ifndef CX_LEARN_RIDGE_H
#define CX_LEARN_RIDGE_H
#include "learn/linear_model/linear.h"

/** Rows of the parameter tables that Ridge and RidgeClassifier share. */
#define CX__RIDGE_INTERCEPT                                   \
    {                                                         \
        "fit_intercept", CX_PARAM_BOOL, "True", NULL,         \
            "centre the data; the intercept is not penalised" \
    }
#define CX__RIDGE_COPY_X                                                            \
    {                                                                               \
        "copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed" \
    }
#define CX__RIDGE_MAX_ITER                                            \
    {                                                                 \
        "max_iter", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", \
            "not used: every solver here is direct"                   \
    }
#define CX__RIDGE_TOL                                                                        \
    {                                                                                        \
        "tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "not used: every solver here is direct" \
    }
#define CX__RIDGE_SOLVER                                                                                  \
    {                                                                                                     \
        "solver", CX_PARAM_STR, "'auto'",                                                                 \
            "{'auto', 'svd', 'cholesky', 'lsqr', 'sparse_cg', 'sag', 'saga', 'lbfgs'}",                   \
            "'svd' by singular values; 'lbfgs' needs positive=True; the others by Cholesky: the minimum " \
            "itself, to which scikit-learn's iterative ones come as near as tol says"                     \
    }
#define CX__RIDGE_POSITIVE                                    \
    {                                                         \
        "positive", CX_PARAM_BOOL, "False", NULL,             \
            "coefficients are >= 0; solver 'auto' or 'lbfgs'" \
    }
#define CX__RIDGE_RANDOM_STATE                                                   \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "not used: nothing is drawn"                                         \
    }

/** Do solver and positive go together? */
cx_status cx__ridge_check(const cx_estimator *self);
/** Parameter alpha as one penalty per target, of the open scope. */
cx_status cx__ridge_alphas(const cx_estimator *self, int64_t t, const double **out);
/** coef [t, d] for one penalty per target. by_svd: singular values at once, else Cholesky, and
 *  singular values where a pivot fails. positive: over coefficients >= 0. */
cx_status cx__ridge_coef(const cx__regression *r, const double *alpha, bool by_svd, bool positive,
                         cx_array **coef);
/** The same as self's parameters say. */
cx_status cx__ridge_fit(const cx_estimator *self, const cx__regression *r, const double *alpha,
                        cx_array **coef);
#endif
