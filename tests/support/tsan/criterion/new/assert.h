/* In thread sanitizer builds: the tagged comparisons of Criterion's newer assertions. */
#ifndef CALX_TSAN_CRITERION_NEW_ASSERT_H
#define CALX_TSAN_CRITERION_NEW_ASSERT_H
#include <criterion/criterion.h>

#define CR_CMP_i8(a, op, b) ((a)op(b))
#define CR_CMP_i16(a, op, b) ((a)op(b))
#define CR_CMP_i32(a, op, b) ((a)op(b))
#define CR_CMP_i64(a, op, b) ((a)op(b))
#define CR_CMP_u8(a, op, b) ((a)op(b))
#define CR_CMP_u16(a, op, b) ((a)op(b))
#define CR_CMP_u32(a, op, b) ((a)op(b))
#define CR_CMP_u64(a, op, b) ((a)op(b))
#define CR_CMP_int(a, op, b) ((a)op(b))
#define CR_CMP_uint(a, op, b) ((a)op(b))
#define CR_CMP_long(a, op, b) ((a)op(b))
#define CR_CMP_sz(a, op, b) ((a)op(b))
#define CR_CMP_chr(a, op, b) ((a)op(b))
#define CR_CMP_ptr(a, op, b) ((const void *)(a)op(const void *)(b))
#define CR_CMP_flt(a, op, b) ((a)op(b))
#define CR_CMP_dbl(a, op, b) ((a)op(b))
#define CR_CMP_str(a, op, b) (strcmp((a), (b)) op 0)

#define eq(tag, a, b) CR_CMP_##tag(a, ==, b)
#define ne(tag, a, b) CR_CMP_##tag(a, !=, b)
#define lt(tag, a, b) CR_CMP_##tag(a, <, b)
#define le(tag, a, b) CR_CMP_##tag(a, <=, b)
#define gt(tag, a, b) CR_CMP_##tag(a, >, b)
#define ge(tag, a, b) CR_CMP_##tag(a, >=, b)
#define not(condition) (!(condition))
#endif
