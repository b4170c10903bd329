/* What every routine does at its door and at its end. A routine is a function of NumPy's that is
 * made of other public functions, so it works on every device; it opens a scope for its temporaries
 * and hands its result outward.
 *
 *     static cx_status trapezoid(const char *where, ..., cx_array **out)    checks, expressions
 *
 *     cx_array *cx_trapezoid(...)
 *     {
 *         const cx_scope s = cx_scope_open();
 *         cx_array *r = NULL;
 *         const cx_status st = trapezoid("trapezoid", ..., &r);    first: arguments have no order
 *         return cx__give(s, st, r);
 *     }
 */
#ifndef CX_ROUTINES_ROUTINE_H
#define CX_ROUTINES_ROUTINE_H
#include "base/object.h"
#include "core/shape.h"
#include "ops/primitives.h"
#include <calx/array.h>

/** Kind letter of an array's or a weak scalar's dtype. */
static inline char cx__kind_of(const cx_array *a)
{
    return cx_dtype_kind(cx_dtype_of(a));
}
/** "(2, 3)" of an array into buf, for messages; cx__axis (core/shape.h) makes axes positive. */
static inline const char *cx__words_of_shape(const cx_array *a, char buf[CX__SHAPE_TEXT])
{
    const cx_shape s = cx_shape_of(a);
    return cx__shape_text(s.ndim, s.dim, buf);
}
#endif
