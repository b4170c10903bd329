/* Two classes under a Gaussian process: Laplace's approximation of what is known of the latent
 * function (Rasmussen and Williams, Gaussian Processes for Machine Learning, 3.4 and 5.5.1). */
#ifndef CX_LEARN_GP_LAPLACE_H
#define CX_LEARN_GP_LAPLACE_H
#include "learn/gaussian_process/kernel.h"

typedef struct cx__laplace {
    const char *where;
    cx__site site;
    cx__gp_kernel kernel;
    const cx_array *x, *y; /* [n, d], and [n, 1] of 0 and 1 */
    int64_t max_iter;      /* of Newton's method */
    bool warm;             /* begin where the last search ended */
    cx_array *latent;      /* there: [n, 1] of an open scope, or NULL */
} cx__laplace;

/** The mode: [n, 1] each but l. */
typedef struct cx__laplace_mode {
    cx_array *pi;   /* probabilities of class 1 */
    cx_array *root; /* root of pi (1 - pi) */
    cx_array *l;    /* Cholesky factor [n, n] of I + root K root */
    cx_array *dual; /* K^-1 times the latent function */
    double value;   /* log marginal likelihood */
} cx__laplace_mode;

/** Newton's method for a kernel matrix k [n, n]; arrays are the open scope's. */
cx_status cx__laplace_find(cx__laplace *p, const cx_array *k, cx__laplace_mode *out);
/** Log marginal likelihood for the kernel as it is, and its gradient by theta (NULL: none). */
cx_status cx__laplace_likelihood(cx__laplace *p, double *value, double *gradient);
#endif
