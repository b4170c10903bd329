/* The caching pool of one device. Blocks sit in bins of four sizes per octave (at most a quarter is
 * lost), so a block is found in constant time and any request of a bin reuses any block of it. Page
 * faults cost more than work on medium arrays: warm blocks are kept up to a cap. Knows no array;
 * the backend supplies and takes memory. */
#include "core/pool.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread_state.h"
#include <pthread.h>
#include <string.h>

enum { BINS = 4 * 64, SMALLEST = 4096 };

typedef struct block {
    struct block *next;
    void *memory;
} block;

struct cx__pool {
    pthread_mutex_t lock;
    const cx_backend_ops *ops;
    cx_dev *dev;
    cx_device id;
    block *bin[BINS];
    block *spare; /* records without memory */
    size_t live, cached, peak, limit, cap;
    uint64_t allocs, frees, system_allocs, system_frees;
};

/* size class: bytes rounded up to a multiple of a quarter of the power of two below */
static int bin_of(size_t bytes, size_t *rounded)
{
    if (bytes < SMALLEST) bytes = SMALLEST;
    const int top = 63 - __builtin_clzll((unsigned long long)bytes);
    const size_t step = (size_t)1 << (top - 2);
    const size_t up = (bytes + step - 1) / step * step;
    const int t = 63 - __builtin_clzll((unsigned long long)up);
    *rounded = up;
    return 4 * t + (int)((up >> (t - 2)) & 3);
}

cx__pool *cx__pool_new(const cx_backend_ops *ops, cx_dev *dev, cx_device id, size_t memory_total)
{
    cx__pool *p = cx__calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    pthread_mutex_init(&p->lock, NULL);
    p->ops = ops;
    p->dev = dev;
    p->id = id;
    p->cap = memory_total / 8;
    return p;
}

/* hand cached memory back, largest first, until at most keep bytes are cached; called with the lock
 * held */
static void trim_locked(cx__pool *p, size_t keep)
{
    for (int i = BINS - 1; i >= 0 && p->cached > keep; i--) {
        const size_t bytes = ((size_t)4 + (size_t)(i & 3)) << (i / 4 - 2);
        while (p->bin[i] != NULL && p->cached > keep) {
            block *b = p->bin[i];
            p->bin[i] = b->next;
            p->ops->mem_free(p->dev, b->memory, bytes);
            p->cached -= bytes;
            p->system_frees++;
            b->memory = NULL;
            b->next = p->spare;
            p->spare = b;
        }
    }
}

static CX__COLD void out_of_memory(cx__pool *p, const char *where, size_t bytes, cx_status why)
{
    size_t largest = 0;
    for (int i = BINS - 1; i >= 0 && largest == 0; i--)
        if (p->bin[i] != NULL) largest = ((size_t)4 + (size_t)(i & 3)) << (i / 4 - 2);
    char name[16];
    (void)cx__fail(why, where,
                   "%s: %zu bytes asked; %zu live, %zu cached (largest block %zu), limit %zu",
                   cx_device_name(p->id, name), bytes, p->live, p->cached, largest, p->limit);
}

void *cx__pool_alloc(cx__pool *p, const char *where, size_t bytes, size_t *got)
{
    if (bytes > SIZE_MAX / 2) {
        (void)cx__fail_nomem(where, "an array", bytes);
        return NULL;
    }
    size_t size;
    const int k = bin_of(bytes, &size);
    *got = size;
    void *memory = NULL;
    pthread_mutex_lock(&p->lock);
    block *b = p->bin[k];
    if (b != NULL) {
        p->bin[k] = b->next;
        memory = b->memory;
        p->cached -= size;
        b->next = p->spare;
        p->spare = b;
    } else {
        cx_status st = CX_OK;
        if (p->limit != 0 && p->live + p->cached + size > p->limit)
            trim_locked(p, p->limit > p->live + size ? p->limit - p->live - size : 0);
        if (p->limit != 0 && p->live + p->cached + size > p->limit) st = CX_E_NOMEM;
        if (st == CX_OK) st = p->ops->mem_alloc(p->dev, size, &memory);
        if (st != CX_OK && p->cached > 0 && (p->limit == 0 || p->live + size <= p->limit)) {
            trim_locked(p, 0);
            st = p->ops->mem_alloc(p->dev, size, &memory);
        }
        if (st != CX_OK) {
            out_of_memory(p, where, bytes, st);
            pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        p->system_allocs++;
    }
    p->live += size;
    p->allocs++;
    if (p->live > p->peak) p->peak = p->live;
    pthread_mutex_unlock(&p->lock);
    if (cx__tracing(CX__TRACE_MEM))
        cx__log("mem", "%s: %zu bytes (%s), asked %zu", where, size, b != NULL ? "cached" : "new",
                bytes);
    return memory;
}

void cx__pool_free(cx__pool *p, void *memory, size_t got)
{
    size_t size;
    const int k = bin_of(got, &size);
    pthread_mutex_lock(&p->lock);
    p->live -= got;
    p->frees++;
    block *b = NULL;
    if (!cx__pool_bypass() && got <= p->cap && p->cached + got <= p->cap) {
        b = p->spare;
        if (b != NULL)
            p->spare = b->next;
        else
            b = cx__alloc(sizeof *b);
    }
    if (b != NULL) {
        b->memory = memory;
        b->next = p->bin[k];
        p->bin[k] = b;
        p->cached += got;
    } else {
        p->ops->mem_free(p->dev, memory, got);
        p->system_frees++;
    }
    pthread_mutex_unlock(&p->lock);
}

void cx__pool_stats(cx__pool *p, cx_memory *out)
{
    pthread_mutex_lock(&p->lock);
    *out = (cx_memory){p->live,   p->cached, p->peak,          p->limit,
                       p->allocs, p->frees,  p->system_allocs, p->system_frees};
    pthread_mutex_unlock(&p->lock);
}

void cx__pool_limit(cx__pool *p, size_t bytes)
{
    pthread_mutex_lock(&p->lock);
    p->limit = bytes;
    if (bytes != 0 && p->live + p->cached > bytes)
        trim_locked(p, bytes > p->live ? bytes - p->live : 0);
    pthread_mutex_unlock(&p->lock);
}

void cx__pool_trim(cx__pool *p, size_t keep)
{
    pthread_mutex_lock(&p->lock);
    trim_locked(p, keep);
    if (p->cached == 0) /* records too: a trimmed pool holds nothing */
        while (p->spare != NULL) {
            block *b = p->spare;
            p->spare = b->next;
            cx__free(b);
        }
    pthread_mutex_unlock(&p->lock);
}
