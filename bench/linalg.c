/* Linear algebra beside NumPy. Run by bench/peers/linalg.py, which owns the list of cases and
 * alternates samples: a case is "function dtype batch rows columns", answered as peer.h says; what
 * is checked, signs and phases of vectors do not change.
 *
 * With the argument "crowd": a hundred threads solve systems of 200 at once; prints their processor
 * time as a multiple of one thread's for the same work. Data are numbers that both sides make
 * alike. */
#define _POSIX_C_SOURCE 200809L
#include "peer.h"
#include <pthread.h>

enum { RESULTS = 3 };
typedef enum kind { GENERAL, SYMMETRIC, POSITIVE } kind;
typedef struct results {
    const cx_array *of[RESULTS]; /* NULL: fewer */
} results;

typedef struct function {
    const char *name;
    kind kind; /* of a */
    results (*call)(const cx_array *a, const cx_array *b);
} function;

static results matmul(const cx_array *a, const cx_array *b)
{
    return (results){{cx_matmul(a, b)}};
}
static results gram(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_matmul(cx_transpose(a), a)}};
}
static results solve(const cx_array *a, const cx_array *b)
{
    return (results){{cx_linalg_solve(a, b)}};
}
static results inv(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_linalg_inv(a)}};
}
static results det(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_linalg_det(a)}};
}
static results cholesky(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_linalg_cholesky(a, NULL)}};
}
static results qr(const cx_array *a, const cx_array *b)
{
    (void)b;
    const cx_qr r = cx_linalg_qr(a, NULL);
    return (results){{r.q, r.r}};
}
static results qr_r(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_linalg_qr(a, CX_OPTS(cx_qr_opts, .mode = CX_QR_R)).r}};
}
static results eigh(const cx_array *a, const cx_array *b)
{
    (void)b;
    const cx_eigh r = cx_linalg_eigh(a, NULL);
    return (results){{r.w, r.v}};
}
static results eigvalsh(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_linalg_eigvalsh(a, NULL)}};
}
static results svd(const cx_array *a, const cx_array *b)
{
    (void)b;
    const cx_svd r = cx_linalg_svd(a, NULL);
    return (results){{r.u, r.s, r.vh}};
}
static results svdvals(const cx_array *a, const cx_array *b)
{
    (void)b;
    return (results){{cx_linalg_svdvals(a)}};
}
static results eig(const cx_array *a, const cx_array *b)
{
    (void)b;
    const cx_eig r = cx_linalg_eig(a);
    return (results){{r.w, r.v}};
}

static const function functions[] = {
    {"matmul", GENERAL, matmul}, {"gram", GENERAL, gram},
    {"solve", GENERAL, solve},   {"inv", GENERAL, inv},
    {"det", GENERAL, det},       {"cholesky", POSITIVE, cholesky},
    {"qr", GENERAL, qr},         {"qr_r", GENERAL, qr_r},
    {"eigh", SYMMETRIC, eigh},   {"eigvalsh", SYMMETRIC, eigvalsh},
    {"svd", GENERAL, svd},       {"svdvals", GENERAL, svdvals},
    {"eig", GENERAL, eig},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static double element(kind k, int64_t matrix, int64_t m, int64_t n, int64_t i, int64_t j)
{
    const int64_t lo = k == GENERAL || i < j ? i : j, hi = k == GENERAL || i < j ? j : i;
    const double x = number((uint64_t)((matrix * m + lo) * n + hi));
    if (i != j || m != n) return x;
    return k == POSITIVE ? x + (double)n : k == GENERAL ? x + 2 : x;
}

/* [m, n], or [batch, m, n] if there are more. */
static cx_array *matrices(kind k, cx_dtype t, int64_t batch, int64_t m, int64_t n)
{
    cx_array *const a = cx_empty(CX_SHAPE(batch, m, n), CX_F64, CX_CPU);
    double *p = cx_data_f64_mut(a);
    for (int64_t c = 0; p != NULL && c < batch; c++)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) *p++ = element(k, c, m, n, i, j);
    return cx_astype(batch == 1 ? cx_select(a, 0, 0) : a, t);
}

typedef struct setting {
    const function *f;
    cx_array *a, *b;
} setting;

