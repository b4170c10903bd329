/* NumPy's constants. newaxis is a word of cx_index's specs: cx_index(a, "newaxis, :"). */
#ifndef CALX_CONSTANTS_H
#define CALX_CONSTANTS_H
#include <math.h>

#define CX_PI 3.14159265358979323846          /* numpy.pi */
#define CX_E 2.71828182845904523536           /* numpy.e */
#define CX_EULER_GAMMA 0.57721566490153286061 /* numpy.euler_gamma */
#define CX_INF ((double)INFINITY)             /* numpy.inf */
#define CX_NAN ((double)NAN)                  /* numpy.nan */
#endif
