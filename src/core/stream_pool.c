/* The pool of a device whose queues run late. A free block remembers which slots may still be using
 * it and up to which number, so it is handed out again in stream order, without waiting: first to
 * the slot that had it, then where its uses are known to be done; another slot is made to wait for
 * them. Three sizes of segments keep small requests out of large blocks. Never frees, never waits
 * and never steals while a graph is captured. Knows no array; host memory is asked for only when
 * the pool grows. */
#include "core/stream_pool.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread_state.h"
#include <stdio.h>
#include <string.h>

enum { SMALL, MIDDLE, LARGE, STRAIGHT, SIZES }; /* STRAIGHT: pools are off, one block a segment */
enum { LIVE = 1, FREE, KEPT };                  /* KEPT: for a capture's further use */
enum { SHARED = CX__SLOTS, NOBODY, OWNERS };    /* whose free block: a slot's, several's, none's */
enum { SLAB = 64 };

static const struct {
    size_t most, segment, granule; /* requests up to; segment; multiple that requests round up to */
} sizes[SIZES] = {{(size_t)1 << 20, (size_t)2 << 20, 512},
                  {(size_t)32 << 20, (size_t)64 << 20, (size_t)64 << 10},
                  {SIZE_MAX / 4, 0, (size_t)2 << 20},
                  {SIZE_MAX / 4, 0, 1}};

typedef struct slab {
    struct slab *next;
    cx__block block[SLAB];
} slab;

struct cx__stream_pool {
    pthread_mutex_t lock;
    cx__late *late;
    enum cx__memory_kind kind;
    cx__block *root[SIZES][OWNERS];
    uint64_t owners[SIZES][2]; /* bits: whose trees are not empty */
    cx__block *segments, *spare;
    slab *slabs;
    cx__block *leaving; /* straight: given back, but perhaps in use */
    size_t live, held, peak, limit, plenty, total;
    size_t leaving_bytes;
    uint64_t allocs, frees, system_allocs, system_frees;
};

cx__stream_pool *cx__stream_pool_new(cx__late *l, enum cx__memory_kind kind, size_t memory_total)
{
    cx__stream_pool *const p = cx__calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    pthread_mutex_init(&p->lock, NULL);
    p->late = l;
    p->kind = kind;
    p->total = memory_total;
    /* below this much a stream gets memory of its own rather than wait for another's: streams that
     * took each other's blocks would run one after the other */
    p->plenty = kind == CX__MEMORY_DEVICE ? memory_total / 8 : (size_t)256 << 20;
    return p;
}

/* ---- records */
static cx__block *record_new(cx__stream_pool *p)
{
    if (p->spare == NULL) {
        slab *const s = cx__calloc(1, sizeof *s);
        if (s == NULL) return NULL;
        s->next = p->slabs;
        p->slabs = s;
        for (int i = 0; i < SLAB; i++) {
            s->block[i].left = p->spare;
            p->spare = &s->block[i];
        }
    }
    cx__block *const b = p->spare;
    p->spare = b->left;
    memset(b, 0, sizeof *b);
    return b;
}
static void record_free(cx__stream_pool *p, cx__block *b)
{
    b->left = p->spare;
    p->spare = b;
}

/* ---- trees */
static uint8_t owner_of(uint64_t streams)
{
    if (streams == 0) return NOBODY;
    return (streams & (streams - 1)) == 0 ? (uint8_t)__builtin_ctzll(streams) : SHARED;
}
static void put_in(cx__stream_pool *p, cx__block *b)
{
    b->state = FREE;
    b->owner = owner_of(b->streams);
    cx__block_insert(&p->root[b->sizes][b->owner], b);
    p->owners[b->sizes][b->owner >> 6] |= UINT64_C(1) << (b->owner & 63);
}
static void take_out(cx__stream_pool *p, cx__block *b)
{
    cx__block **const root = &p->root[b->sizes][b->owner];
    cx__block_remove(root, b);
    b->state = 0; /* neither free nor live: its neighbours do not join it */
    if (*root == NULL) p->owners[b->sizes][b->owner >> 6] &= ~(UINT64_C(1) << (b->owner & 63));
}

/* a and its neighbour after it, both out of the trees, become one */
static void join(cx__stream_pool *p, cx__block *a)
{
    cx__block *const b = a->next;
    a->bytes += b->bytes;
    a->streams |= b->streams;
    if (b->seq > a->seq) a->seq = b->seq;
    a->next = b->next;
    if (a->next != NULL) a->next->prev = a;
    record_free(p, b);
}
/* Blocks of one stream, and of nobody, grow together, for that stream will use them again. Two
 * streams' do not, and nobody's pinned block is not spoilt by one that is being copied. */
