/* What each row of the operation tables computes: one struct a row, named after it, of the type the
 * loop computes in. `of` is the expression; `first` and `rest` are its inputs' types, `result` its
 * own. A row is `rolled` where its code is long: a kernel then holds it once and not once an
 * element. The tables find the structs by name, so a row without one does not compile. The rules
 * are those of the CPU's loops. */
#ifndef CX_KERNELS_EXPRESSIONS_CUH
#define CX_KERNELS_EXPRESSIONS_CUH
#include "complex.cuh"

namespace rows {

template <class T, class R = T, bool ROLLED = false> struct row {
    typedef T first, rest;
    typedef R result;
    static constexpr bool rolled = ROLLED;
};
template <class T> using truth_row = row<T, bool>;
template <class T> using long_row = row<T, T, true>;

/* Unsigned arithmetic in which integers wrap; other types are their own. */
template <class T, bool INT = is_int<T>> struct wrapping {
    typedef T type;
};
template <class T> struct wrapping<T, true> {
    typedef typename std::conditional<sizeof(T) == 8, uint64_t, uint32_t>::type type;
};
template <class T> using wrap_t = typename wrapping<T>::type;
template <class T> __device__ inline wrap_t<T> size_of(T x)
{
    if constexpr (std::is_signed<T>::value)
        return x < 0 ? (wrap_t<T>)0 - (wrap_t<T>)x : (wrap_t<T>)x;
    else
        return (wrap_t<T>)x;
}
template <class T> __device__ inline bool below_zero(T x)
{
    if constexpr (std::is_unsigned<T>::value)
        return false;
    else
        return x < 0;
}
template <class T> __device__ inline bool is_nan(T x)
{
    if constexpr (is_complex<T>)
        return x.re != x.re || x.im != x.im;
    else
        return x != x;
}
template <class T> __device__ inline bool truth(T x)
{
    if constexpr (is_complex<T>)
        return x.re != 0 || x.im != 0;
    else
        return x != (T)0;
}
template <class T> using only_float = typename std::enable_if<is_float<T>>::type;
template <bool B, class X, class Y> using either = typename std::conditional<B, X, Y>::type;
template <class T> constexpr bool is_whole = std::is_integral<T>::value; /* bool too */

/* One name of the C library for both widths. */
#define CX_BOTH(name)                           \
    __device__ inline float c_##name(float x)   \
    {                                           \
        return ::name##f(x);                    \
    }                                           \
    __device__ inline double c_##name(double x) \
    {                                           \
        return ::name(x);                       \
    }
#define CX_BOTH2(name)                                    \
    __device__ inline float c_##name(float x, float y)    \
    {                                                     \
        return ::name##f(x, y);                           \
    }                                                     \
    __device__ inline double c_##name(double x, double y) \
    {                                                     \
        return ::name(x, y);                              \
    }
CX_BOTH(fabs)
CX_BOTH(sqrt)
CX_BOTH(floor)
CX_BOTH(ceil)
CX_BOTH(trunc)
CX_BOTH(rint)
CX_BOTH2(fmod)
CX_BOTH2(copysign)
CX_BOTH2(nextafter)
#undef CX_BOTH
#undef CX_BOTH2

/* ---- one input: arithmetic */
template <class T> struct POSITIVE : row<T> {
    __device__ static T of(T x) { return x; }
};
template <class T> struct NEGATIVE : row<T> {
    __device__ static T of(T x)
    {
        if constexpr (is_int<T>)
            return (T)((wrap_t<T>)0 - (wrap_t<T>)x);
        else
            return -x;
    }
};
template <class T, bool COMPLEX = is_complex<T>> struct size_row : row<T> {
    __device__ static T of(T x)
    {
        if constexpr (is_float<T>)
            return c_fabs(x);
        else
            return (T)size_of(x);
    }
};
template <class T> struct size_row<T, true> : row<T, typename T::real, true> {
    __device__ static typename T::real of(T x) { return hypot_near(x.re, x.im); }
};
template <class T> using ABS = either<std::is_same<T, bool>::value, POSITIVE<T>, size_row<T>>;
template <class T> using FABS = size_row<T>;
template <class T> struct SIGN : row<T, T, is_complex<T>> {
    __device__ static T of(T x)
    {
        if constexpr (is_complex<T>)
            return complex_sign(x);
        else if constexpr (is_float<T>)
            return x > 0 ? (T)1 : x < 0 ? (T)-1 : x == 0 ? (T)0 : x;
        else
            return (T)((x > 0) - below_zero(x));
    }
};
template <class T> struct SQUARE : row<T> {
    __device__ static T of(T x) { return (T)((wrap_t<T>)x * (wrap_t<T>)x); }
};
template <class T> struct RECIPROCAL : row<T, T, is_complex<T>> {
    __device__ static T of(T x)
    {
        if constexpr (is_complex<T>)
            return complex_reciprocal(x);
        else if constexpr (is_float<T>)
            return (T)1 / x;
        else
            return x == 1 ? (T)1 : std::is_signed<T>::value && x == (T)-1 ? (T)-1 : (T)0;
    }
};
template <class T> struct CONJUGATE_COMPLEX : row<T> {
    __device__ static T of(T x) { return {x.re, -x.im}; }
};
template <class T> using CONJUGATE = either<is_complex<T>, CONJUGATE_COMPLEX<T>, POSITIVE<T>>;
template <class T> struct INVERT : row<T> {
    __device__ static T of(T x)
    {
        if constexpr (std::is_same<T, bool>::value)
            return !x;
        else
            return (T) ~(wrap_t<T>)x;
    }
};
template <class T> struct BITWISE_COUNT : row<T, uint8_t> {
    __device__ static uint8_t of(T x) { return (uint8_t)__popcll((unsigned long long)size_of(x)); }
};
template <class T> struct DEGREES : row<T> {
    __device__ static T of(T x) { return (T)((double)x * 57.295779513082320876798); }
};
template <class T> struct RADIANS : row<T> {
    __device__ static T of(T x) { return (T)((double)x * 0.017453292519943295769237); }
};

/* ---- one input: rounding */
template <class T> struct floor_row : row<T> {
    __device__ static T of(T x) { return c_floor(x); }
};
template <class T> struct ceil_row : row<T> {
    __device__ static T of(T x) { return c_ceil(x); }
};
template <class T> struct trunc_row : row<T> {
    __device__ static T of(T x) { return c_trunc(x); }
};
template <class T> using FLOOR = either<is_whole<T>, POSITIVE<T>, floor_row<T>>;
template <class T> using CEIL = either<is_whole<T>, POSITIVE<T>, ceil_row<T>>;
template <class T> using TRUNC = either<is_whole<T>, POSITIVE<T>, trunc_row<T>>;
template <class T> struct RINT : row<T> {
    __device__ static T of(T x)
    {
        if constexpr (is_complex<T>)
            return {c_rint(x.re), c_rint(x.im)};
        else
            return c_rint(x);
    }
};
template <class T> struct SPACING : row<T, T, true> {
    __device__ static T of(T x)
    {
        if (x == 0) return c_nextafter((T)0, (T)1);
        return c_nextafter(x, x < 0 ? -infinity_of<T>() : infinity_of<T>()) - x;
    }
};

/* ---- one input: questions */
template <class T> struct LOGICAL_NOT : truth_row<T> {
    __device__ static bool of(T x) { return !truth(x); }
};
template <class T> struct ISFINITE : truth_row<T> {
    __device__ static bool of(T x)
    {
        if constexpr (is_complex<T>)
            return is_finite(x.re) && is_finite(x.im);
        else if constexpr (is_float<T>)
            return is_finite(x);
        else
            return true;
    }
};
template <class T> struct ISINF : truth_row<T> {
    __device__ static bool of(T x)
    {
        if constexpr (is_complex<T>)
            return is_inf(x.re) || is_inf(x.im);
        else if constexpr (is_float<T>)
            return is_inf(x);
        else
            return false;
    }
};
template <class T> struct ISNAN : truth_row<T> {
    __device__ static bool of(T x) { return is_nan(x); }
};
template <class T> struct SIGNBIT : truth_row<T> {
    __device__ static bool of(T x) { return negative_bit(x); }
};

/* ---- one input: functions. single: what float32 calls, in double where CUDA's own is outside the
 * row's bound. */
#define CX_FUNCTION(NAME, single, name, SHORT)                             \
    template <class T> struct NAME;                                        \
    template <> struct NAME<float> : row<float, float, !SHORT> {           \
        __device__ static float of(float x) { return (float)::single(x); } \
    };                                                                     \
    template <> struct NAME<double> : long_row<double> {                   \
        __device__ static double of(double x) { return ::name(x); }        \
    };
#define CX_FUNCTION_COMPLEX(NAME, ...)                                                             \
    template <> struct NAME<c128> : long_row<c128> {                                               \
        __device__ static c128 of(c128 x) { return __VA_ARGS__; }                                  \
    };                                                                                             \
    template <> struct NAME<c64> : long_row<c64> {                                                 \
        __device__ static c64 of(c64 x) { return convert<c64>(NAME<c128>::of(convert<c128>(x))); } \
    };
__device__ inline double wide_tan(float x)
{
    return tan((double)x);
}
__device__ inline double wide_sinh(float x)
{
    return sinh((double)x);
}
__device__ inline double wide_asinh(float x)
{
    return asinh((double)x);
}
__device__ inline double wide_acosh(float x)
{
    return acosh((double)x);
}
__device__ inline double wide_atanh(float x)
{
    return atanh((double)x);
}
/* One step of Newton's method, with the rounding error of the square: a C library's own may be
 * several units off. */
__device__ inline double near_cbrt(double x)
{
    const double t = cbrt(x), square = t * t;
    if (!(fabs(x) > 0x1p-900) || is_inf(x)) return t;
    const double low = fma(t, t, -square);
    return t - (fma(square, t, -x) + low * t) / (3 * square);
}
CX_FUNCTION(SQRT, sqrtf, sqrt, true)
CX_FUNCTION(CBRT, cbrtf, rows::near_cbrt, false)
CX_FUNCTION(EXP, expf, exp, true)
CX_FUNCTION(EXP2, exp2f, exp2, true)
CX_FUNCTION(EXPM1, expm1f, expm1, false)
CX_FUNCTION(LOG, logf, log, true)
CX_FUNCTION(LOG2, log2f, log2, true)
CX_FUNCTION(LOG10, log10f, log10, true)
CX_FUNCTION(LOG1P, log1pf, log1p, false)
CX_FUNCTION(SIN, sinf, sin, false)
CX_FUNCTION(COS, cosf, cos, false)
CX_FUNCTION(TAN, rows::wide_tan, tan, false)
CX_FUNCTION(ARCSIN, asinf, asin, false)
CX_FUNCTION(ARCCOS, acosf, acos, false)
CX_FUNCTION(ARCTAN, atanf, atan, false)
CX_FUNCTION(SINH, rows::wide_sinh, sinh, false)
CX_FUNCTION(COSH, coshf, cosh, false)
CX_FUNCTION(TANH, tanhf, tanh, false)
CX_FUNCTION(ARCSINH, rows::wide_asinh, asinh, false)
CX_FUNCTION(ARCCOSH, rows::wide_acosh, acosh, false)
CX_FUNCTION(ARCTANH, rows::wide_atanh, atanh, false)

__device__ inline c128 times(c128 x, double by)
{
    return {x.re * by, x.im * by};
}
__device__ inline c128 minus_i_times(c128 z)
{
    return {z.im, -z.re};
}
CX_FUNCTION_COMPLEX(SQRT, complex_math::root(x))
CX_FUNCTION_COMPLEX(EXP, complex_math::exp(x))
CX_FUNCTION_COMPLEX(EXP2, complex_math::exp(times(x, CX_LN2)))
CX_FUNCTION_COMPLEX(EXPM1, complex_math::expm1(x))
CX_FUNCTION_COMPLEX(LOG, complex_math::log(x))
CX_FUNCTION_COMPLEX(LOG2, times(complex_math::log(x), 1.44269504088896340735992))
CX_FUNCTION_COMPLEX(LOG10, times(complex_math::log(x), 0.434294481903251827651129))
CX_FUNCTION_COMPLEX(LOG1P, complex_math::log1p(x))
CX_FUNCTION_COMPLEX(SIN, complex_math::flip(complex_math::sinh(complex_math::flip(x))))
CX_FUNCTION_COMPLEX(COS, complex_math::cosh({-x.im, x.re}))
CX_FUNCTION_COMPLEX(TAN, complex_math::flip(complex_math::tanh(complex_math::flip(x))))
CX_FUNCTION_COMPLEX(ARCSIN, complex_math::flip(complex_math::arcsinh(complex_math::flip(x))))
CX_FUNCTION_COMPLEX(ARCCOS, complex_math::arccos(x))
CX_FUNCTION_COMPLEX(ARCTAN, complex_math::flip(complex_math::arctanh(complex_math::flip(x))))
CX_FUNCTION_COMPLEX(SINH, complex_math::sinh(x))
CX_FUNCTION_COMPLEX(COSH, complex_math::cosh(x))
CX_FUNCTION_COMPLEX(TANH, complex_math::tanh(x))
CX_FUNCTION_COMPLEX(ARCSINH, complex_math::arcsinh(x))
CX_FUNCTION_COMPLEX(ARCCOSH, complex_math::arccosh(x))
CX_FUNCTION_COMPLEX(ARCTANH, complex_math::arctanh(x))
#undef CX_FUNCTION
#undef CX_FUNCTION_COMPLEX

/* Arguments of sin(pi x) are reduced exactly, before pi comes in. */
constexpr double PI = 3.14159265358979323846;
__device__ inline double sin_pi(double x)
{
    const double r = x - 2 * ::rint(x / 2);
    return ::sin(PI * (::fabs(r) > 0.5 ? ::copysign(1.0, r) - r : r));
}
__device__ inline double cos_pi(double x)
{
    const double r = ::fabs(x - 2 * ::rint(x / 2));
    return r < 0.25 ? ::cos(PI * r) : ::sin(PI * (0.5 - r));
}
template <class T> struct SINC : long_row<T> {
    __device__ static T of(T z)
    {
        if constexpr (is_complex<T>) {
            if (z.re == 0 && z.im == 0) return {1, 0};
            const double a = PI * (double)z.re, b = PI * (double)z.im;
            const double re = sin_pi((double)z.re) * ::cosh(b),
                         im = cos_pi((double)z.re) * ::sinh(b);
            c128 r;
            if (::fabs(a) >= ::fabs(b)) {
                const double ratio = b / a, size = a + b * ratio;
                r = {(re + im * ratio) / size, (im - re * ratio) / size};
            } else {
                const double ratio = a / b, size = a * ratio + b;
                r = {(re * ratio + im) / size, (im * ratio - re) / size};
            }
            return convert<T>(r);
        } else {
            if (z == 0) return 1;
            const double x = (double)z, y = PI * x;
            return (T)((::fabs(x) <= 0.5 ? ::sin(y) : sin_pi(x)) / y);
        }
    }
};
template <bool FAR> __device__ inline double i0_series(double y)
{
    double b = 0, b1 = 0, b2 = 0;
#define CX_I0_STEP(wanted, c)  \
    if constexpr (wanted) {    \
        b2 = b1;               \
        b1 = b;                \
        b = y * b1 - b2 + (c); \
    }
#define CX_I0_NEAR(c) CX_I0_STEP(!FAR, c)
#define CX_I0_FAR(c) CX_I0_STEP(FAR, c)
#include <calx/bessel_i0.def>
#undef CX_I0_NEAR
#undef CX_I0_FAR
#undef CX_I0_STEP
    return 0.5 * (b - b2);
}
/* Past 700 in two halves, because exp(x) overflows before I0(x) does. */
template <class T> struct I0 : long_row<T> {
    __device__ static T of(T x)
    {
        const double a = ::fabs((double)x);
        if (a <= 8) return (T)(::exp(a) * i0_series<false>(a / 2 - 2));
        if (is_inf(a)) return (T)a;
        const double c = i0_series<true>(32 / a - 2) / ::sqrt(a);
        if (a <= 700) return (T)(::exp(a) * c);
        const double half = ::exp(a / 2);
        return (T)(half * c * half);
    }
};

/* ---- two inputs: arithmetic */
template <class T> struct ADD : row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (std::is_same<T, bool>::value)
            return x || y;
        else
            return (T)((wrap_t<T>)x + (wrap_t<T>)y);
    }
};
template <class T> struct SUB : row<T> {
    __device__ static T of(T x, T y) { return (T)((wrap_t<T>)x - (wrap_t<T>)y); }
};
template <class T> struct MUL : row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (std::is_same<T, bool>::value)
            return x && y;
        else
            return (T)((wrap_t<T>)x * (wrap_t<T>)y);
    }
};
template <class T> struct DIV : row<T, T, !std::is_same<T, float>::value> {
    __device__ static T of(T x, T y) { return x / y; }
};
/* Floored quotient and its remainder from the exact fmod: the quotient is rounded to a whole number
 * at the end, because the division of x - m by y need not be whole. Integers by zero give zero. */
