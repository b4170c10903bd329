/* The trees group of the CUDA backend: its table of slots. Exact growth is not among them. */
#include "trees.h"

const cx_tree_ops cuda_tree_ops = {
    .struct_size = sizeof cuda_tree_ops,
    .walk = cuda_trees_walk,
    .bins = cuda_trees_bins,
    .fix = cuda_trees_fix,
    .histograms = cuda_trees_histograms,
    .splits = cuda_trees_splits,
    .partition = cuda_trees_partition,
    .leaves = cuda_trees_leaves,
};
