/* DLPack in both directions and both versions: the imported tensor's deleter is our buffer's end,
 * the exported tensor holds one reference. On a GPU the other side's stream is a slot like any
 * other: an import counts as written by the producer's, and its deleter is called when that stream
 * waits for our last use; an export's consumer waits for our work, and our memory for the consumer.
 */
#include "base/alloc.h"
#include "core/array.h"
#include "core/device.h"
#include "core/shape.h"
#include "core/slot.h"
#include <calx/dlpack.h>

enum { DL_CPU = 1, DL_CUDA = 2, DL_PINNED = 3, DL_MAJOR = 1, DL_READONLY = 1 };

/* ---- dtypes: code and bits a row */
static const struct {
    uint8_t code, bits;
    cx_dtype dtype;
} types[] = {{6, 8, CX_BOOL}, {0, 8, CX_I8},   {0, 16, CX_I16},  {0, 32, CX_I32},
             {0, 64, CX_I64}, {1, 8, CX_U8},   {1, 16, CX_U16},  {1, 32, CX_U32},
             {1, 64, CX_U64}, {2, 16, CX_F16}, {4, 16, CX_BF16}, {2, 32, CX_F32},
             {2, 64, CX_F64}, {5, 64, CX_C64}, {5, 128, CX_C128}};
enum { TYPES = sizeof types / sizeof types[0] };

static cx_status dtype_from(const char *where, cx_dl_dtype d, cx_dtype *out)
{
    for (int i = 0; i < TYPES; i++)
        if (types[i].code == d.code && types[i].bits == d.bits && d.lanes == 1) {
            *out = types[i].dtype;
            return CX_OK;
        }
    return cx__fail(CX_E_DTYPE, where,
                    "DLPack type code %d with %d bits and %d lanes has no dtype here", d.code,
                    d.bits, d.lanes);
}

/* ---- import */
typedef struct source {
    void *managed;
    void (*release)(void *managed);
    const cx_dl_tensor *tensor;
    bool readonly;
} source;

static void release_versioned(void *p)
{
    cx_dl_versioned *t = p;
    if (t->deleter != NULL) t->deleter(t);
}
static void release_legacy(void *p)
{
    cx_dl_managed *t = p;
    if (t->deleter != NULL) t->deleter(t);
}
static void buffer_done_versioned(void *data, void *ctx)
{
    (void)data;
    release_versioned(ctx);
}
static void buffer_done_legacy(void *data, void *ctx)
{
    (void)data;
    release_legacy(ctx);
}

/* ---- an imported tensor of a GPU: the buffer's end */
typedef struct imported {
    void *managed;
    void (*release)(void *managed);
    cx__slot *producer; /* NULL: it does not want to be ordered */
    cx__buffer *buffer; /* whose end it is */
} imported;

/* The producer may use its memory again in the order of its stream; without one when our work is
 * done. */
static void imported_done(void *data, void *ctx)
{
    (void)data;
    imported *const m = ctx;
    const cx__uses *const u = m->buffer->uses;
    cx__late *const l = m->buffer->device->late;
    const uint64_t slots = atomic_load(&u->streams), last = atomic_load(&u->last);
    cx_error before;
    (void)cx_error_get(&before);
    if (atomic_load(&l->lost) || m->producer == NULL ||
        cx__slot_after("from_dlpack", m->producer, slots, last) != CX_OK)
        (void)cx__late_wait("from_dlpack", l, slots, last);
    cx__error_set(&before);
    m->release(m->managed);
    if (m->producer != NULL) cx__slot_release(m->producer);
    cx__free(m);
}

