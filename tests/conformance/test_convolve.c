/* isa: each. device: each. convolve and correlate of many sizes against sums in the contract's
 * order, bit for bit: through tiles, edges and blocks, in every layout, on 1 thread as on many. */
#include "device.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;
static double draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) * 0x1p-53 - 0.5;
}

/* out[i] = sum of a[first + i + k] b[k], in blocks of 512. */
static void sums(const double *a, int64_t n, const double *b, int64_t m, int64_t first, double *out,
                 int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        double total = 0;
        for (int64_t block = 0; block < m; block += 512) {
            double sum = 0;
            for (int64_t k = block; k < m && k < block + 512; k++) {
                const int64_t at = first + i + k;
                if (at < 0 || at >= n) continue;
                const double product = a[at] * b[k];
                sum = sum + product;
            }
            total = total + sum;
        }
        out[i] = total;
    }
}

static double *random_vector(int64_t n)
{
    double *const v = malloc((size_t)n * sizeof *v);
    cr_assert_not_null(v);
    for (int64_t i = 0; i < n; i++) v[i] = draw();
    return v;
}

static void expect_bits(const cx_array *got, const double *want, int64_t n, const char *what)
{
    cr_assert_eq(cx_size(got), n, "%s: %d elements, not %d", what, (int)cx_size(got), (int)n);
    const double *const g = cx_data_f64(test_host(cx_ascontiguous(got)));
    cr_assert_not_null(g, "%s: %s", what, cx_error_message());
    for (int64_t i = 0; i < n; i++)
        cr_assert_eq(g[i], want[i], "%s, element %d: %.17g, not %.17g", what, (int)i, g[i],
                     want[i]);
}

static void one_size(int64_t n, int64_t m)
{
    char what[64];
    snprintf(what, sizeof what, "%d by %d", (int)n, (int)m);
    double *const a = random_vector(n), *const b = random_vector(m),
                  *const want = random_vector(n + m - 1), *const back = random_vector(m);
    for (int64_t k = 0; k < m; k++) back[k] = b[m - 1 - k];
    const cx_scope s = cx_scope_open();
    const cx_array *const x = test_copy_host(a, CX_SHAPE(n), CX_F64), *const y = test_copy_host(
                                                                          b, CX_SHAPE(m), CX_F64);
    sums(a, n, b, m, -(m - 1), want, n + m - 1);
    expect_bits(cx_correlate(x, y, CX_CONVOLVE_FULL), want, n + m - 1, what);
    sums(a, n, back, m, -(m - 1), want, n + m - 1);
    expect_bits(cx_convolve(x, y, CX_CONVOLVE_FULL), want, n + m - 1, what);
    if (n > m) expect_bits(cx_convolve(y, x, CX_CONVOLVE_FULL), want, n + m - 1, what);
    sums(a, n, back, m, -(m / 2), want, n);
    expect_bits(cx_convolve(x, y, CX_CONVOLVE_SAME), want, n, what);
    sums(a, n, b, m, 0, want, n - m + 1);
    expect_bits(cx_correlate(x, y, CX_CONVOLVE_VALID), want, n - m + 1, what);
    /* the same numbers in other layouts */
    const cx_array *const wide = cx_repeat(x, 3, 0);
    expect_bits(cx_correlate(cx_slice(wide, 0, 1, CX_END, 3), cx_flip(cx_copy(cx_flip(y, 0)), 0),
                             CX_CONVOLVE_VALID),
                want, n - m + 1, what);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    free(a);
    free(b);
    free(want);
    free(back);
}

Test(convolve, sizes)
{
    static const int64_t sizes[][2] = {
        {1, 1},     {5, 1},      {17, 16},  {33, 32},    {64, 64},     {130, 129},   {200, 3},
        {700, 513}, {1024, 512}, {1025, 7}, {1600, 600}, {1100, 1100}, {2500, 1025}, {3000, 31}};
    const size_t count = test_brief() ? 7 : sizeof sizes / sizeof *sizes;
    for (size_t i = 0; i < count; i++) one_size(sizes[i][0], sizes[i][1]);
}

/* Whole numbers in every dtype: the same in float64 as in the dtype, through whole tiles. */
Test(convolve, dtypes)
{
    static const cx_dtype all[] = {CX_I8,  CX_I16, CX_I32,  CX_I64, CX_U8,  CX_U16, CX_U32,
                                   CX_U64, CX_F16, CX_BF16, CX_F32, CX_C64, CX_C128};
    const int64_t n = test_brief() ? 300 : 1500;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const cx_scope s = cx_scope_open();
        double a[1500], b[40];
        for (int64_t k = 0; k < n; k++) a[k] = (double)(int)((draw() + 0.5) * 2.999);
        for (int k = 0; k < 40; k++) b[k] = (double)(int)((draw() + 0.5) * 1.999);
        const cx_array *const x = test_copy_host(a, CX_SHAPE(n), CX_F64), *const y = test_copy_host(
                                                                              b, CX_SHAPE(40),
                                                                              CX_F64);
        const cx_array *const want = cx_convolve(x, y, CX_CONVOLVE_FULL);
        const cx_array *const got =
            cx_convolve(cx_astype(x, all[i]), cx_astype(y, all[i]), CX_CONVOLVE_FULL);
        cr_assert_eq(cx_dtype_of(got), all[i]);
        cr_assert(cx_array_equal(cx_astype(got, CX_F64), want), "%s", cx_dtype_name(all[i]));
        const cx_array *const odd =
            cx_convolve(cx_not_equal(x, cx_int(0)), cx_not_equal(y, cx_int(0)), CX_CONVOLVE_FULL);
        cr_assert(cx_array_equal(odd, cx_not_equal(want, cx_int(0))), "bool");
        cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

Test(convolve, threads)
{
    if (!test_on_cpu()) return;
    const int64_t n = 60000, m = 900;
    double *const a = random_vector(n), *const b = random_vector(m);
    const cx_scope s = cx_scope_open();
    const cx_array *const x = cx_copy_host(a, CX_SHAPE(n), CX_F64), *const y = cx_copy_host(
                                                                        b, CX_SHAPE(m), CX_F64);
    const cx_array *const many = cx_convolve(x, y, CX_CONVOLVE_SAME);
    const cx_scope alone = cx_scope_open_with(CX_OPTS(cx_scope_opts, .num_threads = 1));
    cr_assert(cx_array_equal(many, cx_convolve(x, y, CX_CONVOLVE_SAME)));
    cr_assert_eq(cx_scope_close(alone), CX_OK);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    free(a);
    free(b);
}
