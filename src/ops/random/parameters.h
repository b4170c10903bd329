/* Parameters of draws that may be arrays: broadcast against each other and the shape asked for,
 * brought to the host, and seen as the backend contract wants them. */
#ifndef CX_OPS_RANDOM_PARAMETERS_H
#define CX_OPS_RANDOM_PARAMETERS_H
#include "ops/random/generator.h"

#include "core/shape.h"

typedef union cx__number {
    double f64;
    int64_t i64;
    uint64_t u64;
} cx__number;

typedef struct cx__parameter_kind {
    const char *name;
    cx_dtype
        dtype; /* CX_F64 or CX_I64, which others are converted to; CX_U64 and CX_I64 keep bits */
} cx__parameter_kind;

/** Zeroed before it is opened; closed whether or not that succeeded. */
typedef struct cx__parameters {
    int count;
    int ndim; /* of what is drawn */
    int64_t shape[CX_MAX_NDIM];
    cx_array *held[CX_DRAW_PARAMS]; /* NULL: one value */
    cx__number value[CX_DRAW_PARAMS];
    cx_view view[CX_DRAW_PARAMS];
} cx__parameters;

/** A view of one number for all elements. */
void cx__number_view(const cx__number *value, bool is_count, cx_view *out);
/** DTYPE complex, categories; DEVICE not where g is; SHAPE the parameters do not broadcast, or to
 * something else than the shape asked for (CX_SIZE_NONE: that is the result's shape). */
cx_status cx__parameters_open(const char *where, const cx_generator *g, cx_arrays given,
                              const cx__parameter_kind *kind, cx_shape shape, cx__parameters *out);
void cx__parameters_close(cx__parameters *p);
/** Is any parameter more than one value? */
bool cx__parameters_differ(const cx__parameters *p);
/** a as a C contiguous array of dtype t in host memory; one reference. */
cx_status cx__parameter_host(const char *where, const char *name, const cx_generator *g,
                             const cx_array *a, cx_dtype t, cx_array **out);
#endif
