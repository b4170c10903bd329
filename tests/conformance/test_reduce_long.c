/* device: each. timeout: 300
 * Reductions and scans long enough to be cut into segments, wide enough for many blocks, and at
 * every alignment. Elements are small integers, so that sums of floats are exact in any order and
 * results are compared bit for bit. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 420000 };
static int8_t value[MOST]; /* what the array at hand holds, in C order of its shape */

static const cx_dtype dtypes[] = {CX_BOOL, CX_I8,   CX_U8,  CX_I16, CX_U32, CX_I64, CX_U64,
                                  CX_F16,  CX_BF16, CX_F32, CX_F64, CX_C64, CX_C128};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

static const int64_t shapes[][4] = {
    {1, 5},        {1, 4095},      {1, 65537},       {1, MOST},        {2, 3, 100003},
    {2, 5000, 7},  {2, 700, 129},  {2, 90001, 3},    {2, 2500, 40},    {2, 33, 9000},
    {2, 70000, 2}, {2, 2, 60000},  {3, 37, 1000, 5}, {3, 300, 3, 129}, {3, 2, 4000, 17},
    {2, 1, 50000}, {2, 150000, 1},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static int value_at(cx_dtype t, int64_t i)
{
    const int v = value[i];
    const char kind = cx_dtype_kind(t);
    return kind == 'b' ? v != 0 : kind == 'u' ? v + 3 : v; /* -3 .. 3 */
}

/* The array of that shape, whose first element lies at an odd place in memory. */
static cx_array *array_of(cx_dtype t, const int64_t *shape, uint64_t seed, int64_t shift)
{
    int64_t n = 1;
    for (int d = 0; d < shape[0]; d++) n *= shape[1 + d];
    static int8_t wide[MOST + 8];
    for (int64_t i = 0; i < n; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        value[i] = (int8_t)((int)(seed >> 40) % 7 - 3);
        wide[shift + i] = (int8_t)value_at(t, i);
    }
    const cx_array *const all =
        test_here(cx_astype(cx_copy_host(wide, CX_SHAPE(n + shift), CX_I8), t));
    return cx_reshape(cx_slice(all, 0, shift, CX_END, 1), (cx_shape){(int)shape[0], shape + 1});
}

typedef struct expectation {
    int64_t sum, least, most, least_at, most_at, nonzero;
    int64_t squares;
} expectation;

static expectation expect(cx_dtype t, int64_t start, int64_t step, int64_t n)
{
    expectation e = {0, 99, -99, 0, 0, 0, 0};
    for (int64_t i = 0; i < n; i++) {
        const int v = value_at(t, start + i * step);
        e.sum += v;
        if (v < e.least) {
            e.least = v;
            e.least_at = i;
        }
        if (v > e.most) {
            e.most = v;
            e.most_at = i;
        }
        e.nonzero += v != 0;
        e.squares += v * v;
    }
    return e;
}

static const double *doubles(cx_array *a)
{
    const double *const p = cx_data_f64(cx_astype(cx_real(test_host(a)), CX_F64));
    cr_assert_not_null(p, "%s", cx_error_message());
    return p;
}

static void check_axis(cx_dtype t, const int64_t *shape, const cx_array *a, int axis)
{
    const int64_t n = axis < 0 ? cx_size(a) : shape[1 + axis];
    int64_t inner = 1;
    for (int d = axis < 0 ? 99 : axis + 1; d < shape[0]; d++) inner *= shape[1 + d];
    const cx_reduce how = axis < 0 ? CX_ALL : CX_AXIS(axis);
    const bool coarse = t == CX_F16 || t == CX_BF16; /* results may not fit: look at them wide */
    cx_reduce sum_how = how;
    if (coarse) sum_how.dtype = CX_F32;
    const double *const sum = doubles(cx_sum(a, sum_how)), *const mean = doubles(cx_mean(a, how)),
                        *const least = doubles(cx_min(a, how)),
                        *const most = doubles(cx_max(a, how)),
                        *const least_at = doubles(cx_argmin(a, how)),
                        *const most_at = doubles(cx_nanargmax(a, how)),
                        *const nonzero = doubles(cx_count_nonzero(a, how)),
                        *const var = doubles(cx_var(a, how)), *const all = doubles(cx_all(a, how));
    const cx_dtype rt = cx_dtype_of(cx_var(a, how));
    const double eps = rt == CX_F64    ? 1e-14
                       : rt == CX_F32  ? 1e-6
                       : rt == CX_BF16 ? 0x1p-8
                                       : 0x1p-11;
    for (int64_t o = 0; o < cx_size(a) / n; o++) {
        const expectation e = expect(t, o / inner * inner * n + o % inner, inner, n);
        const double m = (double)e.sum / (double)n,
                     v = (double)(n * e.squares - e.sum * e.sum) / (double)n / (double)n;
        const bool right = sum[o] == (double)e.sum && fabs(mean[o] - m) <= eps * fabs(m) &&
                           least[o] == (double)e.least && most[o] == (double)e.most &&
                           least_at[o] == (double)e.least_at && most_at[o] == (double)e.most_at &&
                           nonzero[o] == (double)e.nonzero && (all[o] != 0) == (e.nonzero == n) &&
                           fabs(var[o] - v) <= 4 * eps * v;
        cr_assert(right,
                  "%s, %lld x %lld x .., axis %d, output %lld: sum %g (%lld) mean %g (%g) min %g "
                  "(%lld) max %g (%lld) argmin %g (%lld) argmax %g (%lld) nonzero %g (%lld) all %g "
                  "var %.17g (%.17g)",
                  cx_dtype_name(t), (long long)shape[1], (long long)(shape[0] > 1 ? shape[2] : 1),
                  axis, (long long)o, sum[o], (long long)e.sum, mean[o], m, least[o],
                  (long long)e.least, most[o], (long long)e.most, least_at[o],
                  (long long)e.least_at, most_at[o], (long long)e.most_at, nonzero[o],
                  (long long)e.nonzero, all[o], var[o], v);
    }
}

static void check_running(cx_dtype t, const int64_t *shape, const cx_array *a, int axis)
{
    if (t == CX_F16 || t == CX_BF16) return; /* no room for exact sums */
    const int64_t n = shape[1 + axis];
    int64_t inner = 1;
    for (int d = axis + 1; d < shape[0]; d++) inner *= shape[1 + d];
    const double *const got = doubles(cx_cumsum(a, axis));
    for (int64_t o = 0; o < cx_size(a) / n; o++) {
        int64_t sum = 0, at = o / inner * inner * n + o % inner;
        for (int64_t i = 0; i < n; i++, at += inner) {
            sum += value_at(t, at);
            cr_assert(got[at] == (double)sum, "cumsum of %s along %d of %lld: %g, not %lld at %lld",
                      cx_dtype_name(t), axis, (long long)n, got[at], (long long)sum, (long long)i);
        }
    }
}

Test(reduce_long, exact)
{
    for (int k = 0; k < SHAPES; k++) {
        for (int i = 0; i < DTYPES; i++) {
            /* every shape and dtype, not every pair */
            if (test_brief() ? (k + i) % DTYPES != 0 : (k + i) % 3 != 0 && k > 3) continue;
            const cx_scope scope = cx_scope_open();
            const cx_array *const a =
                array_of(dtypes[i], shapes[k], (uint64_t)(k * DTYPES + i + 1), (k + i) % 5);
            for (int axis = -1; axis < shapes[k][0]; axis++) {
                check_axis(dtypes[i], shapes[k], a, axis);
                if (axis >= 0) check_running(dtypes[i], shapes[k], a, axis);
            }
            cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
        }
    }
}

/* The same numbers at another address, and once more: the same bits. */
Test(reduce_long, bits_do_not_depend_on_address_or_run)
{
    static float x[MOST + 8];
    static const int64_t sizes[] = {100, 3001, 50000, MOST};
    uint64_t seed = 7;
    for (int64_t i = 0; i < MOST; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        x[i] = (float)(int32_t)(seed >> 32) * 0x1p-31F;
    }
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const cx_scope scope = cx_scope_open();
        const cx_array *const first = test_copy_host(x, CX_SHAPE(sizes[k]), CX_F32);
        cx_array *const room = cx_zeros(CX_SHAPE(sizes[k] + 8), CX_F32, test_device());
        for (int shift = 0; shift < 4; shift++) {
            cx_array *const moved = cx_slice(room, 0, shift, shift + sizes[k], 1);
            cr_assert_eq(cx_copy_into(first, moved), CX_OK);
            const cx_array *const all[] = {first, moved};
            const void *bits[2][4];
            for (int j = 0; j < 2; j++) {
                bits[j][0] = cx_data_f32(test_host(cx_sum(all[j], CX_ALL)));
                bits[j][1] = cx_data_f32(test_host(cx_var(all[j], CX_ALL)));
                bits[j][2] = cx_data_f32(test_host(cx_prod(cx_slice(all[j], 0, 0, 90, 1), CX_ALL)));
                bits[j][3] = cx_data_f32(test_host(cx_cumsum(all[j], 0)));
            }
            for (int j = 0; j < 4; j++) {
                const size_t bytes = (j == 3 ? (size_t)sizes[k] : 1) * sizeof(float);
                cr_assert_not_null(bits[0][j], "%s", cx_error_message());
                cr_assert_eq(memcmp(bits[0][j], bits[1][j], bytes), 0,
                             "result %d of %lld, shift %d", j, (long long)sizes[k], shift);
            }
        }
        cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    }
}

