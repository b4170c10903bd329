/* Text that grows, and numbers as people read them. The one idea: the digits come from to_chars
 * (number.cc), the layout is Python's repr, and no function here looks at the locale. Knows no
 * array. */
#include "base/text.h"
#include "base/alloc.h"
#include "base/size.h"
#include <calx/half.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool grow(cx__text *t, size_t more)
{
    size_t need;
    if (t->failed) return false;
    if (!cx__add_size(t->len, more, &need) || !cx__add_size(need, 1, &need)) {
        t->failed = true;
        return false;
    }
    if (need <= t->cap) return true;
    size_t cap = t->cap < 64 ? 64 : t->cap;
    while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    char *const at = cx__realloc(t->at, cap);
    if (at == NULL) {
        t->failed = true;
        return false;
    }
    t->at = at;
    t->cap = cap;
    return true;
}

void cx__text_put(cx__text *t, const char *s, size_t n)
{
    if (!grow(t, n)) return;
    if (n != 0) memcpy(t->at + t->len, s, n);
    t->len += n;
    t->at[t->len] = '\0';
}

void cx__text_puts(cx__text *t, const char *s)
{
    cx__text_put(t, s, strlen(s));
}

void cx__text_f(cx__text *t, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        t->failed = true;
    else if (grow(t, (size_t)n)) {
        (void)vsnprintf(t->at + t->len, (size_t)n + 1, fmt, again);
        t->len += (size_t)n;
    }
    va_end(again);
}

void cx__text_free(cx__text *t)
{
    cx__free(t->at);
    *t = (cx__text){0};
}

/* "-1.2345e-07" (what to_chars writes) in the layout of Python's repr: plain from 1e-4 up to
 * 1e16, else with an exponent. */
static int lay_out(char *buf, int n)
{
    char digits[32];
    int count = 0, i = 0, out = 0;
    if (buf[i] == '-') out = ++i;
    for (; i < n && buf[i] != 'e'; i++)
        if (buf[i] != '.') digits[count++] = buf[i];
    if (i >= n) /* inf, nan */
        return n;
    const bool below = buf[i + 1] == '-';
    int exponent = 0;
    for (i += 2; i < n; i++) exponent = exponent * 10 + (buf[i] - '0');
    if (below) exponent = -exponent;
    if (exponent < -4 || exponent >= 16) return n;
    if (exponent < 0) {
        buf[out++] = '0';
        buf[out++] = '.';
        for (int k = -1; k > exponent; k--) buf[out++] = '0';
    }
    for (int k = 0; k < count; k++) {
        if (exponent >= 0 && k == exponent + 1) buf[out++] = '.';
        buf[out++] = digits[k];
    }
    for (int k = count; k <= exponent; k++) buf[out++] = '0';
    buf[out] = '\0';
    return out;
}

int cx__f64_to_text(double v, char buf[40])
{
    if (isnan(v)) {
        memcpy(buf, "nan", 4);
        return 3;
    }
    return lay_out(buf, cx__f64_shortest(v, buf));
}

int cx__f32_to_text(float v, char buf[40])
{
    if (isnan(v)) {
        memcpy(buf, "nan", 4);
        return 3;
    }
    return lay_out(buf, cx__f32_shortest(v, buf));
}

/* to_chars knows no 16-bit floats: the first of 1, 2, ... digits that lies nearer to v than to its
 * neighbours. */
static int shortest_half(uint16_t bits, float (*decode)(uint16_t), char *buf)
{
    const uint16_t positive = bits & 0x7fff;
    const double v = (double)decode(bits), m = (double)decode(positive);
    if (!isfinite(v)) return cx__f64_shortest(v, buf);
    const double below = positive == 0 ? -m : (double)decode((uint16_t)(positive - 1));
    const double above = (double)decode((uint16_t)(positive + 1));
    const double low = (m + below) / 2, high = isinf(above) ? m + (m - below) / 2 : (m + above) / 2;
    int n = 0;
    for (int digits = 0; digits < 12; digits++) {
        double w = 0;
        n = cx__f64_to_sci(v, digits, buf, 40);
        (void)cx__parse_f64(buf, buf + n, &w);
        w = fabs(w);
        if ((w > low && w < high) || ((bits & 1) == 0 && (w == low || w == high)) || w == m) break;
    }
    return n;
}

int cx__f16_shortest(uint16_t bits, char buf[40])
{
    return shortest_half(bits, cx__f16_decode, buf);
}
int cx__bf16_shortest(uint16_t bits, char buf[40])
{
    return shortest_half(bits, cx__bf16_decode, buf);
}

static int half_to_text(float v, int n, char *buf)
{
    if (isnan(v)) {
        memcpy(buf, "nan", 4);
        return 3;
    }
    return lay_out(buf, n);
}

int cx__f16_to_text(uint16_t bits, char buf[40])
{
    return half_to_text(cx__f16_decode(bits), cx__f16_shortest(bits, buf), buf);
}
int cx__bf16_to_text(uint16_t bits, char buf[40])
{
    return half_to_text(cx__bf16_decode(bits), cx__bf16_shortest(bits, buf), buf);
}

void cx__text_f64(cx__text *t, double v)
{
    char buf[40];
    const int n = cx__f64_to_text(v, buf);
    cx__text_put(t, buf, (size_t)n);
    if (isfinite(v) && strpbrk(buf, ".e") == NULL) cx__text_put(t, ".0", 2);
}

/* Length of the sequence that starts at s (n bytes left), 0 if it is malformed: no overlong
 * forms, surrogates, or above U+10FFFF. */
static size_t sequence(const unsigned char *s, size_t n)
{
    const unsigned char c = s[0];
    if (c < 0x80) return 1;
    const size_t len = c >= 0xc2 && c <= 0xdf   ? 2
                       : (c & 0xf0) == 0xe0     ? 3
                       : c >= 0xf0 && c <= 0xf4 ? 4
                                                : 0;
    if (len == 0 || len > n) return 0;
    const unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high) return 0;
    for (size_t i = 2; i < len; i++)
        if ((s[i] & 0xc0) != 0x80) return 0;
    return len;
}

size_t cx__utf8_valid(const char *s, size_t n)
{
    const unsigned char *const u = (const unsigned char *)s;
    size_t i = 0;
    while (i < n) {
        const size_t len = sequence(u + i, n - i);
        if (len == 0) break;
        i += len;
    }
    return i;
}
