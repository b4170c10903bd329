/* device: simulated. A vendor's library that cannot be used costs its group only, and the error
 * names it. Only the simulated GPU can pretend that one is missing; other devices are skipped. Each
 * test is a process of its own, so the variable is set before the library is first asked for. */
#include "device.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void need_simulator(const char *missing)
{
    const char *const plugin = getenv("CX_PLUGIN");
    if (test_on_cpu() || plugin == NULL || strstr(plugin, "cudasim") == NULL)
        cr_skip_test("no library can be hidden from this device");
    cr_assert(setenv("CUDASIM_MISSING", missing, 1) == 0);
}
static cx_array *ones(int64_t n)
{
    return cx_ones(CX_SHAPE(n, n), CX_F64, test_device());
}
static bool lost(const cx_array *a, const char *text)
{
    return cx_status_of(a) == CX_E_UNAVAILABLE && strstr(cx_error_message(), text) != NULL;
}
static cx_array *eye(void)
{
    return test_here(cx_eye(3, -1, 0, CX_F64, CX_CPU));
}

Test(libraries, without_cublas)
{
    need_simulator("cublas");
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 2; i++) { /* the reason is kept */
        cr_assert(lost(cx_matmul(ones(3), ones(3)), "libcublas.so."), "%s", cx_error_message());
        cr_assert(strstr(cx_error_message(), "cannot open") != NULL);
    }
    (void)!cx_scope_close(s);
    const cx_scope again = cx_scope_open();
    const cx_array *const whole =
        cx_to(cx_matmul(cx_full(CX_SHAPE(2, 2), cx_int(2), CX_I64, test_device()),
                        cx_full(CX_SHAPE(2, 2), cx_int(3), CX_I64, test_device())),
              CX_CPU);
    cr_assert(cx_data_i64(whole) != NULL && cx_data_i64(whole)[3] == 12);
    cr_assert(cx_ok(), "%s", cx_error_message());
    const cx_array *const values = cx_to(cx_linalg_svdvals(eye()), CX_CPU);
    cr_assert(cx_data_f64(values) != NULL && cx_data_f64(values)[2] == 1);
    cr_assert(cx_scope_close(again) == CX_OK, "%s", cx_error_message());
}

Test(libraries, without_cusolver)
{
    need_simulator("cusolver");
    const cx_scope s = cx_scope_open();
    const cx_array *const c = cx_to(cx_matmul(ones(3), ones(3)), CX_CPU);
    cr_assert(cx_data_f64(c) != NULL && cx_data_f64(c)[8] == 3);
    cr_assert(lost(cx_linalg_inv(eye()), "libcusolver.so."), "%s", cx_error_message());
    (void)!cx_scope_close(s);
}

Test(libraries, a_missing_function_is_named)
{
    need_simulator("cusolver:cusolverDnXgetrf,cufft");
    const cx_scope s = cx_scope_open();
    cr_assert(lost(cx_linalg_cholesky(eye(), NULL), "has no function cusolverDnXgetrf"), "%s",
              cx_error_message());
    (void)!cx_scope_close(s);
}
