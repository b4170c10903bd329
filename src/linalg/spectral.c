/* Singular values and eigenvalues, least squares. The SVD works in rows (its factors change places
 * inside the backend), the eigenvectors and least squares in columns. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/system.h"
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

/* ---- least squares */
/* The first rows of a matrix in columns, as a view; one reference. */
static cx_status top(const cx__lin *c, const cx_array *a, int64_t rows, int64_t cols, bool vector,
                     cx_array **out)
{
    const int64_t shape[2] = {rows, cols};
    return cx__array_view(c->where, a, vector ? 1 : 2, shape, a->strides, a->data, c->t, out);
}

/* Sums of squares below row n of each column, where they are defined. */
static cx_status residuals(const cx__lin *c, const cx_array *x, int64_t cols, int64_t rank,
                           cx_array **out)
{
    const bool defined = rank == c->n && c->m > c->n;
    CX__TRY(cx__array_new(c->where, 1, defined ? &cols : (const int64_t[]){0}, c->real, c->dev->id,
                          out));
    if (!defined || cols == 0) return CX_OK;
    const int64_t shape[2] = {c->m - c->n, cols};
    cx_array *below;
    CX__TRY(cx__array_view(c->where, x, 2, shape, x->strides, x->data + c->n * x->strides[0], c->t,
                           &below));
    const cx_scope s = cx_scope_open();
    const cx_array *const wide = cx_astype(below, c->t == c->real ? CX_F64 : CX_C128);
    const cx_array *const sums = cx_sum(cx_square(cx_abs(wide)), CX_AXIS(0));
    if (cx_ok()) (void)cx_check(cx__array_copy(c->where, sums, *out));
    const cx_status st = cx_scope_close(s);
    cx__release(below);
    return st;
}

static double eps_of(cx_dtype real)
{
    return real == CX_F32 ? 0x1p-23 : 0x1p-52;
}

static cx_status least_squares(const cx_array *a, const cx_array *b, const cx_lstsq_opts *o,
                               cx_lstsq *r)
{
    static const char where[] = "linalg_lstsq";
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where,
                        "options must be built by CX_OPTS(cx_lstsq_opts, ...)");
    cx__lin c;
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_need(where, "b", b));
    if (a->ndim > 2 || b->ndim > 2)
        return cx__lin_lstsq_batch(a, b, o != NULL ? o->rcond : (cx_maybe_f64){0}, r);
    CX__TRY(cx__lin_open(&c, where, a, b, false));
    char text[2][CX__SHAPE_TEXT];
    if (a->ndim != 2 || b->ndim < 1 || b->ndim > 2 || b->shape[0] != c.m)
        return cx__fail(CX_E_SHAPE, where, "shapes %s and %s; wanted (m, n) and (m,) or (m, k)",
                        cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(b->ndim, b->shape, text[1]));
    if (c.ops->gelsd == NULL) return cx__unsupported(where, c.dev, "least squares");
    const bool vector = b->ndim == 1;
    const int64_t k = c.m < c.n ? c.m : c.n, large = c.m < c.n ? c.n : c.m,
                  cols = vector ? 1 : b->shape[1];
    const int64_t width = cols > 0 ? cols : 1; /* gelsd knows no empty right-hand side */
    double rcond = o != NULL && o->rcond.set ? o->rcond.value : eps_of(c.real) * (double)large;
    if (rcond < 0) rcond = eps_of(c.real);
    cx_array *work = NULL, *x = NULL, *part = NULL;
    int64_t rank = 0, info = 0;
    cx_view va, vx, vs;
    cx_status st = cx__lin_new(&c, 1, &k, c.real, &r->s);
    if (st == CX_OK) st = cx__lin_columns(&c, a, &work);
    if (st == CX_OK) st = cx__lin_columns_new(&c, large, width, &x);
    if (st == CX_OK) {
        cx__lin_view(x, 1, &vx);
        st = cx__lin_fill(&c, x, &vx, 0);
    }
    if (st == CX_OK) st = top(&c, x, c.m, cols, vector, &part);
    if (st == CX_OK) st = cx__array_copy(where, b, part);
    cx__release(part);
    part = NULL;
    if (st == CX_OK && k > 0) {
        cx__lin_view(work, 1, &va);
        cx__lin_vector(r->s, 1, &vs);
        va = (cx_view){.data = va.data,
                       .dtype = va.dtype,
                       .ndim = 2,
                       .shape = {c.m, c.n},
                       .stride = {va.stride[1], va.stride[2]}};
        vx = (cx_view){.data = vx.data,
                       .dtype = vx.dtype,
                       .ndim = 2,
                       .shape = {large, width},
                       .stride = {vx.stride[1], vx.stride[2]}};
        vs = (cx_view){
            .data = vs.data, .dtype = vs.dtype, .ndim = 1, .shape = {k}, .stride = {vs.stride[1]}};
        cx_queue *q;
        st = cx__lin_queue(&c, 3, 3, (const cx_array *const[]){work, x, r->s}, &q);
        if (st == CX_OK)
            st = cx__queue_done(c.dev, c.ops->gelsd(q, &va, &vx, &vs, rcond, &rank, &info));
        if (st == CX_OK) st = cx__lin_info_check(&c, &info, CX_E_CONVERGENCE, svd_failed);
    }
    if (st == CX_OK) st = top(&c, x, c.n, cols, vector, &part);
    if (st == CX_OK) st = cx__array_new(where, part->ndim, part->shape, c.t, a->device, &r->x);
    if (st == CX_OK) st = cx__array_copy(where, part, r->x);
    if (st == CX_OK) st = residuals(&c, x, cols, rank, &r->residuals);
    if (st == CX_OK) st = cx__array_new(where, 0, NULL, CX_I64, a->device, &r->rank);
    if (st == CX_OK) {
        const cx_view number = {.data = r->rank->data, .dtype = CX_I64};
        st = cx__lin_fill(&c, r->rank, &number, rank);
    }
    cx__release(work);
    cx__release(x);
    cx__release(part);
    return st;
}

cx_lstsq cx_linalg_lstsq(const cx_array *a, const cx_array *b, const cx_lstsq_opts *o)
{
    static const char where[] = "linalg_lstsq";
    cx_lstsq r = {0};
    cx_status st = cx__array_need(where, "b", b);
    if (st == CX_OK) st = least_squares(a, b, o, &r);
    return (cx_lstsq){cx__yield(st, where, r.x), cx__yield(st, where, r.residuals),
                      cx__yield(st, where, r.rank), cx__yield(st, where, r.s)};
}
