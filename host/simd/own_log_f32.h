/* Own vectors of log, log2, log10, log1p, arcsinh, arccosh and arctanh for float32 with 512-bit
 * registers, right for every input. log(2^e (1 + f)) = e ln 2 + f - f^2 / 2 + f^3 P(f) with f from
 * -1/4 to 1/2, the sum in two numbers; P is minimax. arctanh is half the logarithm of the quotient
 * of 1 + x and 1 - x, whose power of two is taken out before it is divided. Largest errors: log
 * 0.95 ULP, log2 1.8, log10 1.4, log1p 0.95, arcsinh 1.65, arccosh 1.45, arctanh 1.0.
 * Method: Muller, Elementary Functions, chapters 3 and 5. */
#ifndef CX_HOST_OWN_LOG_F32_H
#define CX_HOST_OWN_LOG_F32_H
#include "own_lanes_f32.h"

#define K(v) _mm512_set1_ps(v)
#define BITS(v) _mm512_castps_si512(v)
#define LN2_SHORT 0x1.62e400p-1f /* 15 bits: its product with an exponent is exact */
#define LN2_REST 0x1.7f7d1cp-20f
#define LOG2_E 0x1.715476p+0f
#define LOG10_2 0x1.344136p-2f
#define LOG10_2_REST (-0x1.ec10c2p-27f)
#define LOG10_E 0x1.bcb7b2p-2f
#define LOG10_E_REST (-0x1.5b235ep-27f)
enum { ZERO_OR_INFINITE = 0x02 | 0x04 | 0x08 };

/* e ln 2 + log(1 + f) = high + low; rest, which is small, belongs to f */
static inline __m512 log_sum_f32(__m512 e, __m512 f, __m512 rest, __m512 *low)
{
    const __m512 top = series3_f32(f, -0x1.0e0e86p-3f, 0x1.b17a6cp-4f, -0x1.7a43f2p-5f);
    const __m512 f2 = _mm512_mul_ps(f, f);
    __m512 s = _mm512_fmadd_ps(top, f, K(0x1.284b38p-3f));
    s = _mm512_fmadd_ps(s, f, K(-0x1.54dd54p-3f));
    s = _mm512_fmadd_ps(s, f, K(0x1.996b02p-3f));
    s = _mm512_fmadd_ps(s, f, K(-0x1.000082p-2f));
    s = _mm512_fmadd_ps(s, f, K(0x1.5555a2p-2f));
    s = _mm512_fmadd_ps(s, f, K(-0.5f));
    const __m512 high = _mm512_fmadd_ps(e, K(LN2_SHORT), f);
    const __m512 lost = _mm512_sub_ps(f, _mm512_fnmadd_ps(e, K(LN2_SHORT), high));
    *low = _mm512_fmadd_ps(e, K(LN2_REST), _mm512_fmadd_ps(f2, s, _mm512_add_ps(lost, rest)));
    return high;
}

static inline __m512 own_log_f32(__m512 x)
{
    const __m512 m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan),
                 k = _mm512_getexp_ps(x), e = _mm512_sub_ps(k, _mm512_getexp_ps(m));
    __m512 low;
    const __m512 high = log_sum_f32(e, _mm512_sub_ps(m, K(1.0f)), K(-0.0f), &low);
    /* whose exponents are what their logarithms are */
    const __mmask16 end = _mm512_fpclass_ps_mask(x, ZERO_OR_INFINITE);
    return _mm512_mask_mov_ps(_mm512_add_ps(high, low), end, k);
}

/* x = 2^e (1 + f), 1 + f from the root of 1/2 to that of 2, where what comes to the exponent's part
 * never is more than half of it: a sum of two is enough. */
static inline __m512 between_roots_f32(__m512 x, __m512 *e)
{
    const __m512i from = _mm512_sub_epi32(BITS(x), _mm512_set1_epi32(0x3f3504f3));
    const __m512i power = _mm512_and_si512(from, _mm512_set1_epi32(-0x00800000));
    *e = _mm512_cvtepi32_ps(_mm512_srai_epi32(from, 23));
    return _mm512_sub_ps(_mm512_castsi512_ps(_mm512_sub_epi32(BITS(x), power)), K(1.0f));
}

