/* The range of float32, in which exact trees see x. */
#ifndef CX_LEARN_TREE_SINGLE_H
#define CX_LEARN_TREE_SINGLE_H
#include "learn/base/estimator.h"

/** ARGUMENT naming the place if x [n, d] in plain memory holds a number beyond float32. */
cx_status cx__single_fits(const cx_estimator_class *cls, const char *where, const double *x,
                          int64_t n, int64_t d);
/** The same of a batch on any device. */
cx_status cx__single_batch(const cx_estimator_class *cls, const char *where, const cx_array *x);
/** For row kernels: the rows of a session, which nobody has looked at; those of a batch have been
 *  looked at together. */
cx_status cx__single_rows(const cx_plan *p, const cx_estimator_class *cls, const double *x,
                          int64_t rows);
#endif
