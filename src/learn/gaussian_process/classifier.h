/* A fitted GaussianProcessClassifier: what its functions read. Of more than two classes it has a
 * child, OneVsRestClassifier or OneVsOneClassifier, whose children are classifiers of two. */
#ifndef CX_LEARN_GP_CLASSIFIER_H
#define CX_LEARN_GP_CLASSIFIER_H
#include "learn/gaussian_process/regressor.h"

enum {
    CX__GPC_CLASSES,
    CX__GPC_COUNT,
    CX__GPC_KERNEL,
    CX__GPC_THETA,
    CX__GPC_LIKELIHOOD,
    CX__GPC_X, /* from here on: of two classes only */
    CX__GPC_Y,
    CX__GPC_PI,
    CX__GPC_ROOT,
    CX__GPC_L
};
#define CX__GPC_PRIOR "ConstantKernel(1.0, 'fixed') * RBF(1.0, 'fixed')" /* kernel=None */
#define CX__GPC_BASE "base_estimator_"                                   /* the child */

/** Its classifiers of two classes: how many, and the i-th (itself). */
int64_t cx__gpc_count(const cx_estimator *m);
const cx_estimator *cx__gpc_at(const cx_estimator *m, int64_t i);
/** Of a classifier of two classes: mean [n] of the latent function, and its variance (NULL: of no
 *  interest). */
cx_status cx__gpc_latent(const cx_estimator *m, const char *where, const cx_array *x,
                         cx_array **mean, cx_array **variance);
/** Log marginal likelihood of a classifier of two classes at theta [p]. */
cx_status cx__gpc_likelihood(const cx_estimator *m, const char *where, const double *theta,
                             double *value, double *gradient);
#endif
