/* Checks of a routine's operands, so that errors name the routine and the argument, not something
 * inside it. */
#ifndef CX_ROUTINES_OPERANDS_H
#define CX_ROUTINES_OPERANDS_H
#include "routines/arguments.h"
#include "routines/routine.h"
#include <calx/reduce.h>

/** A live array (no stack scalar), or its status from the function around. */
#define CX__ARRAY(where, argument, a) CX__NEED((where), (argument), (a), CX__KIND_ARRAY)

/** DTYPE if one is CX_CAT and the other is not: their elements cannot be compared. */
cx_status cx__alike(const char *where, const char *a_name, const cx_array *a, const char *b_name,
                    const cx_array *b);
/** DTYPE if it is complex (or categories, where ordering is arithmetic). */
cx_status cx__real_only(const char *where, const char *name, const cx_array *a);

/** Bit mask of the reduced axes (no_axes: none; none named: all). INDEX out of bounds, ARGUMENT one
 * named twice. */
cx_status cx__axes_of(const char *where, cx_reduce how, int ndim, uint32_t *axes);
/** Only axes and keepdims, or ARGUMENT. */
cx_status cx__axes_only(const char *where, cx_reduce how);
/** Weights as a view that broadcasts to a: of a's shape, or of the extents of the named axes in the
 * order named. SHAPE otherwise. */
cx_status cx__weights_like(const char *where, const cx_array *a, const cx_array *weights,
                           cx_reduce how, cx_array **out);

static inline bool cx__is_whole(const cx_array *a)
{
    const char kind = cx__kind_of(a);
    return kind == 'b' || kind == 'i' || kind == 'u';
}
static inline bool cx__is_floating(const cx_array *a)
{
    const char kind = cx__kind_of(a);
    return kind == 'f' || kind == 'e';
}
/** Read through one device read whether any element is nonzero; false on failure, which is marked.
 */
bool cx__any_true(const cx_array *a);
#endif
