/* What the routines of this folder share: results that are filled by parts, axes that may be
 * CX_FLAT, lists of axes. */
#ifndef CX_ROUTINES_MANIPULATION_PARTS_H
#define CX_ROUTINES_MANIPULATION_PARTS_H
#include "ops/primitives.h"
#include "routines/arguments.h"
#include "routines/routine.h"
#include <calx/index.h>
#include <calx/manipulate.h>

/** New array of dtype t on like's device, contents undefined; t CX_DTYPE_NONE: as like,
 * categories too. Belongs to the open scope. */
cx_array *cx__blank(const char *where, const cx_array *like, cx_dtype t, int ndim,
                    const int64_t *shape);
/** Copy part into a view of a result, cast as by astype; marks the scope on failure. */
void cx__place(const cx_array *part, cx_array *view);
/** An array, or a stack scalar as a 0-d array of its dtype on the device. */
cx_status cx__any_array(const char *where, const char *argument, const cx_array *a, cx_device d,
                        const cx_array **out);
/** a and a positive axis of it; for CX_FLAT the flattened array and 0. */
cx_status cx__axis_of(const char *where, const cx_array *a, int axis, const cx_array **x, int *k);
/** A set of axes as bits: INDEX, ARGUMENT one twice. axes NULL: all. */
cx_status cx__axis_set(const char *where, int ndim, int count, const int *axes, uint32_t *set);
/** Python's slice.indices over an axis of length n: INDEX step 0. */
cx_status cx__slice_range(const char *where, int64_t n, int64_t start, int64_t stop, int64_t step,
                          int64_t *first, int64_t *count);
#endif
