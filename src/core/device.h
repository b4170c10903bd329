/* Device registry, queues, pools. A device opens at first use and is never closed. */
#ifndef CX_CORE_DEVICE_H
#define CX_CORE_DEVICE_H
#include "base/object.h"
#include "core/array.h"
#include <calx/backend.h>
#include <calx/device.h>

typedef struct cx__pool cx__pool;
typedef struct cx__late cx__late;

enum { CX__DEVICES = 16 }; /* GPUs at most */

struct cx__device {
    cx_device id;
    const cx_backend_ops *ops;
    cx_dev *dev;
    cx__late *late;   /* streams and pools of a device whose queues run late; NULL: the CPU */
    cx__pool *pool;   /* the CPU's */
    cx_queue *queue0; /* the CPU's */
};

/** The opened device, or UNAVAILABLE with the reason. */
cx_status cx__device_get(const char *where, cx_device d, cx__device **out);
/** GPUs that have been opened so far; opens none. */
int cx__gpus_open(void);
/** The CPU: always there. The pointer is set once it is open. */
extern _Atomic(cx__device *) cx__cpu_open;
CX__COLD cx__device *cx__device_cpu_slow(void);
static inline cx__device *cx__device_cpu(void)
{
    cx__device *d = atomic_load_explicit(&cx__cpu_open, memory_order_acquire);
    return CX__LIKELY(d != NULL) ? d : cx__device_cpu_slow();
}
/** Pinned buffers there are: work of the CPU on one waits for the copies from and to it. */
extern atomic_int cx__pinned_live;
cx_status cx__queue_for_slow(const char *where, cx__device *d, int n_out, int n,
                             const cx_array *const arrays[], cx_queue **out);
cx_status cx__queue_done_slow(cx_status st);
/** The one door for work on a device: the queue on which this thread's work for d goes now (the
 * scope's stream, else the thread's default), ordered after what other streams do with the arrays.
 * Names every array that the work touches, on whatever device, the n_out that it writes first;
 * NULLs and scalars are skipped. where names the operation. Ends with cx__queue_done. */
static inline cx_status cx__queue_for(const char *where, cx__device *d, int n_out, int n,
                                      const cx_array *const arrays[], cx_queue **out)
{
    if (CX__LIKELY(d->late == NULL &&
                   atomic_load_explicit(&cx__pinned_live, memory_order_relaxed) == 0)) {
        *out = d->queue0;
        return CX_OK;
    }
    return cx__queue_for_slow(where, d, n_out, n, arrays, out);
}
/** All of the work is queued, or has failed with st: returned. (Forgotten, the thread's next work
 * does it; until then others may wait more often than they need.) */
static inline cx_status cx__queue_done(const cx__device *d, cx_status st)
{
    return CX__LIKELY(d->late == NULL) ? st : cx__queue_done_slow(st);
}
/** Wait for this thread's work on d, and hear what went wrong with it; nothing on the CPU. */
cx_status cx__device_settle(const char *where, cx__device *d);
/** The host is about to read or write a buffer: wait for the copies from or to it. */
cx_status cx__buffer_host(const char *where, cx__buffer *b, bool writing);
/** Something is about to be compiled or loaded for this thread's next work on d: UNSUPPORTED,
 * naming it, while that work is captured into a graph. */
cx_status cx__may_make(const char *where, const cx__device *d, const char *what);
/** Is a backend slot there? Else UNSUPPORTED naming operation and device. */
cx_status cx__unsupported(const char *where, const cx__device *d, const char *what);

/** Buffers from the device's pool; pinned host memory for copies from and to d. */
cx_status cx__buffer_new_pinned(const char *where, cx__device *d, size_t bytes, cx__buffer **out);
cx_status cx__buffer_new(const char *where, cx__device *d, size_t bytes, cx__buffer **out);
cx_status cx__buffer_wrap(const char *where, cx__device *d, void *p, size_t bytes, uint32_t flags,
                          void (*done)(void *, void *), void *ctx, cx__buffer **out);
void cx__buffer_retain(cx__buffer *b);
void cx__buffer_release(cx__buffer *b);
/** Host scratch from the CPU's pool (a backend's core->alloc too): warm pages, 64-byte aligned;
 * NULL on failure. */
void *cx__scratch(size_t bytes);
void cx__scratch_free(void *p);
#endif
