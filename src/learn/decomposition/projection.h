/* What models that map rows onto a few directions share: (x - mean) rows^T / divisor, and the way
 * back. */
#ifndef CX_LEARN_PROJECTION_H
#define CX_LEARN_PROJECTION_H
#include "learn/base/estimator.h"
#include "learn/numeric/rows.h"

/** A plan of (x - mean) rows^T / divisor; rows [k, d] float64, mean [d] and divisor [k] NULL for
 *  none. Its kernel is cx__scores_into. */
cx_status cx__projection_plan(const cx_estimator *self, const cx_array *rows, const cx_array *mean,
                              const cx_array *divisor, cx_plan *p);
/** .transform of a class with such a plan. */
cx_array *cx__projection_transform(const cx_estimator *self, const cx_array *x);
/** x times mul [k] (NULL: 1), times rows [k, d], plus mean (NULL: 0): SHAPE if x has other than k
 *  columns; float32 stays float32. */
cx_array *cx__projection_back(const cx_estimator *self, const cx_array *x, const cx_array *mul,
                              const cx_array *rows, const cx_array *mean);
/** .feature_names_out of a class whose slot 0 is components_ [k, n]. */
cx_array *cx__projection_names(const cx_estimator *self, const cx_array *names);
#endif
