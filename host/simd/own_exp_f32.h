/* Own vectors of exp, exp2, expm1, sinh, cosh and tanh for float32 with 512-bit registers, right
 * for every input: NaN stays, infinities and overflow, results below the normal numbers, signs of
 * zeros. e^x = 2^n e^r and a minimax polynomial of r, which goes to ln 2 / 2; the hyperbolic
 * functions take the even and the odd part of e^r apart, so that both exponentials cost one.
 * Largest errors: exp 1.05 ULP, exp2 0.9, expm1 1.45, sinh 1.4, cosh 1.3, tanh 2.45 (near 0).
 * Method: Muller, Elementary Functions, chapters 3 and 5. */
#ifndef CX_HOST_OWN_EXP_F32_H
#define CX_HOST_OWN_EXP_F32_H
#include "own_lanes_f32.h"

#define K(v) _mm512_set1_ps(v)
#define LOG2_E 0x1.715476p+0f
/* ln 2 = high + low; fused, n times high is taken off without an error */
#define LN2_HIGH 0x1.62e430p-1f
#define LN2_LOW (-0x1.05c610p-29f)
#define TO_WHOLE 0x1.8p23f /* added and taken off: the nearest whole number */

static inline __m512 off_ln2_f32(__m512 x, __m512 n)
{
    return _mm512_fnmadd_ps(n, K(LN2_LOW), _mm512_fnmadd_ps(n, K(LN2_HIGH), x));
}

static inline __m512 near_log2_f32(__m512 x)
{
    return _mm512_sub_ps(_mm512_fmadd_ps(x, K(LOG2_E), K(TO_WHOLE)), K(TO_WHOLE));
}

/* (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2 */
static inline __m512 exp_tail_f32(__m512 r)
{
    return series5_f32(r, 0x1.000000p-1f, 0x1.555492p-3f, 0x1.5554bep-5f, 0x1.12398ep-7f,
                       0x1.6d7c8cp-10f);
}

static inline __m512 own_exp_f32(__m512 x)
{
    /* a NaN is the second operand, which both give back */
    x = _mm512_max_ps(K(-110.0f), _mm512_min_ps(K(100.0f), x));
    const __m512 n = near_log2_f32(x), r = off_ln2_f32(x, n), r2 = _mm512_mul_ps(r, r);
    const __m512 p = _mm512_fmadd_ps(exp_tail_f32(r), r2, r);
    return _mm512_scalef_ps(_mm512_add_ps(p, K(1.0f)), n);
}

/* 2^r for |r| <= 1/2 */
static inline __m512 exp2_near_f32(__m512 r)
{
    const __m512 p = _mm512_fmadd_ps(series5_f32(r, 0x1.ebfbe0p-3f, 0x1.c6af7ap-5f, 0x1.3b2a28p-7f,
                                                 0x1.5f0960p-10f, 0x1.4447b0p-13f),
                                     r, K(0x1.62e430p-1f));
    return _mm512_fmadd_ps(p, r, K(1.0f));
}

static inline __m512 own_exp2_f32(__m512 x)
{
    /* of an infinity the instruction gives 0 */
    const __m512 r = _mm512_reduce_ps(x, _MM_FROUND_TO_NEAREST_INT);
    return _mm512_scalef_ps(exp2_near_f32(r), _mm512_sub_ps(x, r));
}

/* e^r - 1 for |r| <= 0.425 */
static inline __m512 exp_less_one_f32(__m512 r)
{
    const __m512 r2 = _mm512_mul_ps(r, r);
    const __m512 tail =
        _mm512_fmadd_ps(series5_f32(r, 0x1.555556p-3f, 0x1.555476p-5f, 0x1.110ff2p-7f,
                                    0x1.6dd696p-10f, 0x1.a26168p-13f),
                        r, K(0x1.000000p-1f));
    return _mm512_fmadd_ps(tail, r2, r);
}

/* n is 0 up to 0.42, and then 1 at least: what 1 is taken from is not twice as large as the result
 */
static inline __m512 own_expm1_f32(__m512 x)
{
    const __mmask16 large = _mm512_cmp_ps_mask(_mm512_abs_ps(x), K(0.42f), _CMP_GT_OQ);
    const __m512 y = _mm512_max_ps(K(-18.0f), _mm512_min_ps(K(88.73f), x));
    const __m512 n =
        _mm512_maskz_sub_ps(large, _mm512_fmadd_ps(y, K(LOG2_E), K(TO_WHOLE)), K(TO_WHOLE));
    const __m512 p = exp_less_one_f32(off_ln2_f32(y, n));
    /* half of it, as 2^128 is too much; what is small is p, which may be below the normal numbers
     */
    const __m512 t = _mm512_scalef_ps(K(0.5f), n);
    const __m512 half = _mm512_fmadd_ps(p, t, _mm512_sub_ps(t, K(0.5f)));
    return with_sign_f32(_mm512_mask_add_ps(p, large, half, half), x);
}

