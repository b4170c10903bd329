/* The rates of one GPU: bytes a second of what memory bounds, beside a plain copy on the same
 * device; products in flops; stacks of small matrices; what a small call costs the host; how far
 * two streams overlap.
 *
 * usage: bench_gpu [DEVICE [ELEMENTS [formulas]]]   default cuda:0 and 10^8. Every result is
 * checked once. Formulas run by kernels of their own, or with CX_JIT=off by the interpreter;
 * `formulas`: only those. CuPy's and PyTorch's figures for the same sizes: bench/peers/gpu.py. */
#include <calx.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cx_device device;
static double copy_rate;

static void must(cx_status st)
{
    if (st == CX_OK) return;
    fprintf(stderr, "bench_gpu: %s\n", cx_error_message());
    exit(1);
}
static void expect(bool right, const char *what)
{
    if (right) return;
    fprintf(stderr, "bench_gpu: %s is wrong: %s\n", what, cx_error_message());
    exit(1);
}

enum { TERMS = 5 };
typedef struct job {
    cx_array *a, *b, *c, *out;
    const cx_program *program;
    const cx_array *term[TERMS];
} job;

/* seconds of one body, from events round enough of them; the best of five */
static double seconds(void (*body)(const job *j), const job *j)
{
    const cx_scope s = cx_scope_open();
    cx_event *const from = cx_event_new(device), *const to = cx_event_new(device);
    cx_stream *const stream = cx_stream_new(device);
    const cx_scope in = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = stream));
    body(j);
    must(cx_stream_sync(stream));
    double best = INFINITY;
    int times = 1;
    for (int round = 0; round < 5; round++) {
        must(cx_event_record(from, stream));
        for (int i = 0; i < times; i++) body(j);
        must(cx_event_record(to, stream));
        must(cx_event_sync(to));
        double took = 0;
        must(cx_event_elapsed(from, to, &took));
        best = fmin(best, took / times);
        if (round == 0 && best < 0.02) times = (int)fmin(200, fmax(1, 0.02 / fmax(best, 1e-6)));
    }
    must(cx_scope_close(in));
    must(cx_scope_close(s));
    return best;
}

static void memory_row(const char *name, double bytes, void (*body)(const job *j), const job *j)
{
    const double rate = bytes / seconds(body, j);
    if (copy_rate == 0) copy_rate = rate;
    printf("%-28s %9.1f GB/s  %5.1f %% of copy\n", name, 1e-9 * rate, 100 * rate / copy_rate);
    fflush(stdout);
}

static void do_copy(const job *j)
{
    must(cx_copy_into(j->a, j->out));
}
static void do_chain(const job *j)
{
    must(cx_mul_into(j->a, j->b, j->out));
    must(cx_add_into(j->out, j->c, j->out));
}
static void do_formula(const job *j)
{
    must(cx_program_run_into(j->program, (cx_arrays){cx_program_arguments(j->program), j->term},
                             CX_OUTS(j->out)));
}
static void do_exp(const job *j)
{
    must(cx_exp_into(j->a, j->out));
}
static void do_sum(const job *j)
{
    must(cx_sum_into(j->a, CX_ALL, j->out));
}
static void do_rows(const job *j)
{
    must(cx_sum_into(j->a, CX_AXIS(1), j->out));
}
static void do_columns(const job *j)
{
    must(cx_sum_into(j->a, CX_AXIS(0), j->out));
}
static void do_matmul(const job *j)
{
    must(cx_matmul_into(j->a, j->b, j->out));
}
static void do_take(const job *j)
{
    const cx_scope s = cx_scope_open();
    (void)cx_take(j->a, j->b, 0);
    must(cx_scope_close(s));
}
static void do_sort(const job *j)
{
    must(cx_copy_into(j->a, j->out));
    must(cx_sort_inplace(j->out, 0));
}

