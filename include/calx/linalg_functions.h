/* Functions of matrices, and bases and factors that hang on singular values: SciPy's expm, cosm,
 * polar, orth and their kin. The last two dimensions are a matrix, the ones before them a batch.
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. Errors DTYPE
 * categories, 16-bit floats unless said otherwise; SHAPE fewer than 2 dimensions; NOMEM. Device
 * any, as far as its backend has what they are made of: matmul, solve, svd, eigh. */
#ifndef CALX_LINALG_FUNCTIONS_H
#define CALX_LINALG_FUNCTIONS_H
#include <calx/array.h>

CX_BEGIN
/** Exponentials of square matrices (scipy.linalg.expm), all of a batch together: each is scaled and
 * squared as often as it needs, of the approximation that the hardest one needs. NaN and infinities
 * give NaN, but for diagonal matrices, whose numbers stand alone.
 *  @param a    [..., n, n], or one number; the 16-bit floats are taken as float32.
 *  @return     New array like a.
 *  Errors      SHAPE not square.   Syncs: reads the degree and the number of squarings.
 *  Accuracy    backward error: exp(a + e) with |e| <= n eps |a|, times what squaring adds.
 *  Source      Al-Mohy and Higham, SIAM J. Matrix Anal. Appl. 31, 2009, algorithm 5.1. */
CX_API cx_array *cx_linalg_expm(const cx_array *a);
/** Cosine, sine and tangent of square matrices and the hyperbolic ones (scipy.linalg.cosm, sinm,
 * tanm, coshm, sinhm, tanhm), through cx_linalg_expm; the tangents solve with the cosine.
 *  @param a    [..., n, n].
 *  @return     New array like a.
 *  Errors      SHAPE not square; SINGULAR where a cosine is.   Syncs. */
CX_API cx_array *cx_linalg_cosm(const cx_array *a);
CX_API cx_array *cx_linalg_sinm(const cx_array *a);
CX_API cx_array *cx_linalg_tanm(const cx_array *a);
CX_API cx_array *cx_linalg_coshm(const cx_array *a);
CX_API cx_array *cx_linalg_sinhm(const cx_array *a);
CX_API cx_array *cx_linalg_tanhm(const cx_array *a);

/** Polar decomposition (scipy.linalg.polar): a = u p, or a = p u with .left, with orthonormal
 * columns or rows in u and p Hermitian, no eigenvalue below 0.
 *  @param a    [..., m, n].
 *  @return     u like a; p [..., n, n], or [..., m, m] with .left.
 *  Errors      CONVERGENCE, also for a with NaN.
 *  Accuracy    |a - u p| <= 16 max(m, n) eps |a|. */
typedef struct cx_polar_opts {
    size_t struct_size;
    bool left;
} cx_polar_opts;
typedef struct cx_polar {
    cx_array *u, *p;
} cx_polar;
CX_API cx_polar cx_linalg_polar(const cx_array *a, const cx_polar_opts *o);
/** Orthonormal bases of a's columns (scipy.linalg.orth: [..., m, r]) and of what a takes to 0
 * (scipy.linalg.null_space: [..., n, n - r]); r counts the singular values above rcond (not set:
 * eps max(m, n)) times the largest.
 *  @param a    [..., m, n].
 *  Errors      SHAPE the ranks of a batch differ, or it is empty; CONVERGENCE.
 *  Syncs       reads the ranks. */
typedef struct cx_orth_opts {
    size_t struct_size;
    cx_maybe_f64 rcond;
} cx_orth_opts;
CX_API cx_array *cx_linalg_orth(const cx_array *a, const cx_orth_opts *o);
CX_API cx_array *cx_linalg_null_space(const cx_array *a, const cx_orth_opts *o);
/** Angles between what the columns of a and of b span (scipy.linalg.subspace_angles), in radians,
 * falling; small ones from sines and large ones from cosines, each where it is exact.
 *  @param a    [..., m, n].
 *  @param b    [..., m, k]; batches are broadcast.
 *  @return     New real array [..., min(rank of a, rank of b)].
 *  Errors      SHAPE numbers of rows differ, ranks of a batch differ; DEVICE mixed; CONVERGENCE.
 *  Syncs       reads the ranks.
 *  Source      Knyazev and Argentati, SIAM J. Sci. Comput. 23, 2002. */
CX_API cx_array *cx_linalg_subspace_angles(const cx_array *a, const cx_array *b);
/** Pseudo-inverse of Hermitian matrices by their eigenvalues (scipy.linalg.pinvh): those of a size
 * up to atol + rtol (not set: n eps) times the largest one's are left out. Only the lower triangle
 * is read, with .upper the upper one.
 *  @param a    [..., n, n].
 *  @return     New array like a.
 *  Errors      SHAPE not square; ARGUMENT atol or rtol negative; CONVERGENCE. */
typedef struct cx_pinvh_opts {
    size_t struct_size;
    bool upper;
    double atol;
    cx_maybe_f64 rtol;
} cx_pinvh_opts;
CX_API cx_array *cx_linalg_pinvh(const cx_array *a, const cx_pinvh_opts *o);
/** Moore-Penrose inverses with the ranks that they took (scipy.linalg.pinv and pinvh with
 * return_rank): singular values, or eigenvalues by size, up to atol + rtol (not set: max(m, n) eps)
 * times the largest are left out. o->upper is for pinvh.
 *  @param a    [..., m, n]; of pinvh [..., n, n] Hermitian.
 *  @return     pinv [..., n, m]; rank [...], int64.
 *  Errors      SHAPE; ARGUMENT atol or rtol negative; CONVERGENCE, also for a with NaN. */
