/* Moving bytes past the caches, one table for each ISA level. */
#ifndef CX_HOST_MOVE_H
#define CX_HOST_MOVE_H
#include "host.h"

typedef struct host_move_table {
    void (*stream)(void *dst, const void *src,
                   size_t bytes); /* stores that bypass the caches: for results larger than those */
} host_move_table;
HOST_PER_ISA(host_move_table, host_moves);
#endif
