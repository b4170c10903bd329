/* Loops of histogram growth: words added to the bins of eight columns of a row, and the search of
 * the best threshold of a column, eight bins at a time. */
#include "simd.h"
#include "trees/hist_loops.h"
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
enum { LANES = 8, MOST = 256, AHEAD = 24 };

__extension__ typedef int64_t pair
    __attribute__((vector_size(16), aligned(sizeof(int64_t)), may_alias));
HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, ints);
#define GET(T, p) (*(const T *)(const void *)(p))
#define PUT(T, p, v) (*(T *)(void *)(p) = (v))

/* ---- sums */
/* Eight codes are read as one word: their order in memory is that of its bytes on the machines that
 * this runs on, which all are little-endian. */
#define BYTE(c, k) ((c) >> (8 * (k)) & 255)

/* ahead: codes of rows further on are asked for, so that they are there in time. bins is a constant
 * where it can be: then columns are at fixed distances. */
INLINE void add_pairs_of(const uint8_t *code, const int32_t *row, int64_t n, int64_t ahead,
                         const int64_t *word, int columns, int64_t bins, int64_t *hist)
{
    enum { BYTES = 255 * sizeof(pair) };
    char *const h = (char *)hist;
    for (int64_t i = 0; i < n; i++) {
        uint64_t c;
        memcpy(&c, code + (int64_t)row[i] * 8, sizeof c);
        if (ahead > 0) __builtin_prefetch(code + (int64_t)row[i + ahead] * 8);
        const pair w = GET(pair, word + 2 * i);
        PUT(pair, h + (c << 4 & BYTES), GET(pair, h + (c << 4 & BYTES)) + w);
#define ONE(k)                                                                          \
    if ((k) < columns) {                                                                \
        char *const to = h + (k)*bins * (int64_t)sizeof w + (c >> (8 * (k)-4) & BYTES); \
        PUT(pair, to, GET(pair, to) + w);                                               \
    }
        ONE(1) ONE(2) ONE(3) ONE(4) ONE(5) ONE(6) ONE(7)
#undef ONE
    }
}

INLINE void add_pairs_by(const uint8_t *code, const int32_t *row, int64_t m, const int64_t *word,
                         int columns, int64_t bins, int64_t *hist)
{
    const int64_t n = m > AHEAD ? m - AHEAD : 0;
    add_pairs_of(code, row, n, AHEAD, word, columns, bins, hist);
    add_pairs_of(code, row + n, m - n, 0, word + 2 * n, columns, bins, hist);
}

INLINE void add_pairs(const uint8_t *code, const int32_t *row, int64_t m, const int64_t *word,
                      int columns, int64_t bins, int64_t *hist)
{
    if (bins == MOST)
        add_pairs_by(code, row, m, word, columns, MOST, hist);
    else
        add_pairs_by(code, row, m, word, columns, bins, hist);
}

INLINE void add_singles(const uint8_t *code, const int32_t *row, int64_t m, const int64_t *word,
                        int columns, int64_t bins, int64_t *hist)
{
    for (int64_t i = 0; i < m; i++) {
        uint64_t c;
        memcpy(&c, code + (int64_t)row[i] * 8, sizeof c);
        const int64_t w = word[i];
#define ONE(k) \
    if ((k) < columns) hist[(k)*bins + (int64_t)BYTE(c, k)] += w;
        ONE(0) ONE(1) ONE(2) ONE(3) ONE(4) ONE(5) ONE(6) ONE(7)
#undef ONE
    }
}

static void add_many(const uint8_t *code, const int32_t *row, int64_t m, const int64_t *word,
                     int64_t channels, int64_t columns, int64_t bins, int64_t *hist)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t k = 0; k < columns; k++) {
            const uint8_t *const c = code + (int64_t)row[i] * 8;
            int64_t *const to = hist + (k * bins + c[k]) * channels;
            for (int64_t j = 0; j < channels; j++) to[j] += word[i * channels + j];
        }
}

static void add(const uint8_t *code, const int32_t *row, int64_t m, const int64_t *word,
                int64_t channels, int64_t columns, int64_t bins, int64_t *hist)
{
    if (channels > 2) {
        add_many(code, row, m, word, channels, columns, bins, hist);
        return;
    }
#define SIZE(k)                                             \
    case k:                                                 \
        if (channels == 2)                                  \
            add_pairs(code, row, m, word, k, bins, hist);   \
        else                                                \
            add_singles(code, row, m, word, k, bins, hist); \
        return;
    switch (columns) {
        SIZE(1) SIZE(2) SIZE(3) SIZE(4) SIZE(5) SIZE(6) SIZE(7) default : SIZE(8)
    }
#undef SIZE
}

static void subtract(int64_t *to, const int64_t *by, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) PUT(ints, to + i, GET(ints, to + i) - GET(ints, by + i));
    for (; i < n; i++) to[i] -= by[i];
}

static void merge(int64_t *to, const int64_t *by, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) PUT(ints, to + i, GET(ints, to + i) + GET(ints, by + i));
    for (; i < n; i++) to[i] += by[i];
}

/* ---- thresholds */
/* Running sums [MOST] of the column's words, in one direction. */
typedef struct sums {
    int64_t first[MOST + LANES], second[MOST + LANES];
} sums;

static void sum_up(const host_gain_scan *s, int64_t n, sums *to)
{
    int64_t a = 0, b = 0;
    for (int64_t i = 0; i < n; i++) {
        a += s->hist[i * s->channels];
        to->first[i] = a;
        if (s->channels == 2) to->second[i] = b += s->hist[i * 2 + 1];
    }
}

