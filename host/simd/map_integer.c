/* Elementwise kernels of bool and the integers, and where() for every dtype by its size. Integers
 * wrap; division by zero gives 0. */
#include "map.h"
#include "../loops/rows.h"
#include <string.h>

static void fill_false(const void *const *in, void *out, int64_t n)
{
    (void)in;
    memset(out, 0, (size_t)n);
}
static void fill_true(const void *const *in, void *out, int64_t n)
{
    (void)in;
    memset(out, 1, (size_t)n);
}

#define T int8_t
#define W uint32_t
#define SFX i8
#if defined(__FMA__)
#define F float
#endif
#define SIGNED 1
#include "../loops/integer.inc"
#define T int16_t
#define W uint32_t
#define SFX i16
#if defined(__FMA__)
#define F float
#endif
#define SIGNED 1
#include "../loops/integer.inc"
#define T int32_t
#define W uint32_t
#define SFX i32
#if defined(__FMA__)
#define F double
#endif
#define SIGNED 1
#include "../loops/integer.inc"
#define T int64_t
#define W uint64_t
#define SFX i64
#if defined(__AVX512DQ__)
#define F double
#endif
#define SIGNED 1
#include "../loops/integer.inc"
#define T uint8_t
#define W uint32_t
#define SFX u8
#if defined(__FMA__)
#define F float
#endif
#define SIGNED 0
#include "../loops/integer.inc"
#define T uint16_t
#define W uint32_t
#define SFX u16
#if defined(__FMA__)
#define F float
#endif
#define SIGNED 0
#include "../loops/integer.inc"
#define T uint32_t
#define W uint32_t
#define SFX u32
#if defined(__AVX512DQ__)
#define F double
#endif
#define SIGNED 0
#include "../loops/integer.inc"
#define T uint64_t
#define W uint64_t
#define SFX u64
#if defined(__AVX512DQ__)
#define F double
#endif
#define SIGNED 0
#include "../loops/integer.inc"

#define NAME where_1
#define IN uint8_t
#include "../loops/where.inc"
#define NAME where_2
#define IN uint16_t
#include "../loops/where.inc"
#define NAME where_4
#define IN uint32_t
#include "../loops/where.inc"
#define NAME where_8
#define IN uint64_t
#include "../loops/where.inc"
#define NAME where_16
#define IN cx_complex128
#include "../loops/where.inc"

/* int64 with uint64 by value */
#define MIXED(name, negative, op)                                                              \
    static void name##_mixed(const void *const *in, void *out, int64_t n)                      \
    {                                                                                          \
        const int64_t *const x = in[0];                                                        \
        const uint64_t *const y = in[1];                                                       \
        uint8_t *const r = out;                                                                \
        for (int64_t i = 0; i < n; i++) r[i] = x[i] < 0 ? (negative) : (uint64_t)x[i] op y[i]; \
    }
MIXED(equal, 0, ==)
MIXED(not_equal, 1, !=)
MIXED(less, 1, <)
MIXED(less_equal, 1, <=)
MIXED(greater, 0, >)
MIXED(greater_equal, 0, >=)

