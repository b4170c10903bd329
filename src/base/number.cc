// Numbers and text, without a locale: the one place that calls C++17 to_chars and from_chars. C
// sees plain functions (text.h); no exception can arise here and no memory is allocated. Knows no
// array.
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>
extern "C" {
#include "base/text.h"
}

namespace {

// A word in any case at s, and what follows is no letter that would make it another word.
const char *word(const char *s, const char *end, const char *w)
{
    for (; *w != '\0'; w++, s++)
        if (s == end || (*s | 0x20) != *w) return nullptr;
    return s;
}

template <class T> int shortest(T v, char *buf)
{
    const std::to_chars_result r = std::to_chars(buf, buf + 39, v, std::chars_format::scientific);
    *r.ptr = '\0';
    return static_cast<int>(r.ptr - buf);
}

int ended(std::to_chars_result r, char *buf)
{
    if (r.ec != std::errc()) {
        buf[0] = '\0';
        return 0;
    }
    *r.ptr = '\0';
    return static_cast<int>(r.ptr - buf);
}

// from_chars reports both overflow and underflow as out of range: tell them apart by the decimal
// exponent of the first digit.
bool overflows(const char *s, const char *end)
{
    long point = 0, exponent = 0;
    bool seen = false, fraction = false;
    for (; s != end && *s != 'e' && *s != 'E'; s++) {
        if (*s == '.') {
            fraction = true;
            continue;
        }
        seen = seen || *s != '0';
        if (fraction && !seen)
            point--;
        else if (!fraction && seen)
            point++;
    }
    if (s != end) {
        s++;
        const bool below = s != end && *s == '-';
        for (s += s != end && (*s == '-' || *s == '+'); s != end; s++)
            if (exponent < 100000000) exponent = exponent * 10 + (*s - '0');
        if (below) exponent = -exponent;
    }
    return point + exponent > 0;
}

template <class T> const char *parse_float(const char *s, const char *end, T *out)
{
    const char *p = s;
    const bool negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) p++;
    if (p == end) return s;
    const T sign = negative ? T(-1) : T(1);
    if (const char *q = word(p, end, "nan")) {
        *out = std::copysign(std::numeric_limits<T>::quiet_NaN(), sign);
        return q;
    }
    if (const char *q = word(p, end, "inf")) {
        const char *const whole = word(p, end, "infinity");
        *out = sign * std::numeric_limits<T>::infinity();
        return whole ? whole : q;
    }
    if (*p != '.' && (*p < '0' || *p > '9')) return s;
    T v = T(0);
    const std::from_chars_result r = std::from_chars(p, end, v, std::chars_format::general);
    if (r.ec == std::errc::invalid_argument) return s;
    if (r.ec == std::errc::result_out_of_range)
        v = overflows(p, r.ptr) ? std::numeric_limits<T>::infinity() : T(0);
    *out = std::copysign(v, sign);
    return r.ptr;
}

template <class T> const char *parse_integer(const char *s, const char *end, T *out)
{
    const char *p = s;
    if (p != end && *p == '+') {
        p++;
        if (p != end && *p == '-') return s;
    }
    T v = 0;
    const std::from_chars_result r = std::from_chars(p, end, v, 10);
    if (r.ec == std::errc::invalid_argument) return s;
    if (r.ec == std::errc::result_out_of_range) return nullptr;
    *out = v;
    return r.ptr;
}

} // namespace

extern "C" {
int cx__f64_shortest(double v, char buf[40])
{
    return shortest(v, buf);
}
int cx__f32_shortest(float v, char buf[40])
{
    return shortest(v, buf);
}

int cx__f64_to_sci(double v, int digits, char *buf, size_t cap)
{
    if (cap == 0) return 0;
    return ended(std::to_chars(buf, buf + cap - 1, v, std::chars_format::scientific, digits), buf);
}

int cx__f64_to_fixed(double v, int digits, char *buf, size_t cap)
{
    if (cap == 0) return 0;
    return ended(std::to_chars(buf, buf + cap - 1, v, std::chars_format::fixed, digits), buf);
}

const char *cx__parse_f64(const char *s, const char *end, double *out)
{
    return parse_float(s, end, out);
}
const char *cx__parse_f32(const char *s, const char *end, float *out)
{
    return parse_float(s, end, out);
}
const char *cx__parse_i64(const char *s, const char *end, int64_t *out)
{
    return parse_integer(s, end, out);
}
const char *cx__parse_u64(const char *s, const char *end, uint64_t *out)
{
    if (s != end && *s == '-') return s;
    return parse_integer(s, end, out);
}
}
