/* Optional group of a backend: a typed program run over arrays in one pass.
 *
 * A program is a list of instructions without branches, in the order in which they run. Each makes
 * one value per element; what an instruction reads is an input, a constant or an earlier value.
 * Nothing is converted on the way: what an instruction reads has the dtype that it needs, and a
 * conversion is an instruction of its own. So a backend that runs instruction after instruction
 * makes the bits that the operations make one by one, and every backend must.
 *
 * Operands are numbered: inputs from 0, constants behind them, instructions' values behind those.
 */
#ifndef CALX_BACKEND_FUSED_H
#define CALX_BACKEND_FUSED_H
#include <calx/backend.h>

/** At most so many; the front cuts longer programs. */
enum {
    CX_FUSED_INPUTS = 16,
    CX_FUSED_CONSTANTS = 32,
    CX_FUSED_STEPS = 64,
    CX_FUSED_OUTPUTS = 4,
    CX_FUSED_REGISTERS = 16
};
/** Instead of a cx_map_op: the conversion of one operand to dtype, as in astype. */
enum { CX_FUSED_CAST = 0 };

/** One instruction. Rows of ops.h by their code, as in cx_map_call: operands are of dtype loop
 * (WHERE: the first is bool; LDEXP: the second is int32 or int64; comparisons with loop uint64: one
 * may be int64), the value is of the row's result dtype. */
typedef struct cx_fused_step {
    int16_t op;
    uint8_t loop;  /* CAST: dtype of the operand */
    uint8_t dtype; /* of the value; never category */
    uint8_t operand[3];
    uint8_t place; /* register that holds the value until its last use: below n_registers, and none
                      that this instruction reads */
} cx_fused_step;

/** What becomes of a value: out takes one per element, or, with reduce, what a reduction over the
 * last n_reduced dimensions makes of them: the bits of the reduce slot over the value as the
 * operations would have left it in memory, its dimensions in the order of the inputs' steps. Open
 * is which of several NaNs, and which of equal zeros, is the least. A register that an out reads
 * keeps that value to the end. */
typedef struct cx_fused_out {
    uint8_t operand;
    uint8_t reduce; /* 0, or CX_RED_SUM, PROD, MIN, MAX, MEAN, ANY, ALL */
    uint8_t acc;    /* with reduce: dtype in which it is accumulated, as in cx_reduce_call */
} cx_fused_out;

typedef struct cx_fused_program {
    size_t struct_size;
    /** Equal for programs that differ in their constants' values only, different for others: what a
     * backend makes of a program it may keep under this number. */
    uint64_t key;
    int n_in, n_constants, n_steps, n_out, n_registers;
    uint8_t in_dtype[CX_FUSED_INPUTS];
    uint8_t constant_dtype[CX_FUSED_CONSTANTS];
    uint64_t constant[CX_FUSED_CONSTANTS][2]; /* one element of the dtype, from the first byte */
    cx_fused_step step[CX_FUSED_STEPS];
    cx_fused_out out[CX_FUSED_OUTPUTS];
} cx_fused_program;

typedef struct cx_fused_call {
    const cx_fused_program *program;
    int n_reduced; /* last dimensions of the inputs that reductions go over; 0 without them */
    /** Inputs have all one shape (zero strides where they repeat, CX_VIEW_HOST for a single element
     * that is the host's; with reductions at least one is not); outputs too, without the last
     * n_reduced dimensions where they are reductions, and without zero strides. A view may be equal
     * to an input's, element for element; otherwise outputs overlap nothing. */
    const cx_view *in[CX_FUSED_INPUTS];
    const cx_view *out[CX_FUSED_OUTPUTS];
} cx_fused_call;

struct cx_fused_ops {
    size_t struct_size;
    /** required. UNSUPPORTED for a program that the backend cannot run at all, before anything is
     * written: the front then goes operation by operation. */
    cx_status (*run)(cx_queue *q, const cx_fused_call *c);
    /** optional. Forget what is kept for programs. */
    void (*clear)(void);
};
#endif
