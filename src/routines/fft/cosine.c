/* Cosine and sine transforms by Fourier transforms of the same length or half of it. One idea: a
 * sine transform is the cosine transform of the sequence mirrored, every second element negated, or
 * the other way round; so each type is written once. Types 2 and 3 put the even elements before the
 * odd ones mirrored (Makhoul), type 4 of even length pairs elements from both ends. */
#include "routines/fft/cosine.h"
#include "ops/primitives.h"
#include <calx/fft.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <math.h>

static const double sqrt2 = 1.41421356237309504880;

static cx_array *part(const cx_array *a, int axis, int64_t start, int64_t step)
{
    return cx_slice(a, axis, start, CX_END, step);
}
static cx_array *like(const cx_array *x, int axis, int64_t n, cx_dtype t)
{
    int64_t shape[CX_MAX_NDIM];
    const int ndim = cx__shape_along(x, axis, n, shape);
    return cx_empty((cx_shape){ndim, shape}, t, cx_device_of(x));
}
static cx_dtype complex_of(const cx_array *x)
{
    return cx_dtype_of(x) == CX_F32 ? CX_C64 : CX_C128;
}

/* cos and sin of pi (p k + q) / d for k < n, of x's precision, along x's axis. Calculated in double
 * of whole numbers. */
typedef struct circle {
    cx_array *cos, *sin;
} circle;
static circle turn(const char *where, const cx_array *x, int axis, int64_t n, int64_t p, int64_t q,
                   double d)
{
    static cx__held co = CX__HELD("k, d: cos(k * pi / d)"), si = CX__HELD("k, d: sin(k * pi / d)");
    int64_t shape[CX_MAX_NDIM];
    const int ndim = cx_ndim(x);
    for (int i = 0; i < ndim; i++) shape[i] = i == axis ? n : 1;
    const cx_array *const k = cx_reshape(cx_arange_i64(q, q + p * n, p, CX_F64, cx_device_of(x)),
                                         (cx_shape){ndim, shape});
    const cx_arrays args = CX_ARRAYS(k, cx_float(d));
    const cx_dtype t = cx_dtype_of(x);
    return (circle){cx__as(where, cx__held_run(where, &co, args), t),
                    cx__as(where, cx__held_run(where, &si, args), t)};
}

/* The first and, for a type that has two ends, the last element, times f. */
static cx_status scale_ends(const cx__cosine *c, cx_array *x, int axis, double f)
{
    const int64_t n = cx_dim(x, axis);
    const int64_t end[2] = {0, n - 1};
    for (int i = 0; i < (c->type == 1 ? 2 : 1); i++) {
        cx_array *const at = cx_slice(x, axis, end[i], end[i] + 1, 1);
        CX__TRY(cx_mul_into(at, cx_float(f), at));
    }
    return CX_OK;
}

/* ---- type 1: the sequence and its mirror image, one real transform */
static cx_status mirrored(const cx__cosine *c, const cx_array *x, int axis, cx_array *out)
{
    const int64_t n = cx_dim(x, axis);
    const cx_dtype t = cx_dtype_of(x);
    if (!c->sine) {
        const cx_array *const back = cx_flip(cx_slice(x, axis, 1, n - 1, 1), axis);
        const cx_array *const v = cx_fft_rfft(cx_concatenate(CX_ARRAYS(x, back), axis), axis, NULL);
        return cx_mul_into(cx_real(v), cx_float(c->factor), out);
    }
    cx_array *const v = like(x, axis, 2 * (n + 1), t);
    const int64_t zero[2] = {0, n + 1};
    for (int i = 0; i < 2; i++)
        CX__TRY(cx_copy_into(cx_float(0), cx_slice(v, axis, zero[i], zero[i] + 1, 1)));
    CX__TRY(cx_copy_into(x, cx_slice(v, axis, 1, n + 1, 1)));
    CX__TRY(cx_negative_into(x, cx_flip(part(v, axis, n + 2, 1), axis)));
    const cx_array *const f = cx_fft_rfft(v, axis, NULL);
    return cx_mul_into(cx_imag(cx_slice(f, axis, 1, n + 1, 1)), cx_float(-c->factor), out);
}

