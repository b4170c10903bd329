/* Devices by name, why there is no GPU, plugins that cannot be used, facts and limits of the CPU,
 * counters as numbers and as text, the trace and where it goes. Each test is a process of its own,
 * so what is looked for once is looked for in each. */
#define _GNU_SOURCE
#include <calx.h>
#include <calx/hooks.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool says(const char *text)
{
    return strstr(cx_error_message(), text) != NULL;
}
#define FAILS(call, status, message)                                                    \
    do {                                                                                \
        cr_expect_eq((call), (status), #call ": %s", cx_error_message());               \
        cr_expect(says(message), #call ": %s lacks %s", cx_error_message(), (message)); \
    } while (0)

/* The CPU works, whatever became of a plugin. */
static void cpu_goes_on(void)
{
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_device_check(CX_CPU), CX_OK, "%s", cx_error_message());
    cr_expect_eq(cx_item_f64(cx_sum(cx_ones(CX_SHAPE(5), CX_F64, CX_CPU), CX_ALL)), 5.0);
    cx_device d = cx_cuda(0);
    cr_expect_eq(cx_device_parse("auto", &d), CX_OK);
    cr_expect(cx_device_equal(d, CX_CPU));
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- names */
Test(device, names)
{
    static const struct {
        const char *text, *name;
    } good[] = {{"cpu", "cpu"}, {"cuda", "cuda:0"}, {"cuda:0", "cuda:0"}, {"cuda:12", "cuda:12"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cx_device d = {-1, -1};
        char name[16];
        cr_expect_eq(cx_device_parse(good[i].text, &d), CX_OK, "%s", cx_error_message());
        cr_expect_str_eq(cx_device_name(d, name), good[i].name);
    }
    static const char *const bad[] = {
        "",        "CPU",   "cpu:0", "cuda:",  "cuda:-1", "cuda: 1",   "cuda:1x",
        "cuda:+1", "cuda0", "gpu",   "auto:0", " cpu",    "cuda:9999", "cuda:99999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cx_device d = {7, 7};
        FAILS(cx_device_parse(bad[i], &d), CX_E_PARSE, "none of cpu, cuda, cuda:N, auto");
        cr_expect(d.kind == 7 && d.index == 7, "'%s' changed the device", bad[i]);
    }
    cx_device d = CX_CPU;
    FAILS(cx_device_parse(NULL, &d), CX_E_NULL, "text");
    cr_expect(cx_device_equal(cx_cuda(3), cx_cuda(3)));
    cr_expect_not(cx_device_equal(cx_cuda(3), cx_cuda(0)));
    cr_expect_not(cx_device_equal(CX_CPU, cx_cuda(0)));
}

/* ---- devices that are not there */
Test(device, absent_ones_tell_why)
{
    const cx_device second = {CX_DEVICE_CPU, 1}, unknown = {9, 0};
    FAILS(cx_device_check(second), CX_E_UNAVAILABLE, "there is one CPU device");
    FAILS(cx_device_check(unknown), CX_E_UNAVAILABLE, "kind 9");
    cr_expect_eq(cx_device_count(CX_DEVICE_CPU), 1);
    cr_expect_eq(cx_device_count(9), 0);
    FAILS(cx_device_check(cx_cuda(-1)), CX_E_UNAVAILABLE, "cuda:-1: ");
    FAILS(cx_device_check(cx_cuda(999)), CX_E_UNAVAILABLE, "cuda:999: ");
}

/* Everything that takes a device says for which reason there is no GPU. */
static void no_gpu(const char *reason)
{
    cr_assert_eq(cx_device_count(CX_DEVICE_CUDA), 0);
    const cx_device d = cx_cuda(0);
    FAILS(cx_device_check(d), CX_E_UNAVAILABLE, reason);
    FAILS(cx_device_check(d), CX_E_UNAVAILABLE, "device_check: cuda:0: ");
    cx_device_info info;
    FAILS(cx_device_info_get(d, &info), CX_E_UNAVAILABLE, reason);
    FAILS(cx_device_warm(d, "blas"), CX_E_UNAVAILABLE, reason);
    FAILS(cx_device_sync(d), CX_E_UNAVAILABLE, reason);
    FAILS(cx_memory_limit(d, 1), CX_E_UNAVAILABLE, reason);
    FAILS(cx_memory_trim(d, 0), CX_E_UNAVAILABLE, reason);
    const cx_memory m = cx_memory_stats(d);
    cr_expect(m.live == 0 && m.cached == 0 && m.allocs == 0 && m.system_allocs == 0);
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_status_of(cx_zeros(CX_SHAPE(2), CX_F32, d)), CX_E_UNAVAILABLE);
    cr_expect(says(reason), "%s", cx_error_message());
    cr_expect_eq(cx_stream_status(cx_stream_new(d)), CX_E_UNAVAILABLE);
    cr_expect_eq(cx_event_status(cx_event_new(d)), CX_E_UNAVAILABLE);
    cr_expect_eq(cx_status_of(cx_to(cx_f64(1), d)), CX_E_UNAVAILABLE);
    cr_expect_eq(cx_scope_close(s), CX_E_UNAVAILABLE);
    cpu_goes_on();
}

/* No plugin is looked for beside a test: without a driver the loader says so, with one the plugin
 * of a folder without plugins is missing. */
Test(device, no_driver_or_no_plugin)
{
    setenv("CX_PLUGIN_PATH", "/nonexistent", 1);
    unsetenv("CX_PLUGIN");
    no_gpu("cannot open shared object");
    void *const driver = dlopen("libcuda.so.1", RTLD_LAZY);
    cr_expect_eq(cx_device_check(cx_cuda(0)), CX_E_UNAVAILABLE);
    cr_expect(says(driver == NULL ? "no driver: libcuda.so.1: cannot open"
                                  : "no plugin: /nonexistent/libcalx_cuda.so: cannot open"),
              "%s", cx_error_message());
}

Test(device, looking_for_a_gpu_leaves_the_last_error)
{
    setenv("CX_PLUGIN", "/nonexistent/libcalx_cuda.so", 1);
    cx_device d;
    cr_assert_eq(cx_device_parse("what", &d), CX_E_PARSE);
    cr_expect_eq(cx_device_count(CX_DEVICE_CUDA), 0);
    (void)cx_memory_stats(cx_cuda(0));
    cr_expect(says("'what'"), "%s", cx_error_message());
}

/* ---- plugins */
Test(device, plugin_by_a_relative_path_is_refused)
{
    setenv("CX_PLUGIN", "libcalx_cuda.so", 1);
    no_gpu("CX_PLUGIN=libcalx_cuda.so is not an absolute path");
}

Test(device, plugin_that_is_missing_is_refused)
{
    setenv("CX_PLUGIN", "/nonexistent/libcalx_cuda.so", 1);
    no_gpu("no plugin: /nonexistent/libcalx_cuda.so: cannot open");
}

Test(device, plugin_without_the_entry_is_refused)
{
    void *const symbol = dlsym(RTLD_DEFAULT, "cos");
    Dl_info info;
    cr_assert(symbol != NULL && dladdr(symbol, &info) != 0);
    cr_assert_eq(info.dli_fname[0], '/', "%s", info.dli_fname);
    setenv("CX_PLUGIN", info.dli_fname, 1);
    no_gpu("no symbol cx_backend_entry");
}

Test(device, plugin_that_is_no_library_is_refused)
{
    char path[] = "/tmp/calx-plugin-XXXXXX";
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "not a library", 13), 13);
    close(fd);
    setenv("CX_PLUGIN", path, 1);
    no_gpu(path);
    unlink(path);
}

