/* device: simulated. timeout: 300. Kernels compiled at run time: what the group promises of one,
 * the table of formulas, what is on disk for the next process, and what is said when there is
 * nothing to compile with. Each test is a process of its own, with a folder of its own. */
#include "base/log.h"
#include "core/array.h"
#include "core/device.h"
#include "core/kernel_cache.h"
#include "device.h"
#include "fault.h"
#include "files.h"
#include <calx/backend_kernel.h>
#include <calx.h>
#include <calx/kernel.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char axpy[] = "extern \"C\" __global__ void axpy(const float *x, float *y, float a,\n"
                           "                                long long n)\n"
                           "{\n"
                           "    long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;\n"
                           "    if (i < n) y[i] += a * x[i];\n"
                           "}\n";

static char folder[TEST_PATH];
static void set_up(void)
{
    test_temp_folder(folder);
    setenv("CX_CACHE_DIR", folder, 1);
    unsetenv("CX_CACHE");
    unsetenv("CX_JIT");
}
static void tear_down(void)
{
    test_remove_folder(folder);
}
TestSuite(jit, .init = set_up, .fini = tear_down);

static cx__device *gpu(void)
{
    cx__device *d;
    cr_assert(cx__device_get("test", test_device(), &d) == CX_OK, "%s", cx_error_message());
    cr_assert_not_null(d->ops->kernel);
    return d;
}

/* ---- what the simulator says and does */
static void *symbol(const char *name)
{
    (void)gpu();
    void *const f = dlsym(dlopen(getenv("CX_PLUGIN"), RTLD_NOW | RTLD_NOLOAD), name);
    cr_assert_not_null(f, "%s", name);
    return f;
}
static long ctl(const char *what, long value)
{
    long (*f)(const char *, long);
    *(void **)&f = symbol("cudasim_ctl");
    return f(what, value);
}
static int find(uint64_t key, const void **kernel)
{
    int (*f)(cx_dev *, const uint64_t *, const void **);
    *(void **)&f = symbol("cudasim_jit_find");
    return f(gpu()->dev, (const uint64_t[2]){key, ~key}, kernel);
}
static void later(uint64_t key, const char *text, const char *name)
{
    void (*f)(cx_dev *, const uint64_t *, const char *, const char *, const char *);
    *(void **)&f = symbol("cudasim_jit_later");
    f(gpu()->dev, (const uint64_t[2]){key, ~key}, text, name, "later.cu");
}
static bool on(void)
{
    bool (*f)(void);
    *(void **)&f = symbol("cudasim_jit_on");
    return f();
}
enum { UNKNOWN, PENDING, READY, FAILED }; /* cuda_jit_state */

static cx_status make(const char *text, const char *name, cx_code **k)
{
    const cx_kernel_source source = {.text = text, .name = name, .label = "axpy.cu"};
    cx__device *const d = gpu();
    return d->ops->kernel->make(d->dev, "test", &source, k);
}

/* y = 1 + 2 x by the kernel. */
static void run_axpy(cx_code *k)
{
    cx__device *const d = gpu();
    const cx_scope s = cx_scope_open();
    float x[1000], y[1000];
    for (int i = 0; i < 1000; i++) {
        x[i] = (float)i;
        y[i] = 1;
    }
    cx_array *const ax = test_copy_host(x, CX_SHAPE(1000), CX_F32);
    cx_array *const ay = test_copy_host(y, CX_SHAPE(1000), CX_F32);
    cx_queue *q;
    const cx_array *const arrays[] = {ay, ax};
    cr_assert(cx__queue_for("test", d, 1, 2, arrays, &q) == CX_OK);
    void *px = ax->data, *py = ay->data;
    float a = 2;
    long long n = 1000;
    void *const arg[] = {&px, &py, &a, &n};
    const cx_kernel_call c = {{4, 1, 1}, {256, 1, 1}, 0, 4, arg};
    cr_assert(cx__queue_done(d, d->ops->kernel->launch(q, "test", k, &c)) == CX_OK, "%s",
              cx_error_message());
    const float *const got = (const float *)(const void *)test_host(ay)->data;
    for (int i = 0; i < 1000; i++) cr_assert_eq(got[i], 1 + 2 * (float)i);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
}

