/* calx bench: the same operations on every device there is, side by side in one run. Each row
 * checks its own result once. Times are the best of several repetitions, device work included;
 * transfers stand in rows of their own. */
#include "cli.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

typedef struct bench_row {
    const char *name;
    int64_t n, quick_n;
    /** Make inputs on the device, owned by the open scope; false on failure. */
    void (*prepare)(int64_t n, cx_device d, cx_array *in[3]);
    /** Do it once; the result, if any, belongs to the open scope. */
    cx_array *(*run)(cx_array *const in[3], cx_device d);
    /** A number that is right on every device. */
    double (*expect)(int64_t n);
} bench_row;

static void two_vectors(int64_t n, cx_device d, cx_array *in[3])
{
    in[0] = cx_to(cx_linspace(0, 1, n, CX_F64, CX_CPU, NULL), d);
    in[1] = cx_to(cx_linspace(1, 0, n, CX_F64, CX_CPU, NULL), d);
}
static void two_matrices(int64_t n, cx_device d, cx_array *in[3])
{
    in[0] = cx_to(cx_ones(CX_SHAPE(n, n), CX_F64, CX_CPU), d);
    in[1] = cx_to(cx_eye(n, -1, 0, CX_F64, CX_CPU), d);
}
static void shuffled(int64_t n, cx_device d, cx_array *in[3])
{
    cx_generator *g = cx_default_rng(CX_SEED(1), CX_CPU);
    in[0] = cx_to(cx_rng_permutation(g, cx_int(n), 0), d);
}
static void host_vector(int64_t n, cx_device d, cx_array *in[3])
{
    (void)d;
    in[0] = cx_linspace(0, 1, n, CX_F64, CX_CPU, NULL);
}

static cx_array *run_add(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_add(in[0], in[1]);
}
static cx_array *run_chain(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_sub(cx_add(cx_mul(in[0], cx_float(2)), cx_mul(in[1], cx_float(2))), cx_float(1));
}
static cx_array *run_exp(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_exp(in[0]);
}
static cx_array *run_sum(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_sum(in[0], CX_ALL);
}
static cx_array *run_std(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_std(in[0], CX_ALL);
}
static cx_array *run_sort(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_sort(in[0], 0);
}
static cx_array *run_matmul(cx_array *const in[3], cx_device d)
{
    (void)d;
    return cx_matmul(in[0], in[1]);
}
static cx_array *run_to(cx_array *const in[3], cx_device d)
{
    return d.kind == CX_DEVICE_CPU ? cx_copy(in[0]) : cx_to(in[0], d);
}

static double expect_n(int64_t n)
{
    return (double)n;
}
static double expect_half_n(int64_t n)
{
    return 0.5 * (double)n;
}
static double expect_exp(int64_t n)
{
    /* trapezoid rule: the sum of exp over a grid of [0, 1] */
    const double h = 1.0 / (double)(n - 1);
    return (M_E - 1) / h + 0.5 * (1 + M_E) + h / 12 * (M_E - 1);
}
static double expect_std(int64_t n)
{
    const double m = (double)n;
    return sqrt((m + 1) / (12 * (m - 1)));
}
static double expect_permutation(int64_t n)
{
    return 0.5 * (double)n * (double)(n - 1);
}
static double expect_square(int64_t n)
{
    return (double)n * (double)n;
}

