/* Singular values and eigenvalues of the largest size by random projections, for matrices of which
 * few are wanted: scikit-learn's randomized_range_finder, randomized_svd and _randomized_eigsh.
 *
 * Every function takes f32, f64, c64 and c128; bool and integers are taken as f64. The last two
 * dimensions are a matrix, the ones before them a batch, whose matrices get the same random
 * vectors. random_state: the numbers are those of numpy.random.RandomState(random_state); not set,
 * from the operating system's entropy. power_iteration_normalizer: "none", "LU", "QR", or "auto"
 * (NULL), which is "none" up to two iterations and "LU" beyond. Errors DTYPE categories, 16-bit
 * floats; SHAPE fewer than 2 dimensions; ARGUMENT numbers below 1 (n_iter, n_oversamples: below 0),
 * another normalizer; CONVERGENCE, also for a with NaN; NOMEM. Device any with matmul, qr, svd and,
 * for LU, lu. Source Halko, Martinsson and Tropp, SIAM Review 53, 2011. */
#ifndef CALX_LINALG_RANDOM_H
#define CALX_LINALG_RANDOM_H
#include <calx/linalg.h>
#include <calx/random.h>

CX_BEGIN
/** An orthonormal basis of nearly all that a's columns span: of a times `size` random vectors,
 * after n_iter products with a^H and a.
 *  @param a    [..., m, n].
 *  @return     New array [..., m, min(m, size)]. */
typedef struct cx_range_finder_opts {
    size_t struct_size;
    int64_t n_iter;
    const char *power_iteration_normalizer;
    cx_maybe_i64 random_state;
} cx_range_finder_opts;
CX_API cx_array *cx_linalg_range_finder(const cx_array *a, int64_t size,
                                        const cx_range_finder_opts *o);
/** The k largest singular values and their vectors. n_oversamples (not set: 10) random vectors more
 * than k; n_iter (not set: 7 if k < 0.1 min(m, n), else 4). transpose   work on a^H: not set, if m
 * < n. keep_signs  leave the signs as they come; else the largest number of each column of u is
 * positive.
 *  @param a    [..., m, n].
 *  @return     u [..., m, k], s [..., k] falling, vh [..., k, n]; fewer than k where m or n is. */
typedef struct cx_randomized_svd_opts {
    size_t struct_size;
    cx_maybe_i64 n_oversamples, n_iter, transpose;
    const char *power_iteration_normalizer;
    bool keep_signs;
    cx_maybe_i64 random_state;
    cx_generator *generator; /* on the CPU; draws go on from where it stands, random_state is not
                              * looked at */
} cx_randomized_svd_opts;
CX_API cx_svd cx_linalg_randomized_svd(const cx_array *a, int64_t k,
                                       const cx_randomized_svd_opts *o);
/** The k eigenvalues of largest size of Hermitian matrices, the largest first, and their vectors.
 * Options as above; transpose and keep_signs are not looked at.
 *  @param a    [..., n, n], both triangles.
 *  @return     w [..., k]; v [..., n, k].
 *  Errors      SHAPE not square. */
CX_API cx_eigh cx_linalg_randomized_eigh(const cx_array *a, int64_t k,
                                         const cx_randomized_svd_opts *o);
CX_END_DECLS
#endif