/* ---- the CPU */
Test(device, facts_of_the_cpu)
{
    cx_device_info info;
    cr_assert_eq(cx_device_info_get(CX_CPU, &info), CX_OK, "%s", cx_error_message());
    cr_expect_str_eq(info.backend, "cpu");
    cr_expect_neq(info.name[0], '\0');
    cr_expect_neq(info.library[0], '\0');
    cr_expect_neq(info.isa[0], '\0');
    cr_expect_gt(info.memory_total, (size_t)1 << 20);
    cr_expect_eq(info.threads, cx_num_threads());
    cr_expect_eq(cx_device_warm(CX_CPU, ""), CX_OK);
    cr_expect_eq(cx_device_warm(CX_CPU, NULL), CX_OK);
    cr_expect_eq(cx_device_warm(CX_CPU, "blas, lapack,random"), CX_OK, "%s", cx_error_message());
    FAILS(cx_device_warm(CX_CPU, "blas, lapak"), CX_E_PARSE, "'lapak' is none of");
    cr_expect_eq(cx_device_sync(CX_CPU), CX_OK);
}

/* An OpenBLAS that does not know the processor falls back on kernels of SSE3; Calx has it choose
 * again when it is loaded, at its own level, unless somebody named a core. */
Test(device, the_library_takes_kernels_of_this_processor)
{
    static const char *const old[] = {"Prescott", "Core2", "Nehalem", "Atom", "Generic"};
    cx_device_info info;
    cr_assert_eq(cx_device_info_get(CX_CPU, &info), CX_OK, "%s", cx_error_message());
#if defined(__SANITIZE_THREAD__)
    cr_skip_test("the sanitizer has a thread of its own, so that OpenBLAS is left alone");
#endif
    if (dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init") == NULL)
        cr_skip_test("an OpenBLAS built for one core has no choice");
    const bool vectors = strcmp(info.isa, "base") != 0;
    if (!vectors || getenv("OPENBLAS_CORETYPE") != NULL) cr_skip_test("the core is as it was told");
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        cr_expect(strstr(info.library, old[i]) == NULL, "%s at %s", info.library, info.isa);
}

Test(device, settings_refuse_what_they_cannot_be)
{
    const int before = cx_num_threads();
    cr_expect_eq(cx_set_num_threads(-1), CX_E_ARGUMENT);
    cr_expect_eq(cx_set_num_threads(1025), CX_E_ARGUMENT);
    cr_expect_eq(cx_num_threads(), before);
    cr_expect_eq(cx_set_num_threads(3), CX_OK);
    cr_expect_eq(cx_num_threads(), 3);
    cr_expect_eq(cx_set_num_threads(0), CX_OK);
    cr_expect_geq(cx_num_threads(), 1);
    cr_expect_eq(cx_determinism_get(), CX_FASTEST);
    cr_expect_eq(cx_set_determinism(CX_DETERMINISTIC), CX_OK);
    cr_expect_eq(cx_set_determinism((cx_determinism)5), CX_E_ARGUMENT);
    cr_expect_eq(cx_determinism_get(), CX_DETERMINISTIC);
}

/* ---- counters */
typedef cx_array *counted(const cx_array *a);
static cx_array *twice(const cx_array *a)
{
    return cx_add(a, a);
}
static cx_array *total(const cx_array *a)
{
    return cx_sum(a, CX_ALL);
}
static cx_array *running(const cx_array *a)
{
    return cx_cumsum(a, 0);
}
static cx_array *sorted(const cx_array *a)
{
    return cx_sort(a, 0);
}
static cx_array *picked(const cx_array *a)
{
    return cx_take(a, cx_int(0), 0);
}
static cx_array *product(const cx_array *a)
{
    return cx_matmul(a, a);
}
static cx_array *inverse(const cx_array *a)
{
    return cx_linalg_inv(a);
}
static cx_array *drawn(const cx_array *a)
{
    (void)a;
    return cx_rng_normal(cx_default_rng(CX_SEED(0), CX_CPU), 0, 1, CX_SHAPE(4));
}

static const struct {
    const char *name, *word; /* of the line in the trace */
    counted *fn;
} operations[] = {{"add", "add ", twice},          {"sum", "sum ", total},
                  {"cumsum", "cumsum ", running},  {"sort", "sort ", sorted},
                  {"take", "take ", picked},       {"matmul", "matmul ", product},
                  {"inv", "linalg_inv ", inverse}, {"normal", "rng_normal ", drawn}};
enum { OPERATIONS = sizeof operations / sizeof *operations };

Test(device, counters_move)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_eye(4, -1, 0, CX_F64, CX_CPU);
    for (int i = 0; i < OPERATIONS; i++) {
        const uint64_t before = cx_counters_get().ops;
        cr_assert_eq(cx_status_of(operations[i].fn(a)), CX_OK, "%s", cx_error_message());
        cr_expect_gt(cx_counters_get().ops, before, "%s is not counted", operations[i].name);
    }
    const cx_counters before = cx_counters_get();
    cx_device d;
    cr_expect_eq(cx_device_parse("what", &d), CX_E_PARSE);
    cr_expect_eq(cx_device_sync(CX_CPU), CX_OK);
    cx_stream *const stream = cx_stream_new(CX_CPU);
    cr_expect_eq(cx_stream_sync(stream), CX_OK);
    const cx_counters after = cx_counters_get();
    cr_expect_eq(after.errors, before.errors + 1);
    cr_expect_eq(after.syncs, before.syncs + 2);
    cr_expect_eq(after.ops, before.ops);
    const double y[] = {1, 2};
    (void)cx_r2_score(cx_copy_host(y, CX_SHAPE(1), CX_F64), cx_copy_host(y, CX_SHAPE(1), CX_F64),
                      NULL);
    cr_expect_eq(cx_counters_get().warnings, before.warnings + 1);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}