Test(jit, make_and_launch)
{
    cx_code *k = NULL, *again = NULL;
    cr_assert(make(axpy, "axpy", &k) == CX_OK, "%s", cx_error_message());
    run_axpy(k);
    cr_assert(make(axpy, "axpy", &again) == CX_OK && again == k);
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(c.compiled == 1 && c.loaded == 0 && c.failed == 0 && c.files == 1);
    cr_assert_eq(cx_counters_get().jit_compiles, 1);
    cr_assert_eq(ctl("compiles", 0), 1);
    const cx_scope s = cx_scope_open();
    cr_assert_not_null(strstr(cx_kernel_cache_list(), "axpy.cu\n"));
    cr_assert(cx_scope_close(s) == CX_OK);

    const cx_kernel_ops *const ops = gpu()->ops->kernel;
    ops->free(k);
    ops->clear();
    cr_assert_eq(ctl("libraries", 0), 1, "held once more");
    run_axpy(again);
    ops->free(again);
    ops->clear();
    cr_assert_eq(ctl("libraries", 0), 0);
    cr_assert(make(axpy, "axpy", &k) == CX_OK);
    run_axpy(k);
    cr_assert_eq(cx_kernel_cache_stats().compiled, 1);
    cr_assert_eq(cx_kernel_cache_stats().loaded, 1);
    ops->free(k);
    ops->clear();
}

Test(jit, shared_memory_and_barriers)
{
    static const char text[] =
        "// extern \"C\" __global__ void not_this(int *x)\n"
        "extern \"C\" __global__ void __launch_bounds__(64) reverse(int *x)\n"
        "{\n"
        "    __shared__ int fixed[64], more[2][3], last; /* __global__ */\n"
        "    if (threadIdx.x == 0) more[1][2] = last = 5;\n"
        "    extern __shared__ int sized[];\n"
        "    fixed[threadIdx.x] = x[64 * blockIdx.x + threadIdx.x];\n"
        "    __syncthreads();\n"
        "    sized[63 - threadIdx.x] = fixed[threadIdx.x];\n"
        "    __syncthreads();\n"
        "    x[64 * blockIdx.x + threadIdx.x] = sized[threadIdx.x];\n"
        "}\n";
    cx__device *const d = gpu();
    const cx_scope s = cx_scope_open();
    int32_t x[256];
    for (int i = 0; i < 256; i++) x[i] = i;
    cx_array *const ax = test_copy_host(x, CX_SHAPE(256), CX_I32);
    cx_code *k;
    cr_assert(make(text, "reverse", &k) == CX_OK, "%s", cx_error_message());
    cx_queue *q;
    const cx_array *const arrays[] = {ax};
    cr_assert(cx__queue_for("test", d, 1, 1, arrays, &q) == CX_OK);
    void *p = ax->data;
    void *const arg[] = {&p};
    const cx_kernel_call c = {{4, 1, 1}, {64, 1, 1}, 64 * sizeof(int), 1, arg};
    cr_assert(cx__queue_done(d, d->ops->kernel->launch(q, "test", k, &c)) == CX_OK, "%s",
              cx_error_message());
    const int32_t *const got = (const int32_t *)(const void *)test_host(ax)->data;
    for (int i = 0; i < 256; i++) cr_assert_eq(got[i], i / 64 * 64 + 63 - i % 64);
    cr_assert(cx_scope_close(s) == CX_OK);
    d->ops->kernel->free(k);
}

Test(jit, what_the_compiler_says)
{
    cx_code *k;
    cr_assert_eq(
        make("extern \"C\" __global__ void f(int *x)\n{\n    x[0] = nothing;\n}\n", "f", &k),
        CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "axpy.cu:3"), "%s", cx_error_message());
    cr_assert_not_null(strstr(cx_error_message(), "nothing"), "%s", cx_error_message());
    cr_assert_eq(make(axpy, "saxpy", &k), CX_E_PARSE);
    cr_assert_not_null(strstr(cx_error_message(), "__global__ saxpy"), "%s", cx_error_message());
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(c.failed == 1 && c.files == 0);
    cr_assert(make(axpy, "axpy", &k) == CX_OK);
}

