/* Kernels in memory, and the thread that compiles in the background. Two tables: what formulas
 * asked for, under their keys, read without a lock by every run; and what users' kernels hold, by
 * what they were made from. Nothing is compiled under the lock. Knows no source. */
#include "jit/build.h"
#include "jit/code.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEVICES = 16,
    KERNELS = 1024,     /* of formulas, and as many held ones, on one device */
    SLOTS = 2 * KERNELS /* half empty, so that a look ends soon */
};

/* ---- what formulas asked for. Slots are filled and never emptied: a reader that sees the key sees
 * the slot. */
typedef struct slot {
    _Atomic uint64_t key[2]; /* key[0] is written last, and is 0 in an empty slot */
    atomic_int state;        /* cuda_jit_state */
    _Atomic(const void *) kernel;
} slot;
typedef struct device_table {
    slot slots[SLOTS];
    int count;        /* under the lock */
    atomic_bool full; /* what is not found will not be compiled any more */
    cx_code codes[KERNELS];
} device_table;
static device_table tables[DEVICES];

/* ---- the background */
typedef struct job {
    struct job *next;
    cx_dev *dev;
    slot *slot;
    cuda_source source;
    size_t bytes; /* of this block: the texts stand behind */
} job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER, change = PTHREAD_COND_INITIALIZER;
static job *first, *last, *current; /* current: what the thread compiles now */
static bool stopping, running;
static pthread_t worker;

typedef enum jit_mode { JIT_BACKGROUND, JIT_OFF, JIT_WAIT } jit_mode;
static jit_mode mode;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static job *volatile of_the_parent[2]; /* in a child of fork; never used */

static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}
static void parent_forked(void)
{
    pthread_mutex_unlock(&lock);
}
/* The thread is the parent's, and so is what it was about to do. Its jobs are kept as they are: the
 * program's allocator may not be up to giving memory back here. */
static void child_forked(void)
{
    of_the_parent[0] = first;
    of_the_parent[1] = current;
    for (int d = 0; d < DEVICES; d++) {
        for (int i = 0; i < SLOTS && tables[d].count > 0; i++)
            if (atomic_load(&tables[d].slots[i].state) == CUDA_JIT_PENDING)
                atomic_store(&tables[d].slots[i].state, CUDA_JIT_FAILED);
        for (int i = 0; i < KERNELS; i++)
            if (tables[d].codes[i].state == CUDA_JIT_PENDING)
                tables[d].codes[i].state = CUDA_JIT_UNKNOWN;
    }
    first = last = current = NULL;
    running = false;
    pthread_mutex_unlock(&lock);
}

static void start(void)
{
    const char *const s = secure_getenv("CX_JIT");
    mode = s == NULL                ? JIT_BACKGROUND
           : strcmp(s, "off") == 0  ? JIT_OFF
           : strcmp(s, "wait") == 0 ? JIT_WAIT
                                    : JIT_BACKGROUND;
    (void)pthread_atfork(before_fork, parent_forked, child_forked);
}
static jit_mode mode_now(void)
{
    (void)pthread_once(&once, start);
    return mode;
}

