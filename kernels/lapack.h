/* Shared by the factorisations: a call's library handles and types, workspaces from the pool,
 * info. The library thinks in columns; a matrix in rows is its transpose in columns. */
#ifndef CX_KERNELS_LAPACK_H
#define CX_KERNELS_LAPACK_H
#include "cuda_backend.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- kernels (lapack_small.cu) */
/** Elements strictly below (or above) the diagonal of every matrix become 0. */
cx_status cuda_zero_triangle(cx_queue *q, const cx_view *a, bool below);
/** info[i] = code where it is 0 and a value of row i of values [batch, n] is not finite. */
cx_status cuda_flag_nonfinite(cx_queue *q, const cx_view *values, int *info, int code);
/** Addresses of the matrices of a batch, in order. */
cx_status cuda_matrix_pointers(cx_queue *q, const cx_view *a, void **out);
/** Row i of t [k, cols] is divided by s[i]; by infinity where s[i] <= rcond s[0]. *rank on the
 * device: how many are not. */
cx_status cuda_divide_rows(cx_queue *q, const cx_view *s, double rcond, const cx_view *t,
                           int *rank);
/** Eigenvalues and vectors of a real matrix as LAPACK packs them (parts [2, n]; columns [n, n], or
 * NULL) as complex numbers: w [n] contiguous, v [n, n] by columns ldv apart. t: the real dtype. */
cx_status cuda_spread_pairs(cx_queue *q, cx_dtype t, int64_t n, const void *parts,
                            const void *columns, void *w, void *v, int64_t ldv);
/** The slot. */
cx_status cuda_permutation(cx_queue *q, const cx_view *pivots, const cx_view *perm);
/** *some, on the device: 1 if one of a batch's info is not 0, else 0. */
cx_status cuda_any_info(cx_queue *q, const int *info, int64_t batch, int *some);
/** The first of a batch's info that is not 0, told when the queue is next waited for; kind:
 * CUDA_LATE_*. */
cx_status cuda_note_info(cx_queue *q, int kind, const int *info, int64_t batch);

#ifdef __cplusplus
}
#else
#include "library.h"
#include "matrix.h"

/** The functions that exist once a type. */
typedef struct lap_typed {
    cusolverStatus_t (*orgqr_size)(const cuda_solver *s, int m, int n, int k, const void *a,
                                   int lda, const void *tau, int *lwork);
    cusolverStatus_t (*orgqr)(const cuda_solver *s, int m, int n, int k, void *a, int lda,
                              const void *tau, void *work, int lwork, int *info);
    cusolverStatus_t (*ormqr_size)(const cuda_solver *s, cublasSideMode_t side, bool adjoint, int m,
                                   int n, int k, const void *a, int lda, const void *tau,
                                   const void *c, int ldc, int *lwork);
    /** c [m, n] = Q c or c Q, or with Q's adjoint */
    cusolverStatus_t (*ormqr)(const cuda_solver *s, cublasSideMode_t side, bool adjoint, int m,
                              int n, int k, const void *a, int lda, const void *tau, void *c,
                              int ldc, void *work, int lwork, int *info);
    cublasStatus_t (*getrf_batched)(const cuda_blas *b, int n, void **a, int lda, int *pivots,
                                    int *info, int count);
    cublasStatus_t (*getrs_batched)(const cuda_blas *b, cublasOperation_t op, int n, int cols,
                                    void **a, int lda, const int *pivots, void **x, int ldx,
                                    int *info, int count);
    cusolverStatus_t (*potrf_batched)(const cuda_solver *s, cublasFillMode_t fill, int n, void **a,
                                      int lda, int *info, int count);
} lap_typed;

typedef struct lap {
    const char *where;
    cx_queue *q;
    cuda_solver s;
    cx_dtype dtype, real;
    cudaDataType t, r; /* the library's names of both */
    const lap_typed *typed;
    int64_t batch;
    int *info; /* on the device, one a matrix and one more; NULL before cuda_lap_info_new */
    void *work, *host;
    size_t work_bytes, host_bytes;
    int late; /* what a positive info means: CUDA_LATE_* */
} lap;

/** Without and with the library's handles. */
cx_status cuda_lap_begin(lap *l, cx_queue *q, const char *where, const cx_view *a);
cx_status cuda_lap_open(lap *l, cx_queue *q, const char *where, const cx_view *a);
cx_status cuda_lap_info_new(lap *l);
/** Room as the library asked for it. */
cx_status cuda_lap_work(lap *l, size_t device_bytes, size_t host_bytes);
/** Wait for info, or leave it to the queue's next wait, if the call wants it, and give everything
 * back. */
cx_status cuda_lap_close(lap *l, cx_status st, int64_t *info);
/** Sizes that must fit the library's 32-bit integers. */
cx_status cuda_lap_fits(const lap *l, int64_t m, int64_t n, int64_t lda);

#define LAP_TRY(l, call, ...) \
    CX_STATUS_TRY(cuda_cusolver_check((l)->q, (l)->where, call, (__VA_ARGS__)))

/** Are the matrices in rows? All of a call have one order; some are too thin to tell. */
bool cuda_lap_in_rows(int count, const cx_view *const views[]);
/** Matrix i and its leading dimension in that order. */
void *cuda_lap_matrix(const cx_view *v, bool row, int64_t i, int64_t *ld);

cx_status cuda_trsm(cx_queue *q, const cx_trsm_call *c);
cx_status cuda_gesdd(cx_queue *q, const cx_view *a, const cx_view *s, const cx_view *u,
                     const cx_view *vh, int64_t *info);
cx_status cuda_heevd(cx_queue *q, bool upper, bool vectors, const cx_view *a, const cx_view *w,
                     int64_t *info);
cx_status cuda_gelsd(cx_queue *q, const cx_view *a, const cx_view *b, const cx_view *s,
                     double rcond, int64_t *rank, int64_t *info);
cx_status cuda_geev(cx_queue *q, const cx_view *a, const cx_view *w, const cx_view *v,
                    int64_t *info);
#endif
#endif
