/* Elementwise operations for the other files of src/ops: by code, on any operands, into an array
 * that is there or a new one. */
#ifndef CX_OPS_ELEMENTWISE_H
#define CX_OPS_ELEMENTWISE_H
#include "core/array.h"
#include <calx/ops.h>

/** A row of the operation tables. */
typedef struct cx__op {
    const char *name, *domain;
    int16_t code;
    char result;
    int8_t inputs;
} cx__op;

/** The row of a code; NULL if there is none. */
const cx__op *cx__op_of(int code);

/** One operation on arrays and stack scalars. out NULL: *result is a new array in K order with one
 * reference, the caller's; else it is written and *result is not touched. where names the caller in
 * errors. */
cx_status cx__map(const char *where, int code, const cx_array *const in[], cx_array *out,
                  cx_array **result);
/** The same into out, only where mask (bool, broadcast to out) holds. */
cx_status cx__map_where(const char *where, int code, const cx_array *const in[],
                        const cx_array *mask, cx_array *out);

/** equal and not_equal of categories, with each other or with integer codes. */
cx_status cx__map_categories(const char *where, const cx__op *op, const cx_array *const in[],
                             cx_array *out, cx_array **result);
#endif
