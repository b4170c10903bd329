/* Smallest and largest of one block, their place, and what is not NaN, for each ISA level. The one
 * idea: select, do not branch. Knows nothing of shapes. */
#include "reduce.h"
#include <string.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)
#define NAME3_(a, b, c) a##_##b##_##c
#define NAME3(a, b, c) NAME3_(a, b, c)
#define EQUAL(a, b) (!((a) < (b)) & !((a) > (b)) & !ISNAN(a))

#if defined(__AVX512F__)
static inline uint64_t equal_8(const void *p, char v, uint64_t some)
{
    return _mm512_mask_cmpeq_epi8_mask(some, _mm512_maskz_loadu_epi8(some, p), _mm512_set1_epi8(v));
}
static inline uint64_t equal_16(const void *p, short v, uint64_t some)
{
    const __mmask32 k = (__mmask32)some;
    return _mm512_mask_cmpeq_epi16_mask(k, _mm512_maskz_loadu_epi16(k, p), _mm512_set1_epi16(v));
}
static inline uint64_t equal_32(const void *p, int v, uint64_t some)
{
    const __mmask16 k = (__mmask16)some;
    return _mm512_mask_cmpeq_epi32_mask(k, _mm512_maskz_loadu_epi32(k, p), _mm512_set1_epi32(v));
}
static inline uint64_t equal_64(const void *p, long long v, uint64_t some)
{
    const __mmask8 k = (__mmask8)some;
    return _mm512_mask_cmpeq_epi64_mask(k, _mm512_maskz_loadu_epi64(k, p), _mm512_set1_epi64(v));
}
static inline uint64_t equal_f32(const void *p, float v, uint64_t some)
{
    const __mmask16 k = (__mmask16)some;
    return _mm512_mask_cmp_ps_mask(k, _mm512_maskz_loadu_ps(k, p), _mm512_set1_ps(v), _CMP_EQ_OQ);
}
static inline uint64_t equal_f64(const void *p, double v, uint64_t some)
{
    const __mmask8 k = (__mmask8)some;
    return _mm512_mask_cmp_pd_mask(k, _mm512_maskz_loadu_pd(k, p), _mm512_set1_pd(v), _CMP_EQ_OQ);
}
#define EQUAL_BITS_8(p, v, some) equal_8(p, (char)(v), some)
#define EQUAL_BITS_16(p, v, some) equal_16(p, (short)(v), some)
#define EQUAL_BITS_32(p, v, some) equal_32(p, (int)(v), some)
#define EQUAL_BITS_64(p, v, some) equal_64(p, (long long)(v), some)
#define EQUAL_VECTORS
#endif

#define ISNAN(x) 0
#define T uint8_t
#define S u8
#define EQUAL_BITS EQUAL_BITS_8
#include "loops/reduce_order.inc"
#define T int8_t
#define S i8
#define EQUAL_BITS EQUAL_BITS_8
#include "loops/reduce_order.inc"
#define T uint16_t
#define S u16
#define EQUAL_BITS EQUAL_BITS_16
#include "loops/reduce_order.inc"
#define T int16_t
#define S i16
#define EQUAL_BITS EQUAL_BITS_16
#include "loops/reduce_order.inc"
#define T uint32_t
#define S u32
#define EQUAL_BITS EQUAL_BITS_32
#include "loops/reduce_order.inc"
#define T int32_t
#define S i32
#define EQUAL_BITS EQUAL_BITS_32
#include "loops/reduce_order.inc"
#define T uint64_t
#define S u64
#define EQUAL_BITS EQUAL_BITS_64
#include "loops/reduce_order.inc"
#define T int64_t
#define S i64
#define EQUAL_BITS EQUAL_BITS_64
#include "loops/reduce_order.inc"
#undef ISNAN
#define ISNAN(x) ((x) != (x))
#define T float
#define S f32
#define EQUAL_BITS equal_f32
#include "loops/reduce_order.inc"
#define T double
#define S f64
#define EQUAL_BITS equal_f64
#include "loops/reduce_order.inc"

#define PACK float
#define S f32
#define PACK_NAN(x) ((x) != (x))
#include "loops/reduce_pack.inc"
#define PACK double
#define S f64
#define PACK_NAN(x) ((x) != (x))
#include "loops/reduce_pack.inc"
#define PACK cx_complex64
#define S c64
#define PACK_NAN(x) (((x).re != (x).re) | ((x).im != (x).im))
#include "loops/reduce_complex.inc"
#include "loops/reduce_pack.inc"
#define PACK cx_complex128
#define S c128
#define PACK_NAN(x) (((x).re != (x).re) | ((x).im != (x).im))
#include "loops/reduce_complex.inc"
#include "loops/reduce_pack.inc"

#define REALS(prefix)                                                          \
    [CX_BOOL] = prefix##_u8, [CX_U8] = prefix##_u8, [CX_I8] = prefix##_i8,     \
    [CX_U16] = prefix##_u16, [CX_I16] = prefix##_i16, [CX_U32] = prefix##_u32, \
    [CX_I32] = prefix##_i32, [CX_U64] = prefix##_u64, [CX_I64] = prefix##_i64, \
    [CX_F32] = prefix##_f32, [CX_F64] = prefix##_f64

const host_red_orders CX_ISA_NAME(host_red_orders) = {
    .min = {REALS(min_block), [CX_C64] = min_block_c64, [CX_C128] = min_block_c128},
    .max = {REALS(max_block), [CX_C64] = max_block_c64, [CX_C128] = max_block_c128},
    .min_place = {REALS(min_place)},
    .max_place = {REALS(max_place)},
    .min_rows = {REALS(min_rows)},
    .max_rows = {REALS(max_rows)},
    .argmin_rows = {REALS(arg_min)},
    .argmax_rows = {REALS(arg_max)},
    .find = {REALS(find), [CX_C64] = find_c64, [CX_C128] = find_c128},
    .pack_nan =
        {[CX_F32] = pack_f32, [CX_F64] = pack_f64, [CX_C64] = pack_c64, [CX_C128] = pack_c128},
};
