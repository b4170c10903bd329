/* Stochastic gradient descent on plain host memory: the loop that SGDClassifier, SGDRegressor,
 * Perceptron and the passive-aggressive models share. */
#ifndef CX_LEARN_SGD_H
#define CX_LEARN_SGD_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum cx__sgd_loss {
    CX__SGD_HINGE, /* threshold 1 */
    CX__SGD_PERCEPTRON,
    CX__SGD_SQUARED_HINGE,
    CX__SGD_LOG,
    CX__SGD_MODIFIED_HUBER,
    CX__SGD_SQUARED,
    CX__SGD_HUBER,
    CX__SGD_INSENSITIVE,
    CX__SGD_SQUARED_INSENSITIVE
} cx__sgd_loss;
typedef enum cx__sgd_penalty { CX__SGD_NONE, CX__SGD_L1, CX__SGD_L2, CX__SGD_BOTH } cx__sgd_penalty;
typedef enum cx__sgd_rate {
    CX__SGD_CONSTANT,
    CX__SGD_OPTIMAL,
    CX__SGD_INVSCALING,
    CX__SGD_ADAPTIVE,
    CX__SGD_PA1,
    CX__SGD_PA2
} cx__sgd_rate;

/** What one descent is. Data of one type, float or double: x [n, d] and one number a row. */
typedef struct cx__sgd {
    int64_t n, d;
    const void *x;
    bool f32;
    const double *y, *weight;  /* [n] targets; weights or NULL for 1 */
    const uint8_t *validation; /* [n] 1: held out, or NULL: none is */
    /** Score of raw coefficients (of x's type) on the rows held out; with validation. */
    double (*score)(void *ctx, const void *coef, double intercept);
    void *ctx;
    cx__sgd_loss loss;
    cx__sgd_penalty penalty;
    cx__sgd_rate rate;
    double epsilon, alpha, l1_ratio, eta0, power_t, tol; /* tol -inf: never stop */
    double weight_positive, weight_negative;             /* factors for y > 0 and others */
    bool fit_intercept, shuffle, early_stopping;
    bool one_class; /* all targets are 1, and alpha pulls the intercept down (nu of an SVM) */
    int64_t n_iter_no_change, max_iter, average; /* average 0: none, else from this step on */
    uint32_t seed;
    double t; /* steps taken before, and 1 */
    /** Called once an epoch; not CX_OK ends the descent with it. */
    cx_status (*tick)(void *ctx, int64_t epoch);
    void *tick_ctx;
} cx__sgd;

/** Where a descent stands: coefficients [d] of x's type, and of the average unless NULL. */
typedef struct cx__sgd_state {
    void *coef, *average;
    double intercept, average_intercept;
    int64_t epochs; /* of this descent */
    bool overflow;  /* it ended with numbers that are not finite */
} cx__sgd_state;

/** Numbers of scratch bytes that a descent takes. */
int64_t cx__sgd_scratch(const cx__sgd *p);
/** Any thread. scratch is 8-byte aligned. */
cx_status cx__sgd_run(const cx__sgd *p, cx__sgd_state *s, void *scratch);
#endif
