/* Points against panels of centres, for each ISA level: a tile of rows and centres stays in
 * registers while their products are added up, and only the least two estimates of a row leave it.
 *
 * These are estimates, so levels with fused multiply-add use it. */
#include "learn/nearest_loops.h"
#include "simd.h"
#include <math.h>

#define INLINE static inline __attribute__((always_inline))
#define GET(V, p) (*(const V *)(const void *)(p))
#define PUT(V, p, v) (*(V *)(void *)(p) = (v))
#define VECTOR(T, name, bytes) \
    __extension__ typedef T name __attribute__((vector_size(bytes), aligned(sizeof(T)), may_alias))
enum { COLS = 3, AHEAD = 2 };

#if defined(__AVX512F__)
#include <immintrin.h>
enum { ROWS = 8 };
VECTOR(double, V, 64);
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231pd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define SPREAD(x) ((V)_mm512_set1_pd(x))
#define LEAST(a, b) ((V)_mm512_min_pd((__m512d)(a), (__m512d)(b)))
#define MOST(a, b) ((V)_mm512_max_pd((__m512d)(a), (__m512d)(b)))
#define SAME(a, b) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_EQ_OQ)
#define LEAST_OF(a) _mm512_reduce_min_pd((__m512d)(a))
#define WITHOUT(a, lane) \
    ((V)_mm512_mask_mov_pd((__m512d)(a), (__mmask8)(1U << (lane)), _mm512_set1_pd(INFINITY)))
#define WHERE_LESS(a, b, yes, no)                                                      \
    ((V)_mm512_mask_mov_pd((__m512d)(no),                                              \
                           _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_LT_OQ), \
                           (__m512d)(yes)))
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { ROWS = 4 };
VECTOR(double, V, 32);
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231pd %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define SPREAD(x) ((V)_mm256_set1_pd(x))
#define LEAST(a, b) ((V)_mm256_min_pd((__m256d)(a), (__m256d)(b)))
#define MOST(a, b) ((V)_mm256_max_pd((__m256d)(a), (__m256d)(b)))
#define WHERE_LESS(a, b, yes, no)                       \
    ((V)_mm256_blendv_pd((__m256d)(no), (__m256d)(yes), \
                         _mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_LT_OQ)))
#else
enum { ROWS = 2 };
VECTOR(double, V, 16);
VECTOR(int64_t, M, 16);
#define ADD_PRODUCT(a, b, c) ((c) += (a) * (b))
#define SPREAD(x) ((V){(x), (x)})
#define WHERE_LESS(a, b, yes, no) ((V)(((M)((a) < (b)) & (M)(yes)) | (~(M)((a) < (b)) & (M)(no))))
#define LEAST(a, b) WHERE_LESS(a, b, a, b)
#define MOST(a, b) WHERE_LESS(a, b, b, a)
#endif
enum { LANES = (int)(sizeof(V) / sizeof(double)) };

static int64_t cols_of(int64_t k)
{
    return k <= LANES ? 1 : k <= 2 * LANES ? 2 : 3;
}

static int64_t width(int64_t k)
{
    const int64_t lanes = cols_of(k) * LANES;
    return (k + lanes - 1) / lanes * lanes;
}

/* A panel: first the squared lengths, then for each column -2 times that of its centres. Those past
 * the last are infinitely long. */
static void pack(const double *centres, const double *norm, int64_t k, int64_t d, double *to)
{
    const int64_t lanes = cols_of(k) * LANES;
    double *panel = to;
    for (int64_t c = 0; c < k; c += lanes, panel += lanes * (d + 1)) {
        const int64_t here = k - c < lanes ? k - c : lanes;
        for (int64_t l = 0; l < lanes; l++)
            panel[l] = l < here ? (double)norm[c + l] : (double)INFINITY;
        for (int64_t j = 0; j < d; j++)
            for (int64_t l = 0; l < lanes; l++)
                panel[(j + 1) * lanes + l] = l < here ? (double)(-2 * centres[(c + l) * d + j]) : 0;
    }
}

