/* isa: each. timeout: 300. Factorisations and triangular solutions around the sizes where one more
 * leaf, tile or half begins, in every layout; scales where reciprocals leave the range. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE(...) CX_SHAPE(__VA_ARGS__)

static const cx_dtype dtypes[] = {CX_F64, CX_F32};
static const int64_t sizes[] = {7,   8,   9,   31,  32,  33,  63,  64,  65,  100, 127,
                                128, 129, 200, 255, 256, 257, 300, 301, 384, 385, 520};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* Are they certain to be at work? Else the library's are asked for less. */
static bool own_kernels(void)
{
    const char *const isa = getenv("CX_ISA");
    return isa != NULL && strncmp(isa, "avx", 3) == 0;
}

/* In this layout, and positive definite if asked for: with a diagonal of about `more`. */
static cx_array *matrix(int64_t n, cx_dtype t, lie how, bool symmetric, double more)
{
    const cx_array *const r = check_random(SHAPE(n, n), t, LIE_ROWS, (uint32_t)n),
                          *const sum = symmetric ? cx_add(r, cx_transpose(r)) : r;
    cx_array *const a = check_random(SHAPE(n, n), t, how, 1);
    cr_assert(cx_copy_into(cx_add(sum, cx_mul(cx_eye(n, n, 0, t, CX_CPU), cx_float(more))), a) ==
              CX_OK);
    return a;
}

