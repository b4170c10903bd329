/* Kernels of large products, compiled once per ISA level: panels of both factors are packed so that
 * a tile of the result in registers reads each of them in order. Levels without fused
 * multiply-add have none: the library's are as good there. */
#include "linalg/blas.h"
#include "paste.h"
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* The instruction by its name: compilers else choose forms of it whose sum is not what is added to,
 * and run out of registers for the copies. */
#if defined(__AVX512F__)
#include <immintrin.h>
#define VECTOR_BYTES 64
#define ROWS 8
#define EACH_ROW(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7)
#define INTERLEAVE_LOW(x, y) __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(x, y) __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15)
#define COLS 3
#define TALL_COLS 2
#define T double
#define P d
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231pd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define SPREAD(x) ((V)_mm512_set1_pd(x))
#define LARGER(x, y) ((V)_mm512_max_pd((__m512d)(x), (__m512d)(y)))
#define MAGNITUDE(x) ((V)_mm512_abs_pd((__m512d)(x)))
#define SAME(x, y) _mm512_cmp_pd_mask((__m512d)(x), (__m512d)(y), _CMP_EQ_OQ)
#define MASK __mmask8
#define LANES_BETWEEN(from, to) (MASK)(((1U << (to)) - 1) & ~((1U << (from)) - 1))
#define LOAD_LANES(p, lanes) ((V)_mm512_maskz_loadu_pd(lanes, p))
#define STORE_LANES(p, lanes, x) _mm512_mask_storeu_pd(p, lanes, (__m512d)(x))
#include "loops/panels.inc"
#define T float
#define P s
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define SPREAD(x) ((V)_mm512_set1_ps(x))
#define LARGER(x, y) ((V)_mm512_max_ps((__m512)(x), (__m512)(y)))
#define MAGNITUDE(x) ((V)_mm512_abs_ps((__m512)(x)))
#define SAME(x, y) _mm512_cmp_ps_mask((__m512)(x), (__m512)(y), _CMP_EQ_OQ)
#define MASK __mmask16
#define LANES_BETWEEN(from, to) (MASK)(((1U << (to)) - 1) & ~((1U << (from)) - 1))
#define LOAD_LANES(p, lanes) ((V)_mm512_maskz_loadu_ps(lanes, p))
#define STORE_LANES(p, lanes, x) _mm512_mask_storeu_ps(p, lanes, (__m512)(x))
#include "loops/panels.inc"
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define VECTOR_BYTES 32
#define ROWS 4
#define EACH_ROW(M) M(0) M(1) M(2) M(3)
#define INTERLEAVE_LOW(x, y) __builtin_shufflevector(x, y, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(x, y) __builtin_shufflevector(x, y, 2, 6, 3, 7)
#define COLS 3
#define TALL_COLS 2
#define T double
#define P d
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231pd %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define SPREAD(x) ((V)_mm256_set1_pd(x))
#define LARGER(x, y) ((V)_mm256_max_pd((__m256d)(x), (__m256d)(y)))
#define MAGNITUDE(x) ((V)_mm256_andnot_pd(_mm256_set1_pd(-0.0), (__m256d)(x)))
#define SAME(x, y) \
    (unsigned)_mm256_movemask_pd(_mm256_cmp_pd((__m256d)(x), (__m256d)(y), _CMP_EQ_OQ))
#define MASK __m256i
#define LANES_BETWEEN(from, to)                                                      \
    _mm256_andnot_si256(                                                             \
        _mm256_cmpgt_epi64(_mm256_set1_epi64x(from), _mm256_set_epi64x(3, 2, 1, 0)), \
        _mm256_cmpgt_epi64(_mm256_set1_epi64x(to), _mm256_set_epi64x(3, 2, 1, 0)))
#define LOAD_LANES(p, lanes) ((V)_mm256_maskload_pd(p, lanes))
#define STORE_LANES(p, lanes, x) _mm256_maskstore_pd(p, lanes, (__m256d)(x))
#include "loops/panels.inc"
#define T float
#define P s
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define SPREAD(x) ((V)_mm256_set1_ps(x))
#define LARGER(x, y) ((V)_mm256_max_ps((__m256)(x), (__m256)(y)))
#define MAGNITUDE(x) ((V)_mm256_andnot_ps(_mm256_set1_ps(-0.0F), (__m256)(x)))
#define SAME(x, y) (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(x), (__m256)(y), _CMP_EQ_OQ))
#define MASK __m256i
#define LANES_BETWEEN(from, to)                                                       \
    _mm256_andnot_si256(_mm256_cmpgt_epi32(_mm256_set1_epi32((int)(from)),            \
                                           _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0)), \
                        _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(to)),              \
                                           _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0)))
#define LOAD_LANES(p, lanes) ((V)_mm256_maskload_ps(p, lanes))
#define STORE_LANES(p, lanes, x) _mm256_maskstore_ps(p, lanes, (__m256)(x))
#include "loops/panels.inc"
#endif

const host_panels CX_ISA_NAME(host_panels_table) = {
#if defined(ROWS)
    .of = {[CX_F32] = {ROWS, stile_cols, TALL_COLS *snative_lanes, spack_a, spack_b, spanels, stall,
                       sunpack_b, ssubstitute, scholesky, slu},
           [CX_F64] = {ROWS, dtile_cols, TALL_COLS *dnative_lanes, dpack_a, dpack_b, dpanels, dtall,
                       dunpack_b, dsubstitute, dcholesky, dlu}}
#else
    .of = {{0}}
#endif
};
