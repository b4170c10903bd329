/* Logarithms and what is made of them, for float64 with 512-bit registers: log, log2, log10, log1p,
 * arcsinh, arccosh below 0.6 ULP (the largest error on 10^6 points each is 0.56, of arccosh),
 * arctanh below 1.7, logaddexp and logaddexp2 below 1 where the two terms do not cancel. log, log2,
 * log10 and arctanh take every number. The mantissa lies in [47/64, 47/32); times one of 16 short
 * numbers it is 1 + z with z exact, |z| < 1/29, and log(1 + z) is a minimax polynomial of degree
 * 10. Sums keep what they lack in a second double. Method: as in Tang, Table-driven implementation
 * of the logarithm function, ACM TOMS 16, 1990. */
#ifndef CX_HOST_OWN_LOG_H
#define CX_HOST_OWN_LOG_H
#include "own_math.h"
#include "own_root.h"

/* about the reciprocal of 1 + j/16, from j = 8 on of half of that; so short where z is large that z
 * has no more bits than a double */
static const double log_factor[16] = {
    0x1.0000000000000p+0, 0x1.e000000000000p-1, 0x1.c800000000000p-1, 0x1.b000000000000p-1,
    0x1.9800000000000p-1, 0x1.8800000000000p-1, 0x1.7000000000000p-1, 0x1.6000000000000p-1,
    0x1.5800000000000p+0, 0x1.4800000000000p+0, 0x1.3800000000000p+0, 0x1.3000000000000p+0,
    0x1.2800000000000p+0, 0x1.1800000000000p+0, 0x1.1000000000000p+0, 0x1.0800000000000p+0};
/* Minus its logarithm to a base, to a multiple of 2^-42, and what that lacks; the same for 2; then
 * 1 / ln(base) and the polynomial of (log(1 + z) - z / ln(base)) / z^2. */
typedef struct log_base {
    double high[16], low[16], two, two_rest, one, one_rest, q[9];
} log_base;
static const log_base base_e = {
    {0x0.0p+0, 0x1.08598b59e4000p-4, 0x1.da72763844000p-4, 0x1.5bf406b544000p-3,
     0x1.d1037f2656000p-3, 0x1.1178e8227e000p-2, 0x1.522ae0738a000p-2, 0x1.7fafa3bd81000p-2,
     -0x1.2e8e2bae12000p-2, -0x1.fb9186d5e4000p-3, -0x1.9525a9cf46000p-3, -0x1.5ff3070a7a000p-3,
     -0x1.29552f8200000p-3, -0x1.6f0d28ae58000p-4, -0x1.f0a30c0118000p-5, -0x1.f829b0e780000p-6},
    {0x0.0p+0, -0x1.7e5dd7009902cp-46, 0x1.a89401fa71733p-46, -0x1.27023eb68981cp-46,
     -0x1.84a7e75b6f6e4p-47, 0x1.1ef78ce2d07f2p-44, 0x1.ebe708164c759p-45, 0x1.46fb79bf6d4cbp-44,
     0x1.67b1e99b72bd8p-45, 0x1.d572aab993c87p-47, 0x1.297137d9f158fp-44, 0x1.8586f183bebf2p-44,
     0x1.5b967f4471dfcp-44, 0x1.4b4641b664613p-44, 0x1.d599e83368e91p-45, -0x1.980267c7e09e4p-45},
    0x1.62e42fefa3800p-1,
    0x1.ef35793c76730p-45,
    0x1.0000000000000p+0,
    0x0.0p+0,
    {-0x1.0000000000000p-1, 0x1.55555555554fap-2, -0x1.ffffffffffd03p-3, 0x1.9999999bac8bap-3,
     -0x1.55555559c556cp-3, 0x1.24922f2915b18p-3, -0x1.ffffb41c6cf9ep-4, 0x1.c80d7edc09f07p-4,
     -0x1.9aa7bee514ae9p-4}};
