/* x to the power y for float32 with 512-bit registers: y log2 x in two numbers, taken apart into a
 * whole number and a rest, whose power of two is exp2's. The logarithm of the mantissa is that of
 * one of 16 short numbers and a series of what is left, at most 1/29, of which the first two terms
 * are in two numbers; it is right to 2^-36. Results that are not normal, infinities, NaN,
 * numbers below the normal ones and powers of 0 that are not 0 are libm's. Largest error 1 ULP.
 * Method: as in own_power.h. */
#ifndef CX_HOST_OWN_POWER_F32_H
#define CX_HOST_OWN_POWER_F32_H
#include "own_exp_f32.h"
#include <math.h>

/* of 1 + j/16, from j = 8 on of half of that: about the reciprocal, as short as in own_log.h */
static const float power_inverse[16] = {
    0x1p+0f,    0x1.ep-1f,  0x1.c8p-1f, 0x1.bp-1f, 0x1.98p-1f, 0x1.88p-1f, 0x1.7p-1f, 0x1.6p-1f,
    0x1.58p+0f, 0x1.48p+0f, 0x1.38p+0f, 0x1.3p+0f, 0x1.28p+0f, 0x1.18p+0f, 0x1.1p+0f, 0x1.08p+0f};
/* minus its binary logarithm, to a multiple of 2^-15, */
static const float power_high[16] = {0.0f,         0x1.7d6p-4f,  0x1.564p-3f,  0x1.f6p-3f,
                                     0x1.4f7p-2f,  0x1.8a88p-2f, 0x1.e7ep-2f,  0x1.14c4p-1f,
                                     -0x1.b48p-2f, -0x1.6e2p-2f, -0x1.244p-2f, -0x1.fbcp-3f,
                                     -0x1.acfp-3f, -0x1.08cp-3f, -0x1.664p-4f, -0x1.6bcp-5f};
/* and what that lacks */
static const float power_low[16] = {0.0f,
                                    0x1.25b3eep-22f,
                                    -0x1.1eb002p-18f,
                                    -0x1.3ab7cep-18f,
                                    -0x1.134c4ep-20f,
                                    0x1.80abfcp-18f,
                                    -0x1.40358ep-19f,
                                    0x1.60fe68p-17f,
                                    0x1.408c78p-18f,
                                    -0x1.0e6ce8p-17f,
                                    -0x1.eac382p-20f,
                                    -0x1.6b9026p-19f,
                                    -0x1.78b6d4p-17f,
                                    -0x1.62336ap-17f,
                                    0x1.20a6dep-21f,
                                    0x1.2c8a72p-17f};

#define K(v) _mm512_set1_ps(v)
#define LOOK(table, j) _mm512_permutexvar_ps(j, _mm512_loadu_ps(table))
#define LOG2_E 0x1.715476p+0f
#define LOG2_E_REST 0x1.4ae0c0p-26f
/* log2 x = high + low */
static inline __m512 log2_twice_f32(__m512 x, __m512 *low)
{
    /* m from 0.734375 to twice that; j in the last four bits */
    const __m512i bits = _mm512_castps_si512(x),
                  from = _mm512_sub_epi32(bits, _mm512_set1_epi32(0x3f3c0000));
    const __m512i power = _mm512_and_si512(from, _mm512_set1_epi32(-0x00800000)),
                  j = _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x00040000)), 19);
    const __m512 m = _mm512_castsi512_ps(_mm512_sub_epi32(bits, power)),
                 e = _mm512_cvtepi32_ps(_mm512_srai_epi32(from, 23)), c = LOOK(power_inverse, j);
    /* r = m c - 1 exactly, v + rest = r - r^2 / 2 too */
    const __m512 r = _mm512_fmsub_ps(m, c, K(1.0f)), half = _mm512_mul_ps(r, K(-0.5f)),
                 v = _mm512_fmadd_ps(half, r, r),
                 rest = _mm512_fmadd_ps(half, r, _mm512_sub_ps(r, v));
    const __m512 cube = _mm512_mul_ps(_mm512_mul_ps(half, r), r);
    __m512 s = _mm512_fmadd_ps(series3_f32(r, -0x1.715474p-1f, 0x1.27d4f8p-1f, -0x1.ecda92p-2f), r,
                               K(0x1.ec7094p-1f));
    s = _mm512_fnmadd_ps(cube, s, LOOK(power_low, j));
    /* of that the binary logarithm, with what is exact of the exponent and the table */
    const __m512 part = _mm512_mul_ps(v, K(LOG2_E)),
                 part_rest = _mm512_fmsub_ps(v, K(LOG2_E), part);
    s = _mm512_add_ps(s, _mm512_fmadd_ps(v, K(LOG2_E_REST), part_rest));
    const __m512 whole = _mm512_add_ps(e, LOOK(power_high, j)), high = _mm512_add_ps(whole, part);
    const __m512 lost = _mm512_add_ps(_mm512_sub_ps(whole, high), part);
    *low = _mm512_add_ps(lost, _mm512_fmadd_ps(rest, K(LOG2_E), s));
    return high;
}

