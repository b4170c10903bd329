/* Streams and events as objects: over the slots and marks of a late device; on the CPU they are
 * immediate. */
#include "base/log.h"
#include "core/slot.h"
#include <calx/stream.h>

struct cx_stream {
    cx__object object;
    cx__device *device;
    cx__slot *slot; /* NULL: the CPU, whose one queue it is */
};
struct cx_event {
    cx__object object;
    cx__device *device;
    cx_mark *mark;
    bool recorded;
};
static void stream_destroy(cx__object *o)
{
    cx_stream *s = (cx_stream *)(void *)o;
    if (s->slot != NULL) cx__slot_release(s->slot);
    cx__object_free(s);
}
static void event_destroy(cx__object *o)
{
    cx_event *e = (cx_event *)(void *)o;
    if (e->device->late == NULL || !atomic_load(&e->device->late->lost))
        e->device->ops->mark_free(e->mark);
    cx__object_free(e);
}
static const cx__noun stream_noun = {"stream", CX__KIND_STREAM, stream_destroy};
static const cx__noun event_noun = {"event", CX__KIND_EVENT, event_destroy};

static cx_device device_of(const cx_stream *s)
{
    return s->device->id;
}
__attribute__((constructor)) static void tell_scopes(void)
{
    cx__scope_set_stream_device(device_of);
}

cx__slot *cx__stream_slot(const cx_stream *s)
{
    return s->slot;
}
cx__device *cx__stream_of_device(const cx_stream *s)
{
    return s->device;
}
static cx_queue *queue_of(const cx_stream *s)
{
    return s->slot != NULL ? s->slot->queue : s->device->queue0;
}

/* over a foreign stream, or one of the device's own */
static cx_stream *stream_new(const char *where, cx_device id, bool foreign, void *native,
                             int priority)
{
    cx__device *d;
    cx_stream *s = NULL;
    cx__slot *slot = NULL;
    cx_status st = cx__device_get(where, id, &d);
    if (st == CX_OK && d->late != NULL) st = cx__late_alive(where, d->late);
    if (st == CX_OK && d->late != NULL)
        st = foreign ? cx__slot_wrap(where, d->late, native, &slot)
                     : cx__slot_take(where, d->late, priority, &slot);
    if (st == CX_OK) {
        s = cx__object_new(&stream_noun, sizeof *s);
        if (s == NULL) {
            if (slot != NULL) cx__slot_release(slot);
            st = cx__fail_nomem(where, "a stream", sizeof *s);
        } else {
            s->device = d;
            s->slot = slot;
        }
    }
    return cx__yield(st, where, s);
}

cx_stream *cx_stream_new(cx_device d)
{
    return stream_new("stream_new", d, false, NULL, 0);
}
cx_stream *cx_stream_new_with(cx_device d, const cx_stream_opts *o)
{
    static const char where[] = "stream_new_with";
    cx_status st = CX_OK;
    if (o != NULL && o->struct_size != sizeof *o)
        st = cx__fail(CX_E_ARGUMENT, where, "struct_size is %zu; use CX_OPTS(cx_stream_opts, ...)",
                      o->struct_size);
    else if (o != NULL && o->priority != 0 && o->priority != 1)
        st = cx__fail(CX_E_ARGUMENT, where, "priority is %d, neither 0 nor 1", o->priority);
    if (st != CX_OK) return cx__yield(st, where, NULL);
    return stream_new(where, d, false, NULL, o != NULL ? o->priority : 0);
}
cx_stream *cx_stream_wrap(cx_device d, void *native)
{
    return stream_new("stream_wrap", d, true, native, 0);
}
cx_device cx_stream_device(const cx_stream *s)
{
    return cx__status(s, CX__KIND_STREAM) == CX_OK ? s->device->id : CX_CPU;
}

static void synced(const char *where, const cx__device *d)
{
    char name[16];
    CX__COUNT_ADD(syncs, 1);
    if (cx__tracing(CX__TRACE_SYNC))
        cx__log("sync", "%s of %s", where, cx_device_name(d->id, name));
}

