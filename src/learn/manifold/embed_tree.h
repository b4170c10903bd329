/* A tree of cells over the points of an embedding, made anew for every gradient. */
#ifndef CX_LEARN_MANIFOLD_EMBED_TREE_H
#define CX_LEARN_MANIFOLD_EMBED_TREE_H
#include "learn/numeric/site.h"
#include <calx/backend_manifold.h>

/** Room for trees over n points, and the last tree. */
typedef struct cx__embed_tree {
    int64_t n;
    int dims;
    cx_embed_tree tree;
    cx_embed_points points; /* in the tree's order */
    int32_t *order;         /* [n] which point stands there */
    struct cx__tree_room *room;
} cx__embed_tree;

/** Memory of the open scope. dims is 1 to 3. */
cx_status cx__embed_tree_new(int64_t n, int dims, cx__embed_tree *out);
/** The tree of points: boxes halved in each coordinate, down to a few points. */
void cx__embed_tree_build(cx__embed_tree *t, const cx_embed_points *points);
#endif
