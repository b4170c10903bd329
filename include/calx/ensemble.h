/* Predictions of boosting stage by stage (sklearn.ensemble).
 *
 * Where scikit-learn's generators yield one array for each stage, these give all of them as one
 * array: cx_select(p, 0, i) is what the first i + 1 stages say. */
#ifndef CALX_ENSEMBLE_H
#define CALX_ENSEMBLE_H
#include <calx/estimator.h>

CX_BEGIN
/** What predict would say after each stage of a fitted GradientBoosting or AdaBoost model
 *  (staged_predict).
 *
 *  @param m    fitted.
 *  @param x    [n, features], as predict takes it; not modified.
 *  @return     [stages, n]: labels of a classifier, in the dtype of its classes_, or float64; on
 * the device of x, of the open scope; nil on error. The last one is predict's. Errors UNSUPPORTED a
 * class without stages or without that method; otherwise as predict. Shared by all below. */
CX_API cx_array *cx_staged_predict(const cx_estimator *m, const cx_array *x);
/** The same for predict_proba: [stages, n, classes]. */
CX_API cx_array *cx_staged_predict_proba(const cx_estimator *m, const cx_array *x);
/** The same for decision_function: [stages, n], or [stages, n, classes] of more than two. */
CX_API cx_array *cx_staged_decision_function(const cx_estimator *m, const cx_array *x);
CX_END_DECLS
#endif
