/* The manifold group of the CPU: points are cut into pieces of a fixed size, whatever the number of
 * threads. */
#include "learn/embed.h"

enum { REPEL_GRAIN = 8 * HOST_EMBED_GROUP, ATTRACT_GRAIN = 256 };

static void repel_piece(void *ctx, int64_t lo, int64_t hi)
{
    HOST_PICK(host_embed_loops_table)->repel(ctx, lo, hi);
}

static cx_status repel(cx_queue *q, const cx_embed_repel *c)
{
    (void)q;
    cx_embed_repel call = *c;
    return host_core->parallel_for(c->points->n, REPEL_GRAIN, repel_piece, &call);
}

static void attract_piece(void *ctx, int64_t lo, int64_t hi)
{
    HOST_PICK(host_embed_loops_table)->attract(ctx, lo, hi);
}

static cx_status attract(cx_queue *q, const cx_embed_attract *c)
{
    (void)q;
    cx_embed_attract call = *c;
    return host_core->parallel_for(c->points->n, ATTRACT_GRAIN, attract_piece, &call);
}

static void walk_piece(void *ctx, int64_t lo, int64_t hi)
{
    HOST_PICK(host_embed_loops_table)->walk(ctx, lo, hi);
}

static cx_status walk(cx_queue *q, const cx_embed_walk *c)
{
    (void)q;
    cx_embed_walk call = *c;
    return host_core->parallel_for(c->rows, HOST_EMBED_WALK, walk_piece, &call);
}

const cx_manifold_ops host_manifold_ops = {
    .struct_size = sizeof host_manifold_ops, .repel = repel, .attract = attract, .walk = walk};
