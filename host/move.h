/* Moving bytes past the caches and turning matrices, one table for each ISA level. */
#ifndef CX_HOST_MOVE_H
#define CX_HOST_MOVE_H
#include "host.h"

/** Results of so many bytes are larger than what the caches keep for whoever reads them next. */
enum { HOST_STREAM_BYTES = 16 << 20 };

typedef struct host_move_table {
    void (*stream)(void *dst, const void *src,
                   size_t bytes); /* stores that bypass the caches: for results larger than those */
    /** The same piece by piece: a destination and a size in whole vectors of 64 bytes. Other
     * threads may be told of the pieces after a fence. */
    void (*stream_piece)(void *dst, const void *src, size_t bytes);
    void (*fence)(void);
    /** to[i] = first + i step; whole lines at a time need not be read first. */
    void (*count)(uint64_t *to, uint64_t first, uint64_t step, int64_t n);
    /** Elements of 8 bytes: row i of na, apart by src_row bytes, becomes column i of nb rows, apart
     * by dst_row. stream: by stores that bypass the caches where places allow it; a fence is due.
     * NULL where vectors gain nothing. */
    void (*turn_8)(const char *src, int64_t src_row, char *dst, int64_t dst_row, int64_t na,
                   int64_t nb, bool stream);
} host_move_table;
HOST_PER_ISA(host_move_table, host_moves);
#endif
