/* Chirp z-transforms. One idea (Bluestein): jk = (j^2 + k^2 - (k - j)^2) / 2 makes the sum a
 * convolution with a chirp, which three Fourier transforms do. Points are kept as logarithms: w^p
 * is exp(p log w), and frequencies need no complex power. */
#include "routines/arguments.h"
#include "ops/primitives.h"
#include <calx/chirp.h>
#include <calx/fft.h>
#include <calx/fft_real.h>
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* m points a w^-k by the logarithms of w and a; turn: w is exp(-2 pi i / m), whose squares' angles
 * are reduced exactly. */
typedef struct spiral {
    int64_t m;
    bool turn;
    double w[2], a[2];
} spiral;

static void take_log(cx_complex128 z, double log_z[2])
{
    log_z[0] = log(hypot(z.re, z.im));
    log_z[1] = atan2(z.im, z.re);
}

static cx_status need_points(const char *where, int64_t m)
{
    if (m < 1) return cx__fail(CX_E_ARGUMENT, where, "m is %" PRId64 ", it must be at least 1", m);
    if (m > INT64_C(1) << 48) return cx__fail(CX_E_SHAPE, where, "m is %" PRId64, m);
    return CX_OK;
}

/* w^(sign k^2 / 2) a^-k (a only where sign is 1 and with_a) for start <= k < stop, along that axis
 * of ndim. */
static const cx_array *chirp(const char *where, const spiral *p, int64_t start, int64_t stop,
                             double sign, bool with_a, int ndim, int axis, cx_device d)
{
    static cx__held reduced = CX__HELD("k, m: remainder(k * k, 2 * m) / m * pi"),
                    square = CX__HELD("k, w: k * k * w"),
                    re = CX__HELD("k, g, w, a, b: exp(k * k * w - a * k) * cos(g - b * k)"),
                    im = CX__HELD("k, g, w, a, b: exp(k * k * w - a * k) * sin(g - b * k)");
    int64_t shape[CX_MAX_NDIM];
    for (int i = 0; i < ndim; i++) shape[i] = i == axis ? stop - start : 1;
    const cx_array *const k = cx_arange_i64(start, stop, 1, CX_F64, d);
    const cx_array *const angle =
        p->turn ? cx__held_run(where, &reduced, CX_ARRAYS(k, cx_float(-sign * (double)p->m)))
                : cx__held_run(where, &square, CX_ARRAYS(k, cx_float(sign * p->w[1] / 2)));
    cx_array *const z = cx_empty(CX_SHAPE(stop - start), CX_C128, d);
    const cx_arrays args =
        CX_ARRAYS(k, angle, cx_float(sign * p->w[0] / 2), cx_float(with_a ? p->a[0] : 0),
                  cx_float(with_a ? p->a[1] : 0));
    (void)cx_check(cx__held_into(where, &re, args, CX_OUTS(cx_real(z))));
    (void)cx_check(cx__held_into(where, &im, args, CX_OUTS(cx_imag(z))));
    return cx_reshape(z, (cx_shape){ndim, shape});
}

static cx_status transform(const char *where, const spiral *p, const cx_array *x, int axis,
                           cx_array **out)
{
    const int64_t n = cx_dim(x, axis), m = p->m;
    const int ndim = cx_ndim(x);
    const cx_device d = cx_device_of(x);
    const int64_t length = cx_fft_next_fast_len(n + m - 1, false);
    const cx_fft_opts *const o = CX_OPTS(cx_fft_opts, .n = CX_SET(length));
    const cx_array *const before = chirp(where, p, 0, n, 1, true, ndim, axis, d),
                          *const kernel = chirp(where, p, 1 - n, m, -1, false, ndim, axis, d),
                          *const after = chirp(where, p, 0, m, 1, false, ndim, axis, d);
    const cx_array *const spectrum =
        cx_mul(cx_fft_fft(cx_mul(x, before), axis, o), cx_fft_fft(kernel, axis, o));
    *out = cx_mul(cx_slice(cx_fft_ifft(spectrum, axis, NULL), axis, n - 1, n + m - 1, 1), after);
    return CX_OK;
}

