/* Conversions between all dtypes, one function a pair, made of the templates in loops/. Integers
 * wrap, floats to integers truncate and saturate, NaN gives 0; a narrowing to a 16-bit float rounds
 * once. A complex source is its real part seen with the complex stride. */
#include "convert.h"
#include <calx/half.h>
#include <string.h>
#if defined(__F16C__)
#include <immintrin.h>
#endif

/* ------------------------------------------------------------------------------------ rules */
/* Clamping first keeps the cast defined for every lane, so the loops stay free of branches. */
#define SATURATE(name, ctype, via, real, lo, hi)            \
    static inline ctype name(real x)                        \
    {                                                       \
        const real number = x == x ? x : 0;                 \
        const real floor_ = number > (lo) ? number : (lo);  \
        return (ctype)(via)(floor_ < (hi) ? floor_ : (hi)); \
    }
SATURATE(saturate_i8, int8_t, int32_t, double, -128.0, 127.0)
SATURATE(saturate_i16, int16_t, int32_t, double, -32768.0, 32767.0)
SATURATE(saturate_i32, int32_t, int32_t, double, -2147483648.0, 2147483647.0)
SATURATE(saturate_u8, uint8_t, int32_t, double, 0.0, 255.0)
SATURATE(saturate_u16, uint16_t, int32_t, double, 0.0, 65535.0)
SATURATE(saturate_u32, uint32_t, uint32_t, double, 0.0, 4294967295.0)
/* what float32 has exactly needs no float64 */
SATURATE(shorten_i8, int8_t, int32_t, float, -128.0f, 127.0f)
SATURATE(shorten_i16, int16_t, int32_t, float, -32768.0f, 32767.0f)
SATURATE(shorten_u8, uint8_t, int32_t, float, 0.0f, 255.0f)
SATURATE(shorten_u16, uint16_t, int32_t, float, 0.0f, 65535.0f)
#undef SATURATE
static inline int64_t saturate_i64(double x)
{
    const double number = x == x ? x : 0.0;
    const double low = number > -0x1p63 ? number : -0x1p63;
    const int64_t inside = (int64_t)(low < 0x1p63 ? low : 0.0);
    return low < 0x1p63 ? inside : INT64_MAX;
}
static inline uint64_t saturate_u64(double x)
{
    const double number = x == x ? x : 0.0;
    const double low = number > 0.0 ? number : 0.0;
    const uint64_t inside = (uint64_t)(low < 0x1p64 ? low : 0.0);
    return low < 0x1p64 ? inside : UINT64_MAX;
}
#define shorten_i32(x) saturate_i32(x)
#define shorten_u32(x) saturate_u32(x)
#define shorten_i64(x) saturate_i64(x)
#define shorten_u64(x) saturate_u64(x)
#define wrap_i8(x) ((int8_t)(x))
#define wrap_i16(x) ((int16_t)(x))
#define wrap_i32(x) ((int32_t)(x))
#define wrap_i64(x) ((int64_t)(x))
#define wrap_u8(x) ((uint8_t)(x))
#define wrap_u16(x) ((uint16_t)(x))
#define wrap_u32(x) ((uint32_t)(x))
#define wrap_u64(x) ((uint64_t)(x))

/* A 64-bit integer as a double whose last bit remembers what was cut off. */
static inline float once_i64(int64_t x)
{
    const uint64_t u = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    const uint64_t kept =
        u >> 53 != 0 ? (u & ~UINT64_C(0x7ff)) | ((u & 0x7ff) != 0 ? 0x800 : 0) : u;
    return cx__f32_odd(x < 0 ? -(double)kept : (double)kept);
}
static inline float once_u64(uint64_t u)
{
    const uint64_t kept =
        u >> 53 != 0 ? (u & ~UINT64_C(0x7ff)) | ((u & 0x7ff) != 0 ? 0x800 : 0) : u;
    return cx__f32_odd((double)kept);
}
static inline float once_i32(int32_t x)
{
    return cx__f32_odd((double)x);
}
static inline float once_u32(uint32_t x)
{
    return cx__f32_odd((double)x);
}

static void zero_f32(char *d, int64_t stride, int64_t n)
{
    for (int64_t i = 0; i < n; i++, d += stride) *(float *)(void *)d = 0.0f;
}
static void zero_f64(char *d, int64_t stride, int64_t n)
{
    for (int64_t i = 0; i < n; i++, d += stride) *(double *)(void *)d = 0.0;
}

/* ------------------------------------------------------------------------------------ real sources
 */
