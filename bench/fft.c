/* Fourier transforms beside SciPy and NumPy. Run by bench/peers/fft.py, which alternates samples,
 * as peer.h says; the check is a weighted sum. With the argument "alone" (and cases: only these):
 * own times. Data are fractions that both sides make alike; results are new arrays, as a
 * program's. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"

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

static void prepare(setting *s, const task *t)
{
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
    if (cx_scope_close(scope) != CX_OK) stop(t->name);
}

static void enter(void *ctx, const char *head)
{
    const task *t = NULL;
    for (int i = 0; i < TASKS; i++)
        if (strcmp(tasks[i].name, head) == 0) t = &tasks[i];
    if (t == NULL) stop(head);
    prepare(ctx, t);
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

static double run(void *ctx, int64_t calls)
{
    const setting *const s = ctx;
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i++) {
        const cx_scope open = cx_scope_open();
        (void)transformed(s);
        if (cx_scope_close(open) != CX_OK) stop(s->t->name);
    }
    return now_ns() - start;
}

/* the sum of both parts of the result, each number with a weight of its own */
static double check(void *ctx)
{
    const setting *const s = ctx;
    const cx_scope open = cx_scope_open();
    const cx_array *const y = cx_ravel(cx_astype(transformed(s), CX_C128)), *const i =
                                                                                cx_arange_i64(
                                                                                    0, cx_size(y),
                                                                                    1, CX_I64,
                                                                                    CX_CPU);
    const cx_array *const re = cx_mul(cx_real(y), cx_eval("i: i * 7 % 997 / 997", i)),
                          *const im = cx_mul(cx_imag(y), cx_eval("i: i * 5 % 991 / 991", i));
    const double sum = cx_item_f64(cx_sum(cx_add(re, im), CX_ALL));
    if (cx_scope_close(open) != CX_OK) stop(s->t->name);
    return sum;
}

static int alone(int count, char **names)
{
    setting s = {0};
    printf("%-16s %14s %10s\n", "transform", "us", "GF/s");
    for (int i = 0; i < TASKS; i++) {
        bool wanted = count == 0;
        for (int k = 0; k < count; k++) wanted = wanted || strcmp(names[k], tasks[i].name) == 0;
        if (!wanted) continue;
        prepare(&s, &tasks[i]);
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
    static const peer_program program = {' ', enter, run, check};
    const cx_scope scope = cx_scope_open();
    peer_arguments(argc, argv);
    setting s = {0};
    const int rc = argc > 1 && strcmp(argv[1], "alone") == 0 ? alone(argc - 2, argv + 2)
                                                             : peer_answer(&program, &s);
    cx_release(s.x);
    return cx_scope_close(scope) == CX_OK ? rc : 1;
}
