/* Factorisations of the CPU through LAPACK's Fortran symbols (in OpenBLAS), single-threaded inside:
 * batches are spread over the pool's threads matrix by matrix, large LU, Cholesky and QR are cut
 * into tiles.
 *
 * One idea: a matrix in rows is its transpose in columns, so every slot reads either order without
 * a copy: LU solves with the transpose, Cholesky takes the other triangle, QR becomes LQ, and the
 * SVD exchanges its factors. Workspace comes from the core; info is looked at. */
#include "linalg/lapack.h"
#include "linalg/banded.h"
#include "linalg/reflectors.h"
#include "linalg/schur.h"
#include "linalg/spectral.h"
#include "linalg/stacks.h"
#include "paste.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

enum {
    TILED = 300, /* larger matrices are cut into tiles; below, one thread is faster */
    TILE = 128,
    QR_TILE = 64,
    HALVED_LU = 16, /* larger real matrices are factored by halves, where products have kernels */
    SOLVE_COLS = 8, /* fewer are the library's */
    HALVED_INVERSE = 32,
    HALVED_CHOLESKY = 32,
    CLEARED = 128,              /* columns of the triangle that Cholesky clears, by one task */
    SOLVE_BYTES = 3 * 64 * 256, /* of the right-hand sides that a leaf's kernel has at a time */
    PACKED_PANELS = 16,         /* of a triangle, packed by one task */
    TASK_FLOPS = 400000,
    TASK_ROWS = 8000 /* exchanged by one task, at least */
};

typedef struct lap_type {
    int64_t size, real_size;
    cx_status (*lu)(int n, void *a, int lda, int *pivots, int64_t *info);
    cx_status (*solve)(bool transposed, int n, int64_t cols, const void *a, int lda,
                       const int *pivots, void *b, int ldb);
    cx_status (*inverse)(int n, void *a, int lda, const int *pivots, void *work, int lwork);
    cx_status (*cholesky)(bool upper, int n, void *a, int lda, int64_t *info);
    cx_status (*qr)(bool rows, bool plain, int m, int n, void *a, int lda, void *tau, void *work,
                    int lwork);
    cx_status (*q)(bool rows, int m, int n, int k, void *a, int lda, const void *tau, void *work,
                   int lwork);
    int (*svd)(char job, int m, int n, void *a, int lda, void *s, void *u, int ldu, void *vt,
               int ldvt, host_lap_work *w);
    int (*eig)(bool vectors, bool upper, int n, void *a, int lda, void *values, host_lap_work *w);
    bool (*finite)(int64_t n, const void *values); /* of the real dtype */
    void (*mirror)(int n, void *a, int lda);       /* the lower triangle from the upper one */
    /* a times a power of 2, which is returned, so that squares stay in range; reals over it */
    double (*tame)(int m, int n, void *a, int lda);
    void (*untame)(int n, void *values, double by);
    int (*lsq)(int m, int n, int cols, void *a, int lda, void *b, int ldb, void *s, double rcond,
               int *rank, host_lap_work *w);
    int (*general)(bool vectors, int n, void *a, int lda, void *values, void *v, int ldv,
                   host_lap_work *w);
} lap_type;

#define LOOP "loops/lapack.inc"
#include "loops/blas_types.inc"

static const lap_type *const lap_types[CX_DTYPE_COUNT] = {
    [CX_F32] = &slapack, [CX_F64] = &dlapack, [CX_C64] = &clapack, [CX_C128] = &zlapack};

static const lap_type *of(const host_lap_job *j)
{
    return j->methods;
}

static cx_status typed(host_lap_job *j)
{
    const lap_type *const t = lap_types[j->a->dtype];
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
    int64_t unseen;
    return of(j)->lu((int)j->n, a, ld, (int *)(void *)host_lap_vector(j->b, i),
                     j->info != NULL ? &j->info[i] : &unseen);
}

static cx_status host_getrf(cx_queue *q, const cx_view *a, const cx_view *pivots, int64_t *info)
{
    (void)q;
    const int64_t n = host_rows_of(a);
    if (n != host_cols_of(a)) return host_getrf_any(a, pivots, info);
    host_lap_job j = {.where = "lu",
                      .a = a,
                      .b = pivots,
                      .m = n,
                      .n = n,
                      .row = host_lap_in_rows(1, &a),
                      .info = info,
                      .one = one_lu};
    const cx_status st = typed(&j);
    if (st != CX_OK || n == 0) return st;
    const double flops = 0.67 * (double)n * (double)n * (double)n;
    const host_lanes_type *const t = host_lanes_for(&j);
    return t ? host_lanes_run(&j, t, t->lu, flops) : host_lap_run(&j, flops);
}

