/* Plain numeric kernels shared by the estimators: row-major float64 in, status out, no array and no
 * estimator.
 *
 * Every sum over rows has a fixed tree: chunk boundaries depend on the sizes only, partial sums are
 * added in chunk order, so one thread and many give the same bits. */
#ifndef CX_LEARN_NUMERIC_H
#define CX_LEARN_NUMERIC_H
#include "base/object.h"
#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

/** Add the contribution of rows [lo, hi) to sum (zeroed, `width` numbers). May run on a worker
 *  thread. */
typedef cx_status (*cx__rows_fn)(void *ctx, int64_t lo, int64_t hi, double *sum);

/** out[0..width) = the sum of fn over all rows, in chunks of about `grain` rows (more when width is
 *  large). Needs no rows. */
cx_status cx__sum_rows(const char *where, int64_t n, int64_t grain, int64_t width, cx__rows_fn fn,
                       void *ctx, double *out);

/** count * size bytes from the pool, checked; NULL and an error on failure. Give back with
 *  cx__scratch_free. */
double *cx__scratch_f64(const char *where, const char *what, int64_t rows, int64_t cols);

/** Weighted count, mean and (m2 not NULL) sum of squared deviations of each column; NaN entries do
 *  not count (a column of NaN has count 0 and NaN results). weight NULL: all 1. Two passes and the
 *  correction term (Chan, Golub and LeVeque 1983). */
cx_status cx__moments(const char *where, const double *x, int64_t n, int64_t d,
                      const double *weight, double *count, double *mean, double *m2);

/** z = (x - mean) (times sqrt(weight) per row if given), z may be x. mean NULL: no shift. */
cx_status cx__center(const char *where, const double *x, int64_t n, int64_t d, const double *mean,
                     const double *weight, double *z);

/** gram[d, d] = z^T z where z = x - mean without storing z; mean NULL: x itself. */
cx_status cx__gram(const char *where, const double *x, int64_t n, int64_t d, const double *mean,
                   double *gram);

/** Solve (a + shift I) w = b for symmetric positive definite a [d, d], b [d, t] (overwritten), by
 *  Cholesky into work [d, d]. SINGULAR, without an error text, when a pivot is not positive: the
 *  caller takes another way. */
cx_status cx__solve_spd(const double *a, double shift, int64_t d, double *b, int64_t t,
                        double *work);

/** Eigenvalues (ascending) and eigenvectors (columns of v) of symmetric a [d, d]. */
cx_status cx__eigh(const char *where, const double *a, int64_t d, double *w, double *v);
/** Thin SVD of a [n, d], k = min(n, d): u [n, k] (NULL: not wanted), s [k] descending, vt [k,
 *  d]. */
cx_status cx__svd(const char *where, const double *a, int64_t n, int64_t d, double *u, double *s,
                  double *vt);

/** What the triangle of a QR decomposition of [x, y] holds of x: r [d, d + t], the triangle of x
 * and beside it Q^T y, at the cost of two products. SINGULAR, without an error text, if the columns
 * of x [n, d] are not far from dependent: the caller takes another way. */
cx_status cx__product_triangle(const char *where, const double *x, const double *y, int64_t n,
                               int64_t d, int64_t t, double *r);
/** The triangle r [min(n, d), d] of a QR decomposition of a [n, d]. */
cx_status cx__qr_triangle(const char *where, const double *a, int64_t n, int64_t d, double *r);

/** log(sum(exp(v))), safe for large v; -inf for n = 0. */
double cx__logsumexp(const double *v, int64_t n);
/** v = exp(v) / sum(exp(v)). */
void cx__softmax(double *v, int64_t n);
/** 1 / (1 + exp(-v)) without overflow. */
double cx__expit(double v);
/** Exact squared distance of two points, four partial sums. */
double cx__sqdist(const double *a, const double *b, int64_t d);
double cx__dot(const double *a, const double *b, int64_t d);
/** out[c] = start[c] + sum over j of (x[j] - shift[j]) w[j, c] for c < k: one row times a matrix of
 *  d rows whose length ld is k rounded up by cx__padded (what is past k may be anything finite).
 *  start and shift may be NULL. Each output is summed in the order of j. */
void cx__project(const double *x, const double *shift, int64_t d, const double *w, int64_t ld,
                 const double *start, int64_t k, double *out);
static inline int64_t cx__padded(int64_t k)
{
    return (k + 7) / 8 * 8;
}
#endif
