/* Inner loops of estimators over rows, for each ISA level. The one idea: four rows go together, so
 * that what is kept for a column is read and written once for all of them, though each adds in its
 * turn. */
#include "learn/loops.h"
#include "simd.h"
#include <string.h>

HOST_VECTOR(double, vec);
enum { LANES = 8, TOGETHER = 4 };

#define GET(p) (*(const vec *)(const void *)(p))
#define PUT(p, v) (*(vec *)(void *)(p) = (v))

static void add(const double *x, int64_t rows, int64_t d, const double *weight, double *sum)
{
    int64_t i = 0;
    for (; i + TOGETHER <= rows; i += TOGETHER) {
        const double *const a = x + i * d, *const b = a + d, *const c = b + d, *const e = c + d;
        const double one[TOGETHER] = {1, 1, 1, 1}, *const w = weight != NULL ? weight + i : one;
        int64_t j = 0;
        for (; weight != NULL && j + LANES <= d; j += LANES)
            PUT(sum + j,
                (((GET(sum + j) + w[0] * GET(a + j)) + w[1] * GET(b + j)) + w[2] * GET(c + j)) +
                    w[3] * GET(e + j));
        for (; j + LANES <= d; j += LANES)
            PUT(sum + j, (((GET(sum + j) + GET(a + j)) + GET(b + j)) + GET(c + j)) + GET(e + j));
        for (; j < d; j++)
            sum[j] = (((sum[j] + w[0] * a[j]) + w[1] * b[j]) + w[2] * c[j]) + w[3] * e[j];
    }
    for (; i < rows; i++) {
        const double w = weight != NULL ? weight[i] : 1, *const a = x + i * d;
        int64_t j = 0;
        for (; j + LANES <= d; j += LANES) PUT(sum + j, GET(sum + j) + w * GET(a + j));
        for (; j < d; j++) sum[j] += w * a[j];
    }
}

static void add_deviations(const double *x, int64_t rows, int64_t d, const double *weight,
                           const double *mean, double *sum, double *square)
{
    int64_t i = 0;
    for (; i + TOGETHER <= rows; i += TOGETHER) {
        const double one[TOGETHER] = {1, 1, 1, 1}, *const w = weight != NULL ? weight + i : one;
        const double *const row = x + i * d;
        int64_t j = 0;
        for (; j + LANES <= d; j += LANES) {
            const vec m = GET(mean + j);
            vec s = GET(sum + j), q = GET(square + j);
            for (int k = 0; k < TOGETHER; k++) {
                const vec t = GET(row + k * d + j) - m;
                vec v = t;
                if (weight != NULL) v *= w[k];
                s += v;
                q += v * t;
            }
            PUT(sum + j, s);
            PUT(square + j, q);
        }
        for (; j < d; j++)
            for (int k = 0; k < TOGETHER; k++) {
                const double t = row[k * d + j] - mean[j];
                sum[j] += w[k] * t;
                square[j] += w[k] * t * t;
            }
    }
    for (; i < rows; i++)
        for (int64_t j = 0; j < d; j++) {
            const double w = weight != NULL ? weight[i] : 1, t = x[i * d + j] - mean[j];
            sum[j] += w * t;
            square[j] += w * t * t;
        }
}

static void centre(const double *x, int64_t rows, int64_t d, const double *mean, double *out)
{
    for (int64_t i = 0; i < rows; i++, x += d, out += d) {
        int64_t j = 0;
        for (; j + LANES <= d; j += LANES) PUT(out + j, GET(x + j) - GET(mean + j));
        for (; j < d; j++) out[j] = x[j] - mean[j];
    }
}

static void scale(const double *x, const double *sub, const double *div, int64_t d, double *out)
{
    int64_t j = 0;
    for (; j + LANES <= d; j += LANES) PUT(out + j, (GET(x + j) - GET(sub + j)) / GET(div + j));
    for (; j < d; j++) out[j] = (x[j] - sub[j]) / div[j];
}

static double distance(const double *x, const double *theta, const double *inverse, int64_t d)
{
    vec sum = {0};
    int64_t j = 0;
    for (; j + LANES <= d; j += LANES) {
        const vec t = GET(x + j) - GET(theta + j);
        sum += t * t * GET(inverse + j);
    }
    double s[LANES];
    for (int l = 0; l < LANES; l++) s[l] = sum[l];
    for (int l = 0; j < d; j++, l++) {
        const double t = x[j] - theta[j];
        s[l] += t * t * inverse[j];
    }
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

/* ---- products: a tile of some rows and one or two vectors of outputs stays in registers */
#define INLINE static inline __attribute__((always_inline))
#if defined(__AVX512F__)
enum { TILE = 8 };
#elif defined(__AVX2__)
enum { TILE = 3 };
#else
enum { TILE = 1 };
#endif
enum { WIDEST = 2 };

typedef struct projection {
    const double *shift, *w, *start;
    int64_t d, ld, k, step;
} projection;

INLINE void project_tile(const projection *p, const double *x, int64_t c, double *out,
                         const int rows, const int wide, const bool shifted)
{
    const int64_t d = p->d, count = p->k - c < wide * LANES ? p->k - c : wide * LANES;
    double line[WIDEST * LANES] = {0};
    vec s[TILE][WIDEST];
    if (p->start != NULL) memcpy(line, p->start + c, (size_t)count * sizeof *line);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < wide; v++) s[r][v] = GET(line + v * LANES);
    const double *w = p->w + c;
    for (int64_t j = 0; j < d; j++, w += p->ld) {
        for (int r = 0; r < rows; r++) {
            const double at = shifted ? x[r * d + j] - p->shift[j] : x[r * d + j];
            for (int v = 0; v < wide; v++) s[r][v] += at * GET(w + v * LANES);
        }
    }
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < wide; v++) PUT(line + v * LANES, s[r][v]);
        memcpy(out + r * p->step + c, line, (size_t)count * sizeof *line);
    }
}

INLINE void project_rows(const projection *p, const double *x, double *out, const int rows,
                         const bool shifted)
{
    int64_t c = 0;
    for (; p->k - c > LANES; c += WIDEST * LANES) project_tile(p, x, c, out, rows, WIDEST, shifted);
    if (c < p->k) project_tile(p, x, c, out, rows, 1, shifted);
}

INLINE void project_all(const projection *p, const double *x, int64_t rows, double *out,
                        const bool shifted)
{
    int64_t i = 0;
    for (; i + TILE <= rows; i += TILE)
        project_rows(p, x + i * p->d, out + i * p->step, TILE, shifted);
    for (; i < rows; i++) project_rows(p, x + i * p->d, out + i * p->step, 1, shifted);
}

static void project(const double *x, int64_t rows, const double *shift, int64_t d, const double *w,
                    int64_t ld, const double *start, int64_t k, double *out, int64_t step)
{
    const projection p = {
        .shift = shift, .w = w, .start = start, .d = d, .ld = ld, .k = k, .step = step};
    if (shift != NULL)
        project_all(&p, x, rows, out, true);
    else
        project_all(&p, x, rows, out, false);
}

const host_learn_loops CX_ISA_NAME(host_learn_loops_table) = {.add = add,
                                                              .add_deviations = add_deviations,
                                                              .centre = centre,
                                                              .scale = scale,
                                                              .distance = distance,
                                                              .project = project};
