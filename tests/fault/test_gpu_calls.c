/* device: simulated
 * Every call of the simulated CUDA fails in turn, once or from then on, through streams, copies,
 * events, graphs, DLPack and the operations of every family. After each run the status tells, no
 * device memory is held, and the next run works. Skipped where calls cannot be made to fail. */
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

/* ---- operations of every family; what they come to stands in outcome, and a run that succeeds
 * comes to the same as one in which nothing failed */
static double outcome;
static void elementwise(void)
{
    cx_array *const x = cx_arange(0, N, 1, CX_F64, test_device());
    cx_array *const y = cx_exp(cx_mul(cx_astype(x, CX_F32), cx_float(-0.01)));
    cx_array *const z = cx_where(cx_less(x, cx_int(N / 2)), y, cx_slice(x, 0, N, CX_END, -1));
    outcome = cx_item_f64(cx_slice(z, 0, 7, 8, 1));
}
static void reductions(void)
{
    cx_array *const x = cx_reshape(cx_arange(0, N, 1, CX_F64, test_device()), CX_SHAPE(N / 50, 50));
    cx_array *const v = cx_add(cx_var(x, CX_AXIS(0)), cx_max(x, CX_AXIS(0)));
    cx_array *const c = cx_cumsum(cx_ravel(x), 0);
    outcome = cx_item_f64(cx_sum(v, CX_ALL)) + cx_item_f64(cx_sum(c, CX_ALL)) +
              cx_item_f64(cx_argmax(x, CX_ALL));
}
static void selection(void)
{
    cx_array *const x = cx_arange(0, N, 1, CX_F64, test_device());
    cx_array *const back = cx_arange_i64(N - 1, -1, -1, CX_I64, test_device());
    cx_array *const t = cx_take(x, back, 0);
    (void)cx_check(cx_put_rows(x, cx_slice(back, 0, 0, 10, 1), cx_slice(t, 0, 0, 10, 1)));
    cx_array *const m = cx_mask(t, cx_greater(t, cx_int(N / 3)));
    outcome = (double)cx_size(cx_flatnonzero(cx_greater(x, cx_int(3)))) +
              cx_item_f64(cx_sum(m, CX_ALL)) + cx_item_f64(cx_slice(x, 0, N - 1, N, 1));
}
static void indexing(void)
{
    cx_array *const x =
        cx_reshape(cx_arange(0, N, 1, CX_F64, test_device()), CX_SHAPE(N / 40, 4, 10));
    cx_array *const i = cx_arange_i64(0, 9, 2, CX_I64, test_device());
    cx_array *const corner = cx_getitem(x, "?, 1:3, ?", CX_ARRAYS(i, i));
    (void)cx_check(cx_setitem(x, "?, ..., ?", CX_ARRAYS(i, cx_int(3)), cx_int(-1)));
    (void)cx_check(cx_setitem(x, "?", CX_ARRAYS(cx_less(x, cx_int(0))), cx_int(2)));
    const cx_tuple at = cx_nonzero(cx_equal(x, cx_int(2)));
    outcome = cx_item_f64(cx_sum(corner, CX_ALL)) + cx_item_f64(cx_sum(x, CX_ALL)) +
              cx_item_f64(cx_sum(at.at[2], CX_ALL)) +
              cx_item_f64(cx_sum(cx_getitem(x, "?, ?, ?", CX_OF_TUPLE(at)), CX_ALL));
}
static void scalars(void)
{
    const cx_device d = test_device();
    cx_array *const x = cx_arange(0, N, 1, CX_F64, d), *const a = cx_empty(CX_SHAPE(), CX_F64, d),
                    *const b = cx_empty(CX_SHAPE(), CX_F64, d);
    (void)cx_check(cx_copy_into(cx_int(3), a));
    (void)cx_check(cx_copy_into(cx_int(5), b));
    outcome = cx_item_f64(cx_sum(cx_add(cx_mul(x, a), b), CX_ALL));
}
static void sorting(void)
{
    cx_array *const x = cx_sin(cx_arange(0, 3 * N, 1, CX_F64, test_device()));
    cx_array *const s = cx_sort(x, 0), *const order = cx_argsort(x, 0);
    cx_array *const at = cx_searchsorted(s, cx_slice(x, 0, 0, 100, 1), CX_LEFT);
    outcome = cx_item_f64(cx_slice(s, 0, 5, 6, 1)) + cx_item_f64(cx_sum(at, CX_ALL)) +
              cx_item_f64(cx_slice(order, 0, 5, 6, 1));
}
static void randomness(void)
{
    cx_generator *const g = cx_default_rng(CX_SEED(5), test_device());
    cx_array *const a = cx_rng_random(g, CX_SHAPE(N), CX_F64),
                    *const b = cx_rng_standard_normal(g, CX_SHAPE(N), CX_F64),
                    *const c = cx_rng_integers(g, 0, 1000, CX_SHAPE(N), CX_I64);
    outcome = cx_item_f64(cx_sum(cx_add(cx_add(a, b), c), CX_ALL));
}

/* One that needs more shared memory than a launch has without asking. */
static void kernels(void)
{
    static const char text[] =
        "extern \"C\" __global__ void reverse(double *x, int n)\n"
        "{\n"
        "    extern __shared__ double held[];\n"
        "    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) held[i] = x[i];\n"
        "    __syncthreads();\n"
        "    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) x[i] = held[n - 1 - i];\n"
        "}\n";
    enum { LONG = 7000 };
    cx_array *const x = cx_arange(0, LONG, 1, CX_F64, test_device());
    cx_kernel *const k = cx_kernel_new(text, "reverse", "float64 *x, int32 n");
    const cx_launch how = {.grid = {1}, .block = {128}, .shared_bytes = LONG * sizeof(double)};
    (void)cx_check(cx_kernel_run(k, how, CX_ARRAYS(cx_int(LONG)), CX_OUTS(x)));
    outcome = cx_item_f64(cx_slice(x, 0, 5, 6, 1));
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
    outcome = 0;
    cr_assert_eq(run(body), CX_OK, "%s: %s", name, cx_error_message());
    const double wanted = outcome;
    long n = 1;
    for (;; n++) {
        cr_assert_eq(cx_memory_trim(test_device(), 0), CX_OK); /* so that memory is asked for */
        (void)control(how, n);
        const cx_status st = run(body);
        const long calls = control("calls", 0);
        (void)control(how, 0);
        cr_assert(st == CX_OK || st == CX_E_NOMEM, "%s, call %ld: %d %s", name, n, (int)st,
                  cx_error_message());
        cr_assert(st != CX_OK || outcome == wanted, "%s, call %ld: a wrong result", name, n);
        cr_assert_eq(run(body), CX_OK, "%s after call %ld: %s", name, n, cx_error_message());
        cr_assert(outcome == wanted, "%s after call %ld: a wrong result", name, n);
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
    fail_each("elementwise", elementwise, how);
    fail_each("reductions", reductions, how);
    fail_each("selection", selection, how);
    fail_each("indexing", indexing, how);
    fail_each("scalars", scalars, how);
    fail_each("sorting", sorting, how);
    fail_each("randomness", randomness, how);
    fail_each("kernels", kernels, how);
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
