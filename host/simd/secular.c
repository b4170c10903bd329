/* The secular equations of divide and conquer, compiled once per ISA level: their roots, and what
 * vectors divide by, one or two quotients for each root and each pole.
 *
 * Source: Li, Solving the secular equation stably and efficiently, LAPACK Working Note 89, 1993. */
#include "linalg/spectral.h"
#include <float.h>
#include <math.h>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#define T float
#define UNIT (FLT_EPSILON / 2)
#define ROOT sqrtf
#define N(name) name##_f32
#include "loops/secular.inc"
#define T double
#define UNIT (DBL_EPSILON / 2)
#define ROOT sqrt
#define N(name) name##_f64
#include "loops/secular.inc"

#define KERNELS(t)                                                                       \
    {                                                                                    \
        root_##t, weigh_##t, weigh_squares_##t, quotients_##t, quotients_of_squares_##t, \
            shorten_##t                                                                  \
    }
const host_secular_table CX_ISA_NAME(host_secular_table) = {
    .of = {[CX_F32] = KERNELS(f32), [CX_F64] = KERNELS(f64)}};
