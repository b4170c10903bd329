// A fake cuBLAS: column-major, queued on the handle's stream, alpha and beta read at the call,
// every operand checked against live allocations, the workspace overwritten.
#include "fakes.h"
#include "lapack.h"
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <algorithm>

using namespace cudasim;

struct cublasContext {
    cudaStream_t stream;
    void *work;
    size_t work_bytes;
    cublasMath_t math;
    unsigned products;
};

namespace {
cublasStatus_t status_of(cudaError_t e)
{
    return e == cudaSuccess                 ? CUBLAS_STATUS_SUCCESS
           : e == cudaErrorMemoryAllocation ? CUBLAS_STATUS_ALLOC_FAILED
                                            : CUBLAS_STATUS_EXECUTION_FAILED;
}
// The lock for the whole call, and whether it may go on.
#define ENTER(call, h)                                              \
    Lock lock_;                                                     \
    do {                                                            \
        if ((h) == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;   \
        if (const cudaError_t e_ = api(call)) return status_of(e_); \
    } while (0)

CBLAS_TRANSPOSE transpose(cublasOperation_t op)
{
    return op == CUBLAS_OP_N ? CblasNoTrans : op == CUBLAS_OP_T ? CblasTrans : CblasConjTrans;
}

struct Gemm {
    CBLAS_TRANSPOSE ta, tb;
    int m, n, k, lda, ldb, ldc;
    const void *a, *b;
    void *c;
};
template <class T> void run(const Gemm &g, T alpha, T beta)
{
    gemm(g.ta, g.tb, g.m, g.n, g.k, alpha, static_cast<const T *>(g.a), g.lda,
         static_cast<const T *>(g.b), g.ldb, beta, static_cast<T *>(g.c), g.ldc);
}

float widen(__half x)
{
    return __half2float(x);
}
float widen(__nv_bfloat16 x)
{
    return __bfloat162float(x);
}
void narrow(float x, __half *to)
{
    *to = __float2half_rn(x);
}
void narrow(float x, __nv_bfloat16 *to)
{
    *to = __float2bfloat16_rn(x);
}

// 16-bit storage, sums in float, one rounding at the end
template <class H> void run_half(Gemm g, float alpha, float beta)
{
    const auto widened = [](const void *p, int rows, int cols, int ld) {
        std::vector<float> v(static_cast<size_t>(rows) * cols + 1);
        for (int j = 0; j < cols; j++)
            for (int i = 0; i < rows; i++)
                v[static_cast<size_t>(j) * rows + i] =
                    widen(static_cast<const H *>(p)[static_cast<size_t>(j) * ld + i]);
        return v;
    };
    const int ra = g.ta == CblasNoTrans ? g.m : g.k, ca = g.ta == CblasNoTrans ? g.k : g.m;
    const int rb = g.tb == CblasNoTrans ? g.k : g.n, cb = g.tb == CblasNoTrans ? g.n : g.k;
    const std::vector<float> a = widened(g.a, ra, ca, g.lda), b = widened(g.b, rb, cb, g.ldb);
    std::vector<float> c(static_cast<size_t>(g.m) * g.n + 1);
    if (beta != 0) c = widened(g.c, g.m, g.n, g.ldc);
    H *const out = static_cast<H *>(g.c);
    const int ldc = g.ldc;
    gemm(g.ta, g.tb, g.m, g.n, g.k, alpha, a.data(), std::max(1, ra), b.data(), std::max(1, rb),
         beta, c.data(), std::max(1, g.m));
    for (int j = 0; j < g.n; j++)
        for (int i = 0; i < g.m; i++)
            narrow(c[static_cast<size_t>(j) * g.m + i], &out[static_cast<size_t>(j) * ldc + i]);
}

// TF32: eleven significant bits of the factors.
float tf32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0xfff + (bits >> 13 & 1)) & ~0x1fffu;
    memcpy(&x, &bits, sizeof bits);
    return x;
}
// The same product of rounded copies; reals: floats of an element
void run_tf32(Gemm g, int reals, const std::function<void(const Gemm &)> &exact)
{
    const auto rounded = [reals](const void *p, int rows, int cols, int ld) {
        const size_t n = span(rows, cols, ld, reals);
        std::vector<float> v(n + 1);
        for (size_t i = 0; i < n; i++) v[i] = tf32(static_cast<const float *>(p)[i]);
        return v;
    };
    const bool na = g.ta == CblasNoTrans, nb = g.tb == CblasNoTrans;
    const std::vector<float> a = rounded(g.a, na ? g.m : g.k, na ? g.k : g.m, g.lda),
                             b = rounded(g.b, nb ? g.k : g.n, nb ? g.n : g.k, g.ldb);
    g.a = a.data();
    g.b = b.data();
    exact(g);
}

