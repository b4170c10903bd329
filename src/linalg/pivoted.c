/* QR with exchanges of columns, and products with Q that never form it. Everything stands in
 * columns, where LAPACK's reflectors are what they say. */
#include "base/alloc.h"
#include "base/object.h"
#include "core/shape.h"
#include "linalg/linalg.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <string.h>

/* The factors of a in columns: reflectors and R in one, one reference each; perm NULL without
 * exchanges. */
typedef struct reflected {
    cx_array *a, *tau, *perm;
} reflected;

static void reflected_free(reflected *f)
{
    cx__release(f->a);
    cx__release(f->tau);
    cx__release(f->perm);
}

static cx_status count_up(const cx__lin *c, int64_t n, cx_array *out)
{
    const cx_scope s = cx_scope_open();
    const cx_array *const up = cx_arange_i64(0, n, 1, CX_I64, c->dev->id);
    if (cx_ok()) (void)cx_check(cx__array_copy(c->where, up, out));
    return cx_scope_close(s);
}

static cx_status factor(const cx__lin *c, bool pivoting, reflected *f)
{
    const int64_t k = c->m < c->n ? c->m : c->n;
    if (pivoting && c->ops->geqp3 == NULL)
        return cx__unsupported(c->where, c->dev, "QR with exchanges of columns");
    if (pivoting) CX__TRY(cx__lin_need_finite(c->where, "a", c->a));
    CX__TRY(cx__lin_columns(c, c->a, &f->a));
    CX__TRY(cx__lin_new(c, 1, &k, c->t, &f->tau));
    if (pivoting) CX__TRY(cx__lin_new(c, 1, &c->n, CX_I64, &f->perm));
    if (k == 0 || c->batch == 0)
        return pivoting && c->batch > 0 ? count_up(c, c->n, f->perm) : CX_OK;
    cx_view a, tau, perm;
    cx_queue *q;
    cx__lin_view(f->a, c->batch, &a);
    cx__lin_vector(f->tau, c->batch, &tau);
    const int count = pivoting ? 3 : 2;
    CX__TRY(cx__lin_queue(c, count, count, (const cx_array *const[]){f->a, f->tau, f->perm}, &q));
    if (!pivoting) return cx__queue_done(c->dev, c->ops->geqrf(q, true, &a, &tau));
    cx__lin_vector(f->perm, c->batch, &perm);
    return cx__queue_done(c->dev, c->ops->geqp3(q, &a, &tau, &perm));
}

/* Q of `cols` columns, in columns; of a single reflector in rows (see geqp3). */
static cx_status orthogonal(const cx__lin *c, const reflected *f, int64_t cols, cx_array **q)
{
    const int64_t k = c->m < c->n ? c->m : c->n;
    cx_view to, tau;
    cx_queue *queue;
    if (k == 1)
        CX__TRY(cx__lin_new(c, 2, (const int64_t[]){c->m, cols}, c->t, q));
    else
        CX__TRY(cx__lin_columns_new(c, c->m, cols, q));
    CX__TRY(cx__lin_identity(c, *q));
    if (k == 0 || c->batch == 0 || cols == 0) return CX_OK;
    cx__lin_view(*q, c->batch, &to);
    cx_view part = to, from;
    cx__lin_view(f->a, c->batch, &from);
    part.shape[2] = from.shape[2] = k;
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){*q, f->a}, &queue));
    CX__TRY(cx__queue_done(c->dev, c->dev->ops->copy(queue, &from, &part)));
    cx__lin_vector(f->tau, c->batch, &tau);
    CX__TRY(cx__lin_queue(c, 1, 2, (const cx_array *const[]){*q, f->tau}, &queue));
    return cx__queue_done(c->dev, c->ops->orgqr(queue, &to, &tau));
}

/* The first rows' triangle. */
static cx_status upper(const reflected *f, int64_t rows, cx_array **r)
{
    const cx_scope s = cx_scope_open();
    *r = cx_triu(cx_slice(f->a, -2, 0, rows, 1), 0);
    return cx__lin_keep(s, CX_OK, 1, r);
}

