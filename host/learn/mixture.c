/* One pass of a mixture over its rows: chunks of rows add into totals of their own, which are added
 * in order; within a chunk a block of rows at a time, which the cache holds. */
#include "learn/mixture.h"

#include "learn/learn.h"

enum { GRAIN = 4096 };

static void some_rows(const cx_learn_mixture *c, int64_t lo, int64_t hi, double *room,
                      double *totals)
{
    const host_mixture_loops *const loops = HOST_PICK(host_mixture_loops_table);
    const int64_t step = cx_learn_mixture_rows(c->d);
    for (int64_t i = lo; i < hi; i += step)
        loops->block(c, i, i + step < hi ? i + step : hi, room, totals);
}

static cx_status add_chunk(void *ctx, int64_t lo, int64_t hi, double *totals)
{
    const cx_learn_mixture *const c = ctx;
    double *const room = host_numbers("a mixture", cx_learn_mixture_room(hi - lo, c->d, c->k), 1);
    if (!room) return CX_E_NOMEM;
    some_rows(c, lo, hi, room, c->totals ? totals : NULL);
    host_core->free(room);
    return CX_OK;
}

cx_status host_learn_mixture(cx_queue *q, const cx_learn_mixture *c)
{
    (void)q;
    if (c->room) {
        some_rows(c, 0, c->n, c->room, c->totals);
        return CX_OK;
    }
    double nothing[1];
    cx_learn_mixture call = *c;
    const int64_t width = c->totals ? cx_learn_mixture_totals(c->kind, c->d, c->k) : 1;
    return host_sum_rows(c->n, GRAIN, width, add_chunk, &call, c->totals ? c->totals : nothing);
}
