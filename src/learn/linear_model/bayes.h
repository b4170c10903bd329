/* What BayesianRidge and ARDRegression share. */
#ifndef CX_LEARN_BAYES_H
#define CX_LEARN_BAYES_H
#include "learn/linear_model/serial/normal.h"

/** First slots of both. */
enum {
    CX__BAYES_ALPHA = CX__LINEAR_SLOTS,
    CX__BAYES_LAMBDA,
    CX__BAYES_SIGMA,
    CX__BAYES_SCORES,
    CX__BAYES_N_ITER,
    CX__BAYES_OFFSET,
    CX__BAYES_SCALE,
    CX__BAYES_SLOTS
};

/** Rows of their parameter tables. */
#define CX__BAYES_START                                               \
    {"max_iter", CX_PARAM_INT, "300", "[1, inf)", "most iterations"}, \
        {"tol", CX_PARAM_FLOAT, "0.001", "[0, inf)",                  \
         "stop when the coefficients' changes sum to less"},          \
        {"alpha_1", CX_PARAM_FLOAT, "1e-06", "[0, inf)",              \
         "shape of the Gamma prior of the noise's precision"},        \
        {"alpha_2", CX_PARAM_FLOAT, "1e-06", "[0, inf)",              \
         "rate of the Gamma prior of the noise's precision"},         \
        {"lambda_1", CX_PARAM_FLOAT, "1e-06", "[0, inf)",             \
         "shape of the Gamma prior of the weights' precision"},       \
    {                                                                 \
        "lambda_2", CX_PARAM_FLOAT, "1e-06", "[0, inf)",              \
            "rate of the Gamma prior of the weights' precision"       \
    }
#define CX__BAYES_SCORE                                                                        \
    {                                                                                          \
        "compute_score", CX_PARAM_BOOL, "False", NULL, "keep the objective of every iteration" \
    }
#define CX__BAYES_END                                                                  \
    {"fit_intercept", CX_PARAM_BOOL, "True", NULL, "centre the data"},                 \
        {"copy_X", CX_PARAM_BOOL, "True", NULL, "not used: inputs are never changed"}, \
    {                                                                                  \
        "verbose", CX_PARAM_BOOL | CX_PARAM_INT, "False", NULL,                        \
            "not used: see the scope's on_progress"                                    \
    }

typedef struct cx__bayes_prior {
    double alpha_1, alpha_2, lambda_1, lambda_2, tol;
    int64_t max_iter;
    bool score;
} cx__bayes_prior;
cx__bayes_prior cx__bayes_prior_of(const cx_estimator *self);
/** X_offset_, X_scale_, n_iter_ and, if they are kept, n scores. */
cx_status cx__bayes_store(cx_estimator *self, const cx__regression *r, int64_t n_iter,
                          const double *scores, int64_t n, cx_dtype t);
/** Squared length of y - x coef; coef [d, 1] on the device. */
cx_status cx__bayes_residual(const cx__regression *r, const cx_array *coef, double *out);
#endif
