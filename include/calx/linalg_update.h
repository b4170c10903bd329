/* Factors that follow a change of their matrix, in n^2 steps instead of n^3: SciPy's qr_update,
 * qr_insert and qr_delete, and updates of Cholesky factors.
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. Dimensions
 * before the last two are a batch, and batches are broadcast. Factors come from cx_linalg_qr: q
 * [..., m, m] and r [..., m, n] (complete), or q [..., m, n] and r [..., n, n] (reduced, m >= n);
 * what stands below r's diagonal is not looked at. Results are determined up to signs (of complex
 * numbers: phases) of q's columns and r's rows. Errors DTYPE categories, 16-bit floats; SHAPE no
 * such factors, batches do not broadcast; DEVICE mixed; NOMEM. Device cpu, own rotations; cuda:
 * UNSUPPORTED, a rotation needs the one before. Accuracy |a - q r| <= 16 m eps |a|, |q^H q - 1| <=
 * 16 m eps, both more by what the factors given had. NaN gives NaN. */
#ifndef CALX_LINALG_UPDATE_H
#define CALX_LINALG_UPDATE_H
#include <calx/linalg.h>

CX_BEGIN
/** Factors of q r + u v^H (scipy.linalg.qr_update).
 *  @param u    [m], or [..., m, k].
 *  @param v    [n], or [..., n, k].
 *  @return     q and r of the shapes given.
 *  Source      Golub and Van Loan, Matrix Computations, 6.5.1. */
CX_API cx_qr cx_linalg_qr_update(const cx_array *q, const cx_array *r, const cx_array *u,
                                 const cx_array *v);
/** Factors of q r with rows or columns put in before number k (scipy.linalg.qr_insert). which "row"
 * (NULL) or "col".
 *  @param u    Rows: [n], or [..., p, n]; columns: [m], or [..., m, p].
 *  @param k    From the end if negative; m or n: at the end.
 *  @return     Complete factors of the changed matrix, or reduced ones, whose q is square once its
 * columns are as many as its rows.
 *  Errors      INDEX k; ARGUMENT which.
 *  Source      Golub and Van Loan, Matrix Computations, 6.5.2 and 6.5.3. */
typedef struct cx_qr_insert_opts {
    size_t struct_size;
    const char *which;
} cx_qr_insert_opts;
CX_API cx_qr cx_linalg_qr_insert(const cx_array *q, const cx_array *r, const cx_array *u, int64_t k,
                                 const cx_qr_insert_opts *o);
/** Factors of q r without p rows or columns from number k on (scipy.linalg.qr_delete). which "row"
 * (NULL) or "col"; p (not set: 1).
 *  @param k    From the end if negative.
 *  @return     As cx_linalg_qr_insert.
 *  Errors      INDEX k, or p beyond the end; ARGUMENT which, p less than 1. */
typedef struct cx_qr_delete_opts {
    size_t struct_size;
    const char *which;
    cx_maybe_i64 p;
} cx_qr_delete_opts;
CX_API cx_qr cx_linalg_qr_delete(const cx_array *q, const cx_array *r, int64_t k,
                                 const cx_qr_delete_opts *o);
/** The Cholesky factor of a + x x^H, or of a - x x^H, by the factor c that cx_linalg_cholesky made
 * of a with the same options.
 *  @param c    [..., n, n]; only its triangle is read.
 *  @param x    [..., n].
 *  @return     New array [..., n, n], the other triangle 0.
 *  Errors      SHAPE; SINGULAR not positive definite (any more), or with a NaN, with the order of
 * the leading minor. Accuracy    |l l^H - a -+ x x^H| <= 16 n eps |a + x x^H|. Source Bojanczyk,
 * Brent, Van Dooren and de Hoog, SIAM J. Sci. Stat. Comput. 8, 1987. */
CX_API cx_array *cx_linalg_cho_update(const cx_array *c, const cx_array *x,
                                      const cx_cholesky_opts *o);
CX_API cx_array *cx_linalg_cho_downdate(const cx_array *c, const cx_array *x,
                                        const cx_cholesky_opts *o);
CX_END_DECLS
#endif
