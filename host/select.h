/* Where a mask holds, one table for each ISA level. */
#ifndef CX_HOST_SELECT_H
#define CX_HOST_SELECT_H
#include "host.h"

typedef struct host_select_table {
    /** Is an index not in -limit .. limit - 1? */
    bool (*outside)(const int64_t *index, int64_t n, int64_t limit);
    /** Bytes of mask[0..n) that are not 0. */
    int64_t (*count)(const char *mask, int64_t n);
    /** first + i for each i of 0..n whose byte is not 0; there are `found` of them, and no more
     * than those is written. */
    void (*where)(const char *mask, int64_t n, int64_t first, int64_t *out, int64_t found);
    /** Elements of 4 or 8 bytes whose byte is not 0, side by side on both sides. As where. */
    void (*pack4)(const char *mask, int64_t n, const void *src, void *dst, int64_t found);
    void (*pack8)(const char *mask, int64_t n, const void *src, void *dst, int64_t found);
} host_select_table;
HOST_PER_ISA(host_select_table, host_selects);
#endif
