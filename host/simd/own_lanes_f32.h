/* What the own vectors of float32 share: polynomials, signs, and the lanes that libm takes. */
#ifndef CX_HOST_OWN_LANES_F32_H
#define CX_HOST_OWN_LANES_F32_H
#include "host.h"
#include <immintrin.h>

/* size, whose sign bit is clear or right, with the sign of x */
static inline __m512 with_sign_f32(__m512 size, __m512 x)
{
    const __m512i sign = _mm512_set1_epi32(-0x7fffffff - 1);
    return _mm512_castsi512_ps(
        _mm512_ternarylogic_epi32(_mm512_castps_si512(size), _mm512_castps_si512(x), sign, 0xf8));
}

/* c0 + c1 x + ... */
static inline __m512 series3_f32(__m512 x, float c0, float c1, float c2)
{
    return _mm512_fmadd_ps(_mm512_fmadd_ps(_mm512_set1_ps(c2), x, _mm512_set1_ps(c1)), x,
                           _mm512_set1_ps(c0));
}

static inline __m512 series5_f32(__m512 x, float c0, float c1, float c2, float c3, float c4)
{
    return _mm512_fmadd_ps(_mm512_fmadd_ps(series3_f32(x, c2, c3, c4), x, _mm512_set1_ps(c1)), x,
                           _mm512_set1_ps(c0));
}

/* r, but f(x) in the lanes of `left` */
static __attribute__((noinline, cold)) __m512 lanes_f32(__m512 r, __m512 x, __mmask16 left,
                                                        float (*f)(float))
{
    float xs[16], rs[16];
    _mm512_storeu_ps(xs, x);
    _mm512_storeu_ps(rs, r);
    for (int i = 0; i < 16; i++) {
        if (left >> i & 1) rs[i] = f(xs[i]);
    }
    return _mm512_loadu_ps(rs);
}

static __attribute__((noinline, cold)) __m512 lanes2_f32(__m512 r, __m512 x, __m512 y,
                                                         __mmask16 left, float (*f)(float, float))
{
    float xs[16], ys[16], rs[16];
    _mm512_storeu_ps(xs, x);
    _mm512_storeu_ps(ys, y);
    _mm512_storeu_ps(rs, r);
    for (int i = 0; i < 16; i++) {
        if (left >> i & 1) rs[i] = f(xs[i], ys[i]);
    }
    return _mm512_loadu_ps(rs);
}
#endif
