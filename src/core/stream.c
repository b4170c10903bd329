/* Streams, events, graphs as objects over a backend's queues and marks. On the CPU they are
 * immediate and a graph calls its body again. */
#include "base/log.h"
#include "core/device.h"
#include <calx/stream.h>

struct cx_stream {
    cx__object object;
    cx__device *device;
    cx_queue *queue;
};
struct cx_event {
    cx__object object;
    cx__device *device;
    cx_mark *mark;
    bool recorded;
};
struct cx_graph {
    cx__object object;
    cx_stream *stream;
    cx_body *body;
    void *ctx;
};

static void stream_destroy(cx__object *o)
{
    cx_stream *s = (cx_stream *)(void *)o;
    s->device->ops->queue_free(s->queue);
    cx__object_free(s);
}
static void event_destroy(cx__object *o)
{
    cx_event *e = (cx_event *)(void *)o;
    e->device->ops->mark_free(e->mark);
    cx__object_free(e);
}
static void graph_destroy(cx__object *o)
{
    cx_graph *g = (cx_graph *)(void *)o;
    cx__release(g->stream);
    cx__object_free(g);
}
static const cx__noun stream_noun = {"stream", CX__KIND_STREAM, stream_destroy};
static const cx__noun event_noun = {"event", CX__KIND_EVENT, event_destroy};
static const cx__noun graph_noun = {"graph", CX__KIND_GRAPH, graph_destroy};

static cx_device device_of(const cx_stream *s)
{
    return s->device->id;
}
__attribute__((constructor)) static void tell_scopes(void)
{
    cx__scope_set_stream_device(device_of);
}

cx_status cx__device_queue(const char *where, cx__device *d, cx_queue **out)
{
    (void)where;
    const cx_stream *s = cx__scope_stream(d->id);
    *out = s != NULL ? s->queue : d->queue0;
    return CX_OK;
}

static cx_stream *stream_new(const char *where, cx_device id, void *native)
{
    cx__device *d;
    cx_stream *s = NULL;
    cx_queue *q = NULL;
    cx_status st = cx__device_get(where, id, &d);
    const cx_queue_desc desc = {.struct_size = sizeof desc, .native = native, .owner = d};
    if (st == CX_OK) st = d->ops->queue_new(d->dev, &desc, &q);
    if (st == CX_OK) {
        s = cx__object_new(&stream_noun, sizeof *s);
        if (s == NULL) {
            d->ops->queue_free(q);
            st = cx__fail_nomem(where, "a stream", sizeof *s);
        } else {
            s->device = d;
            s->queue = q;
        }
    }
    return cx__yield(st, where, s);
}

cx_stream *cx_stream_new(cx_device d)
{
    return stream_new("stream_new", d, NULL);
}
cx_stream *cx_stream_wrap(cx_device d, void *native)
{
    return stream_new("stream_wrap", d, native);
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
    return s->device->ops->queue_sync(s->queue);
}

cx_status cx_stream_wait(cx_stream *s, const cx_event *e)
{
    CX__NEED("stream_wait", "s", s, CX__KIND_STREAM);
    CX__NEED("stream_wait", "e", e, CX__KIND_EVENT);
    return e->recorded ? e->device->ops->mark_wait(e->mark, s->queue) : CX_OK;
}

cx_status cx_device_sync(cx_device id)
{
    cx__device *d;
    CX__TRY(cx__device_get("device_sync", id, &d));
    synced("device_sync", d);
    return d->ops->queue_sync(d->queue0);
}

cx_event *cx_event_new(cx_device id)
{
    static const char where[] = "event_new";
    cx__device *d;
    cx_event *e = NULL;
    cx_mark *m = NULL;
    cx_status st = cx__device_get(where, id, &d);
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
    CX__TRY(e->device->ops->mark_record(e->mark, s->queue));
    e->recorded = true;
    return CX_OK;
}

cx_status cx_event_sync(cx_event *e)
{
    CX__NEED("event_sync", "e", e, CX__KIND_EVENT);
    if (!e->recorded) return CX_OK;
    synced("event_sync", e->device);
    return e->device->ops->mark_wait(e->mark, NULL);
}

bool cx_event_done(const cx_event *e)
{
    return cx__status(e, CX__KIND_EVENT) != CX_OK || !e->recorded ||
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

/* run the body on the stream, inside a scope whose temporaries end with it */
static cx_status run_body(cx_graph *g)
{
    const cx_scope s = cx_scope_open_with(CX_OPTS(cx_scope_opts, .stream = g->stream));
    const cx_status st = cx__mark(g->body(g->ctx));
    const cx_status closed = cx_scope_close(s);
    return st != CX_OK ? st : closed;
}

cx_graph *cx_graph_capture(cx_stream *s, cx_body *body, void *ctx)
{
    static const char where[] = "graph_capture";
    cx_graph *g = NULL;
    cx_status st = cx__check(where, "s", s, CX__KIND_STREAM);
    if (st == CX_OK && body == NULL) st = cx__fail(CX_E_NULL, where, "body is NULL");
    if (st == CX_OK && s->device->id.kind != CX_DEVICE_CPU)
        st = cx__unsupported(where, s->device, "graph capture");
    if (st == CX_OK) {
        g = cx__object_new(&graph_noun, sizeof *g);
        if (g == NULL) st = cx__fail_nomem(where, "a graph", sizeof *g);
    }
    if (st == CX_OK) {
        g->stream = cx__retain(s);
        g->body = body;
        g->ctx = ctx;
        st = run_body(g);
    }
    return cx__yield(st, where, g);
}

cx_status cx_graph_launch(cx_graph *g)
{
    CX__NEED("graph_launch", "g", g, CX__KIND_GRAPH);
    CX__TRY(cx__poll("graph_launch"));
    return run_body(g);
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
HANDLES(cx_graph, CX__KIND_GRAPH)
