/* Vectors of float64 as wide as the level's registers, for the loops of support vector machines:
 * fused products, comparisons that choose, exp and tanh. */
#ifndef CX_HOST_SVM_VECTOR_H
#define CX_HOST_SVM_VECTOR_H
#include "lanes.h"
#include <math.h>
#if defined(__SSE2__)
#include <sleef.h>
#endif

#if defined(__AVX512F__)
#include "own_math.h"
enum { LANES = 8 };
__extension__ typedef double V __attribute__((vector_size(64)));
__extension__ typedef float F __attribute__((vector_size(32)));
typedef __mmask8 M;
#define FMA(a, b, c) ((V)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#define MORE(a, b) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_GE_OQ)
#define ABOVE(a, b) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_GT_OQ)
#define CHOOSE(m, a, b) ((V)_mm512_mask_mov_pd((__m512d)(b), m, (__m512d)(a)))
#define EXP(v) ((V)own_exp((__m512d)(v)))
#define TANH(v) ((V)own_tanh((__m512d)(v)))
#elif defined(__AVX2__)
enum { LANES = 4 };
__extension__ typedef double V __attribute__((vector_size(32)));
__extension__ typedef float F __attribute__((vector_size(16)));
typedef __m256d M;
#define FMA(a, b, c) ((V)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define MORE(a, b) _mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_GE_OQ)
#define ABOVE(a, b) _mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_GT_OQ)
#define CHOOSE(m, a, b) ((V)_mm256_blendv_pd((__m256d)(b), (__m256d)(a), m))
#define EXP(v) ((V)Sleef_expd4_u10avx2((__m256d)(v)))
#define TANH(v) ((V)Sleef_tanhd4_u10avx2((__m256d)(v)))
#else
enum { LANES = 2 };
__extension__ typedef double V __attribute__((vector_size(16)));
__extension__ typedef float F __attribute__((vector_size(8)));
__extension__ typedef int64_t M __attribute__((vector_size(16)));
#define FMA(a, b, c) ((a) * (b) + (c))
#define MORE(a, b) ((M)((a) >= (b)))
#define ABOVE(a, b) ((M)((a) > (b)))
#define CHOOSE(m, a, b) ((V)(((M)(a) & (m)) | ((M)(b) & ~(m))))
#if defined(__SSE2__)
#define EXP(v) ((V)Sleef_expd2_u10sse2((__m128d)(v)))
#define TANH(v) ((V)Sleef_tanhd2_u10sse2((__m128d)(v)))
#else
#define EXP(v) ((V){exp((v)[0]), exp((v)[1])})
#define TANH(v) ((V){tanh((v)[0]), tanh((v)[1])})
#endif
#endif

INLINE V get(const double *p)
{
    V v;
    memcpy(&v, p, sizeof v);
    return v;
}
INLINE void put(double *p, V v)
{
    memcpy(p, &v, sizeof v);
}
INLINE V get_single(const float *p)
{
    F v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, V);
}
INLINE void put_single(float *p, V v)
{
    const F f = __builtin_convertvector(v, F);
    memcpy(p, &f, sizeof f);
}
INLINE V spread(double x)
{
    return x - (V){0};
}
INLINE V at_least(V v, double low)
{
    const V l = spread(low);
    return CHOOSE(MORE(v, l), v, l);
}
INLINE V at_most(V v, double high)
{
    const V h = spread(high);
    return CHOOSE(MORE(v, h), h, v);
}
#endif
