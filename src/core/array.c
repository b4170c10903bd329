/* Arrays: headers over shared buffers, views, checks of handles, scalars as operands. */
#include "core/array.h"
#include "base/alloc.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/shape.h"
#include <calx/half.h>
#include <string.h>

static void array_destroy(cx__object *o);
static const cx__noun array_noun = {"array", CX__KIND_ARRAY, array_destroy};

__attribute__((constructor)) static void header_size(void)
{
    cx__header_size = sizeof(cx_array);
}

static void array_destroy(cx__object *o)
{
    cx_array *a = (cx_array *)(void *)o;
    if (a->buffer != NULL) cx__buffer_release(a->buffer);
    if (CX__UNLIKELY(a->dict != NULL)) cx__dict_release(a->dict);
    if (CX__UNLIKELY(a->shape != a->dims)) cx__free(a->shape);
    a->object.head.tag = CX__TAG_RELEASED;
    cx__header_free(a, sizeof *a);
}

/* header with room for ndim dimensions; everything but shape, strides, data and buffer is set */
static cx_status header_new(const char *where, int ndim, cx_dtype t, cx_device d, cx_array **out)
{
    cx_array *a = cx__header_alloc(sizeof *a);
    if (CX__UNLIKELY(a == NULL)) return cx__fail_nomem(where, "an array's header", sizeof *a);
    a->shape = a->dims;
    if (CX__UNLIKELY(ndim > CX__INLINE_NDIM)) {
        a->shape = cx__alloc(2 * (size_t)ndim * sizeof *a->shape);
        if (a->shape == NULL) {
            cx__header_free(a, sizeof *a);
            return cx__fail_nomem(where, "an array's shape", 2 * (size_t)ndim * sizeof *a->shape);
        }
    }
    a->strides = a->shape + ndim;
    a->object.head.tag = CX__TAG_LIVE;
    a->object.head.kind = CX__KIND_ARRAY;
    atomic_init(&a->object.refs, 1);
    a->object.noun = &array_noun;
    a->ndim = ndim;
    a->flags = 0;
    a->dtype = (uint8_t)t;
    a->device = d;
    a->buffer = NULL;
    a->dict = NULL;
    *out = a;
    return CX_OK;
}

static cx_status dtype_check(const char *where, cx_dtype t)
{
    if (CX__LIKELY(t > CX_DTYPE_NONE && t < CX_DTYPE_COUNT)) return CX_OK;
    return cx__fail(CX_E_DTYPE, where, "%d is no dtype", (int)t);
}

cx_status cx__array_new(const char *where, int ndim, const int64_t *shape, cx_dtype t, cx_device d,
                        cx_array **out)
{
    int64_t size;
    size_t bytes;
    cx__device *device;
    cx_array *a;
    CX__TRY(dtype_check(where, t));
    CX__TRY(cx__shape_size(where, ndim, shape, cx__itemsize(t), &size, &bytes));
    CX__TRY(cx__device_get(where, d, &device));
    CX__TRY(header_new(where, ndim, t, d, &a));
    const cx_status st = cx__buffer_new(where, device, bytes, &a->buffer);
    if (CX__UNLIKELY(st != CX_OK)) {
        cx__release(a);
        return st;
    }
    a->size = size;
    a->data = a->buffer->data;
    a->flags = CX__F_CONTIGUOUS;
    for (int i = 0; i < ndim; i++) a->shape[i] = shape[i];
    cx__shape_strides(ndim, shape, (int64_t)cx__itemsize(t), a->strides);
    *out = a;
    return CX_OK;
}

