/* Elementwise kernels of functions that no C library has, and of ldexp: scalar code at every level.
 * Arguments of sin(pi x) are reduced exactly, before pi comes in. */
#include "map.h"
#include "loops/rows.h"
#include <math.h>

#define PI 3.14159265358979323846

/* ------------------------------------------------------------------------------------ sinc */
/* x less its nearest even number, in [-1, 1], and exact. */
static inline double less_even(double x)
{
    return x - 2 * rint(x / 2);
}
static inline double sin_pi(double x)
{
    const double r = less_even(x);
    return sin(PI * (fabs(r) > 0.5 ? copysign(1.0, r) - r : r));
}
static inline double cos_pi(double x)
{
    const double r = fabs(less_even(x));
    return r < 0.25 ? cos(PI * r) : sin(PI * (0.5 - r));
}
static inline double sinc_one(double x)
{
    if (x == 0) return 1;
    const double y = PI * x;
    return fabs(x) <= 0.5 ? sin(y) / y : sin_pi(x) / y;
}
/* sin(pi (a + b i)) = sin(pi a) cosh(pi b) + i cos(pi a) sinh(pi b), divided after Smith. */
static inline cx_complex128 sinc_complex(cx_complex128 z)
{
    if (z.re == 0 && z.im == 0) return (cx_complex128){1, 0};
    const double a = PI * z.re, b = PI * z.im;
    const double re = sin_pi(z.re) * cosh(b), im = cos_pi(z.re) * sinh(b);
    if (fabs(a) >= fabs(b)) {
        const double ratio = b / a, size = a + b * ratio;
        return (cx_complex128){(re + im * ratio) / size, (im - re * ratio) / size};
    }
    const double ratio = a / b, size = a * ratio + b;
    return (cx_complex128){(re * ratio + im) / size, (im * ratio - re) / size};
}
static inline cx_complex64 sinc_single(cx_complex64 z)
{
    const cx_complex128 r = sinc_complex((cx_complex128){(double)z.re, (double)z.im});
    return (cx_complex64){(float)r.re, (float)r.im};
}

/* ------------------------------------------------------------------------------------ i0 */
static inline double i0_series(double y, bool far)
{
    double b = 0, b1 = 0, b2 = 0;
#define CX_I0_STEP(c) \
    b2 = b1;          \
    b1 = b;           \
    b = y * b1 - b2 + (c);
#define CX_I0_NEAR(c)
#define CX_I0_FAR(c) CX_I0_STEP(c)
    if (far) {
#include <calx/bessel_i0.def>
    }
#undef CX_I0_NEAR
#undef CX_I0_FAR
#define CX_I0_NEAR(c) CX_I0_STEP(c)
#define CX_I0_FAR(c)
    if (!far) {
#include <calx/bessel_i0.def>
    }
#undef CX_I0_NEAR
#undef CX_I0_FAR
#undef CX_I0_STEP
    return 0.5 * (b - b2);
}
/* Clenshaw's sum is within 1 ULP (all terms of the series but the first few are small), exp within
 * 1; past 700 in two halves, because exp(x) overflows before I0(x) does. */
static inline double i0_one(double x)
{
    const double a = fabs(x);
    if (a <= 8) return exp(a) * i0_series(a / 2 - 2, false);
    if (a == (double)INFINITY) return a;
    const double c = i0_series(32 / a - 2, true) / sqrt(a);
    if (a <= 700) return exp(a) * c;
    const double half = exp(a / 2);
    return half * c * half;
}

/* ------------------------------------------------------------------------------------ ldexp */
/* The exponent comes as a floating number; past the range of any dtype it does not matter by how
 * much. */
static inline int exponent_of(double y)
{
    return y > 5000 ? 5000 : y < -5000 ? -5000 : (int)y;
}

#define IN double
#define OUT double
#define NAME sinc_f64
#define EXPR(x) sinc_one(x)
#include "loops/unary.inc"
#define NAME i0_f64
#define EXPR(x) i0_one(x)
#include "loops/unary.inc"
#define NAME ldexp_f64
#define EXPR(x, y) ldexp(x, exponent_of(y))
#include "loops/binary.inc"
#undef IN
#undef OUT
#define IN float
#define OUT float
#define NAME sinc_f32
#define EXPR(x) sinc_one((double)(x))
#include "loops/unary.inc"
#define NAME i0_f32
#define EXPR(x) i0_one((double)(x))
#include "loops/unary.inc"
#define NAME ldexp_f32
#define EXPR(x, y) ldexpf(x, exponent_of((double)(y)))
#include "loops/binary.inc"
#undef IN
#undef OUT
#undef PUT
#define PUT(v) (v)
#define IN cx_complex128
#define OUT cx_complex128
#define NAME sinc_c128
#define EXPR(x) sinc_complex(x)
#include "loops/unary.inc"
#undef IN
#undef OUT
#define IN cx_complex64
#define OUT cx_complex64
#define NAME sinc_c64
#define EXPR(x) sinc_single(x)
#include "loops/unary.inc"

static const host_map_row rows[] = {ROW1(SINC, F32, 1, sinc_f32),   ROW1(SINC, F64, 1, sinc_f64),
                                    ROW1(SINC, C64, 1, sinc_c64),   ROW1(SINC, C128, 1, sinc_c128),
                                    ROW1(I0, F32, 1, i0_f32),       ROW1(I0, F64, 1, i0_f64),
                                    ROW2(LDEXP, F32, 1, ldexp_f32), ROW2(LDEXP, F64, 1, ldexp_f64)};

const host_map_rows host_map_special = ROWS(rows);