static bool joins(const cx__stream_pool *p, const cx__block *a, const cx__block *b)
{
    if (b == NULL || b->state != FREE) return false;
    if (a->streams == b->streams) return true;
    return p->kind == CX__MEMORY_DEVICE && (a->streams == 0 || b->streams == 0) &&
           owner_of(a->streams | b->streams) != SHARED;
}
static void give(cx__stream_pool *p, cx__block *b)
{
    if (joins(p, b, b->next)) {
        take_out(p, b->next);
        join(p, b);
    }
    if (joins(p, b, b->prev)) {
        b = b->prev;
        take_out(p, b);
        join(p, b);
    }
    put_in(p, b);
}

/* ---- segments */
static cx_status memory_get(cx__stream_pool *p, size_t bytes, void **out)
{
    const cx__late *const l = p->late;
    return p->kind == CX__MEMORY_DEVICE ? l->ops->mem_alloc(l->dev, bytes, out)
                                        : l->ops->pinned_alloc(l->dev, bytes, out);
}
/* the segment whose only block b is, out of the trees */
static void segment_drop(cx__stream_pool *p, cx__block *b)
{
    const cx__late *const l = p->late;
    if (!atomic_load(&l->lost)) { /* a lost device's memory went with it */
        if (p->kind == CX__MEMORY_DEVICE)
            l->ops->mem_free(l->dev, b->p, b->bytes);
        else
            l->ops->pinned_free(l->dev, b->p, b->bytes);
    }
    if (b->before != NULL)
        b->before->after = b->after;
    else
        p->segments = b->after;
    if (b->after != NULL) b->after->before = b->before;
    p->held -= b->bytes;
    p->system_frees++;
    record_free(p, b);
}

static bool capturing(const cx__stream_pool *p)
{
    return atomic_load(&p->late->captures) != 0;
}

/* Give back segments that are free as a whole until at most keep bytes are held beyond live ones;
 * those in use are waited for. */
static void release(cx__stream_pool *p, size_t keep)
{
    if (capturing(p)) return;
    cx_error before;
    (void)cx_error_get(&before);
    for (cx__block *b = p->segments, *next; b != NULL && p->held - p->live > keep; b = next) {
        next = b->after;
        if (b->state != FREE || b->next != NULL) continue;
        if (!atomic_load(&p->late->lost) &&
            cx__late_wait("memory", p->late, b->streams, b->seq) != CX_OK)
            continue;
        take_out(p, b);
        segment_drop(p, b);
    }
    cx__error_set(&before);
}

/* What is known to be done belongs to nobody, and all free neighbours become one, whoever used
 * them: before memory is asked for, or as much as possible given back. */
static void gather(cx__stream_pool *p)
{
    for (cx__block *first = p->segments; first != NULL; first = first->after)
        for (cx__block *b = first; b != NULL; b = b->next) {
            if (b->state != FREE) continue;
            take_out(p, b);
            if (cx__late_done(p->late, b->streams, b->seq)) b->streams = 0;
            while (b->next != NULL && b->next->state == FREE) {
                take_out(p, b->next);
                join(p, b);
            }
            put_in(p, b);
        }
}

/* A new segment as one block out of the trees; NOMEM without an error's text. */
static cx_status grow(cx__stream_pool *p, const char *where, size_t bytes, int k, cx__block **out)
{
    cx_status st = CX_E_NOMEM;
    void *memory = NULL;
    cx__block *const b = record_new(p);
    if (b == NULL) return cx__fail_nomem(where, "a block's record", sizeof *b);
    /* where a whole segment does not fit, the request alone may */
    size_t size = sizes[k].segment != 0 ? sizes[k].segment : bytes;
    for (int attempt = 0; attempt < 2 && st == CX_E_NOMEM; attempt++, size = bytes) {
        if (attempt == 1 && (sizes[k].segment == 0 || bytes == sizes[k].segment)) break;
        if (p->limit != 0 && (size > p->limit || p->held > p->limit - size)) continue;
        st = memory_get(p, size, &memory);
        if (st == CX_OK) break;
    }
    if (st != CX_OK) {
        record_free(p, b);
        return st;
    }
    b->p = memory;
    b->bytes = size;
    b->sizes = (uint8_t)k;
    b->priority = (uint32_t)(((uint64_t)(uintptr_t)memory >> 8) * 0x9e3779b97f4a7c15u >> 32);
    b->after = p->segments;
    if (p->segments != NULL) p->segments->before = b;
    p->segments = b;
    p->held += size;
    p->system_allocs++;
    *out = b;
    return CX_OK;
}

