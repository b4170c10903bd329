/* The problem of logistic regression, for LogisticRegression and its cross-validated form. */
#ifndef CX_LEARN_LOGISTIC_H
#define CX_LEARN_LOGISTIC_H
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"

/** First slots of both classes, and the methods that need nothing else. */
enum { CX__LOGISTIC_COEF, CX__LOGISTIC_INTERCEPT, CX__LOGISTIC_CLASSES, CX__LOGISTIC_SLOTS };
cx_array *cx__logistic_predict(const cx_estimator *self, const cx_array *x);
cx_array *cx__logistic_predict_proba(const cx_estimator *self, const cx_array *x);
cx_array *cx__logistic_decision(const cx_estimator *self, const cx_array *x);
cx_status cx__logistic_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__logistic_check(const cx_estimator *self);

/** What the penalty is, from the parameters that both classes share. */
typedef enum cx__penalty {
    CX__PENALTY_NONE,
    CX__PENALTY_L2,
    CX__PENALTY_L1,
    CX__PENALTY_BOTH
} cx__penalty;
/** Does the solver know the penalty, and dual? ARGUMENT where scikit-learn's does not. */
cx_status cx__logistic_solver(const cx_estimator *self, cx__penalty penalty);
/** The penalty that `penalty` names, or that follows from the L1 ratios where it is 'deprecated'.
 */
cx__penalty cx__logistic_penalty(const cx_estimator *self, const double *ratio, int64_t ratios);

/** Sample weights times the class weights of `class_weight`, NULL if all are 1. */
cx_status cx__logistic_weights(const cx__site *s, const cx_estimator *self, const cx_data *data,
                               const cx_labels *y, const cx_array **out);
#endif
