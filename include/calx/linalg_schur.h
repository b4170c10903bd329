/* Schur forms and what they are made of: Hessenberg forms, pencils of matrices, ordered
 * eigenvalues, balancing. SciPy's schur, hessenberg, qz, ordqz, rsf2csf, cdf2rdf, matrix_balance,
 * and eig with all of its options. The last two dimensions are a matrix, the ones before them a
 * batch; batches of two arguments are broadcast.
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. Errors DTYPE
 * categories, 16-bit floats; SHAPE not square, fewer than 2 dimensions; DEVICE mixed; ARGUMENT an
 * argument has a NaN or an infinity; CONVERGENCE; UNSUPPORTED on cuda, whose library has no Schur
 * form; NOMEM. Syncs: reads whether arguments are finite, and info. Forms are unique only up to
 * signs or phases, and up to the order of the eigenvalues where none is asked for. */
#ifndef CALX_LINALG_SCHUR_H
#define CALX_LINALG_SCHUR_H
#include <calx/array.h>

CX_BEGIN
/** Hessenberg form a = q h q^H (scipy.linalg.hessenberg): h is 0 below its first subdiagonal.
 *  @param a    [..., n, n].
 *  @return     h, and with .calc_q the unitary q, like a; else q is nil as in cx_linalg_qr.
 *  Accuracy    |a - q h q^H| <= 4 n eps |a|, |q^H q - 1| <= 4 n eps.
 *  Source      LAPACK gehrd. */
typedef struct cx_hessenberg_opts {
    size_t struct_size;
    bool calc_q;
} cx_hessenberg_opts;
typedef struct cx_hessenberg {
    cx_array *h, *q;
} cx_hessenberg;
CX_API cx_hessenberg cx_linalg_hessenberg(const cx_array *a, const cx_hessenberg_opts *o);

/** Which eigenvalues come first: those in the left half plane (real part < 0), in the right one, in
 * the unit circle, outside of it. Eigenvalues of one matrix on the boundary (0 too) count as of the
 * right half plane and as inside, those of a pencil as neither; an infinite one of a pencil is
 * outside. */
typedef enum cx_eigenvalue_sort {
    CX_SORT_NONE,
    CX_SORT_LHP,
    CX_SORT_RHP,
    CX_SORT_IUC,
    CX_SORT_OUC
} cx_eigenvalue_sort;
/** Does the eigenvalue alpha / beta come first? beta is 1 for one matrix. Called on the calling
 * thread, once for each eigenvalue and again for those that came first; of a pair of a real form
 * both come first if one does. */
typedef bool cx_eigenvalue_fn(cx_complex128 alpha, cx_complex128 beta, void *ctx);

/** Schur form a = z t z^H (scipy.linalg.schur): z unitary, t upper triangular, or for real a
 * quasi-triangular, with 2 x 2 blocks for pairs of complex eigenvalues; with .complex_output
 * (output='complex') a real a has a complex triangular form.
 * sort, choose   what comes first; .choose, if given, is asked instead of .sort.
 *  @param a    [..., n, n].
 *  @return     t, z like a; sdim [...], int64: how many eigenvalues were chosen (0 if none asked).
 *  Errors      CONVERGENCE also where eigenvalues are too close to change places, or no longer
 * satisfy the condition when they have.
 *  Accuracy    |a - z t z^H| <= 8 n eps |a|, |z^H z - 1| <= 8 n eps.
 *  Source      LAPACK gees, trsen. */
typedef struct cx_schur_opts {
    size_t struct_size;
    bool complex_output;
    cx_eigenvalue_sort sort;
    cx_eigenvalue_fn *choose;
    void *ctx;
} cx_schur_opts;
typedef struct cx_schur {
    cx_array *t, *z, *sdim;
} cx_schur;
CX_API cx_schur cx_linalg_schur(const cx_array *a, const cx_schur_opts *o);
/** A real Schur form as a complex triangular one (scipy.linalg.rsf2csf): t and z complex, sdim nil
 * as in cx_linalg_qr. @param t, z  [..., n, n]. */
