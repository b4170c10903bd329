/* Kernels of one program, the host's side: which layouts there are, the text of a kernel, and its
 * launch. A kernel is made for a program (its constants are parameters) and a layout; scalars,
 * extents and strides are parameters, too, so that a loop over them makes one kernel. */
#ifndef CX_KERNELS_FUSED_COMPILED_CUH
#define CX_KERNELS_FUSED_COMPILED_CUH
#include "fused/plan.cuh"
#include "jit/jit.h"
#include "map/elements.cuh"

enum { FUSED_COMPILED_BLOCK = 256, FUSED_TEXT = 48 * 1024 };

/** All that the text hangs on beside the program. */
struct fused_layout {
    uint8_t ndim;      /* of the walk */
    uint8_t together;  /* neighbours go at once */
    uint8_t folds;     /* bits: outputs that are reduced here */
    uint16_t by_value; /* inputs of the host's */
    uint16_t repeated; /* together: inputs in memory that repeat along the last dimension, in the
                          order of the walk */
};
fused_layout fused_layout_of(const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w);
/** Elements of a vector, if they go at once, and vectors of a thread. */
struct fused_shape {
    int vector, unroll;
};
int fused_vector(const fused_plan &p, const fused_layout &l);
fused_shape fused_shape_of(const fused_plan &p, const fused_layout &l);
/** Bytes of the kernel's parameters. */
size_t fused_params_bytes(const fused_plan &p, const fused_layout &l);

/** The source; false where it does not fit, which no program of 64 steps does. */
bool fused_text(const fused_plan &p, const fused_layout &l, const char *name, char *text,
                size_t size);
/** The program in a line, for people. */
void fused_label(const fused_plan &p, const fused_layout &l, char *line, size_t size);

/** A piece's kernel. */
struct fused_compiled {
    bool known; /* is anything below set? */
    fused_layout layout;
    uint64_t key[2];
    enum cuda_jit_state state;
    cuda_compiled kernel;
};
/** Is there a kernel for it? */
bool fused_find(cx_queue *q, const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w,
                fused_compiled *out);
/** There was none: have it compiled if that is worth it. Is it there now? */
bool fused_want(cx_queue *q, const fused_plan &p, int64_t elements, fused_compiled *k);
cx_status fused_launch(cx_queue *q, const fused_plan &p, const cuda_piece<FUSED_OPERANDS> &w,
                       const fused_deal &deal, const fused_compiled &k);
#endif
