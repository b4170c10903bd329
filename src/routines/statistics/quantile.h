/* Where between sorted elements a quantile lies. */
#ifndef CX_ROUTINES_QUANTILE_H
#define CX_ROUTINES_QUANTILE_H
#include "routines/statistics/rows.h"
#include <calx/statistics.h>

/** int64 positions, -1 for the last element; upper and gamma NULL where one element is taken. */
typedef struct cx__place {
    cx_array *lower, *upper, *gamma;
} cx__place;
/** Of q (real) among n elements; last is n - 1. Numbers of C's, or arrays of q's dtype that
 * broadcast with it. */
void cx__quantile_place(cx_quantile_method method, const cx_array *n, const cx_array *last,
                        const cx_array *q, cx__place *p);
#endif
