/* Elementwise kernels that are scalar code at every level: functions of complex numbers, logaddexp,
 * and the neighbours of 16-bit floats, which float32 cannot stand in for. Special values of complex
 * functions are those of C's <complex.h> (C11 annex G). */
#include "map.h"
#include "loops/rows.h"
#include <calx/half.h>
#include <complex.h>
#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ 16-bit
 * floats */
/* The bits of a float ordered as integers: neighbours differ by 1. INF is the bits of infinity. */
static inline uint16_t next_half(uint16_t x, uint16_t y, uint16_t inf)
{
    const uint16_t ax = x & 0x7fffu, ay = y & 0x7fffu;
    if (ax > inf) return x;
    if (ay > inf) return y;
    if (x == y || (ax == 0 && ay == 0)) return y;
    if (ax == 0) return (uint16_t)((y & 0x8000u) | 1u);
    const bool negative = (x & 0x8000u) != 0, y_negative = (y & 0x8000u) != 0;
    const bool up = negative ? !y_negative || ay < ax : !y_negative && ay > ax; /* is y above x? */
    return (uint16_t)(up != negative ? x + 1 : x - 1);
}
static void nextafter_f16(const void *const *in, void *out, int64_t n)
{
    const uint16_t *const x = in[0], *const y = in[1];
    uint16_t *const r = out;
    for (int64_t i = 0; i < n; i++) r[i] = next_half(x[i], y[i], 0x7c00u);
}
static void nextafter_bf16(const void *const *in, void *out, int64_t n)
{
    const uint16_t *const x = in[0], *const y = in[1];
    uint16_t *const r = out;
    for (int64_t i = 0; i < n; i++) r[i] = next_half(x[i], y[i], 0x7f80u);
}
static void spacing_f16(const void *const *in, void *out, int64_t n)
{
    const uint16_t *const x = in[0];
    uint16_t *const r = out;
    for (int64_t i = 0; i < n; i++) {
        const uint16_t a = x[i] & 0x7fffu;
        if (a >= 0x7c00u) {
            r[i] = 0x7e00u;
        } else {
            const uint16_t gap =
                cx__f16_encode(cx__f16_decode((uint16_t)(a + 1 == 0x7c00u ? a : a + 1)) -
                               cx__f16_decode((uint16_t)(a + 1 == 0x7c00u ? a - 1 : a)));
            r[i] = (uint16_t)(a == 0 ? gap : gap | (x[i] & 0x8000u));
        }
    }
}
static void spacing_bf16(const void *const *in, void *out, int64_t n)
{
    const uint16_t *const x = in[0];
    uint16_t *const r = out;
    for (int64_t i = 0; i < n; i++) {
        const uint16_t a = x[i] & 0x7fffu;
        if (a >= 0x7f80u) {
            r[i] = 0x7fc0u;
        } else {
            const bool top = a + 1 == 0x7f80u;
            const uint16_t gap = cx__bf16_encode(cx__bf16_decode((uint16_t)(top ? a : a + 1)) -
                                                 cx__bf16_decode((uint16_t)(top ? a - 1 : a)));
            r[i] = (uint16_t)(a == 0 ? gap : gap | (x[i] & 0x8000u));
        }
    }
}

/* ------------------------------------------------------------------------------------ logaddexp */
#define LOGADD(sfx, T, exp_, log_one, ln_two, suffix)            \
    static inline T logaddexp##suffix##_##sfx##_one(T x, T y)    \
    {                                                            \
        if (x == y) return x + (T)(ln_two); /* infinities too */ \
        const T d = x - y;                                       \
        if (d > 0) return x + log_one(exp_(-d));                 \
        if (d <= 0) return y + log_one(exp_(d));                 \
        return d; /* NaN */                                      \
    }
