/* Device registry. The CPU's backend is linked and opens at first use; a plugin is looked for once,
 * and where it cannot load, the reason is kept and told. Devices are never closed. Knows backends
 * only through <calx/backend.h>. */
#define _GNU_SOURCE
#include "core/device.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread_state.h"
#include "base/threads.h"
#include "core/kernel_cache.h"
#include "core/pool.h"
#include "core/slot.h"
#include "core/stream_pool.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* the backend that is linked into the library; its only symbol that the core names */
cx_status host_backend_entry(const cx_core_api *core, const cx_backend **out);

static cx__device cpu;
static cx__device gpus[CX__DEVICES];
static atomic_int gpu_count;
static char gpu_reason[400];
static cx_status cpu_status = CX_E_INTERNAL;
static pthread_once_t cpu_once = PTHREAD_ONCE_INIT, gpu_once = PTHREAD_ONCE_INIT;

/* ---- what the core lends */
typedef struct scratch_prefix {
    size_t got;
    char pad[56];
} scratch_prefix;

void *cx__scratch(size_t bytes)
{
    if (bytes > SIZE_MAX / 2) return NULL;
    const size_t whole = bytes + sizeof(scratch_prefix);
    size_t got = 0;
    scratch_prefix *p;
    if (whole <= CX__SMALL_MAX) {
        p = cx__small_alloc(whole);
    } else {
        cx_error before;
        (void)cx_error_get(&before);
        p = cx__pool_alloc(cx__device_cpu()->pool, "scratch", whole, &got);
        if (p == NULL) cx__error_set(&before); /* the caller makes the error, naming what for */
    }
    if (p == NULL) return NULL;
    p->got = got != 0 ? got : whole;
    return p + 1;
}

void cx__scratch_free(void *q)
{
    if (q == NULL) return;
    scratch_prefix *p = (scratch_prefix *)q - 1;
    if (p->got <= CX__SMALL_MAX)
        cx__small_free(p, p->got);
    else
        cx__pool_free(cx__device_cpu()->pool, p, p->got);
}

static bool tracing(const char *topic)
{
    return cx__tracing(strcmp(topic, "op") == 0     ? CX__TRACE_OP
                       : strcmp(topic, "copy") == 0 ? CX__TRACE_COPY
                       : strcmp(topic, "mem") == 0  ? CX__TRACE_MEM
                       : strcmp(topic, "sync") == 0 ? CX__TRACE_SYNC
                                                    : CX__TRACE_JIT);
}

/* a workspace belongs to its slot: given back while work that uses it is queued, it is used again
 * behind that work */
static cx_status work_alloc(void *owner, const char *where, size_t bytes, void **out)
{
    cx__slot *const s = owner;
    cx__block *b;
    CX__TRY(cx__stream_pool_alloc(s->late->pool, where, s, bytes, &b));
    pthread_mutex_lock(&s->late->lock);
    b->left = s->works;
    s->works = b;
    pthread_mutex_unlock(&s->late->lock);
    *out = b->p;
    return CX_OK;
}

static void work_free(void *owner, void *p)
{
    cx__slot *const s = owner;
    cx__late *const l = s->late;
    pthread_mutex_lock(&l->lock);
    cx__block **at = &s->works;
    while (*at != NULL && (*at)->p != p) at = &(*at)->left;
    cx__block *const b = *at;
    if (b != NULL) *at = b->left;
    pthread_mutex_unlock(&l->lock);
    if (b == NULL) return;
    b->left = NULL;
    cx__stream_pool_free(l->pool, b, UINT64_C(1) << s->index, cx__late_next(l));
}

static void count(int what, uint64_t n)
{
    switch (what) {
    case CX_COUNT_KERNELS: CX__COUNT_ADD(kernels, n); break;
    case CX_COUNT_CONTROL_READS: CX__COUNT_ADD(control_reads, n); break;
    case CX_COUNT_CONTROL_BYTES: CX__COUNT_ADD(control_bytes, n); break;
    case CX_COUNT_STAGED: CX__COUNT_ADD(staged_copies, n); break;
    case CX_COUNT_COMPILES: CX__COUNT_ADD(jit_compiles, n); break;
    case CX_COUNT_KERNEL_LOADS: CX__COUNT_ADD(jit_loads, n); break;
    case CX_COUNT_KERNEL_FAILS: CX__COUNT_ADD(jit_fails, n); break;
    default: break;
    }
}

