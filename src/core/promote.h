/* Promotion: NumPy 2 (NEP 50) over operands that may be weak scalars, and the loop dtype of a table
 * row. */
#ifndef CX_CORE_PROMOTE_H
#define CX_CORE_PROMOTE_H
#include "core/array.h"

/** Common dtype of n operands (arrays and stack scalars); all weak: bool, int64, float64 or
 * complex128. DTYPE with the names otherwise. */
cx_status cx__result_type(const char *where, int n, const cx_array *const in[], cx_dtype *out);
/** Loop dtype of a row with that domain for a common dtype; DTYPE if there is none. */
cx_status cx__loop_dtype(const char *where, const char *domain, cx_dtype common, cx_dtype *loop);
/** Result dtype of a loop: the result column (S B R 8 A F I). */
cx_dtype cx__result_dtype(char result, cx_dtype loop);
/** Is v a value of the dtype t? true unless t is an integer. */
bool cx__weak_in_range(int64_t v, cx_dtype t);
/** Does a weak integer fit dtype t? DTYPE naming the value otherwise. */
cx_status cx__weak_fits(const char *where, const cx_array *scalar, cx_dtype t);
/** Real dtype of a complex one (C64: F32), else itself. */
cx_dtype cx__real_of(cx_dtype t);
#endif
