/* Rows in blocks of float32 against panels of a few others, for each ISA level: a lane is a row,
 * two vectors of rows meet one other at a time, and all their sums stay in registers. Then the
 * least of them is found lane by lane, with nothing to be turned, and no distance is written. */
#include "learn/block_loops.h"
#include "simd.h"
#include <math.h>

#define INLINE static inline __attribute__((always_inline))
#define GET(V, p) (*(const V *)(const void *)(p))
#define PUT(V, p, v) (*(V *)(void *)(p) = (v))
#define VECTOR(T, name, bytes) \
    __extension__ typedef T name __attribute__((vector_size(bytes), aligned(4), may_alias))

#if defined(__AVX512F__)
#include <immintrin.h>
enum { BYTES = 64, PANEL = 12 };
VECTOR(float, vs, 64);
VECTOR(int32_t, vi, 64);
VECTOR(float, half, 32);
VECTOR(double, vd, 64);
#define LOW(a, b) \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define JOIN(a, b) \
    __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b))
#define SPREAD(x) ((vs)_mm512_set1_ps(x))
#define SPREAD_INT(x) ((vi)_mm512_set1_epi32(x))
#define LEAST(a, b) ((vs)_mm512_min_ps((__m512)(a), (__m512)(b)))
#define MOST(a, b) ((vs)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define MASK __mmask16
#define LESS(a, b) _mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_LT_OQ)
#define CHOOSE(m, yes, no) ((vi)_mm512_mask_mov_epi32((__m512i)(no), m, (__m512i)(yes)))
#define BITS_NOT_ABOVE(a, b) ((uint32_t)_mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_NGT_UQ))
#define BITS_UP_TO(a, b) ((uint32_t)_mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_LE_OQ))
#define BITS_DIFFER(a, b) ((uint32_t)_mm512_cmpneq_epi32_mask((__m512i)(a), (__m512i)(b)))
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { BYTES = 32, PANEL = 6 };
VECTOR(float, vs, 32);
VECTOR(int32_t, vi, 32);
VECTOR(float, half, 16);
VECTOR(double, vd, 32);
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define JOIN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7)
#define ADD_PRODUCT(a, b, c) __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b))
#define SPREAD(x) ((vs)_mm256_set1_ps(x))
#define SPREAD_INT(x) ((vi)_mm256_set1_epi32(x))
#define LEAST(a, b) ((vs)_mm256_min_ps((__m256)(a), (__m256)(b)))
#define MOST(a, b) ((vs)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define MASK __m256
#define LESS(a, b) _mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_LT_OQ)
#define CHOOSE(m, yes, no) ((vi)_mm256_blendv_ps((__m256)(no), (__m256)(yes), m))
#define BITS_OF(m) ((uint32_t)_mm256_movemask_ps(m))
#define BITS_NOT_ABOVE(a, b) BITS_OF(_mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_NGT_UQ))
#define BITS_UP_TO(a, b) BITS_OF(_mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_LE_OQ))
#define BITS_DIFFER(a, b) (BITS_OF((__m256)_mm256_cmpeq_epi32((__m256i)(a), (__m256i)(b))) ^ 255U)
#else
enum { BYTES = 16, PANEL = 4 };
VECTOR(float, vs, 16);
VECTOR(int32_t, vi, 16);
VECTOR(float, half, 8);
VECTOR(double, vd, 16);
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define JOIN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3)
#define ADD_PRODUCT(a, b, c) ((c) += (a) * (b))
#define SPREAD(x) ((vs){(x), (x), (x), (x)})
#define SPREAD_INT(x) ((vi){(x), (x), (x), (x)})
#define MASK vi
#define LESS(a, b) ((vi)((a) < (b)))
#define CHOOSE(m, yes, no) ((vi)(((m) & (vi)(yes)) | (~(m) & (vi)(no))))
#define LEAST(a, b) ((vs)CHOOSE(LESS(a, b), a, b))
#define MOST(a, b) ((vs)CHOOSE(LESS(a, b), b, a))
#define BITS_OF(m) bits_of((vi)(m))
INLINE uint32_t bits_of(vi m)
{
    return (uint32_t)((m[0] & 1) | (m[1] & 2) | (m[2] & 4) | (m[3] & 8));
}
#define BITS_NOT_ABOVE(a, b) (BITS_OF((a) > (b)) ^ 15U)
#define BITS_UP_TO(a, b) BITS_OF((a) <= (b))
#define BITS_DIFFER(a, b) BITS_OF((a) != (b))
#endif
enum { LANES = BYTES / 4, BLOCK = 2 * LANES };

