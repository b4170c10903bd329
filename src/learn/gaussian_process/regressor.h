/* A GaussianProcessRegressor, fitted or not: what its functions read. */
#ifndef CX_LEARN_GP_REGRESSOR_H
#define CX_LEARN_GP_REGRESSOR_H
#include "learn/gaussian_process/kernel.h"
#include <calx/estimator_class.h>
#include <calx/gaussian_process.h>

enum {
    CX__GPR_X,
    CX__GPR_Y,
    CX__GPR_L,
    CX__GPR_ALPHA,
    CX__GPR_KERNEL,
    CX__GPR_THETA,
    CX__GPR_MEAN,
    CX__GPR_STD,
    CX__GPR_LIKELIHOOD
};
#define CX__GP_PRIOR "ConstantKernel() * RBF()" /* kernel=None */

/** The kernel of the parameter; None: that of the text `plain`. */
cx_status cx__gp_given(const cx_estimator *self, const char *where, const char *plain,
                       cx__gp_kernel *out);
/** The kernel of a fitted state, its text and theta; and a state's texts and thetas [p] of `count`
 *  kernels one behind the other. Texts are for reading and say structure, bounds and what is fixed:
 *  other numbers have six digits there. */
cx_status cx__gp_kept(const cx_estimator *self, const char *where, int text_slot, int theta_slot,
                      cx__gp_kernel *out);
cx_status cx__gp_keep(cx_estimator *self, const cx__site *s, int64_t count, const cx__gp_kernel *k,
                      int text_slot, int theta_slot);
/** Rows [n, d] as a method of m gets them; a model that is not fitted takes any number of columns.
 */
cx_status cx__gp_rows(const char *where, const cx_estimator *m, const cx_array *x,
                      const cx_array **out);

/** The noise that the parameter alpha adds to the diagonal of n rows' kernel: [1, 1] or [n, 1]. */
cx_status cx__gpr_noise(const cx_estimator *self, const cx__site *s, int64_t n, cx_array **out);
/** Means at rows x; spread NULL: of no interest. */
cx_status cx__gpr_ask(const cx_estimator *m, const char *where, const cx_array *x,
                      cx_gaussian_process_spread kind, cx_array **mean, cx_array **spread);
#endif