static void device_lost(int ordinal, const char *why)
{
    if (ordinal >= 0 && ordinal < CX__DEVICES && gpus[ordinal].late != NULL)
        cx__late_lose(gpus[ordinal].late, why);
}

/* CUDA works only in the process that opened it */
static void after_fork(void)
{
    for (int i = 0; i < CX__DEVICES; i++)
        if (gpus[i].late != NULL) cx__late_forked(gpus[i].late);
}

static const cx_core_api core_api = {
    .struct_size = sizeof(cx_core_api),
    .abi = CX_BACKEND_ABI,
    .alloc = cx__scratch,
    .free = cx__scratch_free,
    .system_alloc = cx__system_alloc,
    .system_free = cx__system_free,
    .fail = cx__fail,
    .parallel_for = cx__parallel_for,
    .num_threads = cx__threads,
    .poll = cx__poll,
    .tracing = tracing,
    .log = cx__log,
    .work_alloc = work_alloc,
    .work_free = work_free,
    .count = count,
    .device_lost = device_lost,
    .errors_deferred = cx__scope_deferred,
    .cache_read = cx__kernel_cache_read,
    .cache_write = cx__kernel_cache_write,
};

/* ---- opening */
/* $CX_MEMORY_LIMIT: bytes, or a percentage */
static cx_status start_limit(cx__device *d)
{
    const char *const text = secure_getenv("CX_MEMORY_LIMIT");
    if (text == NULL || *text == '\0') return CX_OK;
    const size_t digits = strspn(text, "0123456789");
    const bool percent = strcmp(text + digits, "%") == 0;
    const unsigned long long n = strtoull(text, NULL, 10);
    if (digits == 0 || digits > 18 || (text[digits] != '\0' && !percent) ||
        (percent && (n < 1 || n > 100)))
        return cx__fail(CX_E_UNAVAILABLE, "device",
                        "CX_MEMORY_LIMIT=%.40s is neither bytes nor a percentage", text);
    cx__stream_pool_limit(d->late->pool,
                          percent ? d->late->memory_total / 100 * (size_t)n : (size_t)n);
    return CX_OK;
}

static cx_status open_device(cx__device *d, cx_device id, const cx_backend *b)
{
    d->id = id;
    d->ops = b->ops;
    CX__TRY(b->ops->device_open(id.index, &d->dev));
    cx_dev_info info = {.memory_total = 0};
    CX__TRY(b->ops->device_info(d->dev, &info));
    if (id.kind != CX_DEVICE_CPU) {
        CX__TRY(cx__late_new(b->ops, d->dev, id, info.memory_total, &d->late));
        return start_limit(d);
    }
    const cx_queue_desc desc = {.struct_size = sizeof desc, .owner = d};
    CX__TRY(b->ops->queue_new(d->dev, &desc, &d->queue0));
    d->pool = cx__pool_new(b->ops, d->dev, id, info.memory_total);
    return d->pool != NULL ? CX_OK : cx__fail_nomem("device", "a pool", 0);
}

static void open_cpu(void)
{
    const cx_backend *b = NULL;
    cpu_status = host_backend_entry(&core_api, &b);
    if (cpu_status == CX_OK) cpu_status = open_device(&cpu, (cx_device){CX_DEVICE_CPU, 0}, b);
}

_Atomic(cx__device *) cx__cpu_open;

cx__device *cx__device_cpu_slow(void)
{
    (void)pthread_once(&cpu_once, open_cpu);
    if (cpu_status == CX_OK) atomic_store_explicit(&cx__cpu_open, &cpu, memory_order_release);
    return &cpu;
}

/* directory of libcalx.so, or "" */
static void own_directory(char *out, size_t cap)
{
    Dl_info info;
    out[0] = '\0';
    if (dladdr((const void *)&core_api, &info) == 0 || info.dli_fname == NULL) return;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash != NULL) snprintf(out, cap, "%.*s", (int)(slash - info.dli_fname), info.dli_fname);
}

