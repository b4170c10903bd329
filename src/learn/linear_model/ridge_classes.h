/* What RidgeClassifier and its cross-validated form share. */
#ifndef CX_LEARN_RIDGE_CLASSES_H
#define CX_LEARN_RIDGE_CLASSES_H
#include "learn/linear_model/ridge.h"

enum { CX__RIDGE_CLASSES = CX__LINEAR_SLOTS, CX__RIDGE_CLASSES_SLOTS };
#define CX__RIDGE_CLASSES_ATTRS \
    "coef_: float [k, n]", "intercept_: float [k]", "classes_: label [c]"
#define CX__RIDGE_CLASS_WEIGHT                                                                \
    {                                                                                         \
        "class_weight", CX_PARAM_DICT | CX_PARAM_STR | CX_PARAM_NONE, "None", "{'balanced'}", \
            "weights of the classes"                                                          \
    }

/** Labels to targets [n, 1] for up to two classes, else [n, k], with class weights in the sample
 *  weights. */
cx_status cx__ridge_classes(const cx_estimator *self, const cx_data *data, cx_labels *labels,
                            cx_data *out);
cx_status cx__ridge_classes_store(cx_estimator *self, cx__regression *r, const cx_array *coef,
                                  const cx_labels *labels, cx_dtype t);
/** The methods, which need nothing else. */
cx_array *cx__ridge_classes_predict(const cx_estimator *self, const cx_array *x);
cx_array *cx__ridge_classes_decide(const cx_estimator *self, const cx_array *x);
cx_status cx__ridge_classes_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__ridge_classes_check(const cx_estimator *self);
#endif
