/* Cholesky and QR. Both work in rows, where the result is to lie, so nothing is transposed. */
#include "base/alloc.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <string.h>

/* ---- Cholesky */
static cx_status cholesky(const char *where, const cx_array *a, const cx_cholesky_opts *o,
                          cx_array *out, cx_array **made)
{
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where,
                        "options must be built by CX_OPTS(cx_cholesky_opts, ...)");
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, true));
    cx_array *work = NULL;
    int64_t *info = NULL;
    cx_status st = cx__output_begin(where, a->ndim, a->shape, c.t, a->device, 1, &a, out, &work);
    if (st == CX_OK && work->size > 0) {
        cx_view v;
        st = cx__lin_info_new(&c, &info);
        if (st == CX_OK) st = cx__array_copy(where, a, work);
        cx__lin_view(work, c.batch, &v);
        cx_queue *q;
        if (st == CX_OK) st = cx__lin_queue(&c, 1, 1, (const cx_array *const[]){work}, &q);
        if (st == CX_OK)
            st = cx__queue_done(c.dev, c.ops->potrf(q, o != NULL && o->upper, &v, info));
        if (st == CX_OK)
            st = cx__lin_info_check(
                &c, info, CX_E_SINGULAR,
                "is not positive definite: its leading minor of order %lld is not");
    }
    cx__free(info);
    return cx__output_end(where, st, work, out, made);
}

cx_array *cx_linalg_cholesky(const cx_array *a, const cx_cholesky_opts *o)
{
    cx_array *out = NULL;
    const cx_status st = cholesky("linalg_cholesky", a, o, NULL, &out);
    return cx__yield(st, "linalg_cholesky", out);
}

cx_status cx_linalg_cholesky_into(const cx_array *a, const cx_cholesky_opts *o, cx_array *out)
{
    CX__TRY(cx__array_need_out("linalg_cholesky_into", "out", out));
    return cholesky("linalg_cholesky_into", a, o, out, NULL);
}

cx_array *cx_linalg_cho_factor(const cx_array *a, const cx_cho_opts *o)
{
    static const char where[] = "linalg_cho_factor";
    cx_array *out = NULL;
    cx_status st = CX_OK;
    if (o != NULL && o->struct_size != sizeof *o)
        st = cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_cho_opts, ...)");
    if (st == CX_OK)
        st = cholesky(where, a, CX_OPTS(cx_cholesky_opts, .upper = o == NULL || !o->lower), NULL,
                      &out);
    return cx__yield(st, where, out);
}

/* ---- QR */
/* A window of the first rows and columns of a dense array of matrices. */
static void window(const cx_array *a, int64_t batch, int64_t rows, int64_t cols, cx_view *v)
{
    cx__lin_view(a, batch, v);
    v->shape[1] = rows;
    v->shape[2] = cols;
}

/* between windows of two arrays */
static cx_status copy_view(const cx__lin *c, const cx_array *a, const cx_view *from,
                           const cx_array *out, const cx_view *to)
{
    for (int d = 0; d < to->ndim; d++)
        if (to->shape[d] == 0) return CX_OK;
    cx_queue *q;
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){out, a}, &q));
    return cx__queue_done(c->dev, c->dev->ops->copy(q, from, to));
}

/* The upper triangle of the factored matrix as an array of its own. */
static cx_status triangle(const cx__lin *c, const cx_array *factored, int64_t rows, cx_array **r)
{
    CX__TRY(cx__lin_new(c, 2, (const int64_t[]){rows, c->n}, c->t, r));
    cx_view from, to;
    window(factored, c->batch, rows, c->n, &from);
    cx__lin_view(*r, c->batch, &to);
    CX__TRY(copy_view(c, factored, &from, *r, &to));
    for (int64_t i = 1; i < rows; i++) { /* below the diagonal, row by row, then what has none */
        cx_view left = to;
        left.data = (char *)to.data + i * to.stride[1];
        left.shape[1] = i < c->n ? 1 : rows - i;
        left.shape[2] = i < c->n ? i : c->n;
        CX__TRY(cx__lin_fill(c, *r, &left, 0));
        if (i >= c->n) break;
    }
    return CX_OK;
}

