/* Products of tall data, made column by column as a descent asks for them. */
#ifndef CX_LEARN_TALL_H
#define CX_LEARN_TALL_H
#include "learn/linear_model/serial/normal.h"

/** Where it is of use: r holds means but x as it is, and m's gram fills up through cx__tall_need,
 *  the .need of descents with this as .ctx. */
typedef struct cx__tall {
    cx__regression r;
    cx__normal m;
    const cx_array *x;  /* [n, d] not centred */
    const double *mean; /* [d] or NULL */
    double *gram;
    double *have; /* [d] rows of gram that are there */
    int64_t count;
} cx__tall;

/** *use: the data is on the CPU, large, without weights, and its means are no larger than its
 *  spread, so that products may be centred afterwards without loss. */
cx_status cx__tall_make(const cx_data *data, bool fit_intercept, cx__tall *out, bool *use);
cx_status cx__tall_need(void *ctx, int64_t j, const double *slope, double l1);
#endif
