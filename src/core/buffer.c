/* Buffers: shared memory of arrays. Small ones on the CPU sit in one block with their record, from
 * the thread's cache; the rest come from the device's pool. Adopted memory goes back through its
 * owner's function. Memory that a late device has to do with carries its uses behind the record. */
#include "base/alloc.h"
#include "base/thread_state.h"
#include "core/device.h"
#include "core/pool.h"
#include "core/slot.h"
#include "core/stream_pool.h"

enum { RECORD = 64 }; /* the record's share of a small block, so that data stay 64-byte aligned */
_Static_assert(sizeof(cx__buffer) <= RECORD, "a buffer's record must fit in front of small data");
enum { LATE_RECORD = RECORD + sizeof(cx__uses) };
enum { B_SMALL = 256 };

/* a record with uses behind it */
static cx__buffer *late_record(cx__device *d, uint32_t flags)
{
    cx__buffer *const b = cx__small_alloc(LATE_RECORD);
    if (b == NULL) return NULL;
    cx__uses *const u = (cx__uses *)(void *)((char *)b + RECORD);
    atomic_init(&u->streams, 0);
    atomic_init(&u->write, 0);
    atomic_init(&u->last, 0);
    u->capture = 0;
    atomic_init(&b->refs, 1);
    b->flags = flags;
    b->device = d;
    b->done = NULL;
    b->ctx = NULL;
    b->uses = u;
    return b;
}

static cx_status late_new(const char *where, cx__device *d, size_t bytes, cx__buffer **out)
{
    cx__slot *s;
    cx__block *block;
    CX__TRY(cx__late_alive(where, d->late));
    CX__TRY(cx__slot_current(where, d, &s));
    cx__buffer *const b = late_record(d, CX__B_POOLED);
    if (b == NULL) return cx__fail_nomem(where, "an array's record", LATE_RECORD);
    const cx_status st = cx__stream_pool_alloc(d->late->pool, where, s, bytes, &block);
    if (st != CX_OK) {
        cx__small_free(b, LATE_RECORD);
        return st;
    }
    b->data = block->p;
    b->bytes = block->bytes;
    b->asked = bytes;
    b->ctx = block;
    if (block->streams != 0) { /* whoever uses it first comes after what its memory was used for */
        const uint64_t seq = cx__late_next(d->late);
        atomic_init(&b->uses->streams, UINT64_C(1) << s->index);
        atomic_init(&b->uses->write, (uint64_t)s->index << 56 | seq);
        atomic_init(&b->uses->last, seq);
    }
    cx__capture *const c = atomic_load_explicit(&s->capture, memory_order_relaxed);
    if (CX__UNLIKELY(c != NULL)) cx__capture_made(c, b);
    *out = b;
    return CX_OK;
}

cx_status cx__buffer_new_pinned(const char *where, cx__device *d, size_t bytes, cx__buffer **out)
{
    cx__block *block;
    cx__buffer *const b = late_record(d, CX__B_PINNED);
    if (b == NULL) return cx__fail_nomem(where, "an array's record", LATE_RECORD);
    const cx_status st = cx__stream_pool_alloc(d->late->pinned, where, NULL, bytes, &block);
    if (st != CX_OK) {
        cx__small_free(b, LATE_RECORD);
        return st;
    }
    b->data = block->p;
    b->bytes = block->bytes;
    b->asked = bytes;
    b->ctx = block;
    atomic_fetch_add(&cx__pinned_live, 1);
    *out = b;
    return CX_OK;
}

cx_status cx__buffer_new(const char *where, cx__device *d, size_t bytes, cx__buffer **out)
{
    cx__buffer *b;
    if (CX__UNLIKELY(d->late != NULL)) return late_new(where, d, bytes, out);
    if (CX__LIKELY(bytes <= CX__SMALL_MAX - RECORD)) {
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
    b->asked = bytes;
    b->device = d;
    b->done = NULL;
    b->ctx = NULL;
    b->uses = NULL;
    *out = b;
    return CX_OK;
}

cx_status cx__buffer_wrap(const char *where, cx__device *d, void *p, size_t bytes, uint32_t flags,
                          void (*done)(void *, void *), void *ctx, cx__buffer **out)
{
    cx__buffer *b;
    if (d->late != NULL) {
        b = late_record(d, flags);
    } else {
        b = cx__small_alloc(RECORD);
        if (b != NULL) {
            atomic_init(&b->refs, 1);
            b->flags = flags;
            b->device = d;
            b->uses = NULL;
        }
    }
    if (b == NULL) {
        if (done != NULL) done(p, ctx);
        return cx__fail_nomem(where, "an array's record", RECORD);
    }
    b->data = p;
    b->bytes = b->asked = bytes;
    b->done = done;
    b->ctx = ctx;
    *out = b;
    return CX_OK;
}

void cx__buffer_retain(cx__buffer *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
}

/* memory that a late device has to do with: back to its pool with the uses that it may still have,
 * or to its owner when they are done */
static CX__COLD void late_release(cx__buffer *b)
{
    cx__late *const l = b->device->late;
    const cx__uses *const u = b->uses;
    const uint64_t streams = atomic_load(&u->streams);
    if (u->capture != 0 && atomic_load(&l->captures) != 0)
        for (int i = 0; i < CX__SLOTS; i++) {
            const cx__slot *const s = atomic_load(&l->slot[i]);
            cx__capture *const c = s != NULL ? atomic_load(&s->capture) : NULL;
            if (c != NULL && c->serial == u->capture) cx__capture_unmade(c, b);
        }
    if (b->flags & CX__B_POOLED) {
        cx__stream_pool_free(l->pool, b->ctx, streams, cx__late_next(l));
    } else if (b->flags & CX__B_PINNED) {
        cx__stream_pool_free(l->pinned, b->ctx, streams, cx__late_next(l));
        atomic_fetch_sub(&cx__pinned_live, 1);
    } else if (b->done != NULL) {
        b->done(b->data, b->ctx);
    }
    cx__small_free(b, LATE_RECORD);
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
    if (b->uses != NULL) {
        late_release(b);
        return;
    }
    if (b->done != NULL)
        b->done(b->data, b->ctx);
    else if (b->flags & CX__B_POOLED)
        cx__pool_free(b->device->pool, b->data, b->bytes);
    cx__small_free(b, RECORD);
}