static void memory_bound(int64_t n)
{
    const cx_scope s = cx_scope_open();
    const double bytes = 4.0 * (double)n;
    cx_generator *const g = cx_default_rng(CX_SEED(1), device);
    cx_array *const x = cx_rng_random(g, CX_SHAPE(n), CX_F32),
                    *const y = cx_rng_random(g, CX_SHAPE(n), CX_F32),
                    *const out = cx_empty(CX_SHAPE(n), CX_F32, device);
    cx_array *const wide = cx_empty(CX_SHAPE(n), CX_F64, device),
                    *const half = cx_empty(CX_SHAPE(n), CX_F16, device),
                    *const one = cx_empty(CX_SHAPE(), CX_F32, device);
    must(cx_check(cx_device_sync(device)));
    memory_row("copy", 2 * bytes, do_copy, &(job){.a = x, .out = out});
    expect(cx_array_equal(x, out), "copy");
    memory_row("a * b + c, two calls", 6 * bytes, do_chain,
               &(job){.a = x, .b = y, .c = x, .out = out});
    expect(cx_allclose(out, cx_add(cx_mul(x, y), x), NULL), "chain");
    memory_row("exp", 2 * bytes, do_exp, &(job){.a = x, .out = out});
    memory_row("cast to float64", 3 * bytes, do_copy, &(job){.a = x, .out = wide});
    memory_row("cast to float16", 1.5 * bytes, do_copy, &(job){.a = x, .out = half});
    memory_row("sum", bytes, do_sum, &(job){.a = x, .out = one});
    expect(fabs(cx_item_f64(one) / (double)n - 0.5) < 0.01, "sum");
    const int64_t side = (int64_t)floor(sqrt((double)n) / 32) * 32;
    cx_array *const square = cx_reshape(cx_slice(x, 0, 0, side * side, 1), CX_SHAPE(side, side));
    cx_array *const turned = cx_reshape(cx_slice(out, 0, 0, side * side, 1), CX_SHAPE(side, side));
    memory_row("transpose", 8.0 * (double)(side * side), do_copy,
               &(job){.a = cx_transpose(square), .out = turned});
    expect(cx_array_equal(cx_transpose(square), turned), "transpose");
    cx_array *const sums = cx_empty(CX_SHAPE(side), CX_F32, device);
    memory_row("sum of each row", 4.0 * (double)(side * side), do_rows,
               &(job){.a = square, .out = sums});
    memory_row("sum of each column", 4.0 * (double)(side * side), do_columns,
               &(job){.a = square, .out = sums});
    cx_array *const places = cx_rng_integers(g, 0, n, CX_SHAPE(n), CX_I64);
    memory_row("gather, 4-byte elements", 16.0 * (double)n, do_take, &(job){.a = x, .b = places});
    cx_array *const table = cx_reshape(cx_slice(x, 0, 0, n / 64 * 64, 1), CX_SHAPE(n / 64, 64)),
                    *const rows = cx_rng_integers(g, 0, n / 64, CX_SHAPE(n / 64), CX_I64);
    memory_row("gather, rows of 64", 2 * bytes, do_take, &(job){.a = table, .b = rows});
    must(cx_check(cx_device_sync(device)));
    const double t = seconds(do_sort, &(job){.a = x, .out = out});
    printf("%-28s %9.1f million elements/s\n", "sort", 1e-6 * (double)n / t);
    must(cx_scope_close(s));
}

static void formulas(int64_t n)
{
    const cx_scope s = cx_scope_open();
    const double bytes = 4.0 * (double)n;
    const char *const jit = getenv("CX_JIT");
    const bool own = jit == NULL || strcmp(jit, "off") != 0;
    cx_generator *const g = cx_default_rng(CX_SEED(3), device);
    job j = {.out = cx_empty(CX_SHAPE(n), CX_F32, device)};
    for (int k = 0; k < TERMS; k++) j.term[k] = cx_rng_random(g, CX_SHAPE(n), CX_F32);
    must(cx_check(cx_device_sync(device)));
    if (copy_rate == 0)
        memory_row("copy", 2 * bytes, do_copy,
                   &(job){.a = (cx_array *)(uintptr_t)j.term[0], .out = j.out});
    static const struct {
        const char *name, *source;
        double passes;
    } rows[] = {{"a * b + c", "a, b, c: a*b + c", 4},
                {"(a*b + c)*d - e", "a, b, c, d, e: (a*b + c)*d - e", 6},
                {"exp(-(a - b)**2 / c)", "a, b, c: exp(-(a - b)**2 / c)", 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[64];
        j.program = cx_program_new(rows[i].source);
        (void)snprintf(name, sizeof name, "%s, %s", rows[i].name, own ? "kernel" : "interpreter");
        memory_row(name, rows[i].passes * bytes, do_formula, &j);
        const cx_array *const *const t = j.term;
        const cx_array *const first = cx_add(cx_mul(t[0], t[1]), t[2]), *const d =
                                                                            cx_sub(t[0], t[1]);
        expect(cx_allclose(j.out,
                           i == 0   ? first
                           : i == 1 ? cx_sub(cx_mul(first, t[3]), t[4])
                                    : cx_exp(cx_div(cx_negative(cx_square(d)), t[2])),
                           NULL),
               name);
    }
    must(cx_scope_close(s));
}

static void products(int64_t n)
{
    static const cx_dtype types[] = {CX_F32, CX_F64, CX_F16, CX_C64};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const cx_scope s = cx_scope_open();
        cx_generator *const g = cx_default_rng(CX_SEED(2), device);
        cx_array *const a = cx_astype(cx_rng_random(g, CX_SHAPE(n, n), CX_F32), types[i]),
                        *const b = cx_astype(cx_rng_random(g, CX_SHAPE(n, n), CX_F32), types[i]),
                        *const out = cx_empty(CX_SHAPE(n, n), types[i], device);
        const double t = seconds(do_matmul, &(job){.a = a, .b = b, .out = out});
        const double flops = (types[i] == CX_C64 ? 8.0 : 2.0) * (double)n * (double)n * (double)n;
        printf("matmul %-8s %5lld          %9.2f TFLOP/s\n", cx_dtype_name(types[i]), (long long)n,
               1e-12 * flops / t);
        fflush(stdout);
        must(cx_scope_close(s));
    }
}

