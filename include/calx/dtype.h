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
/** Conversions of the two 16-bit types, round to nearest even; NaN stays NaN. */
CX_API float cx_f16_to_float(cx_float16 h);
CX_API cx_float16 cx_f16_from_float(float f);
CX_API float cx_bf16_to_float(cx_bfloat16 h);
CX_API cx_bfloat16 cx_bf16_from_float(float f);
CX_END_DECLS
#endif
