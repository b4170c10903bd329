/* Taking and putting by indices, and choosing by masks. The one idea: everything becomes rows of
 * one axis, for which backends have slots. Views by strides are in index.c. */
#include "ops/gather.h"
#include "base/log.h"
#include "core/device.h"
#include "core/shape.h"
#include <calx/index.h>
#include <calx/manipulate.h>
#include <calx/ops.h>
#include <calx/reduce.h>
#include <inttypes.h>
#include <string.h>

/* the queue for work that writes the first n_out of n arrays; a is what is told in the trace */
static cx_status backend(const char *where, const cx_array *a, int n_out, int n,
                         const cx_array *const arrays[], cx__device **d, cx_queue **q)
{
    CX__TRY(cx__device_get(where, a->device, d));
    CX__TRY(cx__queue_for(where, *d, n_out, n, arrays, q));
    CX__COUNT_ADD(ops, 1);
    if (cx__tracing(CX__TRACE_OP))
        cx__log("op", "%s %" PRId64 " of %s", where, a->size, cx_dtype_name((cx_dtype)a->dtype));
    return CX_OK;
}
cx_status cx__on_device_of(const char *where, const char *argument, const cx_array *b,
                           const cx_array *a)
{
    if (cx_device_equal(a->device, b->device)) return CX_OK;
    char n[2][16];
    return cx__fail(CX_E_DEVICE, where, "%s is on %s and a on %s", argument,
                    cx_device_name(b->device, n[0]), cx_device_name(a->device, n[1]));
}
/* Dimensions [from, to) of a as one: extent and stride; false if the strides do not allow it. */
static bool one_dimension(const cx_array *a, int from, int to, int64_t *extent, int64_t *stride)
{
    *extent = 1;
    *stride = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    for (int d = to - 1; d >= from; d--) {
        if (a->shape[d] == 0) {
            *extent = 0;
            return true;
        }
        if (a->shape[d] == 1) continue;
        if (*extent == 1)
            *stride = a->strides[d];
        else if (a->strides[d] != *extent * *stride)
            return false;
        *extent *= a->shape[d];
    }
    return true;
}
/* a as [outer, n, inner] about an axis; false if it does not lie so. */
static bool three_dimensions(const cx_array *a, int axis, cx_view *v)
{
    v->data = a->data;
    v->dtype = (cx_dtype)a->dtype;
    v->ndim = 3;
    v->flags = 0;
    v->shape[1] = a->shape[axis];
    v->stride[1] = a->strides[axis];
    return one_dimension(a, 0, axis, &v->shape[0], &v->stride[0]) &&
           one_dimension(a, axis + 1, a->ndim, &v->shape[2], &v->stride[2]);
}
static cx_view line(const cx_array *a)
{
    return (cx_view){.data = a->data,
                     .dtype = (cx_dtype)a->dtype,
                     .ndim = 1,
                     .shape = {a->size},
                     .stride = {(int64_t)cx__itemsize((cx_dtype)a->dtype)}};
}
cx_status cx__indices(const char *where, const cx_array *a, const cx_array *indices, cx_array **own,
                      cx_array **index)
{
    CX__TRY(cx__array_check(where, "indices", indices));
    CX__TRY(cx__array_own(where, "indices", indices, own));
    const char kind = cx_dtype_kind((cx_dtype)(*own)->dtype);
    if (kind != 'i' && kind != 'u')
        return cx__fail(CX_E_DTYPE, where, "indices are %s, not integers",
                        cx_dtype_name((cx_dtype)(*own)->dtype));
    if (!cx__is_scalar(indices)) CX__TRY(cx__on_device_of(where, "indices", *own, a));
    if (cx_device_equal((*own)->device, a->device))
        return cx__array_contiguous(where, *own, CX_I64, index);
    CX__TRY(cx__array_new(where, 0, NULL, CX_I64, a->device, index));
    return cx__array_copy(where, *own, *index);
}
static cx_status bad_index(const char *where, const cx_array *index, int64_t bad, int axis,
                           int64_t n)
{
    cx_array *one = NULL;
    cx__value v = {.i64 = 0};
    CX__TRY(cx__array_view(where, index, 0, NULL, NULL, index->data + bad * 8, CX_I64, &one));
    const cx_status st = cx__array_item(where, one, CX_I64, &v);
    cx__release(one);
    if (st != CX_OK) return st;
    return cx__fail(CX_E_INDEX, where,
                    "index %" PRId64 " at position %" PRId64
                    " is out of bounds for axis %d with size %" PRId64,
                    v.i64, bad, axis, n);
}

