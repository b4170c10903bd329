/* Loops of sliding products, compiled once per ISA level. Integers wrap: the same bits signed and
 * unsigned, so four widths serve eight dtypes; 16-bit floats and complex numbers arrive as floats.
 */
#include "slide.h"
#include "paste.h"
#include <string.h>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
enum { SLIDE_VECTORS = 8 }; /* as many sums as hide the latency of an addition */

#define T double
#define W double
#define NAME slide_f64
#include "loops/slide.inc"
#define T float
#define W float
#define NAME slide_f32
#include "loops/slide.inc"
#define T uint8_t
#define W uint32_t
#define NAME slide_u8
#include "loops/slide.inc"
#define T uint16_t
#define W uint32_t
#define NAME slide_u16
#include "loops/slide.inc"
#define T uint32_t
#define W uint32_t
#define NAME slide_u32
#include "loops/slide.inc"
#define T uint64_t
#define W uint64_t
#define NAME slide_u64
#include "loops/slide.inc"
#define T uint8_t
#define W uint32_t
#define BOOLEAN
#define NAME slide_bool
#include "loops/slide.inc"

const host_slide_table CX_ISA_NAME(host_slides) = {
    .fn = {[CX_BOOL] = slide_bool,
           [CX_I8] = slide_u8,
           [CX_U8] = slide_u8,
           [CX_I16] = slide_u16,
           [CX_U16] = slide_u16,
           [CX_I32] = slide_u32,
           [CX_U32] = slide_u32,
           [CX_I64] = slide_u64,
           [CX_U64] = slide_u64,
           [CX_F32] = slide_f32,
           [CX_F64] = slide_f64},
};
