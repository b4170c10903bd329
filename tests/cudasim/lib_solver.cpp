// A fake cuSOLVER over the Fortran LAPACK of OpenBLAS: column-major, queued on the handle's stream,
// operands checked against live allocations. Workspaces have odd sizes, less is refused, and they
// are overwritten, the host's too, when the call runs.
#include "fakes.h"
#include "lapack.h"
#include <cusolverDn.h>
#include <algorithm>

using namespace cudasim;

struct cusolverDnContext {
    cudaStream_t stream;
};
struct cusolverDnParams {
    int nothing;
};

namespace {
cusolverStatus_t status_of(cudaError_t e)
{
    return e == cudaSuccess                 ? CUSOLVER_STATUS_SUCCESS
           : e == cudaErrorMemoryAllocation ? CUSOLVER_STATUS_ALLOC_FAILED
                                            : CUSOLVER_STATUS_EXECUTION_FAILED;
}
// The lock for the whole call, and whether it may go on.
#define ENTER(call, h)                                              \
    Lock lock_;                                                     \
    do {                                                            \
        if ((h) == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED; \
        if (const cudaError_t e_ = api(call)) return status_of(e_); \
    } while (0)
#define NEED(condition)                                         \
    do {                                                        \
        if (!(condition)) return CUSOLVER_STATUS_INVALID_VALUE; \
    } while (0)

// f(T()) for the element type of t; false if it is none of the four
template <class F> bool with_type(cudaDataType t, F f)
{
    switch (t) {
    case CUDA_R_32F: f(float()); return true;
    case CUDA_R_64F: f(double()); return true;
    case CUDA_C_32F: f(c64()); return true;
    case CUDA_C_64F: f(c128()); return true;
    default: return false;
    }
}
size_t size_of(cudaDataType t)
{
    size_t size = 0;
    with_type(t, [&](auto x) { size = sizeof x; });
    return size;
}
size_t real_size_of(cudaDataType t)
{
    return size_of(t) / (t == CUDA_C_32F || t == CUDA_C_64F ? 2 : 1);
}
bool fits_ld(int64_t rows, int64_t ld)
{
    return rows >= 0 && ld >= std::max<int64_t>(1, rows);
}

// What a routine asks for: odd on purpose.
size_t work_bytes(int64_t n)
{
    return static_cast<size_t>(n) * 24 + 131;
}
const size_t host_bytes = 57;

struct Work {
    void *device;
    size_t device_size;
    void *host;
    size_t host_size;
    void spoil() const
    {
        poison(device, device_size);
        poison(host, host_size);
    }
};
bool enough(const Work &w, size_t device, size_t host)
{
    return w.device_size >= device && w.host_size >= host && w.device && (w.host || host == 0);
}
char letter(cublasFillMode_t f)
{
    return f == CUBLAS_FILL_MODE_LOWER ? 'L' : 'U';
}
char letter(cublasOperation_t o)
{
    return o == CUBLAS_OP_N ? 'N' : o == CUBLAS_OP_T ? 'T' : 'C';
}
const Range int_range(const int *info, int64_t n = 1)
{
    return {info, static_cast<size_t>(n) * sizeof(int)};
}

// ---- LAPACK with workspaces of its own
template <class T> struct Scratch {
    std::vector<T> work;
    std::vector<typename real_of<T>::type> real;
    std::vector<int> ints;
    int lwork, lreal, lints;
    explicit Scratch(int64_t n, int64_t reals = 0, int64_t integers = 0)
        : work(n + 1), real(reals + 1), ints(integers + 1), lwork((int)n + 1),
          lreal((int)reals + 1), lints((int)integers + 1)
    {
    }
};

template <class T>
int heevd(char job, char uplo, int n, T *a, int lda, typename real_of<T>::type *w)
{
    const int64_t n2 = (int64_t)n * n;
    Scratch<T> s(6 * n + 2 * n2 + 1, 1 + 5 * n + 2 * n2, 3 + 5 * n);
    int info = 0;
    if constexpr (complex_type<T>)
        lapack<T>::heevd(&job, &uplo, &n, a, &lda, w, s.work.data(), &s.lwork, s.real.data(),
                         &s.lreal, s.ints.data(), &s.lints, &info, 1, 1);
    else
        lapack<T>::heevd(&job, &uplo, &n, a, &lda, w, s.work.data(), &s.lwork, s.ints.data(),
                         &s.lints, &info, 1, 1);
    return info;
}
// Of a real matrix w holds the real parts, then the imaginary ones, and v the packed vectors.
template <class T> int geev(char job, int n, T *a, int lda, T *w, T *v, int ldv)
{
    Scratch<T> s(10 * (int64_t)n + 1, 2 * n);
    const char none = 'N';
    const int one = 1;
    int info = 0;
    if constexpr (complex_type<T>)
        lapack<T>::geev(&none, &job, &n, a, &lda, w, nullptr, &one, v, &ldv, s.work.data(),
                        &s.lwork, s.real.data(), &info, 1, 1);
    else
        lapack<T>::geev(&none, &job, &n, a, &lda, w, w + n, nullptr, &one, v, &ldv, s.work.data(),
                        &s.lwork, &info, 1, 1);
    return info;
}
template <class T>
int gesvd(char ju, char jv, int m, int n, T *a, int lda, typename real_of<T>::type *s, T *u,
          int ldu, T *vt, int ldvt)
{
    Scratch<T> w(8 * ((int64_t)m + n) + 64, 5 * n);
    int info = 0;
    if constexpr (complex_type<T>)
        lapack<T>::gesvd(&ju, &jv, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, w.work.data(), &w.lwork,
                         w.real.data(), &info, 1, 1);
    else
        lapack<T>::gesvd(&ju, &jv, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, w.work.data(), &w.lwork,
                         &info, 1, 1);
    return info;
}
} // namespace

extern "C" {
cusolverStatus_t cusolverDnCreate(cusolverDnHandle_t *h)
{
    ENTER(__func__, h);
    *h = new cusolverDnContext{nullptr};
    count_handle(1);
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnDestroy(cusolverDnHandle_t h)
{
    if (h == nullptr) return CUSOLVER_STATUS_NOT_INITIALIZED;
    Lock lock;
    wait_all();
    delete h;
    count_handle(-1);
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnSetStream(cusolverDnHandle_t h, cudaStream_t stream)
{
    ENTER(__func__, h);
    h->stream = stream;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnCreateParams(cusolverDnParams_t *p)
{
    ENTER(__func__, p);
    *p = new cusolverDnParams{0};
    count_handle(1);
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnDestroyParams(cusolverDnParams_t p)
{
    if (p == nullptr) return CUSOLVER_STATUS_INVALID_VALUE;
    delete p;
    count_handle(-1);
    return CUSOLVER_STATUS_SUCCESS;
}

// ---- LU
cusolverStatus_t cusolverDnXgetrf_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p, int64_t m,
                                             int64_t n, cudaDataType t, const void *, int64_t lda,
                                             cudaDataType compute, size_t *device, size_t *host)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(m, lda) && compute == t);
    *device = work_bytes(n);
    *host = host_bytes;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgetrf(cusolverDnHandle_t h, cusolverDnParams_t p, int64_t m, int64_t n,
                                  cudaDataType t, void *a, int64_t lda, int64_t *pivots,
                                  cudaDataType compute, void *work, size_t bytes, void *host,
                                  size_t host_size, int *info)
{
    ENTER(__func__, h);
    const Work w = {work, bytes, host, host_size};
    NEED(p && fits_ld(m, lda) && compute == t && enough(w, work_bytes(n), host_bytes));
    const Range ra = {a, span(m, n, lda, size_of(t))};
    queue(__func__, h->stream, {ra, {work, bytes}},
          {ra, {pivots, static_cast<size_t>(std::min(m, n)) * 8}, int_range(info)}, [=] {
              w.spoil();
              const int rows = (int)m, cols = (int)n, ld = (int)lda;
              std::vector<int> narrow(std::min(m, n) + 1);
              with_type(t, [&](auto x) {
                  typedef decltype(x) T;
                  lapack<T>::getrf(&rows, &cols, static_cast<T *>(a), &ld, narrow.data(), info);
              });
              for (int64_t i = 0; i < std::min(m, n); i++) pivots[i] = narrow[i];
          });
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgetrs(cusolverDnHandle_t h, cusolverDnParams_t p, cublasOperation_t op,
                                  int64_t n, int64_t cols, cudaDataType t, const void *a,
                                  int64_t lda, const int64_t *pivots, cudaDataType tb, void *b,
                                  int64_t ldb, int *info)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(n, lda) && fits_ld(n, ldb) && cols >= 0 && tb == t);
    const Range rb = {b, span(n, cols, ldb, size_of(t))};
    queue(__func__, h->stream,
          {{a, span(n, n, lda, size_of(t))}, {pivots, static_cast<size_t>(n) * 8}, rb},
          {rb, int_range(info)}, [=] {
              const int order = (int)n, right = (int)cols, ld = (int)lda, ldx = (int)ldb;
              std::vector<int> narrow(n + 1);
              for (int64_t i = 0; i < n; i++) {
                  narrow[i] = (int)pivots[i];
                  if (pivots[i] < 1 || pivots[i] > n) {
                      mistake("cusolverDnXgetrs: pivot %lld of %lld", (long long)pivots[i],
                              (long long)n);
                  }
              }
              const char trans = letter(op);
              with_type(t, [&](auto x) {
                  typedef decltype(x) T;
                  lapack<T>::getrs(&trans, &order, &right, static_cast<const T *>(a), &ld,
                                   narrow.data(), static_cast<T *>(b), &ldx, info, 1);
              });
          });
    return CUSOLVER_STATUS_SUCCESS;
}

// ---- Cholesky
cusolverStatus_t cusolverDnXpotrf_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p,
                                             cublasFillMode_t, int64_t n, cudaDataType t,
                                             const void *, int64_t lda, cudaDataType compute,
                                             size_t *device, size_t *host)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(n, lda) && compute == t);
    *device = work_bytes(n);
    *host = host_bytes;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXpotrf(cusolverDnHandle_t h, cusolverDnParams_t p, cublasFillMode_t fill,
                                  int64_t n, cudaDataType t, void *a, int64_t lda,
                                  cudaDataType compute, void *work, size_t bytes, void *host,
                                  size_t host_size, int *info)
{
    ENTER(__func__, h);
    const Work w = {work, bytes, host, host_size};
    NEED(p && fits_ld(n, lda) && compute == t && enough(w, work_bytes(n), host_bytes));
    const Range ra = {a, span(n, n, lda, size_of(t))};
    queue(__func__, h->stream, {ra, {work, bytes}}, {ra, int_range(info)}, [=] {
        w.spoil();
        const int order = (int)n, ld = (int)lda;
        const char uplo = letter(fill);
        with_type(t, [&](auto x) {
            typedef decltype(x) T;
            lapack<T>::potrf(&uplo, &order, static_cast<T *>(a), &ld, info, 1);
        });
    });
    return CUSOLVER_STATUS_SUCCESS;
}

// ---- QR
cusolverStatus_t cusolverDnXgeqrf_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p, int64_t m,
                                             int64_t n, cudaDataType t, const void *, int64_t lda,
                                             cudaDataType tau_type, const void *,
                                             cudaDataType compute, size_t *device, size_t *host)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(m, lda) && compute == t && tau_type == t);
    *device = work_bytes(n);
    *host = host_bytes;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgeqrf(cusolverDnHandle_t h, cusolverDnParams_t p, int64_t m, int64_t n,
                                  cudaDataType t, void *a, int64_t lda, cudaDataType tau_type,
                                  void *tau, cudaDataType compute, void *work, size_t bytes,
                                  void *host, size_t host_size, int *info)
{
    ENTER(__func__, h);
    const Work w = {work, bytes, host, host_size};
    NEED(p && fits_ld(m, lda) && compute == t && tau_type == t &&
         enough(w, work_bytes(n), host_bytes));
    const Range ra = {a, span(m, n, lda, size_of(t))};
    queue(__func__, h->stream, {ra, {work, bytes}},
          {ra, {tau, static_cast<size_t>(std::min(m, n)) * size_of(t)}, int_range(info)}, [=] {
              w.spoil();
              const int rows = (int)m, cols = (int)n, ld = (int)lda;
              with_type(t, [&](auto x) {
                  typedef decltype(x) T;
                  Scratch<T> s(64 * n);
                  lapack<T>::geqrf(&rows, &cols, static_cast<T *>(a), &ld, static_cast<T *>(tau),
                                   s.work.data(), &s.lwork, info);
              });
          });
    return CUSOLVER_STATUS_SUCCESS;
}

