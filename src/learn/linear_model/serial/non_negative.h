/* Least squares over non-negative coefficients, on plain host memory. */
#ifndef CX_LEARN_NON_NEGATIVE_H
#define CX_LEARN_NON_NEGATIVE_H
#include "base/status.h"
#include <stdint.h>

/** Minimise 1/2 w^T gram w - cross . w + shift / 2 |w|^2 over w >= 0 [d] on the host. square: of
 *  the target, for what counts as 0. CONVERGENCE without an error: stopped before the minimum. */
cx_status cx__non_negative(const double *gram, const double *cross, double square, int64_t d,
                           double shift, double *w);
#endif
