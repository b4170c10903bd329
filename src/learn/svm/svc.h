/* What the fit and the use of SVC and NuSVC share. */
#ifndef CX_LEARN_SVM_SVC_H
#define CX_LEARN_SVM_SVC_H
#include "learn/svm/machine.h"

enum { CX__SVC_CLASSES = CX__SVM_SLOTS, CX__SVC_CLASS_WEIGHT, CX__SVC_PROB_A, CX__SVC_PROB_B };

/** probability=True. */
bool cx__svc_wants_shares(const cx_estimator *self);
cx_status cx__svc_fit(cx_estimator *self, const cx_data *data, cx__svm_form form);
#endif