// ---- SVD
cusolverStatus_t cusolverDnXgesvd_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p,
                                             signed char, signed char, int64_t m, int64_t n,
                                             cudaDataType t, const void *, int64_t lda,
                                             cudaDataType ts, const void *, cudaDataType tu,
                                             const void *, int64_t, cudaDataType tv, const void *,
                                             int64_t, cudaDataType compute, size_t *device,
                                             size_t *host)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(m, lda) && m >= n && compute == t && tu == t && tv == t);
    NEED(size_of(ts) == real_size_of(t));
    *device = work_bytes(m);
    *host = host_bytes;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgesvd(cusolverDnHandle_t h, cusolverDnParams_t p, signed char ju,
                                  signed char jv, int64_t m, int64_t n, cudaDataType t, void *a,
                                  int64_t lda, cudaDataType ts, void *s, cudaDataType tu, void *u,
                                  int64_t ldu, cudaDataType tv, void *vt, int64_t ldvt,
                                  cudaDataType compute, void *work, size_t bytes, void *host,
                                  size_t host_size, int *info)
{
    ENTER(__func__, h);
    const Work w = {work, bytes, host, host_size};
    NEED(p && fits_ld(m, lda) && m >= n && compute == t && tu == t && tv == t);
    NEED(size_of(ts) == real_size_of(t) && enough(w, work_bytes(m), host_bytes));
    NEED(ju == 'N' || fits_ld(m, ldu));
    NEED(jv == 'N' || fits_ld(n, ldvt));
    const Range ra = {a, span(m, n, lda, size_of(t))};
    const Range ru = {u, ju == 'N' ? 0 : span(m, ju == 'A' ? m : n, ldu, size_of(t))};
    const Range rv = {vt, jv == 'N' ? 0 : span(n, n, ldvt, size_of(t))};
    queue(__func__, h->stream, {ra, {work, bytes}},
          {ra, {s, static_cast<size_t>(n) * real_size_of(t)}, ru, rv, int_range(info)}, [=] {
              w.spoil();
              with_type(t, [&](auto x) {
                  typedef decltype(x) T;
                  *info = gesvd<T>((char)ju, (char)jv, (int)m, (int)n, static_cast<T *>(a),
                                   (int)lda, static_cast<typename real_of<T>::type *>(s),
                                   static_cast<T *>(u), (int)ldu, static_cast<T *>(vt), (int)ldvt);
              });
          });
    return CUSOLVER_STATUS_SUCCESS;
}