/* ---- finding */
/* the best block of one owner; a large one serves no request that would waste much of it */
static cx__block *best_of(const cx__stream_pool *p, int k, int owner, size_t bytes)
{
    cx__block *const b = cx__block_best(p->root[k][owner], bytes);
    if (b != NULL && k == LARGE && b->bytes - bytes > bytes / 4 + sizes[LARGE].granule) return NULL;
    return b;
}

/* the smallest fitting block of the other owners, of those that are done or of all */
static cx__block *best_of_others(cx__stream_pool *p, int k, size_t bytes, bool done)
{
    cx__block *best = NULL;
    for (int half = 0; half < 2; half++)
        for (uint64_t bits = p->owners[k][half]; bits != 0; bits &= bits - 1) {
            cx__block *const b = best_of(p, k, 64 * half + __builtin_ctzll(bits), bytes);
            if (b == NULL || (best != NULL && best->bytes <= b->bytes)) continue;
            if (done && !cx__late_done(p->late, b->streams, b->seq)) continue;
            best = b;
        }
    return best;
}

/* What may be used without anybody waiting: the slot's own, nobody's, what is done. */
static cx__block *find_ready(cx__stream_pool *p, int k, const cx__slot *s, size_t bytes)
{
    cx__block *b = s != NULL ? best_of(p, k, s->index, bytes) : NULL;
    if (b == NULL) b = best_of(p, k, NOBODY, bytes);
    if (b != NULL) return b;
    b = best_of_others(p, k, bytes, true);
    if (b == NULL) return NULL;
    take_out(p, b);
    b->streams = 0;
    put_in(p, b);
    return b;
}

/* A block that others may be using, which s (or the host) is made to wait for. */
static cx_status steal(cx__stream_pool *p, const char *where, int k, cx__slot *s, size_t bytes,
                       cx__block **out)
{
    *out = NULL;
    if (capturing(p)) return CX_OK;
    cx__block *const b = best_of_others(p, k, bytes, false);
    if (b == NULL) return CX_OK;
    CX__TRY(s != NULL ? cx__slot_after(where, s, b->streams, b->seq)
                      : cx__late_wait(where, p->late, b->streams, b->seq));
    take_out(p, b);
    b->streams = s != NULL ? UINT64_C(1) << s->index : 0;
    put_in(p, b);
    *out = b;
    return CX_OK;
}

static CX__COLD cx_status out_of_memory(cx__stream_pool *p, const char *where, size_t bytes)
{
    char by_stream[120] = "", name[16], device[80] = "";
    size_t largest = 0, used = 0, per[OWNERS] = {0};
    for (const cx__block *first = p->segments; first != NULL; first = first->after)
        for (const cx__block *b = first; b != NULL; b = b->next)
            if (b->state == FREE) {
                per[b->owner] += b->bytes;
                if (b->bytes > largest) largest = b->bytes;
            }
    for (int i = 0; i < CX__SLOTS; i++)
        if (per[i] > 0 && used < sizeof by_stream - 40)
            used += (size_t)snprintf(by_stream + used, sizeof by_stream - used, "%s%d: %zu",
                                     used > 0 ? ", " : "; by stream ", i, per[i]);
    const cx__late *const l = p->late;
    size_t available = 0, total = 0;
    if (p->kind == CX__MEMORY_DEVICE && l->ops->mem_info != NULL &&
        l->ops->mem_info(l->dev, &available, &total) == CX_OK)
        snprintf(device, sizeof device, "; device: %zu free of %zu, %zu others'", available, total,
                 total > available + p->held ? total - available - p->held : 0);
    return cx__fail(CX_E_NOMEM, where,
                    "%s: %zu bytes asked; %zu live + %zu cached = %zu held (limit %zu); largest "
                    "free block %zu%s%s",
                    p->kind == CX__MEMORY_DEVICE ? cx_device_name(l->id, name) : "pinned memory",
                    bytes, p->live, p->held - p->live, p->held, p->limit, largest, by_stream,
                    device);
}

