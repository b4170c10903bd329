/* Trees of clustering features: what BIRCH keeps of the rows it has seen. */
#ifndef CX_LEARN_CF_TREE_H
#define CX_LEARN_CF_TREE_H
#include "base/status.h"
#include <stdint.h>

/** Entries of a node: subclusters of a leaf, or each the sum of a child. Room for branching + 1. */
typedef struct cx__cf_node {
    int64_t count;
    int64_t after;           /* the next leaf, -1: none; the first is node 0 */
    double *centre, *norm;   /* [room, d], [room]: means and their squared lengths */
    double *sum, *square;    /* [room, d], [room]: of the points, and of their squared lengths */
    int64_t *points, *child; /* [room] each; child -1 in a leaf */
} cx__cf_node;
typedef struct cx__cf_tree {
    int64_t d, branching;
    double threshold;
    cx__cf_node *node; /* [nodes] */
    int64_t nodes, room, root;
} cx__cf_tree;

/** An empty tree; free it, whatever happened later. */
cx_status cx__cf_begin(cx__cf_tree *t, int64_t d, int64_t branching, double threshold);
void cx__cf_free(cx__cf_tree *t);
cx_status cx__cf_add(cx__cf_tree *t, const double *x);
/** A further node with room; *at is its number. */
cx_status cx__cf_node_new(cx__cf_tree *t, int64_t *at);
/** Fill an entry of a node from points, sum and square: its centre. */
void cx__cf_entry(const cx__cf_tree *t, cx__cf_node *n, int64_t i);
/** Subclusters of all leaves. */
int64_t cx__cf_count(const cx__cf_tree *t);
/** Their centres [count, d] in the order of the leaves. */
void cx__cf_centres(const cx__cf_tree *t, double *out);
#endif