template <class T> struct FLOOR_DIVIDE : long_row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (is_int<T>) {
            if (y == 0) return 0;
            if constexpr (std::is_signed<T>::value) {
                if (y == -1) return (T)((wrap_t<T>)0 - (wrap_t<T>)x);
                const T q = (T)(x / y);
                return (T)(q - ((T)(x - q * y) != 0 && (x < 0) != (y < 0)));
            } else {
                return (T)(x / y);
            }
        } else {
            if (y == 0) return x / y;
            const T m = c_fmod(x, y);
            T q = (x - m) / y;
            if (m != 0 && (y < 0) != (m < 0)) q -= 1;
            if (q == 0) return c_copysign((T)0, x / y);
            const T whole = c_floor(q);
            return q - whole > (T)0.5 ? whole + 1 : whole;
        }
    }
};
template <class T> struct FMOD : long_row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (is_int<T>) {
            if (y == 0 || (std::is_signed<T>::value && y == (T)-1)) return 0;
            return (T)(x % y);
        } else {
            return c_fmod(x, y);
        }
    }
};
template <class T> struct REMAINDER : long_row<T> {
    __device__ static T of(T x, T y)
    {
        const T m = FMOD<T>::of(x, y);
        if constexpr (is_float<T>) {
            if (y == 0) return m;
            if (m == 0) return c_copysign((T)0, y);
        }
        return (T)(m != 0 && below_zero(m) != below_zero(y) ? m + y : m);
    }
};
template <class T> struct POWER : long_row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (is_complex<T>) {
            return complex_math::power(x, y);
        } else if constexpr (is_float<T>) {
            return (T)::pow((double)x, (double)y);
        } else {
            if (below_zero(y)) return 0; /* refused before it comes here */
            wrap_t<T> b = (wrap_t<T>)x, e = (wrap_t<T>)y, r = 1;
            for (; e != 0; e >>= 1) {
                if (e & 1) r *= b;
                b *= b;
            }
            return (T)r;
        }
    }
};
template <class T> using FLOAT_POWER = POWER<T>;
/* Of equal ones, and of a NaN and another value, the first that counts. */
template <class T> struct MAXIMUM : row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (is_whole<T>)
            return x > y ? x : y;
        else
            return x >= y || is_nan(x) ? x : y;
    }
};
template <class T> struct MINIMUM : row<T> {
    __device__ static T of(T x, T y)
    {
        if constexpr (is_whole<T>)
            return x < y ? x : y;
        else
            return x <= y || is_nan(x) ? x : y;
    }
};
template <class T> struct fmax_row : row<T> {
    __device__ static T of(T x, T y) { return x >= y || is_nan(y) ? x : y; }
};
template <class T> struct fmin_row : row<T> {
    __device__ static T of(T x, T y) { return x <= y || is_nan(y) ? x : y; }
};
template <class T> using FMAX = either<is_whole<T>, MAXIMUM<T>, fmax_row<T>>;
template <class T> using FMIN = either<is_whole<T>, MINIMUM<T>, fmin_row<T>>;

