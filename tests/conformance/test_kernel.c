/* device: each
 * Kernels from source: the example of the header, every dtype as array and as number, what numbers
 * become, launches, errors with the parameter's name, threads, streams and graphs. */
#include "device.h"
#include <calx.h>
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(kernel, .timeout = 120);

static bool says(const char *text)
{
    return strstr(cx_error_message(), text) != NULL;
}
#define FAILS(status, text, ...)                                               \
    do {                                                                       \
        cr_expect_eq((__VA_ARGS__), status, "%s", cx_error_message());         \
        cr_expect(says(text), "'%s' is not in: %s", text, cx_error_message()); \
    } while (0)
#define GOES(...) cr_assert_eq((__VA_ARGS__), CX_OK, "%s", cx_error_message())

/* ------------------------------------------------------------------------------------ saxpy */
static const char saxpy_cuda[] =
    "extern \"C\" __global__ void saxpy(const float *x, float *y, float a, long long n)\n"
    "{ long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;\n"
    "  if (i < n) y[i] += a * x[i]; }";
static void saxpy_cpu(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)ctx;
    const float *const x = arg[0], a = *(const float *)arg[2];
    float *const y = arg[1];
    for (int64_t i = begin; i < end; i++) y[i] += a * x[i];
}
static cx_kernel *saxpy(void)
{
    cx_kernel *const k =
        cx_kernel_new(saxpy_cuda, "saxpy", "const float32 *x, float32 *y, float32 a, int64 n");
    GOES(cx_kernel_status(k));
    GOES(cx_kernel_set_cpu(k, saxpy_cpu, NULL));
    return k;
}
static cx_array *ramp(int64_t n, cx_dtype t)
{
    return cx_astype(cx_arange(0, (double)n, 1, CX_F64, test_device()), t);
}
/* are all elements first + i * step? */
static bool is_ramp(cx_array *a, double first, double step)
{
    const cx_array *const h = cx_astype(test_host(a), CX_F64);
    const double *const v = cx_data_f64(h);
    for (int64_t i = 0; i < cx_size(h); i++)
        if (v[i] != first + step * (double)i) return false;
    return v != NULL;
}

Test(kernel, saxpy)
{
    static const int64_t sizes[] = {1, 255, 256, 257, 10000};
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = saxpy();
    for (int i = 0; i < 5; i++) {
        const int64_t n = sizes[i];
        cx_array *const x = ramp(n, CX_F32), *const y = cx_ones(CX_SHAPE(n), CX_F32, test_device());
        const uint64_t ops = cx_counters_get().ops, kernels = cx_counters_get().kernels;
        GOES(cx_kernel_run(k, (cx_launch){.n = n, .grain = i * 50},
                           CX_ARRAYS(x, cx_float(2), cx_int(n)), CX_OUTS(y)));
        cr_assert_eq(cx_counters_get().ops, ops + 1);
        cr_assert_eq(cx_counters_get().kernels, kernels + !test_on_cpu());
        cr_assert(is_ramp(y, 1, 2), "n = %d", (int)n);
        /* in place: one array, read and written */
        GOES(cx_kernel_run(k, (cx_launch){.n = n}, CX_ARRAYS(y, cx_float(1), cx_i64(n)),
                           CX_OUTS(y)));
        cr_assert(is_ramp(y, 2, 4));
    }
    GOES(cx_scope_close(s));
}

/* ------------------------------------------------------------------------------------ dtypes */
static const struct {
    cx_dtype t;
    const char *c;
} types[] = {{CX_BOOL, "bool"},
             {CX_I8, "signed char"},
             {CX_I16, "short"},
             {CX_I32, "int"},
             {CX_I64, "long long"},
             {CX_U8, "unsigned char"},
             {CX_U16, "unsigned short"},
             {CX_U32, "unsigned"},
             {CX_U64, "unsigned long long"},
             {CX_F16, "unsigned short"},
             {CX_BF16, "unsigned short"},
             {CX_F32, "float"},
             {CX_F64, "double"},
             {CX_C64, "pair32"},
             {CX_C128, "pair64"}};
enum { TYPES = sizeof types / sizeof *types };

