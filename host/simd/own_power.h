/* x to the power y for float64 with 512-bit registers: y log x in two doubles, then the exponential
 * of their sum. The logarithm of a mantissa is that of one of 16 short numbers, whose product with
 * the mantissa is exact in two doubles, and a series of what is left, at most 1/32; it is right to
 * 64 bits, so that the power stays below 1.3 ULP. Method: as in Tang, Table-driven implementation
 * of the logarithm function, ACM TOMS 16, 1990. */
#ifndef CX_HOST_OWN_POWER_H
#define CX_HOST_OWN_POWER_H
#include "own_math.h"

/* of 1 + j/16, from j = 8 on of half of that: about the reciprocal */
static const double log_inverse[16] = {
    0x1.0000000000000p+0, 0x1.e200000000000p-1, 0x1.c700000000000p-1, 0x1.af00000000000p-1,
    0x1.9980000000000p-1, 0x1.8600000000000p-1, 0x1.7480000000000p-1, 0x1.6400000000000p-1,
    0x1.5540000000000p+0, 0x1.47c0000000000p+0, 0x1.3b00000000000p+0, 0x1.2f80000000000p+0,
    0x1.2480000000000p+0, 0x1.1a80000000000p+0, 0x1.1100000000000p+0, 0x1.0840000000000p+0,
};
/* minus its logarithm, to a multiple of 2^-42, */
static const double log_high[16] = {
    0x0.0p+0,
    0x1.eea31c0068000p-5,
    0x1.e3707ee304000p-4,
    0x1.60b3100b0a000p-3,
    0x1.c97f8079d4000p-3,
    0x1.16b5ccbad0000p-2,
    0x1.45b8c0a17e000p-2,
    0x1.741d876c68000p-2,
    -0x1.26561f1338000p-2,
    -0x1.fa01c3bb58000p-3,
    -0x1.a8becfc882000p-3,
    -0x1.5c94007598000p-3,
    -0x1.10f8e42254000p-3,
    -0x1.9375e55594000p-4,
    -0x1.0759835990000p-4,
    -0x1.03d5d85e70000p-5,
};
/* and what that lacks */
static const double log_low[16] = {
    0x0.0p+0,
    0x1.c3dd83606d891p-44,
    0x1.0f684e6766abdp-45,
    -0x1.71456c988f814p-44,
    0x1.3b161a8c6e6c5p-45,
    -0x1.23299042d74bfp-44,
    -0x1.d9120e7d0a853p-47,
    -0x1.13a7b5b11cfa7p-44,
    -0x1.8b48866faa45fp-44,
    0x1.a1f71fae1d786p-46,
    -0x1.e3185cf21b9cfp-44,
    0x1.a8d948cd23322p-44,
    0x1.93b3843396307p-45,
    -0x1.eddc37380c364p-44,
    0x1.b8ecfe4b59987p-44,
    -0x1.f778960ed29cfp-44,
};

#define K(v) _mm512_set1_pd(v)
#define LOOK(table, j) \
    _mm512_permutex2var_pd(_mm512_loadu_pd(table), j, _mm512_loadu_pd((table) + 8))