/* ---- two inputs: comparison and logic */
#define CX_QUESTION(NAME, ...)                                      \
    template <class T> struct NAME : truth_row<T> {                 \
        __device__ static bool of(T x, T y) { return __VA_ARGS__; } \
    };
CX_QUESTION(EQUAL, x == y)
CX_QUESTION(NOT_EQUAL, x != y)
CX_QUESTION(LESS, x < y)
CX_QUESTION(LESS_EQUAL, x <= y)
CX_QUESTION(GREATER, x > y)
CX_QUESTION(GREATER_EQUAL, x >= y)
CX_QUESTION(LOGICAL_AND, truth(x) && truth(y))
CX_QUESTION(LOGICAL_OR, truth(x) || truth(y))
CX_QUESTION(LOGICAL_XOR, truth(x) != truth(y))
#undef CX_QUESTION

/* int64 with uint64 by value; C: how the two compare where x is not negative, NEGATIVE: the answer
 * where it is */
template <template <class> class C, bool IF_NEGATIVE> struct by_value {
    typedef int64_t first;
    typedef uint64_t rest;
    typedef bool result;
    static constexpr bool rolled = false;
    __device__ static bool of(int64_t x, uint64_t y)
    {
        return x < 0 ? IF_NEGATIVE : C<uint64_t>::of((uint64_t)x, y);
    }
};

