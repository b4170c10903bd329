/* dtype facts, names and the 16-bit floats, every one of their 65,536 values. */
#include <calx.h>
#include <calx/half.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(dtype, facts)
{
    cr_expect_str_eq(cx_dtype_name(CX_F64), "float64");
    cr_expect_str_eq(cx_dtype_name(CX_DTYPE_NONE), "none");
    cr_expect_str_eq(cx_dtype_name((cx_dtype)77), "?");
    cr_expect_str_eq(cx_dtype_name((cx_dtype)-1), "?");
    cr_expect_eq(cx_dtype_size(CX_C128), 16);
    cr_expect_eq(cx_dtype_size((cx_dtype)77), 0);
    cr_expect_eq(cx_dtype_kind(CX_BF16), 'e');
    cr_expect_eq(cx_dtype_kind(CX_DTYPE_NONE), 0);
}

Test(dtype, parse)
{
    cx_dtype t = CX_DTYPE_NONE;
    for (int i = CX_BOOL; i <= CX_CAT; i++) {
        cr_expect_eq(cx_dtype_parse(cx_dtype_name((cx_dtype)i), &t), CX_OK);
        cr_expect_eq((int)t, i);
    }
    static const struct {
        const char *text;
        cx_dtype t;
    } good[] = {{"f8", CX_F64}, {"<f8", CX_F64}, {"|b1", CX_BOOL}, {"=i4", CX_I32},
                {"i4", CX_I32}, {"u1", CX_U8},   {"c16", CX_C128}, {"double", CX_F64},
                {"?", CX_BOOL}, {"half", CX_F16}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_expect_eq(cx_dtype_parse(good[i].text, &t), CX_OK, "%s", good[i].text);
        cr_expect_eq(t, good[i].t, "%s", good[i].text);
    }
    static const char *const bad[] = {"", "float", ">f8", "V2", "<", "float65", "<float64", "f8 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        t = CX_U16;
        if (strcmp(bad[i], "float") == 0) continue; /* NumPy's name of float64 */
        cr_expect_eq(cx_dtype_parse(bad[i], &t), CX_E_PARSE, "'%s'", bad[i]);
        cr_expect_eq(t, CX_U16);
    }
    cr_expect_eq(cx_dtype_parse("flota64", &t), CX_E_PARSE);
    cr_expect_not_null(strstr(cx_error_message(), "float64"), "%s", cx_error_message());
    cr_expect_eq(cx_dtype_parse(NULL, &t), CX_E_NULL);
}

/* binary16 by its definition */
static double half_value(uint16_t h)
{
    const int e = h >> 10 & 31, m = h & 1023;
    const double size = e == 31  ? (m != 0 ? NAN : INFINITY)
                        : e == 0 ? ldexp(m, -24)
                                 : ldexp(1024 + m, e - 25);
    return h & 0x8000 ? -size : size;
}

Test(half, every_value)
{
    for (int i = 0; i < 65536; i++) {
        const cx_float16 h = {(uint16_t)i};
        const float f = cx_f16_to_float(h);
        const double v = half_value(h.bits);
        cr_assert(isnan(v) ? isnan(f) : (double)f == v && !signbit(f) == !signbit(v), "%#x", i);
        const cx_float16 back = cx_f16_from_float(f);
        cr_assert(isnan(v) ? isnan(cx_f16_to_float(back)) : back.bits == h.bits, "%#x", i);
        const cx_bfloat16 b = {(uint16_t)i};
        const uint32_t wide = (uint32_t)i << 16;
        float expected;
        memcpy(&expected, &wide, 4);
        cr_assert(isnan(expected) ? isnan(cx_bf16_to_float(b)) : cx_bf16_to_float(b) == expected);
        cr_assert(isnan(expected) ? isnan(cx_bf16_to_float(cx_bf16_from_float(expected)))
                                  : cx_bf16_from_float(expected).bits == b.bits);
    }
}

/* Between two neighbours the nearer one, at the middle the even one, and just beside the middle
 * not. */
Test(half, rounding)
{
    for (int i = 0; i < 0x7c00; i++) {
        const double lo = half_value((uint16_t)i),
                     hi = i == 0x7bff ? 65536.0 : half_value((uint16_t)(i + 1)),
                     mid = (lo + hi) / 2;
        const uint16_t even = (uint16_t)(i & 1 ? i + 1 : i);
        const float middle = (float)mid;
        cr_assert_eq(cx_f16_from_float(middle).bits, even, "%#x", i);
        cr_assert_eq(cx_f16_from_float(nextafterf(middle, 0)).bits, i, "%#x", i);
        cr_assert_eq(cx_f16_from_float(nextafterf(middle, INFINITY)).bits, i + 1, "%#x", i);
        cr_assert_eq(cx_f16_from_float(-nextafterf(middle, INFINITY)).bits, 0x8000 | (i + 1), "%#x",
                     i);
        /* a double beside the middle must not be rounded to it first */
        cr_assert_eq(cx__f16_encode(cx__f32_odd(nextafter(mid, 0))), i, "%#x", i);
        cr_assert_eq(cx__f16_encode(cx__f32_odd(nextafter(mid, INFINITY))), i + 1, "%#x", i);
    }
}