static const bench_row rows[] = {
    {"add", 10000000, 1000000, two_vectors, run_add, expect_n},
    {"2a + 2b - 1", 10000000, 1000000, two_vectors, run_chain, expect_n},
    {"exp", 10000000, 1000000, two_vectors, run_exp, expect_exp},
    {"sum", 10000000, 1000000, two_vectors, run_sum, expect_half_n},
    {"std", 10000000, 1000000, two_vectors, run_std, expect_std},
    {"sort", 4000000, 400000, shuffled, run_sort, expect_permutation},
    {"matmul n x n", 2000, 600, two_matrices, run_matmul, expect_square},
    {"copy to device", 10000000, 1000000, host_vector, run_to, expect_half_n},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* best seconds of several runs; negative on failure, -2 if the result is wrong */
static double time_row(const bench_row *r, int64_t n, cx_device d)
{
    const cx_scope s = cx_scope_open();
    cx_array *in[3] = {NULL, NULL, NULL};
    r->prepare(n, d, in);
    cx_event *from = cx_event_new(d), *to = cx_event_new(d);
    cx_stream *stream = cx_stream_new(d);
    double best = -1, total = 0;
    bool right = true;
    for (int i = 0; cx_ok() && i < 50 && (i < 3 || total < 0.3); i++) {
        const cx_scope round = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = stream));
        double seconds = 0;
        cx_check(cx_event_record(from, stream));
        cx_array *result = r->run(in, d);
        cx_check(cx_event_record(to, stream));
        cx_check(cx_event_sync(to));
        cx_check(cx_event_elapsed(from, to, &seconds));
        if (i == 0) {
            const double got = cx_item_f64(cx_sum(result, CX_ALL)), want = r->expect(n);
            right = fabs(got - want) <= 1e-9 * fabs(want);
        } else if (best < 0 || seconds < best) {
            best = seconds;
        }
        total += seconds;
        cx_check(cx_scope_close(round));
    }
    if (cx_scope_close(s) != CX_OK) return -1;
    return right ? best : -2;
}

static int write_json(const char *path, json_t *table)
{
    const int bad = path != NULL ? json_dump_file(table, path, JSON_INDENT(2))
                                 : json_dumpf(table, stdout, JSON_INDENT(2));
    return bad == 0 ? CLI_OK : cli_fail_text("cannot write", path);
}

int cli_bench(const cli_args *a)
{
    cx_device chosen = CX_CPU;
    if (a->device != NULL && !cli_device(a->device, &chosen)) return CLI_FAILED;
    const bool gpu =
        cx_device_count(CX_DEVICE_CUDA) > 0 && (a->device == NULL || chosen.kind == CX_DEVICE_CUDA);
    const cx_device other = chosen.kind == CX_DEVICE_CUDA ? chosen : cx_cuda(0);
    cx_device_info info;
    if (cx_device_info_get(CX_CPU, &info) != CX_OK) return cli_fail();
    printf("cpu: %s, %d threads, %s, %s\n", info.name, info.threads, info.isa, info.library);
    if (gpu && cx_device_info_get(other, &info) == CX_OK)
        printf("gpu: %s, %s\n", info.name, info.library);
    else if (!gpu && cli_no_gpu() != NULL)
        printf("gpu: none here (%s)\n", cli_no_gpu());
    printf("\n  %-18s %12s %12s %12s %8s\n", "float64", "n", "cpu ms", "gpu ms", "cpu/gpu");
    json_t *table = json_array();
    int result = CLI_OK;
    for (int i = 0; i < ROWS && result == CLI_OK; i++) {
        const int64_t n = a->quick ? rows[i].quick_n : rows[i].n;
        const double cpu = time_row(&rows[i], n, CX_CPU),
                     dev = gpu ? time_row(&rows[i], n, other) : -1;
        if (cpu == -2 || dev == -2)
            result = cli_fail_text("wrong result of", rows[i].name);
        else if (cpu < 0 || (gpu && dev < 0))
            result = cli_fail();
        else {
            char right[64] = "-        -";
            if (gpu) snprintf(right, sizeof right, "%12.3f %8.2f", dev * 1e3, cpu / dev);
            printf("  %-18s %12lld %12.3f %*s\n", rows[i].name, (long long)n, cpu * 1e3,
                   gpu ? 21 : 21, right);
            json_array_append_new(table,
                                  json_pack("{s:s, s:I, s:f, s:o}", "name", rows[i].name, "n",
                                            (json_int_t)n, "cpu_seconds", cpu, "gpu_seconds",
                                            gpu ? json_real(dev) : json_null()));
        }
    }
    if (result == CLI_OK && a->json) result = write_json(a->json_file, table);
    json_decref(table);
    return result;
}