typedef by_value<EQUAL, false> EQUAL_BY_VALUE;
typedef by_value<NOT_EQUAL, true> NOT_EQUAL_BY_VALUE;
typedef by_value<LESS, true> LESS_BY_VALUE;
typedef by_value<LESS_EQUAL, true> LESS_EQUAL_BY_VALUE;
typedef by_value<GREATER, false> GREATER_BY_VALUE;
typedef by_value<GREATER_EQUAL, false> GREATER_EQUAL_BY_VALUE;

/* ---- two inputs: bits */
template <class T> struct BITWISE_AND : row<T> {
    __device__ static T of(T x, T y) { return (T)(x & y); }
};
template <class T> struct BITWISE_OR : row<T> {
    __device__ static T of(T x, T y) { return (T)(x | y); }
};
template <class T> struct BITWISE_XOR : row<T> {
    __device__ static T of(T x, T y) { return (T)(x ^ y); }
};
template <class T> struct LEFT_SHIFT : row<T> {
    __device__ static T of(T x, T y)
    {
        const wrap_t<T> width = 8 * sizeof(T), by = (wrap_t<T>)y;
        return (T)(by < width ? (wrap_t<T>)x << (by & (width - 1)) : 0);
    }
};
template <class T> struct RIGHT_SHIFT : row<T> {
    __device__ static T of(T x, T y)
    {
        const wrap_t<T> width = 8 * sizeof(T), by = (wrap_t<T>)y;
        if constexpr (std::is_signed<T>::value)
            return (T)(x >> (by < width ? by : width - 1));
        else
            return (T)(by < width ? (wrap_t<T>)x >> (by & (width - 1)) : 0);
    }
};
template <class T> struct GCD : long_row<T> {
    __device__ static T of(T x, T y)
    {
        wrap_t<T> a = size_of(x), b = size_of(y);
        while (b != 0) {
            const wrap_t<T> rest = a % b;
            a = b;
            b = rest;
        }
        return (T)a;
    }
};
template <class T> struct LCM : long_row<T> {
    __device__ static T of(T x, T y)
    {
        const wrap_t<T> g = size_of(GCD<T>::of(x, y));
        return g == 0 ? (T)0 : (T)(size_of(x) / g * size_of(y));
    }
};