/* ---- take */
cx_status cx__take_rows(const char *where, const cx_array *a, const cx_view *from, int named,
                        const cx_array *index, cx_array *out)
{
    const int64_t item = (int64_t)cx__itemsize((cx_dtype)a->dtype), inner = from->shape[2],
                  m = index->size;
    const cx_view to = {.data = out->data,
                        .dtype = (cx_dtype)a->dtype,
                        .ndim = 3,
                        .shape = {from->shape[0], m, inner},
                        .stride = {m * inner * item, inner * item, item}};
    const cx_view at = line(index);
    cx__device *d;
    cx_queue *q;
    int64_t bad = named;
    const cx_array *const arrays[3] = {out, a, index};
    CX__TRY(backend(where, a, 1, 3, arrays, &d, &q));
    if (d->ops->take == NULL) return cx__unsupported(where, d, where);
    CX__TRY(cx__queue_done(d, d->ops->take(q, from, &at, &to, &bad)));
    return bad >= 0 ? bad_index(where, index, bad, named, from->shape[1]) : CX_OK;
}
static cx_status take_along(const char *where, const cx_array *a, int axis, int named,
                            const cx_array *index, cx_array *out)
{
    cx_array *plain = NULL;
    cx_view from;
    if (!three_dimensions(a, axis, &from)) {
        CX__TRY(cx__array_contiguous(where, a, CX_DTYPE_NONE, &plain));
        three_dimensions(plain, axis, &from);
    }
    const cx_status st = cx__take_rows(where, plain != NULL ? plain : a, &from, named, index, out);
    cx__release(plain);
    return st;
}
cx_status cx__take(const char *where, const cx_array *a, const cx_array *indices, int axis,
                   int named, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    int k;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    cx_array *own = NULL, *index = NULL, *result = NULL;
    cx_status st = cx__indices(where, a, indices, &own, &index);
    if (st == CX_OK) {
        int64_t shape[2 * CX_MAX_NDIM];
        int n = 0;
        for (int d = 0; d < k; d++) shape[n++] = a->shape[d];
        for (int d = 0; d < own->ndim; d++) shape[n++] = own->shape[d];
        for (int d = k + 1; d < a->ndim; d++) shape[n++] = a->shape[d];
        if (n > CX_MAX_NDIM)
            st = cx__fail(CX_E_SHAPE, where,
                          "the result would have %d dimensions, at most %d are possible", n,
                          CX_MAX_NDIM);
        if (st == CX_OK)
            st = cx__array_new(where, n, shape, (cx_dtype)a->dtype, a->device, &result);
    }
    if (st == CX_OK && a->dict != NULL) cx__array_set_dict(result, a->dict);
    if (st == CX_OK) st = take_along(where, a, k, named < 0 ? k : named, index, result);
    cx__release(own);
    cx__release(index);
    if (st == CX_OK)
        *out = result;
    else
        cx__release(result);
    return st;
}
cx_array *cx_take(const cx_array *a, const cx_array *indices, int axis)
{
    cx_array *out = NULL;
    const cx_status st = cx__take("take", a, indices, axis, -1, &out);
    return cx__yield(st, "take", out);
}