/* What is left where column codes above i go right and missing ones left: all but the codes from
 * i + 1 up. */
static void sum_down(const host_gain_scan *s, int64_t n, sums *to)
{
    int64_t a = s->total[0], b = s->total[1];
    for (int64_t i = n - 1; i >= 0; i--) {
        a -= s->hist[(i + 1) * s->channels];
        to->first[i] = a;
        if (s->channels == 2) to->second[i] = b -= s->hist[(i + 1) * 2 + 1];
    }
}

/* Vectors go by pointers: as arguments they would hang on the level's calling convention. */
#define CHOOSE(mask, a, b) ((vec)(((mask) & (ints)(a)) | (~(mask) & (ints)(b))))

INLINE void leaf_value(const vec *g, const vec *h, const host_gain_scan *s, vec *out)
{
    const vec v = -*g / (*h + s->l2 + 1e-15), low = s->lower - (vec){0}, high = s->upper - (vec){0};
    *out = CHOOSE(v < low, low, CHOOSE(v > high, high, v));
}

/* Gains of thresholds i..i + 7; -1 where there may be none. */
INLINE void gains(const host_gain_scan *s, const sums *left, int64_t i, int64_t n, vec *out)
{
    const ints a = GET(ints, left->first + i), one = (ints){0} + 1;
    const ints b = s->channels == 2 ? GET(ints, left->second + i) : a;
    const ints mask = (one << s->bits) - 1;
    const ints count = b & mask, rest = s->count - count;
    ints gl = a, hl = b >> s->bits, gr = s->total[0] - a, hr = (s->total[1] - b) >> s->bits;
    if (s->channels == 1) {
        gl = a >> s->bits;
        gr = (s->total[0] - a) >> s->bits;
        hl = count;
        hr = rest;
    }
    const vec g0 = __builtin_convertvector(gl, vec) * s->unit[0];
    const vec h0 = __builtin_convertvector(hl, vec) * s->unit[1];
    const vec g1 = __builtin_convertvector(gr, vec) * s->unit[0];
    const vec h1 = __builtin_convertvector(hr, vec) * s->unit[1];
    vec v0, v1;
    leaf_value(&g0, &h0, s, &v0);
    leaf_value(&g1, &h1, s, &v1);
    const double g = (double)(s->channels == 2 ? s->total[0] : s->total[0] >> s->bits) * s->unit[0];
    const vec gain = (g * s->value - g0 * v0) - g1 * v1;
    const ints at = (ints){0, 1, 2, 3, 4, 5, 6, 7} + i;
    ints ok = (at < n) & (count >= s->min_samples) & (rest >= s->min_samples) &
              (ints)(h0 >= s->min_hessian) & (ints)(h1 >= s->min_hessian);
    if (s->monotonic > 0) ok &= ~(ints)(v0 > v1);
    if (s->monotonic < 0) ok &= ~(ints)(v0 < v1);
    *out = CHOOSE(ok, gain, (vec){0} - 1);
}

/* The best of n thresholds, the first of equal ones in the order of the scan. */
static void best_of(const host_gain_scan *s, const sums *left, int64_t n, int way,
                    host_gain_best *out)
{
    double gain[MOST + LANES];
    vec most = (vec){0} - 1;
    for (int64_t i = 0; i < n; i += LANES) {
        vec g;
        gains(s, left, i, n, &g);
        PUT(vec, gain + i, g);
        most = CHOOSE(g > most, g, most);
    }
    double top = most[0];
    for (int l = 1; l < LANES; l++) top = most[l] > top ? most[l] : top;
    if (!(top > out->gain && top > s->min_gain)) return;
    int64_t i = way == 0 ? 0 : n - 1;
    while (gain[i] != top) i += way == 0 ? 1 : -1;
    *out = (host_gain_best){top, (int32_t)i, way};
}

static void scan(const host_gain_scan *s, host_gain_best *out)
{
    sums left;
    *out = (host_gain_best){-1, 0, 0};
    const int64_t n = s->used - 1 + (s->missing ? 1 : 0);
    memset(left.first + n, 0, LANES * sizeof *left.first);
    memset(left.second + n, 0, LANES * sizeof *left.second);
    sum_up(s, n, &left);
    best_of(s, &left, n, 0, out);
    if (!s->missing || s->used < 2) return;
    sum_down(s, s->used - 1, &left);
    best_of(s, &left, s->used - 1, 1, out);
}

/* ---- codes */
/* Eight values go down together: each step halves what is left of 256 places. */
static void search(const double *edge, const double *x, int64_t n, uint8_t *out)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        int at[LANES] = {0};
        for (int step = MOST / 2; step > 0; step /= 2)
            for (int l = 0; l < LANES; l++) at[l] += edge[at[l] + step - 1] < x[i + l] ? step : 0;
        for (int l = 0; l < LANES; l++) out[i + l] = (uint8_t)at[l];
    }
    for (; i < n; i++) {
        int at = 0;
        for (int step = MOST / 2; step > 0; step /= 2) at += edge[at + step - 1] < x[i] ? step : 0;
        out[i] = (uint8_t)at;
    }
}

const host_hist_loops CX_ISA_NAME(host_hist_loops_table) = {
    .add = add, .subtract = subtract, .merge = merge, .scan = scan, .search = search};
