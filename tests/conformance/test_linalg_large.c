/* isa: each. timeout: 600. What is cut into panels and halves: products of odd sizes in every
 * layout against sums in long double, tall factors, where a factorisation stops, the same bits on
 * any number of threads; a hundred callers at once, and a child of fork. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHAPE(...) CX_SHAPE(__VA_ARGS__)

static const double *doubles(const cx_array *a)
{
    return cx_data_f64(cx_ascontiguous(cx_astype(a, CX_F64)));
}

/* Elements here and there, the first and last ones included. */
static void check_product(const cx_array *a, const cx_array *b, const cx_array *c)
{
    const int64_t m = cx_dim(a, 0), n = cx_dim(b, 1), k = cx_dim(a, 1);
    const double *const x = doubles(a), *const y = doubles(b), *const z = doubles(c);
    cr_assert(cx_ok() && cx_dim(c, 0) == m && cx_dim(c, 1) == n, "%s", cx_error_message());
    const double bound = 4 * sqrt((double)k) * check_eps(cx_dtype_of(a));
    for (int64_t i = 0; i < m; i += i + 17 < m ? 17 : 1)
        for (int64_t j = 0; j < n; j += j + 13 < n ? 13 : 1) {
            long double sum = 0;
            for (int64_t p = 0; p < k; p++)
                sum += (long double)x[i * k + p] * (long double)y[p * n + j];
            cr_assert(fabs((double)(sum - (long double)z[i * n + j])) <=
                          bound * fmax(1, fabs((double)sum)),
                      "%s %lld x %lld x %lld: element (%lld, %lld) is %.17g, not %.17Lg",
                      cx_dtype_name(cx_dtype_of(a)), (long long)m, (long long)k, (long long)n,
                      (long long)i, (long long)j, z[i * n + j], sum);
        }
}

