/* The slots of the trees group, C and CUDA C++. */
#ifndef CX_KERNELS_TREES_H
#define CX_KERNELS_TREES_H
#include "cuda_backend.h"
#include <calx/backend_trees.h>

#ifdef __cplusplus
extern "C" {
#endif
cx_status cuda_trees_walk(cx_queue *q, const cx_tree_walk *w);
#ifdef __cplusplus
}
#endif
#endif
