/* Device registry, queues, pools. A device opens at first use and is never closed. */
#ifndef CX_CORE_DEVICE_H
#define CX_CORE_DEVICE_H
#include "base/object.h"
#include "core/array.h"
#include <calx/backend.h>
#include <calx/device.h>

typedef struct cx__pool cx__pool;

struct cx__device {
    cx_device id;
    const cx_backend_ops *ops;
    cx_dev *dev;
    cx__pool *pool;
    cx_queue *queue0; /* the CPU's one queue; other devices give each thread its own */
};

/** The opened device, or UNAVAILABLE with the reason. */
cx_status cx__device_get(const char *where, cx_device d, cx__device **out);
/** The CPU: always there. The pointer is set once it is open. */
extern _Atomic(cx__device *) cx__cpu_open;
CX__COLD cx__device *cx__device_cpu_slow(void);
static inline cx__device *cx__device_cpu(void)
{
    cx__device *d = atomic_load_explicit(&cx__cpu_open, memory_order_acquire);
    return CX__LIKELY(d != NULL) ? d : cx__device_cpu_slow();
}
/** Queue on which work of this thread for d goes now: the scope's stream, else the thread's
 * default. */
cx_status cx__device_queue(const char *where, cx__device *d, cx_queue **out);
/** Is a backend slot there? Else UNSUPPORTED naming operation and device. */
cx_status cx__unsupported(const char *where, const cx__device *d, const char *what);

/** Buffers from the device's pool. */
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
