/* Systems of equations whose matrices have a structure: SciPy's solvers. The last two dimensions of
 * a matrix argument are the matrix, the ones before them a batch.
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. Errors DTYPE
 * categories and 16-bit floats; DEVICE mixed; NOMEM; UNSUPPORTED where the device's backend has no
 * such routine. NaN and infinities give NaN and infinities. In _into forms out has exactly the
 * result's shape, takes a same_kind cast, and must not share memory with an input (OVERLAP). */
#ifndef CALX_LINALG_SOLVE_H
#define CALX_LINALG_SOLVE_H
#include <calx/array.h>

CX_BEGIN
/** The system that a matrix stands for (SciPy's trans): a x = b, a^T x = b, a^H x = b. */
typedef enum cx_trans { CX_TRANS_N, CX_TRANS_T, CX_TRANS_C } cx_trans;

/** Solve a x = b for triangular a (scipy.linalg.solve_triangular). Of a only the upper triangle is
 * read, with .lower the lower one; with .unit_diagonal not its diagonal, which counts as ones.
 *  @param a    [..., n, n], in rows or columns as it comes.
 *  @param b    [n], or [..., n, k]; batches are broadcast.
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE a not square or sizes differ; SINGULAR a zero on the diagonal, with the
 * matrix's index and the zero's place; ARGUMENT trans.
 *  Device      cpu: OpenBLAS trsm over groups of right-hand sides. cuda: cuBLAS trsm, trsmBatched.
 *  Syncs       reads whether a diagonal has a zero.
 *  Accuracy    |b - a x| <= 2 n eps |a| |x|.
 *  Source      Golub and Van Loan, Matrix Computations, 3.1. */
typedef struct cx_solve_triangular_opts {
    size_t struct_size;
    cx_trans trans;
    bool lower, unit_diagonal;
} cx_solve_triangular_opts;
CX_API cx_array *cx_linalg_solve_triangular(const cx_array *a, const cx_array *b,
                                            const cx_solve_triangular_opts *o);
CX_API CX_MUST cx_status cx_linalg_solve_triangular_into(const cx_array *a, const cx_array *b,
                                                         const cx_solve_triangular_opts *o,
                                                         cx_array *out);
/** Solve a x = b for a of a known structure (scipy.linalg.solve). assume_a    "general" (NULL;
 * "gen"), "diagonal", "tridiagonal", "banded", "upper triangular", "lower triangular", "symmetric"
 * ("sym"), "hermitian" ("her"), "positive definite" ("pos"). What the structure says is 0 is not
 * looked at; of the last three the upper triangle is read, with .lower the lower one. With
 * .transposed a^T x = b.
 *  @param a    [..., n, n].
 *  @param b    [n], or [..., n, k]; batches are broadcast.
 *  @return     New array shaped like b (after broadcasting).
 *  Errors      SHAPE a not square or sizes differ; ARGUMENT assume_a; SINGULAR, or not positive
 * definite.
 *  Device      cpu: LAPACK's routines for each, symmetric and Hermitian ones as general. cuda:
 * tridiagonal and banded ones as general too.
 *  Syncs       reads what tells a singular matrix, and with "banded" how wide the band is.
 *  Accuracy    |b - a x| <= 8 n eps |a| |x|. */
typedef struct cx_solve_opts {
    size_t struct_size;
    const char *assume_a;
    bool lower, transposed;
} cx_solve_opts;
CX_API cx_array *cx_linalg_solve_with(const cx_array *a, const cx_array *b, const cx_solve_opts *o);
CX_END_DECLS
#endif