/* ---- type 2: V[k] exp(-i pi k / 2n) is half of (y[k], -y[n-k]) */
static cx_status second(const cx__cosine *c, const cx_array *x, int axis, cx_array *out)
{
    static cx__held low = CX__HELD("re, im, c, s, f: (re * c + im * s) * f"),
                    high = CX__HELD("re, im, c, s, f: (re * s - im * c) * f");
    const int64_t n = cx_dim(x, axis), half = n / 2, rest = (n - 1) / 2;
    const cx_array *odd = cx_flip(part(x, axis, 1, 2), axis);
    if (c->sine) odd = cx_negative(odd);
    const cx_array *const v =
        cx_fft_rfft(cx_concatenate(CX_ARRAYS(part(x, axis, 0, 2), odd), axis), axis, NULL);
    const circle w = turn(c->where, x, axis, half + 1, 1, 0, 2.0 * (double)n);
    cx_array *const to = c->sine ? cx_flip(out, axis) : out;
    const cx_array *const re = cx_real(v), *const im = cx_imag(v),
                          *const f = cx_float(2 * c->factor);
    CX__TRY(cx__held_into(c->where, &low, CX_ARRAYS(re, im, w.cos, w.sin, f),
                          CX_OUTS(cx_slice(to, axis, 0, half + 1, 1))));
    if (rest == 0) return CX_OK;
    return cx__held_into(
        c->where, &high,
        CX_ARRAYS(cx_slice(re, axis, 1, rest + 1, 1), cx_slice(im, axis, 1, rest + 1, 1),
                  cx_slice(w.cos, axis, 1, rest + 1, 1), cx_slice(w.sin, axis, 1, rest + 1, 1), f),
        CX_OUTS(cx_flip(cx_slice(to, axis, half + 1, n, 1), axis)));
}

/* ---- type 3: the same way back */
static cx_status third(const cx__cosine *c, const cx_array *x, int axis, cx_array *out)
{
    static cx__held re = CX__HELD("a, b, c, s, f: (a * c + b * s) * f"),
                    im = CX__HELD("a, b, c, s, f: (a * s - b * c) * f");
    const int64_t n = cx_dim(x, axis), half = n / 2, evens = n - half;
    const cx_array *const y = c->sine ? cx_flip(x, axis) : x;
    const circle w = turn(c->where, x, axis, half + 1, 1, 0, 2.0 * (double)n);
    cx_array *const v = like(x, axis, half + 1, complex_of(x));
    cx_array *const to[2] = {cx_real(v), cx_imag(v)};
    const cx_array *const f = cx_float(c->factor), *const first = cx_slice(y, axis, 0, 1, 1);
    CX__TRY(cx_mul_into(first, f, cx_slice(to[0], axis, 0, 1, 1)));
    CX__TRY(cx_copy_into(cx_float(0), cx_slice(to[1], axis, 0, 1, 1)));
    if (half > 0) {
        const cx_arrays args = CX_ARRAYS(cx_slice(y, axis, 1, half + 1, 1),
                                         cx_flip(cx_slice(y, axis, n - half, n, 1), axis),
                                         part(w.cos, axis, 1, 1), part(w.sin, axis, 1, 1), f);
        CX__TRY(cx__held_into(c->where, &re, args, CX_OUTS(part(to[0], axis, 1, 1))));
        CX__TRY(cx__held_into(c->where, &im, args, CX_OUTS(part(to[1], axis, 1, 1))));
    }
    const cx_array *const u =
        cx_fft_irfft(v, axis, CX_OPTS(cx_fft_opts, .n = CX_SET(n), .norm = CX_FFT_FORWARD));
    CX__TRY(cx_copy_into(cx_slice(u, axis, 0, evens, 1), part(out, axis, 0, 2)));
    if (half == 0) return CX_OK;
    const cx_array *const odd = cx_flip(part(u, axis, evens, 1), axis);
    return c->sine ? cx_negative_into(odd, part(out, axis, 1, 2))
                   : cx_copy_into(odd, part(out, axis, 1, 2));
}

