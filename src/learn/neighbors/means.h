/* What regressors of this module share: the targets of the fitted rows. */
#ifndef CX_LEARN_NEIGHBORS_MEANS_H
#define CX_LEARN_NEIGHBORS_MEANS_H
#include "learn/neighbors/family.h"

#define CX__MEANS_ATTRS CX__NEAR_ATTRS, "_y"
enum { CX__MEANS_Y = CX__NEAR_SLOTS };

/** The rows and their y, float64 [m] or [m, columns]. */
cx_status cx__means_fit(cx_estimator *self, const cx_data *d);
cx_status cx__means_check(const cx_estimator *self);
#endif