/* r, but of 0 and infinity their exponents; of what else is not positive and normal f(x) */
static inline __m512 log_ends_f32(__m512 r, __m512 x, float (*f)(float))
{
    const __mmask16 strange = _mm512_fpclass_ps_mask(x, 0xff);
    if (HOST_LIKELY(strange == 0)) return r;
    const __mmask16 end = _mm512_fpclass_ps_mask(x, ZERO_OR_INFINITE);
    const __mmask16 left = (__mmask16)(strange & ~end);
    r = _mm512_mask_getexp_ps(r, end, x);
    return left == 0 ? r : lanes_f32(r, x, left, f);
}

static inline __m512 own_log2_f32(__m512 x)
{
    __m512 e;
    const __m512 f = between_roots_f32(x, &e);
    __m512 s = series5_f32(f, -0x1.eadd82p-3f, 0x1.a28afep-3f, -0x1.85ddfap-3f, 0x1.7fc6dap-3f,
                           -0x1.cf0358p-4f);
    s = _mm512_fmadd_ps(s, f, K(0x1.2781e4p-2f));
    s = _mm512_fmadd_ps(s, f, K(-0x1.7159c4p-2f));
    s = _mm512_fmadd_ps(s, f, K(0x1.ec7086p-2f));
    s = _mm512_fmadd_ps(s, f, K(-0x1.715472p-1f));
    s = _mm512_fmadd_ps(s, f, K(LOG2_E));
    return log_ends_f32(_mm512_fmadd_ps(f, s, e), x, log2f);
}

static inline __m512 own_log10_f32(__m512 x)
{
    __m512 e;
    const __m512 f = between_roots_f32(x, &e);
    __m512 s = series5_f32(f, -0x1.276a90p-4f, 0x1.f84ce4p-5f, -0x1.d78ea6p-5f, 0x1.ccffb0p-5f,
                           -0x1.108478p-5f);
    s = _mm512_fmadd_ps(s, f, K(0x1.63d066p-4f));
    s = _mm512_fmadd_ps(s, f, K(-0x1.bcbf50p-4f));
    s = _mm512_fmadd_ps(s, f, K(0x1.287a70p-3f));
    s = _mm512_fmadd_ps(s, f, K(-0x1.bcb7aap-3f));
    s = _mm512_add_ps(_mm512_fmadd_ps(s, f, K(LOG10_E_REST)), K(LOG10_E));
    const __m512 part = _mm512_fmadd_ps(f, s, _mm512_mul_ps(e, K(LOG10_2_REST)));
    return log_ends_f32(_mm512_fmadd_ps(e, K(LOG10_2), part), x, log10f);
}

/* Of a positive normal number below 2^127 the exponent as a number, and 2^-exponent: times that it
 * is from 3/4 to 3/2. */
static inline __m512 exponent_f32(__m512 x, __m512 *back)
{
    const __m512i from = _mm512_sub_epi32(BITS(x), _mm512_set1_epi32(0x3f400000));
    const __m512i power = _mm512_and_si512(from, _mm512_set1_epi32(-0x00800000));
    *back = _mm512_castsi512_ps(_mm512_sub_epi32(_mm512_set1_epi32(0x3f800000), power));
    return _mm512_cvtepi32_ps(_mm512_srai_epi32(from, 23));
}

static inline __m512 own_log1p_f32(__m512 x)
{
    const __m512 u = _mm512_add_ps(x, K(1.0f));
    __m512 back, low;
    const __m512 e = exponent_f32(u, &back);
    const __m512 f = _mm512_fmadd_ps(x, back, _mm512_sub_ps(back, K(1.0f)));
    const __m512 high = log_sum_f32(e, f, K(-0.0f), &low);
    const __m512 r = with_sign_f32(_mm512_add_ps(high, low), x);
    const __mmask16 left = _mm512_cmpge_epu32_mask(_mm512_sub_epi32(BITS(u), _mm512_set1_epi32(1)),
                                                   _mm512_set1_epi32(0x7e7fffff));
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, log1pf);
}

/* The root of p + rest, which is high + low; 0 of 0. */
static inline __m512 root_f32(__m512 p, __m512 rest, __m512 *low)
{
    const __m512 y = _mm512_rsqrt14_ps(_mm512_max_ps(K(0x1p-120f), p)), s = _mm512_mul_ps(p, y);
    const __m512 d = _mm512_add_ps(_mm512_fnmadd_ps(s, s, p), rest),
                 half = _mm512_mul_ps(y, K(0.5f));
    const __m512 high = _mm512_fmadd_ps(d, half, s);
    *low = _mm512_fmadd_ps(d, half, _mm512_sub_ps(s, high));
    return high;
}

