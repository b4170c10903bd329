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
#endif