static cx_status plugin_from(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* never closed */
    if (handle == NULL) {
        snprintf(gpu_reason, sizeof gpu_reason, "no plugin: %s", dlerror());
        return CX_E_UNAVAILABLE;
    }
    cx_backend_entry_fn *entry;
    void *symbol = dlsym(handle, "cx_backend_entry");
    if (symbol == NULL) {
        snprintf(gpu_reason, sizeof gpu_reason, "no plugin: %s: no symbol cx_backend_entry", path);
        return CX_E_UNAVAILABLE;
    }
    memcpy(&entry, &symbol, sizeof entry);
    const cx_backend *b = NULL;
    const cx_status st = entry(&core_api, &b);
    if (st != CX_OK) {
        snprintf(gpu_reason, sizeof gpu_reason, "%s", cx_error_message());
        return CX_E_UNAVAILABLE;
    }
    if (b->abi != CX_BACKEND_ABI || b->struct_size < sizeof *b ||
        b->ops->struct_size < sizeof(cx_backend_ops)) {
        snprintf(gpu_reason, sizeof gpu_reason, "%s: backend contract %u, this library speaks %u",
                 path, (unsigned)b->abi, CX_BACKEND_ABI);
        return CX_E_UNAVAILABLE;
    }
    const char *why = "no device";
    const int n = b->ops->device_count(&why);
    if (n <= 0) {
        snprintf(gpu_reason, sizeof gpu_reason, "%s", why);
        return CX_E_UNAVAILABLE;
    }
    for (int i = 0; i < n && i < CX__DEVICES; i++) {
        if (open_device(&gpus[i], (cx_device){CX_DEVICE_CUDA, (int16_t)i}, b) != CX_OK) {
            snprintf(gpu_reason, sizeof gpu_reason, "%s", cx_error_message());
            return CX_E_UNAVAILABLE;
        }
        gpu_count++;
    }
    (void)pthread_atfork(NULL, NULL, after_fork);
    return CX_OK;
}

static void open_gpus(void)
{
    (void)cx__device_cpu();
    cx__kernel_cache_start();
    cx_error before;
    (void)cx_error_get(&before);
    const char *exact = secure_getenv("CX_PLUGIN");
    if (exact != NULL) {
        if (exact[0] != '/')
            snprintf(gpu_reason, sizeof gpu_reason, "CX_PLUGIN=%s is not an absolute path", exact);
        else
            (void)plugin_from(exact);
        cx__error_set(&before);
        return;
    }
    void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (driver == NULL) {
        snprintf(gpu_reason, sizeof gpu_reason, "no driver: %s", dlerror());
        return;
    }
    char path[1024], dir[900];
    const char *named = secure_getenv("CX_PLUGIN_PATH");
    if (named != NULL && named[0] == '/')
        snprintf(dir, sizeof dir, "%s", named);
    else
        own_directory(dir, sizeof dir);
    if (dir[0] != '/') {
        snprintf(gpu_reason, sizeof gpu_reason,
                 "the directory of libcalx.so is not known; set CX_PLUGIN_PATH");
        return;
    }
    snprintf(path, sizeof path, "%s/libcalx_cuda.so", dir);
    (void)plugin_from(path);
    cx__error_set(&before);
}

cx_status cx__device_get(const char *where, cx_device d, cx__device **out)
{
    if (CX__LIKELY(d.kind == CX_DEVICE_CPU)) {
        if (d.index != 0)
            return cx__fail(CX_E_UNAVAILABLE, where, "cpu:%d: there is one CPU device", d.index);
        *out = cx__device_cpu();
        if (CX__LIKELY(cpu_status == CX_OK)) return CX_OK;
        return cx__fail(cpu_status, where, "the CPU backend did not start");
    }
    if (d.kind != CX_DEVICE_CUDA)
        return cx__fail(CX_E_UNAVAILABLE, where, "no device of kind %d", d.kind);
    (void)pthread_once(&gpu_once, open_gpus);
    if (d.index < 0 || d.index >= gpu_count) {
        if (gpu_count > 0)
            return cx__fail(CX_E_UNAVAILABLE, where, "cuda:%d: there are %d devices", d.index,
                            gpu_count);
        return cx__fail(CX_E_UNAVAILABLE, where, "cuda:%d: %s", d.index, gpu_reason);
    }
    *out = &gpus[d.index];
    return CX_OK;
}