static cx_status one_solve(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    int ld;
    const char *const lu = host_lap_matrix(j, j->a, i, &ld);
    const host_mat b = host_mat_at(j->c, i);
    const int64_t ldb = j->k > 1 ? b.cs : j->n;
    if (ldb > INT_MAX) return CX_E_INTERNAL;
    return of(j)->solve(j->row, (int)j->n, j->k, lu, ld,
                        (const int *)(const void *)host_lap_vector(j->b, i), b.p, (int)ldb);
}

static cx_status host_getrs(cx_queue *q, const cx_view *lu, const cx_view *pivots, const cx_view *b)
{
    (void)q;
    const int64_t n = host_rows_of(lu);
    host_lap_job j = {.where = "solve",
                      .a = lu,
                      .b = pivots,
                      .c = b,
                      .m = n,
                      .n = n,
                      .k = host_cols_of(b),
                      .row = host_lap_in_rows(1, &lu),
                      .one = one_solve};
    const cx_status st = typed(&j);
    if (st != CX_OK || n == 0 || j.k == 0) return st;
    const double flops = 2 * (double)n * (double)n * (double)j.k;
    const host_lanes_type *const t = host_lanes_for(&j);
    return t ? host_lanes_run(&j, t, t->solve, flops) : host_lap_run(&j, flops);
}

static cx_status one_inverse(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int ld;
    char *const lu = host_lap_matrix(j, j->a, i, &ld);
    return of(j)->inverse((int)j->n, lu, ld, (const int *)(const void *)host_lap_vector(j->b, i),
                          w->work, (int)w->lwork);
}

static cx_status host_getri(cx_queue *q, const cx_view *lu, const cx_view *pivots)
{
    (void)q;
    const int64_t n = host_rows_of(lu);
    host_lap_job j = {.where = "inv",
                      .a = lu,
                      .b = pivots,
                      .m = n,
                      .n = n,
                      .row = host_lap_in_rows(1, &lu),
                      .one = one_inverse};
    j.sizes.lwork = n <= TILED ? n * 64 : 1;
    const cx_status st = typed(&j);
    if (st != CX_OK || n == 0) return st;
    const double flops = 1.34 * (double)n * (double)n * (double)n;
    const host_lanes_type *const t = host_lanes_for(&j);
    return t ? host_lanes_run(&j, t, t->inverse, flops) : host_lap_run(&j, flops);
}

/* ---- Cholesky */
static cx_status one_cholesky(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    int ld;
    char *const a = host_lap_matrix(j, j->a, i, &ld);
    return of(j)->cholesky(j->upper != j->row, (int)j->n, a, ld, &j->info[i]);
}

static cx_status host_potrf(cx_queue *q, bool upper, const cx_view *a, int64_t *info)
{
    (void)q;
    const int64_t n = host_rows_of(a);
    host_lap_job j = {.where = "cholesky",
                      .a = a,
                      .m = n,
                      .n = n,
                      .row = host_lap_in_rows(1, &a),
                      .upper = upper,
                      .info = info,
                      .one = one_cholesky};
    const cx_status st = typed(&j);
    if (st != CX_OK || n == 0) return st;
    const double flops = 0.34 * (double)n * (double)n * (double)n;
    const host_lanes_type *const t = host_lanes_for(&j);
    return t ? host_lanes_run(&j, t, t->cholesky, flops) : host_lap_run(&j, flops);
}

/* ---- QR */
static cx_status one_qr(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int ld;
    char *const a = host_lap_matrix(j, j->a, i, &ld);
    return of(j)->qr(j->row, j->vectors, (int)(j->row ? j->n : j->m), (int)(j->row ? j->m : j->n),
                     a, ld, host_lap_vector(j->b, i), w->work, (int)w->lwork);
}