CX_API cx_schur cx_linalg_rsf2csf(const cx_array *t, const cx_array *z);
/** Eigenvalues w [..., n] and eigenvectors v [..., n, n] of real matrices as real numbers
 * (scipy.linalg.cdf2rdf): wr [..., n, n] with 2 x 2 blocks for pairs, and vr with a vr = vr wr. The
 * two of a pair follow each other, perhaps with real ones between. Composed: any device.
 *  Errors      SHAPE; ARGUMENT an odd number of complex eigenvalues.   Syncs: reads whether. */
typedef struct cx_real_form {
    cx_array *wr, *vr;
} cx_real_form;
CX_API cx_real_form cx_linalg_cdf2rdf(const cx_array *w, const cx_array *v);

/** Generalised Schur form a = q aa z^H, b = q bb z^H (scipy.linalg.qz): q, z unitary, aa upper
 * triangular (for real matrices quasi-triangular unless .complex_output), bb upper triangular.
 *  @param a, b [..., n, n].
 *  Accuracy    |a - q aa z^H| <= 16 n eps |a|, and b.
 *  Source      LAPACK gges. */
typedef struct cx_qz_opts {
    size_t struct_size;
    bool complex_output;
    cx_eigenvalue_sort sort; /* cx_linalg_ordqz only; 0 there: CX_SORT_LHP */
    cx_eigenvalue_fn *choose;
    void *ctx;
} cx_qz_opts;
typedef struct cx_qz {
    cx_array *aa, *bb, *q, *z;
} cx_qz;
CX_API cx_qz cx_linalg_qz(const cx_array *a, const cx_array *b, const cx_qz_opts *o);
/** The same with chosen eigenvalues first (scipy.linalg.ordqz); they are alpha / beta [..., n],
 * alpha complex, beta of the forms' dtype. Errors      CONVERGENCE also where eigenvalues are too
 * close to change places.
 *  Source      LAPACK gges, tgsen. */
typedef struct cx_ordqz {
    cx_array *aa, *bb, *alpha, *beta, *q, *z;
} cx_ordqz;
CX_API cx_ordqz cx_linalg_ordqz(const cx_array *a, const cx_array *b, const cx_qz_opts *o);

/** Eigenvalues and eigenvectors of a, or of the pencil a, b (scipy.linalg.eig): a v = w b v, and
 * with .left vl^H a = w vl^H b. Vectors have length 1.
 * left, not_right        which vectors; those not asked for are nil as in cx_linalg_qr.
 * homogeneous_eigvals    w is [..., 2, n]: alpha and beta of w = alpha / beta.
 *  @param a    [..., n, n].
 *  @param b    [..., n, n], or NULL for 1.
 *  @return     w complex [..., n], infinite where beta is 0, NaN where alpha is, too; vl, vr
 * [..., n, n], real if a and b are and all eigenvalues.
 *  Accuracy    |a v - w b v| <= 8 n eps (|a| + |w| |b|).
 *  Device      cuda: right vectors of one matrix.
 *  Source      LAPACK geev, ggev. */
typedef struct cx_eig_opts {
    size_t struct_size;
    bool left, not_right, homogeneous_eigvals;
} cx_eig_opts;
typedef struct cx_eig_sides {
    cx_array *w, *vl, *vr;
} cx_eig_sides;
CX_API cx_eig_sides cx_linalg_eig_with(const cx_array *a, const cx_array *b, const cx_eig_opts *o);
/** Eigenvalues alone (scipy.linalg.eigvals); only .homogeneous_eigvals is looked at. */
CX_API cx_array *cx_linalg_eigvals_with(const cx_array *a, const cx_array *b, const cx_eig_opts *o);

/** Balancing (scipy.linalg.matrix_balance): t^-1 a t = b has rows and columns of like size; t
 * permutes (so that what can be isolated is) and scales by powers of 2.
 *  @param a    [..., n, n].
 *  @return     b like a; t real [..., n, n]; scale [..., n] real and perm [..., n] int64 (SciPy's
 * separate=True), of which t is made: t[perm[i], i] = scale[i].
 *  Source      LAPACK gebal; Parlett and Reinsch, Numer. Math. 13, 1969. */
typedef struct cx_balance_opts {
    size_t struct_size;
    bool not_permute, not_scale;
} cx_balance_opts;
typedef struct cx_balance {
    cx_array *b, *t, *scale, *perm;
} cx_balance;
CX_API cx_balance cx_linalg_matrix_balance(const cx_array *a, const cx_balance_opts *o);
CX_END_DECLS
#endif