/* ---- stacks of small matrices: the aim is 20 times a loop over cuSOLVER, one call a matrix, which
 * runs here beside for a few of them */
static void do_solve(const job *j)
{
    must(cx_linalg_solve_into(j->a, j->b, j->out));
}
static void do_inv(const job *j)
{
    must(cx_linalg_inv_into(j->a, j->out));
}
static void do_cholesky(const job *j)
{
    must(cx_linalg_cholesky_into(j->a, NULL, j->out));
}
static void do_eigh(const job *j)
{
    const cx_scope s = cx_scope_open();
    (void)cx_linalg_eigh(j->a, NULL);
    must(cx_scope_close(s));
}
static void do_svd(const job *j)
{
    const cx_scope s = cx_scope_open();
    (void)cx_linalg_svd(j->a, CX_OPTS(cx_svd_opts, .thin = true));
    must(cx_scope_close(s));
}
static void do_qr(const job *j)
{
    const cx_scope s = cx_scope_open();
    (void)cx_linalg_qr(j->a, NULL);
    must(cx_scope_close(s));
}

static void check_stack(const job *j)
{
    const cx_eigh e = cx_linalg_eigh(j->a, NULL);
    const cx_svd v = cx_linalg_svd(j->a, CX_OPTS(cx_svd_opts, .thin = true));
    const cx_qr f = cx_linalg_qr(j->a, NULL);
    const cx_array *const l = cx_linalg_cholesky(j->a, NULL), *const x = cx_linalg_inv(j->a);
    const cx_close_opts *const near =
        CX_OPTS(cx_close_opts, .rtol = CX_SET(1e-3), .atol = CX_SET(1e-3));
    expect(cx_allclose(cx_matmul(j->a, e.v), cx_mul(e.v, cx_expand_dims(e.w, -2)), near), "eigh");
    expect(cx_allclose(cx_matmul(cx_mul(v.u, cx_expand_dims(v.s, -2)), v.vh), j->a, near), "svd");
    expect(cx_allclose(cx_matmul(f.q, f.r), j->a, near), "qr");
    expect(cx_allclose(cx_matmul(l, cx_matrix_transpose(l)), j->a, near), "cholesky");
    expect(cx_allclose(cx_matmul(x, j->b), cx_linalg_solve(j->a, j->b), near), "inv");
}

