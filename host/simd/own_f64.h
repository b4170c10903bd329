/* Which functions of float64 have own vectors of 512 bits, as macros for loops/math.inc. */
#include "own_angle.h"
#include "own_log.h"
#include "own_math.h"
#include "own_power.h"
#define VEC_EXP(v) own_exp(v)
#define VEC_EXP2(v) own_exp2(v)
#define VEC_EXPM1(v) own_expm1(v)
#define VEC_TANH(v) own_tanh(v)
#define VEC_SINH(v) own_sinh(v)
#define VEC_COSH(v) own_cosh(v)
#define VEC_LOG(v) own_log(v)
#define LOG_LOW 0.0
#define LOG_HIGH ((double)INFINITY)
#define VEC_LOG2(v) own_log2(v)
#define VEC_LOG10(v) own_log10(v)
#define VEC_LOG1P(v) own_log1p(v)
#define VEC_ASINH(v) own_arcsinh(v)
#define VEC_ACOSH(v) own_arccosh(v)
#define VEC_ATANH(v) own_arctanh(v)
#define VEC_LOGADDEXP(v, w) own_logaddexp(v, w)
#define VEC_LOGADDEXP2(v, w) own_logaddexp2(v, w)
#define VEC_CBRT(v) own_cbrt(v)
#define VEC_TAN(v) own_tan(v)
#define TAN_HIGH 0x1p20
#define VEC_ASIN(v) own_arcsin(v)
#define VEC_ACOS(v) own_arccos(v)
#define VEC_ATAN(v) own_arctan(v)
#define VEC_ATAN2(v, w) arctan2_vector(v, w)
#define VEC_POW(v, w) power_vector(v, w)
#define PLAIN_POW(v, w, some) power_plain(v, w, some)
static inline __m512d power_vector(__m512d x, __m512d y)
{
    __mmask8 left;
    const __m512d r = own_power(x, y, &left);
    return HOST_LIKELY(left == 0) ? r : _mm512_mask_mov_pd(r, left, Sleef_powd8_u10avx512f(x, y));
}
static inline __m512d arctan2_vector(__m512d y, __m512d x)
{
    __mmask8 left;
    const __m512d r = own_arctan2(y, x, &left);
    return HOST_LIKELY(left == 0) ? r : _mm512_mask_mov_pd(r, left, Sleef_atan2d8_u10avx512f(y, x));
}