/* x's axis, and as many points as elements where m is not said */
static cx_status begin(const char *where, const cx_array *x, int axis, cx_maybe_i64 m, int *at,
                       int64_t *points)
{
    CX__TRY(cx__need_array(where, "x", x));
    if (cx_dtype_of(x) == CX_CAT) return cx__fail(CX_E_DTYPE, where, "x is of categories");
    CX__TRY(cx__axis(where, axis, cx_ndim(x), at));
    const int64_t n = cx_dim(x, *at);
    if (n < 1) return cx__fail(CX_E_SHAPE, where, "x has no elements along axis %d", *at);
    *points = m.set ? m.value : n;
    CX__TRY(need_points(where, n));
    return need_points(where, *points);
}

static void points_of(const cx_czt_opts *o, spiral *p)
{
    const bool start = o->a.re != 0 || o->a.im != 0;
    p->turn = o->w.re == 0 && o->w.im == 0;
    if (!p->turn) take_log(o->w, p->w);
    if (start) take_log(o->a, p->a);
}

static cx_status czt(const char *where, const cx_array *x, int axis, const cx_czt_opts *given,
                     cx_array **out)
{
    cx_czt_opts o;
    int at = 0;
    spiral p = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(begin(where, x, axis, o.m, &at, &p.m));
    points_of(&o, &p);
    return transform(where, &p, x, at, out);
}
cx_array *cx_signal_czt(const cx_array *x, int axis, const cx_czt_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = czt("signal_czt", x, axis, o, &r);
    return cx__give(s, st, r);
}

static cx_status zoom(const char *where, const cx_array *x, double f1, double f2, int axis,
                      const cx_zoom_fft_opts *given, cx_array **out)
{
    cx_zoom_fft_opts o;
    int at = 0;
    spiral p = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(begin(where, x, axis, o.m, &at, &p.m));
    const double fs = o.fs != 0 ? o.fs : 2;
    const int64_t steps = o.endpoint ? p.m - 1 : p.m;
    if (steps < 1) return cx__fail(CX_E_ARGUMENT, where, "m is 1, and the point is both f1 and f2");
    p.w[1] = -2 * pi * ((f2 - f1) / (fs * (double)steps));
    p.a[1] = 2 * pi * (f1 / fs);
    return transform(where, &p, x, at, out);
}
cx_array *cx_signal_zoom_fft(const cx_array *x, double f1, double f2, int axis,
                             const cx_zoom_fft_opts *o)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = zoom("signal_zoom_fft", x, f1, f2, axis, o, &r);
    return cx__give(s, st, r);
}

static cx_status points(const char *where, int64_t m, const cx_czt_opts *given, cx_device d,
                        cx_array **out)
{
    static cx__held re = CX__HELD("k, a, b, w, v: exp(a - k * w) * cos(b - k * v)"),
                    im = CX__HELD("k, a, b, w, v: exp(a - k * w) * sin(b - k * v)");
    cx_czt_opts o;
    spiral p = {0};
    CX__TRY(CX__OPTIONS(where, given, &o));
    CX__TRY(need_points(where, m));
    points_of(&o, &p);
    if (p.turn) p.w[1] = -2 * pi / (double)m;
    *out = cx_empty(CX_SHAPE(m), CX_C128, d);
    const cx_arrays args = CX_ARRAYS(cx_arange_i64(0, m, 1, CX_F64, d), cx_float(p.a[0]),
                                     cx_float(p.a[1]), cx_float(p.w[0]), cx_float(p.w[1]));
    CX__TRY(cx__held_into(where, &re, args, CX_OUTS(cx_real(*out))));
    return cx__held_into(where, &im, args, CX_OUTS(cx_imag(*out)));
}
cx_array *cx_signal_czt_points(int64_t m, const cx_czt_opts *o, cx_device device)
{
    const cx_scope s = cx_scope_open();
    cx_array *r = NULL;
    const cx_status st = points("signal_czt_points", m, o, device, &r);
    return cx__give(s, st, r);
}
