/* Sorting of one run, for each ISA level. The one idea: a total order of unsigned integers serves
 * every real dtype; where there are vectors for it, elements of 32 and 64 bits are sorted as they
 * are, with NaNs put aside. Knows nothing of rows and threads. */
#include "sort.h"
#include <math.h>
#include <string.h>

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#define SORT_NATIVE 1
#include "loops/sort_lanes512.h"

#define EXCLUSIVE 0x96 /* x ^ y ^ z for ternarylogic */
#define REST(w, less, mask, a, b) _mm512_mask_ternarylogic_epi##w(less, mask, a, b, EXCLUSIVE)
#define PS(x) _mm512_castsi512_ps(x)
#define PD(x) _mm512_castsi512_pd(x)

#define T uint64_t
#define S u64
#define L 8
#define MIN(a, b) _mm512_min_epu64(a, b)
#define MAX(less, a, b) _mm512_ternarylogic_epi64(less, a, b, EXCLUSIVE)
#define MASK_MAX(less, mask, a, b) REST(64, less, mask, a, b)
#define BELOW(x, p) _mm512_cmplt_epu64_mask(x, p)
#define UPTO(x, p) _mm512_cmple_epu64_mask(x, p)
#define SET1(p) _mm512_set1_epi64((long long)(p))
#define TOP UINT64_MAX
#include "loops/sort_native512.inc"

#define T int64_t
#define S i64
#define L 8
#define MIN(a, b) _mm512_min_epi64(a, b)
#define MAX(less, a, b) _mm512_ternarylogic_epi64(less, a, b, EXCLUSIVE)
#define MASK_MAX(less, mask, a, b) REST(64, less, mask, a, b)
#define BELOW(x, p) _mm512_cmplt_epi64_mask(x, p)
#define UPTO(x, p) _mm512_cmple_epi64_mask(x, p)
#define SET1(p) _mm512_set1_epi64((long long)(p))
#define TOP INT64_MAX
#include "loops/sort_native512.inc"

#define T uint32_t
#define S u32
#define L 16
#define MIN(a, b) _mm512_min_epu32(a, b)
#define MAX(less, a, b) _mm512_ternarylogic_epi64(less, a, b, EXCLUSIVE)
#define MASK_MAX(less, mask, a, b) REST(32, less, mask, a, b)
#define BELOW(x, p) _mm512_cmplt_epu32_mask(x, p)
#define UPTO(x, p) _mm512_cmple_epu32_mask(x, p)
#define SET1(p) _mm512_set1_epi32((int)(p))
#define TOP UINT32_MAX
#include "loops/sort_native512.inc"

#define T int32_t
#define S i32
#define L 16
#define MIN(a, b) _mm512_min_epi32(a, b)
#define MAX(less, a, b) _mm512_ternarylogic_epi64(less, a, b, EXCLUSIVE)
#define MASK_MAX(less, mask, a, b) REST(32, less, mask, a, b)
#define BELOW(x, p) _mm512_cmplt_epi32_mask(x, p)
#define UPTO(x, p) _mm512_cmple_epi32_mask(x, p)
#define SET1(p) _mm512_set1_epi32((int)(p))
#define TOP INT32_MAX
#include "loops/sort_native512.inc"

#define T double
#define S f64
#define L 8
#define MIN(a, b) _mm512_castpd_si512(_mm512_min_pd(PD(a), PD(b)))
#define MAX(less, a, b) _mm512_castpd_si512(_mm512_max_pd(PD(a), PD(b)))
#define MASK_MAX(less, mask, a, b) \
    _mm512_castpd_si512(_mm512_mask_max_pd(PD(less), mask, PD(a), PD(b)))
#define BELOW(x, p) _mm512_cmp_pd_mask(PD(x), PD(p), _CMP_LT_OQ)
#define UPTO(x, p) _mm512_cmp_pd_mask(PD(x), PD(p), _CMP_LE_OQ)
#define SET1(p) _mm512_castpd_si512(_mm512_set1_pd(p))
#define TOP (double)INFINITY
#include "loops/sort_native512.inc"

