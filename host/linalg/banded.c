/* Banded and tridiagonal matrices of the CPU through LAPACK's Fortran symbols, single-threaded
 * inside; batches are spread over the pool's threads. One idea: a slot gives LAPACK its own storage
 * of bands, and what is tridiagonal is taken out of it for the routines that are made for that. */
#include "linalg/banded.h"
#include "paste.h"
#include <string.h>

/* One matrix: of a Hermitian one ku diagonals beside the main one are stored. */
typedef struct band_call {
    int n, kl, ku, cols, ldab;
    bool upper;
    void *ab;
} band_call;

typedef struct band_type {
    int64_t size, real_size;
    int (*general)(const band_call *c, void *b, int ldb, host_lap_work *w);
    int (*definite)(const band_call *c, void *b, int ldb, host_lap_work *w);
    int (*factor)(const band_call *c);
    int (*substitute)(const band_call *c, void *b, int ldb);
    int (*eigen)(const band_call *c, void *values, void *v, int ldv, host_lap_work *w);
    /* of real dtypes */
    int (*thin)(int n, const cx_eig_part *part, void *de, void *values, void *v, int ldv,
                int64_t *found, host_lap_work *w);
} band_type;

#define LOOP "loops/banded.inc"
#include "loops/blas_types.inc"

static const band_type *const types[CX_DTYPE_COUNT] = {
    [CX_F32] = &sbanded, [CX_F64] = &dbanded, [CX_C64] = &cbanded, [CX_C128] = &zbanded};

/* a: the bands, b: the right-hand sides or the vectors, c: the values */
typedef struct band_job {
    host_lap_job j;
    int64_t kl, ku;
    const cx_eig_part *part;
    int64_t *found;
} band_job;

static const band_type *of(const band_job *b)
{
    return b->j.methods;
}

static cx_status typed(band_job *b)
{
    const band_type *const t = types[b->j.a->dtype];
    if (!t)
        return host_core->fail(CX_E_UNSUPPORTED, b->j.where, "no bands of %s",
                               cx_dtype_name(b->j.a->dtype));
    b->j.methods = t;
    b->j.size = t->size;
    b->j.real_size = t->real_size;
    return CX_OK;
}

static band_call call_of(const band_job *b, int64_t i)
{
    band_call c = {.n = (int)b->j.n,
                   .kl = (int)b->kl,
                   .ku = (int)b->ku,
                   .cols = (int)b->j.k,
                   .upper = b->j.upper};
    c.ab = host_lap_matrix(&b->j, b->j.a, i, &c.ldab);
    return c;
}

static cx_status noted(const band_job *b, int64_t i, int info)
{
    if (b->j.info) b->j.info[i] = info;
    return info < 0 ? CX_E_INTERNAL : CX_OK;
}

/* ---- equations */
static cx_status one_general(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const band_job *const b = (const band_job *)(const void *)j;
    const band_call c = call_of(b, i);
    int ldb;
    char *const x = host_lap_matrix(j, j->b, i, &ldb);
    const host_vendor v = host_vendor_enter();
    const int info = of(b)->general(&c, x, ldb, w);
    host_vendor_leave(v);
    return noted(b, i, info);
}

cx_status host_gbsv(cx_queue *q, int64_t l, int64_t u, const cx_view *ab, const cx_view *b,
                    int64_t *info)
{
    (void)q;
    const int64_t n = host_cols_of(ab), rows = host_rows_of(ab), cols = host_cols_of(b);
    band_job w = {.j = {.where = "solve_banded",
                        .a = ab,
                        .b = b,
                        .m = rows,
                        .n = n,
                        .k = cols,
                        .info = info,
                        .one = one_general},
                  .kl = l,
                  .ku = u};
    const cx_status st = typed(&w);
    if (st != CX_OK || n == 0 || cols == 0) return st;
    w.j.sizes.lwork = l == 1 && u == 1 ? 3 * n : 1;
    w.j.sizes.liwork = n;
    return host_lap_run(&w.j, 2 * (double)n * (double)rows * (double)(l + 1) +
                                  2 * (double)n * (double)rows * (double)cols);
}

static cx_status one_definite(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const band_job *const b = (const band_job *)(const void *)j;
    const band_call c = call_of(b, i);
    int ldb = 1;
    char *const x = j->b ? host_lap_matrix(j, j->b, i, &ldb) : NULL;
    const host_vendor v = host_vendor_enter();
    const int info = x ? of(b)->definite(&c, x, ldb, w) : of(b)->factor(&c);
    host_vendor_leave(v);
    return noted(b, i, info);
}

static cx_status one_substitute(host_lap_job *j, int64_t i, host_lap_work *w)
{
    (void)w;
    const band_job *const b = (const band_job *)(const void *)j;
    const band_call c = call_of(b, i);
    int ldb;
    char *const x = host_lap_matrix(j, j->b, i, &ldb);
    const host_vendor v = host_vendor_enter();
    const int info = of(b)->substitute(&c, x, ldb);
    host_vendor_leave(v);
    return noted(b, i, info);
}

