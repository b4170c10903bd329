/* What a fitted StackingClassifier or StackingRegressor holds, for its fit and for its use. */
#ifndef CX_LEARN_STACKING_H
#define CX_LEARN_STACKING_H
#include "learn/ensemble/named.h"

/** Children are the members by their names, then the one that learns from what they say. */
#define CX__STACK_FINAL "final_estimator"
enum { CX__STACK_METHODS, CX__STACK_WIDTHS, CX__STACK_CLASSES, CX__STACK_OFFSETS };

/** The estimator that learns from the members: of the parameter, or the default. */
const char *cx__stack_default(const cx_estimator *self);
/** What entry i is asked for, by its name of scikit-learn; false: it has no such method. */
bool cx__stack_method(const cx_estimator *self, int i, cx_method *out);
/** The columns that a member's answers become. */
cx_array *cx__stack_columns(const cx_estimator *self, const cx_estimator *member, cx_method method,
                            const cx_array *answers);
/** Columns of all members side by side, the features behind them with passthrough. */
cx_array *cx__stack_join(const char *where, const cx_estimator *self, const cx_data *d,
                         const cx_array *const *part, int count);
cx_status cx__stack_fit(cx_estimator *self, const cx_data *d, const cx_array *y,
                        const cx_array *weight);
/** What each member of a fitted one is asked for, and the one that learns from their answers. */
cx_status cx__stack_methods(const char *where, const cx_estimator *self, cx_method **out);
const cx_estimator *cx__stack_last(const cx_estimator *self);
cx_status cx__stack_plan(const cx_estimator *self, cx_plan *p);
cx_row_kernel cx__stack_transform_into, cx__stack_final_into;
#endif
