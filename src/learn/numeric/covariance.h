/* Covariances and how far they are drawn towards a multiple of the identity. All [d, d] and numbers
 * stay where the data is. */
#ifndef CX_LEARN_COVARIANCE_H
#define CX_LEARN_COVARIANCE_H
#include "learn/numeric/site.h"

/** (x - mean)^T (x - mean) / n; mean NULL: 0. */
cx_array *cx__covariance(const cx__site *s, const cx_array *x, const cx_array *mean);
/** (1 - shrinkage) covariance + shrinkage trace / d I; shrinkage []. */
cx_array *cx__shrunk_covariance(const char *where, const cx_array *covariance,
                                const cx_array *shrinkage);
/** Shrinkage [] by Ledoit and Wolf (2004) of z = (x - mean) / scale (each NULL for none), whose
 *  covariance is given; and the oracle approximation of Chen, Wiesel, Eldar and Hero (2010). */
cx_array *cx__ledoit_wolf_shrinkage(const char *where, const cx_array *x, const cx_array *mean,
                                    const cx_array *scale, const cx_array *covariance);
cx_array *cx__oas_shrinkage(const char *where, const cx_array *covariance, int64_t n);
/** Moore-Penrose inverse of symmetric matrices [..., d, d]: eigenvalues up to d eps of the largest
 *  count as 0. The second form gives the eigenvalues [..., d], too. */
cx_array *cx__symmetric_pinv(const char *where, const cx_array *a);
cx_array *cx__symmetric_inverse(const char *where, const cx_array *a, cx_array **w);
#endif
