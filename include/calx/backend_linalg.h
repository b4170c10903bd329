/* Optional groups of a backend: matrix products and factorisations.
 *
 * A matrix operand is a view whose last two dimensions are its rows and columns and whose leading
 * dimensions are the batch; the views of one call have the same batch extents (inputs may repeat by
 * zero strides). Elements are a[i][j] whatever the strides say.
 *
 * The lapack group additionally wants every matrix with unit stride along its rows or along its
 * columns, the other stride at least the extent (extents of 0 or 1: any), batch matrices disjoint;
 * outputs and overwritten operands are the caller's own memory. Factors are opaque but for what is
 * said here, and go back into the slot that reads them with the same strides.
 *
 * info is host memory, one int64 a matrix in C order of the batch: 0 fine; k > 0 as LAPACK says
 * (zero pivot number k, not positive definite at k, k values did not converge). A positive info is
 * no failure of the call: the other matrices are complete, and the caller makes the error. A
 * backend that runs late says 0 while its queue is captured or core->errors_deferred(), and
 * queue_sync delivers CX_E_SINGULAR or CX_E_CONVERGENCE. Sizes past the library's integers are
 * CX_E_UNSUPPORTED. */
#ifndef CALX_BACKEND_LINALG_H
#define CALX_BACKEND_LINALG_H
#include <calx/backend.h>

/** out[..., m, n] = alpha a[..., m, k] b[..., k, n] + beta out. All three of one dtype, any
 * strides. */
typedef struct cx_gemm_call {
    const cx_view *a, *b, *out;
    double alpha, beta; /* integers and bool: 1 and 0 only */
    bool conj_a;        /* complex: conjugate a */
} cx_gemm_call;

/** b [..., n, r] becomes the solution x of a x = b. a [..., n, n] is triangular: its other side is
 * not read, with unit neither its diagonal, which counts as ones. Each of both has unit stride
 * along rows or along columns, the other stride at least the extent, so a transposed a is a view
 * with its strides exchanged and upper the other way round; matrices of a may repeat by zero
 * strides, those of b are disjoint. f32, f64, c64, c128. A zero on the diagonal gives infinities
 * and NaN. */
typedef struct cx_trsm_call {
    const cx_view *a, *b;
    bool upper, unit;
    bool conj_a; /* complex: conjugate a */
} cx_trsm_call;

struct cx_blas_ops {
    size_t struct_size;
    /** required. Every dtype but CX_CAT: integers wrap, bool is or of ands, f16 and bf16 accumulate
     * in f32. k = 0 gives beta out. The same bits for any number of threads. */
    cx_status (*gemm)(cx_queue *q, const cx_gemm_call *c);
    /** optional (errors UNSUPPORTED where the backend has none). */
    cx_status (*trsm)(cx_queue *q, const cx_trsm_call *c);
};

/** c [..., m, r] = op(Q) c, or from the right c [..., r, m] = c op(Q): Q [m, m] of the k reflectors
 * below the diagonal of a [..., m, k] with tau [..., k], as geqrf and geqp3 left them in columns of
 * unit stride. c has columns of unit stride. */
typedef struct cx_ormqr_call {
    const cx_view *a, *tau, *c;
    bool right, adjoint; /* op(Q): Q, or its adjoint */
} cx_ormqr_call;
/** Sylvester's equations over Schur forms: op(a) x + sign x op(b) = c, op the adjoint where asked
 * for. a [..., m, m] and b [..., n, n] are upper triangular, real ones quasi-triangular in LAPACK's
 * standard form; c [..., m, n] becomes x. info 1: an eigenvalue of op(a) is (nearly) -sign times
 * one of op(b), and x is the solution of an equation nearby. */
typedef struct cx_sylvester_call {
    bool adjoint_a, adjoint_b;
    int sign; /* 1 or -1 */
    const cx_view *a, *b, *c;
    int64_t *info;
} cx_sylvester_call;

/** Functions of triangular matrices. SQRT: t real quasi-triangular (f64, no eigenvalue negative) or
 * triangular (c128). The others c128. LOG and POWER (-1 < power < 1): principal ones, zeros on the
 * diagonal taken as 1e-20 by LOG. PARLETT: the function whose values at the diagonal are
 * `values` [..., n]. SIGN: -1, 0 or 1 by the real parts of `values`. COMPLEX: t and z [..., n, n]
 * hold a real Schur form and become a complex one, whose diagonal is `values`. */
