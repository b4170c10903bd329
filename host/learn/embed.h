/* Loops of embeddings: tables for each ISA level and the group that the core sees. */
#ifndef CX_HOST_LEARN_EMBED_H
#define CX_HOST_LEARN_EMBED_H
#include "host.h"
#include <calx/backend_manifold.h>

enum { HOST_EMBED_GROUP = 16 }; /* points that walk the tree together */
enum { HOST_EMBED_WALK = 256 }; /* rows of a piece of a walk at most */

typedef struct host_embed_loops {
    /* points [lo, hi), where lo is a multiple of the group */
    void (*repel)(const cx_embed_repel *c, int64_t lo, int64_t hi);
    void (*attract)(const cx_embed_attract *c, int64_t lo, int64_t hi);
    void (*walk)(const cx_embed_walk *c, int64_t lo, int64_t hi);
} host_embed_loops;
HOST_PER_ISA(host_embed_loops, host_embed_loops_table);

extern const cx_manifold_ops host_manifold_ops;
#endif
