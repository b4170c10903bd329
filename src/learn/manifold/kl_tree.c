/* t-SNE's repulsion by a tree: cells that are far enough stand for their points. Source: van der
 * Maaten, JMLR 15 (2014). */
#include "learn/manifold/kl_sparse.h"

static cx_status repel(cx__kl_sparse *t, const cx_embed_points *points, double *total)
{
    const int64_t n = points->n;
    cx__embed_tree_build(&t->tree, points);
    cx_embed_repel call = {.points = &t->tree.points,
                           .tree = &t->tree.tree,
                           .dof = points->dims > 2 ? 2 : 1,
                           .angle = (float)t->angle,
                           .sum = t->sum};
    /* in the tree's order first, where pull is free */
    for (int k = 0; k < points->dims; k++) call.force[k] = t->pull[k];
    CX__TRY(t->host.ops->manifold->repel(t->host.queue, &call));
    for (int k = 0; k < points->dims; k++)
        for (int64_t i = 0; i < n; i++) t->push[k][t->tree.order[i]] = t->pull[k][i];
    *total = 0;
    for (int64_t i = 0; i < n; i++) *total += (double)t->sum[i] - 1; /* without itself */
    return CX_OK;
}

cx_status cx__kl_tree(const cx__sparse *p, int dims, double angle, cx__kl *out)
{
    cx__kl_sparse *const t = cx__scope_room(sizeof *t);
    if (t == NULL) return CX_E_NOMEM;
    CX__TRY(cx__kl_sparse_new(p, dims, t, out));
    t->angle = angle;
    t->repel = repel;
    return cx__embed_tree_new(p->n, dims, &t->tree);
}
