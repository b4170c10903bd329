/* timeout: 600. isa: each. device: each. Products of every dtype and layout against sums written
 * out, NumPy's shape rules, and the same bits for any number of threads. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>

#define SHAPE(...) CX_SHAPE(__VA_ARGS__)

static const cx_dtype all[] = {CX_BOOL, CX_I8,  CX_I16,  CX_I32, CX_I64, CX_U8,  CX_U16, CX_U32,
                               CX_U64,  CX_F16, CX_BF16, CX_F32, CX_F64, CX_C64, CX_C128};
enum { DTYPES = sizeof all / sizeof *all };

/* Is c = a b for 2-d operands? Integers exactly (mod 2^64, then cast), floats within k eps |a| |b|.
 */
static void expect_product(const cx_array *c, const cx_array *a, const cx_array *b,
                           const char *what)
{
    const cx_dtype t = cx_dtype_of(c);
    const char kind = cx_dtype_kind(t);
    const int64_t m = cx_dim(a, 0), k = cx_dim(a, 1), n = cx_dim(b, 1);
    cr_assert(cx_dim(c, 0) == m && cx_dim(c, 1) == n, "%s", what);
    if (kind == 'i' || kind == 'u' || kind == 'b') {
        const uint64_t *const p = cx_data_u64(test_host(cx_ascontiguous(cx_astype(a, CX_U64)))),
                              *const q =
                                  cx_data_u64(test_host(cx_ascontiguous(cx_astype(b, CX_U64))));
        cx_array *const wanted = cx_zeros(SHAPE(m, n), CX_U64, CX_CPU);
        uint64_t *const w = cx_data_u64_mut(wanted);
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++)
                for (int64_t l = 0; l < k; l++) w[i * n + j] += p[i * k + l] * q[l * n + j];
        cr_assert(cx_array_equal(c, test_here(cx_astype(wanted, t))), "%s: %s %dx%dx%d", what,
                  cx_dtype_name(t), (int)m, (int)k, (int)n);
        return;
    }
    const cx_complex128 *const p = cx_data_c128(test_host(cx_ascontiguous(cx_astype(a, CX_C128)))),
                               *const q =
                                   cx_data_c128(test_host(cx_ascontiguous(cx_astype(b, CX_C128)))),
                               *const r =
                                   cx_data_c128(test_host(cx_ascontiguous(cx_astype(c, CX_C128))));
    const double eps = check_eps(t), eps_sum = t == CX_F16 || t == CX_BF16 ? 0x1p-23 : eps;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double re = 0, im = 0, size = 0;
            for (int64_t l = 0; l < k; l++) {
                const cx_complex128 x = p[i * k + l], y = q[l * n + j];
                re += x.re * y.re - x.im * y.im;
                im += x.re * y.im + x.im * y.re;
                size += (fabs(x.re) + fabs(x.im)) * (fabs(y.re) + fabs(y.im));
            }
            const double error = hypot(r[i * n + j].re - re, r[i * n + j].im - im);
            cr_assert(error <= 2 * (double)(k + 1) * eps_sum * size + eps * hypot(re, im),
                      "%s: %s %dx%dx%d (%d, %d): off by %g", what, cx_dtype_name(t), (int)m, (int)k,
                      (int)n, (int)i, (int)j, error);
        }
}

