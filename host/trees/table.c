/* The trees group of the CPU: its table of slots. */
#include "trees/grow.h"

const cx_tree_ops host_tree_ops = {
    .struct_size = sizeof host_tree_ops,
    .table_open = host_tree_open,
    .table_close = host_tree_close,
    .grow = host_tree_grow,
    .walk = host_trees_walk,
};