/* ---- finding */
static uint64_t nonzero(uint64_t key)
{
    return key != 0 ? key : 1;
}
static size_t first_place(const uint64_t key[2])
{
    return (size_t)((key[0] ^ key[1] << 32) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % SLOTS;
}

static slot *find_slot(device_table *t, const uint64_t key[2])
{
    const uint64_t k = nonzero(key[0]);
    for (size_t i = first_place(key);; i = (i + 1) % SLOTS) {
        slot *const s = &t->slots[i];
        const uint64_t seen = atomic_load_explicit(&s->key[0], memory_order_acquire);
        if (seen == 0) return NULL;
        if (seen == k && atomic_load_explicit(&s->key[1], memory_order_relaxed) == key[1]) return s;
    }
}

enum cuda_jit_state cuda_jit_find(cx_dev *dev, const uint64_t key[2], cuda_compiled *out)
{
    if (dev->ordinal >= DEVICES) return CUDA_JIT_FAILED;
    device_table *const t = &tables[dev->ordinal];
    slot *const s = find_slot(t, key);
    if (s == NULL)
        return atomic_load_explicit(&t->full, memory_order_relaxed) ? CUDA_JIT_FAILED
                                                                    : CUDA_JIT_UNKNOWN;
    const int state = atomic_load_explicit(&s->state, memory_order_acquire);
    if (state == CUDA_JIT_READY) *out = atomic_load_explicit(&s->kernel, memory_order_relaxed);
    return (enum cuda_jit_state)state;
}

/* Under the lock; NULL when there is no room. */
static slot *add_slot(device_table *t, const uint64_t key[2])
{
    if (t->count == KERNELS) return NULL;
    size_t i = first_place(key);
    while (atomic_load_explicit(&t->slots[i].key[0], memory_order_relaxed) != 0)
        i = (i + 1) % SLOTS;
    slot *const s = &t->slots[i];
    atomic_store_explicit(&s->key[1], key[1], memory_order_relaxed);
    atomic_store_explicit(&s->state, CUDA_JIT_PENDING, memory_order_relaxed);
    atomic_store_explicit(&s->key[0], nonzero(key[0]), memory_order_release);
    if (++t->count == KERNELS) atomic_store(&t->full, true);
    return s;
}

/* ---- compiling in the background */
static void finish(slot *s, enum cuda_jit_state state, const void *kernel)
{
    atomic_store_explicit(&s->kernel, kernel, memory_order_relaxed);
    atomic_store_explicit(&s->state, (int)state, memory_order_release);
}

static void build_job(const job *j)
{
    cuda_tag tag;
    cuda_built b = {.st = CX_E_NOMEM};
    if (cuda_tag_make(j->dev, &j->source, &tag)) {
        cuda_build(j->dev, &j->source, &tag, &b);
        cuda_core->free(tag.at);
    }
    finish(j->slot, b.st == CX_OK ? CUDA_JIT_READY : CUDA_JIT_FAILED,
           b.st == CX_OK ? (const void *)b.kernel : NULL);
}

/* At exit, before what the compiler and the runtime have in memory goes: what waits is dropped,
 * what is compiled now is waited for. */
static void stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    const bool join = running;
    running = false;
    while (first != NULL) {
        job *const j = first;
        first = j->next;
        finish(j->slot, CUDA_JIT_FAILED, NULL);
        cuda_core->system_free(j, j->bytes);
    }
    last = NULL;
    pthread_cond_broadcast(&change);
    pthread_cond_broadcast(&work);
    pthread_mutex_unlock(&lock);
    if (join) (void)pthread_join(worker, NULL);
}

/* Once more after the compiler was opened, which may have registered what takes it down. */
void cuda_build_opened(void)
{
    static atomic_flag done = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&done)) (void)atexit(stop);
}

