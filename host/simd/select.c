/* What indices and masks say: whether all are in bounds; where a mask holds, by counting, positions
 * and the elements themselves. A vector of elements is pressed together in a register and stored
 * whole; the next store covers what was too much, and the last ones, which nothing would cover, are
 * of single elements: the place behind belongs to another thread. */
#include "select.h"
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

static bool outside(const int64_t *index, int64_t n, int64_t limit)
{
    /* i + limit and 2 limit - 1 - (i + limit) are both at least 0: the sign bits tell, which
     * vectors have too */
    uint64_t signs = 0;
    for (int64_t i = 0; i < n; i++) {
        const uint64_t from = (uint64_t)index[i] + (uint64_t)limit;
        signs |= from | (2 * (uint64_t)limit - 1 - from);
    }
    return signs >> 63 != 0;
}

/* No branch on the mask: write, then decide whether it stays. */
static inline void where_rest(const char *mask, int64_t i, int64_t n, int64_t first, int64_t *out,
                              int64_t k, int64_t found)
{
    for (; i < n && k < found; i++) {
        out[k] = first + i;
        k += mask[i] != 0;
    }
}
static inline void pack_rest(const char *mask, int64_t i, int64_t n, const char *src, char *dst,
                             int64_t k, int64_t found, size_t size)
{
    for (; i < n && k < found; i++) {
        memcpy(dst + (size_t)k * size, src + (size_t)i * size, size);
        k += mask[i] != 0;
    }
}

#if defined(__AVX512F__)
enum { EIGHTS = 8, FOURS = 16 };
static inline uint64_t bits64(const char *p)
{
    const __m512i v = _mm512_loadu_si512(p);
    return _mm512_test_epi8_mask(v, v);
}
static inline unsigned bits8(const char *p)
{
    const __m128i v = _mm_loadl_epi64((const __m128i *)(const void *)p);
    return _mm_test_epi8_mask(v, v);
}
static inline unsigned bits4(const char *p)
{
    const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    return _mm_test_epi8_mask(v, v);
}
static inline void press8(unsigned bits, const void *src, void *dst)
{
    _mm512_storeu_si512(dst, _mm512_maskz_compress_epi64((__mmask8)bits, _mm512_loadu_si512(src)));
}
static inline void press4(unsigned bits, const void *src, void *dst)
{
    _mm512_storeu_si512(dst, _mm512_maskz_compress_epi32((__mmask16)bits, _mm512_loadu_si512(src)));
}
static inline void press_where(unsigned bits, int64_t first, int64_t *dst)
{
    const __m512i steps = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    _mm512_storeu_si512(
        dst, _mm512_maskz_compress_epi64((__mmask8)bits,
                                         _mm512_add_epi64(_mm512_set1_epi64(first), steps)));
}
#elif defined(__AVX2__)
enum { EIGHTS = 4, FOURS = 8 };
static inline uint64_t bits32(const char *p)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    return (uint32_t)~_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_setzero_si256()));
}
static inline uint64_t bits64(const char *p)
{
    return bits32(p) | bits32(p + 32) << 32;
}
static inline unsigned bits4(const char *p)
{
    const __m128i v = _mm_loadl_epi64((const __m128i *)(const void *)p);
    return (unsigned)~_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) & 0xff;
}
static inline unsigned bits8(const char *p)
{
    int32_t four;
    memcpy(&four, p, sizeof four);
    const __m128i v = _mm_cvtsi32_si128(four);
    return (unsigned)~_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) & 0xf;
}
/* The lanes of 4 bytes that stay, first ones first, as places; spread: a nibble's worth of ones for
 * each of them. */
static inline __m256i press(uint64_t spread, __m256i v)
{
    const uint64_t places = _pext_u64(0x0706050403020100, spread);
    return _mm256_permutevar8x32_epi32(v, _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)places)));
}
static inline void press4(unsigned bits, const void *src, void *dst)
{
    const uint64_t spread = _pdep_u64(bits, 0x0101010101010101) * 0xff;
    _mm256_storeu_si256(dst, press(spread, _mm256_loadu_si256(src)));
}
static inline void press8(unsigned bits, const void *src, void *dst)
{
    const uint64_t spread = _pdep_u64(bits, 0x0001000100010001) * 0xffff;
    _mm256_storeu_si256(dst, press(spread, _mm256_loadu_si256(src)));
}
static inline void press_where(unsigned bits, int64_t first, int64_t *dst)
{
    const int64_t at[4] = {first, first + 1, first + 2, first + 3};
    press8(bits, at, dst);
}
#endif

#if defined(__AVX2__)
static int64_t count(const char *mask, int64_t n)
{
    int64_t total = 0, i = 0;
    for (; i + 64 <= n; i += 64) total += __builtin_popcountll(bits64(mask + i));
    for (; i < n; i++) total += mask[i] != 0;
    return total;
}
static void where(const char *mask, int64_t n, int64_t first, int64_t *out, int64_t found)
{
    int64_t i = 0, k = 0;
    for (; i + EIGHTS * 2 <= n && k + EIGHTS <= found; i += EIGHTS) {
        const unsigned bits = bits8(mask + i);
        press_where(bits, first + i, out + k);
        k += __builtin_popcount(bits);
    }
    where_rest(mask, i, n, first, out, k, found);
}
static void pack8(const char *mask, int64_t n, const void *src, void *dst, int64_t found)
{
    int64_t i = 0, k = 0;
    for (; i + EIGHTS * 2 <= n && k + EIGHTS <= found; i += EIGHTS) {
        const unsigned bits = bits8(mask + i);
        press8(bits, (const char *)src + 8 * i, (char *)dst + 8 * k);
        k += __builtin_popcount(bits);
    }
    pack_rest(mask, i, n, src, dst, k, found, 8);
}
static void pack4(const char *mask, int64_t n, const void *src, void *dst, int64_t found)
{
    int64_t i = 0, k = 0;
    for (; i + FOURS <= n && k + FOURS <= found; i += FOURS) {
        const unsigned bits = bits4(mask + i);
        press4(bits, (const char *)src + 4 * i, (char *)dst + 4 * k);
        k += __builtin_popcount(bits);
    }
    pack_rest(mask, i, n, src, dst, k, found, 4);
}
#else
static int64_t count(const char *mask, int64_t n)
{
    int64_t total = 0;
    for (int64_t i = 0; i < n;) {
        const int64_t end = n - i < 4096 ? n : i + 4096;
        uint32_t part = 0;
        for (; i < end; i++) part += mask[i] != 0;
        total += part;
    }
    return total;
}
static void where(const char *mask, int64_t n, int64_t first, int64_t *out, int64_t found)
{
    where_rest(mask, 0, n, first, out, 0, found);
}
static void pack8(const char *mask, int64_t n, const void *src, void *dst, int64_t found)
{
    pack_rest(mask, 0, n, src, dst, 0, found, 8);
}
static void pack4(const char *mask, int64_t n, const void *src, void *dst, int64_t found)
{
    pack_rest(mask, 0, n, src, dst, 0, found, 4);
}
#endif

const host_select_table CX_ISA_NAME(host_selects) = {

    .outside = outside, .count = count, .where = where, .pack4 = pack4, .pack8 = pack8};
