/* Shared by the files of the trees group on the CPU. */
#ifndef CX_HOST_TREES_H
#define CX_HOST_TREES_H
#include "host.h"
#include <calx/backend_trees.h>

cx_status host_trees_walk(cx_queue *q, const cx_tree_walk *w);
cx_status host_trees_bins(cx_queue *q, const cx_tree_bins *b);
cx_status host_trees_fix(cx_queue *q, const cx_tree_fix *c);
cx_status host_trees_histograms(cx_queue *q, const cx_tree_histograms *h);
cx_status host_trees_splits(cx_queue *q, const cx_tree_splits *c);
/* of several outputs (hist_outputs.c) */
cx_status host_trees_fix_outputs(cx_queue *q, const cx_tree_fix *c);
cx_status host_trees_splits_outputs(cx_queue *q, const cx_tree_splits *c);
cx_status host_trees_partition(cx_queue *q, const cx_tree_partition *p);
cx_status host_trees_leaves(cx_queue *q, const cx_tree_leaves *l);
extern const cx_tree_ops host_tree_ops;
#endif
