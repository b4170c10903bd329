/* device: each. Band matrices by residuals: solutions, factors and eigenvectors, for every accepted
 * dtype and several widths; where the device has no slots, the error. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>

static const cx_dtype floats[] = {CX_F32, CX_F64, CX_C64, CX_C128};

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s: %s off by %g, bound %g; %s", what,
              cx_dtype_name(cx_dtype_of(wanted)), d, bound, cx_error_message());
}

/* Numbers of a matrix with l diagonals below the main one and u above it, as bands and as it is. */
typedef struct pair {
    const cx_array *bands, *whole;
} pair;

/* hermitian: only the bands of one triangle, lower or upper, are given */
static pair make(int64_t n, int64_t l, int64_t u, cx_dtype t, double diagonal, bool hermitian,
                 bool lower, uint32_t seed)
{
    const cx_array *r = check_random(CX_SHAPE(n, n), t, LIE_ROWS, seed);
    if (hermitian) r = cx_add(r, check_adjoint(r));
    const cx_array *const all =
        cx_add(r, cx_mul(cx_eye(n, -1, 0, t, test_device()), cx_float(diagonal)));
    const cx_array *const whole =
        cx_tril(cx_triu(cx_copy(all), (int)-l), (int)u); /* what is outside is 0 */
    const int64_t above = hermitian && lower ? 0 : u, below = hermitian && !lower ? 0 : l;
    const cx_array *rows[64];
    for (int64_t d = above; d >= -below; d--) {
        const cx_array *const line = cx_diagonal(whole, d);
        const cx_array *const rest =
            cx_full(CX_SHAPE(n < llabs(d) ? n : llabs(d)), cx_float(7), t, test_device());
        const cx_array *const full = d > 0 ? cx_concatenate(CX_ARRAYS(rest, line), 0)
                                           : cx_concatenate(CX_ARRAYS(line, rest), 0);
        rows[above - d] = cx_slice(full, 0, 0, n, 1);
    }
    return (pair){cx_stack((cx_arrays){(int)(above + below + 1), rows}, 0), whole};
}

static void check_solve(int64_t n, int64_t l, int64_t u, cx_dtype t, uint32_t seed)
{
    const pair p = make(n, l, u, t, 2, false, false, seed);
    const cx_array *const b = check_random(CX_SHAPE(n, 3), t, (lie)(seed % LIE_COUNT), seed + 1);
    const cx_array *const x = cx_linalg_solve_banded(l, u, p.bands, b);
    near(cx_matmul(p.whole, x), b,
         16 * (double)(l + u + 1) * check_eps(t) * check_size(p.whole) * check_size(x), "a x = b");
}

static void check_definite(int64_t n, int64_t k, cx_dtype t, bool lower, uint32_t seed)
{
    const pair p = make(n, k, k, t, 2 * (double)k + 2, true, lower, seed);
    const cx_banded_opts *const o = CX_OPTS(cx_banded_opts, .lower = lower);
    const cx_array *const b = check_random(CX_SHAPE(n, 2), t, LIE_ROWS, seed + 1);
    const cx_array *const x = cx_linalg_solveh_banded(p.bands, b, o);
    const double bound = 16 * (double)(k + 1) * check_eps(t) * check_size(p.whole) * check_size(x);
    near(cx_matmul(p.whole, x), b, bound, "a x = b, Hermitian");
    const cx_array *const c = cx_linalg_cholesky_banded(p.bands, o);
    near(cx_matmul(p.whole, cx_linalg_cho_solve_banded(c, b, o)), b, bound, "a x = b by a factor");
}

/* r of n values, from `first` on */
static void check_vectors(const cx_array *a, cx_eigh e, int64_t r)
{
    const cx_dtype t = cx_dtype_of(a);
    const double n = (double)cx_dim(a, -1), eps = check_eps(t);
    cr_assert(cx_dim(e.w, -1) == r && cx_dim(e.v, -1) == r, "%s", cx_error_message());
    near(cx_matmul(a, e.v), cx_mul(e.v, cx_expand_dims(e.w, -2)), 8 * n * eps * check_size(a) * n,
         "a v = v w");
    near(cx_matmul(check_adjoint(e.v), e.v), cx_eye(r, -1, 0, t, test_device()), 16 * n * eps,
         "orthonormal v");
    for (int64_t i = 0; i + 1 < r; i++)
        cr_assert(cx_item_f64(cx_select(e.w, 0, i)) <= cx_item_f64(cx_select(e.w, 0, i + 1)));
}

static void check_eigen(int64_t n, int64_t k, cx_dtype t, bool lower, uint32_t seed)
{
    const pair p = make(n, k, k, t, 0, true, lower, seed);
    check_vectors(p.whole,
                  cx_linalg_eig_banded(p.bands, CX_OPTS(cx_eig_banded_opts, .lower = lower)), n);
    const cx_eigh some = cx_linalg_eig_banded(p.bands, CX_OPTS(cx_eig_banded_opts, .lower = lower,
                                                               .select = CX_EIG_INDICES,
                                                               .first = n / 3, .last = n - 1));
    check_vectors(p.whole, some, n - n / 3);
}

