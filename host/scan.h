/* The loops of the scans, by the dtype they accumulate in: U64 (and I64), F32, F64, C64, C128. */
#ifndef CX_HOST_SCAN_H
#define CX_HOST_SCAN_H
#include "host.h"

typedef struct host_scans {
    /** y[i] = start op x[0] op ... op x[i] for n contiguous elements; y may be x. total: as below.
     */
    void (*line[2][CX_DTYPE_COUNT])(const void *x, void *y, int64_t n, const void *start,
                                    void *total);
    /** The last of those with a start of 0 or 1, without the others. */
    void (*total[2][CX_DTYPE_COUNT])(const void *x, int64_t n, void *total);
    /** y[j] = acc[j] = acc[j] op x[j]. */
    void (*row[2][CX_DTYPE_COUNT])(const void *x, void *acc, void *y, int64_t w);
} host_scans;
HOST_PER_ISA(host_scans, host_scans);
#endif