/* y = x, and every third of them v */
static void thirds_cpu(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    const size_t bytes = *(const size_t *)ctx;
    for (int64_t i = begin; i < end; i++)
        memcpy((char *)arg[1] + (size_t)i * bytes,
               i % 3 == 0 ? arg[2] : (char *)arg[0] + (size_t)i * bytes, bytes);
}
static void every_dtype(int i, cx_array *const v)
{
    char cuda[600], signature[120];
    const cx_dtype t = types[i].t;
    const bool half = cx_dtype_kind(t) == 'e'; /* no number of it */
    const size_t bytes = cx_dtype_size(t);
    const int64_t n = 1000;
    snprintf(cuda, sizeof cuda,
             "struct pair32 { float re, im; };\nstruct pair64 { double re, im; };\n"
             "extern \"C\" __global__ void thirds(const %s *x, %s *y, %s %sv, int n)\n"
             "{ int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);\n"
             "  if (i < n) y[i] = i %% 3 == 0 ? %s : x[i]; }",
             types[i].c, types[i].c, types[i].c, half ? "const *" : "", half ? "*v" : "v");
    snprintf(signature, sizeof signature, "const %s *x, %s *y, %s %s %sv, int32 n",
             cx_dtype_name(t), cx_dtype_name(t), half ? "const" : "", cx_dtype_name(t),
             half ? "*" : "");
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = cx_kernel_new(cuda, "thirds", signature);
    GOES(cx_kernel_set_cpu(k, thirds_cpu, (void *)(uintptr_t)&bytes));
    cx_array *const x = ramp(n, t), *const y = cx_zeros(CX_SHAPE(n), t, test_device());
    cx_array *const one = cx_astype(v, t); /* 0-d, on the CPU */
    GOES(cx_kernel_run(k, (cx_launch){.n = n, .grain = 64},
                       CX_ARRAYS(x, half ? cx_to(one, test_device()) : one, cx_int(n)),
                       CX_OUTS(y)));
    const cx_array *const third = cx_equal(cx_remainder(ramp(n, CX_I64), cx_int(3)), cx_int(0));
    cr_expect(
        cx_item_bool(cx_all(
            cx_equal(y, cx_where(third, cx_full(CX_SHAPE(n), one, t, test_device()), x)), CX_ALL)),
        "%s", cx_dtype_name(t));
    cr_expect_eq(cx_scope_close(s), CX_OK, "%s: %s", cx_dtype_name(t), cx_error_message());
}
Test(kernel, every_dtype, .timeout = 300)
{
    const cx_scope s = cx_scope_open();
    for (int i = 0; i < TYPES; i++)
        every_dtype(i, cx_copy_host(&(cx_complex128){77, -3}, CX_SHAPE(), CX_C128));
    GOES(cx_scope_close(s));
}

