/* Matrices made of a few numbers: SciPy's toeplitz, circulant, hankel, hilbert and their kin. Last
 * axes of vectors are the vectors, the ones before them a batch; batches are broadcast, and may be
 * empty. Every dtype of numbers is taken and kept unless said otherwise.
 *
 * Every function: Errors DTYPE categories; SHAPE batches do not broadcast, too many dimensions;
 * DEVICE mixed; NOMEM. Device any. */
#ifndef CALX_LINALG_MATRICES_H
#define CALX_LINALG_MATRICES_H
#include <calx/array.h>

CX_BEGIN
/** Constant diagonals (scipy.linalg.toeplitz): first column c, first row r, whose first number is
 * not looked at.
 *  @param c    [..., m], or 0-d for a vector of 1.
 *  @param r    [..., n], or 0-d; NULL: conj(c).
 *  @return     New array [..., m, n] of the common dtype. */
CX_API cx_array *cx_linalg_toeplitz(const cx_array *c, const cx_array *r);
/** Columns that are the first one turned (scipy.linalg.circulant).
 *  @param c    [..., n], or 0-d for a vector of 1: the first column.
 *  @return     New array [..., n, n] of c's dtype. */
CX_API cx_array *cx_linalg_circulant(const cx_array *c);
/** Constant antidiagonals (scipy.linalg.hankel): first column c, last row r, whose first number is
 * not looked at. More dimensions are a batch, as SciPy 1.19 will have it.
 *  @param c    [..., m].
 *  @param r    [..., n]; NULL: zeros like c.
 *  @return     New array [..., m, n] of the common dtype.
 *  Errors      SHAPE c or r is 0-d. */
CX_API cx_array *cx_linalg_hankel(const cx_array *c, const cx_array *r);
/** 1 / (i + j + 1) (scipy.linalg.hilbert).
 *  @return     New float64 array [n, n].
 *  Errors      ARGUMENT n negative. */
CX_API cx_array *cx_linalg_hilbert(int64_t n, cx_device d);
/** The Hilbert matrix's inverse, whose numbers are integers (scipy.linalg.invhilbert); with .exact
 * as int64. Errors      ARGUMENT n negative; UNSUPPORTED .exact for n > 14, where int64 ends.
 *  @return     New float64 or int64 array [n, n].
 *  Accuracy    float64: within 4 n eps of each number.
 *  Source      Choi, Tricks or Treats with the Hilbert Matrix, Amer. Math. Monthly 90, 1983. */
typedef struct cx_invhilbert_opts {
    size_t struct_size;
    bool exact;
} cx_invhilbert_opts;
CX_API cx_array *cx_linalg_invhilbert(int64_t n, cx_device d, const cx_invhilbert_opts *o);
/** Blocks down the diagonal, zeros elsewhere (scipy.linalg.block_diag). A block of fewer than 2
 * dimensions is a row.
 *  @param blocks [..., m_i, n_i].
 *  @return     New array [..., sum of m_i, sum of n_i] of the common dtype.
 *  Errors      ARGUMENT no blocks. */
CX_API cx_array *cx_linalg_block_diag(cx_arrays blocks);
/** Kronecker products of columns (scipy.linalg.khatri_rao).
 *  @param a    [..., m, n].
 *  @param b    [..., p, n].
 *  @return     New array [..., m p, n] of the common dtype.
 *  Errors      SHAPE fewer than 2 dimensions, numbers of columns differ. */
CX_API cx_array *cx_linalg_khatri_rao(const cx_array *a, const cx_array *b);
/** The matrix whose characteristic polynomial has these coefficients, highest power first
 * (scipy.linalg.companion).
 *  @param a    [..., n] with n at least 2.
 *  @return     New array [..., n - 1, n - 1]; whole numbers give float64.
 *  Errors      SHAPE n; DTYPE bool; ARGUMENT a first coefficient is 0.   Syncs: reads whether.
 *  Source      Horn and Johnson, Matrix Analysis, 3.3. */
CX_API cx_array *cx_linalg_companion(const cx_array *a);
CX_END_DECLS
#endif
