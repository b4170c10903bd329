/* Host memory in and pointers out: copied, borrowed, adopted, pinned; typed data pointers. */
#include "base/alloc.h"
#include "core/array.h"
#include "core/device.h"
#include "core/shape.h"
#include "core/slot.h"
#include <string.h>

static cx_status shape_check(const char *where, const void *p, cx_shape shape, cx_dtype t,
                             int64_t *size, size_t *bytes)
{
    if (t <= CX_DTYPE_NONE || t >= CX_DTYPE_COUNT)
        return cx__fail(CX_E_DTYPE, where, "%d is no dtype", (int)t);
    if (shape.ndim > 0 && shape.dim == NULL) return cx__fail(CX_E_NULL, where, "shape.dim is NULL");
    CX__TRY(cx__shape_size(where, shape.ndim, shape.dim, cx__itemsize(t), size, bytes));
    if (p == NULL && *size > 0) return cx__fail(CX_E_NULL, where, "p is NULL");
    return CX_OK;
}

cx_array *cx_copy_host(const void *p, cx_shape shape, cx_dtype t)
{
    int64_t size;
    size_t bytes;
    cx_array *a = NULL;
    cx_status st = shape_check("copy_host", p, shape, t, &size, &bytes);
    if (st == CX_OK && t == CX_CAT)
        st = cx__fail(CX_E_DTYPE, "copy_host", "category arrays are made by cx_categories_new");
    if (st == CX_OK) st = cx__array_new("copy_host", shape.ndim, shape.dim, t, CX_CPU, &a);
    if (st == CX_OK && bytes > 0) memcpy(a->data, p, bytes);
    return cx__yield(st, "copy_host", a);
}

/* strides in C order unless given; aligned for t? */
static cx_status layout(const char *where, const void *p, cx_shape shape, cx_dtype t,
                        const int64_t *byte_strides, int64_t *strides)
{
    const size_t item = cx__itemsize(t), align = t == CX_C64 ? 4 : t == CX_C128 ? 8 : item;
    cx__shape_strides(shape.ndim, shape.dim, (int64_t)item, strides);
    if ((uintptr_t)p % align != 0)
        return cx__fail(CX_E_ARGUMENT, where, "p is not aligned to %zu bytes for %s", align,
                        cx_dtype_name(t));
    if (byte_strides == NULL) return CX_OK;
    for (int i = 0; i < shape.ndim; i++) {
        strides[i] = byte_strides[i];
        if (strides[i] % (int64_t)align != 0)
            return cx__fail(
                CX_E_ARGUMENT, where,
                "byte stride %lld of axis %d is no multiple of %zu, the alignment of %s",
                (long long)strides[i], i, align, cx_dtype_name(t));
    }
    return CX_OK;
}

static cx_array *borrow(const char *where, void *p, cx_shape shape, cx_dtype t,
                        const int64_t *byte_strides, bool readonly)
{
    int64_t size, strides[CX_MAX_NDIM];
    size_t bytes;
    cx_array *a = NULL;
    cx__buffer *b = NULL;
    cx_status st = shape_check(where, p, shape, t, &size, &bytes);
    if (st == CX_OK && t == CX_CAT)
        st = cx__fail(CX_E_DTYPE, where, "category arrays are made by cx_categories_new");
    if (st == CX_OK) st = layout(where, p, shape, t, byte_strides, strides);
    if (st == CX_OK)
        st = cx__buffer_wrap(where, cx__device_cpu(), p, bytes, CX__B_BORROWED, NULL, NULL, &b);
    if (st == CX_OK) st = cx__array_over(where, b, shape.ndim, shape.dim, strides, p, t, &a);
    if (st == CX_OK && readonly) a->flags |= CX__F_READONLY;
    return cx__yield(st, where, a);
}

cx_array *cx_borrow_host(void *p, cx_shape shape, cx_dtype t, const int64_t *byte_strides)
{
    return borrow("borrow_host", p, shape, t, byte_strides, false);
}

cx_array *cx_borrow_host_const(const void *p, cx_shape shape, cx_dtype t,
                               const int64_t *byte_strides)
{
    return borrow("borrow_host_const", (void *)(uintptr_t)p, shape, t, byte_strides, true);
}

