/* device: each. isa: each. Cosine and sine transforms: accuracy against their definitions in long
 * double, there and back for long sequences, batches against single sequences. */
#include "device.h"
#include "layouts.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

typedef cx_array *transform_fn(const cx_array *a, int axis, const cx_dct_opts *o);

static cx_array *noise(int64_t rows, int64_t n, cx_dtype t, uint64_t *seed)
{
    cx_array *const x = cx_empty(CX_SHAPE(rows, n), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(x);
    for (int64_t i = 0; i < rows * n; i++) p[i] = (double)(int64_t)test_random(seed) * 0x1p-63;
    return cx_astype(x, t);
}
static cx_array *on_host(const cx_array *a)
{
    return cx_astype(cx_to(a, CX_CPU), CX_F64);
}

/* What x[j] counts for in element k: cos or sin of pi p q / d, of whole numbers, and how often. */
static long double weight(bool sine, int type, int64_t n, int64_t j, int64_t k,
                          const long double *c)
{
    const int64_t more = sine ? 1 : 0;
    const int64_t d = type == 1 ? 4 * (sine ? n + 1 : n - 1) : 4 * n; /* quarters of pi */
    const int64_t p = type == 1   ? 4 * (j + more) * (k + more)
                      : type == 2 ? 2 * (2 * j + 1) * (k + more)
                      : type == 3 ? 2 * (2 * k + 1) * (j + more)
                                  : (2 * j + 1) * (2 * k + 1);
    /* c[i] is cos(pi i / d); sin(x) = cos(x - pi / 2) */
    const int64_t at = ((sine ? p - d / 2 : p) % (2 * d) + 2 * d) % (2 * d);
    const bool first = j == 0 && !sine, last = j == n - 1;
    const bool once = type == 1 ? !sine && (first || last) : type == 3 && (sine ? last : first);
    return (once ? 1 : 2) * c[at];
}

/* The 2-norm of the difference over that of the exact result. */
static double error_of(bool sine, int type, int64_t n, const double *x, const double *got)
{
    static const long double pi = 3.141592653589793238462643383279502884L;
    const int64_t d = type == 1 ? 4 * (sine ? n + 1 : n - 1) : 4 * n;
    long double *const c = malloc((size_t)(2 * d) * sizeof *c), wrong = 0, all = 0;
    cr_assert_not_null(c);
    for (int64_t i = 0; i < 2 * d; i++) c[i] = cosl(pi * (long double)i / (long double)d);
    for (int64_t k = 0; k < n; k++) {
        long double sum = 0;
        for (int64_t j = 0; j < n; j++) sum += (long double)x[j] * weight(sine, type, n, j, k, c);
        wrong += ((long double)got[k] - sum) * ((long double)got[k] - sum);
        all += sum * sum;
    }
    free(c);
    return sqrt((double)(wrong / all));
}

Test(fft_real, as_defined)
{
    static const int64_t lengths[] = {31, 64, 97, 100, 128, 255, 257, 360, 509};
    static transform_fn *const forth[] = {cx_fft_dct, cx_fft_dst};
    uint64_t seed = 7;
    for (int64_t i = 1; i <= 20 + (int64_t)(sizeof lengths / sizeof *lengths); i++) {
        const int64_t n = i <= 20 ? i : lengths[i - 21];
        if (!test_on_cpu() && (i % 4 > 1 || n > 100)) continue; /* both parities */
        for (int job = 0; job < 16; job++) {
            const bool sine = (job & 1) != 0, narrow = (job & 2) != 0;
            const int type = job / 4 + 1;
            if (!sine && type == 1 && n < 2) continue;
            const cx_scope s = cx_scope_open();
            const cx_array *const x = noise(1, n, narrow ? CX_F32 : CX_F64, &seed);
            const cx_array *const y = on_host(
                forth[sine](cx_to(x, test_device()), -1, CX_OPTS(cx_dct_opts, .type = type)));
            const double eps = narrow ? 0x1p-23 : 0x1p-52,
                         wrong = error_of(sine, type, n, cx_data_f64(on_host(x)), cx_data_f64(y));
            cr_assert_leq(wrong, 8 * eps * log2(2 * (double)n), "%s %d of %d: %g eps",
                          sine ? "dst" : "dct", type, (int)n, wrong / eps);
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
    }
}

Test(fft_real, there_and_back)
{
    static const int64_t lengths[] = {4096, 10007, 32767, 30030};
    static transform_fn *const forth[] = {cx_fft_dct, cx_fft_dst}, *const back[] = {cx_fft_idct,
                                                                                    cx_fft_idst};
    uint64_t seed = 8;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int job = 0; job < 24; job++) {
            const int64_t n = test_on_cpu() ? lengths[i] : lengths[i] % 512 + 2; /* simulated */
            const int sine = job & 1;
            const cx_dct_opts *const o =
                CX_OPTS(cx_dct_opts, .type = job / 2 % 4 + 1, .norm = (cx_fft_norm)(job / 8));
            const cx_scope s = cx_scope_open();
            const cx_array *const x = cx_to(noise(1, n, CX_F64, &seed), test_device());
            const cx_array *const again = back[sine](forth[sine](x, -1, o), -1, o);
            cr_assert(
                cx_allclose(again, x,
                            CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(1e-13))),
                "type %d, norm %d, %d elements", o->type, (int)o->norm, (int)n);
            cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
        }
}

/* A row of many, and a column, is transformed as it would be alone, nearly. */
Test(fft_real, batches)
{
    static transform_fn *const forth[] = {cx_fft_dct, cx_fft_dst};
    uint64_t seed = 9;
    for (int job = 0; job < 16; job++) {
        const int64_t n = (job & 1) != 0 ? 45 : 48;
        const cx_dct_opts *const o = CX_OPTS(cx_dct_opts, .type = job / 4 + 1);
        const cx_scope s = cx_scope_open();
        const cx_array *const x = cx_to(noise(11, n, CX_F64, &seed), test_device());
        const cx_array *const all = forth[job / 2 % 2](x, 1, o), *const across = forth[job / 2 % 2](
                                                                     cx_transpose(x), 0, o);
        const cx_close_opts *const near =
            CX_OPTS(cx_close_opts, .rtol = CX_SET(0.0), .atol = CX_SET(1e-13));
        cr_assert(cx_allclose(all, cx_transpose(across), near));
        for (int64_t r = 0; r < 11; r++)
            cr_assert(cx_allclose(forth[job / 2 % 2](cx_slice(x, 0, r, r + 1, 1), 1, o),
                                  cx_slice(all, 0, r, r + 1, 1), near));
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}
