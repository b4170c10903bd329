/* Copies: between layouts, dtypes and devices. The only place where data cross devices, and only
 * because a caller said so. */
#include "base/log.h"
#include "core/array.h"
#include "core/device.h"
#include "core/shape.h"
#include "core/slot.h"
#include <inttypes.h>
#include <string.h>

/* one strided copy on one device's queue, walked by outer loops past the kernels' number of
 * dimensions */
static cx_status walk_copy(cx__device *d, cx_queue *q, int ndim, const int64_t *shape_in,
                           const char *from, const int64_t *from_strides, cx_dtype from_dtype,
                           char *to, const int64_t *to_strides, cx_dtype to_dtype)
{
    int64_t shape[CX_MAX_NDIM], a[CX_MAX_NDIM], b[CX_MAX_NDIM];
    for (int i = 0; i < ndim; i++) {
        if (shape_in[i] == 0) return CX_OK;
        shape[i] = shape_in[i];
        a[i] = from_strides[i];
        b[i] = to_strides[i];
    }
    int64_t *const lists[2] = {b, a};
    const int n = cx__collapse(ndim, shape, 2, lists, true);
    const int outer = n > CX_KERNEL_NDIM ? n - CX_KERNEL_NDIM : 0;
    cx_view in = {.dtype = from_dtype, .ndim = (uint16_t)(n - outer)},
            out = {.dtype = to_dtype, .ndim = (uint16_t)(n - outer)};
    for (int i = outer; i < n; i++) {
        in.shape[i - outer] = out.shape[i - outer] = shape[i];
        in.stride[i - outer] = a[i];
        out.stride[i - outer] = b[i];
    }
    int64_t at[CX_MAX_NDIM] = {0};
    for (;;) {
        const char *p = from;
        char *o = to;
        for (int i = 0; i < outer; i++) {
            p += at[i] * a[i];
            o += at[i] * b[i];
        }
        in.data = (void *)(uintptr_t)p;
        out.data = o;
        CX__TRY(d->ops->copy(q, &in, &out));
        int i = outer - 1;
        while (i >= 0 && ++at[i] == shape[i]) at[i--] = 0;
        if (i < 0) return CX_OK;
    }
}

/* in, walked by strides over out's shape, into out */
static cx_status copy_on_device(const char *where, cx__device *d, const cx_array *in,
                                const int64_t *strides, cx_dtype from, cx_array *out, cx_dtype to)
{
    cx_queue *q;
    const cx_array *const arrays[2] = {out, in};
    CX__TRY(cx__queue_for(where, d, 1, 2, arrays, &q));
    return cx__queue_done(d, walk_copy(d, q, out->ndim, out->shape, in->data, strides, from,
                                       out->data, out->strides, to));
}

static cx_status cat_check(const char *where, const cx_array *in, const cx_array *out)
{
    if ((in->dtype == CX_CAT) != (out->dtype == CX_CAT))
        return cx__fail(CX_E_DTYPE, where, "%s cannot be copied to %s; cx_codes gives the codes",
                        cx_dtype_name((cx_dtype)in->dtype), cx_dtype_name((cx_dtype)out->dtype));
    if (in->dtype == CX_CAT && in->dict != out->dict)
        return cx__fail(CX_E_DTYPE, where, "the arrays have different categories");
    return CX_OK;
}

static void count_copy(const char *where, const cx_array *in, const cx_array *out, const char *how)
{
    char names[2][16];
    CX__COUNT_ADD(copies, 1);
    CX__COUNT_ADD(copy_bytes, cx_nbytes(in));
    if (cx__tracing(CX__TRACE_COPY))
        cx__log("copy", "%s: %zu bytes from %s to %s%s", where, cx_nbytes(in),
                cx_device_name(in->device, names[0]), cx_device_name(out->device, names[1]), how);
}

/* is a's host memory pinned for copies from and to d? */
static bool pinned_for(const cx_array *a, const cx__device *d)
{
    return (a->buffer->flags & CX__B_PINNED) != 0 && a->buffer->device == d;
}

/* Both contiguous, same dtype and size, one on the CPU and one on d. Waits for its own stream only,
 * and to the device only where the host's memory is read late (pinned): otherwise it has been read
 * on return. */