#define FROM uint8_t
#define F b8
#define LOAD(x) ((int)(x))
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) ((float)(x))
#include "../loops/convert_to_all.inc"
#define FROM int8_t
#define F i8
#define LOAD(x) ((int)(x))
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) ((float)(x))
#include "../loops/convert_to_all.inc"
#define FROM int16_t
#define F i16
#define LOAD(x) ((int)(x))
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) ((float)(x))
#include "../loops/convert_to_all.inc"
#define FROM int32_t
#define F i32
#define LOAD(x) (x)
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) once_i32(x)
#include "../loops/convert_to_all.inc"
#define FROM int64_t
#define F i64
#define LOAD(x) (x)
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) once_i64(x)
#include "../loops/convert_to_all.inc"
#define FROM uint8_t
#define F u8
#define LOAD(x) ((unsigned)(x))
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) ((float)(x))
#include "../loops/convert_to_all.inc"
#define FROM uint16_t
#define F u16
#define LOAD(x) ((unsigned)(x))
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) ((float)(x))
#include "../loops/convert_to_all.inc"
#define FROM uint32_t
#define F u32
#define LOAD(x) (x)
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) once_u32(x)
#include "../loops/convert_to_all.inc"
#define FROM uint64_t
#define F u64
#define LOAD(x) (x)
#define RULE(t) wrap_##t
#define ONCE16(x) ((float)(x))
#define ONCE(x) once_u64(x)
#include "../loops/convert_to_all.inc"
#define FROM uint16_t
#define F f16
#define LOAD(x) cx__f16_decode(x)
#define RULE(t) shorten_##t
#define ONCE16(x) (x)
#define ONCE(x) (x)
#include "../loops/convert_to_all.inc"
#define FROM uint16_t
#define F bf16
#define LOAD(x) cx__bf16_decode(x)
#define RULE(t) shorten_##t
#define ONCE16(x) (x)
#define ONCE(x) (x)
#include "../loops/convert_to_all.inc"
#define FROM float
#define F f32
#define LOAD(x) (x)
#define RULE(t) shorten_##t
#define ONCE16(x) (x)
#define ONCE(x) (x)
#include "../loops/convert_to_all.inc"
#define FROM double
#define F f64
#define LOAD(x) (x)
#define RULE(t) saturate_##t
#define ONCE16(x) cx__f32_odd(x)
#define ONCE(x) cx__f32_odd(x)
#include "../loops/convert_to_all.inc"

/* ------------------------------------------------------------------------------------ same dtype
 */
#define NAME move_2
#define FROM uint16_t
#define TO uint16_t
#define CONVERT(x) (x)
#include "../loops/convert.inc"
#undef FROM
#define NAME move_4
#define FROM uint32_t
#define TO uint32_t
#define CONVERT(x) (x)
#include "../loops/convert.inc"
#undef FROM
#define NAME move_8
#define FROM uint64_t
#define TO uint64_t
#define CONVERT(x) (x)
#include "../loops/convert.inc"
#undef FROM
static void move_16(const void *src, int64_t src_stride, void *dst, int64_t dst_stride, int64_t n)
{
    if (src_stride == 16 && dst_stride == 16) {
        memcpy(dst, src, (size_t)n * 16);
        return;
    }
    const char *s = src;
    char *d = dst;
    for (int64_t i = 0; i < n; i++, s += src_stride, d += dst_stride) memcpy(d, s, 16);
}

/* ------------------------------------------------------------------------------------ complex
 * sources */
#define NAME convert_c64_b8
#define FROM cx_complex64
#define TO uint8_t
#define CONVERT(x) ((uint8_t)((x).re != 0 || (x).im != 0))
#include "../loops/convert.inc"
#undef FROM
#define NAME convert_c128_b8
#define FROM cx_complex128
#define TO uint8_t
#define CONVERT(x) ((uint8_t)((x).re != 0 || (x).im != 0))
#include "../loops/convert.inc"
#undef FROM
#define NAME convert_c64_c128
#define FROM cx_complex64
#define TO cx_complex128
#define CONVERT(x) ((cx_complex128){(double)(x).re, (double)(x).im})
#include "../loops/convert.inc"
#undef FROM
#define NAME convert_c128_c64
#define FROM cx_complex128
#define TO cx_complex64
#define CONVERT(x) ((cx_complex64){(float)(x).re, (float)(x).im})
#include "../loops/convert.inc"
#undef FROM

/* ------------------------------------------------------------------------------------ 16-bit
 * floats by instruction */
