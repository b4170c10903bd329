/* The reduced axes of an array as the rows of a matrix, and the way back: one way for every
 * combination of axes. */
#ifndef CX_ROUTINES_ROWS_H
#define CX_ROUTINES_ROWS_H
#include "routines/operands.h"

typedef struct cx__rows {
    cx_array *a;       /* [count, n] */
    cx_array *weights; /* the same of the weights, or NULL */
    int64_t count, n;
    int out_ndim; /* of a result with one element a row */
    int64_t out_shape[CX_MAX_NDIM];
} cx__rows;

/** weights broadcasts to a, or is NULL. All arrays belong to the open scope. */
cx_status cx__rows_of(const char *where, const cx_array *a, const cx_array *weights, cx_reduce how,
                      cx__rows *out);
/** r [count] in the shape of the result. */
cx_array *cx__rows_result(const cx__rows *rows, const cx_array *r);
#endif
