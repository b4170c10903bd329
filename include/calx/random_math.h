/* From words to numbers, for every backend: the uniform numbers, and the two functions that draws
 * by rejection and by inversion evaluate. One implementation, its fused multiply-adds written out,
 * gives the same bits on every machine and device, whatever its libm; they are the bits of NumPy's
 * recorded streams. Inline and for kernels too. Programs use <calx/random.h>.
 * Source of the logarithms' constants and order of operations: fdlibm 5.3 (Sun Microsystems,
 * 1993), log1p, as the GNU C library 2.36 evaluates it on processors with fused multiply-add. */
#ifndef CALX_RANDOM_MATH_H
#define CALX_RANDOM_MATH_H
#include <calx/random_words.h>
#include <math.h>
#include <string.h>

/** A ziggurat's strip: a value is taken at once below k, and is its bits times w. */
typedef struct cx__strip64 {
    uint64_t k;
    double w;
} cx__strip64;
typedef struct cx__strip32 {
    uint32_t k;
    float w;
} cx__strip32;

#define CX__NORMAL_R 3.6541528853610087963519472518
#define CX__NORMAL_MINUS_1_OVER_R (-0.27366123732975827203338247596)
#define CX__EXPONENTIAL_R 7.6971174701310497140446280481

CX__EVERYWHERE uint64_t cx__bits_of_f64(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
CX__EVERYWHERE double cx__f64_of_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}
CX__EVERYWHERE uint32_t cx__bits_of_f32(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
CX__EVERYWHERE float cx__f32_of_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/** [0, 1) of a word: its upper 53 or 24 bits. */
CX__EVERYWHERE double cx__unit_f64(uint64_t word)
{
    return (double)(int64_t)(word >> 11) * (1.0 / 9007199254740992.0);
}
CX__EVERYWHERE float cx__unit_f32(uint32_t word)
{
    return (float)(int32_t)(word >> 8) * (1.0f / 16777216.0f);
}

/** log(1 - u) for u = i / 2^53 in [0, 1); -0 for 0. 1 - u is exact, so no correction is due. */
CX__EVERYWHERE double cx__log1m_f64(double u)
{
    const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
    double f = -u;
    int k = 0;
    uint32_t mantissa = 1; /* leading bits past the 1; 0: f is as good as 0 */
    if (u < 1.0 / 536870912.0) return f - f * f * 0.5;
    if ((uint32_t)(cx__bits_of_f64(u) >> 32) > 0x3fd2bec3u) { /* 1 - u = 2^k * (1 + f) */
        const uint64_t bits = cx__bits_of_f64(1.0 - u);
        const uint32_t high = (uint32_t)(bits >> 32);
        k = (int)(high >> 20) - 1023;
        mantissa = high & 0xfffffu;
        const bool lower = mantissa < 0x6a09eu;
        const uint64_t top = mantissa | (lower ? 0x3ff00000u : 0x3fe00000u);
        f = cx__f64_of_bits(top << 32 | (bits & 0xffffffffu)) - 1.0;
        if (!lower) {
            k++;
            mantissa = (0x100000u - mantissa) >> 2;
        }
    }
    const double half = 0.5 * f * f, e = (double)k;
    if (mantissa == 0) {
        if (f == 0) return e * ln2_hi + e * ln2_lo;
        return e * ln2_hi - ((half * fma(-0.66666666666666666, f, 1.0) - e * ln2_lo) - f);
    }
    const double s = f / (2.0 + f), z = s * s, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
    double r = z2 * fma(z, 2.857142874366239149e-01, 3.999999999940941908e-01);
    r = fma(z, 6.666666666666735130e-01, r);
    r = fma(z4, fma(z, 1.818357216161805012e-01, 2.222219843214978396e-01), r);
    r = fma(z6, fma(z, 1.479819860511658591e-01, 1.531383769920937332e-01), r);
    if (k == 0) return f - (half - s * (half + r));
    return e * ln2_hi - ((half - (s * (half + r) + e * ln2_lo)) - f);
}

/** log(1 - u) for u = i / 2^24 in [0, 1), in single precision throughout. */
CX__EVERYWHERE float cx__log1m_f32(float u)
{
    const float ln2_hi = 6.9313812256e-01f, ln2_lo = 9.0580006145e-06f;
    float f = -u;
    int k = 0;
    uint32_t mantissa = 1;
    if (u == 0.0f) return f;
    if (cx__bits_of_f32(u) > 0x3e95f61fu) {
        const uint32_t bits = cx__bits_of_f32(1.0f - u);
        k = (int)(bits >> 23) - 127;
        mantissa = bits & 0x7fffffu;
        const bool lower = mantissa < 0x3504f7u;
        f = cx__f32_of_bits(mantissa | (lower ? 0x3f800000u : 0x3f000000u)) - 1.0f;
        if (!lower) {
            k++;
            mantissa = (0x800000u - mantissa) >> 2;
        }
    }
    const float half = 0.5f * f * f, e = (float)k;
    if (mantissa == 0) {
        if (f == 0) return e * ln2_hi + e * ln2_lo;
        return e * ln2_hi - ((half * (1.0f - 0.66666666666666666f * f) - e * ln2_lo) - f);
    }
    const float s = f / (2.0f + f), z = s * s;
    float r = 1.5313838422e-01f + z * 1.4798198640e-01f;
    r = 1.8183572590e-01f + z * r;
    r = 2.2222198546e-01f + z * r;
    r = 2.8571429849e-01f + z * r;
    r = 4.0000000596e-01f + z * r;
    r = z * (6.6666668653e-01f + z * r);
    if (k == 0) return f - (half - s * (half + r));
    return e * ln2_hi - ((half - (s * (half + r) + e * ln2_lo)) - f);
}

/** exp(x) for x in [-700, 0], to about one unit of the last place: what a wedge test compares with,
 * where the last bit decides nothing that a stream of any length will see, but has to be the same
 * everywhere. By powers of two and the power series on [-ln2/2, ln2/2]. */
CX__EVERYWHERE double cx__exp_negative(double x)
{
    const double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
    const int k = (int)(x * 1.44269504088896338700 - 0.5);
    const double r = (x - (double)k * ln2_hi) - (double)k * ln2_lo;
    double p = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0);
    p = 1.0 / 39916800.0 + r * p;
    p = 1.0 / 3628800.0 + r * p;
    p = 1.0 / 362880.0 + r * p;
    p = 1.0 / 40320.0 + r * p;
    p = 1.0 / 5040.0 + r * p;
    p = 1.0 / 720.0 + r * p;
    p = 1.0 / 120.0 + r * p;
    p = 1.0 / 24.0 + r * p;
    p = 1.0 / 6.0 + r * p;
    p = 0.5 + r * p;
    p = 1.0 + (r + r * r * p);
    return p * cx__f64_of_bits((uint64_t)(1023 + k) << 52);
}
#endif