/* a free or a new block of at least bytes, out of the trees */
static cx_status obtain(cx__stream_pool *p, const char *where, int k, cx__slot *s, size_t bytes,
                        cx__block **out)
{
    cx__block *b = find_ready(p, k, s, bytes);
    const bool wait = p->held >= p->plenty || (p->limit != 0 && p->held >= p->limit / 8);
    if (b == NULL && wait) CX__TRY(steal(p, where, k, s, bytes, &b));
    if (b == NULL && wait && p->held - p->live >= bytes && k != LARGE) {
        gather(p);
        b = find_ready(p, k, s, bytes);
        if (b == NULL) CX__TRY(steal(p, where, k, s, bytes, &b));
    }
    if (b != NULL) {
        take_out(p, b);
        *out = b;
        return CX_OK;
    }
    cx_status st = grow(p, where, bytes, k, out);
    if (st != CX_E_NOMEM) return st;
    CX__TRY(steal(p, where, k, s, bytes, &b));
    if (b == NULL && !capturing(p)) {
        gather(p);
        b = find_ready(p, k, s, bytes);
        if (b == NULL) CX__TRY(steal(p, where, k, s, bytes, &b));
    }
    if (b != NULL) {
        take_out(p, b);
        *out = b;
        return CX_OK;
    }
    release(p, 0);
    st = grow(p, where, bytes, k, out);
    return st == CX_E_NOMEM ? out_of_memory(p, where, bytes) : st;
}

/* the rest of a block that is larger than asked for goes back */
static void split(cx__stream_pool *p, cx__block *b, size_t bytes)
{
    if (b->sizes >= LARGE || b->bytes - bytes < sizes[b->sizes].granule) return;
    cx__block *const rest = record_new(p);
    if (rest == NULL) return; /* it is larger, then */
    rest->p = b->p + bytes;
    rest->bytes = b->bytes - bytes;
    rest->sizes = b->sizes;
    rest->streams = b->streams;
    rest->seq = b->seq;
    rest->priority = (uint32_t)(((uint64_t)(uintptr_t)rest->p >> 8) * 0x9e3779b97f4a7c15u >> 32);
    rest->prev = b;
    rest->next = b->next;
    if (rest->next != NULL) rest->next->prev = rest;
    b->next = rest;
    b->bytes = bytes;
    give(p, rest);
}

/* straight: nothing is used twice, and what is given back goes when it is done */
static void leave(cx__stream_pool *p, bool all)
{
    if (capturing(p)) return;
    const bool wait = all || p->leaving_bytes > (size_t)256 << 20;
    for (cx__block **at = &p->leaving; *at != NULL;) {
        cx__block *const b = *at;
        const bool done = atomic_load(&p->late->lost) ||
                          cx__late_done(p->late, b->streams, b->seq) ||
                          (wait && cx__late_wait("memory", p->late, b->streams, b->seq) == CX_OK);
        if (!done) {
            at = &b->left;
            continue;
        }
        *at = b->left;
        p->leaving_bytes -= b->bytes;
        segment_drop(p, b);
    }
}

/* of what a capture has got back, the smallest that fits */
static cx__block *from_capture(cx__capture *c, size_t bytes)
{
    cx__block **best = NULL;
    for (cx__block **at = &c->free; *at != NULL; at = &(*at)->left)
        if ((*at)->bytes >= bytes && (*at)->bytes / 2 <= bytes &&
            (best == NULL || (*at)->bytes < (*best)->bytes))
            best = at;
    if (best == NULL) return NULL;
    cx__block *const b = *best;
    *best = b->left;
    return b;
}

static cx_status alloc_locked(cx__stream_pool *p, const char *where, cx__slot *s, size_t bytes,
                              cx__block **out)
{
    int k = 0;
    if (cx__pool_bypass())
        k = STRAIGHT;
    else
        while (bytes > sizes[k].most) k++;
    const size_t size = (bytes + sizes[k].granule - 1) / sizes[k].granule * sizes[k].granule;
    cx__capture *const c = s != NULL ? atomic_load(&s->capture) : NULL;
    cx__block *b = c != NULL && k != STRAIGHT ? from_capture(c, size) : NULL;
    if (b == NULL && k == STRAIGHT) {
        leave(p, false);
        cx_status st = grow(p, where, size, k, &b);
        if (st == CX_E_NOMEM) st = out_of_memory(p, where, bytes);
        CX__TRY(st);
    } else if (b == NULL) {
        CX__TRY(obtain(p, where, k, s, size, &b));
        split(p, b, size);
    }
    b->state = LIVE;
    b->capture = c != NULL ? c->serial : 0;
    *out = b;
    return CX_OK;
}

