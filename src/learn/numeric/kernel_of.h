/* The kernel that an estimator's parameters kernel, gamma, degree and coef0 name. */
#ifndef CX_LEARN_KERNEL_OF_H
#define CX_LEARN_KERNEL_OF_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

#define CX__KERNEL_NAMES                                                                       \
    "{'additive_chi2', 'chi2', 'cosine', 'laplacian', 'linear', 'poly', 'polynomial', 'precom" \
    "puted', 'rbf', 'sigmoid'}"

/** Is kernel='precomputed'? */
bool cx__kernel_given(const cx_estimator *self);
/** Kernel [n, m] between rows x [n, d] and y [m, d] (NULL: x), float64. A gamma of None is 1 over
 *  the columns that fit saw. kernel='precomputed': x itself. */
cx_array *cx__kernel_of(const cx_estimator *self, const cx_array *x, const cx_array *y);
/** x is square if it is a precomputed kernel. */
cx_status cx__kernel_square(const cx_estimator *self, const cx_array *x);
#endif
