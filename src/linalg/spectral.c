/* Singular values and eigenvalues of Hermitian matrices. The SVD works in rows (its factors change
 * places inside the backend), the eigenvectors in columns. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/ops.h>
#include <math.h>
#include <string.h>

static const char svd_failed[] = "has no SVD: the iteration did not converge (is it finite?)";
static const char eig_failed[] =
    "has no eigenvalues: the iteration did not converge (is it finite?)";

/* ---- SVD */
/* Values alone if u is NULL. */
static cx_status svd(const cx__lin *c, bool thin, cx_array **u, cx_array *s, cx_array **vh)
{
    const int64_t k = c->m < c->n ? c->m : c->n;
    cx_array *work = NULL;
    int64_t *info = NULL;
    cx_view va, vs, vu, vv;
    cx_status st = CX_OK;
    if (u != NULL) {
        st = cx__lin_new(c, 2, (const int64_t[]){c->m, thin ? k : c->m}, c->t, u);
        if (st == CX_OK) st = cx__lin_new(c, 2, (const int64_t[]){thin ? k : c->n, c->n}, c->t, vh);
        if (st == CX_OK && k == 0) st = cx__lin_identity(c, *u);
        if (st == CX_OK && k == 0) st = cx__lin_identity(c, *vh);
    }
    if (st != CX_OK || k == 0 || c->batch == 0) return st;
    st = cx__lin_info_new(c, &info);
    if (st == CX_OK) st = cx__lin_rows(c, c->a, &work);
    if (st == CX_OK) {
        cx__lin_view(work, c->batch, &va);
        cx__lin_vector(s, c->batch, &vs);
        if (u != NULL) {
            cx__lin_view(*u, c->batch, &vu);
            cx__lin_view(*vh, c->batch, &vv);
        }
        cx_queue *q;
        const cx_array *const arrays[4] = {work, s, u != NULL ? *u : NULL, u != NULL ? *vh : NULL};
        st = cx__lin_queue(c, 4, 4, arrays, &q);
        if (st == CX_OK)
            st = cx__queue_done(c->dev, c->ops->gesdd(q, &va, &vs, u != NULL ? &vu : NULL,
                                                      u != NULL ? &vv : NULL, info));
    }
    if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_CONVERGENCE, svd_failed);
    cx__release(work);
    cx__free(info);
    return st;
}

cx_svd cx_linalg_svd(const cx_array *a, const cx_svd_opts *o)
{
    static const char where[] = "linalg_svd";
    cx__lin c;
    cx_array *u = NULL, *s = NULL, *vh = NULL;
    cx_status st = CX_OK;
    if (o != NULL && o->struct_size != sizeof *o)
        st = cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_svd_opts, ...)");
    if (st == CX_OK) st = cx__lin_open(&c, where, a, NULL, false);
    if (st == CX_OK) {
        const int64_t k = c.m < c.n ? c.m : c.n;
        st = cx__lin_new(&c, 1, &k, c.real, &s);
        if (st == CX_OK) st = svd(&c, o != NULL && o->thin, &u, s, &vh);
    }
    return (cx_svd){cx__yield(st, where, u), cx__yield(st, where, s), cx__yield(st, where, vh)};
}

static cx_status values(const char *where, const cx_array *a, cx_array *out, cx_array **made)
{
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, false));
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, c.shape, (size_t)c.ndim * sizeof *shape);
    shape[c.ndim] = c.m < c.n ? c.m : c.n;
    cx_array *work = NULL;
    cx_status st = cx__output_begin(where, c.ndim + 1, shape, c.real, a->device, 1, &a, out, &work);
    if (st == CX_OK) st = svd(&c, true, NULL, work, NULL);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_svdvals(const cx_array *a)
{
    cx_array *out = NULL;
    const cx_status st = values("linalg_svdvals", a, NULL, &out);
    return cx__yield(st, "linalg_svdvals", out);
}

cx_status cx_linalg_svdvals_into(const cx_array *a, cx_array *out)
{
    CX__TRY(cx__array_need_out("linalg_svdvals_into", "out", out));
    return values("linalg_svdvals_into", a, out, NULL);
}

/* ---- Hermitian eigenvalues */
static cx_status check_opts(const char *where, const cx_eigh_opts *o)
{
    if (o == NULL || o->struct_size == sizeof *o) return CX_OK;
    return cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_eigh_opts, ...)");
}

/* w becomes the eigenvalues; *v, if v is not NULL, the eigenvectors in C order. */
static cx_status eigh(const cx__lin *c, const cx_eigh_opts *o, cx_array *w, cx_array **v)
{
    cx_array *work = NULL;
    int64_t *info = NULL;
    cx_view va, vw;
    cx_status st = cx__lin_columns(c, c->a, &work);
    if (st == CX_OK) st = cx__lin_info_new(c, &info);
    if (st == CX_OK && work->size > 0) {
        cx__lin_view(work, c->batch, &va);
        cx__lin_vector(w, c->batch, &vw);
        cx_queue *q;
        st = cx__lin_queue(c, 2, 2, (const cx_array *const[]){work, w}, &q);
        if (st == CX_OK)
            st = cx__queue_done(c->dev,
                                c->ops->heevd(q, o != NULL && o->upper, v != NULL, &va, &vw, info));
        if (st == CX_OK) st = cx__lin_info_check(c, info, CX_E_CONVERGENCE, eig_failed);
    }
    if (st == CX_OK && v != NULL) {
        st = cx__lin_new(c, 2, (const int64_t[]){c->n, c->n}, c->t, v);
        if (st == CX_OK) st = cx__array_copy(c->where, work, *v);
    }
    cx__release(work);
    cx__free(info);
    return st;
}

cx_eigh cx_linalg_eigh(const cx_array *a, const cx_eigh_opts *o)
{
    static const char where[] = "linalg_eigh";
    cx__lin c;
    cx_array *w = NULL, *v = NULL;
    cx_status st = check_opts(where, o);
    if (st == CX_OK) st = cx__lin_open(&c, where, a, NULL, true);
    if (st == CX_OK) st = cx__lin_new(&c, 1, &c.n, c.real, &w);
    if (st == CX_OK) st = eigh(&c, o, w, &v);
    return (cx_eigh){cx__yield(st, where, w), cx__yield(st, where, v)};
}

static cx_status eigvalsh(const char *where, const cx_array *a, const cx_eigh_opts *o,
                          cx_array *out, cx_array **made)
{
    cx__lin c;
    CX__TRY(check_opts(where, o));
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, c.shape, (size_t)c.ndim * sizeof *shape);
    shape[c.ndim] = c.n;
    cx_array *work = NULL;
    cx_status st = cx__output_begin(where, c.ndim + 1, shape, c.real, a->device, 1, &a, out, &work);
    if (st == CX_OK) st = eigh(&c, o, work, NULL);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_eigvalsh(const cx_array *a, const cx_eigh_opts *o)
{
    cx_array *out = NULL;
    const cx_status st = eigvalsh("linalg_eigvalsh", a, o, NULL, &out);
    return cx__yield(st, "linalg_eigvalsh", out);
}

cx_status cx_linalg_eigvalsh_into(const cx_array *a, const cx_eigh_opts *o, cx_array *out)
{
    CX__TRY(cx__array_need_out("linalg_eigvalsh_into", "out", out));
    return eigvalsh("linalg_eigvalsh_into", a, o, out, NULL);
}
