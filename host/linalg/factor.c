/* Factorisations of the CPU beyond the required ones, through LAPACK: LU of matrices that are not
 * square, QR with exchanges of columns, products with reflectors, diagonal pivoting. All matrices
 * stand in columns; each is one thread's, but products with many reflectors are everybody's. */
#include "linalg/lapack.h"
#include "linalg/reflectors.h"
#include "paste.h"
#include <string.h>

typedef struct fac_type {
    int64_t size, real_size;
    int (*lu)(int m, int n, void *a, int lda, int *pivots);
    int (*pivoted)(int m, int n, void *a, int lda, void *tau, host_lap_work *w);
    int (*least)(int m, int n, int cols, void *a, int lda, void *b, int ldb, double rcond,
                 int *rank, host_lap_work *w);
    int (*multiply)(bool right, bool adjoint, int rows, int cols, int k, const void *a, int lda,
                    const void *tau, void *c, int ldc, host_lap_work *w);
    int (*symmetric)(bool upper, bool hermitian, int n, void *a, int lda, host_lap_work *w);
    void (*unfold)(bool upper, bool hermitian, int64_t n, void *matrix, int64_t lda, int *pivots,
                   void *diagonal, int64_t ldd, int64_t *perm);
} fac_type;

#define LOOP "loops/factor.inc"
#include "loops/blas_types.inc"

static const fac_type *const fac_types[CX_DTYPE_COUNT] = {
    [CX_F32] = &sfactors, [CX_F64] = &dfactors, [CX_C64] = &cfactors, [CX_C128] = &zfactors};

static const fac_type *of(const host_lap_job *j)
{
    return j->methods;
}

static cx_status typed(host_lap_job *j)
{
    const fac_type *const t = fac_types[j->a->dtype];
    if (!t)
        return host_core->fail(CX_E_UNSUPPORTED, j->where, "no factorisation of %s matrices",
                               cx_dtype_name(j->a->dtype));
    j->methods = t;
    j->size = t->size;
    j->real_size = t->real_size;
    return CX_OK;
}

