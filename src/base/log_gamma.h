/* The logarithm of |gamma(x)| on any number of threads: C's lgamma also writes the sign into a
 * variable that all threads share. */
#ifndef CX_BASE_LOG_GAMMA_H
#define CX_BASE_LOG_GAMMA_H
#include <math.h>

static inline double cx__log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}
#endif