/* Estimates of ROWS rows and one panel. Meanwhile rows further on come into the cache, in the order
 * in which they lie: a column of several rows looks like nothing that the processor foresees. */
INLINE void tile(const double *const row[ROWS], int64_t d, const double *panel, const double *ahead,
                 V e[ROWS][COLS], const int cols)
{
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
        for (int c = 0; c < cols; c++) e[r][c] = GET(V, panel + c * LANES);
    for (int64_t j = 0; j < d; j++, ahead += ROWS) {
        __builtin_prefetch(ahead, 0, 3);
        panel += cols * LANES;
        V at[COLS];
#pragma GCC unroll 3
        for (int c = 0; c < cols; c++) at[c] = GET(V, panel + c * LANES);
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            const V x = SPREAD(row[r][j]);
#pragma GCC unroll 3
            for (int c = 0; c < cols; c++) ADD_PRODUCT(at[c], x, e[r][c]);
        }
    }
}

/* The least two of the lanes of a row. */
INLINE void join(V best, V second, V at, host_near_two *out, int64_t i)
{
    double p[LANES];
    PUT(V, p, at);
#if defined(__AVX512F__)
    const double least = LEAST_OF(best);
    const int lane = __builtin_ctz((unsigned)SAME(best, SPREAD(least)) | 1U << (LANES - 1));
    const double next = LEAST_OF(LEAST(WITHOUT(best, lane), second));
#else
    double least = INFINITY, next = INFINITY, b[LANES], s[LANES];
    int lane = 0;
    PUT(V, b, best), PUT(V, s, second);
    for (int l = 0; l < LANES; l++) {
        lane = b[l] < least ? l : lane;
        const double high = b[l] < least ? least : b[l], low = s[l] < high ? s[l] : high;
        next = low < next ? low : next;
        least = b[l] < least ? b[l] : least;
    }
#endif
    out->at[i] = (int32_t)p[lane] + lane;
    out->best[i] = (double)least;
    out->second[i] = (double)next;
}

INLINE void two_of(const double *const row[ROWS], int64_t d, const double *panel, int64_t k,
                   const double *ahead, const int cols, V best[ROWS], V second[ROWS], V at[ROWS])
{
    const int64_t lanes = cols * LANES;
    for (int r = 0; r < ROWS; r++) {
        best[r] = second[r] = SPREAD((double)INFINITY);
        at[r] = SPREAD((double)0);
    }
    for (int64_t c = 0; c < k; c += lanes, panel += lanes * (d + 1)) {
        V e[ROWS][COLS];
        tile(row, d, panel, ahead, e, cols);
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 3
            for (int l = 0; l < cols; l++) {
                const V v = e[r][l];
                at[r] = WHERE_LESS(v, best[r], SPREAD((double)(c + l * LANES)), at[r]);
                second[r] = LEAST(second[r], MOST(v, best[r]));
                best[r] = LEAST(v, best[r]);
            }
    }
}

/* Rows past the last are the last. */
INLINE void point(const double *x, int64_t i, int64_t rows, int64_t d, const double *row[ROWS])
{
    for (int r = 0; r < ROWS; r++) row[r] = x + (i + r < rows ? i + r : rows - 1) * d;
}

static void two(const double *x, int64_t rows, int64_t d, const double *panels, int64_t k,
                host_near_two *out)
{
    const int64_t cols = cols_of(k);
    for (int64_t i = 0; i < rows; i += ROWS) {
        const double *row[ROWS];
        const double *const ahead = x + (i + AHEAD * ROWS) * d;
        V best[ROWS], second[ROWS], at[ROWS];
        point(x, i, rows, d, row);
        if (cols == 1)
            two_of(row, d, panels, k, ahead, 1, best, second, at);
        else if (cols == 2)
            two_of(row, d, panels, k, ahead, 2, best, second, at);
        else
            two_of(row, d, panels, k, ahead, 3, best, second, at);
        for (int r = 0; r < ROWS && i + r < rows; r++) join(best[r], second[r], at[r], out, i + r);
    }
}

