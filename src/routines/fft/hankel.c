/* Fast Hankel transforms. One idea (FFTLog): on a logarithmic scale the transform is a convolution,
 * so it is one real Fourier transform, a product with known coefficients, and one back. The
 * coefficients are quotients of gamma functions: of numbers, not of data, hence of the host. */
#include "ops/primitives.h"
#include "base/log_gamma.h"
#include "routines/arguments.h"
#include <calx/fft.h>
#include <calx/fft_hankel.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

typedef struct pair {
    long double re, im;
} pair;

/* The logarithm of gamma(z), up to whole turns: shifted to the right until Stirling's series is
 * exact. z is no pole. */
static pair log_gamma(long double re, long double im)
{
    static const long double half_log_2pi = 0.918938533204672741780329736405617639861L;
    static const long double series[] = {1.0L / 12,    -1.0L / 360,      1.0L / 1260,
                                         -1.0L / 1680, 1.0L / 1188,      -691.0L / 360360,
                                         1.0L / 156,   -3617.0L / 122400};
    pair less = {0, 0};
    for (; re < 16; re += 1) {
        less.re += logl(hypotl(re, im));
        less.im += atan2l(im, re);
    }
    const long double size = re * re + im * im, log_re = logl(size) / 2, log_im = atan2l(im, re);
    pair r = {(re - 0.5L) * log_re - im * log_im - re + half_log_2pi - less.re,
              (re - 0.5L) * log_im + im * log_re - im - less.im};
    const pair inverse = {re / size, -im / size};
    const pair square = {inverse.re * inverse.re - inverse.im * inverse.im,
                         2 * inverse.re * inverse.im};
    pair power = inverse;
    for (size_t k = 0; k < sizeof series / sizeof *series; k++) {
        r.re += series[k] * power.re;
        r.im += series[k] * power.im;
        power = (pair){power.re * square.re - power.im * square.im,
                       power.re * square.im + power.im * square.re};
    }
    return r;
}

static bool is_pole(double x)
{
    return x <= 0 && x == floor(x);
}
/* gamma(p) / gamma(m) of reals; where both are poles, the limit along p - m. */
static double gamma_quotient(double p, double m)
{
    if (is_pole(p) != is_pole(m)) return is_pole(p) ? HUGE_VAL : 0;
    if (is_pole(p)) {
        const double r = exp(cx__log_gamma(1 - m) - cx__log_gamma(1 - p));
        return fmod(p - m, 2) == 0 ? r : -r;
    }
    const pair a = log_gamma(p, 0), b = log_gamma(m, 0);
    return (double)(expl(a.re - b.re) * cosl(a.im - b.im));
}

typedef struct job {
    double dln, mu, offset, bias;
    bool inverse;
} job;

/* The multiplier of element k of the n / 2 + 1, of the inverse its inverse. */
static cx_complex128 coefficient(const job *j, int64_t n, int64_t k)
{
    static const long double log_2 = 0.693147180559945309417232121458176568L,
                             pi = 3.141592653589793238462643383279502884L;
    const double plus = (j->mu + 1 + j->bias) / 2, minus = (j->mu + 1 - j->bias) / 2;
    const double sign = j->inverse ? -1 : 1;
    if (k == 0) {
        const double first = exp2(j->bias) * gamma_quotient(plus, minus);
        if (j->inverse) return (cx_complex128){first == 0 ? 0 : 1 / first, 0};
        return (cx_complex128){isinf(first) ? 0 : first, 0};
    }
    const long double y = pi * (long double)k / ((long double)n * j->dln);
    const pair a = log_gamma(plus, y), b = log_gamma(minus, y);
    const long double size = expl(sign * (a.re - b.re + log_2 * j->bias)),
                      angle = a.im + b.im + 2 * (log_2 - j->offset) * y;
    /* of even n the last one is taken as real */
    const bool last = n % 2 == 0 && k == n / 2;
    if (last) {
        const long double re = expl(a.re - b.re + log_2 * j->bias) * cosl(angle);
        return (cx_complex128){(double)(j->inverse ? 1 / re : re), 0};
    }
    return (cx_complex128){(double)(size * cosl(angle)), (double)(size * sinl(angle))};
}

static cx_status coefficients(const char *where, const job *j, const cx_array *a, int64_t n,
                              cx_array **out)
{
    const double plus = (j->mu + 1 + j->bias) / 2, minus = (j->mu + 1 - j->bias) / 2;
    if (is_pole(j->inverse ? minus : plus) && !is_pole(j->inverse ? plus : minus))
        cx__warn(CX_E_SINGULAR, "%s: singular transform; another bias may be better", where);
    cx_array *const u = cx_empty(CX_SHAPE(n / 2 + 1), CX_C128, CX_CPU);
    CX__TRY(cx__so_far());
    cx_complex128 *const p = cx_data_c128_mut(u);
    for (int64_t k = 0; k <= n / 2; k++) p[k] = coefficient(j, n, k);
    *out = cx_to(u, cx_device_of(a));
    return CX_OK;
}

