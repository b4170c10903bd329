/* Complex arithmetic and functions. Arithmetic is the CPU's, operation by operation. Functions are
 * computed in double (the parts of complex64 are exact there, and what cancels or overflows in
 * float does not) with the special values of C11 annex G.
 *
 * Sources: Hull, Fairgrieve and Tang, Implementing the complex arcsine and arccosine functions
 * using exception handling, ACM TOMS 23 (1997); Kahan, Branch cuts for complex elementary functions
 * (1987); Borges, An improved algorithm for hypot(a, b), arXiv 1904.09481. */
#ifndef CX_KERNELS_COMPLEX_CUH
#define CX_KERNELS_COMPLEX_CUH
#include "types.cuh"

template <class R> __device__ inline R infinity_of();
template <> __device__ inline float infinity_of<float>()
{
    return bits_as<float>((uint32_t)0x7f800000u);
}
template <> __device__ inline double infinity_of<double>()
{
    return bits_as<double>((uint64_t)0x7ff0000000000000u);
}
template <class R> __device__ inline R nan_of()
{
    return (R)bits_as<float>((uint32_t)0x7fc00000u);
}
template <class R> __device__ inline bool is_inf(R x)
{
    return x == infinity_of<R>() || x == -infinity_of<R>();
}
template <class R> __device__ inline bool is_finite(R x)
{
    return x - x == 0;
}
__device__ inline bool negative_bit(double x)
{
    return (bits_as<uint64_t>(x) >> 63) != 0;
}
__device__ inline bool negative_bit(float x)
{
    return (bits_as<uint32_t>(x) >> 31) != 0;
}

/* sqrt(a a + b b) within one unit in the last place */
__device__ inline double hypot_near(double x, double y)
{
    x = fabs(x), y = fabs(y);
    if (is_inf(x) || is_inf(y)) return infinity_of<double>();
    if (x != x || y != y) return x + y;
    double a = x > y ? x : y, b = x > y ? y : x, scale = 1;
    if (b == 0 || a * 0x1p-60 > b) return a + b;
    if (a > 0x1p510) {
        a *= 0x1p-600, b *= 0x1p-600, scale = 0x1p600;
    } else if (b < 0x1p-450) {
        a *= 0x1p600, b *= 0x1p600, scale = 0x1p-600;
    }
    const double h = sqrt(fma(a, a, b * b)), hh = h * h, aa = a * a;
    const double off = fma(-b, b, hh - aa) + fma(h, h, -hh) - fma(a, a, -aa);
    return (h - off / (2 * h)) * scale;
}
__device__ inline float hypot_near(float x, float y)
{
    if (is_inf(x) || is_inf(y)) return infinity_of<float>();
    return (float)sqrt((double)x * x + (double)y * y); /* both squares are exact */
}

