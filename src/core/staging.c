/* Copies from and to host memory that is not pinned: through two pinned chunks of the slot, one
 * filled or emptied while the other is under way. Knows bytes only. */
#include "base/alloc.h"
#include "base/log.h"
#include "core/slot.h"
#include "core/stream_pool.h"
#include <string.h>

enum { CHUNK = 2 << 20 };

struct cx__staging {
    pthread_mutex_t lock;
    cx__block *chunk[2];
    cx_mark *mark[2];
    bool busy[2];
    bool unsure; /* a call failed: copies may be under way that no mark tells of */
    int turn;
};

static cx_status staging_new(const char *where, cx__slot *s, cx__staging **out)
{
    cx__late *const l = s->late;
    cx__staging *const g = cx__calloc(1, sizeof *g);
    if (g == NULL) return cx__fail_nomem(where, "a staging buffer", sizeof *g);
    cx_status st = CX_OK;
    for (int i = 0; i < 2 && st == CX_OK; i++) {
        st = cx__stream_pool_alloc(l->pinned, where, NULL, CHUNK, &g->chunk[i]);
        if (st == CX_OK) st = l->ops->mark_new(l->dev, &g->mark[i]);
    }
    if (st == CX_OK) {
        pthread_mutex_init(&g->lock, NULL);
        *out = g;
        return CX_OK;
    }
    for (int i = 0; i < 2; i++) {
        if (g->chunk[i] != NULL) cx__stream_pool_free(l->pinned, g->chunk[i], 0, 0);
        if (g->mark[i] != NULL) l->ops->mark_free(g->mark[i]);
    }
    cx__free(g);
    return st;
}

/* the slot's staging, locked */
static cx_status enter(const char *where, cx__slot *s, cx__staging **out)
{
    cx__late *const l = s->late;
    CX__TRY(cx__slot_may_wait(where, s));
    cx__staging *g = atomic_load_explicit(&s->staging, memory_order_acquire);
    if (g == NULL) {
        cx__staging *made = NULL, *none = NULL;
        CX__TRY(staging_new(where, s, &made));
        if (atomic_compare_exchange_strong(&s->staging, &none, made)) {
            g = made;
        } else { /* another thread on this stream was first */
            for (int i = 0; i < 2; i++) {
                cx__stream_pool_free(l->pinned, made->chunk[i], 0, 0);
                l->ops->mark_free(made->mark[i]);
            }
            cx__free(made);
            g = none;
        }
    }
    pthread_mutex_lock(&g->lock);
    *out = g;
    return CX_OK;
}

/* After a failure all of the queue has to be done before a chunk is used again. */
static cx_status settle(const cx__slot *s, cx__staging *g)
{
    if (!g->unsure) return CX_OK;
    CX__TRY(s->late->ops->queue_sync(s->queue));
    g->unsure = g->busy[0] = g->busy[1] = false;
    return CX_OK;
}
static cx_status idle(const cx__late *l, cx__staging *g, int i)
{
    if (!g->busy[i]) return CX_OK;
    CX__TRY(l->ops->mark_wait(g->mark[i], NULL));
    g->busy[i] = false;
    return CX_OK;
}
static cx_status record(const cx__slot *s, cx__staging *g, int i)
{
    CX__TRY(s->late->ops->mark_record(g->mark[i], s->queue));
    g->busy[i] = true;
    return CX_OK;
}

cx_status cx__staged_in(const char *where, cx__slot *s, void *dst, const void *host, size_t bytes)
{
    cx__late *const l = s->late;
    cx__staging *g;
    CX__TRY(enter(where, s, &g));
    cx_status st = settle(s, g);
    for (size_t at = 0; at < bytes && st == CX_OK; at += CHUNK) {
        const size_t n = bytes - at < CHUNK ? bytes - at : CHUNK;
        const int i = g->turn ^= 1;
        st = idle(l, g, i);
        if (st != CX_OK) break;
        memcpy(g->chunk[i]->p, (const char *)host + at, n);
        st = l->ops->copy_in(s->queue, (char *)dst + at, g->chunk[i]->p, n);
        if (st == CX_OK) st = record(s, g, i);
    }
    g->unsure |= st != CX_OK;
    pthread_mutex_unlock(&g->lock);
    return st;
}

cx_status cx__staged_out(const char *where, cx__slot *s, void *host, const void *src, size_t bytes)
{
    cx__late *const l = s->late;
    cx__staging *g;
    CX__TRY(enter(where, s, &g));
    cx_status st = settle(s, g);
    if (st == CX_OK) st = idle(l, g, 0);
    if (st == CX_OK) st = idle(l, g, 1);
    /* round k asks for chunk k and takes chunk k - 1 out; the last one comes with the slot's sync
     */
    for (size_t at = 0; at < bytes + CHUNK && st == CX_OK; at += CHUNK) {
        const int i = (int)(at / CHUNK & 1);
        if (at < bytes) {
            const size_t n = bytes - at < CHUNK ? bytes - at : CHUNK;
            st = l->ops->copy_out(s->queue, g->chunk[i]->p, (const char *)src + at, n);
            if (st == CX_OK && at + CHUNK < bytes) st = record(s, g, i);
        }
        if (at >= CHUNK && st == CX_OK) {
            const size_t from = at - CHUNK, n = bytes - from < CHUNK ? bytes - from : CHUNK;
            st = at < bytes ? idle(l, g, i ^ 1) : cx__slot_sync(where, s);
            if (st == CX_OK) memcpy((char *)host + from, g->chunk[i ^ 1]->p, n);
        }
    }
    g->unsure |= st != CX_OK;
    pthread_mutex_unlock(&g->lock);
    return st;
}
