/* device: each. The backend's Fourier transforms against sums written out: lengths, dimensions,
 * batches, layouts, both directions. The slot is called directly; a device without one is skipped.
 */
#include "core/array.h"
#include "core/device.h"
#include "device.h"
#include "ops/primitives.h"
#include <calx/backend_fft.h>
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static const cx_fft_ops *fft;
static cx__device *device;

static bool has_fft(void)
{
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK, "%s", cx_error_message());
    fft = device->ops->fft;
    return fft != NULL;
}
#define NEED_FFT() \
    if (!has_fft()) cr_skip_test("no Fourier transforms on this device")

/* ---- numbers and the reference */
static double number(uint32_t *x)
{
    *x = *x * 1664525u + 1013904223u;
    return (double)(*x >> 8) / (1 << 24) - 0.5;
}

/* Last `axes` dimensions of a dense complex array, in place. */
static void reference(double complex *a, int ndim, const int64_t *shape, int axes, int sign)
{
    int64_t size = 1, inner = 1;
    for (int d = 0; d < ndim; d++) size *= shape[d];
    for (int d = ndim - 1; d >= ndim - axes; d--) {
        const int64_t n = shape[d];
        double complex *const line = malloc((size_t)n * sizeof *line);
        for (int64_t l = 0; l < size / n; l++) {
            double complex *const p = a + l / inner * n * inner + l % inner;
            for (int64_t k = 0; k < n; k++) {
                line[k] = 0;
                for (int64_t j = 0; j < n; j++)
                    line[k] +=
                        p[j * inner] * cexp(I * (sign * 2 * PI * (double)(j * k % n) / (double)n));
            }
            for (int64_t k = 0; k < n; k++) p[k * inner] = line[k];
        }
        free(line);
        inner *= n;
    }
}

/* Dense values as an array of dtype t on the device, lying as asked: 0 dense, 1 every other element
 * of the last dimension, 2 reversed, 3 the last two dimensions exchanged. */
enum { LAYOUTS = 4 };
static cx_array *placed(const double complex *v, int ndim, const int64_t *shape, cx_dtype t,
                        int layout)
{
    const cx_shape s = {ndim, shape};
    const cx_array *const c = cx_copy_host(v, s, CX_C128);
    cx_array *const a = test_here(cx_astype(cx_dtype_kind(t) == 'c' ? c : cx_real(c), t));
    if (layout == 0) return a;
    if (layout == 2) {
        cx_array *const r = cx_flip(cx_copy(cx_flip(a, ndim - 1)), ndim - 1);
        return r;
    }
    if (layout == 3 && ndim > 1) return cx_swapaxes(cx_copy(cx_swapaxes(a, -1, -2)), -1, -2);
    int64_t wide[CX_MAX_NDIM];
    memcpy(wide, shape, (size_t)ndim * sizeof *wide);
    wide[ndim - 1] *= 2;
    cx_array *const big = cx_zeros((cx_shape){ndim, wide}, t, test_device());
    cx_array *const part = cx_slice(big, ndim - 1, 1, wide[ndim - 1], 2);
    cr_assert(cx_copy_into(a, part) == CX_OK, "%s", cx_error_message());
    return part;
}

static void expect(const cx_array *got, const double complex *want, double bound, const char *what)
{
    const cx_complex128 *const g =
        cx_data_c128(cx_to(cx_ascontiguous(cx_astype(got, CX_C128)), CX_CPU));
    cr_assert(g != NULL, "%s: %s", what, cx_error_message());
    for (int64_t i = 0; i < cx_size(got); i++) {
        const double off = cabs(g[i].re + I * g[i].im - want[i]);
        cr_assert(off <= bound, "%s: element %d is off by %g, bound %g", what, (int)i, off, bound);
    }
}

static cx_status call(cx_status (*slot)(cx_queue *, const cx_fft_call *), const cx_array *in,
                      const cx_array *out, int axes, bool inverse)
{
    cx_view vi, vo;
    cr_assert(cx__view_of("test", in, &vi) == CX_OK && cx__view_of("test", out, &vo) == CX_OK);
    cx_queue *q;
    cr_assert(cx__queue_for("test", device, 1, 2, (const cx_array *const[]){out, in}, &q) == CX_OK);
    return cx__queue_done(device, slot(q, &(const cx_fft_call){&vi, &vo, axes, inverse, 1, NULL}));
}

/* Root mean square of the rounding errors grows with the logarithm; the largest is a few of them.
 */
static double bound_of(cx_dtype t, int64_t n)
{
    const double eps = t == CX_F32 || t == CX_C64 ? 0x1p-23 : 0x1p-52;
    return 8 * eps * sqrt((double)n) * (1 + log2((double)n + 1));
}

