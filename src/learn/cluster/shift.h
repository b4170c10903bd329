/* Seeds that climb to where points are dense: the iteration of mean shift with a flat kernel. */
#ifndef CX_LEARN_SHIFT_H
#define CX_LEARN_SHIFT_H
#include "base/status.h"
#include <stdint.h>

typedef struct cx__shift {
    int64_t n, d;
    double bandwidth;
    int64_t max_iter;
} cx__shift;
/** What became of a seed. */
typedef struct cx__shifted {
    int64_t within;     /* points that its last mean was made of; 0: there were none */
    int64_t iterations; /* moves before the last */
} cx__shifted;

/** Move each of count seeds [count, d] to the mean of the points x [n, d] within bandwidth of it,
 *  again and again, until it moves by a thousandth of that at most. Host memory. */
cx_status cx__shift_seeds(const cx__shift *s, const double *x, int64_t count, double *seed,
                          cx__shifted *out);
/** Bins of width `size` that hold `least` points or more, as centres (bins are counted in float32,
 *  as scikit-learn's are) in the order in which the points meet them: *seed [*count, d], which the
 *  caller frees; *count may be n, where each point has its own. */
cx_status cx__bin_seeds(const double *x, int64_t n, int64_t d, double size, bool rounded,
                        int64_t least, double **seed, int64_t *count);
#endif
