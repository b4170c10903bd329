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
/** The matrix of the Fourier transform (scipy.linalg.dft): roots of 1, over n with .scale "n" and
 * over the root of n with "sqrtn". Errors      ARGUMENT n negative, another scale.
 *  @return     New complex128 array [n, n].
 *  Accuracy    each number within 2 eps. */
typedef struct cx_dft_opts {
    size_t struct_size;
    const char *scale;
} cx_dft_opts;
CX_API cx_array *cx_linalg_dft(int64_t n, cx_device d, const cx_dft_opts *o);
/** Hadamard's matrix of 1 and -1 by Sylvester's construction (scipy.linalg.hadamard).
 *  @param t    dtype of the result, a signed or floating one.
 *  @return     New array [n, n].
 *  Errors      ARGUMENT n is no power of 2; DTYPE. */
CX_API cx_array *cx_linalg_hadamard(int64_t n, cx_dtype t, cx_device d);
/** Helmert's orthogonal matrix (scipy.linalg.helmert), without its first row, whose numbers are
 * equal, unless .full. Errors      ARGUMENT n negative.
 *  @return     New float64 array [n - 1, n] or [n, n]. */
typedef struct cx_helmert_opts {
    size_t struct_size;
    bool full;
} cx_helmert_opts;
CX_API cx_array *cx_linalg_helmert(int64_t n, cx_device d, const cx_helmert_opts *o);
/** Leslie's matrix of a population (scipy.linalg.leslie).
 *  @param f    [..., n], the first row: births.
 *  @param s    [..., n - 1], below the diagonal: who lives on.
 *  @return     New array [..., n, n] of the common dtype.
 *  Errors      SHAPE lengths, n less than 2. */
CX_API cx_array *cx_linalg_leslie(const cx_array *f, const cx_array *s);
/** Pascal's matrix of binomial coefficients (scipy.linalg.pascal) and its inverse
 * (scipy.linalg.invpascal): symmetric, or .kind "lower" or "upper". uint64, the inverse int64; with
 * .inexact float64. Errors      ARGUMENT n negative, kind; UNSUPPORTED n > 34 without .inexact.
 *  @return     New array [n, n].
 *  Accuracy    float64: within 2 n eps of each number. */
typedef struct cx_pascal_opts {
    size_t struct_size;
    const char *kind;
    bool inexact;
} cx_pascal_opts;
CX_API cx_array *cx_linalg_pascal(int64_t n, cx_device d, const cx_pascal_opts *o);
CX_API cx_array *cx_linalg_invpascal(int64_t n, cx_device d, const cx_pascal_opts *o);
/** |a[i] - a[j]| (scipy.linalg.fiedler).
 *  @param a    [..., n].
 *  @return     New array [..., n, n], real. */
CX_API cx_array *cx_linalg_fiedler(const cx_array *a);
/** A matrix of five diagonals with the characteristic polynomial whose coefficients these are,
 * highest power first (scipy.linalg.fiedler_companion).
 *  @param a    [..., n] with n at least 2.
 *  @return     New array [..., n - 1, n - 1]; whole numbers give float64.
 *  Errors      as cx_linalg_companion.   Syncs: reads whether a first coefficient is 0.
 *  Source      Fiedler, Linear Algebra Appl. 372, 2003. */
CX_API cx_array *cx_linalg_fiedler_companion(const cx_array *a);
/** The matrix whose product with v [n] is the convolution of a and v (scipy.linalg
 * .convolution_matrix), in cx_convolve's modes "full" (NULL), "same" and "valid".
 *  @param a    [..., m].
 *  @return     New array [..., m + n - 1 (full), max(m, n) (same) or |m - n| + 1 (valid), n].
 *  Errors      ARGUMENT n less than 1, mode; SHAPE a is 0-d or empty. */
CX_API cx_array *cx_linalg_convolution_matrix(const cx_array *a, int64_t n, const char *mode);
CX_END_DECLS
#endif