/* ---- counters as text */
/* One family: its TYPE, HELP and sample lines follow one another. Returns what is behind them. */
static char *family(char *at, int n)
{
    char name[80], type[16], help[64], sample[64], label[64] = "";
    int end = 0;
    cr_assert_eq(sscanf(at, "# TYPE %63s %15s\n%n", name, type, &end), 2, "family %d: %.80s", n,
                 at);
    at += end;
    cr_assert(strcmp(type, "counter") == 0 || strcmp(type, "gauge") == 0, "%s is a %s", name, type);
    end = 0;
    cr_assert_eq(sscanf(at, "# HELP %63s %n", help, &end), 1, "%s: %.80s", name, at);
    cr_assert_str_eq(help, name);
    cr_assert_gt(strcspn(at + end, "\n"), 3, "%s: no text", name);
    at = strchr(at, '\n') + 1;
    const size_t len = strcspn(at, "{ ");
    cr_assert_lt(len, sizeof sample);
    memcpy(sample, at, len);
    sample[len] = '\0';
    at += len;
    strcat(name, type[0] == 'c' ? "_total" : "");
    cr_assert_str_eq(sample, name);
    if (*at == '{') {
        cr_assert_eq(sscanf(at, "{device=%63[^}]}%n", label, &end), 1, "%.80s", at);
        cr_assert_str_eq(label, "\"cpu\"");
        at += end;
    }
    cr_assert_eq(*at++, ' ', "%s", name);
    const size_t digits = strspn(at, "0123456789");
    cr_assert(digits > 0 && at[digits] == '\n', "%s: %.40s", name, at);
    return at + digits + 1;
}

