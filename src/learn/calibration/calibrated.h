/* What a fitted CalibratedClassifierCV holds, for its fit and for its use. */
#ifndef CX_LEARN_CALIBRATED_H
#define CX_LEARN_CALIBRATED_H
#include "learn/base/estimator.h"

/** Children are the classifiers, one a fold, then for isotonic the maps of their scores, fold by
 *  fold. Rows of the other slots are folds; their columns are the scores of its classifier, with
 *  NaN and -1 where it has fewer. */
enum {
    CX__CALIBRATED_CLASSES,
    CX__CALIBRATED_COLUMNS, /* the class whose probability a score becomes */
    CX__CALIBRATED_A,
    CX__CALIBRATED_B,
    CX__CALIBRATED_BETA
};
typedef enum cx__calibration {
    CX__CALIBRATE_SIGMOID,
    CX__CALIBRATE_ISOTONIC,
    CX__CALIBRATE_TEMPERATURE
} cx__calibration;

/** The parameters method and estimator (NULL: None). */
cx__calibration cx__calibration_of(const cx_estimator *self);
const cx_estimator *cx__calibrated_inner(const cx_estimator *self);
/** What classifiers are asked for: decisions if they have them, else probabilities. */
cx_method cx__calibrated_method(const cx_estimator *inner);
/** Their answers as scores [n, columns], one column for two classes: float32 or float64. */
cx_array *cx__calibrated_scores(const cx_array *answers, cx_method method);
/** Scores as the softmax's logits [n, classes], float64. */
cx_array *cx__calibrated_logits(const cx_array *scores, cx_method method);

cx_array *cx__calibrated_call(const cx_estimator *self, cx_method method, const cx_data *d);
cx_status cx__calibrated_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__calibrated_check(const cx_estimator *self);
cx_row_kernel cx__calibrated_predict_into, cx__calibrated_proba_into;
#endif
