/* arcsin, arccos, arctan, arctan2 and tan for float64 with 512-bit registers, the largest errors on
 * 10^6 points each: 0.52 ULP of arctan, 0.61 of arctan2, 0.64 of arcsin and arccos, 1.23 of tan.
 * The arctangent of a quotient is that of one of k/16 and a short series of the rest, whose
 * numerator is exact; arcsin is a polynomial below 1/2 and arccos of the half angle above; tan is
 * sine by cosine of what remains of x beside the multiples of pi / 2 in three doubles. Sums and
 * quotients keep what they lack in a second double. Method: argument reduction as in Muller,
 * Elementary Functions, chapters 6, 11. */
#ifndef CX_HOST_OWN_ANGLE_H
#define CX_HOST_OWN_ANGLE_H
#include "own_root.h"

/* arctan(j / 16) and what the double lacks */
static const double angle_high[16] = {0x0.0p+0,
                                      0x1.ff55bb72cfdeap-5,
                                      0x1.fd5ba9aac2f6ep-4,
                                      0x1.7b97b4bce5b02p-3,
                                      0x1.f5b75f92c80ddp-3,
                                      0x1.362773707ebccp-2,
                                      0x1.6f61941e4def1p-2,
                                      0x1.a64eec3cc23fdp-2,
                                      0x1.dac670561bb4fp-2,
                                      0x1.0657e94db30d0p-1,
                                      0x1.1e00babdefeb4p-1,
                                      0x1.345f01cce37bbp-1,
                                      0x1.4978fa3269ee1p-1,
                                      0x1.5d58987169b18p-1,
                                      0x1.700a7c5784634p-1,
                                      0x1.819d0b7158a4dp-1};
static const double angle_low[16] = {0x0.0p+0,
                                     -0x1.c934d86d23f1dp-60,
                                     -0x1.cd37686760c17p-59,
                                     0x1.347b0b4f881cap-58,
                                     0x1.8ab6e3cf7afbdp-57,
                                     -0x1.963a544b672d8p-57,
                                     -0x1.c63aae6f6e918p-56,
                                     -0x1.24dec1b50b7ffp-56,
                                     0x1.a2b7f222f65e2p-56,
                                     -0x1.d5b495f6349e6p-56,
                                     -0x1.928df287a668fp-58,
                                     0x1.1021137c71102p-55,
                                     0x1.2419a87f2a458p-56,
                                     0x1.0028e4bc5e7cap-57,
                                     -0x1.8c34d25aadef6p-56,
                                     -0x1.bf76229d3b917p-56};

#define K(v) _mm512_set1_pd(v)
#define LOOK(table, j) \
    _mm512_permutex2var_pd(_mm512_loadu_pd(table), j, _mm512_loadu_pd((table) + 8))
#define PI_2 K(0x1.921fb54442d18p+0)
#define PI_2_REST K(0x1.1a62633145c07p-54)
#define SIGN(x) _mm512_and_pd(x, K(-0.0))

/* arctan(a / b), 0 <= a <= b, the result + low */
static inline __m512d arctan_quotient(__m512d a, __m512d b, __m512d *low)
{
    /* j / 16 near the quotient, at most 15 / 16, its bits from 2^52 on */
    const __m512d about = _mm512_min_pd(_mm512_mul_pd(a, _mm512_rcp14_pd(b)), K(0.9375));
    const __m512d shifted = _mm512_add_pd(about, K(0x1p48)), c = _mm512_sub_pd(shifted, K(0x1p48));
    const __m512i j = _mm512_castpd_si512(shifted);
    const __m512d n = _mm512_fnmadd_pd(c, b, a), d = _mm512_fmadd_pd(c, a, b);
    const __m512d y = own_reciprocal(d), q0 = _mm512_mul_pd(n, y);
    const __m512d q = _mm512_fmadd_pd(_mm512_fnmadd_pd(q0, d, n), y, q0);
    /* of n: what the denominator lacks counts, too */
    const __m512d left = _mm512_fnmadd_pd(_mm512_mul_pd(q, c), a, _mm512_fnmadd_pd(q, b, n));
    const __m512d w = _mm512_mul_pd(q, q);
    __m512d p = _mm512_fmadd_pd(w, K(0x1.c65490116d2a9p-4), K(-0x1.2492385d40ebep-3));
    p = _mm512_fmadd_pd(_mm512_fmadd_pd(p, w, K(0x1.99999998b2cc5p-3)), w,
                        K(-0x1.5555555555546p-2));
    const __m512d base = LOOK(angle_high, j), head = _mm512_add_pd(base, q),
                  lost = _mm512_add_pd(_mm512_sub_pd(base, head), q);
    const __m512d small = _mm512_add_pd(lost, _mm512_fmadd_pd(left, y, LOOK(angle_low, j)));
    *low = _mm512_fmadd_pd(_mm512_mul_pd(p, w), q, small);
    return head;
}

