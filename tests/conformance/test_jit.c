/* device: simulated. timeout: 600. What users see of compiling at run time, through the public
 * interface: what is compiled and what is not, how often, and what the next process finds. Each
 * test is a process of its own with a folder of its own; no device is open before it forks. */
#include "device.h"
#include "files.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[TEST_PATH];
static void set_up(void)
{
    test_temp_folder(folder);
    setenv("CX_CACHE_DIR", folder, 1);
    setenv("CX_JIT", "wait", 1);
    unsetenv("CX_CACHE");
}
static void tear_down(void)
{
    test_remove_folder(folder);
}
TestSuite(jit, .init = set_up, .fini = tear_down);

/* Each formula twice, so that a kernel is worth it, over n numbers of dtype t and a scalar. */
static double eval_sum(const char *source, cx_dtype t, int64_t n, double a)
{
    cx_array *const x = cx_arange(1, 1 + (double)n / 4, 0.25, t, test_device());
    double sum = 0;
    for (int i = 0; i < 2; i++)
        sum += cx_item_f64(cx_sum(cx_eval(source, x, cx_float(a + i)), CX_ALL));
    return sum;
}
enum { FORMULAS = 3 };
static double formulas(void)
{
    const cx_scope s = cx_scope_open();
    double sum = eval_sum("x, a: exp(-(x - a)**2 / 200)", CX_F32, 1000, 3);
    sum += eval_sum("x, a: sqrt(x) * a + 1", CX_F64, 1000, 0.5);
    sum += eval_sum("x, a: x * a - x", CX_F32, 1000, 2);
    if (cx_scope_close(s) == CX_OK) return sum;
    fprintf(stderr, "%s\n", cx_error_message());
    return -1;
}

/* test_on_cpu() would open the device, which a child could not use then */
static bool on_cpu(void)
{
    const char *const text = getenv("CX_TEST_DEVICE");
    return text == NULL || strcmp(text, "cpu") == 0;
}
static bool simulated(void)
{
    const char *const plugin = getenv("CX_PLUGIN");
    return !on_cpu() && plugin != NULL && strstr(plugin, "cudasim") != NULL;
}
/* 10 * compiled + loaded, as expected of a GPU; the CPU compiles nothing */
static int want(int compiled, int loaded)
{
    return on_cpu() ? 0 : 10 * compiled + loaded;
}

static int in_child(int (*fn)(void))
{
    const pid_t child = fork();
    if (child == 0) _exit(fn());
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child && WIFEXITED(status), "%x", (unsigned)status);
    return WEXITSTATUS(status);
}
/* the same as it is; 200 for an error */
static int counts(void)
{
    const cx_kernel_cache c = cx_kernel_cache_stats();
    if (c.compiled != (int64_t)cx_counters_get().jit_compiles || c.failed != 0) return 200;
    return 10 * (int)c.compiled + (int)c.loaded;
}
static int run_formulas(void)
{
    return formulas() > 0 ? counts() : 200;
}

/* The second process compiles nothing, and its results are the same. */
Test(jit, formulas_of_the_next_process)
{
    cr_assert_eq(in_child(run_formulas), want(FORMULAS, 0));
    cr_assert_eq(in_child(run_formulas), want(0, FORMULAS));
    const double compiled = formulas();
    cr_assert_eq(counts(), want(0, FORMULAS));
    cr_assert_eq(cx_kernel_cache_stats().files, on_cpu() ? 0 : FORMULAS);
    if (on_cpu()) return;
    const pid_t child = fork();
    if (child ==
        0) { /* a child has no GPU: what it would compile, too, is an error, and no crash */
        const cx_scope s = cx_scope_open();
        const cx_array *const x = cx_ones(CX_SHAPE(4), CX_F32, test_device());
        _exit(cx_scope_close(s) != CX_OK && cx_status_of(x) != CX_OK ? 0 : 1);
    }
    int status = 1;
    cr_assert(waitpid(child, &status, 0) == child && status == 0);
    cr_assert_eq(formulas(), compiled);
}

