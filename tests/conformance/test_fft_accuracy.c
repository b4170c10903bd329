/* isa: each. Fourier transforms of every length against a transform in extended precision: complex
 * and real, there and back, alone and in a batch. `make test-long` takes every length to 8192.
 *
 * Errors are of the 2-norm over the spectrum's, and of the largest element over the spectrum's
 * root mean square, in eps (2^-52, 2^-23). The bounds are what pocketfft (SciPy 1.17.1) does at its
 * worst, measured by bench/peers/fft.py --accuracy: see bound_of. */
#include "device.h"
#include "layouts.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct wide {
    long double re, im;
} wide;

static wide times(wide a, wide b)
{
    return (wide){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* exp(-2 pi i k / n), 0 <= k < n, from an angle of at most pi / 4 */
static wide root(int64_t k, int64_t n)
{
    static const long double turn = 6.283185307179586476925286766559005768L;
    const int64_t eighth = 8 * k / n, quarter = (eighth + 1) / 2;
    const long double angle = turn * (long double)(4 * k - quarter * n) / (4 * (long double)n);
    const long double c = cosl(angle), s = sinl(angle);
    const wide at[4] = {{c, -s}, {-s, -c}, {-c, s}, {s, c}};
    return at[quarter % 4];
}

/* n = 2^p, in place: bit reversal, then radix 2 with a table of n / 2 roots. */
static void power_of_two(wide *x, int64_t n, const wide *w)
{
    for (int64_t i = 1, j = 0; i < n; i++) {
        int64_t bit = n >> 1;
        for (; (j & bit) != 0; bit >>= 1) j ^= bit;
        j ^= bit;
        if (i < j) {
            const wide t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
    for (int64_t half = 1; half < n; half *= 2)
        for (int64_t at = 0; at < n; at += 2 * half)
            for (int64_t k = 0; k < half; k++) {
                const wide a = x[at + k], b = times(x[at + k + half], w[k * (n / 2 / half)]);
                x[at + k] = (wide){a.re + b.re, a.im + b.im};
                x[at + k + half] = (wide){a.re - b.re, a.im - b.im};
            }
}

/* The transform of x to y, any n: as a convolution with a chirp. */
static void reference(const wide *x, int64_t n, wide *y)
{
    int64_t m = 1;
    while (m < 2 * n) m *= 2;
    wide *const w = malloc((size_t)(3 * m + n) * sizeof *w);
    cr_assert_not_null(w);
    wide *const a = w + m, *const b = a + m, *const chirp = b + m;
    for (int64_t k = 0; k < m / 2; k++) w[k] = root(k, m);
    memset(a, 0, (size_t)(2 * m) * sizeof *a);
    int64_t square = 0;
    for (int64_t j = 0; j < n; j++) {
        chirp[j] = root(square, 2 * n);
        a[j] = times(x[j], chirp[j]);
        b[j] = b[(m - j) % m] = (wide){chirp[j].re, -chirp[j].im};
        square = (square + 2 * j + 1) % (2 * n);
    }
    power_of_two(a, m, w);
    power_of_two(b, m, w);
    for (int64_t k = 0; k < m; k++) {
        const wide t = times(a[k], b[k]);
        a[k] = (wide){t.im, t.re};
    }
    power_of_two(a, m, w); /* of the exchanged parts: backwards */
    for (int64_t k = 0; k < n; k++)
        y[k] = times((wide){a[k].im / (long double)m, a[k].re / (long double)m}, chirp[k]);
    free(w);
}

/* The reference itself: against sums written out. */
Test(fft_accuracy, reference)
{
    static const int64_t lengths[] = {1, 2, 3, 8, 67, 100, 257};
    uint64_t seed = test_seed();
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const int64_t n = lengths[i];
        wide *const x = malloc((size_t)(2 * n) * sizeof *x), *const y = x + n;
        cr_assert_not_null(x);
        for (int64_t j = 0; j < n; j++)
            x[j] = (wide){(long double)(int64_t)test_random(&seed) * 0x1p-63L,
                          (long double)(int64_t)test_random(&seed) * 0x1p-63L};
        reference(x, n, y);
        for (int64_t k = 0; k < n; k++) {
            wide sum = {0, 0};
            for (int64_t j = 0; j < n; j++) {
                const wide t = times(x[j], root(j * k % n, n));
                sum = (wide){sum.re + t.re, sum.im + t.im};
            }
            cr_assert_lt(hypotl(sum.re - y[k].re, sum.im - y[k].im), 1e-17L * (long double)n);
        }
        free(x);
    }
}

typedef struct error {
    double norm, most; /* in eps */
} error;
typedef struct sums {
    long double wrong, all, most;
} sums;

static void add(sums *s, double re, double im, wide want)
{
    const long double a = re - want.re, b = im - want.im, e = a * a + b * b;
    s->wrong += e;
    s->all += want.re * want.re + want.im * want.im;
    if (!(e <= s->most)) s->most = e;
}
static error error_of(const sums *s, int64_t count, bool wide_type)
{
    if (s->all == 0) return (error){s->wrong == 0 ? 0 : INFINITY, s->wrong == 0 ? 0 : INFINITY};
    const long double eps = wide_type ? 0x1p-52L : 0x1p-23L;
    return (error){(double)(sqrtl(s->wrong / s->all) / eps),
                   (double)(sqrtl(s->most / s->all * (long double)count) / eps)};
}

/* pocketfft's worst in double precision is 0.43 and 2.4 sqrt(log2(n + 1)) of lengths whose primes
 * are at most 11, and 1.10 and 4.6 of others, where it convolves; in single precision 0.40, 2.0,
 * 0.80 and 3.3. Very short sums scatter more: 0.58 and 1.6 eps at n below 16. Here the primes to 13
 * have butterflies of their own; the worst seen are 0.54 and 2.5 for those, 0.87 and 4.2 for
 * others. */
static error bound_of(int64_t n)
{
    const double depth = sqrt(log2((double)n + 1));
    int64_t rest = n;
    for (int64_t p = 2; p <= 13; p++)
        while (rest % p == 0) rest /= p;
    if (rest > 1) return (error){1.0 * depth, 4.4 * depth};
    return (error){0.43 * depth + 0.4 + 3 / (double)n, 2.4 * depth + 1};
}

static error worst; /* of the bounds */

static void judge(const char *what, int64_t n, cx_dtype t, int64_t rows, error e)
{
    const error bound = bound_of(n);
    cr_assert_leq(e.norm, bound.norm, "%s of %d, %s, %d rows: %g eps in the norm, %g are allowed",
                  what, (int)n, cx_dtype_name(t), (int)rows, e.norm, bound.norm);
    cr_assert_leq(e.most, bound.most, "%s of %d, %s, %d rows: %g eps at most, %g are allowed", what,
                  (int)n, cx_dtype_name(t), (int)rows, e.most, bound.most);
    worst.norm = fmax(worst.norm, e.norm / bound.norm);
    worst.most = fmax(worst.most, e.most / bound.most);
}

/* fft and ifft of x, rfft of its real part and irfft of a spectrum, in rows that are all the same:
 * the last one is looked at. want: the transform of x. */
static void check(const cx_array *x, const wide *exact, const wide *want, int64_t n, cx_dtype t,
                  int64_t rows)
{
    const cx_scope s = cx_scope_open();
    const bool is_wide = t == CX_C128;
    const int64_t kept = n / 2 + 1, last = rows - 1;
    const cx_array *const in = cx_copy(cx_broadcast_to(cx_astype(x, t), CX_SHAPE(rows, n)));
    const cx_array *const row = cx_select(cx_fft_fft(in, -1, NULL), 0, last),
                          *const back = cx_select(cx_fft_ifft(in, -1, NULL), 0, last),
                          *const half =
                              cx_select(cx_fft_rfft(cx_copy(cx_real(in)), -1, NULL), 0, last);
    const cx_complex128 *const y = cx_data_c128(cx_astype(row, CX_C128)),
                               *const z = cx_data_c128(cx_astype(back, CX_C128)),
                               *const h = cx_data_c128(cx_astype(half, CX_C128));
    cr_assert(cx_ok(), "%d: %s", (int)n, cx_error_message());
    sums forth = {0, 0, 0}, inverse = forth, real = forth, reals = forth;
    for (int64_t k = 0; k < n; k++) {
        const wide a = want[k], b = want[(n - k) % n];
        const long double of = (long double)n;
        add(&forth, y[k].re, y[k].im, a);
        add(&inverse, z[k].re, z[k].im, (wide){b.re / of, b.im / of});
        if (k < kept) add(&real, h[k].re, h[k].im, (wide){(a.re + b.re) / 2, (a.im - b.im) / 2});
    }
    judge("fft", n, t, rows, error_of(&forth, n, is_wide));
    judge("ifft", n, t, rows, error_of(&inverse, n, is_wide));
    judge("rfft", n, t, rows, error_of(&real, kept, is_wide));
    /* x's first half as a spectrum: what it gives is real, and known by its transform */
    cx_array *const spectrum = cx_copy(cx_slice(in, 1, 0, kept, 1));
    const cx_array *const r =
        cx_select(cx_fft_irfft(spectrum, -1, CX_OPTS(cx_fft_opts, .n = CX_SET(n))), 0, last);
    const double *const p = cx_data_f64(cx_astype(r, CX_F64));
    wide *const whole = calloc((size_t)(2 * n), sizeof *whole);
    cr_assert_not_null(whole);
    for (int64_t k = 0; k < n; k++) {
        const wide a = exact[k < kept ? k : n - k];
        const bool own = k == 0 || 2 * k == n;
        whole[k] = (wide){a.re, own ? 0 : k < kept ? a.im : -a.im};
    }
    reference(whole, n, whole + n);
    for (int64_t k = 0; k < n; k++)
        add(&reals, p[k], 0, (wide){whole[n + (n - k) % n].re / (long double)n, 0});
    judge("irfft", n, t, rows, error_of(&reals, n, is_wide));
    free(whole);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

static void check_length(int64_t n, uint64_t *seed)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_empty(CX_SHAPE(n), CX_C128, CX_CPU);
    cx_complex128 *const p = cx_data_c128_mut(x);
    wide *const exact = malloc((size_t)(2 * n) * sizeof *exact), *const want = exact + n;
    cr_assert_not_null(exact);
    for (int64_t j = 0; j < n; j++) { /* of 24 bits: the same in both precisions */
        p[j].re = (double)((int64_t)test_random(seed) >> 40) * 0x1p-23;
        p[j].im = (double)((int64_t)test_random(seed) >> 40) * 0x1p-23;
        exact[j] = (wide){p[j].re, p[j].im};
    }
    reference(exact, n, want);
    check(x, exact, want, n, CX_C128, 1);
    check(x, exact, want, n, CX_C64, 1);
    if (n % 7 == 0 && n <= 2048) {
        check(x, exact, want, n, CX_C128, 19);
        check(x, exact, want, n, CX_C64, 19);
    }
    free(exact);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}

static bool is_prime_power(int64_t n)
{
    int64_t p = 2;
    while (n % p != 0) p++;
    while (n % p == 0) n /= p;
    return n == 1 && p < 91;
}

/* Each thread of the long run would cost more than it gains: the references are one after another.
 */
Test(fft_accuracy, lengths, .timeout = 3600)
{
    uint64_t seed = test_seed();
    for (int64_t n = 1; n <= 8192; n++)
        if ((getenv("CALX_LONG") != NULL) || n <= 512 || n % 199 == 0 || is_prime_power(n))
            check_length(n, &seed);
    static const int64_t large[] = {10007, 65537, 1000003, 1000000, 1 << 20};
    for (size_t i = 0; i < ((getenv("CALX_LONG") != NULL) ? 5 : 1); i++)
        check_length(large[i], &seed);
    cr_log_info("worst of the bounds: norm %.2f, largest %.2f", worst.norm, worst.most);
}
