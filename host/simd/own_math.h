/* Own vectors of exp, exp2, expm1, sinh, cosh and tanh for float64 with 512-bit registers: a table
 * of 2^(j/16) in two registers and a short polynomial. The largest errors on 10^6 points each: exp
 * and exp2 0.55 ULP (0.75 where the result is subnormal), sinh and cosh 0.63, expm1 and tanh below
 * 3, on the ranges that the caller gives them (normal results, no infinity, no NaN; exp2 takes
 * every number). Method: argument reduction as in Muller, Elementary Functions, chapters 5, 6. */
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

/* and that beside the doubles */
static const double exp_share[16] = {0x0.0p+0,
                                     0x1.79aa65d837b6cp-54,
                                     -0x1.01b15eaa59348p-55,
                                     0x1.68efde3a8a893p-54,
                                     0x1.34d754db0abb6p-55,
                                     0x1.59f48a72a4c6cp-55,
                                     0x1.690cebb7aafb0p-56,
                                     0x1.063e1e21c5409p-54,
                                     -0x1.3b3efbf5e2229p-54,
                                     -0x1.b32dcb94da51dp-56,
                                     0x1.db72fc1f0eab4p-55,
                                     0x1.1affc2b91ce27p-56,
                                     0x1.c1a7792cb3386p-55,
                                     0x1.36eae30af0cb3p-56,
                                     0x1.4a385a63d07a7p-56,
                                     -0x1.ff7128fd391f1p-55};

#define K(v) _mm512_set1_pd(v)
#define LOOK(table, j) \
    _mm512_permutex2var_pd(_mm512_loadu_pd(table), j, _mm512_loadu_pd((table) + 8))
/* e^x = 2^(n / 16) (1 + p): high + rest is 2^(j / 16), j the low bits of n */
typedef struct reduced {
    __m512d n, p, high, rest;
} reduced;
/* of r, at most ln 2 / 32; the table's index is the low bits of t */
static inline reduced reduced_to(__m512d n, __m512d r, __m512d t)
{
    const __m512d r2 = _mm512_mul_pd(r, r);
    const __m512d a = _mm512_fmadd_pd(r, K(1.0 / 6), K(0.5)),
                  b = _mm512_fmadd_pd(r, K(1.0 / 120), K(1.0 / 24));
    const __m512d c = _mm512_fmadd_pd(r, K(1.0 / 5040), K(1.0 / 720));
    const __m512d q = _mm512_fmadd_pd(_mm512_fmadd_pd(c, r2, b), r2, a);
    const __m512i k = _mm512_castpd_si512(t);
    return (reduced){n, _mm512_fmadd_pd(q, r2, r), LOOK(exp_table, k), LOOK(exp_rest, k)};
}