/* The even part less 1 and the odd part of e^r, |r| <= 0.6: (cosh r - 1) / r^2, (sinh r - r) / r^3
 */
static inline __m512 even_tail_f32(__m512 r2)
{
    return series3_f32(r2, 0x1.000008p-1f, 0x1.554d36p-5f, 0x1.70c63ep-10f);
}

static inline __m512 odd_tail_f32(__m512 r2)
{
    return series3_f32(r2, 0x1.555558p-3f, 0x1.110df6p-7f, 0x1.a400aep-13f);
}

static inline __m512 own_sinh_f32(__m512 x)
{
    const __m512 size = _mm512_abs_ps(x), y = _mm512_min_ps(K(89.42f), size);
    /* below 0.6 the odd part alone, as the difference would lose digits */
    const __mmask16 large = _mm512_cmp_ps_mask(size, K(0.6f), _CMP_GT_OQ);
    const __m512 n =
        _mm512_maskz_sub_ps(large, _mm512_fmadd_ps(y, K(LOG2_E), K(TO_WHOLE)), K(TO_WHOLE));
    const __m512 r = off_ln2_f32(y, n), r2 = _mm512_mul_ps(r, r);
    const __m512 odd = _mm512_fmadd_ps(_mm512_mul_ps(r, r2), odd_tail_f32(r2), r);
    const __m512 even = _mm512_mul_ps(r2, even_tail_f32(r2));
    /* halves: a quarter of 2^n and of 2^-n */
    const __m512 a = _mm512_scalef_ps(K(0.25f), n),
                 b = _mm512_scalef_ps(K(0.25f), _mm512_sub_ps(_mm512_setzero_ps(), n));
    const __m512 c = _mm512_add_ps(a, b), s = _mm512_sub_ps(a, b);
    const __m512 half = _mm512_add_ps(a, _mm512_fmadd_ps(c, odd, _mm512_fmsub_ps(s, even, b)));
    const __m512 result = _mm512_mask_add_ps(odd, large, half, half);
    return with_sign_f32(result, x);
}

static inline __m512 own_cosh_f32(__m512 x)
{
    const __m512 y = _mm512_min_ps(K(89.42f), _mm512_abs_ps(x));
    const __m512 n = near_log2_f32(y), r = off_ln2_f32(y, n), r2 = _mm512_mul_ps(r, r);
    const __m512 odd = _mm512_fmadd_ps(_mm512_mul_ps(r, r2), odd_tail_f32(r2), r);
    const __m512 even = _mm512_mul_ps(r2, even_tail_f32(r2));
    const __m512 a = _mm512_scalef_ps(K(0.25f), n),
                 b = _mm512_scalef_ps(K(0.25f), _mm512_sub_ps(_mm512_setzero_ps(), n));
    const __m512 c = _mm512_add_ps(a, b), s = _mm512_sub_ps(a, b);
    const __m512 half = _mm512_add_ps(a, _mm512_fmadd_ps(s, odd, _mm512_fmadd_ps(c, even, b)));
    return _mm512_add_ps(half, half);
}

/* y / (y + 2), y = e^2x - 1 as above */
static inline __m512 own_tanh_f32(__m512 x)
{
    const __m512 size = _mm512_min_ps(K(10.0f), _mm512_abs_ps(x)),
                 twice = _mm512_add_ps(size, size);
    const __mmask16 large = _mm512_cmp_ps_mask(twice, K(0.42f), _CMP_GT_OQ);
    const __m512 n =
        _mm512_maskz_sub_ps(large, _mm512_fmadd_ps(twice, K(LOG2_E), K(TO_WHOLE)), K(TO_WHOLE));
    const __m512 p = exp_less_one_f32(off_ln2_f32(twice, n)), t = _mm512_scalef_ps(K(1.0f), n);
    const __m512 y = _mm512_fmadd_ps(p, t, _mm512_sub_ps(t, K(1.0f)));
    return with_sign_f32(_mm512_div_ps(y, _mm512_add_ps(y, K(2.0f))), x);
}
#undef TO_WHOLE
#undef LN2_LOW
#undef LN2_HIGH
#undef LOG2_E
#undef K
#endif
