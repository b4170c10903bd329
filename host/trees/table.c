/* The trees group of the CPU: its table of slots. */
#include "trees/trees.h"

const cx_tree_ops host_tree_ops = {
    .struct_size = sizeof host_tree_ops,
    .walk = host_trees_walk,
    .bins = host_trees_bins,
    .fix = host_trees_fix,
    .histograms = host_trees_histograms,
    .splits = host_trees_splits,
    .partition = host_trees_partition,
    .leaves = host_trees_leaves,
};
