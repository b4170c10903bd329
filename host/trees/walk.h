/* Steps of rows through packed trees, compiled once per ISA level. Every level finds the same
 * leaves: a step is one comparison. */
#ifndef CX_HOST_TREES_WALK_H
#define CX_HOST_TREES_WALK_H
#include "trees/trees.h"

enum { HOST_WALK_LANES = 64 }; /* rows that float32 and packed rows go by */

/* Eight bytes a node. */
typedef struct host_small_loops {
    /* rows of so many columns go faster through many trees at a time than many rows through one */
    int64_t near;
    /* leaf [n]: where each row of x [n, d], float32, ends in the tree of that root */
    void (*rows)(const cx_tree_small *root, int shift, const float *x, int64_t d, int64_t n,
                 int32_t *leaf);
    /* leaf [trees]: one row in several trees */
    void (*trees)(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                  int32_t *leaf);
} host_small_loops;
HOST_PER_ISA(host_small_loops, host_small_loops_table);

/* The others. */
typedef struct host_walk_loops {
    void (*node_rows)(const cx_tree_node *node, int32_t root, const double *x, int64_t d, int64_t n,
                      int32_t *leaf);
    void (*node_trees)(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                       int32_t *leaf);
    void (*flat_trees)(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                       int32_t *leaf);
} host_walk_loops;
HOST_PER_ISA(host_walk_loops, host_walk_loops_table);
#endif
