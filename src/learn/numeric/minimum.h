/* The least value of a function of one number, on the host. */
#ifndef CX_LEARN_MINIMUM_H
#define CX_LEARN_MINIMUM_H
#include <calx/status.h>

/** value of f at x; NaN counts as infinity. */
typedef cx_status cx__function(void *ctx, double x, double *value);
/** x in [a, b] where f is least, within tol * |x| + 1e-11: Brent's method. */
cx_status cx__minimum_between(cx__function *f, void *ctx, double a, double b, double tol,
                              double *x);
/** The same without limits, downhill from a and b: steps grow until f rises again. */
cx_status cx__minimum_from(cx__function *f, void *ctx, double a, double b, double tol, double *x);
/** *x, already within `near` * (1 + |x|) of where f is 0, to its last digits; stays if there is no
 *  such place. */
cx_status cx__root_near(cx__function *f, void *ctx, double near, double *x);
#endif
