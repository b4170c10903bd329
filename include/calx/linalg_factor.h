/* Factorisations as SciPy gives them: LU, Cholesky for later solves, QR with exchanges of columns,
 * RQ, LDL^H, and eigenvalues of pairs of Hermitian matrices. The last two dimensions of a matrix
 * argument are the matrix, the ones before them a batch; k = min(m, n).
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. Errors DTYPE
 * categories and 16-bit floats; SHAPE fewer than 2 dimensions; DEVICE mixed; NOMEM; UNSUPPORTED
 * where the device's backend has no such routine. Functions that return several arrays return them
 * in a struct by value, all nil on error; a part that was not asked for is nil without a mark on
 * the scope. Indices are int64. */
#ifndef CALX_LINALG_FACTOR_H
#define CALX_LINALG_FACTOR_H
#include <calx/linalg_solve.h>

CX_BEGIN
/* ---- LU */
/** LU with partial pivoting (scipy.linalg.lu): a = p l u, with l unit lower and u upper triangular
 * or trapezoidal. NaN and infinities give NaN and infinities.
 *  @param a    [..., m, n].
 *  @return     p [..., m, m], real; l [..., m, k]; u [..., k, n]. With .p_indices p is [..., m]
 * such that row i of a is row p[i] of l u; with .permute_l l is the product of p and l, and p is
 * not asked for. Device      cpu: LAPACK getrf. cuda: cuSOLVER getrf; many small ones by cuBLAS.
 *  Accuracy    |a - p l u| <= 4 k eps |l| |u|.
 *  Source      Golub and Van Loan, Matrix Computations, 3.4. */
typedef struct cx_lu_opts {
    size_t struct_size;
    bool permute_l, p_indices;
} cx_lu_opts;
typedef struct cx_lu {
    cx_array *p, *l, *u;
} cx_lu;
CX_API cx_lu cx_linalg_lu(const cx_array *a, const cx_lu_opts *o);
/** The same for later solves (scipy.linalg.lu_factor): lu [..., m, n] has u in and above its
 * diagonal and l, without its ones, below; piv [..., k]: rows i and piv[i] were exchanged, one pair
 * after the other. lu lies in columns. A singular matrix is no error here. */
typedef struct cx_lu_factors {
    cx_array *lu, *piv;
} cx_lu_factors;
CX_API cx_lu_factors cx_linalg_lu_factor(const cx_array *a);
/** Solve a x = b, a^T x = b or a^H x = b by the factors of a (scipy.linalg.lu_solve).
 *  @param lu   [..., n, n], as from cx_linalg_lu_factor, in any layout.
 *  @param piv  [..., n] of integers, of lu's batch.
 *  @param b    [n], or [..., n, k]; batches are broadcast.
 *  @return     New array shaped like b (after broadcasting); infinities and NaN where a is
 * singular. Errors      SHAPE lu not square or sizes differ; DTYPE piv is no integer array;
 * ARGUMENT trans. Accuracy    |b - a x| <= 8 n eps |l| |u| |x|. */
typedef struct cx_lu_solve_opts {
    size_t struct_size;
    cx_trans trans;
} cx_lu_solve_opts;
CX_API cx_array *cx_linalg_lu_solve(const cx_array *lu, const cx_array *piv, const cx_array *b,
                                    const cx_lu_solve_opts *o);

/* ---- Cholesky */
/** Cholesky factor for later solves (scipy.linalg.cho_factor): u of a = u^H u, or with .lower l of
 * a = l l^H. Only that triangle of a is read; the other one of the result is zeros (SciPy's keeps
 * what was there).
 *  @param a    [..., n, n].
 *  @return     New array like a.
 *  Errors      SHAPE not square; SINGULAR not positive definite, with the order of the leading
 * minor.
 *  Accuracy    |a - l l^H| <= 2 n eps |a|. */
typedef struct cx_cho_opts {
    size_t struct_size;
    bool lower;
} cx_cho_opts;
CX_API cx_array *cx_linalg_cho_factor(const cx_array *a, const cx_cho_opts *o);
/** Solve a x = b by the Cholesky factor c of a (scipy.linalg.cho_solve); .lower says which one it
 * is, as it did to cx_linalg_cho_factor.
 *  @param c    [..., n, n]; only that triangle is read.
 *  @param b    [n], or [..., n, k]; batches are broadcast.
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE c not square or sizes differ.
 *  Accuracy    |b - a x| <= 8 n eps |a| |x|. */
CX_API cx_array *cx_linalg_cho_solve(const cx_array *c, const cx_array *b, const cx_cho_opts *o);
CX_END_DECLS
#endif