/* A number's bytes, as they come to the CPU's function. */
static void bytes_cpu(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)begin;
    (void)end;
    memcpy(arg[0], arg[1], *(const size_t *)ctx);
}
static cx_status number(cx_dtype t, const cx_array *v, void *bytes)
{
    char signature[60];
    const size_t size = cx_dtype_size(t);
    snprintf(signature, sizeof signature, "uint8 *out, %s v", cx_dtype_name(t));
    const cx_scope s = cx_scope_open();
    cx_array *const out = cx_zeros(CX_SHAPE(16), CX_U8, CX_CPU);
    cx_kernel *const k = cx_kernel_new(NULL, "number", signature);
    cx_status st = cx_kernel_set_cpu(k, bytes_cpu, (void *)(uintptr_t)&size);
    if (st == CX_OK) st = cx_kernel_run(k, (cx_launch){.n = 1}, CX_ARRAYS(v), CX_OUTS(out));
    if (st == CX_OK) memcpy(bytes, cx_data_u8(out), size);
    GOES(cx_scope_close(s));
    return st;
}
#define NUMBER(T, dtype, v, want)                                               \
    do {                                                                        \
        T got_;                                                                 \
        cr_expect_eq(number(dtype, v, &got_), CX_OK, "%s", cx_error_message()); \
        cr_expect(got_ == (want), "%s of " #v, cx_dtype_name(dtype));           \
    } while (0)

Test(kernel, what_numbers_become)
{
    const cx_scope s = cx_scope_open();
    cx_complex128 z;
    cx_complex64 c;
    NUMBER(bool, CX_BOOL, cx_bool(true), true);
    NUMBER(int8_t, CX_I8, cx_int(-128), -128);
    NUMBER(uint8_t, CX_U8, cx_int(255), 255);
    NUMBER(uint64_t, CX_U64, cx_int(INT64_MAX), INT64_MAX);
    NUMBER(int64_t, CX_I64, cx_int(INT64_MIN), INT64_MIN);
    NUMBER(int16_t, CX_I16, cx_bool(true), 1);
    NUMBER(float, CX_F32, cx_float(0.1), 0.1f);
    NUMBER(float, CX_F32, cx_int(7), 7.0f);
    NUMBER(double, CX_F64, cx_float(-0.1), -0.1);
    NUMBER(double, CX_F64, cx_f64(2.5), 2.5);
    NUMBER(float, CX_F32, cx_f32(1.5f), 1.5f);
    GOES(number(CX_C128, cx_complex(1, -2), &z));
    cr_expect(z.re == 1 && z.im == -2);
    GOES(number(CX_C64, cx_float(3), &c));
    cr_expect(c.re == 3 && c.im == 0);
    uint8_t any[16];
    FAILS(CX_E_DTYPE, "number: v is int8, and 128 is out of its bounds",
          number(CX_I8, cx_int(128), any));
    FAILS(CX_E_DTYPE, "v is uint16, and -1 is out", number(CX_U16, cx_int(-1), any));
    FAILS(CX_E_DTYPE, "v is int32, which a float64 number does not become",
          number(CX_I32, cx_float(1), any));
    FAILS(CX_E_DTYPE, "v is bool, which a int64", number(CX_BOOL, cx_int(1), any));
    FAILS(CX_E_DTYPE, "v is float64, which a complex128", number(CX_F64, cx_complex(1, 0), any));
    FAILS(CX_E_DTYPE, "v is float64, the signature has float32", number(CX_F32, cx_f64(1), any));
    FAILS(CX_E_SHAPE, "v is a number, an array of shape (1,) is given",
          number(CX_F64, cx_ones(CX_SHAPE(1), CX_F64, CX_CPU), any));
    FAILS(CX_E_NULL, "v is NULL", number(CX_F64, NULL, any));
    if (!test_on_cpu())
        FAILS(CX_E_DEVICE, "v is on cuda:0, numbers are given on the CPU",
              number(CX_F64, cx_to(cx_f64(1), test_device()), any));
    GOES(cx_scope_close(s));
}

/* ------------------------------------------------------------------------------------ errors */
Test(kernel, wrong_arguments)
{
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = saxpy();
    const cx_launch how = {.n = 6};
    const cx_array *const a = cx_float(1), *const n = cx_int(6);
    cx_array *const x = ramp(6, CX_F32), *const y = ramp(6, CX_F32);
    FAILS(CX_E_ARGUMENT, "saxpy: in has 2, the signature 3 (x, a, n)",
          cx_kernel_run(k, how, CX_ARRAYS(x, a), CX_OUTS(y)));
    FAILS(CX_E_ARGUMENT, "saxpy: out has 2, the signature 1 (y)",
          cx_kernel_run(k, how, CX_ARRAYS(x, a, n), CX_OUTS(y, y)));
    FAILS(CX_E_NULL, "in.at is NULL", cx_kernel_run(k, how, (cx_arrays){3, NULL}, CX_OUTS(y)));
    FAILS(CX_E_NULL, "out.at is NULL",
          cx_kernel_run(k, how, CX_ARRAYS(x, a, n), (cx_outs){1, NULL}));
    FAILS(CX_E_NULL, "saxpy: x is NULL", cx_kernel_run(k, how, CX_ARRAYS(NULL, a, n), CX_OUTS(y)));
    FAILS(CX_E_NULL, "saxpy: y is NULL", cx_kernel_run(k, how, CX_ARRAYS(x, a, n), CX_OUTS(NULL)));
    FAILS(CX_E_ARGUMENT, "x is a weak scalar",
          cx_kernel_run(k, how, CX_ARRAYS(cx_int(1), a, n), CX_OUTS(y)));
    FAILS(CX_E_DTYPE, "saxpy: x is float64, the signature has float32",
          cx_kernel_run(k, how, CX_ARRAYS(ramp(6, CX_F64), a, n), CX_OUTS(y)));
    FAILS(CX_E_DTYPE, "saxpy: y is int32, the signature has float32",
          cx_kernel_run(k, how, CX_ARRAYS(x, a, n), CX_OUTS(ramp(6, CX_I32))));
    const cx_array *const t = cx_transpose(cx_reshape(x, CX_SHAPE(2, 3)));
    FAILS(CX_E_ARGUMENT, "x of shape (3, 2) is not contiguous in C order",
          cx_kernel_run(k, how, CX_ARRAYS(t, a, n), CX_OUTS(y)));
    FAILS(CX_E_ARGUMENT, "y of shape (3,) is not contiguous",
          cx_kernel_run(k, how, CX_ARRAYS(x, a, n), CX_OUTS(cx_slice(y, 0, 0, 6, 2))));
    cx_array *const still = cx_copy(y);
    GOES(cx_set_readonly(still));
    FAILS(CX_E_READONLY, "saxpy: y is read-only",
          cx_kernel_run(k, how, CX_ARRAYS(x, a, n), CX_OUTS(still)));
    FAILS(CX_E_ARGUMENT, "saxpy: n is -1",
          cx_kernel_run(k, (cx_launch){.n = -1}, CX_ARRAYS(x, a, n), CX_OUTS(y)));
    FAILS(CX_E_ARGUMENT, "saxpy: grain is -8",
          cx_kernel_run(k, (cx_launch){.n = 6, .grain = -8}, CX_ARRAYS(x, a, n), CX_OUTS(y)));
    if (!test_on_cpu())
        FAILS(CX_E_DEVICE, "saxpy: y is on cuda:0, x is on cpu",
              cx_kernel_run(k, how, CX_ARRAYS(cx_to(x, CX_CPU), a, n), CX_OUTS(y)));
    cr_assert(is_ramp(y, 0, 1)); /* nothing has run */
    /* what no scope was told, since every call has told its caller */
    GOES(cx_scope_close(s));
}

Test(kernel, wrong_kernels)
{
    const cx_scope s = cx_scope_open();
    FAILS(CX_E_PARSE,
          "kernel_new: 'flaot32' at column 7 of the signature is no dtype; did you mean "
          "'float32'?",
          cx_kernel_status(cx_kernel_new(NULL, "f", "const flaot32 *x")));
    FAILS(CX_E_ARGUMENT, "'2f' is no name of a function",
          cx_kernel_status(cx_kernel_new(NULL, "2f", "float32 *x")));
    FAILS(CX_E_NULL, "name is NULL", cx_kernel_status(cx_kernel_new(NULL, NULL, "float32 *x")));
    FAILS(CX_E_NULL, "signature is NULL", cx_kernel_status(cx_kernel_new(NULL, "f", NULL)));
    cr_assert_neq(cx_scope_close(s), CX_OK); /* expressions mark */

    const cx_scope t = cx_scope_open();
    cx_array *const z = ramp(6, CX_F32);
    cx_kernel *const none = cx_kernel_new(NULL, "none", "float32 *x, int32 n");
    FAILS(CX_E_UNAVAILABLE,
          test_on_cpu() ? "none: x is on the CPU, for which the kernel has no function"
                        : "none: x is on cuda:0, and the kernel has no CUDA source",
          cx_kernel_run(none, (cx_launch){.n = 6}, CX_ARRAYS(cx_int(6)), CX_OUTS(z)));
    cx_kernel *const k = saxpy();
    FAILS(CX_E_NULL, "fn is NULL", cx_kernel_set_cpu(k, NULL, NULL));
    GOES(cx_kernel_run(k, (cx_launch){.n = 0}, CX_ARRAYS(z, cx_int(1), cx_int(0)), CX_OUTS(z)));
    FAILS(CX_E_ARGUMENT, "saxpy has run already", cx_kernel_set_cpu(k, saxpy_cpu, NULL));
    GOES(cx_scope_close(t));
}

/* The CPU's function is not called for nothing; a GPU launches only a grid that is asked for. */
static void never(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)arg;
    (void)begin;
    (void)end;
    ++*(int *)ctx;
}
Test(kernel, no_elements)
{
    int calls = 0;
    const cx_scope s = cx_scope_open();
    cx_kernel *const k =
        cx_kernel_new("extern \"C\" __global__ void one(int *x) { x[0] += 1; }", "one", "int32 *x");
    GOES(cx_kernel_set_cpu(k, never, &calls));
    cx_array *const empty = cx_zeros(CX_SHAPE(0), CX_I32, test_device());
    cx_array *const x = cx_zeros(CX_SHAPE(1), CX_I32, test_device());
    const uint64_t kernels = cx_counters_get().kernels;
    GOES(cx_kernel_run(k, (cx_launch){.n = 0}, CX_ARRAYS(), CX_OUTS(empty)));
    GOES(cx_kernel_run(k, (cx_launch){.block = {32}}, CX_ARRAYS(), CX_OUTS(x)));
    cr_assert(calls == 0 && cx_counters_get().kernels == kernels);
    GOES(cx_kernel_run(k, (cx_launch){.grid = {1}, .block = {1}}, CX_ARRAYS(), CX_OUTS(x)));
    cr_assert_eq(cx_item_i64(x), !test_on_cpu());
    cr_assert_eq(calls, 0);
    GOES(cx_scope_close(s));
}

