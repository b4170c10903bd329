/* Views by shape and strides inside the bounds of the memory, broadcasting as facts, and how an
 * array lies in memory. */
#include <calx/views.h>
#include "base/size.h"
#include "core/array.h"
#include "core/shape.h"
#include <calx/manipulate.h>
#include <inttypes.h>
#include <string.h>

/* ---- broadcasting */
static cx_status broadcast_into(const char *where, int i, cx_shape s, cx_dims *d)
{
    char text[2][CX__SHAPE_TEXT];
    if (s.ndim < 0 || s.ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "shape %d has %d dimensions", i, s.ndim);
    if (s.ndim > 0 && s.dim == NULL) return cx__fail(CX_E_NULL, where, "shape %d is NULL", i);
    for (int k = 0; k < s.ndim; k++)
        if (s.dim[k] < 0)
            return cx__fail(CX_E_SHAPE, where, "shape %d is %s", i,
                            cx__shape_text(s.ndim, s.dim, text[0]));
    if (!cx__shape_broadcast(s.ndim, s.dim, &d->ndim, d->dim))
        return cx__fail(CX_E_SHAPE, where, "shapes %s and %s (number %d) do not broadcast",
                        cx__shape_text(d->ndim, d->dim, text[0]),
                        cx__shape_text(s.ndim, s.dim, text[1]), i);
    return CX_OK;
}
static void begin_dims(cx_dims *d)
{
    memset(d, 0, sizeof *d);
}
static cx_dims give_dims(cx_status st, cx_dims d)
{
    if (st != CX_OK) {
        d.ndim = -1;
        (void)cx__mark(st);
    }
    return d;
}

cx_dims cx_broadcast_shapes(int n, const cx_shape *shapes)
{
    static const char where[] = "broadcast_shapes";
    cx_dims d;
    begin_dims(&d);
    cx_status st = CX_OK;
    if (n < 0) st = cx__fail(CX_E_ARGUMENT, where, "%d shapes", n);
    if (n > 0 && shapes == NULL) st = cx__fail(CX_E_NULL, where, "shapes is NULL");
    for (int i = 0; i < n && st == CX_OK; i++) st = broadcast_into(where, i, shapes[i], &d);
    return give_dims(st, d);
}

static cx_status dims_of(const char *where, cx_arrays list, cx_dims *d)
{
    if (list.count < 1 || list.count > CX_MAX_NDIM)
        return cx__fail(CX_E_ARGUMENT, where, "%d arrays; 1 to %d are possible", list.count,
                        CX_MAX_NDIM);
    if (list.at == NULL) return cx__fail(CX_E_NULL, where, "the list is NULL");
    begin_dims(d);
    for (int i = 0; i < list.count; i++) {
        CX__TRY(cx__array_check(where, "an array", list.at[i]));
        CX__TRY(broadcast_into(where, i, cx_shape_of(list.at[i]), d));
    }
    return CX_OK;
}
cx_dims cx_broadcast_dims(cx_arrays list)
{
    cx_dims d;
    begin_dims(&d);
    const cx_status st = dims_of("broadcast_dims", list, &d);
    return give_dims(st, d);
}

cx_tuple cx_broadcast_arrays(cx_arrays list)
{
    static const char where[] = "broadcast_arrays";
    cx_tuple t;
    cx_dims d;
    t.count = 0;
    cx_status st = dims_of(where, list, &d);
    for (int i = 0; i < list.count && st == CX_OK; i++) {
        cx_array *own = NULL;
        st = cx__array_own(where, "an array", list.at[i], &own);
        own = cx__yield(st, where, own);
        if (st == CX_OK) t.at[t.count] = cx_broadcast_to(own, CX_SHAPE_OF_DIMS(d));
        if (st == CX_OK) st = cx_status_of(t.at[t.count++]);
    }
    if (st != CX_OK) {
        (void)cx__mark(st);
        t.count = 0;
    }
    for (int i = t.count; i < CX_MAX_NDIM; i++) t.at[i] = cx__nil(st != CX_OK ? st : CX_E_INDEX);
    return t;
}

/* ---- strides */
static int64_t alignment(cx_dtype t)
{
    const int64_t item = (int64_t)cx__itemsize(t);
    return cx_dtype_kind(t) == 'c' ? item / 2 : item;
}

/* Bytes [*lo, *hi) from a's first element that belong to its memory. Of memory that came from
 * outside only what a itself reaches is known. */
static void room_of(const cx_array *a, int64_t *lo, int64_t *hi)
{
    const char *first, *end;
    cx__extent(a->data, a->ndim, a->shape, a->strides, cx__itemsize((cx_dtype)a->dtype), &first,
               &end);
    *lo = a->size > 0 ? first - a->data : 0;
    *hi = a->size > 0 ? end - a->data : 0;
    const cx__buffer *const b = a->buffer;
    if ((b->flags & (CX__B_BORROWED | CX__B_ADOPTED)) || b->data == NULL) return;
    if (b->data - a->data < *lo) *lo = b->data - a->data;
    if (b->data + b->asked - a->data > *hi) *hi = b->data + b->asked - a->data;
}

