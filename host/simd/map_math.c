/* Elementwise functions of float32 and float64 by vectors: own ones of 512 bits (own_f32.h,
 * own_f64.h), else SLEEF's at the width of the level, and libm where those are not good enough (the
 * limits stand in loops/math.inc). */
#include "map.h"
#include "../loops/rows.h"
#include <float.h>
#include <math.h>
#include <string.h>
#if defined(__SSE2__)
#include <sleef.h>
#endif
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

/* ------------------------------------------------------------------------------------ float64 */
#define T double
#define FN(name) name##_f64
#define REAL(name) name
#define LIMIT(single, dual) (dual)
#if defined(__AVX512F__)
#define V __m512d
#define LANES 8
#define LOAD(p) _mm512_loadu_pd(p)
#define STORE(p, v) _mm512_storeu_pd(p, v)
#define STORE_SOME(p, some, v) _mm512_mask_storeu_pd(p, (__mmask8)(some), v)
#define SPREAD(x) _mm512_set1_pd(x)
#define VEC(name) Sleef_##name##d8_u10avx512f
#include "own_f64.h"
#define VEC05(name) Sleef_##name##d8_u05avx512f
#define SQRT(x) _mm512_sqrt_pd(x)
#define EQUALS(x, c) ((unsigned)_mm512_cmp_pd_mask(x, SPREAD(c), _CMP_EQ_OQ))
/* has a lane no bits in its mantissa? */
#define ROUND_EXPONENTS(x) \
    (_mm512_testn_epi64_mask(_mm512_castpd_si512(x), _mm512_set1_epi64(0x000fffffffffffff)) != 0)
#define POSITIVE(x) ((unsigned)_mm512_cmp_pd_mask(x, SPREAD(0), _CMP_GT_OQ))
/* Lanes whose magnitude is outside low..high, or that are NaN. Up to infinity none is: the own ones
 * and SLEEF's pass NaN on. */
static inline unsigned outside_f64(V x, double low, double high)
{
    if (low <= 0 && high > DBL_MAX) return 0;
    const V a = _mm512_abs_pd(x);
    const unsigned above = (unsigned)_mm512_cmp_pd_mask(a, SPREAD(high), _CMP_NLE_UQ);
    return low > 0 ? above | (unsigned)_mm512_cmp_pd_mask(a, SPREAD(low), _CMP_NGE_UQ) : above;
}
#elif defined(__AVX2__)
#define V __m256d
#define LANES 4
#define LOAD(p) _mm256_loadu_pd(p)
#define STORE(p, v) _mm256_storeu_pd(p, v)
#define SPREAD(x) _mm256_set1_pd(x)
#define VEC(name) Sleef_##name##d4_u10avx2
#define VEC05(name) Sleef_##name##d4_u05avx2
#define SQRT(x) _mm256_sqrt_pd(x)
#define EQUALS(x, c) ((unsigned)_mm256_movemask_pd(_mm256_cmp_pd(x, SPREAD(c), _CMP_EQ_OQ)))
#define ROUND_EXPONENTS(x) 1
#define POSITIVE(x) ((unsigned)_mm256_movemask_pd(_mm256_cmp_pd(x, SPREAD(0), _CMP_GT_OQ)))
static inline unsigned outside_f64(V x, double low, double high)
{
    const V a = _mm256_andnot_pd(SPREAD(-0.0), x);
    return (unsigned)_mm256_movemask_pd(_mm256_or_pd(_mm256_cmp_pd(a, SPREAD(low), _CMP_NGE_UQ),
                                                     _mm256_cmp_pd(a, SPREAD(high), _CMP_NLE_UQ)));
}
#elif defined(__SSE2__)
#define V __m128d
#define LANES 2
#define LOAD(p) _mm_loadu_pd(p)
#define STORE(p, v) _mm_storeu_pd(p, v)
#define SPREAD(x) _mm_set1_pd(x)
#define VEC(name) Sleef_##name##d2_u10sse2
#define VEC05(name) Sleef_##name##d2_u05sse2
#define SQRT(x) _mm_sqrt_pd(x)
#define EQUALS(x, c) ((unsigned)_mm_movemask_pd(_mm_cmpeq_pd(x, SPREAD(c))))
#define ROUND_EXPONENTS(x) 1
#define POSITIVE(x) ((unsigned)_mm_movemask_pd(_mm_cmpgt_pd(x, SPREAD(0))))
static inline unsigned outside_f64(V x, double low, double high)
{
    const V a = _mm_andnot_pd(SPREAD(-0.0), x);
    return (unsigned)_mm_movemask_pd(
        _mm_or_pd(_mm_cmpnge_pd(a, SPREAD(low)), _mm_cmpnle_pd(a, SPREAD(high))));
}
#else
#define V double
#define LANES 1
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define SPREAD(x) (x)
#define VEC(name) name
#define VEC05(name) name
#define SQRT(x) sqrt(x)
#define EQUALS(x, c) ((unsigned)((x) == (c)))
#define ROUND_EXPONENTS(x) 1
#define POSITIVE(x) ((unsigned)((x) > 0))
static inline unsigned outside_f64(V x, double low, double high)
{
    (void)x, (void)low, (void)high;
    return 0;
}
#endif
#define OUTSIDE outside_f64
#include "../loops/math.inc"
#undef T
#undef FN
#undef REAL
#undef LIMIT
#undef V
#undef LANES
#undef LOAD
#undef STORE
#undef STORE_SOME
#undef SPREAD
#undef VEC
#undef VEC05
#undef SQRT
#undef EQUALS
#undef ROUND_EXPONENTS
#undef POSITIVE
#undef OUTSIDE

