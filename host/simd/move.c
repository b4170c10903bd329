/* Stores that bypass the caches, for copies much larger than those, and matrices turned in
 * registers. */
#include "move.h"
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>

#if defined(__AVX512F__)
typedef __m512i lane;
#define LOAD(p) _mm512_loadu_si512(p)
#define STREAM(p, v) _mm512_stream_si512((void *)(p), v)
#elif defined(__AVX2__)
typedef __m256i lane;
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STREAM(p, v) _mm256_stream_si256((__m256i *)(void *)(p), v)
#else
typedef __m128i lane;
#define LOAD(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define STREAM(p, v) _mm_stream_si128((__m128i *)(void *)(p), v)
#endif

static void stream(void *dst, const void *src, size_t bytes)
{
    char *d = dst;
    const char *s = src;
    size_t head = (size_t)(-(uintptr_t)d) & (sizeof(lane) - 1);
    if (head > bytes) head = bytes;
    memcpy(d, s, head);
    d += head, s += head, bytes -= head;
    for (; bytes >= sizeof(lane); bytes -= sizeof(lane), d += sizeof(lane), s += sizeof(lane))
        STREAM(d, LOAD(s));
    _mm_sfence();
    memcpy(d, s, bytes);
}

static void stream_piece(void *dst, const void *src, size_t bytes)
{
    char *d = dst;
    const char *s = src;
    for (; bytes >= sizeof(lane); bytes -= sizeof(lane), d += sizeof(lane), s += sizeof(lane))
        STREAM(d, LOAD(s));
}

static void fence(void)
{
    _mm_sfence();
}
#else
static void stream(void *dst, const void *src, size_t bytes)
{
    memcpy(dst, src, bytes);
}
#define stream_piece stream
static void fence(void) {}
#endif

#if defined(__AVX512F__)
/* Eight rows of eight: pairs within 16 bytes, then lanes of 16 bytes by twos and by fours. */
static inline void turn_block(const char *src, int64_t src_row, char *dst, int64_t dst_row,
                              bool stream)
{
    __m512i r[8], p[8];
    for (int i = 0; i < 8; i++) r[i] = _mm512_loadu_si512(src + i * src_row);
    for (int i = 0; i < 8; i += 2) {
        p[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
        p[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        for (int k = 0; k < 2; k++) { /* even lanes, odd lanes */
            r[i + k] = _mm512_shuffle_i64x2(p[i + k], p[i + k + 2], 0x88);
            r[i + k + 2] = _mm512_shuffle_i64x2(p[i + k], p[i + k + 2], 0xdd);
        }
    }
    for (int k = 0; k < 4; k++) {
        p[k] = _mm512_shuffle_i64x2(r[k], r[k + 4], 0x88);
        p[k + 4] = _mm512_shuffle_i64x2(r[k], r[k + 4], 0xdd);
    }
    for (int i = 0; i < 8; i++) {
        if (stream)
            STREAM(dst + i * dst_row, p[i]);
        else
            _mm512_storeu_si512(dst + i * dst_row, p[i]);
    }
}

static void turn_rest(const char *src, int64_t src_row, char *dst, int64_t dst_row, int64_t na,
                      int64_t nb)
{
    for (int64_t j = 0; j < nb; j++)
        for (int64_t i = 0; i < na; i++)
            memcpy(dst + j * dst_row + i * 8, src + i * src_row + j * 8, 8);
}

static void turn_8(const char *src, int64_t src_row, char *dst, int64_t dst_row, int64_t na,
                   int64_t nb, bool stream)
{
    const bool past = stream && ((uintptr_t)dst & 63) == 0 && (dst_row & 63) == 0;
    const int64_t whole_a = na & ~(int64_t)7, whole_b = nb & ~(int64_t)7;
    for (int64_t i = 0; i < whole_a; i += 8)
        for (int64_t j = 0; j < whole_b; j += 8)
            turn_block(src + i * src_row + j * 8, src_row, dst + j * dst_row + i * 8, dst_row,
                       past);
    turn_rest(src + whole_b * 8, src_row, dst + whole_b * dst_row, dst_row, whole_a, nb - whole_b);
    turn_rest(src + whole_a * src_row, src_row, dst + whole_a * 8, dst_row, na - whole_a, nb);
}
#define TURN_8 turn_8
#else
#define TURN_8 NULL
#endif

static void count(uint64_t *to, uint64_t first, uint64_t step, int64_t n)
{
    enum { LANES = 8 };
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES, first += LANES * step)
        for (uint64_t k = 0; k < LANES; k++) to[(uint64_t)i + k] = first + k * step;
    for (; i < n; i++, first += step) to[i] = first;
}

const host_move_table CX_ISA_NAME(host_moves) = {.stream = stream,
                                                 .stream_piece = stream_piece,
                                                 .fence = fence,
                                                 .count = count,
                                                 .turn_8 = TURN_8};
