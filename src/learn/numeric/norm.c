/* Norms of rows, of plain memory and of arrays anywhere. */
#include "learn/numeric/norm.h"

#include "ops/primitives.h"
#include <math.h>
#include <string.h>

cx__norm cx__norm_named(const char *name)
{
    return strcmp(name, "l1") == 0   ? CX__NORM_L1
           : strcmp(name, "l2") == 0 ? CX__NORM_L2
                                     : CX__NORM_LARGEST;
}

double cx__row_norm(cx__norm kind, const double *x, int64_t d)
{
    double sum[4] = {0, 0, 0, 0}, most = 0; /* four sums keep the adds apart */
    int64_t j = 0;
    if (kind == CX__NORM_LARGEST) {
        for (; j < d; j++) most = fabs(x[j]) > most ? fabs(x[j]) : most;
        return most;
    }
    const bool plain = kind == CX__NORM_L1;
    for (; j + 4 <= d; j += 4)
        for (int k = 0; k < 4; k++) sum[k] += plain ? fabs(x[j + k]) : x[j + k] * x[j + k];
    for (; j < d; j++) sum[0] += plain ? fabs(x[j]) : x[j] * x[j];
    const double all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    return plain ? all : sqrt(all);
}

cx_array *cx__rows_normed(const char *where, cx__norm kind, const cx_array *x, double tiny)
{
    static cx__held by[] = {
        CX__HELD("x, tiny: s = sum(abs(x), axis=1, keepdims=True); x / where(s < tiny, 1, s)"),
        CX__HELD("x, tiny: s = sqrt(sum(x * x, axis=1, keepdims=True)); x / where(s < tiny, 1, s)"),
        CX__HELD("x, tiny: s = max(abs(x), axis=1, keepdims=True); x / where(s < tiny, 1, s)")};
    return cx__held_run(where, &by[kind], CX_ARRAYS(x, cx_float(tiny)));
}
