/* Leaves of kernels that take more than a formula. Arrays are float64 of the open scope. */
#ifndef CX_LEARN_GP_LEAF_H
#define CX_LEARN_GP_LEAF_H
#include "learn/gaussian_process/kernel.h"

/** Matern of squared distances d over the length scale, and what its derivative by the logarithm of
 *  a length scale is over the squared difference along it (whatever it is where d is 0). */
cx_array *cx__gp_matern(const char *where, double nu, const cx_array *d);
cx_array *cx__gp_matern_slope(const char *where, double nu, const cx_array *d);

/** A pairwise kernel, its diagonal, and its derivative by the logarithm of gamma, k being its
 *  value. */
cx_array *cx__gp_pairwise(const cx__gp_node *n, double gamma, const cx_array *x, const cx_array *y);
cx_array *cx__gp_pairwise_diagonal(const char *where, const cx__gp_node *n, double gamma,
                                   const cx_array *x);
cx_array *cx__gp_pairwise_slope(const char *where, const cx__gp_node *n, double gamma,
                                const cx_array *x, const cx_array *k);
#endif
