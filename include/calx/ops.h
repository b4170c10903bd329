/* Elementwise operations. Every row of unary_ops.def, binary_ops.def and ternary_ops.def has two
 * faces:
 *
 *     cx_array *cx_<name>(a [, b [, c]])               new array (K order), nil on error
 *     cx_status cx_<name>_into(a [, b [, c]], out)     out: exactly the broadcast shape, same_kind
 * cast; may be an input itself
 *
 * Rows of pair_ops.def have two results, in a cx_pair or in out1 and out2, which share no memory.
 *
 * Inputs are broadcast (NumPy's rules) and promoted (NumPy 2; cx_int, cx_float, cx_complex are
 * weak). Work runs on the device where the inputs live, on the open scope's stream; nothing
 * synchronises except cx_power of integers, which reads whether an exponent was negative. Errors
 * SHAPE not broadcastable, or out differs; DTYPE no loop for it, cast not same_kind, a weak integer
 * out of the dtype's range; DEVICE mixed; OVERLAP out shares memory with an input otherwise than
 * element by element; READONLY. Accuracy    the ulp column of the row; f16 and bf16 are computed in
 * float32 and rounded once. Integers wrap. */
#ifndef CALX_OPS_H
#define CALX_OPS_H
#include <calx/array.h>

typedef enum cx_map_op {
    CX_MAP_NONE = 0,
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) CX_UN_##NAME = (code),
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc) CX_BI_##NAME = (code),
#include <calx/binary_ops.def>
#undef CX_BINARY
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc) CX_TE_##NAME = (code),
#include <calx/ternary_ops.def>
#undef CX_TERNARY
#define CX_PAIR(NAME, name, code, inputs, domain, first, second, doc) CX_PA_##NAME = (code),
#include <calx/pair_ops.def>
#undef CX_PAIR
} cx_map_op;

/** Both results of an operation that has two; on an error both are nil. */
typedef struct cx_pair {
    cx_array *first, *second;
} cx_pair;

CX_BEGIN
#define CX_UNARY(NAME, name, code, domain, result, ulp, doc) \
    CX_API cx_array *cx_##name(const cx_array *a);           \
    CX_API CX_MUST cx_status cx_##name##_into(const cx_array *a, cx_array *out);
#include <calx/unary_ops.def>
#undef CX_UNARY
#define CX_BINARY(NAME, name, code, domain, result, ulp, doc)         \
    CX_API cx_array *cx_##name(const cx_array *a, const cx_array *b); \
    CX_API CX_MUST cx_status cx_##name##_into(const cx_array *a, const cx_array *b, cx_array *out);
#include <calx/binary_ops.def>
#undef CX_BINARY
#define CX_TERNARY(NAME, name, code, domain, result, ulp, doc)                           \
    CX_API cx_array *cx_##name(const cx_array *a, const cx_array *b, const cx_array *c); \
    CX_API CX_MUST cx_status cx_##name##_into(const cx_array *a, const cx_array *b,      \
                                              const cx_array *c, cx_array *out);
#include <calx/ternary_ops.def>
#undef CX_TERNARY
/* Rows of pair_ops.def, whose two results come from one pass over the inputs: cx_frexp(a) or
 * cx_divmod(a, b), and cx_<name>_into(inputs, out1, out2). */
#define CX__PAIR_IN_1 const cx_array *a
#define CX__PAIR_IN_2 const cx_array *a, const cx_array *b
#define CX_PAIR(NAME, name, code, inputs, domain, first, second, doc) \
    CX_API cx_pair cx_##name(CX__PAIR_IN_##inputs);                   \
    CX_API CX_MUST cx_status cx_##name##_into(CX__PAIR_IN_##inputs, cx_array *out1, cx_array *out2);
#include <calx/pair_ops.def>
#undef CX_PAIR
/** numpy.round: to decimals places, halves to even as NumPy computes it (scale, rint, unscale).
 * Integers: negative decimals round. */
CX_API cx_array *cx_round(const cx_array *a, int decimals);
/** numpy.isclose (|a - b| <= atol + rtol |b|), numpy.allclose (false and a mark on failure),
 * numpy.array_equal (false if shapes differ). */
typedef struct cx_close_opts {
    size_t struct_size;
    cx_maybe_f64 rtol, atol; /* 1e-5, 1e-8 */
    bool equal_nan;
} cx_close_opts;
CX_API cx_array *cx_isclose(const cx_array *a, const cx_array *b, const cx_close_opts *o);
CX_API bool cx_allclose(const cx_array *a, const cx_array *b, const cx_close_opts *o);
CX_API bool cx_array_equal(const cx_array *a, const cx_array *b);
/** numpy.nan_to_num with the defaults: NaN to 0, infinities to the largest finite numbers. */
CX_API cx_array *cx_nan_to_num(const cx_array *a);
/** The same with other numbers: nan (0), posinf and neginf (not set: the largest finite ones).
 *  Errors      DTYPE CX_CAT; ARGUMENT weak scalars. */
typedef struct cx_nan_opts {
    size_t struct_size;
    double nan;
    cx_maybe_f64 posinf, neginf;
} cx_nan_opts;
CX_API cx_array *cx_nan_to_num_with(const cx_array *a, const cx_nan_opts *o);
/** numpy.real, numpy.imag: views of complex arrays; of a real array a view and zeros. numpy.angle
 * in radians. */
CX_API cx_array *cx_real(const cx_array *a);
CX_API cx_array *cx_imag(const cx_array *a);
CX_API cx_array *cx_angle(const cx_array *a);
/** numpy.angle with deg=True. */
CX_API cx_array *cx_angle_degrees(const cx_array *a);
/** numpy.real_if_close: the real parts (a view) if no imaginary part is larger than tol (not set:
 * 100; above 1 in units of the dtype's eps), else a. Syncs: reads which. */
CX_API cx_array *cx_real_if_close(const cx_array *a, cx_maybe_f64 tol);
CX_END_DECLS
#endif