Test(device, metrics_are_open_metrics)
{
    static char text[16384], cut[16384];
    const size_t len = cx_metrics_text(text, sizeof text);
    cr_assert_lt(len, sizeof text);
    cr_assert_eq(strlen(text), len);
    int n = 0;
    char *at = text;
    while (strncmp(at, "# TYPE ", 7) == 0) {
        const char *const name = at;
        const size_t word = 7 + strcspn(at + 7, " ") + 1;
        at = family(at, ++n);
        for (const char *again = at; (again = strstr(again, "# TYPE ")) != NULL; again++)
            cr_assert(strncmp(again, name, word) != 0, "%.*s comes twice", (int)word, name);
    }
    cr_expect_str_eq(at, "# EOF\n");
    cr_expect_geq(n, 19, "%d families: 11 counters and 8 facts of the memory", n);
    cr_assert_eq(cx_metrics_text(NULL, 0), len, "the length does not depend on the room");
    memset(cut, 'x', sizeof cut);
    for (size_t cap = 1; cap <= len + 1; cap += 37) {
        cut[cap] = 'x';
        cr_assert_eq(cx_metrics_text(cut, cap), len);
        cr_assert_eq(strlen(cut), cap - 1 < len ? cap - 1 : len);
        cr_assert_eq(cut[cap], 'x', "wrote behind %zu bytes", cap);
        cr_assert_eq(strncmp(cut, "# TYPE calx_ops counter\n", strlen(cut) < 24 ? strlen(cut) : 24),
                     0);
    }
    const uint64_t before = cx_counters_get().errors;
    cx_device d;
    cr_assert_eq(cx_device_parse("what", &d), CX_E_PARSE);
    char want[64];
    (void)snprintf(want, sizeof want, "\ncalx_errors_total %llu\n", (unsigned long long)before + 1);
    (void)cx_metrics_text(text, sizeof text);
    cr_expect(strstr(text, want) != NULL, "no%s", want);
}