/* log x = high + low, for normal x > 0 */
static inline __m512d own_log_twice(__m512d x, __m512d *low)
{
    /* m in [0.734375, 1.46875), where a half of 1/16 ends, so that its nearest 16th is unique */
    const __m512i bits = _mm512_castpd_si512(x),
                  from = _mm512_sub_epi64(bits, _mm512_set1_epi64(0x3fe7800000000000));
    const __m512i power = _mm512_srai_epi64(from, 52);
    const __m512i mantissa = _mm512_sub_epi64(bits, _mm512_slli_epi64(power, 52));
    const __m512d m = _mm512_castsi512_pd(mantissa), e = _mm512_cvtepi64_pd(power);
    const __m512i j =
        _mm512_srli_epi64(_mm512_add_epi64(mantissa, _mm512_set1_epi64(0x0000800000000000)), 48);
    const __m512d c = LOOK(log_inverse, j);
    /* z + rest = m c - 1, exactly */
    const __m512d product = _mm512_mul_pd(m, c), error = _mm512_fmsub_pd(m, c, product);
    const __m512d above = _mm512_sub_pd(product, K(1.0)), z = _mm512_add_pd(above, error);
    const __m512d rest = _mm512_add_pd(_mm512_sub_pd(above, z), error);
    /* e log 2 and the table's are multiples of 2^-42: their sum is exact */
    const __m512d whole = _mm512_fmadd_pd(e, K(0x1.62e42fefa3800p-1), LOOK(log_high, j));
    const __m512d s = _mm512_add_pd(whole, z);
    const __m512d s_rest = _mm512_add_pd(_mm512_sub_pd(whole, s), z);
    const __m512d half = _mm512_mul_pd(z, K(0.5)), square = _mm512_mul_pd(half, z),
                  square_rest = _mm512_fmsub_pd(half, z, square);
    const __m512d t = _mm512_sub_pd(s, square), t_rest = _mm512_sub_pd(_mm512_sub_pd(s, t), square);
    const __m512d z2 = _mm512_mul_pd(z, z), z3 = _mm512_mul_pd(z2, z), z4 = _mm512_mul_pd(z2, z2);
    const __m512d c3 = _mm512_fnmadd_pd(z, K(1.0 / 4), K(1.0 / 3)),
                  c5 = _mm512_fnmadd_pd(z, K(1.0 / 6), K(1.0 / 5)),
                  c7 = _mm512_fnmadd_pd(z, K(1.0 / 8), K(1.0 / 7)),
                  c9 = _mm512_fnmadd_pd(z, K(1.0 / 10), K(1.0 / 9)),
                  c11 = _mm512_fnmadd_pd(z, K(1.0 / 12), K(1.0 / 11));
    const __m512d low_terms = _mm512_fmadd_pd(c5, z2, c3),
                  high_terms = _mm512_fmadd_pd(_mm512_fmadd_pd(c11, z2, c9), z2, c7);
    const __m512d p = _mm512_mul_pd(_mm512_fmadd_pd(high_terms, z4, low_terms), z3);
    __m512d small = _mm512_fmadd_pd(e, K(0x1.ef35793c76730p-45), LOOK(log_low, j));
    small = _mm512_add_pd(small, _mm512_fnmadd_pd(z, rest, rest));
    small = _mm512_add_pd(small, _mm512_sub_pd(_mm512_add_pd(s_rest, t_rest), square_rest));
    const __m512d high = _mm512_add_pd(t, p);
    *low = _mm512_add_pd(_mm512_add_pd(_mm512_sub_pd(t, high), p), small);
    return high;
}

/* Lanes of `left` are not done: x zero, subnormal or not finite, a root of a negative number, a
 * result that is not normal, a NaN. */
static inline __m512d own_power(__m512d x, __m512d y, __mmask8 *left)
{
    const __m512d size = _mm512_abs_pd(x);
    const __m512d half = _mm512_mul_pd(y, K(0.5));
    enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
    const __mmask8 negative = _mm512_cmp_pd_mask(x, K(0.0), _CMP_LT_OQ),
                   broken = _mm512_cmp_pd_mask(y, _mm512_roundscale_pd(y, NEAREST), _CMP_NEQ_UQ),
                   odd = _mm512_cmp_pd_mask(half, _mm512_roundscale_pd(half, NEAREST), _CMP_NEQ_UQ);
    __m512d log_rest;
    const __m512d log = own_log_twice(size, &log_rest), high = _mm512_mul_pd(y, log);
    const __m512d low = _mm512_fmadd_pd(y, log_rest, _mm512_fmsub_pd(y, log, high));
    *left = (__mmask8)(_mm512_cmp_pd_mask(size, K(0x1p-1022), _CMP_NGE_UQ) |
                       _mm512_cmp_pd_mask(size, K(0x1.fffffffffffffp+1023), _CMP_NLE_UQ) |
                       _mm512_cmp_pd_mask(_mm512_abs_pd(high), K(707.0), _CMP_NLE_UQ) |
                       (negative & broken));
    const __m512d result = exponential(reduce_sum(high, low));
    return _mm512_mask_sub_pd(result, (__mmask8)(negative & odd), K(-0.0), result);
}
#undef LOOK
#undef K
#endif