#if defined(__F16C__)
static void fast_f16_f32(const void *src, int64_t src_stride, void *dst, int64_t dst_stride,
                         int64_t n)
{
    if (src_stride != 2 || dst_stride != 4) {
        convert_f16_f32(src, src_stride, dst, dst_stride, n);
        return;
    }
    const uint16_t *const s = src;
    float *const d = dst;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm256_storeu_ps(d + i,
                         _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(s + i))));
    }
    for (; i < n; i++) d[i] = cx__f16_decode(s[i]);
}
static void fast_f32_f16(const void *src, int64_t src_stride, void *dst, int64_t dst_stride,
                         int64_t n)
{
    if (src_stride != 4 || dst_stride != 2) {
        convert_f32_f16(src, src_stride, dst, dst_stride, n);
        return;
    }
    const float *const s = src;
    uint16_t *const d = dst;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        _mm_storeu_si128(
            (__m128i *)(void *)(d + i),
            _mm256_cvtps_ph(_mm256_loadu_ps(s + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    }
    for (; i < n; i++) d[i] = cx__f16_encode(s[i]);
}
#else
#define fast_f16_f32 convert_f16_f32
#define fast_f32_f16 convert_f32_f16
#endif

/* ------------------------------------------------------------------------------------ floats to
 * narrow integers, 16 at a time: the compiler's way takes the double and the half of the vectors */
#if defined(__AVX512F__)
static inline __m512i int_of_f32(__m512 x, float lo, float hi)
{
    const __m512 inside = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(lo)), _mm512_set1_ps(hi));
    return _mm512_maskz_cvttps_epi32(_mm512_cmp_ps_mask(x, x, _CMP_ORD_Q), inside);
}
static inline __m256i int_of_f64(__m512d x, double lo, double hi)
{
    const __m512d inside = _mm512_min_pd(_mm512_max_pd(x, _mm512_set1_pd(lo)), _mm512_set1_pd(hi));
    return _mm512_maskz_cvttpd_epi32(_mm512_cmp_pd_mask(x, x, _CMP_ORD_Q), inside);
}
static inline void bytes_of_f32(const float *s, void *d, float lo, float hi)
{
    _mm_storeu_si128(d, _mm512_cvtepi32_epi8(int_of_f32(_mm512_loadu_ps(s), lo, hi)));
}
static inline void bytes_of_f64(const double *s, void *d, double lo, double hi)
{
    const __m256i a = int_of_f64(_mm512_loadu_pd(s), lo, hi),
                  b = int_of_f64(_mm512_loadu_pd(s + 8), lo, hi);
    _mm_storeu_si128(d, _mm512_cvtepi32_epi8(_mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1)));
}
/* what does not fit is the smallest number, which is right below */
static inline void i32_of_f32(const float *s, void *d)
{
    const __m512 x = _mm512_loadu_ps(s);
    const __m512i r = _mm512_maskz_cvttps_epi32(_mm512_cmp_ps_mask(x, x, _CMP_ORD_Q), x);
    const __mmask16 above = _mm512_cmp_ps_mask(x, _mm512_set1_ps(0x1p31f), _CMP_GE_OQ);
    _mm512_storeu_si512(d, _mm512_mask_mov_epi32(r, above, _mm512_set1_epi32(INT32_MAX)));
}
#define FAST(f, FROM, t, TO, STEP)                                                                 \
    static void fast_##f##_##t(const void *src, int64_t src_stride, void *dst, int64_t dst_stride, \
                               int64_t n)                                                          \
    {                                                                                              \
        const FROM *const s = src;                                                                 \
        TO *const d = dst;                                                                         \
        const bool dense =                                                                         \
            src_stride == (int64_t)sizeof(FROM) && dst_stride == (int64_t)sizeof(TO);              \
        int64_t i = 0;                                                                             \
        for (; dense && i + 16 <= n; i += 16) STEP;                                                \
        convert_##f##_##t(s + i, src_stride, d + i, dst_stride, n - i);                            \
    }
FAST(f32, float, i8, int8_t, bytes_of_f32(s + i, d + i, -128.0f, 127.0f))
FAST(f32, float, u8, uint8_t, bytes_of_f32(s + i, d + i, 0.0f, 255.0f))
FAST(f32, float, i32, int32_t, i32_of_f32(s + i, d + i))
FAST(f64, double, i8, int8_t, bytes_of_f64(s + i, d + i, -128.0, 127.0))
FAST(f64, double, u8, uint8_t, bytes_of_f64(s + i, d + i, 0.0, 255.0))
#undef FAST
#else
#define fast_f32_i8 convert_f32_i8
#define fast_f32_u8 convert_f32_u8
#define fast_f32_i32 convert_f32_i32
#define fast_f64_i8 convert_f64_i8
#define fast_f64_u8 convert_f64_u8
#endif
#define fast_f64_i32 convert_f64_i32