/* ------------------------------------------------------------------------------------ float32 */
#define T float
#define FN(name) name##_f32
#define REAL(name) name##f
#define LIMIT(single, dual) (single)
#if defined(__AVX512F__)
#define V __m512
#define LANES 16
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define STORE_SOME(p, some, v) _mm512_mask_storeu_ps(p, (__mmask16)(some), v)
#define SPREAD(x) _mm512_set1_ps(x)
#define VEC(name) Sleef_##name##f16_u10avx512f
#include "own_f32.h"
#define VEC05(name) Sleef_##name##f16_u05avx512f
#define SQRT(x) _mm512_sqrt_ps(x)
#define EQUALS(x, c) ((unsigned)_mm512_cmp_ps_mask(x, SPREAD(c), _CMP_EQ_OQ))
#define ROUND_EXPONENTS(x) \
    (_mm512_testn_epi32_mask(_mm512_castps_si512(x), _mm512_set1_epi32(0x007fffff)) != 0)
#define POSITIVE(x) ((unsigned)_mm512_cmp_ps_mask(x, SPREAD(0), _CMP_GT_OQ))
#define VEC_LOGADDEXP(v, w) logaddexp_vector(v, w)
#define VEC_LOGADDEXP2(v, w) logaddexp2_vector(v, w)
/* both halves in float64, rounded once */
#define HALVES(name, own)                                                                          \
    static inline V name(V x, V y)                                                                 \
    {                                                                                              \
        const __m256 x_high = _mm512_extractf32x8_ps(x, 1), y_high = _mm512_extractf32x8_ps(y, 1); \
        const __m512d low = own(_mm512_cvtps_pd(_mm512_castps512_ps256(x)),                        \
                                _mm512_cvtps_pd(_mm512_castps512_ps256(y)));                       \
        const __m512d high = own(_mm512_cvtps_pd(x_high), _mm512_cvtps_pd(y_high));                \
        return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)),                    \
                                  _mm512_cvtpd_ps(high), 1);                                       \
    }
