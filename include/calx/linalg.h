/* Matrix products and linear algebra: NumPy's matmul, dot and numpy.linalg. The last two dimensions
 * of an array are a matrix, the ones before them the batch ("stacked matrices"); size 0 is allowed
 * wherever NumPy allows it.
 *
 * Products take every dtype but CX_CAT (integers wrap, bool is or of ands, f16 and bf16 accumulate
 * in f32). The cx_linalg_ functions take f32, f64, c64 and c128; bool and integers are taken as
 * f64, the 16-bit floats are a DTYPE error as in NumPy. Inputs are never modified. On the CPU the
 * bits of a result do not depend on the number of threads.
 *
 * Every function: Errors DTYPE, DEVICE mixed, NOMEM; UNSUPPORTED where a size is past LAPACK's
 * 32-bit integers, with the sizes. Device cpu: OpenBLAS and its LAPACK, single-threaded inside,
 * tiles over the pool; cuda: cuBLAS and cuSOLVER, stacks of matrices of up to 32 x 32 by kernels of
 * our own. Syncs: what reads a status (SINGULAR, CONVERGENCE) waits for the result. Functions that
 * return several arrays return them in a struct by value, all nil on error. In _into forms out has
 * exactly the result's shape, takes a same_kind cast, and must not share memory with an input
 * (OVERLAP). */
#ifndef CALX_LINALG_H
#define CALX_LINALG_H
#include <calx/array.h>
#include <calx/reduce.h>

CX_BEGIN
/* ---- products */
/** Matrix product (numpy.matmul): batch dimensions are broadcast; a 1-d operand is a row on the
 * left and a column on the right, and that dimension is dropped from the result.
 *  @param a    [..., m, k] or [k].
 *  @param b    [..., k, n] or [k].
 *  @return     New array [..., m, n] of the common dtype.
 *  Errors      SHAPE 0-d operand, inner extents differ, batch not broadcastable.
 *  Accuracy    |c - a b| <= k eps |a| |b| elementwise. */
CX_API cx_array *cx_matmul(const cx_array *a, const cx_array *b);
CX_API CX_MUST cx_status cx_matmul_into(const cx_array *a, const cx_array *b, cx_array *out);
/** numpy.dot: 1-d with 1-d the sum of products, 2-d the matrix product, 0-d (or a weak scalar) the
 * product; otherwise the sum over the last axis of a and the last but one of b, without
 * broadcasting: shape a.shape[:-1] + b.shape[:-2] + b.shape[-1:]. Errors      SHAPE. */
CX_API cx_array *cx_dot(const cx_array *a, const cx_array *b);
CX_API CX_MUST cx_status cx_dot_into(const cx_array *a, const cx_array *b, cx_array *out);
/** numpy.vdot: both flattened in C order, a conjugated; 0-d.
 *  Errors      SHAPE sizes differ. */
CX_API cx_array *cx_vdot(const cx_array *a, const cx_array *b);
/** numpy.inner: sum over the last axes of both.
 *  Errors      SHAPE last extents differ. */
CX_API cx_array *cx_inner(const cx_array *a, const cx_array *b);
/** numpy.outer: both flattened; [a.size, b.size]. */
CX_API cx_array *cx_outer(const cx_array *a, const cx_array *b);
/** numpy.tensordot over count pairs of axes (a_axes[i] of a with b_axes[i] of b); cx_tensordot_n:
 * the last n of a with the first n of b. Errors      SHAPE extents differ; INDEX axis; ARGUMENT an
 * axis twice. */
CX_API cx_array *cx_tensordot(const cx_array *a, const cx_array *b, int count, const int *a_axes,
                              const int *b_axes);
CX_API cx_array *cx_tensordot_n(const cx_array *a, const cx_array *b, int n);

/** numpy.vecdot (numpy.linalg.vecdot): sums of products along an axis of both, a conjugated; the
 * other axes are broadcast, that axis is not.
 *  @param axis  of a and of b each, -1 the last.
 *  Errors      SHAPE 0-d, lengths differ; INDEX. */
CX_API cx_array *cx_vecdot(const cx_array *a, const cx_array *b, int axis);
/** numpy.matvec: a [..., m, n] times b [..., n] gives [..., m]. numpy.vecmat: a [..., n],
 * conjugated, times b [..., n, m] gives [..., m]. Batches are broadcast. Errors      SHAPE. */