/* of x + low, which is less than the last places of x */
static inline reduced reduce_sum(__m512d x, __m512d low)
{
    /* n = 16 x / ln 2 to the nearest, whose low bits are the table's index */
    const __m512d shift = K(0x1.8p52), t = _mm512_fmadd_pd(x, K(0x1.71547652b82fep+4), shift),
                  n = _mm512_sub_pd(t, shift);
    __m512d r = _mm512_fnmadd_pd(n, K(0x1.62e42feep-5),
                                 x); /* ln 2 / 16 in two parts: n times the first is exact */
    r = _mm512_add_pd(_mm512_fnmadd_pd(n, K(0x1.a39ef35793c76p-37), r), low);
    return reduced_to(n, r, t);
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

/* n / 16 of x here, which is exact; past both ends it is infinity and 0 */
static inline __m512d own_exp2(__m512d x)
{
    const __m512d limited = _mm512_max_pd(K(-1100.0), _mm512_min_pd(K(1100.0), x));
    const __m512d shift = K(0x1.8p48), t = _mm512_add_pd(limited, shift),
                  part = _mm512_sub_pd(t, shift);
    const __m512d r = _mm512_mul_pd(_mm512_sub_pd(limited, part), K(0x1.62e42fefa39efp-1));
    const reduced e = reduced_to(part, r, t);
    return _mm512_scalef_pd(_mm512_add_pd(e.high, _mm512_fmadd_pd(e.high, e.p, e.rest)), part);
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

/* e^a = 2 A (1 + E + O) and e^-a = 2 B (1 + E - O), A and B by the table, E even and O = r + r odd;
 * sum = A + B and difference = A - B with what they lack,
 * of the sum the greater part */
typedef struct both_ways {
    __m512d sum, sum_rest, difference, difference_rest, even, odd, r, r_rest;
} both_ways;
static inline both_ways exp_both_ways(__m512d a)
{
    const __m512d shift = K(0x1.8p52), t = _mm512_fmadd_pd(a, K(0x1.71547652b82fep+4), shift),
                  n = _mm512_sub_pd(t, shift);
    const __m512d above = _mm512_fnmadd_pd(n, K(0x1.62e42feep-5), a),
                  r = _mm512_fnmadd_pd(n, K(0x1.a39ef35793c76p-37), above);
    const __m512d r_rest = _mm512_fnmadd_pd(n, K(0x1.a39ef35793c76p-37), _mm512_sub_pd(above, r));
    /* Added to the table, n's bits above the index are the exponent; the index, which they bring
     * along, and 16 for the half are taken off the table before. -n likewise. */
    const __m512i bits = _mm512_castpd_si512(t), power = _mm512_slli_epi64(bits, 48),
                  down = _mm512_sub_epi64(_mm512_setzero_si512(), bits);
    const __m512i sixteen = _mm512_setr_epi64(16, 17, 18, 19, 20, 21, 22, 23),
                  more = _mm512_setr_epi64(24, 25, 26, 27, 28, 29, 30, 31);
    const __m512i first = _mm512_sub_epi64(_mm512_loadu_si512(exp_table),
                                           _mm512_slli_epi64(sixteen, 48)),
                  second = _mm512_sub_epi64(_mm512_loadu_si512(exp_table + 8),
                                            _mm512_slli_epi64(more, 48));
    const __m512d A = _mm512_castsi512_pd(
                      _mm512_add_epi64(_mm512_permutex2var_epi64(first, bits, second), power)),
                  B = _mm512_castsi512_pd(
                      _mm512_sub_epi64(_mm512_permutex2var_epi64(first, down, second), power));
    const __m512d A_rest = _mm512_mul_pd(A, LOOK(exp_share, bits)), B_share = LOOK(exp_share, down);
    const __m512d sum = _mm512_add_pd(A, B), difference = _mm512_sub_pd(A, B);
    const __m512d r2 = _mm512_mul_pd(r, r);
    const __m512d even =
                      _mm512_fmadd_pd(_mm512_fmadd_pd(r2, K(1.0 / 720), K(1.0 / 24)), r2, K(0.5)),
                  odd = _mm512_fmadd_pd(_mm512_fmadd_pd(r2, K(1.0 / 5040), K(1.0 / 120)), r2,
                                        K(1.0 / 6));
    return (both_ways){sum,
                       _mm512_add_pd(_mm512_add_pd(_mm512_sub_pd(A, sum), B), A_rest),
                       difference,
                       _mm512_add_pd(_mm512_sub_pd(_mm512_sub_pd(A, difference), B),
                                     _mm512_fnmadd_pd(B, B_share, A_rest)),
                       _mm512_mul_pd(even, r2),
                       _mm512_mul_pd(odd, r2),
                       r,
                       r_rest};
}

/* up to 706 */
static inline __m512d own_cosh(__m512d x)
{
    const both_ways e = exp_both_ways(_mm512_abs_pd(x));
    const __m512d odd = _mm512_fmadd_pd(e.difference, _mm512_fmadd_pd(e.odd, e.r, e.r), e.sum_rest);
    return _mm512_add_pd(e.sum, _mm512_fmadd_pd(e.sum, e.even, odd));
}

/* up to 706; near 0, where the difference is 0, r is x */
static inline __m512d own_sinh(__m512d x)
{
    const both_ways e = exp_both_ways(_mm512_abs_pd(x));
    const __m512d head = _mm512_fmadd_pd(e.sum, e.r, e.difference),
                  lost = _mm512_fmadd_pd(e.sum, e.r, _mm512_sub_pd(e.difference, head));
    const __m512d odd = _mm512_fmadd_pd(e.sum, _mm512_fmadd_pd(e.odd, e.r, e.r_rest),
                                        _mm512_add_pd(lost, e.difference_rest));
    const __m512d r = _mm512_add_pd(head, _mm512_fmadd_pd(e.difference, e.even, odd));
    return _mm512_or_pd(r, _mm512_and_pd(x, K(-0.0)));
}

#undef LOOK
#undef K
#endif