/* ------------------------------------------------------------------------------------ the table */
#define INTS(f) [CX_BOOL] = convert_##f##_b8, SIGNED(f), UNSIGNED(f)
#define NARROWED(f)                                                                      \
    [CX_I8] = fast_##f##_i8, [CX_I16] = convert_##f##_i16, [CX_I32] = fast_##f##_i32,    \
    [CX_I64] = convert_##f##_i64, [CX_U8] = fast_##f##_u8, [CX_U16] = convert_##f##_u16, \
    [CX_U32] = convert_##f##_u32, [CX_U64] = convert_##f##_u64
#define REST(f)                                                                                 \
    [CX_F16] = convert_##f##_f16, [CX_BF16] = convert_##f##_bf16, [CX_F32] = convert_##f##_f32, \
    [CX_F64] = convert_##f##_f64, [CX_C64] = convert_##f##_c64, [CX_C128] = convert_##f##_c128
#define SIGNED(f)                                                                           \
    [CX_I8] = convert_##f##_i8, [CX_I16] = convert_##f##_i16, [CX_I32] = convert_##f##_i32, \
    [CX_I64] = convert_##f##_i64
#define UNSIGNED(f)                                                                         \
    [CX_U8] = convert_##f##_u8, [CX_U16] = convert_##f##_u16, [CX_U32] = convert_##f##_u32, \
    [CX_U64] = convert_##f##_u64

/* clang-format off */
const host_convert_table CX_ISA_NAME(host_converts) = {.at = {
    [CX_BOOL] = {INTS(b8), REST(b8)},
    [CX_I8] = {INTS(i8), REST(i8)},
    [CX_I16] = {INTS(i16), REST(i16)},
    [CX_I32] = {INTS(i32), REST(i32)},
    [CX_I64] = {INTS(i64), REST(i64)},
    [CX_U8] = {INTS(u8), REST(u8)},
    [CX_U16] = {INTS(u16), REST(u16)},
    [CX_U32] = {INTS(u32), REST(u32)},
    [CX_U64] = {INTS(u64), REST(u64)},
    [CX_F16] = {INTS(f16), [CX_F16] = move_2, [CX_BF16] = convert_f16_bf16, [CX_F32] = fast_f16_f32, [CX_F64] = convert_f16_f64,
                [CX_C64] = convert_f16_c64, [CX_C128] = convert_f16_c128},
    [CX_BF16] = {INTS(bf16), [CX_F16] = convert_bf16_f16, [CX_BF16] = move_2, [CX_F32] = convert_bf16_f32,
                 [CX_F64] = convert_bf16_f64, [CX_C64] = convert_bf16_c64, [CX_C128] = convert_bf16_c128},
    [CX_F32] = {[CX_BOOL] = convert_f32_b8, NARROWED(f32), [CX_F16] = fast_f32_f16, [CX_BF16] = convert_f32_bf16, [CX_F32] = move_4, [CX_F64] = convert_f32_f64,
                [CX_C64] = convert_f32_c64, [CX_C128] = convert_f32_c128},
    [CX_F64] = {[CX_BOOL] = convert_f64_b8, NARROWED(f64), [CX_F16] = convert_f64_f16, [CX_BF16] = convert_f64_bf16, [CX_F32] = convert_f64_f32, [CX_F64] = move_8,
                [CX_C64] = convert_f64_c64, [CX_C128] = convert_f64_c128},
    [CX_C64] = {[CX_BOOL] = convert_c64_b8, NARROWED(f32), [CX_F16] = fast_f32_f16, [CX_BF16] = convert_f32_bf16,
                [CX_F32] = move_4, [CX_F64] = convert_f32_f64, [CX_C64] = move_8, [CX_C128] = convert_c64_c128},
    [CX_C128] = {[CX_BOOL] = convert_c128_b8, NARROWED(f64), [CX_F16] = convert_f64_f16, [CX_BF16] = convert_f64_bf16,
                 [CX_F32] = convert_f64_f32, [CX_F64] = move_8, [CX_C64] = convert_c128_c64, [CX_C128] = move_16},
    [CX_CAT] = {SIGNED(i32), UNSIGNED(i32), [CX_CAT] = move_4},
}};
/* clang-format on */
