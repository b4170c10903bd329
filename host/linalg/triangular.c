/* Triangular systems of the CPU. The library solves with a and b in either order as they lie;
 * many right-hand sides are cut into groups of columns for the pool's threads, and a batch of small
 * matrices is spread over them matrix by matrix. */
#include "linalg/lapack.h"
#include "paste.h"
#include <cblas.h>

/* One system. The fields with own: a by itself, in its own order, for a single right-hand side. */
typedef struct tri_job {
    const struct tri_type *type;
    const char *a;
    char *b;
    int n, lda, ldb, b_step; /* b_step: from a row of b to the next; 0: not for int */
    bool b_rows;
    CBLAS_ORDER order, own;
    CBLAS_UPLO uplo, own_uplo;
    CBLAS_TRANSPOSE trans, own_trans;
    CBLAS_DIAG diag;
} tri_job;

#define LOOP "loops/triangular.inc"
#include "loops/blas_types.inc"

typedef struct tri_type {
    int64_t size;
    void (*solve)(const tri_job *w, char *b, int n, int cols);
} tri_type;
static const tri_type tri_types[CX_DTYPE_COUNT] = {
    [CX_F32] = {sizeof(float), stri},
    [CX_F64] = {sizeof(double), dtri},
    [CX_C64] = {sizeof(cx_complex64), ctri},
    [CX_C128] = {sizeof(cx_complex128), ztri},
};

static void columns_body(void *ctx, int64_t lo, int64_t hi)
{
    const tri_job *const w = ctx;
    char *const b = w->b + lo * (w->b_rows ? 1 : w->ldb) * w->type->size;
    const host_vendor v = host_vendor_enter();
    w->type->solve(w, b, w->n, (int)(hi - lo));
    host_vendor_leave(v);
}

/* Columns that one call takes: enough work for a thread, and enough to use what the library packs
 * of a. */
static int64_t group(int64_t n, int64_t cols)
{
    enum { LEAST = 32, WORK = 1 << 22 };
    const int64_t enough = WORK / (n * n + 1);
    const int64_t wide = enough > LEAST ? enough : LEAST;
    return wide < cols ? wide : cols;
}

static cx_status one_system(host_lap_job *j, int64_t i, host_lap_work *work)
{
    (void)work;
    const host_mat a = host_mat_at(j->a, i), b = host_mat_at(j->b, i);
    bool a_rows = false, b_rows = false;
    int64_t lda = 1, ldb = 1;
    if (!host_mat_ordered(a, j->n, j->n, &a_rows, &lda) ||
        !host_mat_ordered(b, j->n, j->k, &b_rows, &ldb))
        return CX_E_INTERNAL;
    const bool conj = j->vectors, same = a_rows == b_rows;
    tri_job w = {
        .type = j->methods,
        .a = a.p,
        .b = b.p,
        .n = (int)j->n,
        .lda = (int)lda,
        .ldb = (int)ldb,
        .b_step = b.rs >= 1 && b.rs <= INT_MAX ? (int)b.rs : 0,
        .b_rows = b_rows,
        .order = b_rows ? CblasRowMajor : CblasColMajor,
        .own = a_rows ? CblasRowMajor : CblasColMajor,
        .uplo = j->upper == same ? CblasUpper : CblasLower,
        .own_uplo = j->upper ? CblasUpper : CblasLower,
        .own_trans = conj ? CblasConjNoTrans : CblasNoTrans,
        .diag = j->letter == 'U' ? CblasUnit : CblasNonUnit,
    };
    w.trans = same ? w.own_trans : conj ? CblasConjTrans : CblasTrans;
    return host_core->parallel_for(j->k, group(j->n, j->k), columns_body, &w);
}

cx_status host_trsm(cx_queue *q, const cx_trsm_call *c)
{
    (void)q;
    const tri_type *const t = &tri_types[c->b->dtype];
    const int64_t n = host_rows_of(c->b), cols = host_cols_of(c->b);
    if (!t->solve)
        return host_core->fail(CX_E_UNSUPPORTED, "solve_triangular",
                               "no triangular solver of %s matrices", cx_dtype_name(c->b->dtype));
    const bool pairs = c->b->dtype == CX_C64 || c->b->dtype == CX_C128;
    host_lap_job j = {.where = "solve_triangular",
                      .methods = t,
                      .size = t->size,
                      .a = c->a,
                      .b = c->b,
                      .m = n,
                      .n = n,
                      .k = cols,
                      .upper = c->upper,
                      .vectors = c->conj_a && pairs,
                      .letter = c->unit ? 'U' : 'N',
                      .one = one_system};
    if (n == 0 || cols == 0) return CX_OK;
    return host_lap_run(&j, (double)n * (double)n * (double)cols);
}
