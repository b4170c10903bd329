/* Random projections (sklearn.random_projection); the projections themselves are estimators. */
#ifndef CALX_RANDOM_PROJECTION_H
#define CALX_RANDOM_PROJECTION_H
#include <calx/array.h>

CX_BEGIN
/** Dimensions that keep all distances between n_samples rows within 1 +- eps
 *  (sklearn.random_projection.johnson_lindenstrauss_min_dim).
 *
 *  @param n_samples  Any real dtype or a weak number, above 0.
 *  @param eps        The same, in (0, 1); broadcast against n_samples.
 *  @return     New int64 array.
 *  Errors      ARGUMENT a number out of its range; SHAPE; DTYPE; DEVICE.   Syncs.
 *  Source      Dasgupta, Gupta, Random Structures and Algorithms 22 (2003).
 */
CX_API cx_array *cx_johnson_lindenstrauss_min_dim(const cx_array *n_samples, const cx_array *eps);
CX_END_DECLS
#endif
