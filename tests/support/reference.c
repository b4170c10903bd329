/* One element at a time, in wider arithmetic than the library's: integers in 128 bits, floats in
 * long double (what is exact in double, in double), complex numbers in long double. No vectors, no
 * tables. */
#include "reference.h"
#include <complex.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;
typedef long double real;

/* ------------------------------------------------------------------------------------ elements */
static wide get_integer(cx_dtype t, const void *p)
{
    uint64_t u = 0;
    const size_t size = cx_dtype_size(t);
    memcpy(&u, p, size);
    if (cx_dtype_kind(t) != 'i') return (wide)u;
    const int shift = 64 - 8 * (int)size;
    return (wide)((int64_t)(u << shift) >> shift);
}

static real get_real(cx_dtype t, const void *p)
{
    if (t == CX_F64) return *(const double *)p;
    if (t == CX_F32) return *(const float *)p;
    return t == CX_F16 ? cx_f16_to_float(*(const cx_float16 *)p)
                       : cx_bf16_to_float(*(const cx_bfloat16 *)p);
}

/* Position among the floats of the dtype: neighbours differ by 1. */
static int64_t place(cx_dtype t, const void *p)
{
    uint64_t u = 0;
    const size_t size = cx_dtype_size(t);
    memcpy(&u, p, size);
    const uint64_t sign = UINT64_C(1) << (8 * size - 1);
    const int64_t magnitude = (int64_t)(u & (sign - 1));
    return u & sign ? -magnitude : magnitude;
}

/* v rounded to the dtype; long double to a 16-bit float by its neighbours, so that nothing is
 * rounded twice. */
static void put_real(cx_dtype t, real v, void *p)
{
    if (t == CX_F64) {
        *(double *)p = (double)v;
    } else if (t == CX_F32) {
        *(float *)p = (float)v;
    } else {
        uint16_t best;
        const float f = (float)v;
        if (t == CX_F16)
            best = cx_f16_from_float(f).bits;
        else
            best = cx_bf16_from_float(f).bits;
        memcpy(p, &best, 2);
        if (!isfinite(v) || !isfinite(get_real(t, p)) || (best & 0x7fff) == 0) return;
        for (int step = -1; step <= 1;
             step += 2) { /* a neighbour may be nearer to v than what f was rounded to */
            const uint16_t other = (uint16_t)(best + step);
            const real here = get_real(t, p), there = get_real(t, &other);
            if (isfinite(there) && fabsl(there - v) < fabsl(here - v)) memcpy(p, &other, 2);
        }
    }
}

const char *test_text(cx_dtype t, const void *p, char buf[80])
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'c') {
        const cx_dtype part = t == CX_C64 ? CX_F32 : CX_F64;
        snprintf(buf, 80, "%.17Lg%+.17Lgj", get_real(part, p),
                 get_real(part, (const char *)p + cx_dtype_size(part)));
    } else if (kind == 'f' || kind == 'e') {
        snprintf(buf, 80, "%.17Lg", get_real(t, p));
    } else if (kind == 'i') {
        snprintf(buf, 80, "%" PRId64, (int64_t)get_integer(t, p));
    } else {
        snprintf(buf, 80, "%" PRIu64, (uint64_t)get_integer(t, p));
    }
    return buf;
}

static verdict truth(bool expected, const void *got)
{
    return *(const uint8_t *)got == (expected ? 1 : 0) ? SAME : DIFFERENT;
}

