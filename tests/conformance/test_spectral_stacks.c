/* device: each. isa: each. timeout: 600. Eigenvalues of stacks of small symmetric matrices and
 * singular values of any by their identities: every size around and past the limit of the kernels
 * with one matrix in a lane, hard matrices side by side in one stack, the triangle that is not
 * read, members that are not finite.
 */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GALLERY = 12, LARGEST = 34 };

static double number(uint32_t *x)
{
    *x = *x * 1664525u + 1013904223u;
    return (double)(*x >> 8) / (1 << 24) - 0.5;
}

/* Element (i, j), i >= j, of hard matrix `which`; random ones where there is no rule. */
static double hard(int which, int64_t n, int64_t i, int64_t j, double big, uint32_t *seed)
{
    const double r = number(seed);
    switch (which) {
    case 0: return 0;
    case 1: return i == j ? -3 : 0;                              /* one value n times */
    case 2: return i == j ? (double)(i % 3) : 0;                 /* clusters */
    case 3: return r * pow(10, -(double)(i + j));                /* graded, falling */
    case 4: return r * pow(10, (double)(i + j) - 2 * (double)n); /* graded, rising */
    case 5: return 1;                                            /* of rank 1 */
    case 6:
        return i == j ? fabs((double)i - (double)(n - 1) / 2) : i == j + 1 ? 1 : 0; /* Wilkinson */
    case 7: return r * big;
    case 8: return r / big;
    case 9: return i == j ? 1 : i == n - 1 && j == 0 ? 1e-30 : 0; /* next to nothing */
    case 10: return 1 / (double)(i + j + 1);                      /* Hilbert */
    default: return r;
    }
}

/* A stack in which every lane has something else. What is not to be read is NaN. */
static cx_array *gallery(int64_t count, int64_t n, cx_dtype t, bool upper)
{
    cx_array *const a = cx_empty(CX_SHAPE(count, n, n), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(a);
    uint32_t seed = (uint32_t)(count * 64 + n);
    for (int64_t k = 0; k < count; k++)
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j <= i; j++) {
                const double x =
                    hard((int)((k + n) % GALLERY), n, i, j, t == CX_F32 ? 1e37 : 1e307, &seed);
                double *const m = p + k * n * n;
                m[i * n + j] = upper ? NAN : x;
                m[upper ? j * n + i : i * n + j] = x;
                if (i != j) m[upper ? i * n + j : j * n + i] = NAN;
            }
    return test_here(cx_astype(a, t));
}

static const double *doubles(const cx_array *a)
{
    return cx_data_f64(test_host(cx_ascontiguous(cx_astype(a, CX_F64))));
}

