/* Slots: the streams of a late device, its marks, and who waits for whom. The one idea: work gets a
 * number when it is given out, a mark says up to which number its slot is done, so that most
 * questions of order are answered by comparing numbers. Knows no array and no pool. */
#include "core/slot.h"
#include "core/stream_pool.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread_state.h"
#include <stdio.h>
#include <string.h>

static uint64_t get(const atomic_ullong *n)
{
    return atomic_load_explicit(n, memory_order_acquire);
}
static void raise_to(atomic_ullong *n, uint64_t v)
{
    unsigned long long old = atomic_load_explicit(n, memory_order_relaxed);
    while (old < v && !atomic_compare_exchange_weak_explicit(n, &old, v, memory_order_release,
                                                             memory_order_relaxed))
        continue;
}
static cx__slot *slot_at(const cx__late *l, int k)
{
    return atomic_load_explicit(&l->slot[k], memory_order_acquire);
}

cx_status cx__late_new(const cx_backend_ops *ops, cx_dev *dev, cx_device id, size_t memory_total,
                       cx__late **out)
{
    cx__late *const l = cx__calloc(1, sizeof *l);
    if (l == NULL) return cx__fail_nomem("device", "a device", sizeof *l);
    l->ops = ops;
    l->dev = dev;
    l->id = id;
    l->memory_total = memory_total;
    pthread_mutex_init(&l->lock, NULL);
    l->pool = cx__stream_pool_new(l, CX__MEMORY_DEVICE, memory_total);
    l->pinned = cx__stream_pool_new(l, CX__MEMORY_PINNED, memory_total);
    if (l->pool == NULL || l->pinned == NULL) {
        cx__free(l->pool);
        cx__free(l->pinned);
        cx__free(l);
        return cx__fail_nomem("device", "a device's pools", 0);
    }
    *out = l;
    return CX_OK;
}

void cx__late_delete(cx__late *l)
{
    cx__stream_pool_delete(l->pool);
    cx__stream_pool_delete(l->pinned);
    for (int k = 0; k < CX__SLOTS; k++) {
        cx__slot *const s = slot_at(l, k);
        if (s == NULL) continue;
        if (s->queue != NULL) l->ops->queue_free(s->queue);
        l->ops->mark_free(s->mark);
        cx__free(s);
    }
    pthread_mutex_destroy(&l->lock);
    cx__free(l);
}

/* ---- making them; with the lock held */
static cx_status open_queue(const char *where, cx__slot *s, void *native)
{
    cx__late *const l = s->late;
    const cx_queue_desc desc = {.struct_size = sizeof desc,
                                .native = native,
                                .foreign = s->foreign,
                                .priority = s->priority,
                                .owner = s};
    CX__TRY(cx__late_alive(where, l));
    if (s->mark == NULL) CX__TRY(l->ops->mark_new(l->dev, &s->mark));
    return l->ops->queue_new(l->dev, &desc, &s->queue);
}

/* the slot of index k, made or (a reaped foreign one) made anew */
static cx_status make_slot(const char *where, cx__late *l, int k, int priority, bool foreign,
                           void *native, cx__slot **out)
{
    cx__slot *s = slot_at(l, k);
    const bool fresh = s == NULL;
    if (fresh) {
        s = cx__calloc(1, sizeof *s);
        if (s == NULL) return cx__fail_nomem(where, "a stream", sizeof *s);
        s->late = l;
        s->index = k;
    }
    s->priority = priority;
    s->foreign = foreign;
    s->native = native;
    s->retired = false;
    const cx_status st = open_queue(where, s, native);
    if (st != CX_OK) {
        s->queue = NULL;
        if (fresh && s->mark != NULL) l->ops->mark_free(s->mark);
        if (fresh) cx__free(s);
        return st;
    }
    if (fresh) atomic_store_explicit(&l->slot[k], s, memory_order_release);
    *out = s;
    return CX_OK;
}

/* Everything given to s and queued by now comes before its mark. What another thread is about to
 * queue may not be: then the mark promises no more than before. */
