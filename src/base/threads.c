/* The pool: one job at a time, its caller takes part, chunks are claimed one by one from a counter.
 *
 * One idea: `phase` is odd while a job is open. A worker enters by raising `inside` and then
 * looking at the phase again; the caller closes the job and then waits for `inside` to fall to 0.
 * So the join waits only for workers that really hold a chunk, and one that wakes late finds a
 * closed job and touches nothing of it. A caller that finds the pool taken runs its own chunks
 * alone. Knows no array; the scope only through its limits. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1 /* syscall */
#endif
#include "base/threads.h"
#include "base/berths.h"
#include "base/cpus.h"
#include "base/env.h"
#include "base/object.h"
#include <calx/device.h>
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum {
    MAX_THREADS = 1024,
    SPIN_NS = 100000,       /* a worker waits this long for the next job before it sleeps */
    JOIN_SPIN_NS = 1000000, /* the caller, for chunks in flight; asleep it is woken behind them */
    PAUSES = 64             /* between two looks at the clock */
};

typedef void body_fn(void *ctx, int64_t lo, int64_t hi);

typedef struct job {
    int64_t n, grain, chunks;
    body_fn *body;
    void *ctx;
    cx__limits limits;
    bool limited;
} job;

static struct {
    atomic_uint phase;   /* odd: a job is open. Futex of sleeping workers. */
    atomic_uint inside;  /* workers that have entered. Futex of the joining caller. */
    atomic_int sleepers; /* workers on the futex */
    atomic_int joining;  /* the caller sleeps */
    atomic_flag taken;   /* a caller owns the pool */
    /* written by the owner while the job is closed */
    job job;
    atomic_int seats;               /* workers that may still enter */
    atomic_int cut;                 /* status that ended the job early */
    _Alignas(64) atomic_llong next; /* chunk to claim */
    int workers;                    /* threads that exist; owner only */
    bool barren;                    /* creating one failed: do not try at every call */
} pool = {.taken = ATOMIC_FLAG_INIT};

static atomic_int setting; /* threads of the process; 0: not asked yet */
static _Thread_local bool in_body;

/* ---- sleeping on a word */
#if defined(__linux__)
static void park(atomic_uint *word, unsigned seen)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}
static void unpark(atomic_uint *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}
static void park_reset(void) {}
#else
static pthread_mutex_t park_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t park_wake = PTHREAD_COND_INITIALIZER;
static void park(atomic_uint *word, unsigned seen)
{
    pthread_mutex_lock(&park_lock);
    while (atomic_load(word) == seen) pthread_cond_wait(&park_wake, &park_lock);
    pthread_mutex_unlock(&park_lock);
}
static void unpark(atomic_uint *word, int count)
{
    (void)word;
    (void)count;
    pthread_mutex_lock(&park_lock);
    pthread_cond_broadcast(&park_wake);
    pthread_mutex_unlock(&park_lock);
}
static void park_reset(void)
{
    pthread_mutex_init(&park_lock, NULL);
    pthread_cond_init(&park_wake, NULL);
}
#endif

static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- running chunks */
/* Claim and run chunks until none is left or the limits cut the job off. */
static void drain(const job *j)
{
    for (;;) {
        if (j->limited) {
            if (atomic_load_explicit(&pool.cut, memory_order_relaxed) != CX_OK) return;
            const cx_status st = cx__limits_check(&j->limits);
            if (CX__UNLIKELY(st != CX_OK)) {
                atomic_store_explicit(&pool.cut, (int)st, memory_order_relaxed);
                return;
            }
        }
        const int64_t c = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed);
        if (c >= j->chunks) return;
        const int64_t lo = c * j->grain;
        j->body(j->ctx, lo, j->n - lo > j->grain ? lo + j->grain : j->n);
    }
}

