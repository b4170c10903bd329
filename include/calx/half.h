/* Inline conversions of the two 16-bit floats, for the library and for CPU backends: integer
 * arithmetic only where it can be, so that the loops over them vectorise. Programs use
 * cx_f16_to_float and its kin. */
#ifndef CALX_HALF_H
#define CALX_HALF_H
#include <calx/base.h>
#include <string.h>

static inline uint32_t cx__f32_bits(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}
static inline float cx__f32_from_bits(uint32_t u)
{
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

/** binary16 bits to float: exact. */
static inline float cx__f16_decode(uint16_t h)
{
    const uint32_t magnitude = ((uint32_t)h & 0x7fffu) << 13;
    /* scaling by 2^112 (written as bits: C++11 has no 0x1p112f) moves the exponent's bias and
     * normalises subnormals at once */
    const uint32_t scaled =
        cx__f32_bits(cx__f32_from_bits(magnitude) * cx__f32_from_bits(0x77800000u));
    const uint32_t special = magnitude | 0x7f800000u;
    return cx__f32_from_bits((((uint32_t)h & 0x8000u) << 16) |
                             (magnitude >= 0x0f800000u ? special : scaled));
}

/** float to binary16 bits: nearest even, NaN stays NaN. */
static inline uint16_t cx__f16_encode(float f)
{
    const uint32_t u = cx__f32_bits(f), sign = (u >> 16) & 0x8000u, a = u & 0x7fffffffu;
    /* below 2^-14 the sum with 0.5 has its last bit worth 2^-24, the subnormals' unit */
    const uint32_t tiny = cx__f32_bits(cx__f32_from_bits(a) + 0.5f) - 0x3f000000u;
    const uint32_t normal = (a + 0xfffu + ((a >> 13) & 1u) - (112u << 23)) >> 13;
    const uint32_t nan = 0x7e00u | ((a >> 13) & 0x3ffu);
    uint32_t r = a < 0x38800000u ? tiny : normal;
    r = a >= 0x477ff000u ? 0x7c00u : r;
    r = a > 0x7f800000u ? nan : r;
    return (uint16_t)(sign | r);
}

static inline float cx__bf16_decode(uint16_t h)
{
    return cx__f32_from_bits((uint32_t)h << 16);
}

static inline uint16_t cx__bf16_encode(float f)
{
    const uint32_t u = cx__f32_bits(f);
    const uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    return (uint16_t)((u & 0x7fffffffu) > 0x7f800000u ? (u >> 16) | 0x40u : rounded);
}

/** double to float rounded to odd: a second rounding to a narrower type is then as good as one. */
static inline float cx__f32_odd(double d)
{
    const float f = (float)d;
    const double back = (double)f;
    if (!(back < d || back > d)) return f; /* exact, or NaN */
    const double size = d < 0 ? -d : d, rounded = back < 0 ? -back : back;
    uint32_t u = cx__f32_bits(f) & 0x7fffffffu;
    if (rounded > size) u -= 1;
    return cx__f32_from_bits((d < 0 ? 0x80000000u : 0) | u | 1u);
}
#endif
