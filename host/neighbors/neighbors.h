/* Trees of points on the CPU: the group's table, and its loops that are compiled once per ISA
 * level. */
#ifndef CX_HOST_NEIGHBORS_H
#define CX_HOST_NEIGHBORS_H
#include "host.h"
#include <calx/backend_neighbors.h>

/** Entries found for one query: rank and index, count of them. Of the k nearest a heap, its first
 * the last in order. */
typedef struct host_found {
    double *rank;
    int64_t *index, count, room;
} host_found;

typedef struct host_near_loops {
    /* the .room nearest points of q */
    void (*nearest)(const cx_near_tree *t, const double *q, host_found *f);
    /* points within radius: all of them into f, or f->rank NULL: their number */
    void (*within)(const cx_near_tree *t, const double *q, double radius, host_found *f);
} host_near_loops;
HOST_PER_ISA(host_near_loops, host_near_loops_table);

extern const cx_near_ops host_near_ops;
cx_status host_near_build(cx_queue *q, const double *x, int64_t m, int64_t d, int64_t levels,
                          double *rows, int64_t *index, double *bounds);

/** Points without a tree: blocks [blocks, d, 8] of x in the order of index (NULL: its own). */
cx_status host_near_pack(const double *x, int64_t m, int64_t d, const int64_t *index, double *rows);
/** As the slot `neighbours` of learn, for as many queries as are worth some preparation. */
cx_status host_near_scan(const cx_learn_neighbours *c);

/* ---- order of entries: by rank, equal ones by index */
static inline bool host_after(const host_found *f, int64_t a, int64_t b)
{
    return f->rank[a] > f->rank[b] || (f->rank[a] == f->rank[b] && f->index[a] > f->index[b]);
}
static inline void host_swap_found(const host_found *f, int64_t a, int64_t b)
{
    const double rank = f->rank[a];
    const int64_t index = f->index[a];
    f->rank[a] = f->rank[b];
    f->index[a] = f->index[b];
    f->rank[b] = rank;
    f->index[b] = index;
}
/** The entry at i is put where it belongs below it. */
static inline void host_sink(const host_found *f, int64_t i, int64_t count)
{
    for (int64_t below = 2 * i + 1; below < count; i = below, below = 2 * i + 1) {
        if (below + 1 < count && host_after(f, below + 1, below)) below++;
        if (!host_after(f, below, i)) return;
        host_swap_found(f, i, below);
    }
}
/** A heap in order. */
static inline void host_heap_sort(const host_found *f)
{
    for (int64_t end = f->count - 1; end > 0; end--) {
        host_swap_found(f, 0, end);
        host_sink(f, 0, end);
    }
}
#endif
