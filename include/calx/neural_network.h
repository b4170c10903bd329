/* What fitted networks can be asked for besides their attributes (sklearn.neural_network). */
#ifndef CALX_NEURAL_NETWORK_H
#define CALX_NEURAL_NETWORK_H
#include <calx/estimator.h>

CX_BEGIN
/** Weights and intercepts of one layer (coefs_[layer], intercepts_[layer] of scikit-learn). The
 *  attribute coefs_ holds those of all layers, one behind the other, intercepts_ likewise;
 *  layer_sizes_ are the units of each, the columns of x first.
 *
 *  @param m      A fitted MLPClassifier or MLPRegressor.
 *  @param layer  0 is the first; at most one less than the layers of weights.
 *  @return       Views of the model's float64 memory, [units in, units out] and [units out]; nil on
 *                error.
 *  Errors        ARGUMENT another class, no such layer; NOT_FITTED.
 */
CX_API cx_array *cx_mlp_coefs(const cx_estimator *m, int64_t layer);
CX_API cx_array *cx_mlp_intercepts(const cx_estimator *m, int64_t layer);
CX_END_DECLS
#endif
