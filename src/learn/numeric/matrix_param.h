/* Parameters that are matrices: lists of rows in the spec notation. */
#ifndef CX_LEARN_MATRIX_PARAM_H
#define CX_LEARN_MATRIX_PARAM_H
#include "learn/base/estimator.h"

/** The parameter as float64 [rows, cols] on the host, of the open scope; rows or cols below 0: any
 *  number of them.
 *  Errors      SHAPE another shape, rows of different lengths; ARGUMENT something is no number. */
cx_status cx__param_matrix(const cx_estimator *self, const char *name, int64_t rows, int64_t cols,
                           cx_array **out);
#endif
