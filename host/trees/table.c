/* The trees group of the CPU: its table of slots. */
#include "trees/trees.h"

const cx_tree_ops host_tree_ops = {
    .struct_size = sizeof host_tree_ops,
    .walk = host_trees_walk,
};
