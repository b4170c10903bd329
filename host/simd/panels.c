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
#include "loops/panels.inc"
#define T float
#define P s
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define SPREAD(x) ((V)_mm512_set1_ps(x))
#define LARGER(x, y) ((V)_mm512_max_ps((__m512)(x), (__m512)(y)))
#define MAGNITUDE(x) ((V)_mm512_abs_ps((__m512)(x)))
#define SAME(x, y) _mm512_cmp_ps_mask((__m512)(x), (__m512)(y), _CMP_EQ_OQ)
#include "loops/panels.inc"
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define VECTOR_BYTES 32
#define ROWS 4
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
#include "loops/panels.inc"
#define T float
#define P s
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define SPREAD(x) ((V)_mm256_set1_ps(x))
#define LARGER(x, y) ((V)_mm256_max_ps((__m256)(x), (__m256)(y)))
#define MAGNITUDE(x) ((V)_mm256_andnot_ps(_mm256_set1_ps(-0.0F), (__m256)(x)))
#define SAME(x, y) (unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(x), (__m256)(y), _CMP_EQ_OQ))
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