/* reflectors of tau applied to a's matrices */
static cx_status reflect(const cx__lin *c, const cx_array *a, const cx_view *to,
                         const cx_array *tau)
{
    cx_view t;
    cx_queue *q;
    cx__lin_vector(tau, c->batch, &t);
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){a, tau}, &q));
    return cx__queue_done(c->dev, c->ops->orgqr(q, to, &t));
}

/* Q of `cols` columns from the reflectors in a, which is used up. */
static cx_status orthogonal(const cx__lin *c, cx_array *a, const cx_array *tau, int64_t cols,
                            cx_array **q)
{
    cx_view from, to;
    if (cols == c->n) { /* as many columns as a: where it stands */
        cx__lin_view(a, c->batch, &to);
        *q = cx__retain(a);
        return reflect(c, a, &to, tau);
    }
    CX__TRY(cx__lin_new(c, 2, (const int64_t[]){c->m, cols}, c->t, q));
    const int64_t k = cols < c->n ? cols : c->n;
    window(a, c->batch, c->m, k, &from);
    cx__lin_view(*q, c->batch, &to);
    cx_view left = to;
    left.shape[2] = k;
    if (k < cols) CX__TRY(cx__lin_fill(c, *q, &to, 0));
    CX__TRY(copy_view(c, a, &from, *q, &left));
    return reflect(c, *q, &to, tau);
}

static cx_status qr(const cx_array *a, const cx_qr_opts *o, cx_array **q, cx_array **r)
{
    static const char where[] = "linalg_qr";
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where, "options must be built by CX_OPTS(cx_qr_opts, ...)");
    const cx_qr_mode mode = o != NULL ? o->mode : CX_QR_REDUCED;
    if (mode != CX_QR_REDUCED && mode != CX_QR_COMPLETE && mode != CX_QR_R)
        return cx__fail(CX_E_ARGUMENT, where, "mode %d", (int)mode);
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, false));
    const int64_t k = c.m < c.n ? c.m : c.n;
    cx_array *work = NULL, *tau = NULL;
    cx_view v, t;
    cx_status st = cx__lin_rows(&c, a, &work);
    if (st == CX_OK) st = cx__lin_new(&c, 1, &k, c.t, &tau);
    cx_queue *queue;
    if (st == CX_OK && work->size > 0)
        st = cx__lin_queue(&c, 2, 2, (const cx_array *const[]){work, tau}, &queue);
    if (st == CX_OK && work->size > 0) {
        cx__lin_view(work, c.batch, &v);
        cx__lin_vector(tau, c.batch, &t);
        st = cx__queue_done(c.dev, c.ops->geqrf(queue, false, &v, &t));
    }
    if (st == CX_OK) st = triangle(&c, work, mode == CX_QR_COMPLETE ? c.m : k, r);
    if (st == CX_OK && mode != CX_QR_R) {
        const int64_t cols = mode == CX_QR_COMPLETE ? c.m : k;
        if (work->size > 0) {
            st = orthogonal(&c, work, tau, cols, q);
        } else {
            st = cx__lin_new(&c, 2, (const int64_t[]){c.m, cols}, c.t, q);
            if (st == CX_OK) st = cx__lin_identity(&c, *q);
        }
    }
    cx__release(work);
    cx__release(tau);
    return st;
}

cx_qr cx_linalg_qr(const cx_array *a, const cx_qr_opts *o)
{
    cx_array *q = NULL, *r = NULL;
    const cx_status st = qr(a, o, &q, &r);
    const bool asked = st != CX_OK || q != NULL;
    return (cx_qr){asked ? cx__yield(st, "linalg_qr", q) : cx__nil(CX_E_ARGUMENT),
                   cx__yield(st, "linalg_qr", r)};
}