Test(jit, without_a_compiler)
{
    setenv("CUDASIM_MISSING", "nvrtc", 1);
    cx_code *k;
    const void *f;
    cr_assert_eq(make(axpy, "axpy", &k), CX_E_UNAVAILABLE);
    cr_assert_not_null(strstr(cx_error_message(), "libnvrtc.so"), "%s", cx_error_message());
    const uint64_t errors = cx_counters_get().errors;
    later(1, axpy, "axpy");
    cr_assert(cx_kernel_cache_wait() == CX_OK);
    cr_assert_eq(find(1, &f), FAILED);
    cr_assert(on(), "what is on disk needs no compiler");
    cr_assert_eq(cx_counters_get().errors, errors, "formulas go on without a word");
    cr_assert_eq(ctl("compiles", 0), 0);
}

/* ---- the table of formulas */
Test(jit, in_the_background)
{
    const void *f = NULL;
    cr_assert_eq(find(1, &f), UNKNOWN);
    cr_assert(on());
    cr_assert_eq(ctl("compiler_opened", 0), 0);
    later(1, axpy, "axpy");
    later(1, axpy, "axpy");
    later(2, "no kernel", "no");
    const int now = find(1, &f);
    cr_assert(now == PENDING || now == READY);
    cr_assert(cx_kernel_cache_wait() == CX_OK);
    cr_assert_eq(find(1, &f), READY);
    cr_assert_not_null(f);
    cr_assert_eq(find(2, &f), FAILED);
    later(2, "no kernel", "no"); /* not tried again */
    cr_assert(cx_kernel_cache_wait() == CX_OK);
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(c.compiled == 1 && c.failed == 1);
    cr_assert_eq(ctl("compiles", 0), 2);
    gpu()->ops->kernel->clear();
    cr_assert_eq(ctl("libraries", 0), 1, "formulas' kernels stay");
    cr_assert_eq(cx_counters_get().errors, 0);
}

Test(jit, waited_for)
{
    setenv("CX_JIT", "wait", 1);
    const void *f;
    later(0, axpy, "axpy"); /* 0 is a key, too */
    cr_assert_eq(find(0, &f), READY);
    later(3, "no kernel", "no");
    cr_assert_eq(find(3, &f), FAILED);
}

Test(jit, off)
{
    setenv("CX_JIT", "off", 1);
    const void *f;
    cx_code *k;
    later(1, axpy, "axpy");
    cr_assert_eq(find(1, &f), UNKNOWN);
    cr_assert(!on());
    cr_assert(make(axpy, "axpy", &k) == CX_OK, "a user's kernel is compiled all the same");
}

/* 1024 kernels, then no more. */
Test(jit, bounded)
{
    setenv("CUDASIM_MISSING", "nvrtc", 1);
    const void *f;
    for (uint64_t i = 1; i <= 1024; i++) {
        cr_assert_eq(find(i * 4096, &f), UNKNOWN);
        later(i * 4096, axpy, "axpy");
    }
    cr_assert_eq(find(7, &f), FAILED);
    later(7, axpy, "axpy");
    cr_assert(cx_kernel_cache_wait() == CX_OK);
    cr_assert_eq(find(7, &f), FAILED);
    for (uint64_t i = 1; i <= 1024; i++) cr_assert_eq(find(i * 4096, &f), FAILED);
}

/* Compiling goes on while threads look; the one that was asked for is compiled once. */
static void *look(void *unused)
{
    (void)unused;
    const void *f;
    while (find(1, &f) != READY) later(1, axpy, "axpy");
    return NULL;
}
static void *need(void *out)
{
    cr_assert(make(axpy, "axpy", out) == CX_OK);
    return NULL;
}
Test(jit, threads)
{
    pthread_t t[6];
    cx_code *k[3];
    (void)gpu();
    for (int i = 0; i < 6; i++)
        cr_assert(pthread_create(&t[i], NULL, i < 3 ? look : need, i < 3 ? NULL : &k[i - 3]) == 0);
    for (int i = 0; i < 6; i++) pthread_join(t[i], NULL);
    cr_assert(k[0] == k[1] && k[1] == k[2]);
    cr_assert_leq(ctl("compiles", 0), 2, "one for the formula, one for the three");
}

/* A process that ends while its kernel is being compiled ends as any other. */
Test(jit, exit_while_compiling)
{
    const pid_t child = fork();
    if (child == 0) {
        later(1, axpy, "axpy");
        later(2, axpy, "axpy");
        usleep(20000);
        exit(0);
    }
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child && status == 0, "status %x", (unsigned)status);
}

