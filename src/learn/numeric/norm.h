/* Norms of rows. */
#ifndef CX_LEARN_NORM_H
#define CX_LEARN_NORM_H
#include <calx/array.h>

typedef enum cx__norm { CX__NORM_L1, CX__NORM_L2, CX__NORM_LARGEST } cx__norm;

/** 'l1', 'l2', 'max'. */
cx__norm cx__norm_named(const char *name);
double cx__row_norm(cx__norm kind, const double *x, int64_t d);
/** Rows of x [n, d], float64, divided by their norms; those whose norm is below `tiny` stay. */
cx_array *cx__rows_normed(const char *where, cx__norm kind, const cx_array *x, double tiny);
#endif
