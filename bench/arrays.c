/* Array operations beside NumPy. Run by bench/peers/arrays.py, which owns the list of cases and
 * alternates samples: a case is "function dtype rows columns", answered as peer.h says. Data are
 * numbers that both sides make alike; results are new arrays, as a program's, unless the function's
 * name ends in _into. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"
#include <calx/ufunc.h>

enum { BINS = 1000, SEED = 1, SMALL = 1000, SCOPE = 16 };

typedef struct setting {
    const struct function *f;
    cx_array *a, *b; /* numbers; b: others */
    cx_array *mask;  /* of about half */
    cx_array *index; /* positions in a, drawn */
    cx_array *bin;   /* numbers of 0 to BINS - 1 */
    cx_array *out;
    cx_generator *g;
} setting;

enum {
    B = 1,
    MASK = 2,
    INDEX = 4,
    BIN = 8,
    OUT = 16,
    BINS_OUT = 32,
    STREAM = 64
}; /* what a function needs */
typedef const cx_array *result(const setting *s);
typedef struct function {
    const char *name;
    result *call;
    unsigned needs;
    double scale, from; /* a is scale * number + from */
} function;

static const cx_array *done(const setting *s, cx_status status)
{
    return cx_check(status) == CX_OK ? s->out : NULL;
}
static const cx_array *add_into(const setting *s)
{
    return done(s, cx_add_into(s->a, s->b, s->out));
}
static const cx_array *add(const setting *s)
{
    return cx_add(s->a, s->b);
}
static const cx_array *exponential(const setting *s)
{
    return cx_exp(s->a);
}
static const cx_array *tangent(const setting *s)
{
    return cx_tanh(s->a);
}
static const cx_array *power(const setting *s)
{
    return cx_power(s->a, s->b);
}
static const cx_array *where(const setting *s)
{
    return cx_where(s->mask, s->a, s->b);
}
static const cx_array *clip(const setting *s)
{
    return cx_clip(s->a, cx_float(-0.25), cx_float(0.25));
}
static const cx_array *sum(const setting *s)
{
    return cx_sum(s->a, CX_ALL);
}
static const cx_array *std_columns(const setting *s)
{
    return cx_std(s->a, CX_AXIS(0));
}
static const cx_array *cumsum(const setting *s)
{
    return cx_cumsum(s->a, 0);
}
static const cx_array *argmax_columns(const setting *s)
{
    return cx_argmax(s->a, CX_AXIS(0));
}
static const cx_array *masked(const setting *s)
{
    return cx_mask(s->a, s->mask);
}
static const cx_array *sort(const setting *s)
{
    return cx_sort(s->a, 0);
}
static const cx_array *argsort(const setting *s)
{
    return cx_argsort(s->a, 0);
}
static const cx_array *unique(const setting *s)
{
    return cx_unique(s->bin, NULL).values;
}
static const cx_array *searchsorted(const setting *s)
{
    return cx_searchsorted(s->a, s->b, CX_LEFT);
}
static const cx_array *take(const setting *s)
{
    return cx_take(s->a, s->index, 0);
}
static const cx_array *transposed(const setting *s)
{
    return cx_copy(cx_transpose(s->a));
}
static const cx_array *add_at(const setting *s)
{
    return done(s, cx_ufunc_at(CX_BI_ADD, s->out, s->bin, s->a));
}
static const cx_array *uniform(const setting *s)
{
    return cx_rng_random(s->g, cx_shape_of(s->a), CX_F64);
}
static const cx_array *normal(const setting *s)
{
    return cx_rng_standard_normal(s->g, cx_shape_of(s->a), CX_F64);
}

