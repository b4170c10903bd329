/* Which stacks the kernels for small matrices take: large enough a number, small enough matrices,
 * at one distance from each other. The same answer for every slot, as factors go back into the one
 * that reads them: those of a matrix in rows are the library's of its transpose, and our own of
 * itself. */
#include "small/small.h"
#include "matrix.h"
#include <limits.h>

/* The distance; false if there are several. One matrix has none. */
static bool only_step(const cx_view *v, int inner, int64_t *step)
{
    int64_t count = 0;
    *step = 0;
    for (int d = v->ndim - inner - 1; d >= 0; d--) {
        if (v->shape[d] == 1) continue;
        if (count != 0 && v->stride[d] != *step * count) return false;
        if (count == 0) *step = v->stride[d];
        count = (count == 0 ? 1 : count) * v->shape[d];
    }
    return true;
}

bool cuda_small_step(const cx_view *v, int inner)
{
    int64_t step;
    return v == NULL || (v->shape[v->ndim - 1] <= INT_MAX && only_step(v, inner, &step));
}

bool cuda_small(const cx_view *a)
{
    int64_t step;
    if (a->dtype < CX_F32 || a->dtype > CX_C128) return false;
    if (cuda_rows(a) > CUDA_SMALL_N || cuda_cols(a) > CUDA_SMALL_N) return false;
    /* factors that repeat are those of one matrix */
    return cuda_batch(a, 2) >= CUDA_SMALL_BATCH && only_step(a, 2, &step) && step != 0;
}
