/* device: simulated
 * Every call of the simulated CUDA fails in turn, once or from then on, through streams, copies,
 * events, graphs and DLPack. After each run the status tells, no device memory is held, and the
 * next run works. Skipped where calls cannot be made to fail. */
#include <calx.h>
#include <calx/dlpack.h>
#include <calx/stream.h>
#include <criterion/criterion.h>
#include <device.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long (*control)(const char *what, long value);

static void need_simulator(void)
{
    const char *const plugin = getenv("CX_PLUGIN");
    if (plugin == NULL || strstr(plugin, "cudasim") == NULL || test_on_cpu())
        cr_skip_test("calls of this device cannot be made to fail");
    void *const symbol = dlsym(dlopen(plugin, RTLD_NOW | RTLD_NOLOAD), "cudasim_ctl");
    cr_assert_not_null(symbol);
    memcpy(&control, &symbol, sizeof control);
}

enum { N = 2000 };
static cx_status graph_body(void *ctx)
{
    cx_array **const x = ctx;
    return cx_copy_into(cx_copy(x[0]), x[1]);
}

static void copies(void)
{
    const cx_device d = test_device();
    cx_array *const x = cx_arange(0, N, 1, CX_F64, d);
    cx_array *const y = cx_copy(cx_slice(x, 0, N, CX_END, -1));
    cx_array *const back = cx_to(y, CX_CPU);
    (void)cx_check(cx_copy_into(back, x));
    (void)cx_item_f64(cx_slice(x, 0, 0, 1, 1));
}
static void pinned(void)
{
    const cx_device d = test_device();
    cx_array *const p = cx_empty_pinned(CX_SHAPE(N), CX_F64, d), *const x = cx_to(p, d);
    (void)cx_check(cx_copy_async(p, x));
    (void)cx_check(cx_copy_async(x, p));
    (void)cx_data_f64_mut(p);
}
static void streams(void)
{
    const cx_device d = test_device();
    cx_stream *const a = cx_stream_new(d), *const b = cx_stream_new(d);
    cx_event *const e = cx_event_new(d), *const f = cx_event_new(d);
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = a));
    (void)cx_check(cx_event_record(e, a));
    cx_array *const x = cx_scope_keep(s, cx_arange(0, N, 1, CX_F32, d));
    (void)cx_check(cx_event_record(f, a));
    (void)cx_check(cx_scope_close(s));
    const cx_scope t = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = b));
    (void)cx_copy(x);
    (void)cx_check(cx_stream_wait(b, f));
    (void)cx_check(cx_scope_close(t));
    double seconds;
    (void)cx_check(cx_event_elapsed(e, f, &seconds));
    (void)cx_check(cx_stream_sync(b));
}
static void graphs(void)
{
    const cx_device d = test_device();
    cx_array *x[2] = {cx_arange(0, N, 1, CX_F64, d), cx_empty(CX_SHAPE(N), CX_F64, d)};
    cx_stream *const a = cx_stream_new(d);
    cx_graph *const g = cx_graph_capture(a, graph_body, x);
    (void)cx_check(cx_graph_launch(g));
    (void)cx_check(cx_graph_launch(g));
}
static void dlpack(void)
{
    cx_array *const x = cx_arange(0, N, 1, CX_F64, test_device());
    cx_dl_versioned *t = NULL;
    if (cx_check(cx_to_dlpack(x, NULL, &t)) != CX_OK) return;
    (void)cx_copy(cx_from_dlpack(t, NULL));
}

/* One run; the status that it ends with. */
static cx_status run(void (*body)(void))
{
    const cx_scope s = cx_scope_open();
    body();
    const cx_status st = cx_scope_close(s), synced = cx_device_sync(test_device());
    return st != CX_OK ? st : synced;
}

static void fail_each(const char *name, void (*body)(void), const char *how)
{
    cr_assert_eq(run(body), CX_OK, "%s: %s", name, cx_error_message());
    long n = 1;
    for (;; n++) {
        cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK); /* so that memory is asked for */
        (void)control(how, n);
        const cx_status st = run(body);
        const long calls = control("calls", 0);
        (void)control(how, 0);
        cr_assert(st == CX_OK || st == CX_E_NOMEM, "%s, call %ld: %d %s", name, n, (int)st,
                  cx_error_message());
        cr_assert_eq(run(body), CX_OK, "%s after call %ld: %s", name, n, cx_error_message());
        cr_assert_eq(cx_memory_stats(test_device()).live, 0, "%s, call %ld leaks", name, n);
        if (calls < n) break;
        cr_assert_lt(n, 2000, "%s does not end", name);
    }
    cr_expect_gt(n, 3, "%s: %ld calls", name, n);
}

static void fail_all(const char *how)
{
    fail_each("copies", copies, how);
    fail_each("pinned", pinned, how);
    fail_each("streams", streams, how);
    fail_each("graphs", graphs, how);
    fail_each("dlpack", dlpack, how);
}
Test(gpu_calls, each_fails_once)
{
    need_simulator();
    fail_all("fail_at");
}
Test(gpu_calls, each_fails_from_then_on)
{
    need_simulator();
    fail_all("fail_from");
}