static cx_status check_room(const char *where, const cx_array *a, cx_shape shape,
                            const int64_t *strides, int64_t offset)
{
    const int64_t align = alignment((cx_dtype)a->dtype);
    int64_t lo = offset, hi = offset, room_lo, room_hi;
    bool fine = true, empty = false;
    if (offset % align != 0)
        return cx__fail(CX_E_ARGUMENT, where, "offset %" PRId64 " is not aligned for %s", offset,
                        cx_dtype_name((cx_dtype)a->dtype));
    for (int i = 0; i < shape.ndim; i++) {
        if (strides[i] % align != 0)
            return cx__fail(CX_E_ARGUMENT, where,
                            "stride %" PRId64 " of axis %d is not aligned for %s", strides[i], i,
                            cx_dtype_name((cx_dtype)a->dtype));
        empty |= shape.dim[i] == 0;
        int64_t reach = 0;
        if (shape.dim[i] > 1) fine &= cx__mul_i64(shape.dim[i] - 1, strides[i], &reach);
        int64_t *const end = reach < 0 ? &lo : &hi;
        fine = fine && cx__add_i64(*end, reach, end);
    }
    if (empty) return CX_OK;
    fine = fine && cx__add_i64(hi, (int64_t)cx__itemsize((cx_dtype)a->dtype), &hi);
    room_of(a, &room_lo, &room_hi);
    if (!fine || lo < room_lo || hi > room_hi)
        return cx__fail(CX_E_INDEX, where,
                        "the view reaches outside a's memory, which is bytes %" PRId64
                        " to %" PRId64 " from its first element",
                        room_lo, room_hi);
    return CX_OK;
}

static cx_status as_strided(const char *where, const cx_array *a, cx_shape shape,
                            const int64_t *byte_strides, const cx_strided_opts *o, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (o != NULL && (o->struct_size == 0 || o->struct_size > sizeof *o))
        return cx__fail(CX_E_ARGUMENT, where,
                        "options with struct_size %zu; make them with CX_OPTS", o->struct_size);
    if (shape.ndim > 0 && shape.dim == NULL) return cx__fail(CX_E_NULL, where, "shape.dim is NULL");
    const size_t item = cx__itemsize((cx_dtype)a->dtype);
    int64_t size, strides[CX_MAX_NDIM];
    size_t bytes;
    if (shape.ndim < 0 || shape.ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; at most %d are possible", shape.ndim,
                        CX_MAX_NDIM);
    CX__TRY(cx__shape_size(where, shape.ndim, shape.dim, item, &size, &bytes));
    cx__shape_strides(shape.ndim, shape.dim, (int64_t)item, strides);
    if (byte_strides != NULL && shape.ndim > 0)
        memcpy(strides, byte_strides, (size_t)shape.ndim * sizeof *strides);
    const int64_t offset = o != NULL ? o->offset : 0;
    CX__TRY(check_room(where, a, shape, strides, offset));
    CX__TRY(cx__array_view(where, a, shape.ndim, shape.dim, strides,
                           size > 0 ? a->data + offset : a->data, (cx_dtype)a->dtype, out));
    if (o == NULL || !o->writeable) (*out)->flags |= CX__F_READONLY;
    return CX_OK;
}
cx_array *cx_as_strided(const cx_array *a, cx_shape shape, const int64_t *byte_strides,
                        const cx_strided_opts *o)
{
    static const char where[] = "as_strided";
    cx_array *r = NULL;
    const cx_status st = as_strided(where, a, shape, byte_strides, o, &r);
    return cx__yield(st, where, r);
}

static cx_status windows(const char *where, const cx_array *a, int count, const int64_t *window,
                         const int *axes, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (count < 0 || count > CX_MAX_NDIM || (axes == NULL && count != a->ndim))
        return cx__fail(CX_E_ARGUMENT, where, "%d windows for %d axes", count, a->ndim);
    if (count > 0 && window == NULL) return cx__fail(CX_E_NULL, where, "window is NULL");
    if (a->ndim + count > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "the result has %d dimensions; at most %d are possible",
                        a->ndim + count, CX_MAX_NDIM);
    int64_t shape[CX_MAX_NDIM], strides[CX_MAX_NDIM];
    for (int i = 0; i < a->ndim; i++) {
        shape[i] = a->shape[i];
        strides[i] = a->strides[i];
    }
    for (int i = 0; i < count; i++) {
        int k = i;
        if (axes != NULL) CX__TRY(cx__axis(where, axes[i], a->ndim, &k));
        if (window[i] < 0)
            return cx__fail(CX_E_ARGUMENT, where, "window %d has extent %" PRId64, i, window[i]);
        if (window[i] - 1 > shape[k] - 1 + (window[i] == 0))
            return cx__fail(CX_E_ARGUMENT, where,
                            "a window of extent %" PRId64
                            " is larger than axis %d, of which %" PRId64 " are left",
                            window[i], k, shape[k]);
        shape[k] -= window[i] - 1;
        shape[a->ndim + i] = window[i];
        strides[a->ndim + i] = a->strides[k];
    }
    CX__TRY(cx__array_view(where, a, a->ndim + count, shape, strides, a->data, (cx_dtype)a->dtype,
                           out));
    (*out)->flags |= CX__F_READONLY;
    return CX_OK;
}
cx_array *cx_sliding_window_view(const cx_array *a, int count, const int64_t *window,
                                 const int *axes)
{
    static const char where[] = "sliding_window_view";
    cx_array *r = NULL;
    const cx_status st = windows(where, a, count, window, axes, &r);
    return cx__yield(st, where, r);
}

