/* Opens the vendor's libraries at first use, keeps the reason where one cannot be used, translates
 * their statuses, and makes the handles that a queue calls them with. Knows no operation. */
#include "library.h"
#include "open_library.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening */
typedef struct function {
    const char *name;
    size_t at; /* offset in the library's struct */
    bool optional;
} function;

typedef struct library {
    const char *const *files; /* the major version compiled against; NULL ends the list */
    const function *functions;
    int count;
    void *table;
    pthread_mutex_t lock;
    enum { CLOSED, OPEN, MISSING } state;
    char why[320];
} library;

#define FUNCTION_ROW(name) {#name, offsetof(FUNCTIONS_OF, name), false},
#define OPTIONAL_ROW(name) {#name, offsetof(FUNCTIONS_OF, name), true},
#define FUNCTIONS_OF cuda_cublas
static const function cublas_functions[] = {CUBLAS_FUNCTIONS(FUNCTION_ROW)};
#undef FUNCTIONS_OF
#define FUNCTIONS_OF cuda_cusolver
static const function cusolver_functions[] = {CUSOLVER_FUNCTIONS(FUNCTION_ROW)
                                                  CUSOLVER_OPTIONAL(OPTIONAL_ROW)};
#undef FUNCTIONS_OF
#define FUNCTIONS_OF cuda_cufft
static const function cufft_functions[] = {CUFFT_FUNCTIONS(FUNCTION_ROW)};
#undef FUNCTIONS_OF
#define FUNCTIONS_OF cuda_nvrtc
static const function nvrtc_functions[] = {NVRTC_FUNCTIONS(FUNCTION_ROW)};
#undef FUNCTIONS_OF

/* Of another major version a function may have another signature, so there is one name each. */
#if CUDART_VERSION >= 13000
#define CUBLAS_FILE "libcublas.so.13"
#define CUSOLVER_FILE "libcusolver.so.12"
#define CUFFT_FILE "libcufft.so.12"
#define NVRTC_FILE "libnvrtc.so.13"
#else
#define CUBLAS_FILE "libcublas.so.12"
#define CUSOLVER_FILE "libcusolver.so.11"
#define CUFFT_FILE "libcufft.so.11"
#define NVRTC_FILE "libnvrtc.so.12"
#endif

static cuda_cublas cublas_table;
static cuda_cusolver cusolver_table;
static cuda_cufft cufft_table;
static cuda_nvrtc nvrtc_table;

#define LIBRARY(short_name, ...)                                                                 \
    {                                                                                            \
        .files = (const char *const[]){__VA_ARGS__, NULL}, .functions = short_name##_functions,  \
        .count = sizeof short_name##_functions / sizeof(function), .table = &short_name##_table, \
        .lock = PTHREAD_MUTEX_INITIALIZER,                                                       \
    }
static library cublas = LIBRARY(cublas, CUBLAS_FILE);
static library cusolver = LIBRARY(cusolver, CUSOLVER_FILE);
static library cufft = LIBRARY(cufft, CUFFT_FILE);
static library nvrtc = LIBRARY(nvrtc, NVRTC_FILE);

static void load(library *l)
{
    void *file = NULL;
    const char *name = NULL;
    for (int i = 0; file == NULL && l->files[i] != NULL; i++) {
        char why[sizeof l->why];
        name = l->files[i];
        file = cuda_open_library(name, why, sizeof why);
        if (file == NULL && i == 0) memcpy(l->why, why, sizeof why);
    }
    l->state = file != NULL ? OPEN : MISSING;
    for (int i = 0; file != NULL && i < l->count; i++) {
        void *const f = cuda_find_symbol(file, l->functions[i].name);
        if (f == NULL && !l->functions[i].optional) {
            snprintf(l->why, sizeof l->why, "%s has no function %s", name, l->functions[i].name);
            l->state = MISSING;
            return;
        }
        memcpy((char *)l->table + l->functions[i].at, &f, sizeof f);
    }
}

static bool is_open(library *l)
{
    pthread_mutex_lock(&l->lock);
    if (l->state == CLOSED) load(l);
    const bool open = l->state == OPEN;
    pthread_mutex_unlock(&l->lock);
    return open;
}

