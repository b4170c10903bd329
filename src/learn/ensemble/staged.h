/* Predictions after each stage of boosting, asked by class: a class that has stages stands in the
 * table of staged.c with one function. */
#ifndef CX_LEARN_STAGED_H
#define CX_LEARN_STAGED_H
#include "learn/base/estimator.h"

/** What the method (PREDICT, PREDICT_PROBA, DECISION_FUNCTION) says after each stage: [stages, n]
 * or [stages, n, columns], of the open scope, on the device of x. x is checked: [n, features] of
 *  float32 or float64 where the model is. */
typedef cx_array *cx__staged_fn(const cx_estimator *m, cx_method method, const cx_array *x);

cx__staged_fn cx__gb_staged;                                 /* GradientBoosting* */
cx__staged_fn cx__ada_staged_labels, cx__ada_staged_numbers; /* AdaBoost* */
cx__staged_fn cx__hist_staged;                               /* HistGradientBoosting* */
#endif
