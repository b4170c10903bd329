/* Matrix equations: Sylvester's, Lyapunov's, Riccati's (scipy.linalg.solve_sylvester and its kin).
 * The last two dimensions are a matrix, the ones before them a batch; batches are broadcast.
 *
 * Every function takes f32, f64, c64 and c128 and returns the common dtype; bool and integers are
 * taken as f64. Errors DTYPE categories, 16-bit floats; SHAPE; DEVICE mixed; ARGUMENT an argument
 * has a NaN or an infinity; SINGULAR where there is no solution, or no unique one; CONVERGENCE;
 * UNSUPPORTED on cuda, whose library has no Schur form, but for
 * cx_linalg_solve_discrete_lyapunov's direct method; NOMEM. Syncs: reads whether arguments are
 * finite, and info. */
#ifndef CALX_LINALG_EQUATIONS_H
#define CALX_LINALG_EQUATIONS_H
#include <calx/array.h>

CX_BEGIN
/** x with a x + x b = q (scipy.linalg.solve_sylvester).
 *  @param a    [..., m, m].
 *  @param b    [..., n, n].
 *  @param q    [..., m, n].
 *  @return     New array [..., m, n].
 *  Errors      SINGULAR an eigenvalue of a is, to working precision, one of -b.
 *  Accuracy    |a x + x b - q| <= 16 max(m, n) eps (|a| + |b|) |x|.
 *  Source      Bartels and Stewart, Comm. ACM 15, 1972, over halves of the Schur forms. */
CX_API cx_array *cx_linalg_solve_sylvester(const cx_array *a, const cx_array *b, const cx_array *q);
/** x with a x + x a^H = q (scipy.linalg.solve_continuous_lyapunov, solve_lyapunov).
 *  @param a, q [..., n, n].
 *  @return     New array [..., n, n].
 *  Errors      SINGULAR two eigenvalues of a (one may be taken twice) with l1 + conj(l2) near 0.
 *  Accuracy    |a x + x a^H - q| <= 32 n eps |a| |x|. */
CX_API cx_array *cx_linalg_solve_continuous_lyapunov(const cx_array *a, const cx_array *q);
/** x with a x a^H - x + q = 0 (scipy.linalg.solve_discrete_lyapunov): DIRECT solves the n^2
 * equations as they are, BILINEAR goes over to a continuous equation; AUTO is DIRECT for n < 10.
 *  @param a, q [..., n, n].
 *  @return     New array [..., n, n].
 *  Errors      SINGULAR two eigenvalues with l1 conj(l2) = 1; for BILINEAR also one of -1. */
typedef enum cx_lyapunov_method {
    CX_LYAPUNOV_AUTO,
    CX_LYAPUNOV_DIRECT,
    CX_LYAPUNOV_BILINEAR
} cx_lyapunov_method;
typedef struct cx_lyapunov_opts {
    size_t struct_size;
    cx_lyapunov_method method;
} cx_lyapunov_opts;
CX_API cx_array *cx_linalg_solve_discrete_lyapunov(const cx_array *a, const cx_array *q,
                                                   const cx_lyapunov_opts *o);
/** The stabilising x of e^H x a + a^H x e - (e^H x b + s) r^-1 (b^H x e + s^H) + q = 0
 * (scipy.linalg.solve_continuous_are), and of
 * a^H x a - e^H x e - (a^H x b + s) (r + b^H x b)^-1 (b^H x a + s^H) + q = 0
 * (scipy.linalg.solve_discrete_are). x is Hermitian. Computed in double precision.
 * e, s           NULL: 1 and 0.
 * not_balanced   without balancing the pencil first.
 *  @param a, q [..., m, m]; q Hermitian.
 *  @param b    [..., m, n].
 *  @param r    [..., n, n], Hermitian; of the continuous equation regular.
 *  @return     New array [..., m, m].
 *  Errors      ARGUMENT q or r not Hermitian; SINGULAR r or e is, or there is no finite stabilising
 * solution: the pencil has eigenvalues on the imaginary axis, or the unit circle, or near it.
 *  Source      Van Dooren, SIAM J. Sci. Stat. Comput. 2, 1981; balancing: Benner, SIAM J. Sci.
 * Comput. 22, 2001. */
typedef struct cx_riccati_opts {
    size_t struct_size;
    const cx_array *e, *s;
    bool not_balanced;
} cx_riccati_opts;
CX_API cx_array *cx_linalg_solve_continuous_are(const cx_array *a, const cx_array *b,
                                                const cx_array *q, const cx_array *r,
                                                const cx_riccati_opts *o);
CX_API cx_array *cx_linalg_solve_discrete_are(const cx_array *a, const cx_array *b,
                                              const cx_array *q, const cx_array *r,
                                              const cx_riccati_opts *o);
CX_END_DECLS
#endif