CX_API cx_array *cx_matvec(const cx_array *a, const cx_array *b);
CX_API cx_array *cx_vecmat(const cx_array *a, const cx_array *b);
/** numpy.cross: vectors of 3 (or 2, whose third number is 0) along axisa and axisb, the result's
 * along axisc; -1 where not set. Two vectors of 2 give the third number alone, without that axis.
 *  Errors      SHAPE lengths other than 2 and 3, not broadcastable; INDEX; DTYPE bool. */
typedef struct cx_cross_opts {
    size_t struct_size;
    cx_maybe_i64 axisa, axisb, axisc;
} cx_cross_opts;
CX_API cx_array *cx_cross(const cx_array *a, const cx_array *b, const cx_cross_opts *o);
/** numpy.kron: every element of a times all of b, as blocks; missing axes in front count as 1. With
 * a number (0-d or weak) the product. Errors      SHAPE more than 16 dimensions. */
CX_API cx_array *cx_kron(const cx_array *a, const cx_array *b);
/** Product of two or more matrices in the cheapest order (numpy.linalg.multi_dot); the first may be
 * a row and the last a column given by one dimension. Errors      ARGUMENT fewer than two; SHAPE.
 * Source      Cormen et al., Introduction to Algorithms, 15.2. */
CX_API cx_array *cx_linalg_multi_dot(cx_arrays matrices);
CX_API CX_MUST cx_status cx_linalg_multi_dot_into(cx_arrays matrices, cx_array *out);

/* ---- equations */
/** Solve A X = B for square A by LU with partial pivoting (numpy.linalg.solve; NumPy 2: b is a
 * vector only if it is 1-d).
 *  @param a    [..., n, n].
 *  @param b    [n], or [..., n, k]; batches are broadcast.
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE a not square or sizes differ; SINGULAR zero pivot, with the matrix's index and
 * the pivot's. Accuracy    |b - A x| <= 8 n eps |A| |x|. Source      Golub and Van Loan, Matrix
 * Computations, 3.4. */
CX_API cx_array *cx_linalg_solve(const cx_array *a, const cx_array *b);
CX_API CX_MUST cx_status cx_linalg_solve_into(const cx_array *a, const cx_array *b, cx_array *out);
/** Inverse of square matrices (numpy.linalg.inv).
 *  Errors      SHAPE not square; SINGULAR.
 *  Accuracy    |a x - 1| <= 8 n eps |a| |x|. */
CX_API cx_array *cx_linalg_inv(const cx_array *a);
CX_API CX_MUST cx_status cx_linalg_inv_into(const cx_array *a, cx_array *out);
/** Least squares (numpy.linalg.lstsq, scipy.linalg.lstsq): x with the least |x| among those with
 * the least |b - a x|, by the SVD, or by QR with exchanges of columns (SciPy's lapack_driver
 * "gelsy"). rcond       singular values up to rcond times the largest count as 0; not set: eps *
 * max(m, n) (SciPy's is eps); negative: eps. By QR: columns beyond a condition of 1 / rcond do.
 *  @param a    [..., m, n].
 *  @param b    [m], or [..., m, k]; batches are broadcast.
 *  @return     x [n] or [..., n, k]; residuals [k] (sums of squares; empty unless the rank is n and
 * m > n; [1] for 1-d b; of a batch [..., k], empty unless so for all; by QR empty); rank [...],
 * int64; s [..., min(m, n)], the singular values, by QR not asked for.
 *  Errors      SHAPE; CONVERGENCE; ARGUMENT the driver, or by QR a has a NaN or an infinity;
 * UNSUPPORTED by QR on CUDA.   Syncs: reads the ranks.
 *  Source      LAPACK gelsd, gelsy. */
typedef enum cx_lstsq_driver { CX_LSTSQ_SVD, CX_LSTSQ_QR } cx_lstsq_driver;
typedef struct cx_lstsq_opts {
    size_t struct_size;
    cx_maybe_f64 rcond;
    cx_lstsq_driver driver;
} cx_lstsq_opts;
typedef struct cx_lstsq {
    cx_array *x, *residuals, *rank, *s;
} cx_lstsq;
CX_API cx_lstsq cx_linalg_lstsq(const cx_array *a, const cx_array *b, const cx_lstsq_opts *o);

/* ---- factorisations */
/** Cholesky factor (numpy.linalg.cholesky): L of a = L L^H, or U of a = U^H U with .upper. Only
 * that triangle of a is read. Errors      SHAPE not square; SINGULAR not positive definite, with
 * the order of the leading minor. Accuracy    |a - L L^H| <= 2 n eps |a|. */
