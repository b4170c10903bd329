/* Sums of products in Einstein's notation (numpy.einsum).
 *
 *     cx_einsum("bij,bjk->bik", CX_ARRAYS(a, b))    products of matrices
 *     cx_einsum("ii", CX_ARRAYS(a))                 a trace
 *     cx_einsum("...ij->...ji", CX_ARRAYS(a))       a view
 *
 * The notation is NumPy's: one term of letters an operand, one letter an axis, "..." for the axes
 * in front that are broadcast; a letter twice in a term is a diagonal; without "->" the result has
 * the letters that occur once, in the alphabet's order, behind those of "...". Axes of length 1 are
 * broadcast against any length. Blanks do not count.
 *
 * Operands are multiplied in pairs, each by a batched matrix product where it sums and elementwise
 * where it does not; which pair comes first is chosen by cost. A result has the operands' common
 * dtype: integers wrap, bool is or of ands, each product of f16 and bf16 is summed in f32 and
 * rounded once. One operand of which nothing is summed gives a view of it. At most 64 operands and
 * 64 different letters.
 *
 * Errors      PARSE malformed subscripts, with the column; SHAPE a term does not fit its operand,
 * or two lengths of a letter; ARGUMENT number of operands; DTYPE CX_CAT; DEVICE mixed. A weak
 * scalar is no operand: cx_mul does that. */
#ifndef CALX_EINSUM_H
#define CALX_EINSUM_H
#include <calx/array.h>

/** Order of the pairs. AUTO: BEST for up to 8 operands, then GREEDY. BEST: the least
 * multiplications of all orders (GREEDY beyond 12 operands). GREEDY: the pair first that shrinks
 * the data most. LEFT: from left to right. */
typedef enum cx_einsum_order {
    CX_EINSUM_AUTO,
    CX_EINSUM_BEST,
    CX_EINSUM_GREEDY,
    CX_EINSUM_LEFT
} cx_einsum_order;
/** memory_limit: intermediate results of more elements are made only where no other order of the
 * chosen kind is left; 0: any size. dtype: of computation and result, to which operands can be cast
 * safely; CX_DTYPE_NONE: their common one. */
typedef struct cx_einsum_opts {
    size_t struct_size;
    cx_einsum_order order;
    int64_t memory_limit;
    cx_dtype dtype;
} cx_einsum_opts;

CX_BEGIN
/** The sum of products that the subscripts describe, of one operand or more.
 *  @return     New array in C order; of one operand of which nothing is summed a view.
 *  Errors      PARSE, SHAPE, ARGUMENT, DTYPE, DEVICE as above. */
CX_API cx_array *cx_einsum(const char *subscripts, cx_arrays operands);
CX_API cx_array *cx_einsum_with(const char *subscripts, cx_arrays operands,
                                const cx_einsum_opts *o);
/** out has exactly the result's shape, takes a same_kind cast and shares no memory with an operand
 * (OVERLAP). */
CX_API CX_MUST cx_status cx_einsum_into(const char *subscripts, cx_arrays operands, cx_array *out);
/** The order and its cost as text (numpy.einsum_path): "[(1, 2), (0, 1)]" in the first line, the
 * pairs taken out of the list of operands, each result put at its end; then a table. Nothing is
 * computed. Belongs to the open scope; "" and a mark on failure. */
CX_API const char *cx_einsum_path(const char *subscripts, cx_arrays operands,
                                  const cx_einsum_opts *o);
CX_END_DECLS
#endif