/* A mean far from zero with little around it, in segments and within one. */
Test(reduce_long, variance_far_from_zero)
{
    static double x[MOST];
    static const int64_t sizes[] = {10, 1000, 20000, MOST};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const int64_t n = sizes[k];
        for (int64_t i = 0; i < n; i++) x[i] = 1e9 + (double)(i % 2); /* variance 1 / 4 */
        x[0] = 1e9 + 1;
        x[1] = 1e9;
        const cx_scope scope = cx_scope_open();
        const double v = cx_item_f64(cx_var(test_copy_host(x, CX_SHAPE(n), CX_F64), CX_ALL));
        cr_assert(fabs(v - 0.25) <= 1e-12, "%.17g of %lld", v, (long long)n);
        cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
    }
}

/* The place is searched in pieces: the first of equals in another piece, a NaN before or behind. */
Test(reduce_long, places_in_pieces)
{
    enum { N = 9001 };
    static double x[N];
    static const int64_t at[] = {0, 1, 511, 512, 513, 4096, 8999, 9000};
    const cx_scope scope = cx_scope_open();
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        for (size_t k = i; k < sizeof at / sizeof *at; k++)
            for (int nan = 0; nan < 2; nan++) {
                for (int64_t j = 0; j < N; j++) x[j] = (double)(j % 97) / 97;
                x[at[i]] = 2;
                x[at[k]] = nan ? (double)NAN : 2;
                const int64_t want = nan ? at[k] : at[i];
                const cx_array *const a = test_copy_host(x, CX_SHAPE(N), CX_F64),
                                      *const both = cx_stack(CX_ARRAYS(a, a), 0);
                cr_assert_eq(cx_item_i64(cx_argmax(a, CX_ALL)), want);
                cr_assert_eq(cx_item_i64(cx_argmin(cx_negative(a), CX_ALL)), want);
                cr_assert_eq(cx_item_i64(cx_max(cx_argmax(both, CX_AXIS(1)), CX_ALL)), want);
                cr_assert_eq(cx_item_i64(cx_argmax(cx_astype(a, CX_F32), CX_ALL)), want);
            }
    cr_assert_eq(cx_scope_close(scope), CX_OK, "%s", cx_error_message());
}