static cx_status host_geqrf(cx_queue *q, bool plain, const cx_view *a, const cx_view *tau)
{
    (void)q;
    const int64_t m = host_rows_of(a), n = host_cols_of(a);
    host_lap_job j = {.where = "qr",
                      .a = a,
                      .b = tau,
                      .m = m,
                      .n = n,
                      .row = host_lap_in_rows(1, &a),
                      .vectors = plain,
                      .one = one_qr};
    j.sizes.lwork = 64 * (m < n ? n : m);
    const cx_status st = typed(&j);
    return st != CX_OK || m == 0 || n == 0
               ? st
               : host_lap_run(&j, 2 * (double)m * (double)n * (double)(m < n ? m : n));
}

static cx_status one_q(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int ld;
    char *const a = host_lap_matrix(j, j->a, i, &ld);
    return of(j)->q(j->row, (int)(j->row ? j->n : j->m), (int)(j->row ? j->m : j->n), (int)j->k, a,
                    ld, host_lap_vector(j->b, i), w->work, (int)w->lwork);
}

static cx_status host_orgqr(cx_queue *q, const cx_view *a, const cx_view *tau)
{
    (void)q;
    const int64_t m = host_rows_of(a), n = host_cols_of(a);
    host_lap_job j = {.where = "qr",
                      .a = a,
                      .b = tau,
                      .m = m,
                      .n = n,
                      .k = tau->shape[tau->ndim - 1],
                      .row = host_lap_in_rows(1, &a),
                      .one = one_q};
    j.sizes.lwork = 64 * (m < n ? n : m);
    const cx_status st = typed(&j);
    return st != CX_OK || m == 0 || n == 0
               ? st
               : host_lap_run(&j, 4 * (double)m * (double)n * (double)n);
}

/* ---- SVD. A matrix in rows is the transpose in columns, whose left factor is our vh and whose
 * right one is our u. */
/* LAPACK is not asked about what has no answer: it would write to the terminal. Part 0 is all of
 * a, 1 its lower triangle, 2 the upper one. */
static bool all_finite(const host_lap_job *j, const char *a, int lda, int64_t rows, int64_t cols,
                       int part)
{
    const int64_t numbers = j->size / j->real_size;
    for (int64_t k = 0; k < cols; k++) {
        const int64_t first = part == 1 ? k : 0, end = part == 2 ? k + 1 : rows;
        if (!of(j)->finite((end - first) * numbers, a + (k * lda + first) * j->size)) return false;
    }
    return true;
}

static bool by_all_threads(int64_t rows, int64_t cols)
{
    return rows >= cols && cols > HOST_SVD_LARGE && rows < 2 * cols;
}

/* One call in LAPACK's order: columns, u left, vt right (NULL: not asked for). */
typedef struct svd_call {
    char letter;
    int m, n;
    char *a, *u, *vt;
    int lda, ldu, ldv;
    void *s;
    int64_t *info;
} svd_call;