cx_status cx__unsupported(const char *where, const cx__device *d, const char *what)
{
    char name[16];
    (void)cx__queue_done(d, CX_E_UNSUPPORTED); /* where the queue was asked for first */
    return cx__fail(CX_E_UNSUPPORTED, where, "%s is not supported on %s", what,
                    cx_device_name(d->id, name));
}

/* ---- public queries */
cx_device cx_cuda(int ordinal)
{
    return (cx_device){CX_DEVICE_CUDA, (int16_t)ordinal};
}

bool cx_device_equal(cx_device a, cx_device b)
{
    return a.kind == b.kind && a.index == b.index;
}

const char *cx_device_name(cx_device d, char buf[16])
{
    if (d.kind == CX_DEVICE_CPU)
        snprintf(buf, 16, "cpu");
    else
        snprintf(buf, 16, "%s:%d", d.kind == CX_DEVICE_CUDA ? "cuda" : "?", d.index);
    return buf;
}

cx_status cx_device_check(cx_device d)
{
    cx__device *dev;
    return cx__device_get("device_check", d, &dev);
}

int cx__gpus_open(void)
{
    return gpu_count;
}

int cx_device_count(int kind)
{
    if (kind == CX_DEVICE_CPU) return 1;
    if (kind != CX_DEVICE_CUDA) return 0;
    (void)pthread_once(&gpu_once, open_gpus);
    return gpu_count;
}

cx_status cx_device_parse(const char *text, cx_device *out)
{
    if (text == NULL) return cx__fail(CX_E_NULL, "device_parse", "text is NULL");
    if (strcmp(text, "cpu") == 0)
        *out = CX_CPU;
    else if (strcmp(text, "cuda") == 0)
        *out = cx_cuda(0);
    else if (strcmp(text, "auto") == 0)
        *out = cx_device_count(CX_DEVICE_CUDA) > 0 ? cx_cuda(0) : CX_CPU;
    else if (strncmp(text, "cuda:", 5) == 0 && text[5] >= '0' && text[5] <= '9' &&
             strlen(text) <= 8 && strspn(text + 5, "0123456789") == strlen(text + 5))
        *out = cx_cuda(atoi(text + 5));
    else
        return cx__fail(CX_E_PARSE, "device_parse", "'%.40s' is none of cpu, cuda, cuda:N, auto",
                        text);
    return CX_OK;
}

cx_status cx_device_info_get(cx_device d, cx_device_info *out)
{
    cx__device *dev;
    CX__TRY(cx__device_get("device_info_get", d, &dev));
    cx_dev_info i = {.threads = 0};
    CX__TRY(dev->ops->device_info(dev->dev, &i));
    cx_device_info r = {.memory_total = i.memory_total,
                        .threads = d.kind == CX_DEVICE_CPU ? cx__threads() : i.threads};
    memcpy(r.name, i.name, sizeof r.name);
    memcpy(r.library, i.library, sizeof r.library);
    memcpy(r.isa, i.isa, sizeof r.isa);
    snprintf(r.backend, sizeof r.backend, "%s", d.kind == CX_DEVICE_CPU ? "cpu" : "cuda");
    *out = r;
    return CX_OK;
}

static cx_status warm_group(cx__device *d, const char *group)
{
    cx_queue *q;
    CX__TRY(cx__queue_for("device_warm", d, 0, 0, NULL, &q));
    return cx__queue_done(d, d->ops->warm != NULL ? d->ops->warm(q, group) : CX_OK);
}