static cx_status mark(cx__slot *s)
{
    const uint64_t seq = get(&s->late->seq);
    const bool quiet = atomic_load(&s->inflight) == 0;
    CX__TRY(s->late->ops->mark_record(s->mark, s->queue));
    if (quiet) raise_to(&s->marked, seq);
    return CX_OK;
}

/* is everything before the mark done? */
static void look(cx__slot *s)
{
    const uint64_t marked = get(&s->marked);
    if (marked > get(&s->done) && s->late->ops->mark_done(s->mark)) raise_to(&s->done, marked);
}

/* A retired foreign slot whose last work is done can serve again. Its queue is freed by the caller
 * without the lock: the backend gives workspaces back then. */
static bool reap(cx__slot *s, cx_queue **old)
{
    if (!s->retired) return false;
    look(s);
    if (get(&s->done) < get(&s->marked)) return false;
    *old = s->queue;
    s->queue = NULL;
    return true;
}

/* an index that no stream has, or -1 */
static int free_index(cx__late *l, cx_queue **old)
{
    for (int k = CX__DEFAULT_SLOTS; k < CX__SLOTS; k++) {
        cx__slot *const s = slot_at(l, k);
        if (s == NULL || (s->retired && s->queue == NULL)) return k;
    }
    for (int k = CX__DEFAULT_SLOTS; k < CX__SLOTS; k++)
        if (reap(slot_at(l, k), old)) return k;
    return -1;
}

/* ---- giving them out */
cx_status cx__slot_take(const char *where, cx__late *l, int priority, cx__slot **out)
{
    cx__slot *best = NULL;
    cx_queue *old = NULL;
    cx_status st = CX_OK;
    pthread_mutex_lock(&l->lock);
    for (int k = CX__DEFAULT_SLOTS; k < CX__SLOTS; k++) {
        cx__slot *const s = slot_at(l, k);
        if (s != NULL && s->queue != NULL && !s->foreign && s->priority == priority &&
            (best == NULL || s->users < best->users))
            best = s;
    }
    if (best == NULL || best->users > 0) {
        const int k = free_index(l, &old);
        if (k >= 0)
            st = make_slot(where, l, k, priority, false, NULL, &best);
        else if (best == NULL)
            st = cx__fail(CX_E_NOMEM, where, "all %d streams of the device are in use",
                          CX__SLOTS - CX__DEFAULT_SLOTS);
    }
    if (st == CX_OK) best->users++;
    pthread_mutex_unlock(&l->lock);
    if (old != NULL) l->ops->queue_free(old);
    *out = best;
    return st;
}

cx_status cx__slot_wrap(const char *where, cx__late *l, void *native, cx__slot **out)
{
    cx__slot *s = NULL;
    cx_queue *old = NULL;
    cx_status st = CX_OK;
    pthread_mutex_lock(&l->lock);
    for (int k = CX__DEFAULT_SLOTS; k < CX__SLOTS && s == NULL; k++) {
        cx__slot *const t = slot_at(l, k);
        if (t != NULL && t->foreign && !t->retired && t->native == native) s = t;
    }
    if (s == NULL) {
        const int k = free_index(l, &old);
        st = k >= 0 ? make_slot(where, l, k, 0, true, native, &s)
                    : cx__fail(CX_E_NOMEM, where, "all %d streams of the device are in use",
                               CX__SLOTS - CX__DEFAULT_SLOTS);
    }
    if (st == CX_OK) s->users++;
    pthread_mutex_unlock(&l->lock);
    if (old != NULL) l->ops->queue_free(old);
    *out = s;
    return st;
}

void cx__slot_release(cx__slot *s)
{
    cx__late *const l = s->late;
    pthread_mutex_lock(&l->lock);
    if (--s->users == 0 && s->foreign) {
        /* the program may destroy its stream now: this mark is the last that is asked of it */
        s->retired = true;
        if (!atomic_load(&l->lost)) {
            cx_error before;
            (void)cx_error_get(&before);
            (void)mark(s);
            cx__error_set(&before);
        }
        raise_to(&s->marked, get(&l->seq));
    }
    pthread_mutex_unlock(&l->lock);
}

