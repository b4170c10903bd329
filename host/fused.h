/* Fused programs: what a call becomes before anything runs, and the running of one block. Shared by
 * fused_plan.c (program and views to a plan), fused.c (blocks, the slot) and fused_reduce.c. */
#ifndef CX_HOST_FUSED_H
#define CX_HOST_FUSED_H
#include "map.h"
#include "iter.h"
#include <calx/backend_fused.h>

enum {
    FUSED_OPERANDS = CX_FUSED_INPUTS + CX_FUSED_CONSTANTS + CX_FUSED_STEPS,
    FUSED_MOVED = CX_FUSED_INPUTS + CX_FUSED_OUTPUTS,
    FUSED_SCRATCH = 4,     /* operands that a kernel wants otherwise, and what it makes */
    FUSED_WORK = 96 << 10, /* bytes of all blocks' buffers of a thread: they stay in the caches */
    FUSED_BLOCK =
        2 << 10, /* bytes of one buffer: several and the inputs stay in the first-level cache */
    FUSED_WEIGHT = 1 << 17, /* elements times weight of a chunk */
    FUSED_GRAIN = 1 << 15,
    FUSED_GRAIN_MIN = 1 << 12,
    FUSED_STREAM = 16 << 20 /* bytes of an output that goes past the caches */
};

/** How often a value is made: once a chunk, once a block (what a row repeats), for each element. */
typedef enum fused_level { FUSED_ONCE, FUSED_ROW, FUSED_EACH } fused_level;

/** One step. The rest is set where odd is: operands to be converted or spread, a result to be
 * rounded. */
typedef struct fused_op {
    host_map_fn *fn; /* NULL: a conversion, load[0] */
    uint8_t operand[3], n_in;
    uint8_t value; /* operand that it makes */
    uint8_t level;
    bool odd;
    uint8_t one; /* bit k: operand k stays one element */
    uint8_t load_step[3], size[3];
    uint8_t made_size, value_size;
    host_convert_fn *load[3], *round; /* NULL: as it is */
} fused_op;

/** An operand that lies in memory: its number, its place in the walk. */
typedef struct fused_move {
    uint8_t operand, iter, size;
} fused_move;
/** A value that is brought to an output at the end of a block, or an input that is fetched. */
typedef struct fused_copy {
    uint8_t operand, iter, size;
    int16_t step;   /* bytes from one element to the next in the buffer; 0 for one that repeats */
    int16_t period; /* of short rows that are all the same: fetched once, to be read from any of its
                       elements on; or 0 */
    host_convert_fn *convert; /* to an output; NULL: past the caches, as it is */
} fused_copy;

typedef struct fused_plan {
    const cx_fused_program *program;
    host_iter it; /* inputs, then outputs that are no reductions */
    int n_operands, n_ops, n_moved, n_loaded, n_stored, n_buffers;
    int weight;    /* what an element costs, in loads */
    bool rows;     /* blocks end where the innermost dimension does */
    bool streams;  /* an output goes past the caches */
    int64_t block; /* elements */
    int64_t pitch; /* bytes from one buffer to the next */
    int scratch;   /* number of the first scratch buffer; -1: none is needed */
    fused_op op[CX_FUSED_STEPS];
    fused_move moved[FUSED_MOVED];
    fused_copy loaded[CX_FUSED_INPUTS], stored[CX_FUSED_OUTPUTS];
    uint8_t dtype[FUSED_OPERANDS], size[FUSED_OPERANDS], level[FUSED_OPERANDS];
    int16_t buffer[FUSED_OPERANDS]; /* of values made for each element and of fetched inputs; -1:
                                       elsewhere */
    bool sunk[FUSED_OPERANDS];      /* with sinks: where it goes is set block by block */
} fused_plan;

/** What a thread works with. */
typedef struct fused_frame {
    char *at[FUSED_OPERANDS];
    _Alignas(16) char single[CX_FUSED_STEPS][16], kept[CX_FUSED_OUTPUTS][16];
    char *work;
} fused_frame;

/** The walk: inputs and outputs (NULL for one that is a reduction) as views of one shape, lead. */
typedef struct fused_space {
    const cx_view *lead;
    const cx_view *in[CX_FUSED_INPUTS], *out[CX_FUSED_OUTPUTS];
    const bool *sink; /* of each output: its value goes straight where a reduction wants it. NULL:
                         no reductions */
} fused_space;

/** Fill in the plan; false for what the CPU has no loop for. */
bool fused_plan_make(fused_plan *p, const cx_fused_program *program, const fused_space *space);
/** Elements of a chunk for parallel loops. */
int64_t fused_grain(const fused_plan *p);

void fused_frame_start(const fused_plan *p, fused_frame *f, char *work);
/** n elements from a place on; in rows at most to the end of one. */
void fused_block(const fused_plan *p, fused_frame *f, const host_place *at, int64_t n);

/** Elements of the next block from a place on, left at most. */
static inline int64_t fused_next(const fused_plan *p, const host_place *at, int64_t left)
{
    int64_t n = left < p->block ? left : p->block;
    if (p->rows) {
        const int last = p->it.ndim - 1;
        const int64_t room = p->it.shape[last] - at->index[last];
        n = n < room ? n : room;
    }
    return n;
}
/** The place n elements on: n is fused_next's. */
static inline void fused_advance(const fused_plan *p, host_place *at, int64_t n)
{
    int d = p->it.ndim - 1;
    at->index[d] += n;
    for (; d > 0 && at->index[d] >= p->it.shape[d]; d--) {
        const int64_t carry = at->index[d] / p->it.shape[d];
        at->index[d] -= carry * p->it.shape[d];
        at->index[d - 1] += carry;
    }
}

/** Run a call of few elements and plain steps; false if it is none, before anything is written. */
bool fused_small(const cx_fused_call *c);
/** Calls with reductions. */
cx_status fused_reduce(const cx_fused_call *c);
extern const cx_fused_ops host_fused_ops;
#endif
