/* Missing numbers: which they are, and the columns of an imputer's result: filled ones, then marks
 * of where something was missing. */
#ifndef CX_LEARN_MISSING_H
#define CX_LEARN_MISSING_H
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"

/** The parameter missing_values of a class that takes text: a number, None, or a text. */
#define CX__MISSING_PARAM                                                                    \
    {                                                                                        \
        "missing_values", CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, "nan", NULL,        \
            "what stands for a missing value; of text: nan or None for a missing one, or a " \
            "text"                                                                           \
    }

/** x with NaN for each element that the parameter missing_values names; x itself if that is NaN.
 *  ARGUMENT for a NaN that it does not name. */
cx_status cx__missing_as_nan(const char *where, const cx_estimator *self, const cx_array *x,
                             cx_array **out);
/** Codes of a matrix of text as float64 [n, d], NaN for those that missing_values names. ARGUMENT
 *  for a missing text that it does not name. */
cx_status cx__missing_codes(const char *where, const cx_estimator *self, const cx_array *text,
                            cx_array **out);
/** The code of missing_values among the words of text: `absent` for nan and None; one that is none
 *  where no text is missing. */
int32_t cx__missing_code(const cx_estimator *self, const cx_array *text, int32_t absent);
/** ARGUMENT: element i of a text matrix is missing, and missing_values is another value. */
cx_status cx__missing_other(const char *where, int64_t i, int64_t columns);
/** What fit saw is what comes now: both text or both numbers. */
cx_status cx__missing_kind(const char *where, const cx_estimator *self, const cx_array *x);
/** Did fit see text? */
bool cx__saw_text(const cx_estimator *self);
/** The same for row kernels, which compare in float64: x, or where its own float32 is equal to
 *  missing_values exactly that, in float64. */
cx_status cx__missing_exact(const char *where, const cx_estimator *self, const cx_array *x,
                            cx_array **out);
/** How many of each column's elements are NaN, [d] into count. */
cx_status cx__count_nan(const cx__site *s, const cx_array *x, int64_t *count);
/** Numbers of columns with count > 0, int64 at the site. */
cx_array *cx__indices_counted(const cx__site *s, int64_t d, const int64_t *count);
/** Which columns of x (NaN coded) an imputer keeps and which it marks (add_indicator), into slots;
 *  those that are left out are warned of. */
cx_status cx__choose_columns(cx_estimator *self, const cx__site *s, const cx_array *x, int keep,
                             int mark);
/** The same from how many each of d columns of n rows lacks. */
cx_status cx__choose_counted(cx_estimator *self, const cx__site *s, int64_t n, int64_t d,
                             const int64_t *count, int keep, int mark);

/** A row of an imputer: columns kept [k] and filled with fill [d], then marks of columns marked
 *  [i]. */
typedef struct cx__filling {
    double missing; /* NaN or the number that stands for it */
    int64_t kept, marked;
    const int64_t *keep, *mark;
    const double *fill;
    const double *code;  /* text: the code of a missing one, by column; NULL: numbers */
    const double *words; /* text: how many codes each column has; others are unknown */
} cx__filling;
/** Codes of what is missing in columns of text, into a plan; */
cx_status cx__filling_text(const cx_estimator *self, cx_plan *p, cx__filling *out);
/** Words of text column j, as a session has its codes. */
const cx_array *cx__filling_words(const cx_estimator *self, int64_t j);
/** Into a plan, from slots; mark's may be empty. Sets cols_out. With CX__FILL_LATER instead of a
 *  slot, .fill is the caller's. */
enum { CX__FILL_LATER = -1 };
cx_status cx__filling_plan(const cx_estimator *self, cx_plan *p, int keep, int mark, int fill,
                           cx__filling *out);
/** Is v of column j missing? */
bool cx__is_missing(const cx__filling *f, int64_t j, double v);
/** Refuses what is missing and not named by missing_values. */
cx_status cx__no_other_nan(const cx__filling *f, const double *x, int64_t d);
/** Marks of a row, behind its kept columns. */
void cx__put_marks(const cx__filling *f, const double *x, double *out);

/** On arrays: columns of x (NaN coded) that are kept, where NaN from `filled` [n, k] or [k]; and
 *  the marks behind them. */
cx_array *cx__filled(const cx_array *x, const cx_array *keep, const cx_array *filled,
                     const cx_array *mark);
/** Names of kept columns, then "missingindicator_" names of marked ones (NULL: none). */
cx_array *cx__names_filled(const cx_array *names, const cx_array *keep, const cx_array *mark);
#endif
