/* The slots of the learn group, C and CUDA C++. */
#ifndef CX_KERNELS_LEARN_H
#define CX_KERNELS_LEARN_H
#include "cuda_backend.h"
#include <calx/backend_learn.h>

#ifdef __cplusplus
extern "C" {
#endif

cx_status cuda_learn_moments(cx_queue *q, const double *x, int64_t n, int64_t d,
                             const double *weight, double *count, double *mean, double *m2);
cx_status cuda_learn_extremes(cx_queue *q, const double *x, int64_t n, int64_t d, double *low,
                              double *high);
cx_status cuda_learn_columns(cx_queue *q, const cx_learn_columns *c);
cx_status cuda_learn_gram(cx_queue *q, const cx_learn_gram *c);
cx_status cuda_learn_groups(cx_queue *q, const cx_learn_groups *c);
cx_status cuda_learn_scores(cx_queue *q, const cx_learn_scores *c);
cx_status cuda_learn_solve(cx_queue *q, const double *a, double shift, int64_t d, double *b,
                           int64_t t, double *info);
cx_status cuda_learn_precondition(cx_queue *q, double *gram, int64_t d, double *scale,
                                  double *first, double *inverse, double *info);
cx_status cuda_learn_triangle(cx_queue *q, double *gram, double *cross, int64_t d, int64_t t,
                              const double *scale, const double *first, double *r, double *info);
cx_status cuda_learn_row_norms(cx_queue *q, const double *x, int64_t n, int64_t d, double *norm);
cx_status cuda_learn_nearest(cx_queue *q, const cx_learn_points *p, const double *centres,
                             int64_t k, int32_t *label, double *sums, double *mass, double *record);
cx_status cuda_learn_spread(cx_queue *q, const cx_learn_points *p, const double *centres,
                            const int32_t *label, double *each, double *sum);
cx_status cuda_learn_centres(cx_queue *q, const double *old, const double *sums, const double *mass,
                             int64_t k, int64_t d, double *centres, double *moved);
cx_status cuda_learn_trials(cx_queue *q, const cx_learn_points *p, const double *candidate,
                            int64_t t, const double *closest, double *distance, double *potential);
cx_status cuda_learn_neighbours(cx_queue *q, const cx_learn_neighbours *c);
cx_status cuda_learn_vote(cx_queue *q, const int64_t *index, const double *rank, int64_t n,
                          int64_t k, const int64_t *code, int64_t classes, bool by_distance,
                          double p, double *share);
cx_status cuda_learn_logistic(cx_queue *q, const cx_learn_logistic *c);
cx_status cuda_learn_combine(cx_queue *q, int64_t n, double a, const double *x, double b,
                             const double *y, double *out);
cx_status cuda_learn_direction(cx_queue *q, const cx_learn_history *h, const double *gradient,
                               double *direction, double *record);

/** c = alpha op(a) op(b) + beta c on dense rows, by the blas group. */
cx_status cuda_learn_gemm(cx_queue *q, bool ta, bool tb, int64_t m, int64_t n, int64_t k,
                          double alpha, const double *a, const double *b, double beta, double *c);

#ifdef __cplusplus
}
#endif
#endif