/* ---- the trace */
static char lines[64][160];
static int line_count;
static void take_line(const char *line, void *ctx)
{
    cr_expect_eq(ctx, (void *)lines);
    cr_expect_eq(strchr(line, '\n'), NULL, "'%s'", line);
    if (line_count < 64) (void)snprintf(lines[line_count], sizeof lines[0], "%s", line);
    line_count++;
}

static bool logged(const char *start)
{
    for (int i = 0; i < line_count && i < 64; i++)
        if (strncmp(lines[i], start, strlen(start)) == 0) return true;
    return false;
}

Test(device, trace_goes_to_the_log)
{
    cx_set_log(take_line, lines);
    const cx_scope s = cx_scope_open();
    const cx_array *const a = cx_eye(4, -1, 0, CX_F64, CX_CPU);
    cr_assert_eq(cx_set_trace(""), CX_OK);
    (void)cx_add(a, a);
    cr_expect_eq(line_count, 0, "%s", lines[0]);
    cr_assert_eq(cx_set_trace(" op ,copy"), CX_OK, "%s", cx_error_message());
    for (int i = 0; i < OPERATIONS; i++) {
        line_count = 0;
        cr_assert_eq(cx_status_of(operations[i].fn(a)), CX_OK, "%s", cx_error_message());
        char start[64];
        (void)snprintf(start, sizeof start, "calx op: %s", operations[i].word);
        cr_expect(logged(start), "no line '%s' among %d: %s", start, line_count, lines[0]);
    }
    /* unknown words change nothing */
    FAILS(cx_set_trace("mem,ops"), CX_E_PARSE, "'ops' is none of op, copy, mem, jit, sync, nvtx");
    FAILS(cx_set_trace("op copy"), CX_E_PARSE, "'op copy'");
    line_count = 0;
    (void)cx_zeros(CX_SHAPE(1 << 20), CX_F64, CX_CPU);
    cr_expect_not(logged("calx mem: "), "%s", lines[0]);
    (void)cx_add(a, a);
    cr_expect(logged("calx op: add "));
    cr_assert_eq(cx_set_trace("mem, sync"), CX_OK);
    line_count = 0;
    (void)cx_zeros(CX_SHAPE(1 << 22), CX_F64, CX_CPU);
    cr_expect(logged("calx mem: "));
    cr_expect_eq(cx_device_sync(CX_CPU), CX_OK);
    cr_expect(logged("calx sync: device_sync of cpu"));
    cr_expect_not(logged("calx op: "));
    cr_assert_eq(cx_set_trace(NULL), CX_OK);
    line_count = 0;
    (void)cx_add(a, a);
    (void)cx_matmul(a, a);
    cr_expect_eq(line_count, 0, "%s", lines[0]);
    cx_set_log(NULL, NULL);
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s", cx_error_message());
}
