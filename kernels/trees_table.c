/* The trees group of the CUDA backend: its table of slots. Exact growth is not among them. */
#include "cuda_backend.h"
#include <calx/backend_trees.h>

const cx_tree_ops cuda_tree_ops = {.struct_size = sizeof cuda_tree_ops};
