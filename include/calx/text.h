/* Matrices of numbers in text files, as NumPy reads and writes them. Tables with names, categories
 * and inferred types are cx_read_csv's (calx/table.h). Numbers never follow the locale, and the
 * nearest double is always found. Files that begin as gzip does are expanded. Reading is threaded;
 * results and errors do not depend on the number of threads. */
#ifndef CALX_TEXT_H
#define CALX_TEXT_H
#include <calx/array.h>

typedef struct cx_loadtxt_opts {
    size_t struct_size;
    char delimiter;        /* one character; 0: any white space */
    const char *comments;  /* where the rest of a line is not read; NULL: "#", "": nowhere */
    int64_t skiprows;      /* lines left out at the start, empty ones and comments too */
    cx_maybe_i64 max_rows; /* rows to read; not set: all */
    const int *usecols;    /* columns in that order, negative ones from the end; NULL: all */
    int usecol_count;
    int ndmin;      /* 0, 1 or 2: dimensions of length 1 are dropped down to so many */
    char quotechar; /* fields may stand in such quotes, doubled inside; 0: none */
    bool unpack;    /* transposed */
} cx_loadtxt_opts;

typedef struct cx_genfromtxt_opts {
    size_t struct_size;
    const char *delimiter; /* any text; NULL or "": white space */
    const char *comments;  /* NULL: "#", "": none */
    int64_t skip_header;   /* lines at the start */
    int64_t skip_footer;   /* rows at the end */
    cx_maybe_i64 max_rows; /* at least 1; not with skip_footer */
    const int *usecols;
    int usecol_count;
    int ndmin;
    const char *missing_values;  /* "N/A, -": texts that mean "no value", as the empty field does */
    cx_maybe_f64 filling_values; /* in their place; not set: NaN, -1 of signed integers, false */
    bool skip_invalid;           /* leave rows of another length out (invalid_raise=False) */
    bool unpack;
} cx_genfromtxt_opts;

typedef struct cx_savetxt_opts {
    size_t struct_size;
    const char *fmt; /* NULL: "%.18e"; one conversion, or one for each column of the whole line:
                      * d i o x X e E f F g G s with Python's flags, width and precision */
    const char *delimiter;       /* NULL: " " */
    const char *newline;         /* NULL: "\n" */
    const char *header, *footer; /* written after comments; NULL or "": none */
    const char *comments;        /* NULL: "# " */
} cx_savetxt_opts;

CX_BEGIN
/** Read rows of numbers (numpy.loadtxt): every row has as many as the first, unless columns are
 *  chosen. An empty file gives no rows.
 *
 *  @param t    CX_DTYPE_NONE: float64. Not CX_CAT. Integers take no "1.0", bool takes integers.
 *  @return     New CPU array of at most 2 dimensions; nil on error.
 *  Errors      IO; PARSE with line and column: a field that is no number of that dtype, a row of
 *              another length; INDEX no such column; ARGUMENT an option; DTYPE; NOMEM.
 */
CX_API cx_array *cx_loadtxt(const char *path, cx_dtype t, const cx_loadtxt_opts *o);
/** The same where values are missing (numpy.genfromtxt without names): an empty field, one of
 *  missing_values and what is no number become filling_values. bool takes "True" and "False".
 *
 *  Errors      IO; PARSE a row of another length, a missing value of an unsigned integer without
 *              filling_values; INDEX; ARGUMENT; DTYPE; NOMEM.
 */
CX_API cx_array *cx_genfromtxt(const char *path, cx_dtype t, const cx_genfromtxt_opts *o);
/** Write a as lines of numbers (numpy.savetxt); a 1-d array is one column, complex numbers are
 *  " (re+imj)". A path that ends with ".gz" is compressed. The file appears whole or not at all.
 *
 *  Errors      IO; SHAPE a is not 1-d or 2-d; DEVICE a is not on the CPU; DTYPE CX_CAT; ARGUMENT a
 *              conversion that is none, too many or too few of them, or a value that has no such
 *              form (an integer of nan).
 */
CX_API CX_MUST cx_status cx_savetxt(const char *path, const cx_array *a, const cx_savetxt_opts *o);
CX_END_DECLS
#endif
