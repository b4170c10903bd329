/* Banded and tridiagonal matrices: SciPy's solve_banded, eig_banded and their kin. A band matrix is
 * given by its diagonals, one a row: a[u + i - j][j] is what stands in row i and column j, with u
 * diagonals above the main one; what falls outside the matrix is not looked at. Of a Hermitian one
 * the diagonals above are given, or with .lower those below, a[i - j][j].
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. Dimensions
 * before the last two are a batch, and batches are broadcast. Errors DTYPE categories, 16-bit
 * floats; SHAPE fewer than 2 dimensions, batches do not broadcast; DEVICE mixed; NOMEM; UNSUPPORTED
 * sizes past LAPACK's 32-bit integers. Device cpu: LAPACK, single-threaded inside, batches over the
 * pool; cuda: UNSUPPORTED, cuSOLVER has no banded matrices. */
#ifndef CALX_LINALG_BANDED_H
#define CALX_LINALG_BANDED_H
#include <calx/linalg.h>

CX_BEGIN
/** Solve a x = b by LU with partial pivoting (scipy.linalg.solve_banded).
 *  @param l, u diagonals below and above the main one.
 *  @param a    [..., l + u + 1, n].
 *  @param b    [n], or [..., n, k].
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      ARGUMENT l or u negative; SHAPE a has not l + u + 1 rows, or b not n; SINGULAR zero
 * pivot. NaN and infinities give NaN.
 *  Accuracy    |b - a x| <= 8 (l + u + 1) eps |a| |x|, times the growth of the pivots.
 *  Source      LAPACK gbsv; gtsv for l = u = 1. */
CX_API cx_array *cx_linalg_solve_banded(int64_t l, int64_t u, const cx_array *a, const cx_array *b);
typedef struct cx_banded_opts {
    size_t struct_size;
    bool lower;
} cx_banded_opts;
/** Solve a x = b for Hermitian positive definite a (scipy.linalg.solveh_banded).
 *  @param a    [..., k + 1, n].
 *  @param b    [n], or [..., n, k].
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE; SINGULAR not positive definite, or with a NaN, with the order of the leading
 * minor.
 *  Accuracy    |b - a x| <= 8 (k + 1) eps |a| |x|.
 *  Source      LAPACK pbsv; ptsv for k = 1. */
CX_API cx_array *cx_linalg_solveh_banded(const cx_array *a, const cx_array *b,
                                         const cx_banded_opts *o);
/** Cholesky factor of a Hermitian positive definite a, in the same form (scipy.linalg
 * .cholesky_banded): U of U^H U, or L of L L^H with .lower.
 *  @param a    [..., k + 1, n].
 *  @return     New array like a.
 *  Errors      SINGULAR not positive definite, or with a NaN, with the order of the leading minor.
 *  Source      LAPACK pbtrf. */
CX_API cx_array *cx_linalg_cholesky_banded(const cx_array *a, const cx_banded_opts *o);
/** Solve a x = b by the factor that cx_linalg_cholesky_banded made of a, with the same .lower
 * (scipy.linalg.cho_solve_banded).
 *  @param c    [..., k + 1, n].
 *  @param b    [n], or [..., n, k].
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE.
 *  Source      LAPACK pbtrs. */
CX_API cx_array *cx_linalg_cho_solve_banded(const cx_array *c, const cx_array *b,
                                            const cx_banded_opts *o);

/** Which eigenvalues, in rising order: all, those in (low, high], or number first to last, from 0,
 * both included. */
typedef enum cx_eig_select { CX_EIG_ALL, CX_EIG_VALUES, CX_EIG_INDICES } cx_eig_select;
/** Eigenvalues (rising, real) and orthonormal eigenvectors (columns of v) of Hermitian band
 * matrices (scipy.linalg.eig_banded, eigvals_banded).
 *  @param a    [..., k + 1, n].
 *  @return     w [..., r] real; v [..., n, r].
 *  Errors      ARGUMENT a has a NaN or an infinity, first and last are not in order within [0, n);
 * SHAPE the values in (low, high] are not the same numbers of every matrix of a batch; CONVERGENCE.
 *  Syncs       reads whether a is finite; with CX_EIG_VALUES how many values there are.
 *  Accuracy    |a v - v w| <= 8 n eps |a|.
 *  Source      LAPACK sbevd, hbevd: all of them, of which the chosen ones are kept. */
typedef struct cx_eig_banded_opts {
    size_t struct_size;
    bool lower;
    cx_eig_select select;
    double low, high;
    int64_t first, last;
} cx_eig_banded_opts;
CX_API cx_eigh cx_linalg_eig_banded(const cx_array *a, const cx_eig_banded_opts *o);
CX_API cx_array *cx_linalg_eigvals_banded(const cx_array *a, const cx_eig_banded_opts *o);
/** Eigenvalues and eigenvectors of real symmetric tridiagonal matrices
 * (scipy.linalg.eigh_tridiagonal, eigvalsh_tridiagonal).
 *  @param d    [..., n], the diagonal.
 *  @param e    [..., n - 1], what stands beside it.
 *  @return     w [..., r]; v [..., n, r].
 *  Errors      DTYPE complex; SHAPE lengths, or as cx_linalg_eig_banded; ARGUMENT d or e has a NaN
 * or an infinity, first and last; CONVERGENCE. Syncs       as cx_linalg_eig_banded. Accuracy    |a
 * v - v w| <= 8 n eps |a|. Source      LAPACK stevd for all, stemr for some (Dhillon and Parlett,
 * 2004). */
typedef struct cx_eigh_tridiagonal_opts {
    size_t struct_size;
    cx_eig_select select;
    double low, high;
    int64_t first, last;
} cx_eigh_tridiagonal_opts;
CX_API cx_eigh cx_linalg_eigh_tridiagonal(const cx_array *d, const cx_array *e,
                                          const cx_eigh_tridiagonal_opts *o);
CX_API cx_array *cx_linalg_eigvalsh_tridiagonal(const cx_array *d, const cx_array *e,
                                                const cx_eigh_tridiagonal_opts *o);
CX_END_DECLS
#endif
