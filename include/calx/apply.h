/* Functions of the program's over parts of arrays. They run on the calling thread, inside a scope
 * of their own, and return an array of that scope; an error that they leave in it is the call's. */
#ifndef CALX_APPLY_H
#define CALX_APPLY_H
#include <calx/array.h>

/** One piece of cx_piecewise: a value that broadcasts to what its condition selects, or a function
 * of the selected elements (1-d). */
typedef struct cx_piece {
    const cx_array *value;
    cx_array *(*fn)(const cx_array *x, void *ctx);
    void *ctx;
} cx_piece;

CX_BEGIN
/** numpy.piecewise: x's shape and dtype; where several conditions (bool, x's shape or 0-d) hold,
 * the last one's piece counts; one piece more than conditions is for where none holds, else that
 * is 0. Functions are not called for nothing.
 *  Errors      ARGUMENT counts; SHAPE; DTYPE a condition is not bool, or a result does not cast.
 * Syncs: reads the counts. */
CX_API cx_array *cx_piecewise(const cx_array *x, cx_arrays conditions, int n,
                              const cx_piece *pieces);
/** numpy.apply_along_axis: fn of each 1-d line along axis; the results, all of one shape, take the
 * axis' place. dtype and shape are those of the first.
 *  Errors      SHAPE results differ, or there is no line; what fn reports. */
CX_API cx_array *cx_apply_along_axis(cx_array *(*fn)(const cx_array *line, void *ctx), void *ctx,
                                     int axis, const cx_array *a);
/** numpy.apply_over_axes: fn(a, axis) again and again; a result that has lost the axis gets it back
 * with extent 1.   Errors      SHAPE a result of another number of dimensions. */
CX_API cx_array *cx_apply_over_axes(cx_array *(*fn)(const cx_array *a, int axis, void *ctx),
                                    void *ctx, const cx_array *a, int n, const int *axes);
CX_END_DECLS
#endif
