/* Binary searches by dtype, for each ISA level. */
#ifndef CX_HOST_SEARCH_H
#define CX_HOST_SEARCH_H
#include "host.h"

typedef struct host_search_plan {
    const char *sorted, *values;
    int64_t n, m, value_stride, out_stride;
    char *out;
} host_search_plan;
typedef struct host_searches {
    /** Of values [lo, hi) of the plan (ctx); [1] is the right side. Not of 16-bit floats. */
    void (*search[CX_DTYPE_COUNT][2])(void *ctx, int64_t lo, int64_t hi);
} host_searches;
HOST_PER_ISA(host_searches, host_searches);
#endif