Test(linalg_large, products_of_any_size_and_layout)
{
    static const int64_t sizes[][3] = {{24, 24, 24},   {97, 101, 103}, {193, 25, 200},
                                       {24, 600, 130}, {300, 515, 49}, {129, 1030, 71}};
    static const cx_dtype dtypes[] = {CX_F64, CX_F32};
    for (int s = 0; s < 6; s++)
        for (int d = 0; d < 2; d++)
            for (int how = 0; how < LIE_COUNT * LIE_COUNT; how++) {
                if (TEST_SANITIZED && how % 12 != 2 * s + d) continue; /* each pair somewhere */
                const cx_scope scope = cx_scope_open();
                const int64_t m = sizes[s][0], k = sizes[s][1], n = sizes[s][2];
                const cx_array *const a = check_random(SHAPE(m, k), dtypes[d],
                                                       (lie)(how % LIE_COUNT), 1),
                                      *const b = check_random(SHAPE(k, n), dtypes[d],
                                                              (lie)(how / LIE_COUNT), 2);
                check_product(a, b, cx_matmul(a, b));
                cx_array *const into =
                    cx_matrix_transpose(cx_empty(SHAPE(n, m), dtypes[d], CX_CPU));
                cr_assert(cx_matmul_into(a, b, into) == CX_OK, "%s", cx_error_message());
                check_product(a, b, into);
                cr_assert(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
            }
}

Test(linalg_large, a_matrix_times_its_transpose)
{
    static const int64_t sizes[][2] = {{130, 77},  {301, 40},   {257, 520},  {32, 9000},
                                       {24, 9001}, {64, 20000}, {40, 12345}, {33, 9999}};
    static const cx_dtype dtypes[] = {CX_F64, CX_F32};
    for (int s = 0; s < 8; s++)
        for (int d = 0; d < 2; d++)
            for (int how = 0; how < 2; how++) {
                const cx_scope scope = cx_scope_open();
                const cx_array *const a =
                    check_random(SHAPE(sizes[s][0], sizes[s][1]), dtypes[d], (lie)how, 3);
                const cx_array *const c = cx_matmul(a, cx_transpose(a));
                check_product(a, cx_transpose(a), c);
                cr_assert(check_same_bits(c, cx_ascontiguous(cx_transpose(c))), "not symmetric");
                const cx_array *const b =
                    check_random(SHAPE(sizes[s][1], 48), dtypes[d], LIE_ROWS, 4);
                check_product(a, b, cx_matmul(a, b));
                cr_assert(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
            }
}

/* Positive definite, but that element (at, at) is x. */
static cx_array *spoiled(int64_t n, cx_dtype t, int64_t at, double x)
{
    cx_array *const a = cx_add(cx_mul(check_random(SHAPE(n, n), t, LIE_ROWS, 5), cx_float(0)),
                               cx_mul(cx_eye(n, n, 0, t, CX_CPU), cx_int(2)));
    cr_assert(cx_copy_into(cx_float(x), cx_select(cx_select(a, 0, at), 0, at)) == CX_OK);
    return a;
}

Test(linalg_large, where_it_stops_is_told)
{
    static const int64_t places[] = {0, 63, 64, 130, 255, 256, 330, 418};
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 8; k++)
            for (int upper = 0; upper < 2; upper++) {
                const cx_scope s = cx_scope_open();
                const cx_dtype t = d == 0 ? CX_F64 : CX_F32;
                char text[120];
                const cx_array *const a = spoiled(419, t, places[k], -1), *const z = spoiled(
                                                                              419, t, places[k], 0);
                const cx_array *const l =
                    cx_linalg_cholesky(a, CX_OPTS(cx_cholesky_opts, .upper = upper != 0));
                snprintf(text, sizeof text,
                         "linalg_cholesky: a is not positive definite: its leading minor of order "
                         "%lld is not",
                         (long long)places[k] + 1);
                cr_assert(cx_status_of(l) == CX_E_SINGULAR);
                cr_assert_str_eq(cx_error_message(), text);
                const cx_array *const x = cx_linalg_solve(upper ? cx_transpose(z) : z, a);
                snprintf(text, sizeof text, "linalg_solve: a is singular: pivot %lld is zero",
                         (long long)places[k] + 1);
                cr_assert(cx_status_of(x) == CX_E_SINGULAR);
                cr_assert_str_eq(cx_error_message(), text);
                (void)!cx_scope_close(s);
            }
}

Test(linalg_large, what_is_not_a_number_ends)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = spoiled(400, CX_F64, 170, NAN), *const b = cx_ones(SHAPE(400), CX_F64,
                                                                                 CX_CPU);
    const cx_array *const x = cx_linalg_solve(a, b);
    cr_assert(cx_status_of(x) != CX_OK || isnan(cx_data_f64(x)[170]));
    (void)!cx_scope_close(s);
}

Test(linalg_large, the_same_bits_on_any_number_of_threads)
{
    for (int d = 0; d < 2; d++) {
        const cx_scope s = cx_scope_open();
        const cx_dtype t = d == 0 ? CX_F64 : CX_F32;
        const cx_array *const a = check_random(SHAPE(410, 410), t, LIE_ROWS, 1),
                              *const p = cx_add(cx_matmul(a, cx_transpose(a)),
                                                cx_eye(410, 410, 0, t, CX_CPU)),
                              *const tall = check_random(SHAPE(20000, 32), t, LIE_ROWS, 2),
                              *const q = check_random(SHAPE(100, 7, 7), t, LIE_ROWS, 3);
        enum { COUNT = 12 };
        const cx_array *first[COUNT];
        for (int threads = 1; threads <= 3; threads++) {
            cr_assert(cx_set_num_threads(threads) == CX_OK);
            const cx_eigh e = cx_linalg_eigh(q, NULL);
            const cx_qr f = cx_linalg_qr(tall, NULL), g = cx_linalg_qr(a, NULL);
            const cx_array *const r[COUNT] = {cx_matmul(a, p),
                                              cx_matmul(cx_transpose(tall), tall),
                                              cx_linalg_solve(a, p),
                                              cx_linalg_inv(p),
                                              cx_linalg_cholesky(p, NULL),
                                              e.w,
                                              e.v,
                                              f.q,
                                              f.r,
                                              g.q,
                                              g.r,
                                              cx_linalg_qr_multiply(a, p, NULL).cq};
            cr_assert(cx_ok(), "%s", cx_error_message());
            for (int i = 0; i < COUNT; i++) {
                if (threads == 1)
                    first[i] = r[i];
                else
                    cr_assert(check_same_bits(first[i], r[i]), "result %d on %d threads", i,
                              threads);
            }
        }
        cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    }
}

