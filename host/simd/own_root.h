/* Roots of float64 with 512-bit registers by multiplications alone: the square root in two doubles,
 * for the functions that need more than its 53 bits, and the cube root, below 0.51 ULP for every
 * number. Both refine a first value of about 14 bits. Method: Newton's and Halley's iterations with
 * the error of a product from a fused multiply-add; Muller, Handbook of Floating-Point
 * Arithmetic, 4.7. */
#ifndef CX_HOST_OWN_ROOT_H
#define CX_HOST_OWN_ROOT_H
#include <immintrin.h>
#define K(v) _mm512_set1_pd(v)
/* 1 / x to 28 bits, x neither huge nor tiny */
static inline __m512d own_reciprocal(__m512d x)
{
    const __m512d y = _mm512_rcp14_pd(x);
    return _mm512_fmadd_pd(y, _mm512_fnmadd_pd(x, y, K(1.0)), y);
}

/* the root of x + rest, x normal, is the result + low; 0 of 0 */
static inline __m512d own_root_twice(__m512d x, __m512d rest, __m512d *low)
{
    const __m512d y = _mm512_maskz_rsqrt14_pd(_mm512_cmp_pd_mask(x, K(0.0), _CMP_NEQ_UQ), x);
    const __m512d g = _mm512_mul_pd(x, y), h = _mm512_mul_pd(y, K(0.5));
    const __m512d error = _mm512_fnmadd_pd(g, h, K(0.5));
    const __m512d g1 = _mm512_fmadd_pd(g, error, g), h1 = _mm512_fmadd_pd(h, error, h);
    const __m512d root = _mm512_fmadd_pd(_mm512_fnmadd_pd(g1, g1, x), h1, g1);
    *low = _mm512_mul_pd(_mm512_add_pd(_mm512_fnmadd_pd(root, root, x), rest), h1);
    return root;
}

/* x = 8^k m, m in [1, 8): first about 1 / m^(1/3) from that of the mantissa */
static inline __m512d own_cbrt(__m512d x)
{
    enum { DOWN = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC };
    const __m512d a = _mm512_abs_pd(x), e = _mm512_getexp_pd(a);
    const __m512d k = _mm512_roundscale_pd(_mm512_fmadd_pd(e, K(1.0 / 3), K(0x1p-10)), DOWN);
    const __m512d three_k = _mm512_mul_pd(k, K(3.0)),
                  m = _mm512_scalef_pd(a, _mm512_sub_pd(_mm512_setzero_pd(), three_k));
    const __m512d one = _mm512_getmant_pd(a, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
    /* by the exponent's rest: 2^(-0/3), 2^(-1/3), 2^(-2/3), the low bits of rest + 2^52 */
    const __m512i rest = _mm512_castpd_si512(_mm512_add_pd(_mm512_sub_pd(e, three_k), K(0x1p52)));
    const __m512d part = _mm512_permutexvar_pd(
        rest, _mm512_setr_pd(1.0, 0x1.965fea53d6e3dp-1, 0x1.428a2f98d728bp-1, 0, 0, 0, 0, 0));
    const __m512d p = _mm512_fmadd_pd(
        _mm512_fmadd_pd(
            _mm512_fmadd_pd(_mm512_fmadd_pd(K(0x1.dc9880338b461p-6), one, K(-0x1.cb36997e50b8ap-3)),
                            one, K(0x1.6776b03dfb7b9p-1)),
            one, K(-0x1.2de19c5befccep+0)),
        one, K(0x1.ac187e2197fa6p+0));
    const __m512d y = _mm512_mul_pd(p, part);
    const __m512d error = _mm512_fnmadd_pd(_mm512_mul_pd(m, y), _mm512_mul_pd(y, y), K(1.0));
    const __m512d step = _mm512_mul_pd(error, _mm512_fmadd_pd(error, K(2.0 / 9), K(1.0 / 3)));
    const __m512d y1 = _mm512_fmadd_pd(y, step, y), y2 = _mm512_mul_pd(y1, y1);
    const __m512d c = _mm512_mul_pd(m, y2), square = _mm512_mul_pd(c, c);
    const __m512d lost = _mm512_mul_pd(_mm512_fmsub_pd(c, c, square), c);
    const __m512d left = _mm512_sub_pd(_mm512_fnmadd_pd(c, square, m), lost);
    const __m512d r = _mm512_fmadd_pd(left, _mm512_mul_pd(y2, K(1.0 / 3)), c);
    /* zeros and infinities are their own roots, signs stay */
    const __m512d scaled = _mm512_or_pd(_mm512_scalef_pd(r, k), _mm512_and_pd(x, K(-0.0)));
    return _mm512_fixupimm_pd(scaled, x, _mm512_set1_epi64(0x00110122), 0);
}
#undef K
#endif