static cx_status qr_pivoted(const cx_array *a, const cx_qr_pivoted_opts *o, cx_array *part[3])
{
    static const char where[] = "linalg_qr_pivoted";
    if (o != NULL && o->struct_size != sizeof *o)
        return cx__fail(CX_E_ARGUMENT, where,
                        "options must be built by CX_OPTS(cx_qr_pivoted_opts, ...)");
    const cx_factor_mode mode = o != NULL ? o->mode : CX_FACTOR_FULL;
    if (mode != CX_FACTOR_FULL && mode != CX_FACTOR_ECONOMIC && mode != CX_FACTOR_R)
        return cx__fail(CX_E_ARGUMENT, where, "mode %d", (int)mode);
    cx__lin c;
    CX__TRY(cx__lin_open(&c, where, a, NULL, false));
    const int64_t k = c.m < c.n ? c.m : c.n;
    reflected f = {0};
    cx_status st = factor(&c, true, &f);
    if (st == CX_OK) st = upper(&f, mode == CX_FACTOR_ECONOMIC ? k : c.m, &part[1]);
    if (st == CX_OK && mode != CX_FACTOR_R)
        st = orthogonal(&c, &f, mode == CX_FACTOR_ECONOMIC ? k : c.m, &part[0]);
    if (st == CX_OK) part[2] = cx__retain(f.perm);
    reflected_free(&f);
    return st;
}

cx_qr_pivoted cx_linalg_qr_pivoted(const cx_array *a, const cx_qr_pivoted_opts *o)
{
    static const char where[] = "linalg_qr_pivoted";
    cx_array *part[3] = {NULL, NULL, NULL};
    const cx_status st = qr_pivoted(a, o, part);
    const bool asked = st != CX_OK || part[0] != NULL;
    return (cx_qr_pivoted){asked ? cx__yield(st, where, part[0]) : cx__nil(CX_E_ARGUMENT),
                           cx__yield(st, where, part[1]), cx__yield(st, where, part[2])};
}

/* ---- qr_multiply */
/* a as matrices of the batch that it has together with c's; m rows. Inside a scope. */
static cx_status together(const char *where, const cx_array **a, const cx_array *c, bool vector)
{
    char text[2][CX__SHAPE_TEXT];
    int ndim = (*a)->ndim - 2;
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, (*a)->shape, (size_t)(*a)->ndim * sizeof *shape);
    if (vector) return CX_OK;
    if (!cx__shape_broadcast(c->ndim - 2, c->shape, &ndim, shape))
        return cx__fail(CX_E_SHAPE, where, "batch dimensions of a %s and c %s do not broadcast",
                        cx__shape_text((*a)->ndim, (*a)->shape, text[0]),
                        cx__shape_text(c->ndim, c->shape, text[1]));
    memcpy(shape + ndim, (*a)->shape + (*a)->ndim - 2, 2 * sizeof *shape);
    *a = cx_broadcast_to(*a, (cx_shape){ndim + 2, shape});
    return cx__so_far();
}

/* A copy of c, filled up with rows of zeros to `rows`, times Q. */
static cx_status multiply(const cx__lin *lin, const reflected *f, const cx_array *c, int64_t rows,
                          bool left, cx_array **out)
{
    const int64_t k = lin->m < lin->n ? lin->m : lin->n;
    cx_view to, a, tau;
    cx_queue *q;
    CX__TRY(cx__lin_columns_new(lin, rows, c->shape[c->ndim - 1], out));
    cx__lin_view(*out, lin->batch, &to);
    if (left && rows > c->shape[c->ndim - 2]) CX__TRY(cx__lin_fill(lin, *out, &to, 0));
    const cx_scope s = cx_scope_open();
    cx_array *const top = cx_slice(*out, -2, 0, c->shape[c->ndim - 2], 1);
    if (cx_ok()) (void)cx_check(cx__array_copy(lin->where, c, top));
    CX__TRY(cx_scope_close(s));
    if ((*out)->size == 0 || k == 0) return CX_OK;
    cx__lin_view(f->a, lin->batch, &a);
    a.shape[2] = k;
    cx__lin_vector(f->tau, lin->batch, &tau);
    CX__TRY(cx__lin_queue(lin, 1, 3, (const cx_array *const[]){*out, f->a, f->tau}, &q));
    const cx_ormqr_call call = {.a = &a, .tau = &tau, .c = &to, .right = !left};
    return cx__queue_done(lin->dev, lin->ops->ormqr(q, &call));
}

