/* x to the power y for float64 with 512-bit registers: y log x in two doubles, then the exponential
 * of their sum. The mantissa times one of 16 short numbers is 1 + z with z exact, |z| < 1/29; of
 * log(1 + z) = z - z^2/2 + ... the first two terms are exact in two doubles, the others are a
 * polynomial that is right to 2^-69. Signs, zeros and what is not normal are left to a longer way.
 * Largest errors on 10^7 pairs: 0.6 ULP, 1.24 where x is within 1/29 of 1 and the result near the
 * ends of the range. Methods: as in Tang, Table-driven implementation of the logarithm function,
 * ACM TOMS 16, 1990; Dekker, Numerische Mathematik 18, 1971. */
#ifndef CX_HOST_OWN_POWER_H
#define CX_HOST_OWN_POWER_H
#include "own_log.h"
#include "own_math.h"

#define K(v) _mm512_set1_pd(v)
#define LOOK(table, j) \
    _mm512_permutex2var_pd(_mm512_loadu_pd(table), j, _mm512_loadu_pd((table) + 8))
/* (log(1 + z) - z + z^2/2) / z^3 */
static inline __m512d power_series(__m512d z, __m512d z2)
{
    __m512d even = _mm512_fmadd_pd(K(0x1.75316ebc30ee2p-4), z2, K(0x1.c71c42203932ep-4)),
            odd = _mm512_fmadd_pd(K(-0x1.9a7fa208b5aaap-4), z2, K(-0x1.ffffcc60d4185p-4));
    even = _mm512_fmadd_pd(even, z2, K(0x1.249249268d1aep-3));
    odd = _mm512_fmadd_pd(odd, z2, K(-0x1.555555577a5fdp-3));
    even = _mm512_fmadd_pd(even, z2, K(0x1.99999999998e4p-3));
    odd = _mm512_fmadd_pd(odd, z2, K(-0x1.fffffffffff3bp-3));
    even = _mm512_fmadd_pd(even, z2, K(0x1.5555555555555p-2));
    return _mm512_fmadd_pd(odd, z, even);
}

/* log x = head + *small, for normal x > 0; small is up to z^3/3 and not less than head's last place
 */
static inline __m512d power_log(__m512d x, __m512d *small)
{
    /* m in [47/64, 47/32), where a half of 1/16 ends, so that its nearest 16th is unique */
    const __m512i bits = _mm512_castpd_si512(x),
                  from = _mm512_sub_epi64(bits, _mm512_set1_epi64(0x3fe7800000000000)),
                  scale = _mm512_and_si512(from, _mm512_set1_epi64(-0x0010000000000000));
    const __m512d m = _mm512_castsi512_pd(_mm512_sub_epi64(bits, scale)),
                  e = _mm512_cvtepi64_pd(_mm512_srai_epi64(from, 52));
    const __m512i j = log_index(x);
    const __m512d z = _mm512_fmsub_pd(m, LOOK(log_factor, j), K(1.0));
    /* e log 2 and the table's are multiples of 2^-42: their sum is exact */
    const __m512d whole = _mm512_fmadd_pd(e, K(base_e.two), LOOK(base_e.high, j));
    const __m512d part = _mm512_fmadd_pd(e, K(base_e.two_rest), LOOK(base_e.low, j));
    const __m512d half = _mm512_mul_pd(z, K(-0.5)), v = _mm512_fmadd_pd(half, z, z),
                  v_rest = _mm512_fmadd_pd(half, z, _mm512_sub_pd(z, v));
    const __m512d head = _mm512_add_pd(whole, v),
                  lost = _mm512_add_pd(_mm512_sub_pd(whole, head), v);
    const __m512d z2 = _mm512_mul_pd(z, z), z3 = _mm512_mul_pd(z2, z);
    const __m512d rest = _mm512_add_pd(part, _mm512_add_pd(v_rest, lost));
    *small = _mm512_fmadd_pd(power_series(z, z2), z3, rest);
    return head;
}

/* e^(high + low), a normal number: the table's entry with n's bits above the index added to its
 * exponent; the index, which they bring along, is taken off before */
