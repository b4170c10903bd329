/* Own vector of the cube root for float32 with 512-bit registers; numbers below the normal ones and
 * what is not finite are libm's. A third of the bits is the reciprocal's within 4 %, a polynomial
 * in what it misses corrects that, and one step with the exact remainder the root itself. Largest
 * error 0.95 ULP. Method: division of the exponent as by Kahan; Muller, Elementary Functions,
 * chapter 5. */
#ifndef CX_HOST_OWN_ROOT_F32_H
#define CX_HOST_OWN_ROOT_F32_H
#include "own_lanes_f32.h"
#include <math.h>

#define K(v) _mm512_set1_ps(v)
static inline __m512 own_cbrt_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x);
    const __m512 third = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_castps_si512(a)), K(-1.0f / 3),
                                         K(0x1.528beap+30f));
    const __m512 w = _mm512_castsi512_ps(_mm512_cvtps_epi32(third));
    const __m512 h = _mm512_fnmadd_ps(_mm512_mul_ps(a, w), _mm512_mul_ps(w, w), K(1.0f));
    const __m512 s = series3_f32(h, 0x1.555278p-2f, 0x1.caaa3ap-3f, 0x1.6740fep-3f);
    const __m512 inverse = _mm512_fmadd_ps(_mm512_mul_ps(w, h), s, w),
                 inverse2 = _mm512_mul_ps(inverse, inverse);
    const __m512 y = _mm512_mul_ps(a, inverse2);
    const __m512 y2 = _mm512_mul_ps(y, y), y2_rest = _mm512_fmsub_ps(y, y, y2);
    const __m512 rest = _mm512_fnmadd_ps(y2_rest, y, _mm512_fnmadd_ps(y2, y, a));
    const __m512 r =
        with_sign_f32(_mm512_fmadd_ps(rest, _mm512_mul_ps(inverse2, K(1.0f / 3)), y), x);
    const __mmask16 left = _mm512_fpclass_ps_mask(x, 0x01 | 0x08 | 0x10 | 0x20 | 0x80);
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, cbrtf);
}
#undef K
#endif
