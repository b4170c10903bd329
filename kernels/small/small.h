/* Stacks of matrices of up to 32 x 32, factored by kernels of our own: one launch for all of them,
 * whatever their number, read and written once.
 *
 * Why not the vendor's batched routines: cuBLAS's LU and cuSOLVER's Cholesky want arrays of
 * pointers made first, and the solution and the inverse are further passes over memory; cuBLAS has
 * a batched QR but nothing that makes Q of it; cuSOLVER's batched Jacobi SVD (up to 32 x 32) wants
 * dense columns and makes full factors only; XsyevBatched wants dense columns and a workspace per
 * call, and its predecessor by Jacobi was seen to leave matrices undone without a word. What
 * remains is a loop of one launch or more a matrix, which at this size costs ten to a thousand
 * times the arithmetic. */
#ifndef CX_KERNELS_SMALL_H
#define CX_KERNELS_SMALL_H
#include "cuda_backend.h"
#ifdef __cplusplus
extern "C" {
#endif

/** The threshold, for every slot: from so many matrices on, none larger than so. A single matrix
 * is the library's, which spreads it over more than a warp. */
enum { CUDA_SMALL_BATCH = 2, CUDA_SMALL_N = 32 };

/** Is this stack for the kernels below, and what goes with it at one distance, too? (inner: 2 for
 * matrices, 1 for vectors; v may be NULL) */
bool cuda_small(const cx_view *a);
bool cuda_small_step(const cx_view *v, int inner);

/* Contracts as those of the slots (backend_linalg.h). info [batch] on the device, written for every
 * matrix. */
cx_status cuda_small_lu(cx_queue *q, const cx_view *a, const cx_view *pivots, int *info);
/** b becomes the solution. pivots NULL: a is no factors yet and stays as it is; info is written
 * only then. */
cx_status cuda_small_solve(cx_queue *q, const cx_view *a, const cx_view *pivots, const cx_view *b,
                           int *info);
/** x, which may be a, becomes the inverse; as above. */
cx_status cuda_small_inverse(cx_queue *q, const cx_view *a, const cx_view *pivots, const cx_view *x,
                             int *info);
cx_status cuda_small_cholesky(cx_queue *q, bool upper, const cx_view *a, int *info);
cx_status cuda_small_qr(cx_queue *q, const cx_view *a, const cx_view *tau);
cx_status cuda_small_q(cx_queue *q, const cx_view *a, const cx_view *tau);
cx_status cuda_small_eigh(cx_queue *q, bool upper, bool vectors, const cx_view *a, const cx_view *w,
                          int *info);
cx_status cuda_small_svd(cx_queue *q, const cx_view *a, const cx_view *s, const cx_view *u,
                         const cx_view *vh, int *info);

#ifdef __cplusplus
}
#endif
#endif
