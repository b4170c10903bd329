/* Own vectors of sin, cos and tan for float32 with 512-bit registers; magnitudes above 2^18 are
 * libm's. n pi / 2 is taken off in three parts, the first exactly, as fused products round once;
 * what sin and cos lose of the second is kept. Then a minimax polynomial of the sine, the cosine or
 * the tangent up to pi / 4, whose reciprocal is tan's in every other quarter. Largest errors: sin
 * 1.2 ULP, cos 1.2, tan 2.4.
 * Method: Cody and Waite, Software Manual for the Elementary Functions, chapters 8 and 9. */
#ifndef CX_HOST_OWN_TRIG_F32_H
#define CX_HOST_OWN_TRIG_F32_H
#include "own_lanes_f32.h"
#include <math.h>

#define K(v) _mm512_set1_ps(v)
#define TO_WHOLE 0x1.8p23f
#define FAR_F32 0x1p18f

/* x - n pi / 2 = high + low */
static inline __m512 off_quarters_f32(__m512 x, __m512 n, __m512 *low)
{
    const __m512 r = _mm512_fnmadd_ps(n, K(0x1.921fb6p+0f), x);
    const __m512 second = K(-0x1.777a5cp-25f), p = _mm512_mul_ps(n, second);
    const __m512 high = _mm512_sub_ps(r, p);
    const __m512 lost =
        _mm512_sub_ps(_mm512_sub_ps(_mm512_sub_ps(r, high), p), _mm512_fmsub_ps(n, second, p));
    *low = _mm512_fnmadd_ps(n, K(-0x1.ee59dap-50f), lost);
    return high;
}

/* size, of the other sign where the highest bit of `turn` is set */
static inline __m512 turned_f32(__m512 size, __m512i turn)
{
    return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(size), turn,
                                                         _mm512_castps_si512(K(-0.0f)), 0x78));
}

/* The sine of a + quarters pi / 2, a >= 0, with its sign turned by that of `turn`: of what is left
 * of a, at most pi / 4, the sine or the cosine. */
static inline __m512 turned_sin_f32(__m512 a, int quarters, __m512i turn)
{
    const __m512 t = _mm512_fmadd_ps(a, K(0x1.45f306p-1f), K(TO_WHOLE));
    __m512 low;
    const __m512 r = off_quarters_f32(a, _mm512_sub_ps(t, K(TO_WHOLE)), &low);
    const __m512i quarter = _mm512_add_epi32(_mm512_castps_si512(t), _mm512_set1_epi32(quarters));
    const __mmask16 odd = _mm512_test_epi32_mask(quarter, _mm512_set1_epi32(1));
    const __m512 z = _mm512_mul_ps(r, r);
    __m512 s = _mm512_mask_mov_ps(K(0x1.7b4164p-19f), odd, K(0x1.99dc1ep-16f));
    s = _mm512_fmadd_ps(s, z, _mm512_mask_mov_ps(K(-0x1.a05678p-13f), odd, K(-0x1.6c0c10p-10f)));
    s = _mm512_fmadd_ps(s, z, _mm512_mask_mov_ps(K(0x1.111172p-7f), odd, K(0x1.55554ap-5f)));
    s = _mm512_fmadd_ps(s, z, _mm512_mask_mov_ps(K(-0x1.555556p-3f), odd, K(-0.5f)));
    /* r + r z s + low, or 1 + z s - r low */
    const __m512 first = _mm512_mask_mov_ps(r, odd, K(1.0f)),
                 factor = _mm512_mask_mul_ps(z, (__mmask16)~odd, r, z),
                 last = _mm512_mask_fnmadd_ps(low, odd, r, _mm512_setzero_ps());
    const __m512 size = _mm512_add_ps(first, _mm512_fmadd_ps(factor, s, last));
    return turned_f32(size, _mm512_xor_si512(_mm512_slli_epi32(quarter, 30), turn));
}

static inline __m512 own_sin_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), s = turned_sin_f32(a, 0, _mm512_castps_si512(x));
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(FAR_F32), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? s : lanes_f32(s, x, left, sinf);
}

static inline __m512 own_cos_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), s = turned_sin_f32(a, 1, _mm512_setzero_si512());
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(FAR_F32), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? s : lanes_f32(s, x, left, cosf);
}

static inline __m512 own_tan_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), t = _mm512_fmadd_ps(a, K(0x1.45f306p-1f), K(TO_WHOLE));
    const __m512 n = _mm512_sub_ps(t, K(TO_WHOLE));
    __m512 r = _mm512_fnmadd_ps(n, K(0x1.921fb6p+0f), a);
    r = _mm512_fnmadd_ps(n, K(-0x1.777a5cp-25f), r);
    r = _mm512_fnmadd_ps(n, K(-0x1.ee59dap-50f), r);
    const __m512 z = _mm512_mul_ps(r, r);
    __m512 s = series5_f32(z, 0x1.baed9ep-5f, 0x1.5c0076p-6f, 0x1.667e86p-7f, -0x1.46d68ap-15f,
                           0x1.22d926p-8f);
    s = _mm512_fmadd_ps(s, z, K(0x1.110d24p-3f));
    s = _mm512_fmadd_ps(s, z, K(0x1.555562p-2f));
    const __m512 more = _mm512_mul_ps(_mm512_mul_ps(r, z), s);
    const __m512 tan = _mm512_add_ps(r, more), rest = _mm512_sub_ps(more, _mm512_sub_ps(tan, r));
    /* past an odd number of quarters minus its reciprocal */
    const __m512 about = _mm512_rcp14_ps(tan);
    const __m512 e = _mm512_fnmadd_ps(rest, about, _mm512_fnmadd_ps(tan, about, K(1.0f)));
    const __m512 q = _mm512_fmadd_ps(about, _mm512_fmadd_ps(e, e, e), about);
    const __mmask16 odd = _mm512_test_epi32_mask(_mm512_castps_si512(t), _mm512_set1_epi32(1));
    const __m512 size = _mm512_mask_sub_ps(tan, odd, _mm512_setzero_ps(), q);
    const __m512 result = turned_f32(size, _mm512_castps_si512(x));
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(FAR_F32), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? result : lanes_f32(result, x, left, tanf);
}
#undef FAR_F32
#undef TO_WHOLE
#undef K
#endif
