/* Signatures of kernels from source: "const float32 *x, float32 *y, int64 n". */
#ifndef CX_OPS_KERNEL_SIGNATURE_H
#define CX_OPS_KERNEL_SIGNATURE_H
#include "core/array.h"

enum { CX__KERNEL_PARAMS = 32 };

typedef struct cx__kernel_param {
    const char *name;
    uint8_t dtype;
    bool array;
    bool out; /* an array that is written: it stands among the outputs */
} cx__kernel_param;

typedef struct cx__kernel_signature {
    char *text; /* names are in here */
    int count, inputs, outputs;
    cx__kernel_param param[CX__KERNEL_PARAMS];
} cx__kernel_signature;

/** PARSE with the column; ARGUMENT if no parameter is an array. *out is freed in any case, and may
 * be all zero. */
cx_status cx__kernel_signature_parse(const char *where, const char *text,
                                     cx__kernel_signature *out);
void cx__kernel_signature_free(cx__kernel_signature *s);
/** Is s an identifier of C? */
bool cx__is_identifier(const char *s);
#endif