static void check_qr(const cx_array *a, cx_qr_mode mode)
{
    const int64_t m = cx_dim(a, -2), n = cx_dim(a, -1);
    const cx_dtype t = cx_dtype_of(a);
    const double size = check_size(a), bound = 8 * sqrt((double)m) * check_eps(t);
    const cx_qr f = cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = mode));
    cr_assert(cx_ok() && cx_dim(f.q, -1) == (mode == CX_QR_COMPLETE || m < n ? m : n), "%s",
              cx_error_message());
    const double off = check_distance(cx_matmul(f.q, f.r), a);
    cr_assert(off <= bound * size, "%lld x %lld: a - q r is %g", (long long)m, (long long)n, off);
    const cx_array *const g = cx_matmul(check_adjoint(f.q), f.q);
    const double same =
        check_distance(g, cx_broadcast_to(cx_eye(cx_dim(g, -1), -1, 0, t, CX_CPU), cx_shape_of(g)));
    cr_assert(same <= bound, "%lld x %lld: q^T q - 1 is %g", (long long)m, (long long)n, same);
    cr_assert(check_distance(cx_triu(f.r, 0), f.r) == 0);
}

/* Blocks of rows, groups of triangles: around where one more begins; columns that are multiples of
 * others, that stand in one block alone, that are nothing or nearly so beside their first element.
 */
