/* How one call of the reduce slot is cut: shared by host/reduce.c, which walks the memory, and
 * host/reduce_state.c, which knows what the operations mean. */
#ifndef CX_HOST_REDUCE_PLAN_H
#define CX_HOST_REDUCE_PLAN_H
#include "reduce.h"
#include <stdatomic.h>

enum { RED_PANEL = 256, RED_ROWS = 256, RED_BUFFER = 65536 };

typedef enum red_family {
    RED_SUM = 1,
    RED_PROD,
    RED_MEAN,
    RED_VAR,
    RED_STD,
    RED_EXTREME,
    RED_PLACE,
    RED_ANY,
    RED_ALL,
    RED_COUNT
} red_family;
typedef enum red_mode { RED_ALONG, RED_DOWN, RED_TURN } red_mode;

typedef struct red_plan red_plan;
struct red_plan {
    const cx_reduce_call *call;
    red_family family;
    bool largest;             /* extremes and places: the largest */
    bool skip_nan;            /* nan-variant, and the load dtype can hold one */
    cx_dtype load;            /* dtype of the loops */
    cx_dtype result;          /* dtype that finish writes */
    int64_t size;             /* of load */
    host_convert_fn *to_load; /* NULL: memory is in the load dtype already */
    host_convert_fn *to_out;
    /* loops */
    host_red_block *block;
    host_red_rows *rows;
    host_red_dev_rows *dev_rows;
    host_red_arg_rows *arg_rows;
    host_red_find *find;
    host_red_place *place; /* block and find in one, NULL for complex numbers */
    host_red_pack *pack;
    void (*merge)(const red_plan *p, host_red_state *a,
                  const host_red_state *b); /* both have n > 0 */
    void (*finish)(const red_plan *p, const host_red_state *s, void *result);
    /* geometry: outer kept dimensions, the inner kept one, the reduced ones */
    int n_outer, n_red;
    int64_t outer[CX_KERNEL_NDIM], outer_in[CX_KERNEL_NDIM], outer_mask[CX_KERNEL_NDIM],
        outer_out[CX_KERNEL_NDIM];
    int64_t red[CX_KERNEL_NDIM], red_in[CX_KERNEL_NDIM], red_mask[CX_KERNEL_NDIM];
    int64_t keep, keep_in, keep_mask, keep_out;
    int64_t count;  /* elements reduced into one output */
    int64_t outers; /* product of outer */
    /* tasks: outers x blocks of the reduced elements x panels of the inner kept dimension */
    red_mode mode;
    int64_t panel, panels, block_len, blocks;
    int64_t fold; /* RED_DOWN: this many short rows are taken as one */
    bool has_initial;
    host_red_state initial;
    host_red_state *partial; /* [outer][block][keep] */
    atomic_bool all_nan;
};

/** Fill in family, load and result dtypes, loops, merge and finish. */
cx_status red_plan_op(red_plan *p, const cx_reduce_call *c);
const char *red_name(int op);

/** How the walk goes: from the views' shapes and strides, and then where it is cut. */
void red_plan_shape(red_plan *p);
void red_plan_tasks(red_plan *p);

/** Columns that are one block and simple enough to need no states: straight into the output; false
 * for others. base: the first row. */
bool red_panel_whole(const red_plan *p, const char *base, int64_t o, int64_t col, int64_t w);

/** State of a walk down rows of one width: accumulators, and what else the operation needs. */
typedef struct red_sweep {
    _Alignas(64) char acc[RED_PANEL * 16];
    _Alignas(64) double mean[RED_PANEL], m2[RED_PANEL];
    uint8_t at[RED_PANEL];
    bool deviations;
} red_sweep;
/** x: the first row, in memory as the plan has it. */
void red_sweep_start(const red_plan *p, red_sweep *v, const char *x, int64_t w);
/** rows rows of w elements of the load dtype, the first of which is number `first` of its walk. */
void red_sweep_step(const red_plan *p, red_sweep *v, const char *x, int64_t stride, int64_t first,
                    int64_t rows, int64_t w);
/** States of w columns after n rows from r0 on, taken in folded rows, the last maybe shorter. */
void red_sweep_states(const red_plan *p, const red_sweep *v, int64_t r0, int64_t n, int64_t w,
                      host_red_state *s);
/** The same from memory. */
void red_block_down(const red_plan *p, const char *base, int64_t r0, int64_t n, int64_t w,
                    host_red_state *s);
/** Results of w <= RED_PANEL neighbours of the inner kept dimension. */
void red_finish_panel(red_plan *p, int64_t o, int64_t col, int64_t w, host_red_state *s);
/** Partial results of panels [lo, hi) of outers x panels merged and written; ctx is the plan. */
void red_run_merges(void *ctx, int64_t lo, int64_t hi);

/** a followed by b, into a. */
static inline void red_merge(const red_plan *p, host_red_state *a, const host_red_state *b)
{
    if (b->n == 0) return;
    if (a->n == 0)
        *a = *b;
    else
        p->merge(p, a, b);
}
#endif