/* A child of fork has no such thread, and no GPU: it waits for nothing that it will not get. */
Test(jit, fork_while_compiling)
{
    const void *f;
    later(1, axpy, "axpy");
    later(2, axpy, "axpy");
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        const bool settled = cx_kernel_cache_wait() == CX_OK;
        later(3, axpy, "axpy");
        exit(settled && find(1, &f) != PENDING && find(2, &f) != PENDING ? 0 : 1);
    }
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child && status == 0, "status %x", (unsigned)status);
    cr_assert(cx_kernel_cache_wait() == CX_OK);
    cr_assert(find(1, &f) == READY && find(2, &f) == READY);
}

/* ---- the next process */
static int in_child(int (*fn)(void))
{
    const pid_t child = fork();
    if (child == 0) _exit(fn());
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}
static int three_kernels(void)
{
    cx_code *k;
    const void *f;
    if (make(axpy, "axpy", &k) != CX_OK) return 1;
    later(1, axpy, "axpy");
    if (cx_kernel_cache_wait() != CX_OK || find(1, &f) != READY) return 2;
    run_axpy(k);
    const cx_kernel_cache c = cx_kernel_cache_stats();
    return ctl("compiles", 0) == c.compiled && ctl("compiler_opened", 0) == (c.compiled > 0)
               ? 10 * (int)c.compiled + (int)c.loaded
               : 3;
}

/* The options differ, so the formula's kernel is another than the user's: two compiled, then none,
 * and the compiler is not even opened. */
Test(jit, second_process)
{
    cr_assert_eq(in_child(three_kernels), 20);
    cr_assert_eq(in_child(three_kernels), 2);
    cr_assert_eq(three_kernels(), 2);
    cr_assert_eq(cx_kernel_cache_stats().files, 2);
}

/* What is on disk but does not load is made anew, and replaced: here one call after the other fails
 * with what the runtime says of another architecture's code, until it was the one that loads. */
static int refuse_once(void)
{
    cx_code *k;
    (void)ctl("fail_code", 209); /* cudaErrorNoKernelImageForDevice */
    for (long n = 1; n < 20; n++) {
        (void)ctl("fail_at", n);
        const cx_status st = make(axpy, "axpy", &k);
        (void)ctl("fail_at", 0);
        if (cx_kernel_cache_stats().compiled == 1) {
            if (st != CX_OK) return 1;
            run_axpy(k);
            return 0;
        }
        if (st != CX_OK) continue;
        gpu()->ops->kernel->free(k);
        gpu()->ops->kernel->clear();
    }
    return 2;
}
Test(jit, a_file_that_does_not_load)
{
    cr_assert_eq(in_child(three_kernels), 20);
    cr_assert_eq(in_child(refuse_once), 0);
    cr_assert_eq(in_child(three_kernels), 2);
}

/* ... and where there is no compiler, what is on disk is as good. */
Test(jit, on_disk_without_a_compiler)
{
    cr_assert_eq(in_child(three_kernels), 20);
    setenv("CUDASIM_MISSING", "nvrtc", 1);
    cr_assert_eq(in_child(three_kernels), 2);
}

/* ---- what a kernel hangs on */
static size_t put_tag(const char *text, const char *name, bool formula, char *out, size_t room)
{
    size_t (*f)(const cx_dev *, const char *, const char *, bool, char *, size_t);
    *(void **)&f = symbol("cudasim_jit_tag");
    const size_t n = f(gpu()->dev, text, name, formula, out, room);
    cr_assert(n > 0 && n < room);
    return n;
}
static const char *tag_of(const char *text)
{
    static char tag[1 << 16];
    tag[put_tag(text, "tagged", true, tag, sizeof tag)] = '\0';
    return tag;
}
static int headers_in(const char *tag)
{
    int n = 0;
    for (const char *s = tag; (s = strstr(s, "\nheader ")) != NULL; s++) n++;
    return n;
}
static bool names(const char *tag, const char *header)
{
    char line[200];
    snprintf(line, sizeof line, " %s\n", header);
    const char *const at = strstr(tag, line);
    return at != NULL && at < strstr(tag, "\nfunction tagged\n");
}