static inline __m512d own_arctan(__m512d x)
{
    const __m512d size = _mm512_min_pd(K(0x1p100), _mm512_abs_pd(x)), one = K(1.0);
    __m512d low;
    const __m512d angle = arctan_quotient(_mm512_min_pd(one, size), _mm512_max_pd(one, size), &low);
    /* pi / 2 - that beyond 1 */
    const __mmask8 beyond = _mm512_cmp_pd_mask(size, one, _CMP_GT_OQ);
    const __m512d head = _mm512_mask_sub_pd(angle, beyond, PI_2, angle);
    const __m512d lost = _mm512_sub_pd(_mm512_sub_pd(PI_2, head), angle);
    const __m512d tail = _mm512_mask_sub_pd(low, beyond, _mm512_add_pd(lost, PI_2_REST), low);
    return _mm512_or_pd(_mm512_add_pd(head, tail), SIGN(x));
}

/* Lanes of `left` are not done: one of the two is not finite or near either end, or both are 0. */
static inline __m512d own_arctan2(__m512d y, __m512d x, __mmask8 *left)
{
    const __m512d up = _mm512_abs_pd(y), right = _mm512_abs_pd(x);
    const __m512d a = _mm512_min_pd(up, right), b = _mm512_max_pd(up, right);
    *left = (__mmask8)(_mm512_cmp_pd_mask(b, K(0x1p1000), _CMP_NLE_UQ) |
                       _mm512_cmp_pd_mask(b, K(0x1p-900), _CMP_NGE_UQ) |
                       _mm512_cmp_pd_mask(x, y, _CMP_UNORD_Q) |
                       (_mm512_cmp_pd_mask(a, K(0x1p-900), _CMP_LT_OQ) &
                        _mm512_cmp_pd_mask(a, K(0.0), _CMP_NEQ_OQ)));
    __m512d low, head = arctan_quotient(a, b, &low);
    /* the multiple of pi / 2 from which the angle goes back (the y axis from the right, the x axis
     * from the left) or forth */
    const __mmask8 steep = _mm512_cmp_pd_mask(up, right, _CMP_GT_OQ),
                   behind = _mm512_movepi64_mask(_mm512_castpd_si512(x));
    const __m512d minus = _mm512_maskz_mov_pd((__mmask8)(steep ^ behind), K(-0.0));
    head = _mm512_xor_pd(head, minus), low = _mm512_xor_pd(low, minus);
    const __m512d quarters = _mm512_mask_mov_pd(_mm512_maskz_mov_pd(behind, K(2.0)), steep, K(1.0));
    const __m512d from = _mm512_mul_pd(quarters, PI_2), sum = _mm512_add_pd(from, head);
    const __m512d lost = _mm512_add_pd(_mm512_sub_pd(from, sum), head);
    const __m512d tail = _mm512_fmadd_pd(quarters, PI_2_REST, _mm512_add_pd(low, lost));
    return _mm512_or_pd(_mm512_add_pd(sum, tail), SIGN(y));
}