static int run_interpreted(void)
{
    setenv("CX_JIT", "off", 1);
    return formulas() > 0 ? counts() : 200;
}
Test(jit, nothing_is_compiled_when_it_is_off)
{
    cr_assert_eq(in_child(run_interpreted), 0);
    cr_assert(access(folder, F_OK) == 0 && rmdir(folder) == 0, "something lies in the folder");
}

/* Numbers among the arguments, and sizes, are no kernels of their own. */
Test(jit, scalars_and_sizes_are_parameters)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < 300; i++) {
        const cx_scope each = cx_scope_open();
        cr_assert(eval_sum("x, a: (x + a) * x - 2", CX_F32, 100 + 7 * (i % 3), i) > -1e30);
        cr_assert(cx_scope_close(each) == CX_OK);
    }
    cr_assert(cx_scope_close(s) == CX_OK);
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(on_cpu() ? c.compiled == 0 : c.compiled >= 1 && c.compiled <= 2, "%lld kernels",
              (long long)c.compiled);
}

/* A loop with a temporary, as it is written with arrays: operations compile nothing at all. */
Test(jit, operations_compile_nothing)
{
    const cx_scope s = cx_scope_open();
    cx_array *b = cx_ones(CX_SHAPE(20, 20), CX_F32, test_device());
    for (int i = 0; i < 100; i++) {
        const cx_array *const c = cx_mul(b, cx_float(1.0 / (i + 1)));
        b = cx_add(cx_add(b, c), cx_float(0.02));
    }
    cr_assert(cx_item_f64(cx_mean(cx_sort(cx_matmul(b, b), -1), CX_ALL)) > 0);
    cr_assert(cx_scope_close(s) == CX_OK, "%s", cx_error_message());
    cr_assert_eq(cx_counters_get().jit_compiles, 0);
    cr_assert(rmdir(folder) == 0, "something lies in the folder");
}

/* ---- users' kernels */
static void scale(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)ctx;
    const double *const a = arg[1];
    float *const y = arg[0];
    for (int64_t i = begin; i < end; i++) y[i] = (float)(y[i] * *a);
}
static int run_kernel(void)
{
    static const char text[] =
        "extern \"C\" __global__ void scale(float *y, double a, long long n)\n"
        "{\n"
        "    long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;\n"
        "    if (i < n) y[i] *= a;\n"
        "}\n";
    const cx_scope s = cx_scope_open();
    cx_array *const y = cx_ones(CX_SHAPE(1000), CX_F32, test_device());
    cx_kernel *const k = cx_kernel_new(text, "scale", "float32 *y, float64 a, int64 n");
    if (cx_kernel_set_cpu(k, scale, NULL) != CX_OK) return 200;
    for (int i = 0; i < 3; i++)
        if (cx_kernel_run(k, (cx_launch){.n = 1000}, CX_ARRAYS(cx_float(2), cx_int(1000)),
                          CX_OUTS(y)) != CX_OK)
            return 200;
    const double sum = cx_item_f64(cx_sum(y, CX_ALL));
    return cx_scope_close(s) == CX_OK && sum == 8000 ? counts() : 200;
}
Test(jit, kernels_of_the_next_process)
{
    cr_assert_eq(in_child(run_kernel), want(1, 0));
    cr_assert_eq(in_child(run_kernel), want(0, 1));
    setenv("CX_JIT", "off", 1); /* that is for formulas */
    setenv("CUDASIM_MISSING", "nvrtc", 1);
    cr_assert_eq(in_child(run_kernel), want(0, 1));
    cr_assert(cx_kernel_cache_clear() == CX_OK);
    const cx_kernel_cache c = cx_kernel_cache_stats();
    cr_assert(c.files == 0 && c.bytes == 0);
    const cx_scope s = cx_scope_open();
    cr_assert_str_eq(cx_kernel_cache_list(), "");
    cr_assert(cx_scope_close(s) == CX_OK);
    /* neither a file nor, on the simulator, a compiler */
    cr_assert_eq(in_child(run_kernel), simulated() ? 200 : want(1, 0));
}
