/* Least angle regression on products of columns, on plain host memory. */
#ifndef CX_LEARN_LEAST_ANGLES_H
#define CX_LEARN_LEAST_ANGLES_H
#include "learn/linear_model/serial/normal.h"

/** Coefficients [d] where the path (of one target, without leaving columns) reaches the mean
 * product least_alpha, or after 500 steps. name is told in warnings. */
cx_status cx__least_angles(const char *name, const cx__normal *m, double least_alpha, double eps,
                           double *coef);
#endif