Test(linalg_large, tall_matrices_by_blocks_of_rows)
{
    static const int64_t sizes[][2] = {{2047, 3},  {2048, 3},  {2049, 8},  {2303, 16},
                                       {4100, 32}, {8192, 64}, {33000, 2}, {70000, 1}};
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 8; k++)
            for (int how = 0; how < LIE_COUNT; how++) {
                const cx_scope s = cx_scope_open();
                check_qr(check_random(SHAPE(sizes[k][0], sizes[k][1]), d == 0 ? CX_F64 : CX_F32,
                                      (lie)how, (uint32_t)k),
                         CX_QR_REDUCED);
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
    const cx_scope s = cx_scope_open();
    check_qr(check_random(SHAPE(2500, 5), CX_F64, LIE_ROWS, 1), CX_QR_COMPLETE);
    check_qr(check_random(SHAPE(2, 3, 2200, 4), CX_F32, LIE_ROWS, 2), CX_QR_REDUCED);
    const cx_array *const a = check_random(SHAPE(4000, 1), CX_F64, LIE_ROWS, 3),
                          *const one = cx_eye(4000, 1, -130, CX_F64, CX_CPU),
                          *const top = cx_eye(4000, 1, 0, CX_F64, CX_CPU);
    check_qr(cx_concatenate(CX_ARRAYS(a, cx_mul(a, cx_int(-3)), one, cx_mul(one, cx_int(0)), top,
                                      cx_add(top, cx_mul(a, cx_float(1e-200))),
                                      cx_add(top, cx_mul(a, cx_float(1e-20)))),
                            1),
             CX_QR_REDUCED);
    check_qr(cx_zeros(SHAPE(3000, 3), CX_F64, CX_CPU), CX_QR_REDUCED);
    check_qr(cx_mul(check_random(SHAPE(3000, 3), CX_F64, LIE_ROWS, 4), cx_float(1e300)),
             CX_QR_REDUCED);
    check_qr(cx_mul(check_random(SHAPE(3000, 3), CX_F64, LIE_ROWS, 4), cx_float(1e-300)),
             CX_QR_REDUCED);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* u s vh = a with orthonormal factors, values that fall and do not depend on whether vectors were
 * wanted. */
static void check_thin_svd(const cx_array *a)
{
    const cx_svd f = cx_linalg_svd(a, CX_OPTS(cx_svd_opts, .thin = true));
    const int64_t m = cx_dim(a, 0), n = cx_dim(a, 1), k = m < n ? m : n;
    const double eps = check_eps(cx_dtype_of(a)), bound = 40 * (double)k * eps;
    cr_assert(cx_ok(), "%s", cx_error_message());
    const cx_array *const one = cx_eye(k, k, 0, CX_F64, CX_CPU),
                          *const back =
                              cx_matmul(cx_mul(f.u, cx_astype(f.s, cx_dtype_of(a))), f.vh);
    const double left = check_distance(cx_matmul(check_adjoint(f.u), f.u), one),
                 right = check_distance(cx_matmul(f.vh, check_adjoint(f.vh)), one),
                 off = check_distance(back, a), top = cx_item_f64(cx_max(f.s, CX_ALL));
    cr_assert(left <= bound && right <= bound && off <= bound * top, "%lld x %lld: %g %g %g of %g",
              (long long)m, (long long)n, left, right, off, top);
    if (k > 1)
        cr_assert(cx_item_bool(cx_all(
            cx_less_equal(cx_sub(cx_slice(f.s, 0, 1, CX_END, 1), cx_slice(f.s, 0, 0, k - 1, 1)),
                          cx_float(0)),
            CX_ALL)));
    cr_assert(check_distance(cx_linalg_svdvals(a), f.s) <= bound * top);
}

/* By QR or LQ of the long side first, whichever way the matrix lies. */
Test(linalg_large, svd_of_long_matrices)
{
    static const int64_t sizes[][2] = {{20000, 4}, {4100, 33}, {1024, 32}, {700, 300}, {40000, 1}};
    static const cx_dtype types[] = {CX_F64, CX_F32, CX_C128, CX_C64};
    for (int d = 0; d < 4; d++)
        for (int k = 0; k < 5; k++)
            for (int how = 0; how < LIE_COUNT; how++) {
                if (TEST_SANITIZED && (how + k + d) % LIE_COUNT != 0) continue;
                const cx_scope s = cx_scope_open();
                const cx_array *const a =
                    check_random(SHAPE(sizes[k][0], sizes[k][1]), types[d], (lie)how, (uint32_t)k);
                check_thin_svd(a);
                check_thin_svd(cx_transpose(a));
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(SHAPE(5000, 8), CX_F64, LIE_ROWS, 7);
    check_thin_svd(cx_mul(a, cx_float(1e300)));
    check_thin_svd(cx_mul(a, cx_float(1e-300)));
    check_thin_svd(cx_transpose(cx_mul(a, cx_float(1e300))));
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

/* Blocks of 48 reflectors, leaves of 12 columns: sizes around where one more begins. */
Test(linalg_large, qr_by_blocks_of_reflectors)
{
    static const int64_t sizes[][2] = {{65, 65},   {66, 97},   {97, 66},   {129, 129}, {130, 128},
                                       {200, 130}, {130, 200}, {300, 300}, {700, 81},  {70, 900}};
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 10; k++)
            for (int how = 0; how < LIE_COUNT; how++) {
                const cx_scope s = cx_scope_open();
                const cx_array *const a =
                    check_random(SHAPE(sizes[k][0], sizes[k][1]), d == 0 ? CX_F64 : CX_F32,
                                 (lie)how, (uint32_t)k);
                check_qr(a, CX_QR_REDUCED);
                check_qr(a, CX_QR_COMPLETE);
                const cx_qr f = cx_linalg_qr(a, NULL),
                            g = cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = CX_QR_R));
                cr_assert(cx_ok() && check_same_bits(f.r, g.r));
                cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
            }
}

/* Columns that are nothing, that are others' multiples, or that need no reflector; elements whose
 * squares leave the range; a stack. */
