/* Two sets of rows, and distances between them. */
#ifndef CX_LEARN_METRIC_PAIRWISE_H
#define CX_LEARN_METRIC_PAIRWISE_H
#include "learn/numeric/site.h"
#include <calx/pairwise.h>

typedef struct cx__two {
    const char *where;
    cx__site site;
    const cx_array *x, *y;     /* float64 [n, d], [m, d], C order */
    bool same, single;         /* y is x; both were float32 */
    const cx_array *x32, *y32; /* as they were given, if single */
    int64_t n, m, d;
} cx__two;
typedef enum cx__finite { CX__FINITE, CX__ALLOW_NAN } cx__finite;

/** x and y (NULL: x) checked and converted; handles of the open scope. */
cx_status cx__two_read(const char *where, const cx_array *x, const cx_array *y, cx__finite nan,
                       cx__two *out);
/** The same two with other columns. */
cx__two cx__two_with(const cx__two *t, const cx_array *x, const cx_array *y);
/** float64 distances [n, m]; squared: without the root. Near pairs lose no digits. */
cx_status cx__euclid(const cx__two *t, bool squared, cx_array **out);
/** The same as sums of squared differences, whatever it costs. */
cx_status cx__by_differences(const cx__two *t, bool squared, cx_array **out);
/** Squared distances over the coordinates that both have (in_x [n, d], in_y [m, d]: 1 where there
 * is a number, 0 for NaN). */
cx_status cx__euclid_holed(const cx__two *t, const cx_array *in_x, const cx_array *in_y,
                           cx_array **out);
/** Distances that are a sum over columns, and their like. */
typedef enum cx__sum {
    CX__SUM_ABSOLUTE,
    CX__SUM_POWER,   /* |x - y|^p */
    CX__SUM_LARGEST, /* the largest |x - y| */
    CX__SUM_CANBERRA,
    CX__SUM_BOTH, /* |x + y| */
    CX__SUM_DIFFERENT,
    CX__SUM_CHI2 /* -(x - y)^2 / (x + y) */
} cx__sum;
cx_status cx__sum_columns(const cx__two *t, cx__sum which, double p, cx_array **out);
/** Rows of length 1; rows of zeros stay zeros. */
cx_array *cx__unit_rows(const char *where, const cx_array *x);
/** 1 - cosine of the angle; a row of zeros is 1 from all others, or NaN. */
cx_status cx__cosine(const cx__two *t, double of_zeros, cx_array **out);

/** A metric by name: float64 [n, m]. */
typedef cx_status cx__metric_pairs(const cx__two *t, const cx_pairwise_opts *o, cx_array **out);
typedef struct cx__metric {
    const char *name;
    cx__metric_pairs *run; /* NULL: the name is a formula of two rows */
    double order;          /* of the Minkowski metric that it is, 0: none; -1: read from .p */
    cx__finite nan;
    bool squared; /* rank without the root */
} cx__metric;
/** NULL name: euclidean; with a colon: a formula, whose record belongs to the open scope. ARGUMENT
 *  with a suggestion if there is none by that name. */
cx_status cx__metric_find(const char *where, const char *name, const cx__metric **out);
/** Distances between rows that have been read. */
cx_status cx__metric_distances(const cx__metric *m, const cx__two *t, const cx_pairwise_opts *o,
                               cx_array **out);

/* Of formulas (metric_formula.c): the record that stands for one, and its values. */
cx_status cx__metric_formula(const char *where, const char *text, const cx__metric **out);
cx_status cx__metric_by_formula(const cx__metric *m, const cx__two *t, const cx_pairwise_opts *o,
                                cx_array **out);

/* ---- columns under which a metric is Minkowski's (turned.c): turn is [d], column by column, or
 * [d, d], or NULL: as they are */
/** Order of the Minkowski metric that m is over turned columns; 0: it is none. t is x alone. */
cx_status cx__metric_turn(const cx__metric *m, const cx__two *t, const cx_pairwise_opts *o,
                          double *order, cx_array **turn);
cx_status cx__turn_weights(const cx__two *t, const cx_pairwise_opts *o, double p, cx_array **turn);
cx_status cx__turn_deviations(const cx__two *t, const cx_pairwise_opts *o, cx_array **turn);
cx_status cx__turn_triangle(const cx__two *t, const cx_pairwise_opts *o, cx_array **turn);
cx_array *cx__turned(const cx_array *x, const cx_array *turn);
cx__two cx__two_turned(const cx__two *t, const cx_array *turn);
/** Variance of x's columns, inverse of their covariance; ARGUMENT if there is a y. */
cx_status cx__own_variance(const cx__two *t, const cx_array **out);
cx_status cx__own_inverse(const cx__two *t, const cx_array **out);
#endif
