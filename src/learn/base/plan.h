/* Serving plans: row kernels with everything they need made beforehand. */
#ifndef CX_LEARN_PLAN_H
#define CX_LEARN_PLAN_H
#include "learn/base/estimator.h"

typedef struct cx__ready {
    cx_plan plan;
    cx_row_kernel *run;
} cx__ready;

/** Prepare one fitted estimator for a method; cx__plan_free it. Needs an open scope (the class's
 *  plan may make arrays). */
cx_status cx__plan_make(const char *where, const cx_estimator *m, cx_method method,
                        int64_t max_rows, int64_t cols_in, cx__ready *out);
void cx__plan_free(cx__ready *r);
/** The memory of a nested plan becomes the outer one's. */
void cx__plan_adopt(cx_plan *outer, cx__ready *inner);
/** Does the estimator (a pipeline: its first step) take NaN? */
bool cx__takes_nan(const cx_estimator *m);
#endif