/* ---- type 4 */
/* Even: n / 2 complex numbers x[2j] + i x[n-1-2j] give y[2k] - i y[n-1-2k]. */
static cx_status fourth_even(const cx__cosine *c, const cx_array *x, int axis, cx_array *out)
{
    static cx__held re = CX__HELD("a, b, c, s, f: (a * c + b * s) * f"),
                    im = CX__HELD("a, b, c, s, f: (b * c - a * s) * f");
    const int64_t n = cx_dim(x, axis), half = n / 2;
    const cx_array *const y = c->sine ? cx_flip(x, axis) : x;
    const circle before = turn(c->where, x, axis, half, 1, 0, (double)n),
                 after = turn(c->where, x, axis, half, 4, 1, 4.0 * (double)n);
    cx_array *const v = like(x, axis, half, complex_of(x));
    const cx_arrays in = CX_ARRAYS(part(y, axis, 0, 2), part(cx_flip(y, axis), axis, 0, 2),
                                   before.cos, before.sin, cx_float(1));
    CX__TRY(cx__held_into(c->where, &re, in, CX_OUTS(cx_real(v))));
    CX__TRY(cx__held_into(c->where, &im, in, CX_OUTS(cx_imag(v))));
    const cx_array *const z = cx_fft_fft(v, axis, NULL);
    const cx_array *const zr = cx_real(z), *const zi = cx_imag(z);
    const double f = 2 * c->factor;
    CX__TRY(cx__held_into(c->where, &re, CX_ARRAYS(zr, zi, after.cos, after.sin, cx_float(f)),
                          CX_OUTS(part(out, axis, 0, 2))));
    return cx__held_into(c->where, &im,
                         CX_ARRAYS(zr, zi, after.cos, after.sin, cx_float(c->sine ? f : -f)),
                         CX_OUTS(part(cx_flip(out, axis), axis, 0, 2)));
}

/* Odd: of 2n elements, the second half zeros, the first half of the spectrum. */
static cx_status fourth_odd(const cx__cosine *c, const cx_array *x, int axis, cx_array *out)
{
    static cx__held re = CX__HELD("x, c: x * c"), im = CX__HELD("x, s: -x * s"),
                    last = CX__HELD("re, im, c, s, f: (re * c + im * s) * f");
    const int64_t n = cx_dim(x, axis);
    const cx_array *const y = c->sine ? cx_flip(x, axis) : x;
    const circle before = turn(c->where, x, axis, n, 1, 0, 2.0 * (double)n),
                 after = turn(c->where, x, axis, n, 2, 1, 4.0 * (double)n);
    cx_array *const v = like(x, axis, n, complex_of(x));
    CX__TRY(cx__held_into(c->where, &re, CX_ARRAYS(y, before.cos), CX_OUTS(cx_real(v))));
    CX__TRY(cx__held_into(c->where, &im, CX_ARRAYS(y, before.sin), CX_OUTS(cx_imag(v))));
    const cx_array *const z =
        cx_slice(cx_fft_fft(v, axis, CX_OPTS(cx_fft_opts, .n = CX_SET(2 * n))), axis, 0, n, 1);
    CX__TRY(cx__held_into(
        c->where, &last,
        CX_ARRAYS(cx_real(z), cx_imag(z), after.cos, after.sin, cx_float(2 * c->factor)),
        CX_OUTS(out)));
    if (!c->sine || n == 1) return CX_OK;
    cx_array *const odd = part(out, axis, 1, 2);
    return cx_negative_into(odd, odd);
}

static cx_status fourth(const cx__cosine *c, const cx_array *x, int axis, cx_array *out)
{
    return cx_dim(x, axis) % 2 == 0 ? fourth_even(c, x, axis, out) : fourth_odd(c, x, axis, out);
}

/* The ends that become orthogonal stand first and last for cosines; for sines of type 2 and 3 the
 * one is last, because their sequences are mirrored. */
static cx_array *ends_of(const cx__cosine *c, cx_array *x, int axis)
{
    return c->sine ? cx_flip(x, axis) : x;
}

cx_array *cx__cosine_along(const cx__cosine *c, const cx_array *x, int axis)
{
    cx_status (*const of[])(const cx__cosine *, const cx_array *, int,
                            cx_array *) = {mirrored, second, third, fourth};
    const bool ends = c->ends && !(c->sine && c->type == 1);
    const cx_array *in = x;
    if (ends && (c->type == 1 || c->type == 3)) {
        cx_array *const scaled = cx_copy(x);
        if (cx_check(scale_ends(c, ends_of(c, scaled, axis), axis, sqrt2)) != CX_OK) return scaled;
        in = scaled;
    }
    cx_array *const out = like(x, axis, cx_dim(x, axis), cx_dtype_of(x));
    cx_status st = of[c->type - 1](c, in, axis, out);
    if (st == CX_OK && ends && (c->type == 1 || c->type == 2))
        st = scale_ends(c, ends_of(c, out, axis), axis, 1 / sqrt2);
    (void)cx_check(st);
    return out;
}
