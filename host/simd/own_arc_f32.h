/* Own vectors of arcsin, arccos, arctan and arctan2 for float32 with 512-bit registers, right for
 * every input. All are base + factor (q + q z P(z)), z = q^2, with a minimax P: q is x itself, or
 * past 1/2 the root of (1 - |x|) / 2, past 1 of arctan the reciprocal. Largest errors: arcsin
 * 0.7 ULP, arccos 0.7, arctan 1.2, arctan2 1.6.
 * Method: Muller, Elementary Functions, chapters 3 and 10. */
#ifndef CX_HOST_OWN_ARC_F32_H
#define CX_HOST_OWN_ARC_F32_H
#include "own_lanes_f32.h"
#include <math.h>

#define K(v) _mm512_set1_ps(v)
#define HALF_PI 0x1.921fb6p+0f
#define PI_REST (-0x1.777a5cp-25f / 0x1.921fb6p+0f) /* of pi and its half, as a part of them */

static inline __m512 xor_f32(__m512 a, __m512 b)
{
    return _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}

/* base, a multiple of pi / 2, + factor (q + more), |factor| a power of 2 */
static inline __m512 arc_sum_f32(__m512 base, __m512 factor, __m512 q, __m512 more)
{
    const __m512 high = _mm512_fmadd_ps(q, factor, base);
    const __m512 lost = _mm512_fmadd_ps(q, factor, _mm512_sub_ps(base, high));
    return _mm512_add_ps(high,
                         _mm512_fmadd_ps(more, factor, _mm512_fmadd_ps(base, K(PI_REST), lost)));
}

/* of arcsin and arccos: q and what comes to it; large: |x| > 1/2 */
static inline __m512 arcsin_parts_f32(__m512 a, __mmask16 large, __m512 *more)
{
    const __m512 rest = _mm512_fnmadd_ps(K(0.5f), a, K(0.5f)),
                 z = _mm512_mask_mul_ps(rest, (__mmask16)~large, a, a);
    const __m512 y = _mm512_rsqrt14_ps(_mm512_mask_max_ps(z, large, z, K(0x1p-120f)));
    const __m512 q = _mm512_mask_mul_ps(a, large, z, y);
    const __m512 low =
        _mm512_maskz_mul_ps(large, _mm512_fnmadd_ps(q, q, z), _mm512_mul_ps(y, K(0.5f)));
    const __m512 tail = series5_f32(z, 0x1.5555ccp-3f, 0x1.3300c8p-4f, 0x1.749a7cp-5f,
                                    0x1.8b0e74p-6f, 0x1.5a5f84p-5f);
    const __m512 part = _mm512_mul_ps(z, tail);
    *more = _mm512_fmadd_ps(q, part, _mm512_fmadd_ps(low, part, low));
    return q;
}

static inline __m512 own_arcsin_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x);
    const __mmask16 large = _mm512_cmp_ps_mask(a, K(0.5f), _CMP_GT_OQ);
    __m512 more;
    const __m512 q = arcsin_parts_f32(a, large, &more);
    const __m512 base = _mm512_maskz_mov_ps(large, K(HALF_PI)),
                 factor = _mm512_mask_mov_ps(K(1.0f), large, K(-2.0f));
    const __m512 r = with_sign_f32(arc_sum_f32(base, factor, q, more), x);
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(1.0f), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, asinf);
}

static inline __m512 own_arccos_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), sign = _mm512_and_ps(x, K(-0.0f));
    const __mmask16 large = _mm512_cmp_ps_mask(a, K(0.5f), _CMP_GT_OQ);
    const __mmask16 last = _mm512_cmp_ps_mask(x, K(-0.5f), _CMP_LT_OQ);
    __m512 more;
    const __m512 q = arcsin_parts_f32(a, large, &more);
    const __m512 base = _mm512_mask_mov_ps(_mm512_maskz_mov_ps((__mmask16)~large, K(HALF_PI)), last,
                                           K(2 * HALF_PI));
    const __m512 factor = xor_f32(_mm512_mask_mov_ps(K(-1.0f), large, K(2.0f)), sign);
    const __m512 r = arc_sum_f32(base, factor, q, more);
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(1.0f), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, acosf);
}

/* arctan q - q for 0 <= q <= 1 */
static inline __m512 arctan_more_f32(__m512 q)
{
    const __m512 z = _mm512_mul_ps(q, q);
    __m512 s = series5_f32(z, -0x1.58ce66p-4f, 0x1.dce018p-5f, -0x1.01822cp-5f, 0x1.6a3072p-7f,
                           -0x1.de582ep-10f);
    s = _mm512_fmadd_ps(s, z, K(0x1.c0cd8cp-4f));
    s = _mm512_fmadd_ps(s, z, K(-0x1.24267ap-3f));
    s = _mm512_fmadd_ps(s, z, K(0x1.99926ap-3f));
    s = _mm512_fmadd_ps(s, z, K(-0x1.555540p-2f));
    return _mm512_mul_ps(_mm512_mul_ps(q, z), s);
}

static inline __m512 own_arctan_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x);
    const __mmask16 large = _mm512_cmp_ps_mask(a, K(1.0f), _CMP_GT_OQ);
    const __m512 q = _mm512_mask_div_ps(a, large, K(1.0f), a);
    const __m512 base = _mm512_maskz_mov_ps(large, K(HALF_PI)),
                 factor = _mm512_mask_mov_ps(K(1.0f), large, K(-1.0f));
    return with_sign_f32(arc_sum_f32(base, factor, q, arctan_more_f32(q)), x);
}

static inline __m512 own_arctan2_f32(__m512 y, __m512 x)
{
    const __m512 a = _mm512_abs_ps(y), b = _mm512_abs_ps(x);
    const __mmask16 steep = _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
    /* of the origin 0 */
    const __m512 below = _mm512_max_ps(_mm512_max_ps(a, b), K(0x1p-149f));
    const __m512 q = _mm512_div_ps(_mm512_min_ps(a, b), below);
    /* the turn of the half plane x < 0 (-0 as well), and of what is steep */
    const __m512i left_half = _mm512_srai_epi32(_mm512_castps_si512(x), 31);
    const __m512 flat_base =
        _mm512_castsi512_ps(_mm512_and_si512(left_half, _mm512_castps_si512(K(2 * HALF_PI))));
    const __m512 base = _mm512_mask_mov_ps(flat_base, steep, K(HALF_PI));
    const __m512 factor =
        xor_f32(_mm512_mask_mov_ps(K(1.0f), steep, K(-1.0f)), _mm512_and_ps(x, K(-0.0f)));
    const __m512 r = with_sign_f32(arc_sum_f32(base, factor, q, arctan_more_f32(q)), y);
    /* infinities and NaN; finite ones that are past the range together do not mind libm */
    const __mmask16 left = _mm512_cmp_ps_mask(_mm512_add_ps(a, b), K(INFINITY), _CMP_NLT_UQ);
    return HOST_LIKELY(left == 0) ? r : lanes2_f32(r, y, x, left, atan2f);
}
#undef PI_REST
#undef HALF_PI
#undef K
#endif
