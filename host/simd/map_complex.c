/* Elementwise kernels of the complex dtypes that are arithmetic or comparison. The functions of
 * complex analysis are in map_scalar.c. */
#include "map.h"
#include "../loops/rows.h"
#include <math.h>

#define T cx_complex64
#define R float
#define BITS_T uint32_t
#define SFX c64
#define M(name) __builtin_##name##f
#include "../loops/complex.inc"
#define T cx_complex128
#define R double
#define BITS_T uint64_t
#define SFX c128
#define M(name) __builtin_##name
#include "../loops/complex.inc"

#define COMPLEX_ROWS(loop, sfx)                                                                 \
    ROW2_FOLD(ADD, loop, 0, add_##sfx), ROW2_FOLD(SUB, loop, 0, sub_##sfx),                     \
        ROW2_FOLD(MUL, loop, 0, mul_##sfx), ROW2_FOLD(DIV, loop, 0, div_##sfx),                 \
        ROW2_FOLD(MAXIMUM, loop, 0, maximum_##sfx), ROW2_FOLD(MINIMUM, loop, 0, minimum_##sfx), \
        ROW2_FOLD(FMAX, loop, 0, fmax_##sfx), ROW2_FOLD(FMIN, loop, 0, fmin_##sfx),             \
        ROW3(CLIP, loop, 0, clip_##sfx), COMPARE_ROWS(loop, sfx),                               \
        ROW1(POSITIVE, loop, 0, same_##sfx), ROW1(NEGATIVE, loop, 0, negative_##sfx),           \
        ROW1(CONJUGATE, loop, 0, conjugate_##sfx), ROW1(SQUARE, loop, 0, square_##sfx),         \
        ROW1(RECIPROCAL, loop, 0, reciprocal_##sfx), ROW1(SIGN, loop, 0, sign_##sfx),           \
        ROW1(RINT, loop, 0, rint_##sfx), ROW1(ABS, loop, 1, abs_##sfx),                         \
        ROW1(ISFINITE, loop, 0, isfinite_##sfx), ROW1(ISINF, loop, 0, isinf_##sfx),             \
        ROW1(ISNAN, loop, 0, isnan_##sfx)

static const host_map_row rows[] = {COMPLEX_ROWS(C64, c64), COMPLEX_ROWS(C128, c128)};

const host_map_rows CX_ISA_NAME(host_map_complex) = ROWS(rows);
