/* x to the power y for float32 with 512-bit registers: y log2 x in float64 (the logarithm right to
 * 2^-37 of itself), taken apart into a whole number and a rest whose power of two is float32's.
 * Results that are not normal, infinities, NaN, numbers below the normal ones and powers of 0 that
 * are not 0 are libm's. Largest error 0.95 ULP. Method: as in own_power.h. */
#ifndef CX_HOST_OWN_POWER_F32_H
#define CX_HOST_OWN_POWER_F32_H
#include "own_exp_f32.h"
#include "own_power.h"
#include <math.h>

/* Minus the binary logarithm of log_inverse, and what of its index is in the bits of a number:
 * their sixteenths less 127, or 126 from the half on. */
static const double log2_table[16] = {
    -0x1.fc00000000000p+6, -0x1.fbe6cc764fe64p+6, -0x1.fbd1a2d62fc4fp+6, -0x1.fbc194c40d29cp+6,
    -0x1.fbb5fc2342d1ep+6, -0x1.fbade7ff6db23p+6, -0x1.fbaa153b2b9c3p+6, -0x1.fba726aa1e755p+6,
    -0x1.fba8a33f17b44p+6, -0x1.fbad01becac9fp+6, -0x1.fbb2639636b28p+6, -0x1.fbbb722b2b3ffp+6,
    -0x1.fbc4e86855a18p+6, -0x1.fbd184832e94cp+6, -0x1.fbdefbba5ae29p+6, -0x1.fbeedb9ee4757p+6,
};

/* y log2 x, eight of them: m the mantissa of x, sixteenths = 16 times the biased exponent and j,
 * the 16th that m is next to */
static inline __m512d power_log_f32(__m256 y, __m256 m, __m256i sixteenths)
{
    const __m512i j = _mm512_cvtepi32_epi64(sixteenths);
    const __m512d c =
        _mm512_permutex2var_pd(_mm512_loadu_pd(log_inverse), j, _mm512_loadu_pd(log_inverse + 8));
    const __m512d t =
        _mm512_permutex2var_pd(_mm512_loadu_pd(log2_table), j, _mm512_loadu_pd(log2_table + 8));
    const __m512d r = _mm512_fmsub_pd(_mm512_cvtps_pd(m), c, _mm512_set1_pd(1.0));
    __m512d s = _mm512_set1_pd(-0x1.ed18e6e10de83p-3);
    s = _mm512_fmadd_pd(s, r, _mm512_set1_pd(0x1.27c92f69e29a5p-2));
    s = _mm512_fmadd_pd(s, r, _mm512_set1_pd(-0x1.71546b6064ca9p-2));
    s = _mm512_fmadd_pd(s, r, _mm512_set1_pd(0x1.ec7095b91ccbep-2));
    s = _mm512_fmadd_pd(s, r, _mm512_set1_pd(-0x1.71547652e5c01p-1));
    s = _mm512_fmadd_pd(s, r, _mm512_set1_pd(0x1.71547652bf9fep+0));
    const __m512d whole = _mm512_fmadd_pd(_mm512_cvtepi64_pd(j), _mm512_set1_pd(1.0 / 16), t);
    return _mm512_mul_pd(_mm512_cvtps_pd(y), _mm512_fmadd_pd(r, s, whole));
}

/* r with the sign of a power of numbers below 0, the lanes of libm in *left */
static inline __m512 power_signs_f32(__m512 r, __m512 x, __m512 y, __mmask16 *left)
{
    enum { NEAREST = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
    const __m512 half = _mm512_mul_ps(y, _mm512_set1_ps(0.5f)), zero = _mm512_setzero_ps();
    const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x)),
                    broken = _mm512_cmp_ps_mask(y, _mm512_roundscale_ps(y, NEAREST), _CMP_NEQ_UQ),
                    odd = _mm512_mask_cmp_ps_mask(negative, half,
                                                  _mm512_roundscale_ps(half, NEAREST), _CMP_NEQ_UQ);
    const __mmask16 still =
        _mm512_mask_cmp_ps_mask(_mm512_cmp_ps_mask(x, zero, _CMP_EQ_OQ), y, zero, _CMP_GT_OQ);
    const __mmask16 strange =
        _mm512_fpclass_ps_mask(x, 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x20 | 0x80);
    *left = (__mmask16)((*left | strange | (negative & broken)) & ~still);
    r = _mm512_mask_mov_ps(r, still, zero);
    return _mm512_mask_sub_ps(r, (__mmask16)(odd & ~broken), _mm512_set1_ps(-0.0f), r);
}

static inline __m512 own_power_f32(__m512 x, __m512 y)
{
    const __m512i bits = _mm512_castps_si512(_mm512_abs_ps(x)),
                  from = _mm512_sub_epi32(bits, _mm512_set1_epi32(0x3f3c0000));
    /* from 0.734375 to twice that */
    const __m512 m = _mm512_castsi512_ps(
        _mm512_sub_epi32(bits, _mm512_and_si512(from, _mm512_set1_epi32(-0x00800000))));
    const __m512i j = _mm512_srli_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x00040000)), 19);
    const __m512d low = power_log_f32(_mm512_castps512_ps256(y), _mm512_castps512_ps256(m),
                                      _mm512_castsi512_si256(j)),
                  high = power_log_f32(_mm512_extractf32x8_ps(y, 1), _mm512_extractf32x8_ps(m, 1),
                                       _mm512_extracti32x8_epi32(j, 1));
    /* the last bits of the sums are whole numbers */
    const __m512d shift = _mm512_set1_pd(0x1.8p52), low_sum = _mm512_add_pd(low, shift),
                  high_sum = _mm512_add_pd(high, shift);
    const __m512i whole = _mm512_permutex2var_epi32(
        _mm512_castpd_si512(low_sum),
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
        _mm512_castpd_si512(high_sum));
    const __m256 low_rest = _mm512_cvtpd_ps(_mm512_sub_pd(low, _mm512_sub_pd(low_sum, shift))),
                 high_rest = _mm512_cvtpd_ps(_mm512_sub_pd(high, _mm512_sub_pd(high_sum, shift)));
    const __m512 rest = _mm512_insertf32x8(_mm512_castps256_ps512(low_rest), high_rest, 1);
    __m512 r = _mm512_castsi512_ps(
        _mm512_add_epi32(_mm512_castps_si512(exp2_near_f32(rest)), _mm512_slli_epi32(whole, 23)));
    /* results that are not normal; past 2^20 of y the whole numbers do not fit */
    __mmask16 left =
        (__mmask16)(_mm512_cmp_ps_mask(_mm512_abs_ps(y), _mm512_set1_ps(0x1p20f), _CMP_NLE_UQ) |
                    _mm512_cmpgt_epu32_mask(_mm512_add_epi32(whole, _mm512_set1_epi32(125)),
                                            _mm512_set1_epi32(250)));
    if (_mm512_fpclass_ps_mask(x, 0xff) != 0) r = power_signs_f32(r, x, y, &left);
    return HOST_LIKELY(left == 0) ? r : lanes2_f32(r, x, y, left, powf);
}
#endif
