/* Own vectors of sin, cos and tan for float32 with 512-bit registers; magnitudes above 2^18 are
 * libm's. n pi, or n pi / 2 of tan, is taken off in three parts: the first exactly, as fused
 * products round once, the second with what it loses, so that what is left is right to 2^-24 of
 * itself however near a multiple x is. Then a minimax polynomial.
 * Method: Cody and Waite, Software Manual for the Elementary Functions, chapters 8 and 9. */
#ifndef CX_HOST_OWN_TRIG_F32_H
#define CX_HOST_OWN_TRIG_F32_H
#include "own_lanes_f32.h"
#include <math.h>

#define K(v) _mm512_set1_ps(v)
#define TO_WHOLE 0x1.8p23f
#define FAR_F32 0x1p18f

/* x - n scale pi = high + low */
static inline __m512 off_pi_f32(__m512 x, __m512 n, float scale, __m512 *low)
{
    const __m512 r = _mm512_fnmadd_ps(n, K(0x1.921fb6p+1f * scale), x);
    const __m512 second = K(-0x1.777a5cp-24f * scale), p = _mm512_mul_ps(n, second);
    const __m512 high = _mm512_sub_ps(r, p);
    const __m512 lost =
        _mm512_sub_ps(_mm512_sub_ps(_mm512_sub_ps(r, high), p), _mm512_fmsub_ps(n, second, p));
    *low = _mm512_fnmadd_ps(n, K(-0x1.ee59dap-49f * scale), lost);
    return high;
}

/* sin(r + low) for |r| <= pi / 2 */
static inline __m512 near_sin_f32(__m512 r, __m512 low)
{
    const __m512 z = _mm512_mul_ps(r, r);
    __m512 s = series3_f32(z, 0x1.110e56p-7f, -0x1.9f5c28p-13f, 0x1.5cc268p-19f);
    s = _mm512_fmadd_ps(s, z, K(-0x1.555548p-3f));
    const __m512 more = _mm512_mul_ps(_mm512_mul_ps(r, z), s);
    const __m512 slope = _mm512_fnmadd_ps(z, K(0.5f), K(1.0f));
    return _mm512_add_ps(r, _mm512_fmadd_ps(low, slope, more));
}

static inline __m512 own_sin_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), t = _mm512_fmadd_ps(a, K(0x1.45f306p-2f), K(TO_WHOLE));
    __m512 low;
    const __m512 r = off_pi_f32(a, _mm512_sub_ps(t, K(TO_WHOLE)), 1.0f, &low);
    const __m512i sign =
        _mm512_xor_si512(_mm512_slli_epi32(_mm512_castps_si512(t), 31),
                         _mm512_and_si512(_mm512_castps_si512(x), _mm512_castps_si512(K(-0.0f))));
    const __m512 s =
        _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(near_sin_f32(r, low)), sign));
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(FAR_F32), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? s : lanes_f32(s, x, left, sinf);
}

static inline __m512 own_cos_f32(__m512 x)
{
    /* the odd half of pi that is next */
    const __m512 a = _mm512_abs_ps(x);
    const __m512 t = _mm512_add_ps(_mm512_fmadd_ps(a, K(0x1.45f306p-2f), K(-0.5f)), K(TO_WHOLE));
    const __m512 n = _mm512_add_ps(_mm512_sub_ps(t, K(TO_WHOLE)), K(0.5f));
    __m512 low;
    const __m512 r = off_pi_f32(a, n, 1.0f, &low);
    const __m512i sign = _mm512_slli_epi32(_mm512_castps_si512(_mm512_add_ps(t, K(1.0f))), 31);
    const __m512 s =
        _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(near_sin_f32(r, low)), sign));
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(FAR_F32), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? s : lanes_f32(s, x, left, cosf);
}

static inline __m512 own_tan_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), t = _mm512_fmadd_ps(a, K(0x1.45f306p-1f), K(TO_WHOLE));
    __m512 low;
    const __m512 r = off_pi_f32(a, _mm512_sub_ps(t, K(TO_WHOLE)), 0.5f, &low);
    const __m512 z = _mm512_mul_ps(r, r);
    __m512 s = series5_f32(z, 0x1.baed9ep-5f, 0x1.5c0076p-6f, 0x1.667e86p-7f, -0x1.46d68ap-15f,
                           0x1.22d926p-8f);
    s = _mm512_fmadd_ps(s, z, K(0x1.110d24p-3f));
    s = _mm512_fmadd_ps(s, z, K(0x1.555562p-2f));
    const __m512 more = _mm512_fmadd_ps(_mm512_mul_ps(r, z), s, _mm512_fmadd_ps(low, z, low));
    const __m512 tan = _mm512_add_ps(r, more), rest = _mm512_sub_ps(more, _mm512_sub_ps(tan, r));
    /* past an odd number of quarters minus its reciprocal */
    __m512 q = _mm512_rcp14_ps(tan);
    q = _mm512_fmadd_ps(q, _mm512_fnmadd_ps(tan, q, K(1.0f)), q);
    q = _mm512_fmadd_ps(q, _mm512_fnmadd_ps(rest, q, _mm512_fnmadd_ps(tan, q, K(1.0f))), q);
    const __mmask16 odd = _mm512_test_epi32_mask(_mm512_castps_si512(t), _mm512_set1_epi32(1));
    const __m512 size = _mm512_mask_sub_ps(tan, odd, _mm512_setzero_ps(), q);
    const __m512i sign = _mm512_and_si512(_mm512_castps_si512(x), _mm512_castps_si512(K(-0.0f)));
    const __m512 s_of = _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(size), sign));
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(FAR_F32), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? s_of : lanes_f32(s_of, x, left, tanf);
}
#undef FAR_F32
#undef TO_WHOLE
#undef K
#endif
