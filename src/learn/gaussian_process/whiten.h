/* Products with the inverse of a kernel's Cholesky factor. */
#ifndef CX_LEARN_GP_WHITEN_H
#define CX_LEARN_GP_WHITEN_H
#include <calx/array.h>

/** l^-1 b for a lower triangle l [n, n] and b [n, m]: a new array of the open scope. */
cx_array *cx__gp_whiten(const cx_array *l, const cx_array *b);
/** The inverse of l l^T: [n, n]. */
cx_array *cx__gp_inverse(const cx_array *l);
#endif