static cx_status open_library(library *l, const char *where)
{
    return is_open(l) ? CX_OK : cuda_core->fail(CX_E_UNAVAILABLE, where, "%s", l->why);
}

cx_status cuda_cublas_open(const char *where, const cuda_cublas **out)
{
    *out = &cublas_table;
    return open_library(&cublas, where);
}
cx_status cuda_cusolver_open(const char *where, const cuda_cusolver **out)
{
    *out = &cusolver_table;
    return open_library(&cusolver, where);
}
cx_status cuda_cufft_open(const char *where, const cuda_cufft **out)
{
    *out = &cufft_table;
    return open_library(&cufft, where);
}
const cuda_nvrtc *cuda_nvrtc_open(const char **why)
{
    *why = nvrtc.why;
    return is_open(&nvrtc) ? &nvrtc_table : NULL;
}
const cuda_nvrtc *cuda_nvrtc_if_open(void)
{
    pthread_mutex_lock(&nvrtc.lock);
    const bool open = nvrtc.state == OPEN;
    pthread_mutex_unlock(&nvrtc.lock);
    return open ? &nvrtc_table : NULL;
}

/* ---- statuses. Asking the libraries for the text would need them to be open. */
typedef struct status_row {
    int code;
    cx_status st;
    const char *text;
} status_row;

static cx_status translate(cx_queue *q, const char *where, const char *call, int code,
                           const status_row *rows, size_t count)
{
    /* a sticky device error stands behind many a library's failure */
    const cudaError_t e = cudaPeekAtLastError();
    if (e != cudaSuccess) CX_STATUS_TRY(cuda_check(q->dev, where, e));
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code)
            return cuda_core->fail(rows[i].st, where, "cuda:%d: %s: %s", q->dev->ordinal, call,
                                   rows[i].text);
    return cuda_core->fail(CX_E_INTERNAL, where, "cuda:%d: %s: status %d", q->dev->ordinal, call,
                           code);
}
#define TRANSLATE(q, where, call, s, rows) \
    translate(q, where, call, (int)(s), rows, sizeof rows / sizeof *rows)

cx_status cuda_cublas_check(cx_queue *q, const char *where, const char *call, cublasStatus_t s)
{
    static const status_row rows[] = {
        {CUBLAS_STATUS_NOT_INITIALIZED, CX_E_INTERNAL, "cuBLAS could not be initialised"},
        {CUBLAS_STATUS_ALLOC_FAILED, CX_E_NOMEM, "out of device memory inside cuBLAS"},
        {CUBLAS_STATUS_INVALID_VALUE, CX_E_INTERNAL, "invalid value"},
        {CUBLAS_STATUS_ARCH_MISMATCH, CX_E_UNSUPPORTED, "not possible on this device"},
        {CUBLAS_STATUS_MAPPING_ERROR, CX_E_INTERNAL, "mapping error"},
        {CUBLAS_STATUS_EXECUTION_FAILED, CX_E_INTERNAL, "a kernel of cuBLAS failed"},
        {CUBLAS_STATUS_INTERNAL_ERROR, CX_E_INTERNAL, "internal error of cuBLAS"},
        {CUBLAS_STATUS_NOT_SUPPORTED, CX_E_UNSUPPORTED, "not supported by cuBLAS"},
        {CUBLAS_STATUS_LICENSE_ERROR, CX_E_UNAVAILABLE, "license error"}};
    return s == CUBLAS_STATUS_SUCCESS ? CX_OK : TRANSLATE(q, where, call, s, rows);
}

cx_status cuda_cusolver_check(cx_queue *q, const char *where, const char *call, cusolverStatus_t s)
{
    static const status_row rows[] = {
        {CUSOLVER_STATUS_NOT_INITIALIZED, CX_E_INTERNAL, "cuSOLVER could not be initialised"},
        {CUSOLVER_STATUS_ALLOC_FAILED, CX_E_NOMEM, "out of device memory inside cuSOLVER"},
        {CUSOLVER_STATUS_INVALID_VALUE, CX_E_INTERNAL, "invalid value"},
        {CUSOLVER_STATUS_ARCH_MISMATCH, CX_E_UNSUPPORTED, "not possible on this device"},
        {CUSOLVER_STATUS_EXECUTION_FAILED, CX_E_INTERNAL, "a kernel of cuSOLVER failed"},
        {CUSOLVER_STATUS_INTERNAL_ERROR, CX_E_INTERNAL, "internal error of cuSOLVER"},
        {CUSOLVER_STATUS_MATRIX_TYPE_NOT_SUPPORTED, CX_E_UNSUPPORTED, "not supported by cuSOLVER"},
        {CUSOLVER_STATUS_NOT_SUPPORTED, CX_E_UNSUPPORTED, "not supported by cuSOLVER"},
        {CUSOLVER_STATUS_INVALID_WORKSPACE, CX_E_INTERNAL, "invalid workspace"}};
    return s == CUSOLVER_STATUS_SUCCESS ? CX_OK : TRANSLATE(q, where, call, s, rows);
}