static const log_base base_2 = {
    {0x0.0p+0, 0x1.7d60496cfc000p-4, 0x1.563dc29ffa000p-3, 0x1.f5fd8a9064000p-3,
     0x1.4f6fbb2cec000p-2, 0x1.8a8980abfc000p-2, 0x1.e7df5fe539000p-2, 0x1.14c560fe68800p-1,
     -0x1.b47ebf7388000p-2, -0x1.6e221cd9d1000p-2, -0x1.24407ab0e0000p-2, -0x1.fbc16b9026000p-3,
     -0x1.acf5e2db4e000p-3, -0x1.08c588cda8000p-3, -0x1.663f6fac90000p-4, -0x1.6bad3758f0000p-5},
    {0x0.0p+0, -0x1.2ce6312ebb81dp-46, 0x1.964190e41bca7p-44, -0x1.cb6f70109b0f1p-47,
     0x1.661e393a16b95p-44, -0x1.66cccab240e90p-45, -0x1.532c412ba94dbp-44, 0x1.7c407050799bfp-44,
     -0x1.50520a377c7ecp-45, 0x1.90d43956fa5d8p-45, -0x1.ce60916e52e91p-44, -0x1.0144751b3314fp-44,
     -0x1.927dfc23d9780p-44, 0x1.871a7610e40bdp-45, -0x1.3167ccc538261p-44, 0x1.3c6764fc87b4ap-48},
    0x1.0000000000000p+0,
    0x0.0p+0,
    0x1.71547652b82fep+0,
    0x1.777d0ffda0d24p-56,
    {-0x1.71547652b82fep-1, 0x1.ec709dc3a0379p-2, -0x1.71547652b80d6p-2, 0x1.2776c51078befp-2,
     -0x1.ec709dca0728bp-3, 0x1.a6173d2b9ccfdp-3, -0x1.71543f94afda2p-3, 0x1.48f8f5892fb8fp-3,
     -0x1.2839a3806c944p-3}};
static const log_base base_10 = {
    {0x0.0p+0, 0x1.cb38fccd90000p-6, 0x1.9c197abf00000p-5, 0x1.2e3a740b78000p-4,
     0x1.93e7de0fc4000p-4, 0x1.db11ed766c000p-4, 0x1.25ba8215b0000p-3, 0x1.4d43f8275a000p-3,
     -0x1.06cbd67a6c000p-3, -0x1.b8de4d3ab4000p-4, -0x1.5fe80488b0000p-4, -0x1.31b3055c48000p-4,
     -0x1.02428c1f08000p-4, -0x1.3ed1199a60000p-5, -0x1.af5f92b010000p-6, -0x1.b5e908eb20000p-7},
    {0x0.0p+0, -0x1.00925a535ae72p-44, 0x1.badcf3d6e4566p-46, 0x1.d288560689912p-53,
     -0x1.80743406505e6p-48, -0x1.40bcd23c3e44cp-44, -0x1.007bf2d8bf07ap-44, 0x1.20ca9a2bcc728p-45,
     -0x1.db2a2c6287ec0p-46, 0x1.340511b402e0ap-47, 0x1.606adb567e739p-45, 0x1.dcffc97be8c9cp-45,
     -0x1.5ea6bc2bc8c2cp-52, 0x1.bdafc8ad828b8p-45, 0x1.9f05921f59258p-46, 0x1.90dfe0d1601cap-44},
    0x1.34413509f8000p-2,
    -0x1.80433b83b532ap-44,
    0x1.bcb7b1526e50ep-2,
    0x1.95355baaafad3p-57,
    {-0x1.bcb7b1526e50ep-3, 0x1.287a7636f430fp-3, -0x1.bcb7b1526e276p-4, 0x1.63c62776f239ep-4,
     -0x1.287a763aceeebp-4, 0x1.fc3f78f23f803p-5, -0x1.bcb76f67dab22p-5, 0x1.8c1f52c7bf0b7p-5,
     -0x1.64b0ccb87da6fp-5}};

#define K(v) _mm512_set1_pd(v)
#define LOOK(table, j) \
    _mm512_permutex2var_pd(_mm512_loadu_pd(table), j, _mm512_loadu_pd((table) + 8))
/* An immediate table of what a result is where x is (from the lowest nibble up) a quiet, a
 * signalling NaN, 0, 1, minus infinity, infinity, negative, positive; 0 leaves it as it is. */
#define FIXUP(r, x, table) _mm512_fixupimm_pd(r, x, _mm512_set1_epi64(table), 0)