/* All estimates of some rows, as they are. */
INLINE void all_of(const double *const row[ROWS], int64_t rows, int64_t d, const double *panel,
                   int64_t k, const double *ahead, const int cols, double *out)
{
    const int64_t ld = width(k), lanes = cols * LANES;
    for (int64_t c = 0; c < k; c += lanes, panel += lanes * (d + 1)) {
        V e[ROWS][COLS];
        tile(row, d, panel, ahead, e, cols);
        for (int r = 0; r < ROWS && r < rows; r++)
            for (int l = 0; l < cols; l++) PUT(V, out + r * ld + c + l * LANES, e[r][l]);
    }
}

static void all(const double *x, int64_t rows, int64_t d, const double *panels, int64_t k,
                double *out)
{
    const int64_t cols = cols_of(k), ld = width(k);
    for (int64_t i = 0; i < rows; i += ROWS) {
        const double *row[ROWS], *const ahead = x + (i + AHEAD * ROWS) * d;
        point(x, i, rows, d, row);
        if (cols == 1)
            all_of(row, rows - i, d, panels, k, ahead, 1, out + i * ld);
        else if (cols == 2)
            all_of(row, rows - i, d, panels, k, ahead, 2, out + i * ld);
        else
            all_of(row, rows - i, d, panels, k, ahead, 3, out + i * ld);
    }
}

static void add(const double *x, int64_t rows, int64_t d, const double *weight,
                const int32_t *label, double *sum)
{
    for (int64_t i = 0; i < rows; i++, x += d) {
        double *const to = sum + label[i] * d;
        int64_t j = 0;
        if (weight == NULL) {
            for (; j + LANES <= d; j += LANES) PUT(V, to + j, GET(V, to + j) + GET(V, x + j));
            for (; j < d; j++) to[j] += x[j];
        } else {
            const double w = weight[i];
            for (; j + LANES <= d; j += LANES) PUT(V, to + j, GET(V, to + j) + w * GET(V, x + j));
            for (; j < d; j++) to[j] += w * x[j];
        }
    }
}

/* Four sums, as one row by itself has at any level. */
VECTOR(double, four, 32);
INLINE double joined(const four *s)
{
    return ((*s)[0] + (*s)[1]) + ((*s)[2] + (*s)[3]);
}

static void lengths(const double *x, int64_t rows, int64_t d, double *out)
{
    for (int64_t i = 0; i < rows; i++, x += d) {
        four s = {0};
        int64_t j = 0;
        for (; j + 4 <= d; j += 4) s += GET(four, x + j) * GET(four, x + j);
        for (; j < d; j++) s[0] += x[j] * x[j];
        out[i] = joined(&s);
    }
}

static void distances(const double *x, int64_t rows, int64_t d, const double *centres,
                      const int32_t *label, double *out)
{
    for (int64_t i = 0; i < rows; i++, x += d) {
        const double *const c = centres + label[i] * d;
        four s = {0};
        int64_t j = 0;
        for (; j + 4 <= d; j += 4) {
            const four t = GET(four, x + j) - GET(four, c + j);
            s += t * t;
        }
        for (; j < d; j++) s[0] += (x[j] - c[j]) * (x[j] - c[j]);
        out[i] = joined(&s);
    }
}

/* to += w x and from -= w x, some columns. */
static void move(const double *x, int64_t columns, double w, double *from, double *to)
{
    int64_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
        const V v = w * GET(V, x + j);
        PUT(V, to + j, GET(V, to + j) + v);
        PUT(V, from + j, GET(V, from + j) - v);
    }
    for (; j < columns; j++) {
        to[j] += w * x[j];
        from[j] -= w * x[j];
    }
}

const host_nearest_loops CX_ISA_NAME(host_nearest_loops_table) = {.width = width,
                                                                  .pack = pack,
                                                                  .two = two,
                                                                  .all = all,
                                                                  .add = add,
                                                                  .lengths = lengths,
                                                                  .distances = distances,
                                                                  .move = move};