static cx_status default_slot(const char *where, cx__late *l, cx__slot **out)
{
    uint8_t *const mine = &cx__self_thread()->stream[l->id.index];
    if (CX__UNLIKELY(*mine == 0)) {
        const int k = (int)(atomic_fetch_add(&l->threads, 1) % CX__DEFAULT_SLOTS);
        cx__slot *s = NULL;
        pthread_mutex_lock(&l->lock);
        const cx_status st =
            slot_at(l, k) != NULL ? CX_OK : make_slot(where, l, k, 0, false, NULL, &s);
        pthread_mutex_unlock(&l->lock);
        CX__TRY(st);
        *mine = (uint8_t)(k + 1);
    }
    *out = slot_at(l, *mine - 1);
    return CX_OK;
}

cx_status cx__slot_current(const char *where, const cx__device *d, cx__slot **out)
{
    const cx_stream *const s = cx__scope_stream(d->id);
    if (s == NULL) return default_slot(where, d->late, out);
    *out = cx__stream_slot(s);
    return CX_OK;
}

/* ---- order */
/* can a new mark be made for s? Work that is being captured runs when its graph does. */
static bool markable(const cx__slot *s)
{
    return !s->retired && atomic_load(&s->capture) == NULL;
}

static cx_status after_one(const char *where, cx__slot *s, int k, uint64_t seq)
{
    cx__late *const l = s->late;
    cx__slot *const other = slot_at(l, k);
    if (k == s->index || get(&s->waited[k]) >= seq || get(&other->done) >= seq) return CX_OK;
    cx_status st = cx__late_alive(where, l);
    pthread_mutex_lock(&l->lock);
    if (st == CX_OK && get(&other->marked) < seq && markable(other)) st = mark(other);
    if (st == CX_OK) st = l->ops->mark_wait(other->mark, s->queue);
    if (st == CX_OK) raise_to(&s->waited[k], get(&other->marked));
    pthread_mutex_unlock(&l->lock);
    return st;
}

cx_status cx__slot_after(const char *where, cx__slot *s, uint64_t slots, uint64_t seq)
{
    for (; slots != 0; slots &= slots - 1)
        CX__TRY(after_one(where, s, __builtin_ctzll(slots), seq));
    return CX_OK;
}

bool cx__late_done(cx__late *l, uint64_t slots, uint64_t seq)
{
    for (; slots != 0; slots &= slots - 1) {
        cx__slot *const s = slot_at(l, __builtin_ctzll(slots));
        if (get(&s->done) >= seq) continue;
        if (get(&s->marked) < seq || atomic_load(&l->lost)) return false;
        pthread_mutex_lock(&l->lock);
        look(s);
        pthread_mutex_unlock(&l->lock);
        if (get(&s->done) < seq) return false;
    }
    return true;
}

static cx_status wait_one(const char *where, cx__slot *s, uint64_t seq)
{
    cx__late *const l = s->late;
    if (get(&s->done) >= seq) return CX_OK;
    CX__TRY(cx__late_alive(where, l));
    CX__TRY(cx__slot_may_wait(where, s));
    pthread_mutex_lock(&l->lock);
    cx_status st = get(&s->marked) < seq && markable(s) ? mark(s) : CX_OK;
    const uint64_t marked = get(&s->marked);
    pthread_mutex_unlock(&l->lock);
    if (st == CX_OK) st = l->ops->mark_wait(s->mark, NULL);
    if (st == CX_OK) raise_to(&s->done, marked);
    return st;
}

cx_status cx__late_wait(const char *where, cx__late *l, uint64_t slots, uint64_t seq)
{
    for (; slots != 0; slots &= slots - 1)
        CX__TRY(wait_one(where, slot_at(l, __builtin_ctzll(slots)), seq));
    return CX_OK;
}