/* ---- arithmetic */
template <class R> __device__ inline complex_of<R> operator+(complex_of<R> x, complex_of<R> y)
{
    return {x.re + y.re, x.im + y.im};
}
template <class R> __device__ inline complex_of<R> operator-(complex_of<R> x, complex_of<R> y)
{
    return {x.re - y.re, x.im - y.im};
}
template <class R> __device__ inline complex_of<R> operator-(complex_of<R> x)
{
    return {-x.re, -x.im};
}
template <class R> __device__ inline complex_of<R> operator*(complex_of<R> x, complex_of<R> y)
{
    return {x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re};
}
/* Smith's method: scaled by the larger part of the divisor. */
template <class R> __device__ inline complex_of<R> operator/(complex_of<R> x, complex_of<R> y)
{
    const R re = y.re < 0 ? -y.re : y.re, im = y.im < 0 ? -y.im : y.im;
    if (re >= im) {
        if (re == 0 && im == 0) return {x.re / re, x.im / re};
        const R ratio = y.im / y.re, scale = (R)1 / (y.re + y.im * ratio);
        return {(x.re + x.im * ratio) * scale, (x.im - x.re * ratio) * scale};
    }
    const R ratio = y.re / y.im, scale = (R)1 / (y.im + y.re * ratio);
    return {(x.re * ratio + x.im) * scale, (x.im * ratio - x.re) * scale};
}
template <class R> __device__ inline bool operator==(complex_of<R> x, complex_of<R> y)
{
    return x.re == y.re && x.im == y.im;
}
template <class R> __device__ inline bool operator!=(complex_of<R> x, complex_of<R> y)
{
    return !(x == y);
}
/* Real parts first, then imaginary parts; a NaN in any part compares false. */
template <class R> __device__ inline bool operator<(complex_of<R> x, complex_of<R> y)
{
    return (x.re < y.re && x.im == x.im && y.im == y.im) || (x.re == y.re && x.im < y.im);
}
template <class R> __device__ inline bool operator<=(complex_of<R> x, complex_of<R> y)
{
    return (x.re < y.re && x.im == x.im && y.im == y.im) || (x.re == y.re && x.im <= y.im);
}
template <class R> __device__ inline bool operator>(complex_of<R> x, complex_of<R> y)
{
    return y < x;
}
template <class R> __device__ inline bool operator>=(complex_of<R> x, complex_of<R> y)
{
    return y <= x;
}
template <class R> __device__ inline complex_of<R> complex_sign(complex_of<R> x)
{
    const bool re = is_inf(x.re), im = is_inf(x.im);
    if (re && im) return {nan_of<R>(), nan_of<R>()};
    if (re) return {x.re > 0 ? (R)1 : (R)-1, 0};
    if (im) return {0, x.im > 0 ? (R)1 : (R)-1};
    R size = hypot_near(x.re, x.im);
    if (is_inf(size)) { /* overflow of finite parts */
        x = {x.re / 2, x.im / 2};
        size = hypot_near(x.re, x.im);
    }
    if (size == 0) return {0, 0};
    return {x.re / size, x.im / size};
}
template <class R> __device__ inline complex_of<R> complex_reciprocal(complex_of<R> x)
{
    const R re = x.re < 0 ? -x.re : x.re, im = x.im < 0 ? -x.im : x.im;
    if (im <= re) {
        const R ratio = x.im / x.re, size = x.re + x.im * ratio;
        return {(R)1 / size, -ratio / size};
    }
    const R ratio = x.re / x.im, size = x.re * ratio + x.im;
    return {ratio / size, (R)-1 / size};
}