Test(linalg_large, qr_of_matrices_without_full_rank)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = check_random(SHAPE(210, 40), CX_F64, LIE_ROWS, 1),
                          *const b = check_random(SHAPE(40, 170), CX_F64, LIE_ROWS, 2),
                          *const none = cx_zeros(SHAPE(210, 50), CX_F64, CX_CPU);
    check_qr(cx_matmul(a, b), CX_QR_REDUCED);
    check_qr(cx_concatenate(CX_ARRAYS(a, none, a, cx_mul(a, cx_int(-2)), none), 1), CX_QR_COMPLETE);
    check_qr(cx_concatenate(CX_ARRAYS(none, a, none, a), 1), CX_QR_REDUCED);
    check_qr(cx_eye(200, 150, 0, CX_F64, CX_CPU), CX_QR_COMPLETE);
    check_qr(cx_triu(check_random(SHAPE(150, 150), CX_F32, LIE_ROWS, 3), 0), CX_QR_REDUCED);
    check_qr(cx_zeros(SHAPE(130, 130), CX_F32, CX_CPU), CX_QR_REDUCED);
    check_qr(cx_mul(check_random(SHAPE(150, 100), CX_F64, LIE_ROWS, 4), cx_float(1e300)),
             CX_QR_REDUCED);
    check_qr(cx_mul(check_random(SHAPE(150, 100), CX_F64, LIE_ROWS, 4), cx_float(1e-300)),
             CX_QR_REDUCED);
    check_qr(check_random(SHAPE(3, 100, 90), CX_F64, LIE_COLUMNS, 5), CX_QR_COMPLETE);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg_large, products_with_q_by_blocks_of_reflectors)
{
    static const int64_t sizes[][2] = {{65, 65}, {200, 130}, {130, 200}, {301, 299}, {700, 81}};
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 5; k++) {
            const cx_scope s = cx_scope_open();
            const cx_dtype t = d == 0 ? CX_F64 : CX_F32;
            const int64_t m = sizes[k][0], n = sizes[k][1], small = m < n ? m : n;
            const cx_array *const a = check_random(SHAPE(m, n), t, LIE_ROWS, 1),
                                  *const c = check_random(SHAPE(small, 77), t, LIE_COLUMNS, 2),
                                  *const e = check_random(SHAPE(45, m), t, LIE_ROWS, 3);
            const cx_array *const q = cx_linalg_qr(a, NULL).q;
            const cx_array *const
                left = cx_linalg_qr_multiply(a, c, CX_OPTS(cx_qr_multiply_opts, .left = true)).cq,
                *const right = cx_linalg_qr_multiply(a, e, NULL).cq;
            cr_assert(cx_ok(), "%s", cx_error_message());
            const double bound = 16 * sqrt((double)m) * check_eps(t);
            cr_assert(check_distance(left, cx_matmul(q, c)) <= bound * check_size(c));
            cr_assert(check_distance(right, cx_matmul(e, q)) <= bound * check_size(e));
            cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
        }
}

/* ---- many callers */
enum { CALLERS = 100, SIZE = 200 };

/* NULL: the residuals are small */
static void *caller(void *ctx)
{
    const cx_scope s = cx_scope_open();
    const uint32_t seed = (uint32_t)(uintptr_t)ctx;
    const cx_array *const a = cx_add(check_random(SHAPE(SIZE, SIZE), CX_F64, LIE_ROWS, seed),
                                     cx_mul(cx_eye(SIZE, SIZE, 0, CX_F64, CX_CPU), cx_int(20))),
                          *const b = check_random(SHAPE(SIZE, 3), CX_F64, LIE_ROWS, seed + 1);
    bool good = true;
    for (int i = 0; i < 3; i++) {
        const cx_array *const x = cx_linalg_solve(a, b);
        good = good && check_distance(cx_matmul(a, x), b) < 1e-11;
    }
    return cx_scope_close(s) == CX_OK && good ? NULL : ctx;
}

static int callers(void)
{
    pthread_t thread[CALLERS];
    int bad = 0;
    for (int k = 0; k < CALLERS; k++)
        cr_assert(pthread_create(&thread[k], NULL, caller, (void *)(uintptr_t)(k + 1)) == 0);
    for (int k = 0; k < CALLERS; k++) {
        void *result = NULL;
        cr_assert(pthread_join(thread[k], &result) == 0);
        bad += result != NULL;
    }
    return bad;
}

Test(linalg_large, a_hundred_callers_get_right_answers)
{
    cr_assert(callers() == 0);
}

Test(linalg_large, a_child_of_fork_solves_too)
{
    cr_assert(caller((void *)(uintptr_t)1) == NULL); /* the pool and the library are at work */
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        int bad = caller((void *)(uintptr_t)2) != NULL;
        if (!bad) bad = callers();
        _exit(bad == 0 ? 0 : 1);
    }
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_assert(callers() == 0);
}
