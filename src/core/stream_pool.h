/* Caching pool of a late device's memory, or of pinned host memory: best fit, split and coalesce,
 * stream-ordered. Knows no array. */
#ifndef CX_CORE_STREAM_POOL_H
#define CX_CORE_STREAM_POOL_H
#include "core/slot.h"

/** A piece of a segment, handed out or free. */
typedef struct cx__block {
    char *p;
    size_t bytes;
    struct cx__block *prev, *next;    /* neighbours in the segment, by address */
    struct cx__block *left, *right;   /* tree of free blocks; lists of others (left) */
    struct cx__block *before, *after; /* of a segment's first block: the list of segments */
    uint64_t streams, seq; /* free: the slots that may be using it, and up to where. Handed out: as
                              its new owner found it; streams 0: nobody uses it */
    uint64_t capture;      /* serial of the capture that took it; 0: none */
    uint32_t priority;
    uint8_t state, sizes, owner;
} cx__block;

enum cx__memory_kind { CX__MEMORY_DEVICE, CX__MEMORY_PINNED };
cx__stream_pool *cx__stream_pool_new(cx__late *l, enum cx__memory_kind kind, size_t memory_total);
void cx__stream_pool_delete(cx__stream_pool *p); /* with everything given back; for tests */
/** A block for work of s, which has been made to wait for earlier uses of the memory; for the host
 * (s NULL) of memory that nobody uses. */
cx_status cx__stream_pool_alloc(cx__stream_pool *p, const char *where, cx__slot *s, size_t bytes,
                                cx__block **out);
/** Give back; slots may be using it up to seq (0 slots: nobody does). */
void cx__stream_pool_free(cx__stream_pool *p, cx__block *b, uint64_t slots, uint64_t seq);
void cx__stream_pool_stats(cx__stream_pool *p, cx_memory *out);
void cx__stream_pool_forked(cx__stream_pool *p); /* in a child: nobody holds its lock */
void cx__stream_pool_limit(cx__stream_pool *p, size_t bytes);
void cx__stream_pool_trim(cx__stream_pool *p, size_t keep);
/** Largest free block and bytes in free blocks, for tests and reports. */
void cx__stream_pool_free_blocks(cx__stream_pool *p, size_t *largest, size_t *total);
/** Take the blocks that a capture has kept. */
void cx__stream_pool_end_capture(cx__stream_pool *p, cx__capture *c);

/* ---- trees of free blocks by size, then address (block_tree.c) */
void cx__block_insert(cx__block **root, cx__block *b);
void cx__block_remove(cx__block **root, cx__block *b);
/** The smallest of at least so many bytes, NULL if there is none. */
cx__block *cx__block_best(cx__block *root, size_t bytes);
cx__block *cx__block_largest(cx__block *root);
#endif
