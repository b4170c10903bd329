/* Products of one matrix with a vector from either side in one pass over it, compiled once per ISA
 * level: what reductions to a tridiagonal or bidiagonal matrix wait for is the memory. */
#include "linalg/spectral.h"
#include "simd.h"
#include "paste.h"

#define ZEROS_2 0, 0
#define ONES_2 -1, -1
#define ZEROS_4 ZEROS_2, ZEROS_2
#define ONES_4 ONES_2, ONES_2
#define ZEROS_8 ZEROS_4, ZEROS_4
#define ONES_8 ONES_4, ONES_4
#define ZEROS_16 ZEROS_8, ZEROS_8
#define ONES_16 ONES_8, ONES_8
#if defined(__AVX512F__)
#include <immintrin.h>
#define VECTOR_BYTES 64
#define EDGE_F32 ZEROS_16, ONES_16, ZEROS_16
#define EDGE_F64 ZEROS_8, ONES_8, ZEROS_8
#define FMADD_F32(a, b, c) ((V)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#define FMADD_F64(a, b, c) ((V)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define VECTOR_BYTES 32
#define EDGE_F32 ZEROS_8, ONES_8, ZEROS_8
#define EDGE_F64 ZEROS_4, ONES_4, ZEROS_4
#define FMADD_F32(a, b, c) ((V)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define FMADD_F64(a, b, c) ((V)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#else
#define VECTOR_BYTES 16
#define EDGE_F32 ZEROS_4, ONES_4, ZEROS_4
#define EDGE_F64 ZEROS_2, ONES_2, ZEROS_2
#define FMADD_F32(a, b, c) ((a) * (b) + (c))
#define FMADD_F64 FMADD_F32
#endif

#define T float
#define BITS int32_t
#define EDGE EDGE_F32
#define NAME both_f32
#define FMADD FMADD_F32
#include "loops/both_ways.inc"
#define T double
#define BITS int64_t
#define EDGE EDGE_F64
#define NAME both_f64
#define FMADD FMADD_F64
#include "loops/both_ways.inc"

const host_both_ways CX_ISA_NAME(host_both_ways_table) = {
    .lower = {[CX_F32] = both_f32_lower, [CX_F64] = both_f64_lower},
    .there_back = {[CX_F32] = both_f32_there_back, [CX_F64] = both_f64_there_back}};
