/* Products of small matrices by plain loops, compiled once per ISA level: what a library call would
 * cost more than the work. Also the block kernel of integer and bool products, for which there is
 * no library. */
#include "linalg/blas.h"
#include "paste.h"
#include "simd.h"
#include <string.h>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

/* floats */
#define T double
#define NAME small_f64
#include "loops/small_float.inc"
#define T float
#define NAME small_f32
#include "loops/small_float.inc"

HOST_VECTOR(double, dot_f64);
HOST_VECTOR(float, dot_f32);
#define T double
#define V dot_f64
#define NAME dots_f64
#include "loops/dots.inc"
#define T float
#define V dot_f32
#define NAME dots_f32
#include "loops/dots.inc"

/* complex: real and imaginary parts apart */
#define R double
#define T cx_complex128
#define NAME small_c128
#include "loops/small_complex.inc"
#define R float
#define T cx_complex64
#define NAME small_c64
#include "loops/small_complex.inc"

/* integers wrap: the same bits signed and unsigned, so four widths serve eight dtypes; W is wide
 * enough not to promote to signed int */
#define T uint8_t
#define W uint32_t
#define NAME small_u8
#include "loops/small_int.inc"
#define T uint16_t
#define W uint32_t
#define NAME small_u16
#include "loops/small_int.inc"
#define T uint32_t
#define W uint32_t
#define NAME small_u32
#include "loops/small_int.inc"
#define T uint64_t
#define W uint64_t
#define NAME small_u64
#include "loops/small_int.inc"
#define T uint8_t
#define W uint32_t
#define BOOLEAN
#define NAME small_bool
#include "loops/small_int.inc"

const host_small_gemm CX_ISA_NAME(host_small_gemm) = {
    .fn = {[CX_BOOL] = small_bool,
           [CX_I8] = small_u8,
           [CX_U8] = small_u8,
           [CX_I16] = small_u16,
           [CX_U16] = small_u16,
           [CX_I32] = small_u32,
           [CX_U32] = small_u32,
           [CX_I64] = small_u64,
           [CX_U64] = small_u64,
           [CX_F32] = small_f32,
           [CX_F64] = small_f64,
           [CX_C64] = small_c64,
           [CX_C128] = small_c128},
    .stack = {[CX_F32] = small_f32_stack, [CX_F64] = small_f64_stack},
    .dots = {[CX_F32] = dots_f32, [CX_F64] = dots_f64},
};