#define T float
#define S f32
#define L 16
#define MIN(a, b) _mm512_castps_si512(_mm512_min_ps(PS(a), PS(b)))
#define MAX(less, a, b) _mm512_castps_si512(_mm512_max_ps(PS(a), PS(b)))
#define MASK_MAX(less, mask, a, b) \
    _mm512_castps_si512(_mm512_mask_max_ps(PS(less), mask, PS(a), PS(b)))
#define BELOW(x, p) _mm512_cmp_ps_mask(PS(x), PS(p), _CMP_LT_OQ)
#define UPTO(x, p) _mm512_cmp_ps_mask(PS(x), PS(p), _CMP_LE_OQ)
#define SET1(p) _mm512_castps_si512(_mm512_set1_ps(p))
#define TOP (float)INFINITY
#include "loops/sort_native512.inc"

#define LOW(bits, k) ((__mmask##bits)((1U << (k)) - 1U))
#define IS_NAN(p, mask, x) (_mm512_mask_cmp_##p##_mask(mask, x, x, _CMP_UNORD_Q) != 0)
#define T double
#define S f64
#define K uint64_t
#define NANS(p, k) IS_NAN(pd, LOW(8, k), _mm512_maskz_loadu_pd(LOW(8, k), p))
#include "loops/sort_floats.inc"
#define T float
#define S f32
#define K uint32_t
#define NANS(p, k) IS_NAN(ps, LOW(16, k), _mm512_maskz_loadu_ps(LOW(16, k), p))
#include "loops/sort_floats.inc"
#undef LOW
#undef IS_NAN
#else
#define T uint64_t
#define S u64
#define SMALL 24
#include "loops/sort_scalar.inc"
#include "loops/sort_quick.inc"
#define T uint32_t
#define S u32
#define SMALL 24
#include "loops/sort_scalar.inc"
#include "loops/sort_quick.inc"
#endif

/* Keys of one dtype. K the key, MAKE(x) bits to key, BACK(k) key to bits. Signed: the sign bit
 * turned. Floats: negative ones turned whole, positive ones in the sign; every NaN is the top key
 * and comes back as one NaN. */
#define SIGNED_KEY(K, x) ((K)((x) ^ ((K)1 << (sizeof(K) * 8 - 1))))
#define FLOAT_KEY(K, EXP, x)            \
    ((K)((x) & (K)((K)-1 >> 1)) > (EXP) \
         ? (K)-1                        \
         : (K)((x) ^ ((K)(0 - ((x) >> (sizeof(K) * 8 - 1))) | ((K)1 << (sizeof(K) * 8 - 1)))))
#define FLOAT_BACK(K, k) \
    ((K)((k) ^ ((K)(((k) >> (sizeof(K) * 8 - 1)) - 1) | ((K)1 << (sizeof(K) * 8 - 1)))))
#define ZERO_ALIKE(K, x) ((K)((x) << 1) == 0 ? (K)0 : (x))
#define PACK32(k, i) ((uint64_t)(k) << 32 | (uint32_t)(i))
#define PACK64(k, i) (k)

