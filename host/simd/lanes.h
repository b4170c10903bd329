/* For kernels that have one matrix in each lane of a vector: squares of vectors turned, roots. The
 * typed part is loops/lanes.inc. */
#ifndef CX_HOST_LANES_H
#define CX_HOST_LANES_H
#include "linalg/blas.h"
#include "paste.h"
#include "simd.h"
#include <math.h>
#include <string.h>
#if defined(__AVX__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

/* Is any bit of 64 bytes set? */
INLINE bool lanes_any(const void *mask)
{
#if defined(__AVX512F__)
    const __m512i m = _mm512_loadu_si512(mask);
    return _mm512_test_epi64_mask(m, m) != 0;
#elif defined(__AVX__)
    const __m256i m =
        _mm256_or_si256(_mm256_loadu_si256(mask), _mm256_loadu_si256((const __m256i *)mask + 1));
    return _mm256_testz_si256(m, m) == 0;
#else
    uint64_t m[8], all = 0;
    memcpy(m, mask, sizeof m);
    for (int i = 0; i < 8; i++) all |= m[i];
    return all != 0;
#endif
}

/* The smallest sizes are known to the compiler. */
#define SIZED(f, n, ...)       \
    do {                       \
        if ((n) == 2)          \
            f(2, __VA_ARGS__); \
        else if ((n) == 3)     \
            f(3, __VA_ARGS__); \
        else if ((n) == 4)     \
            f(4, __VA_ARGS__); \
        else                   \
            f(n, __VA_ARGS__); \
    } while (0)

/* turn: rows of a square of vectors become columns; as many perfect shuffles as the lanes have bits
 */
HOST_VECTOR(double, dwide);
HOST_VECTOR(float, swide);
#if defined(__AVX512F__)
INLINE void dshuffle(const dwide *r, dwide *s)
{
    for (int i = 0; i < 4; i++) {
        s[2 * i] = __builtin_shufflevector(r[i], r[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        s[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
}
INLINE void dturn(dwide *r, dwide *s)
{
    dshuffle(r, s);
    dshuffle(s, r);
    dshuffle(r, s);
    for (int i = 0; i < 8; i++) r[i] = s[i];
}
INLINE void sshuffle(const swide *r, swide *s)
{
    for (int i = 0; i < 8; i++) {
        s[2 * i] = __builtin_shufflevector(r[i], r[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                           6, 22, 7, 23);
        s[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                               13, 29, 14, 30, 15, 31);
    }
}
INLINE void sturn(swide *r, swide *s)
{
    sshuffle(r, s);
    sshuffle(s, r);
    sshuffle(r, s);
    sshuffle(s, r);
}
#endif

INLINE void droot(dwide *x)
{
    for (int l = 0; l < 8; l++) (*x)[l] = sqrt((*x)[l]);
}
INLINE void sroot(swide *x)
{
    for (int l = 0; l < 16; l++) (*x)[l] = sqrtf((*x)[l]);
}
#endif
