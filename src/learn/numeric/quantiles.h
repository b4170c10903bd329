/* Quantiles of columns, made of sorting and taking where the data is: nothing of it comes to the
 * host. */
#ifndef CX_LEARN_QUANTILES_H
#define CX_LEARN_QUANTILES_H
#include "learn/numeric/site.h"
#include <calx/statistics.h>

/** numpy.nanquantile(x, q, axis=0), linear: [count, d] float64; q in [0, 1] on the host. NaN of a
 *  column that has no number. */
cx_array *cx__column_quantiles(const cx__site *s, const cx_array *x, const double *q,
                               int64_t count);
/** numpy.quantile(x, q, axis=0, method) of columns without NaN. */
cx_array *cx__column_quantiles_by(const cx__site *s, const cx_array *x, const double *q,
                                  int64_t count, cx_quantile_method method);
/** Weighted quantiles of a column [n] with weights [n] of which one is above 0, as
 *  scikit-learn's: the first element at which the sum of the weights reaches q of all; average:
 *  the mean with the next one where it is reached exactly. [count] float64. */
cx_array *cx__weighted_quantiles(const cx__site *s, const cx_array *column, const cx_array *weight,
                                 const double *q, int64_t count, bool average);
#endif
