/* Probabilities of a pair of classes by Platt's method: decisions of five folds, and the sigmoid
 * that fits them best. */
#ifndef CX_LEARN_SVM_PLATT_H
#define CX_LEARN_SVM_PLATT_H
#include "learn/svm/forms.h"

enum { CX__PLATT_FOLDS = 5 };

/** order [n]: the problem's rows as they were shuffled. P(y = 1) = 1 / (1 + exp(slope decision +
 *  start)). *stopped is set if a fold's fit was. */
cx_status cx__platt_fit(const cx__svm_rules *r, const cx__svm_problem *p, const int32_t *order,
                        double *slope, double *start, bool *stopped);
/** Would any fold be fitted: do the rows outside it hold both classes? */
bool cx__platt_fits(const cx__svm_problem *p, const int32_t *order);
#endif
