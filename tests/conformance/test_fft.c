/* device: each. isa: each. Fourier transforms: accuracy at every length against sums in long
 * double, there and back, batches against single sequences, threads. */
#include "device.h"
#include "layouts.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* The 2-norm of the difference over that of the exact transform, in eps of the precision. */
static double error_of(const cx_complex128 *x, const cx_complex128 *got, int64_t n, int64_t kept,
                       double eps)
{
    static const long double turn = 6.283185307179586476925286766559005768L;
    long double wrong = 0, all = 0, *const root = malloc((size_t)n * 2 * sizeof *root);
    cr_assert_not_null(root);
    for (int64_t k = 0; k < n; k++) {
        root[2 * k] = cosl(turn * (long double)k / (long double)n);
        root[2 * k + 1] = -sinl(turn * (long double)k / (long double)n);
    }
    for (int64_t k = 0; k < kept; k++) {
        long double re = 0, im = 0;
        for (int64_t j = 0; j < n; j++) {
            const long double *const w = root + 2 * (j * k % n);
            re += (long double)x[j].re * w[0] - (long double)x[j].im * w[1];
            im += (long double)x[j].re * w[1] + (long double)x[j].im * w[0];
        }
        wrong += powl((long double)got[k].re - re, 2) + powl((long double)got[k].im - im, 2);
        all += re * re + im * im;
    }
    free(root);
    return sqrt((double)(wrong / all)) / eps;
}

static cx_array *noise(int64_t rows, int64_t n, cx_dtype t, uint64_t *seed)
{
    cx_array *const x = cx_empty(CX_SHAPE(rows, n), CX_C128, CX_CPU);
    cx_complex128 *const p = cx_data_c128_mut(x);
    for (int64_t i = 0; i < rows * n; i++) {
        p[i].re = (double)(int64_t)test_random(seed) * 0x1p-63;
        p[i].im = cx_dtype_kind(t) == 'c' ? (double)(int64_t)test_random(seed) * 0x1p-63 : 0;
    }
    return test_here(cx_astype(x, t));
}

static void check_length(int64_t n, cx_dtype t, int64_t rows, uint64_t *seed)
{
    const cx_scope s = cx_scope_open();
    const bool real = cx_dtype_kind(t) != 'c', wide = t == CX_F64 || t == CX_C128;
    const cx_array *const x = noise(rows, n, t, seed);
    cx_array *const y = real ? cx_fft_rfft(x, -1, NULL) : cx_fft_fft(x, -1, NULL);
    cr_assert_eq(cx_status_of(y), CX_OK, "n = %d: %s", (int)n, cx_error_message());
    const int64_t kept = real ? n / 2 + 1 : n, last = rows - 1;
    const double eps = wide ? 0x1p-52 : 0x1p-23;
    const cx_complex128 *const in = cx_data_c128(
                                   cx_astype(test_host((cx_array *)(uintptr_t)x), CX_C128)),
                               *const out = cx_data_c128(cx_astype(test_host(y), CX_C128));
    const double e = error_of(in + last * n, out + last * kept, n, kept, eps);
    /* elsewhere the documented bound: another library's */
    const double least = 0.5 + 0.25 * log2((double)n + 1),
                 bound = test_on_cpu() ? least : 8 + 8 * log2((double)n);
    cr_assert_lt(e, bound, "n = %d of %s, %d rows: %g eps", (int)n, cx_dtype_name(t), (int)rows, e);
    /* and back */
    const cx_array *const back =
        real ? cx_fft_irfft(y, -1, CX_OPTS(cx_fft_opts, .n = CX_SET(n))) : cx_fft_ifft(y, -1, NULL);
    const double off = cx_item_f64(cx_max(cx_abs(cx_sub(back, x)), CX_ALL));
    cr_assert_lt(off, eps * (8 + 8 * log2((double)n)), "n = %d of %s: back is off by %g", (int)n,
                 cx_dtype_name(t), off);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

Test(fft, every_length)
{
    static const cx_dtype types[] = {CX_C128, CX_C64, CX_F64, CX_F32};
    uint64_t seed = test_seed();
    const int64_t most = test_brief() ? 20 : test_on_cpu() ? 260 : 70;
    for (int64_t n = 1; n <= most; n++)
        for (int t = 0; t < 4; t++) check_length(n, types[t], n % 3 == 0 ? 19 : n % 3, &seed);
}

Test(fft, chosen_lengths)
{
    static const int64_t lengths[] = {512,  601,  640,  1000, 1009, 1024, 1155,
                                      1331, 1861, 2048, 2187, 2310, 3721, 4093};
    uint64_t seed = test_seed();
    const size_t count = test_on_cpu() ? sizeof lengths / sizeof *lengths : test_brief() ? 0 : 2;
    for (size_t i = 0; i < count; i++) {
        check_length(lengths[i], CX_C128, 1, &seed);
        check_length(lengths[i], CX_F32, 9, &seed);
        check_length(lengths[i], CX_F64, 1, &seed);
    }
}

/* Long ones by what is known of them: a tone is one line, and Parseval. */
Test(fft, long_lengths)
{
    static const int64_t lengths[] = {65536, 100003, 1 << 18, 300000, 65521 * 2};
    const size_t count = test_on_cpu() ? sizeof lengths / sizeof *lengths : 0;
    for (size_t i = 0; i < count; i++) {
        const cx_scope s = cx_scope_open();
        const int64_t n = lengths[i], line = n / 3;
        const cx_array *const j = cx_arange_i64(0, n, 1, CX_I64, test_device());
        const cx_array *const phase = cx_mul(cx_remainder(cx_mul(j, cx_int(line)), cx_int(n)),
                                             cx_float(6.283185307179586 / (double)n));
        const cx_array *const y = cx_fft_rfft(cx_cos(phase), -1, NULL);
        const cx_array *const size = cx_abs(y);
        cr_assert_eq(cx_item_i64(cx_argmax(size, CX_ALL)), line);
        cr_assert_float_eq(cx_item_f64(cx_max(size, CX_ALL)), (double)n / 2, 1e-9 * (double)n);
        const double rest = cx_item_f64(cx_sum(size, CX_ALL)) - (double)n / 2;
        cr_assert_lt(fabs(rest), 1e-9 * (double)n * sqrt((double)n), "n = %d: %g", (int)n, rest);
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}

/* Rows of a batch do not know of each other, and threads change no bit. */
Test(fft, batches_and_threads)
{
    uint64_t seed = test_seed();
    static const int64_t lengths[] = {6, 30, 67, 300};
    for (size_t i = 0; i < (test_brief() ? 1 : 4); i++) {
        const cx_scope s = cx_scope_open();
        const int64_t n = lengths[i], rows = 37;
        cx_array *const x = noise(rows, n, CX_F64, &seed);
        cr_assert_eq(cx_copy_into(cx_float(NAN), cx_select(x, 0, 3)), CX_OK);
        const cx_array *const y = cx_fft_rfft(x, -1, NULL), *const across =
                                                                cx_transpose(cx_fft_rfft(
                                                                    cx_transpose(x), 0, NULL));
        const cx_scope single = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
        const cx_array *const again = cx_fft_rfft(x, -1, NULL);
        const cx_close_opts *const same =
            CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(0.0), .equal_nan = true);
        cr_assert(cx_allclose(y, again, same), "threads change the result of length %d", (int)n);
        cr_assert_eq(cx_scope_close(single), CX_OK);
        cr_assert(cx_allclose(
            y, across,
            CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(1e-12), .equal_nan = true)));
        cr_assert_eq(cx_item_i64(cx_count_nonzero(cx_isnan(y), CX_ALL)), n / 2 + 1,
                     "a row's NaN is another's");
        cr_assert_eq(cx_scope_close(s), CX_OK);
    }
}

