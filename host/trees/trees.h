/* Shared by the files of the trees group on the CPU. */
#ifndef CX_HOST_TREES_H
#define CX_HOST_TREES_H
#include "host.h"
#include <calx/backend_trees.h>

cx_status host_trees_walk(cx_queue *q, const cx_tree_walk *w);
extern const cx_tree_ops host_tree_ops;
#endif