// ---- Hermitian eigenvalues
cusolverStatus_t cusolverDnXsyevd_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p,
                                             cusolverEigMode_t, cublasFillMode_t, int64_t n,
                                             cudaDataType t, const void *, int64_t lda,
                                             cudaDataType tw, const void *, cudaDataType compute,
                                             size_t *device, size_t *host)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(n, lda) && compute == t && size_of(tw) == real_size_of(t));
    *device = work_bytes(n);
    *host = host_bytes;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXsyevBatched(cusolverDnHandle_t h, cusolverDnParams_t p,
                                        cusolverEigMode_t mode, cublasFillMode_t fill, int64_t n,
                                        cudaDataType t, void *a, int64_t lda, cudaDataType tw,
                                        void *values, cudaDataType compute, void *work,
                                        size_t bytes, void *host, size_t host_size, int *info,
                                        int64_t count)
{
    ENTER(__func__, h);
    const Work w = {work, bytes, host, host_size};
    NEED(p && fits_ld(n, lda) && compute == t && size_of(tw) == real_size_of(t));
    NEED(count >= 0 && enough(w, work_bytes(n), host_bytes));
    const size_t one = static_cast<size_t>(lda * n) * size_of(t);
    const Range ra = {a, count > 0 ? one * (count - 1) + span(n, n, lda, size_of(t)) : 0};
    queue(__func__, h->stream, {ra, {work, bytes}},
          {ra, {values, static_cast<size_t>(n * count) * real_size_of(t)}, int_range(info, count)},
          [=] {
              w.spoil();
              with_type(t, [&](auto x) {
                  typedef decltype(x) T;
                  typedef typename real_of<T>::type R;
                  for (int64_t i = 0; i < count; i++)
                      info[i] = heevd<T>(mode == CUSOLVER_EIG_MODE_VECTOR ? 'V' : 'N', letter(fill),
                                         (int)n, static_cast<T *>(a) + i * lda * n, (int)lda,
                                         static_cast<R *>(values) + i * n);
              });
          });
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXsyevBatched_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p,
                                                   cusolverEigMode_t mode, cublasFillMode_t fill,
                                                   int64_t n, cudaDataType t, const void *a,
                                                   int64_t lda, cudaDataType tw, const void *w,
                                                   cudaDataType compute, size_t *device,
                                                   size_t *host, int64_t)
{
    return cusolverDnXsyevd_bufferSize(h, p, mode, fill, n, t, a, lda, tw, w, compute, device,
                                       host);
}
cusolverStatus_t cusolverDnXsyevd(cusolverDnHandle_t h, cusolverDnParams_t p,
                                  cusolverEigMode_t mode, cublasFillMode_t fill, int64_t n,
                                  cudaDataType t, void *a, int64_t lda, cudaDataType tw, void *w,
                                  cudaDataType compute, void *work, size_t bytes, void *host,
                                  size_t host_size, int *info)
{
    return cusolverDnXsyevBatched(h, p, mode, fill, n, t, a, lda, tw, w, compute, work, bytes, host,
                                  host_size, info, 1);
}