static const function functions[] = {
    {"add_into", add_into, B | OUT, 1, 0},
    {"add", add, B, 1, 0},
    {"exp", exponential, 0, 20, 0},
    {"tanh", tangent, 0, 8, 0},
    {"power", power, B, 1, 1},
    {"where", where, B | MASK, 1, 0},
    {"clip", clip, 0, 1, 0},
    {"sum", sum, 0, 1, 0},
    {"std_columns", std_columns, 0, 1, 0},
    {"cumsum", cumsum, 0, 1, 0},
    {"argmax_columns", argmax_columns, 0, 1, 0},
    {"mask", masked, MASK, 1, 0},
    {"sort", sort, 0, 1, 0},
    {"argsort", argsort, 0, 1, 0},
    {"unique", unique, BIN, 1, 0},
    {"searchsorted", searchsorted, B, 1, 0},
    {"take", take, INDEX, 1, 0},
    {"transpose", transposed, 0, 1, 0},
    {"add_at", add_at, BIN | BINS_OUT, 1, 0},
    {"uniform", uniform, STREAM, 1, 0},
    {"normal", normal, STREAM, 1, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* numbers from place `first` of the sequence on, as many as rows x columns */
static cx_array *drawn(uint64_t first, int64_t size)
{
    cx_array *const a = cx_empty(CX_SHAPE(size), CX_F64, CX_CPU);
    double *const p = cx_data_f64_mut(a);
    for (int64_t i = 0; p != NULL && i < size; i++) p[i] = number(first + (uint64_t)i);
    return a;
}

/* integers below n out of numbers */
static cx_array *below(const cx_array *numbers, int64_t n)
{
    return cx_astype(cx_eval("x, n: floor((x + 0.5) * n)", numbers, cx_float((double)n)), CX_I64);
}

static void leave(const setting *s)
{
    cx_array *const all[] = {s->a, s->b, s->mask, s->index, s->bin, s->out};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) cx_release(all[i]);
    cx_generator_release(s->g);
}

static void enter(void *ctx, const char *head)
{
    setting *const s = ctx;
    char name[24], type[8];
    int64_t rows, columns;
    if (sscanf(head, "%23s %7s %" SCNd64 " %" SCNd64, name, type, &rows, &columns) != 4) stop(head);
    leave(s);
    *s = (setting){0};
    for (int i = 0; i < FUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0) s->f = &functions[i];
    if (s->f == NULL || rows < 1 || columns < 1) stop(head);
    const int64_t n = rows * columns;
    const unsigned needs = s->f->needs;
    const cx_dtype t = strcmp(type, "f32") == 0 ? CX_F32 : CX_F64;
    const cx_scope scope = cx_scope_open();
    const cx_array *a = drawn(0, n), *const others = needs & (B | MASK | INDEX | BIN)
                                                         ? drawn((uint64_t)n, n)
                                                         : NULL;
    if (s->f->call == searchsorted) a = cx_sort(a, 0);
    if (needs & B) s->b = cx_retain(cx_astype(others, t));
    if (needs & MASK) s->mask = cx_retain(cx_greater(others, cx_float(0)));
    if (needs & INDEX) s->index = cx_retain(below(others, n));
    if (needs & BIN) s->bin = cx_retain(below(others, BINS));
    if (needs & OUT) s->out = cx_retain(cx_zeros(CX_SHAPE(n), t, CX_CPU));
    if (needs & BINS_OUT) s->out = cx_retain(cx_zeros(CX_SHAPE(BINS), t, CX_CPU));
    if (needs & STREAM) s->g = cx_generator_retain(cx_default_rng(CX_SEED(SEED), CX_CPU));
    a = cx_astype(cx_eval("x, k, c: k * x + c", a, cx_float(s->f->scale), cx_float(s->f->from)), t);
    s->a = cx_retain(rows == 1 ? a : cx_reshape(a, CX_SHAPE(rows, columns)));
    if (cx_scope_close(scope) != CX_OK) stop(head);
}

/* calls, a scope for every few small results as a loop of a program would have */
static double run(void *ctx, int64_t calls)
{
    const setting *const s = ctx;
    const int64_t scope = cx_size(s->a) <= SMALL ? SCOPE : 1;
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i += scope) {
        const cx_scope open = cx_scope_open();
        for (int64_t k = i; k < calls && k < i + scope; k++) (void)s->f->call(s);
        if (cx_scope_close(open) != CX_OK) stop(s->f->name);
    }
    return now_ns() - start;
}

/* of the first call: streams begin, sums are zero */
static double check(void *ctx)
{
    const setting *const s = ctx;
    const cx_scope open = cx_scope_open();
    const double r = peer_fingerprint(s->f->call(s), 13, true);
    if (cx_scope_close(open) != CX_OK) stop(s->f->name);
    return r;
}

int main(int argc, char **argv)
{
    static const peer_program program = {' ', enter, run, check};
    const cx_scope scope = cx_scope_open();
    peer_arguments(argc, argv);
    setting s = {0};
    const int rc = peer_answer(&program, &s);
    leave(&s);
    return cx_scope_close(scope) == CX_OK ? rc : 1;
}
