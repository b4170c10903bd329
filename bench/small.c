/* Fixed costs: what a call costs when there is nothing to compute. Prints nanoseconds a call, the
 * best of several rounds, and whether the system's allocator was called. NumPy's and scikit-learn's
 * figures for the same calls: bench/peers/small.py. */
#include <calx.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 15 };

/* best nanoseconds a call of body(ctx, n) over several rounds */
static double best_ns(void (*body)(void *ctx, int n), void *ctx, int n)
{
    double best = INFINITY;
    for (int r = 0; r < ROUNDS; r++) {
        const int64_t t = cx_now_ns();
        body(ctx, n);
        const double ns = (double)(cx_now_ns() - t) / n;
        if (ns < best) best = ns;
    }
    return best;
}

typedef struct operands {
    cx_array *a, *b, *out;
} operands;

/* a scope for every 32 results, as a loop of a program would have */
static void add_new(void *ctx, int n)
{
    const operands *o = ctx;
    for (int i = 0; i < n; i += 32) {
        const cx_scope s = cx_scope_open();
        for (int k = 0; k < 32; k++) (void)cx_add(o->a, o->b);
        if (cx_scope_close(s) != CX_OK) abort();
    }
}
static void add_into(void *ctx, int n)
{
    const operands *o = ctx;
    for (int i = 0; i < n; i++)
        if (cx_add_into(o->a, o->b, o->out) != CX_OK) abort();
}
static void add_weak(void *ctx, int n)
{
    const operands *o = ctx;
    for (int i = 0; i < n; i += 32) {
        const cx_scope s = cx_scope_open();
        for (int k = 0; k < 32; k++) (void)cx_add(o->a, cx_float(2));
        if (cx_scope_close(s) != CX_OK) abort();
    }
}
static void sum_new(void *ctx, int n)
{
    const operands *o = ctx;
    for (int i = 0; i < n; i += 32) {
        const cx_scope s = cx_scope_open();
        for (int k = 0; k < 32; k++) (void)cx_sum(o->a, CX_ALL);
        if (cx_scope_close(s) != CX_OK) abort();
    }
}
static void scope_only(void *ctx, int n)
{
    (void)ctx;
    for (int i = 0; i < n; i++) {
        const cx_scope s = cx_scope_open();
        if (cx_scope_close(s) != CX_OK) abort();
    }
}
static void session_row(void *ctx, int n)
{
    cx_session *s = ctx;
    for (int i = 0; i < n; i++)
        if (cx_session_run(s, 1) != CX_OK) abort();
}

/* a logistic regression on 64 rows of 20 columns, ready to serve one row */
static cx_session *fitted_session(void)
{
    cx_generator *g = cx_default_rng(CX_SEED(0), CX_CPU);
    cx_array *x = cx_rng_standard_normal(g, CX_SHAPE(64, 20), CX_F64);
    cx_array *y = cx_astype(cx_greater(cx_select(x, 1, 0), cx_float(0)), CX_I64);
    cx_estimator *m = cx_estimator_new("LogisticRegression()");
    if (cx_check(cx_fit(m, x, y)) != CX_OK) return NULL;
    cx_session *s = cx_session_new(m, CX_PREDICT, 1);
    for (int c = 0; c < 20; c++) cx_session_f64(s, c)[0] = 0.1 * c;
    return s;
}

int main(void)
{
    const cx_scope s = cx_scope_open();
    if (cx_set_num_threads(1) != CX_OK) abort();
    operands o = {cx_ones(CX_SHAPE(8), CX_F64, CX_CPU), cx_ones(CX_SHAPE(8), CX_F64, CX_CPU),
                  cx_zeros(CX_SHAPE(8), CX_F64, CX_CPU)};
    printf("%-34s %9s\n", "call", "ns");
    printf("%-34s %9.1f\n", "scope open + close", best_ns(scope_only, NULL, 1 << 20));
    printf("%-34s %9.1f\n", "add, 8 float64, new result", best_ns(add_new, &o, 1 << 19));
    printf("%-34s %9.1f\n", "add, 8 float64, out=", best_ns(add_into, &o, 1 << 19));
    printf("%-34s %9.1f\n", "add a weak scalar, 8 float64", best_ns(add_weak, &o, 1 << 19));
    printf("%-34s %9.1f\n", "sum of 8 float64, new result", best_ns(sum_new, &o, 1 << 18));
    cx_session *session = fitted_session();
    if (session != NULL && cx_ok()) {
        session_row(session, 1000);
        const uint64_t before = cx_memory_stats(CX_CPU).system_allocs;
        printf("%-34s %9.1f\n", "session, LogisticRegression, 1 row",
               best_ns(session_row, session, 1 << 17));
        printf("system allocations in %d session runs: %llu\n", ROUNDS << 17,
               (unsigned long long)(cx_memory_stats(CX_CPU).system_allocs - before));
    }
    if (cx_scope_close(s) == CX_OK) return 0;
    fprintf(stderr, "%s\n", cx_error_message());
    return 1;
}
