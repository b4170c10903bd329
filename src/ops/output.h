/* Where an operation that is not elementwise puts its result: a new array, the caller's out, or a
 * stand-in for an out of another dtype or layout that is copied at the end. */
#ifndef CX_OPS_OUTPUT_H
#define CX_OPS_OUTPUT_H
#include "core/array.h"

/** An array in C order to compute into; one reference, the caller's. out NULL: new. Else out must
 * be writeable, on device d, of exactly this shape, reachable from t by a same_kind cast, and apart
 * from the inputs (READONLY, DEVICE, SHAPE, DTYPE, OVERLAP); out itself comes back if it is in C
 * order and of dtype t. */
cx_status cx__output_begin(const char *where, int ndim, const int64_t *shape, cx_dtype t,
                           cx_device d, int n, const cx_array *const in[], cx_array *out,
                           cx_array **work);
/** Hand the finished work over: *made (out NULL), or out's contents. Takes the reference; st is
 * passed through. */
cx_status cx__output_end(const char *where, cx_status st, cx_array *work, cx_array *out,
                         cx_array **made);
/** Every element of a new array becomes the scalar's value; 0. */
cx_status cx__array_fill(const char *where, const cx_array *a, const cx_scalar *s);
cx_status cx__array_zero(const char *where, const cx_array *a);
/** Are all on one device? Else DEVICE saying which argument is where. Stack scalars have none. */
cx_status cx__same_device(const char *where, const cx_array *a, const cx_array *b);
#endif