/* the nearest 16th of m in [47/64, 47/32), in the lowest four bits */
static inline __m512i log_index(__m512d m)
{
    const __m512i half = _mm512_set1_epi64(0x0000800000000000);
    return _mm512_srli_epi64(_mm512_add_epi64(_mm512_castpd_si512(m), half), 48);
}

/* log(x + low) = head + tail, x > 0 and low at most its last place */
typedef struct log_sum {
    __m512d head, tail;
} log_sum;
static inline log_sum log_series(__m512d m, const __m512d *low, __m512d e, const log_base *b)
{
    const __m512i j = log_index(m);
    const __m512d c = LOOK(log_factor, j), exact = _mm512_fmsub_pd(m, c, K(1.0));
    const __m512d z = low ? _mm512_fmadd_pd(*low, c, exact) : exact;
    const __m512d z2 = _mm512_mul_pd(z, z);
    __m512d even = _mm512_fmadd_pd(K(b->q[8]), z2, K(b->q[6])),
            odd = _mm512_fmadd_pd(K(b->q[7]), z2, K(b->q[5]));
    even = _mm512_fmadd_pd(even, z2, K(b->q[4])), odd = _mm512_fmadd_pd(odd, z2, K(b->q[3]));
    even = _mm512_fmadd_pd(even, z2, K(b->q[2])), odd = _mm512_fmadd_pd(odd, z2, K(b->q[1]));
    even = _mm512_fmadd_pd(even, z2, K(b->q[0]));
    const __m512d q = _mm512_fmadd_pd(odd, z, even);
    /* e log 2 and the table's are multiples of 2^-42: their sum is exact */
    const __m512d whole = _mm512_fmadd_pd(e, K(b->two), LOOK(b->high, j));
    const __m512d part = _mm512_fmadd_pd(e, K(b->two_rest), LOOK(b->low, j));
    const __m512d one = K(b->one), head = _mm512_fmadd_pd(z, one, whole),
                  lost = _mm512_fmadd_pd(z, one, _mm512_sub_pd(whole, head));
    __m512d small = _mm512_add_pd(part, lost);
    if (b->one_rest != 0) small = _mm512_fmadd_pd(z, K(b->one_rest), small);
    if (low) small = _mm512_add_pd(small, _mm512_fmadd_pd(*low, c, _mm512_sub_pd(exact, z)));
    return (log_sum){head, _mm512_fmadd_pd(z2, q, small)};
}

/* log(1 + a), 0 <= a <= 1 */
static inline log_sum log_of_one_and(__m512d a, const log_base *b)
{
    const __m512d u = _mm512_add_pd(K(1.0), a);
    const __m512d low = _mm512_sub_pd(a, _mm512_sub_pd(u, K(1.0)));
    const __mmask8 above = _mm512_cmp_pd_mask(u, K(0x1.78p0), _CMP_GE_OQ);
    const __m512d scaled = _mm512_mask_mul_pd(low, above, low, K(0.5));
    return log_series(_mm512_mask_mul_pd(u, above, u, K(0.5)), &scaled,
                      _mm512_maskz_mov_pd(above, K(1.0)), b);
}

/* not for subnormals */
static inline log_sum log_of_sum(__m512d x, __m512d low)
{
    const __m512d e = _mm512_getexp_pd(_mm512_mul_pd(x, K(0x1.5c9882b931057p0))),
                  back = _mm512_sub_pd(_mm512_setzero_pd(), e);
    const __m512d scaled = _mm512_scalef_pd(low, back);
    return log_series(_mm512_scalef_pd(x, back), &scaled, e, &base_e);
}

static inline __m512d log_to(__m512d x, const log_base *b)
{
    const __m512d m = _mm512_getmant_pd(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero),
                  e = _mm512_getexp_pd(x);
    const __mmask8 above = _mm512_cmp_pd_mask(m, K(0x1.78p0), _CMP_GE_OQ);
    const log_sum s = log_series(_mm512_mask_mul_pd(m, above, m, K(0.5)), NULL,
                                 _mm512_mask_add_pd(e, above, e, K(1.0)), b);
    return FIXUP(_mm512_add_pd(s.head, s.tail), x, 0x03530422);
}

