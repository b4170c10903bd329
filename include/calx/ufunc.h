/* Operations by code: what NumPy's ufuncs have beyond a call. where, dtype and casting; reduce,
 * accumulate, reduceat, outer and at of every binary row; elementwise operations of your own; and
 * counts of floating-point exceptions.
 *
 * An operation is its code in cx_map_op: CX_UN_SQRT, CX_BI_ADD, CX_TE_CLIP, CX_PA_DIVMOD. */
#ifndef CALX_UFUNC_H
#define CALX_UFUNC_H
#include <calx/ops.h>
#include <calx/reduce.h>

typedef struct cx_ufunc_opts {
    size_t struct_size;
    const cx_array *where; /* bool, broadcast with the inputs: elements that are computed */
    cx_dtype dtype;        /* of the result, which chooses the loop; CX_DTYPE_NONE: the inputs' */
    cx_maybe_i64 casting; /* a cx_casting, of inputs to the loop and of results to out; same_kind */
} cx_ufunc_opts;

CX_BEGIN
/** The code of a name, NumPy's or ours ("subtract", "sub"); CX_MAP_NONE if there is none. */
CX_API cx_map_op cx_ufunc_find(const char *name);
/** Any operation of one result: cx_ufunc(CX_BI_ADD, CX_ARRAYS(a, b), NULL) is cx_add(a, b).
 *
 *  @param in   As many as the operation has.
 *  @return     New array (K order). Where `where` does not hold it is 0 (NumPy leaves it
 * undefined). Errors      As the operation's; ARGUMENT another number of inputs, or two results;
 * DTYPE no loop of that dtype, or an input does not reach it under the casting; SHAPE; DEVICE. */
CX_API cx_array *cx_ufunc(cx_map_op op, cx_arrays in, const cx_ufunc_opts *o);
/** The same into out, one for each result; where `where` does not hold it keeps its value. */
CX_API CX_MUST cx_status cx_ufunc_into(cx_map_op op, cx_arrays in, const cx_ufunc_opts *o,
                                       cx_outs out);
/** numpy.ufunc.reduce: a folded along axes by a binary operation. Rows that reduce.h has run as
 * they do there; others are folded in order, those whose order cannot matter (bitwise and logical
 * ones, fmax, fmin, gcd) also in parts.
 *
 *  @param a    Any array; what the operation does not take is promoted, small integers add and
 *              multiply in 64 bits, logical operations answer with bool.
 *  @param how  As in reduce.h; .initial for every operation.
 *  Errors      DTYPE the operation does not give back what it takes (comparisons of anything but
 *              bool); ARGUMENT several axes and the order matters, nothing to fold and no identity,
 *              where without identity or initial, no binary operation, negative integer powers
 *              (found by reading a flag); INDEX; SHAPE.
 *  Device      One thread a result for what is folded in order: long rows of few results are slow
 * on a GPU. */
CX_API cx_array *cx_ufunc_reduce(cx_map_op op, const cx_array *a, cx_reduce how);
CX_API CX_MUST cx_status cx_ufunc_reduce_into(cx_map_op op, const cx_array *a, cx_reduce how,
                                              cx_array *out);
/** numpy.ufunc.accumulate along one axis: every value of the fold on the way. dtype CX_DTYPE_NONE:
 * as cx_ufunc_reduce has it.
 *  Errors      As of cx_ufunc_reduce; INDEX for a 0-d array. */
CX_API cx_array *cx_ufunc_accumulate(cx_map_op op, const cx_array *a, int axis, cx_dtype dtype);
CX_API CX_MUST cx_status cx_ufunc_accumulate_into(cx_map_op op, const cx_array *a, int axis,
                                                  cx_dtype dtype, cx_array *out);
/** numpy.ufunc.reduceat: row j is the fold of a's rows indices[j] to indices[j + 1] - 1 (to the end
 * for the last), and a's row indices[j] itself where that is nothing.
 *  @param indices  1-d integers within 0..n - 1.
 *  Errors      As of cx_ufunc_reduce (a negative integer anywhere in a for integer powers); INDEX
 * an index is out of bounds; SHAPE. Syncs       Reads whether an index is out of bounds. */
