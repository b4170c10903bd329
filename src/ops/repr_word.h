/* How one element of an array is printed: chosen once for all elements that will be shown. */
#ifndef CX_OPS_REPR_WORD_H
#define CX_OPS_REPR_WORD_H
#include "base/text.h"
#include "core/array.h"

/** Layout of one float column (a complex array has two): NumPy's FloatingFormat.
 *  Zero-initialise, then see every value, then settle. */
typedef struct cx__float_format {
    cx_dtype t; /* F16, BF16, F32 or F64 */
    bool plus;  /* always a sign: imaginary parts */
    bool exponent;
    bool any_finite, any_other, any_minus_inf;
    double most, least; /* of the finite non-zero magnitudes */
    int left, right, exponent_digits;
} cx__float_format;

/** Layout of the elements of one array. */
typedef struct cx__word_format {
    const cx_array *a;
    bool scalar; /* 0-d: no padding of True */
    int width;   /* of integers */
    int pass;    /* floats are seen twice: range first, then widths */
    cx__float_format re, im;
} cx__word_format;

enum { CX__WORD_PASSES = 2 };

void cx__word_start(cx__word_format *f, const cx_array *a);
/** See the element at p in pass 0, then all of them again in pass 1. */
void cx__word_see(cx__word_format *f, const char *p);
void cx__word_next_pass(cx__word_format *f);
/** Append the element; returns its width in characters. */
int cx__word_put(const cx__word_format *f, const char *p, cx__text *out);
#endif
