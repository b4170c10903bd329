/* Smallest and largest of one block, their place, and what is not NaN, for each ISA level. The one
 * idea: select, do not branch. Knows nothing of shapes. */
#include "reduce.h"
#include <string.h>

#define NAME_(a, b) a##_##b
#define NAME(a, b) NAME_(a, b)
#define NAME3_(a, b, c) a##_##b##_##c
#define NAME3(a, b, c) NAME3_(a, b, c)
#define EQUAL(a, b) (!((a) < (b)) & !((a) > (b)) & !ISNAN(a))

#define ISNAN(x) 0
#define T uint8_t
#define S u8
#include "loops/reduce_order.inc"
#define T int8_t
#define S i8
#include "loops/reduce_order.inc"
#define T uint16_t
#define S u16
#include "loops/reduce_order.inc"
#define T int16_t
#define S i16
#include "loops/reduce_order.inc"
#define T uint32_t
#define S u32
#include "loops/reduce_order.inc"
#define T int32_t
#define S i32
#include "loops/reduce_order.inc"
#define T uint64_t
#define S u64
#include "loops/reduce_order.inc"
#define T int64_t
#define S i64
#include "loops/reduce_order.inc"
#undef ISNAN
#define ISNAN(x) ((x) != (x))
#define T float
#define S f32
#include "loops/reduce_order.inc"
#define T double
#define S f64
#include "loops/reduce_order.inc"

#define PACK float
#define S f32
#define PACK_NAN(x) ((x) != (x))
#include "loops/reduce_pack.inc"
#define PACK double
#define S f64
#define PACK_NAN(x) ((x) != (x))
#include "loops/reduce_pack.inc"
#define PACK cx_complex64
#define S c64
#define PACK_NAN(x) (((x).re != (x).re) | ((x).im != (x).im))
#include "loops/reduce_complex.inc"
#include "loops/reduce_pack.inc"
#define PACK cx_complex128
#define S c128
#define PACK_NAN(x) (((x).re != (x).re) | ((x).im != (x).im))
#include "loops/reduce_complex.inc"
#include "loops/reduce_pack.inc"

#define REALS(prefix)                                                          \
    [CX_BOOL] = prefix##_u8, [CX_U8] = prefix##_u8, [CX_I8] = prefix##_i8,     \
    [CX_U16] = prefix##_u16, [CX_I16] = prefix##_i16, [CX_U32] = prefix##_u32, \
    [CX_I32] = prefix##_i32, [CX_U64] = prefix##_u64, [CX_I64] = prefix##_i64, \
    [CX_F32] = prefix##_f32, [CX_F64] = prefix##_f64

const host_red_orders CX_ISA_NAME(host_red_orders) = {
    .min = {REALS(min_block), [CX_C64] = min_block_c64, [CX_C128] = min_block_c128},
    .max = {REALS(max_block), [CX_C64] = max_block_c64, [CX_C128] = max_block_c128},
    .min_rows = {REALS(min_rows)},
    .max_rows = {REALS(max_rows)},
    .argmin_rows = {REALS(arg_min)},
    .argmax_rows = {REALS(arg_max)},
    .find = {REALS(find), [CX_C64] = find_c64, [CX_C128] = find_c128},
    .pack_nan =
        {[CX_F32] = pack_f32, [CX_F64] = pack_f64, [CX_C64] = pack_c64, [CX_C128] = pack_c128},
};