/* arcsin(s + rest) = s + low, where s is |x| up to 1/2 and the root of (1 - |x|) / 2 beyond */
static inline __m512d arcsin_half(__m512d a, __mmask8 beyond, __m512d *low)
{
    const __m512d half = _mm512_fnmadd_pd(a, K(0.5), K(0.5));
    __m512d root_rest;
    const __m512d root = own_root_twice(half, _mm512_setzero_pd(), &root_rest);
    const __m512d s = _mm512_mask_mov_pd(a, beyond, root),
                  rest = _mm512_maskz_mov_pd(beyond, root_rest),
                  z = _mm512_mask_mov_pd(_mm512_mul_pd(a, a), beyond, half);
    const __m512d z2 = _mm512_mul_pd(z, z);
    __m512d even = _mm512_fmadd_pd(z2, K(0x1.db788a310c0acp-6), K(0x1.214b3643ddc1ap-6)),
            odd = _mm512_fmadd_pd(z2, K(-0x1.f3846e925f195p-7), K(0x1.5f5cc49643d36p-8));
    even = _mm512_fmadd_pd(even, z2, K(0x1.5301ecd935959p-7)),
    odd = _mm512_fmadd_pd(odd, z2, K(0x1.78082c46bdfc5p-7));
    even = _mm512_fmadd_pd(even, z2, K(0x1.c9d23006114fap-7)),
    odd = _mm512_fmadd_pd(odd, z2, K(0x1.1c4d19ef02fb3p-6));
    even = _mm512_fmadd_pd(even, z2, K(0x1.6e8bb2fff1ac9p-6)),
    odd = _mm512_fmadd_pd(odd, z2, K(0x1.f1c71c15a778ap-6));
    even = _mm512_fmadd_pd(even, z2, K(0x1.6db6db6e3fa05p-5)),
    odd = _mm512_fmadd_pd(odd, z2, K(0x1.3333333332e38p-4));
    even = _mm512_fmadd_pd(even, z2, K(0x1.5555555555556p-3));
    const __m512d p = _mm512_fmadd_pd(odd, z, even);
    *low = _mm512_fmadd_pd(_mm512_mul_pd(s, z), p, rest);
    return s;
}

/* beyond 1/2: pi / 2 - 2 arcsin(sqrt((1 - |x|) / 2)) */
static inline __m512d own_arcsin(__m512d x)
{
    const __m512d a = _mm512_abs_pd(x);
    const __mmask8 beyond = _mm512_cmp_pd_mask(a, K(0.5), _CMP_GT_OQ);
    __m512d low;
    const __m512d s = arcsin_half(a, beyond, &low), head = _mm512_fnmadd_pd(s, K(2.0), PI_2);
    const __m512d lost =
        _mm512_add_pd(_mm512_fnmadd_pd(s, K(2.0), _mm512_sub_pd(PI_2, head)), PI_2_REST);
    const __m512d r = _mm512_add_pd(_mm512_mask_mov_pd(s, beyond, head),
                                    _mm512_mask_fnmadd_pd(low, beyond, K(2.0), lost));
    return _mm512_or_pd(r, SIGN(x));
}

/* beyond 1/2: 2 arcsin(sqrt((1 - |x|) / 2)), for negative x pi less that; else pi / 2 - arcsin */
static inline __m512d own_arccos(__m512d x)
{
    const __m512d a = _mm512_abs_pd(x);
    const __mmask8 beyond = _mm512_cmp_pd_mask(a, K(0.5), _CMP_GT_OQ),
                   negative = _mm512_movepi64_mask(_mm512_castpd_si512(x));
    __m512d low;
    const __m512d s = arcsin_half(a, beyond, &low);
    const __m512d factor = _mm512_xor_pd(_mm512_mask_mov_pd(K(-1.0), beyond, K(2.0)), SIGN(x));
    const __m512d quarters =
        _mm512_mask_mov_pd(K(1.0), beyond, _mm512_maskz_mov_pd(negative, K(2.0)));
    const __m512d from = _mm512_mul_pd(quarters, PI_2), head = _mm512_fmadd_pd(s, factor, from);
    const __m512d lost = _mm512_fmadd_pd(s, factor, _mm512_sub_pd(from, head));
    return _mm512_add_pd(head,
                         _mm512_fmadd_pd(low, factor, _mm512_fmadd_pd(quarters, PI_2_REST, lost)));
}

