/* What a captured graph holds. While a slot is captured its work is recorded and does not run:
 * arrays that it touches are retained, memory that it gives back stays the graph's, and the order
 * after other streams' uses is made at every launch. */
#include "base/alloc.h"
#include "core/slot.h"
#include "core/stream_pool.h"
#include <string.h>

static bool push_held(cx__capture *c, cx__buffer *b, bool written)
{
    if (c->held_count == c->held_cap) {
        const size_t cap = c->held_cap > 0 ? 2 * c->held_cap : 64;
        struct cx__held *const more = cx__realloc(c->held, cap * sizeof *more);
        if (more == NULL) return false;
        c->held = more;
        c->held_cap = cap;
    }
    cx__buffer_retain(b);
    c->held[c->held_count++] = (struct cx__held){b, written};
    return true;
}

void cx__capture_touch(cx__capture *c, cx__buffer *b, bool writing)
{
    if (b->uses->capture != c->serial) { /* not yet, and not made inside */
        if (!push_held(c, b, writing)) c->failed = true;
        b->uses->capture = c->serial;
        return;
    }
    if (!writing) return;
    for (size_t i = 0; i < c->held_count; i++)
        if (c->held[i].buffer == b) c->held[i].written = true;
}

void cx__capture_made(cx__capture *c, cx__buffer *b)
{
    if (c->made_count == c->made_cap) {
        const size_t cap = c->made_cap > 0 ? 2 * c->made_cap : 64;
        cx__buffer **const more = cx__realloc(c->made, cap * sizeof *more);
        if (more == NULL) {
            c->failed = true;
            return;
        }
        c->made = more;
        c->made_cap = cap;
    }
    c->made[c->made_count++] = b;
    b->uses->capture = c->serial;
}

void cx__capture_unmade(cx__capture *c, const cx__buffer *b)
{
    for (size_t i = c->made_count; i > 0; i--)
        if (c->made[i - 1] == b) {
            c->made[i - 1] = c->made[--c->made_count];
            return;
        }
}

cx_status cx__capture_begin(const char *where, cx__slot *s, cx__capture **out)
{
    cx__late *const l = s->late;
    CX__TRY(cx__late_alive(where, l));
    CX__TRY(cx__slot_may_wait(where, s));
    cx__capture *const c = cx__calloc(1, sizeof *c);
    if (c == NULL) return cx__fail_nomem(where, "a graph", sizeof *c);
    c->slot = s;
    c->serial = atomic_fetch_add(&l->capture_serial, 1) + 1u;
    /* what was queued before has its mark: none can be made meanwhile */
    cx_status st = cx__slot_before(where, s, NULL);
    if (st == CX_OK) st = l->ops->graph_begin(s->queue);
    if (st != CX_OK) {
        cx__free(c);
        return st;
    }
    atomic_fetch_add(&l->captures, 1);
    atomic_store(&s->capture, c);
    *out = c;
    return CX_OK;
}

cx_status cx__capture_end(const char *where, cx__capture *c, cx_exec **out)
{
    cx__slot *const s = c->slot;
    cx__late *const l = s->late;
    atomic_store(&s->capture, NULL);
    atomic_fetch_sub(&l->captures, 1);
    for (size_t i = 0; i < c->made_count; i++)
        if (!push_held(c, c->made[i], true)) c->failed = true;
    c->made_count = 0;
    if (c->failed || out == NULL) {
        (void)l->ops->graph_end(s->queue, NULL);
        return c->failed ? cx__fail_nomem(where, "what the graph holds", 64) : CX_OK;
    }
    return l->ops->graph_end(s->queue, out);
}

cx_status cx__capture_launch(const char *where, cx__capture *c, cx_exec *exec)
{
    cx__slot *const s = c->slot;
    CX__TRY(cx__late_alive(where, s->late));
    CX__TRY(cx__slot_may_wait(where, s));
    atomic_fetch_add(&s->inflight, 1);
    const uint64_t seq = cx__late_next(s->late);
    cx_status st = CX_OK;
    for (size_t i = 0; i < c->held_count && st == CX_OK; i++)
        st = cx__uses_touch(where, s, c->held[i].buffer, seq, c->held[i].written);
    if (st == CX_OK) st = s->late->ops->graph_launch(exec, s->queue);
    cx__late_note(s->late, s, where, NULL);
    atomic_fetch_sub(&s->inflight, 1);
    return st;
}

void cx__capture_free(cx__capture *c)
{
    cx__stream_pool_end_capture(c->slot->late->pool, c);
    for (size_t i = 0; i < c->held_count; i++) cx__buffer_release(c->held[i].buffer);
    cx__free(c->held);
    cx__free(c->made);
    cx__free(c);
}
