/* Elementwise kernels: rows that the families export, and the dense table that map.c makes of them.
 */
#ifndef CX_HOST_MAP_H
#define CX_HOST_MAP_H
#include "host.h"

/** n contiguous elements in, n out; an operand whose bit is set in the variant is one element, used
 * n times. */
typedef void host_map_fn(const void *const *in, void *out, int64_t n);

/** One line of a fold, acc = op(acc, x), over n elements of in. index NULL: acc begins with what
 * out holds, and goes back there if out_step is 0, else each acc to the next place of out. Or the
 * place index[k] of out takes in element k, in this order. Steps are bytes; out is the kernel's
 * dtype. */
typedef struct host_fold_line {
    const char *in;
    char *out;
    int64_t in_step, out_step, n;
    const int64_t *index;
} host_fold_line;
typedef void host_fold_fn(const host_fold_line *l);
/* Elements and indices that are asked for early; indices are looked at before they are used. */
enum { HOST_FOLD_AHEAD = 512, HOST_FOLD_FAR = 4096 };

enum { HOST_VARIANTS = 4 };
/** Kernels of one operation and loop dtype: fn[0] takes vectors, fn[1] a single first operand,
 * fn[2] a single second one. Operations of three inputs: fn[v] with bit 0 of v for the second and
 * bit 1 for the third; their first is a vector always. NULL: the single operand is spread over a
 * buffer first. loop CX_DTYPE_NONE: comparison of int64 (first) with uint64 (second). */
typedef struct host_map_row {
    int16_t op; /* cx_map_op */
    uint8_t loop;
    uint8_t cost; /* 0 a load's worth, 1 tens of cycles an element */
    host_map_fn *fn[HOST_VARIANTS];
    host_fold_fn *fold; /* or NULL; lines wait for themselves, so the base level alone has them */
} host_map_row;

typedef struct host_map_rows {
    int64_t count;
    const host_map_row *row;
} host_map_rows;

/* families made once for each ISA level ... */
HOST_PER_ISA(host_map_rows, host_map_integer);
HOST_PER_ISA(host_map_rows, host_map_real);
HOST_PER_ISA(host_map_rows, host_map_complex);
HOST_PER_ISA(host_map_rows, host_map_math);
/* ... and those that are made once */
extern const host_map_rows host_map_scalar, host_map_special;

/** The row for an operation and a kernel's dtype (CX_DTYPE_NONE: int64 with uint64); NULL if there
 * is none. */
const host_map_row *host_map_find(int op, cx_dtype kernel);
/** Its kernel of one line of a fold, or NULL. */
host_fold_fn *host_map_fold_line(int op, cx_dtype kernel);
/** What the kernels of a loop compute in: float32 for the 16-bit floats. */
cx_dtype host_map_kernel_type(cx_dtype loop);
/** Name of an elementwise operation, for messages. */
const char *host_map_name(int op);
/** Dtype of an operation's (first) result. */
cx_dtype host_map_result(int op, cx_dtype loop);
/** Rows of pair_ops.def. */
cx_status host_map_pair(const cx_map_call *c);

/** Fill the table; called by the entry, before any other thread can be here. */
void host_map_init(void);
#endif
