/* What all covariance estimators share: their first attributes, and what is asked of them. */
#ifndef CX_LEARN_COVARIANCE_FAMILY_H
#define CX_LEARN_COVARIANCE_FAMILY_H
#include "learn/base/estimator.h"
#include "learn/numeric/site.h"

/** Their first slots. */
enum { CX__COVARIANCE, CX__LOCATION, CX__PRECISION, CX__COVARIANCE_SLOTS };
#define CX__COVARIANCE_ATTRS \
    "covariance_: float [n, n]", "location_: float [n]", "precision_?: float [n, n]"

#define CX__STORE_PRECISION                                                              \
    {                                                                                    \
        "store_precision", CX_PARAM_BOOL, "True", NULL, "keep the inverse as precision_" \
    }
#define CX__ASSUME_CENTERED                                                      \
    {                                                                            \
        "assume_centered", CX_PARAM_BOOL, "False", NULL, "take the mean to be 0" \
    }

/** Fill slots COVARIANCE and, with store_precision, PRECISION. */
cx_status cx__covariance_store(cx_estimator *self, const cx_array *covariance);
/** The inverse, stored or not. */
const cx_array *cx__precision(const char *where, const cx_estimator *self);
/** Mean log-likelihood [] of normal rows with this covariance if a precision is theirs. */
cx_array *cx__log_likelihood(const char *where, const cx_array *covariance,
                             const cx_array *precision);
/** .score of the family. */
double cx__covariance_score(const cx_estimator *self, const cx_data *data);
/** Squared distances [n] of rows z [n, d] from 0, by a precision; with leading batches too. */
cx_array *cx__squared_lengths(const char *where, const cx_array *z, const cx_array *precision);
#endif