/* The caller alone; the same chunks. */
static cx_status run_alone(const job *j)
{
    for (int64_t c = 0; c < j->chunks; c++) {
        if (j->limited) {
            const cx_status st = cx__limits_check(&j->limits);
            if (CX__UNLIKELY(st != CX_OK)) return st;
        }
        const int64_t lo = c * j->grain;
        j->body(j->ctx, lo, j->n - lo > j->grain ? lo + j->grain : j->n);
    }
    return CX_OK;
}

/* ---- workers */
/* Worker number i waits until the phase differs from seen: it spins for a while, then sleeps. */
static unsigned await_phase(int i, unsigned seen)
{
    int64_t until = 0;
    for (;;) {
        for (int k = 0; k < PAUSES; k++) {
            const unsigned phase = atomic_load_explicit(&pool.phase, memory_order_acquire);
            if (phase != seen) return phase;
            pause_cpu();
        }
        sched_yield(); /* on a loaded machine somebody else has work to do */
        const int64_t t = now_ns();
        if (until == 0) until = t + SPIN_NS;
        if (t < until) continue;
        cx__berth_sleep(i);
        atomic_fetch_add(&pool.sleepers, 1);
        if (atomic_load(&pool.phase) == seen) park(&pool.phase, seen);
        atomic_fetch_sub(&pool.sleepers, 1);
        cx__berth_leave(i);
        until = 0;
    }
}

static void leave(void)
{
    if (atomic_fetch_sub(&pool.inside, 1) == 1 && atomic_load(&pool.joining))
        unpark(&pool.inside, 1);
}

static void *worker(void *number)
{
    const int i = (int)(intptr_t)number;
    cx__berth_take(i);
    fesetenv(FE_DFL_ENV); /* a new thread inherits its creator's rounding mode */
    in_body = true;       /* whatever a body calls runs serially here */
    unsigned seen = 0;
    for (;;) {
        seen = await_phase(i, seen);
        if ((seen & 1) == 0) continue;
        atomic_fetch_add(&pool.inside, 1);
        if (atomic_load(&pool.phase) == seen && atomic_fetch_sub(&pool.seats, 1) > 0)
            drain(&pool.job);
        leave();
    }
    return NULL;
}

/* After fork the child has none of the threads, and whoever owned the pool is gone. */
static void after_fork(void)
{
    park_reset();
    cx__berths_forget();
    atomic_store(&pool.phase, 0);
    atomic_store(&pool.inside, 0);
    atomic_store(&pool.sleepers, 0);
    atomic_store(&pool.joining, 0);
    atomic_store(&pool.cut, CX_OK);
    pool.workers = 0;
    pool.barren = false;
    atomic_flag_clear(&pool.taken);
}

static void watch_fork(void)
{
    pthread_atfork(NULL, NULL, after_fork);
}

/* Have count workers. Failing to is harmless: fewer take part. */
static void grow(int count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_fork);
    if (pool.barren) return;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_t attr;
    if (pthread_attr_init(&attr) != 0) return;
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all,
                    &before); /* inherited: signals go to the program's own threads */
    while (pool.workers < count) {
        pthread_t id;
        if (pthread_create(&id, &attr, worker, (void *)(intptr_t)pool.workers) != 0) {
            pool.barren = true;
            break;
        }
        pool.workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
}

/* ---- the caller */
/* Wait for the workers inside, which are finishing their last chunk. */
static void join(void)
{
    const int64_t until = now_ns() + JOIN_SPIN_NS;
    for (;;) {
        for (int i = 0; i < PAUSES; i++) {
            if (atomic_load_explicit(&pool.inside, memory_order_acquire) == 0) return;
            pause_cpu();
        }
        if (now_ns() >= until) break;
        sched_yield();
    }
    atomic_store(&pool.joining, 1);
    for (unsigned n; (n = atomic_load(&pool.inside)) != 0;) park(&pool.inside, n);
    atomic_store(&pool.joining, 0);
}

