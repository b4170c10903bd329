/* Counters and memory as OpenMetrics text. One table of rows each; reads only statistics, and opens
 * no device to do so. */
#include "base/text.h"
#include "core/device.h"
#include <calx/ufunc.h>
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

static void head(out *o, const char *name, const char *type, const char *help)
{
    char line[280];
    snprintf(line, sizeof line, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
    put(o, line);
}

static void sample(out *o, const char *name, const char *type, const char *device,
                   unsigned long long value)
{
    char line[160], label[40] = "";
    if (device != NULL) snprintf(label, sizeof label, "{device=\"%s\"}", device);
    snprintf(line, sizeof line, "%s%s%s %llu\n", name, strcmp(type, "counter") == 0 ? "_total" : "",
             label, value);
    put(o, line);
}

static void counters(out *o)
{
    const cx_counters c = cx_counters_get();
    const cx_fp_counts fp = cx_fp_counts_get();
    const struct {
        const char *name, *help;
        uint64_t value;
    } rows[] = {{"calx_ops", "Operations run.", c.ops},
                {"calx_copies", "Copies between devices.", c.copies},
                {"calx_copy_bytes", "Bytes copied between devices.", c.copy_bytes},
                {"calx_staged_copies", "Copies through pinned buffers.", c.staged_copies},
                {"calx_control_reads", "Numbers fetched to go on.", c.control_reads},
                {"calx_control_bytes", "Bytes of such numbers.", c.control_bytes},
                {"calx_syncs", "Waits for a device.", c.syncs},
                {"calx_kernels", "Kernels launched.", c.kernels},
                {"calx_jit_compiles", "Kernels compiled at run time.", c.jit_compiles},
                {"calx_errors", "Errors made.", c.errors},
                {"calx_warnings", "Warnings raised.", c.warnings},
                {"calx_fp_divide", "Elements infinite by a division by zero.", fp.divide},
                {"calx_fp_overflow", "Elements infinite from finite inputs.", fp.overflow},
                {"calx_fp_invalid", "Elements NaN from inputs without NaN.", fp.invalid}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        head(o, rows[i].name, "counter", rows[i].help);
        sample(o, rows[i].name, "counter", NULL, rows[i].value);
    }
}

static void memory(out *o)
{
    static const struct {
        const char *name, *type, *help;
        size_t at; /* in cx_memory */
        bool wide; /* uint64_t there, else size_t */
    } rows[] = {
        {"calx_memory_live_bytes", "gauge", "Bytes handed out.", offsetof(cx_memory, live), false},
        {"calx_memory_cached_bytes", "gauge", "Bytes kept for reuse.", offsetof(cx_memory, cached),
         false},
        {"calx_memory_peak_bytes", "gauge", "Most bytes handed out at once.",
         offsetof(cx_memory, peak), false},
        {"calx_memory_limit_bytes", "gauge", "Limit of the bytes taken, 0 if none.",
         offsetof(cx_memory, limit), false},
        {"calx_memory_allocs", "counter", "Blocks handed out.", offsetof(cx_memory, allocs), true},
        {"calx_memory_frees", "counter", "Blocks given back.", offsetof(cx_memory, frees), true},
        {"calx_memory_system_allocs", "counter", "Calls of the system's allocator.",
         offsetof(cx_memory, system_allocs), true},
        {"calx_memory_system_frees", "counter", "Blocks given back to the system's allocator.",
         offsetof(cx_memory, system_frees), true}};
    const int gpus = cx__gpus_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        head(o, rows[i].name, rows[i].type, rows[i].help);
        for (int d = 0; d <= gpus; d++) {
            const cx_device id = d == 0 ? CX_CPU : cx_cuda(d - 1);
            const cx_memory m = cx_memory_stats(id);
            const char *const field = (const char *)&m + rows[i].at;
            char name[16];
            size_t narrow = 0;
            uint64_t value = 0;
            if (rows[i].wide) {
                memcpy(&value, field, sizeof value);
            } else {
                memcpy(&narrow, field, sizeof narrow);
                value = narrow;
            }
            sample(o, rows[i].name, rows[i].type, cx_device_name(id, name), value);
        }
    }
}

size_t cx_metrics_text(char *buf, size_t cap)
{
    out o = {buf, cap, 0};
    if (cap > 0) buf[0] = '\0';
    counters(&o);
    memory(&o);
    put(&o, "# EOF\n");
    return o.len;
}