static cx_status import_late(const char *where, cx__device *d, void *managed,
                             void (*release)(void *), void *stream, char *data, size_t bytes,
                             cx__buffer **out)
{
    imported *const m = cx__alloc(sizeof *m);
    if (m == NULL) {
        release(managed);
        return cx__fail_nomem(where, "a tensor", sizeof *m);
    }
    *m = (imported){.managed = managed, .release = release};
    cx_status st = cx__late_alive(where, d->late);
    if (st == CX_OK && stream != CX_NO_STREAM)
        st = cx__slot_wrap(where, d->late, stream, &m->producer);
    if (st == CX_OK) st = cx__buffer_wrap(where, d, data, bytes, CX__B_ADOPTED, NULL, NULL, out);
    if (st != CX_OK) {
        if (m->producer != NULL) cx__slot_release(m->producer);
        cx__free(m);
        release(managed);
        return st;
    }
    m->buffer = *out;
    (*out)->done = imported_done;
    (*out)->ctx = m;
    if (m->producer == NULL) return CX_OK;
    cx__uses *const u = (*out)->uses;
    const uint64_t seq = cx__late_next(d->late);
    atomic_store(&u->streams, UINT64_C(1) << m->producer->index);
    atomic_store(&u->write, (uint64_t)m->producer->index << 56 | seq);
    atomic_store(&u->last, seq);
    return CX_OK;
}

static cx_status describe(const char *where, const cx_dl_tensor *t, cx_dtype *dtype,
                          cx_device *device, int64_t *strides, size_t *bytes)
{
    int64_t size;
    CX__TRY(dtype_from(where, t->dtype, dtype));
    if (t->ndim > 0 && t->shape == NULL)
        return cx__fail(CX_E_NULL, where, "the tensor's shape is NULL");
    CX__TRY(cx__shape_size(where, t->ndim, t->shape, cx__itemsize(*dtype), &size, bytes));
    if (t->data == NULL && size > 0) return cx__fail(CX_E_NULL, where, "the tensor's data is NULL");
    if (t->device.type == DL_CPU || t->device.type == DL_PINNED)
        *device = CX_CPU;
    else if (t->device.type == DL_CUDA)
        *device = cx_cuda(t->device.id);
    else
        return cx__fail(CX_E_UNAVAILABLE, where, "DLPack device type %d", (int)t->device.type);
    const int64_t item = (int64_t)cx__itemsize(*dtype);
    cx__shape_strides(t->ndim, t->shape, item, strides);
    if (t->strides != NULL)
        for (int i = 0; i < t->ndim; i++) strides[i] = t->strides[i] * item;
    return CX_OK;
}

static cx_status import(const char *where, const source *s, void (*done)(void *, void *),
                        void *stream, cx_array **out)
{
    cx_dtype dtype = CX_DTYPE_NONE;
    cx_device id = CX_CPU;
    cx__device *d = NULL;
    int64_t strides[CX_MAX_NDIM];
    size_t bytes;
    const cx_dl_tensor *t = s->tensor;
    cx_status st = describe(where, t, &dtype, &id, strides, &bytes);
    if (st == CX_OK) st = cx__device_get(where, id, &d);
    if (st != CX_OK) {
        s->release(s->managed);
        return st;
    }
    char *data = (char *)t->data + t->byte_offset;
    const size_t item = cx__itemsize(dtype), align = dtype == CX_C64    ? 4
                                                     : dtype == CX_C128 ? 8
                                                                        : item;
    if (id.kind == CX_DEVICE_CPU &&
        (uintptr_t)data % align != 0) { /* no kernel reads misaligned elements: bytes are copied */
        cx_array *bytes_view = NULL, *copy = NULL;
        int64_t shape[CX_MAX_NDIM + 1], steps[CX_MAX_NDIM + 1], wide[CX_MAX_NDIM + 1];
        cx__buffer *b = NULL;
        st = t->ndim < CX_MAX_NDIM
                 ? CX_OK
                 : cx__fail(CX_E_SHAPE, where, "a misaligned tensor of %d dimensions", t->ndim);
        for (int i = 0; i < t->ndim; i++) {
            shape[i] = t->shape[i];
            steps[i] = strides[i];
        }
        shape[t->ndim] = (int64_t)item;
        steps[t->ndim] = 1;
        if (st == CX_OK) st = cx__array_new(where, t->ndim, t->shape, dtype, CX_CPU, &copy);
        if (st == CX_OK)
            st = cx__buffer_wrap(where, d, data, bytes, CX__B_BORROWED, NULL, NULL, &b);
        if (st == CX_OK)
            st = cx__array_over(where, b, t->ndim + 1, shape, steps, data, CX_U8, &bytes_view);
        if (st == CX_OK) {
            cx_array *target = NULL;
            cx__shape_strides(t->ndim + 1, shape, 1, wide);
            st = cx__array_view(where, copy, t->ndim + 1, shape, wide, copy->data, CX_U8, &target);
            if (st == CX_OK) st = cx__array_copy(where, bytes_view, target);
            cx__release(target);
        }
        cx__release(bytes_view);
        s->release(s->managed);
        if (st != CX_OK)
            cx__release(copy);
        else
            *out = copy;
        return st;
    }
    cx__buffer *b;
    if (d->late != NULL)
        CX__TRY(import_late(where, d, s->managed, s->release, stream, data, bytes, &b));
    else
        CX__TRY(cx__buffer_wrap(where, d, data, bytes, CX__B_ADOPTED, done, s->managed, &b));
    CX__TRY(cx__array_over(where, b, t->ndim, t->shape, strides, data, dtype, out));
    if (s->readonly) (*out)->flags |= CX__F_READONLY;
    return CX_OK;
}

