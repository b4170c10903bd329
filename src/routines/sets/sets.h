/* Between the set functions. */
#ifndef CX_ROUTINES_SETS_H
#define CX_ROUTINES_SETS_H
#include "routines/operands.h"
#include <calx/sets.h>

/** What equality looks at: the codes of categories, else the array. */
cx_array *cx__comparable(const cx_array *a);
/** numpy.unique into values, first index, inverse, counts: those asked for, the values always. */
cx_status cx__unique_parts(const char *where, const cx_array *a, const cx_unique_opts *o,
                           cx_array *part[4]);
/** The same of 1-d whole numbers that lie close together, quicker than by sorting: part[0]
 * stays NULL where that is not so. The inverse is flat. */
cx_status cx__unique_counted(const char *where, const cx_array *flat, const cx_unique_opts *o,
                             cx_array *part[4]);
#endif
