/* Numbers as text: parsers and printers of every dtype, and printf formats as Python's % knows
 * them. */
#ifndef CX_IO_TEXT_TEXT_H
#define CX_IO_TEXT_TEXT_H
#include "io/format.h"

/** Parse all of [s, end), which has no blanks around it, into one element; false if it is none. */
typedef bool (*cx__text_parse)(const char *s, const char *end, void *out);
/** NULL for CX_CAT. Integers take no fraction, bool any integer, complex "1", "2j", "(1+2j)". */
cx__text_parse cx__text_parser(cx_dtype t);

/** One conversion of a format. */
typedef struct cx__spec {
    bool minus, plus, space, hash, zero;
    int width, precision; /* precision -1: not given */
    char conversion;      /* d e E f F g G x X o s */
} cx__spec;
/** Part of a format: text (with its %% undone), then a conversion, unless it is the last text. */
typedef struct cx__format_part {
    char *text;
    size_t len;
    cx__spec spec;
    bool has_spec;
} cx__format_part;
typedef struct cx__format {
    cx__format_part *part;
    int count, specs;
} cx__format;
/** Understand a format. ARGUMENT names the character that is none of a conversion. */
cx_status cx__format_parse(const char *where, const char *text, cx__format *out);
void cx__format_free(cx__format *f);

/** One real element for printing: an integer, or a float with its dtype. */
typedef struct cx__number {
    cx_dtype t; /* BOOL, I64, U64 or a float */
    double f;
    int64_t i;
    uint64_t u;
} cx__number;
/** Element i of C-contiguous data; part 1 is the imaginary one. */
cx__number cx__number_at(cx_dtype t, const void *data, int64_t i, int part);
/** Append a number as Python's spec % value does; false if the value has no such form (an integer
 *  of nan). */
bool cx__format_put(const cx__spec *spec, const cx__number *v, cx__text *out);

/** What a text of rows and columns looks like. */
typedef struct cx__text_rules {
    const char *where;
    cx_dtype dtype;
    const char *delimiter;                     /* "": white space */
    const char *comments;                      /* "": none */
    char quote;                                /* 0: none */
    int64_t skip_lines, skip_footer, max_rows; /* max_rows -1: all */
    const int *usecols;
    int usecol_count; /* 0: all */
    /* numpy.genfromtxt: what is missing or no number becomes `filling`. */
    bool forgiving, skip_invalid;
    const char *missing; /* separated by commas */
    unsigned char filling[16];
} cx__text_rules;
/** The rows as a matrix; [0, 0] if there are none. PARSE with line and column. */
cx_status cx__text_read(const cx__text_rules *r, const char *text, size_t size, cx_array **out);

/** Text in pieces of whole lines for the threads: their number, and where piece i begins (the one
 *  after the last: at the end). */
int64_t cx__text_pieces(const char *body, const char *end);
const char *cx__text_piece(const char *body, const char *end, int64_t i);

/** Numbers separated by sep, in which a blank stands for any white space; at most count (-1: all).
 */
cx_status cx__text_list(const char *where, const char *text, size_t size, cx_dtype t,
                        const char *sep, int64_t count, cx_array **out);
#endif
