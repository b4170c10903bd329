/* What routines check before they begin, so that an error names the routine's own argument, and
 * what their _into forms do at the end. */
#ifndef CX_ROUTINES_ARGUMENTS_H
#define CX_ROUTINES_ARGUMENTS_H
#include "routines/routine.h"

/** A number of C's? */
static inline bool cx__is_weak(const cx_array *a)
{
    return a != NULL && ((const cx_head *)(const void *)a)->tag == CX__SCALAR_TAG;
}
/** A live array; a weak scalar is ARGUMENT. */
cx_status cx__need_array(const char *where, const char *argument, const cx_array *a);
/** A live array or a weak scalar. */
cx_status cx__need_operand(const char *where, const char *argument, const cx_array *a);
/** b lives where a does (weak scalars live anywhere). */
cx_status cx__need_together(const char *where, const char *name_a, const cx_array *a,
                            const char *name_b, const cx_array *b);
/** A weak scalar as the 0-d array that NumPy makes of a Python number, where like lives; an array
 * as it is. Belongs to the open scope. */
const cx_array *cx__strong(const cx_array *a, const cx_array *like);
/** r into out, the last step of a command: out has r's shape exactly (SHAPE) and shares no memory
 * with an operand (OVERLAP); casts are same_kind. */
cx_status cx__deliver(const char *where, cx_arrays operands, const cx_array *r, cx_array *out);
#endif