typedef enum cx_triangular_fn {
    CX_TRIANGULAR_SQRT,
    CX_TRIANGULAR_LOG,
    CX_TRIANGULAR_POWER,
    CX_TRIANGULAR_PARLETT,
    CX_TRIANGULAR_SIGN,
    CX_TRIANGULAR_COMPLEX
} cx_triangular_fn;
typedef struct cx_triangular_call {
    cx_triangular_fn fn;
    double power;
    const cx_view *t; /* [..., n, n], becomes its function; columns of unit stride */
    const cx_view *z, *values;
} cx_triangular_call;

/* Stacks for which the core asks the stack_ slots: at least so many f32 or f64 matrices, none
 * larger
 */
enum { CX_STACK_COUNT = 16, CX_STACK_N = 32 };

/** Which eigenvalues of a matrix: all ('A'), those in (low, high] ('V', low < high), or by their
 * places from 0 in rising order, first to last ('I'). */
typedef struct cx_eig_part {
    char letter;
    double low, high;
    int64_t first, last;
} cx_eig_part;

/** What a call of rotate makes 0. */
typedef struct cx_rotations {
    int64_t first; /* w NULL: from this column of a on */
    int64_t width; /* w NULL: so many diagonals below the main one */
} cx_rotations;

/* f32, f64, c64, c128 in every slot but the stack_ ones */
struct cx_lapack_ops {
    size_t struct_size;
    /** required. LU with partial pivoting of a [..., m, n] in place; m != n wants columns of unit
     * stride. pivots int32 [..., k], k = min(m, n), contiguous in the last dimension: rows i and
     * pivots[i] - 1 were exchanged, one pair after the other, so their sign is (-1) to the number
     * of positions with pivots[i] != i + 1. The diagonal of a is that of U. Of a in columns U
     * stands in and above the diagonal and L, whose diagonal is ones, below it; a in rows may hold
     * the factors of its transpose instead. info NULL: a singular matrix is none of the caller's
     * errors. */
    cx_status (*getrf)(cx_queue *q, const cx_view *a, const cx_view *pivots, int64_t *info);
    /** required. b [..., n, r] becomes the solution of a x = b. b's columns have unit stride. */
    cx_status (*getrs)(cx_queue *q, const cx_view *lu, const cx_view *pivots, const cx_view *b);
    /** optional (composed: getrs on the identity). lu becomes the inverse. */
    cx_status (*getri)(cx_queue *q, const cx_view *lu, const cx_view *pivots);
    /** required. The lower (or upper) triangle of the Hermitian a becomes its Cholesky factor L of
     * L L^H (or U of U^H U), the other one 0. */
    cx_status (*potrf)(cx_queue *q, bool upper, const cx_view *a, int64_t *info);
    /** required. QR of a [..., m, n] in place: R stands in and above the diagonal. tau [..., min(m,
     * n)] contiguous, of a's dtype. */
    cx_status (*geqrf)(cx_queue *q, const cx_view *a, const cx_view *tau);
    /** required. a [..., m, c] with k = tau's extent reflectors in its first k columns (min(m, n)
     * <= c <= m) becomes the first c columns of Q. */
    cx_status (*orgqr)(cx_queue *q, const cx_view *a, const cx_view *tau);
    /** required. a [..., m, n] is destroyed; s [..., min(m, n)] real, falling; u and vh both NULL
     * (values only) or u [..., m, k] and vh [..., k, n] with k = min(m, n), or u [..., m, m] and vh
     * [..., n, n]. u, vh and a are all row-ordered or all column-ordered. */
    cx_status (*gesdd)(cx_queue *q, const cx_view *a, const cx_view *s, const cx_view *u,
                       const cx_view *vh, int64_t *info);
    /** required. Hermitian a [..., n, n], columns of unit stride, of which the lower (or upper)
     * triangle is read; w [..., n] real, rising; with vectors the columns of a become the
     * eigenvectors, else a is destroyed. */
    cx_status (*heevd)(cx_queue *q, bool upper, bool vectors, const cx_view *a, const cx_view *w,
                       int64_t *info);
    /** optional. Least squares by the SVD: a [m, n] destroyed, b [max(m, n), r] becomes x in its
     * first n rows (and for m > n the residuals' components below), columns of both with unit
     * stride; s [min(m, n)] real, falling; singular values <= rcond s[0] count as 0; *rank. */
    cx_status (*gelsd)(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *s,
                       double rcond, int64_t *rank, int64_t *info);
    /** optional. General a [..., n, n], columns of unit stride and finite, is destroyed; w [..., n]
     * complex and contiguous, the eigenvalues in LAPACK's order; v NULL or [..., n, n] complex with
     * columns of unit stride, the right eigenvectors of length 1. Of a real a the values that are
     * no pair have imaginary part 0, and so have their vectors. */
    cx_status (*geev)(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *v,
                      int64_t *info);
    /** optional (composed: getrf of a copy, getrs). Stacks of small matrices a [batch, n, n], which
     * stay as they are and may repeat; b as in getrs. info > 0 as from getrf: what b holds then is
     * nothing to rely on. */
    cx_status (*stack_solve)(cx_queue *q, const cx_view *a, const cx_view *b, int64_t *info);
    /** optional (composed: getrf of a copy, getri). The same for the inverse x [batch, n, n]; a and
     * x are both row-ordered. */
    cx_status (*stack_inverse)(cx_queue *q, const cx_view *a, const cx_view *x, int64_t *info);
    /** optional (errors UNSUPPORTED). perm int64 [..., m]: row i of the factors that getrf made of
     * a in columns is row perm[i] of a. pivots [..., k] as from getrf; both wholly contiguous. A
     * number that is no row is passed over. */
    cx_status (*permutation)(cx_queue *q, const cx_view *pivots, const cx_view *perm);
    /** optional (errors UNSUPPORTED). QR with exchanges of columns of a [..., m, n], finite,
     * columns of unit stride, in place: the columns perm of a are Q R, R's diagonal falling in
     * size; tau as in geqrf. The reflectors go to orgqr in columns, a single one (min(m, n) = 1),
     * whose order no stride tells, in rows. perm int64 [..., n] contiguous. */
    cx_status (*geqp3)(cx_queue *q, const cx_view *a, const cx_view *tau, const cx_view *perm);
    /** optional (errors UNSUPPORTED). Least squares by QR with exchanges of columns: a [..., m, n],
     * finite, destroyed, b [..., max(m, n), r] becomes x in its first n rows, columns of both with
     * unit stride; rank[i] of matrix i: as many leading columns count as are a triangle with an
     * estimated condition below 1 / rcond. */
    cx_status (*gelsy)(cx_queue *q, const cx_view *a, const cx_view *b, double rcond,
                       int64_t *rank);
    /** optional (errors UNSUPPORTED). c is multiplied by the Q of reflectors, or its adjoint. */
    cx_status (*ormqr)(cx_queue *q, const cx_ormqr_call *c);
    /** optional (errors UNSUPPORTED). Diagonal pivoting (Bunch and Kaufman) of a [..., n, n],
     * finite, columns of unit stride, of which the lower (or upper) triangle is read and which
     * becomes l of a = l d l^H (of a symmetric complex one l d l^T). d [..., n, n], columns of unit
     * stride: blocks of 1 and 2 on the diagonal, 0 elsewhere. The rows perm of l, int64 [..., n]
     * contiguous, are a triangle with ones on its diagonal. A singular d is no error. */
    cx_status (*hetrf)(cx_queue *q, bool upper, bool hermitian, const cx_view *a, const cx_view *d,
                       const cx_view *perm);

