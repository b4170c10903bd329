/* The door of equations with many right-hand sides: shapes, batches that are broadcast, working
 * copies of the right-hand sides in columns, and the answer's way out. */
#include "linalg/system.h"
#include "core/shape.h"
#include <string.h>

cx_status cx__lin_system_open(cx__lin_system *s, const char *where, const cx_array *a,
                              const cx_array *b)
{
    char text[2][CX__SHAPE_TEXT];
    CX__TRY(cx__array_need(where, "b", b));
    CX__TRY(cx__lin_open(&s->a, where, a, b, false));
    s->b = b;
    s->vector = b->ndim == 1;
    s->x = NULL;
    const int64_t n = s->a.n;
    if (b->ndim == 0 || b->shape[s->vector ? 0 : b->ndim - 2] != n)
        return cx__fail(CX_E_SHAPE, where, "b has shape %s; for a of shape %s its %s must be %lld",
                        cx__shape_text(b->ndim, b->shape, text[0]),
                        cx__shape_text(a->ndim, a->shape, text[1]),
                        s->vector ? "length" : "last but one dimension", (long long)n);
    s->cols = s->vector ? 1 : b->shape[b->ndim - 1];
    s->wide = s->a;
    if (!s->vector && !cx__shape_broadcast(b->ndim - 2, b->shape, &s->wide.ndim, s->wide.shape))
        return cx__fail(CX_E_SHAPE, where, "batch dimensions of a %s and b %s do not broadcast",
                        cx__shape_text(a->ndim, a->shape, text[0]),
                        cx__shape_text(b->ndim, b->shape, text[1]));
    s->wide.batch = cx__prod(s->wide.ndim, s->wide.shape);
    return CX_OK;
}

cx_status cx__lin_system_right(cx__lin_system *s, cx_view *v)
{
    cx_array *part = NULL;
    CX__TRY(cx__lin_columns_new(&s->wide, s->a.n, s->cols, &s->x));
    cx_status st = CX_OK;
    if (s->vector) { /* a batch of one column each */
        st = cx__array_view(s->a.where, s->x, s->wide.ndim + 1, s->x->shape, s->x->strides,
                            s->x->data, s->a.t, &part);
        if (st == CX_OK) st = cx__array_copy(s->a.where, s->b, part);
        cx__release(part);
    } else {
        st = cx__array_copy(s->a.where, s->b, s->x);
    }
    cx__lin_view(s->x, s->wide.batch, v);
    return st;
}

cx_status cx__lin_system_end(cx__lin_system *s, cx_status st, cx_array **out)
{
    cx_array *x = NULL;
    *out = NULL;
    if (st == CX_OK && s->vector)
        st = cx__array_view(s->a.where, s->x, s->wide.ndim + 1, s->x->shape, s->x->strides,
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
    return s->a.n == 0 || s->cols == 0 || s->wide.batch == 0;
}