cx_status cx__array_new_k(const char *where, int ndim, const int64_t *shape,
                          const int64_t *like_strides, cx_dtype t, cx_device d, cx_array **out)
{
    CX__TRY(cx__array_new(where, ndim, shape, t, d, out));
    /* axes by falling |stride|, C order among equals: the innermost of `like` becomes the innermost
     * here */
    int order[CX_MAX_NDIM];
    bool sorted = true;
    for (int i = 0; i < ndim; i++) {
        int j = i;
        const int64_t mine = like_strides[i] < 0 ? -like_strides[i] : like_strides[i];
        for (; j > 0; j--) {
            const int64_t other = like_strides[order[j - 1]] < 0 ? -like_strides[order[j - 1]]
                                                                 : like_strides[order[j - 1]];
            if (other >= mine || mine == 0) break;
            order[j] = order[j - 1];
            sorted = false;
        }
        order[j] = i;
    }
    if (sorted) return CX_OK;
    cx_array *a = *out;
    int64_t step = (int64_t)cx__itemsize(t);
    for (int i = ndim - 1; i >= 0; i--) {
        a->strides[order[i]] = step;
        step *= shape[order[i]] > 0 ? shape[order[i]] : 1;
    }
    if (!cx__is_c_order(ndim, a->shape, a->strides, (int64_t)cx__itemsize(t)))
        a->flags &= (uint8_t)~CX__F_CONTIGUOUS;
    return CX_OK;
}

static void fill_view(cx_array *a, const int64_t *shape, const int64_t *strides, char *data)
{
    int64_t n = 1;
    for (int i = 0; i < a->ndim; i++) {
        a->shape[i] = shape[i];
        a->strides[i] = strides[i];
        n *= shape[i];
    }
    a->size = n;
    a->data = data;
    if (cx__is_c_order(a->ndim, shape, strides, (int64_t)cx__itemsize((cx_dtype)a->dtype)))
        a->flags |= CX__F_CONTIGUOUS;
}

cx_status cx__array_view(const char *where, const cx_array *base, int ndim, const int64_t *shape,
                         const int64_t *strides, char *data, cx_dtype t, cx_array **out)
{
    if (ndim > CX_MAX_NDIM)
        return cx__fail(CX_E_SHAPE, where, "%d dimensions; at most %d are possible", ndim,
                        CX_MAX_NDIM);
    cx_array *a;
    CX__TRY(header_new(where, ndim, t, base->device, &a));
    cx__buffer_retain(base->buffer);
    a->buffer = base->buffer;
    a->flags = base->flags & CX__F_READONLY;
    if (base->dict != NULL && t == CX_CAT) a->dict = cx__dict_retain(base->dict);
    fill_view(a, shape, strides, data);
    *out = a;
    return CX_OK;
}

cx_status cx__array_over(const char *where, cx__buffer *b, int ndim, const int64_t *shape,
                         const int64_t *strides, char *data, cx_dtype t, cx_array **out)
{
    cx_array *a;
    const cx_status st = header_new(where, ndim, t, b->device->id, &a);
    if (st != CX_OK) {
        cx__buffer_release(b);
        return st;
    }
    a->buffer = b;
    fill_view(a, shape, strides, data);
    *out = a;
    return CX_OK;
}

/* ---- handles */
static CX__COLD cx_status check_slow(const char *where, const char *argument, const cx_array *a)
{
    if (a != NULL && cx__is_scalar(a)) return CX_OK;
    return cx__check(where, argument, a, CX__KIND_ARRAY);
}

cx_status cx__array_check(const char *where, const char *argument, const cx_array *a)
{
    if (CX__LIKELY(a != NULL && cx__is_array(a))) return CX_OK;
    return check_slow(where, argument, a);
}

cx_status cx__array_need(const char *where, const char *argument, const cx_array *a)
{
    if (CX__LIKELY(a != NULL && cx__is_array(a))) return CX_OK;
    if (a != NULL && cx__is_scalar(a))
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s is a weak scalar; an array is needed (cx_f64, cx_full)", argument);
    return cx__check(where, argument, a, CX__KIND_ARRAY);
}

