/* Leaves of losses that have no use for a Newton step: medians and quantiles of the residuals of
 * their rows. They are found on the host, wherever the rows are. */
#include "base/alloc.h"
#include "base/object.h"
#include "base/threads.h"
#include "learn/ensemble/hist.h"
#include <calx/array.h>
#include <calx/index.h>

typedef struct updating {
    cx__hist_grower *g;
    const cx__loss *l;
    const double *y, *by, *raw;
    const int32_t *row;
    double *residual, *weight, *room; /* [n], [n] or NULL, [2n] */
} updating;

static void update_leaves(void *ctx, int64_t lo, int64_t hi)
{
    const updating *const u = ctx;
    for (int64_t i = lo; i < hi; i++) {
        cx__hist_node *const n = &u->g->node[i];
        if (!cx__hist_is_leaf(n) || n->end == n->begin) continue;
        for (int64_t k = n->begin; k < n->end; k++) {
            u->residual[k] = u->y[u->row[k]] - u->raw[u->row[k]];
            if (u->weight != NULL) u->weight[k] = u->by[u->row[k]];
        }
        const double constant = cx__loss_residual_constant(
            u->l, n->end - n->begin, u->residual + n->begin,
            u->weight != NULL ? u->weight + n->begin : NULL, u->room + 2 * n->begin);
        n->value = u->g->rules->shrinkage * constant;
    }
}

static cx_status set_leaves(updating *u, const cx_array *raw)
{
    cx__hist_grower *const g = u->g;
    const int64_t n = g->bins->n;
    u->raw = cx__at(cx__fetch(g->site, raw));
    u->row = cx__at(cx__fetch(g->site, cx_slice(g->row, 0, 0, n, 1)));
    CX__TRY(cx__so_far());
    double *const room = cx__alloc((size_t)n * 4 * sizeof *room);
    if (room == NULL) return cx__fail_nomem("fit", "residuals", (size_t)n * 32);
    u->residual = room;
    u->weight = u->by != NULL ? room + n : NULL;
    u->room = room + 2 * n;
    const cx_status st = cx__parallel_for(g->nodes, 1, update_leaves, u);
    cx__free(room);
    return st;
}

cx_status cx__hist_set_leaves(cx__hist_grower *g, const cx__loss *l, const double *y,
                              const double *weight, const cx_array *raw)
{
    updating u = {.g = g, .l = l, .y = y, .by = weight};
    const cx_scope inner = cx_scope_open();
    cx_check(set_leaves(&u, raw));
    return cx_scope_close(inner);
}