static void *work_in_background(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (first == NULL && !stopping) pthread_cond_wait(&work, &lock);
        if (stopping) break;
        job *const j = first;
        first = j->next;
        if (first == NULL) last = NULL;
        current = j;
        pthread_mutex_unlock(&lock);
        build_job(j);
        pthread_mutex_lock(&lock);
        current = NULL;
        pthread_cond_broadcast(&change);
        pthread_mutex_unlock(&lock);
        cuda_core->system_free(j, j->bytes);
        pthread_mutex_lock(&lock);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Under the lock. The thread takes no signals: they are for the program's own. */
static bool need_worker(void)
{
    static bool registered;
    if (running) return true;
    if (stopping) return false;
    if (!registered && atexit(stop) != 0) return false;
    registered = true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    running = pthread_create(&worker, NULL, work_in_background, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return running;
}

/* s with its texts in one block. */
static job *new_job(cx_dev *dev, const cuda_source *s)
{
    const size_t text = strlen(s->text) + 1, name = strlen(s->name) + 1;
    const size_t label = strlen(s->label) + 1, bytes = sizeof(job) + text + name + label;
    job *const j = cuda_core->system_alloc(bytes);
    if (j == NULL) return NULL;
    char *const at = (char *)(j + 1);
    memcpy(at, s->text, text);
    memcpy(at + text, s->name, name);
    memcpy(at + text + name, s->label, label);
    *j = (job){.dev = dev, .source = *s, .bytes = bytes};
    j->source.text = at;
    j->source.name = at + text;
    j->source.label = at + text + name;
    return j;
}

void cuda_jit_later(cx_dev *dev, const uint64_t key[2], const cuda_source *s)
{
    if (mode_now() == JIT_OFF || dev->ordinal >= DEVICES) return;
    device_table *const t = &tables[dev->ordinal];
    job *j = new_job(dev, s);
    pthread_mutex_lock(&lock);
    slot *at = find_slot(t, key);
    if (at == NULL && j != NULL && (at = add_slot(t, key)) != NULL) {
        j->slot = at;
        if (need_worker()) {
            if (last != NULL)
                last->next = j;
            else
                first = j;
            last = j;
            j = NULL;
            pthread_cond_signal(&work);
        } else {
            finish(at, CUDA_JIT_FAILED, NULL);
        }
    }
    while (mode == JIT_WAIT && at != NULL && atomic_load(&at->state) == CUDA_JIT_PENDING)
        pthread_cond_wait(&change, &lock);
    pthread_mutex_unlock(&lock);
    if (j != NULL) cuda_core->system_free(j, j->bytes);
    if (at == NULL && cuda_core->tracing("jit"))
        cuda_core->log("jit", "%s: not compiled, there is no room", s->label);
}

bool cuda_jit_on(void)
{
    return mode_now() != JIT_OFF;
}

void cuda_jit_settle(void)
{
    pthread_mutex_lock(&lock);
    while (first != NULL || current != NULL) pthread_cond_wait(&change, &lock);
    pthread_mutex_unlock(&lock);
}

/* ---- kernels that are held */
/* Under the lock: the one of this hash, or an empty one. NULL when all are held. */
static cx_code *place(device_table *t, const uint64_t hash[2])
{
    cx_code *empty = NULL;
    for (int i = 0; i < KERNELS; i++) {
        cx_code *const k = &t->codes[i];
        if (k->state == CUDA_JIT_UNKNOWN) {
            if (empty == NULL) empty = k;
        } else if (k->hash[0] == hash[0] && k->hash[1] == hash[1]) {
            return k;
        }
    }
    return empty;
}

/* Under the lock. A kernel must not go while it runs, so the device is waited for; where that is
 * not possible (a stream is being captured, the device is lost) all stay. */
static void unload_unheld(void)
{
    for (int d = 0; d < DEVICES; d++) {
        bool waited = false;
        for (int i = 0; i < KERNELS; i++) {
            cx_code *const k = &tables[d].codes[i];
            if (k->state != CUDA_JIT_READY || k->held > 0 || atomic_load(&k->kept)) continue;
            if (!waited &&
                (cudaSetDevice(d) != cudaSuccess || cudaDeviceSynchronize() != cudaSuccess)) {
                (void)cudaGetLastError();
                break;
            }
            waited = true;
            (void)cudaLibraryUnload(k->library);
            k->state = CUDA_JIT_UNKNOWN;
        }
    }
}

static cx_status make_code(cx_dev *dev, const char *where, const cuda_source *s,
                           const cuda_tag *tag, cx_code **out)
{
    device_table *const t = &tables[dev->ordinal];
    pthread_mutex_lock(&lock);
    cx_code *k = place(t, tag->hash);
    while (k != NULL && k->state == CUDA_JIT_PENDING) { /* another thread is at it */
        pthread_cond_wait(&change, &lock);
        k = place(t, tag->hash);
    }
    if (k == NULL) {
        unload_unheld();
        k = place(t, tag->hash);
    }
    if (k == NULL) {
        pthread_mutex_unlock(&lock);
        return cuda_core->fail(CX_E_NOMEM, where,
                               "cuda:%d: %d kernels are held, or stand in graphs", dev->ordinal,
                               KERNELS);
    }
    if (k->state == CUDA_JIT_READY) {
        k->held++;
        *out = k;
        pthread_mutex_unlock(&lock);
        return CX_OK;
    }
    k->state = CUDA_JIT_PENDING;
    k->hash[0] = tag->hash[0];
    k->hash[1] = tag->hash[1];
    pthread_mutex_unlock(&lock);
    cuda_built b;
    cuda_build(dev, s, tag, &b);
    pthread_mutex_lock(&lock);
    k->dev = dev;
    k->kernel = (const void *)b.kernel;
    k->library = b.library;
    k->held = 1;
    atomic_store(&k->kept, false);
    k->state = b.st == CX_OK ? CUDA_JIT_READY : CUDA_JIT_UNKNOWN; /* tried again when asked again */
    pthread_cond_broadcast(&change);
    pthread_mutex_unlock(&lock);
    if (b.st != CX_OK) return cuda_build_error(dev, where, &b);
    *out = k;
    return CX_OK;
}

cx_status cuda_jit_code(cx_dev *dev, const char *where, const cuda_source *s, cx_code **out)
{
    (void)mode_now();
    if (dev->ordinal >= DEVICES)
        return cuda_core->fail(CX_E_UNSUPPORTED, where, "cuda:%d is beyond the %dth device",
                               dev->ordinal, DEVICES);
    CX_STATUS_TRY(cuda_enter(dev));
    cuda_tag tag;
    if (!cuda_tag_make(dev, s, &tag))
        return cuda_core->fail(CX_E_NOMEM, where, "cannot allocate a copy of %s", s->label);
    const cx_status st = make_code(dev, where, s, &tag, out);
    cuda_core->free(tag.at);
    return st;
}

cx_status cuda_jit_now(cx_dev *dev, const char *where, const cuda_source *s, cuda_compiled *out)
{
    cx_code *k; /* held for ever */
    CX_STATUS_TRY(cuda_jit_code(dev, where, s, &k));
    *out = k->kernel;
    return CX_OK;
}

void cuda_jit_give(cx_code *k)
{
    pthread_mutex_lock(&lock);
    k->held--;
    pthread_mutex_unlock(&lock);
}

void cuda_jit_clear(void)
{
    pthread_mutex_lock(&lock);
    unload_unheld();
    pthread_mutex_unlock(&lock);
}