/* Results so large that they go past the caches, in each of the ways that there are: a row is what
 * it is alone, and on one thread. */
Test(fft, past_the_caches)
{
    static const int64_t lengths[] = {32, 96, 1024, 1 << 20};
    uint64_t seed = test_seed();
    for (size_t i = 0; i < (test_on_cpu() ? 4 : 0); i++) {
        const cx_scope s = cx_scope_open();
        const int64_t n = lengths[i], rows = (1 << 20) / n + 1;
        const cx_array *const row = noise(1, n, CX_C128, &seed);
        const cx_array *const x = cx_copy(cx_broadcast_to(row, CX_SHAPE(rows, n)));
        const cx_array *const y = cx_fft_fft(x, -1, NULL), *const alone = cx_fft_fft(row, -1, NULL);
        const cx_array *const across = cx_fft_fft(cx_transpose(cx_copy(cx_transpose(x))), -1, NULL);
        const cx_close_opts *const near =
            CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(1e-13 * sqrt((double)n)));
        cr_assert(cx_allclose(y, alone, near), "rows of %d", (int)n);
        cr_assert(cx_allclose(y, across, near), "rows of %d, transposed", (int)n);
        const cx_scope single = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
        cr_assert(cx_array_equal(cx_fft_fft(x, -1, NULL), y), "threads change rows of %d", (int)n);
        cr_assert_eq(cx_scope_close(single), CX_OK);
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(fft, refuses)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_ones(CX_SHAPE(4), CX_F64, test_device());
    cx_array *const real = cx_ones(CX_SHAPE(4), CX_F64, test_device()), *const shorter = cx_ones(
                                                                            CX_SHAPE(3), CX_C128,
                                                                            test_device());
    cr_assert_eq(cx_fft_fft_into(x, 0, NULL, real), CX_E_DTYPE);
    cr_assert_eq(cx_fft_fft_into(x, 0, NULL, shorter), CX_E_SHAPE);
    cx_array *const c = cx_ones(CX_SHAPE(4), CX_C128, test_device());
    cr_assert_eq(cx_fft_fft_into(c, 0, NULL, c), CX_E_OVERLAP);
    cr_assert_eq(cx_fft_clear_plans(test_device()), CX_OK);
    const cx_scope bad = cx_scope_open();
    cr_assert_eq(cx_status_of(cx_fft_fft(x, 0, CX_OPTS(cx_fft_opts, .norm = (cx_fft_norm)7))),
                 CX_E_ARGUMENT);
    (void)!cx_scope_close(bad);
    cr_assert_eq(cx_scope_close(s), CX_OK);
}
