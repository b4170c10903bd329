/* Formulas beside NumPy and numexpr. Run by bench/peers/formulas.py, which alternates samples: a
 * case is "formula elements", answered as peer.h says. With the argument "alone": own times. Data
 * are fractions that both sides make alike. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"

enum { ARRAYS = 5, SCOPE = 16 };

typedef enum way { BY_TEXT, HELD, INTO } way;
typedef struct formula {
    const char *name, *source;
    cx_dtype dtype;
    int arrays, numbers; /* arguments: arrays first */
    double number[3];
    way way;
} formula;

#define LINEAR "x, y, a, b, c: a*x + b*y - c"
static const formula formulas[] = {
    {"linear", LINEAR, CX_F64, 2, 3, {2.5, 3, 1}, BY_TEXT},
    {"linear_held", LINEAR, CX_F64, 2, 3, {2.5, 3, 1}, HELD},
    {"linear_into", LINEAR, CX_F64, 2, 3, {2.5, 3, 1}, INTO},
    {"constants", "x, y: 2.5*x + 3*y - 1", CX_F64, 2, 0, {0}, BY_TEXT},
    {"constants_held", "x, y: 2.5*x + 3*y - 1", CX_F64, 2, 0, {0}, HELD},
    {"linear_arrays", LINEAR, CX_F64, 5, 0, {0}, BY_TEXT},
    {"linear_f32", LINEAR, CX_F32, 2, 3, {2.5, 3, 1}, BY_TEXT},
    {"gauss", "x, mu, s: exp(-(x - mu)**2 / (2*s**2))", CX_F64, 1, 2, {0.5, 0.2}, BY_TEXT},
    {"bell", "x, k: exp(-x*x/2)*k", CX_F64, 1, 1, {0.4}, BY_TEXT},
    {"gauss_f32", "x, mu, s: exp(-(x - mu)**2 / (2*s**2))", CX_F32, 1, 2, {0.5, 0.2}, BY_TEXT},
    {"distance", "x, y: sum((x - y)**2)", CX_F64, 2, 0, {0}, BY_TEXT},
    {"chain", "x, y: where(x > y, clip(x, 0.25, 0.75), 0.5*y)", CX_F64, 2, 0, {0}, BY_TEXT},
    {"norm", "x, y: sqrt(x*x + y*y)", CX_F64, 2, 0, {0}, BY_TEXT},
};
enum { FORMULAS = sizeof formulas / sizeof *formulas };

typedef struct setting {
    const formula *f;
    int64_t elements;
    cx_program *held;
    cx_array *array[ARRAYS], *out;
} setting;

/* Array k: (step i mod m) / m. */
static cx_array *fractions(int64_t n, int k, cx_dtype t)
{
    static const int step[ARRAYS] = {1, 7, 3, 5, 11}, modulus[ARRAYS] = {1013, 997, 991, 983, 977};
    cx_array *const i = cx_arange_i64(0, n, 1, CX_I64, CX_CPU);
    return cx_astype(
        cx_eval("i, step, m: i * step % m / m", i, cx_int(step[k]), cx_int(modulus[k])), t);
}

static void leave(setting *s)
{
    for (int k = 0; k < ARRAYS; k++) cx_release(s->array[k]);
    cx_release(s->out);
    cx_program_release(s->held);
    memset(s, 0, sizeof *s);
}

static void prepare(setting *s, const formula *f, int64_t n)
{
    leave(s);
    s->f = f;
    s->elements = n;
    const cx_scope scope = cx_scope_open();
    for (int k = 0; k < f->arrays; k++) s->array[k] = cx_retain(fractions(n, k, f->dtype));
    s->out = cx_retain(cx_empty_like(s->array[0], CX_DTYPE_NONE));
    s->held = cx_program_retain(cx_program_new(f->source));
    if (cx_scope_close(scope) != CX_OK) stop(f->name);
}

static void enter(void *ctx, const char *head)
{
    char name[32];
    int64_t n;
    if (sscanf(head, "%31s %" SCNd64, name, &n) != 2 || n < 1) stop(head);
    const formula *f = NULL;
    for (int i = 0; i < FORMULAS; i++)
        if (strcmp(formulas[i].name, name) == 0) f = &formulas[i];
    if (f == NULL) stop(head);
    prepare(ctx, f, n);
}

/* calls of the formula, a scope for every few results as a loop of a program would have */
static double run(void *ctx, int64_t calls)
{
    const setting *const s = ctx;
    const formula *const f = s->f;
    const cx_array *const number[3] = {cx_float(f->number[0]), cx_float(f->number[1]),
                                       cx_float(f->number[2])};
    const cx_array *args[ARRAYS + 3];
    int n = 0;
    for (int k = 0; k < f->arrays; k++) args[n++] = s->array[k];
    for (int k = 0; k < f->numbers; k++) args[n++] = number[k];
    const cx_arrays list = {n, args};
    const int64_t scope = s->elements <= 1000 ? SCOPE : 1;
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i += scope) {
        const cx_scope open = cx_scope_open();
        for (int64_t k = i; k < calls && k < i + scope; k++) {
            if (f->way == BY_TEXT) (void)cx_eval_n(f->source, n, args);
            if (f->way == HELD) (void)cx_program_run(s->held, list);
            if (f->way == INTO) (void)cx_check(cx_program_run_into(s->held, list, CX_OUTS(s->out)));
        }
        if (cx_scope_close(open) != CX_OK) stop(f->name);
    }
    return now_ns() - start;
}

static double mean_of_result(void *ctx)
{
    const setting *const s = ctx;
    const cx_scope open = cx_scope_open();
    const cx_array *const number[3] = {cx_float(s->f->number[0]), cx_float(s->f->number[1]),
                                       cx_float(s->f->number[2])};
    const cx_array *args[ARRAYS + 3];
    int n = 0;
    for (int k = 0; k < s->f->arrays; k++) args[n++] = s->array[k];
    for (int k = 0; k < s->f->numbers; k++) args[n++] = number[k];
    cx_array *const r = cx_astype(cx_eval_n(s->f->source, n, args), CX_F64);
    const double mean = cx_item_f64(cx_mean(r, CX_ALL));
    return cx_scope_close(open) == CX_OK ? mean : (double)NAN;
}

static int alone(void)
{
    static const int64_t sizes[] = {8, 1000, 1000000, 25000000};
    setting s = {0};
    printf("%-16s %10s %14s\n", "formula", "elements", "us");
    for (int i = 0; i < FORMULAS; i++)
        for (int k = 0; k < 4; k++) {
            prepare(&s, &formulas[i], sizes[k]);
            const int64_t calls = sizes[k] < 100000 ? 4000000 / (sizes[k] + 1000) : 1;
            double best = INFINITY;
            for (int r = 0; r < (sizes[k] > 10000000 ? 5 : 50); r++)
                best = fmin(best, run(&s, calls));
            printf("%-16s %10" PRId64 " %14.3f\n", formulas[i].name, sizes[k],
                   best / (double)calls * 1e-3);
        }
    leave(&s);
    return 0;
}

int main(int argc, char **argv)
{
    static const peer_program program = {' ', enter, run, mean_of_result};
    const cx_scope scope = cx_scope_open();
    peer_arguments(argc, argv);
    setting s = {0};
    const int rc = argc > 1 && strcmp(argv[1], "alone") == 0 ? alone() : peer_answer(&program, &s);
    leave(&s);
    return cx_scope_close(scope) == CX_OK ? rc : 1;
}
