/* Checked arithmetic on sizes: true on success, *out untouched otherwise. */
#ifndef CX_BASE_SIZE_H
#define CX_BASE_SIZE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool cx__mul_i64(int64_t a, int64_t b, int64_t *out)
{
#if defined(__GNUC__)
    int64_t r;
    if (__builtin_mul_overflow(a, b, &r)) return false;
    *out = r;
    return true;
#else
    if (a != 0 && ((a == -1 && b == INT64_MIN) || (b == -1 && a == INT64_MIN))) return false;
    if (a > 0    ? (b > INT64_MAX / a || b < INT64_MIN / a)
        : a < -1 ? (b > INT64_MIN / a || b < INT64_MAX / a)
                 : false)
        return false;
    *out = a * b;
    return true;
#endif
}
static inline bool cx__add_i64(int64_t a, int64_t b, int64_t *out)
{
    if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return false;
    *out = a + b;
    return true;
}
static inline bool cx__mul_size(size_t a, size_t b, size_t *out)
{
    if (a != 0 && b > SIZE_MAX / a) return false;
    *out = a * b;
    return true;
}
static inline bool cx__add_size(size_t a, size_t b, size_t *out)
{
    if (b > SIZE_MAX - a) return false;
    *out = a + b;
    return true;
}
#endif
