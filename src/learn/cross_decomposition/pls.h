/* What partial least squares by deflation and by one decomposition share. */
#ifndef CX_LEARN_PLS_H
#define CX_LEARN_PLS_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** out = (rows - mean) / std; std 1 for a constant column, and everywhere without scale. */
cx_status cx__pls_scale(const cx__site *s, const cx_array *rows, bool scale, cx_array **mean,
                        cx_array **std, cx_array **out);
/** ARGUMENT if n_components is above the bound. */
cx_status cx__pls_bound(const cx_estimator *self, int64_t k, int64_t bound);
/** Plan of (x - mean) rows^T, rows [k, d]. */
cx_status cx__pls_plan(cx_plan *p, const cx_array *mean, const cx_array *rows);
#endif
