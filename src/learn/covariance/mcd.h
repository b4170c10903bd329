/* The minimum covariance determinant by concentration steps from random subsets. */
#ifndef CX_LEARN_MCD_H
#define CX_LEARN_MCD_H
#include "learn/numeric/site.h"
#include <calx/random.h>

typedef struct cx__mcd {
    cx_array *location, *covariance; /* [d], [d, d] */
    cx_array *support, *dist;        /* bool [n]; [n] */
    int64_t count;                   /* of the support */
} cx__mcd;

/** x float64 [n, d]; fraction of the rows in the support, 0: (n + d + 1) / 2 of them. Arrays of the
 *  open scope at the site. */
cx_status cx__fast_mcd(const cx__site *s, cx_generator *g, const cx_array *x, double fraction,
                       cx__mcd *out);
#endif
