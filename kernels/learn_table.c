/* The learn group of the CUDA backend: its table, and products of dense rows by the blas group. */
#include "cuda_backend.h"
#include "learn.h"
#include <stdint.h>

static cx_view matrix(const double *p, int64_t rows, int64_t cols, bool transposed)
{
    cx_view v = {.data = (void *)(uintptr_t)p, .dtype = CX_F64, .ndim = 2};
    const int64_t size = (int64_t)sizeof *p;
    v.shape[0] = rows;
    v.shape[1] = cols;
    v.stride[0] = transposed ? size : cols * size;
    v.stride[1] = transposed ? rows * size : size;
    return v;
}

cx_status cuda_learn_gemm(cx_queue *q, bool ta, bool tb, int64_t m, int64_t n, int64_t k,
                          double alpha, const double *a, const double *b, double beta, double *c)
{
    const cx_view va = matrix(a, m, k, ta), vb = matrix(b, k, n, tb), vc = matrix(c, m, n, false);
    const cx_gemm_call call = {.a = &va, .b = &vb, .out = &vc, .alpha = alpha, .beta = beta};
    return cuda_blas_ops.gemm(q, &call);
}

const cx_learn_ops cuda_learn_ops = {
    .struct_size = sizeof cuda_learn_ops,
    .moments = cuda_learn_moments,
    .extremes = cuda_learn_extremes,
    .columns = cuda_learn_columns,
    .gram = cuda_learn_gram,
    .groups = cuda_learn_groups,
    .scores = cuda_learn_scores,
    .solve = cuda_learn_solve,
    .precondition = cuda_learn_precondition,
    .triangle = cuda_learn_triangle,
    .row_norms = cuda_learn_row_norms,
    .nearest = cuda_learn_nearest,
    .spread = cuda_learn_spread,
    .centres = cuda_learn_centres,
    .trials = cuda_learn_trials,
    .neighbours = cuda_learn_neighbours,
    .vote = cuda_learn_vote,
    .logistic = cuda_learn_logistic,
    .combine = cuda_learn_combine,
    .direction = cuda_learn_direction,
};
