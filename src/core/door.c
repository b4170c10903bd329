/* The door for work on devices that run late: which stream, after whom, under what name; and what
 * is remembered for the day when a device stops answering. Knows operations by name only. */
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread_state.h"
#include "core/slot.h"
#include "core/stream_pool.h"
#include <stdio.h>
#include <string.h>

atomic_int cx__pinned_live;

/* ---- what is remembered */
void cx__late_note(cx__late *l, const cx__slot *s, const char *where, const cx_array *first)
{
    cx__noted *const e =
        &l->ring[atomic_fetch_add_explicit(&l->noted, 1, memory_order_relaxed) % CX__RING];
    char name[24] = {0};
    const size_t length = strlen(where);
    memcpy(name, where, length < sizeof name ? length : sizeof name - 1);
    for (int i = 0; i < 3; i++) {
        uint64_t word;
        memcpy(&word, name + 8 * i, sizeof word);
        atomic_store_explicit(&e->name[i], word, memory_order_relaxed);
        const int64_t extent = first != NULL && i < first->ndim ? first->shape[i] : 0;
        atomic_store_explicit(&e->shape[i], (uint64_t)extent, memory_order_relaxed);
    }
    const uint64_t ndim = first != NULL ? (uint64_t)first->ndim : 0,
                   t = first != NULL ? first->dtype : 0;
    const uint64_t rest = ndim << 32 | t << 16 | (uint64_t)s->index;
    atomic_store_explicit(&e->rest, rest, memory_order_relaxed);
}

/* "sum f32 (1000, 20)"; returns the length */
static int noted_text(const cx__noted *e, char *out, size_t cap)
{
    char name[25] = {0}, shape[80] = "";
    for (int i = 0; i < 3; i++) {
        const uint64_t word = atomic_load_explicit(&e->name[i], memory_order_relaxed);
        memcpy(name + 8 * i, &word, sizeof word);
    }
    const uint64_t rest = atomic_load_explicit(&e->rest, memory_order_relaxed);
    const int ndim = (int)(rest >> 32);
    size_t n = 0;
    for (int i = 0; i < ndim && i < 3; i++)
        n += (size_t)snprintf(shape + n, sizeof shape - n, "%s%lld", i > 0 ? ", " : "",
                              (long long)atomic_load_explicit(&e->shape[i], memory_order_relaxed));
    return snprintf(out, cap, "%s %s (%s%s)", name, cx_dtype_name((cx_dtype)(rest >> 16 & 0xff)),
                    shape,
                    ndim > 3    ? ", ..."
                    : ndim == 1 ? ","
                                : "");
}

/* the last operations, newest first, as many as fit */
static void last_operations(const cx__late *l, char *out, size_t cap)
{
    const unsigned n = atomic_load_explicit(&l->noted, memory_order_relaxed);
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < CX__RING && i < n; i++) {
        char one[128];
        const int length = noted_text(&l->ring[(n - 1 - i) % CX__RING], one, sizeof one);
        if (used + (size_t)length + 3 > cap) return;
        used += (size_t)snprintf(out + used, cap - used, "%s%s", i > 0 ? ", " : "", one);
    }
}

void cx__late_lose(cx__late *l, const char *why)
{
    char ops[200], name[16];
    if (atomic_exchange(&l->losing, true)) return; /* no lock: called from under several */
    last_operations(l, ops, sizeof ops);
    snprintf(l->lost_why, sizeof l->lost_why, "%s is lost: %.150s%s%s", cx_device_name(l->id, name),
             why, ops[0] != '\0' ? "; last operations: " : "", ops);
    atomic_store_explicit(&l->lost, true, memory_order_release);
    if (cx__tracing(CX__TRACE_SYNC)) cx__log("sync", "%s", l->lost_why);
}

void cx__late_forked(cx__late *l)
{
    pthread_mutex_init(&l->lock, NULL); /* whoever held it is not in this process */
    cx__stream_pool_forked(l->pool);
    cx__stream_pool_forked(l->pinned);
    cx__late_lose(l, "the process was forked after the device was opened, and CUDA works only in "
                     "the process that opened it");
}

cx_status cx__late_alive(const char *where, cx__late *l)
{
    if (CX__LIKELY(!atomic_load_explicit(&l->lost, memory_order_acquire))) return CX_OK;
    return cx__fail(CX_E_DEVICE_LOST, where, "%s", l->lost_why);
}

/* ---- begin and end of work */
static void close_open(cx__thread *t)
{
    cx__slot *const s = t->open;
    if (s == NULL) return;
    t->open = NULL;
    atomic_fetch_sub(&s->inflight, 1);
    if (cx__tracing(CX__TRACE_NVTX) && s->late->ops->range_pop != NULL) s->late->ops->range_pop();
}

static cx_status on_host(const char *where, int n_out, int n, const cx_array *const arrays[])
{
    for (int i = 0; i < n; i++)
        if (arrays[i] != NULL && !cx__is_scalar(arrays[i]) && arrays[i]->buffer->uses != NULL)
            CX__TRY(cx__buffer_host(where, arrays[i]->buffer, i < n_out));
    return CX_OK;
}

cx_status cx__queue_for_slow(const char *where, cx__device *d, int n_out, int n,
                             const cx_array *const arrays[], cx_queue **out)
{
    cx__late *const l = d->late;
    if (l == NULL) {
        *out = d->queue0;
        return on_host(where, n_out, n, arrays);
    }
    cx__thread *const t = cx__self_thread();
    cx__slot *s;
    if (t->open != NULL) close_open(t);
    CX__TRY(cx__late_alive(where, l));
    CX__TRY(cx__slot_current(where, d, &s));
    atomic_fetch_add(&s->inflight, 1);
    t->open = s;
    const uint64_t seq = cx__late_next(l);
    const cx_array *first = NULL;
    if (cx__tracing(CX__TRACE_NVTX) && l->ops->range_push != NULL) l->ops->range_push(where);
    for (int i = 0; i < n; i++) {
        const cx_array *const a = arrays[i];
        if (a == NULL || cx__is_scalar(a)) continue;
        if (first == NULL) first = a;
        if (a->buffer->uses == NULL || a->buffer->device != d) continue;
        const cx_status st = cx__uses_touch(where, s, a->buffer, seq, i < n_out);
        if (st == CX_OK) continue;
        close_open(t);
        return st;
    }
    cx__late_note(l, s, where, first);
    *out = s->queue;
    return CX_OK;
}

cx_status cx__queue_done_slow(cx_status st)
{
    cx__thread *const t = cx__self_thread();
    cx__slot *const s = t->open;
    if (s == NULL) return st;
    close_open(t);
    if (st == CX_OK && cx__tracing(CX__TRACE_SYNC) && atomic_load(&s->capture) == NULL)
        st = cx__slot_sync("sync", s);
    return st;
}

cx_status cx__buffer_host(const char *where, cx__buffer *b, bool writing)
{
    const cx__uses *const u = b->uses;
    if (u == NULL) return CX_OK;
    cx__late *const l = b->device->late;
    if (writing) return cx__late_wait(where, l, atomic_load(&u->streams), atomic_load(&u->last));
    const uint64_t write = atomic_load(&u->write);
    if (write == 0) return CX_OK;
    return cx__late_wait(where, l, UINT64_C(1) << (write >> 56), write & ((UINT64_C(1) << 56) - 1));
}
