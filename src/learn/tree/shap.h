/* SHAP values of sums of trees, on plain memory. */
#ifndef CX_LEARN_TREE_SHAP_H
#define CX_LEARN_TREE_SHAP_H
#include "learn/tree/trees.h"

/** What a model answers: offset + scale * the leaves' values, trees t, t + columns, ... in one
 *  column. */
typedef struct cx__tree_sum {
    int64_t columns;
    bool single; /* x counts as float32 */
    double scale;
    const double *offset; /* [columns * width], or NULL: 0 */
} cx__tree_sum;

/** The sum that a class's answers are.   Errors   ARGUMENT it is none; UNSUPPORTED. */
cx_status cx__tree_sum_of(const char *where, const cx_estimator *m, int64_t trees,
                          cx__tree_sum *out);
/** x [n, d], values [n, d, columns * width], expected [columns * width]. */
cx_status cx__tree_shap(const char *where, const cx__trees *t, const cx__tree_sum *sum,
                        const double *x, int64_t n, int64_t d, double *values, double *expected);
#endif