struct Type {
    cudaDataType type;
    size_t size;
    bool wide;
};
const Type types[] = {{CUDA_R_16F, 2, false}, {CUDA_R_16BF, 2, false}, {CUDA_R_32F, 4, false},
                      {CUDA_R_64F, 8, true},  {CUDA_C_32F, 8, false},  {CUDA_C_64F, 16, true}};
const Type *type_of(cudaDataType t)
{
    for (const Type &x : types)
        if (x.type == t) return &x;
    return nullptr;
}

struct Scale {
    c128 alpha, beta;
};
Scale scale_of(cudaDataType t, const void *alpha, const void *beta)
{
    const auto value = [t](const void *p) -> c128 {
        switch (t) {
        case CUDA_R_64F: return *static_cast<const double *>(p);
        case CUDA_C_32F: return *static_cast<const c64 *>(p);
        case CUDA_C_64F: return *static_cast<const c128 *>(p);
        default: return *static_cast<const float *>(p);
        }
    };
    return {value(alpha), value(beta)};
}
void dispatch(cudaDataType t, const Gemm &g, const Scale &s)
{
    const float al = static_cast<float>(s.alpha.real()), be = static_cast<float>(s.beta.real());
    switch (t) {
    case CUDA_R_16F: run_half<__half>(g, al, be); break;
    case CUDA_R_16BF: run_half<__nv_bfloat16>(g, al, be); break;
    case CUDA_R_32F: run<float>(g, al, be); break;
    case CUDA_R_64F: run<double>(g, s.alpha.real(), s.beta.real()); break;
    case CUDA_C_32F: run<c64>(g, c64(s.alpha), c64(s.beta)); break;
    default: run<c128>(g, s.alpha, s.beta); break;
    }
}
} // namespace

