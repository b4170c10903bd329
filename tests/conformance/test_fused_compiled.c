/* device: simulated, link: static
 * Kernels of single programs: each of many random programs is interpreted until its kernel is
 * there, then run by it, and leaves the same bits; which programs share a kernel, and when one is
 * asked for. */
#include "fused_trial.inc"
#include <calx/kernel.h>
#include <dlfcn.h>

/* What the simulator counts; on a GPU nothing does. */
static long (*ctl)(const char *what, long value);
static long launches(void)
{
    return ctl != NULL ? ctl("compiled_launches", 0) : 0;
}
static void expect_launches(long n)
{
    if (ctl != NULL) cr_expect(launches() == n, "%ld launches, not %ld", launches(), n);
}
static void start(const char *jit)
{
    cr_assert(setenv("CX_JIT", jit, 1) == 0);
    /* nothing of an earlier run is found on disk */
    cr_assert(setenv("CX_CACHE", "off", 1) == 0);
    cr_assert(cx__device_get("test", test_device(), &device) == CX_OK);
    void *const plugin = dlopen(getenv("CX_PLUGIN"), RTLD_NOW | RTLD_NOLOAD);
    if (plugin != NULL) *(void **)&ctl = dlsym(plugin, "cudasim_ctl");
}
static void settle(void)
{
    cr_assert(cx_kernel_cache_wait() == CX_OK, "%s", cx_error_message());
}

/* ---- one program three times: twice interpreted, then by its kernel */
enum { PROGRAMS = 52 };
static trial trials[PROGRAMS];
/* Enough for several blocks of whole vectors, and for several rounds of a reduction. */
static void take_large_shape(trial *t)
{
    static const int64_t large[][3] = {{20011}, {6, 3072}, {3072, 6}, {150, 130}, {4, 9, 640}};
    const int which = below(t, 5);
    t->ndim = which == 0 ? 1 : which == 4 ? 3 : 2;
    memcpy(t->shape, large[which], sizeof large[which]);
}
static bool prepare(trial *t, uint64_t seed)
{
    memset(t, 0, sizeof *t);
    t->state = seed;
    if (!compose(t)) return false;
    if (below(t, 2) == 0)
        take_large_shape(t);
    else
        take_shape(t);
    take_reductions(t);
    return true;
}
/* From the same state: the same arrays every time. */
static void run_again(const trial *t, uint64_t seed)
{
    static trial copy;
    copy = *t;
    run_and_compare(&copy, seed);
}
static bool has_elements(const trial *t)
{
    for (int d = 0; d < t->ndim; d++)
        if (t->shape[d] == 0) return false;
    return true;
}

Test(fused_compiled, random_programs)
{
    start("background");
    const int programs = test_brief() ? PROGRAMS / 10 : PROGRAMS;
    uint64_t state = test_seed(), seeds[PROGRAMS];
    for (int k = 0; k < programs;) {
        seeds[k] = test_random(&state);
        if (prepare(&trials[k], seeds[k]) && has_elements(&trials[k])) k++;
    }
    for (int k = 0; k < programs; k++) {
        run_again(&trials[k], seeds[k]);
        run_again(&trials[k], seeds[k]);
    }
    settle();
    const cx_kernel_cache stats = cx_kernel_cache_stats();
    cr_expect(stats.failed == 0, "%lld kernels were refused", (long long)stats.failed);
    cr_expect(stats.compiled >= programs, "%lld kernels", (long long)stats.compiled);
    for (int k = 0; k < programs; k++) {
        const long before = launches();
        run_again(&trials[k], seeds[k]);
        if (ctl == NULL || launches() > before) continue;
        describe(&trials[k]);
        cr_expect(false, "seed %#llx: its kernel was not used", (unsigned long long)seeds[k]);
    }
    cr_expect(cx_kernel_cache_stats().compiled == stats.compiled, "asked for once more");
}

/* ---- x * s + c of n elements, with s of the host */
static void run_line(int64_t n, float s, float c, bool strided)
{
    const cx_scope scope = cx_scope_open();
    cx_fused_program g = {
        .struct_size = sizeof g, .n_in = 2, .n_constants = 1, .n_steps = 2, .n_out = 1};
    g.n_registers = 2;
    g.in_dtype[0] = g.in_dtype[1] = g.constant_dtype[0] = CX_F32;
    memcpy(g.constant[0], &c, sizeof c);
    g.step[0] = (cx_fused_step){
        .op = CX_BI_MUL, .loop = CX_F32, .dtype = CX_F32, .operand = {0, 1}, .place = 0};
    g.step[1] = (cx_fused_step){
        .op = CX_BI_ADD, .loop = CX_F32, .dtype = CX_F32, .operand = {3, 2}, .place = 1};
    g.out[0].operand = 4;
    g.key = key_of(g);
    const cx_array *const x = cx_arange(0, (double)(strided ? 2 * n : n), 1, CX_F32, test_device());
    cx_array *const out = cx_empty(CX_SHAPE(n), CX_F32, test_device());
    cx_view in, scalar = {.data = &s, .dtype = CX_F32, .flags = CX_VIEW_HOST}, to;
    cx__array_to_view(x, &in);
    if (strided) in.stride[0] *= 2;
    in.shape[0] = n;
    cx__array_to_view(out, &to);
    const cx_fused_call call = {.program = &g, .in = {&in, &scalar}, .out = {&to}};
    cr_assert(cx__queue_done(device, device->ops->fused->run(queue(), &call)) == CX_OK, "%s",
              cx_error_message());
    const float *const got = (const float *)cx_to(out, CX_CPU)->data;
    for (int64_t i = 0; i < n; i++) {
        const float product = (float)(strided ? 2 * i : i) * s, want = product + c;
        cr_assert(got[i] == want, "element %lld: %g, not %g", (long long)i, (double)got[i],
                  (double)want);
    }
    cr_assert(cx_scope_close(scope) == CX_OK, "%s", cx_error_message());
}

