/* Moving bytes past the caches, one table for each ISA level. */
#ifndef CX_HOST_MOVE_H
#define CX_HOST_MOVE_H
#include "host.h"

typedef struct host_move_table {
    void (*stream)(void *dst, const void *src,
                   size_t bytes); /* stores that bypass the caches: for results larger than those */
    /** The same piece by piece: a destination and a size in whole vectors of 64 bytes. Other
     * threads may be told of the pieces after a fence. */
    void (*stream_piece)(void *dst, const void *src, size_t bytes);
    void (*fence)(void);
} host_move_table;
HOST_PER_ISA(host_move_table, host_moves);
#endif