// ---- eigenvalues of general matrices; the left vectors are not supported, as in the library
cusolverStatus_t cusolverDnXgeev_bufferSize(cusolverDnHandle_t h, cusolverDnParams_t p,
                                            cusolverEigMode_t left, cusolverEigMode_t right,
                                            int64_t n, cudaDataType t, const void *, int64_t lda,
                                            cudaDataType tw, const void *, cudaDataType tl,
                                            const void *, int64_t ldl, cudaDataType tv,
                                            const void *, int64_t ldv, cudaDataType compute,
                                            size_t *device, size_t *host)
{
    ENTER(__func__, h);
    NEED(p && fits_ld(n, lda) && compute == t && tw == t && tl == t && tv == t && ldl >= 1);
    NEED(left == CUSOLVER_EIG_MODE_NOVECTOR);
    NEED(right == CUSOLVER_EIG_MODE_NOVECTOR ? ldv >= 1 : fits_ld(n, ldv));
    *device = work_bytes(n);
    *host = host_bytes;
    return CUSOLVER_STATUS_SUCCESS;
}
cusolverStatus_t cusolverDnXgeev(cusolverDnHandle_t h, cusolverDnParams_t p, cusolverEigMode_t left,
                                 cusolverEigMode_t right, int64_t n, cudaDataType t, void *a,
                                 int64_t lda, cudaDataType tw, void *values, cudaDataType tl,
                                 void *, int64_t ldl, cudaDataType tv, void *v, int64_t ldv,
                                 cudaDataType compute, void *work, size_t bytes, void *host,
                                 size_t host_size, int *info)
{
    ENTER(__func__, h);
    const Work w = {work, bytes, host, host_size};
    const bool vectors = right == CUSOLVER_EIG_MODE_VECTOR;
    NEED(p && fits_ld(n, lda) && compute == t && tw == t && tl == t && tv == t && ldl >= 1);
    NEED(left == CUSOLVER_EIG_MODE_NOVECTOR && (vectors ? fits_ld(n, ldv) : ldv >= 1));
    NEED(enough(w, work_bytes(n), host_bytes));
    const Range ra = {a, span(n, n, lda, size_of(t))};
    const size_t width = size_of(t) == real_size_of(t) ? 2 : 1;
    const Range rv = {v, vectors ? span(n, n, ldv, size_of(t)) : 0};
    queue(__func__, h->stream, {ra, {work, bytes}},
          {ra, {values, static_cast<size_t>(n) * width * size_of(t)}, rv, int_range(info)}, [=] {
              w.spoil();
              with_type(t, [&](auto x) {
                  typedef decltype(x) T;
                  *info = geev<T>(vectors ? 'V' : 'N', (int)n, static_cast<T *>(a), (int)lda,
                                  static_cast<T *>(values), static_cast<T *>(v), (int)ldv);
              });
          });
    return CUSOLVER_STATUS_SUCCESS;
}
}

