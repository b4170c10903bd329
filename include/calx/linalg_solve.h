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
CX_END_DECLS
#endif
