/* How wide a kernel data ask for. */
#ifndef CX_LEARN_BANDWIDTH_H
#define CX_LEARN_BANDWIDTH_H
#include "learn/numeric/site.h"

/** Mean distance of the rows of x [n, d] from the farthest of their quantile * n nearest ones,
 *  themselves among them. */
cx_status cx__bandwidth(const cx__site *s, const cx_array *x, double quantile, double *out);
#endif