// ---- by element type
namespace {
int asked(int n)
{
    return 3 * n + 17;
}

template <class T>
cusolverStatus_t orgqr(const char *call, cusolverDnHandle_t h, int m, int n, int k, void *a,
                       int lda, const void *tau, void *work, int lwork, int *info)
{
    ENTER(call, h);
    NEED(fits_ld(m, lda) && n >= k && m >= n && lwork >= asked(n));
    const Range ra = {a, span(m, n, lda, sizeof(T))};
    const Range rw = {work, static_cast<size_t>(lwork) * sizeof(T)};
    queue(call, h->stream, {ra, {tau, static_cast<size_t>(k) * sizeof(T)}, rw},
          {ra, int_range(info)}, [=] {
              poison(rw.p ? work : nullptr, rw.bytes);
              Scratch<T> s(64 * (int64_t)n);
              lapack<T>::orgqr(&m, &n, &k, static_cast<T *>(a), &lda, static_cast<const T *>(tau),
                               s.work.data(), &s.lwork, info);
          });
    return CUSOLVER_STATUS_SUCCESS;
}
template <class T>
cusolverStatus_t ormqr(const char *call, cusolverDnHandle_t h, cublasSideMode_t side,
                       cublasOperation_t op, int m, int n, int k, const void *a, int lda,
                       const void *tau, void *c, int ldc, void *work, int lwork, int *info)
{
    ENTER(call, h);
    const bool on_left = side == CUBLAS_SIDE_LEFT;
    const int order = on_left ? m : n;
    NEED((on_left || side == CUBLAS_SIDE_RIGHT) && fits_ld(order, lda) && fits_ld(m, ldc));
    NEED(k <= order && op != (complex_type<T> ? CUBLAS_OP_T : CUBLAS_OP_C));
    NEED(lwork >= asked(on_left ? n : m));
    const Range rc = {c, span(m, n, ldc, sizeof(T))};
    const Range rw = {work, static_cast<size_t>(lwork) * sizeof(T)};
    queue(call, h->stream,
          {{a, span(order, k, lda, sizeof(T))}, {tau, static_cast<size_t>(k) * sizeof(T)}, rc, rw},
          {rc, int_range(info)}, [=] {
              poison(work, rw.bytes);
              Scratch<T> s(64 * (int64_t)(on_left ? n : m) + 65 * 65);
              const char left = on_left ? 'L' : 'R', trans = letter(op);
              lapack<T>::ormqr(&left, &trans, &m, &n, &k, static_cast<const T *>(a), &lda,
                               static_cast<const T *>(tau), static_cast<T *>(c), &ldc,
                               s.work.data(), &s.lwork, info, 1, 1);
          });
    return CUSOLVER_STATUS_SUCCESS;
}
template <class T, class V>
cusolverStatus_t potrf_batched(const char *call, cusolverDnHandle_t h, cublasFillMode_t fill, int n,
                               V *list[], int lda, int *info, int count)
{
    ENTER(call, h);
    NEED(fits_ld(n, lda) && count >= 0);
    queue(call, h->stream, {{list, static_cast<size_t>(count) * sizeof *list}},
          {int_range(info, count)}, [=] {
              const char uplo = letter(fill);
              for (int i = 0; i < count; i++) {
                  T *const a = reinterpret_cast<T *>(list[i]);
                  need_ranges(call, {{a, span(n, n, lda, sizeof(T))}});
                  lapack<T>::potrf(&uplo, &n, a, &lda, &info[i], 1);
              }
          });
    return CUSOLVER_STATUS_SUCCESS;
}
} // namespace

