/* What every factorisation needs before and after the backend's slot. The slots get dense working
 * copies that nobody else sees, as views [batch, rows, columns]; in rows or in columns, whichever
 * saves a transposition. */
#include "linalg/linalg.h"
#include "base/alloc.h"
#include "base/log.h"
#include "core/promote.h"
#include "core/shape.h"
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static cx_status choose_dtype(cx__lin *c, const cx_array *a, const cx_array *b)
{
    cx_dtype t = (cx_dtype)a->dtype;
    if (b != NULL) CX__TRY(cx__result_type(c->where, 2, (const cx_array *const[]){a, b}, &t));
    const char kind = cx_dtype_kind(t);
    if (kind == 'b' || kind == 'i' || kind == 'u')
        t = CX_F64;
    else if (kind != 'f' && kind != 'c')
        return cx__fail(CX_E_DTYPE, c->where, "%s arrays are not accepted; convert with cx_astype",
                        cx_dtype_name(t));
    c->t = t;
    c->real = cx__real_of(t);
    return CX_OK;
}

cx_status cx__lin_open(cx__lin *c, const char *where, const cx_array *a, const cx_array *b,
                       bool square)
{
    char text[CX__SHAPE_TEXT];
    c->where = where;
    c->a = a;
    CX__TRY(cx__array_need(where, "a", a));
    if (b != NULL) {
        CX__TRY(cx__array_need(where, "b", b));
        CX__TRY(cx__same_device(where, a, b));
    }
    if (a->ndim < 2)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s; matrices have two dimensions or more",
                        cx__shape_text(a->ndim, a->shape, text));
    c->m = a->shape[a->ndim - 2];
    c->n = a->shape[a->ndim - 1];
    if (square && c->m != c->n)
        return cx__fail(CX_E_SHAPE, where, "a has shape %s; its last two dimensions must be equal",
                        cx__shape_text(a->ndim, a->shape, text));
    c->ndim = a->ndim - 2;
    memcpy(c->shape, a->shape, (size_t)c->ndim * sizeof *c->shape);
    c->batch = cx__prod(c->ndim, c->shape);
    CX__TRY(choose_dtype(c, a, b));
    CX__TRY(cx__device_get(where, a->device, &c->dev));
    c->ops = c->dev->ops->lapack;
    if (c->ops == NULL) return cx__unsupported(where, c->dev, "linear algebra");
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " of %" PRId64 " x %" PRId64 " of %s", where, c->batch, c->m,
                c->n, cx_dtype_name(c->t));
    return cx__poll(where);
}

cx_status cx__lin_right(const cx__lin *c, const cx_array *b, cx__right *r)
{
    char text[2][CX__SHAPE_TEXT];
    const cx_array *const a = c->a;
    r->vector = b->ndim == 1;
    if (b->ndim == 0 || b->shape[r->vector ? 0 : b->ndim - 2] != c->n)
        return cx__fail(
            CX_E_SHAPE, c->where, "b has shape %s; for a of shape %s its %s must be %lld",
            cx__shape_text(b->ndim, b->shape, text[0]), cx__shape_text(a->ndim, a->shape, text[1]),
            r->vector ? "length" : "last but one dimension", (long long)c->n);
    r->cols = r->vector ? 1 : b->shape[b->ndim - 1];
    r->wide = *c;
    if (!r->vector && !cx__shape_broadcast(b->ndim - 2, b->shape, &r->wide.ndim, r->wide.shape))
        return cx__fail(CX_E_SHAPE, c->where, "batch dimensions of a %s and b %s do not broadcast",
                        cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(b->ndim, b->shape, text[1]));
    r->wide.batch = cx__prod(r->wide.ndim, r->wide.shape);
    memcpy(r->shape, r->wide.shape, (size_t)r->wide.ndim * sizeof *r->shape);
    r->shape[r->wide.ndim] = c->n;
    r->shape[r->wide.ndim + 1] = r->cols;
    r->ndim = r->wide.ndim + (r->vector ? 1 : 2);
    if (r->ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, c->where, "more than %d dimensions", (int)CX_MAX_NDIM);
    return CX_OK;
}

