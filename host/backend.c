/* The CPU's entry: its table of slots, its one device, memory, and queues and marks that are
 * immediate: work is done when a slot returns. */
#include "linalg/blas.h"
#include "fft/fft.h"
#include "fused.h"
#include "host.h"
#include "learn/learn.h"
#include "map.h"
#include "random/bitgen.h"
#include "trees/trees.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

const cx_core_api *host_core;

struct cx_dev {
    int ordinal;
};
struct cx_queue {
    int unused;
};
struct cx_mark {
    bool recorded;
    struct timespec time;
};
static struct cx_dev the_device;
static struct cx_queue the_queue;

/* ------------------------------------------------------------------------------------ device */
static int host_device_count(const char **why_none)
{
    *why_none = NULL;
    return 1;
}

static cx_status host_device_open(int ordinal, cx_dev **out)
{
    (void)ordinal;
    *out = &the_device;
    return CX_OK;
}

static void cpu_name(char *out, size_t cap)
{
    snprintf(out, cap, "%s", "CPU");
#if defined(__x86_64__)
    unsigned r[12];
    for (unsigned i = 0; i < 3; i++) {
        if (!__get_cpuid(0x80000002u + i, &r[4 * i], &r[4 * i + 1], &r[4 * i + 2], &r[4 * i + 3]))
            return;
    }
    char text[sizeof r + 1];
    memcpy(text, r, sizeof r);
    text[sizeof r] = '\0';
    const char *s = text;
    while (*s == ' ') s++;
    if (*s != '\0') snprintf(out, cap, "%s", s);
#endif
}

static cx_status host_device_info(cx_dev *dev, cx_dev_info *out)
{
    (void)dev;
    memset(out, 0, sizeof *out);
    cpu_name(out->name, sizeof out->name);
    snprintf(out->isa, sizeof out->isa, "%s", host_isa_name());
    snprintf(out->library, sizeof out->library, "%s", host_vendor_name());
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) out->memory_total = (size_t)pages * (size_t)page;
    snprintf(out->library, sizeof out->library, "%s", host_vendor_name());
    out->threads = host_core->num_threads();
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ memory */

static cx_status host_mem_alloc(cx_dev *dev, size_t bytes, void **out)
{
    (void)dev;
    void *const p = host_core->system_alloc(bytes);
    if (p == NULL) return CX_E_NOMEM; /* the pool trims, retries and reports */
    *out = p;
    return CX_OK;
}

static void host_mem_free(cx_dev *dev, void *p, size_t bytes)
{
    (void)dev;
    host_core->system_free(p, bytes);
}

/* ------------------------------------------------------------------------------------ queues and
 * marks */
static cx_status host_queue_new(cx_dev *dev, const cx_queue_desc *desc, cx_queue **out)
{
    (void)dev;
    (void)desc;
    *out = &the_queue;
    return CX_OK;
}
static void host_queue_free(cx_queue *q)
{
    (void)q;
}
static cx_status host_queue_sync(cx_queue *q)
{
    (void)q;
    return CX_OK;
}

static cx_status host_mark_new(cx_dev *dev, cx_mark **out)
{
    (void)dev;
    cx_mark *const m = host_core->alloc(sizeof *m);
    if (m == NULL)
        return host_core->fail(CX_E_NOMEM, "event_new", "cannot allocate %zu bytes for an event",
                               sizeof *m);
    *m = (cx_mark){.recorded = false};
    *out = m;
    return CX_OK;
}
static void host_mark_free(cx_mark *m)
{
    host_core->free(m);
}
static cx_status host_mark_record(cx_mark *m, cx_queue *q)
{
    (void)q;
    clock_gettime(CLOCK_MONOTONIC, &m->time);
    m->recorded = true;
    return CX_OK;
}
static cx_status host_mark_wait(cx_mark *m, cx_queue *q)
{
    (void)m;
    (void)q;
    return CX_OK;
}
static bool host_mark_done(cx_mark *m)
{
    (void)m;
    return true;
}
static cx_status host_mark_elapsed(cx_mark *from, cx_mark *to, double *seconds)
{
    if (!from->recorded || !to->recorded) {
        return host_core->fail(CX_E_ARGUMENT, "event_elapsed", "the %s event was never recorded",
                               from->recorded ? "second" : "first");
    }
    *seconds = (double)(to->time.tv_sec - from->time.tv_sec) +
               1e-9 * (double)(to->time.tv_nsec - from->time.tv_nsec);
    return CX_OK;
}

/* ------------------------------------------------------------------------------------ transfers */
static cx_status host_copy_bytes(cx_queue *q, void *dst, const void *src, size_t bytes)
{
    (void)q;
    if (bytes > 0) memmove(dst, src, bytes);
    return CX_OK;
}

static const cx_backend_ops host_ops = {
    .struct_size = sizeof host_ops,
    .device_count = host_device_count,
    .device_open = host_device_open,
    .device_info = host_device_info,
    .mem_alloc = host_mem_alloc,
    .mem_free = host_mem_free,
    .pinned_alloc = host_mem_alloc,
    .pinned_free = host_mem_free,
    .queue_new = host_queue_new,
    .queue_free = host_queue_free,
    .queue_sync = host_queue_sync,
    .mark_new = host_mark_new,
    .mark_free = host_mark_free,
    .mark_record = host_mark_record,
    .mark_wait = host_mark_wait,
    .mark_done = host_mark_done,
    .mark_elapsed = host_mark_elapsed,
    .copy_in = host_copy_bytes,
    .copy_out = host_copy_bytes,
    .copy = host_copy,
    .fill = host_fill,
    .map = host_map,
    .reduce = host_reduce,
    .scan = host_scan,
    .fold = host_fold,
    .arange = host_arange,
    .take = host_take,
    .put = host_put,
    .nonzero = host_nonzero,
    .compress = host_compress,
    .sort = host_sort,
    .partition = host_partition,
    .histogram = host_histogram,
    .argsort = host_argsort,
    .search = host_search,
    .slide = host_slide,
    .map_kernel = host_map_kernel,
    .blas = &host_blas_ops,
    .lapack = &host_lapack_ops,
    .fft = &host_fft_ops,
    .random = &host_random,
    .learn = &host_learn_ops,
    .sparse = NULL,
    .fused = &host_fused_ops,
    .trees = &host_tree_ops,
};

static const cx_backend host_backend = {.struct_size = sizeof host_backend,
                                        .abi = CX_BACKEND_ABI,
                                        .kind = CX_DEVICE_CPU,
                                        .name = "cpu",
                                        .ops = &host_ops};

cx_status host_backend_entry(const cx_core_api *core, const cx_backend **out)
{
    if (core->abi != CX_BACKEND_ABI)
        return core->fail(CX_E_INTERNAL, "cpu", "core has contract %u, not %d", core->abi,
                          CX_BACKEND_ABI);
    host_core = core;
    host_map_init();
    *out = &host_backend;
    return CX_OK;
}
