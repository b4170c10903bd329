/* Doors and ends of masked arrays' functions. */
#ifndef CX_ROUTINES_MA_MASKED_H
#define CX_ROUTINES_MA_MASKED_H
#include "routines/manipulation/parts.h"
#include <calx/ma.h>

/** What every function asks of a masked array: data an array, its mask and fill value fitting. */
cx_status cx__ma_check(const char *where, const char *argument, cx_masked a);
/** The same, but data may be a stack scalar without a mask. */
cx_status cx__ma_check_any(const char *where, const char *argument, cx_masked a);
/** Close s and hand r's handles outward; on an error data is nil. */
cx_masked cx__ma_give(cx_scope s, cx_status st, const char *where, cx_masked r);
/** Another handle for what a result shares with an input; NULL and stack scalars as they are. */
const cx_array *cx__ma_share(const cx_array *a);
/** Smallest (or largest) number of a dtype as a 0-d array. */
cx_array *cx__ma_extreme(cx_dtype t, bool largest, cx_device d);
/** how's axes and keepdims alone; refuses where and initial. */
cx_status cx__ma_axes(const char *where, cx_reduce how, cx_reduce *axes);
#endif
