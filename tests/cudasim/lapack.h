// CBLAS and the Fortran LAPACK of OpenBLAS by element type, for the fakes.
#pragma once
#include <cblas.h>
#include <complex>

namespace cudasim {
typedef std::complex<float> c64;
typedef std::complex<double> c128;
template <class T> struct real_of {
    typedef T type;
};
template <class R> struct real_of<std::complex<R>> {
    typedef R type;
};
template <class T> constexpr bool complex_type = !std::is_same<T, typename real_of<T>::type>::value;

#define CUDASIM_LAPACK_COMMON(P, T, R, Q)                                                          \
    extern "C" void P##getrf_(const int *, const int *, T *, const int *, int *, int *);           \
    extern "C" void P##getrs_(const char *, const int *, const int *, const T *, const int *,      \
                              const int *, T *, const int *, int *, size_t);                       \
    extern "C" void P##potrf_(const char *, const int *, T *, const int *, int *, size_t);         \
    extern "C" void P##geqrf_(const int *, const int *, T *, const int *, T *, T *, const int *,   \
                              int *);                                                              \
    extern "C" void P##Q##gqr_(const int *, const int *, const int *, T *, const int *, const T *, \
                               T *, const int *, int *);                                           \
    extern "C" void P##Q##mqr_(const char *, const char *, const int *, const int *, const int *,  \
                               const T *, const int *, const T *, T *, const int *, T *,           \
                               const int *, int *, size_t, size_t);
CUDASIM_LAPACK_COMMON(s, float, float, or)
CUDASIM_LAPACK_COMMON(d, double, double, or)
CUDASIM_LAPACK_COMMON(c, c64, float, un)
CUDASIM_LAPACK_COMMON(z, c128, double, un)
#undef CUDASIM_LAPACK_COMMON
#define CUDASIM_LAPACK_REAL(P, T)                                                                  \
    extern "C" void P##gesvd_(const char *, const char *, const int *, const int *, T *,           \
                              const int *, T *, T *, const int *, T *, const int *, T *,           \
                              const int *, int *, size_t, size_t);                                 \
    extern "C" void P##syevd_(const char *, const char *, const int *, T *, const int *, T *, T *, \
                              const int *, int *, const int *, int *, size_t, size_t);             \
    extern "C" void P##geev_(const char *, const char *, const int *, T *, const int *, T *, T *,  \
                             T *, const int *, T *, const int *, T *, const int *, int *, size_t,  \
                             size_t);
CUDASIM_LAPACK_REAL(s, float)
CUDASIM_LAPACK_REAL(d, double)
#undef CUDASIM_LAPACK_REAL
#define CUDASIM_LAPACK_COMPLEX(P, T, R)                                                            \
    extern "C" void P##gesvd_(const char *, const char *, const int *, const int *, T *,           \
                              const int *, R *, T *, const int *, T *, const int *, T *,           \
                              const int *, R *, int *, size_t, size_t);                            \
    extern "C" void P##heevd_(const char *, const char *, const int *, T *, const int *, R *, T *, \
                              const int *, R *, const int *, int *, const int *, int *, size_t,    \
                              size_t);                                                             \
    extern "C" void P##geev_(const char *, const char *, const int *, T *, const int *, T *, T *,  \
                             const int *, T *, const int *, T *, const int *, R *, int *, size_t,  \
                             size_t);
CUDASIM_LAPACK_COMPLEX(c, c64, float)
CUDASIM_LAPACK_COMPLEX(z, c128, double)
#undef CUDASIM_LAPACK_COMPLEX

template <class T> struct lapack;
#define CUDASIM_LAPACK_TABLE(P, T, Q, EIG)          \
    template <> struct lapack<T> {                  \
        static constexpr auto getrf = P##getrf_;    \
        static constexpr auto getrs = P##getrs_;    \
        static constexpr auto potrf = P##potrf_;    \
        static constexpr auto geqrf = P##geqrf_;    \
        static constexpr auto orgqr = P##Q##gqr_;   \
        static constexpr auto ormqr = P##Q##mqr_;   \
        static constexpr auto gesvd = P##gesvd_;    \
        static constexpr auto heevd = P##EIG##evd_; \
        static constexpr auto geev = P##geev_;      \
    };
CUDASIM_LAPACK_TABLE(s, float, or, sy)
CUDASIM_LAPACK_TABLE(d, double, or, sy)
CUDASIM_LAPACK_TABLE(c, c64, un, he)
CUDASIM_LAPACK_TABLE(z, c128, un, he)
#undef CUDASIM_LAPACK_TABLE

inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, float al,
                 const float *a, int lda, const float *b, int ldb, float be, float *c, int ldc)
{
    cblas_sgemm(CblasColMajor, ta, tb, m, n, k, al, a, lda, b, ldb, be, c, ldc);
}
inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double al,
                 const double *a, int lda, const double *b, int ldb, double be, double *c, int ldc)
{
    cblas_dgemm(CblasColMajor, ta, tb, m, n, k, al, a, lda, b, ldb, be, c, ldc);
}
inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, c64 al, const c64 *a,
                 int lda, const c64 *b, int ldb, c64 be, c64 *c, int ldc)
{
    cblas_cgemm(CblasColMajor, ta, tb, m, n, k, &al, a, lda, b, ldb, &be, c, ldc);
}
inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, c128 al,
                 const c128 *a, int lda, const c128 *b, int ldb, c128 be, c128 *c, int ldc)
{
    cblas_zgemm(CblasColMajor, ta, tb, m, n, k, &al, a, lda, b, ldb, &be, c, ldc);
}

inline void trsm(CBLAS_SIDE side, CBLAS_UPLO uplo, CBLAS_TRANSPOSE t, CBLAS_DIAG diag, int m, int n,
                 float al, const float *a, int lda, float *b, int ldb)
{
    cblas_strsm(CblasColMajor, side, uplo, t, diag, m, n, al, a, lda, b, ldb);
}
inline void trsm(CBLAS_SIDE side, CBLAS_UPLO uplo, CBLAS_TRANSPOSE t, CBLAS_DIAG diag, int m, int n,
                 double al, const double *a, int lda, double *b, int ldb)
{
    cblas_dtrsm(CblasColMajor, side, uplo, t, diag, m, n, al, a, lda, b, ldb);
}
inline void trsm(CBLAS_SIDE side, CBLAS_UPLO uplo, CBLAS_TRANSPOSE t, CBLAS_DIAG diag, int m, int n,
                 c64 al, const c64 *a, int lda, c64 *b, int ldb)
{
    cblas_ctrsm(CblasColMajor, side, uplo, t, diag, m, n, &al, a, lda, b, ldb);
}
inline void trsm(CBLAS_SIDE side, CBLAS_UPLO uplo, CBLAS_TRANSPOSE t, CBLAS_DIAG diag, int m, int n,
                 c128 al, const c128 *a, int lda, c128 *b, int ldb)
{
    cblas_ztrsm(CblasColMajor, side, uplo, t, diag, m, n, &al, a, lda, b, ldb);
}
} // namespace cudasim
