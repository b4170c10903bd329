/* Own vectors of exp, expm1, tanh and log for float64 with 512-bit registers: a table of 2^(j/16)
 * in two registers and a short polynomial, and a series in (m - 1) / (m + 1) of the mantissa. exp
 * and log stay below 1 ULP, expm1 and tanh below 2, on the ranges that the caller gives them
 * (normal results, no infinity, no NaN; log: no subnormal). Method: argument reduction as in
 * Muller, Elementary Functions, chapters 5 and 6. */
#ifndef CX_HOST_OWN_MATH_H
#define CX_HOST_OWN_MATH_H
#include <immintrin.h>

static const double exp_table[16] = {
    0x1.0000000000000p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f090p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0,
};
/* what the doubles above lack */
static const double exp_rest[16] = {
    0x0.0p+0,
    0x1.8a62e4adc610bp-54,
    -0x1.19041b9d78a76p-55,
    0x1.9b07eb6c70573p-54,
    0x1.6f46ad23182e4p-55,
    0x1.ada0911f09ebcp-55,
    0x1.d4397afec42e2p-56,
    0x1.6324c054647adp-54,
    -0x1.bdd3413b26456p-54,
    -0x1.41577ee04992fp-55,
    0x1.6e9f156864b27p-54,
    0x1.c7c46b071f2bep-56,
    0x1.7a1cd345dcc81p-54,
    0x1.11065895048ddp-55,
    0x1.2ed02d75b3707p-55,
    -0x1.e9c23179c2893p-54,
};

#define K(v) _mm512_set1_pd(v)
/* e^x = 2^(n / 16) (1 + p): high + rest is 2^(j / 16), j the low bits of n */
typedef struct reduced {
    __m512d n, p, high, rest;
} reduced;
/* of x + low, which is less than the last places of x */
static inline reduced reduce_sum(__m512d x, __m512d low)
{
    /* n = 16 x / ln 2 to the nearest, whose low bits are the table's index */
    const __m512d shift = K(0x1.8p52), t = _mm512_fmadd_pd(x, K(0x1.71547652b82fep+4), shift),
                  n = _mm512_sub_pd(t, shift);
    __m512d r = _mm512_fnmadd_pd(n, K(0x1.62e42feep-5),
                                 x); /* ln 2 / 16 in two parts: n times the first is exact */
    r = _mm512_add_pd(_mm512_fnmadd_pd(n, K(0x1.a39ef35793c76p-37), r), low);
    const __m512d r2 = _mm512_mul_pd(r, r);
    const __m512d a = _mm512_fmadd_pd(r, K(1.0 / 6), K(0.5)),
                  b = _mm512_fmadd_pd(r, K(1.0 / 120), K(1.0 / 24));
    const __m512d c = _mm512_fmadd_pd(r, K(1.0 / 5040), K(1.0 / 720));
    const __m512d q = _mm512_fmadd_pd(_mm512_fmadd_pd(c, r2, b), r2, a);
    const __m512i k = _mm512_castpd_si512(t);
    return (reduced){
        n, _mm512_fmadd_pd(q, r2, r),
        _mm512_permutex2var_pd(_mm512_loadu_pd(exp_table), k, _mm512_loadu_pd(exp_table + 8)),
        _mm512_permutex2var_pd(_mm512_loadu_pd(exp_rest), k, _mm512_loadu_pd(exp_rest + 8))};
}

static inline reduced reduce(__m512d x)
{
    return reduce_sum(x, K(-0.0));
}

static inline __m512d exponential(reduced e)
{
    return _mm512_scalef_pd(_mm512_add_pd(e.high, _mm512_fmadd_pd(e.high, e.p, e.rest)),
                            _mm512_mul_pd(e.n, K(0.0625)));
}

static inline __m512d own_exp(__m512d x)
{
    return exponential(reduce(x));
}

static inline __m512d own_expm1(__m512d x)
{
    const reduced e = reduce(x);
    const __m512d m =
        _mm512_mul_pd(e.n, K(0.0625)); /* scaled first: near 1 the difference from 1 is exact */
    const __m512d high = _mm512_scalef_pd(e.high, m), rest = _mm512_scalef_pd(e.rest, m);
    return _mm512_add_pd(_mm512_sub_pd(high, K(1.0)), _mm512_fmadd_pd(high, e.p, rest));
}

static inline __m512d own_tanh(__m512d x)
{
    const __m512d sign = _mm512_and_pd(x, K(-0.0)), size = _mm512_abs_pd(x);
    const __m512d y = own_expm1(_mm512_add_pd(size, size));
    return _mm512_or_pd(_mm512_div_pd(y, _mm512_add_pd(y, K(2.0))), sign);
}

static inline __m512d own_log(__m512d x)
{
    const __m512d m = _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
    const __m512d e = _mm512_sub_pd(_mm512_getexp_pd(x), _mm512_getexp_pd(m)),
                  f = _mm512_sub_pd(m, K(1.0));
    const __m512d s = _mm512_div_pd(f, _mm512_add_pd(m, K(1.0))), z = _mm512_mul_pd(s, s),
                  z2 = _mm512_mul_pd(z, z);
    const __m512d z4 = _mm512_mul_pd(z2, z2), half = _mm512_mul_pd(_mm512_mul_pd(f, f), K(0.5));
    /* log(1 + f) = 2 atanh(s) = f - half + s (half + R), R = sum of 2 z^k / (2 k + 1) */
    const __m512d c1 = _mm512_fmadd_pd(z, K(2.0 / 5), K(2.0 / 3)),
                  c3 = _mm512_fmadd_pd(z, K(2.0 / 9), K(2.0 / 7));
    const __m512d c5 = _mm512_fmadd_pd(z, K(2.0 / 13), K(2.0 / 11)),
                  c7 = _mm512_fmadd_pd(z, K(2.0 / 17), K(2.0 / 15));
    const __m512d c9 = _mm512_fmadd_pd(z, K(2.0 / 21), K(2.0 / 19)),
                  c11 = _mm512_fmadd_pd(z, K(2.0 / 25), K(2.0 / 23));
    const __m512d low = _mm512_fmadd_pd(c3, z2, c1), mid = _mm512_fmadd_pd(c7, z2, c5),
                  top = _mm512_fmadd_pd(c11, z2, c9);
    const __m512d R = _mm512_mul_pd(z, _mm512_fmadd_pd(_mm512_fmadd_pd(top, z4, mid), z4, low));
    const __m512d ln2_high = K(0x1.62e42feep-1), ln2_low = K(0x1.a39ef35793c76p-33);
    const __m512d tail = _mm512_fmadd_pd(s, _mm512_add_pd(half, R), _mm512_mul_pd(e, ln2_low));
    return _mm512_fmadd_pd(e, ln2_high, _mm512_sub_pd(f, _mm512_sub_pd(half, tail)));
}
#undef K
#endif
