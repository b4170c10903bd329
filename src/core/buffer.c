/* Buffers: shared memory of arrays. Small ones on the CPU sit in one block with their record, from
 * the thread's cache; the rest come from the device's pool. Adopted memory goes back through its
 * owner's function. */
#include "base/alloc.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/pool.h"

enum { RECORD = 64 }; /* the record's share of a small block, so that data stay 64-byte aligned */
_Static_assert(sizeof(cx__buffer) <= RECORD, "a buffer's record must fit in front of small data");
enum { B_SMALL = 256 };

cx_status cx__buffer_new(const char *where, cx__device *d, size_t bytes, cx__buffer **out)
{
    cx__buffer *b;
    if (CX__LIKELY(d->id.kind == CX_DEVICE_CPU && bytes <= CX__SMALL_MAX - RECORD)) {
        b = cx__small_alloc(RECORD + bytes);
        if (CX__UNLIKELY(b == NULL)) return cx__fail_nomem(where, "an array", bytes);
        b->data = (char *)b + RECORD;
        b->bytes = bytes;
        b->flags = B_SMALL;
    } else {
        b = cx__small_alloc(RECORD);
        if (b == NULL) return cx__fail_nomem(where, "an array's record", RECORD);
        b->data = cx__pool_alloc(d->pool, where, bytes, &b->bytes);
        if (b->data == NULL) {
            cx__small_free(b, RECORD);
            return CX_E_NOMEM;
        }
        b->flags = CX__B_POOLED;
    }
    atomic_init(&b->refs, 1);
    b->device = d;
    b->done = NULL;
    b->ctx = NULL;
    atomic_init(&b->streams, 0);
    *out = b;
    return CX_OK;
}

cx_status cx__buffer_wrap(const char *where, cx__device *d, void *p, size_t bytes, uint32_t flags,
                          void (*done)(void *, void *), void *ctx, cx__buffer **out)
{
    cx__buffer *b = cx__small_alloc(RECORD);
    if (b == NULL) {
        if (done != NULL) done(p, ctx);
        return cx__fail_nomem(where, "an array's record", RECORD);
    }
    atomic_init(&b->refs, 1);
    b->flags = flags;
    b->device = d;
    b->data = p;
    b->bytes = bytes;
    b->done = done;
    b->ctx = ctx;
    atomic_init(&b->streams, 0);
    *out = b;
    return CX_OK;
}

void cx__buffer_retain(cx__buffer *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
}

void cx__buffer_release(cx__buffer *b)
{
    if (atomic_load_explicit(&b->refs, memory_order_acquire) != 1 &&
        atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (CX__LIKELY(b->flags & B_SMALL)) {
        cx__small_free(b, RECORD + b->bytes);
        return;
    }
    if (b->done != NULL)
        b->done(b->data, b->ctx);
    else if (b->flags & CX__B_POOLED)
        cx__pool_free(b->device->pool, b->data, b->bytes);
    else if (b->flags & CX__B_PINNED)
        b->device->ops->pinned_free(b->device->dev, b->data, b->bytes);
    cx__small_free(b, RECORD);
}
