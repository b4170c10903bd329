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
#include <calx/linalg.h>
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

/* ---- QR and RQ */
/** What of an orthogonal factorisation is wanted, SciPy's mode: square q, or q of k columns (rows),
 * or the triangle alone (of the shape that FULL gives it), without q. */
typedef enum cx_factor_mode { CX_FACTOR_FULL, CX_FACTOR_ECONOMIC, CX_FACTOR_R } cx_factor_mode;
/** QR with exchanges of columns (scipy.linalg.qr with pivoting=True): the columns p of a are q r,
 * and the numbers on r's diagonal fall in size, which shows the rank.
 *  @param a    [..., m, n].
 *  @return     q [..., m, m], r [..., m, n], or economic q [..., m, k], r [..., k, n]; p [..., n].
 *  Errors      ARGUMENT mode, or a has a NaN or an infinity.
 *  Device      cpu: LAPACK geqp3. cuda: UNSUPPORTED, cuSOLVER has none.   Syncs: reads whether a is
 * finite.
 *  Accuracy    |a[:, p] - q r| <= 4 m eps |a|, |q^H q - 1| <= 4 m eps.
 *  Source      Golub and Van Loan, Matrix Computations, 5.4. */
typedef struct cx_qr_pivoted_opts {
    size_t struct_size;
    cx_factor_mode mode;
} cx_qr_pivoted_opts;
typedef struct cx_qr_pivoted {
    cx_array *q, *r, *p;
} cx_qr_pivoted;
CX_API cx_qr_pivoted cx_linalg_qr_pivoted(const cx_array *a, const cx_qr_pivoted_opts *o);
/** QR of a, and c times its q of k columns without forming q (scipy.linalg.qr_multiply): c q, or
 * with .left q c; with .conjugate by the conjugate of q.
 *  @param a    [..., m, n].
 *  @param c    [..., i, m] or [m]; with .left [..., k, i] or [k]; batches are broadcast.
 *  @return     cq [..., i, k] or [k], with .left [..., m, i] or [m]; r [..., k, n]; p [..., n] with
 * .pivoting, as above, else not asked for.
 *  Errors      SHAPE sizes differ; with .pivoting ARGUMENT a has a NaN or an infinity.
 *  Device      cpu: LAPACK geqrf (geqp3) and ormqr. cuda: cuSOLVER, without .pivoting. */
typedef struct cx_qr_multiply_opts {
    size_t struct_size;
    bool left, pivoting, conjugate;
} cx_qr_multiply_opts;
typedef struct cx_qr_product {
    cx_array *cq, *r, *p;
} cx_qr_product;
CX_API cx_qr_product cx_linalg_qr_multiply(const cx_array *a, const cx_array *c,
                                           const cx_qr_multiply_opts *o);
/** RQ (scipy.linalg.rq): a = r q with upper triangular r (its last diagonal ends in the last
 * corner) and orthonormal rows in q.
 *  @param a    [..., m, n].
 *  @return     r [..., m, n], q [..., n, n], or economic r [..., m, k], q [..., k, n].
 *  Errors      ARGUMENT mode.
 *  Accuracy    |a - r q| <= 4 n eps |a|, |q q^H - 1| <= 4 n eps. */
typedef struct cx_rq_opts {
    size_t struct_size;
    cx_factor_mode mode;
} cx_rq_opts;
typedef struct cx_rq {
    cx_array *r, *q;
} cx_rq;
CX_API cx_rq cx_linalg_rq(const cx_array *a, const cx_rq_opts *o);

/* ---- Hermitian matrices */
/** Bunch and Kaufman's factors of Hermitian, also indefinite matrices (scipy.linalg.ldl): a = lu d
 * lu^H, or with .symmetric a = lu d lu^T of a complex symmetric a. Only the lower triangle is read,
 * with .upper the upper one; the imaginary parts on a Hermitian diagonal are not looked at.
 *  @param a    [..., n, n].
 *  @return     lu and d like a, d with blocks of 1 and 2 on its diagonal; perm [..., n]: the rows
 * perm of lu are a lower (.upper: upper) triangle with ones on its diagonal.
 *  Errors      SHAPE not square; ARGUMENT a has a NaN or an infinity.
 *  Device      cpu: LAPACK sytrf, hetrf. cuda: UNSUPPORTED.   Syncs: reads whether a is finite.
 *  Accuracy    |a - lu d lu^H| <= 8 n eps |a|.
 *  Source      Bunch and Kaufman, Math. Comp. 31, 1977. */
typedef struct cx_ldl_opts {
    size_t struct_size;
    bool upper, symmetric;
} cx_ldl_opts;
typedef struct cx_ldl {
    cx_array *lu, *d, *perm;
} cx_ldl;
CX_API cx_ldl cx_linalg_ldl(const cx_array *a, const cx_ldl_opts *o);
/** Eigenvalues (rising) and eigenvectors of Hermitian matrices, or of pairs of them (scipy.linalg.
 * eigh): a v = w b v, for .type 2 a b v = w v, for .type 3 b a v = w v, with v^H b v = 1 (type 3:
 * v^H b^-1 v = 1). Of both only the lower triangle is read, with .upper the upper one.
 *  @param a    [..., n, n].
 *  @param b    [..., n, n], positive definite, of a's shape; NULL: one matrix alone, v^H v = 1.
 *  .by_index   only those numbered index[0] to index[1], both included, from 0.
 *  .by_value   only those above value[0] and not above value[1].
 *  @return     w [..., c], real; v [..., n, c]; c = n if no subset is asked for.
 *  Errors      SHAPE not square, shapes differ, by_value: a batch has different numbers of them;
 * SINGULAR b is not positive definite; ARGUMENT type, both subsets, or one out of order;
 * CONVERGENCE, also for a with NaN or infinity.
 *  Syncs       reads the solver's status, and with by_value the counts.
 *  Accuracy    |a v - b v w| <= 8 n eps |a| |b| |b^-1|.
 *  Source      Golub and Van Loan, Matrix Computations, 8.7. */
typedef struct cx_eigh_with_opts {
    size_t struct_size;
    int type; /* 1, 2, 3; 0: 1 */
    bool upper, by_index, by_value;
    int64_t index[2];
    double value[2];
} cx_eigh_with_opts;
CX_API cx_eigh cx_linalg_eigh_with(const cx_array *a, const cx_array *b,
                                   const cx_eigh_with_opts *o);
CX_API cx_array *cx_linalg_eigvalsh_with(const cx_array *a, const cx_array *b,
                                         const cx_eigh_with_opts *o);
CX_END_DECLS
#endif
