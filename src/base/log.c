/* Trace topics, the log hook, process-wide counters. */
#define _GNU_SOURCE
#include "base/log.h"
#include <calx/hooks.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

atomic_uint cx__trace_mask;
cx__counts cx__counters;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*sink)(const char *line, void *ctx);
static void *sink_ctx;

void cx_set_log(void (*fn)(const char *line, void *ctx), void *ctx)
{
    pthread_mutex_lock(&lock);
    sink = fn;
    sink_ctx = ctx;
    pthread_mutex_unlock(&lock);
}

void cx__log(const char *topic, const char *fmt, ...)
{
    char line[640];
    const int n = snprintf(line, sizeof line, "calx %s: ", topic);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
    va_end(ap);
    pthread_mutex_lock(&lock);
    if (sink != NULL)
        sink(line, sink_ctx);
    else
        fprintf(stderr, "%s\n", line);
    pthread_mutex_unlock(&lock);
}

cx_status cx_set_trace(const char *topics)
{
    static const struct {
        const char *word;
        cx__topic topic;
    } words[] = {{"op", CX__TRACE_OP},   {"copy", CX__TRACE_COPY}, {"mem", CX__TRACE_MEM},
                 {"jit", CX__TRACE_JIT}, {"sync", CX__TRACE_SYNC}, {"nvtx", CX__TRACE_NVTX}};
    unsigned mask = atomic_load_explicit(&cx__trace_mask, memory_order_relaxed) & CX__TRACE_FP;
    const char *s = topics != NULL ? topics : "";
    while (*s != '\0') {
        const size_t n = strcspn(s, ",");
        size_t lo = 0, hi = n;
        while (lo < hi && s[lo] == ' ') lo++;
        while (hi > lo && s[hi - 1] == ' ') hi--;
        bool known = hi == lo;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strlen(words[i].word) == hi - lo && memcmp(words[i].word, s + lo, hi - lo) == 0) {
                mask |= (unsigned)words[i].topic;
                known = true;
            }
        if (!known)
            return cx__fail(CX_E_PARSE, "set_trace",
                            "'%.*s' is none of op, copy, mem, jit, sync, nvtx", (int)(hi - lo),
                            s + lo);
        s += n;
        if (*s == ',') s++;
    }
    atomic_store_explicit(&cx__trace_mask, mask, memory_order_relaxed);
    return CX_OK;
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *topics = secure_getenv("CX_TRACE");
    if (topics != NULL && cx_set_trace(topics) != CX_OK)
        cx__log("trace", "CX_TRACE=%s: unknown word, tracing is off", topics);
}
