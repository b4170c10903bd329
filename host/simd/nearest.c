/* Points against panels of centres, for each ISA level: a tile of rows and centres stays in
 * registers while their products are added up, and only the least two estimates of a row leave it.
 *
 * Levels with fused multiply-add use it: these are estimates. */
#include "learn/near_loops.h"
#include "simd.h"
#include <math.h>

#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
#include <immintrin.h>
enum { BYTES = 64, ROWS = 8 };
__extension__ typedef double V __attribute__((vector_size(64), aligned(8), may_alias));
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231pd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define SPREAD(x) ((V)_mm512_set1_pd(x))
#define LEAST(a, b) ((V)_mm512_min_pd((__m512d)(a), (__m512d)(b)))
#define MOST(a, b) ((V)_mm512_max_pd((__m512d)(a), (__m512d)(b)))
#define WHERE_LESS(a, b, yes, no)                                                      \
    ((V)_mm512_mask_mov_pd((__m512d)(no),                                              \
                           _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_LT_OQ), \
                           (__m512d)(yes)))
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { BYTES = 32, ROWS = 4 };
__extension__ typedef double V __attribute__((vector_size(32), aligned(8), may_alias));
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231pd %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define SPREAD(x) ((V)_mm256_set1_pd(x))
#define LEAST(a, b) ((V)_mm256_min_pd((__m256d)(a), (__m256d)(b)))
#define MOST(a, b) ((V)_mm256_max_pd((__m256d)(a), (__m256d)(b)))
#define WHERE_LESS(a, b, yes, no)                       \
    ((V)_mm256_blendv_pd((__m256d)(no), (__m256d)(yes), \
                         _mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_LT_OQ)))
#else
enum { BYTES = 16, ROWS = 2 };
__extension__ typedef double V __attribute__((vector_size(16), aligned(8), may_alias));
__extension__ typedef int64_t M __attribute__((vector_size(16), aligned(8), may_alias));
#define ADD_PRODUCT(a, b, c) ((c) += (a) * (b))
#define SPREAD(x) ((V){(x), (x)})
#define PICK(m, yes, no) ((V)(((m) & (M)(yes)) | (~(m) & (M)(no))))
#define WHERE_LESS(a, b, yes, no) PICK((M)((a) < (b)), yes, no)
#define LEAST(a, b) WHERE_LESS(a, b, a, b)
#define MOST(a, b) WHERE_LESS(a, b, b, a)
#endif

enum { N = BYTES / 8, COLS = 3, LANES = N * COLS, AHEAD = 2 };
#define GET(p) (*(const V *)(const void *)(p))
#define PUT(p, v) (*(V *)(void *)(p) = (v))

/* A panel: first the squared lengths, then for each column -2 times that of its centres. Those past
 * the last are infinitely long. */
static void pack(const double *centres, const double *norm, int64_t k, int64_t d, double *panels)
{
    for (int64_t c = 0; c < k; c += LANES, panels += LANES * (d + 1)) {
        const int64_t here = k - c < LANES ? k - c : LANES;
        for (int64_t l = 0; l < LANES; l++) panels[l] = l < here ? norm[c + l] : (double)INFINITY;
        for (int64_t j = 0; j < d; j++)
            for (int64_t l = 0; l < LANES; l++)
                panels[(j + 1) * LANES + l] = l < here ? -2 * centres[(c + l) * d + j] : 0;
    }
}

/* Estimates of ROWS rows and one panel. Meanwhile rows further on come into the cache, in the order
 * in which they lie: a column of several rows looks like nothing that the processor foresees. */
INLINE void tile(const double *const row[ROWS], int64_t d, const double *panel, V e[ROWS][COLS])
{
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
        for (int c = 0; c < COLS; c++) e[r][c] = GET(panel + c * N);
    const double *ahead = row[0] + AHEAD * ROWS * d;
    for (int64_t j = 0; j < d; j++, ahead += ROWS) {
        __builtin_prefetch(ahead, 0, 3);
        panel += LANES;
        const V a = GET(panel), b = GET(panel + N), c = GET(panel + 2 * N);
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            const V x = SPREAD(row[r][j]);
            ADD_PRODUCT(a, x, e[r][0]);
            ADD_PRODUCT(b, x, e[r][1]);
            ADD_PRODUCT(c, x, e[r][2]);
        }
    }
}

