/* How one element of an array is printed: chosen once for all elements that will be shown. */
#ifndef CX_OPS_REPR_WORD_H
#define CX_OPS_REPR_WORD_H
#include "base/text.h"
#include "core/array.h"
#include <calx/print.h>

/** Print options with every default filled in. */
typedef struct cx__printing {
    int precision, linewidth;
    int64_t threshold, edge;
    bool suppress_small;
    cx_float_mode floatmode;
    cx_sign_mode sign;
    const char *nan, *inf, *separator;
    size_t prefix, suffix;
} cx__printing;

/** Layout of one float column (a complex array has two): NumPy's FloatingFormat.
 *  Zero-initialise, then see every value, then settle. */
typedef struct cx__float_format {
    const cx__printing *how;
    cx_dtype t;        /* F16, BF16, F32 or F64 */
    cx_sign_mode sign; /* of imaginary parts always with a plus */
    int precision;     /* -1: as many as needed */
    bool unique;       /* shortest digits; else exactly precision of them */
    bool exponent;
    bool any_finite, any_other, any_negative, any_minus_inf;
    double most, least; /* of the finite non-zero magnitudes */
    int left, right, least_digits, exponent_digits;
} cx__float_format;

/** Layout of the elements of one array. */
typedef struct cx__word_format {
    const cx_array *a;
    const cx__printing *how;
    bool scalar;       /* 0-d: no padding of True */
    int width;         /* of integers */
    bool any_negative; /* of integers */
    int pass;          /* seen twice: range first, then widths */
    cx__float_format re, im;
} cx__word_format;

enum { CX__WORD_PASSES = 2, CX__MAX_PRECISION = 500 };

void cx__word_start(cx__word_format *f, const cx_array *a, const cx__printing *how);
/** See the element at p in pass 0, then all of them again in pass 1. */
void cx__word_see(cx__word_format *f, const char *p);
void cx__word_next_pass(cx__word_format *f);
/** Append the element; returns its width in characters. */
int cx__word_put(const cx__word_format *f, const char *p, cx__text *out);
/** Append the element as Python's str() of a NumPy scalar. */
void cx__word_scalar(const cx_array *a, const char *p, cx__text *out);

/** Layout of floats (repr_float.c). */
void cx__float_see(cx__float_format *f, int pass, double v);
void cx__float_next_pass(cx__float_format *f, int pass);
int cx__float_put(const cx__float_format *f, double v, cx__text *out);
/** Shortest digits of v as str() of a NumPy float: "0.1", "1e-05", "1e+16"; bare: no ".0" of whole
 *  numbers, as in complex ones. */
void cx__float_scalar(cx_dtype t, double v, bool bare, cx__text *out);
#endif