typedef struct cx_cholesky_opts {
    size_t struct_size;
    bool upper;
} cx_cholesky_opts;
CX_API cx_array *cx_linalg_cholesky(const cx_array *a, const cx_cholesky_opts *o);
CX_API CX_MUST cx_status cx_linalg_cholesky_into(const cx_array *a, const cx_cholesky_opts *o,
                                                 cx_array *out);
/** QR by Householder reflections (numpy.linalg.qr). Mode reduced: q [..., m, k], r [..., k, n] with
 * k = min(m, n); complete: q [..., m, m], r [..., m, n]; R: r [..., k, n] alone, q is nil with
 * CX_OK's meaning of "not asked" (cx_status_of(q) == CX_E_ARGUMENT). Errors      SHAPE fewer than 2
 * dimensions. Accuracy    |a - q r| <= 4 m eps |a|, |q^H q - 1| <= 4 m eps. */
typedef enum cx_qr_mode { CX_QR_REDUCED, CX_QR_COMPLETE, CX_QR_R } cx_qr_mode;
typedef struct cx_qr_opts {
    size_t struct_size;
    cx_qr_mode mode;
} cx_qr_opts;
typedef struct cx_qr {
    cx_array *q, *r;
} cx_qr;
CX_API cx_qr cx_linalg_qr(const cx_array *a, const cx_qr_opts *o);
/** Singular value decomposition a = u diag(s) vh (numpy.linalg.svd): u [..., m, m], s [..., min(m,
 * n)] falling, vh [..., n, n]; with .thin (NumPy's full_matrices=False) u [..., m, k] and vh [...,
 * k, n]. Errors      SHAPE; CONVERGENCE, also for a with NaN or infinity. Accuracy    |a - u s vh|
 * <= 8 max(m, n) eps |a|. Source      LAPACK gesdd. */
typedef struct cx_svd_opts {
    size_t struct_size;
    bool thin;
} cx_svd_opts;
typedef struct cx_svd {
    cx_array *u, *s, *vh;
} cx_svd;
CX_API cx_svd cx_linalg_svd(const cx_array *a, const cx_svd_opts *o);
/** Singular values alone (numpy.linalg.svdvals), falling. */
CX_API cx_array *cx_linalg_svdvals(const cx_array *a);
CX_API CX_MUST cx_status cx_linalg_svdvals_into(const cx_array *a, cx_array *out);
/** Eigenvalues (rising, real) and orthonormal eigenvectors (columns of v) of Hermitian matrices
 * (numpy.linalg.eigh). Only the lower triangle is read, with .upper the upper one. Errors SHAPE not
 * square; CONVERGENCE, also for a with NaN or infinity. Accuracy    |a v - v w| <= 8 n eps |a|.
 *  Source      LAPACK syevd, heevd. */
typedef struct cx_eigh_opts {
    size_t struct_size;
    bool upper;
} cx_eigh_opts;
typedef struct cx_eigh {
    cx_array *w, *v;
} cx_eigh;
CX_API cx_eigh cx_linalg_eigh(const cx_array *a, const cx_eigh_opts *o);
/** Eigenvalues alone (numpy.linalg.eigvalsh), rising. */
CX_API cx_array *cx_linalg_eigvalsh(const cx_array *a, const cx_eigh_opts *o);
CX_API CX_MUST cx_status cx_linalg_eigvalsh_into(const cx_array *a, const cx_eigh_opts *o,
                                                 cx_array *out);
/** Eigenvalues w [..., n] and right eigenvectors of length 1 (columns of v [..., n, n]) of general
 * square matrices (numpy.linalg.eig), in LAPACK's order. Of a real a both are real if all
 * eigenvalues of all matrices are, else complex. Errors      SHAPE not square; CONVERGENCE, also
 * for a with NaN or infinity; UNSUPPORTED cuda: a cuSOLVER without cusolverDnXgeev (before
 * CUDA 12.6). Syncs       reads whether a is finite, and whether all eigenvalues are real. Accuracy
 * |a v - v w| <= 8 n eps |a|. Source      LAPACK geev. */
typedef struct cx_eig {
    cx_array *w, *v;
} cx_eig;
CX_API cx_eig cx_linalg_eig(const cx_array *a);
/** Eigenvalues alone (numpy.linalg.eigvals). */
CX_API cx_array *cx_linalg_eigvals(const cx_array *a);

/* ---- numbers of a matrix */
/** Determinant by LU (numpy.linalg.det); 1 for n = 0, 0 for a singular matrix. Shape [...].
 *  Errors      SHAPE not square. */
