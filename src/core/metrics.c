/* Counters and memory as OpenMetrics text. One table of rows; reads only public statistics. */
#include "base/text.h"
#include <calx/device.h>
#include <stdio.h>
#include <string.h>

typedef struct out {
    char *buf;
    size_t cap, len;
} out;

static void put(out *o, const char *s)
{
    const size_t n = strlen(s);
    if (o->len < o->cap) {
        const size_t room = o->cap - o->len - 1;
        memcpy(o->buf + o->len, s, n < room ? n : room);
        o->buf[o->len + (n < room ? n : room)] = '\0';
    }
    o->len += n;
}

static void metric(out *o, const char *name, const char *type, const char *help,
                   unsigned long long value, const char *device)
{
    char line[320], label[40] = "";
    if (device != NULL) snprintf(label, sizeof label, "{device=\"%s\"}", device);
    const char *suffix = strcmp(type, "counter") == 0 ? "_total" : "";
    snprintf(line, sizeof line, "# TYPE %s %s\n# HELP %s %s\n%s%s%s %llu\n", name, type, name, help,
             name, suffix, label, value);
    put(o, line);
}

size_t cx_metrics_text(char *buf, size_t cap)
{
    out o = {buf, cap, 0};
    if (cap > 0) buf[0] = '\0';
    const cx_counters c = cx_counters_get();
    metric(&o, "calx_ops", "counter", "Operations run.", c.ops, NULL);
    metric(&o, "calx_copies", "counter", "Copies between devices.", c.copies, NULL);
    metric(&o, "calx_copy_bytes", "counter", "Bytes copied between devices.", c.copy_bytes, NULL);
    metric(&o, "calx_syncs", "counter", "Waits for a device.", c.syncs, NULL);
    metric(&o, "calx_kernels", "counter", "Kernels launched.", c.kernels, NULL);
    metric(&o, "calx_jit_compiles", "counter", "Kernels compiled at run time.", c.jit_compiles,
           NULL);
    metric(&o, "calx_errors", "counter", "Errors made.", c.errors, NULL);
    metric(&o, "calx_warnings", "counter", "Warnings raised.", c.warnings, NULL);
    const cx_memory m = cx_memory_stats(CX_CPU);
    metric(&o, "calx_memory_live_bytes", "gauge", "Bytes handed out.", m.live, "cpu");
    metric(&o, "calx_memory_cached_bytes", "gauge", "Bytes kept for reuse.", m.cached, "cpu");
    metric(&o, "calx_memory_peak_bytes", "gauge", "Most bytes handed out at once.", m.peak, "cpu");
    metric(&o, "calx_memory_limit_bytes", "gauge", "Limit of the bytes taken, 0 if none.", m.limit,
           "cpu");
    metric(&o, "calx_memory_allocs", "counter", "Blocks handed out.", m.allocs, "cpu");
    metric(&o, "calx_memory_frees", "counter", "Blocks given back.", m.frees, "cpu");
    metric(&o, "calx_memory_system_allocs", "counter", "Calls of the system's allocator.",
           m.system_allocs, "cpu");
    metric(&o, "calx_memory_system_frees", "counter",
           "Blocks given back to the system's allocator.", m.system_frees, "cpu");
    put(&o, "# EOF\n");
    return o.len;
}
