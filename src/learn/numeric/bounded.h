/* The least value of a smooth function of a few numbers within bounds, on the host. */
#ifndef CX_LEARN_BOUNDED_H
#define CX_LEARN_BOUNDED_H
#include <calx/status.h>
#include <stdint.h>

enum { CX__BOUNDED_MOST = 64 }; /* variables */
/** value at x [n], and gradient [n] where the value is finite. Infinity: x is out of the function's
 *  domain. */
typedef cx_status cx__bounded_function(void *ctx, const double *x, double *value, double *gradient);
/** x [n] within low and high [n], which may be infinite, becomes a place where f is least: L-BFGS-B
 *  (Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16, 1995; Morales and Nocedal, ACM TOMS 38,
 *  2011), whose iterates are SciPy's up to rounding. It ends where the projected gradient keeps to
 *  gtol, or a step gains less than ftol max(|f before|, |f|, 1).
 *  CONVERGENCE: after max_iter steps or where no step gains, with x the best so far. */
typedef struct cx__bounded {
    int64_t n, max_iter;
    const double *low, *high;
    double gtol, ftol;
    cx__bounded_function *f;
    void *ctx;
} cx__bounded;
cx_status cx__bounded_minimum(const cx__bounded *p, double *x, double *value);
#endif