static void every_layout(cx_dtype t, int64_t m, int64_t k, int64_t n)
{
    for (int la = 0; la < LIE_COUNT; la += test_short() ? 2 : 1)
        for (int lb = 0; lb < LIE_COUNT; lb++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a = check_random(SHAPE(m, k), t, (lie)la, 1), *const b =
                                                                                    check_random(
                                                                                        SHAPE(k, n),
                                                                                        t, (lie)lb,
                                                                                        2);
            expect_product(cx_matmul(a, b), a, b, "matmul");
            /* in short, each of the outputs stands with some of the factors */
            for (int lo = 0; lo < LIE_COUNT; lo++) {
                if (test_short() && lo != (la / 2 + lb) % LIE_COUNT) continue;
                cx_array *const out = check_random(SHAPE(m, n), t, (lie)lo, 3);
                cr_assert(cx_matmul_into(a, b, out) == CX_OK, "%s", cx_error_message());
                expect_product(out, a, b, "matmul_into");
            }
            expect_product(cx_matmul(a, check_adjoint(a)), a, check_adjoint(a), "a a^H");
            expect_product(cx_matmul(cx_transpose(a), a), cx_transpose(a), a, "a^T a");
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(products, every_dtype_and_layout)
{
    static const int64_t sizes[][3] = {{1, 1, 1},    {4, 4, 4},   {3, 5, 2},
                                       {16, 16, 16}, {17, 3, 19}, {66, 70, 65},
                                       {1, 40, 9},   {9, 40, 1},  {5, 1, 6}};
    for (int i = 0; i < DTYPES; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            every_layout(all[i], sizes[j][0], sizes[j][1], sizes[j][2]);
}

Test(products, large_ones_and_long_sums)
{
    static const int64_t sizes[][3] = {{260, 300, 280}, {3, 40000, 5},  {1, 300000, 1},
                                       {2000, 4, 2000}, {1, 3000, 700}, {700, 3000, 1},
                                       {129, 9000, 129}};
    static const cx_dtype some[] = {CX_F32, CX_F64, CX_C64, CX_C128, CX_F16, CX_I32};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            if (test_brief() && (i + j) % 3 != 0) continue;
            const cx_scope s = cx_scope_open();
            const int64_t m = sizes[j][0], k = sizes[j][1], n = sizes[j][2];
            const cx_array *const a = check_random(SHAPE(m, k), some[i], LIE_ROWS, 5),
                                  *const b = check_random(SHAPE(k, n), some[i], LIE_COLUMNS, 6);
            /* a corner and the far corner, so that the reference stays affordable */
            const cx_array *const c = cx_matmul(a, b);
            const int64_t r = m < 8 ? m : 8, q = n < 8 ? n : 8;
            expect_product(cx_slice(cx_slice(c, 0, m - r, m, 1), 1, n - q, n, 1),
                           cx_slice(a, 0, m - r, m, 1), cx_slice(b, 1, n - q, n, 1), "far corner");
            expect_product(cx_slice(cx_slice(c, 0, 0, r, 1), 1, 0, q, 1), cx_slice(a, 0, 0, r, 1),
                           cx_slice(b, 1, 0, q, 1), "near corner");
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(products, the_same_bits_on_any_number_of_threads)
{
    static const int64_t sizes[][3] = {{300, 300, 300}, {40, 70000, 40}, {1, 500000, 1},
                                       {3000, 900, 1},  {1, 900, 3000},  {900, 64, 900}};
    static const cx_dtype some[] = {CX_F32, CX_F64, CX_C64, CX_C128, CX_F16};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
            const cx_scope s = cx_scope_open();
            const cx_array *const a =
                check_random(SHAPE(sizes[j][0], sizes[j][1]), some[i], LIE_ROWS, 7);
            const cx_array *const b =
                check_random(SHAPE(sizes[j][1], sizes[j][2]), some[i], LIE_ROWS, 8);
            const cx_array *first[3] = {NULL};
            for (int threads = 1; threads <= 3; threads++) {
                cr_assert(cx_set_num_threads(threads) == CX_OK);
                const cx_array *const gram = sizes[j][0] < sizes[j][1]
                                                 ? cx_matmul(a, cx_transpose(a))
                                                 : cx_matmul(cx_transpose(a), a);
                const cx_array *const results[3] = {cx_matmul(a, b), gram,
                                                    cx_matmul(cx_transpose(b), cx_transpose(a))};
                for (int r = 0; r < 3; r++) {
                    if (threads == 1)
                        first[r] = results[r];
                    else
                        cr_assert(check_same_bits(first[r], results[r]), "%s case %d, %d threads",
                                  cx_dtype_name(some[i]), (int)j, threads);
                }
            }
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* ---- NumPy's rules */
static bool has_shape(const cx_array *a, cx_shape shape)
{
    bool same = cx_ndim(a) == shape.ndim && cx_status_of(a) == CX_OK;
    for (int d = 0; same && d < shape.ndim; d++) same = cx_dim(a, d) == shape.dim[d];
    return same;
}
static cx_array *zeros(cx_shape shape)
{
    return cx_zeros(shape, CX_F64, test_device());
}

Test(products, shapes)
{
    const cx_scope s = cx_scope_open();
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(3)), zeros(SHAPE(3))), SHAPE()));
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(3)), zeros(SHAPE(3, 4))), SHAPE(4)));
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(2, 3)), zeros(SHAPE(3))), SHAPE(2)));
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(5, 2, 3)), zeros(SHAPE(3))), SHAPE(5, 2)));
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(3)), zeros(SHAPE(5, 3, 4))), SHAPE(5, 4)));
    cr_assert(
        has_shape(cx_matmul(zeros(SHAPE(7, 1, 2, 3)), zeros(SHAPE(5, 3, 4))), SHAPE(7, 5, 2, 4)));
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(0, 2, 3)), zeros(SHAPE(3, 4))), SHAPE(0, 2, 4)));
    cr_assert(has_shape(cx_matmul(zeros(SHAPE(2, 0)), zeros(SHAPE(0, 4))), SHAPE(2, 4)));
    cr_assert(has_shape(cx_dot(zeros(SHAPE(2, 3, 4)), zeros(SHAPE(5, 4, 6))), SHAPE(2, 3, 5, 6)));
    cr_assert(has_shape(cx_dot(zeros(SHAPE(2, 3)), zeros(SHAPE(3))), SHAPE(2)));
    cr_assert(has_shape(cx_inner(zeros(SHAPE(2, 3)), zeros(SHAPE(4, 5, 3))), SHAPE(2, 4, 5)));
    cr_assert(has_shape(cx_outer(zeros(SHAPE(2, 3)), zeros(SHAPE(4))), SHAPE(6, 4)));
    cr_assert(has_shape(cx_vdot(zeros(SHAPE(2, 3)), zeros(SHAPE(6))), SHAPE()));
    cr_assert(has_shape(cx_tensordot(zeros(SHAPE(2, 3, 4)), zeros(SHAPE(4, 5, 2)), 2,
                                     (const int[]){0, 2}, (const int[]){2, 0}),
                        SHAPE(3, 5)));
    cr_assert(
        has_shape(cx_tensordot_n(zeros(SHAPE(2, 3, 4)), zeros(SHAPE(3, 4, 5)), 2), SHAPE(2, 5)));
    cr_assert(has_shape(cx_tensordot_n(zeros(SHAPE(2)), zeros(SHAPE(3)), 0), SHAPE(2, 3)));
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(products, an_empty_sum_is_zero)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < DTYPES; i++) {
        cx_array *const out = cx_ones(SHAPE(2, 3), all[i], test_device());
        cr_assert(cx_matmul_into(cx_zeros(SHAPE(2, 0), all[i], test_device()),
                                 cx_zeros(SHAPE(0, 3), all[i], test_device()), out) == CX_OK);
        cr_assert(cx_array_equal(out, cx_zeros(SHAPE(2, 3), all[i], test_device())), "%s",
                  cx_dtype_name(all[i]));
    }
    cr_assert(cx_scope_close(s) == CX_OK);
}

