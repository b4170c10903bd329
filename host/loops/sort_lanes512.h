/* Moves between the lanes of 512-bit registers for sorting: what does not look at the order of
 * elements, so 64 and 32 bits stand for integers and floats alike. */
#ifndef CX_SORT_LANES512_H
#define CX_SORT_LANES512_H
#include <immintrin.h>
#include <stdint.h>

/* Lanes in reverse order within groups of 2, 4, 8, 16, and lanes exchanged over a distance. */
static inline __m512i lanes64_turn2(__m512i x)
{
    return _mm512_shuffle_epi32(x, (_MM_PERM_ENUM)0x4E);
}
static inline __m512i lanes64_turn4(__m512i x)
{
    return _mm512_permutex_epi64(x, 0x1B);
}
static inline __m512i lanes64_turn8(__m512i x)
{
    return _mm512_permutexvar_epi64(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), x);
}
static inline __m512i lanes64_over1(__m512i x)
{
    return lanes64_turn2(x);
}
static inline __m512i lanes64_over2(__m512i x)
{
    return _mm512_permutex_epi64(x, 0x4E);
}
static inline __m512i lanes32_turn2(__m512i x)
{
    return _mm512_shuffle_epi32(x, (_MM_PERM_ENUM)0xB1);
}
static inline __m512i lanes32_turn4(__m512i x)
{
    return _mm512_shuffle_epi32(x, (_MM_PERM_ENUM)0x1B);
}
static inline __m512i lanes32_turn8(__m512i x)
{
    return _mm512_permutexvar_epi32(
        _mm512_set_epi32(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7), x);
}
static inline __m512i lanes32_turn16(__m512i x)
{
    return _mm512_permutexvar_epi32(
        _mm512_set_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), x);
}
static inline __m512i lanes32_over1(__m512i x)
{
    return lanes32_turn2(x);
}
static inline __m512i lanes32_over2(__m512i x)
{
    return _mm512_shuffle_epi32(x, (_MM_PERM_ENUM)0x4E);
}
static inline __m512i lanes32_over4(__m512i x)
{
    return _mm512_permutex_epi64(x, 0x4E);
}

/* Four registers of four blocks of 128 bits, transposed; the results go to to[0], to[step]... */
static inline void blocks_across(__m512i x0, __m512i x1, __m512i x2, __m512i x3, __m512i *to,
                                 int step)
{
    const __m512i u0 = _mm512_shuffle_i64x2(x0, x1, 0x88), u1 = _mm512_shuffle_i64x2(x2, x3, 0x88);
    const __m512i v0 = _mm512_shuffle_i64x2(x0, x1, 0xdd), v1 = _mm512_shuffle_i64x2(x2, x3, 0xdd);
    to[0] = _mm512_shuffle_i64x2(u0, u1, 0x88);
    to[step] = _mm512_shuffle_i64x2(v0, v1, 0x88);
    to[2 * step] = _mm512_shuffle_i64x2(u0, u1, 0xdd);
    to[3 * step] = _mm512_shuffle_i64x2(v0, v1, 0xdd);
}

/* Columns one after another: of 8 rows, to[step * c] is column c; of 64 bits. */
static inline void lanes64_across8(const __m512i *r, __m512i *to, int step)
{
    __m512i t[8];
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
    }
    blocks_across(t[0], t[2], t[4], t[6], to, 2 * step);
    blocks_across(t[1], t[3], t[5], t[7], to + step, 2 * step);
}
/* Columns of 4 rows of 32 bits: block g of to[j] is column 4 g + j. */
static inline void lanes32_across4(const __m512i *r, __m512i *to)
{
    const __m512i t0 = _mm512_unpacklo_epi32(r[0], r[1]), t1 = _mm512_unpackhi_epi32(r[0], r[1]);
    const __m512i t2 = _mm512_unpacklo_epi32(r[2], r[3]), t3 = _mm512_unpackhi_epi32(r[2], r[3]);
    to[0] = _mm512_unpacklo_epi64(t0, t2);
    to[1] = _mm512_unpackhi_epi64(t0, t2);
    to[2] = _mm512_unpacklo_epi64(t1, t3);
    to[3] = _mm512_unpackhi_epi64(t1, t3);
}

