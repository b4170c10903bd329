/* t-SNE's gradient over the pairs that attract each other, shared by the ways of repulsion. */
#ifndef CX_LEARN_MANIFOLD_KL_SPARSE_H
#define CX_LEARN_MANIFOLD_KL_SPARSE_H
#include "learn/manifold/descent.h"
#include "learn/manifold/embed_tree.h"

typedef struct cx__kl_sparse cx__kl_sparse;
struct cx__kl_sparse {
    const cx__sparse *p;
    cx__site host;
    float *weight; /* [entries] p as float32 */
    float *at[CX_EMBED_DIMS], *pull[CX_EMBED_DIMS], *push[CX_EMBED_DIMS], *sum, *error; /* [n] */
    /** push = sum of q^2 (y_i - y_j), and *total = the sum of q over all pairs. */
    cx_status (*repel)(cx__kl_sparse *t, const cx_embed_points *points, double *total);
    cx__embed_tree tree; /* of kl_tree.c */
    double angle;
    struct cx__embed_grid *grid; /* of kl_grid.c */
};

/** All but repel; its gradient is that of *out, whose context t is. */
cx_status cx__kl_sparse_new(const cx__sparse *p, int dims, cx__kl_sparse *t, cx__kl *out);
#endif