cx_status cx__array_need_out(const char *where, const char *argument, const cx_array *a)
{
    CX__TRY(cx__array_need(where, argument, a));
    if (a->flags & CX__F_READONLY)
        return cx__fail(CX_E_READONLY, where, "%s is read-only", argument);
    return CX_OK;
}

cx_status cx_status_of(const cx_array *a)
{
    if (a != NULL && cx__is_scalar(a)) return CX_OK;
    return cx__status(a, CX__KIND_ARRAY);
}

cx_array *cx_retain(const cx_array *a)
{
    if (a == NULL || !cx__is_scalar(a)) return cx__retain(a);
    cx_array *copy;
    const cx_status st = cx__array_own("retain", "a", a, &copy);
    if (st == CX_OK) return copy;
    (void)cx__mark(st);
    return cx__nil(st);
}

void cx_release(cx_array *a)
{
    cx__release(a);
}

void cx_assign(cx_array **slot, const cx_array *value)
{
    cx_array *old = *slot;
    *slot = cx_retain(value);
    cx__release(old);
}

cx_status cx_new(cx_shape shape, cx_dtype t, cx_device d, cx_array **out)
{
    if (out == NULL) return cx__fail(CX_E_NULL, "new", "out is NULL");
    if (shape.ndim > 0 && shape.dim == NULL) return cx__fail(CX_E_NULL, "new", "shape.dim is NULL");
    return cx__array_new("new", shape.ndim, shape.dim, t, d, out);
}

cx_array *cx_empty(cx_shape shape, cx_dtype t, cx_device d)
{
    cx_array *a = NULL;
    const cx_status st = cx_new(shape, t, d, &a);
    return cx__yield(st, "empty", a);
}

/* ---- scalars as operands */
void cx__scalar_value(const cx_scalar *s, cx_dtype t, cx__value *out)
{
    const cx_dtype from = (cx_dtype)s->head.kind;
    const bool whole = from == CX_I64 || from == CX_BOOL;
    const double re = whole ? (double)s->v.i64 : s->v.f64;
    const double im = from == CX_C128 ? s->im : 0.0;
    switch (cx_dtype_kind(t)) { /* by kind, not by dtype: one case a representation */
    case 'c':
        if (t == CX_C64)
            out->c64 = (cx_complex64){(float)re, (float)im};
        else
            out->c128 = (cx_complex128){re, im};
        return;
    case 'f':
        if (t == CX_F32)
            out->f32 = (float)re;
        else
            out->f64 = re;
        return;
    case 'e':
        out->u16 = t == CX_F16 ? cx__f16_encode(cx__f32_odd(re))
                               : cx__bf16_encode(cx__f32_odd(re)); /* rounds once */
        return;
    case 'b': out->u8 = whole ? s->v.i64 != 0 : re != 0 || im != 0; return;
    case 'u':
        out->u64 = whole                          ? (uint64_t)s->v.i64
                   : !(re > 0)                    ? 0
                   : re >= 18446744073709551616.0 ? UINT64_MAX
                                                  : (uint64_t)re;
        return;
    default:
        out->i64 = whole                         ? s->v.i64
                   : re != re                    ? 0
                   : re >= 9.3e18                ? INT64_MAX
                   : re <= -9.3e18               ? INT64_MIN
                   : re >= 9223372036854775808.0 ? INT64_MAX
                   : re < -9223372036854775808.0 ? INT64_MIN
                                                 : (int64_t)re;
    }
}

void cx__scalar_to_view(const cx_array *scalar, cx_dtype t, cx__value *storage, cx_view *out)
{
    cx__scalar_value((const cx_scalar *)(const void *)scalar, t, storage);
    out->data = storage; /* integers: the low bytes of the 64-bit value are the narrower one on a
                            little-endian machine */
    out->dtype = t;
    out->ndim = 0;
    out->flags = CX_VIEW_HOST;
}

