/* Row kernels that know no row: every row of the result is the same. */
#ifndef CX_LEARN_CONSTANT_H
#define CX_LEARN_CONSTANT_H
#include <calx/estimator_class.h>

/** The plan's rows are all `row` [k]. */
cx_status cx__constant_plan(cx_plan *p, const cx_array *row);
cx_row_kernel cx__constant_into;
/** row [k] n times: [n, k] of its dtype; row []: [n]. */
cx_array *cx__constant_rows(const cx_array *row, int64_t n);
#endif