static cx_status svd_of(const host_lap_job *j, const svd_call *c, host_lap_work *w)
{
    if (by_all_threads(c->m, c->n))
        return host_svd_of[j->a->dtype](c->letter, c->m, c->n, c->a, c->lda, c->s, c->u, c->ldu,
                                        c->vt, c->ldv, c->info);
    const host_vendor v = host_vendor_enter();
    const int info =
        of(j)->svd(c->letter, c->m, c->n, c->a, c->lda, c->s, c->u, c->ldu, c->vt, c->ldv, w);
    host_vendor_leave(v);
    *c->info = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

/* Long matrices: of tall ones the QR decomposition, whose tiles are shared, and the SVD of R; u is
 * Q times its left factor. Of wide ones the same with LQ, and vt is its right factor times Q. */
static bool is_long(const host_lap_job *j, int64_t rows, int64_t cols)
{
    const int64_t least = rows < cols ? rows : cols, most = rows < cols ? cols : rows;
    return most >= 2 * least && rows * cols >= 1 << 15 && j->letter != 'A';
}

static cx_view in_columns(const host_lap_job *j, char *a, int64_t m, int64_t n, int64_t ld)
{
    return (cx_view){.data = a,
                     .dtype = j->a->dtype,
                     .ndim = 2,
                     .shape = {m, n},
                     .stride = {j->size, ld * j->size}};
}

/* The long factor: Q times the small one's, or the other way round. */
static cx_status long_product(const host_lap_job *j, const svd_call *c, char *small)
{
    const bool wide = c->m < c->n;
    const int64_t k = wide ? c->m : c->n;
    const cx_view q = in_columns(j, c->a, c->m, c->n, c->lda), r = in_columns(j, small, k, k, k),
                  out = wide ? in_columns(j, c->vt, k, c->n, c->ldv)
                             : in_columns(j, c->u, c->m, k, c->ldu);
    const cx_gemm_call product = {
        .a = wide ? &r : &q, .b = wide ? &q : &r, .out = &out, .alpha = 1};
    return host_blas_ops.gemm(NULL, &product);
}

static cx_status long_svd(const host_lap_job *j, const svd_call *c, host_lap_work *w)
{
    const bool wide = c->m < c->n;
    const int k = wide ? c->m : c->n, lwork = 64 * k;
    const int64_t size = j->size, square = (int64_t)k * k * size;
    char *const block = host_core->alloc((size_t)(2 * square + (k + lwork) * size));
    if (!block) return CX_E_NOMEM;
    char *const r = block, *const small = r + square, *const tau = small + square,
                *const work = tau + k * size;
    const double by = of(j)->tame(c->m, c->n, c->a, c->lda);
    cx_status st = of(j)->qr(wide, false, c->m, c->n, c->a, c->lda, tau, work, lwork);
    memset(r, 0, (size_t)square);
    for (int64_t i = 0; st == CX_OK && i < k; i++) { /* column i of the triangle */
        const int64_t first = wide ? i : 0, count = wide ? k - i : i + 1;
        memcpy(r + (i * k + first) * size, c->a + (i * c->lda + first) * size,
               (size_t)(count * size));
    }
    svd_call inner = *c;
    inner.m = inner.n = inner.lda = k, inner.a = r;
    if (wide)
        inner.vt = small, inner.ldv = k;
    else
        inner.u = small, inner.ldu = k;
    if (st == CX_OK) st = svd_of(j, &inner, w);
    if (st == CX_OK && *c->info == 0 && c->letter != 'N') {
        st = of(j)->q(wide, c->m, c->n, k, c->a, c->lda, tau, work, lwork);
        if (st == CX_OK) st = long_product(j, c, small);
    }
    if (by != 1) of(j)->untame(k, c->s, by);
    host_core->free(block);
    return st;
}

static cx_status one_svd(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda, ldu = 1, ldv = 1;
    char *const a = host_lap_matrix(j, j->a, i, &lda), *const s = host_lap_vector(j->b, i);
    char *const u = j->c ? host_lap_matrix(j, j->c, i, &ldu) : NULL, *const vh =
                                                                         j->d
                                                                             ? host_lap_matrix(
                                                                                   j, j->d, i, &ldv)
                                                                             : NULL;
    const int rows = (int)(j->row ? j->n : j->m), cols = (int)(j->row ? j->m : j->n);
    if (!all_finite(j, a, lda, rows, cols, 0)) {
        j->info[i] = j->n;
        return CX_OK;
    }
    const svd_call c = {.letter = j->letter,
                        .m = rows,
                        .n = cols,
                        .a = a,
                        .lda = lda,
                        .s = s,
                        .u = j->row ? vh : u,
                        .ldu = j->row ? ldv : ldu,
                        .vt = j->row ? u : vh,
                        .ldv = j->row ? ldu : ldv,
                        .info = &j->info[i]};
    return is_long(j, rows, cols) ? long_svd(j, &c, w) : svd_of(j, &c, w);
}

static cx_status host_gesdd(cx_queue *q, const cx_view *a, const cx_view *s, const cx_view *u,
                            const cx_view *vh, int64_t *info)
{
    (void)q;
    const int64_t m = host_rows_of(a), n = host_cols_of(a);
    const cx_view *const all[] = {a, u, vh};
    host_lap_job j = {.where = "svd",
                      .a = a,
                      .b = s,
                      .c = u,
                      .d = vh,
                      .m = m,
                      .n = n,
                      .row = host_lap_in_rows(3, all),
                      .info = info,
                      .one = one_svd};
    cx_status st = typed(&j);
    if (st != CX_OK || m == 0 || n == 0) return st;
    j.letter = !u ? 'N' : host_cols_of(u) == m && host_rows_of(vh) == n ? 'A' : 'S';
    if (host_stack_takes(&j, HOST_LANES_SVD)) return host_stack_svd(&j);
    if (!host_lap_fits(m, n)) return host_lap_run(&j, 0); /* makes the error */
    int lm = (int)(j.row ? n : m), ln = (int)(j.row ? m : n);
    if (is_long(&j, lm, ln)) lm = ln = lm < ln ? lm : ln; /* of the triangle */
    if (by_all_threads(lm, ln)) return host_lap_run(&j, 1e9);
    const int ldv = j.letter == 'S' && lm < ln ? lm : ln;
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->svd(j.letter, lm, ln, NULL, lm, NULL, NULL, lm, NULL, ldv, &j.sizes);
    host_vendor_leave(v);
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    const double big = (double)(m < n ? n : m), small = (double)(m < n ? m : n);
    return host_lap_run(&j, 4 * big * small * small + 8 * small * small * small);
}

/* ---- Hermitian eigenvalues */
/* By all threads, which want the lower triangle. */
static cx_status large_eig(const host_lap_job *j, int64_t i, char *a, int lda)
{
    const cx_dtype t = j->a->dtype;
    if (j->upper) of(j)->mirror((int)j->n, a, lda);
    return host_eigh_of[t](j->vectors, (int)j->n, a, lda, host_lap_vector(j->b, i), &j->info[i]);
}

static cx_status one_eig(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda;
    char *const a = host_lap_matrix(j, j->a, i, &lda);
    if (!all_finite(j, a, lda, j->n, j->n, j->upper ? 2 : 1)) {
        j->info[i] = j->n;
        return CX_OK;
    }
    if (j->n > HOST_EIGH_LARGE) return large_eig(j, i, a, lda);
    const host_vendor v = host_vendor_enter();
    const int info =
        of(j)->eig(j->vectors, j->upper, (int)j->n, a, lda, host_lap_vector(j->b, i), w);
    host_vendor_leave(v);
    j->info[i] = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

static cx_status host_heevd(cx_queue *q, bool upper, bool vectors, const cx_view *a,
                            const cx_view *w, int64_t *info)
{
    (void)q;
    const int64_t n = host_rows_of(a);
    host_lap_job j = {.where = "eigh",
                      .a = a,
                      .b = w,
                      .m = n,
                      .n = n,
                      .upper = upper,
                      .vectors = vectors,
                      .info = info,
                      .one = one_eig};
    cx_status st = typed(&j);
    if (st != CX_OK || n == 0) return st;
    if (host_stack_takes(&j, HOST_LANES_N)) return host_stack_eig(&j);
    if (!host_lap_fits(n, n) || n > HOST_EIGH_LARGE)
        return host_lap_run(&j, 9.0 * (double)n * (double)n * (double)n);
    const host_vendor v = host_vendor_enter();
    const int bad = of(&j)->eig(vectors, upper, (int)n, NULL, (int)n, NULL, &j.sizes);
    host_vendor_leave(v);
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    return host_lap_run(&j, (vectors ? 9.0 : 1.4) * (double)n * (double)n * (double)n);
}

/* ---- eigenvalues of general matrices */
static cx_status one_general(host_lap_job *j, int64_t i, host_lap_work *w)
{
    int lda, ldv = 1;
    char *const a = host_lap_matrix(j, j->a, i, &lda), *const v =
                                                           j->c ? host_lap_matrix(j, j->c, i, &ldv)
                                                                : NULL;
    const host_vendor inside = host_vendor_enter();
    const int info =
        of(j)->general(v != NULL, (int)j->n, a, lda, host_lap_vector(j->b, i), v, ldv, w);
    host_vendor_leave(inside);
    j->info[i] = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

static cx_status host_geev(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *v,
                           int64_t *info)
{
    (void)q;
    const int64_t n = host_rows_of(a);
    host_lap_job j = {
        .where = "eig", .a = a, .b = w, .c = v, .m = n, .n = n, .info = info, .one = one_general};
    const cx_status st = typed(&j);
    if (st != CX_OK || n == 0) return st;
    if (!host_lap_fits(n, n)) return host_lap_run(&j, 0);
    const host_vendor inside = host_vendor_enter();
    const int bad = of(&j)->general(v != NULL, (int)n, NULL, (int)n, NULL, NULL, (int)n, &j.sizes);
    host_vendor_leave(inside);
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    return host_lap_run(&j, (v != NULL ? 25.0 : 10.0) * (double)n * (double)n * (double)n);
}

/* ---- least squares */
/* Right-hand sides that are not finite would make LAPACK write to the terminal: zeros take their
 * place, and their solutions become NaN. hidden: one a column. */
static void hide(const host_lap_job *j, char *b, int ldb, int64_t rows, bool *hidden)
{
    for (int64_t k = 0; k < j->k; k++) {
        char *const c = b + k * ldb * j->size;
        hidden[k] = !of(j)->finite(rows * (j->size / j->real_size), c);
        if (hidden[k]) memset(c, 0, (size_t)(rows * j->size));
    }
}

static void show(const host_lap_job *j, char *b, int ldb, int64_t rows, const bool *hidden)
{
    for (int64_t k = 0; k < j->k; k++) /* bytes of ones are a NaN */
        if (hidden[k]) memset(b + k * ldb * j->size, 0xff, (size_t)(rows * j->size));
}

static cx_status host_gelsd(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *s,
                            double rcond, int64_t *rank, int64_t *info)
{
    (void)q;
    const int64_t m = host_rows_of(a), n = host_cols_of(a), cols = host_cols_of(b);
    host_lap_job j = {.where = "lstsq", .a = a, .m = m, .n = n, .k = cols};
    cx_status st = typed(&j);
    if (st != CX_OK) return st;
    if (!host_lap_fits(m, n) || cols > INT_MAX) return host_lap_run(&j, 0);
    int lda, ldb, r = 0;
    char *const ap = host_lap_matrix(&j, a, 0, &lda), *const bp = host_lap_matrix(&j, b, 0, &ldb);
    host_lap_work w = {0};
    host_vendor v = host_vendor_enter();
    int bad = of(&j)->lsq((int)m, (int)n, (int)cols, ap, lda, bp, ldb, s->data, rcond, &r, &w);
    host_vendor_leave(v);
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    if (w.lwork > INT_MAX)
        return host_core->fail(
            CX_E_UNSUPPORTED, j.where,
            "(%lld, %lld) needs a workspace of %lld elements, past LAPACK's 32-bit sizes",
            (long long)m, (long long)n, (long long)w.lwork);
    if (!all_finite(&j, ap, lda, m, n, 0)) {
        *rank = 0;
        *info = m < n ? m : n;
        return CX_OK;
    }
    void *const block = host_lap_work_new(&j, &w);
    bool *const hidden = host_core->alloc((size_t)cols + 1);
    if (block && hidden) {
        const int64_t rows = m > n ? m : n;
        hide(&j, bp, ldb, m, hidden);
        v = host_vendor_enter();
        bad = of(&j)->lsq((int)m, (int)n, (int)cols, ap, lda, bp, ldb, s->data, rcond, &r, &w);
        host_vendor_leave(v);
        show(&j, bp, ldb, rows, hidden);
    }
    host_core->free(block);
    host_core->free(hidden);
    if (!block || !hidden)
        return host_core->fail(CX_E_NOMEM, j.where, "cannot allocate workspace of %lld elements",
                               (long long)w.lwork);
    if (bad < 0) return host_core->fail(CX_E_INTERNAL, j.where, "LAPACK refused argument %d", -bad);
    *rank = r;
    *info = bad;
    return CX_OK;
}

const cx_lapack_ops host_lapack_ops = {
    .struct_size = sizeof(cx_lapack_ops),
    .getrf = host_getrf,
    .getrs = host_getrs,
    .getri = host_getri,
    .potrf = host_potrf,
    .geqrf = host_geqrf,
    .orgqr = host_orgqr,
    .gesdd = host_gesdd,
    .heevd = host_heevd,
    .gelsd = host_gelsd,
    .geev = host_geev,
    .stack_solve = host_stack_solve,
    .stack_inverse = host_stack_inverse,
    .permutation = host_permutation,
    .geqp3 = host_geqp3,
    .gelsy = host_gelsy,
    .ormqr = host_ormqr,
    .hetrf = host_hetrf,
    .gehrd = host_gehrd,
    .gees = host_gees,
    .trsen = host_trsen,
    .gges = host_gges,
    .tgsen = host_tgsen,
    .ggev = host_ggev,
    .geev_left = host_geev_left,
    .gebal = host_gebal,
    .trsyl = host_trsyl,
    .triangular = host_triangular,
    .gbsv = host_gbsv,
    .pbsv = host_pbsv,
    .pbtrs = host_pbtrs,
    .hbevd = host_hbevd,
    .stemr = host_stemr,
    .levinson = host_levinson,
    .rotate = host_rotate,
    .cholesky_update = host_cholesky_update,
};