static cx_status cross(const char *where, cx__device *d, const cx_array *in, cx_array *out)
{
    const bool up = in->device.kind == CX_DEVICE_CPU, pinned = pinned_for(up ? in : out, d);
    const size_t bytes = cx_nbytes(in);
    cx__slot *s;
    cx_queue *q;
    const cx_array *const arrays[2] = {out, in};
    count_copy(where, in, out, bytes == 0 || pinned ? "" : ", staged");
    if (bytes == 0) return CX_OK;
    CX__TRY(cx__slot_current(where, d, &s));
    CX__TRY(cx__slot_may_wait(where, s));
    CX__TRY(cx__queue_for(where, d, 1, 2, arrays, &q));
    cx_status st;
    if (!pinned) CX__COUNT_ADD(staged_copies, 1);
    if (pinned)
        st = up ? d->ops->copy_in(q, out->data, in->data, bytes)
                : d->ops->copy_out(q, out->data, in->data, bytes);
    else
        st = up ? cx__staged_in(where, s, out->data, in->data, bytes)
                : cx__staged_out(where, s, out->data, in->data, bytes);
    CX__TRY(cx__queue_done(d, st));
    if (up && !pinned) return CX_OK;
    char name[16];
    CX__COUNT_ADD(syncs, 1);
    if (cx__tracing(CX__TRACE_SYNC))
        cx__log("sync", "%s of %s", where, cx_device_name(d->id, name));
    return pinned ? cx__slot_sync(where, s) : CX_OK; /* what was staged has arrived */
}

cx_status cx__device_settle(const char *where, cx__device *d)
{
    cx__slot *s;
    if (d->late == NULL) return CX_OK;
    CX__TRY(cx__slot_current(where, d, &s));
    CX__TRY(cx__slot_may_wait(where, s));
    CX__COUNT_ADD(syncs, 1);
    return cx__slot_sync(where, s);
}

cx_status cx__array_control(const char *where, const cx_array *a, void *to, const void *from)
{
    const size_t bytes = cx_nbytes(a);
    if (!(a->flags & CX__F_CONTIGUOUS))
        return cx__fail(CX_E_INTERNAL, where, "control data is not contiguous");
    if (bytes == 0) return CX_OK;
    if (a->device.kind == CX_DEVICE_CPU) {
        memcpy(to != NULL ? to : a->data, to != NULL ? a->data : from, bytes);
        return CX_OK;
    }
    cx__device *d;
    cx__slot *s;
    cx_queue *q;
    CX__TRY(cx__device_get(where, a->device, &d));
    CX__TRY(cx__slot_current(where, d, &s));
    CX__TRY(cx__slot_may_wait(where, s));
    CX__TRY(cx__queue_for(where, d, to == NULL ? 1 : 0, 1, &a, &q));
    cx_status st = CX_OK;
    for (size_t at = 0; st == CX_OK && at < bytes; at += CX__CONTROL) {
        const size_t part = bytes - at < CX__CONTROL ? bytes - at : CX__CONTROL;
        CX__COUNT_ADD(control_bytes, part);
        if (to != NULL) {
            CX__COUNT_ADD(control_reads, 1);
            st = cx__staged_out(where, s, (char *)to + at, a->data + at, part);
        } else {
            CX__COUNT_ADD(control_writes, 1);
            st = cx__staged_in(where, s, a->data + at, (const char *)from + at, part);
        }
    }
    if (to != NULL) CX__COUNT_ADD(syncs, 1);
    return cx__queue_done(d, st);
}

/* both contiguous, same dtype and size, on two GPUs that reach each other: queued on both */
static cx_status to_peer(const char *where, cx__device *from, cx__device *to, const cx_array *in,
                         cx_array *out)
{
    cx__slot *source, *target;
    cx_queue *q;
    const cx_array *const arrays[2] = {out, in};
    count_copy(where, in, out, "");
    if (cx_nbytes(in) == 0) return CX_OK;
    CX__TRY(cx__slot_current(where, from, &source));
    CX__TRY(cx__queue_for(where, to, 1, 1, arrays, &q));
    CX__TRY(cx__queue_done(to, cx__slot_current(where, to, &target)));
    CX__TRY(cx__slot_before(where, target, source->queue));
    CX__TRY(cx__queue_for(where, from, 0, 1, arrays + 1, &q));
    CX__TRY(
        cx__queue_done(from, from->ops->copy_peer(q, to->dev, out->data, in->data, cx_nbytes(in))));
    return cx__slot_before(where, source, target->queue);
}