static void enter(void *ctx, const char *head)
{
    setting *const s = ctx;
    char name[24], type[8];
    int64_t batch, m, n;
    if (sscanf(head, "%23s %7s %" SCNd64 " %" SCNd64 " %" SCNd64, name, type, &batch, &m, &n) != 5)
        stop(head);
    const function *f = NULL;
    for (int i = 0; i < FUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0) f = &functions[i];
    if (f == NULL || batch < 1 || m < 1 || n < 1) stop(head);
    const cx_dtype t = strcmp(type, "f32") == 0 ? CX_F32 : CX_F64;
    cx_release(s->a);
    cx_release(s->b);
    const cx_scope scope = cx_scope_open();
    s->f = f;
    s->a = cx_retain(matrices(f->kind, t, batch, m, n));
    cx_array *b = NULL;
    if (f->call == matmul) b = cx_copy(cx_flip(s->a, 0));
    if (f->call == solve) /* a vector, or for stacks a column each */
        b = matrices(GENERAL, t, batch, n, 1);
    if (f->call == solve && batch == 1) b = cx_ravel(b);
    s->b = cx_retain(b);
    if (cx_scope_close(scope) != CX_OK) stop(head);
}

static double run(void *ctx, int64_t calls)
{
    const setting *const s = ctx;
    const double start = now_ns();
    for (int64_t i = 0; i < calls; i++) {
        const cx_scope open = cx_scope_open();
        (void)s->f->call(s->a, s->b);
        if (cx_scope_close(open) != CX_OK) stop(s->f->name);
    }
    return now_ns() - start;
}

/* over the results; without the weights for eig, whose order is nobody's promise */
static double check(void *ctx)
{
    const setting *const s = ctx;
    const cx_scope open = cx_scope_open();
    const results r = s->f->call(s->a, s->b);
    double total = 0;
    for (int k = 0; k < RESULTS && r.of[k] != NULL; k++)
        total += peer_fingerprint(r.of[k], s->f->call == eig ? 1 : 13, false);
    if (cx_scope_close(open) != CX_OK) stop(s->f->name);
    return total;
}

/* ---- a hundred callers */
enum { CALLERS = 100, SYSTEMS = 20, SIZE = 200 };

/* NULL: all residuals are small */
static void *caller(void *ctx)
{
    const uintptr_t k = (uintptr_t)ctx;
    const cx_scope s = cx_scope_open();
    cx_array *const a = matrices(GENERAL, CX_F64, 1, SIZE, SIZE), *const b = cx_mul(
                                                                      matrices(GENERAL, CX_F64, 1,
                                                                               SIZE, 1),
                                                                      cx_int((int64_t)k + 1));
    bool good = true;
    for (int i = 0; i < SYSTEMS; i++) {
        const cx_scope one = cx_scope_open();
        const cx_array *const x = cx_linalg_solve(a, b);
        if (i == 0)
            good = cx_item_f64(cx_max(cx_abs(cx_sub(cx_matmul(a, x), b)), CX_ALL)) <
                   1e-9 * (double)(k + 1);
        if (cx_scope_close(one) != CX_OK) good = false;
    }
    return cx_scope_close(s) == CX_OK && good ? NULL : ctx;
}

static int crowd(void)
{
    pthread_t thread[CALLERS];
    bool good = true;
    if (caller((void *)(uintptr_t)1) != NULL) return 1; /* warm */
    const double t0 = cpu_ns();
    if (cx_set_num_threads(1) != CX_OK) return 1;
    for (int k = 0; k < CALLERS; k++) good &= caller((void *)(uintptr_t)(k + 1)) == NULL;
    if (cx_set_num_threads(0) != CX_OK) return 1;
    const double t1 = cpu_ns();
    for (int k = 0; k < CALLERS; k++)
        if (pthread_create(&thread[k], NULL, caller, (void *)(uintptr_t)(k + 1)) != 0) return 1;
    for (int k = 0; k < CALLERS; k++) {
        void *bad = NULL;
        if (pthread_join(thread[k], &bad) != 0) return 1;
        good &= bad == NULL;
    }
    const double t2 = cpu_ns();
    printf("%d threads, %d systems of %d each: %s; %.2f times the processor time of one thread\n",
           (int)CALLERS, (int)SYSTEMS, (int)SIZE, good ? "right" : "WRONG", (t2 - t1) / (t1 - t0));
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const peer_program program = {' ', enter, run, check};
    const cx_scope scope = cx_scope_open();
    peer_arguments(argc, argv);
    setting s = {0};
    const int rc = argc > 1 && !processor ? crowd() : peer_answer(&program, &s);
    cx_release(s.a);
    cx_release(s.b);
    return cx_scope_close(scope) == CX_OK ? rc : 1;
}
