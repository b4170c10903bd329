/* Losses of boosting on memory of the host: values, derivatives, constants to start from, links.
 *
 * A raw prediction is what the trees add up to; y_pred = inverse link of it. All losses are halved
 * where scikit-learn's are, so that the derivatives are the plain ones. Several classes: raw,
 * gradient and hessian are [K, n], class by class. No result depends on the number of threads. */
#ifndef CX_LEARN_LOSS_H
#define CX_LEARN_LOSS_H
#include "base/status.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum cx__loss_kind {
    CX__LOSS_SQUARED,     /* (y - r)^2 / 2 */
    CX__LOSS_ABSOLUTE,    /* |y - r|, hessian taken as 1 */
    CX__LOSS_PINBALL,     /* of .quantile, hessian taken as 1 */
    CX__LOSS_HUBER,       /* squared up to .delta, then linear */
    CX__LOSS_BINOMIAL,    /* log(1 + e^r) - y r; y in [0, 1], logit link */
    CX__LOSS_MULTINOMIAL, /* y is a class 0..K-1; symmetric logit link, diagonal hessian */
    CX__LOSS_EXPONENTIAL, /* y e^-r + (1 - y) e^r; half the logit as link */
    CX__LOSS_POISSON,     /* e^r - y r; log link */
    CX__LOSS_GAMMA        /* r + y e^-r; log link */
} cx__loss_kind;

typedef struct cx__loss {
    cx__loss_kind kind;
    int64_t outputs; /* K: classes of MULTINOMIAL, else 1 */
    double quantile; /* PINBALL, HUBER */
    double delta;    /* HUBER; see cx__loss_set_delta */
    /* exponentials by exp() of the C library, as scikit-learn has them, where trees should equal
     * its trees to the last bit; else by the backend's vectors, which are faster */
    bool library_exp;
} cx__loss;

/** gradient and hessian (or NULL) [K, n] at raw [K, n]; y [n]. weight [n] multiplies both; NULL: 1.
 *  Errors   TIMEOUT, CANCELLED. */
cx_status cx__loss_slopes(const cx__loss *l, int64_t n, const double *y, const double *weight,
                          const double *raw, double *gradient, double *hessian);
/** Weighted mean of the losses (weight NULL: plain); rows of weight 0 are not looked at.
 *  Errors   NOMEM, TIMEOUT, CANCELLED. */
cx_status cx__loss_mean(const cx__loss *l, int64_t n, const double *y, const double *weight,
                        const double *raw, double *out);
/** Is the hessian 1 in every row (before weights)? */
bool cx__loss_constant_hessian(const cx__loss *l);
/** May trees of Newton steps keep their leaf values? Else each leaf takes the constant of its
 *  residuals y - raw (cx__loss_residual_constant). */
bool cx__loss_differentiable(const cx__loss *l);

/* ---- constants (loss_constant.c) */
/** The best constant raw predictions, out [K]: fit_intercept_only of scikit-learn's losses. Without
 *  weights medians and quantiles interpolate, with weights (all may be 1) they do not.
 *  Errors   NOMEM. */
cx_status cx__loss_constant(const cx__loss *l, int64_t n, const double *y, const double *weight,
                            double *out);
/** The same for squared, absolute, pinball and Huber losses; room [2n] is the caller's. */
double cx__loss_residual_constant(const cx__loss *l, int64_t n, const double *residual,
                                  const double *weight, double *room);
/** HUBER: delta becomes the weighted .quantile of |y - raw|.   Errors   NOMEM. */
cx_status cx__loss_set_delta(cx__loss *l, int64_t n, const double *y, const double *weight,
                             const double *raw);
/** First value at which the weights of the lesser ones reach the share q; NaN if all are 0. Both
 *  arrays are reordered. weight NULL: 1. */
double cx__weighted_quantile_in_place(int64_t n, double *v, double *weight, double q);
/** numpy.quantile(v, q) by linear interpolation; v is reordered. */
double cx__linear_quantile_in_place(int64_t n, double *v, double q);
/** Sum in the order of NumPy's: halves down to 128 numbers, these in eight sums. */
double cx__pairwise_sum(const double *v, int64_t n);

/* ---- links, row by row (loss_link.c): raw and predictions are [rows, K] */
/** Predictions to raw predictions; in and out may be the same. */
void cx__loss_link(const cx__loss *l, int64_t rows, const double *in, double *out);
/** Raw predictions to predictions: means of a regression, probabilities. Two classes (one output)
 *  give [rows, 2], several [rows, K]; regressions [rows]. raw and out may be the same only where
 *  they are equally wide. */
void cx__loss_predict(const cx__loss *l, int64_t rows, const double *raw, double *out);
#endif