/* ------------------------------------------------------------------------------------ launches */
/* Tiles of 8 x 8 turned over through shared memory; what stands beside them, by a row of it whose
 * size the launch says. */
static const char turn_cuda[] =
    "extern \"C\" __global__ void turn(const int *a, int *t, int rows, int columns)\n"
    "{\n"
    "    __shared__ int tile[8][9];\n"
    "    extern __shared__ int line[];\n"
    "    int r = (int)(blockIdx.y * 8 + threadIdx.y), c = (int)(blockIdx.x * 8 + threadIdx.x);\n"
    "    if (threadIdx.y == 0) line[threadIdx.x] = (int)threadIdx.x;\n"
    "    if (r < rows && c < columns) tile[threadIdx.y][threadIdx.x] = a[r * columns + c];\n"
    "    __syncthreads();\n"
    "    r = (int)(blockIdx.y * 8) + line[threadIdx.x];\n"
    "    c = (int)(blockIdx.x * 8 + threadIdx.y);\n"
    "    if (r < rows && c < columns) t[c * rows + r] = tile[threadIdx.x][threadIdx.y];\n"
    "}\n";
static void turn_cpu(void *ctx, void *const *arg, int64_t begin, int64_t end)
{
    (void)ctx;
    const int *const a = arg[0], rows = *(const int *)arg[2], columns = *(const int *)arg[3];
    int *const t = arg[1];
    for (int64_t i = begin; i < end; i++) t[i % columns * rows + i / columns] = a[i];
}
Test(kernel, two_dimensions)
{
    const cx_scope s = cx_scope_open();
    cx_kernel *const k =
        cx_kernel_new(turn_cuda, "turn", "const int32 *a, int32 *t, int32 rows, int32 columns");
    GOES(cx_kernel_set_cpu(k, turn_cpu, NULL));
    static const int sizes[][2] = {{8, 8}, {37, 50}, {1, 9}, {100, 3}};
    for (int i = 0; i < 4; i++) {
        const int rows = sizes[i][0], columns = sizes[i][1], n = rows * columns;
        cx_array *const a = cx_reshape(ramp(n, CX_I32), CX_SHAPE(rows, columns));
        cx_array *const t = cx_zeros(CX_SHAPE(columns, rows), CX_I32, test_device());
        const cx_launch how = {.n = n,
                               .grid = {(unsigned)(columns + 7) / 8, (unsigned)(rows + 7) / 8},
                               .block = {8, 8},
                               .shared_bytes = 8 * sizeof(int)};
        GOES(cx_kernel_run(k, how, CX_ARRAYS(a, cx_int(rows), cx_int(columns)), CX_OUTS(t)));
        cr_assert(cx_item_bool(cx_all(cx_equal(t, cx_transpose(a)), CX_ALL)), "%d x %d", rows,
                  columns);
    }
    GOES(cx_scope_close(s));
}

