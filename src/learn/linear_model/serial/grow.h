/* A Cholesky factor that grows by rows, on plain host memory. */
#ifndef CX_LEARN_GROW_H
#define CX_LEARN_GROW_H
#include <stdint.h>

/** Row i of the factor (rows ld apart) from the products with the i columns before, which stand in
 *  it. Returns what is left of `own`, the column's squared length; the caller writes its root to
 *  the diagonal, or leaves the column out. */
double cx__factor_row(double *factor, int64_t ld, int64_t i, double own);
/** x [n] becomes the solution of L L^T x = b. */
void cx__factor_solve(const double *factor, int64_t ld, int64_t n, double *x);
#endif