/* ---- working arrays */
static cx_status batched(const cx__lin *c, int count, const int64_t *extents, int64_t *shape)
{
    if (c->ndim + count > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, c->where, "more than %d dimensions", (int)CX_MAX_NDIM);
    memcpy(shape, c->shape, (size_t)c->ndim * sizeof *shape);
    memcpy(shape + c->ndim, extents, (size_t)count * sizeof *shape);
    return CX_OK;
}

cx_status cx__lin_new(const cx__lin *c, int count, const int64_t *extents, cx_dtype t,
                      cx_array **out)
{
    int64_t shape[CX_MAX_NDIM];
    *out = NULL;
    CX__TRY(batched(c, count, extents, shape));
    return cx__array_new(c->where, c->ndim + count, shape, t, c->dev->id, out);
}

cx_status cx__lin_rows(const cx__lin *c, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__lin_new(c, 2, a->shape + a->ndim - 2, c->t, out));
    const cx_status st = cx__array_copy(c->where, a, *out);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}

cx_status cx__lin_columns_new(const cx__lin *c, int64_t rows, int64_t cols, cx_array **out)
{
    cx_array *turned;
    *out = NULL;
    CX__TRY(cx__lin_new(c, 2, (const int64_t[]){cols, rows}, c->t, &turned));
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    const int last = turned->ndim - 1;
    memcpy(shape, turned->shape, (size_t)turned->ndim * sizeof *shape);
    memcpy(strides, turned->strides, (size_t)turned->ndim * sizeof *strides);
    shape[last - 1] = rows;
    shape[last] = cols;
    strides[last - 1] = turned->strides[last];
    strides[last] = turned->strides[last - 1];
    const cx_status st =
        cx__array_view(c->where, turned, turned->ndim, shape, strides, turned->data, c->t, out);
    cx__release(turned);
    return st;
}

cx_status cx__lin_columns(const cx__lin *c, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__lin_columns_new(c, a->shape[a->ndim - 2], a->shape[a->ndim - 1], out));
    const cx_status st = cx__array_copy(c->where, a, *out);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}

void cx__lin_view(const cx_array *a, int64_t batch, cx_view *out)
{
    const int last = a->ndim - 1;
    out->data = a->data;
    out->dtype = (cx_dtype)a->dtype;
    out->ndim = 3;
    out->flags = 0;
    out->shape[0] = batch;
    out->shape[1] = a->shape[last - 1];
    out->shape[2] = a->shape[last];
    out->stride[0] = out->shape[1] * out->shape[2] * (int64_t)cx__itemsize(out->dtype);
    out->stride[1] = a->strides[last - 1];
    out->stride[2] = a->strides[last];
}

void cx__lin_vector(const cx_array *a, int64_t batch, cx_view *out)
{
    const int64_t size = (int64_t)cx__itemsize((cx_dtype)a->dtype), n = a->shape[a->ndim - 1];
    out->data = a->data;
    out->dtype = (cx_dtype)a->dtype;
    out->ndim = 2;
    out->flags = 0;
    out->shape[0] = batch;
    out->shape[1] = n;
    out->stride[0] = n * size;
    out->stride[1] = size;
}

cx_status cx__lin_queue(const cx__lin *c, int n_out, int n, const cx_array *const arrays[],
                        cx_queue **q)
{
    return cx__queue_for(c->where, c->dev, n_out, n, arrays, q);
}

cx_status cx__lin_fill(const cx__lin *c, const cx_array *a, const cx_view *v, int64_t value)
{
    const cx_scalar number = {.head = {CX__SCALAR_TAG, CX_I64}, .v.i64 = value};
    cx__value storage;
    cx_view scalar;
    cx__scalar_to_view((const cx_array *)(const void *)&number, v->dtype, &storage, &scalar);
    for (int d = 0; d < v->ndim; d++)
        if (v->shape[d] == 0) return CX_OK;
    cx_queue *q;
    CX__TRY(cx__lin_queue(c, 1, 1, &a, &q));
    return cx__queue_done(c->dev, c->dev->ops->fill(q, &scalar, v));
}