static inline __m512d own_log(__m512d x)
{
    return log_to(x, &base_e);
}

static inline __m512d own_log2(__m512d x)
{
    return log_to(x, &base_2);
}

static inline __m512d own_log10(__m512d x)
{
    return log_to(x, &base_10);
}

/* not for infinity */
static inline __m512d own_log1p(__m512d x)
{
    const __m512d large = _mm512_max_pd(x, K(1.0)), small = _mm512_min_pd(x, K(1.0));
    const __m512d u = _mm512_add_pd(x, K(1.0));
    const log_sum s = log_of_sum(u, _mm512_sub_pd(small, _mm512_sub_pd(u, large)));
    const __m512d r = _mm512_add_pd(s.head, s.tail);
    return FIXUP(FIXUP(r, u, 0x03030422), x, 0x00000122);
}

/* up to 2^500 */
static inline __m512d own_arcsinh(__m512d x)
{
    const __m512d a = _mm512_abs_pd(x), square = _mm512_mul_pd(a, a),
                  square_rest = _mm512_fmsub_pd(a, a, square);
    const __m512d large = _mm512_max_pd(square, K(1.0)), small = _mm512_min_pd(square, K(1.0));
    const __m512d sum = _mm512_add_pd(square, K(1.0)),
                  sum_rest =
                      _mm512_add_pd(_mm512_sub_pd(small, _mm512_sub_pd(sum, large)), square_rest);
    __m512d root_rest;
    const __m512d root = own_root_twice(sum, sum_rest, &root_rest);
    const __m512d u = _mm512_add_pd(root, a),
                  low = _mm512_add_pd(_mm512_sub_pd(a, _mm512_sub_pd(u, root)), root_rest);
    const log_sum s = log_of_sum(u, low);
    /* near 0 the root's last places count: the series */
    const __m512d p = _mm512_fmadd_pd(
        _mm512_fmadd_pd(_mm512_fmadd_pd(K(0x1.f11009a987aedp-6), square, K(-0x1.6db6cd21aaee6p-5)),
                        square, K(0x1.33333332d7b84p-4)),
        square, K(-0x1.5555555555550p-3));
    const __m512d near = _mm512_fmadd_pd(_mm512_mul_pd(p, square), a, a);
    const __mmask8 is_near = _mm512_cmp_pd_mask(a, K(0x1p-5), _CMP_LT_OQ);
    const __m512d r = _mm512_mask_mov_pd(_mm512_add_pd(s.head, s.tail), is_near, near);
    return _mm512_or_pd(r, _mm512_and_pd(x, K(-0.0)));
}

/* up to 2^500 */
static inline __m512d own_arccosh(__m512d x)
{
    const __m512d square = _mm512_mul_pd(x, x), square_rest = _mm512_fmsub_pd(x, x, square);
    const __m512d less = _mm512_sub_pd(square, K(1.0)), sum = _mm512_add_pd(less, square_rest);
    const __m512d sum_rest = _mm512_add_pd(_mm512_sub_pd(less, sum), square_rest);
    __m512d root_rest;
    const __m512d root = own_root_twice(sum, sum_rest, &root_rest);
    const __m512d u = _mm512_add_pd(x, root),
                  low = _mm512_add_pd(_mm512_sub_pd(root, _mm512_sub_pd(u, x)), root_rest);
    const log_sum s = log_of_sum(u, low);
    const __mmask8 out = _mm512_cmp_pd_mask(x, K(1.0), _CMP_NGE_UQ);
    return _mm512_mask_mov_pd(_mm512_add_pd(s.head, s.tail), out, K(__builtin_nan("")));
}

/* Half of log(u / v), u = 1 + |x| and v = 1 - |x|: with 1 + y and 1 + z what is left of the two
 * mantissas beside the table's, log((1 + y) / (1 + z)) is twice the arctanh of the small number
 * (y - z) / (2 + y + z). */
