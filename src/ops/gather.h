/* Rows by index and positions of a mask: what taking, putting and advanced indexing share. */
#ifndef CX_OPS_GATHER_H
#define CX_OPS_GATHER_H
#include "core/array.h"

/** Integers of any dtype (or a stack scalar) as an array of their own, and as contiguous int64 on
 * a's device. */
cx_status cx__indices(const char *where, const cx_array *a, const cx_array *indices, cx_array **own,
                      cx_array **index);
/** Rows index[j] of from ([outer, n, inner] in a's memory) to out (C order, [outer, m, inner]), or
 * from rows (the same) to `to` in a's memory, where the last of several wins. index is contiguous
 * int64. An index out of bounds is told with the number named of its axis, at once or at the next
 * wait; rows are then not put at all. */
cx_status cx__take_rows(const char *where, const cx_array *a, const cx_view *from, int named,
                        const cx_array *index, cx_array *out);
cx_status cx__put_rows(const char *where, cx_array *a, const cx_view *to, int named,
                       const cx_array *index, const cx_array *rows);
/** numpy.take with another name for the axis in errors. */
cx_status cx__take(const char *where, const cx_array *a, const cx_array *indices, int axis,
                   int named, cx_array **out);
/** Positions where a contiguous bool array holds, in C order. */
cx_status cx__positions(const char *where, const cx_array *mask, cx_array **out);
/** Rows of a where mask, of a's leading shape, holds. */
cx_status cx__masked(const char *where, const cx_array *a, const cx_array *mask, cx_array **out);
/** DEVICE, unless both are on one. */
cx_status cx__on_device_of(const char *where, const char *argument, const cx_array *b,
                           const cx_array *a);
#endif