/* The exponent comes as a floating number; past the range of any dtype it does not matter by how
 * much. */
template <class T> struct LDEXP : long_row<T> {
    __device__ static T of(T x, T y)
    {
        const int n = y > 5000 ? 5000 : y < -5000 ? -5000 : (int)y;
        if constexpr (std::is_same<T, float>::value)
            return ::ldexpf(x, n);
        else
            return ::ldexp(x, n);
    }
};

/* ---- two inputs: functions */
template <class T> struct ARCTAN2 : long_row<T> {
    __device__ static T of(T x, T y) { return (T)::atan2((double)x, (double)y); }
};
template <class T> struct HYPOT : long_row<T> {
    __device__ static T of(T x, T y) { return hypot_near(x, y); }
};
template <class T> struct COPYSIGN : row<T> {
    __device__ static T of(T x, T y) { return c_copysign(x, y); }
};
template <class T> struct NEXTAFTER : long_row<T> {
    __device__ static T of(T x, T y) { return c_nextafter(x, y); }
};
template <class T> struct HEAVISIDE : row<T> {
    __device__ static T of(T x, T y) { return x == 0 ? y : x < 0 ? (T)0 : x > 0 ? (T)1 : x; }
};
template <class T> struct LOGADDEXP : long_row<T> {
    __device__ static T of(T a, T b)
    {
        const double x = (double)a, y = (double)b;
        if (x == y) return (T)(x + CX_LN2); /* infinities too */
        const double d = x - y;
        if (d > 0) return (T)(x + ::log1p(::exp(-d)));
        if (d <= 0) return (T)(y + ::log1p(::exp(d)));
        return (T)d; /* NaN */
    }
};
template <class T> struct LOGADDEXP2 : long_row<T> {
    __device__ static T of(T a, T b)
    {
        const double x = (double)a, y = (double)b;
        if (x == y) return (T)(x + 1);
        const double d = x - y;
        if (d > 0) return (T)(x + ::log1p(::exp2(-d)) * 1.44269504088896340735992);
        if (d <= 0) return (T)(y + ::log1p(::exp2(d)) * 1.44269504088896340735992);
        return (T)d;
    }
};

