/* Which functions of float64 have own vectors of 512 bits, as macros for loops/math.inc. */
#include "own_math.h"
#include "own_power.h"
#define VEC_EXP(v) own_exp(v)
#define VEC_EXPM1(v) own_expm1(v)
#define VEC_TANH(v) own_tanh(v)
#define VEC_LOG(v) own_log(v)
#define VEC_POW(v, w) power_vector(v, w)
static inline __m512d power_vector(__m512d x, __m512d y)
{
    __mmask8 left;
    const __m512d r = own_power(x, y, &left);
    return HOST_LIKELY(left == 0) ? r : _mm512_mask_mov_pd(r, left, Sleef_powd8_u10avx512f(x, y));
}
