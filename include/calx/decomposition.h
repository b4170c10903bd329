/* What the classes of sklearn.decomposition can be asked for besides their methods, and its
 * functions. */
#ifndef CALX_DECOMPOSITION_H
#define CALX_DECOMPOSITION_H
#include <calx/estimator.h>

CX_BEGIN
/** Covariance of the data by the fitted model, and its inverse (PCA.get_covariance and
 *  get_precision).
 *
 *  @param m    A fitted PCA, IncrementalPCA or FactorAnalysis.
 *  @return     New float64 arrays [n_features, n_features] on the model's device.
 *  Errors      ARGUMENT another class; NOT_FITTED; SINGULAR a covariance without an inverse.
 *              Syncs: the second one.
 */
CX_API cx_array *cx_get_covariance(const cx_estimator *m);
CX_API cx_array *cx_get_precision(const cx_estimator *m);
CX_END_DECLS
#endif
