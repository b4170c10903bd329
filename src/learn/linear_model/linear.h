/* What all linear models share: a plan of coefficients, row kernels, and the fitting of targets
 * against centred columns. */
#ifndef CX_LEARN_LINEAR_H
#define CX_LEARN_LINEAR_H
#include <calx/estimator_class.h>

/** A plan's state: scores = x coef^T + intercept. */
typedef struct cx__linear {
    int64_t d, k, ld;
    const double *coef;      /* k == 1: [d]; else transposed, [d, ld] */
    const double *intercept; /* [k] */
} cx__linear;

/** Copy coefficients [k, d] and intercepts [k] of two slots into the plan. */
cx_status cx__linear_plan(const cx_estimator *self, int coef_slot, int intercept_slot, cx_plan *p);
/** Scores of one row, [k]. */
void cx__linear_scores(const cx__linear *m, const double *x, double *out);
/** Row kernels: scores; index of the class (two classes: score > 0); probabilities (two classes:
 *  expit; more: softmax). */
cx_row_kernel cx__linear_scores_into, cx__linear_class_into, cx__linear_proba_into;

/** First slots of every linear regressor, and the methods that need nothing else: predictions [n]
 * or [n, t], the serving plan, and the rule of a loaded file: coef_ [n] with intercept_ [], or [t,
 * n] with [t]. */
enum { CX__LINEAR_COEF, CX__LINEAR_INTERCEPT, CX__LINEAR_SLOTS };
cx_array *cx__regressor_predict(const cx_estimator *self, const cx_array *x);
cx_status cx__regressor_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__regressor_check(const cx_estimator *self);

/** Regression data, centred and weighted: x - x_mean, y - y_mean, both times sqrt(weight). */
typedef struct cx__regression {
    int64_t n, d, t; /* t targets */
    bool flat;       /* y was 1-d */
    double *x, *y;   /* [n, d], [n, t]; scratch of this struct */
    double *x_mean, *y_mean;
    double *memory_;
} cx__regression;
/** Make it (fit_intercept false: means are 0). Give it back with cx__regression_free also after a
 *  failure. */
cx_status cx__regression_make(const cx_data *data, bool fit_intercept, cx__regression *r);
void cx__regression_free(cx__regression *r);
/** Store coef [t, d] (also as coef_ [d] when flat) and the intercepts that belong to it. */
cx_status cx__regression_store(cx_estimator *self, const cx__regression *r, const double *coef,
                               cx_dtype t);
#endif
