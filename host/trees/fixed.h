/* Numbers as fixed-point words, for words of one output and of several. */
#ifndef CX_HOST_TREES_FIXED_H
#define CX_HOST_TREES_FIXED_H
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { HOST_WIDEST = 50 };

/* Rounded to the nearest whole number below 2^51, as the bits of a sum with 3 * 2^51 have it. */
static inline int64_t host_nearest(double v)
{
    const double shift = 6755399441055744.0, t = v + shift;
    int64_t a, b;
    memcpy(&a, &t, sizeof a);
    memcpy(&b, &shift, sizeof b);
    return a - b;
}

/* The unit of numbers up to most with so many bits: a power of two. */
static inline double host_unit_of(double most, int bits)
{
    int e = 0;
    (void)frexp(most, &e);
    return ldexp(1, e - (bits < HOST_WIDEST ? bits : HOST_WIDEST));
}

#endif