cx_status cx__array_own(const char *where, const char *argument, const cx_array *a, cx_array **out)
{
    CX__TRY(cx__array_check(where, argument, a));
    if (!cx__is_scalar(a)) {
        *out = cx__retain(a);
        return CX_OK;
    }
    const cx_scalar *s = (const cx_scalar *)(const void *)a;
    const cx_dtype t = (cx_dtype)s->head.kind;
    CX__TRY(cx__array_new(where, 0, NULL, t, CX_CPU, out));
    cx__value v;
    cx__scalar_value(s, t, &v);
    memcpy((*out)->data, &v, cx__itemsize(t));
    return CX_OK;
}

void cx__array_to_view(const cx_array *a, cx_view *out)
{
    out->data = a->data;
    out->dtype = (cx_dtype)a->dtype;
    out->ndim = (uint16_t)a->ndim;
    out->flags = 0;
    for (int i = 0; i < a->ndim; i++) {
        out->shape[i] = a->shape[i];
        out->stride[i] = a->strides[i];
    }
}

/* ---- queries */
int cx_ndim(const cx_array *a)
{
    return a != NULL && cx__is_array(a) ? a->ndim : 0;
}
int64_t cx_dim(const cx_array *a, int axis)
{
    if (a == NULL || !cx__is_array(a)) return 0;
    const int k = axis < 0 ? axis + a->ndim : axis;
    return k >= 0 && k < a->ndim ? a->shape[k] : 0;
}
int64_t cx_size(const cx_array *a)
{
    if (a == NULL) return 0;
    return cx__is_array(a) ? a->size : cx__is_scalar(a) ? 1 : 0;
}
size_t cx_nbytes(const cx_array *a)
{
    return a != NULL && cx__is_array(a) ? (size_t)a->size * cx__itemsize((cx_dtype)a->dtype) : 0;
}
int64_t cx_stride(const cx_array *a, int axis)
{
    if (a == NULL || !cx__is_array(a)) return 0;
    const int k = axis < 0 ? axis + a->ndim : axis;
    return k >= 0 && k < a->ndim ? a->strides[k] : 0;
}
cx_dtype cx_dtype_of(const cx_array *a)
{
    if (a == NULL) return CX_DTYPE_NONE;
    return cx__is_array(a)    ? (cx_dtype)a->dtype
           : cx__is_scalar(a) ? (cx_dtype)((const cx_head *)(const void *)a)->kind
                              : CX_DTYPE_NONE;
}
cx_device cx_device_of(const cx_array *a)
{
    return a != NULL && cx__is_array(a) ? a->device : CX_CPU;
}
bool cx_is_contiguous(const cx_array *a)
{
    return a != NULL && cx__is_array(a) && (a->flags & CX__F_CONTIGUOUS) != 0;
}
bool cx_is_writeable(const cx_array *a)
{
    return a != NULL && cx__is_array(a) && (a->flags & CX__F_READONLY) == 0;
}
cx_shape cx_shape_of(const cx_array *a)
{
    if (a == NULL || !cx__is_array(a)) return (cx_shape){0, NULL};
    return (cx_shape){a->ndim, a->shape};
}
bool cx_may_share_memory(const cx_array *a, const cx_array *b)
{
    if (a == NULL || b == NULL || !cx__is_array(a) || !cx__is_array(b)) return false;
    if (!cx_device_equal(a->device, b->device) || a->size == 0 || b->size == 0) return false;
    const char *alo, *ahi, *blo, *bhi;
    cx__extent(a->data, a->ndim, a->shape, a->strides, cx__itemsize((cx_dtype)a->dtype), &alo,
               &ahi);
    cx__extent(b->data, b->ndim, b->shape, b->strides, cx__itemsize((cx_dtype)b->dtype), &blo,
               &bhi);
    return alo < bhi && blo < ahi;
}
cx_status cx_set_readonly(cx_array *a)
{
    CX__TRY(cx__array_need("set_readonly", "a", a));
    a->flags |= CX__F_READONLY;
    return CX_OK;
}
