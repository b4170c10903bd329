/* Shared by the routines that index: ends of functions with a tuple of results, promotion of
 * lists, positions that are looked at. */
#ifndef CX_ROUTINES_INDEXING_H
#define CX_ROUTINES_INDEXING_H
#include "ops/primitives.h"
#include "routines/arguments.h"
#include "routines/routine.h"
#include <calx/choose.h>
#include <calx/tuple.h>

/** End of a routine with n results, which belong to s. */
cx_tuple cx__give_tuple(cx_scope s, cx_status st, const char *where, int n, cx_array *part[]);
/** 1 to `most` arrays or numbers, each fit to be read. */
cx_status cx__need_list(const char *where, const char *argument, cx_arrays list, int most);
/** a is integers; a as int64 with mode applied to the extent n: RAISE is left to the caller. */
cx_status cx__bounded(const char *where, const char *argument, const cx_array *a, int64_t n,
                      cx_bounds mode, cx_array **out);
/** Are all of an int64 array in [0, n)? INDEX if not.   Syncs. */
cx_status cx__all_within(const char *where, const char *argument, const cx_array *a, int64_t n);
/** The first n of values, repeated, as 1-d; values are not empty unless n is 0. */
cx_array *cx__repeated(const cx_array *values, int64_t n);
/** 0, 1, ... n-1 along dimension k of ndim, extent 1 along the others. */
cx_array *cx__open_axis(int64_t n, int k, int ndim, cx_dtype t, cx_device d);
#endif