extern "C" {
#define TYPED(L, V, T, OR)                                                                        \
    cusolverStatus_t cusolverDn##L##OR##gqr_bufferSize(cusolverDnHandle_t h, int m, int n, int,   \
                                                       const V *, int lda, const V *, int *lwork) \
    {                                                                                             \
        ENTER(__func__, h);                                                                       \
        NEED(fits_ld(m, lda));                                                                    \
        *lwork = asked(n);                                                                        \
        return CUSOLVER_STATUS_SUCCESS;                                                           \
    }                                                                                             \
    cusolverStatus_t cusolverDn##L##OR##gqr(cusolverDnHandle_t h, int m, int n, int k, V *a,      \
                                            int lda, const V *tau, V *work, int lwork, int *info) \
    {                                                                                             \
        return orgqr<T>(__func__, h, m, n, k, a, lda, tau, work, lwork, info);                    \
    }                                                                                             \
    cusolverStatus_t cusolverDn##L##OR##mqr_bufferSize(                                           \
        cusolverDnHandle_t h, cublasSideMode_t side, cublasOperation_t, int m, int n, int,        \
        const V *, int lda, const V *, const V *, int, int *lwork)                                \
    {                                                                                             \
        ENTER(__func__, h);                                                                       \
        NEED(fits_ld(side == CUBLAS_SIDE_LEFT ? m : n, lda));                                     \
        *lwork = asked(side == CUBLAS_SIDE_LEFT ? n : m);                                         \
        return CUSOLVER_STATUS_SUCCESS;                                                           \
    }                                                                                             \
    cusolverStatus_t cusolverDn##L##OR##mqr(                                                      \
        cusolverDnHandle_t h, cublasSideMode_t side, cublasOperation_t op, int m, int n, int k,   \
        const V *a, int lda, const V *tau, V *c, int ldc, V *work, int lwork, int *info)          \
    {                                                                                             \
        return ormqr<T>(__func__, h, side, op, m, n, k, a, lda, tau, c, ldc, work, lwork, info);  \
    }                                                                                             \
    cusolverStatus_t cusolverDn##L##potrfBatched(cusolverDnHandle_t h, cublasFillMode_t fill,     \
                                                 int n, V *a[], int lda, int *info, int count)    \
    {                                                                                             \
        return potrf_batched<T>(__func__, h, fill, n, a, lda, info, count);                       \
    }