static cx_status product(const cx__lin *lin, const cx_array *c, const cx_qr_multiply_opts *o,
                         bool vector, cx_array *part[3])
{
    const int64_t k = lin->m < lin->n ? lin->m : lin->n;
    const bool conj = o->conjugate && lin->t != lin->real;
    reflected f = {0};
    cx_array *made = NULL;
    const cx_array *const right = conj ? cx_conjugate(c) : c;
    cx_status st = cx__so_far();
    if (st == CX_OK) st = factor(lin, o->pivoting, &f);
    if (st == CX_OK)
        st = multiply(lin, &f, right, o->left ? lin->m : right->shape[right->ndim - 2], o->left,
                      &made);
    if (st == CX_OK) {
        cx_array *cq =
            o->left || lin->m == k ? cx_copy(made) : cx_copy(cx_slice(made, -1, 0, k, 1));
        if (conj) cq = cx_conjugate(cq);
        part[0] = vector ? cx_squeeze(cq, o->left ? -1 : -2) : cq;
        part[1] = cx_triu(cx_slice(f.a, -2, 0, k, 1), 0);
        if (o->pivoting) part[2] = cx_copy(f.perm);
    }
    cx__release(made);
    reflected_free(&f);
    return st;
}

static cx_status qr_multiply(const char *where, const cx_array *a, const cx_array *c,
                             const cx_qr_multiply_opts *o, cx_array *part[3])
{
    char text[2][CX__SHAPE_TEXT];
    cx__lin lin;
    const bool vector = c->ndim == 1;
    if (c->ndim == 0 || a->ndim < 2)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s and c %s",
                        cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(c->ndim, c->shape, text[1]));
    if (vector) c = cx_expand_dims(c, o->left ? -1 : 0);
    CX__TRY(together(where, &a, c, vector));
    CX__TRY(cx__lin_open(&lin, where, a, c, false));
    if (lin.ops->ormqr == NULL) return cx__unsupported(where, lin.dev, "products with reflectors");
    const int64_t k = lin.m < lin.n ? lin.m : lin.n;
    if (o->left ? c->shape[c->ndim - 2] != k : c->shape[c->ndim - 1] != lin.m)
        return cx__fail(CX_E_SHAPE, where, "c has shape %s; for a of shape %s it must have %lld %s",
                        cx__shape_text(c->ndim, c->shape, text[0]),
                        cx__shape_text(a->ndim, a->shape, text[1]),
                        (long long)(o->left ? k : lin.m), o->left ? "rows" : "columns");
    return product(&lin, c, o, vector, part);
}

cx_qr_product cx_linalg_qr_multiply(const cx_array *a, const cx_array *c,
                                    const cx_qr_multiply_opts *o)
{
    static const char where[] = "linalg_qr_multiply";
    static const cx_qr_multiply_opts plain = {.struct_size = sizeof plain};
    cx_array *part[3] = {NULL, NULL, NULL};
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__array_need(where, "c", c);
    if (st == CX_OK && o != NULL && o->struct_size != sizeof *o)
        st = cx__fail(CX_E_ARGUMENT, where,
                      "options must be built by CX_OPTS(cx_qr_multiply_opts, ...)");
    if (st == CX_OK) {
        const cx_scope s = cx_scope_open();
        const cx_status inner = qr_multiply(where, a, c, o != NULL ? o : &plain, part);
        st = cx__lin_keep(s, inner, 3, part);
    }
    const bool asked = st != CX_OK || part[2] != NULL;
    return (cx_qr_product){cx__yield(st, where, part[0]), cx__yield(st, where, part[1]),
                           asked ? cx__yield(st, where, part[2]) : cx__nil(CX_E_ARGUMENT)};
}
