/* 128-bit unsigned arithmetic for the engines: two words and four operations.
 * With a native 128-bit type the operations use it; without one they are built from 32-bit halves.
 */
#ifndef HOST_RANDOM_WIDE_H
#define HOST_RANDOM_WIDE_H

#include <stdint.h>

typedef struct host_u128 {
    uint64_t lo, hi;
} host_u128;

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 host_native128;

static inline host_u128 u128_mul64(uint64_t a, uint64_t b)
{
    const host_native128 p = (host_native128)a * b;
    return (host_u128){(uint64_t)p, (uint64_t)(p >> 64)};
}
#else
static inline host_u128 u128_mul64(uint64_t a, uint64_t b)
{
    const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
    const uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32);
    const uint64_t middle = a0 * b1 + (cross & 0xffffffffu);
    return (host_u128){(middle << 32) | (low & 0xffffffffu),
                       a1 * b1 + (cross >> 32) + (middle >> 32)};
}
#endif

static inline host_u128 u128_add(host_u128 a, host_u128 b)
{
    const uint64_t lo = a.lo + b.lo;
    return (host_u128){lo, a.hi + b.hi + (lo < a.lo)};
}

static inline host_u128 u128_mul(host_u128 a, host_u128 b)
{
    host_u128 p = u128_mul64(a.lo, b.lo);
    p.hi += a.hi * b.lo + a.lo * b.hi;
    return p;
}

#endif
