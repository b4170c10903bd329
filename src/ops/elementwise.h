/* Elementwise operations and reductions for the layers above and the other files of src/ops: by
 * code, on any operands, into an array that is there or a new one. */
#ifndef CX_OPS_ELEMENTWISE_H
#define CX_OPS_ELEMENTWISE_H
#include "core/array.h"
#include <calx/ops.h>
#include <calx/reduce.h>

/** A row of the operation tables. */
typedef struct cx__op {
    const char *name, *domain;
    int16_t code;
    char result, second; /* of the second result; 0: there is none. '4' int32 */
    int8_t inputs;
} cx__op;

/** The row of a code; NULL if there is none. */
const cx__op *cx__op_of(int code);

/** One operation on arrays and stack scalars. out NULL: *result is a new array in K order with one
 * reference, the caller's; else it is written and *result is not touched. where names the caller in
 * errors. */
cx_status cx__map(const char *where, int code, const cx_array *const in[], cx_array *out,
                  cx_array **result);
/** The same for a new array, by the short way for small ones if it can be taken. */
cx_status cx__map_new(const char *where, int code, const cx_array *const in[], cx_array **result);
/** One reduction (a CX_RED_*) into a new array with one reference, the caller's. */
cx_status cx__reduce_new(int op, const cx_array *a, cx_reduce how, cx_array **result);
/** How a call departs from its row. */
typedef struct cx__map_how {
    const cx_array *mask; /* bool, takes part in the broadcast: elements to write; NULL: all */
    cx_dtype dtype;       /* of the result, which chooses the loop; CX_DTYPE_NONE: the operands' */
    cx_casting casting;   /* of operands to the loop and of the result to out */
} cx__map_how;
/** The same with how (NULL: as the row says), for rows of two results too: out and result are lists
 * of as many as the row has. Of a masked new array what the mask leaves out is 0. */
cx_status cx__map_as(const char *where, int code, const cx_array *const in[],
                     const cx__map_how *how, cx_array *const out[], cx_array *result[]);

/** The loop that such a call would take. */
cx_status cx__map_loop(const char *where, int code, const cx_array *const in[], cx_dtype *loop);
/** ARGUMENT if an integer exponent, an array's or a weak one, is negative (reads a flag). */
cx_status cx__map_exponent(const char *where, const cx_array *b);

/** equal and not_equal of categories, with each other or with integer codes. */
cx_status cx__map_categories(const char *where, const cx__op *op, const cx_array *const in[],
                             cx_array *out, cx_array **result);
#endif