cx_status cx_device_warm(cx_device d, const char *groups)
{
    cx__device *dev;
    CX__TRY(cx__device_get("device_warm", d, &dev));
    static const char *const known[] = {"blas", "lapack", "fft", "random", "learn", NULL};
    CX__TRY(warm_group(dev, ""));
    for (const char *s = groups != NULL ? groups : ""; *s != '\0';) {
        s += strspn(s, ", ");
        const size_t n = strcspn(s, ", ");
        const char *found = n == 0 ? "" : NULL;
        for (int i = 0; known[i] != NULL; i++)
            if (strlen(known[i]) == n && memcmp(known[i], s, n) == 0) found = known[i];
        if (found == NULL)
            return cx__fail(CX_E_PARSE, "device_warm",
                            "'%.*s' is none of blas, lapack, fft, random, learn", (int)n, s);
        if (n > 0) CX__TRY(warm_group(dev, found));
        s += n;
    }
    return dev->late != NULL ? cx__late_sync("device_warm", dev->late)
                             : dev->ops->queue_sync(dev->queue0);
}

/* ---- memory */
cx_memory cx_memory_stats(cx_device d)
{
    cx_memory m = {.live = 0};
    cx_error before;
    (void)cx_error_get(&before);
    cx__device *dev;
    if (cx__device_get("memory_stats", d, &dev) != CX_OK) {
        cx__error_set(&before);
        return m;
    }
    if (dev->late != NULL) {
        cx__stream_pool_stats(dev->late->pool, &m);
        return m;
    }
    cx__pool_stats(dev->pool, &m);
    const cx__thread_sums s = cx__thread_total();
    m.live += (size_t)s.live_bytes;
    m.cached += (size_t)s.cached_bytes;
    m.allocs += s.allocs;
    m.frees += s.frees;
    m.system_allocs += cx__alloc_calls();
    return m;
}

cx_status cx_memory_limit(cx_device d, size_t bytes)
{
    cx__device *dev;
    CX__TRY(cx__device_get("memory_limit", d, &dev));
    if (dev->late != NULL)
        cx__stream_pool_limit(dev->late->pool, bytes);
    else
        cx__pool_limit(dev->pool, bytes);
    return CX_OK;
}

cx_status cx_memory_limit_percent(cx_device d, double percent)
{
    static const char where[] = "memory_limit_percent";
    cx_device_info info;
    if (!(percent > 0 && percent <= 100))
        return cx__fail(CX_E_ARGUMENT, where, "percent is %g; above 0, at most 100", percent);
    CX__TRY(cx_device_info_get(d, &info));
    return cx_memory_limit(d, (size_t)((double)info.memory_total / 100 * percent));
}

cx_status cx_memory_trim(cx_device d, size_t keep)
{
    cx__device *dev;
    CX__TRY(cx__device_get("memory_trim", d, &dev));
    if (dev->late != NULL) {
        cx__stream_pool_trim(dev->late->pool, keep);
        if (keep == 0) cx__stream_pool_trim(dev->late->pinned, 0);
        return CX_OK;
    }
    cx__pool_trim(dev->pool, keep);
    if (keep == 0) cx__small_trim();
    return CX_OK;
}

cx_counters cx_counters_get(void)
{
    return (cx_counters){.ops = cx__thread_total().ops + cx__counters.ops,
                         .copies = cx__counters.copies,
                         .copy_bytes = cx__counters.copy_bytes,
                         .syncs = cx__counters.syncs,
                         .kernels = cx__counters.kernels,
                         .jit_compiles = cx__counters.jit_compiles,
                         .errors = cx__counters.errors,
                         .warnings = cx__counters.warnings,
                         .control_reads = cx__counters.control_reads,
                         .control_bytes = cx__counters.control_bytes,
                         .staged_copies = cx__counters.staged_copies,
                         .control_writes = cx__counters.control_writes};
}

static atomic_int determinism;
cx_status cx_set_determinism(cx_determinism d)
{
    if (d != CX_FASTEST && d != CX_DETERMINISTIC)
        return cx__fail(CX_E_ARGUMENT, "set_determinism", "%d is neither", (int)d);
    atomic_store(&determinism, (int)d);
    return CX_OK;
}
cx_determinism cx_determinism_get(void)
{
    return (cx_determinism)atomic_load(&determinism);
}