/* ---- blocks */
INLINE vs narrow(const double *x, const double *mean, vd scale, const bool shifted)
{
    vd a = GET(vd, x), b = GET(vd, x + LANES / 2);
    if (shifted) {
        a = (a - GET(vd, mean)) * scale;
        b = (b - GET(vd, mean + LANES / 2)) * scale;
    }
    const half low = __builtin_convertvector(a, half), high = __builtin_convertvector(b, half);
    return JOIN(low, high);
}

/* Columns of LANES rows, as many: rows become lanes by as many perfect shuffles as lanes have bits.
 */
INLINE void turn(vs r[LANES])
{
#pragma GCC unroll 4
    for (int round = 1; round < LANES; round *= 2) {
        vs s[LANES];
#pragma GCC unroll 8
        for (int i = 0; i < LANES / 2; i++) {
            s[2 * i] = LOW(r[i], r[i + LANES / 2]);
            s[2 * i + 1] = HIGH(r[i], r[i + LANES / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) r[i] = s[i];
    }
}

/* LANES rows or fewer; those that are missing are taken from the first and become 0. */
INLINE void pack_lanes(const double *x, int64_t rows, int64_t d, const double *mean, double scale,
                       float *to, const bool shifted)
{
    vd by = {0};
    const double *row[LANES];
    int64_t j = 0;
    for (int i = 0; i < LANES; i++) row[i] = x + (i < rows ? i : 0) * d;
    by += scale;
    for (; j + LANES <= d; j += LANES) {
        vs r[LANES];
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++)
            r[i] = narrow(row[i] + j, shifted ? mean + j : NULL, by, shifted);
        turn(r);
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) PUT(vs, to + (j + i) * BLOCK, r[i]);
    }
    for (; j < d; j++)
        for (int i = 0; i < LANES; i++)
            to[j * BLOCK + i] = (float)(shifted ? (row[i][j] - mean[j]) * scale : row[i][j]);
    for (j = 0; rows < LANES && j < d; j++)
        for (int64_t i = rows; i < LANES; i++) to[j * BLOCK + i] = 0;
}

static void pack(const double *x, int64_t rows, int64_t d, const double *mean, double scale,
                 float *blocks)
{
    for (int64_t i = 0; i < rows; i += BLOCK, blocks += (d + 1) * BLOCK)
        for (int h = 0; h < 2; h++) {
            const int64_t from = i + h * LANES, left = rows - from > 0 ? rows - from : 0;
            const double *const at = x + (left > 0 ? from : i) * d;
            float *const to = blocks + BLOCK + h * LANES;
            if (mean != NULL)
                pack_lanes(at, left, d, mean, scale, to, true);
            else
                pack_lanes(at, left, d, NULL, 1, to, false);
        }
}

static void lengths(const float *block, int64_t d, double *out)
{
    for (int l = 0; l < BLOCK; l += LANES / 2) {
        vd sum = {0};
        for (int64_t j = 1; j <= d; j++) {
            const vd v = __builtin_convertvector(GET(half, block + j * BLOCK + l), vd);
            sum += v * v;
        }
        PUT(vd, out + l, sum);
    }
}

/* ---- panels */
static int64_t width(int64_t k)
{
    const int64_t panels = (k + PANEL - 1) / PANEL, each = (k + panels - 1) / panels;
    return (each + 1) / 2 * 2;
}

static void pack_centres(const double *centres, const double *norm, int64_t k, int64_t d,
                         float *panels)
{
    const int64_t wide = width(k);
    for (int64_t c = 0; c < k; c += wide, panels += wide * (d + 1))
        for (int64_t l = 0; l < wide; l++) {
            const bool there = c + l < k;
            panels[l] = there ? (float)norm[c + l] : (float)INFINITY;
            for (int64_t j = 0; j < d; j++)
                panels[(j + 1) * wide + l] = there ? (float)(-2 * centres[(c + l) * d + j]) : 0;
        }
}

/* e += products of a block's rows and the others of a panel. Meanwhile the next block, or what is
 * AHEAD, comes into the cache. */
enum { AHEAD = 8192 };
INLINE void multiply(const float *x, int64_t d, const float *y, vs e[2][PANEL], const int wide)
{
    const int64_t ahead = (d + 1) * BLOCK < AHEAD ? (d + 1) * BLOCK : AHEAD;
    for (int64_t j = 0; j < d; j++, x += BLOCK, y += wide) {
        const vs a = GET(vs, x), b = GET(vs, x + LANES);
        __builtin_prefetch(x + ahead, 0, 3);
        __builtin_prefetch(x + ahead + LANES, 0, 3);
#pragma GCC unroll 12
        for (int c = 0; c < wide; c++) {
            const vs v = SPREAD(y[c]);
            ADD_PRODUCT(a, v, e[0][c]);
            ADD_PRODUCT(b, v, e[1][c]);
        }
    }
}

