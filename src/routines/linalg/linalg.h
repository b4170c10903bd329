/* Shared by the functions of matrices. */
#ifndef CX_ROUTINES_LINALG_LINALG_H
#define CX_ROUTINES_LINALG_LINALG_H
#include "routines/operands.h"

/** A live array of matrices, as one of the four dtypes of linear algebra (bool and integers as
 * f64); DTYPE, SHAPE. */
cx_status cx__matrices(const char *where, const char *name, const cx_array *a, bool square,
                       const cx_array **out);
/** Conjugate transpose of the last two dimensions. */
const cx_array *cx__adjoint(const cx_array *a);
static inline double cx__eps(const cx_array *a)
{
    const cx_dtype t = cx_dtype_of(a);
    return t == CX_F32 || t == CX_C64 ? 0x1p-23 : 0x1p-52;
}
#endif