cx_status cx__slot_before(const char *where, cx__slot *s, cx_queue *q)
{
    cx__late *const l = s->late;
    CX__TRY(cx__late_alive(where, l));
    pthread_mutex_lock(&l->lock);
    cx_status st = markable(s) ? mark(s) : CX_OK;
    if (st == CX_OK && q != NULL) st = l->ops->mark_wait(s->mark, q);
    pthread_mutex_unlock(&l->lock);
    return st;
}

/* ---- waiting, and what is told then */
cx_status cx__slot_may_wait(const char *where, const cx__slot *s)
{
    if (CX__LIKELY(atomic_load_explicit(&s->capture, memory_order_relaxed) == NULL)) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, where,
                    "waits for the device, which cannot be captured into a graph");
}

cx_status cx__may_make(const char *where, const cx__device *d, const char *what)
{
    cx__slot *s;
    if (d->late == NULL) return CX_OK;
    CX__TRY(cx__late_alive(where, d->late));
    CX__TRY(cx__slot_current(where, d, &s));
    if (CX__LIKELY(atomic_load_explicit(&s->capture, memory_order_relaxed) == NULL)) return CX_OK;
    return cx__fail(CX_E_UNSUPPORTED, where,
                    "%s is not ready, and cannot be made while a graph is captured; call the "
                    "operation once before",
                    what);
}

cx_status cx__slot_sync(const char *where, cx__slot *s)
{
    cx__late *const l = s->late;
    CX__TRY(cx__late_alive(where, l));
    CX__TRY(cx__slot_may_wait(where, s));
    if (s->retired) return wait_one(where, s, get(&s->marked));
    const uint64_t seq = get(&l->seq);
    /* work of this thread that is still open is queued: it would not wait for itself otherwise */
    const bool quiet = atomic_load(&s->inflight) == (cx__self_thread()->open == s ? 1 : 0);
    CX__TRY(l->ops->queue_sync(s->queue));
    if (quiet) raise_to(&s->done, seq);
    return CX_OK;
}

cx_status cx__late_sync(const char *where, cx__late *l)
{
    cx_status first = CX_OK;
    cx_error told;
    CX__TRY(cx__late_alive(where, l));
    for (int k = 0; k < CX__SLOTS; k++) {
        cx__slot *const s = slot_at(l, k);
        if (s == NULL || s->queue == NULL) continue;
        const cx_status st = cx__slot_sync(where, s);
        if (st == CX_OK || first != CX_OK) continue;
        first = st;
        (void)cx_error_get(&told);
    }
    if (first != CX_OK) cx__error_set(&told);
    return first;
}

/* ---- uses of buffers */
void cx__uses_used(cx__uses *u, uint64_t seq)
{
    raise_to(&u->last, seq);
}

cx_status cx__uses_touch(const char *where, cx__slot *s, cx__buffer *b, uint64_t seq, bool writing)
{
    cx__uses *const u = b->uses;
    const uint64_t mine = UINT64_C(1) << s->index;
    const uint64_t write = get(&u->write), streams = get(&u->streams);
    cx__capture *const c = atomic_load_explicit(&s->capture, memory_order_relaxed);
    if (CX__UNLIKELY(c != NULL))
        cx__capture_touch(c, b, writing);
    else if (writing)
        CX__TRY(cx__slot_after(where, s, streams & ~mine, get(&u->last)));
    else if (write != 0)
        CX__TRY(after_one(where, s, (int)(write >> 56), write & ((UINT64_C(1) << 56) - 1)));
    if (writing) {
        atomic_store_explicit(&u->write, (uint64_t)s->index << 56 | seq, memory_order_relaxed);
        /* in a capture the uses of others are waited for at each launch, not here */
        atomic_store_explicit(&u->streams, c != NULL ? streams | mine : mine, memory_order_relaxed);
    } else if ((streams & mine) == 0) {
        atomic_fetch_or_explicit(&u->streams, mine, memory_order_relaxed);
    }
    raise_to(&u->last, seq);
    return CX_OK;
}