    /* The slots from here on are optional; without one the operations above it are UNSUPPORTED.
     * Matrices have columns of unit stride, are finite and, where inputs, overwritten; vectors are
     * contiguous; eigenvalues are complex whatever the dtype of a. */
    /** a [..., n, n] becomes its Hessenberg form in and above the subdiagonal; below it stand the
     * reflectors of Q[1:, 1:] as geqrf leaves them, with tau [..., n - 1]. */
    cx_status (*gehrd)(cx_queue *q, const cx_view *a, const cx_view *tau);
    /** a [..., n, n] becomes its Schur form t, quasi-triangular for a real a, with a = z t z^H; w
     * [..., n] the eigenvalues in its order. */
    cx_status (*gees)(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *z,
                      int64_t *info);
    /** Schur forms of gees, turned so that those eigenvalues come first, in their order, for which
     * select (host memory, n bytes a matrix; the same for both of a pair) is not 0. info 1: some
     * are too close to change places. */
    cx_status (*trsen)(cx_queue *q, const unsigned char *select, const cx_view *t, const cx_view *z,
                       const cx_view *w, int64_t *info);
    /** a and b become their generalised Schur forms, of real ones a quasi-triangular and b
     * triangular, a = left aa right^H and b = left bb right^H; alpha [..., n] and beta [..., n] (of
     * a's dtype): eigenvalues are alpha / beta. */
    cx_status (*gges)(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *alpha,
                      const cx_view *beta, const cx_view *left, const cx_view *right,
                      int64_t *info);
    /** trsen for what gges made. */
    cx_status (*tgsen)(cx_queue *q, const unsigned char *select, const cx_view *a, const cx_view *b,
                       const cx_view *alpha, const cx_view *beta, const cx_view *left,
                       const cx_view *right, int64_t *info);
    /** Eigenvalues of the pencil a, b as in gges; left and right NULL or [..., n, n] complex, the
     * eigenvectors of length 1. */
    cx_status (*ggev)(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *alpha,
                      const cx_view *beta, const cx_view *left, const cx_view *right,
                      int64_t *info);
    /** geev with left eigenvectors; right may be NULL. */
    cx_status (*geev_left)(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *left,
                           const cx_view *right, int64_t *info);
    /** Balance a [..., n, n]: b[i][j] = a[p[i]][p[j]] f[j] / f[i] with factors f [..., n], powers
     * of 2 in a's real dtype, and order p [..., n] int64. */
    cx_status (*gebal)(cx_queue *q, bool permute, bool scale, const cx_view *a,
                       const cx_view *factors, const cx_view *order);
    cx_status (*trsyl)(cx_queue *q, const cx_sylvester_call *c);
    cx_status (*triangular)(cx_queue *q, const cx_triangular_call *c);
    /** optional (UNSUPPORTED). Solves a x = b for a with l diagonals below the main one and u above
     * it: ab [..., 2 l + u + 1, n], columns of unit stride, a[i][j] in ab[l + u + i - j][j]; its
     * first l rows are room, all of it is destroyed. b [..., n, r], columns of unit stride, becomes
     * x. info as of getrf. */
    cx_status (*gbsv)(cx_queue *q, int64_t l, int64_t u, const cx_view *ab, const cx_view *b,
                      int64_t *info);
    /** optional (UNSUPPORTED). Hermitian positive definite a with k diagonals stored: ab [..., k +
     * 1, n], columns of unit stride, a[i][j] in ab[i - j][j], or with upper in ab[k + i - j][j]. b
     * NULL: they become those of the Cholesky factor as of potrf, what is outside the matrix stays.
     * Else b as in gbsv becomes x and ab is destroyed. info as of potrf, also where a NaN is met.
     */
    cx_status (*pbsv)(cx_queue *q, bool upper, const cx_view *ab, const cx_view *b, int64_t *info);
    /** optional (UNSUPPORTED). b as in gbsv becomes x, by the factor that pbsv left in ab. */
    cx_status (*pbtrs)(cx_queue *q, bool upper, const cx_view *ab, const cx_view *b);
    /** optional (UNSUPPORTED). Hermitian ab as in pbsv, finite, is destroyed; w [..., n] real and
     * contiguous, the eigenvalues, rising; v NULL or [..., n, n], columns of unit stride, the
     * eigenvectors. */
    cx_status (*hbevd)(cx_queue *q, bool upper, const cx_view *ab, const cx_view *w,
                       const cx_view *v, int64_t *info);
    /** optional (UNSUPPORTED). f32 and f64: symmetric tridiagonal matrices de [..., 2, n], one
     * block each, finite, destroyed: the diagonal, and what stands beside it (n - 1 numbers, the
     * last is room). w [..., n] contiguous, the first found[i] become the eigenvalues asked for,
     * rising; v NULL or [..., n, n], columns of unit stride, of which as many become their
     * vectors. */
    cx_status (*stemr)(cx_queue *q, const cx_eig_part *part, const cx_view *de, const cx_view *w,
                       const cx_view *v, int64_t *found, int64_t *info);
    /** optional (UNSUPPORTED). Toeplitz matrices by their first columns and first rows (whose first
     * numbers are not looked at), which are the two rows of cr [..., 2, n], each contiguous; b as
     * in gbsv becomes x. info k: the leading minor of order k is 0. */
    cx_status (*levinson)(cx_queue *q, const cx_view *cr, const cx_view *b, int64_t *info);
    /** optional (UNSUPPORTED). Rotations of neighbouring rows of a [..., m, n], any strides; u NULL
     * or [..., p, m], any strides, is multiplied by their adjoints, so u a stays what it is. w
     * [..., m] contiguous: they make 0 of all its numbers but the first, from the last one up; a,
     * which is upper triangular, gets one diagonal more. w NULL: they make 0 of what->width
     * diagonals below the main one, from column what->first on, one column after the other. */
    cx_status (*rotate)(cx_queue *q, const cx_rotations *what, const cx_view *w, const cx_view *a,
                        const cx_view *u);
    /** optional (UNSUPPORTED). The lower triangular l in a [..., n, n], any strides, becomes the
     * Cholesky factor of l l^H + x x^H, or - x x^H with down; x [..., n] contiguous, destroyed.
     * info k: the leading minor of order k is not positive, or a NaN. */
    cx_status (*cholesky_update)(cx_queue *q, bool down, const cx_view *a, const cx_view *x,
                                 int64_t *info);
};
#endif
