/* Matrices for the linear algebra tests: made from a seed in any dtype and layout, compared as
 * complex doubles. */
#ifndef CALX_TEST_LINALG_CHECK_H
#define CALX_TEST_LINALG_CHECK_H
#include <calx.h>

/** How the last two dimensions lie. */
typedef enum lie { LIE_ROWS, LIE_COLUMNS, LIE_SLICED, LIE_REVERSED, LIE_COUNT } lie;

/** Numbers in (-0.5, 0.5), or small integers for integer dtypes; the same for the same seed.
 * Belongs to the open scope. */
cx_array *check_random(cx_shape shape, cx_dtype t, lie how, uint32_t seed);
/** Machine epsilon of a floating point or complex dtype. */
double check_eps(cx_dtype t);
/** Largest |a - b| over all elements (same shape, else infinity; NaN counts as infinity); largest
 * |a|. */
double check_distance(const cx_array *a, const cx_array *b);
double check_size(const cx_array *a);
/** Are the bytes of two contiguous arrays the same? */
bool check_same_bits(const cx_array *a, const cx_array *b);
/** Conjugate transpose of the last two dimensions. */
cx_array *check_adjoint(const cx_array *a);
#endif
