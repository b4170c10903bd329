/* Running sums and products of contiguous elements, for each ISA level. The one idea: a vector is
 * scanned as a tree, its last lane is carried. Knows nothing of shapes and threads. */
#include "simd.h"
#include "scan.h"
#include <string.h>

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)

HOST_VECTOR(float, vf32);
HOST_VECTOR(double, vf64);
HOST_VECTOR(uint64_t, vu64);

/* The last lane is carried in all lanes where that is one instruction, else as a number. */
#if defined(__AVX512F__)
#define CARRY V
#define FIRST(c) (c)[0]
#define EIGHTH(v) __builtin_shufflevector((v), (v), 7, 7, 7, 7, 7, 7, 7, 7)
#define SIXTEENTH(v)                                                                              \
    __builtin_shufflevector((v), (v), 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, \
                            15)
#else
#define CARRY T
#define FIRST(c) (c)
#define EIGHTH(v) (v)[7]
#define SIXTEENTH(v) (v)[15]
#endif

/* Lanes moved up by 1, 2, 4, (8), zeros below: index 0 is the first lane of the zero vector. */
#define EIGHT_STEPS(v)                                                    \
    v += __builtin_shufflevector((zero), v, 0, 8, 9, 10, 11, 12, 13, 14); \
    v += __builtin_shufflevector((zero), v, 0, 1, 8, 9, 10, 11, 12, 13);  \
    v += __builtin_shufflevector((zero), v, 0, 1, 2, 3, 8, 9, 10, 11);
#define SIXTEEN_STEPS(v)                                                                           \
    v += __builtin_shufflevector((zero), v, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, \
                                 29, 30);                                                          \
    v += __builtin_shufflevector((zero), v, 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,  \
                                 28, 29);                                                          \
    v += __builtin_shufflevector((zero), v, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,    \
                                 26, 27);                                                          \
    v += __builtin_shufflevector((zero), v, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);

#define T float
#define V vf32
#define S f32
#define L 16
#define LAST(v) SIXTEENTH(v)
#define SCAN_STEPS(v)      \
    const vf32 zero = {0}; \
    SIXTEEN_STEPS(v)
#include "loops/scan.inc"
#define T double
#define V vf64
#define S f64
#define L 8
#define LAST(v) EIGHTH(v)
#define SCAN_STEPS(v)      \
    const vf64 zero = {0}; \
    EIGHT_STEPS(v)
#include "loops/scan.inc"
#define T uint64_t
#define V vu64
#define S u64
#define L 8
#define LAST(v) EIGHTH(v)
#define SCAN_STEPS(v)      \
    const vu64 zero = {0}; \
    EIGHT_STEPS(v)
#include "loops/scan.inc"
#define T cx_complex64
#define R float
#define S c64
#include "loops/scan_complex.inc"
#define T cx_complex128
#define R double
#define S c128
#include "loops/scan_complex.inc"

#define EACH(prefix)                                                                \
    {                                                                               \
        [CX_I64] = prefix##_u64, [CX_U64] = prefix##_u64, [CX_F32] = prefix##_f32,  \
        [CX_F64] = prefix##_f64, [CX_C64] = prefix##_c64, [CX_C128] = prefix##_c128 \
    }

const host_scans CX_ISA_NAME(host_scans) = {
    .line = {EACH(sum_line), EACH(prod_line)},
    .total = {EACH(sum_total), EACH(prod_total)},
    .row = {EACH(sum_row), EACH(prod_row)},
};
