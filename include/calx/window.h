/* Window functions: n float64 weights on a device. Of one point: 1; of none or fewer: empty. */
#ifndef CALX_WINDOW_H
#define CALX_WINDOW_H
#include <calx/array.h>

CX_BEGIN
/** numpy.bartlett: 1 - |2k / (n - 1) - 1|, a triangle that ends in zeros. */
CX_API cx_array *cx_bartlett(int64_t n, cx_device d);
/** numpy.blackman: 0.42 + 0.5 cos(pi x) + 0.08 cos(2 pi x), x from -1 to 1; numpy.hamming: 0.54 +
 * 0.46 cos(pi x); numpy.hanning: 0.5 + 0.5 cos(pi x).
 *  Accuracy    5 eps of the largest weight, 1. */
CX_API cx_array *cx_blackman(int64_t n, cx_device d);
CX_API cx_array *cx_hamming(int64_t n, cx_device d);
CX_API cx_array *cx_hanning(int64_t n, cx_device d);
/** numpy.kaiser: I0(beta sqrt(1 - x^2)) / I0(beta), x from -1 to 1; computed on the host and
 * uploaded. Beyond |beta| 709.78 I0 overflows and weights are NaN, as in NumPy.
 *  Accuracy    (24 + 4 |beta|) eps of each weight.
 *  Source      Abramowitz and Stegun, 9.6.12 and 9.7.1. */
CX_API cx_array *cx_kaiser(int64_t n, double beta, cx_device d);
CX_END_DECLS
#endif
