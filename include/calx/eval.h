/* Formulas as text. A backend with the group of <calx/backend_fused.h> runs the steps between two
 * reductions in one pass over the inputs; others run operation by operation, to the same bits: but
 * for float sums and products, whose order follows the layout of what is read.
 *
 *     cx_array *z = cx_eval("x, mu, sd: (x - mu) / sd", x, mu, sd);
 *     cx_array *g = cx_eval("x, s: exp(-x**2 / (2 * s**2))", x, cx_float(1.5));
 *     cx_array *e = cx_eval("x, y: d = x - y; sum(d * d, axis=0)", x, y);
 *
 * The source is Python's lambda without the word: names of the arguments, a colon, an expression.
 * Without arguments it has no colon.
 *
 *   operators    + - * / // % ** and unary + - ~, & | ^ << >>, == != < <= > >= (chained as in
 *                Python), and or not (logical_and, logical_or, logical_not of the elements),
 *                a if c else b (where(c, a, b))
 *   functions    every row of ops.h by its NumPy name or alias, exp(x), maximum(x, y), clip(x, a,
 *                b), where(c, x, y); conversions by dtype, float32(x)
 *   numbers      1 2.5 1e-3 0xff 2j, True False, pi e inf nan: weak, as Python's
 *   statements   d = x - y; sum(d * d): names for parts, the last statement is the result
 *   results      a, b: several
 *   reductions   sum prod mean min max any all (x, axis=0, keepdims=True), axis a number, a tuple
 *                or None; what is computed from a reduction begins another pass
 *
 * dtypes, broadcasting and errors are those of the operations one by one. An error in the text is
 * PARSE and says the column.
 *
 * Text is translated once: cx_eval keeps the programs of the last 256 texts, a cx_program is held
 * by the caller. For each combination of argument dtypes a program is typed once; other values and
 * shapes cost nothing. Any number of threads may run one program. */
#ifndef CALX_EVAL_H
#define CALX_EVAL_H
#include <calx/array.h>
#include <calx/tuple.h>

CX_BEGIN
/** One result of source for args, in the order of its names; on the device where the arrays live.
 *
 *  @return     New array; nil on error.
 *  Errors      PARSE the text, with the column; ARGUMENT another number of arguments, several
 *              results; and those of the operations.
 */
CX_API cx_array *cx_eval_n(const char *source, int n, const cx_array *const *args);
/** All results of source, into arrays of their shapes; same_kind casts. An output may be one of the
 * inputs, element by element. */
CX_API CX_MUST cx_status cx_eval_into(const char *source, cx_arrays args, cx_outs out);
/** All results of source. */
CX_API cx_tuple cx_eval_all(const char *source, cx_arrays args);

/** A program of its own: cx_eval without the lookup.
 *  Errors      PARSE. */
CX_API cx_program *cx_program_new(const char *source);
CX_API cx_program *cx_program_retain(const cx_program *h);
CX_API void cx_program_release(cx_program *h);
CX_API cx_status cx_program_status(const cx_program *h);
/** How many arguments it takes, how many results it has. Queries; 0 of a bad handle. */
CX_API int cx_program_arguments(const cx_program *p);
CX_API int cx_program_results(const cx_program *p);
/** Run it, as cx_eval_n, cx_eval_into and cx_eval_all. */
CX_API cx_array *cx_program_run(const cx_program *p, cx_arrays args);
CX_API CX_MUST cx_status cx_program_run_into(const cx_program *p, cx_arrays args, cx_outs out);
CX_API cx_tuple cx_program_run_all(const cx_program *p, cx_arrays args);
/** The typed steps that args run, one a line, with their registers and the bytes that an element
 * moves; text of the open scope, "" on an error. */
CX_API const char *cx_program_dump(const cx_program *p, cx_arrays args);

/** What cx_eval keeps: programs, lookups that found one and that did not, typed forms made. */
typedef struct cx_eval_stats {
    int64_t programs, hits, misses, typed;
} cx_eval_stats;
CX_API cx_eval_stats cx_eval_cache_stats(void);
/** Forget the programs that cx_eval keeps. Those under way run to their end. */
CX_API void cx_eval_cache_clear(void);
CX_END_DECLS

#ifndef __cplusplus
/** cx_eval("x, y: x * y", x, y): anything but arrays does not compile. */
#define cx_eval(...) cx_eval_n(CX__FIRST(__VA_ARGS__), CX__LIST(cx__in, __VA_ARGS__))
#endif
#endif
