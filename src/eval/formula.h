/* A tree typed for one combination of argument dtypes: steps that each make one value, and the
 * segments of them that run in one pass. */
#ifndef CX_EVAL_FORMULA_H
#define CX_EVAL_FORMULA_H
#include "core/array.h"
#include "eval/tree.h"
#include <calx/backend_fused.h>

/** Numbers of values: arguments from 0, steps behind them; constants are -1, -2, ... */
typedef struct cx__step {
    int16_t op; /* row of ops.h; CX_FUSED_CAST; or -1 - cx__reduction */
    uint8_t loop, dtype, children;
    bool keepdims;
    int8_t axis_count;
    int32_t operand[3];
    int32_t axis, at; /* of the tree */
} cx__step;

/** A number in the dtype that a step takes. */
typedef struct cx__constant {
    cx_scalar number;
    int32_t computed; /* place among the plan's computed numbers; -1: it is known */
    uint8_t dtype;
    bool exponent; /* of an integer power: not negative */
} cx__constant;

/** A number that hangs on numbers among the arguments: an argument, or an operator of Python. */
typedef struct cx__computed {
    int16_t op;             /* 0: argument operand[0] */
    uint8_t children, kind; /* kind: what it must be, a CX_BOOL, CX_I64, CX_F64 or CX_C128 */
    int32_t operand[3];     /* computed numbers; -1 - k: number k of the tree's nodes */
    int32_t at;
} cx__computed;

enum { CX__EVAL_COMPUTED = 64 };

/** Steps [first, end) of a formula: elementwise ones to middle, then reductions of them over the
 * same axes; or one reduction alone. */
typedef struct cx__segment {
    int32_t first, middle, end;
    bool fused; /* program is one; else step by step */
    bool open;  /* constants of the program are computed at each run */
    int inputs, outputs;
    int32_t input[CX_FUSED_INPUTS];   /* values */
    int32_t output[CX_FUSED_OUTPUTS]; /* values */
    uint32_t needs[CX_FUSED_OUTPUTS]; /* inputs that the output hangs on, a bit each */
    int32_t constant[CX_FUSED_CONSTANTS];
    cx_fused_program program;
} cx__segment;

typedef struct cx__formula {
    uint8_t signature[CX__EVAL_ARGS];
    const cx__tree *tree;
    int steps, step_cap, constants, constant_cap, computed, segments;
    cx__step *step;
    cx__constant *constant;
    cx__segment *segment;
    cx__computed number[CX__EVAL_COMPUTED];
    int32_t result[CX__EVAL_RESULTS]; /* values, steps all */
    uint8_t result_dtype[CX__EVAL_RESULTS];
} cx__formula;

/** An argument in a signature: its dtype, or what kind of weak number it is. */
enum { CX__SIGNATURE_WEAK = 0x80 };
static inline uint8_t cx__signature_of(const cx_array *a)
{
    return cx__is_scalar(a)
               ? (uint8_t)(CX__SIGNATURE_WEAK | ((const cx_head *)(const void *)a)->kind)
               : a->dtype;
}

/** Type the tree for a signature; free with cx__formula_free. Errors of types say the column. */
cx_status cx__formula_new(const char *where, const cx__tree *t,
                          const uint8_t signature[CX__EVAL_ARGS], cx__formula **out);
void cx__formula_free(cx__formula *p);
/** The plan's steps cut into segments. */
cx_status cx__formula_cut(const char *where, cx__formula *p);

/** Run: args have the plan's signature; out NULL: results are new, one reference each, the
 * caller's. */
cx_status cx__formula_run(const char *where, const cx__formula *p, const cx_array *const *args,
                          cx_array *const *out, cx_array **results);
/** Its text. */
void cx__formula_dump(const cx__formula *p, cx__text *out);
#endif