/* ---- functions, in double */
namespace complex_math {

__device__ inline c128 flip(c128 z)
{
    return {z.im, z.re};
}
__device__ inline c128 nans()
{
    return {nan_of<double>(), nan_of<double>()};
}

__device__ inline c128 root(c128 z)
{
    double x = z.re, y = z.im, scale = 1;
    if (x == 0 && y == 0) return {0, y};
    if (is_inf(y)) return {infinity_of<double>(), y};
    if (x != x) return {x, nan_of<double>()};
    if (is_inf(x)) {
        if (x > 0) return {x, y != y ? y : copysign(0.0, y)};
        return {y != y ? y : 0.0, copysign(-x, y)};
    }
    if (y != y) return nans();
    const double most = fmax(fabs(x), fabs(y));
    if (most > 0x1p1020) {
        x *= 0.0625, y *= 0.0625, scale = 4;
    } else if (most < 0x1p-960) {
        x *= 0x1p108, y *= 0x1p108, scale = 0x1p-54;
    }
    const double t = sqrt((fabs(x) + hypot_near(x, y)) * 0.5);
    if (x >= 0) return {t * scale, y / (2 * t) * scale};
    return {fabs(y) / (2 * t) * scale, copysign(t * scale, y)};
}

/* e^x (a, b) for finite a and b, where e^x alone may overflow */
__device__ inline c128 scaled_exp(double x, double a, double b)
{
    if (x > 709) {
        const double half = ::exp(0.5 * x);
        return {half * a * half, half * b * half};
    }
    const double e = ::exp(x);
    return {e * a, e * b};
}
__device__ inline c128 exp(c128 z)
{
    const double x = z.re, y = z.im;
    if (!is_finite(y)) {
        if (is_inf(x)) return x < 0 ? c128{0, copysign(0.0, y)} : c128{x, nan_of<double>()};
        return nans();
    }
    if (y == 0) return {::exp(x), y};
    double s, c;
    ::sincos(y, &s, &c);
    return scaled_exp(x, c, s);
}

/* log |z|: near 1 from |z|^2 - 1, whose products are taken with their rounding errors */
__device__ inline double log_size(double x, double y)
{
    x = fabs(x), y = fabs(y);
    const double a = x > y ? x : y, b = x > y ? y : x;
    if (a > 0.7 && a < 1.5 && b < 1.5) {
        const double p = a * a, q = b * b, d = p - 1, s = d + q, back = s - d;
        const double lost = (d - (s - back)) + (q - back);
        const double low = fma(a, a, -p) + fma(b, b, -q) + lost;
        if (s > -0.5 && s < 3) return 0.5 * ::log1p(s + low);
    }
    if (a > 0x1p1020 && is_finite(a))
        return ::log(hypot_near(x * 0.25, y * 0.25)) + 1.38629436111989061883446;
    return ::log(hypot_near(x, y));
}
__device__ inline c128 log(c128 z)
{
    return {log_size(z.re, z.im), ::atan2(z.im, z.re)};
}

__device__ inline c128 sinh(c128 z)
{
    const double x = z.re, y = z.im;
    if (!is_finite(y)) {
        if (x == 0) return {x, nan_of<double>()};
        if (is_inf(x)) return {infinity_of<double>(), nan_of<double>()};
        return nans();
    }
    if (y == 0) return {::sinh(x), y};
    double s, c;
    ::sincos(y, &s, &c);
    if (x == 0) return {copysign(0.0, x) * c, s};
    if (fabs(x) > 709) {
        const c128 e = scaled_exp(fabs(x), 0.5 * c, 0.5 * s);
        return {x < 0 ? -e.re : e.re, e.im};
    }
    return {::sinh(x) * c, ::cosh(x) * s};
}
__device__ inline c128 cosh(c128 z)
{
    const double x = z.re, y = z.im;
    if (!is_finite(y)) {
        if (x == 0) return {nan_of<double>(), 0};
        if (is_inf(x)) return {infinity_of<double>(), nan_of<double>()};
        return nans();
    }
    if (y == 0) return {::cosh(x), x != x ? y : copysign(1.0, x) * y};
    double s, c;
    ::sincos(y, &s, &c);
    if (x == 0) return {c, x * s};
    if (fabs(x) > 709) {
        const c128 e = scaled_exp(fabs(x), 0.5 * c, 0.5 * s);
        return {e.re, x < 0 ? -e.im : e.im};
    }
    return {::cosh(x) * c, ::sinh(x) * s};
}
__device__ inline c128 tanh(c128 z)
{
    const double x = z.re, y = z.im;
    if (is_inf(x)) {
        const double side = is_finite(y) ? ::sin(2 * y) : y;
        return {copysign(1.0, x), copysign(0.0, side)};
    }
    if (y == 0) return {::tanh(x), y};
    if (x != x) return nans();
    if (!is_finite(y)) return {x == 0 ? x : nan_of<double>(), nan_of<double>()};
    if (fabs(x) > 22) {
        double s, c;
        ::sincos(y, &s, &c);
        return {copysign(1.0, x), 4 * s * c * ::exp(-2 * fabs(x))};
    }
    const double t = ::tan(y), beta = 1 + t * t, s = ::sinh(x), rho = sqrt(1 + s * s);
    if (is_inf(t)) return {rho / s, 1 / t};
    const double below = 1 + beta * s * s;
    return {beta * rho * s / below, t / below};
}

/* What the inverse functions share, by Hull, Fairgrieve and Tang, for x, y >= 0 of moderate size:
 * log(A + sqrt(A^2 - 1)) for A = (|z + i| + |z - i|) / 2, and the angle whose sine is B = y / A,
 * as B or as the two sides of the triangle where B is too near 1. */
struct inverse_parts {
    double real, b, side, y;
    bool sides;
};
__device__ inline double excess(double a, double b, double h) /* (hypot(a, b) - b) / 2 */
{
    return b < 0 ? (h - b) / 2 : b == 0 ? a / 2 : a * a / (h + b) / 2;
}
__device__ inline inverse_parts inverse(double x, double y)
{
    const double eps = 0x1p-52;
    const double r = hypot_near(x, y + 1), s = hypot_near(x, y - 1);
    double a = (r + s) / 2;
    if (a < 1) a = 1;
    inverse_parts p;
    if (a >= 10) {
        p.real = ::log(a + sqrt(a * a - 1));
    } else if (y == 1 && x < eps * eps / 128) {
        p.real = sqrt(x);
    } else if (x >= eps * fabs(y - 1)) {
        const double more = excess(x, 1 + y, r) + excess(x, 1 - y, s);
        p.real = ::log1p(more + sqrt(more * (a + 1)));
    } else if (y < 1) {
        p.real = x / sqrt((1 - y) * (1 + y));
    } else {
        p.real = ::log1p((y - 1) + sqrt((y - 1) * (y + 1)));
    }
    p.y = y;
    p.b = y / a;
    p.side = 0;
    p.sides = true;
    if (y < 0x1p-509) { /* y / A may lose bits */
        p.side = a * (2 / eps);
        p.y = y * (2 / eps);
    } else if (p.b <= 0.6417) {
        p.sides = false;
    } else if (y == 1 && x < eps / 128) {
        p.side = sqrt(x) * sqrt((a + y) / 2);
    } else if (x >= eps * fabs(y - 1)) {
        p.side = sqrt((excess(x, y + 1, r) + excess(x, y - 1, s)) * (a + y));
    } else if (y > 1) {
        p.side = x * (4 / eps / eps) * y / sqrt((y + 1) * (y - 1));
        p.y = y * (4 / eps / eps);
    } else {
        p.side = sqrt((1 - y) * (1 + y));
    }
    return p;
}
__device__ inline bool huge(c128 z)
{
    return fabs(z.re) > 0x1p52 || fabs(z.im) > 0x1p52;
}
__device__ inline bool tiny(c128 z)
{
    return fabs(z.re) < 0x1p-28 && fabs(z.im) < 0x1p-28;
}
#define CX_LN2 0.693147180559945309417232
#define CX_HALF_PI 1.57079632679489661923132
__device__ inline c128 arcsinh(c128 z)
{
    const double x = z.re, y = z.im;
    if (x != x || y != y) {
        if (is_inf(x)) return {x, y + y};
        if (is_inf(y)) return {infinity_of<double>(), x + x};
        if (y == 0) return {x + x, y};
        return nans();
    }
    if (huge(z)) {
        const c128 w = log({fabs(x), fabs(y)});
        return {copysign(w.re + CX_LN2, x), copysign(w.im, y)};
    }
    if (tiny(z)) return z;
    const inverse_parts p = inverse(fabs(x), fabs(y));
    return {copysign(p.real, x), copysign(p.sides ? ::atan2(p.y, p.side) : ::asin(p.b), y)};
}
__device__ inline c128 arccos(c128 z)
{
    const double x = z.re, y = z.im;
    if (x != x || y != y) {
        if (is_inf(x)) return {y + y, -infinity_of<double>()};
        if (is_inf(y)) return {x + x, -y};
        if (x == 0) return {CX_HALF_PI, y + y};
        return nans();
    }
    if (huge(z)) {
        const c128 w = log(z);
        const double size = w.re + CX_LN2;
        return {fabs(w.im), negative_bit(y) ? size : -size};
    }
    if (x == 1 && y == 0) return {0, -y};
    if (tiny(z)) return {CX_HALF_PI - (x - 6.12323399573676603587e-17), -y};
    const inverse_parts p = inverse(fabs(y), fabs(x));
    const bool left = negative_bit(x);
    const double angle = p.sides ? ::atan2(p.side, left ? -p.y : p.y) : ::acos(left ? -p.b : p.b);
    return {angle, negative_bit(y) ? p.real : -p.real};
}
__device__ inline c128 arccosh(c128 z)
{
    const c128 w = arccos(z);
    if (w.re != w.re && w.im != w.im) return {w.im, w.re};
    if (w.re != w.re) return {fabs(w.im), w.re};
    if (w.im != w.im) return {w.im, z.re == 0 ? w.re : w.im};
    return {fabs(w.im), copysign(w.re, z.im)};
}
__device__ inline c128 arctanh(c128 z)
{
    const double x = z.re, y = z.im, ax = fabs(x), ay = fabs(y), eps = 0x1p-52;
    if (y == 0 && ax <= 1) return {::atanh(x), y};
    if (x == 0) return {x, ::atan(y)};
    if (is_inf(x) || is_inf(y)) return {copysign(0.0, x), y != y ? y : copysign(CX_HALF_PI, y)};
    if (x != x || y != y) return nans();
    if (huge(z)) { /* the real part of 1 / z */
        const double most = ax > ay ? ax : ay, u = x / most, v = y / most;
        return {u / (u * u + v * v) / most, copysign(CX_HALF_PI, y)};
    }
    if (tiny(z)) return z;
    const double square = ay < 0x1p-511 ? 0 : ay * ay;
    const double re = ax == 1 && ay < eps ? (CX_LN2 - ::log(ay)) / 2
                                          : ::log1p(4 * ax / ((ax - 1) * (ax - 1) + square)) / 4;
    const double im = ax == 1    ? ::atan2(2.0, -ay) / 2
                      : ay < eps ? ::atan2(2 * ay, (1 - ax) * (1 + ax)) / 2
                                 : ::atan2(2 * ay, (1 - ax) * (1 + ax) - square) / 2;
    return {copysign(re, x), copysign(im, y)};
}

__device__ inline c128 expm1(c128 z)
{
    const double half = ::sin(z.im / 2);
    double s, c;
    ::sincos(z.im, &s, &c);
    return {::expm1(z.re) * c - 2 * half * half, ::exp(z.re) * s};
}
__device__ inline c128 log1p(c128 z)
{
    return {::log(hypot_near(z.re + 1, z.im)), ::atan2(z.im, z.re + 1)};
}

/* 1 / z, where an infinite z gives zero */
__device__ inline c128 inverse_of(c128 z)
{
    if (z.re == 0 && z.im == 0) return {copysign(infinity_of<double>(), z.re), nan_of<double>()};
    if (is_inf(z.re) || is_inf(z.im))
        return {0.0 * copysign(is_inf(z.re) ? 1.0 : 0.0, z.re),
                0.0 * -copysign(is_inf(z.im) ? 1.0 : 0.0, z.im)};
    return c128{1, 0} / z;
}
/* Small whole exponents by multiplication, exactly where the products are; 0 to a positive power is
 * 0. */
template <class C> __device__ inline C power(C x, C y)
{
    typedef typename C::real R;
    if (y.re == 0 && y.im == 0) return {1, 0};
    if (x.re == 0 && x.im == 0) {
        if (y.re > 0) return {0, 0};
        return {nan_of<R>(), nan_of<R>()};
    }
    const double exponent = (double)y.re;
    if (y.im == 0 && exponent == trunc(exponent) && fabs(exponent) < 100) {
        C r = x, b = x;
        bool started = false; /* 1 * x is not x where a part is infinite */
        for (int n = (int)fabs(exponent); n != 0; n >>= 1) {
            if (n & 1) {
                r = started ? r * b : b;
                started = true;
            }
            if (n > 1) b = b * b;
        }
        if (exponent > 0) return r;
        return convert<C>(inverse_of(convert<c128>(r)));
    }
    return convert<C>(exp(convert<c128>(y) * log(convert<c128>(x))));
}

} // namespace complex_math
#endif