cx_status cx__array_contiguous(const char *where, const cx_array *a, cx_dtype t, cx_array **out)
{
    if (t == CX_DTYPE_NONE) t = (cx_dtype)a->dtype;
    if (t == a->dtype && (a->flags & CX__F_CONTIGUOUS)) {
        *out = cx__retain(a);
        return CX_OK;
    }
    cx_array *c;
    CX__TRY(cx__array_new(where, a->ndim, a->shape, t, a->device, &c));
    if (a->dict != NULL && t == CX_CAT) cx__array_set_dict(c, a->dict);
    const cx_status st = cx__array_copy(where, a, c);
    if (st != CX_OK) {
        cx__release(c);
        return st;
    }
    *out = c;
    return CX_OK;
}

/* contiguous, same dtype and size, on two devices; GPUs that do not reach each other meet in host
 * memory */
static cx_status move(const char *where, const cx_array *in, cx_array *out)
{
    cx__device *from, *to;
    CX__TRY(cx__device_get(where, in->device, &from));
    CX__TRY(cx__device_get(where, out->device, &to));
    if (from->late == NULL) return cross(where, to, in, out);
    if (to->late == NULL) return cross(where, from, in, out);
    if (from->ops->copy_peer != NULL && from->ops == to->ops)
        return to_peer(where, from, to, in, out);
    cx_array *host;
    CX__TRY(cx__array_new(where, in->ndim, in->shape, (cx_dtype)in->dtype, CX_CPU, &host));
    cx_status st = cross(where, from, in, host);
    if (st == CX_OK) st = cross(where, to, host, out);
    cx__release(host);
    return st;
}

/* Through contiguous temporaries where a side is not: packed on the device that it is on. What
 * crosses has the narrower of the two dtypes. */
static cx_status between(const char *where, const cx_array *in, cx_array *out)
{
    cx_array *from = NULL, *to = NULL;
    const cx_dtype t =
        (cx_dtype)(cx__itemsize((cx_dtype)in->dtype) <= cx__itemsize((cx_dtype)out->dtype)
                       ? in->dtype
                       : out->dtype);
    cx_status st = cx__array_contiguous(where, in, t, &from);
    if (st == CX_OK && (out->flags & CX__F_CONTIGUOUS) && from->size == out->size &&
        out->dtype == t) {
        st = move(where, from, out);
    } else if (st == CX_OK) {
        st = cx__array_new(where, from->ndim, from->shape, t, out->device, &to);
        if (st == CX_OK) st = move(where, from, to);
        if (st == CX_OK && t == CX_CAT && out->dict != NULL) cx__array_set_dict(to, out->dict);
        if (st == CX_OK) st = cx__array_copy(where, to, out);
    }
    cx__release(from);
    cx__release(to);
    return st;
}

/* Little that lies in one piece on both sides, on the CPU, of one shape and dtype, and that no GPU
 * reads or writes: copied as it is, as if it went through another place first. */
static bool copied_whole(const cx_array *in, cx_array *out)
{
    enum { LITTLE = 1 << 14 };
    if (in->dtype != out->dtype || in->ndim != out->ndim || in->size < 1 || in->size > LITTLE ||
        (in->flags & out->flags & CX__F_CONTIGUOUS) == 0 || in->device.kind != CX_DEVICE_CPU ||
        out->device.kind != CX_DEVICE_CPU || in->buffer->uses != NULL || out->buffer->uses != NULL)
        return false;
    for (int d = 0; d < in->ndim; d++)
        if (in->shape[d] != out->shape[d]) return false;
    memmove(out->data, in->data, (size_t)in->size * cx__itemsize((cx_dtype)in->dtype));
    return true;
}