#define K uint8_t
#define S u8
#define MAKE(x) (x)
#define BACK(x) (x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint8_t
#define S i8
#define MAKE(x) SIGNED_KEY(uint8_t, x)
#define BACK(x) SIGNED_KEY(uint8_t, x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint16_t
#define S u16
#define MAKE(x) (x)
#define BACK(x) (x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint16_t
#define S i16
#define MAKE(x) SIGNED_KEY(uint16_t, x)
#define BACK(x) SIGNED_KEY(uint16_t, x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint32_t
#define S u32
#define MAKE(x) (x)
#define BACK(x) (x)
#define PACKED PACK32
#define WIDE
#include "loops/sort_keys.inc"
#define K uint32_t
#define S i32
#define MAKE(x) SIGNED_KEY(uint32_t, x)
#define BACK(x) SIGNED_KEY(uint32_t, x)
#define PACKED PACK32
#define WIDE
#include "loops/sort_keys.inc"
#define K uint64_t
#define S u64
#define MAKE(x) (x)
#define BACK(x) (x)
#define PACKED PACK64
#define WIDE
#include "loops/sort_keys.inc"
#define K uint64_t
#define S i64
#define MAKE(x) SIGNED_KEY(uint64_t, x)
#define BACK(x) SIGNED_KEY(uint64_t, x)
#define PACKED PACK64
#define WIDE
#include "loops/sort_keys.inc"
#define K uint16_t
#define S f16
#define FLOATING 0x7c00u
#define MAKE(x) FLOAT_KEY(uint16_t, 0x7c00u, x)
#define BACK(x) FLOAT_BACK(uint16_t, x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint16_t
#define S bf16
#define FLOATING 0x7f80u
#define MAKE(x) FLOAT_KEY(uint16_t, 0x7f80u, x)
#define BACK(x) FLOAT_BACK(uint16_t, x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint32_t
#define S f32
#define FLOATING 0x7f800000u
#define MAKE(x) FLOAT_KEY(uint32_t, 0x7f800000u, x)
#define BACK(x) FLOAT_BACK(uint32_t, x)
#define PACKED PACK32
#define WIDE
#include "loops/sort_keys.inc"
#define K uint64_t
#define S f64
#define FLOATING 0x7ff0000000000000u
#define MAKE(x) FLOAT_KEY(uint64_t, 0x7ff0000000000000u, x)
#define BACK(x) FLOAT_BACK(uint64_t, x)
#define PACKED PACK64
#define WIDE
#include "loops/sort_keys.inc"

#ifdef SORT_NATIVE
/* Integers are sorted as they are: nothing to do before. */
static int64_t keep_all(void *a, int64_t n)
{
    (void)a;
    return n;
}
#define encode_u32 keep_all
#define encode_i32 keep_all
#define encode_u64 keep_all
#define encode_i64 keep_all
#define encode_f32 nans_last_f32
#define encode_f64 nans_last_f64
#define decode_u32 NULL
#define decode_i32 NULL
#define decode_u64 NULL
#define decode_i64 NULL
#define decode_f32 NULL
#define decode_f64 NULL
#else
#define sort_i32 sort_u32
#define sort_i64 sort_u64
#define sort_zeros_f32 sort_u32
#define sort_zeros_f64 sort_u64
#define split_i32 split_u32
#define split_i64 split_u64
#define split_f32 split_u32
#define split_f64 split_u64
#endif

#define EACH(prefix)                                                             \
    [CX_BOOL] = prefix##_u8, [CX_U8] = prefix##_u8, [CX_I8] = prefix##_i8,       \
    [CX_U16] = prefix##_u16, [CX_I16] = prefix##_i16, [CX_U32] = prefix##_u32,   \
    [CX_I32] = prefix##_i32, [CX_CAT] = prefix##_i32, [CX_U64] = prefix##_u64,   \
    [CX_I64] = prefix##_i64, [CX_F16] = prefix##_f16, [CX_BF16] = prefix##_bf16, \
    [CX_F32] = prefix##_f32, [CX_F64] = prefix##_f64

const host_sorts CX_ISA_NAME(host_sorts) = {
    .sort = {[CX_U32] = sort_u32,
             [CX_I32] = sort_i32,
             [CX_CAT] = sort_i32,
             [CX_U64] = sort_u64,
             [CX_I64] = sort_i64,
             [CX_F32] = sort_zeros_f32,
             [CX_F64] = sort_zeros_f64},
    .split = {[CX_U32] = split_u32,
              [CX_I32] = split_i32,
              [CX_CAT] = split_i32,
              [CX_U64] = split_u64,
              [CX_I64] = split_i64,
              [CX_F32] = split_f32,
              [CX_F64] = split_f64},
    .encode = {EACH(encode)},
    .decode = {EACH(decode)},
    .packed = {EACH(packed)},
};