/* ---- put */
cx_status cx__put_rows(const char *where, cx_array *a, const cx_view *to, int named,
                       const cx_array *index, const cx_array *rows)
{
    const int64_t item = (int64_t)cx__itemsize((cx_dtype)a->dtype), inner = to->shape[2],
                  m = index->size;
    const cx_view from = {.data = rows->data,
                          .dtype = (cx_dtype)a->dtype,
                          .ndim = 3,
                          .shape = {to->shape[0], m, inner},
                          .stride = {m * inner * item, inner * item, item}};
    const cx_view at = line(index);
    cx__device *d;
    cx_queue *q;
    int64_t bad = named;
    const cx_array *const arrays[3] = {a, rows, index};
    CX__TRY(backend(where, a, 1, 3, arrays, &d, &q));
    if (d->ops->put == NULL) return cx__unsupported(where, d, where);
    CX__TRY(cx__queue_done(d, d->ops->put(q, &from, &at, to, &bad)));
    return bad >= 0 ? bad_index(where, index, bad, named, to->shape[1]) : CX_OK;
}
static cx_status put_checked(const char *where, cx_array *a, const cx_array *index,
                             const cx_array *own, const cx_array *values)
{
    int64_t shape[2 * CX_MAX_NDIM];
    int n = 0;
    for (int d = 0; d < own->ndim; d++) shape[n++] = own->shape[d];
    for (int d = 1; d < a->ndim; d++) shape[n++] = a->shape[d];
    if (n > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where,
                        "indices and rows have %d dimensions, at most %d are possible", n,
                        CX_MAX_NDIM);
    if (!cx_can_cast((cx_dtype)values->dtype, (cx_dtype)a->dtype, CX_CASTING_SAME_KIND))
        return cx__fail(CX_E_DTYPE, where, "cannot cast values' %s to a's %s",
                        cx_dtype_name((cx_dtype)values->dtype), cx_dtype_name((cx_dtype)a->dtype));
    int bn = n;
    int64_t broadcast[2 * CX_MAX_NDIM];
    memcpy(broadcast, shape, (size_t)n * sizeof *shape);
    char text[2][CX__SHAPE_TEXT];
    if (!cx__shape_broadcast(values->ndim, values->shape, &bn, broadcast) || bn != n ||
        memcmp(broadcast, shape, (size_t)n * sizeof *shape) != 0)
        return cx__fail(CX_E_SHAPE, where, "values of shape %s do not broadcast to %s",
                        cx__shape_text(values->ndim, values->shape, text[0]),
                        cx__shape_text(n, shape, text[1]));
    cx_array *rows = NULL, *plain = NULL;
    CX__TRY(cx__array_new(where, n, shape, (cx_dtype)a->dtype, a->device, &rows));
    if (a->dict != NULL) cx__array_set_dict(rows, a->dict);
    cx_status st = cx__array_copy(where, values, rows);
    cx_view to;
    if (st == CX_OK && !three_dimensions(a, 0, &to)) {
        st = cx__array_contiguous(where, a, CX_DTYPE_NONE, &plain);
        if (st == CX_OK) three_dimensions(plain, 0, &to);
    }
    if (st == CX_OK) st = cx__put_rows(where, plain != NULL ? plain : a, &to, 0, index, rows);
    if (st == CX_OK && plain != NULL) st = cx__array_copy(where, plain, a);
    cx__release(rows);
    cx__release(plain);
    return st;
}
cx_status cx_put_rows(cx_array *a, const cx_array *indices, const cx_array *values)
{
    const char *const where = "put_rows";
    CX__TRY(cx__array_need_out(where, "a", a));
    if (a->ndim == 0) return cx__fail(CX_E_SHAPE, where, "a has no rows: it is 0-d");
    cx_array *own = NULL, *index = NULL, *from = NULL;
    cx_status st = cx__indices(where, a, indices, &own, &index);
    if (st == CX_OK) st = cx__array_own(where, "values", values, &from);
    if (st == CX_OK && !cx__is_scalar(values)) st = cx__on_device_of(where, "values", from, a);
    if (st == CX_OK) st = put_checked(where, a, index, own, from);
    cx__release(own);
    cx__release(index);
    cx__release(from);
    return st;
}

/* ---- masks */
cx_status cx__positions(const char *where, const cx_array *mask, cx_array **out)
{
    cx__device *d;
    cx_queue *q;
    int64_t count = 0;
    CX__TRY(backend(where, mask, 0, 1, &mask, &d, &q));
    if (d->ops->nonzero == NULL) return cx__unsupported(where, d, where);
    const cx_view m = line(mask);
    CX__TRY(cx__queue_done(d, d->ops->nonzero(q, &m, NULL, &count)));
    cx_array *at = NULL;
    CX__TRY(cx__array_new(where, 1, &count, CX_I64, mask->device, &at));
    const cx_view o = line(at);
    const cx_array *const arrays[2] = {at, mask};
    cx_status st = cx__queue_for(where, d, 1, 2, arrays, &q);
    if (st == CX_OK) st = cx__queue_done(d, d->ops->nonzero(q, &m, &o, &count));
    if (st != CX_OK) {
        cx__release(at);
        return st;
    }
    *out = at;
    return CX_OK;
}
/* Where a is not zero, in C order. */
static cx_status nonzero(const char *where, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (a->dtype == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "categories are neither zero nor not");
    cx_array *truth = NULL;
    CX__TRY(cx__array_contiguous(where, a, CX_BOOL, &truth));
    const cx_status st = cx__positions(where, truth, out);
    cx__release(truth);
    return st;
}
cx_array *cx_flatnonzero(const cx_array *a)
{
    cx_array *out = NULL;
    const cx_status st = nonzero("flatnonzero", a, &out);
    return cx__yield(st, "flatnonzero", out);
}

static cx_array *argwhere(const cx_array *a)
{
    cx_array *const flat = cx_flatnonzero(a);
    const int ndim = cx_ndim(a);
    const int64_t count = cx_dim(flat, 0);
    cx_array *const out = cx_empty(CX_SHAPE(count, ndim), CX_I64, cx_device_of(a));
    const cx_array *left = flat;
    for (int d = ndim - 1; d >= 0 && count > 0; d--) { /* one division a dimension */
        cx_array *const column = cx_select(out, 1, d);
        if (d == 0) {
            (void)cx_check(cx_copy_into(left, column));
            break;
        }
        const cx_array *const up = cx_floor_divide(left, cx_int(cx_dim(a, d)));
        if (cx_check(cx_sub_into(left, cx_mul(up, cx_int(cx_dim(a, d))), column)) != CX_OK) break;
        left = up;
    }
    return out;
}
cx_array *cx_argwhere(const cx_array *a)
{
    const cx_status st = cx__array_need("argwhere", "a", a);
    if (st != CX_OK) return cx__yield(st, "argwhere", NULL);
    const cx_scope s = cx_scope_open();
    return cx_scope_return(s, argwhere(a));
}

