/* What a thread carries: last error, scope levels, small-block caches, counts. One pointer in
 * static TLS, the rest on the heap at first use. Private to src/base and the hot paths of src/core.
 */
#ifndef CX_BASE_THREAD_STATE_H
#define CX_BASE_THREAD_STATE_H
#include "base/object.h"
#include <stdatomic.h>

enum { CX__LEVELS = 64, CX__SMALL_CLASSES = 10, CX__SMALL_MAX = 4096, CX__SMALL_KEEP = 32 };

/** One open scope. Its handles are owned[base..] up to the next level's base. */
typedef struct cx__level {
    uint32_t serial, threads;
    size_t base;
    bool limited; /* deadline, cancel flag or a nil stream, here or outside */
    bool has_error;
    bool deferred; /* errors */
    int64_t deadline_ns;
    const cx_cancel *cancel;
    cx_stream *stream; /* set here, not inherited; NULL: none */
    void (*on_progress)(const cx_progress *, void *);
    void (*on_warning)(cx_status, const char *, void *);
    void *progress_ctx, *warning_ctx;
} cx__level;

typedef struct cx__small {
    void *head;
    atomic_uint count; /* cached blocks */
    atomic_ullong allocs, frees;
} cx__small;

typedef struct cx__thread {
    uint32_t depth, serial, over; /* over: opens past CX__LEVELS */
    uint32_t streams;             /* open levels that name a stream */
    size_t owned_count, owned_cap;
    cx__object **owned;
    cx__small small[CX__SMALL_CLASSES + 1]; /* the last is for array headers only; counts are
                                               written by this thread only */
    atomic_ullong ops;
    atomic_llong objects; /* but arrays, which the headers count */
    int64_t warnings;
    int64_t progress_ns;
    bool worker, emergency;
    uint8_t stream[16]; /* this thread's default stream of each GPU, counted from 1; 0: none yet */
    void *open;         /* the stream that it is giving work to (src/core/slot.c) */
    struct cx__thread *next, **link;
    cx__object *owned_inline[64];
    cx__level level[CX__LEVELS + 1]; /* level[0] is no scope */
    cx_error last;
    cx_error warning;
    cx_error error[CX__LEVELS + 1];
} cx__thread;

extern _Thread_local cx__thread *cx__thread_ptr;
CX__COLD cx__thread *cx__thread_start(void);
/** This thread's state: never NULL (the shared emergency state when there is no memory: scopes
 * cannot open on it). */
static inline cx__thread *cx__self_thread(void)
{
    cx__thread *t = cx__thread_ptr;
    return CX__LIKELY(t != NULL) ? t : cx__thread_start();
}

/** Counts that only their thread writes: a plain add that others may read. */
#define CX__OWN_ADD(field, n)                                                                   \
    atomic_store_explicit(&(field), atomic_load_explicit(&(field), memory_order_relaxed) + (n), \
                          memory_order_relaxed)

/** Sums over all threads, living and gone. */
typedef struct cx__thread_sums {
    int64_t live_bytes, cached_bytes, objects;
    uint64_t allocs, frees, ops;
} cx__thread_sums;
cx__thread_sums cx__thread_total(void);

/** Small blocks (at most CX__SMALL_MAX bytes, 64-byte aligned) from the thread's cache. NULL on
 * failure. The same bytes go back. */
void *cx__small_alloc(size_t bytes);
void cx__small_free(void *p, size_t bytes);
/** Blocks of one fixed size that are never reused for anything else while cached (array headers).
 */
void *cx__header_alloc(size_t bytes);
void cx__header_free(void *p, size_t bytes);
/** Size of the one kind of block in the header list; set once by its noun. */
extern size_t cx__header_size;
/** Empty this thread's caches. */
void cx__small_trim(void);
/** Pools hand every block straight through to the system ($CX_MEMORY_POOL=off): tests see each use
 * of memory. */
bool cx__pool_bypass(void);
#endif
