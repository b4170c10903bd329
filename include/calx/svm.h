/* What stands beside support vector machines (sklearn.svm); the machines themselves are estimators:
 * SVC, NuSVC, SVR, NuSVR, OneClassSVM, LinearSVC, LinearSVR.
 *
 * Their kernel is a name, a formula of two rows or a function of the program's (calx/pairwise.h):
 *
 *     SVC(C=2.0, kernel='x, y, gamma: exp(-gamma * sum(abs(x - y), axis=-1))', gamma=0.1)
 *
 * Unlike scikit-learn's, machines with a kernel of the user's keep their support_vectors_ and need
 * nothing else of the training rows. Their fit keeps the values of all pairs of rows if these fit
 * into cache_size megabytes; of larger data it computes rows of them on the CPU when it needs them.
 * On a GPU formulas run there, but for those rows; functions and the optimisation
 * run on the CPU over what is fetched. */
#ifndef CALX_SVM_H
#define CALX_SVM_H
#include <calx/array.h>

typedef struct cx_l1_min_c_opts {
    size_t struct_size;
    const char *loss;               /* "squared_hinge" (NULL) or "log" */
    bool no_intercept;              /* fit_intercept=False */
    cx_maybe_f64 intercept_scaling; /* value of the intercept's column: 1 */
} cx_l1_min_c_opts;

CX_BEGIN
/** The C above which an L1-penalised linear classifier has coefficients that are not 0. x [n, d],
 *  real and finite; y [n], labels.
 *  Errors      SHAPE lengths differ; DTYPE; ARGUMENT no such loss, continuous labels, or columns
 *              that no C lets in; NaN is returned.   Syncs. */
CX_API double cx_l1_min_c(const cx_array *x, const cx_array *y, const cx_l1_min_c_opts *o);
CX_END_DECLS
#endif
