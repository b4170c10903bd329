/* Trace topics and counters. Nothing is written unless CX_TRACE or cx_set_trace asks. */
#ifndef CX_BASE_LOG_H
#define CX_BASE_LOG_H
#include "base/status.h"
#include <stdatomic.h>

typedef enum cx__topic {
    CX__TRACE_OP = 1,
    CX__TRACE_COPY = 2,
    CX__TRACE_MEM = 4,
    CX__TRACE_JIT = 8,
    CX__TRACE_SYNC = 16,
    CX__TRACE_NVTX = 32,
    CX__TRACE_FP = 64 /* no topic: floating-point exceptions are counted (ops/ufunc/fp_count.c) */
} cx__topic;
extern atomic_uint cx__trace_mask; /* read through cx__tracing */
static inline bool cx__tracing(cx__topic t)
{
    return CX__UNLIKELY(
        (atomic_load_explicit(&cx__trace_mask, memory_order_relaxed) & (unsigned)t) != 0);
}
void cx__log(const char *topic, const char *fmt, ...) CX__PRINTF(2, 3);

/** Process-wide counts (device.h cx_counters); relaxed. */
typedef struct cx__counts {
    atomic_ullong ops, copies, copy_bytes, syncs, kernels, jit_compiles, jit_loads, jit_fails,
        errors, warnings, control_reads, control_bytes, staged_copies, control_writes;
} cx__counts;
extern cx__counts cx__counters;
#define CX__COUNT_ADD(field, n) \
    atomic_fetch_add_explicit(&cx__counters.field, (unsigned long long)(n), memory_order_relaxed)
#endif