static cx_status check_numbers(const char *where, const job *j)
{
    if (!isfinite(j->dln) || j->dln == 0)
        return cx__fail(CX_E_ARGUMENT, where, "the spacing dln is %g", j->dln);
    if (!isfinite(j->mu)) return cx__fail(CX_E_ARGUMENT, where, "the order mu is %g", j->mu);
    if (!isfinite(j->offset)) return cx__fail(CX_E_ARGUMENT, where, "offset is %g", j->offset);
    if (!isfinite(j->bias)) return cx__fail(CX_E_ARGUMENT, where, "bias is %g", j->bias);
    return CX_OK;
}

static cx_status hankel(const char *where, const cx_array *a, double dln, double mu,
                        const cx_fht_opts *given, bool inverse, cx_array **out)
{
    static cx__held biased = CX__HELD("a, j, c, s, t: a * exp((j - c) * s + t)");
    cx_fht_opts o;
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(cx__need_array(where, "a", a));
    const cx_dtype t = cx_dtype_of(a);
    if (t == CX_CAT || cx_dtype_kind(t) == 'c')
        return cx__fail(CX_E_DTYPE, where, "a is %s, it must be real", cx_dtype_name(t));
    int axis;
    CX__TRY(cx__axis(where, -1, cx_ndim(a), &axis));
    const int64_t n = cx_dim(a, axis);
    if (n < 1) return cx__fail(CX_E_SHAPE, where, "a has no elements along its last axis");
    const job j = {dln, mu, o.offset, o.bias, inverse};
    CX__TRY(check_numbers(where, &j));
    const bool narrow = t == CX_F16 || t == CX_BF16 || t == CX_F32;
    const cx_array *x = cx__as(where, a, CX_F64);
    const cx_array *const at = cx_arange_i64(0, n, 1, CX_F64, cx_device_of(a)),
                          *const middle = cx_float((double)(n - 1) / 2);
    const double sign = inverse ? 1 : -1, slope = sign * o.bias * dln;
    /* the power law of the one side out, that of the other side in */
    const double before = inverse ? sign * o.bias * o.offset : 0,
                 after = inverse ? 0 : sign * o.bias * o.offset;
    if (o.bias != 0)
        x = cx__held_run(where, &biased,
                         CX_ARRAYS(x, at, middle, cx_float(slope), cx_float(before)));
    cx_array *u = NULL;
    CX__TRY(coefficients(where, &j, a, n, &u));
    const cx_array *const spectrum = cx_mul(cx_fft_rfft(x, -1, NULL), u);
    const cx_array *y =
        cx_flip(cx_fft_irfft(spectrum, -1, CX_OPTS(cx_fft_opts, .n = CX_SET(n))), -1);
    if (o.bias != 0)
        y = cx__held_run(where, &biased,
                         CX_ARRAYS(y, at, middle, cx_float(slope), cx_float(after)));
    *out =
        narrow || o.bias == 0 ? cx_astype(y, narrow ? CX_F32 : CX_F64) : (cx_array *)(uintptr_t)y;
    return CX_OK;
}

cx_array *cx_fft_fht(const cx_array *a, double dln, double mu, const cx_fht_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = hankel("fft_fht", a, dln, mu, o, false, &r);
    return cx__give(s, st, r);
}
cx_array *cx_fft_ifht(const cx_array *a, double dln, double mu, const cx_fht_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = hankel("fft_ifht", a, dln, mu, o, true, &r);
    return cx__give(s, st, r);
}

double cx_fft_fhtoffset(double dln, double mu, double initial, double bias)
{
    static const char where[] = "fft_fhtoffset";
    static const long double log_2 = 0.693147180559945309417232121458176568L,
                             pi = 3.141592653589793238462643383279502884L;
    const job j = {dln, mu, initial, bias, false};
    if (cx_check(check_numbers(where, &j)) != CX_OK) return (double)NAN;
    const long double y = pi / (2 * (long double)dln);
    const pair a = log_gamma((mu + 1 + bias) / 2, y), b = log_gamma((mu + 1 - bias) / 2, y);
    const long double turns = (log_2 - initial) / dln + (a.im + b.im) / pi;
    return (double)(initial + (turns - rintl(turns)) * dln);
}