CX_API cx_array *cx_ufunc_reduceat(cx_map_op op, const cx_array *a, const cx_array *indices,
                                   int axis, cx_dtype dtype);
/** numpy.ufunc.outer: the operation of every element of a with every element of b, in a's
 * dimensions, then b's. */
CX_API cx_array *cx_ufunc_outer(cx_map_op op, const cx_array *a, const cx_array *b);
/** numpy.ufunc.at: a[indices] = op(a[indices], b), each index in its turn, so that those that occur
 * twice count twice. The same bits on every device and for any number of threads.
 *
 *  @param a        Changed in place; the result is cast to its dtype as by astype (as NumPy does).
 *  @param indices  Integers of any shape along a's first axis (negative count from the end), or a
 *                  bool array of the shape of a's first dimensions.
 *  @param b        Broadcast to the shape of a[indices]; NULL for operations of one input.
 *  Errors      INDEX out of bounds; SHAPE; DTYPE; READONLY; DEVICE; ARGUMENT. indices and b
 *              may share memory with a: they are read first.
 *  Syncs       Reads whether an index is out of bounds. */
CX_API CX_MUST cx_status cx_ufunc_at(cx_map_op op, cx_array *a, const cx_array *indices,
                                     const cx_array *b);

/* ---- operations of your own */
/** One call of a loop: n elements; data[k] and strides[k] (bytes, may be 0 or negative) of the
 * inputs, then of the outputs, each of the declared dtype and aligned for it. Called from several
 * threads at once, with memory of the caller's arrays: it calls nothing of Calx, and keeps no
 * pointer. */
typedef void cx_ufunc_loop(void *ctx, int64_t n, char *const data[], const int64_t strides[]);
enum { CX_UFUNC_IN = 8, CX_UFUNC_OUT = 4 };
/** An elementwise operation in C: numpy.frompyfunc and numpy.vectorize for C functions. */
typedef struct cx_ufunc_def {
    size_t struct_size;
    const char *name;      /* in errors */
    int n_in, n_out;       /* 0..CX_UFUNC_IN, 1..CX_UFUNC_OUT */
    const cx_dtype *types; /* of the inputs, then of the outputs */
    cx_ufunc_loop *loop;
    void *ctx;     /* given to the loop */
    int64_t grain; /* elements one call may be as short as, when threads share them; 0: 4096 */
} cx_ufunc_def;
/** An own operation of one result: inputs are broadcast and cast to the declared dtypes
 * (o->casting, same_kind), the loop runs over pieces on the pool's threads.
 *
 *  @param o    .where as for cx_ufunc; .dtype is not for own operations.
 *  Errors      SHAPE; DTYPE; ARGUMENT the definition does not hold together; UNSUPPORTED arrays of
 * a GPU, which cannot run a C function. */
CX_API cx_array *cx_map_with(const cx_ufunc_def *def, cx_arrays in, const cx_ufunc_opts *o);
/** The same into outs, one for each result: exactly the broadcast shape, same_kind cast
 * (o->casting), apart from the inputs or one of them element by element. */
CX_API CX_MUST cx_status cx_map_with_into(const cx_ufunc_def *def, cx_arrays in,
                                          const cx_ufunc_opts *o, cx_outs out);

/* ---- floating-point exceptions */
/** Elements of results that were: divide, infinite from finite inputs by a division by zero, a
 * logarithm of 0 and their kin (integers: x / 0); overflow, infinite from finite inputs otherwise;
 * invalid, NaN from inputs without NaN. As numpy.errstate counts warnings, but by the element. */
typedef struct cx_fp_counts {
    uint64_t divide, overflow, invalid;
} cx_fp_counts;
typedef enum cx_fp_counting { CX_FP_COUNT_OFF = 0, CX_FP_COUNT_ON = 1 } cx_fp_counting;
/** Count in every elementwise operation of the process from now on (off at first), on every device.
 * While it is on, each operation on floats runs several more and waits for its counts.
 *  Errors      ARGUMENT neither of the two. */
CX_API CX_MUST cx_status cx_fp_count(cx_fp_counting mode);
/** What has been counted since the start, or since cx_fp_counts_reset. */
CX_API cx_fp_counts cx_fp_counts_get(void);
CX_API void cx_fp_counts_reset(void);
CX_END_DECLS
#endif
