/* device: each. What a factorisation finds, told late: with CX_ERRORS_DEFERRED nothing waits and
 * the next synchronisation tells; inside a captured graph it is always so. The CPU tells at once.
 */
#include "device.h"
#include "linalg_check.h"
#include <criterion/criterion.h>
#include <string.h>

static cx_status in_the_end(cx_status now)
{
    return now != CX_OK ? now : cx_device_sync(test_device());
}
static cx_scope deferred(void)
{
    return cx_scope_open_with(CX_OPTS(cx_scope_opts, .errors = CX_ERRORS_DEFERRED));
}
/* [n, 3, 3] of identities, and 0 in place (1, 1) of one of them */
static cx_array *batch(int64_t n, int64_t bad)
{
    cx_array *const a =
        cx_copy(cx_broadcast_to(cx_eye(3, -1, 0, CX_F64, test_device()), CX_SHAPE(n, 3, 3)));
    if (bad >= 0) (void)cx_check(cx_copy_into(cx_float(0), cx_index(a, "?, 1, 1", bad)));
    return a;
}

Test(late_info, a_good_matrix_waits_for_nothing)
{
    const cx_scope s = deferred();
    cx_array *const a = batch(4, -1), *const b = cx_ones(CX_SHAPE(4, 3, 1), CX_F64, test_device());
    (void)cx_linalg_solve(a, b); /* the library's handle is made */
    const cx_counters before = cx_counters_get();
    cx_array *const x = cx_linalg_solve(a, b), *const c = cx_linalg_cholesky(a, NULL);
    const cx_counters after = cx_counters_get();
    cr_assert_eq(before.control_reads, after.control_reads);
    cr_assert_eq(before.syncs, after.syncs);
    cr_expect_eq(check_distance(x, b), 0);
    cr_expect_eq(check_distance(c, a), 0);
    cr_assert_eq(in_the_end(cx_scope_close(s)), CX_OK, "%s", cx_error_message());
}

Test(late_info, singular)
{
    for (int64_t n = 1; n <= 5; n += 4) {
        const cx_scope s = deferred();
        cx_array *const a = batch(n, n - 1);
        cr_assert_eq(in_the_end(cx_status_of(cx_linalg_inv(a))), CX_E_SINGULAR);
        cr_assert_not_null(strstr(cx_error_message(), "singular: pivot 2 is zero"), "%s",
                           cx_error_message());
        cr_assert_eq(in_the_end(cx_status_of(cx_linalg_cholesky(a, NULL))), CX_E_SINGULAR);
        cr_assert_not_null(strstr(cx_error_message(), "positive definite"), "%s",
                           cx_error_message());
        cr_assert_eq(in_the_end(CX_OK), CX_OK, "told once");
        (void)!cx_scope_close(s);
    }
}

Test(late_info, a_determinant_of_zero_is_no_error)
{
    const cx_scope s = deferred();
    cx_array *const d = cx_linalg_det(batch(2, 1));
    cr_expect_eq(cx_item_f64(cx_index(d, "0")), 1);
    cr_expect_eq(cx_item_f64(cx_index(d, "1")), 0);
    cr_assert_eq(in_the_end(cx_scope_close(s)), CX_OK, "%s", cx_error_message());
}

Test(late_info, eager_inside_deferred)
{
    const cx_scope s = deferred();
    const cx_scope t = cx_scope_open_with(CX_OPTS(cx_scope_opts, .errors = CX_ERRORS_EAGER));
    cr_expect_eq(cx_status_of(cx_linalg_inv(batch(1, 0))), CX_E_SINGULAR);
    cr_expect_eq(cx_scope_close(t), CX_E_SINGULAR);
    cr_expect_eq(cx_scope_close(s), CX_OK);
    const cx_scope u = cx_scope_open_with(CX_OPTS(cx_scope_opts, .errors = (cx_errors)7));
    cr_expect_eq(cx_scope_close(u), CX_E_ARGUMENT);
}

static cx_status factor(void *ctx)
{
    cx_array **const x = ctx;
    return cx_linalg_cholesky_into(x[0], NULL, x[1]);
}
Test(late_info, inside_a_graph)
{
    const cx_scope s = cx_scope_open();
    const cx_device d = test_device();
    cx_array *x[2] = {batch(2, -1), cx_empty(CX_SHAPE(2, 3, 3), CX_F64, d)};
    cx_stream *const stream = cx_stream_new(d);
    const cx_scope on = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = stream));
    cr_assert_eq(factor(x), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_scope_close(on), CX_OK);
    cx_graph *const g = cx_graph_capture(stream, factor, x);
    cr_assert_eq(cx_graph_status(g), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_copy_into(cx_mul(x[0], cx_float(9)), x[0]), CX_OK);
    cr_assert_eq(cx_graph_launch(g), CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_stream_sync(stream), CX_OK, "%s", cx_error_message());
    cr_expect_eq(cx_item_f64(cx_index(x[1], "1, 2, 2")), 3);
    cr_assert_eq(cx_copy_into(cx_mul(x[0], cx_float(-1)), x[0]), CX_OK);
    const cx_status st = cx_graph_launch(g);
    cr_expect_eq(st != CX_OK ? st : cx_stream_sync(stream), CX_E_SINGULAR);
    (void)!cx_scope_close(s);
}
