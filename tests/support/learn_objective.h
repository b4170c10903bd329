/* Objectives that convex fits minimise, written from their definitions in plain C: what one
 * solution costs can be compared with what another one does. */
#ifndef TESTS_SUPPORT_LEARN_OBJECTIVE_H
#define TESTS_SUPPORT_LEARN_OBJECTIVE_H

#include <calx/estimator.h>

/** Data on the CPU, float64 in C order, and the model whose parameters the objective has. */
typedef struct problem {
    const cx_array *x, *y, *weight; /* weight of ones where there is none */
    int64_t n, d;
    const cx_estimator *m;
} problem;

/** A linear model's answer before its link, at row i. */
double linear_predictor(const problem *p, const double *coef, double intercept, int64_t i);

/** An objective at coefficients and intercepts. */
typedef double objective(const problem *p, const double *coef, const double *intercept);
/** C times the loss, and the penalty; y: numbers of classes. liblinear's penalises the intercept.
 */
objective logistic_loss, liblinear_loss;
objective pinball;  /* QuantileRegressor */
objective deviance; /* PoissonRegressor, GammaRegressor, TweedieRegressor with a log link */
objective elastic;  /* Lasso, ElasticNet and the multi-task ones; y [n] or [n, outputs] */
double huber_loss(const problem *p, const double *coef, const double *intercept, double scale);

/** What the fitted model's own solution costs, by its class; NaN for a class without objective. */
double objective_of(const problem *p);

#endif