static void check_tridiagonal(int64_t n, cx_dtype t, uint32_t seed)
{
    const pair p = make(n, 1, 1, t, 0, true, true, seed);
    const cx_array *const d = cx_select(p.bands, 0, 0), *const e =
                                                            cx_slice(cx_select(p.bands, 0, 1), 0, 0,
                                                                     n - 1, 1);
    const cx_eigh all = cx_linalg_eigh_tridiagonal(d, e, NULL);
    check_vectors(p.whole, all, n);
    const int64_t first = n / 3, last = n - 1 - n / 4;
    check_vectors(
        p.whole,
        cx_linalg_eigh_tridiagonal(d, e,
                                   CX_OPTS(cx_eigh_tridiagonal_opts, .select = CX_EIG_INDICES,
                                           .first = first, .last = last)),
        last - first + 1);
    const double middle =
        n > 1 ? (cx_item_f64(cx_select(all.w, 0, 0)) + cx_item_f64(cx_select(all.w, 0, 1))) / 2
              : -INFINITY;
    check_vectors(
        p.whole,
        cx_linalg_eigh_tridiagonal(d, e,
                                   CX_OPTS(cx_eigh_tridiagonal_opts, .select = CX_EIG_VALUES,
                                           .low = middle, .high = INFINITY)),
        n > 1 ? n - 1 : 1);
}

Test(banded, residuals)
{
    if (!test_on_cpu()) return;
    static const int64_t sizes[] = {1, 2, 3, 7, 16, 45};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 6; j++)
            for (int64_t k = 0; k < 4 && k < sizes[j]; k++) {
                const cx_scope s = cx_scope_open();
                const int64_t n = sizes[j];
                for (int64_t u = 0; u < 4 && u < n; u++)
                    check_solve(n, k, u, floats[i], (uint32_t)(n + 10 * k + u));
                for (int lower = 0; lower < 2; lower++) {
                    check_definite(n, k, floats[i], lower != 0, (uint32_t)(n + k));
                    check_eigen(n, k, floats[i], lower != 0, (uint32_t)(n + k));
                }
                if (i < 2 && k == 0 && n > 1) check_tridiagonal(n, floats[i], (uint32_t)n);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

/* Wilkinson's matrix has pairs of eigenvalues that agree to the last digit. */
Test(banded, pairs_of_eigenvalues)
{
    if (!test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const d = cx_abs(cx_arange_i64(-10, 11, 1, CX_F64, test_device())),
                          *const e = cx_ones(CX_SHAPE(20), CX_F64, test_device());
    const cx_array *const a = cx_add(cx_diag(d, 0), cx_add(cx_diag(e, 1), cx_diag(e, -1)));
    check_vectors(a, cx_linalg_eigh_tridiagonal(d, e, NULL), 21);
    check_vectors(
        a,
        cx_linalg_eigh_tridiagonal(
            d, e,
            CX_OPTS(cx_eigh_tridiagonal_opts, .select = CX_EIG_INDICES, .first = 10, .last = 20)),
        11);
    const cx_array *const w = cx_linalg_eigvalsh_tridiagonal(d, e, NULL);
    cr_assert_float_eq(cx_item_f64(cx_select(w, 0, 20)), 10.746194182903393, 1e-14);
    cr_assert_float_eq(cx_item_f64(cx_select(w, 0, 19)), 10.746194182903322, 1e-14);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(banded, the_same_bits_on_any_number_of_threads)
{
    if (!test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const a =
        cx_add(cx_abs(check_random(CX_SHAPE(40, 3, 9), CX_F64, LIE_ROWS, 1)), cx_float(0.5));
    const cx_array *const b = check_random(CX_SHAPE(40, 9, 2), CX_F64, LIE_ROWS, 2);
    const cx_array *first[2] = {NULL, NULL};
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert(cx_set_num_threads(threads) == CX_OK);
        const cx_array *const r[2] = {cx_linalg_solve_banded(1, 1, a, b),
                                      cx_linalg_eigvals_banded(a, NULL)};
        for (int i = 0; i < 2; i++) {
            if (threads == 1) first[i] = r[i];
            cr_assert(check_same_bits(first[i], r[i]));
        }
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(banded, devices_without)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_ones(CX_SHAPE(2, 5), CX_F64, test_device()), *const b = cx_ones(
                                                                                  CX_SHAPE(5),
                                                                                  CX_F64,
                                                                                  test_device());
    const cx_array *const r[] = {cx_linalg_solve_banded(1, 0, a, b),
                                 cx_linalg_solveh_banded(a, b, NULL),
                                 cx_linalg_cho_solve_banded(a, b, NULL),
                                 cx_linalg_cholesky_banded(a, NULL),
                                 cx_linalg_eigvals_banded(a, NULL),
                                 cx_linalg_eigvalsh_tridiagonal(b, cx_slice(b, 0, 0, 4, 1), NULL)};
    for (int i = 0; i < 6; i++) cr_assert_eq(cx_status_of(r[i]), CX_E_UNSUPPORTED, "call %d", i);
    (void)!cx_scope_close(s);
}
