/* device: each. isa: each. timeout: 600. Stacks of small matrices against each matrix alone, which
 * is factored by the library: sizes around and past the limit of the kernels with one matrix in a
 * lane, stacks around the number of lanes, members that cannot be factored in every place. */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#define SHAPE(...) CX_SHAPE(__VA_ARGS__)

static const cx_dtype dtypes[] = {CX_F64, CX_F32, CX_C128, CX_C64};
static const int64_t stacks[] = {7, 8, 9, 16, 17, 37};
enum { DTYPES = 4, STACKS = 6 };

static void near(const cx_array *got, const cx_array *wanted, double bound, const char *what,
                 int64_t n, int64_t i)
{
    const double d = check_distance(got, wanted);
    cr_assert(d <= bound, "%s of matrix %lld of size %lld, %s: off by %g, bound %g; %s", what,
              (long long)i, (long long)n, cx_dtype_name(cx_dtype_of(wanted)), d, bound,
              cx_error_message());
}

static void check_stack(int64_t count, int64_t n, cx_dtype t, lie how)
{
    const cx_scope s = cx_scope_open();
    const double eps = check_eps(t), c = 32 * (double)n * (double)n * eps;
    const int64_t cols = n % 11;
    const cx_array *const a = check_random(SHAPE(count, n, n), t, how, (uint32_t)n),
                          *const b = check_random(SHAPE(count, n, cols + 1), t, LIE_SLICED, 2),
                          *const eye = cx_eye(n, n, 0, t, test_device()),
                          *const p = cx_add(cx_matmul(a, check_adjoint(a)), eye);
    const cx_array *const x = cx_linalg_solve(a, b), *const v = cx_linalg_inv(a),
                          *const det = cx_linalg_det(a), *const l = cx_linalg_cholesky(p, NULL),
                          *const u =
                              cx_linalg_cholesky(p, CX_OPTS(cx_cholesky_opts, .upper = true));
    cr_assert(cx_ok(), "size %lld: %s", (long long)n, cx_error_message());
    for (int64_t i = 0; i < count; i++) {
        const cx_scope inner = cx_scope_open();
        const cx_array *const ai = cx_select(a, 0, i), *const bi = cx_select(b, 0, i),
                              *const pi = cx_select(p, 0, i);
        const cx_array *const vi = cx_linalg_inv(ai), *const xi = cx_linalg_solve(ai, bi),
                              *const di = cx_linalg_det(ai);
        const double k = c * (1 + check_size(ai) * check_size(vi) * (double)n);
        near(cx_select(v, 0, i), vi, k * check_size(vi), "inv", n, i);
        near(cx_select(x, 0, i), xi, k * check_size(xi), "solve", n, i);
        near(cx_select(det, 0, i), di, k * check_size(di), "det", n, i);
        const cx_array *const li = cx_linalg_cholesky(pi, NULL);
        near(cx_select(l, 0, i), li, c * check_size(pi) * check_size(pi), "cholesky", n, i);
        near(cx_select(u, 0, i), check_adjoint(li), c * check_size(pi) * check_size(pi),
             "cholesky upper", n, i);
        cr_assert(cx_scope_close(inner) == CX_OK, "%s", cx_error_message());
    }
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(linalg_stacks, as_each_matrix_alone)
{
    for (int d = 0; d < DTYPES; d++)
        for (int64_t n = 1; n <= 33; n++) {
            if (test_brief() && d != (n + n / 4) % DTYPES) continue;
            const int64_t count = stacks[(n + d) % STACKS];
            check_stack(count, n, dtypes[d], (lie)((n + d) % LIE_COUNT));
        }
}

Test(linalg_stacks, every_stack_of_4_by_4)
{
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < STACKS; k++)
            for (int how = 0; how < LIE_COUNT; how += test_brief() ? 2 : 1)
                check_stack(stacks[k], 4, dtypes[d], (lie)how);
}