/* log(1 + a + q), a >= 0, q >= 0 below 2^126 */
static inline __m512 log1p_of_two_f32(__m512 a, __m512 q, __m512 q_rest)
{
    const __m512 u = _mm512_add_ps(_mm512_add_ps(a, q), K(1.0f));
    __m512 back, low;
    const __m512 e = exponent_f32(u, &back);
    const __m512 part = _mm512_fmadd_ps(a, back, _mm512_sub_ps(back, K(1.0f)));
    const __m512 f = _mm512_fmadd_ps(q, back, part);
    const __m512 rest =
        _mm512_fmadd_ps(q_rest, back, _mm512_fmadd_ps(q, back, _mm512_sub_ps(part, f)));
    const __m512 high = log_sum_f32(e, f, rest, &low);
    return _mm512_add_ps(high, low);
}

static inline __m512 own_arcsinh_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), a2 = _mm512_mul_ps(a, a), p = _mm512_add_ps(a2, K(1.0f));
    __m512 low;
    const __m512 s = root_f32(p, K(-0.0f), &low);
    /* the root less 1 */
    const __m512 q = _mm512_div_ps(a2, _mm512_add_ps(s, K(1.0f)));
    const __m512 r = with_sign_f32(log1p_of_two_f32(a, q, K(-0.0f)), x);
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(0x1p60f), _CMP_NLE_UQ);
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, asinhf);
}

static inline __m512 own_arccosh_f32(__m512 x)
{
    const __m512 t = _mm512_sub_ps(x, K(1.0f)), twice = _mm512_add_ps(t, t);
    const __m512 p = _mm512_fmadd_ps(t, t, twice),
                 rest = _mm512_fmadd_ps(t, t, _mm512_sub_ps(twice, p));
    __m512 low;
    const __m512 s = root_f32(p, rest, &low);
    const __m512 r = log1p_of_two_f32(s, t, low);
    const __mmask16 left = _mm512_cmp_ps_mask(t, K(0x1p60f), _CMP_NLE_UQ) |
                           _mm512_cmp_ps_mask(t, K(0.0f), _CMP_NGE_UQ);
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, acoshf);
}

static inline __m512 own_arctanh_f32(__m512 x)
{
    const __m512 a = _mm512_abs_ps(x), u = _mm512_add_ps(K(1.0f), a), v = _mm512_sub_ps(K(1.0f), a);
    /* k of 2^k, which is near u / v: the bits are a logarithm within 0.09, and 1/4 is added */
    const __m512i from =
        _mm512_add_epi32(_mm512_sub_epi32(BITS(u), BITS(v)), _mm512_set1_epi32(0x00200000));
    const __m512i power = _mm512_and_si512(from, _mm512_set1_epi32(-0x00800000));
    const __m512 back = _mm512_castsi512_ps(_mm512_sub_epi32(BITS(K(1.0f)), power));
    const __m512 e = _mm512_cvtepi32_ps(_mm512_srai_epi32(from, 23));
    const __m512 sum = _mm512_add_ps(K(1.0f), back), difference = _mm512_sub_ps(K(1.0f), back);
    const __m512 s =
        _mm512_div_ps(_mm512_fmsub_ps(a, sum, difference), _mm512_fnmadd_ps(a, difference, sum));
    const __m512 z = _mm512_mul_ps(s, s);
    const __m512 tail = _mm512_fmadd_ps(
        series3_f32(z, 0x1.99aee2p-3f, 0x1.2192a4p-3f, 0x1.0d6a16p-3f), z, K(0x1.55553ep-2f));
    const __m512 part =
        _mm512_fmadd_ps(_mm512_mul_ps(s, z), tail, _mm512_mul_ps(e, K(0.5f * LN2_REST)));
    const __m512 high = _mm512_fmadd_ps(e, K(0.5f * LN2_SHORT), s);
    const __m512 lost = _mm512_sub_ps(s, _mm512_fnmadd_ps(e, K(0.5f * LN2_SHORT), high));
    const __m512 r = with_sign_f32(_mm512_add_ps(high, _mm512_add_ps(lost, part)), x);
    const __mmask16 left = _mm512_cmp_ps_mask(a, K(1.0f), _CMP_NLT_UQ);
    return HOST_LIKELY(left == 0) ? r : lanes_f32(r, x, left, atanhf);
}
#undef LOG10_2_REST
#undef LOG10_2
#undef LOG10_E_REST
#undef LOG10_E
#undef LOG2_E
#undef LN2_REST
#undef LN2_SHORT
#undef BITS
#undef K
#endif
