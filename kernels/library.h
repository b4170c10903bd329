/* The vendor's libraries: opened one by one at first use, never linked. A library or a function
 * that is missing costs its group and says so by name; the reason is kept.
 *
 * Each library is a struct of function pointers with the types of the vendor's own prototypes,
 * filled from the list of names below. In the tests the same struct is filled with fakes
 * (open_library.h). */
#ifndef CX_KERNELS_LIBRARY_H
#define CX_KERNELS_LIBRARY_H
#include "cuda_backend.h"
#include <cublas_v2.h>
#include <cufftXt.h>
#include <cusolverDn.h>
#include <nvrtc.h>

#define CUBLAS_FUNCTIONS(F)          \
    F(cublasCreate_v2)               \
    F(cublasDestroy_v2)              \
    F(cublasSetStream_v2)            \
    F(cublasSetWorkspace_v2)         \
    F(cublasSetMathMode)             \
    F(cublasGemmStridedBatchedEx_64) \
    F(cublasSgetrfBatched)           \
    F(cublasDgetrfBatched)           \
    F(cublasCgetrfBatched)           \
    F(cublasZgetrfBatched)           \
    F(cublasSgetrsBatched)           \
    F(cublasDgetrsBatched)           \
    F(cublasCgetrsBatched)           \
    F(cublasZgetrsBatched)           \
    F(cublasStrsm_v2_64)             \
    F(cublasDtrsm_v2_64)             \
    F(cublasCtrsm_v2_64)             \
    F(cublasZtrsm_v2_64)             \
    F(cublasStrsmBatched_64)         \
    F(cublasDtrsmBatched_64)         \
    F(cublasCtrsmBatched_64)         \
    F(cublasZtrsmBatched_64)

#define CUSOLVER_FUNCTIONS(F)            \
    F(cusolverDnCreate)                  \
    F(cusolverDnDestroy)                 \
    F(cusolverDnSetStream)               \
    F(cusolverDnCreateParams)            \
    F(cusolverDnDestroyParams)           \
    F(cusolverDnXgetrf_bufferSize)       \
    F(cusolverDnXgetrf)                  \
    F(cusolverDnXgetrs)                  \
    F(cusolverDnXpotrf_bufferSize)       \
    F(cusolverDnXpotrf)                  \
    F(cusolverDnXgeqrf_bufferSize)       \
    F(cusolverDnXgeqrf)                  \
    F(cusolverDnXgesvd_bufferSize)       \
    F(cusolverDnXgesvd)                  \
    F(cusolverDnXsyevd_bufferSize)       \
    F(cusolverDnXsyevd)                  \
    F(cusolverDnXsyevBatched_bufferSize) \
    F(cusolverDnXsyevBatched)            \
    F(cusolverDnSorgqr_bufferSize)       \
    F(cusolverDnDorgqr_bufferSize)       \
    F(cusolverDnCungqr_bufferSize)       \
    F(cusolverDnZungqr_bufferSize)       \
    F(cusolverDnSorgqr)                  \
    F(cusolverDnDorgqr)                  \
    F(cusolverDnCungqr)                  \
    F(cusolverDnZungqr)                  \
    F(cusolverDnSormqr_bufferSize)       \
    F(cusolverDnDormqr_bufferSize)       \
    F(cusolverDnCunmqr_bufferSize)       \
    F(cusolverDnZunmqr_bufferSize)       \
    F(cusolverDnSormqr)                  \
    F(cusolverDnDormqr)                  \
    F(cusolverDnCunmqr)                  \
    F(cusolverDnZunmqr)                  \
    F(cusolverDnSpotrfBatched)           \
    F(cusolverDnDpotrfBatched)           \
    F(cusolverDnCpotrfBatched)           \
    F(cusolverDnZpotrfBatched)

/* May be missing (NULL): newer than the oldest library that is accepted. */
#define CUSOLVER_OPTIONAL(F)      \
    F(cusolverDnXgeev_bufferSize) \
    F(cusolverDnXgeev)

#define CUFFT_FUNCTIONS(F)    \
    F(cufftCreate)            \
    F(cufftDestroy)           \
    F(cufftSetAutoAllocation) \
    F(cufftXtMakePlanMany)    \
    F(cufftSetWorkArea)       \
    F(cufftSetStream)         \
    F(cufftXtExec)

#define NVRTC_FUNCTIONS(F)    \
    F(nvrtcVersion)           \
    F(nvrtcGetErrorString)    \
    F(nvrtcCreateProgram)     \
    F(nvrtcDestroyProgram)    \
    F(nvrtcCompileProgram)    \
    F(nvrtcGetCUBINSize)      \
    F(nvrtcGetCUBIN)          \
    F(nvrtcGetProgramLogSize) \
    F(nvrtcGetProgramLog)

#define CUDA_FUNCTION_FIELD(name) __typeof__(&name) name;
typedef struct cuda_cublas {
    CUBLAS_FUNCTIONS(CUDA_FUNCTION_FIELD)
} cuda_cublas;
typedef struct cuda_cusolver {
    CUSOLVER_FUNCTIONS(CUDA_FUNCTION_FIELD)
    CUSOLVER_OPTIONAL(CUDA_FUNCTION_FIELD)
} cuda_cusolver;
typedef struct cuda_cufft {
    CUFFT_FUNCTIONS(CUDA_FUNCTION_FIELD)
} cuda_cufft;
typedef struct cuda_nvrtc {
    NVRTC_FUNCTIONS(CUDA_FUNCTION_FIELD)
} cuda_nvrtc;

/** The functions, once they are there; UNAVAILABLE with the reason else. Any thread. */
cx_status cuda_cublas_open(const char *where, const cuda_cublas **out);
cx_status cuda_cusolver_open(const char *where, const cuda_cusolver **out);
cx_status cuda_cufft_open(const char *where, const cuda_cufft **out);
/** The compiler. It makes no error, as threads without a caller open it, too: NULL with the reason
 * in *why. */
const cuda_nvrtc *cuda_nvrtc_open(const char **why);
/** NULL unless it was opened before. */
const cuda_nvrtc *cuda_nvrtc_if_open(void);

/* ---- statuses, translated where they are returned */
cx_status cuda_cublas_check(cx_queue *q, const char *where, const char *call, cublasStatus_t s);
cx_status cuda_cusolver_check(cx_queue *q, const char *where, const char *call, cusolverStatus_t s);
cx_status cuda_cufft_check(cx_queue *q, const char *where, const char *call, cufftResult s);

/* ---- handles of a queue, made at first use */
typedef struct cuda_blas {
    const cuda_cublas *lib;
    cublasHandle_t handle;
    bool tf32; /* products of float32 may round their factors to TF32 (CX_ALLOW_TF32=1) */
} cuda_blas;
typedef struct cuda_solver {
    const cuda_cusolver *lib;
    cusolverDnHandle_t handle;
    cusolverDnParams_t params;
} cuda_solver;
cx_status cuda_blas_get(cx_queue *q, const char *where, cuda_blas *out);
cx_status cuda_solver_get(cx_queue *q, const char *where, cuda_solver *out);
/** UNSUPPORTED while the queue is captured into a graph: what has to be made first. */
cx_status cuda_may_make(cx_queue *q, const char *where, const char *what);
#endif