/* Scalars, constants and lengths are parameters: one kernel for each layout. */
Test(fused_compiled, changing_scalars_make_no_kernels)
{
    start("background");
    const int runs = test_brief() ? 100 : 10000;
    const int64_t before = cx_kernel_cache_stats().compiled;
    for (int k = 0; k < runs; k++) {
        run_line(8 + k % 7, (float)k, (float)(k / 3), false);
        if (k == 20) settle();
    }
    settle();
    const int64_t made = cx_kernel_cache_stats().compiled - before;
    cr_expect(made >= 1 && made <= 2, "%lld kernels", (long long)made);
    cr_expect(ctl == NULL || launches() > runs / 2, "the kernels were not used");
}

/* A small program that runs once gets no kernel; the second run, or many elements, ask for it. */
Test(fused_compiled, when_a_kernel_is_made)
{
    start("background");
    run_line(64, 2, 1, false);
    settle();
    cr_expect(cx_kernel_cache_stats().compiled == 0);
    run_line(64, 3, 1, false);
    settle();
    cr_expect(cx_kernel_cache_stats().compiled == 1);
    expect_launches(0);
    run_line(64, 4, 1, false);
    expect_launches(1);
    if (test_brief()) return;
    run_line(1 << 20, 5, 1, true); /* another layout */
    settle();
    cr_expect(cx_kernel_cache_stats().compiled == 2);
    run_line(70, 6, 1, true);
    expect_launches(2);
}

/* Without the compiler, or when it is not wanted, everything is interpreted. */
Test(fused_compiled, without_a_compiler)
{
    cr_assert(setenv("CUDASIM_MISSING", "nvrtc", 1) == 0);
    start("background");
    for (int k = 0; k < 4; k++) {
        run_line(1000, (float)k, 1, false);
        settle();
    }
    expect_launches(0);
    cr_expect(cx_kernel_cache_stats().compiled == 0);
}
Test(fused_compiled, switched_off)
{
    start("off");
    for (int k = 0; k < 4; k++) run_line(1000, (float)k, 1, false);
    cr_expect(ctl == NULL || ctl("compiler_opened", 0) == 0);
    expect_launches(0);
}
/* Kernels that are waited for are there for the run that asks for them. */
Test(fused_compiled, waited_for)
{
    start("wait");
    run_line(200, 2, 1, false);
    expect_launches(0);
    run_line(200, 2, 1, false);
    expect_launches(1);
}

/* ---- while a stream is captured, nothing is asked for; what is ready is used */
static cx_status body(void *ctx)
{
    cx_array *const *const a = ctx;
    return cx_eval_into("x, y: x * y + x", CX_ARRAYS(a[0], a[1]), CX_OUTS(a[2]));
}
static void capture(cx_array **a, float want)
{
    cx_stream *const stream = cx_stream_new(test_device());
    cx_graph *const graph = cx_graph_capture(stream, body, a);
    cr_assert(cx_graph_launch(graph) == CX_OK, "%s", cx_error_message());
    cr_assert(cx_stream_sync(stream) == CX_OK, "%s", cx_error_message());
    cr_expect(*(const float *)cx_to(a[2], CX_CPU)->data == want);
    cx_graph_release(graph);
    cx_stream_release(stream);
}
Test(fused_compiled, captured)
{
    start("background");
    const cx_scope s = cx_scope_open();
    cx_array *a[3] = {cx_full(CX_SHAPE(100), cx_int(3), CX_F32, test_device()),
                      cx_full(CX_SHAPE(100), cx_int(5), CX_F32, test_device()),
                      cx_empty(CX_SHAPE(100), CX_F32, test_device())};
    for (int k = 0; k < 3; k++) capture(a, 18);
    settle();
    cr_expect(cx_kernel_cache_stats().compiled == 0);
    for (int k = 0; k < 2; k++) cr_assert(body(a) == CX_OK);
    settle();
    cr_expect(cx_kernel_cache_stats().compiled == 1);
    expect_launches(0);
    capture(a, 18);
    expect_launches(1);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}
