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
CX_END_DECLS
#endif
