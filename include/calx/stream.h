/* Streams, events, graphs. On the CPU work is done when the call returns: its streams and events
 * are immediate, and the same program runs. */
#ifndef CALX_STREAM_H
#define CALX_STREAM_H
#include <calx/device.h>
#include <calx/scope.h>

#define CX_NO_STREAM ((void *)(intptr_t)-1) /* DLPack: do not order */
typedef cx_status cx_body(void *ctx);

/** Options of a stream, by CX_OPTS(cx_stream_opts, ...). */
typedef struct cx_stream_opts {
    size_t struct_size;
    int priority; /* 0 normal, 1 high: its work is scheduled first where the device can */
} cx_stream_opts;

CX_BEGIN
/** A stream of device d from its pool of 40: work queued on two streams may run at the same time.
 * When all are in use, handles share them. Errors: UNAVAILABLE. */
CX_API cx_stream *cx_stream_new(cx_device d);
/** The same with options (NULL: all defaults). Errors: ARGUMENT; UNAVAILABLE. */
CX_API cx_stream *cx_stream_new_with(cx_device d, const cx_stream_opts *o);
/** A foreign cudaStream_t (NULL: CUDA's legacy default stream), which must outlive the handle;
 * never destroyed by Calx, and not touched any more once the last handle is released. On the CPU
 * native is ignored. */
CX_API cx_stream *cx_stream_wrap(cx_device d, void *native);
CX_API cx_device cx_stream_device(const cx_stream *s);
/** Wait until the work queued so far is done. Honours the scope's deadline; delivers deferred
 * device errors. */
CX_API CX_MUST cx_status cx_stream_sync(cx_stream *s);
/** Work queued on s from now on waits for e. */
CX_API CX_MUST cx_status cx_stream_wait(cx_stream *s, const cx_event *e);
/** Wait for everything queued on a device by this process. */
CX_API CX_MUST cx_status cx_device_sync(cx_device d);

/** An event of device d, for ordering and timing; record it on a stream of that device. Errors:
 * UNAVAILABLE. */
CX_API cx_event *cx_event_new(cx_device d);
/** Mark the point that s has reached; recording again moves the mark.
 *  Errors      DEVICE the stream is of another device. */
CX_API CX_MUST cx_status cx_event_record(cx_event *e, cx_stream *s);
/** An event never recorded is done. */
CX_API CX_MUST cx_status cx_event_sync(cx_event *e);
/** Done? A query: an event with an error is done. */
CX_API bool cx_event_done(const cx_event *e);
/** Seconds between two recorded events. Errors: ARGUMENT one was never recorded; DEVICE they are of
 * different devices. */
CX_API CX_MUST cx_status cx_event_elapsed(const cx_event *from, const cx_event *to,
                                          double *seconds);

/** Run body once and keep it as a graph. On CUDA its work is recorded on s and does not run until
 * the graph is launched; the graph keeps what it touches alive. On the CPU it runs, and a launch
 * calls body again (ctx must live).
 *  Errors      body's; UNSUPPORTED in a body that waits for the device (a host copy, cx_item_f64, a
 *              result whose size depends on the numbers). */
CX_API cx_graph *cx_graph_capture(cx_stream *s, cx_body *body, void *ctx);
/** Queue a graph's work on the stream it was captured on, after all that its arrays wait for. */
CX_API CX_MUST cx_status cx_graph_launch(cx_graph *g);

CX_API cx_stream *cx_stream_retain(const cx_stream *h);
CX_API void cx_stream_release(cx_stream *h);
CX_API cx_status cx_stream_status(const cx_stream *h);
CX_API cx_event *cx_event_retain(const cx_event *h);
CX_API void cx_event_release(cx_event *h);
CX_API cx_status cx_event_status(const cx_event *h);
CX_API cx_graph *cx_graph_retain(const cx_graph *h);
CX_API void cx_graph_release(cx_graph *h);
CX_API cx_status cx_graph_status(const cx_graph *h);
CX_END_DECLS
#endif