/* r with the sign of a power of numbers below 0, the lanes of libm in *left */
static inline __m512 power_signs_f32(__m512 r, __m512 x, __m512 y, __mmask16 *left)
{
    enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
    const __m512 half = _mm512_mul_ps(y, _mm512_set1_ps(0.5f)), zero = _mm512_setzero_ps();
    const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x)),
                    broken = _mm512_cmp_ps_mask(y, _mm512_roundscale_ps(y, NEAREST), _CMP_NEQ_UQ),
                    odd = _mm512_mask_cmp_ps_mask(negative, half,
                                                  _mm512_roundscale_ps(half, NEAREST), _CMP_NEQ_UQ);
    const __mmask16 still =
        _mm512_mask_cmp_ps_mask(_mm512_cmp_ps_mask(x, zero, _CMP_EQ_OQ), y, zero, _CMP_GT_OQ);
    const __mmask16 strange =
        _mm512_fpclass_ps_mask(x, 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x20 | 0x80);
    *left = (__mmask16)((*left | strange | (negative & broken)) & ~still);
    r = _mm512_mask_mov_ps(r, still, zero);
    return _mm512_mask_sub_ps(r, (__mmask16)(odd & ~broken), _mm512_set1_ps(-0.0f), r);
}

/* of normal x > 0; *most is about y log2 x */
static inline __m512 power_of_normal_f32(__m512 x, __m512 y, __m512 *most)
{
    __m512 log_rest;
    const __m512 log = log2_twice_f32(x, &log_rest), high = _mm512_mul_ps(y, log);
    const __m512 low = _mm512_fmadd_ps(y, log_rest, _mm512_fmsub_ps(y, log, high));
    /* the last bits of the sum are the whole number */
    const __m512 sum = _mm512_add_ps(_mm512_add_ps(high, low), K(0x1.8p23f));
    const __m512 r = _mm512_add_ps(_mm512_sub_ps(high, _mm512_sub_ps(sum, K(0x1.8p23f))), low);
    const __m512i raised = _mm512_add_epi32(_mm512_castps_si512(exp2_near_f32(r)),
                                            _mm512_slli_epi32(_mm512_castps_si512(sum), 23));
    *most = high;
    return _mm512_castsi512_ps(raised);
}

/* Of lanes in *some: x normal and above 0, y neither 0 nor a power of 2, the result normal. */
static inline __m512 power_plain_f32(__m512 x, __m512 y, unsigned *some)
{
    __m512 most;
    const __m512 result = power_of_normal_f32(x, y, &most);
    /* the bits lie between those of the smallest such number and infinity */
    const __m512i above = _mm512_sub_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x00800000));
    const __mmask16 normal = _mm512_mask_cmplt_epu32_mask(
        _mm512_test_epi32_mask(_mm512_castps_si512(y), _mm512_set1_epi32(0x007fffff)), above,
        _mm512_set1_epi32(0x7f000000));
    *some = _mm512_mask_cmp_ps_mask(normal, _mm512_abs_ps(most), K(125.0f), _CMP_LE_OQ);
    return result;
}

static inline __m512 own_power_f32(__m512 x, __m512 y)
{
    __m512 most, result = power_of_normal_f32(_mm512_abs_ps(x), y, &most);
    __mmask16 left = _mm512_cmp_ps_mask(_mm512_abs_ps(most), K(125.0f), _CMP_NLE_UQ);
    if (_mm512_fpclass_ps_mask(x, 0xff) != 0) result = power_signs_f32(result, x, y, &left);
    return HOST_LIKELY(left == 0) ? result : lanes2_f32(result, x, y, left, powf);
}
#undef LOG2_E_REST
#undef LOG2_E
#undef LOOK
#undef K
#endif
