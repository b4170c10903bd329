/* dtypes: facts and promotion (NumPy 2, NEP 50). */
#ifndef CALX_DTYPE_H
#define CALX_DTYPE_H
#include <calx/status.h>

/** IEEE binary16 and bfloat16 as storage: 16 bits. */
typedef struct cx_float16 {
    uint16_t bits;
} cx_float16;
typedef struct cx_bfloat16 {
    uint16_t bits;
} cx_bfloat16;
typedef struct cx_complex64 {
    float re, im;
} cx_complex64;
typedef struct cx_complex128 {
    double re, im;
} cx_complex128;

typedef enum cx_dtype {
    CX_DTYPE_NONE = 0,
#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) CX_##NAME = (value),
#include <calx/dtypes.def>
#undef CX_DTYPE
    CX_DTYPE_COUNT = 17 /* one past the last; not a dtype */
} cx_dtype;

CX_BEGIN
/** NumPy's name, "float64"; "none" for CX_DTYPE_NONE, "?" for a value that is no dtype. Static
 * storage. */
CX_API const char *cx_dtype_name(cx_dtype t);
/** Bytes of one element; 0 for a value that is no dtype. */
CX_API size_t cx_dtype_size(cx_dtype t);
/** Kind letter: b i u e (16-bit float) f c, k for CX_CAT; 0 for a value that is no dtype. */
CX_API char cx_dtype_kind(cx_dtype t);
/** Parse "float64", "f8", "<f8", "int32", "bool", "category" ...
 *  Errors      PARSE no such dtype; *out untouched. */
CX_API CX_MUST cx_status cx_dtype_parse(const char *text, cx_dtype *out);
/** Smallest dtype to which both can be cast safely (numpy.promote_types); bfloat16 goes with
 * float16 to float32, with int8 and uint8 to bfloat16, with wider integers as float16 does with
 * int16 and wider. CX_DTYPE_NONE where there is none (CX_CAT with another). */
CX_API cx_dtype cx_promote_types(cx_dtype a, cx_dtype b);
typedef enum cx_casting {
    CX_CASTING_NO,
    CX_CASTING_SAFE,
    CX_CASTING_SAME_KIND,
    CX_CASTING_UNSAFE
} cx_casting;
/** numpy.can_cast for dtypes; "equiv" is CX_CASTING_NO (memory is always in native byte order). */
CX_API bool cx_can_cast(cx_dtype from, cx_dtype to, cx_casting casting);
/** Common dtype of operands (numpy.result_type): arrays and stack scalars, which lift the kind
 * only, whatever their value. dtypes alone: cx_promote_types.
 *
 *  @return     The dtype; CX_DTYPE_NONE and a mark on failure.
 *  Errors      ARGUMENT no operands; DTYPE no common dtype; NULL.
 */
CX_API cx_dtype cx_result_type(cx_arrays operands);

/** Limits of a float dtype (numpy.finfo); of a complex one those of its parts. min is -max, tiny
 *  the smallest normal number. Values are exact in double. */
typedef struct cx_float_info {
    cx_dtype dtype; /* the parts' */
    int bits, nmant, nexp, iexp, machep, negep, minexp, maxexp, precision;
    double eps, epsneg, max, min, tiny, smallest_normal, smallest_subnormal, resolution;
} cx_float_info;
/** Limits of an integer dtype (numpy.iinfo). */
typedef struct cx_int_info {
    cx_dtype dtype;
    int bits;
    int64_t min;
    uint64_t max;
} cx_int_info;
/** numpy.finfo and numpy.iinfo.
 *  @return     The facts by value; all zero (dtype CX_DTYPE_NONE) and a mark on failure.
 *  Errors      DTYPE t is no float or complex dtype; no integer dtype (bool is none). */
CX_API cx_float_info cx_finfo(cx_dtype t);
CX_API cx_int_info cx_iinfo(cx_dtype t);

/** Is t of that kind (numpy.isdtype)? kind is one of "bool", "signed integer", "unsigned integer",
 *  "integral", "real floating", "complex floating", "numeric", a dtype's name, or several of these
 *  with commas between, as NumPy takes a tuple.
 *  Errors      ARGUMENT no such kind; NULL. */
CX_API bool cx_isdtype(cx_dtype t, const char *kind);
/** Is t at or below that place of NumPy's hierarchy (numpy.issubdtype)? type is "generic",
 *  "number", "integer", "signedinteger", "unsignedinteger", "inexact", "floating",
 *  "complexfloating", or a dtype's name.
 *  Errors      ARGUMENT no such type; NULL. */
CX_API bool cx_issubdtype(cx_dtype t, const char *type);
/** Conversions of the two 16-bit types, round to nearest even; NaN stays NaN. */
CX_API float cx_f16_to_float(cx_float16 h);
CX_API cx_float16 cx_f16_from_float(float f);
CX_API float cx_bf16_to_float(cx_bfloat16 h);
CX_API cx_bfloat16 cx_bf16_from_float(float f);
CX_END_DECLS
#endif