cx_status cx__array_copy(const char *where, const cx_array *in, cx_array *out)
{
    if (in->dtype == CX_CAT || out->dtype == CX_CAT) CX__TRY(cat_check(where, in, out));
    if (copied_whole(in, out)) return CX_OK;
    int ndim = out->ndim;
    int64_t shape[CX_MAX_NDIM];
    memcpy(shape, out->shape, (size_t)ndim * sizeof *shape);
    char text[2][CX__SHAPE_TEXT];
    if (in->ndim > ndim || !cx__shape_broadcast(in->ndim, in->shape, &ndim, shape) ||
        memcmp(shape, out->shape, (size_t)ndim * sizeof *shape) != 0)
        return cx__fail(CX_E_SHAPE, where, "shape %s does not broadcast to %s",
                        cx__shape_text(in->ndim, in->shape, text[0]),
                        cx__shape_text(out->ndim, out->shape, text[1]));
    if (out->size == 0) return CX_OK;
    if (!cx_device_equal(in->device, out->device)) return between(where, in, out);
    cx__device *d;
    CX__TRY(cx__device_get(where, out->device, &d));
    cx_array *apart = NULL;
    if (cx_may_share_memory(in, out)) { /* as if in were copied first */
        CX__TRY(cx__array_new(where, in->ndim, in->shape, (cx_dtype)in->dtype, in->device, &apart));
        const cx_dtype t = in->dtype == CX_CAT ? CX_I32 : (cx_dtype)in->dtype;
        const cx_status st = copy_on_device(where, d, in, in->strides, t, apart, t);
        if (st != CX_OK) {
            cx__release(apart);
            return st;
        }
        in = apart;
    }
    int64_t strides[CX_MAX_NDIM];
    cx__shape_broadcast_strides(in->ndim, in->shape, in->strides, ndim, shape, strides);
    const cx_dtype from = in->dtype == CX_CAT ? CX_I32 : (cx_dtype)in->dtype,
                   to = out->dtype == CX_CAT ? CX_I32 : (cx_dtype)out->dtype;
    const cx_status st = copy_on_device(where, d, in, strides, from, out, to);
    cx__release(apart);
    return st;
}

/* ---- public */
cx_status cx_copy_into(const cx_array *a, cx_array *out)
{
    static const char where[] = "copy_into";
    CX__TRY(cx__array_check(where, "a", a));
    CX__TRY(cx__array_need_out(where, "out", out));
    CX__TRY(cx__poll(where));
    if (cx__is_scalar(a)) {
        cx_array *s;
        CX__TRY(cx__array_own(where, "a", a, &s));
        const cx_status st = cx__array_copy(where, s, out);
        cx__release(s);
        return st;
    }
    if (!cx_can_cast((cx_dtype)a->dtype, (cx_dtype)out->dtype, CX_CASTING_SAME_KIND) &&
        a->dtype != out->dtype)
        return cx__fail(CX_E_DTYPE, where, "%s is not cast to %s ('same_kind'); use cx_astype",
                        cx_dtype_name((cx_dtype)a->dtype), cx_dtype_name((cx_dtype)out->dtype));
    return cx__array_copy(where, a, out);
}

cx_status cx_copy_async(const cx_array *a, cx_array *out)
{
    static const char where[] = "copy_async";
    CX__TRY(cx__array_need(where, "a", a));
    CX__TRY(cx__array_need_out(where, "out", out));
    if (cx_device_equal(a->device, out->device)) return cx_copy_into(a, out);
    if (a->dtype != out->dtype || !(a->flags & CX__F_CONTIGUOUS) ||
        !(out->flags & CX__F_CONTIGUOUS) || a->size != out->size)
        return cx__fail(CX_E_ARGUMENT, where,
                        "both sides must be contiguous, of one shape and one dtype");
    cx__device *d;
    cx_queue *q;
    const bool up = a->device.kind == CX_DEVICE_CPU;
    if (!up && out->device.kind != CX_DEVICE_CPU) return move(where, a, out);
    CX__TRY(cx__device_get(where, up ? out->device : a->device, &d));
    if (!pinned_for(up ? a : out, d)) {
        char name[16];
        return cx__fail(CX_E_ARGUMENT, where,
                        "%s is host memory that is not pinned for %s; use cx_empty_pinned",
                        up ? "a" : "out", cx_device_name(d->id, name));
    }
    count_copy(where, a, out, ", async");
    const cx_array *const arrays[2] = {out, a};
    CX__TRY(cx__queue_for(where, d, 1, 2, arrays, &q));
    return cx__queue_done(d, up ? d->ops->copy_in(q, out->data, a->data, cx_nbytes(a))
                                : d->ops->copy_out(q, out->data, a->data, cx_nbytes(a)));
}

cx_array *cx_to(const cx_array *a, cx_device target)
{
    static const char where[] = "to";
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK && cx_device_equal(a->device, target)) {
        st = cx__array_view(where, a, a->ndim, a->shape, a->strides, a->data, (cx_dtype)a->dtype,
                            &out);
    } else if (st == CX_OK) {
        st = cx__array_new(where, a->ndim, a->shape, (cx_dtype)a->dtype, target, &out);
        if (st == CX_OK && a->dict != NULL) cx__array_set_dict(out, a->dict);
        if (st == CX_OK) st = cx__array_copy(where, a, out);
    }
    return cx__yield(st, where, out);
}