cx_status cx__stream_pool_alloc(cx__stream_pool *p, const char *where, cx__slot *s, size_t bytes,
                                cx__block **out)
{
    if (bytes > SIZE_MAX / 8) return cx__fail_nomem(where, "an array", bytes);
    CX__TRY(cx__late_alive(where, p->late));
    pthread_mutex_lock(&p->lock);
    const uint64_t grown = p->system_allocs;
    const cx_status st = alloc_locked(p, where, s, bytes > 0 ? bytes : 1, out);
    const bool fresh = p->system_allocs != grown;
    if (st == CX_OK) {
        p->live += (*out)->bytes;
        p->allocs++;
        if (p->live > p->peak) p->peak = p->live;
    }
    pthread_mutex_unlock(&p->lock);
    if (st == CX_OK && cx__tracing(CX__TRACE_MEM))
        cx__log("mem", "%s: %zu bytes (%s%s), asked %zu", where, (*out)->bytes,
                fresh ? "new" : "cached", p->kind == CX__MEMORY_PINNED ? ", pinned" : "", bytes);
    return st;
}

/* the running capture that took a block, NULL if it has ended */
static cx__capture *capture_of(const cx__stream_pool *p, const cx__block *b)
{
    if (b->capture == 0 || !capturing(p)) return NULL;
    for (int i = 0; i < CX__SLOTS; i++) {
        cx__slot *const s = atomic_load(&p->late->slot[i]);
        cx__capture *const c = s != NULL ? atomic_load(&s->capture) : NULL;
        if (c != NULL && c->serial == b->capture) return c;
    }
    return NULL;
}

void cx__stream_pool_free(cx__stream_pool *p, cx__block *b, uint64_t slots, uint64_t seq)
{
    pthread_mutex_lock(&p->lock);
    cx__capture *const c = capture_of(p, b);
    p->live -= b->bytes;
    p->frees++;
    b->streams = slots;
    b->seq = seq;
    if (c != NULL) {
        b->state = KEPT;
        b->left = c->free;
        c->free = b;
    } else if (b->sizes == STRAIGHT) {
        b->state = KEPT;
        b->left = p->leaving;
        p->leaving = b;
        p->leaving_bytes += b->bytes;
        leave(p, false);
    } else {
        give(p, b);
    }
    pthread_mutex_unlock(&p->lock);
}

void cx__stream_pool_end_capture(cx__stream_pool *p, cx__capture *c)
{
    pthread_mutex_lock(&p->lock);
    while (c->free != NULL) {
        cx__block *const b = c->free;
        c->free = b->left;
        b->left = NULL;
        b->streams = UINT64_C(1) << c->slot->index;
        b->seq = cx__late_next(p->late);
        if (b->sizes == STRAIGHT) {
            b->left = p->leaving;
            p->leaving = b;
            p->leaving_bytes += b->bytes;
        } else {
            give(p, b);
        }
    }
    pthread_mutex_unlock(&p->lock);
}

void cx__stream_pool_forked(cx__stream_pool *p)
{
    pthread_mutex_init(&p->lock, NULL);
}

/* ---- accounts */
void cx__stream_pool_stats(cx__stream_pool *p, cx_memory *out)
{
    pthread_mutex_lock(&p->lock);
    *out = (cx_memory){p->live,   p->held - p->live, p->peak,          p->limit,
                       p->allocs, p->frees,          p->system_allocs, p->system_frees};
    pthread_mutex_unlock(&p->lock);
}

void cx__stream_pool_limit(cx__stream_pool *p, size_t bytes)
{
    pthread_mutex_lock(&p->lock);
    p->limit = bytes;
    if (bytes != 0 && p->held > bytes) {
        gather(p);
        release(p, bytes > p->live ? bytes - p->live : 0);
    }
    pthread_mutex_unlock(&p->lock);
}

void cx__stream_pool_trim(cx__stream_pool *p, size_t keep)
{
    pthread_mutex_lock(&p->lock);
    leave(p, true);
    gather(p);
    release(p, keep);
    if (p->segments == NULL) { /* records too: a trimmed pool holds nothing */
        p->spare = NULL;
        while (p->slabs != NULL) {
            slab *const s = p->slabs;
            p->slabs = s->next;
            cx__free(s);
        }
    }
    pthread_mutex_unlock(&p->lock);
}

void cx__stream_pool_free_blocks(cx__stream_pool *p, size_t *largest, size_t *total)
{
    pthread_mutex_lock(&p->lock);
    *largest = *total = 0;
    for (const cx__block *first = p->segments; first != NULL; first = first->after)
        for (const cx__block *b = first; b != NULL; b = b->next)
            if (b->state == FREE) {
                *total += b->bytes;
                if (b->bytes > *largest) *largest = b->bytes;
            }
    pthread_mutex_unlock(&p->lock);
}

void cx__stream_pool_delete(cx__stream_pool *p)
{
    cx__stream_pool_trim(p, 0);
    pthread_mutex_destroy(&p->lock);
    cx__free(p);
}
