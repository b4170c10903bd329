/* Numbers and texts: shortest digits, round trips, out-of-range input, UTF-8, and all of it under a
 * comma locale. */
#include "base/alloc.h"
#include "base/text.h"
#include <calx/half.h>
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(double v)
{
    static char buf[40];
    cr_assert_eq((size_t)cx__f64_to_text(v, buf), strlen(buf));
    return buf;
}

Test(text, shortest_digits_in_the_layout_of_repr)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = {{0.0, "0"},
                 {-0.0, "-0"},
                 {1.0, "1"},
                 {100000.0, "100000"},
                 {1e15, "1000000000000000"},
                 {1e16, "1e+16"},
                 {123456.5, "123456.5"},
                 {0.1, "0.1"},
                 {0.0001, "0.0001"},
                 {0.00001, "1e-05"},
                 {1.5e-7, "1.5e-07"},
                 {-2.5, "-2.5"},
                 {1e300, "1e+300"},
                 {5e-324, "5e-324"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {1.7976931348623157e308, "1.7976931348623157e+308"},
                 {INFINITY, "inf"},
                 {-INFINITY, "-inf"},
                 {NAN, "nan"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(text_of(cases[i].v), cases[i].text);
    char buf[40];
    cx__f32_to_text(0.1f, buf);
    cr_assert_str_eq(buf, "0.1");
}

Test(text, floats_read_back_to_the_same_bits)
{
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        double v, w = 0;
        memcpy(&v, &x, sizeof v);
        if (isnan(v)) continue;
        char buf[40];
        const int n = cx__f64_to_text(v, buf);
        cr_assert(cx__parse_f64(buf, buf + n, &w) == buf + n && memcmp(&v, &w, sizeof v) == 0, "%s",
                  buf);
    }
}

/* Every one of them reads back, and no text with a digit less does. */
Test(text, halves_have_their_own_digits)
{
    char buf[40];
    for (unsigned u = 0; u < 0x10000; u++) {
        const uint16_t bits = (uint16_t)u;
        float f, b;
        int n = cx__f16_to_text(bits, buf);
        if ((bits & 0x7c00) != 0x7c00) {
            cr_assert_eq(cx__parse_f32(buf, buf + n, &f), buf + n);
            cr_assert_eq(cx__f16_encode(f), bits, "%s", buf);
            n = cx__f16_shortest(bits, buf);
            const int digits = (int)strcspn(buf + (buf[0] == '-'), "e");
            if (digits > 1) {
                const int fewer = cx__f64_to_sci((double)cx__f16_decode(bits), digits - 3, buf, 40);
                (void)cx__parse_f32(buf, buf + fewer, &f);
                cr_assert(cx__f16_encode(f) != bits, "%s", buf);
            }
        }
        n = cx__bf16_to_text(bits, buf);
        if ((bits & 0x7f80) != 0x7f80) {
            cr_assert_eq(cx__parse_f32(buf, buf + n, &b), buf + n);
            cr_assert_eq(cx__bf16_encode(b), bits, "%s", buf);
        }
    }
    cx__f16_to_text(0x2e66, buf);
    cr_assert_str_eq(buf, "0.1");
    cx__bf16_to_text(0x3dcd, buf);
    cr_assert_str_eq(buf, "0.1");
    cx__f16_to_text(0xfc00, buf);
    cr_assert_str_eq(buf, "-inf");
}

static double parsed(const char *s, size_t *used)
{
    double v = 12345.0;
    *used = (size_t)(cx__parse_f64(s, s + strlen(s), &v) - s);
    return v;
}

Test(text, parse_takes_the_longest_number)
{
    size_t n;
    cr_assert(parsed("1.5x", &n) == 1.5 && n == 3);
    cr_assert(parsed("+2e3,", &n) == 2000.0 && n == 4);
    cr_assert(parsed(".5", &n) == 0.5 && n == 2);
    cr_assert(parsed("1,5", &n) == 1.0 && n == 1);
    cr_assert(parsed("1e", &n) == 1.0 && n == 1);
    cr_assert(parsed("-Infinity", &n) == -INFINITY && n == 9);
    cr_assert(parsed("inf", &n) == INFINITY && n == 3);
    cr_assert(isnan(parsed("NaN", &n)) && n == 3);
    cr_assert(parsed("1e999", &n) == INFINITY && n == 5);
    cr_assert(parsed("-1e999", &n) == -INFINITY && n == 6);
    cr_assert(parsed("0.00001e999", &n) == INFINITY);
    cr_assert(parsed("1e-999", &n) == 0.0 && n == 6);
    cr_assert(parsed("-1e-999", &n) == 0.0 && signbit(parsed("-1e-999", &n)));
    cr_assert(parsed("-0", &n) == 0.0 && signbit(parsed("-0", &n)));
    const char *const none[] = {"", "x", "-", "+", "e5", "+-1", "--1", ".", "-.", "0x", " 1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        (void)parsed(none[i], &n);
        cr_assert(n == (strcmp(none[i], "0x") == 0 ? 1u : 0u), "'%s'", none[i]);
    }
}

Test(text, integers_know_their_range)
{
    int64_t v = 0;
    uint64_t u = 0;
    const char *s = "9223372036854775807", *t = "9223372036854775808", *m = "-9223372036854775808",
               *w = "18446744073709551615";
    cr_assert(cx__parse_i64(s, s + 19, &v) == s + 19 && v == INT64_MAX);
    cr_assert_null(cx__parse_i64(t, t + 19, &v));
    cr_assert(cx__parse_i64(m, m + 20, &v) == m + 20 && v == INT64_MIN);
    cr_assert(cx__parse_u64(w, w + 20, &u) == w + 20 && u == UINT64_MAX);
    cr_assert(cx__parse_u64(m, m + 20, &u) == m);
}

Test(text, appends_and_tells_failure)
{
    cx__text t = {0};
    for (int i = 0; i < 100; i++) cx__text_f(&t, "%d,", i);
    cr_assert(!t.failed && t.len == 290 && strncmp(t.at, "0,1,2,", 6) == 0);
    t.len = 0;
    cx__text_f64(&t, 2.0);
    cx__text_puts(&t, " ");
    cx__text_f64(&t, 1e20);
    cr_assert_str_eq(t.at, "2.0 1e+20");
    cx__text_free(&t);
    cr_assert_null(t.at);
}

Test(text, utf8_is_strict)
{
    const char *const fine[] = {
        "", "abc", "gr\xc3\xb6\xc3\x9f", "\xf0\x9f\x98\x80", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        cr_assert_eq(cx__utf8_valid(fine[i], strlen(fine[i])), strlen(fine[i]));
    /* overlong, surrogate, too large, cut short, stray continuation */
    const char *const bad[] = {
        "\xc0\x80",         "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xe2\x82", "\x80",         "\xff",         "\xf0\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(cx__utf8_valid(bad[i], strlen(bad[i])), 0u, "%zu", i);
}

Test(text, numbers_do_not_follow_the_locale)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        cr_skip_test("locale de_DE.UTF-8 is not installed");
    char comma[16];
    (void)snprintf(comma, sizeof comma, "%.1f", 1.5);
    cr_assert_str_eq(comma, "1,5");
    cr_assert_str_eq(text_of(1.5), "1.5");
    size_t n;
    cr_assert(parsed("1.5", &n) == 1.5 && n == 3);
    char buf[40];
    cx__f64_to_sci(1.5, 3, buf, sizeof buf);
    cr_assert_str_eq(buf, "1.500e+00");
    cx__f64_to_fixed(1.5, 3, buf, sizeof buf);
    cr_assert_str_eq(buf, "1.500");
    cr_assert_eq(cx__f64_to_fixed(1.5, 30, buf, 8), 0); /* no room: nothing, not half a number */
}