extern "C" {
cublasStatus_t cublasCreate_v2(cublasHandle_t *h)
{
    ENTER(__func__, h);
    *h = new cublasContext{nullptr, nullptr, 0, CUBLAS_DEFAULT_MATH, 0};
    count_handle(1);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy_v2(cublasHandle_t h)
{
    if (h == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
    Lock lock;
    wait_all(); // as the real one does
    delete h;
    count_handle(-1);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream_v2(cublasHandle_t h, cudaStream_t stream)
{
    ENTER(__func__, h);
    h->stream = stream;
    h->work = nullptr; // documented: back to the default workspace
    h->work_bytes = 0;
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t h, void *work, size_t bytes)
{
    ENTER(__func__, h);
    if (reinterpret_cast<uintptr_t>(work) % 256 != 0) return CUBLAS_STATUS_INVALID_VALUE;
    need_ranges(__func__, {{work, bytes}});
    h->work = work;
    h->work_bytes = bytes;
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetMathMode(cublasHandle_t h, cublasMath_t mode)
{
    ENTER(__func__, h);
    h->math = mode;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGemmStridedBatchedEx_64(cublasHandle_t h, cublasOperation_t ta,
                                             cublasOperation_t tb, int64_t m, int64_t n, int64_t k,
                                             const void *alpha, const void *a, cudaDataType type_a,
                                             int64_t lda, long long stride_a, const void *b,
                                             cudaDataType type_b, int64_t ldb, long long stride_b,
                                             const void *beta, void *c, cudaDataType type_c,
                                             int64_t ldc, long long stride_c, int64_t count,
                                             cublasComputeType_t compute, cublasGemmAlgo_t)
{
    ENTER(__func__, h);
    const Type *const t = type_of(type_a);
    const int64_t ra = ta == CUBLAS_OP_N ? m : k, ca = ta == CUBLAS_OP_N ? k : m;
    const int64_t rb = tb == CUBLAS_OP_N ? k : n, cb = tb == CUBLAS_OP_N ? n : k;
    if (m < 0 || n < 0 || k < 0 || count < 0 || lda < std::max<int64_t>(1, ra) ||
        ldb < std::max<int64_t>(1, rb) || ldc < std::max<int64_t>(1, m))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (t == nullptr || type_b != type_a || type_c != type_a) return CUBLAS_STATUS_NOT_SUPPORTED;
    const bool fast = compute == CUBLAS_COMPUTE_32F_FAST_TF32 && t->size >= 4 && !t->wide;
    if (compute != (t->wide ? CUBLAS_COMPUTE_64F : CUBLAS_COMPUTE_32F) && !fast)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    if (stride_a < 0 || stride_b < 0 || (count > 1 && stride_c <= 0))
        return CUBLAS_STATUS_INVALID_VALUE;
    const Scale s = scale_of(type_a, alpha, beta);
    const size_t size = t->size;
    std::vector<Range> in, out;
    for (int64_t i = 0; i < count; i++) {
        if (k > 0) {
            in.push_back({static_cast<const char *>(a) + i * stride_a * (int64_t)size,
                          span(ra, ca, lda, size)});
            in.push_back({static_cast<const char *>(b) + i * stride_b * (int64_t)size,
                          span(rb, cb, ldb, size)});
        }
        out.push_back(
            {static_cast<char *>(c) + i * stride_c * (int64_t)size, span(m, n, ldc, size)});
    }
    if (h->work == nullptr) mistake("%s without a workspace of the caller's", __func__);
    need_ranges(__func__, {{h->work, h->work_bytes}});
    // now and then: opening so much memory costs more than a small product
    char *const work = h->products++ % 64 == 0 ? static_cast<char *>(h->work) : nullptr;
    queue(__func__, h->stream, in, out, [=] {
        poison(work, work != nullptr ? 4096 : 0);
        const auto exact = [=](const Gemm &g) { dispatch(type_a, g, s); };
        for (int64_t i = 0; i < count; i++) {
            const Gemm g = {transpose(ta),
                            transpose(tb),
                            (int)m,
                            (int)n,
                            (int)k,
                            (int)lda,
                            (int)ldb,
                            (int)ldc,
                            static_cast<const char *>(a) + i * stride_a * (int64_t)size,
                            static_cast<const char *>(b) + i * stride_b * (int64_t)size,
                            static_cast<char *>(c) + i * stride_c * (int64_t)size};
            if (fast)
                run_tf32(g, (int)(size / sizeof(float)), exact);
            else
                exact(g);
        }
    });
    return CUBLAS_STATUS_SUCCESS;
}
}

// ---- factorisations of small matrices by arrays of pointers, which lie on the device
namespace {
template <class T, class V>
cublasStatus_t getrf_batched(const char *call, cublasHandle_t h, int n, V *const list[], int lda,
                             int *pivots, int *info, int count)
{
    ENTER(call, h);
    if (n < 0 || lda < std::max(1, n) || count < 0) return CUBLAS_STATUS_INVALID_VALUE;
    const size_t ints = static_cast<size_t>(count) * sizeof(int);
    queue(call, h->stream, {{list, static_cast<size_t>(count) * sizeof *list}},
          {{pivots, ints * static_cast<size_t>(n)}, {info, ints}}, [=] {
              for (int i = 0; i < count; i++) {
                  T *const a = reinterpret_cast<T *>(list[i]);
                  need_ranges(call, {{a, span(n, n, lda, sizeof(T))}});
                  lapack<T>::getrf(&n, &n, a, &lda, pivots + static_cast<size_t>(i) * n, &info[i]);
              }
          });
    return CUBLAS_STATUS_SUCCESS;
}
// info is one number on the host: it tells of arguments only
template <class T, class V>
cublasStatus_t getrs_batched(const char *call, cublasHandle_t h, cublasOperation_t trans, int n,
                             int cols, const V *const list[], int lda, const int *pivots,
                             V *const right[], int ldb, int *info, int count)
{
    ENTER(call, h);
    *info = n < 0 || cols < 0 || lda < std::max(1, n) || ldb < std::max(1, n) || count < 0 ? -1 : 0;
    if (*info != 0) return CUBLAS_STATUS_INVALID_VALUE;
    const size_t pointers = static_cast<size_t>(count) * sizeof *list;
    queue(call, h->stream,
          {{list, pointers},
           {right, pointers},
           {pivots, static_cast<size_t>(count) * n * sizeof(int)}},
          {}, [=] {
              const char letter = trans == CUBLAS_OP_N ? 'N' : trans == CUBLAS_OP_T ? 'T' : 'C';
              for (int i = 0; i < count; i++) {
                  const T *const a = reinterpret_cast<const T *>(list[i]);
                  T *const b = reinterpret_cast<T *>(right[i]);
                  need_ranges(
                      call, {{a, span(n, n, lda, sizeof(T))}, {b, span(n, cols, ldb, sizeof(T))}});
                  int bad = 0;
                  lapack<T>::getrs(&letter, &n, &cols, a, &lda, pivots + static_cast<size_t>(i) * n,
                                   b, &ldb, &bad, 1);
              }
          });
    return CUBLAS_STATUS_SUCCESS;
}

// The triangle of a alone is looked at: its other side may hold NaNs.
struct Trsm {
    CBLAS_SIDE side;
    CBLAS_UPLO uplo;
    CBLAS_TRANSPOSE trans;
    CBLAS_DIAG diag;
    int m, n, lda, ldb;
    int order() const { return side == CblasLeft ? m : n; }
};
template <class T> void run_trsm(const Trsm &s, T alpha, const T *a, T *b)
{
    trsm(s.side, s.uplo, s.trans, s.diag, s.m, s.n, alpha, a, s.lda, b, s.ldb);
}
cublasStatus_t trsm_of(cublasSideMode_t side, cublasFillMode_t fill, cublasOperation_t op,
                       cublasDiagType_t diag, int64_t m, int64_t n, int64_t lda, int64_t ldb,
                       Trsm *s)
{
    const int64_t order = side == CUBLAS_SIDE_LEFT ? m : n;
    if (m < 0 || n < 0 || lda < std::max<int64_t>(1, order) || ldb < std::max<int64_t>(1, m))
        return CUBLAS_STATUS_INVALID_VALUE;
    *s = {side == CUBLAS_SIDE_LEFT ? CblasLeft : CblasRight,
          fill == CUBLAS_FILL_MODE_UPPER ? CblasUpper : CblasLower,
          transpose(op),
          diag == CUBLAS_DIAG_UNIT ? CblasUnit : CblasNonUnit,
          (int)m,
          (int)n,
          (int)lda,
          (int)ldb};
    return CUBLAS_STATUS_SUCCESS;
}
template <class T, class V>
cublasStatus_t trsm_one(const char *call, cublasHandle_t h, const Trsm &s, const V *alpha,
                        const V *a, V *b)
{
    ENTER(call, h);
    const T factor = *reinterpret_cast<const T *>(alpha);
    const Range rb = {b, span(s.m, s.n, s.ldb, sizeof(T))};
    queue(call, h->stream, {{a, span(s.order(), s.order(), s.lda, sizeof(T))}, rb}, {rb}, [=] {
        run_trsm<T>(s, factor, reinterpret_cast<const T *>(a), reinterpret_cast<T *>(b));
    });
    return CUBLAS_STATUS_SUCCESS;
}
template <class T, class V>
cublasStatus_t trsm_batched(const char *call, cublasHandle_t h, const Trsm &s, const V *alpha,
                            const V *const a[], V *const b[], int64_t count)
{
    ENTER(call, h);
    if (count < 0) return CUBLAS_STATUS_INVALID_VALUE;
    const T factor = *reinterpret_cast<const T *>(alpha);
    const size_t pointers = static_cast<size_t>(count) * sizeof *a;
    queue(call, h->stream, {{a, pointers}, {b, pointers}}, {}, [=] {
        for (int64_t i = 0; i < count; i++) {
            need_ranges(call, {{a[i], span(s.order(), s.order(), s.lda, sizeof(T))},
                               {b[i], span(s.m, s.n, s.ldb, sizeof(T))}});
            run_trsm<T>(s, factor, reinterpret_cast<const T *>(a[i]), reinterpret_cast<T *>(b[i]));
        }
    });
    return CUBLAS_STATUS_SUCCESS;
}
} // namespace

extern "C" {
#define TRSM(L, V, T)                                                                              \
    cublasStatus_t cublas##L##trsm_v2_64(                                                          \
        cublasHandle_t h, cublasSideMode_t side, cublasFillMode_t fill, cublasOperation_t op,      \
        cublasDiagType_t diag, int64_t m, int64_t n, const V *alpha, const V *a, int64_t lda,      \
        V *b, int64_t ldb)                                                                         \
    {                                                                                              \
        Trsm s;                                                                                    \
        const cublasStatus_t bad = trsm_of(side, fill, op, diag, m, n, lda, ldb, &s);              \
        return bad != CUBLAS_STATUS_SUCCESS ? bad : trsm_one<T>(__func__, h, s, alpha, a, b);      \
    }                                                                                              \
    cublasStatus_t cublas##L##trsmBatched_64(                                                      \
        cublasHandle_t h, cublasSideMode_t side, cublasFillMode_t fill, cublasOperation_t op,      \
        cublasDiagType_t diag, int64_t m, int64_t n, const V *alpha, const V *const a[],           \
        int64_t lda, V *const b[], int64_t ldb, int64_t count)                                     \
    {                                                                                              \
        Trsm s;                                                                                    \
        const cublasStatus_t bad = trsm_of(side, fill, op, diag, m, n, lda, ldb, &s);              \
        return bad != CUBLAS_STATUS_SUCCESS ? bad                                                  \
                                            : trsm_batched<T>(__func__, h, s, alpha, a, b, count); \
    }
TRSM(S, float, float)
TRSM(D, double, double)
TRSM(C, cuComplex, c64)
TRSM(Z, cuDoubleComplex, c128)
#define GETRF(L, V, T)                                                                             \
    cublasStatus_t cublas##L##getrfBatched(cublasHandle_t h, int n, V *const a[], int lda, int *p, \
                                           int *info, int count)                                   \
    {                                                                                              \
        return getrf_batched<T>(__func__, h, n, a, lda, p, info, count);                           \
    }                                                                                              \
    cublasStatus_t cublas##L##getrsBatched(cublasHandle_t h, cublasOperation_t t, int n, int r,    \
                                           const V *const a[], int lda, const int *p,              \
                                           V *const b[], int ldb, int *info, int count)            \
    {                                                                                              \
        return getrs_batched<T>(__func__, h, t, n, r, a, lda, p, b, ldb, info, count);             \
    }
GETRF(S, float, float)
GETRF(D, double, double)
GETRF(C, cuComplex, c64)
GETRF(Z, cuDoubleComplex, c128)
}

static const Symbol symbols[] = {
    CUDASIM_SYMBOL(cublasCreate_v2),       CUDASIM_SYMBOL(cublasDestroy_v2),
    CUDASIM_SYMBOL(cublasSetStream_v2),    CUDASIM_SYMBOL(cublasSetWorkspace_v2),
    CUDASIM_SYMBOL(cublasSetMathMode),     CUDASIM_SYMBOL(cublasGemmStridedBatchedEx_64),
    CUDASIM_SYMBOL(cublasSgetrfBatched),   CUDASIM_SYMBOL(cublasDgetrfBatched),
    CUDASIM_SYMBOL(cublasCgetrfBatched),   CUDASIM_SYMBOL(cublasZgetrfBatched),
    CUDASIM_SYMBOL(cublasSgetrsBatched),   CUDASIM_SYMBOL(cublasDgetrsBatched),
    CUDASIM_SYMBOL(cublasCgetrsBatched),   CUDASIM_SYMBOL(cublasZgetrsBatched),
    CUDASIM_SYMBOL(cublasStrsm_v2_64),     CUDASIM_SYMBOL(cublasDtrsm_v2_64),
    CUDASIM_SYMBOL(cublasCtrsm_v2_64),     CUDASIM_SYMBOL(cublasZtrsm_v2_64),
    CUDASIM_SYMBOL(cublasStrsmBatched_64), CUDASIM_SYMBOL(cublasDtrsmBatched_64),
    CUDASIM_SYMBOL(cublasCtrsmBatched_64), CUDASIM_SYMBOL(cublasZtrsmBatched_64),
};
const Library cudasim::fake_cublas = {"cublas", symbols, sizeof symbols / sizeof *symbols};