/* the whole stack is told by its first matrix that fails, and by its number in the message */
static void expect(const cx_array *got, cx_status st, const char *function, int64_t i,
                   const char *why)
{
    char text[160];
    snprintf(text, sizeof text, "%s: matrix (%lld,) of a is %s", function, (long long)i, why);
    cr_assert(cx_status_of(got) == st, "%s", text);
    cr_assert_str_eq(cx_error_message(), text);
}

/* Identities, of which element (at, at) of matrix i is x. */
static cx_array *spoiled(int64_t count, int64_t n, cx_dtype t, int64_t i, int64_t at, double x)
{
    cx_array *const a =
        cx_copy(cx_broadcast_to(cx_eye(n, n, 0, t, test_device()), SHAPE(count, n, n)));
    cr_assert(cx_copy_into(cx_float(x), cx_select(cx_select(cx_select(a, 0, i), 0, at), 0, at)) ==
                  CX_OK,
              "%s", cx_error_message());
    return a;
}

Test(linalg_stacks, a_member_that_cannot_be_factored)
{
    static const int64_t sizes[] = {2, 3, 4, 9, 20};
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 5; k++)
            for (int64_t i = 0; i < 19; i += test_brief() ? 6 : 1) {
                const cx_scope s = cx_scope_open();
                const int64_t n = sizes[k], at = i % n;
                char why[120];
                const cx_array *const a = spoiled(19, n, dtypes[d], i, at, 0);
                const cx_array *const det = cx_linalg_det(a);
                cr_assert(cx_item_f64(cx_sum(det, CX_ALL)) == 18 &&
                          cx_item_f64(cx_select(det, 0, i)) == 0);
                snprintf(why, sizeof why, "singular: pivot %lld is zero", (long long)at + 1);
                expect(cx_linalg_inv(a), CX_E_SINGULAR, "linalg_inv", i, why);
                expect(cx_linalg_solve(a, a), CX_E_SINGULAR, "linalg_solve", i, why);
                const cx_array *const p = spoiled(19, n, dtypes[d], i, at, -1);
                snprintf(why, sizeof why,
                         "not positive definite: its leading minor of order %lld is not",
                         (long long)at + 1);
                expect(cx_linalg_cholesky(p, NULL), CX_E_SINGULAR, "linalg_cholesky", i, why);
                expect(cx_linalg_cholesky(p, CX_OPTS(cx_cholesky_opts, .upper = true)),
                       CX_E_SINGULAR, "linalg_cholesky", i, why);
                near(cx_linalg_inv(p), p, 0, "inv", n, i);
                (void)!cx_scope_close(s);
            }
}

/* What is not a number stays with its matrix, and is an error or none as for that matrix alone. */
Test(linalg_stacks, a_member_that_is_not_finite)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    if (!test_on_cpu()) return; /* the libraries of a device differ among themselves */
    for (int d = 0; d < 2; d++)
        for (int k = 0; k < 3; k++)
            for (int64_t i = 0; i < 17; i++) {
                const cx_scope s = cx_scope_open();
                const int64_t n = 4, at = i % n;
                const cx_array *const a = spoiled(17, n, dtypes[d], i, at, values[k]),
                                      *const alone = cx_select(a, 0, i);
                const double det = cx_item_f64(cx_select(cx_linalg_det(a), 0, i)),
                             wanted = cx_item_f64(cx_linalg_det(alone));
                cr_assert(isnan(wanted) ? isnan(det) : det == wanted, "det %g, alone %g", det,
                          wanted);
                const cx_array *const v = cx_linalg_inv(a);
                cr_assert(cx_status_of(v) == cx_status_of(cx_linalg_inv(alone)));
                const cx_array *const good = cx_linalg_cholesky(a, NULL);
                cr_assert(cx_status_of(good) == cx_status_of(cx_linalg_cholesky(alone, NULL)),
                          "cholesky with %g at %lld: stack %d, alone %d", values[k], (long long)at,
                          (int)cx_status_of(good),
                          (int)cx_status_of(cx_linalg_cholesky(alone, NULL)));
                const cx_array *const other = cx_select(v, 0, i == 0 ? 1 : i - 1);
                near(other, cx_eye(n, n, 0, dtypes[d], test_device()), 0, "inv", n, i);
                (void)!cx_scope_close(s);
            }
}