TYPED(S, float, float, or)
TYPED(D, double, double, or)
TYPED(C, cuComplex, c64, un)
TYPED(Z, cuDoubleComplex, c128, un)
}

#define SYMBOLS(L, OR)                                                                             \
    CUDASIM_SYMBOL(cusolverDn##L##OR##gqr_bufferSize), CUDASIM_SYMBOL(cusolverDn##L##OR##gqr),     \
        CUDASIM_SYMBOL(cusolverDn##L##OR##mqr_bufferSize), CUDASIM_SYMBOL(cusolverDn##L##OR##mqr), \
        CUDASIM_SYMBOL(cusolverDn##L##potrfBatched)
static const Symbol symbols[] = {
    CUDASIM_SYMBOL(cusolverDnCreate),
    CUDASIM_SYMBOL(cusolverDnDestroy),
    CUDASIM_SYMBOL(cusolverDnSetStream),
    CUDASIM_SYMBOL(cusolverDnCreateParams),
    CUDASIM_SYMBOL(cusolverDnDestroyParams),
    CUDASIM_SYMBOL(cusolverDnXgetrf_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXgetrf),
    CUDASIM_SYMBOL(cusolverDnXgetrs),
    CUDASIM_SYMBOL(cusolverDnXpotrf_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXpotrf),
    CUDASIM_SYMBOL(cusolverDnXgeqrf_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXgeqrf),
    CUDASIM_SYMBOL(cusolverDnXgesvd_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXgesvd),
    CUDASIM_SYMBOL(cusolverDnXsyevd_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXsyevd),
    CUDASIM_SYMBOL(cusolverDnXsyevBatched_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXsyevBatched),
    CUDASIM_SYMBOL(cusolverDnXgeev_bufferSize),
    CUDASIM_SYMBOL(cusolverDnXgeev),
    SYMBOLS(S, or),
    SYMBOLS(D, or),
    SYMBOLS(C, un),
    SYMBOLS(Z, un),
};
const Library cudasim::fake_cusolver = {"cusolver", symbols, sizeof symbols / sizeof *symbols};
