/* Inner loops of growing trees, compiled once per ISA level: how good the cuts of a block of places
 * are, in scikit-learn's formulas. No level fuses or reorders, so all give the same bits. */
#ifndef CX_HOST_TREES_LOOPS_H
#define CX_HOST_TREES_LOOPS_H
#include "host.h"

enum { HOST_TREE_BLOCK = 256, HOST_TREE_FEW = 48 };

/** Places of one block; what stands behind n up to a multiple of 8 is finite, and not allowed. */
typedef struct host_tree_block {
    double left[HOST_TREE_BLOCK];      /* weight of the left side */
    double sum[HOST_TREE_BLOCK];       /* of the left side: y; squares of the classes' weights */
    double sum_right[HOST_TREE_BLOCK]; /* only of the squares */
    double allow[HOST_TREE_BLOCK];     /* 0, or -infinity: no cut here */
    int64_t n;
    double total, here, least; /* sum and weight of the node, least weight of a side */
} host_tree_block;

/** The greatest value of the block and its first place; -infinity if no cut is allowed. */
typedef double host_tree_best_fn(const host_tree_block *b, int64_t *at);

typedef struct host_tree_loops {
    host_tree_best_fn *pair; /* gini of two classes: sum is the weight of the second one, total of
                              * that class */
    host_tree_best_fn *gini, *squared, *friedman;
    /* allow[i] for a cut before e[i], i < n, from the upper halves of e[i - 1] and e[i]: they have
     * to be `step` apart. Returns whether some are nearer but not equal (1), are equal (2). */
    int (*allow)(const uint64_t *e, int64_t n, uint64_t step, double *allow);
    /* e [n] different numbers, sorted into out; n <= HOST_TREE_FEW, and what stands behind e up to
     * a multiple of 8 may be written */
    void (*sort_few)(uint64_t *e, int64_t n, uint64_t *out);
} host_tree_loops;
HOST_PER_ISA(host_tree_loops, host_tree_loops_table);
#endif
