/* Products of one matrix with a vector from either side in one pass over it, compiled once per ISA
 * level: what reductions to a tridiagonal or bidiagonal matrix wait for is the memory. */
#include "linalg/spectral.h"
#include "simd.h"
#include "paste.h"

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#define T float
#define NAME both_f32
#include "loops/both_ways.inc"
#define T double
#define NAME both_f64
#include "loops/both_ways.inc"

const host_both_ways CX_ISA_NAME(host_both_ways_table) = {
    .of = {[CX_F32] = both_f32, [CX_F64] = both_f64},
    .there_back = {[CX_F32] = both_f32_there_back, [CX_F64] = both_f64_there_back}};