cx_status cx_stream_sync(cx_stream *s)
{
    CX__NEED("stream_sync", "s", s, CX__KIND_STREAM);
    CX__TRY(cx__poll("stream_sync"));
    synced("stream_sync", s->device);
    return s->slot != NULL ? cx__slot_sync("stream_sync", s->slot)
                           : s->device->ops->queue_sync(s->device->queue0);
}

cx_status cx_stream_wait(cx_stream *s, const cx_event *e)
{
    CX__NEED("stream_wait", "s", s, CX__KIND_STREAM);
    CX__NEED("stream_wait", "e", e, CX__KIND_EVENT);
    if (s->slot != NULL) CX__TRY(cx__late_alive("stream_wait", s->slot->late));
    return e->recorded ? e->device->ops->mark_wait(e->mark, queue_of(s)) : CX_OK;
}

cx_status cx_device_sync(cx_device id)
{
    cx__device *d;
    CX__TRY(cx__device_get("device_sync", id, &d));
    synced("device_sync", d);
    return d->late != NULL ? cx__late_sync("device_sync", d->late) : d->ops->queue_sync(d->queue0);
}

cx_event *cx_event_new(cx_device id)
{
    static const char where[] = "event_new";
    cx__device *d;
    cx_event *e = NULL;
    cx_mark *m = NULL;
    cx_status st = cx__device_get(where, id, &d);
    if (st == CX_OK && d->late != NULL) st = cx__late_alive(where, d->late);
    if (st == CX_OK) st = d->ops->mark_new(d->dev, &m);
    if (st == CX_OK) {
        e = cx__object_new(&event_noun, sizeof *e);
        if (e == NULL) {
            d->ops->mark_free(m);
            st = cx__fail_nomem(where, "an event", sizeof *e);
        } else {
            e->device = d;
            e->mark = m;
        }
    }
    return cx__yield(st, where, e);
}

cx_status cx_event_record(cx_event *e, cx_stream *s)
{
    static const char where[] = "event_record";
    CX__NEED(where, "e", e, CX__KIND_EVENT);
    CX__NEED(where, "s", s, CX__KIND_STREAM);
    if (e->device != s->device)
        return cx__fail(CX_E_DEVICE, where, "event and stream are of different devices");
    if (s->slot != NULL) CX__TRY(cx__late_alive(where, s->slot->late));
    CX__TRY(e->device->ops->mark_record(e->mark, queue_of(s)));
    e->recorded = true;
    return CX_OK;
}

cx_status cx_event_sync(cx_event *e)
{
    CX__NEED("event_sync", "e", e, CX__KIND_EVENT);
    if (!e->recorded) return CX_OK;
    if (e->device->late != NULL) CX__TRY(cx__late_alive("event_sync", e->device->late));
    synced("event_sync", e->device);
    return e->device->ops->mark_wait(e->mark, NULL);
}

bool cx_event_done(const cx_event *e)
{
    return cx__status(e, CX__KIND_EVENT) != CX_OK || !e->recorded ||
           (e->device->late != NULL && atomic_load(&e->device->late->lost)) ||
           e->device->ops->mark_done(e->mark);
}

cx_status cx_event_elapsed(const cx_event *from, const cx_event *to, double *seconds)
{
    static const char where[] = "event_elapsed";
    CX__NEED(where, "from", from, CX__KIND_EVENT);
    CX__NEED(where, "to", to, CX__KIND_EVENT);
    if (seconds == NULL) return cx__fail(CX_E_NULL, where, "seconds is NULL");
    if (!from->recorded || !to->recorded)
        return cx__fail(CX_E_ARGUMENT, where, "%s has never been recorded",
                        from->recorded ? "to" : "from");
    if (from->device != to->device)
        return cx__fail(CX_E_DEVICE, where, "the events are of different devices");
    return from->device->ops->mark_elapsed(from->mark, to->mark, seconds);
}

#define HANDLES(T, KIND)             \
    T *T##_retain(const T *h)        \
    {                                \
        return cx__retain(h);        \
    }                                \
    void T##_release(T *h)           \
    {                                \
        cx__release(h);              \
    }                                \
    cx_status T##_status(const T *h) \
    {                                \
        return cx__status(h, KIND);  \
    }
HANDLES(cx_stream, CX__KIND_STREAM)
HANDLES(cx_event, CX__KIND_EVENT)
