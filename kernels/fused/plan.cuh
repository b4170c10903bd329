/* A fused program and the arrays that it runs over, before it is known which kernel runs it: dtypes
 * of operands, what becomes of reductions, the walk over memory. All of it is made at every call:
 * it is a few hundred table look-ups. Nothing is written before the whole program is understood. */
#ifndef CX_KERNELS_FUSED_PLAN_CUH
#define CX_KERNELS_FUSED_PLAN_CUH
#include "fused/deal.cuh"
#include "walk.cuh"
#include <calx/backend_fused.h>

enum {
    FUSED_OPERANDS = CX_FUSED_OUTPUTS + CX_FUSED_INPUTS, /* in memory, outputs first */
    FUSED_NUMBERS = CX_FUSED_INPUTS + CX_FUSED_CONSTANTS + CX_FUSED_STEPS
};
static_assert((int)FUSED_FOLDS == (int)CX_FUSED_OUTPUTS, "every output may be a reduction");

/* ---- facts */
int fused_bytes(int dtype);
char fused_kind(int dtype);
int fused_stored_as(int dtype);
/** Operands of an instruction. */
int fused_reads(int op);
/** Kinds for which a row has a loop; nullptr for no row. */
const char *fused_domain(int op);
/** The row that folds for a reduction. */
int fused_fold_row(int reduce);
cx_status fused_no_loop(const char *what, int dtype);

/** What a program leaves for the reduce slot. */
struct fused_rest {
    cx_view view[CX_FUSED_OUTPUTS];
    size_t at[CX_FUSED_OUTPUTS], bytes;
};
struct fused_plan {
    const cx_fused_call *call;
    const cx_fused_program *program;
    cx_view whole;  /* the shape that the program runs over, as a view of nothing */
    int first_step; /* number of the first step's value */
    uint8_t dtype[FUSED_NUMBERS];
    bool fold; /* may reductions be begun here? */
    bool folds[CX_FUSED_OUTPUTS];
    uint8_t acc[CX_FUSED_OUTPUTS]; /* dtype of what is left for the reduce slot */
    fused_deal deal;
    fused_rest rest;
    /* The walk over all operands. Of reductions those take part whose values are written whole. */
    cuda_walk<FUSED_OPERANDS> walk;
    uint8_t memory[FUSED_OPERANDS]; /* dtypes of the walk's operands; 0: not used */
    int inputs;                     /* in memory */
};
/** UNSUPPORTED where the program cannot be run. */
cx_status fused_plan_make(const cx_fused_call *c, fused_plan *p);
/** Values that the program leaves stand in this block of rest.bytes. */
void fused_plan_place(fused_plan &p, char *block);
/** The reductions of what the program has left. */
cx_status fused_reduce_rest(cx_queue *q, const fused_plan &p);
/** A comparison of int64 with uint64 by value? Then the row, for which operands may be swapped. */
bool fused_by_value(const fused_plan &p, const cx_fused_step &s, int *op, bool *swap);

/** How operands are read and written where `count` neighbours go at once. */
struct fused_access {
    bool wide;                     /* 16 bytes of every input */
    uint16_t repeated;             /* inputs of one element for all neighbours */
    uint8_t bytes[FUSED_OPERANDS]; /* of one access */
};
bool fused_together(const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w, int count,
                    fused_access *a);
#endif
