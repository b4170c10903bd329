/* One step of an iterative imputer. */
#ifndef CX_LEARN_ITERATIVE_H
#define CX_LEARN_ITERATIVE_H
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"
#include <calx/random.h>

/** Rows on their way: kept columns, filled, [n, k] float64; which of their numbers were missing,
 *  bool [n, k]; and the columns as they came, NaN coded. */
typedef struct cx__filled_rows {
    cx__site site;
    const cx_array *coded, *missing;
    cx_array *x;
} cx__filled_rows;

typedef struct cx__imputing {
    cx__filled_rows *rows;
    int64_t column;
    double low, high;
    cx_generator *g; /* draw from the posterior; NULL: its mean */
    const cx_estimator *model;
    const cx_array *others;  /* [n, q] of the columns that it predicts from */
    const cx_array *lacking; /* numbers of the rows that lack the column */
} cx__imputing;

/** Find .lacking. */
cx_status cx__lacking_rows(cx__imputing *s);
/** Put what the model predicts for them into the column. */
cx_status cx__impute(const char *where, const cx__imputing *s);
#endif
