/* Between the slot of sliding products and its loops. */
#ifndef CX_HOST_SLIDE_H
#define CX_HOST_SLIDE_H
#include "host.h"

/** Dense vectors of one real dtype: outputs i of cx_slide_call's sum. */
typedef struct host_slide_job {
    const void *a, *b;
    void *out;
    int64_t n, m, first, step;
} host_slide_job;
/** Outputs [lo, hi). */
typedef void host_slide_fn(const host_slide_job *job, int64_t lo, int64_t hi);
typedef struct host_slide_table {
    host_slide_fn *fn[CX_DTYPE_COUNT]; /* bool (bytes of 0 and 1), integers, f32, f64 */
} host_slide_table;
HOST_PER_ISA(host_slide_table, host_slides);
#endif
