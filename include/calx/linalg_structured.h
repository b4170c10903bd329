/* What a matrix's structure gives: Toeplitz and circulant matrices that are never made, and
 * questions about a matrix's form.
 *
 * Dimensions before the vectors or matrices are a batch, and batches are broadcast. bool and
 * integers are taken as f64 where numbers are computed. Errors DTYPE categories; SHAPE batches do
 * not broadcast; DEVICE mixed; NOMEM. Device any, but for what is said. */
#ifndef CALX_LINALG_STRUCTURED_H
#define CALX_LINALG_STRUCTURED_H
#include <calx/array.h>

CX_BEGIN
/** Solve t x = b for a Toeplitz matrix by its first column c and first row r, whose first number is
 * not looked at (scipy.linalg.solve_toeplitz), in n^2 steps. Numbers that are far from any pivot of
 * size are less exact than from cx_linalg_solve: no rows are exchanged.
 *  @param c    [..., n], f32, f64, c64, c128.
 *  @param r    [..., n]; NULL: conj(c).
 *  @param b    [n], or [..., n, k].
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE; DTYPE 16-bit floats; SINGULAR a leading minor is 0, with its order.
 *  Device      cpu; cuda: UNSUPPORTED, each step needs the one before.
 *  Accuracy    for positive definite t, |b - t x| <= 8 n eps |t| |x| times its condition's growth.
 *  Source      Golub and Van Loan, Matrix Computations, 4.7 (Levinson, Trench, Zohar). */
CX_API cx_array *cx_linalg_solve_toeplitz(const cx_array *c, const cx_array *r, const cx_array *b);
/** The product of a Toeplitz matrix, by its first column and first row, and x, through Fourier
 * transforms (scipy.linalg.matmul_toeplitz).
 *  @param c    [..., m].
 *  @param r    [..., n]; NULL: conj(c).
 *  @param x    [n], or [..., n, k].
 *  @return     New array [..., m] or [..., m, k].
 *  Errors      SHAPE; DTYPE 16-bit floats.
 *  Accuracy    within 8 log2(m + n) eps |t| |x|. */
CX_API cx_array *cx_linalg_matmul_toeplitz(const cx_array *c, const cx_array *r, const cx_array *x);
/** Solve c x = b for circulant matrices by their first columns, through Fourier transforms
 * (scipy.linalg.solve_circulant). lstsq       a singular matrix gives the shortest of the best x
 * instead of an error. tol: eigenvalues up to it count as 0; not set: n eps times the largest.
 *  @param c    The first column along axis caxis (not set: -1).
 *  @param b    Right-hand sides along axis baxis; the other axes of both are broadcast.
 *  @return     New array, x along axis outaxis.
 *  Errors      SHAPE lengths differ; INDEX; DTYPE 16-bit floats; SINGULAR.
 *  Syncs       reads whether an eigenvalue is 0. */
typedef struct cx_solve_circulant_opts {
    size_t struct_size;
    bool lstsq;
    cx_maybe_f64 tol;
    cx_maybe_i64 caxis;
    int64_t baxis, outaxis;
} cx_solve_circulant_opts;
CX_API cx_array *cx_linalg_solve_circulant(const cx_array *c, const cx_array *b,
                                           const cx_solve_circulant_opts *o);

/** How many diagonals below and above the main one have a number that is not 0
 * (scipy.linalg.bandwidth).
 *  @param a    [..., m, n].
 *  @return     int64 arrays [...].
 *  Errors      SHAPE fewer than 2 dimensions. */
typedef struct cx_bandwidth {
    cx_array *lower, *upper;
} cx_bandwidth;
CX_API cx_bandwidth cx_linalg_bandwidth(const cx_array *a);
/** Are matrices their transposes, or their conjugate ones (scipy.linalg.issymmetric, ishermitian)?
 * With atol or rtol: as near as |a - t| <= atol + rtol |t|. NaN is near nothing.
 *  @param a    [..., n, n].
 *  @return     New bool array [...].
 *  Errors      SHAPE not square; ARGUMENT atol or rtol negative. */
typedef struct cx_symmetric_opts {
    size_t struct_size;
    double atol, rtol;
} cx_symmetric_opts;
CX_API cx_array *cx_linalg_issymmetric(const cx_array *a, const cx_symmetric_opts *o);
CX_API cx_array *cx_linalg_ishermitian(const cx_array *a, const cx_symmetric_opts *o);
CX_END_DECLS
#endif