/* ------------------------------------------------------------------------------------ integers */
static wide floor_quotient(wide x, wide y)
{
    const wide q = x / y;
    return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

static wide gcd(wide x, wide y)
{
    x = x < 0 ? -x : x;
    y = y < 0 ? -y : y;
    return y == 0 ? x : gcd(y, x % y);
}

static wide power(wide x, wide y)
{
    uwide r = 1;
    for (; y > 0; y--) /* exponents are small */
        r *= (uwide)x;
    return (wide)r;
}

static int bits_set(wide x)
{
    int n = 0;
    for (x = x < 0 ? -x : x; x != 0; x >>= 1) n += (int)(x & 1);
    return n;
}

static verdict check_integer(int code, cx_dtype t, wide x, wide y, cx_dtype result, const void *got)
{
    const bool flag = t == CX_BOOL;
    const int bits = 8 * (int)cx_dtype_size(t);
    wide r;
    switch (code) {
    case CX_UN_POSITIVE:
    case CX_UN_CONJUGATE:
    case CX_UN_FLOOR:
    case CX_UN_CEIL:
    case CX_UN_TRUNC: r = x; break;
    case CX_UN_NEGATIVE: r = -x; break;
    case CX_UN_ABS: r = x < 0 ? -x : x; break;
    case CX_UN_SIGN: r = x > 0 ? 1 : x < 0 ? -1 : 0; break;
    case CX_UN_SQUARE: r = (wide)((uwide)x * (uwide)x); break;
    case CX_UN_RECIPROCAL: r = x == 0 ? 0 : 1 / x; break;
    case CX_UN_INVERT: r = flag ? !x : ~x; break;
    case CX_UN_BITWISE_COUNT: r = bits_set(x); break;
    case CX_UN_LOGICAL_NOT: return truth(x == 0, got);
    case CX_UN_ISFINITE: return truth(true, got);
    case CX_UN_ISINF:
    case CX_UN_ISNAN: return truth(false, got);
    case CX_BI_ADD: r = flag ? x | y : x + y; break;
    case CX_BI_SUB: r = x - y; break;
    case CX_BI_MUL: r = (wide)((uwide)x * (uwide)y); break;
    case CX_BI_FLOOR_DIVIDE: r = y == 0 ? 0 : floor_quotient(x, y); break;
    case CX_BI_REMAINDER: r = y == 0 ? 0 : x - floor_quotient(x, y) * y; break;
    case CX_BI_FMOD: r = y == 0 ? 0 : x % y; break;
    case CX_BI_POWER: r = power(x, y); break;
    case CX_BI_MAXIMUM:
    case CX_BI_FMAX: r = x > y ? x : y; break;
    case CX_BI_MINIMUM:
    case CX_BI_FMIN: r = x < y ? x : y; break;
    case CX_BI_BITWISE_AND: r = x & y; break;
    case CX_BI_BITWISE_OR: r = x | y; break;
    case CX_BI_BITWISE_XOR: r = x ^ y; break;
    case CX_BI_LEFT_SHIFT: r = y < 0 || y >= bits ? 0 : (wide)((uwide)x << (int)y); break;
    case CX_BI_RIGHT_SHIFT: r = y < 0 || y >= bits ? (x < 0 ? -1 : 0) : x >> (int)y; break;
    case CX_BI_GCD: r = gcd(x, y); break;
    case CX_BI_LCM:
        r = x == 0 || y == 0 ? 0 : (wide)((uwide)(x / gcd(x, y)) * (uwide)y);
        r = r < 0 && cx_dtype_kind(t) == 'i' ? -r : r;
        break;
    case CX_BI_EQUAL: return truth(x == y, got);
    case CX_BI_NOT_EQUAL: return truth(x != y, got);
    case CX_BI_LESS: return truth(x < y, got);
    case CX_BI_LESS_EQUAL: return truth(x <= y, got);
    case CX_BI_GREATER: return truth(x > y, got);
    case CX_BI_GREATER_EQUAL: return truth(x >= y, got);
    case CX_BI_LOGICAL_AND: return truth(x != 0 && y != 0, got);
    case CX_BI_LOGICAL_OR: return truth(x != 0 || y != 0, got);
    case CX_BI_LOGICAL_XOR: return truth((x != 0) != (y != 0), got);
    default: return NOT_COVERED;
    }
    const uint64_t low = (uint64_t)r;
    return memcmp(&low, got, cx_dtype_size(result)) == 0 ? SAME : DIFFERENT;
}

/* ------------------------------------------------------------------------------------ real floats
 */
static bool real_truth(int code, real x, real y, bool *r)
{
    switch (code) {
    case CX_UN_LOGICAL_NOT: *r = x == 0; return true;
    case CX_UN_ISFINITE: *r = isfinite(x); return true;
    case CX_UN_ISINF: *r = isinf(x); return true;
    case CX_UN_ISNAN: *r = isnan(x); return true;
    case CX_UN_SIGNBIT: *r = signbit(x); return true;
    case CX_BI_EQUAL: *r = x == y; return true;
    case CX_BI_NOT_EQUAL: *r = x != y; return true;
    case CX_BI_LESS: *r = x < y; return true;
    case CX_BI_LESS_EQUAL: *r = x <= y; return true;
    case CX_BI_GREATER: *r = x > y; return true;
    case CX_BI_GREATER_EQUAL: *r = x >= y; return true;
    case CX_BI_LOGICAL_AND: *r = x != 0 && y != 0; return true;
    case CX_BI_LOGICAL_OR: *r = x != 0 || y != 0; return true;
    case CX_BI_LOGICAL_XOR: *r = (x != 0) != (y != 0); return true;
    default: return false;
    }
}

/* Operations whose result is exact or correctly rounded: double is wide enough for the narrower
 * dtypes, and is double's own. */
static bool real_exact(int code, double x, double y, double *r)
{
    switch (code) {
    case CX_UN_POSITIVE:
    case CX_UN_CONJUGATE: *r = x; return true;
    case CX_UN_NEGATIVE: *r = -x; return true;
    case CX_UN_ABS:
    case CX_UN_FABS: *r = fabs(x); return true;
    case CX_UN_SIGN: *r = isnan(x) ? x : (x > 0) - (x < 0); return true;
    case CX_UN_SQUARE: *r = x * x; return true;
    case CX_UN_RECIPROCAL: *r = 1 / x; return true;
    case CX_UN_SQRT: *r = sqrt(x); return true;
    case CX_UN_FLOOR: *r = floor(x); return true;
    case CX_UN_CEIL: *r = ceil(x); return true;
    case CX_UN_TRUNC: *r = trunc(x); return true;
    case CX_UN_RINT: *r = nearbyint(x); return true;
    case CX_BI_ADD: *r = x + y; return true;
    case CX_BI_SUB: *r = x - y; return true;
    case CX_BI_MUL: *r = x * y; return true;
    case CX_BI_DIV: *r = x / y; return true;
    case CX_BI_FMOD: *r = fmod(x, y); return true;
    case CX_BI_MAXIMUM: *r = isnan(x) || isnan(y) ? NAN : x > y ? x : y; return true;
    case CX_BI_MINIMUM: *r = isnan(x) || isnan(y) ? NAN : x < y ? x : y; return true;
    case CX_BI_FMAX: *r = isnan(x) ? y : isnan(y) || x > y ? x : y; return true;
    case CX_BI_FMIN: *r = isnan(x) ? y : isnan(y) || x < y ? x : y; return true;
    case CX_BI_COPYSIGN: *r = copysign(x, y); return true;
    case CX_BI_HEAVISIDE: *r = isnan(x) ? x : x < 0 ? 0 : x > 0 ? 1 : y; return true;
    default: return false;
    }
}

#define PI_REAL 3.141592653589793238462643383279502884L

/* The power series, whose terms are all positive; past 60 the asymptotic one. */
static real bessel_i0(real x)
{
    const real a = fabsl(x);
    if (isnan(a) || isinf(a)) return a;
    real sum = 1, term = 1;
    if (a > 60) {
        for (int k = 1; k < 40 && term > sum * 1e-21L; k++)
            sum += term *= (2 * k - 1) * (2 * k - 1) / (8 * a * k);
        return a > 20000 ? (real)INFINITY : expl(a) * sum / sqrtl(2 * PI_REAL * a);
    }
    for (int k = 1; term > sum * 1e-21L; k++) sum += term *= a * a / 4 / ((real)k * k);
    return sum;
}

static bool real_function(int code, real x, real y, real *r)
{
    static real (*const unary[])(real) = {
        [CX_UN_CBRT] = cbrtl,     [CX_UN_EXP] = expl,       [CX_UN_EXP2] = exp2l,
        [CX_UN_EXPM1] = expm1l,   [CX_UN_LOG] = logl,       [CX_UN_LOG2] = log2l,
        [CX_UN_LOG10] = log10l,   [CX_UN_LOG1P] = log1pl,   [CX_UN_SIN] = sinl,
        [CX_UN_COS] = cosl,       [CX_UN_TAN] = tanl,       [CX_UN_ARCSIN] = asinl,
        [CX_UN_ARCCOS] = acosl,   [CX_UN_ARCTAN] = atanl,   [CX_UN_SINH] = sinhl,
        [CX_UN_COSH] = coshl,     [CX_UN_TANH] = tanhl,     [CX_UN_ARCSINH] = asinhl,
        [CX_UN_ARCCOSH] = acoshl, [CX_UN_ARCTANH] = atanhl,
    };
    if (code > 0 && code < (int)(sizeof unary / sizeof *unary) && unary[code] != NULL) {
        *r = unary[code](x);
        return true;
    }
    switch (code) {
    case CX_UN_SINC: {
        const real a = fabsl(x), rest = a - 2 * floorl(a / 2); /* exact; sin(pi x) has period 2 */
        *r = x == 0 ? 1 : sinl(PI_REAL * (rest > 1 ? rest - 2 : rest)) / (PI_REAL * a);
        if (isfinite(a) && a >= 1 && a == floorl(a)) *r = 0;
        return true;
    }
    case CX_UN_I0: *r = bessel_i0(x); return true;
    case CX_UN_DEGREES: *r = x * 57.29577951308232087679815481L; return true;
    case CX_UN_RADIANS: *r = x * 0.01745329251994329576923691L; return true;
    case CX_BI_POWER:
    case CX_BI_FLOAT_POWER: *r = powl(x, y); return true;
    case CX_BI_ARCTAN2: *r = atan2l(x, y); return true;
    case CX_BI_HYPOT: *r = hypotl(x, y); return true;
    case CX_BI_LOGADDEXP:
        *r = x == y ? x + logl(2) : fmaxl(x, y) + log1pl(expl(-fabsl(x - y)));
        break;
    case CX_BI_LOGADDEXP2:
        *r = x == y ? x + 1 : fmaxl(x, y) + log1pl(exp2l(-fabsl(x - y))) / logl(2);
        break;
    default: return false;
    }
    if (isnan(x) || isnan(y)) *r = (real)NAN;
    return true;
}

/* The number next to x towards y, by stepping through the dtype's floats. */
static void neighbour(cx_dtype t, const void *px, real y, void *out)
{
    const real x = get_real(t, px);
    const size_t size = cx_dtype_size(t);
    uint64_t u = 0;
    memcpy(&u, px, size);
    const uint64_t sign = UINT64_C(1) << (8 * size - 1);
    if (x == 0)
        u = (y < 0 ? sign : 0) | 1;
    else if (x != y)
        u += (x < y) == (x > 0) ? 1 : (uint64_t)-1;
    memcpy(out, &u, size);
}

static verdict near(cx_dtype t, const void *expected, const void *got, double ulp)
{
    const real e = get_real(t, expected), g = get_real(t, got);
    if (isnan(e) || isnan(g)) return isnan(e) && isnan(g) ? SAME : DIFFERENT;
    if (e == 0 && g == 0)
        return SAME; /* the sign of a zero is looked at where it is an operation's point */
    return fabs((double)(place(t, expected) - place(t, got))) <= ulp ? SAME : DIFFERENT;
}

/* Quotient and remainder of the floor, where the quotient is small enough to be known exactly. */
static verdict check_floor(int code, cx_dtype t, real x, real y, const void *got)
{
    if (!isfinite(x) || !isfinite(y) || y == 0 || fabsl(x / y) > 0x1p20L) return NOT_COVERED;
    const real m = fmodl(x, y);
    const bool down = m != 0 && (m < 0) != (y < 0);
    unsigned char expected[8];
    if (code == CX_BI_REMAINDER) {
        put_real(t, down ? m + y : m, expected);
        return near(t, expected, got,
                    t == CX_F64 ? 1 : 0); /* long double and then double rounds twice */
    }
    put_real(t, roundl((x - m) / y) - (down ? 1 : 0), expected);
    return near(t, expected, got, 0);
}

static verdict check_real(int code, cx_dtype t, const void *px, const void *py, const void *got,
                          double ulp)
{
    const real x = get_real(t, px), y = py == NULL ? 0 : get_real(t, py);
    unsigned char expected[8];
    bool yes;
    double exact;
    real r;
    if (real_truth(code, x, y, &yes)) return truth(yes, got);
    if (code == CX_BI_FLOOR_DIVIDE || code == CX_BI_REMAINDER)
        return check_floor(code, t, x, y, got);
    if (code == CX_BI_NEXTAFTER || code == CX_UN_SPACING) {
        if (isnan(x) || isnan(y) || isinf(x) || x == 0 ||
            (t == CX_BF16 && code == CX_UN_SPACING && fabsl(x) > 1e38L))
            return NOT_COVERED;
        if (code == CX_BI_NEXTAFTER && x == y) return near(t, px, got, 0);
        neighbour(t, px,
                  code == CX_BI_NEXTAFTER ? y
                  : x < 0                 ? -(real)INFINITY
                                          : (real)INFINITY,
                  expected);
        if (code == CX_BI_NEXTAFTER) return near(t, expected, got, 0);
        r = get_real(t, expected) - x;
        if (isinf(r)) return NOT_COVERED;
        put_real(t, r, expected);
        return near(t, expected, got, 0);
    }
    if (real_exact(code, (double)x, (double)y, &exact)) {
        put_real(t, exact, expected);
        if (code == CX_BI_COPYSIGN || code == CX_UN_NEGATIVE || code == CX_UN_ABS)
            return isnan(x)                                       ? NOT_COVERED
                   : memcmp(expected, got, cx_dtype_size(t)) == 0 ? SAME
                                                                  : DIFFERENT;
        return near(t, expected, got, 0);
    }
    if (!real_function(code, x, y, &r)) return NOT_COVERED;
    put_real(t, r, expected);
    if (cx_dtype_size(t) == 2) ulp = 1; /* float32 within its bound, then one rounding */
    if ((code == CX_BI_LOGADDEXP || code == CX_BI_LOGADDEXP2) &&
        isfinite(r)) { /* cancels where the result is near 0 */
        const real eps = t == CX_F64 ? 0x1p-52L : t == CX_F32 ? 0x1p-23L : 0x1p-8L;
        if (fabsl(get_real(t, got) - r) <= 4 * eps * (fmaxl(fabsl(x), fabsl(y)) + 1)) return SAME;
    }
    return near(t, expected, got, ulp);
}

/* ------------------------------------------------------------------------------------ complex */
static verdict close_enough(cx_dtype t, long double complex e, const void *got, double ulp)
{
    const cx_dtype part = t == CX_C64 ? CX_F32 : CX_F64;
    const real eps = t == CX_C64 ? 0x1p-23L : 0x1p-52L, tiny = t == CX_C64 ? 0x1p-126L : 0x1p-1022L;
    const real huge = t == CX_C64 ? 0x1p127L : 0x1p1023L;
    if (!isfinite(creall(e)) || !isfinite(cimagl(e)) || cabsl(e) > huge) return NOT_COVERED;
    const real dr = get_real(part, got) - creall(e),
               di = get_real(part, (const char *)got + cx_dtype_size(part)) - cimagl(e);
    return hypotl(dr, di) <= (ulp + 1) * 2 * eps * (cabsl(e) + tiny) ? SAME : DIFFERENT;
}

static verdict check_complex(int code, cx_dtype t, const void *px, const void *py, const void *got)
{
    const cx_dtype part = t == CX_C64 ? CX_F32 : CX_F64;
    const size_t half = cx_dtype_size(part);
    const real xr = get_real(part, px), xi = get_real(part, (const char *)px + half);
    const real yr = py == NULL ? 0 : get_real(part, py),
               yi = py == NULL ? 0 : get_real(part, (const char *)py + half);
    const bool x_zero = xr == 0 && xi == 0, y_zero = yr == 0 && yi == 0,
               any_nan = isnan(xr) || isnan(xi) || isnan(yr) || isnan(yi);
    const bool less = xr < yr || (xr == yr && xi < yi), same = xr == yr && xi == yi;
    const long double complex x = xr + xi * (long double complex)I,
                              y = yr + yi * (long double complex)I;
    switch (code) {
    case CX_UN_LOGICAL_NOT: return truth(x_zero, got);
    case CX_UN_ISFINITE: return truth(isfinite(xr) && isfinite(xi), got);
    case CX_UN_ISINF: return truth(isinf(xr) || isinf(xi), got);
    case CX_UN_ISNAN: return truth(isnan(xr) || isnan(xi), got);
    case CX_BI_EQUAL: return truth(same, got);
    case CX_BI_NOT_EQUAL: return truth(!same, got);
    case CX_BI_LOGICAL_AND: return truth(!x_zero && !y_zero, got);
    case CX_BI_LOGICAL_OR: return truth(!x_zero || !y_zero, got);
    case CX_BI_LOGICAL_XOR: return truth(x_zero != y_zero, got);
    case CX_BI_LESS: return any_nan ? NOT_COVERED : truth(less, got);
    case CX_BI_LESS_EQUAL: return any_nan ? NOT_COVERED : truth(less || same, got);
    case CX_BI_GREATER: return any_nan ? NOT_COVERED : truth(!less && !same, got);
    case CX_BI_GREATER_EQUAL: return any_nan ? NOT_COVERED : truth(!less, got);
    case CX_UN_ABS: {
        unsigned char expected[8];
        put_real(part, hypotl(xr, xi), expected);
        return near(part, expected, got, 1);
    }
    default: break;
    }
    if (!isfinite(xr) || !isfinite(xi) || !isfinite(yr) || !isfinite(yi)) return NOT_COVERED;
    const real largest = t == CX_C64 ? 0x1p60L : 0x1p500L;
    if (cabsl(x) > largest || cabsl(y) > largest || (!y_zero && cabsl(y) < 1 / largest) ||
        (!x_zero && cabsl(x) < 1 / largest))
        return NOT_COVERED; /* intermediate overflow is not what is tested here */
    switch (code) {
    case CX_UN_POSITIVE: return close_enough(t, x, got, 0);
    case CX_UN_NEGATIVE: return close_enough(t, -x, got, 0);
    case CX_UN_CONJUGATE: return close_enough(t, conjl(x), got, 0);
    case CX_UN_SQUARE: return close_enough(t, x * x, got, 1);
    case CX_UN_RECIPROCAL: return x_zero ? NOT_COVERED : close_enough(t, 1 / x, got, 3);
    case CX_UN_SIGN: return close_enough(t, x_zero ? 0 : x / cabsl(x), got, 1);
    case CX_UN_RINT:
        return close_enough(t, nearbyintl(xr) + nearbyintl(xi) * (long double complex)I, got, 0);
    case CX_BI_ADD: return close_enough(t, x + y, got, 0);
    case CX_BI_SUB: return close_enough(t, x - y, got, 0);
    case CX_BI_MUL: return close_enough(t, x * y, got, 1);
    case CX_BI_DIV: return y_zero ? NOT_COVERED : close_enough(t, x / y, got, 3);
    case CX_BI_MAXIMUM:
    case CX_BI_FMAX: return close_enough(t, less ? y : x, got, 0);
    case CX_BI_MINIMUM:
    case CX_BI_FMIN: return close_enough(t, less ? x : y, got, 0);
    case CX_UN_SQRT: return close_enough(t, csqrtl(x), got, 2);
    case CX_UN_EXP: return xr > 80 ? NOT_COVERED : close_enough(t, cexpl(x), got, 4);
    case CX_UN_LOG: return x_zero ? NOT_COVERED : close_enough(t, clogl(x), got, 4);
    default: return NOT_COVERED;
    }
}

verdict test_check(int code, cx_dtype t, const void *x, const void *y, cx_dtype result,
                   const void *got, double ulp)
{
    const char kind = cx_dtype_kind(t);
    if (kind == 'c') return check_complex(code, t, x, y, got);
    if (kind == 'f' || kind == 'e') return check_real(code, t, x, y, got, ulp);
    return check_integer(code, t, get_integer(t, x), y == NULL ? 0 : get_integer(t, y), result,
                         got);
}
