/* The parts of einsum: subscripts understood (einsum_parse.c), the order of the pairs
 * (einsum_order.c), the work (einsum.c). Labels are small numbers, sets of them are bits. */
#ifndef CX_ROUTINES_PRODUCTS_EINSUM_H
#define CX_ROUTINES_PRODUCTS_EINSUM_H
#include "base/text.h"
#include "routines/routine.h"
#include <calx/einsum.h>

enum { CX__EINSUM_OPERANDS = 64, CX__EINSUM_LABELS = 64 };
typedef uint64_t cx__labels;

typedef struct cx__einsum_term {
    int ndim;
    uint8_t label[CX_MAX_NDIM]; /* of each axis; twice: a diagonal */
} cx__einsum_term;

typedef struct cx__einsum {
    const char *where;
    int operands, labels;
    cx__einsum_term term[CX__EINSUM_OPERANDS], out;
    char name[CX__EINSUM_LABELS]; /* letter; of an axis of "..." one that is not used, or '?' */
    bool dots[CX__EINSUM_LABELS]; /* an axis of "..." */
    int64_t extent[CX__EINSUM_LABELS];
    cx__labels has[CX__EINSUM_OPERANDS]; /* an operand's labels, but for broadcast axes */
    cx__labels result;
} cx__einsum;

/** Labels and extents of the operands, whose handles are sound. */
cx_status cx__einsum_parse(const char *where, const char *subscripts, cx_arrays operands,
                           cx__einsum *out);

/** Operands are nodes 0.., the result of step i is node operands + i. */
typedef struct cx__einsum_step {
    int a, b;
    cx__labels both, out; /* of the two operands together, of the result */
} cx__einsum_step;
typedef struct cx__einsum_plan {
    int count;
    cx__einsum_step step[CX__EINSUM_OPERANDS];
    double cost, naive, largest; /* multiplications and additions; elements */
} cx__einsum_plan;

cx_status cx__einsum_plan_make(const cx__einsum *e, const cx_einsum_opts *o, cx__einsum_plan *out);
/** The text of cx_einsum_path. */
void cx__einsum_describe(const cx__einsum *e, const cx__einsum_plan *plan, cx__text *t);
#endif