cx_status cuda_cufft_check(cx_queue *q, const char *where, const char *call, cufftResult s)
{
    static const status_row rows[] = {
        {CUFFT_INVALID_PLAN, CX_E_INTERNAL, "invalid plan"},
        {CUFFT_ALLOC_FAILED, CX_E_NOMEM, "out of device memory inside cuFFT"},
        {CUFFT_INVALID_TYPE, CX_E_INTERNAL, "invalid type"},
        {CUFFT_INVALID_VALUE, CX_E_INTERNAL, "invalid value"},
        {CUFFT_INTERNAL_ERROR, CX_E_INTERNAL, "internal error of cuFFT or of the driver"},
        {CUFFT_EXEC_FAILED, CX_E_INTERNAL, "a kernel of cuFFT failed"},
        {CUFFT_SETUP_FAILED, CX_E_INTERNAL, "cuFFT could not be initialised"},
        {CUFFT_INVALID_SIZE, CX_E_UNSUPPORTED, "size not supported by cuFFT"},
        {CUFFT_INVALID_DEVICE, CX_E_INTERNAL, "the plan belongs to another device"},
        {CUFFT_NO_WORKSPACE, CX_E_INTERNAL, "no work area"},
        {CUFFT_NOT_SUPPORTED, CX_E_UNSUPPORTED, "not supported by cuFFT"},
        {CUFFT_MISSING_DEPENDENCY, CX_E_UNAVAILABLE, "a library that cuFFT wants is missing"}};
    return s == CUFFT_SUCCESS ? CX_OK : TRANSLATE(q, where, call, s, rows);
}

/* ---- handles */
struct cuda_handles {
    cuda_blas blas;
    void *blas_work;
    cuda_solver solver;
};

static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;

static bool allow_tf32(void)
{
    const char *const s = secure_getenv("CX_ALLOW_TF32");
    return s != NULL && strcmp(s, "1") == 0;
}

/* What cuBLAS would take for itself: 32 MiB since compute capability 9.0, 4 MiB before. */
static size_t blas_work_bytes(const cx_dev *d)
{
    return (size_t)(d->major >= 9 ? 32 : 4) << 20;
}

static cx_status need_handles(cx_queue *q, const char *where)
{
    if (q->handles != NULL) return CX_OK;
    q->handles = cuda_core->system_alloc(sizeof *q->handles);
    if (q->handles == NULL)
        return cuda_core->fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for library handles",
                               sizeof *q->handles);
    memset(q->handles, 0, sizeof *q->handles);
    return CX_OK;
}

/* Handles and plans take memory, which a capture cannot record. */
cx_status cuda_may_make(cx_queue *q, const char *where, const char *what)
{
    if (!q->capturing) return CX_OK;
    return cuda_core->fail(
        CX_E_UNSUPPORTED, where,
        "%s is not ready, and cannot be made while a graph is captured; call the "
        "operation once before",
        what);
}