/* Rows of a ([n, inner], n the product of the mask's shape) where the mask holds. */
cx_status cx__masked(const char *where, const cx_array *a, const cx_array *mask, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_need(where, "mask", mask));
    if (mask->dtype != CX_BOOL)
        return cx__fail(CX_E_DTYPE, where, "mask is %s, not bool",
                        cx_dtype_name((cx_dtype)mask->dtype));
    CX__TRY(cx__on_device_of(where, "mask", mask, a));
    char text[2][CX__SHAPE_TEXT];
    if (mask->ndim > a->ndim ||
        memcmp(mask->shape, a->shape, (size_t)mask->ndim * sizeof *mask->shape) != 0)
        return cx__fail(CX_E_SHAPE, where, "mask of shape %s does not match a of shape %s",
                        cx__shape_text(mask->ndim, mask->shape, text[0]),
                        cx__shape_text(a->ndim, a->shape, text[1]));
    cx_array *truth = NULL, *rows = NULL, *result = NULL;
    cx_status st = cx__array_contiguous(where, mask, CX_DTYPE_NONE, &truth);
    if (st == CX_OK) st = cx__array_contiguous(where, a, CX_DTYPE_NONE, &rows);
    cx__device *d;
    cx_queue *q;
    int64_t count = 0, shape[CX_MAX_NDIM + 1];
    if (st == CX_OK) st = backend(where, a, 0, 1, (const cx_array *const[]){truth}, &d, &q);
    if (st == CX_OK && (d->ops->nonzero == NULL || d->ops->compress == NULL))
        st = cx__unsupported(where, d, where);
    const int64_t item = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    const int rest = a->ndim - mask->ndim;
    const int64_t inner = cx__prod(rest, a->shape + mask->ndim);
    if (st == CX_OK) {
        const cx_view m = line(truth);
        st = cx__queue_done(d, d->ops->nonzero(q, &m, NULL, &count));
        shape[0] = count;
        for (int i = 0; i < rest; i++) shape[i + 1] = a->shape[mask->ndim + i];
        if (st == CX_OK)
            st = cx__array_new(where, rest + 1, shape, (cx_dtype)a->dtype, a->device, &result);
        if (st == CX_OK && a->dict != NULL) cx__array_set_dict(result, a->dict);
        if (st == CX_OK && count > 0 && inner > 0) {
            const cx_view from = {.data = rows->data,
                                  .dtype = (cx_dtype)a->dtype,
                                  .ndim = 2,
                                  .shape = {truth->size, inner},
                                  .stride = {inner * item, item}};
            const cx_view to = {.data = result->data,
                                .dtype = (cx_dtype)a->dtype,
                                .ndim = 2,
                                .shape = {count, inner},
                                .stride = {inner * item, item}};
            const cx_array *const arrays[3] = {result, rows, truth};
            st = cx__queue_for(where, d, 1, 3, arrays, &q);
            if (st == CX_OK) st = cx__queue_done(d, d->ops->compress(q, &from, &m, &to));
        }
    }
    cx__release(truth);
    cx__release(rows);
    if (st == CX_OK)
        *out = result;
    else
        cx__release(result);
    return st;
}
cx_array *cx_mask(const cx_array *a, const cx_array *mask)
{
    cx_array *out = NULL;
    const cx_status st = cx__masked("mask", a, mask, &out);
    return cx__yield(st, "mask", out);
}

static cx_status compressed(const char *where, const cx_array *mask, const cx_array *a, int axis,
                            cx_array **out)
{
    CX__TRY(cx__array_need(where, "mask", mask));
    CX__TRY(cx__array_need(where, "a", a));
    if (mask->ndim != 1)
        return cx__fail(CX_E_SHAPE, where, "mask has %d dimensions, not 1", mask->ndim);
    CX__TRY(cx__on_device_of(where, "mask", mask, a));
    int k;
    CX__TRY(cx__axis(where, axis, a->ndim, &k));
    if (k == 0 && mask->dtype == CX_BOOL && mask->size == a->shape[0])
        return cx__masked(where, a, mask, out);
    cx_array *at = NULL;
    CX__TRY(nonzero(where, mask, &at));
    const cx_status st = cx__take(where, a, at, k, -1, out);
    cx__release(at);
    return st;
}
cx_array *cx_compress(const cx_array *mask, const cx_array *a, int axis)
{
    cx_array *out = NULL;
    const cx_status st = compressed("compress", mask, a, axis, &out);
    return cx__yield(st, "compress", out);
}
