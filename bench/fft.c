/* Fourier transforms beside SciPy and NumPy. Run by bench/peers/fft.py, which alternates samples: a
 * line "case calls" on standard input is answered with the nanoseconds of those calls, one of
 * "case check" with two weighted sums of the result. Without a peer (an argument, any; more: only
 * these cases): own times. Data are fractions that both sides make alike; results are new arrays,
 * as a program's. */
#include <calx.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { C2C, R2C, C2C_2D, COSINE } kind;
typedef struct task {
    const char *name;
    kind kind;
    cx_dtype dtype;
    int64_t rows, n;
} task;

static const task tasks[] = {
    {"c128_1009", C2C, CX_C128, 1, 1009},        {"c128_1024", C2C, CX_C128, 1, 1024},
    {"c128_4096", C2C, CX_C128, 1, 4096},        {"c128_65536", C2C, CX_C128, 1, 65536},
    {"c128_1e6", C2C, CX_C128, 1, 1000000},      {"c128_1000003", C2C, CX_C128, 1, 1000003},
    {"c128_2^20", C2C, CX_C128, 1, 1 << 20},     {"c128_2^22", C2C, CX_C128, 1, 1 << 22},
    {"c64_1009", C2C, CX_C64, 1, 1009},          {"c64_1024", C2C, CX_C64, 1, 1024},
    {"c64_4096", C2C, CX_C64, 1, 4096},          {"c64_65536", C2C, CX_C64, 1, 65536},
    {"c64_1e6", C2C, CX_C64, 1, 1000000},        {"c64_1000003", C2C, CX_C64, 1, 1000003},
    {"c64_2^20", C2C, CX_C64, 1, 1 << 20},       {"c64_2^22", C2C, CX_C64, 1, 1 << 22},
    {"rfft_2^20", R2C, CX_F64, 1, 1 << 20},      {"rfft_1000x1024", R2C, CX_F64, 1000, 1024},
    {"fft_1000x1024", C2C, CX_C128, 1000, 1024}, {"fft2_2048", C2C_2D, CX_C128, 2048, 2048},
    {"dct_2^16", COSINE, CX_F64, 1, 1 << 16},
};
enum { TASKS = sizeof tasks / sizeof *tasks };

typedef struct setting {
    const task *t;
    cx_array *x;
} setting;

static void enter(setting *s, const task *t)
{
    if (s->t == t) return;
    cx_release(s->x);
    s->t = t;
    const cx_scope scope = cx_scope_open();
    const cx_array *const i = cx_arange_i64(0, t->rows * t->n, 1, CX_I64, CX_CPU);
    const cx_array *const re = cx_eval("i: i * (i + 3) % 65521 / 65521 - 0.5", i),
                          *const im = cx_eval("i: i * (i + 7) % 65519 / 65519 - 0.5", i);
    const cx_array *const x =
        t->kind == R2C || t->kind == COSINE ? re : cx_add(re, cx_mul(im, cx_complex(0, 1)));
    s->x = cx_retain(cx_reshape(cx_astype(x, t->dtype), CX_SHAPE(t->rows, t->n)));
    if (t->rows == 1) {
        cx_release(s->x);
        s->x = cx_retain(cx_astype(x, t->dtype));
    }
    if (cx_scope_close(scope) == CX_OK) return;
    fprintf(stderr, "%s\n", cx_error_message());
    exit(1);
}

static cx_array *transformed(const setting *s)
{
    switch (s->t->kind) {
    case C2C: return cx_fft_fft(s->x, -1, NULL);
    case R2C: return cx_fft_rfft(s->x, -1, NULL);
    case C2C_2D: return cx_fft_fft2(s->x, NULL);
    default: return cx_fft_dct(s->x, -1, NULL);
    }
}

static double run(const setting *s, int64_t calls)
{
    const int64_t start = cx_now_ns();
    for (int64_t i = 0; i < calls; i++) {
        const cx_scope open = cx_scope_open();
        (void)transformed(s);
        if (cx_scope_close(open) == CX_OK) continue;
        fprintf(stderr, "%s: %s\n", s->t->name, cx_error_message());
        exit(1);
    }
    return (double)(cx_now_ns() - start);
}

/* sums of both parts of the result, each element with a weight of its own */
static void check(const setting *s, double sums[2])
{
    const cx_scope open = cx_scope_open();
    const cx_array *const y = cx_ravel(cx_astype(transformed(s), CX_C128));
    const cx_array *const weight =
        cx_eval("i: i * 7 % 997 / 997", cx_arange_i64(0, cx_size(y), 1, CX_I64, CX_CPU));
    sums[0] = cx_item_f64(cx_sum(cx_mul(cx_real(y), weight), CX_ALL));
    sums[1] = cx_item_f64(cx_sum(cx_mul(cx_imag(y), weight), CX_ALL));
    if (cx_scope_close(open) != CX_OK) sums[0] = sums[1] = (double)NAN;
}

static const task *named(const char *name)
{
    for (int i = 0; i < TASKS; i++)
        if (strcmp(tasks[i].name, name) == 0) return &tasks[i];
    return NULL;
}

static int answer(void)
{
    setting s = {0};
    char name[32], what[32];
    while (scanf("%31s %31s", name, what) == 2) {
        const task *const t = named(name);
        if (t == NULL) return 1;
        enter(&s, t);
        double sums[2];
        if (strcmp(what, "check") == 0) {
            check(&s, sums);
            printf("%.17g %.17g\n", sums[0], sums[1]);
        } else {
            printf("%.0f\n", run(&s, strtoll(what, NULL, 10)));
        }
        fflush(stdout);
    }
    cx_release(s.x);
    return 0;
}

static int alone(int count, char **names)
{
    setting s = {0};
    printf("%-16s %14s %10s\n", "transform", "us", "GF/s");
    for (int i = 0; i < TASKS; i++) {
        bool wanted = count == 0;
        for (int k = 0; k < count; k++) wanted = wanted || strcmp(names[k], tasks[i].name) == 0;
        if (!wanted) continue;
        enter(&s, &tasks[i]);
        (void)run(&s, 1);
        const int64_t calls = (int64_t)(1e6 / run(&s, 1)) + 1;
        double best = INFINITY;
        for (int r = 0; r < 60; r++) best = fmin(best, run(&s, calls) / (double)calls);
        const double n = (double)tasks[i].n, rows = (double)tasks[i].rows;
        const double depth = tasks[i].kind == C2C_2D ? 2 * log2(n) : log2(n);
        const double real = tasks[i].kind == C2C || tasks[i].kind == C2C_2D ? 5 : 2.5;
        printf("%-16s %14.2f %10.1f\n", tasks[i].name, best * 1e-3, real * n * depth * rows / best);
        fflush(stdout);
    }
    cx_release(s.x);
    return 0;
}

int main(int argc, char **argv)
{
    const cx_scope s = cx_scope_open();
    const int rc = argc > 1 ? alone(argc - 2, argv + 2) : answer();
    return cx_scope_close(s) == CX_OK ? rc : 1;
}
