/* The fast road for decimal floats (Clinger 1990): at most 19 digits that make an integer below
 * 2^53 and a power of ten that is exact in double need one correctly rounded operation. Everything
 * else goes to cx__parse_f64, so the result is always the nearest double. */
#ifndef CX_BASE_NUMBER_H
#define CX_BASE_NUMBER_H
#include "base/text.h"
#include <stdbool.h>

static inline bool cx__is_digit(const char *p, const char *end)
{
    return p < end && (unsigned char)(*p - '0') < 10;
}

/** As cx__parse_f64. */
static inline const char *cx__read_f64(const char *s, const char *end, double *out)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *p = s;
    const bool minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    const char *const first = p;
    uint64_t m = 0;
    while (cx__is_digit(p, end)) m = m * 10 + (uint64_t)(*p++ - '0');
    int64_t digits = p - first, power = 0;
    if (p < end && *p == '.') {
        const char *const point = ++p;
        while (cx__is_digit(p, end)) m = m * 10 + (uint64_t)(*p++ - '0');
        power = point - p;
        digits += p - point;
    }
    if (digits == 0 || digits > 19) return cx__parse_f64(s, end, out);
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1;
        const bool below = q < end && *q == '-';
        if (q < end && (*q == '-' || *q == '+')) q++;
        if (cx__is_digit(q, end)) { /* else the number ends before the e */
            int64_t e = 0;
            for (; cx__is_digit(q, end); q++)
                if (e < 100000) e = e * 10 + (*q - '0');
            power += below ? -e : e;
            p = q;
        }
    }
    if (m > UINT64_C(1) << 53 || power < -22 || power > 22) return cx__parse_f64(s, end, out);
    const double v = power < 0 ? (double)m / tens[-power] : (double)m * tens[power];
    *out = minus ? -v : v;
    return p;
}
#endif