/* A block of more dynamic memory than every device gives without being asked, turned over. */
static const char reverse_cuda[] =
    "extern \"C\" __global__ void reverse(double *x, int n)\n"
    "{\n"
    "    extern __shared__ double held[];\n"
    "    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) held[i] = x[i];\n"
    "    __syncthreads();\n"
    "    for (int i = (int)threadIdx.x; i < n; i += (int)blockDim.x) x[i] = held[n - 1 - i];\n"
    "}\n";
static cx_status reverse(const cx_kernel *k, cx_array *x, cx_launch how)
{
    return cx_kernel_run(k, how, CX_ARRAYS(cx_int(cx_size(x))), CX_OUTS(x));
}
Test(kernel, launches_of_a_gpu)
{
    if (test_on_cpu()) return;
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = cx_kernel_new(reverse_cuda, "reverse", "float64 *x, int32 n");
    cx_array *const x = ramp(7000, CX_F64);
    GOES(reverse(k, x, (cx_launch){.grid = {1}, .block = {128}, .shared_bytes = 7000 * 8}));
    cr_assert(is_ramp(x, 6999, -1));
    GOES(reverse(k, x, (cx_launch){.grid = {0, 1}, .shared_bytes = 7000 * 8}));
    cr_assert(is_ramp(x, 0, 1));
    FAILS(CX_E_ARGUMENT, "reverse: blocks of 2048 x 1 x 1",
          reverse(k, x, (cx_launch){.n = 1, .block = {2048}}));
    FAILS(CX_E_ARGUMENT, "blocks of 64 x 32 x 1",
          reverse(k, x, (cx_launch){.n = 1, .block = {64, 32}}));
    FAILS(CX_E_ARGUMENT, "blocks of 1 x 1 x 65",
          reverse(k, x, (cx_launch){.n = 1, .block = {1, 1, 65}}));
    FAILS(CX_E_ARGUMENT, "a grid of 1 x 70000 x 1 blocks",
          reverse(k, x, (cx_launch){.grid = {1, 70000}}));
    FAILS(CX_E_ARGUMENT, "a grid of 4294967295 x 1 x 1 blocks",
          reverse(k, x, (cx_launch){.n = INT64_C(4294967295) * 256}));
    FAILS(CX_E_ARGUMENT, "n is 9223372036854775807, for which 36028797018963968 blocks",
          reverse(k, x, (cx_launch){.n = INT64_MAX}));
    FAILS(CX_E_ARGUMENT, "16777216 bytes of shared memory",
          reverse(k, x, (cx_launch){.n = 1, .shared_bytes = 1 << 24}));
    cr_assert(is_ramp(x, 0, 1));
    GOES(cx_scope_close(s));
}