HALVES(logaddexp_vector, own_logaddexp)
HALVES(logaddexp2_vector, own_logaddexp2)
/* All are own and right for every input, so that no lane is outside. */
static inline unsigned outside_f32(V x, float low, float high)
{
    (void)x, (void)low, (void)high;
    return 0;
}
#elif defined(__AVX2__)
#define V __m256
#define LANES 8
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define SPREAD(x) _mm256_set1_ps(x)
#define VEC(name) Sleef_##name##f8_u10avx2
#define VEC05(name) Sleef_##name##f8_u05avx2
#define SQRT(x) _mm256_sqrt_ps(x)
#define EQUALS(x, c) ((unsigned)_mm256_movemask_ps(_mm256_cmp_ps(x, SPREAD(c), _CMP_EQ_OQ)))
#define ROUND_EXPONENTS(x) 1
#define POSITIVE(x) ((unsigned)_mm256_movemask_ps(_mm256_cmp_ps(x, SPREAD(0), _CMP_GT_OQ)))
static inline unsigned outside_f32(V x, float low, float high)
{
    const V a = _mm256_andnot_ps(SPREAD(-0.0f), x);
    return (unsigned)_mm256_movemask_ps(_mm256_or_ps(_mm256_cmp_ps(a, SPREAD(low), _CMP_NGE_UQ),
                                                     _mm256_cmp_ps(a, SPREAD(high), _CMP_NLE_UQ)));
}
#elif defined(__SSE2__)
#define V __m128
#define LANES 4
#define LOAD(p) _mm_loadu_ps(p)
#define STORE(p, v) _mm_storeu_ps(p, v)
#define SPREAD(x) _mm_set1_ps(x)
#define VEC(name) Sleef_##name##f4_u10sse2
#define VEC05(name) Sleef_##name##f4_u05sse2
#define SQRT(x) _mm_sqrt_ps(x)
#define EQUALS(x, c) ((unsigned)_mm_movemask_ps(_mm_cmpeq_ps(x, SPREAD(c))))
#define ROUND_EXPONENTS(x) 1
#define POSITIVE(x) ((unsigned)_mm_movemask_ps(_mm_cmpgt_ps(x, SPREAD(0))))
static inline unsigned outside_f32(V x, float low, float high)
{
    const V a = _mm_andnot_ps(SPREAD(-0.0f), x);
    return (unsigned)_mm_movemask_ps(
        _mm_or_ps(_mm_cmpnge_ps(a, SPREAD(low)), _mm_cmpnle_ps(a, SPREAD(high))));
}
#else
#define V float
#define LANES 1
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define SPREAD(x) (x)
#define VEC(name) name##f
#define VEC05(name) name##f
#define SQRT(x) sqrtf(x)
#define EQUALS(x, c) ((unsigned)((x) == (c)))
#define ROUND_EXPONENTS(x) 1
#define POSITIVE(x) ((unsigned)((x) > 0))
static inline unsigned outside_f32(V x, float low, float high)
{
    (void)x, (void)low, (void)high;
    return 0;
}
#endif
#define OUTSIDE outside_f32
#include "../loops/math.inc"

#define MATH_ROWS(loop, sfx)                                                          \
    ROW1(EXP, loop, 1, exp_##sfx), ROW1(EXP2, loop, 1, exp2_##sfx),                   \
        ROW1(EXPM1, loop, 1, expm1_##sfx), ROW1(LOG, loop, 1, log_##sfx),             \
        ROW1(LOG2, loop, 1, log2_##sfx), ROW1(LOG10, loop, 1, log10_##sfx),           \
        ROW1(LOG1P, loop, 1, log1p_##sfx), ROW1(SIN, loop, 1, sin_##sfx),             \
        ROW1(COS, loop, 1, cos_##sfx), ROW1(TAN, loop, 1, tan_##sfx),                 \
        ROW1(ARCSIN, loop, 1, arcsin_##sfx), ROW1(ARCCOS, loop, 1, arccos_##sfx),     \
        ROW1(ARCTAN, loop, 1, arctan_##sfx), ROW1(SINH, loop, 1, sinh_##sfx),         \
        ROW1(COSH, loop, 1, cosh_##sfx), ROW1(TANH, loop, 1, tanh_##sfx),             \
        ROW1(ARCSINH, loop, 1, arcsinh_##sfx), ROW1(ARCCOSH, loop, 1, arccosh_##sfx), \
        ROW1(ARCTANH, loop, 1, arctanh_##sfx), ROW1(CBRT, loop, 1, cbrt_##sfx),       \
        ROW2(POWER, loop, 1, power_##sfx), ROW2(ARCTAN2, loop, 1, arctan2_##sfx),     \
        ROW2(HYPOT, loop, 1, hypot_##sfx)

static const host_map_row rows[] = {
    MATH_ROWS(F32, f32),
    MATH_ROWS(F64, f64),
    ROW2(FLOAT_POWER, F64, 1, power_f64),
#if defined(__AVX512F__)
    ROW2(LOGADDEXP, F32, 1, logaddexp_f32),
    ROW2(LOGADDEXP, F64, 1, logaddexp_f64),
    ROW2(LOGADDEXP2, F32, 1, logaddexp2_f32),
    ROW2(LOGADDEXP2, F64, 1, logaddexp2_f64),
#endif
};

const host_map_rows CX_ISA_NAME(host_map_math) = ROWS(rows);