/* ---- LU */
static cx_status one_lu(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    int ld;
    char *const a = host_lap_matrix(j, j->a, i, &ld);
    const host_vendor v = host_vendor_enter();
    const int info =
        of(j)->lu((int)j->m, (int)j->n, a, ld, (int *)(void *)host_lap_vector(j->b, i));
    host_vendor_leave(v);
    if (j->info) j->info[i] = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

cx_status host_getrf_any(const cx_view *a, const cx_view *pivots, int64_t *info)
{
    const int64_t m = host_rows_of(a), n = host_cols_of(a), k = m < n ? m : n;
    host_lap_job j = {
        .where = "lu", .a = a, .b = pivots, .m = m, .n = n, .info = info, .one = one_lu};
    const cx_status st = typed(&j);
    if (st != CX_OK || k == 0) return st;
    return host_lap_run(&j, (double)m * (double)n * (double)k);
}

typedef struct order_job {
    const cx_view *pivots, *perm;
} order_job;

static void order_body(void *ctx, int64_t lo, int64_t hi)
{
    const order_job *const w = ctx;
    const int64_t k = w->pivots->shape[w->pivots->ndim - 1], m = w->perm->shape[w->perm->ndim - 1];
    for (int64_t at = lo; at < hi; at++) {
        const int32_t *const p = (const int32_t *)(const void *)host_lap_vector(w->pivots, at);
        int64_t *const perm = (int64_t *)(void *)host_lap_vector(w->perm, at);
        for (int64_t i = 0; i < m; i++) perm[i] = i;
        for (int64_t i = 0; i < k; i++) {
            const int64_t other = p[i] - 1, t = perm[i];
            if (other < 0 || other >= m) continue; /* none of getrf's */
            perm[i] = perm[other];
            perm[other] = t;
        }
    }
}

cx_status host_permutation(cx_queue *q, const cx_view *pivots, const cx_view *perm)
{
    (void)q;
    int64_t batch = 1;
    for (int d = 0; d < perm->ndim - 1; d++) batch *= perm->shape[d];
    order_job w = {pivots, perm};
    const int64_t m = perm->shape[perm->ndim - 1];
    return host_core->parallel_for(batch, 16384 / (m + 1) + 1, order_body, &w);
}

/* ---- QR with exchanges of columns */
static cx_status one_pivoted(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int ld;
    char *const a = host_lap_matrix(j, j->a, i, &ld);
    int64_t *const perm = (int64_t *)(void *)host_lap_vector(j->c, i);
    memset(w->iwork, 0, (size_t)j->n * sizeof(int)); /* every column is free to move */
    const host_vendor v = host_vendor_enter();
    const int info = of(j)->pivoted((int)j->m, (int)j->n, a, ld, host_lap_vector(j->b, i), w);
    host_vendor_leave(v);
    for (int64_t k = 0; k < j->n; k++) perm[k] = w->iwork[k] - 1;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

cx_status host_geqp3(cx_queue *q, const cx_view *a, const cx_view *tau, const cx_view *perm)
{
    (void)q;
    const int64_t m = host_rows_of(a), n = host_cols_of(a), k = m < n ? m : n;
    host_lap_job j = {
        .where = "qr", .a = a, .b = tau, .c = perm, .m = m, .n = n, .one = one_pivoted};
    const cx_status st = typed(&j);
    if (st != CX_OK || k == 0) return st;
    if (!host_lap_fits(m, n)) return host_lap_run(&j, 0);
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->pivoted((int)m, (int)n, NULL, (int)m, NULL, &j.sizes);
    host_vendor_leave(v);
    j.sizes.liwork = n;
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    return host_lap_run(&j, 4 * (double)m * (double)n * (double)k);
}

/* ---- least squares; job: a the matrix, b the right-hand sides, info the rank */
typedef struct least_job {
    host_lap_job j; /* first: the job is found by its address */
    double rcond;
} least_job;

static cx_status one_least(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const least_job *const l = (const least_job *)(const void *)j;
    int lda, ldb, rank = 0;
    char *const a = host_lap_matrix(j, j->a, i, &lda), *const b = host_lap_matrix(j, j->b, i, &ldb);
    memset(w->iwork, 0, (size_t)j->n * sizeof(int));
    const host_vendor v = host_vendor_enter();
    const int info =
        of(j)->least((int)j->m, (int)j->n, (int)j->k, a, lda, b, ldb, l->rcond, &rank, w);
    host_vendor_leave(v);
    j->info[i] = rank;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

cx_status host_gelsy(cx_queue *q, const cx_view *a, const cx_view *b, double rcond, int64_t *rank)
{
    (void)q;
    const int64_t m = host_rows_of(a), n = host_cols_of(a), cols = host_cols_of(b),
                  large = host_rows_of(b);
    least_job l = {.j = {.where = "lstsq",
                         .a = a,
                         .b = b,
                         .m = m,
                         .n = n,
                         .k = cols,
                         .info = rank,
                         .one = one_least},
                   .rcond = rcond};
    host_lap_job *const j = &l.j;
    const cx_status st = typed(j);
    if (st != CX_OK || m == 0 || n == 0 || cols == 0) return st;
    if (!host_lap_fits(m, n) || cols > INT_MAX) return host_lap_run(j, 0);
    int unused = 0;
    const host_vendor v = host_vendor_enter();
    const int bad = of(j)->least((int)m, (int)n, (int)cols, NULL, (int)m, NULL, (int)large, rcond,
                                 &unused, &j->sizes);
    host_vendor_leave(v);
    j->sizes.liwork = n;
    if (bad < 0)
        return host_core->fail(CX_E_INTERNAL, j->where, "LAPACK refused argument %d", -bad);
    return host_lap_run(j, 4 * (double)m * (double)n * (double)(m < n ? m : n));
}

/* ---- products with Q; job: a reflectors, b tau, c the matrix, upper: from the right */
static cx_status one_multiply(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda, ldc;
    const char *const a = host_lap_matrix(j, j->a, i, &lda);
    char *const c = host_lap_matrix(j, j->c, i, &ldc);
    const cx_dtype t = j->a->dtype;
    const bool right = j->upper, adjoint = j->letter == 'A';
    if (host_reflectors_take(t, j->k, right ? j->m : j->n)) { /* (c q)^T is q^T c^T */
        const host_mat from = {(char *)(uintptr_t)a, 1, lda}, to = {c, 1, ldc},
                       turned = {c, ldc, 1};
        return host_reflectors_apply(t, adjoint != right, from, host_lap_vector(j->b, i), j->k,
                                     right ? turned : to, right ? j->n : j->m, right ? j->m : j->n);
    }
    const host_vendor v = host_vendor_enter();
    const int info = of(j)->multiply(right, adjoint, (int)j->m, (int)j->n, (int)j->k, a, lda,
                                     host_lap_vector(j->b, i), c, ldc, w);
    host_vendor_leave(v);
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

cx_status host_ormqr(cx_queue *q, const cx_ormqr_call *c)
{
    (void)q;
    const int64_t rows = host_rows_of(c->c), cols = host_cols_of(c->c), k = host_cols_of(c->a),
                  m = host_rows_of(c->a);
    host_lap_job j = {.where = "qr_multiply",
                      .a = c->a,
                      .b = c->tau,
                      .c = c->c,
                      .m = rows,
                      .n = cols,
                      .k = k,
                      .upper = c->right,
                      .letter = c->adjoint ? 'A' : 'N',
                      .one = one_multiply};
    const cx_status st = typed(&j);
    if (st != CX_OK || rows == 0 || cols == 0 || k == 0) return st;
    if (!host_lap_fits(rows, cols) || !host_lap_fits(m, k)) return host_lap_run(&j, 0);
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->multiply(c->right, c->adjoint, (int)rows, (int)cols, (int)k, NULL,
                                     (int)m, NULL, NULL, (int)rows, &j.sizes);
    host_vendor_leave(v);
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    return host_lap_run(&j, 4 * (double)rows * (double)cols * (double)k);
}

/* ---- diagonal pivoting; job: a the matrix, c d, d perm, vectors: Hermitian */
static cx_status one_symmetric(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda, ldd;
    char *const a = host_lap_matrix(j, j->a, i, &lda);
    char *const d = host_lap_matrix(j, j->c, i, &ldd);
    const host_vendor v = host_vendor_enter();
    const int info = of(j)->symmetric(j->upper, j->vectors, (int)j->n, a, lda, w);
    host_vendor_leave(v);
    if (info < 0) return CX_E_INTERNAL;
    of(j)->unfold(j->upper, j->vectors, j->n, a, lda, w->iwork, d, ldd,
                  (int64_t *)(void *)host_lap_vector(j->d, i));
    return CX_OK;
}

cx_status host_hetrf(cx_queue *q, bool upper, bool hermitian, const cx_view *a, const cx_view *d,
                     const cx_view *perm)
{
    (void)q;
    const int64_t n = host_rows_of(a);
    host_lap_job j = {.where = "ldl",
                      .a = a,
                      .c = d,
                      .d = perm,
                      .m = n,
                      .n = n,
                      .upper = upper,
                      .vectors = hermitian,
                      .one = one_symmetric};
    const cx_status st = typed(&j);
    if (st != CX_OK || n == 0) return st;
    if (!host_lap_fits(n, n)) return host_lap_run(&j, 0);
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->symmetric(upper, hermitian, (int)n, NULL, (int)n, &j.sizes);
    host_vendor_leave(v);
    j.sizes.liwork = 2 * n;
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    return host_lap_run(&j, 0.67 * (double)n * (double)n * (double)n);
}
