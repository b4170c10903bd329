/* What reduce, accumulate, reduceat and at share: facts about a row's folds, views of three
 * dimensions, and the door to the fold slot. */
#ifndef CX_OPS_UFUNC_FOLD_H
#define CX_OPS_UFUNC_FOLD_H
#include "core/array.h"
#include "ops/elementwise.h"
#include <calx/reduce.h>

typedef enum cx__identity {
    CX__IDENTITY_NONE,
    CX__IDENTITY_ZERO,
    CX__IDENTITY_ONE,
    CX__IDENTITY_BITS, /* all of them set */
    CX__IDENTITY_MINUS_INFINITY
} cx__identity;

/** How a binary row folds. Zero: in order, without identity. */
typedef struct cx__fold_facts {
    cx__identity identity;
    bool reorders;       /* several axes may be folded in one */
    bool exact;          /* any order and any grouping give the same bits */
    bool wide;           /* small integers are folded in 64 bits */
    int8_t reduce, scan; /* the row of reduce.h that is the same, 0 if there is none */
} cx__fold_facts;
const cx__fold_facts *cx__fold_facts_of(int code);

/** The binary row of op; ARGUMENT if it is none that folds. */
cx_status cx__fold_row(const char *where, cx_map_op op, const cx__op **row);
/** Dtype in which a is folded; want CX_DTYPE_NONE: the row's rule. DTYPE. */
cx_status cx__fold_dtype(const char *where, const cx__op *row, const cx_array *a, cx_dtype want,
                         cx_dtype *loop);

/** An array as [outer, n, inner] about an axis. copy: what has to live as long as the view, or
 * NULL: one reference, the caller's. */
typedef struct cx__lines {
    cx_view view;
    cx_array *copy;
    const cx_array *array; /* whose memory the view is */
} cx__lines;
/** By a copy in C order where the strides do not allow it. */
cx_status cx__fold_lines(const char *where, const cx_array *a, int axis, cx__lines *out);
/** An array in C order as [outer, n, inner] for any sizes whose product is its size. */
cx_view cx__fold_view(const cx_array *a, int64_t outer, int64_t n, int64_t inner);
/** Call the slot; arrays: all that it touches, out first. */
cx_status cx__fold_call(const char *where, const cx_fold_call *c, int n,
                        const cx_array *const arrays[]);

/** Integers of any shape as contiguous int64 on a's device; DTYPE, DEVICE. One reference. */
cx_status cx__fold_plain_indices(const char *where, const cx_array *indices, const cx_array *a,
                                 cx_array **out);
/** The same looked at: within 0..n - 1, negative ones counted from the end if wrap. INDEX names the
 * first that is out of bounds (reads the least and the greatest). One reference. */
cx_status cx__fold_indices(const char *where, const cx_array *indices, const cx_array *a, int64_t n,
                           bool wrap, cx_array **out);
#endif