static cx_status make_blas(cx_queue *q, const char *where, const cuda_cublas *lib)
{
    CX_STATUS_TRY(need_handles(q, where));
    if (q->handles->blas.handle != NULL) return CX_OK;
    CX_STATUS_TRY(cuda_may_make(q, where, "cuBLAS"));
    cublasHandle_t h = NULL;
    void *work = NULL;
    const size_t bytes = blas_work_bytes(q->dev);
    CX_STATUS_TRY(cuda_cublas_check(q, where, "cublasCreate", lib->cublasCreate_v2(&h)));
    cx_status st = cuda_work_alloc(q, where, bytes, &work);
    if (st == CX_OK) /* before the workspace, which it would take away again */
        st = cuda_cublas_check(q, where, "cublasSetStream", lib->cublasSetStream_v2(h, q->stream));
    if (st == CX_OK)
        st = cuda_cublas_check(q, where, "cublasSetWorkspace",
                               lib->cublasSetWorkspace_v2(h, work, bytes));
    if (st == CX_OK) /* sums of 16-bit floats stay in float32 */
        st = cuda_cublas_check(
            q, where, "cublasSetMathMode",
            lib->cublasSetMathMode(
                h, (cublasMath_t)(CUBLAS_DEFAULT_MATH |
                                  CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION)));
    if (st != CX_OK) {
        (void)lib->cublasDestroy_v2(h);
        if (work != NULL) cuda_work_free(q, work);
        return st;
    }
    q->handles->blas = (cuda_blas){lib, h, allow_tf32()};
    q->handles->blas_work = work;
    return CX_OK;
}

static cx_status make_solver(cx_queue *q, const char *where, const cuda_cusolver *lib)
{
    CX_STATUS_TRY(need_handles(q, where));
    if (q->handles->solver.handle != NULL) return CX_OK;
    CX_STATUS_TRY(cuda_may_make(q, where, "cuSOLVER"));
    cuda_solver s = {lib, NULL, NULL};
    CX_STATUS_TRY(
        cuda_cusolver_check(q, where, "cusolverDnCreate", lib->cusolverDnCreate(&s.handle)));
    cx_status st = cuda_cusolver_check(q, where, "cusolverDnSetStream",
                                       lib->cusolverDnSetStream(s.handle, q->stream));
    if (st == CX_OK)
        st = cuda_cusolver_check(q, where, "cusolverDnCreateParams",
                                 lib->cusolverDnCreateParams(&s.params));
    if (st != CX_OK) {
        (void)lib->cusolverDnDestroy(s.handle);
        return st;
    }
    q->handles->solver = s;
    return CX_OK;
}

cx_status cuda_blas_get(cx_queue *q, const char *where, cuda_blas *out)
{
    const cuda_cublas *lib;
    CX_STATUS_TRY(cuda_enter(q->dev));
    CX_STATUS_TRY(cuda_cublas_open(where, &lib));
    pthread_mutex_lock(&handles_lock);
    const cx_status st = make_blas(q, where, lib);
    if (st == CX_OK) *out = q->handles->blas;
    pthread_mutex_unlock(&handles_lock);
    return st;
}

cx_status cuda_solver_get(cx_queue *q, const char *where, cuda_solver *out)
{
    const cuda_cusolver *lib;
    CX_STATUS_TRY(cuda_enter(q->dev));
    CX_STATUS_TRY(cuda_cusolver_open(where, &lib));
    pthread_mutex_lock(&handles_lock);
    const cx_status st = make_solver(q, where, lib);
    if (st == CX_OK) *out = q->handles->solver;
    pthread_mutex_unlock(&handles_lock);
    return st;
}

void cuda_handles_free(cx_queue *q)
{
    if (q->handles == NULL) return;
    const struct cuda_handles h = *q->handles;
    if (h.blas.handle != NULL) {
        (void)h.blas.lib->cublasDestroy_v2(h.blas.handle);
        cuda_work_free(q, h.blas_work);
    }
    if (h.solver.handle != NULL) {
        (void)h.solver.lib->cusolverDnDestroyParams(h.solver.params);
        (void)h.solver.lib->cusolverDnDestroy(h.solver.handle);
    }
    cuda_core->system_free(q->handles, sizeof *q->handles);
    q->handles = NULL;
}

cx_status cuda_warm(cx_queue *q, const char *group)
{
    static const char where[] = "warm";
    cuda_blas blas;
    cuda_solver solver;
    const cuda_cufft *fft;
    CX_STATUS_TRY(cuda_enter(q->dev));
    if (strcmp(group, "blas") == 0) return cuda_blas_get(q, where, &blas);
    if (strcmp(group, "lapack") == 0) {
        CX_STATUS_TRY(cuda_blas_get(q, where, &blas));
        return cuda_solver_get(q, where, &solver);
    }
    if (strcmp(group, "fft") == 0) return cuda_cufft_open(where, &fft);
    return CX_OK;
}