Test(products, batches_are_broadcast)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(SHAPE(3, 1, 2, 4, 5), CX_F64, LIE_ROWS, 1),
                          *const b = check_random(SHAPE(2, 1, 5, 3), CX_F64, LIE_COLUMNS, 2);
    const cx_array *const c = cx_matmul(a, b);
    cr_assert(has_shape(c, SHAPE(3, 2, 2, 4, 3)));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
            for (int k = 0; k < 2; k++)
                expect_product(cx_index(c, "?, ?, ?", i, j, k), cx_index(a, "?, 0, ?", i, k),
                               cx_index(b, "?, 0", j), "batch");
    /* more dimensions than a backend's view has, none of which collapse */
    const cx_array *const big =
        cx_flip(check_random(SHAPE(2, 2, 2, 2, 2, 2, 2, 3, 3), CX_F64, LIE_ROWS, 3), 6);
    int axes[9] = {6, 4, 2, 0, 1, 3, 5, 7, 8};
    const cx_array *const p = cx_permute_dims(big, 9, axes), *const q = cx_matmul(p, big);
    expect_product(cx_index(q, "1, 0, 1, 1, 0, 1, 0"), cx_index(p, "1, 0, 1, 1, 0, 1, 0"),
                   cx_index(big, "1, 0, 1, 1, 0, 1, 0"), "deep batch");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(products, kin_of_matmul)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(SHAPE(4, 6), CX_C128, LIE_COLUMNS, 1),
                          *const b = check_random(SHAPE(6, 3), CX_C128, LIE_REVERSED, 2);
    expect_product(cx_dot(a, b), a, b, "dot");
    expect_product(cx_inner(a, cx_transpose(b)), a, b, "inner");
    expect_product(cx_tensordot_n(a, b, 1), a, b, "tensordot");
    const cx_array *const u = cx_ravel(a), *const v = cx_ravel(
                                               check_random(SHAPE(8, 3), CX_C128, LIE_ROWS, 3));
    expect_product(cx_outer(u, v), cx_expand_dims(u, 1), cx_expand_dims(v, 0), "outer");
    const cx_array *const sum = cx_sum(cx_mul(cx_conjugate(u), v), CX_ALL);
    cr_assert(check_distance(cx_vdot(u, v), sum) < 1e-13);
    cr_assert(check_distance(cx_dot(a, cx_float(2)), cx_mul(a, cx_float(2))) == 0);
    const cx_array *const x = check_random(SHAPE(3, 4, 5), CX_F64, LIE_ROWS, 4),
                          *const y = check_random(SHAPE(4, 3, 2), CX_F64, LIE_SLICED, 5);
    const cx_array *const z = cx_tensordot(x, y, 2, (const int[]){1, 0}, (const int[]){0, 1});
    const cx_array *const flat_x =
        cx_reshape(cx_permute_dims(x, 3, (const int[]){2, 1, 0}), SHAPE(5, 12));
    expect_product(z, flat_x, cx_reshape(y, SHAPE(12, 2)), "two axes");
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(products, promotion_and_output)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const i = check_random(SHAPE(3, 3), CX_I32, LIE_ROWS, 1), *const f =
                                                                                  check_random(
                                                                                      SHAPE(3, 3),
                                                                                      CX_F32,
                                                                                      LIE_ROWS, 2);
    cr_assert(cx_dtype_of(cx_matmul(i, f)) == CX_F64);
    cr_assert(cx_dtype_of(cx_matmul(f, check_random(SHAPE(3, 3), CX_C64, LIE_ROWS, 3))) == CX_C64);
    cr_assert(cx_dtype_of(cx_matmul(i, check_random(SHAPE(3, 3), CX_I8, LIE_ROWS, 3))) == CX_I32);
    cx_array *const out = cx_zeros(SHAPE(3, 3), CX_F32, test_device());
    cr_assert(cx_matmul_into(i, f, out) == CX_OK, "f64 to f32 is same_kind");
    cr_assert(check_distance(out, cx_matmul(i, f)) < 1e-3);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(products, errors)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = zeros(SHAPE(3, 4)), *const b = zeros(SHAPE(5, 6)),
                    *const square = zeros(SHAPE(4, 4));
    cr_assert(cx_status_of(cx_matmul(a, b)) == CX_E_SHAPE);
    cr_assert_str_eq(cx_error_message(),
                     "matmul: inner dimensions 4 and 5 differ in shapes (3, 4) and (5, 6)");
    cr_assert(cx_status_of(cx_matmul(a, cx_float(2))) == CX_E_SHAPE);
    cr_assert(cx_status_of(cx_matmul(zeros(SHAPE(2, 3, 4)), zeros(SHAPE(3, 4, 5)))) == CX_E_SHAPE);
    cr_assert(cx_matmul_into(square, square, square) == CX_E_OVERLAP);
    cr_assert(cx_matmul_into(a, square, zeros(SHAPE(4, 3))) == CX_E_SHAPE);
    cr_assert(cx_matmul_into(a, square, cx_zeros(SHAPE(3, 4), CX_I64, test_device())) ==
              CX_E_DTYPE);
    cx_array *const fixed = zeros(SHAPE(3, 4));
    cr_assert(cx_set_readonly(fixed) == CX_OK && cx_matmul_into(a, square, fixed) == CX_E_READONLY);
    cr_assert(cx_status_of(cx_dot(a, b)) == CX_E_SHAPE);
    cr_assert(cx_status_of(cx_vdot(a, b)) == CX_E_SHAPE);
    cr_assert(cx_status_of(cx_tensordot_n(a, b, 3)) == CX_E_ARGUMENT);
    cr_assert(cx_status_of(cx_tensordot(a, a, 2, (const int[]){0, 0}, (const int[]){0, 1})) ==
              CX_E_ARGUMENT);
    cr_assert(cx_status_of(cx_matmul(a, NULL)) == CX_E_NULL);
    cr_assert(cx_status_of(cx_matmul(cx_matmul(a, b), a)) == CX_E_SHAPE,
              "a nil brings its own status");
    (void)!cx_scope_close(s);
}

Test(products, not_a_number_spreads_only_where_it_is)
{
    const cx_scope s = cx_scope_open();
    for (int64_t n = 4; n <= 64; n *= 4) {
        cx_array *const a = cx_ones(SHAPE(n, n), CX_F64, CX_CPU), *const b = zeros(SHAPE(n, n));
        cx_data_f64_mut(a)[n + 1] = NAN; /* row 1 */
        const double *const c = cx_data_f64(test_host(cx_matmul(test_here(a), b)));
        for (int64_t i = 0; i < n * n; i++)
            cr_assert(isnan(c[i]) == (i / n == 1), "n %d element %d", (int)n, (int)i);
    }
    cr_assert(cx_scope_close(s) == CX_OK);
}
