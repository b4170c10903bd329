/* device: simulated
 * The simulated machine in other states: without a device, with an old driver, with two devices,
 * with little memory. Each test is a process of its own and sets the machine up before first use.
 * Only where the simulated GPU is asked for. */
#include <calx.h>
#include <calx/stream.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void need_simulator(void)
{
    const char *const plugin = getenv("CX_PLUGIN");
    if (plugin == NULL || strstr(plugin, "cudasim") == NULL)
        cr_skip_test("only the simulated machine has other states");
}
static bool says(const char *text)
{
    return strstr(cx_error_message(), text) != NULL;
}

/* ---- why there is none */
Test(gpu, no_device)
{
    need_simulator();
    setenv("CUDASIM_DEVICES", "0", 1);
    cr_expect_eq(cx_device_count(CX_DEVICE_CUDA), 0);
    cr_expect_eq(cx_device_check(cx_cuda(0)), CX_E_UNAVAILABLE);
    cr_expect(says("no CUDA device"), "%s", cx_error_message());
}

Test(gpu, old_driver)
{
    need_simulator();
    setenv("CUDASIM_DRIVER", "old", 1);
    cr_expect_eq(cx_device_check(cx_cuda(0)), CX_E_UNAVAILABLE);
    cr_expect(says("driver is too old"), "%s", cx_error_message());
}

Test(gpu, missing_library)
{
    need_simulator();
    setenv("CUDASIM_MISSING", "cublas", 1);
    cr_expect_eq(cx_device_check(cx_cuda(0)), CX_OK);
    cr_expect_eq(cx_device_warm(cx_cuda(0), ""), CX_OK, "%s", cx_error_message());
    cr_expect_eq(cx_device_warm(cx_cuda(0), "blas"), CX_E_UNAVAILABLE);
    cr_expect(says("libcublas.so"), "%s", cx_error_message());
}

/* ---- limits from the environment */
Test(gpu, limit_in_percent)
{
    need_simulator();
    setenv("CX_MEMORY_LIMIT", "25%", 1);
    setenv("CUDASIM_MEM", "1073741824", 1);
    const size_t limit = cx_memory_stats(cx_cuda(0)).limit;
    cr_expect(limit <= (size_t)256 << 20 && limit > ((size_t)256 << 20) - 100, "%zu", limit);
}

Test(gpu, limit_in_bytes)
{
    need_simulator();
    setenv("CX_MEMORY_LIMIT", "100000000", 1);
    cr_expect_eq(cx_memory_stats(cx_cuda(0)).limit, 100000000u);
}

Test(gpu, limit_that_is_none)
{
    need_simulator();
    setenv("CX_MEMORY_LIMIT", "80 percent", 1);
    cr_expect_eq(cx_device_check(cx_cuda(0)), CX_E_UNAVAILABLE);
    cr_expect(says("CX_MEMORY_LIMIT=80 percent"), "%s", cx_error_message());
}

/* ---- little memory */
Test(gpu, memory_runs_out_and_comes_back)
{
    need_simulator();
    setenv("CUDASIM_MEM", "268435456", 1);
    const cx_device d = cx_cuda(0);
    const cx_scope s = cx_scope_open();
    const int64_t n = (int64_t)150 << 20;
    for (int round = 0; round < 3; round++) { /* what is cached does not stand in the way */
        const cx_scope inside = cx_scope_open();
        cr_expect_eq(cx_status_of(cx_empty(CX_SHAPE(n + (round << 20)), CX_U8, d)), CX_OK, "%s",
                     cx_error_message());
        cr_expect_eq(cx_status_of(cx_empty(CX_SHAPE(n), CX_U8, d)), CX_E_NOMEM);
        cr_expect(says("asked") && says("device: "), "%s", cx_error_message());
        cr_expect_eq(cx_scope_close(inside), CX_E_NOMEM);
    }
    cr_expect_eq(cx_status_of(cx_arange(0, 10, 1, CX_F64, d)), CX_OK);
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

Test(gpu, metrics_tell_of_it)
{
    need_simulator();
    static char text[16384];
    (void)cx_metrics_text(text, sizeof text);
    cr_expect_null(strstr(text, "cuda:0"), "asking opens nothing");
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_arange(0, 1000, 1, CX_F64, cx_cuda(0))), CX_OK);
    (void)cx_metrics_text(text, sizeof text);
    cr_expect_not_null(strstr(text, "calx_memory_live_bytes{device=\"cuda:0\"} 8"), "%s", text);
    cr_expect_eq(cx_scope_close(s), CX_OK);
}

/* ---- two devices */
Test(gpu, copies_between_devices)
{
    need_simulator();
    setenv("CUDASIM_DEVICES", "2", 1);
    cr_assert_eq(cx_device_count(CX_DEVICE_CUDA), 2);
    enum { N = 5000 };
    for (int round = 0; round < 5; round++) {
        const cx_scope s = cx_scope_open();
        cx_stream *const first = cx_stream_new(cx_cuda(0)), *const second =
                                                                cx_stream_new(cx_cuda(1));
        const cx_scope inside = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = first));
        const cx_scope both = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = second));
        cx_array *const x = cx_arange(round, round + N, 1, CX_F64, cx_cuda(0));
        const uint64_t staged = cx_counters_get().staged_copies;
        cx_array *const y = cx_to(x, cx_cuda(1)); /* queued on both */
        cr_expect_eq(cx_counters_get().staged_copies, staged);
        cr_assert_eq(cx_copy_into(cx_f64(-1), x), CX_OK); /* after y has read it */
        cx_array *const z = cx_to(cx_slice(y, 0, 0, N, 7), cx_cuda(0));
        cr_assert(cx_ok(), "%s", cx_error_message());
        const double *const p = cx_data_f64(cx_to(z, CX_CPU)), *const q =
                                                                   cx_data_f64(cx_to(y, CX_CPU));
        for (int i = 0; i < N; i++) cr_assert_eq(q[i], round + i);
        for (int i = 0; i < N / 7; i++) cr_assert_eq(p[i], round + 7 * i);
        cx_array *const far = cx_empty(CX_SHAPE(N), CX_F64, cx_cuda(1));
        cr_expect_eq(cx_copy_async(x, far), CX_OK, "%s", cx_error_message());
        cr_expect_eq(cx_item_f64(cx_slice(far, 0, 9, 10, 1)), -1.0);
        cr_expect_eq(cx_scope_close(both), CX_OK);
        cr_expect_eq(cx_scope_close(inside), CX_OK);
        cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
    }
}

/* ---- the paths for more than 2^31 positions */
Test(gpu, narrow_limit_cuts_work_into_pieces)
{
    need_simulator();
    setenv("CUDASIM_NARROW", "100", 1);
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(1000), CX_F32, cx_cuda(0)), *const b = cx_arange(
                                                                         0, 1000, 1, CX_F64,
                                                                         cx_cuda(0));
    cx_array *const warm = cx_add(a, b);
    const cx_counters before = cx_counters_get();
    cx_array *const sum = cx_add(a, b);
    cr_expect_geq(cx_counters_get().kernels, before.kernels + 10);
    cr_expect_eq(cx_item_f64(cx_sum(sum, CX_ALL)), 500500.0);
    cr_expect_eq(cx_item_f64(cx_sum(warm, CX_ALL)), 500500.0);
    cr_assert_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
