/* x to the power y for float32 with 512-bit registers: y log2 x in two numbers, taken apart into a
 * whole number and a rest, whose power of two is exp2's. The logarithm of the mantissa is that of
 * one of 16 short numbers and a series of what is left, at most 1/32, of which the first two terms
 * are in two numbers; it is right to 2^-36. Results that are not normal, infinities, NaN,
 * numbers below the normal ones and powers of 0 that are not 0 are libm's. Largest error 1 ULP.
 * Method: as in own_power.h. */
#ifndef CX_HOST_OWN_POWER_F32_H
#define CX_HOST_OWN_POWER_F32_H
#include "own_exp_f32.h"
#include <math.h>

/* of 1 + j/16, from j = 8 on of half of that: about the reciprocal */
static const float power_inverse[16] = {
    0x1p+0f,     0x1.e2p-1f,  0x1.c7p-1f,  0x1.afp-1f,  0x1.998p-1f, 0x1.86p-1f,
    0x1.748p-1f, 0x1.64p-1f,  0x1.554p+0f, 0x1.47cp+0f, 0x1.3bp+0f,  0x1.2f8p+0f,
    0x1.248p+0f, 0x1.1a8p+0f, 0x1.11p+0f,  0x1.084p+0f,
};
/* minus its binary logarithm, to a multiple of 2^-15, */
static const float power_high[16] = {
    0.0f,         0x1.64cp-4f,  0x1.5ccp-3f,  0x1.fcdp-3f,  0x1.4ap-2f,   0x1.9218p-2f,
    0x1.d5e8p-2f, 0x1.0c6cp-1f, -0x1.a8ap-2f, -0x1.6dp-2f,  -0x1.326p-2f, -0x1.f6ep-3f,
    -0x1.89dp-3f, -0x1.231p-3f, -0x1.7bep-4f, -0x1.76cp-5f,
};
/* and what that lacks */
static const float power_low[16] = {
    0.0f,
    0x1.c4d80cp-17f,
    -0x1.6b17e2p-17f,
    0x1.9df96cp-17f,
    0x1.ee5e98p-17f,
    0x1.249ba8p-27f,
    0x1.626a32p-17f,
    0x1.55e18ap-18f,
    -0x1.9f8bdap-17f,
    -0x1.becacap-18f,
    -0x1.cb1b5ap-17f,
    -0x1.1595ap-17f,
    -0x1.a15686p-20f,
    0x1.be68b6p-17f,
    -0x1.dd2d72p-17f,
    -0x1.cf723ap-17f,
};

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
    /* r + rest = m c - 1, exactly */
    const __m512 product = _mm512_mul_ps(m, c), error = _mm512_fmsub_ps(m, c, product);
    const __m512 above = _mm512_sub_ps(product, K(1.0f)), r = _mm512_add_ps(above, error);
    __m512 rest = _mm512_add_ps(_mm512_sub_ps(above, r), error);
    rest = _mm512_fnmadd_ps(r, rest, rest);
    /* v + rest = r - r^2 / 2, with the rest's own part of the square */
    const __m512 half = _mm512_mul_ps(r, K(0.5f)), square = _mm512_mul_ps(half, r);
    rest = _mm512_sub_ps(rest, _mm512_fmsub_ps(half, r, square));
    const __m512 v = _mm512_sub_ps(r, square);
    rest = _mm512_add_ps(rest, _mm512_sub_ps(_mm512_sub_ps(r, v), square));
    __m512 s = _mm512_fmadd_ps(series3_f32(r, -0x1.715474p-1f, 0x1.27d4f8p-1f, -0x1.ecda92p-2f), r,
                               K(0x1.ec7094p-1f));
    s = _mm512_fmadd_ps(_mm512_mul_ps(square, r), s, LOOK(power_low, j));
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
