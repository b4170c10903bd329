/* The kernel that an estimator's parameters kernel, gamma, degree and coef0 name. */
#ifndef CX_LEARN_KERNEL_OF_H
#define CX_LEARN_KERNEL_OF_H
#include "learn/metrics/user_kernel.h"
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

#define CX__KERNEL_NAMES                                                                       \
    "{'additive_chi2', 'chi2', 'cosine', 'laplacian', 'linear', 'poly', 'polynomial', 'precom" \
    "puted', 'rbf', 'sigmoid'}, user kernel"
#define CX__KERNEL_DOC                                                                                   \
    "function of two rows: a name, a formula 'x, y: ...' or a function of cx_pairwise_kernel_register; " \
    "'precomputed': x holds its values"

/** Is kernel='precomputed'? */
bool cx__kernel_given(const cx_estimator *self);
/** Kernel [n, m] between rows x [n, d] and y [m, d] (NULL: x), float64. A gamma of None is 1 over
 *  the columns that fit saw. kernel='precomputed': x itself. */
cx_array *cx__kernel_of(const cx_estimator *self, const cx_array *x, const cx_array *y);
/** Is the text of a parameter a user's kernel? */
bool cx__kernel_is_users(const char *text);
/** That kernel, asked for by a parameter, with the estimator's numbers under their names and this
 *  gamma; of the open scope. */
cx_status cx__kernel_users(const cx_estimator *self, const char *parameter, const char *text,
                           double gamma, cx__user_kernel **out);
/** Its values [n, m] between rows x and y (NULL: x), as float64. */
cx_array *cx__kernel_users_of(const cx_estimator *self, const char *parameter, double gamma,
                              const cx_array *x, const cx_array *y);
/** x is square if it is a precomputed kernel. */
cx_status cx__kernel_square(const cx_estimator *self, const cx_array *x);
#endif