Test(linalg_leaves, cholesky)
{
    for (int k = 0; k < SIZES; k++)
        for (int d = 0; d < 2; d++)
            for (int how = 0; how < 2 * LIE_COUNT; how++) {
                if (TEST_SANITIZED && how % LIE_COUNT != (k + d) % LIE_COUNT) continue;
                const cx_scope s = cx_scope_open();
                const int64_t n = sizes[k];
                const bool upper = how % 2 != 0;
                const cx_array *const a =
                    matrix(n, dtypes[d], (lie)(how / 2), true, 2 * sqrt((double)n) + 2);
                const cx_array *const f =
                    cx_linalg_cholesky(a, CX_OPTS(cx_cholesky_opts, .upper = upper));
                cr_assert(cx_ok(), "%lld: %s", (long long)n, cx_error_message());
                const cx_array *const back =
                    upper ? cx_matmul(cx_transpose(f), f) : cx_matmul(f, cx_transpose(f));
                const double off = check_distance(back, a);
                cr_assert(off <= 8 * sqrt((double)n) * check_eps(dtypes[d]) * check_size(a),
                          "%lld (%d): off by %g", (long long)n, how, off);
                cr_assert(check_same_bits(f, upper ? cx_triu(f, 0) : cx_tril(f, 0)));
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

/* Powers of 2 from one end of the range to the other: every operation commutes with them. */
Test(linalg_leaves, cholesky_of_any_scale)
{
    static const int64_t some[] = {33, 129, 300, 420};
    for (int k = 0; k < 4; k++)
        for (int d = 0; d < 2; d++)
            for (int upper = 0; upper < 2; upper++) {
                const cx_scope s = cx_scope_open();
                const int64_t n = some[k];
                const double most = d == 0 ? 480 : 55;
                const cx_array *const i = cx_arange_i64(0, n, 1, CX_F64, CX_CPU);
                const cx_array *const scale =
                    cx_astype(cx_exp2(cx_rint(cx_mul(cx_sin(i), cx_float(most)))), dtypes[d]);
                const cx_array *const a =
                    matrix(n, dtypes[d], LIE_ROWS, true, 2 * sqrt((double)n) + 2);
                const cx_array *const down = cx_reshape(scale, SHAPE(n, 1));
                const cx_cholesky_opts *const o = CX_OPTS(cx_cholesky_opts, .upper = upper != 0);
                const cx_array *const plain = cx_linalg_cholesky(a, o),
                                      *const wide =
                                          cx_linalg_cholesky(cx_mul(cx_mul(a, scale), down), o);
                cr_assert(cx_ok(), "%s", cx_error_message());
                cr_assert(check_same_bits(cx_mul(plain, upper ? scale : down), wide), "%lld",
                          (long long)n);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

static void check_solution(const cx_array *a, const cx_array *x, const cx_array *b)
{
    const int64_t n = cx_dim(a, 0);
    cr_assert(cx_ok(), "%lld: %s", (long long)n, cx_error_message());
    const double off = check_distance(cx_matmul(a, x), b),
                 bound = 20 * (double)n * check_eps(cx_dtype_of(a)) *
                         (1 + check_size(a) * check_size(x));
    cr_assert(off <= bound, "%lld x %lld: off by %g of %g", (long long)n, (long long)cx_dim(x, -1),
              off, bound);
}

Test(linalg_leaves, solutions_and_inverses)
{
    static const int64_t columns[] = {1, 25, 70};
    for (int k = 0; k < SIZES; k++)
        for (int d = 0; d < 2; d++)
            for (int how = 0; how < LIE_COUNT; how++) {
                if (TEST_SANITIZED && how != (k + d) % LIE_COUNT) continue;
                const cx_scope s = cx_scope_open();
                const int64_t n = sizes[k];
                const cx_array *const a = matrix(n, dtypes[d], (lie)how, false, 0);
                for (int c = 0; c < 3; c++) {
                    const cx_array *const b =
                        check_random(SHAPE(n, columns[c]), dtypes[d], (lie)how, 9);
                    check_solution(a, cx_linalg_solve(a, b), b);
                }
                check_solution(a, cx_linalg_inv(a), cx_eye(n, n, 0, dtypes[d], CX_CPU));
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

/* Element (j, j) is all that row and column j have. */
static void put_alone(cx_array *a, int64_t j, double diagonal, cx_array *b, double right)
{
    cr_assert(cx_copy_into(cx_float(0), cx_select(a, 0, j)) == CX_OK);
    cr_assert(cx_copy_into(cx_float(0), cx_select(a, 1, j)) == CX_OK);
    cr_assert(cx_copy_into(cx_float(diagonal), cx_select(cx_select(a, 0, j), 0, j)) == CX_OK);
    cr_assert(cx_copy_into(cx_float(right), cx_select(b, 0, j)) == CX_OK);
}

/* A pivot whose reciprocal is infinite or subnormal, among others of the usual size. Asked
 * of our own kernels only: a library's multiply by it all the same. */
Test(linalg_leaves, pivots_without_a_reciprocal)
{
    enum { N = 400, COLS = 70 };
    static const int64_t places[] = {5, 100, 200, 300, 399};
    if (!own_kernels()) return;
    for (int k = 0; k < 10; k++)
        for (int d = 0; d < 2; d++)
            for (int how = 0; how < 2; how++) {
                const cx_scope s = cx_scope_open();
                cx_array *const a = matrix(N, dtypes[d], (lie)how, false, 4),
                                *const b = check_random(SHAPE(N, COLS), dtypes[d], LIE_ROWS, 3);
                const bool huge = k % 2 != 0;
                const int64_t j = places[k / 2];
                const double pivot = d == 0 ? (huge ? 0x1.8p1023 : 0x1.8p-1060)
                                            : (huge ? 0x1.8p127 : 0x1.8p-140),
                             right =
                                 d == 0 ? (huge ? 0x3p1000 : 0x3p-200) : (huge ? 0x3p100 : 0x3p-40);
                cx_array *const plain = cx_copy(a), *const beside = cx_copy(b);
                put_alone(a, j, pivot, b, right);
                put_alone(plain, j, 1, beside, right / pivot < 1 ? right / pivot : 0);
                const cx_array *const x = cx_linalg_solve(a, b);
                cr_assert(cx_ok(), "%s", cx_error_message());
                const cx_array *const row = cx_copy(cx_select(x, 0, j));
                cr_assert(check_distance(row, cx_full(SHAPE(COLS), cx_float(right / pivot),
                                                      dtypes[d], CX_CPU)) == 0,
                          "pivot %g at %lld", pivot, (long long)j);
                cr_assert(cx_copy_into(cx_select(beside, 0, j), cx_select(x, 0, j)) == CX_OK);
                check_solution(plain, x, beside);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

/* It is in the results, and no reason to call a matrix singular or indefinite. */
Test(linalg_leaves, what_is_not_a_number_passes)
{
    static const int64_t some[] = {20, 40, 100, 129, 200, 300, 400};
    for (int k = 0; k < 7; k++)
        for (int d = 0; d < 2; d++)
            for (int where = 0; where < 3; where++) {
                const cx_scope s = cx_scope_open();
                const int64_t n = some[k], i = where == 0 ? n - 1 : n / 2, j = where == 2 ? 3 : i;
                cx_array *const a = cx_mul(cx_eye(n, n, 0, dtypes[d], CX_CPU), cx_int(2));
                cr_assert(cx_copy_into(cx_float(NAN), cx_select(cx_select(a, 0, i), 0, j)) ==
                          CX_OK);
                const cx_array *const b = cx_eye(n, n, 0, dtypes[d], CX_CPU);
                const cx_array *const f = cx_linalg_cholesky(a, NULL);
                const cx_array *const x = own_kernels() ? cx_linalg_solve(a, b) : f;
                cr_assert(cx_ok(), "%lld: %s", (long long)n, cx_error_message());
                cr_assert(cx_item_bool(cx_any(cx_isnan(f), CX_ALL)) &&
                              cx_item_bool(cx_any(cx_isnan(x), CX_ALL)),
                          "%lld: a NaN is lost", (long long)n);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

Test(linalg_leaves, the_same_bits_on_any_number_of_threads)
{
    static const int64_t some[] = {129, 300, 611};
    for (int k = 0; k < 3; k++)
        for (int how = 0; how < 2; how++) {
            const cx_scope s = cx_scope_open();
            const int64_t n = some[k];
            const cx_array *const a = matrix(n, CX_F64, (lie)how, true, 2 * sqrt((double)n) + 2),
                                  *const b = check_random(SHAPE(n, 99), CX_F64, (lie)how, 2);
            enum { COUNT = 4 };
            const cx_array *first[COUNT];
            for (int threads = 1; threads <= 5; threads += 2) {
                cr_assert(cx_set_num_threads(threads) == CX_OK);
                const cx_array *const r[COUNT] = {
                    cx_linalg_cholesky(a, NULL),
                    cx_linalg_cholesky(a, CX_OPTS(cx_cholesky_opts, .upper = true)),
                    cx_linalg_solve(a, b), cx_linalg_inv(a)};
                cr_assert(cx_ok(), "%s", cx_error_message());
                for (int i = 0; i < COUNT; i++) {
                    if (threads == 1) first[i] = r[i];
                    cr_assert(check_same_bits(first[i], r[i]), "%lld: result %d on %d threads",
                              (long long)n, i, threads);
                }
            }
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}