/* Of the headers only those that are included, or that those include: another one may change. */
Test(jit, tags_name_the_headers_that_are_read)
{
    const char *(*header)(int);
    *(void **)&header = symbol("cudasim_jit_header");
    const char *const plain = tag_of("int f() { return 1; } // #include \"types.cuh\"\n");
    cr_assert_eq(headers_in(plain), 0);
    cr_assert_not_null(strstr(plain, "sm_90"));
    int n = 0, most = 0, least = 1000;
    for (const char *name; (name = header(n)) != NULL; n++) {
        char text[300];
        snprintf(text, sizeof text, "int f;\n #  include \"%s\" // read\n", name);
        const int all = headers_in(tag_of(text));
        cr_assert(names(tag_of(text), name), "%s", name);
        snprintf(text, sizeof text, "#include <%s>\n", name);
        cr_assert(names(tag_of(text), name) && headers_in(tag_of(text)) == all, "%s", name);
        if (all > most) most = all;
        if (all < least) least = all;
    }
    if (n == 0) cr_skip_test("the plugin carries no headers");
    cr_assert(most > 1 && least < n, "%d headers, %d to %d with one", n, least, most);
}

/* More kernels than there is room for: those that nobody holds make it. All are one, under other
 * tags, so that the compiler is not what this measures. */
Test(jit, many_kernels)
{
    enum { ROOM = 1024 };
    cx_code *k;
    char text[sizeof axpy + 16], tag[sizeof axpy + 600];
    void *data;
    size_t size;
    cr_assert(make(axpy, "axpy", &k) == CX_OK);
    size_t n = put_tag(axpy, "axpy", false, tag, sizeof tag);
    cr_assert(cx__kernel_cache_read(tag, n, &data, &size));
    for (int i = 1; i <= ROOM; i++) {
        cx_code *other;
        snprintf(text, sizeof text, "%s// %d", axpy, i);
        n = put_tag(text, "axpy", false, tag, sizeof tag);
        cx__kernel_cache_write(tag, n, "axpy", data, size);
        cr_assert(make(text, "axpy", &other) == CX_OK, "%d: %s", i, cx_error_message());
        cr_assert_neq(other, k);
        if (i % 2 != 0) gpu()->ops->kernel->free(other);
    }
    cr_assert_eq(ctl("libraries", 0), 1 + ROOM / 2);
    cr_assert(cx_kernel_cache_stats().compiled == 1 && cx_kernel_cache_stats().loaded == ROOM);
    run_axpy(k);
    cx__scratch_free(data);
}

/* ---- failures */
Test(jit, each_call_fails_in_turn)
{
    setenv("CX_CACHE", "off", 1);
    const cx_kernel_ops *const ops = gpu()->ops->kernel;
    long n = 1;
    for (;; n++) {
        cx_code *k;
        (void)ctl("fail_at", n);
        const cx_status st = make(axpy, "axpy", &k);
        const bool reached = ctl("calls", 0) >= n;
        (void)ctl("fail_at", 0);
        cr_assert(st == (reached ? CX_E_NOMEM : CX_OK), "call %ld: %s", n, cx_error_message());
        if (!reached) ops->free(k);
        ops->clear();
        cr_assert_eq(ctl("libraries", 0), 0, "call %ld", n);
        if (!reached) break;
    }
    cr_assert_geq(n, 5);
}

static cx_status make_once(void *ctx)
{
    (void)ctx;
    cx_code *k;
    const cx_status st = make(axpy, "axpy", &k);
    if (st == CX_OK) gpu()->ops->kernel->free(k);
    gpu()->ops->kernel->clear();
    return st;
}
Test(jit, no_memory)
{
    setenv("CX_CACHE", "off", 1);
    fault_install();
    (void)gpu();
    cr_assert_gt(fault_loop("make", FAULT_ONCE, make_once, NULL), 2);
    cr_assert_gt(fault_loop("make", FAULT_FROM_THEN_ON, make_once, NULL), 2);
}

/* ---- nothing is compiled that was not asked for */
Test(jit, ordinary_operations_compile_nothing)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_ones(CX_SHAPE(30, 30), CX_F32, test_device());
    cx_array *const y = cx_sort(cx_add(cx_exp(x), cx_matmul(x, x)), -1);
    cr_assert(cx_item_f64(cx_sum(y, CX_ALL)) > 0);
    cr_assert(cx_device_sync(test_device()) == CX_OK);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_counters_get().jit_compiles, 0);
    cr_assert_eq(ctl("compiles", 0), 0);
    cr_assert_eq(ctl("compiler_opened", 0), 0);
    cr_assert(access(folder, F_OK) == 0 && rmdir(folder) == 0, "something lies in the folder");
}