static inline void lanes64_columns2(__m512i *r)
{
    const __m512i x = r[0], low = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
    r[0] = _mm512_permutex2var_epi64(x, low, r[1]);
    r[1] = _mm512_permutex2var_epi64(x, _mm512_add_epi64(low, _mm512_set1_epi64(4)), r[1]);
}
static inline void lanes64_columns4(__m512i *r)
{
    const __m512i t0 = _mm512_unpacklo_epi64(r[0], r[1]), t1 = _mm512_unpackhi_epi64(r[0], r[1]);
    const __m512i t2 = _mm512_unpacklo_epi64(r[2], r[3]), t3 = _mm512_unpackhi_epi64(r[2], r[3]);
    blocks_across(t0, t2, t1, t3, r, 1);
}
static inline void lanes64_columns8(__m512i *r)
{
    __m512i to[8];
    lanes64_across8(r, to, 1);
    for (int i = 0; i < 8; i++) r[i] = to[i];
}
static inline void lanes64_columns16(__m512i *r)
{
    __m512i to[16];
    lanes64_across8(r, to, 2);
    lanes64_across8(r + 8, to + 1, 2);
    for (int i = 0; i < 16; i++) r[i] = to[i];
}
static inline void lanes32_columns2(__m512i *r)
{
    const __m512i x = r[0],
                  low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    r[0] = _mm512_permutex2var_epi32(x, low, r[1]);
    r[1] = _mm512_permutex2var_epi32(x, _mm512_add_epi32(low, _mm512_set1_epi32(8)), r[1]);
}
static inline void lanes32_columns4(__m512i *r)
{
    __m512i u[4];
    lanes32_across4(r, u);
    blocks_across(u[0], u[1], u[2], u[3], r, 1);
}
static inline void lanes32_columns8(__m512i *r)
{
    __m512i u[8];
    lanes32_across4(r, u);
    lanes32_across4(r + 4, u + 4);
    blocks_across(u[0], u[4], u[1], u[5], r, 2);
    blocks_across(u[2], u[6], u[3], u[7], r + 1, 2);
}
static inline void lanes32_columns16(__m512i *r)
{
    __m512i u[16];
    for (int i = 0; i < 16; i += 4) lanes32_across4(r + i, u + i);
    for (int j = 0; j < 4; j++) blocks_across(u[j], u[4 + j], u[8 + j], u[12 + j], r + j, 4);
}

/* For each mask of eight lanes the order that brings the lanes of the mask to the front and leaves
 * the others behind: four bits a lane. */
#define ONES_(x)                                                                   \
    (((x)&1) + ((x) >> 1 & 1) + ((x) >> 2 & 1) + ((x) >> 3 & 1) + ((x) >> 4 & 1) + \
     ((x) >> 5 & 1) + ((x) >> 6 & 1) + ((x) >> 7 & 1))
#define TO_(m, i)                                                         \
    ((uint32_t)(i) << 4 * (((m) >> (i)&1) ? ONES_((m) & ((1 << (i)) - 1)) \
                                          : ONES_(m) + ONES_(~(m) & ((1 << (i)) - 1))))
#define ORDER1_(m) \
    (TO_(m, 0) | TO_(m, 1) | TO_(m, 2) | TO_(m, 3) | TO_(m, 4) | TO_(m, 5) | TO_(m, 6) | TO_(m, 7))
#define ORDER4_(m) ORDER1_(m), ORDER1_((m) + 1), ORDER1_((m) + 2), ORDER1_((m) + 3)
#define ORDER16_(m) ORDER4_(m), ORDER4_((m) + 4), ORDER4_((m) + 8), ORDER4_((m) + 12)
#define ORDER64_(m) ORDER16_(m), ORDER16_((m) + 16), ORDER16_((m) + 32), ORDER16_((m) + 48)
static const uint32_t lanes_order[256] = {ORDER64_(0), ORDER64_(64), ORDER64_(128), ORDER64_(192)};
#undef ONES_
#undef TO_
#undef ORDER1_
#undef ORDER4_
#undef ORDER16_
#undef ORDER64_

/* The lanes of the mask stored at the front of a gap of so many elements, the others at its end;
 * what is between is overwritten, up to a register at either end. Returns how many are in front. */
static inline int64_t lanes64_place(void *at, int64_t gap, __m512i x, unsigned mask)
{
    const __m512i order = _mm512_srlv_epi64(_mm512_set1_epi32((int)lanes_order[mask]),
                                            _mm512_set_epi64(28, 24, 20, 16, 12, 8, 4, 0));
    const __m512i y = _mm512_permutexvar_epi64(order, x);
    _mm512_storeu_si512(at, y);
    _mm512_storeu_si512((uint64_t *)at + gap - 8, y);
    return (int64_t)__builtin_popcountll(mask);
}
static inline int64_t lanes32_place8(uint32_t *at, int64_t gap, __m256i x, unsigned mask)
{
    const __m256i order = _mm256_srlv_epi32(_mm256_set1_epi32((int)lanes_order[mask]),
                                            _mm256_set_epi32(28, 24, 20, 16, 12, 8, 4, 0));
    const __m256i y = _mm256_permutexvar_epi32(order, x);
    _mm256_storeu_si256((void *)at, y);
    _mm256_storeu_si256((void *)(at + gap - 8), y);
    return (int64_t)__builtin_popcountll(mask);
}
static inline int64_t lanes32_place(void *at, int64_t gap, __m512i x, unsigned mask)
{
    uint32_t *const p = at;
    const int64_t k = lanes32_place8(p, gap, _mm512_castsi512_si256(x), mask & 255);
    return k + lanes32_place8(p + k, gap - 8, _mm512_extracti64x4_epi64(x, 1), mask >> 8);
}
#endif