static inline __m512d power_exp(__m512d high, __m512d low)
{
    const __m512d shift = K(0x1.8p52),
                  t = _mm512_fmadd_pd(_mm512_add_pd(high, low), K(0x1.71547652b82fep+4), shift),
                  n = _mm512_sub_pd(t, shift);
    const __m512d above = _mm512_fnmadd_pd(n, K(0x1.62e42feep-5), high);
    const reduced e =
        reduced_to(n, _mm512_add_pd(_mm512_fnmadd_pd(n, K(0x1.a39ef35793c76p-37), above), low), t);
    const __m512i bits = _mm512_castpd_si512(t);
    const __m512i first = _mm512_sub_epi64(
                      _mm512_loadu_si512(exp_table),
                      _mm512_slli_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), 48)),
                  second = _mm512_sub_epi64(
                      _mm512_loadu_si512(exp_table + 8),
                      _mm512_slli_epi64(_mm512_setr_epi64(8, 9, 10, 11, 12, 13, 14, 15), 48));
    const __m512d scaled = _mm512_castsi512_pd(_mm512_add_epi64(
        _mm512_permutex2var_epi64(first, bits, second), _mm512_slli_epi64(bits, 48)));
    return _mm512_fmadd_pd(scaled, _mm512_add_pd(e.p, LOOK(exp_share, bits)), scaled);
}

/* Of normal x > 0; *most is about y log x. */
static inline __m512d power_of_normal(__m512d x, __m512d y, __m512d *most)
{
    __m512d small;
    const __m512d head = power_log(x, &small), high = _mm512_mul_pd(y, head);
    *most = high;
    return power_exp(high, _mm512_fmadd_pd(y, small, _mm512_fmsub_pd(y, head, high)));
}

/* Of lanes in *some: x normal and above 0, y neither 0 nor a power of 2, the result normal. */
static inline __m512d power_plain(__m512d x, __m512d y, unsigned *some)
{
    __m512d most;
    const __m512d result = power_of_normal(x, y, &most);
    /* the bits lie between those of the smallest such number and infinity */
    const __m512i least = _mm512_set1_epi64(0x0010000000000000),
                  above = _mm512_sub_epi64(_mm512_castpd_si512(x), least);
    const __mmask8 normal = _mm512_mask_cmplt_epu64_mask(
        _mm512_test_epi64_mask(_mm512_castpd_si512(y), _mm512_set1_epi64(0x000fffffffffffff)),
        above, _mm512_set1_epi64(0x7fe0000000000000));
    *some = _mm512_mask_cmp_pd_mask(normal, _mm512_abs_pd(most), K(707.0), _CMP_LE_OQ);
    return result;
}

/* Of any sign. Lanes of `left` are not done: x zero, subnormal or not finite, a root of a negative
 * number, a result that is not normal, a NaN. */
static inline __m512d own_power(__m512d x, __m512d y, __mmask8 *left)
{
    enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
    const __m512d size = _mm512_abs_pd(x), half = _mm512_mul_pd(y, K(0.5));
    const __mmask8 negative = _mm512_cmp_pd_mask(x, K(0.0), _CMP_LT_OQ),
                   broken = _mm512_cmp_pd_mask(y, _mm512_roundscale_pd(y, NEAREST), _CMP_NEQ_UQ),
                   odd = _mm512_cmp_pd_mask(half, _mm512_roundscale_pd(half, NEAREST), _CMP_NEQ_UQ);
    __m512d most;
    const __m512d result = power_of_normal(size, y, &most);
    *left = (__mmask8)(_mm512_cmp_pd_mask(size, K(0x1p-1022), _CMP_NGE_UQ) |
                       _mm512_cmp_pd_mask(size, K(0x1.fffffffffffffp+1023), _CMP_NLE_UQ) |
                       _mm512_cmp_pd_mask(_mm512_abs_pd(most), K(707.0), _CMP_NLE_UQ) |
                       (negative & broken));
    return _mm512_mask_sub_pd(result, (__mmask8)(negative & odd), K(-0.0), result);
}
#undef LOOK
#undef K
#endif
