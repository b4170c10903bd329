/* Host memory: the one file that calls the system's allocator. Blocks carry their size in front, so
 * that the host program's allocator is told it again. Thread state comes from calloc, because it
 * outlives a replaced allocator. */
#define _GNU_SOURCE
#include "base/alloc.h"
#include "base/size.h"
#include "base/thread_state.h"
#include <calx/hooks.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGN = 64, HUGE_PAGE = 2 << 20 };

static void *default_alloc(void *ctx, size_t bytes)
{
    (void)ctx;
    if (bytes > SIZE_MAX / 2) return NULL;
    if (bytes < HUGE_PAGE)
        return aligned_alloc(ALIGN, (bytes + ALIGN - 1) / ALIGN * ALIGN + (bytes == 0 ? ALIGN : 0));
    /* first touch of a 2 MiB page costs a sixth of that of its 4 KiB pages */
    const size_t whole = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *p = aligned_alloc(HUGE_PAGE, whole);
#if defined(MADV_HUGEPAGE)
    if (p != NULL) (void)madvise(p, whole, MADV_HUGEPAGE);
#endif
    return p;
}
static void default_free(void *ctx, void *p, size_t bytes)
{
    (void)ctx;
    (void)bytes;
    free(p);
}

static cx_allocator allocator = {sizeof(cx_allocator), default_alloc, default_free, NULL};
static atomic_llong live_blocks;
static atomic_ullong system_calls;

void *cx__system_alloc(size_t bytes)
{
    void *p = allocator.alloc(allocator.ctx, bytes);
    if (p == NULL) return NULL;
    atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&system_calls, 1, memory_order_relaxed);
    return p;
}

void cx__system_free(void *p, size_t bytes)
{
    if (p == NULL) return;
    atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
    allocator.free(allocator.ctx, p, bytes);
}

int64_t cx__alloc_live(void)
{
    return atomic_load_explicit(&live_blocks, memory_order_relaxed);
}

uint64_t cx__alloc_calls(void)
{
    return atomic_load_explicit(&system_calls, memory_order_relaxed);
}

cx_status cx_set_allocator(const cx_allocator *a)
{
    cx__small_trim();
    if (a != NULL && (a->struct_size != sizeof *a || a->alloc == NULL || a->free == NULL))
        return cx__fail(CX_E_ARGUMENT, "set_allocator",
                        "fill the struct through CX_OPTS(cx_allocator, .alloc = ..., .free = ...)");
    if (cx__alloc_live() != 0)
        return cx__fail(CX_E_ARGUMENT, "set_allocator",
                        "%lld blocks are live; set it before first use",
                        (long long)cx__alloc_live());
    const cx_allocator plain = {sizeof(cx_allocator), default_alloc, default_free, NULL};
    allocator = a != NULL ? *a : plain;
    return CX_OK;
}

typedef union prefix {
    size_t bytes;
    char pad[ALIGN];
} prefix;

void *cx__alloc(size_t bytes)
{
    size_t whole;
    if (!cx__add_size(bytes, sizeof(prefix), &whole)) return NULL;
    prefix *p = cx__system_alloc(whole);
    if (p == NULL) return NULL;
    p->bytes = bytes;
    return p + 1;
}

void *cx__calloc(size_t count, size_t size)
{
    size_t bytes;
    if (!cx__mul_size(count, size, &bytes)) return NULL;
    void *p = cx__alloc(bytes);
    if (p != NULL) memset(p, 0, bytes);
    return p;
}

void cx__free(void *p)
{
    if (p == NULL) return;
    prefix *head = (prefix *)p - 1;
    cx__system_free(head, head->bytes + sizeof(prefix));
}

void *cx__realloc(void *p, size_t bytes)
{
    if (p == NULL) return cx__alloc(bytes);
    void *q = cx__alloc(bytes);
    if (q == NULL) return NULL;
    const size_t old = ((prefix *)p - 1)->bytes;
    memcpy(q, p, old < bytes ? old : bytes);
    cx__free(p);
    return q;
}