cx_status cx__lin_identity(const cx__lin *c, cx_array *a)
{
    cx_view v;
    cx__lin_view(a, c->batch, &v);
    CX__TRY(cx__lin_fill(c, a, &v, 0));
    v.ndim = 2;
    if (v.shape[2] < v.shape[1]) v.shape[1] = v.shape[2];
    v.stride[1] += v.stride[2];
    return cx__lin_fill(c, a, &v, 1);
}

/* ---- results and checks made of other operations */
cx_status cx__lin_hold(const cx__lin *c, cx_status st, cx_array **a)
{
    *a = cx__yield(st, c->where, *a);
    return st != CX_OK ? st : cx_status_of(*a);
}

cx_status cx__lin_settle(bool real, cx_array **a)
{
    *a = cx_copy(real && cx_dtype_kind((cx_dtype)(*a)->dtype) == 'c' ? cx_real(*a) : *a);
    return cx__so_far();
}

cx_status cx__lin_finite(const cx_array *x, bool *finite)
{
    const char kind = cx_dtype_kind((cx_dtype)x->dtype);
    *finite = true;
    if ((kind != 'f' && kind != 'c') || x->size == 0) return CX_OK;
    const cx_scope s = cx_scope_open();
    *finite = cx_item_bool(cx_all(cx_isfinite(x), CX_ALL));
    return cx_scope_close(s);
}

cx_status cx__lin_all_real(const cx_array *w, bool *real)
{
    *real = true;
    if (cx_dtype_kind((cx_dtype)w->dtype) != 'c') return CX_OK;
    const cx_scope s = cx_scope_open();
    *real = cx_item_bool(cx_all(cx_equal(cx_imag(w), cx_float(0)), CX_ALL));
    return cx_scope_close(s);
}

cx_status cx__lin_need_finite(const char *where, const char *name, const cx_array *x)
{
    bool finite = true;
    CX__TRY(cx__lin_finite(x, &finite));
    return finite ? CX_OK : cx__fail(CX_E_ARGUMENT, where, "%s has a NaN or an infinity", name);
}

/* ---- info */
cx_status cx__lin_info_new(const cx__lin *c, int64_t **info)
{
    *info = cx__calloc((size_t)c->batch + 1, sizeof **info);
    return *info != NULL ? CX_OK
                         : cx__fail_nomem(c->where, "info", (size_t)c->batch * sizeof **info);
}

cx_status cx__lin_info_check(const cx__lin *c, const int64_t *info, cx_status st, const char *text)
{
    for (int64_t i = 0; i < c->batch; i++) {
        if (info[i] == 0) continue;
        char what[160], place[CX__SHAPE_TEXT];
        const char *const percent =
            strstr(text, "%lld"); /* not given to printf, which wants a literal */
        if (percent == NULL)
            snprintf(what, sizeof what, "%s", text);
        else
            snprintf(what, sizeof what, "%.*s%lld%s", (int)(percent - text), text,
                     (long long)info[i], percent + 4);
        if (c->ndim == 0) return cx__fail(st, c->where, "a %s", what);
        int64_t index[CX_MAX_NDIM], rest = i;
        for (int d = c->ndim - 1; d >= 0; d--) {
            index[d] = rest % c->shape[d];
            rest /= c->shape[d];
        }
        return cx__fail(st, c->where, "matrix %s of a %s", cx__shape_text(c->ndim, index, place),
                        what);
    }
    return CX_OK;
}

cx_status cx__lin_host(const cx__lin *c, const cx_array *a, cx_dtype t, cx_array **out)
{
    *out = NULL;
    CX__TRY(cx__array_new(c->where, a->ndim, a->shape, t, CX_CPU, out));
    const cx_status st = cx__array_copy(c->where, a, *out);
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}

cx_status cx__lin_keep(cx_scope s, cx_status st, int n, cx_array *part[])
{
    const bool good = st == CX_OK && cx_ok();
    for (int i = 0; i < n; i++) part[i] = good && part[i] != NULL ? cx_retain(part[i]) : NULL;
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}