/* ---- neighbours of 16-bit floats, which float32 cannot stand in for. Bits without the sign are
 * ordered as integers: neighbours differ by 1. */
template <class H> constexpr uint16_t half_infinity = std::is_same<H, f16>::value ? 0x7c00 : 0x7f80;
template <class H> struct next_half : row<H> {
    __device__ static H of(H hx, H hy)
    {
        const uint16_t x = hx.bits, y = hy.bits, inf = half_infinity<H>;
        const uint16_t ax = x & 0x7fffu, ay = y & 0x7fffu;
        if (ax > inf) return hx;
        if (ay > inf || x == y || (ax == 0 && ay == 0)) return hy;
        if (ax == 0) return H{(uint16_t)((y & 0x8000u) | 1u)};
        const bool down = (x & 0x8000u) != 0, y_down = (y & 0x8000u) != 0;
        const bool up = down ? !y_down || ay < ax : !y_down && ay > ax; /* is y above x? */
        return H{(uint16_t)(up != down ? x + 1 : x - 1)};
    }
};
template <class H> struct half_spacing : row<H> {
    __device__ static H of(H x)
    {
        const uint16_t a = x.bits & 0x7fffu, inf = half_infinity<H>;
        if (a >= inf) return H{(uint16_t)(inf | (std::is_same<H, f16>::value ? 0x200u : 0x40u))};
        const bool top = a + 1 == inf;
        const H above = {(uint16_t)(top ? a : a + 1)}, below = {(uint16_t)(top ? a - 1 : a)};
        const H gap = convert<H>(convert<float>(above) - convert<float>(below));
        return H{(uint16_t)(a == 0 ? gap.bits : gap.bits | (x.bits & 0x8000u))};
    }
};
template <> struct NEXTAFTER<f16> : next_half<f16> {
};
template <> struct NEXTAFTER<bf16> : next_half<bf16> {
};
template <> struct SPACING<f16> : half_spacing<f16> {
};
template <> struct SPACING<bf16> : half_spacing<bf16> {
};

/* ---- three inputs */
template <class T> struct WHERE {
    typedef bool first;
    typedef T rest, result;
    static constexpr bool rolled = false;
    __device__ static T of(bool x, T y, T z) { return x ? y : z; }
};
template <class T> struct CLIP : row<T> {
    __device__ static T of(T x, T y, T z) { return MINIMUM<T>::of(MAXIMUM<T>::of(x, y), z); }
};

} // namespace rows
#endif