cx_array *cx_adopt_host(void *p, cx_shape shape, cx_dtype t, void (*free_fn)(void *p, void *ctx),
                        void *ctx)
{
    static const char where[] = "adopt_host";
    int64_t size, strides[CX_MAX_NDIM];
    size_t bytes;
    cx_array *a = NULL;
    cx__buffer *b = NULL;
    cx_status st = shape_check(where, p, shape, t, &size, &bytes);
    if (st == CX_OK && free_fn == NULL) st = cx__fail(CX_E_NULL, where, "free_fn is NULL");
    if (st == CX_OK) st = layout(where, p, shape, t, NULL, strides);
    if (st != CX_OK) {
        if (free_fn != NULL) free_fn(p, ctx);
        return cx__yield(st, where, NULL);
    }
    st = cx__buffer_wrap(where, cx__device_cpu(), p, bytes, CX__B_ADOPTED, free_fn, ctx, &b);
    if (st == CX_OK) st = cx__array_over(where, b, shape.ndim, shape.dim, strides, p, t, &a);
    return cx__yield(st, where, a);
}

cx_array *cx_empty_pinned(cx_shape shape, cx_dtype t, cx_device peer)
{
    static const char where[] = "empty_pinned";
    int64_t size, strides[CX_MAX_NDIM];
    size_t bytes;
    cx_array *a = NULL;
    if (peer.kind == CX_DEVICE_CPU) {
        cx_status plain = cx_new(shape, t, peer, &a);
        return cx__yield(plain, where, a);
    }
    cx__device *d;
    cx__buffer *b = NULL;
    cx_status st = shape_check(where, "", shape, t, &size, &bytes);
    if (st == CX_OK) st = cx__device_get(where, peer, &d);
    if (st == CX_OK) st = cx__late_alive(where, d->late);
    if (st == CX_OK) st = cx__buffer_new_pinned(where, d, bytes, &b);
    if (st == CX_OK) {
        cx__shape_strides(shape.ndim, shape.dim, (int64_t)cx__itemsize(t), strides);
        st = cx__array_over(where, b, shape.ndim, shape.dim, strides, b->data, t, &a);
        if (st == CX_OK) a->device = CX_CPU; /* host memory; its buffer remembers the peer */
    }
    return cx__yield(st, where, a);
}

/* ---- typed pointers */
static void *data_pointer(const cx_array *a, cx_dtype t, bool writing)
{
    static const char where[] = "data";
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && a->device.kind != CX_DEVICE_CPU) {
        char name[16];
        st = cx__fail(CX_E_DEVICE, where, "the array is on %s; copy it with cx_to(a, CX_CPU)",
                      cx_device_name(a->device, name));
    }
    if (st == CX_OK && a->dtype != t)
        st = cx__fail(CX_E_DTYPE, where, "the array is %s, the pointer asked for is %s",
                      cx_dtype_name((cx_dtype)a->dtype), cx_dtype_name(t));
    if (st == CX_OK && !(a->flags & CX__F_CONTIGUOUS))
        st = cx__fail(CX_E_ARGUMENT, where,
                      "the array is not contiguous in C order; use cx_ascontiguous");
    if (st == CX_OK && writing && (a->flags & CX__F_READONLY))
        st = cx__fail(CX_E_READONLY, where, "the array is read-only");
    if (st == CX_OK && a->buffer->uses != NULL) st = cx__buffer_host(where, a->buffer, writing);
    if (st == CX_OK) return a->data;
    (void)cx__mark(st);
    return NULL;
}

#define CX_DTYPE(NAME, value, ctype, sfx, text, bytes, kind, descr) \
    const ctype *cx_data_##sfx(const cx_array *a)                   \
    {                                                               \
        return data_pointer(a, CX_##NAME, false);                   \
    }                                                               \
    ctype *cx_data_##sfx##_mut(cx_array *a)                         \
    {                                                               \
        return data_pointer(a, CX_##NAME, true);                    \
    }
#include <calx/dtypes.def>
#undef CX_DTYPE