static void check_gallery(int64_t count, int64_t n, cx_dtype t, bool upper)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = gallery(count, n, t, upper);
    const cx_eigh e = cx_linalg_eigh(a, CX_OPTS(cx_eigh_opts, .upper = upper));
    const double *const values =
        doubles(cx_linalg_eigvalsh(a, CX_OPTS(cx_eigh_opts, .upper = upper)));
    const double *const pa = doubles(a), *const w = doubles(e.w), *const v = doubles(e.v);
    cr_assert(cx_ok(), "size %lld: %s", (long long)n, cx_error_message());
    const double bound = 8 * (double)n * check_eps(t);
    for (int64_t k = 0; k < count; k++) {
        const double *const m = pa + k * n * n, *const vk = v + k * n * n, *const wk = w + k * n;
        double size = 0;
        for (int64_t i = 0; i < n * n; i++)
            if (isfinite(m[i])) size = fmax(size, fabs(m[i]));
        const double by = size > 0 ? 1 / size : 1; /* the norm is between 1 and n then */
        for (int64_t c = 0; c < n; c++) {
            if (c > 0)
                cr_assert(wk[c] >= wk[c - 1], "size %lld, matrix %lld", (long long)n, (long long)k);
            cr_assert(fabs(wk[c] * by - values[k * n + c] * by) <= bound * (double)n,
                      "eigvalsh, size %lld, matrix %lld", (long long)n, (long long)k);
            for (int64_t i = 0; i < n; i++) {
                double left = -wk[c] * by * vk[i * n + c], same = i == c ? -1 : 0;
                for (int64_t j = 0; j < n; j++) {
                    const bool stored = upper ? i <= j : i >= j;
                    left += (stored ? m[i * n + j] : m[j * n + i]) * by * vk[j * n + c];
                    same += vk[j * n + i] * vk[j * n + c];
                }
                cr_assert(fabs(left) <= bound * sqrt((double)n),
                          "%s, size %lld, matrix %lld: A v - v w is %g", cx_dtype_name(t),
                          (long long)n, (long long)k, left);
                cr_assert(fabs(same) <= bound, "%s, size %lld, matrix %lld: v^T v - 1 is %g",
                          cx_dtype_name(t), (long long)n, (long long)k, same);
            }
        }
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(spectral_stacks, hard_matrices_side_by_side)
{
    static const int64_t counts[] = {16, 17, 29, 33};
    if (!test_on_cpu())
        return; /* the other triangle is NaN: copies through a device's routines are tested below */
    for (int64_t n = 1; n <= LARGEST; n++)
        for (int upper = 0; upper < 2; upper++) {
            check_gallery(counts[n % 4], n, CX_F64, upper != 0);
            check_gallery(counts[(n + 1) % 4], n, CX_F32, upper != 0);
        }
}

/* largest |x^T x - 1| of columns (rows: of rows) */
static double from_orthonormal(const double *x, int64_t rows, int64_t cols, bool of_rows)
{
    const int64_t count = of_rows ? rows : cols, length = of_rows ? cols : rows,
                  along = of_rows ? 1 : cols, across = of_rows ? cols : 1;
    double most = 0;
    for (int64_t a = 0; a < count; a++)
        for (int64_t b = 0; b < count; b++) {
            double sum = a == b ? -1 : 0;
            for (int64_t i = 0; i < length; i++)
                sum += x[a * across + i * along] * x[b * across + i * along];
            if (!(fabs(sum) <= most)) most = fabs(sum);
        }
    return most;
}

static void check_values(int64_t count, int64_t m, int64_t n, cx_dtype t, bool thin)
{
    const cx_scope s = cx_scope_open();
    const int64_t k = m < n ? m : n, big = m < n ? n : m;
    cx_array *const a = cx_empty(CX_SHAPE(count, m, n), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(a);
    uint32_t seed = (uint32_t)(count + 64 * m + n);
    for (int64_t c = 0; c < count; c++)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++)
                p[(c * m + i) * n + j] =
                    hard((int)((c + n) % GALLERY), big, i, j, t == CX_F32 ? 1e37 : 1e307, &seed);
    const cx_array *const x = test_here(cx_astype(a, t));
    const cx_svd f = cx_linalg_svd(x, CX_OPTS(cx_svd_opts, .thin = thin));
    const double *const alone = doubles(cx_linalg_svdvals(x)), *const u = doubles(f.u),
                        *const w = doubles(f.s), *const v = doubles(f.vh), *const px = doubles(x);
    cr_assert(cx_ok(), "%lld x %lld: %s", (long long)m, (long long)n, cx_error_message());
    const double bound = 8 * (double)big * check_eps(t);
    const int64_t cols = thin ? k : m, rows = thin ? k : n;
    for (int64_t c = 0; c < count; c++) {
        double size = 0;
        for (int64_t i = 0; i < m * n; i++) size = fmax(size, fabs(px[c * m * n + i]));
        const double by = size > 0 ? 1 / size : 1;
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                double left = -px[(c * m + i) * n + j] * by;
                for (int64_t l = 0; l < k; l++)
                    left +=
                        u[(c * m + i) * cols + l] * (w[c * k + l] * by) * v[(c * rows + l) * n + j];
                cr_assert(fabs(left) <= bound * sqrt((double)big),
                          "%s %lld x %lld, matrix %lld: u s vh - a is %g", cx_dtype_name(t),
                          (long long)m, (long long)n, (long long)c, left);
            }
        for (int64_t l = 0; l < k; l++) {
            cr_assert(w[c * k + l] >= 0 && (l == 0 || w[c * k + l] <= w[c * k + l - 1]));
            cr_assert(fabs(w[c * k + l] - alone[c * k + l]) * by <= bound * (double)big);
        }
        const double of_u = from_orthonormal(u + c * m * cols, m, cols, false),
                     of_v = from_orthonormal(v + c * rows * n, rows, n, true);
        cr_assert(of_u <= bound && of_v <= bound,
                  "%s %lld x %lld, matrix %lld: u and vh are off by %g and %g", cx_dtype_name(t),
                  (long long)m, (long long)n, (long long)c, of_u, of_v);
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(spectral_stacks, singular_values_of_hard_matrices)
{
    static const int64_t counts[] = {16, 17, 29, 33};
    if (!test_on_cpu()) return;
    for (int64_t m = 1; m <= 17; m += m < 6 ? 1 : 3)
        for (int64_t n = 1; n <= 17; n += n < 6 ? 1 : 3)
            for (int thin = 0; thin < 2; thin++) {
                check_values(counts[(m + n) % 4], m, n, CX_F64, thin != 0);
                check_values(counts[(m + n + 1) % 4], m, n, CX_F32, thin != 0);
            }
}

Test(spectral_stacks, as_each_matrix_alone_in_every_layout)
{
    for (int d = 0; d < 2; d++)
        for (int how = 0; how < LIE_COUNT; how++) {
            const cx_scope s = cx_scope_open();
            const cx_dtype t = d == 0 ? CX_F64 : CX_F32;
            const int64_t n = 5;
            const cx_array *const r = check_random(CX_SHAPE(37, n, n), t, (lie)how, 9),
                                  *const a = cx_add(r, check_adjoint(r));
            const cx_array *const w = cx_linalg_eigvalsh(a, NULL);
            for (int64_t i = 0; i < 37; i++) {
                const double off = check_distance(cx_select(w, 0, i),
                                                  cx_linalg_eigvalsh(cx_select(a, 0, i), NULL));
                cr_assert(off <= 16 * (double)n * check_eps(t), "matrix %lld: %g", (long long)i,
                          off);
            }
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

Test(spectral_stacks, a_member_that_is_not_finite_is_told_and_the_others_are_right)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    if (!test_on_cpu()) return;
    for (int k = 0; k < 3; k++)
        for (int64_t i = 0; i < 19; i++) {
            const cx_scope s = cx_scope_open();
            const int64_t n = 4;
            char text[80];
            cx_array *const a = cx_copy(
                cx_broadcast_to(cx_eye(n, n, 0, CX_F64, test_device()), CX_SHAPE(19, n, n)));
            cr_assert(cx_copy_into(cx_float(values[k]),
                                   cx_select(cx_select(cx_select(a, 0, i), 0, 3), 0, i % 4)) ==
                          CX_OK,
                      "%s", cx_error_message());
            const cx_array *const w = cx_linalg_eigvalsh(a, NULL);
            snprintf(text, sizeof text, "linalg_eigvalsh: matrix (%lld,) of a has no eigenvalues",
                     (long long)i);
            cr_assert(cx_status_of(w) == CX_E_CONVERGENCE, "%s", cx_error_message());
            cr_assert(strncmp(cx_error_message(), text, strlen(text)) == 0, "%s",
                      cx_error_message());
            const cx_array *const v = cx_linalg_svdvals(a);
            snprintf(text, sizeof text, "linalg_svdvals: matrix (%lld,) of a has no SVD",
                     (long long)i);
            cr_assert(cx_status_of(v) == CX_E_CONVERGENCE, "%s", cx_error_message());
            cr_assert(strncmp(cx_error_message(), text, strlen(text)) == 0, "%s",
                      cx_error_message());
            (void)!cx_scope_close(s);
        }
}
