/* The trees group of the CPU: its table of slots. */
#include "trees/grow.h"

const cx_tree_ops host_tree_ops = {
    .struct_size = sizeof host_tree_ops,
    .table_open = host_tree_open,
    .table_close = host_tree_close,
    .grow = host_tree_grow,
    .walk = host_trees_walk,
    .bins = host_trees_bins,
    .fix = host_trees_fix,
    .histograms = host_trees_histograms,
    .splits = host_trees_splits,
    .partition = host_trees_partition,
    .leaves = host_trees_leaves,
};