/* up to 2^20 */
static inline __m512d own_tan(__m512d x)
{
    const __m512d shift = K(0x1.8p52), t = _mm512_fmadd_pd(x, K(0x1.45f306dc9c883p-1), shift),
                  n = _mm512_sub_pd(t, shift);
    /* pi / 2 in three parts: the first difference is exact, the second part short, so that n times
     * it is exact and r too where the two almost cancel; r + r_rest is right to twice 53 bits */
    const __m512d second = K(0x1.1a626331p-54), third = K(0x1.1701b839a2520p-88);
    const __m512d above = _mm512_fnmadd_pd(n, PI_2, x), r = _mm512_fnmadd_pd(n, second, above);
    const __m512d r_rest =
        _mm512_fnmadd_pd(n, third, _mm512_fnmadd_pd(n, second, _mm512_sub_pd(above, r)));
    const __m512d w = _mm512_mul_pd(r, r), w2 = _mm512_mul_pd(w, w);
    __m512d s = _mm512_fmadd_pd(w, K(0x1.5e0afc07cbf24p-33), K(-0x1.ae600ab57f07fp-26));
    __m512d c = _mm512_fmadd_pd(w, K(-0x1.907d834d84599p-37), K(0x1.1eeb68bf4c5fbp-29));
    s = _mm512_fmadd_pd(_mm512_fmadd_pd(s, w, K(0x1.71de379647061p-19)), w,
                        K(-0x1.a01a019e837e5p-13));
    c = _mm512_fmadd_pd(_mm512_fmadd_pd(c, w, K(-0x1.27e4fa17b4efep-22)), w,
                        K(0x1.a01a019f4e96ap-16));
    s = _mm512_fmadd_pd(_mm512_fmadd_pd(s, w, K(0x1.1111111110bb2p-7)), w,
                        K(-0x1.5555555555555p-3));
    c = _mm512_fmadd_pd(_mm512_fmadd_pd(c, w, K(-0x1.6c16c16c16967p-10)), w,
                        K(0x1.5555555555555p-5));
    /* sine = r + sine_low, cosine = high + cosine_low */
    const __m512d sine_low = _mm512_fmadd_pd(_mm512_mul_pd(w, r), s, r_rest);
    const __m512d high = _mm512_fnmadd_pd(w, K(0.5), K(1.0)),
                  lost = _mm512_fnmadd_pd(w, K(0.5), _mm512_sub_pd(K(1.0), high));
    const __m512d cosine_low = _mm512_fmadd_pd(w2, c, _mm512_fnmadd_pd(r, r_rest, lost));
    /* by an odd multiple -cosine by sine */
    const __mmask8 odd = _mm512_test_epi64_mask(_mm512_castpd_si512(t), _mm512_set1_epi64(1));
    const __m512d a = _mm512_mask_xor_pd(r, odd, high, K(-0.0)),
                  a_low = _mm512_mask_xor_pd(sine_low, odd, cosine_low, K(-0.0));
    const __m512d b = _mm512_mask_mov_pd(high, odd, r),
                  b_low = _mm512_mask_mov_pd(cosine_low, odd, sine_low);
    const __m512d over = _mm512_add_pd(a, a_low), d = _mm512_add_pd(b, b_low);
    const __m512d y = own_reciprocal(d), q0 = _mm512_mul_pd(over, y);
    const __m512d q = _mm512_fmadd_pd(_mm512_fnmadd_pd(q0, d, over), y, q0);
    /* what is left of the numerator takes in what the two sums lost */
    const __m512d left =
        _mm512_add_pd(_mm512_fnmadd_pd(q, b, a), _mm512_fnmadd_pd(q, b_low, a_low));
    const __m512d sum = _mm512_fmadd_pd(left, y, q);
    return _mm512_fixupimm_pd(sum, x, _mm512_set1_epi64(0x00000100), 0); /* 0 keeps its sign */
}
#undef SIGN
#undef PI_2
#undef PI_2_REST
#undef LOOK
#undef K
#endif