static cx_status definite(const char *where, bool upper, const cx_view *ab, const cx_view *b,
                          int64_t *info,
                          cx_status (*one)(host_lap_job *j, int64_t i, host_lap_work *w))
{
    const int64_t n = host_cols_of(ab), rows = host_rows_of(ab), cols = b ? host_cols_of(b) : 1;
    band_job w = {.j = {.where = where,
                        .a = ab,
                        .b = b,
                        .m = rows,
                        .n = n,
                        .k = cols,
                        .upper = upper,
                        .info = info,
                        .one = one},
                  .ku = rows - 1};
    const cx_status st = typed(&w);
    if (st != CX_OK || n == 0 || cols == 0) return st;
    w.j.sizes.lwork = w.j.sizes.lrwork = rows == 2 ? n : 1;
    return host_lap_run(&w.j, (double)n * (double)rows * (double)rows +
                                  4 * (double)n * (double)rows * (double)cols);
}

cx_status host_pbsv(cx_queue *q, bool upper, const cx_view *ab, const cx_view *b, int64_t *info)
{
    (void)q;
    return definite(b ? "solveh_banded" : "cholesky_banded", upper, ab, b, info, one_definite);
}

cx_status host_pbtrs(cx_queue *q, bool upper, const cx_view *ab, const cx_view *b)
{
    (void)q;
    return definite("cho_solve_banded", upper, ab, b, NULL, one_substitute);
}

/* ---- eigenvalues */
static cx_status one_eigen(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const band_job *const b = (const band_job *)(const void *)j;
    const band_call c = call_of(b, i);
    int ldv = 1;
    char *const vectors = j->b ? host_lap_matrix(j, j->b, i, &ldv) : NULL;
    const host_vendor v = host_vendor_enter();
    const int info = of(b)->eigen(&c, host_lap_vector(j->c, i), vectors, ldv, w);
    host_vendor_leave(v);
    return noted(b, i, info);
}

cx_status host_hbevd(cx_queue *q, bool upper, const cx_view *ab, const cx_view *w, const cx_view *v,
                     int64_t *info)
{
    (void)q;
    const int64_t n = host_cols_of(ab), rows = host_rows_of(ab);
    band_job b = {.j = {.where = "eig_banded",
                        .a = ab,
                        .b = v,
                        .c = w,
                        .m = rows,
                        .n = n,
                        .upper = upper,
                        .info = info,
                        .one = one_eigen},
                  .ku = rows - 1};
    const cx_status st = typed(&b);
    if (st != CX_OK || n == 0 || host_batch(ab) == 0) return st;
    if (host_lap_fits(rows, n)) {
        band_call c = call_of(&b, 0);
        int ldv = (int)n;
        if (of(&b)->eigen(&c, w->data, v ? v->data : NULL, ldv, &b.j.sizes) != 0)
            return host_core->fail(CX_E_INTERNAL, b.j.where, "LAPACK refused an argument");
    }
    const double square = (double)n * (double)n;
    return host_lap_run(&b.j, 6 * square * (double)rows + (v ? 4 * square * (double)n : 0));
}

static cx_status one_thin(host_lap_job *j, int64_t i, host_lap_work *w)
{
    const band_job *const b = (const band_job *)(const void *)j;
    int ldv = 1;
    char *const vectors = j->b ? host_lap_matrix(j, j->b, i, &ldv) : NULL;
    const host_vendor v = host_vendor_enter();
    const int info = of(b)->thin((int)j->n, b->part, host_mat_at(j->a, i).p,
                                 host_lap_vector(j->c, i), vectors, ldv, &b->found[i], w);
    host_vendor_leave(v);
    return noted(b, i, info);
}

cx_status host_stemr(cx_queue *q, const cx_eig_part *part, const cx_view *de, const cx_view *w,
                     const cx_view *v, int64_t *found, int64_t *info)
{
    (void)q;
    const int64_t n = host_cols_of(de);
    band_job b = {.j = {.where = "eigh_tridiagonal",
                        .a = de,
                        .b = v,
                        .c = w,
                        .m = 2,
                        .n = n,
                        .info = info,
                        .one = one_thin},
                  .part = part,
                  .found = found};
    const cx_status st = typed(&b);
    if (st != CX_OK || n == 0 || host_batch(de) == 0) return st;
    if (!of(&b)->thin)
        return host_core->fail(CX_E_UNSUPPORTED, b.j.where, "no tridiagonal matrices of %s",
                               cx_dtype_name(de->dtype));
    if (n <= INT_MAX / 32) {
        const int bad = of(&b)->thin((int)n, part, de->data, w->data, v ? v->data : NULL, (int)n,
                                     found, &b.j.sizes);
        if (bad != 0)
            return host_core->fail(CX_E_INTERNAL, b.j.where, "LAPACK refused argument %d", -bad);
    } else {
        b.j.sizes.lwork = b.j.sizes.liwork = 32 * n;
    }
    return host_lap_run(&b.j, (v ? 20.0 : 4.0) * (double)n * (double)n);
}
