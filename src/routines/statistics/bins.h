/* Edges of bins, shared by the histograms. */
#ifndef CX_ROUTINES_BINS_H
#define CX_ROUTINES_BINS_H
#include "routines/operands.h"
#include <calx/statistics.h>

/** Equal bins over a range. */
typedef struct cx__bins {
    int64_t count;      /* 0: the edges are the caller's */
    double first, last; /* exact but for integers beyond 2^53 */
    double width;       /* last - first, rounded once */
    bool given;         /* the range is the caller's: numbers of C's */
    cx_array *edges;    /* [count + 1], on a's device */
} cx__bins;

/** The range of a (1-d, real): the caller's, or that of its elements. */
cx_status cx__bins_range(const char *where, const cx_array *a, cx_maybe_f64 first,
                         cx_maybe_f64 last, cx__bins *b);
/** b->count + 1 edges over the range, in the dtype in which numpy.linspace has them. */
cx_status cx__bins_edges(const char *where, const cx_array *a, cx__bins *b);
/** The same as numpy.histogram makes them, strictly ascending, in the float dtype of a. */
cx_status cx__bins_equal(const char *where, const cx_array *a, cx__bins *b);
/** 1-d, real, not descending. */
cx_status cx__bins_ascend(const char *where, const cx_array *edges);
/** Number of bins by a rule, over a range that is already known; a has at least one element. */
cx_status cx__bins_by_rule(const char *where, const char *rule, const cx_array *a, cx__bins *b);
/** int64 counts of the elements of a in equal bins. */
cx_array *cx__bins_count(const cx_array *a, const cx__bins *b, const cx_array *weights);
/** Which elements are in the range that was given. */
cx_array *cx__bins_inside(const cx_array *a, const cx__bins *b);
/** x as a number of dtype t. */
double cx__rounded(cx_dtype t, double x);
#endif
