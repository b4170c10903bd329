/* Points against panels of centres, for each ISA level: a tile of rows and centres stays in
 * registers while their products are added up, and only the least two estimates of a row leave it.
 *
 * In float64, and in float32 for twice as many at a time: these are estimates, so levels with fused
 * multiply-add use it. */
#include "learn/nearest_loops.h"
#include "simd.h"
#include <math.h>

#define INLINE static inline __attribute__((always_inline))
#define GET(V, p) (*(const V *)(const void *)(p))
#define PUT(V, p, v) (*(V *)(void *)(p) = (v))
#define VECTOR(T, name, bytes) \
    __extension__ typedef T name __attribute__((vector_size(bytes), aligned(sizeof(T)), may_alias))
enum { COLS = 3, AHEAD = 2 };

/* A row as it is; its numbers in float32, from room[at] on. */
static inline const double *same_row(const double *x, const double *room, int64_t at, int64_t d)
{
    (void)room, (void)at, (void)d;
    return x;
}

static inline const float *narrow_row(const double *x, float *room, int64_t at, int64_t d)
{
    for (int64_t j = 0; j < d; j++) room[at + j] = (float)x[j];
    return room + at;
}

#if defined(__AVX512F__)
#include <immintrin.h>
enum { ROWS = 8 };
VECTOR(double, vd, 64);
VECTOR(float, vs, 64);
#define ADD512(x, a, b, c) __asm__("vfmadd231p" x " %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define T double
#define P(name) name##_d
#define V vd
#define ROW same_row
#define ADD_PRODUCT(a, b, c) ADD512("d", a, b, c)
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
#include "loops/near.inc"
#define T float
#define P(name) name##_s
#define V vs
#define ROW narrow_row
#define ADD_PRODUCT(a, b, c) ADD512("s", a, b, c)
#define SPREAD(x) ((V)_mm512_set1_ps(x))
#define LEAST(a, b) ((V)_mm512_min_ps((__m512)(a), (__m512)(b)))
#define MOST(a, b) ((V)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define SAME(a, b) _mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_EQ_OQ)
#define LEAST_OF(a) _mm512_reduce_min_ps((__m512)(a))
#define WITHOUT(a, lane) \
    ((V)_mm512_mask_mov_ps((__m512)(a), (__mmask16)(1U << (lane)), _mm512_set1_ps(INFINITY)))
#define WHERE_LESS(a, b, yes, no)                                                                  \
    ((V)_mm512_mask_mov_ps((__m512)(no), _mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_LT_OQ), \
                           (__m512)(yes)))
#include "loops/near.inc"
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { ROWS = 4 };
VECTOR(double, vd, 32);
VECTOR(float, vs, 32);
#define ADD256(x, a, b, c) __asm__("vfmadd231p" x " %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define T double
#define P(name) name##_d
#define V vd
#define ROW same_row
#define ADD_PRODUCT(a, b, c) ADD256("d", a, b, c)
#define SPREAD(x) ((V)_mm256_set1_pd(x))
#define LEAST(a, b) ((V)_mm256_min_pd((__m256d)(a), (__m256d)(b)))
#define MOST(a, b) ((V)_mm256_max_pd((__m256d)(a), (__m256d)(b)))
#define WHERE_LESS(a, b, yes, no)                       \
    ((V)_mm256_blendv_pd((__m256d)(no), (__m256d)(yes), \
                         _mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_LT_OQ)))
#include "loops/near.inc"
#define T float
#define P(name) name##_s
#define V vs
#define ROW narrow_row
#define ADD_PRODUCT(a, b, c) ADD256("s", a, b, c)
#define SPREAD(x) ((V)_mm256_set1_ps(x))
#define LEAST(a, b) ((V)_mm256_min_ps((__m256)(a), (__m256)(b)))
#define MOST(a, b) ((V)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define WHERE_LESS(a, b, yes, no)                     \
    ((V)_mm256_blendv_ps((__m256)(no), (__m256)(yes), \
                         _mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_LT_OQ)))
#include "loops/near.inc"
#else
enum { ROWS = 2 };
VECTOR(double, vd, 16);
VECTOR(float, vs, 16);
VECTOR(int64_t, md, 16);
VECTOR(int32_t, ms, 16);
#define PICK(M, m, yes, no) ((V)(((m) & (M)(yes)) | (~(m) & (M)(no))))
#define T double
#define P(name) name##_d
#define V vd
#define ROW same_row
#define ADD_PRODUCT(a, b, c) ((c) += (a) * (b))
#define SPREAD(x) ((V){(x), (x)})
#define WHERE_LESS(a, b, yes, no) PICK(md, (md)((a) < (b)), yes, no)
#define LEAST(a, b) WHERE_LESS(a, b, a, b)
#define MOST(a, b) WHERE_LESS(a, b, b, a)
#include "loops/near.inc"
#define T float
#define P(name) name##_s
#define V vs
#define ROW narrow_row
#define ADD_PRODUCT(a, b, c) ((c) += (a) * (b))
#define SPREAD(x) ((V){(x), (x), (x), (x)})
#define WHERE_LESS(a, b, yes, no) PICK(ms, (ms)((a) < (b)), yes, no)
#define LEAST(a, b) WHERE_LESS(a, b, a, b)
#define MOST(a, b) WHERE_LESS(a, b, b, a)
#include "loops/near.inc"
#endif

/* All estimates of some rows, by the tiles of float64. */
INLINE void all_of(const double *const row[ROWS], int64_t rows, int64_t d, const double *panel,
                   int64_t k, const double *ahead, const int cols, double *out)
{
    const int64_t ld = width_d(k), lanes = cols * n_d;
    for (int64_t c = 0; c < k; c += lanes, panel += lanes * (d + 1)) {
        vd e[ROWS][COLS];
        tile_d(row, d, panel, ahead, e, cols);
        for (int r = 0; r < ROWS && r < rows; r++)
            for (int l = 0; l < cols; l++) PUT(vd, out + r * ld + c + l * n_d, e[r][l]);
    }
}

static void all(const double *x, int64_t rows, int64_t d, const void *panels, int64_t k,
                double *out)
{
    const int64_t cols = cols_d(k), ld = width_d(k);
    for (int64_t i = 0; i < rows; i += ROWS) {
        const double *row[ROWS], *const ahead = x + (i + AHEAD * ROWS) * d;
        point_d(x, i, rows, d, NULL, row);
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
            for (; j + n_d <= d; j += n_d) PUT(vd, to + j, GET(vd, to + j) + GET(vd, x + j));
            for (; j < d; j++) to[j] += x[j];
        } else {
            const double w = weight[i];
            for (; j + n_d <= d; j += n_d) PUT(vd, to + j, GET(vd, to + j) + w * GET(vd, x + j));
            for (; j < d; j++) to[j] += w * x[j];
        }
    }
}

const host_nearest_loops CX_ISA_NAME(host_nearest_loops_table) = {.width = width_d,
                                                                  .narrow_width = width_s,
                                                                  .pack = pack_d,
                                                                  .narrow_pack = pack_s,
                                                                  .two = two_d,
                                                                  .narrow_two = two_s,
                                                                  .all = all,
                                                                  .add = add};