static void stacks(int64_t count)
{
    static const struct {
        const char *name;
        void (*body)(const job *j);
    } rows[] = {{"solve", do_solve}, {"inv", do_inv}, {"cholesky", do_cholesky},
                {"eigh", do_eigh},   {"svd", do_svd}, {"qr", do_qr}};
    static const cx_dtype types[] = {CX_F32, CX_F64};
    for (int k = 0; k < 2; k++)
        for (int64_t n = 4; n <= 32; n *= 2) {
            const cx_scope s = cx_scope_open();
            cx_generator *const g = cx_default_rng(CX_SEED(4), device);
            const int64_t batch = count * 4 / n;
            cx_array *const x =
                cx_astype(cx_rng_random(g, CX_SHAPE(batch, n, n), CX_F32), types[k]);
            cx_array *const a = cx_add(cx_matmul(x, cx_matrix_transpose(x)),
                                       cx_eye(n, -1, 0, types[k], device)),
                            *const b = cx_astype(cx_rng_random(g, CX_SHAPE(batch, n, 1), CX_F32),
                                                 types[k]),
                            *const one = cx_index(a, "0"), *const out = cx_copy(a);
            must(cx_check(cx_device_sync(device)));
            check_stack(&(job){.a = cx_slice(a, 0, 0, 100, 1), .b = cx_slice(b, 0, 0, 100, 1)});
            for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                const bool solve = i == 0;
                const double t = seconds(rows[i].body,
                                         &(job){.a = a, .b = b, .out = solve ? cx_copy(b) : out}),
                             alone =
                                 seconds(rows[i].body,
                                         &(job){.a = one,
                                                .b = cx_index(b, "0"),
                                                .out = cx_copy(solve ? cx_index(b, "0") : one)});
                printf(
                    "%-8s %-8s %2lld x %-2lld x %7lld %9.2f million matrices/s  %7.0f x one by one\n",
                    rows[i].name, cx_dtype_name(types[k]), (long long)n, (long long)n,
                    (long long)batch, 1e-6 * (double)batch / t, alone * (double)batch / t);
                fflush(stdout);
            }
            must(cx_scope_close(s));
        }
}

static void small_calls(int calls)
{
    const cx_scope s = cx_scope_open();
    cx_array *const a = cx_ones(CX_SHAPE(8), CX_F32, device), *const b = cx_copy(a),
                    *const out = cx_copy(a);
    must(cx_device_sync(device));
    double best = INFINITY;
    for (int round = 0; round < 5; round++) {
        const int64_t t = cx_now_ns();
        for (int i = 0; i < calls; i++) must(cx_add_into(a, b, out));
        best = fmin(best, (double)(cx_now_ns() - t) / calls);
        must(cx_device_sync(device));
    }
    printf("%-28s %9.2f us to queue a call\n", "add of 8 elements", 1e-3 * best);
    must(cx_scope_close(s));
}

/* sums that fill a small part of the device: alone one after the other, then on two streams */
static void overlap(int64_t n, int times)
{
    const cx_scope s = cx_scope_open();
    cx_array *x[2], *out[2];
    cx_stream *stream[2];
    double took[2] = {INFINITY, INFINITY};
    for (int k = 0; k < 2; k++) {
        x[k] = cx_ones(CX_SHAPE(n), CX_F64, device);
        out[k] = cx_empty(CX_SHAPE(n), CX_F64, device);
        stream[k] = cx_stream_new(device);
    }
    must(cx_device_sync(device));
    for (int round = 0; round < 5; round++) {
        for (int streams = 1; streams <= 2; streams++) {
            const int64_t t = cx_now_ns();
            for (int i = 0; i < times; i++)
                for (int k = 0; k < 2; k++) {
                    const cx_scope in = cx_scope_open_with(
                        CX_OPTS(cx_scope_opts, .stream = stream[streams == 2 ? k : 0]));
                    must(cx_tan_into(x[k], out[k]));
                    must(cx_scope_close(in));
                }
            must(cx_device_sync(device));
            took[streams - 1] = fmin(took[streams - 1], 1e-9 * (double)(cx_now_ns() - t));
        }
    }
    printf("%-28s %9.2f x faster than one\n", "two streams", took[0] / took[1]);
    must(cx_scope_close(s));
}

int main(int argc, char **argv)
{
    (void)setenv("CX_JIT", "wait", 0);
    must(cx_device_parse(argc > 1 ? argv[1] : "cuda:0", &device));
    const int64_t n = argc > 2 ? atoll(argv[2]) : 100000000;
    const bool all = argc <= 3 || strcmp(argv[3], "formulas") != 0;
    cx_device_info info;
    must(cx_device_info_get(device, &info));
    printf("%s, %s, %s\n", info.name, info.isa, info.library);
    if (all) memory_bound(n);
    formulas(n);
    if (!all) return 0;
    const bool cpu = device.kind == CX_DEVICE_CPU;
    products(n < 1000000 ? 32 : cpu ? 1024 : 8192);
    stacks(n < 1000000 ? 400 : 100000);
    small_calls(n >= 1000000 ? 20000 : 20);
    overlap(n >= 1000000 ? 20000 : 200, n >= 1000000 ? 500 : 2);
    return 0;
}