cx_array *cx_copy(const cx_array *a)
{
    static const char where[] = "copy";
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK)
        st = cx__array_new(where, a->ndim, a->shape, (cx_dtype)a->dtype, a->device, &out);
    if (st == CX_OK && a->dict != NULL) cx__array_set_dict(out, a->dict);
    if (st == CX_OK) st = cx__array_copy(where, a, out);
    return cx__yield(st, where, out);
}

cx_array *cx_ascontiguous(const cx_array *a)
{
    static const char where[] = "ascontiguous";
    cx_array *out = NULL;
    cx_status st = cx__array_need(where, "a", a);
    if (st == CX_OK && (a->flags & CX__F_CONTIGUOUS))
        st = cx__array_view(where, a, a->ndim, a->shape, a->strides, a->data, (cx_dtype)a->dtype,
                            &out);
    else if (st == CX_OK)
        st = cx__array_contiguous(where, a, CX_DTYPE_NONE, &out);
    return cx__yield(st, where, out);
}

cx_array *cx_astype(const cx_array *a, cx_dtype t)
{
    static const char where[] = "astype";
    cx_array *out = NULL, *own = NULL;
    cx_status st = cx__array_own(where, "a", a, &own);
    if (st == CX_OK) st = cx__poll(where);
    if (st == CX_OK)
        st = cx__array_new_k(where, own->ndim, own->shape, own->strides, t, own->device, &out);
    if (st == CX_OK && own->dict != NULL && t == CX_CAT) cx__array_set_dict(out, own->dict);
    if (st == CX_OK) st = cx__array_copy(where, own, out);
    cx__release(own);
    return cx__yield(st, where, out);
}

/* ---- one element */
cx_status cx__array_item(const char *where, const cx_array *a, cx_dtype t, cx__value *out)
{
    CX__TRY(cx__array_check(where, "a", a));
    if (cx__is_scalar(a)) {
        cx__scalar_value((const cx_scalar *)(const void *)a, t, out);
        return CX_OK;
    }
    char text[CX__SHAPE_TEXT];
    if (a->size != 1)
        return cx__fail(CX_E_SHAPE, where,
                        "an array of shape %s has %" PRId64 " elements, 1 is needed",
                        cx__shape_text(a->ndim, a->shape, text), a->size);
    if (a->dtype == CX_CAT)
        return cx__fail(CX_E_DTYPE, where, "a category is not a number; use cx_label or cx_codes");
    if (cx_dtype_kind((cx_dtype)a->dtype) == 'c' && cx_dtype_kind(t) != 'c')
        return cx__fail(CX_E_DTYPE, where, "%s is not real", cx_dtype_name((cx_dtype)a->dtype));
    cx_array *one;
    CX__TRY(cx__array_new(where, 0, NULL, t, CX_CPU, &one));
    const int64_t nothing = 0;
    cx_array *flat = NULL;
    cx_status st =
        cx__array_view(where, a, 0, &nothing, &nothing, a->data, (cx_dtype)a->dtype, &flat);
    if (st == CX_OK) st = cx__array_copy(where, flat, one);
    if (st == CX_OK) memcpy(out, one->data, cx__itemsize(t));
    cx__release(flat);
    cx__release(one);
    return st;
}

cx_status cx_item_f64_into(const cx_array *a, double *out)
{
    cx__value v;
    CX__TRY(cx__array_item("item_f64", a, CX_F64, &v));
    *out = v.f64;
    return CX_OK;
}
cx_status cx_item_i64_into(const cx_array *a, int64_t *out)
{
    cx__value v;
    CX__TRY(cx__array_item("item_i64", a, CX_I64, &v));
    *out = v.i64;
    return CX_OK;
}
cx_status cx_item_c128_into(const cx_array *a, cx_complex128 *out)
{
    cx__value v;
    CX__TRY(cx__array_item("item_c128", a, CX_C128, &v));
    *out = v.c128;
    return CX_OK;
}
double cx_item_f64(const cx_array *a)
{
    double v = 0;
    if (cx__mark(cx_item_f64_into(a, &v)) != CX_OK) {
        const uint64_t bits = 0x7ff8000000000000u;
        memcpy(&v, &bits, sizeof v);
    }
    return v;
}
int64_t cx_item_i64(const cx_array *a)
{
    int64_t v = 0;
    return cx__mark(cx_item_i64_into(a, &v)) == CX_OK ? v : 0;
}
bool cx_item_bool(const cx_array *a)
{
    cx__value v = {.u8 = 0};
    return cx__mark(cx__array_item("item_bool", a, CX_BOOL, &v)) == CX_OK && v.u8 != 0;
}
