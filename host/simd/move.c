/* Stores that bypass the caches, for copies much larger than those. */
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

const host_move_table CX_ISA_NAME(host_moves) = {
    .stream = stream, .stream_piece = stream_piece, .fence = fence};