static inline __m512d own_arctanh(__m512d x)
{
    const __m512d a = _mm512_abs_pd(x), one = K(1.0);
    const __m512d u = _mm512_add_pd(one, a), v = _mm512_sub_pd(one, a);
    const __m512d u_low = _mm512_sub_pd(a, _mm512_sub_pd(u, one)),
                  v_low = _mm512_sub_pd(_mm512_sub_pd(one, v), a);
    const __mmask8 above = _mm512_cmp_pd_mask(u, K(0x1.78p0), _CMP_GE_OQ);
    const __m512d u_scale = _mm512_mask_mov_pd(one, above, K(0.5));
    const __m512d e = _mm512_getexp_pd(_mm512_mul_pd(v, K(0x1.5c9882b931057p0))),
                  v_scale = _mm512_scalef_pd(one, _mm512_sub_pd(_mm512_setzero_pd(), e));
    const __m512d m = _mm512_mul_pd(u, u_scale), k = _mm512_mul_pd(v, v_scale);
    const __m512i i = log_index(m), j = log_index(k);
    const __m512d c = LOOK(log_factor, i), d = LOOK(log_factor, j);
    const __m512d y = _mm512_fmadd_pd(_mm512_mul_pd(u_low, u_scale), c, _mm512_fmsub_pd(m, c, one)),
                  z = _mm512_fmadd_pd(_mm512_mul_pd(v_low, v_scale), d, _mm512_fmsub_pd(k, d, one));
    const __m512d n = _mm512_sub_pd(y, z), both = _mm512_add_pd(_mm512_add_pd(y, z), K(2.0));
    const __m512d inverse = own_reciprocal(both), s0 = _mm512_mul_pd(n, inverse);
    const __m512d s = _mm512_fmadd_pd(_mm512_fnmadd_pd(s0, both, n), inverse, s0),
                  w = _mm512_mul_pd(s, s);
    const __m512d p = _mm512_fmadd_pd(
        _mm512_fmadd_pd(_mm512_fmadd_pd(w, K(0x1.c7f5436f7452cp-3), K(0x1.2492356f1bdf8p-2)), w,
                        K(0x1.9999999abf109p-2)),
        w, K(0x1.5555555555540p-1));
    /* the exponents' difference times log 2 and the tables' are exact */
    const __m512d whole =
        _mm512_fmadd_pd(_mm512_mask_sub_pd(e, above, e, one), K(-base_e.two),
                        _mm512_sub_pd(LOOK(base_e.high, i), LOOK(base_e.high, j)));
    const __m512d part = _mm512_fmadd_pd(_mm512_mask_sub_pd(e, above, e, one), K(-base_e.two_rest),
                                         _mm512_sub_pd(LOOK(base_e.low, i), LOOK(base_e.low, j)));
    const __m512d head = _mm512_fmadd_pd(s, K(2.0), whole),
                  lost = _mm512_fmadd_pd(s, K(2.0), _mm512_sub_pd(whole, head));
    const __m512d tail = _mm512_fmadd_pd(_mm512_mul_pd(w, s), p, _mm512_add_pd(part, lost));
    const __m512d r = FIXUP(_mm512_mul_pd(_mm512_add_pd(head, tail), K(0.5)), v, 0x03030522);
    return _mm512_or_pd(r, _mm512_and_pd(x, K(-0.0)));
}

/* The larger one and the rest's logarithm, as a sum of the two. Equal
 * infinities have no difference. */
static inline __m512d own_logaddexp(__m512d x, __m512d y)
{
    const __m512d d = _mm512_maskz_sub_pd(_mm512_cmp_pd_mask(x, y, _CMP_NEQ_UQ), x, y);
    const __m512d away = _mm512_or_pd(d, K(-0.0));
    const log_sum s = log_of_one_and(own_exp(_mm512_max_pd(K(-760.0), away)), &base_e);
    return _mm512_add_pd(_mm512_max_pd(x, y), _mm512_add_pd(s.head, s.tail));
}

static inline __m512d own_logaddexp2(__m512d x, __m512d y)
{
    const __m512d d = _mm512_maskz_sub_pd(_mm512_cmp_pd_mask(x, y, _CMP_NEQ_UQ), x, y);
    const log_sum s = log_of_one_and(own_exp2(_mm512_or_pd(d, K(-0.0))), &base_2);
    return _mm512_add_pd(_mm512_max_pd(x, y), _mm512_add_pd(s.head, s.tail));
}
#undef FIXUP
#undef LOOK
#undef K
#endif