/* The caller owns the pool: open the job, take part, close it, wait for chunks in flight. */
static cx_status run_shared(const job *j, int helpers)
{
    if (pool.workers < helpers) grow(helpers);
    if (helpers > pool.workers) helpers = pool.workers;
    if (helpers > j->chunks - 1) helpers = (int)(j->chunks - 1);
    if (helpers == 0) return run_alone(j);
    pool.job = *j;
    atomic_store_explicit(&pool.cut, CX_OK, memory_order_relaxed);
    atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool.seats, helpers, memory_order_relaxed);
    if (atomic_load(&pool.sleepers) > 0) cx__berths_spread(pool.workers);
    const unsigned opened = atomic_fetch_add(&pool.phase, 1) + 1;
    if (atomic_load(&pool.sleepers) > 0) unpark(&pool.phase, helpers);
    drain(j);
    atomic_store(&pool.phase,
                 opened + 1); /* a store: in a child that a body has forked, the count began anew */
    if (atomic_load(&pool.inside) != 0) join();
    return (cx_status)atomic_load_explicit(&pool.cut, memory_order_relaxed);
}

cx_status cx__parallel_for(int64_t n, int64_t grain,
                           void (*body)(void *ctx, int64_t lo, int64_t hi), void *ctx)
{
    if (n <= 0) return CX_OK;
    if (grain < 1) grain = 1;
    if (n <= grain) { /* one chunk: what it calls may still be parallel */
        if (!in_body) CX__TRY(cx__poll("parallel_for"));
        body(ctx, 0, n);
        return CX_OK;
    }
    job j = {.n = n, .grain = grain, .chunks = (n - 1) / grain + 1, .body = body, .ctx = ctx};
    if (in_body) return run_alone(&j); /* the outer loop polls the limits */
    j.limits = cx__scope_limits();
    j.limited = j.limits.deadline_ns != 0 || j.limits.cancel != NULL;
    const int threads = cx__threads();
    in_body = true;
    cx_status st;
    if (threads > 1 && !atomic_flag_test_and_set_explicit(&pool.taken, memory_order_acquire)) {
        st = run_shared(&j, threads - 1);
        atomic_flag_clear_explicit(&pool.taken, memory_order_release);
    } else {
        st = run_alone(&j);
    }
    in_body = false;
    if (CX__UNLIKELY(st != CX_OK)) {
        const cx_status polled =
            cx__poll("parallel_for"); /* makes the error, once, on the caller */
        return polled != CX_OK
                   ? polled
                   : cx__fail(st, "parallel_for", "cut off by the scope's deadline or cancel flag");
    }
    return CX_OK;
}

bool cx__in_parallel(void)
{
    return in_body;
}

/* ---- how many */
static int process_threads(void)
{
    int n = atomic_load_explicit(&setting, memory_order_relaxed);
    if (CX__LIKELY(n > 0)) return n;
    if (!cx__env_int("CX_NUM_THREADS", 1, MAX_THREADS, &n)) {
        n = cx__cpus_available();
        if (n > MAX_THREADS) n = MAX_THREADS;
    }
    int expected = 0;
    return atomic_compare_exchange_strong(&setting, &expected, n) ? n : expected;
}

int cx__threads(void)
{
    const int scope = cx__scope_threads();
    return CX__UNLIKELY(scope > 0) ? (scope < MAX_THREADS ? scope : MAX_THREADS)
                                   : process_threads();
}

cx_status cx__threads_set(int n)
{
    if (n < 0 || n > MAX_THREADS)
        return cx__fail(CX_E_ARGUMENT, "set_num_threads",
                        "n is %d, must be 0 (what the machine allows) to %d", n, (int)MAX_THREADS);
    atomic_store(&setting, n);
    return CX_OK;
}

int cx_num_threads(void)
{
    return cx__threads();
}

cx_status cx_set_num_threads(int n)
{
    return cx__threads_set(n);
}
