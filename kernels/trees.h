/* The slots of the trees group, C and CUDA C++. */
#ifndef CX_KERNELS_TREES_H
#define CX_KERNELS_TREES_H
#include "cuda_backend.h"
#include <calx/backend_trees.h>

#ifdef __cplusplus
extern "C" {
#endif
cx_status cuda_trees_walk(cx_queue *q, const cx_tree_walk *w);
cx_status cuda_trees_bins(cx_queue *q, const cx_tree_bins *b);
cx_status cuda_trees_fix(cx_queue *q, const cx_tree_fix *f);
cx_status cuda_trees_histograms(cx_queue *q, const cx_tree_histograms *h);
cx_status cuda_trees_splits(cx_queue *q, const cx_tree_splits *s);
cx_status cuda_trees_splits_outputs(cx_queue *q, const cx_tree_splits *s);
cx_status cuda_trees_fix_outputs(cx_queue *q, const cx_tree_fix *f);
cx_status cuda_trees_partition(cx_queue *q, const cx_tree_partition *p);
cx_status cuda_trees_leaves(cx_queue *q, const cx_tree_leaves *l);
#ifdef __cplusplus
}
#endif
#endif