/* ---- how it lies */
static bool fortran_order(const cx_array *a)
{
    int64_t step = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    for (int i = 0; i < a->ndim; i++) {
        if (a->shape[i] == 0) return true;
        if (a->shape[i] == 1) continue;
        if (a->strides[i] != step) return false;
        step *= a->shape[i];
    }
    return true;
}

cx_array_flags cx_flags(const cx_array *a)
{
    cx_array_flags f = {false, false, false, false, false};
    if (cx__status(a, CX__KIND_ARRAY) != CX_OK) return f;
    f.c_contiguous = (a->flags & CX__F_CONTIGUOUS) != 0;
    f.f_contiguous = a->size == 0 || fortran_order(a);
    f.owndata = !(a->buffer->flags & CX__B_BORROWED) && a->data == a->buffer->data &&
                (f.c_contiguous || f.f_contiguous) &&
                (size_t)a->size * cx__itemsize((cx_dtype)a->dtype) == a->buffer->asked;
    f.writeable = !(a->flags & CX__F_READONLY);
    const int64_t align = alignment((cx_dtype)a->dtype);
    f.aligned = (intptr_t)a->data % align == 0;
    for (int i = 0; i < a->ndim; i++) f.aligned &= a->strides[i] % align == 0;
    return f;
}

static cx_status as_fortran(const char *where, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (fortran_order(a))
        return cx__array_view(where, a, a->ndim, a->shape, a->strides, a->data, (cx_dtype)a->dtype,
                              out);
    int64_t like[CX_MAX_NDIM], step = (int64_t)cx__itemsize((cx_dtype)a->dtype);
    for (int i = 0; i < a->ndim; i++) {
        like[i] = step;
        step *= a->shape[i];
    }
    CX__TRY(cx__array_new_k(where, a->ndim, a->shape, like, (cx_dtype)a->dtype, a->device, out));
    if (a->dict != NULL) cx__array_set_dict(*out, a->dict);
    const cx_status st = cx__array_copy(where, a, *out);
    if (st != CX_OK) {
        cx__release(*out);
        *out = NULL;
    }
    return st;
}
cx_array *cx_asfortranarray(const cx_array *a)
{
    static const char where[] = "asfortranarray";
    cx_array *r = NULL;
    const cx_status st = as_fortran(where, a, &r);
    return cx__yield(st, where, r);
}

cx_status cx_tobytes(const cx_array *a, cx_element_order order, void *out, size_t bytes)
{
    static const char where[] = "tobytes";
    CX__TRY(cx__array_need(where, "a", a));
    const size_t need = (size_t)a->size * cx__itemsize((cx_dtype)a->dtype);
    if (order != CX_ELEMENTS_C && order != CX_ELEMENTS_F && order != CX_ELEMENTS_A)
        return cx__fail(CX_E_ARGUMENT, where, "order %d is none", (int)order);
    if (out == NULL && need > 0) return cx__fail(CX_E_NULL, where, "out is NULL");
    if (bytes < need)
        return cx__fail(CX_E_ARGUMENT, where, "%zu bytes for an array of %zu", bytes, need);
    if (need == 0) return CX_OK;
    const bool fortran =
        order == CX_ELEMENTS_F ||
        (order == CX_ELEMENTS_A && !(a->flags & CX__F_CONTIGUOUS) && fortran_order(a));
    const cx_scope s = cx_scope_open();
    const cx_array *from = fortran ? cx_transpose(a) : a;
    if (a->dtype == CX_CAT) from = cx_codes(from);
    cx_status st = cx__so_far();
    cx_array *const to =
        st == CX_OK ? cx_borrow_host(out, cx_shape_of(from), cx_dtype_of(from), NULL) : NULL;
    if (st == CX_OK) st = cx__so_far();
    if (st == CX_OK) st = cx_copy_into(from, to);
    const cx_status end = cx_scope_close(s);
    return st != CX_OK ? st : end;
}