/* ---- the nearest of all */
typedef struct least_two {
    vs best[2], second[2];
    vi at[2];
} least_two;

INLINE void meet_panel(const float *x, int64_t d, const float *panel, int64_t first, least_two *l,
                       const int wide)
{
    vs e[2][PANEL];
#pragma GCC unroll 12
    for (int c = 0; c < wide; c++) e[0][c] = e[1][c] = SPREAD(panel[c]);
    multiply(x, d, panel + wide, e, wide);
    for (int h = 0; h < 2; h++) {
        vs best = l->best[h], second = l->second[h];
        vi at = l->at[h];
#pragma GCC unroll 12
        for (int c = 0; c < wide; c++) {
            const MASK less = LESS(e[h][c], best);
            at = CHOOSE(less, SPREAD_INT((int32_t)first + c), at);
            second = LEAST(second, MOST(e[h][c], best));
            best = LEAST(e[h][c], best);
        }
        l->best[h] = best, l->second[h] = second, l->at[h] = at;
    }
}

#define MEET(n) \
    case n: meet_panel(x, d, panel, c, &l, n); break
INLINE least_two meet_all(const float *x, int64_t d, const float *panel, int64_t k)
{
    const int64_t wide = width(k);
    least_two l;
    for (int h = 0; h < 2; h++) {
        l.best[h] = l.second[h] = SPREAD((float)INFINITY);
        l.at[h] = SPREAD_INT(0);
    }
    for (int64_t c = 0; c < k; c += wide, panel += wide * (d + 1)) switch (wide) {
            MEET(2);
            MEET(4);
#if defined(__AVX2__)
            MEET(6);
#endif
#if defined(__AVX512F__)
            MEET(8);
            MEET(10);
            MEET(12);
#endif
        default: break;
        }
    return l;
}

static void label(const float *blocks, int64_t rows, int64_t d, const float *panels, int64_t k,
                  float unit, float least, int32_t *at, uint32_t *open)
{
    for (int64_t i = 0; i < rows; i += BLOCK, blocks += (d + 1) * BLOCK) {
        const least_two l = meet_all(blocks + BLOCK, d, panels, k);
        uint32_t bits = 0;
        for (int h = 0; h < 2; h++) {
            const vs own = GET(vs, blocks + h * LANES), limit = l.best[h] + (own * unit + least);
            bits |= BITS_NOT_ABOVE(l.second[h], limit) << (h * LANES);
            PUT(vi, at + i + h * LANES, l.at[h]);
        }
        *open++ = bits;
    }
}

static void differ(const int32_t *a, const int32_t *b, int64_t count, uint32_t *bits)
{
    for (int64_t i = 0; i < count; i += 32) {
        uint32_t here = 0;
        for (int l = 0; l < 32; l += LANES)
            here |= BITS_DIFFER(GET(vi, a + i + l), GET(vi, b + i + l)) << l;
        *bits++ = here;
    }
}

/* ---- all under a limit */
static bool under(const float *block, int64_t d, const float *panel, const float *limit,
                  float *value, uint32_t *bits)
{
    vs e[2][PANEL];
    uint32_t any = 0, here[PANEL];
#pragma GCC unroll 12
    for (int c = 0; c < PANEL; c++) {
        e[0][c] = GET(vs, block);
        e[1][c] = GET(vs, block + LANES);
    }
    multiply(block + BLOCK, d, panel + PANEL, e, PANEL);
#pragma GCC unroll 12
    for (int c = 0; c < PANEL; c++) {
        const vs most = SPREAD(limit[c]);
        here[c] = BITS_UP_TO(e[0][c], most) | BITS_UP_TO(e[1][c], most) << LANES;
        any |= here[c];
    }
    if (any == 0) return false;
#pragma GCC unroll 12
    for (int c = 0; c < PANEL; c++) {
        bits[c] = here[c];
        PUT(vs, value + c * BLOCK, e[0][c]);
        PUT(vs, value + c * BLOCK + LANES, e[1][c]);
    }
    return true;
}

const host_block_loops CX_ISA_NAME(host_block_loops_table) = {.block = BLOCK,
                                                              .panel = PANEL,
                                                              .pack = pack,
                                                              .lengths = lengths,
                                                              .width = width,
                                                              .pack_centres = pack_centres,
                                                              .label = label,
                                                              .differ = differ,
                                                              .under = under};
