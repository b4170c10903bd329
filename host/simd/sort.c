/* Quicksort of unsigned keys and the encoding of elements as keys, for each ISA level. The one
 * idea: one total order of integers serves every real dtype. Knows nothing of rows and threads. */
#include "sort.h"
#include <string.h>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#define SORT_AVX512 1
#endif

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)

#ifdef SORT_AVX512
#include "loops/sort_small512.inc"
#define T uint64_t
#define S u64
#define L 8
#define MASK __mmask8
#define LOW(k) ((__mmask8)((1U << (k)) - 1U))
#define LOAD(p) _mm512_loadu_si512(p)
#define SET1(p) _mm512_set1_epi64((long long)(p))
#define BELOW(x, p) _mm512_cmplt_epu64_mask(x, p)
#define PACK(m, x) _mm512_maskz_compress_epi64(m, x)
#define STORE_MASK(p, m, x) _mm512_mask_storeu_epi64(p, m, x)
#include "loops/sort_partition512.inc"
#define T uint32_t
#define S u32
#define L 16
#define MASK __mmask16
#define LOW(k) ((__mmask16)((1U << (k)) - 1U))
#define LOAD(p) _mm512_loadu_si512(p)
#define SET1(p) _mm512_set1_epi32((int)(p))
#define BELOW(x, p) _mm512_cmplt_epu32_mask(x, p)
#define PACK(m, x) _mm512_maskz_compress_epi32(m, x)
#define STORE_MASK(p, m, x) _mm512_mask_storeu_epi32(p, m, x)
#include "loops/sort_partition512.inc"
#define PARTITION_U64 partition_u64
#define PARTITION_U32 partition_u32
#define SMALL_N 128
#define SMALL_U64 small_u64
#define SMALL_U32 small_u32
#else
#define T uint64_t
#define S scalar_u64
#include "loops/sort_scalar.inc"
#define T uint32_t
#define S scalar_u32
#include "loops/sort_scalar.inc"
#define PARTITION_U64 partition_scalar_u64
#define PARTITION_U32 partition_scalar_u32
#define SMALL_N 24
#define SMALL_U64 insertion_scalar_u64
#define SMALL_U32 insertion_scalar_u32
#endif

#define T uint64_t
#define S u64
#define PARTITION PARTITION_U64
#define SMALL SMALL_N
#define SMALL_SORT SMALL_U64
#include "loops/sort_quick.inc"
#define T uint32_t
#define S u32
#define PARTITION PARTITION_U32
#define SMALL SMALL_N
#define SMALL_SORT SMALL_U32
#include "loops/sort_quick.inc"

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
#include "loops/sort_keys.inc"
#define K uint32_t
#define S i32
#define MAKE(x) SIGNED_KEY(uint32_t, x)
#define BACK(x) SIGNED_KEY(uint32_t, x)
#define PACKED PACK32
#include "loops/sort_keys.inc"
#define K uint64_t
#define S u64
#define MAKE(x) (x)
#define BACK(x) (x)
#define PACKED PACK64
#include "loops/sort_keys.inc"
#define K uint64_t
#define S i64
#define MAKE(x) SIGNED_KEY(uint64_t, x)
#define BACK(x) SIGNED_KEY(uint64_t, x)
#define PACKED PACK64
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
#include "loops/sort_keys.inc"
#define K uint64_t
#define S f64
#define FLOATING 0x7ff0000000000000u
#define MAKE(x) FLOAT_KEY(uint64_t, 0x7ff0000000000000u, x)
#define BACK(x) FLOAT_BACK(uint64_t, x)
#define PACKED PACK64
#include "loops/sort_keys.inc"

#define EACH(prefix)                                                             \
    [CX_BOOL] = prefix##_u8, [CX_U8] = prefix##_u8, [CX_I8] = prefix##_i8,       \
    [CX_U16] = prefix##_u16, [CX_I16] = prefix##_i16, [CX_U32] = prefix##_u32,   \
    [CX_I32] = prefix##_i32, [CX_CAT] = prefix##_i32, [CX_U64] = prefix##_u64,   \
    [CX_I64] = prefix##_i64, [CX_F16] = prefix##_f16, [CX_BF16] = prefix##_bf16, \
    [CX_F32] = prefix##_f32, [CX_F64] = prefix##_f64

const host_sorts CX_ISA_NAME(host_sorts) = {
    .u64 = sort_u64,
    .u32 = sort_u32,
    .split_u64 = split_u64,
    .split_u32 = split_u32,
    .encode = {EACH(encode)},
    .decode = {EACH(decode)},
    .packed = {EACH(packed)},
};
