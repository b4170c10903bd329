/* The equations of ridge regression in the rows' products, one unknown for each row. */
#ifndef CX_LEARN_KERNEL_RIDGE_DUAL_H
#define CX_LEARN_KERNEL_RIDGE_DUAL_H
#include <calx/array.h>

/** Solve (k + alpha I) x = y by Cholesky: k [n, n] symmetric, y [n, t], both float64. SINGULAR,
 *  without an error: k + alpha I is not positive definite. */
cx_status cx__dual_solve(const cx_array *k, double alpha, const cx_array *y, cx_array **out);
/** k + alpha I. */
cx_array *cx__dual_matrix(const cx_array *k, double alpha);
#endif