char *cx__strndup(const char *s, size_t n)
{
    char *p = cx__alloc(n + 1);
    if (p == NULL) return NULL;
    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *cx__strdup(const char *s)
{
    return cx__strndup(s, strlen(s));
}

/* ---- thread states */
_Thread_local cx__thread *cx__thread_ptr;
static cx__thread emergency = {.emergency = true};
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static cx__thread *registry;
static cx__thread_sums gone; /* counts of threads that ended */
static pthread_key_t key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static size_t list_bytes(unsigned list);

static void add_sums(cx__thread_sums *s, const cx__thread *t)
{
    for (unsigned k = 0; k <= CX__SMALL_CLASSES; k++) {
        const cx__small *c = &t->small[k];
        const uint64_t allocs = atomic_load_explicit(&c->allocs, memory_order_relaxed);
        const uint64_t frees = atomic_load_explicit(&c->frees, memory_order_relaxed);
        const int64_t held = (int64_t)(allocs - frees);
        s->live_bytes += held * (int64_t)list_bytes(k);
        s->cached_bytes +=
            (int64_t)(atomic_load_explicit(&c->count, memory_order_relaxed) * list_bytes(k));
        s->allocs += allocs;
        s->frees += frees;
        if (k == CX__SMALL_CLASSES) s->objects += held;
    }
    s->objects += atomic_load_explicit(&t->objects, memory_order_relaxed);
    s->ops += atomic_load_explicit(&t->ops, memory_order_relaxed);
}

static void thread_end(void *p)
{
    cx__thread *t = p;
    cx__thread_ptr = t; /* other destructors may have cleared nothing; the caches below need it */
    if (t->depth > 0) {
        const cx_scope outermost = {1, t->level[1].serial};
        const cx_status st = cx_scope_close(outermost);
        (void)st;
    }
    if (t->owned != t->owned_inline) cx__free(t->owned);
    cx__small_trim();
    pthread_mutex_lock(&registry_lock);
    add_sums(&gone, t);
    *t->link = t->next;
    if (t->next != NULL) t->next->link = t->link;
    pthread_mutex_unlock(&registry_lock);
    cx__thread_ptr = NULL;
    free(t);
}

static void before_fork(void)
{
    pthread_mutex_lock(&registry_lock);
}
static void after_fork(void)
{
    pthread_mutex_unlock(&registry_lock);
}
static void make_key(void)
{
    (void)pthread_key_create(&key, thread_end);
    (void)pthread_atfork(before_fork, after_fork, after_fork);
}

cx__thread *cx__thread_start(void)
{
    (void)pthread_once(&key_once, make_key);
    cx__thread *t = calloc(1, sizeof *t);
    if (t == NULL) return &emergency;
    t->owned = t->owned_inline;
    t->owned_cap = sizeof t->owned_inline / sizeof t->owned_inline[0];
    pthread_mutex_lock(&registry_lock);
    t->next = registry;
    t->link = &registry;
    if (registry != NULL) registry->link = &t->next;
    registry = t;
    pthread_mutex_unlock(&registry_lock);
    (void)pthread_setspecific(key, t);
    cx__thread_ptr = t;
    return t;
}

cx__thread_sums cx__thread_total(void)
{
    pthread_mutex_lock(&registry_lock);
    cx__thread_sums s = gone;
    for (const cx__thread *t = registry; t != NULL; t = t->next) add_sums(&s, t);
    pthread_mutex_unlock(&registry_lock);
    return s;
}

/* ---- small blocks */
static const uint16_t class_bytes[CX__SMALL_CLASSES] = {64,  128, 192,  256,  384,
                                                        512, 768, 1024, 2048, 4096};
static const uint8_t class_of_64[65] = {0, 0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
                                        8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9,
                                        9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
                                        9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};

static atomic_int bypass; /* 0 not asked yet, 1 pooled, 2 straight through */
bool cx__pool_bypass(void)
{
    const int b = atomic_load_explicit(&bypass, memory_order_relaxed);
    if (CX__LIKELY(b != 0)) return b == 2;
    const char *e = secure_getenv("CX_MEMORY_POOL");
    const int now = e != NULL && strcmp(e, "off") == 0 ? 2 : 1;
    atomic_store_explicit(&bypass, now, memory_order_relaxed);
    return now == 2;
}

static void *take_block(unsigned list, size_t bytes)
{
    cx__thread *t = cx__self_thread();
    cx__small *c = &t->small[list];
    void *p = c->head;
    if (CX__LIKELY(p != NULL)) {
        memcpy(&c->head, p, sizeof(void *));
        CX__OWN_ADD(c->count, -1u);
    } else {
        p = cx__system_alloc(bytes);
        if (p == NULL) return NULL;
        if (t->emergency) return p;
    }
    CX__OWN_ADD(c->allocs, 1);
    return p;
}

/* back to the list or to the system; the caller has counted it as freed */
static void give_block(cx__thread *t, unsigned list, void *p, size_t bytes)
{
    cx__small *c = &t->small[list];
    if (CX__UNLIKELY(t->emergency ||
                     atomic_load_explicit(&c->count, memory_order_relaxed) >= CX__SMALL_KEEP ||
                     cx__pool_bypass())) {
        cx__system_free(p, bytes);
        return;
    }
    memcpy(p, &c->head, sizeof(void *));
    c->head = p;
    CX__OWN_ADD(c->count, 1u);
}

void *cx__small_alloc(size_t bytes)
{
    const unsigned k = class_of_64[(bytes + 63) / 64];
    return take_block(k, class_bytes[k]);
}

void cx__small_free(void *p, size_t bytes)
{
    cx__thread *t = cx__self_thread();
    const unsigned k = class_of_64[(bytes + 63) / 64];
    if (!t->emergency) CX__OWN_ADD(t->small[k].frees, 1);
    give_block(t, k, p, class_bytes[k]);
}

void *cx__header_alloc(size_t bytes)
{
    return take_block(CX__SMALL_CLASSES, (bytes + 63) / 64 * 64);
}

#if defined(CX_DEBUG) && CX_DEBUG
/* debug builds: released headers wait here, so that their tag is seen by whoever still holds them
 * (not when pools are off: then every block is to be given back at once) */
enum { QUARANTINE = 4096 };
static struct {
    void *p;
    size_t bytes;
} quarantine[QUARANTINE];
static size_t quarantine_at;
static pthread_mutex_t quarantine_lock = PTHREAD_MUTEX_INITIALIZER;

void cx__header_free(void *p, size_t bytes)
{
    cx__thread *t = cx__self_thread();
    if (!t->emergency) CX__OWN_ADD(t->small[CX__SMALL_CLASSES].frees, 1);
    if (cx__pool_bypass()) {
        give_block(t, CX__SMALL_CLASSES, p, (bytes + 63) / 64 * 64);
        return;
    }
    pthread_mutex_lock(&quarantine_lock);
    void *old = quarantine[quarantine_at].p;
    const size_t old_bytes = quarantine[quarantine_at].bytes;
    quarantine[quarantine_at].p = p;
    quarantine[quarantine_at].bytes = (bytes + 63) / 64 * 64;
    quarantine_at = (quarantine_at + 1) % QUARANTINE;
    pthread_mutex_unlock(&quarantine_lock);
    if (old != NULL) give_block(t, CX__SMALL_CLASSES, old, old_bytes);
}
#else
void cx__header_free(void *p, size_t bytes)
{
    cx__thread *t = cx__self_thread();
    if (!t->emergency) CX__OWN_ADD(t->small[CX__SMALL_CLASSES].frees, 1);
    give_block(t, CX__SMALL_CLASSES, p, (bytes + 63) / 64 * 64);
}
#endif

void cx__small_trim(void)
{
    cx__thread *t = cx__self_thread();
    for (unsigned k = 0; k <= CX__SMALL_CLASSES; k++)
        while (t->small[k].head != NULL) {
            void *p = t->small[k].head;
            memcpy(&t->small[k].head, p, sizeof(void *));
            CX__OWN_ADD(t->small[k].count, -1u);
            cx__system_free(p, list_bytes(k));
        }
}

size_t cx__header_size; /* set by the noun that owns the header list, before its first block */
static size_t list_bytes(unsigned list)
{
    return list < CX__SMALL_CLASSES ? class_bytes[list] : (cx__header_size + 63) / 64 * 64;
}