CX_API cx_array *cx_linalg_det(const cx_array *a);
CX_API CX_MUST cx_status cx_linalg_det_into(const cx_array *a, cx_array *out);
/** Sign and logarithm of the modulus of the determinant (numpy.linalg.slogdet): 0 and -inf for a
 * singular matrix. Errors      SHAPE not square. */
typedef struct cx_slogdet {
    cx_array *sign, *logabsdet;
} cx_slogdet;
CX_API cx_slogdet cx_linalg_slogdet(const cx_array *a);
/** Vector and matrix norms (numpy.linalg.norm). Axes as in reductions: none given means the whole
 * array (1-d: a vector, 2-d: a matrix, and without an order any array as one long vector); one
 * axis: vectors; two: matrices. kind, ord   neither: 2-norm of vectors, Frobenius norm of matrices.
 * kind "fro" or "nuc" (matrices). ord: vectors any number, infinities and 0 (count of nonzeros)
 * included; matrices 1, -1, 2, -2, infinity, -infinity.
 *  @return     Real array without the axes (length 1 with how.keepdims).
 *  Errors      ARGUMENT the order is not one for these axes; INDEX; SHAPE an empty maximum. Only
 * axes and keepdims of how are taken. */
typedef struct cx_norm_opts {
    size_t struct_size;
    const char *kind;
    cx_maybe_f64 ord;
} cx_norm_opts;
CX_API cx_array *cx_linalg_norm(const cx_array *a, cx_reduce how, const cx_norm_opts *o);
CX_API CX_MUST cx_status cx_linalg_norm_into(const cx_array *a, cx_reduce how,
                                             const cx_norm_opts *o, cx_array *out);
/** Norms of vectors (numpy.linalg.vector_norm): over any number of axes as if they were one; no
 * axes: the whole array as one vector. o->ord as for vectors in cx_linalg_norm (not set: 2). Errors
 * ARGUMENT kind, or an axis twice; INDEX; SHAPE the least of nothing. */
CX_API cx_array *cx_linalg_vector_norm(const cx_array *a, cx_reduce how, const cx_norm_opts *o);
/** Norms of the matrices in the last two axes (numpy.linalg.matrix_norm); orders as for matrices in
 * cx_linalg_norm (not given: "fro"). Only keepdims of how is taken. Errors      SHAPE fewer than 2
 * dimensions; ARGUMENT the order, or axes. */
CX_API cx_array *cx_linalg_matrix_norm(const cx_array *a, cx_reduce how, const cx_norm_opts *o);
/** Number of singular values above the tolerance (numpy.linalg.matrix_rank), int64 [...]; arrays of
 * fewer than 2 dimensions: 1 unless all 0. tol         absolute; else rtol times the largest
 * singular value; neither: rtol = max(m, n) eps. Errors      CONVERGENCE. */
typedef struct cx_rank_opts {
    size_t struct_size;
    cx_maybe_f64 tol, rtol;
} cx_rank_opts;
CX_API cx_array *cx_linalg_matrix_rank(const cx_array *a, const cx_rank_opts *o);
/** Moore-Penrose inverse by the SVD (numpy.linalg.pinv): [..., n, m]. Singular values up to rcond
 * (not set: 1e-15) times the largest are left out. Errors      SHAPE; CONVERGENCE. */
typedef struct cx_pinv_opts {
    size_t struct_size;
    cx_maybe_f64 rcond;
} cx_pinv_opts;
CX_API cx_array *cx_linalg_pinv(const cx_array *a, const cx_pinv_opts *o);
/** Condition number in the 2-norm (numpy.linalg.cond(a)): largest over smallest singular value,
 * infinity for a singular matrix. Shape [...]. Errors      SHAPE empty; CONVERGENCE. */
CX_API cx_array *cx_linalg_cond(const cx_array *a);
/** The same in another norm (numpy.linalg.cond(a, p)): norm of a times norm of its inverse, or the
 * ratio of singular values for 2 and -2. Infinity for a singular matrix, NaN only if a has one.
 * Errors      SHAPE empty, or not square where the inverse is needed; ARGUMENT the order. */
CX_API cx_array *cx_linalg_cond_with(const cx_array *a, const cx_norm_opts *p);
/** a to the n-th power by repeated squaring (numpy.linalg.matrix_power); n = 0 the identity, n < 0
 * powers of the inverse. Integers keep their dtype for n >= 0. Errors      SHAPE not square;
 * SINGULAR for n < 0. */
CX_API cx_array *cx_linalg_matrix_power(const cx_array *a, int64_t n);
CX_END_DECLS
#endif
