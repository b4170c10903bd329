/* Elementwise kernels of float32 and float64 that are arithmetic, comparison or rounding; float16
 * and bfloat16 pass through float32. */
#include "map.h"
#include "../loops/rows.h"
#include <float.h>
#include <math.h>
#include <string.h>

#define T float
#define BITS_T uint32_t
#define SFX f32
#define M(name) __builtin_##name##f
#include "../loops/real.inc"
#define T double
#define BITS_T uint64_t
#define SFX f64
#define M(name) __builtin_##name
#include "../loops/real.inc"

#if defined(__FMA__)
#define DIV_ROW(loop, sfx)                                                            \
    {                                                                                 \
        CX_BI_DIV, CX_##loop, 0, {div_##sfx##_vv, div_##sfx##_sv, div_by_##sfx}, NULL \
    }
#else
#define DIV_ROW(loop, sfx) ROW2_FOLD(DIV, loop, 0, div_##sfx)
#endif
#define REAL_ROWS(loop, sfx)                                                                    \
    ROW2_FOLD(ADD, loop, 0, add_##sfx), ROW2_FOLD(SUB, loop, 0, sub_##sfx),                     \
        ROW2_FOLD(MUL, loop, 0, mul_##sfx), DIV_ROW(loop, sfx),                                 \
        ROW2_FOLD(FLOOR_DIVIDE, loop, 1, floor_divide_##sfx),                                   \
        ROW2_FOLD(REMAINDER, loop, 1, remainder_##sfx), ROW2_FOLD(FMOD, loop, 1, fmod_##sfx),   \
        ROW2_FOLD(MAXIMUM, loop, 0, maximum_##sfx), ROW2_FOLD(MINIMUM, loop, 0, minimum_##sfx), \
        ROW2_FOLD(FMAX, loop, 0, fmax_##sfx), ROW2_FOLD(FMIN, loop, 0, fmin_##sfx),             \
        ROW2_FOLD(COPYSIGN, loop, 0, copysign_##sfx),                                           \
        ROW2_FOLD(NEXTAFTER, loop, 1, nextafter_##sfx),                                         \
        ROW2_FOLD(HEAVISIDE, loop, 0, heaviside_##sfx), ROW3(CLIP, loop, 0, clip_##sfx),        \
        COMPARE_ROWS(loop, sfx), ROW1(POSITIVE, loop, 0, same_##sfx),                           \
        ROW1(NEGATIVE, loop, 0, negative_##sfx), ROW1(ABS, loop, 0, abs_##sfx),                 \
        ROW1(FABS, loop, 0, abs_##sfx), ROW1(SIGN, loop, 0, sign_##sfx),                        \
        ROW1(SQUARE, loop, 0, square_##sfx), ROW1(RECIPROCAL, loop, 0, reciprocal_##sfx),       \
        ROW1(SQRT, loop, 0, sqrt_##sfx), ROW1(DEGREES, loop, 0, degrees_##sfx),                 \
        ROW1(RADIANS, loop, 0, radians_##sfx), ROW1(FLOOR, loop, 0, floor_##sfx),               \
        ROW1(CEIL, loop, 0, ceil_##sfx), ROW1(TRUNC, loop, 0, trunc_##sfx),                     \
        ROW1(RINT, loop, 0, rint_##sfx), ROW1(ISFINITE, loop, 0, isfinite_##sfx),               \
        ROW1(ISINF, loop, 0, isinf_##sfx), ROW1(ISNAN, loop, 0, isnan_##sfx),                   \
        ROW1(SIGNBIT, loop, 0, signbit_##sfx), ROW1(SPACING, loop, 1, spacing_##sfx),           \
        ROW1(CONJUGATE, loop, 0, same_##sfx)

static const host_map_row rows[] = {REAL_ROWS(F32, f32), REAL_ROWS(F64, f64)};

const host_map_rows CX_ISA_NAME(host_map_real) = ROWS(rows);
