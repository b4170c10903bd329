/* Target encodings on the host: one pass over the rows for all folds. */
#ifndef CX_LEARN_TARGET_SUMS_H
#define CX_LEARN_TARGET_SUMS_H
#include "learn/base/estimator.h"

/** Encodings of one column by one target, for each fold from the rows of all other folds (folds 1:
 *  from all rows). */
typedef struct cx__target_sums {
    int64_t rows, groups, folds;
    const int32_t *fold; /* [rows]; NULL with one fold */
    const int64_t *code; /* [rows]; groups counts as 0 */
    const double *y;     /* [rows] */
    bool drawn;          /* smooth='auto' */
    double smooth;
    double *work; /* [folds * (3 * groups + 3)], zeroed */
    double *out;  /* [folds, groups + 1]; the last of each is the mean of y */
} cx__target_sums;

/** n jobs on the pool. */
cx_status cx__target_sums_run(cx__target_sums *jobs, int64_t n);
#endif
