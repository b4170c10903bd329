/* Shared by the files of the learn group on the CPU: sums over rows with a fixed tree, and the
 * one-row loops that everybody uses. Plain float64 rows, no array and no estimator. */
#ifndef CX_HOST_LEARN_H
#define CX_HOST_LEARN_H
#include "linalg/blas.h"
#include "host.h"
#include <calx/backend_learn.h>
#include <calx/backend_svm.h>

#define HOST_TRY(...)                           \
    do {                                        \
        const cx_status host_st_ = __VA_ARGS__; \
        if (host_st_ != CX_OK) return host_st_; \
    } while (0)

/** Add the contribution of rows [lo, hi) to sum (zeroed, `width` numbers). May run on a worker
 *  thread. */
typedef cx_status host_rows_fn(void *ctx, int64_t lo, int64_t hi, double *sum);

/** out[0..width) = the sum of fn over all rows, in chunks of about `grain` rows (more when width is
 *  large): a chunk adds into a partial sum of its own, which are added in chunk order. Needs no
 *  rows. */
cx_status host_sum_rows(int64_t n, int64_t grain, int64_t width, host_rows_fn *fn, void *ctx,
                        double *out);
/** The partial sums by themselves: *partial [*chunks, width], which the caller frees, also after a
 *  failure. */
cx_status host_row_chunks(int64_t n, int64_t grain, int64_t width, host_rows_fn *fn, void *ctx,
                          double **partial, int64_t *chunks);
/** rows * cols numbers from the pool, checked; NULL and an error on failure. */
double *host_numbers(const char *what, int64_t rows, int64_t cols);
/** c = alpha op(a) op(b) + beta c on row-major float64. */
cx_status host_gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha,
                        const double *a, int64_t lda, const double *b, int64_t ldb, double beta,
                        double *c, int64_t ldc);

cx_status host_gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha,
                        const float *a, int64_t lda, const float *b, int64_t ldb, double beta,
                        float *c, int64_t ldc);

/** log(sum(exp(v))), safe for large v; -inf for n = 0. */
double host_logsumexp(const double *v, int64_t n);
/** v = exp(v) / sum(exp(v)). */
void host_softmax(double *v, int64_t n);
/** 1 / (1 + exp(-v)) without overflow. */
double host_expit(double v);
/** Exact squared distance of two points, four partial sums. */
double host_sqdist(const double *a, const double *b, int64_t d);
double host_dot(const double *a, const double *b, int64_t d);

/* ---- slots */
cx_status host_learn_moments(cx_queue *q, const double *x, int64_t n, int64_t d,
                             const double *weight, double *count, double *mean, double *m2);
cx_status host_learn_extremes(cx_queue *q, const double *x, int64_t n, int64_t d, double *low,
                              double *high);
cx_status host_learn_columns(cx_queue *q, const cx_learn_columns *c);
cx_status host_learn_gram(cx_queue *q, const cx_learn_gram *c);
cx_status host_learn_groups(cx_queue *q, const cx_learn_groups *c);
cx_status host_learn_scores(cx_queue *q, const cx_learn_scores *c);
cx_status host_learn_solve(cx_queue *q, const double *a, double shift, int64_t d, double *b,
                           int64_t t, double *info);
cx_status host_learn_precondition(cx_queue *q, double *gram, int64_t d, double *scale,
                                  double *first, double *inverse, double *info);
cx_status host_learn_triangle(cx_queue *q, double *gram, double *cross, int64_t d, int64_t t,
                              const double *scale, const double *first, double *r, double *info);
cx_status host_learn_row_norms(cx_queue *q, const double *x, int64_t n, int64_t d, double *norm);
cx_status host_learn_nearest(cx_queue *q, const cx_learn_points *p, const double *centres,
                             int64_t k, int32_t *label, double *sums, double *mass, double *record);
cx_status host_learn_lloyd(cx_queue *q, const cx_learn_lloyd *c);
int64_t host_learn_lloyd_room(int64_t n, int64_t d, int64_t k);
cx_status host_learn_spread(cx_queue *q, const cx_learn_points *p, const double *centres,
                            const int32_t *label, double *each, double *sum);
cx_status host_learn_centres(cx_queue *q, const double *old, const double *sums, const double *mass,
                             int64_t k, int64_t d, double *centres, double *moved);
cx_status host_learn_trials(cx_queue *q, const cx_learn_points *p, const double *candidate,
                            int64_t t, const double *closest, double *distance, double *potential);
cx_status host_learn_neighbours(cx_queue *q, const cx_learn_neighbours *c);
cx_status host_learn_vote(cx_queue *q, const int64_t *index, const double *rank, int64_t n,
                          int64_t k, const int64_t *code, int64_t classes, bool by_distance,
                          double p, double *share);
cx_status host_learn_logistic(cx_queue *q, const cx_learn_logistic *c);
cx_status host_learn_combine(cx_queue *q, int64_t n, double a, const double *x, double b,
                             const double *y, double *out);
cx_status host_learn_direction(cx_queue *q, const cx_learn_history *h, const double *gradient,
                               double *direction, double *record);
cx_status host_learn_mixture(cx_queue *q, const cx_learn_mixture *c);
extern const cx_learn_ops host_learn_ops;
extern const cx_svm_ops host_svm_ops;
#endif