/* ------------------------------------------------------------------------------------ compiling */
static cx_status run_text(const char *text, const char *name)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = cx_zeros(CX_SHAPE(4), CX_F32, test_device());
    cx_kernel *const k = cx_kernel_new(text, name, "float32 *x, int64 n");
    const cx_status st = cx_kernel_run(k, (cx_launch){.n = 4}, CX_ARRAYS(cx_int(4)), CX_OUTS(x));
    GOES(cx_scope_close(s));
    return st;
}
Test(kernel, what_the_compiler_says)
{
    if (test_on_cpu()) return;
    FAILS(CX_E_PARSE, "undeclared_name",
          run_text("extern \"C\" __global__ void f(float *x, long long n)\n"
                   "{\n    x[0] = undeclared_name; }",
                   "f"));
    cr_expect(says("f: ") && (says("f(3)") || says("f:3:")), "%s", cx_error_message());
    FAILS(CX_E_PARSE, "signature of g",
          run_text("extern \"C\" __global__ void f(float *x, long long n) { }", "g"));
    /* parameters that are not the signature's: fewer, more, another size, a number for an array */
    static const char *const lists[] = {"float *x", "float *x, long long n, int m",
                                        "float *x, int n", "long long x, long long n",
                                        "float *x, float *n"};
    for (int i = 0; i < 5; i++) {
        char text[200];
        snprintf(text, sizeof text, "extern \"C\" __global__ void f(%s) { }", lists[i]);
        FAILS(CX_E_PARSE, "the parameters of f are not those of its signature",
              run_text(text, "f"));
    }
    GOES(run_text("extern \"C\" __global__ void f(float *__restrict__ x, const long long n)\n"
                  "{ if (n == 4) x[0] = 1; }",
                  "f"));
}

/* ------------------------------------------------------------------------------------ callers */
enum { THREADS = 6 };
static void *run_many(void *p)
{
    const cx_kernel *const k = p;
    const cx_scope s = cx_scope_open();
    bool good = true;
    for (int i = 0; i < 20; i++) {
        cx_array *const x = ramp(300, CX_F32), *const y = ramp(300, CX_F32);
        good = good && cx_kernel_run(k, (cx_launch){.n = 300, .grain = 100},
                                     CX_ARRAYS(x, cx_int(i), cx_int(300)), CX_OUTS(y)) == CX_OK;
        good = good && is_ramp(y, 0, 1 + i);
    }
    good = cx_scope_close(s) == CX_OK && good;
    return good ? p : NULL;
}
Test(kernel, from_several_threads)
{
    pthread_t thread[THREADS];
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = cx_kernel_retain(saxpy());
    GOES(cx_scope_close(s));
    const uint64_t compiles = cx_counters_get().jit_compiles;
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&thread[i], NULL, run_many, k), 0);
    for (int i = 0; i < THREADS; i++) {
        void *good = NULL;
        cr_assert_eq(pthread_join(thread[i], &good), 0);
        cr_assert_not_null(good, "thread %d", i);
    }
    cr_assert_eq(cx_counters_get().jit_compiles, compiles + !test_on_cpu());
    cx_kernel_release(k);
}

