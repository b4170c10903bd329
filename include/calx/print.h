/* Arrays as text, as NumPy prints them. Numbers never follow the locale; arrays of any device are
 * printed (what is on a GPU is copied first). Texts belong to the open scope. */
#ifndef CALX_PRINT_H
#define CALX_PRINT_H
#include <calx/array.h>

/** numpy.printoptions' floatmode: at most so many digits, exactly so many, as many as tell the
 *  number from its neighbours, at most so many and equally many for all. */
typedef enum cx_float_mode {
    CX_FLOATMODE_MAXPREC = 0,
    CX_FLOATMODE_FIXED,
    CX_FLOATMODE_UNIQUE,
    CX_FLOATMODE_MAXPREC_EQUAL
} cx_float_mode;
/** What stands before numbers that are not negative: nothing, "+", a blank where there are none
 *  that are. */
typedef enum cx_sign_mode { CX_SIGN_MINUS = 0, CX_SIGN_PLUS, CX_SIGN_SPACE } cx_sign_mode;

typedef struct cx_print_opts {
    size_t struct_size;
    cx_maybe_i64 precision; /* digits after the point; not set: 8 */
    cx_maybe_i64 threshold; /* more elements than this are summarised; not set: 1000 */
    cx_maybe_i64 edgeitems; /* of a summary, at each end; not set: 3 */
    cx_maybe_i64 linewidth; /* not set: 75 */
    bool suppress_small;    /* no exponents for small numbers */
    cx_float_mode floatmode;
    cx_sign_mode sign;
    const char *nanstr, *infstr; /* NULL: "nan", "inf" */
    const char *separator;       /* cx_array2string: between elements; NULL: " " */
    const char *prefix, *suffix; /* cx_array2string: lengths for alignment and wrapping */
} cx_print_opts;

CX_BEGIN
/** numpy.array_repr: "array([1., 2.], dtype=float32)". cx_repr is this with NULL.
 *  @return     Text of the open scope; "" and a mark on failure.
 *  Errors      ARGUMENT an option out of range (precision 0 to 500); NOMEM.   Syncs on a GPU. */
CX_API const char *cx_array_repr(const cx_array *a, const cx_print_opts *o);
/** numpy.array_str: "[1. 2.]"; a 0-d array as its number. */
CX_API const char *cx_array_str(const cx_array *a, const cx_print_opts *o);
/** numpy.array2string: as cx_array_str, with a separator and room for what stands before and
 *  after. */
CX_API const char *cx_array2string(const cx_array *a, const cx_print_opts *o);
/** Write the array to standard output as cx_array_str, and a line with dtype, shape and device.
 *  Errors      as cx_array_repr; IO the output cannot be written. */
CX_API CX_MUST cx_status cx_print(const cx_array *a, const cx_print_opts *o);
CX_END_DECLS
#endif