static inline double log2_1p(double x)
{
    return log1p(x) * 1.44269504088896340735992;
}
static inline float log2_1pf(float x)
{
    return (float)(log1p((double)x) * 1.44269504088896340735992);
}
LOGADD(f64, double, exp, log1p, 0.693147180559945309417232, /* none */)
LOGADD(f32, float, expf, log1pf, 0.693147180559945309417232, )
LOGADD(f64, double, exp2, log2_1p, 1.0, 2)
LOGADD(f32, float, exp2f, log2_1pf, 1.0, 2)

#define IN double
#define OUT double
#define NAME logaddexp_f64
#define EXPR(x, y) logaddexp_f64_one(x, y)
#include "loops/binary.inc"
#define NAME logaddexp2_f64
#define EXPR(x, y) logaddexp2_f64_one(x, y)
#include "loops/binary.inc"
#undef IN
#undef OUT
#define IN float
#define OUT float
#define NAME logaddexp_f32
#define EXPR(x, y) logaddexp_f32_one(x, y)
#include "loops/binary.inc"
#define NAME logaddexp2_f32
#define EXPR(x, y) logaddexp2_f32_one(x, y)
#include "loops/binary.inc"
#undef IN
#undef OUT

/* ------------------------------------------------------------------------------------ complex
 * functions */
#define T cx_complex128
#define R double
#define C double complex
#define SFX c128
#define REAL(name) name
#include "loops/complex_math.inc"
#define T cx_complex64
#define R float
#define C float complex
#define SFX c64
#define REAL(name) name##f
#include "loops/complex_math.inc"

#define COMPLEX_MATH_ROWS(loop, sfx)                                                  \
    ROW1(SQRT, loop, 1, sqrt_##sfx), ROW1(EXP, loop, 1, exp_##sfx),                   \
        ROW1(EXP2, loop, 1, exp2_##sfx), ROW1(EXPM1, loop, 1, expm1_##sfx),           \
        ROW1(LOG, loop, 1, log_##sfx), ROW1(LOG2, loop, 1, log2_##sfx),               \
        ROW1(LOG10, loop, 1, log10_##sfx), ROW1(LOG1P, loop, 1, log1p_##sfx),         \
        ROW1(SIN, loop, 1, sin_##sfx), ROW1(COS, loop, 1, cos_##sfx),                 \
        ROW1(TAN, loop, 1, tan_##sfx), ROW1(ARCSIN, loop, 1, arcsin_##sfx),           \
        ROW1(ARCCOS, loop, 1, arccos_##sfx), ROW1(ARCTAN, loop, 1, arctan_##sfx),     \
        ROW1(SINH, loop, 1, sinh_##sfx), ROW1(COSH, loop, 1, cosh_##sfx),             \
        ROW1(TANH, loop, 1, tanh_##sfx), ROW1(ARCSINH, loop, 1, arcsinh_##sfx),       \
        ROW1(ARCCOSH, loop, 1, arccosh_##sfx), ROW1(ARCTANH, loop, 1, arctanh_##sfx), \
        ROW2(POWER, loop, 1, power_##sfx)

static const host_map_row rows[] = {
    COMPLEX_MATH_ROWS(C64, c64),
    COMPLEX_MATH_ROWS(C128, c128),
    ROW2(FLOAT_POWER, C128, 1, power_c128),
    ROW2(LOGADDEXP, F32, 1, logaddexp_f32),
    ROW2(LOGADDEXP, F64, 1, logaddexp_f64),
    ROW2(LOGADDEXP2, F32, 1, logaddexp2_f32),
    ROW2(LOGADDEXP2, F64, 1, logaddexp2_f64),
    ROW2V(NEXTAFTER, F16, 0, nextafter_f16),
    ROW2V(NEXTAFTER, BF16, 0, nextafter_bf16),
    ROW1(SPACING, F16, 0, spacing_f16),
    ROW1(SPACING, BF16, 0, spacing_bf16),
};

const host_map_rows host_map_scalar = ROWS(rows);