cx_array *cx_from_dlpack(cx_dl_versioned *t, void *producer_stream)
{
    static const char where[] = "from_dlpack";
    cx_array *out = NULL;
    cx_status st = t != NULL ? CX_OK : cx__fail(CX_E_NULL, where, "t is NULL");
    if (st == CX_OK && t->version.major != DL_MAJOR) {
        st = cx__fail(CX_E_ARGUMENT, where, "DLPack major version %u, this library reads %d",
                      (unsigned)t->version.major, DL_MAJOR);
        release_versioned(t); /* deleter and manager_ctx keep their places in every version */
    } else if (st == CX_OK) {
        const source s = {t, release_versioned, &t->tensor, (t->flags & DL_READONLY) != 0};
        st = import(where, &s, buffer_done_versioned, producer_stream, &out);
    }
    return cx__yield(st, where, out);
}

cx_array *cx_from_dlpack_legacy(cx_dl_managed *t, void *producer_stream)
{
    static const char where[] = "from_dlpack_legacy";
    cx_array *out = NULL;
    cx_status st = t != NULL ? CX_OK : cx__fail(CX_E_NULL, where, "t is NULL");
    if (st == CX_OK) {
        const source s = {t, release_legacy, &t->tensor, false};
        st = import(where, &s, buffer_done_legacy, producer_stream, &out);
    }
    return cx__yield(st, where, out);
}

/* ---- export: one block holds the struct, shape and strides */
typedef struct exported {
    union {
        cx_dl_versioned versioned;
        cx_dl_managed legacy;
    } as;
    cx_array *array;
    cx__slot *consumer; /* its stream, or NULL */
    int64_t dims[2 * CX_MAX_NDIM];
} exported;

/* on any thread, without a scope: the consumer has used the memory up to what its stream has now */
static void delete_exported(exported *e)
{
    if (e->consumer != NULL) {
        cx__uses *const u = e->array->buffer->uses;
        atomic_fetch_or(&u->streams, UINT64_C(1) << e->consumer->index);
        cx__uses_used(u, cx__late_next(e->consumer->late));
        cx__slot_release(e->consumer);
    }
    cx__release(e->array);
    cx__free(e);
}
static void delete_versioned(cx_dl_versioned *t)
{
    delete_exported(t->manager_ctx);
}
static void delete_legacy(cx_dl_managed *t)
{
    delete_exported(t->manager_ctx);
}

