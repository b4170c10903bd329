/* What is known of a function from its values at some rows, under a kernel. */
#ifndef CX_LEARN_GP_PROCESS_H
#define CX_LEARN_GP_PROCESS_H
#include "learn/gaussian_process/kernel.h"
#include <calx/random.h>

typedef struct cx__gp {
    const char *where;
    cx__site site;
    cx__gp_kernel kernel;
    const cx_array *x, *y; /* [n, d], [n, t] */
    const cx_array *noise; /* added to the diagonal: [n, 1] or [1, 1] */
} cx__gp;

/** Cholesky factor [n, n] (lower) of the kernel with the noise. SINGULAR: it is not positive
 *  definite. */
cx_status cx__gp_factor(const cx__gp *g, cx_array **out);
/** Log marginal likelihood of y, summed over targets, for the kernel as it is, and its gradient by
 *  theta (NULL: none). Minus infinity where the kernel is not positive definite. */
cx_status cx__gp_likelihood(const cx__gp *g, double *value, double *gradient);

/** Minus a log likelihood of a kernel, and its gradient. */
typedef cx_status cx__gp_objective(void *ctx, const cx__gp_kernel *k, double *value,
                                   double *gradient);
/** Further places to search from. */
typedef struct cx__gp_restarts {
    int64_t count;
    cx_generator *draws;
    bool powers; /* exponentials of what is drawn within the bounds, as scikit-learn's classifier */
} cx__gp_restarts;
/** Move the kernel to where the objective is least, from where it stands and from places drawn
 *  within its bounds; *value is the least. */
cx_status cx__gp_optimise(cx__gp_kernel *k, const cx__gp_restarts *again, cx__gp_objective *f,
                          void *ctx, double *value);
#endif
