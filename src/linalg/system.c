/* The door of equations with many right-hand sides: shapes, batches that are broadcast, working
 * copies of the right-hand sides in columns, and the answer's way out. */
#include "linalg/system.h"
#include "core/promote.h"
#include "core/shape.h"
#include <string.h>

cx_status cx__lin_system_open(cx__lin_system *s, const char *where, const cx_array *a,
                              const cx_array *b)
{
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__lin_open(&s->a, where, a, b, false));
    s->b = b;
    s->x = NULL;
    return cx__lin_right(&s->a, b, &s->r);
}

cx_status cx__lin_system_right(cx__lin_system *s, cx_view *v)
{
    cx_array *part = NULL;
    CX__TRY(cx__lin_columns_new(&s->r.wide, s->a.n, s->r.cols, &s->x));
    cx_status st = CX_OK;
    if (s->r.vector) { /* a batch of one column each */
        st = cx__array_view(s->a.where, s->x, s->r.wide.ndim + 1, s->x->shape, s->x->strides,
                            s->x->data, s->a.t, &part);
        if (st == CX_OK) st = cx__array_copy(s->a.where, s->b, part);
        cx__release(part);
    } else {
        st = cx__array_copy(s->a.where, s->b, s->x);
    }
    cx__lin_view(s->x, s->r.wide.batch, v);
    return st;
}

cx_status cx__lin_system_end(cx__lin_system *s, cx_status st, cx_array **out)
{
    cx_array *x = NULL;
    *out = NULL;
    if (st == CX_OK && s->r.vector)
        st = cx__array_view(s->a.where, s->x, s->r.wide.ndim + 1, s->x->shape, s->x->strides,
                            s->x->data, s->a.t, &x);
    else if (st == CX_OK)
        x = cx__retain(s->x);
    if (st == CX_OK) st = cx__array_new(s->a.where, x->ndim, x->shape, s->a.t, s->a.dev->id, out);
    if (st == CX_OK) st = cx__array_copy(s->a.where, x, *out);
    cx__release(x);
    cx__release(s->x);
    s->x = NULL;
    return st;
}

bool cx__lin_system_empty(const cx__lin_system *s)
{
    return s->a.n == 0 || s->r.cols == 0 || s->r.wide.batch == 0;
}

cx_status cx__lin_two_rows(const char *where, const char *x_name, const cx_array *x,
                           const char *y_name, const cx_array *y, cx_array **out)
{
    char text[2][CX__SHAPE_TEXT];
    cx_dtype t;
    *out = NULL;
    CX__TRY(cx__result_type(where, 2, (const cx_array *const[]){x, y}, &t));
    const char kind = cx_dtype_kind(t);
    if (kind == 'b' || kind == 'i' || kind == 'u') t = CX_F64;
    int ndim = x->ndim - 1;
    int64_t shape[CX_MAX_NDIM + 2], strides[CX_MAX_NDIM + 2];
    memcpy(shape, x->shape, (size_t)ndim * sizeof *shape);
    if (!cx__shape_broadcast(y->ndim - 1, y->shape, &ndim, shape))
        return cx__fail(CX_E_SHAPE, where, "batch dimensions of %s %s and %s %s do not broadcast",
                        x_name, cx__shape_text(x->ndim, x->shape, text[0]), y_name,
                        cx__shape_text(y->ndim, y->shape, text[1]));
    if (ndim + 2 > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "more than %d dimensions", (int)CX_MAX_NDIM);
    shape[ndim] = 2;
    shape[ndim + 1] = x->shape[x->ndim - 1];
    CX__TRY(cx__array_new(where, ndim + 2, shape, t, x->device, out));
    cx_status st = CX_OK;
    for (int row = 0; row < 2 && st == CX_OK; row++) {
        cx_array *part = NULL;
        const cx_array *const in = row == 0 ? x : y;
        memcpy(strides, (*out)->strides, (size_t)(ndim + 2) * sizeof *strides);
        const int64_t step = strides[ndim];
        strides[ndim] = strides[ndim + 1];
        shape[ndim] = in->shape[in->ndim - 1];
        st = cx__array_view(where, *out, ndim + 1, shape, strides, (*out)->data + row * step, t,
                            &part);
        if (st == CX_OK) st = cx__array_copy(where, in, part);
        cx__release(part);
    }
    if (st == CX_OK) return CX_OK;
    cx__release(*out);
    *out = NULL;
    return st;
}