typedef struct cx_pinv_ranked {
    cx_array *pinv, *rank;
} cx_pinv_ranked;
CX_API cx_pinv_ranked cx_linalg_pinv_ranked(const cx_array *a, const cx_pinvh_opts *o);
CX_API cx_pinv_ranked cx_linalg_pinvh_ranked(const cx_array *a, const cx_pinvh_opts *o);
/** The unitary r for which |a r - b| is least (scipy.linalg.orthogonal_procrustes), and the sum of
 * the singular values of a^H b.
 *  @param a, b [..., m, n], of one shape.
 *  @return     r [..., n, n]; scale [...], real.
 *  Errors      SHAPE; DEVICE mixed; CONVERGENCE.
 *  Source      Schoenemann, Psychometrika 31, 1966. */
typedef struct cx_procrustes {
    cx_array *r, *scale;
} cx_procrustes;
CX_API cx_procrustes cx_linalg_orthogonal_procrustes(const cx_array *a, const cx_array *b);

/* ---- through the Schur form. Computed in double precision whatever a's. Of a real a the result is
 * real where it can be, by the rule that each names, for all of a batch alike. Errors also ARGUMENT
 * a has a NaN or an infinity; CONVERGENCE; UNSUPPORTED on cuda, whose library has no Schur form.
 * Syncs: reads whether a is finite, whether results are real, and info. */
/** Principal square roots (scipy.linalg.sqrtm): x x = a, no eigenvalue left of the imaginary axis.
 * Real where a is and has no negative eigenvalue. A singular a has one if its eigenvalues 0 allow
 * it; the root is then found as far as roundoff lets it, and where there is none the result holds
 * very large numbers, infinities or NaN.
 *  @param a    [..., n, n].
 *  @return     New array like a, or complex.
 *  Accuracy    |x x - a| <= 8 n eps |x|^2.
 *  Source      Deadman, Higham and Ralha, LNCS 7782, 2013; Higham, Linear Algebra Appl. 88, 1987.
 */
CX_API cx_array *cx_linalg_sqrtm(const cx_array *a);
/** Principal logarithms (scipy.linalg.logm): expm(x) = a, imaginary parts of eigenvalues in
 * (-pi, pi]. Real where a is and has no negative eigenvalue. Eigenvalues that are exactly 0 are
 * taken as 1e-20.
 *  Source      Al-Mohy and Higham, SIAM J. Sci. Comput. 34, 2012. */
CX_API cx_array *cx_linalg_logm(const cx_array *a);
/** a to the power p (scipy.linalg.fractional_matrix_power): whole p by cx_linalg_matrix_power, else
 * the principal power. Real where a is and has no negative eigenvalue.
 *  Errors      SINGULAR p < 0 and a has an eigenvalue 0; ARGUMENT p not finite.
 *  Source      Higham and Lin, SIAM J. Matrix Anal. Appl. 32, 2011 and 34, 2013. */
CX_API cx_array *cx_linalg_fractional_matrix_power(const cx_array *a, double p);
/** The matrix sign (scipy.linalg.signm): eigenvalues become 1, -1, or 0 where their real part is at
 * most 1000 eps times the largest eigenvalue's size. Real where a is.
 *  Accuracy    |x x - 1| <= 8 n eps |x|^2 where no sign is 0.
 *  Source      Higham, Functions of Matrices, algorithm 5.5. */
CX_API cx_array *cx_linalg_signm(const cx_array *a);
/** fn of a matrix (scipy.linalg.funm) by Parlett's recurrence: good where the eigenvalues are apart
 * from each other; of equal ones and of derivatives it knows nothing. fn is called on this thread,
 * once for each eigenvalue. Real where a is and fn(conj(x)) = conj(fn(x)) for its eigenvalues.
 *  Errors      ARGUMENT fn NULL.
 *  Source      Golub and Van Loan, Matrix Computations, 9.1. */
typedef cx_complex128 cx_matrix_fn(cx_complex128 x, void *ctx);
CX_API cx_array *cx_linalg_funm(const cx_array *a, cx_matrix_fn *fn, void *ctx);

/* ---- derivatives of the exponential; any device */
/** The exponential of a and its derivative at a in the direction e (scipy.linalg.expm_frechet);
 * batches are broadcast.
 *  @param a, e [..., n, n].
 *  @return     expm, frechet [..., n, n].   Syncs: reads the number of squarings.
 *  Source      Al-Mohy and Higham, SIAM J. Matrix Anal. Appl. 30, 2009, algorithm 6.4. */
typedef struct cx_expm_frechet {
    cx_array *expm, *frechet;
} cx_expm_frechet;
CX_API cx_expm_frechet cx_linalg_expm_frechet(const cx_array *a, const cx_array *e);
/** Relative condition number of the exponential in the Frobenius norm (scipy.linalg.expm_cond);
 * n^4 numbers are held a matrix.
 *  @param a    [..., n, n].
 *  @return     New real array [...]. */
CX_API cx_array *cx_linalg_expm_cond(const cx_array *a);
CX_END_DECLS
#endif