static cx_status export_array(const char *where, const cx_array *a, cx_dl_tensor *t, exported *e)
{
    const cx_dtype dtype = (cx_dtype)a->dtype;
    int row = 0;
    while (row < TYPES && types[row].dtype != dtype) row++;
    if (row == TYPES)
        return cx__fail(CX_E_DTYPE, where, "%s has no DLPack type; export cx_codes(a)",
                        cx_dtype_name(dtype));
    t->data = a->data;
    t->device = a->device.kind == CX_DEVICE_CPU ? (cx_dl_device){DL_CPU, 0}
                                                : (cx_dl_device){DL_CUDA, a->device.index};
    t->ndim = a->ndim;
    t->dtype = (cx_dl_dtype){types[row].code, types[row].bits, 1};
    t->shape = e->dims;
    t->strides = e->dims + CX_MAX_NDIM;
    t->byte_offset = 0;
    for (int i = 0; i < a->ndim; i++) {
        t->shape[i] = a->shape[i];
        t->strides[i] = a->strides[i] / (int64_t)cx__itemsize(dtype);
        if (t->strides[i] * (int64_t)cx__itemsize(dtype) != a->strides[i])
            return cx__fail(
                CX_E_ARGUMENT, where,
                "byte stride %lld of axis %d is no multiple of the element's %zu bytes; copy it first",
                (long long)a->strides[i], i, cx__itemsize(dtype));
    }
    e->array = cx__retain(a);
    return CX_OK;
}

static cx_status export_new(const char *where, const cx_array *a, const void *out, exported **e)
{
    CX__TRY(cx__array_need(where, "a", a));
    if (out == NULL) return cx__fail(CX_E_NULL, where, "out is NULL");
    *e = cx__alloc(sizeof **e);
    if (*e == NULL) return cx__fail_nomem(where, "a tensor", sizeof **e);
    (*e)->consumer = NULL;
    return CX_OK;
}

/* A consumer may read and write: its stream waits for all our uses, and its own begin now. */
static cx_status export_order(const char *where, exported *e, void *stream)
{
    cx__buffer *const b = e->array->buffer;
    if (b->uses == NULL || e->array->device.kind == CX_DEVICE_CPU) return CX_OK;
    cx__late *const l = b->device->late;
    CX__TRY(cx__late_alive(where, l));
    if (stream == CX_NO_STREAM) return CX_OK;
    CX__TRY(cx__slot_wrap(where, l, stream, &e->consumer));
    const cx_status st = cx__uses_touch(where, e->consumer, b, cx__late_next(l), true);
    if (st == CX_OK) return CX_OK;
    cx__slot_release(e->consumer);
    return st;
}

/* nothing of e is left */
static cx_status export_undo(exported *e, bool retained, cx_status st)
{
    if (retained) cx__release(e->array);
    cx__free(e);
    return st;
}

cx_status cx_to_dlpack(const cx_array *a, void *consumer_stream, cx_dl_versioned **out)
{
    static const char where[] = "to_dlpack";
    exported *e;
    CX__TRY(export_new(where, a, out, &e));
    cx_dl_versioned *t = &e->as.versioned;
    cx_status st = export_array(where, a, &t->tensor, e);
    if (st != CX_OK) return export_undo(e, false, st);
    st = export_order(where, e, consumer_stream);
    if (st != CX_OK) return export_undo(e, true, st);
    t->version.major = DL_MAJOR;
    t->version.minor = 1;
    t->manager_ctx = e;
    t->deleter = delete_versioned;
    t->flags = a->flags & CX__F_READONLY ? DL_READONLY : 0;
    *out = t;
    return CX_OK;
}

cx_status cx_to_dlpack_legacy(const cx_array *a, void *consumer_stream, cx_dl_managed **out)
{
    static const char where[] = "to_dlpack_legacy";
    exported *e;
    CX__TRY(cx__array_need(where, "a", a));
    if (a->flags & CX__F_READONLY)
        return cx__fail(CX_E_READONLY, where,
                        "the array is read-only, which this struct cannot say");
    CX__TRY(export_new(where, a, out, &e));
    cx_dl_managed *t = &e->as.legacy;
    cx_status st = export_array(where, a, &t->tensor, e);
    if (st != CX_OK) return export_undo(e, false, st);
    st = export_order(where, e, consumer_stream);
    if (st != CX_OK) return export_undo(e, true, st);
    t->manager_ctx = e;
    t->deleter = delete_legacy;
    *out = t;
    return CX_OK;
}
