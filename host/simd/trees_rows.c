/* Loops over the rows of histogram growth: gradients to words, and the cut of a node's rows, eight
 * or sixteen rows at a time. */
#include "simd.h"
#include "trees/fixed.h"
#include "trees/hist_loops.h"
#include <math.h>
#include <string.h>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
enum { LANES = 8, TOGETHER = 8 };
HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, ints);
__extension__ typedef float half
    __attribute__((vector_size(32), aligned(sizeof(float)), may_alias));
#define GET(T, p) (*(const T *)(const void *)(p))
#define PUT(T, p, v) (*(T *)(void *)(p) = (v))

/* ---- words */
static double largest(const double *v, int64_t stride, int64_t n)
{
    double most = 0;
    bool bad = false;
    int64_t i = 0;
    if (stride == 1) {
        vec top = {0};
        ints off = {0};
        const ints size = (ints){0} + INT64_MAX;
        for (; i + LANES <= n; i += LANES) {
            const vec a = (vec)(GET(ints, v + i) & size);
            const ints more = a > top;
            top = (vec)((more & (ints)a) | (~more & (ints)top));
            off |= ~(a <= (double)HUGE_VALF);
        }
        for (int l = 0; l < LANES; l++) {
            most = top[l] > most ? top[l] : most;
            bad = bad || off[l] != 0;
        }
    }
    for (; i < n; i++) {
        const double a = fabs(v[i * stride]);
        most = a > most ? a : most;
        bad = bad || !(a <= (double)HUGE_VALF);
    }
    return bad ? INFINITY : (double)(float)most;
}

/* As host_nearest has it. */
static const double SHIFT = 6755399441055744.0;

INLINE void nearest_of(const double *p, double times, ints *out)
{
    const vec v = __builtin_convertvector(__builtin_convertvector(GET(vec, p), half), vec) * times,
              shift = (vec){0} + SHIFT;
    *out = (ints)(v + shift) - (ints)shift;
}

static void singles(const double *g, int64_t stride, int64_t n, double times, int bits,
                    int64_t *word)
{
    int64_t i = 0;
    for (; stride == 1 && i + LANES <= n; i += LANES) {
        ints v;
        nearest_of(g + i, times, &v);
        PUT(ints, word + i, (v << bits) + 1);
    }
    for (; i < n; i++)
        word[i] = host_nearest((double)(float)g[i * stride] * times) * ((int64_t)1 << bits) + 1;
}

static void pairs(const double *g, const double *h, int64_t stride, int64_t n, const double *times,
                  int bits, int64_t *word)
{
    int64_t i = 0;
    for (; stride == 1 && i + LANES <= n; i += LANES) {
        ints a, b;
        nearest_of(g + i, times[0], &a);
        nearest_of(h + i, times[1], &b);
        b = (b << bits) + 1;
        PUT(ints, word + 2 * i, __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
        PUT(ints, word + 2 * i + LANES, __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15));
    }
    for (; i < n; i++) {
        word[2 * i] = host_nearest((double)(float)g[i * stride] * times[0]);
        word[2 * i + 1] =
            host_nearest((double)(float)h[i * stride] * times[1]) * ((int64_t)1 << bits) + 1;
    }
}

/* ---- cuts */
static int64_t sift(const uint8_t *code, int column, const uint32_t *bits, int32_t *row, int64_t n,
                    int32_t *room)
{
    int64_t i = 0, left = 0;
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    const __m512i words = _mm512_broadcast_i64x4(
                      _mm256_loadu_si256((const __m256i *)(const void *)bits)),
                  one = _mm512_set1_epi32(1), byte = _mm512_set1_epi32(255);
    const __m128i by = _mm_cvtsi32_si128(8 * (column % 4));
    const uint8_t *const from = code + column / 4 * 4;
    for (; i + 16 <= n; i += 16) {
        const __m512i r = _mm512_loadu_si512(row + i);
        const __m512i a = _mm512_i32gather_epi32(r, from, TOGETHER),
                      c = _mm512_and_si512(_mm512_srl_epi32(a, by), byte),
                      w = _mm512_permutexvar_epi32(_mm512_srli_epi32(c, 5), words),
                      go = _mm512_srlv_epi32(w, _mm512_and_si512(c, _mm512_set1_epi32(31)));
        const __mmask16 goes = _mm512_test_epi32_mask(go, one);
        _mm512_storeu_si512(row + left, _mm512_maskz_compress_epi32(goes, r));
        _mm512_storeu_si512(room + (i - left), _mm512_maskz_compress_epi32((__mmask16)~goes, r));
        left += __builtin_popcount(goes);
    }
#endif
    for (; i < n; i++) {
        const int32_t r = row[i];
        const uint8_t c = code[(int64_t)r * TOGETHER + column];
        const uint32_t go = bits[c / 32] >> (c % 32) & 1;
        row[left] = r;
        room[i - left] = r;
        left += go;
    }
    return left;
}

const host_row_loops CX_ISA_NAME(host_row_loops_table) = {
    .largest = largest, .singles = singles, .pairs = pairs, .sift = sift};