/* Rows past the last are the last. */
INLINE void point(const double *x, int64_t i, int64_t rows, int64_t d, const double *row[ROWS])
{
    for (int r = 0; r < ROWS; r++) row[r] = x + (i + r < rows ? i + r : rows - 1) * d;
}

/* The least two of the lanes of a row. */
INLINE void join(V best, V second, V at, host_near_two *out, int64_t i)
{
    double p[N];
    PUT(p, at);
#if defined(__AVX512F__)
    const double least = _mm512_reduce_min_pd((__m512d)best);
    const int lane = __builtin_ctz(
        (unsigned)_mm512_cmp_pd_mask((__m512d)best, (__m512d)SPREAD(least), _CMP_EQ_OQ) | 1U << 7);
    const V rest = (V)_mm512_mask_mov_pd((__m512d)best, (__mmask8)(1U << lane),
                                         (__m512d)SPREAD((double)INFINITY));
    const double next = _mm512_reduce_min_pd((__m512d)LEAST(rest, second));
#else
    double least = INFINITY, next = INFINITY, b[N], s[N];
    int lane = 0;
    PUT(b, best), PUT(s, second);
    for (int l = 0; l < N; l++) {
        lane = b[l] < least ? l : lane;
        const double high = b[l] < least ? least : b[l], low = s[l] < high ? s[l] : high;
        next = low < next ? low : next;
        least = b[l] < least ? b[l] : least;
    }
#endif
    out->at[i] = (int32_t)p[lane] + lane;
    out->best[i] = least;
    out->second[i] = next;
}

static void two(const double *x, int64_t rows, int64_t d, const double *panels, int64_t k,
                host_near_two *out)
{
    for (int64_t i = 0; i < rows; i += ROWS) {
        const double *row[ROWS];
        V best[ROWS], second[ROWS], at[ROWS];
        point(x, i, rows, d, row);
        for (int r = 0; r < ROWS; r++) {
            best[r] = second[r] = SPREAD((double)INFINITY);
            at[r] = SPREAD(0.0);
        }
        const double *panel = panels;
        for (int64_t c = 0; c < k; c += LANES, panel += LANES * (d + 1)) {
            V e[ROWS][COLS];
            tile(row, d, panel, e);
#pragma GCC unroll 8
            for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
                for (int l = 0; l < COLS; l++) {
                    const V v = e[r][l];
                    at[r] = WHERE_LESS(v, best[r], SPREAD((double)(c + l * N)), at[r]);
                    second[r] = LEAST(second[r], MOST(v, best[r]));
                    best[r] = LEAST(v, best[r]);
                }
        }
        for (int r = 0; r < ROWS && i + r < rows; r++) join(best[r], second[r], at[r], out, i + r);
    }
}

static void all(const double *x, int64_t rows, int64_t d, const double *panels, int64_t k,
                double *out)
{
    const int64_t ld = (k + LANES - 1) / LANES * LANES;
    for (int64_t i = 0; i < rows; i += ROWS) {
        const double *row[ROWS], *panel = panels;
        point(x, i, rows, d, row);
        for (int64_t c = 0; c < k; c += LANES, panel += LANES * (d + 1)) {
            V e[ROWS][COLS];
            tile(row, d, panel, e);
            for (int r = 0; r < ROWS && i + r < rows; r++)
                for (int l = 0; l < COLS; l++) PUT(out + (i + r) * ld + c + l * N, e[r][l]);
        }
    }
}

static void add(const double *x, int64_t rows, int64_t d, const double *weight,
                const int32_t *label, double *sum)
{
    for (int64_t i = 0; i < rows; i++, x += d) {
        double *const to = sum + label[i] * d;
        int64_t j = 0;
        if (weight == NULL) {
            for (; j + N <= d; j += N) PUT(to + j, GET(to + j) + GET(x + j));
            for (; j < d; j++) to[j] += x[j];
        } else {
            const double w = weight[i];
            for (; j + N <= d; j += N) PUT(to + j, GET(to + j) + w * GET(x + j));
            for (; j < d; j++) to[j] += w * x[j];
        }
    }
}

const host_near_loops CX_ISA_NAME(host_near_loops_table) = {
    .lanes = LANES, .pack = pack, .two = two, .all = all, .add = add};