Test(kernel, streams_wait_for_each_other)
{
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = saxpy();
    cx_stream *const one = cx_stream_new(test_device()), *const two = cx_stream_new(test_device());
    cx_array *const x = ramp(5000, CX_F32), *const y =
                                                cx_zeros(CX_SHAPE(5000), CX_F32, test_device());
    for (int i = 0; i < 10; i++) {
        const cx_scope inner =
            cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = i % 2 == 0 ? one : two));
        GOES(cx_kernel_run(k, (cx_launch){.n = 5000}, CX_ARRAYS(x, cx_int(1), cx_int(5000)),
                           CX_OUTS(y)));
        GOES(cx_scope_close(inner));
    }
    cr_assert(is_ramp(cx_mul(y, cx_int(2)), 0, 20)); /* the thread's own stream */
    GOES(cx_scope_close(s));
}

/* The kernel goes while its work is queued. */
Test(kernel, released_before_it_has_run)
{
    const cx_scope s = cx_scope_open();
    cx_array *const x = ramp(5000, CX_F32), *const y =
                                                cx_zeros(CX_SHAPE(5000), CX_F32, test_device());
    const cx_scope inner = cx_scope_open();
    GOES(cx_kernel_run(saxpy(), (cx_launch){.n = 5000}, CX_ARRAYS(x, cx_int(3), cx_int(5000)),
                       CX_OUTS(y)));
    GOES(cx_scope_close(inner));
    cr_assert(is_ramp(y, 0, 3));
    GOES(cx_scope_close(s));
}

typedef struct recorded {
    const cx_kernel *k;
    cx_array *x, *y;
} recorded;
static cx_status record(void *ctx)
{
    const recorded *const r = ctx;
    return cx_kernel_run(r->k, (cx_launch){.n = 100}, CX_ARRAYS(r->x, cx_float(0.5), cx_int(100)),
                         CX_OUTS(r->y));
}
Test(kernel, in_a_graph)
{
    const cx_scope s = cx_scope_open();
    cx_stream *const stream = cx_stream_new(test_device());
    recorded r = {saxpy(), ramp(100, CX_F32), cx_zeros(CX_SHAPE(100), CX_F32, test_device())};
    if (!test_on_cpu()) { /* nothing can be compiled while work is recorded */
        const cx_scope t = cx_scope_open();
        FAILS(CX_E_UNSUPPORTED, "saxpy: the kernel is not ready",
              cx_graph_status(cx_graph_capture(stream, record, &r)));
        cr_assert_eq(cx_scope_close(t), CX_E_UNSUPPORTED);
    }
    GOES(record(&r));
    cx_graph *const g = cx_graph_retain(cx_graph_capture(stream, record, &r));
    GOES(cx_graph_status(g));
    const int recorded_runs = test_on_cpu() ? 1 : 0; /* the CPU's runs while it is recorded */
    for (int i = 0; i < 3; i++) GOES(cx_graph_launch(g));
    cr_assert(is_ramp(r.y, 0, 0.5 * (4 + recorded_runs)));
    cx_graph_release(g);
    GOES(cx_scope_close(s));
}

Test(kernel, cancelled)
{
    const cx_scope s = cx_scope_open();
    cx_kernel *const k = saxpy();
    cx_array *const x = ramp(10, CX_F32);
    cx_cancel stop = {0};
    cx_cancel_request(&stop);
    const cx_scope inner = cx_scope_open_with(CX_OPTS(cx_scope_opts, .cancel = &stop));
    cr_assert_eq(
        cx_kernel_run(k, (cx_launch){.n = 10}, CX_ARRAYS(x, cx_int(1), cx_int(10)), CX_OUTS(x)),
        CX_E_CANCELLED);
    GOES(cx_scope_close(inner));
    cr_assert(is_ramp(x, 0, 1));
    GOES(cx_scope_close(s));
}