#define INTEGER_ROWS(loop, sfx)                                                                   \
    ROW2_FOLD(ADD, loop, 0, add_##sfx), ROW2_FOLD(SUB, loop, 0, sub_##sfx),                       \
        ROW2_FOLD(MUL, loop, 0, mul_##sfx), ROW2_FOLD(FLOOR_DIVIDE, loop, 0, floor_divide_##sfx), \
        ROW2_FOLD(REMAINDER, loop, 0, remainder_##sfx), ROW2_FOLD(FMOD, loop, 0, fmod_##sfx),     \
        ROW2_FOLD(POWER, loop, 1, power_##sfx), ROW2_FOLD(MAXIMUM, loop, 0, maximum_##sfx),       \
        ROW2_FOLD(MINIMUM, loop, 0, minimum_##sfx), ROW2_FOLD(FMAX, loop, 0, maximum_##sfx),      \
        ROW2_FOLD(FMIN, loop, 0, minimum_##sfx),                                                  \
        ROW2_FOLD(BITWISE_AND, loop, 0, bitwise_and_##sfx),                                       \
        ROW2_FOLD(BITWISE_OR, loop, 0, bitwise_or_##sfx),                                         \
        ROW2_FOLD(BITWISE_XOR, loop, 0, bitwise_xor_##sfx),                                       \
        ROW2_FOLD(LEFT_SHIFT, loop, 0, left_shift_##sfx),                                         \
        ROW2_FOLD(RIGHT_SHIFT, loop, 0, right_shift_##sfx), ROW2_FOLD(GCD, loop, 1, gcd_##sfx),   \
        ROW2_FOLD(LCM, loop, 1, lcm_##sfx), ROW3(CLIP, loop, 0, clip_##sfx),                      \
        COMPARE_ROWS(loop, sfx), ROW1(POSITIVE, loop, 0, same_##sfx),                             \
        ROW1(NEGATIVE, loop, 0, negative_##sfx), ROW1(ABS, loop, 0, abs_##sfx),                   \
        ROW1(SIGN, loop, 0, sign_##sfx), ROW1(SQUARE, loop, 0, square_##sfx),                     \
        ROW1(RECIPROCAL, loop, 0, reciprocal_##sfx), ROW1(FLOOR, loop, 0, same_##sfx),            \
        ROW1(CEIL, loop, 0, same_##sfx), ROW1(TRUNC, loop, 0, same_##sfx),                        \
        ROW1(INVERT, loop, 0, invert_##sfx), ROW1(CONJUGATE, loop, 0, same_##sfx),                \
        ROW1(BITWISE_COUNT, loop, 0, bitwise_count_##sfx), ROW1(ISFINITE, loop, 0, fill_true),    \
        ROW1(ISINF, loop, 0, fill_false), ROW1(ISNAN, loop, 0, fill_false)

static const host_map_row rows[] = {
    INTEGER_ROWS(I8, i8),
    INTEGER_ROWS(I16, i16),
    INTEGER_ROWS(I32, i32),
    INTEGER_ROWS(I64, i64),
    INTEGER_ROWS(U8, u8),
    INTEGER_ROWS(U16, u16),
    INTEGER_ROWS(U32, u32),
    INTEGER_ROWS(U64, u64),
    /* bool: bytes 0 and 1, so that or and and serve for + and * */
    ROW2_FOLD(ADD, BOOL, 0, bitwise_or_u8),
    ROW2_FOLD(MUL, BOOL, 0, bitwise_and_u8),
    ROW2_FOLD(MAXIMUM, BOOL, 0, bitwise_or_u8),
    ROW2_FOLD(MINIMUM, BOOL, 0, bitwise_and_u8),
    ROW2_FOLD(FMAX, BOOL, 0, bitwise_or_u8),
    ROW2_FOLD(FMIN, BOOL, 0, bitwise_and_u8),
    ROW2_FOLD(BITWISE_AND, BOOL, 0, bitwise_and_u8),
    ROW2_FOLD(BITWISE_OR, BOOL, 0, bitwise_or_u8),
    ROW2_FOLD(BITWISE_XOR, BOOL, 0, bitwise_xor_u8),
    ROW3(CLIP, BOOL, 0, clip_u8),
    COMPARE_ROWS(BOOL, u8),
    ROW1(ABS, BOOL, 0, same_u8),
    ROW1(FLOOR, BOOL, 0, same_u8),
    ROW1(CEIL, BOOL, 0, same_u8),
    ROW1(TRUNC, BOOL, 0, same_u8),
    ROW1(INVERT, BOOL, 0, logical_not_u8),
    ROW1(ISFINITE, BOOL, 0, fill_true),
    ROW1(ISINF, BOOL, 0, fill_false),
    ROW1(ISNAN, BOOL, 0, fill_false),
    ROW3(WHERE, BOOL, 0, where_1),
    ROW3(WHERE, I8, 0, where_1),
    ROW3(WHERE, U8, 0, where_1),
    ROW3(WHERE, I16, 0, where_2),
    ROW3(WHERE, U16, 0, where_2),
    ROW3(WHERE, F16, 0, where_2),
    ROW3(WHERE, BF16, 0, where_2),
    ROW3(WHERE, I32, 0, where_4),
    ROW3(WHERE, U32, 0, where_4),
    ROW3(WHERE, F32, 0, where_4),
    ROW3(WHERE, CAT, 0, where_4),
    ROW3(WHERE, I64, 0, where_8),
    ROW3(WHERE, U64, 0, where_8),
    ROW3(WHERE, F64, 0, where_8),
    ROW3(WHERE, C64, 0, where_8),
    ROW3(WHERE, C128, 0, where_16),
    /* categories of one dictionary */
    ROW2(EQUAL, CAT, 0, equal_i32),
    ROW2(NOT_EQUAL, CAT, 0, not_equal_i32),
    ROW2V(EQUAL, DTYPE_NONE, 0, equal_mixed),
    ROW2V(NOT_EQUAL, DTYPE_NONE, 0, not_equal_mixed),
    ROW2V(LESS, DTYPE_NONE, 0, less_mixed),
    ROW2V(LESS_EQUAL, DTYPE_NONE, 0, less_equal_mixed),
    ROW2V(GREATER, DTYPE_NONE, 0, greater_mixed),
    ROW2V(GREATER_EQUAL, DTYPE_NONE, 0, greater_equal_mixed),
};

const host_map_rows CX_ISA_NAME(host_map_integer) = ROWS(rows);
