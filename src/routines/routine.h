/* What every routine does at its door and at its end. A routine is a function of NumPy's that is
 * made of other public functions, so it works on every device; it opens a scope for its temporaries
 * and hands its result outward.
 *
 *     static cx_status trapezoid(const char *where, ..., cx_array **out)    checks, then
 * expressions cx_array *cx_trapezoid(...)
 *     {
 *         const cx_scope s = cx_scope_open();
 *         cx_array *r = NULL;
 *         const cx_status st = trapezoid("trapezoid", ..., &r);    first: r is read afterwards
 *         return cx__give(s, st, r);
 *     }
 */
#ifndef CX_ROUTINES_ROUTINE_H
#define CX_ROUTINES_ROUTINE_H
#include "base/object.h"
#include "core/shape.h"
#include <calx/array.h>

/** Close s and hand r, which belongs to it, to the scope around; on any error in s, or st, nil and
 * a mark there. */
cx_array *cx__give(cx_scope s, cx_status st, cx_array *r);
/** The same for several results: each part, or nil without a mark for one that is NULL because
 * nobody asked for it. All or none: on an error every part is nil. */
void cx__give_all(cx_scope s, cx_status st, const char *where, int n, cx_array *part[]);
/** The end of a routine that is a command: close s; the first error in it, or st. */
cx_status cx__give_status(cx_scope s, cx_status st);

/** A caller's options over the defaults (all zero): 0 < struct_size <= sizeof *out, for programs
 * built with older headers. */
#define CX__OPTIONS(where, given, out) \
    cx__options((where), (given), (given) != NULL ? (given)->struct_size : 0, sizeof *(out), (out))
cx_status cx__options(const char *where, const void *given, size_t given_size, size_t size,
                      void *out);

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