static void check(int ndim, const int64_t *shape, int axes, bool wide, int layout)
{
    const cx_scope s = cx_scope_open();
    const cx_dtype c = wide ? CX_C128 : CX_C64, r = wide ? CX_F64 : CX_F32;
    int64_t size = 1, n = 1, half[CX_MAX_NDIM];
    for (int d = 0; d < ndim; d++) size *= half[d] = shape[d];
    for (int d = ndim - axes; d < ndim; d++) n *= shape[d];
    const int64_t last = shape[ndim - 1], h = half[ndim - 1] = last / 2 + 1;
    double complex *const v = malloc((size_t)size * sizeof *v), *const w = malloc((size_t)size *
                                                                                  sizeof *w);
    uint32_t seed = 7;
    for (int64_t i = 0; i < size; i++) {
        v[i] = number(&seed);
        v[i] += I * number(&seed);
    }
    const double bound = bound_of(c, n);
    cx_array *const z = placed(v, ndim, shape, c, layout);
    const cx_array *const before = cx_copy(z);
    for (int inverse = 0; inverse < 2; inverse++) {
        memcpy(w, v, (size_t)size * sizeof *w);
        reference(w, ndim, shape, axes, inverse ? 1 : -1);
        cx_array *const out = placed(v, ndim, shape, c, (layout + inverse) % LAYOUTS);
        cr_assert(call(fft->c2c, z, out, axes, inverse) == CX_OK, "%s", cx_error_message());
        expect(out, w, bound, inverse ? "inverse" : "forward");
    }
    /* reals to half a spectrum, and back */
    cx_array *const x = placed(v, ndim, shape, r, layout), *const spectrum =
                                                               cx_empty((cx_shape){ndim, half}, c,
                                                                        test_device());
    for (int64_t i = 0; i < size; i++) w[i] = creal(v[i]);
    reference(w, ndim, shape, axes, -1);
    double complex *const part = malloc((size_t)(size / last * h) * sizeof *part);
    for (int64_t i = 0; i < size / last * h; i++) part[i] = w[i / h * last + i % h];
    cr_assert(call(fft->r2c, x, spectrum, axes, false) == CX_OK, "%s", cx_error_message());
    expect(spectrum, part, bound, "from reals");
    cx_array *const back = placed(v, ndim, shape, r, layout), *const kept = placed(part, ndim, half,
                                                                                   c, layout);
    cr_assert(call(fft->c2r, kept, back, axes, true) == CX_OK, "%s", cx_error_message());
    for (int64_t i = 0; i < size; i++) w[i] = creal(v[i]) * (double)n;
    expect(back, w, bound * sqrt((double)n) * 2, "to reals");
    for (int64_t i = 0; i < size; i++) w[i] = v[i];
    const cx_complex128 *const b = cx_data_c128(cx_to(cx_astype(before, CX_C128), CX_CPU));
    for (int64_t i = 0; i < size; i++) w[i] = b[i].re + I * b[i].im;
    expect(z, w, 0, "the input is as it was");
    expect(kept, part, bound, "the spectrum is as it was");
    free(part);
    free(v);
    free(w);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(fft, every_length)
{
    NEED_FFT();
    for (int64_t n = 1; n <= 40; n++) check(1, &n, 1, n % 2 == 0, (int)(n % LAYOUTS));
    static const int64_t some[] = {64, 97, 128, 210};
    for (int i = 0; i < 4; i++)
        for (int wide = 0; wide < 2; wide++) check(1, &some[i], 1, wide != 0, 0);
}

Test(fft, dimensions_batches_and_layouts)
{
    NEED_FFT();
    for (int wide = 0; wide < 2; wide++)
        for (int layout = 0; layout < LAYOUTS; layout++) {
            check(2, (const int64_t[]){3, 8}, 1, wide != 0, layout);
            check(2, (const int64_t[]){6, 5}, 2, wide != 0, layout);
            check(3, (const int64_t[]){2, 4, 9}, 2, wide != 0, layout);
            check(3, (const int64_t[]){3, 4, 6}, 3, wide != 0, layout);
            check(4, (const int64_t[]){2, 2, 5, 4}, 1, wide != 0, layout);
            check(4, (const int64_t[]){2, 3, 4, 5}, 3, wide != 0, layout);
        }
}

Test(fft, no_batch_is_no_work)
{
    NEED_FFT();
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_zeros(CX_SHAPE(0, 8), CX_C64, test_device());
    cr_assert(call(fft->c2c, a, a, 1, false) == CX_OK);
    cr_assert(cx_scope_close(s) == CX_OK);
}

/* More transforms than plans are kept, twice round. */
Test(fft, plans_come_and_go)
{
    NEED_FFT();
    for (int round = 0; round < 2; round++)
        for (int64_t n = 1; n <= 70; n++) {
            const cx_scope s = cx_scope_open();
            cx_array *const a = cx_ones(CX_SHAPE(n), CX_C128, test_device()), *const b = cx_empty(
                                                                                  CX_SHAPE(n),
                                                                                  CX_C128,
                                                                                  test_device());
            cr_assert(call(fft->c2c, a, b, 1, false) == CX_OK, "%s", cx_error_message());
            const cx_complex128 *const p = cx_data_c128(cx_to(b, CX_CPU));
            cr_assert(fabs(p[0].re - (double)n) < 1e-12 * (double)n);
            for (int64_t i = 1; i < n; i++) cr_assert(hypot(p[i].re, p[i].im) < 1e-12 * (double)n);
            cr_assert(cx_scope_close(s) == CX_OK);
        }
}
