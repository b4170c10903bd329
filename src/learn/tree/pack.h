/* Trees packed for walking on the CPU. */
#ifndef CX_LEARN_TREE_PACK_H
#define CX_LEARN_TREE_PACK_H
#include "learn/tree/trees.h"

typedef enum cx__leaf_number {
    CX__LEAF_VALUES, /* leaves numbered on their own, their values packed with them */
    CX__LEAF_NODES   /* a leaf's number is its node's */
} cx__leaf_number;

/** Pack t into w's small or node form (which one follows from w->single, w->d and the trees), with
 *  root, and first and value where leaves have their own numbers. Memory comes from
 *  cx_plan_alloc(p), or with p NULL is of the open scope. Trees are packed by the pool. */
cx_status cx__trees_pack(const char *where, const cx__trees *t, cx__leaf_number number, cx_plan *p,
                         cx_tree_walk *w);
#endif
