/* Decompositions of one large matrix by all threads, for lapack.c. */
#ifndef CX_HOST_SPECTRAL_H
#define CX_HOST_SPECTRAL_H
#include "linalg/blas.h"

/** Eigenvalues of a Hermitian matrix in columns, whose lower triangle is given: values [n] real,
 * rising; with vectors they take the place of a, else a is destroyed. info: 0, or what did not
 * converge; n where the triangle has a NaN or an infinity. Fails with NOMEM without an error text.
 */
typedef cx_status host_eigh_fn(bool vectors, int n, void *a, int lda, void *values, int64_t *info);
extern host_eigh_fn *const host_eigh_of[CX_DTYPE_COUNT];
enum { HOST_EIGH_LARGE = 256 }; /* below, one thread is faster */

/** Singular values of a matrix in columns, m >= n, which is destroyed: values [n], falling;
 * letter as gesdd's: N values only, S u [m, n], A u [m, m]; vt [n, n]. info and failures as above.
 */
typedef cx_status host_svd_fn(char letter, int m, int n, void *a, int lda, void *values, void *u,
                              int ldu, void *vt, int ldvt, int64_t *info);
extern host_svd_fn *const host_svd_of[CX_DTYPE_COUNT];
enum { HOST_SVD_LARGE = 256 };

/** y += a x in one pass, a the first cols columns of a lower triangle of n rows and the rows that
 * they are of the upper one; columns, f32 and f64. */
typedef void host_lower_fn(int64_t n, int64_t cols, const void *a, int64_t lda, const void *x,
                           void *y);
/** t = a^T u, r = known - by t, z += a r, in one pass over a. */
typedef void host_there_back_fn(int64_t rows, int64_t cols, const void *a, int64_t lda,
                                const void *u, const void *known, double by, void *t, void *r,
                                void *z);
typedef struct host_both_ways {
    host_lower_fn *lower[CX_DTYPE_COUNT];
    host_there_back_fn *there_back[CX_DTYPE_COUNT];
} host_both_ways;
HOST_PER_ISA(host_both_ways, host_both_ways_table);

/** Secular equations of n poles, f32 and f64. */
typedef struct host_secular {
    /** Root x, i < n - 1, of 1 / rho + sum of z^2 / (d - x), d rising, rho > 0: to value, d - x of
     * all poles to delta. With sums of z^2 / (d^2 - x^2), d + x to sums. False: not found. */
    bool (*root)(int64_t n, int64_t i, const void *d, const void *z, double rho, void *delta,
                 void *sums, void *value);
    /** weights *= c / (poles - at) */
    void (*weigh)(int64_t n, const void *c, const void *poles, double at, void *weights);
    /** weights *= differences sums / (poles - at) / (poles + at) */
    void (*weigh_squares)(int64_t n, const void *differences, const void *sums, const void *poles,
                          double at, void *weights);
    /** out = z / c */
    void (*quotients)(int64_t n, const void *z, const void *c, void *out);
    /** out = z / differences / sums */
    void (*quotients_of_squares)(int64_t n, const void *z, const void *differences,
                                 const void *sums, void *out);
    /** x /= size */
    void (*shorten)(int64_t n, double size, void *x);
} host_secular;
typedef struct host_secular_table {
    host_secular of[CX_DTYPE_COUNT];
} host_secular_table;
HOST_PER_ISA(host_secular_table, host_secular_table);
static inline const host_secular *host_secular_of(cx_dtype t)
{
    return &HOST_PICK(host_secular_table)->of[t];
}
#endif
