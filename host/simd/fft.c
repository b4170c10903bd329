/* Kernels of the Fourier transforms, compiled once per ISA level: see fft.h. Vectors are as wide as
 * the level's registers, since a lane is a sequence and nothing is ever added across lanes. */
#include "fft/fft.h"
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
#define EVENS_2 0, 2
#define ODDS_2 1, 3
#define LOW_2 0, 2
#define HIGH_2 1, 3
#define EVENS_4 0, 2, 4, 6
#define ODDS_4 1, 3, 5, 7
#define LOW_4 0, 4, 1, 5
#define HIGH_4 2, 6, 3, 7
#define EVENS_8 0, 2, 4, 6, 8, 10, 12, 14
#define ODDS_8 1, 3, 5, 7, 9, 11, 13, 15
#define LOW_8 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_8 4, 12, 5, 13, 6, 14, 7, 15
#define EVENS_16 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODDS_16 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define LOW_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define BACK_EVENS_2 2, 0
#define BACK_ODDS_2 3, 1
#define BACK_LOW_2 1, 3
#define BACK_HIGH_2 0, 2
#define BACK_EVENS_4 6, 4, 2, 0
#define BACK_ODDS_4 7, 5, 3, 1
#define BACK_LOW_4 3, 7, 2, 6
#define BACK_HIGH_4 1, 5, 0, 4
#define BACK_EVENS_8 14, 12, 10, 8, 6, 4, 2, 0
#define BACK_ODDS_8 15, 13, 11, 9, 7, 5, 3, 1
#define BACK_LOW_8 7, 15, 6, 14, 5, 13, 4, 12
#define BACK_HIGH_8 3, 11, 2, 10, 1, 9, 0, 8
#define BACK_EVENS_16 30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0
#define BACK_ODDS_16 31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1
#define BACK_LOW_16 15, 31, 14, 30, 13, 29, 12, 28, 11, 27, 10, 26, 9, 25, 8, 24
#define BACK_HIGH_16 7, 23, 6, 22, 5, 21, 4, 20, 3, 19, 2, 18, 1, 17, 0, 16
#define BACKWARDS_2 1, 0
#define BACKWARDS_4 3, 2, 1, 0
#define BACKWARDS_8 7, 6, 5, 4, 3, 2, 1, 0
#define BACKWARDS_16 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0
#define EVENS PASTE(EVENS, W)
#define ODDS PASTE(ODDS, W)
#define ZIP_LOW PASTE(LOW, W)
#define ZIP_HIGH PASTE(HIGH, W)
#define BACK_EVENS PASTE(BACK_EVENS, W)
#define BACK_ODDS PASTE(BACK_ODDS, W)
#define BACK_LOW PASTE(BACK_LOW, W)
#define BACK_HIGH PASTE(BACK_HIGH, W)
#define BACKWARDS PASTE(BACKWARDS, W)
#define N(name) PASTE(name, R)

/* a vector past the caches, to an aligned place; and the end of such stores */
#if defined(__AVX512F__)
#define STREAM(p, v) _mm512_stream_si512((void *)(p), (__m512i)(v))
#define FENCE _mm_sfence
#elif defined(__AVX2__)
#define STREAM(p, v) _mm256_stream_si256((__m256i *)(void *)(p), (__m256i)(v))
#define FENCE _mm_sfence
#elif defined(__SSE2__)
#define STREAM(p, v) _mm_stream_si128((__m128i *)(void *)(p), (__m128i)(v))
#define FENCE _mm_sfence
#else
#define STREAM(p, v) (*(N(vec) *)(void *)(p) = (v))
#define FENCE() ((void)0)
#endif

/* a vector that is loaded once, not by each instruction which it is an operand of */
#if defined(__AVX512F__)
#define ONCE(v) __asm__("" : "+v"(v))
#elif defined(__SSE2__)
#define ONCE(v) __asm__("" : "+x"(v))
#else
#define ONCE(v) ((void)0)
#endif

#if defined(__AVX512F__)
#define VBYTES 64
#define R double
#define W 8
#define FMA(a, b, c) (N(vec)) _mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
#define FMS(a, b, c) (N(vec)) _mm512_fmsub_pd((__m512d)(a), (__m512d)(b), (__m512d)(c))
#elif defined(__AVX__)
#define VBYTES 32
#define R double
#define W 4
#define FMA(a, b, c) (N(vec)) _mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
#define FMS(a, b, c) (N(vec)) _mm256_fmsub_pd((__m256d)(a), (__m256d)(b), (__m256d)(c))
#else
#define VBYTES 16
#define R double
#define W 2
#define FMA(a, b, c) ((a) * (b) + (c))
#define FMS(a, b, c) ((a) * (b) - (c))
#endif
#include "loops/fft.inc"
#include "loops/fft_long.inc"
#undef V
#undef C
#undef R
#undef W

#define R float
#if defined(__AVX512F__)
#undef FMA
#undef FMS
#define W 16
#define FMA(a, b, c) (N(vec)) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define FMS(a, b, c) (N(vec)) _mm512_fmsub_ps((__m512)(a), (__m512)(b), (__m512)(c))
#elif defined(__AVX__)
#undef FMA
#undef FMS
#define W 8
#define FMA(a, b, c) (N(vec)) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define FMS(a, b, c) (N(vec)) _mm256_fmsub_ps((__m256)(a), (__m256)(b), (__m256)(c))
#else
#define W 4
#endif
#include "loops/fft.inc"
#include "loops/fft_long.inc"
#undef V
#undef C

const host_fft_table CX_ISA_NAME(host_fft_table) = {
    .wide = {.lanes = VBYTES / (int)sizeof(double),
             .group = group_double,
             .columns = columns_double,
             .rows = rows_double,
             .to_half = to_half_double,
             .to_half_apart = to_half_apart_double,
             .from_half = from_half_double,
             .multiply = multiply_double},
    .narrow = {.lanes = VBYTES / (int)sizeof(float),
               .group = group_float,
               .columns = columns_float,
               .rows = rows_float,
               .to_half = to_half_float,
               .to_half_apart = to_half_apart_float,
               .from_half = from_half_float,
               .multiply = multiply_float},
};
