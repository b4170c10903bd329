/* Counting in bins of equal width, by ISA level. */
#ifndef CX_HOST_HISTOGRAM_H
#define CX_HOST_HISTOGRAM_H
#include "host.h"

/** Elements in [first, last] have place (x - first) / width * bins, and are looked at again where
 * that is within slack of a whole number. */
typedef struct host_bins {
    double first, last, width, slack;
    int64_t bins;
    const void *edges; /* bins + 1 of the elements' dtype */
} host_bins;
typedef struct host_histograms {
    /** Add n contiguous elements to ways (1 or 4) tables of bins + 1 counters, each to any of them;
     * the last counter of a table is for what lies outside. By dtype: f32 and f64. */
    void (*count[CX_DTYPE_COUNT])(const void *x, int64_t n, const host_bins *b, int ways,
                                  int64_t *tables);
} host_histograms;
HOST_PER_ISA(host_histograms, host_histograms);
#endif
