/* Rows: an axis moved last in a contiguous array, and back. For operations whose backend slot
 * works along contiguous rows. */
#ifndef CX_OPS_AXIS_LAST_H
#define CX_OPS_AXIS_LAST_H
#include "core/array.h"

/** a with axis last, in C order: a new array if fresh is asked for or a does not lie so, else a
 *  itself. One reference, the caller's. */
cx_status cx__axis_last(const char *where, const cx_array *a, int axis, bool fresh, cx_array **out);
/** The inverse: the last axis back to where axis was, in C order. One reference, the caller's. */
cx_status cx__axis_back(const char *where, const cx_array *rows, int axis, cx_array **out);
#endif
