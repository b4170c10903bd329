/* A block of rows of a mixture, for each ISA level: densities, shares and their sums.
 *
 * Rows are the lanes: a block lies transposed, so a triangle times a row is numbers times vectors,
 * and the sums of products over the rows are dot products of vectors that the cache holds. Every
 * sum has one order, whatever the level. */
#include "learn/mixture.h"
#include "simd.h"
#include <math.h>

HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, ivec);
enum { LANES = 8 };

#define GET(p) (*(const vec *)(const void *)(p))
#define PUT(p, v) (*(vec *)(void *)(p) = (v))

/* Views into the room: rows side by side, `wide` of them (a multiple of the lanes). */
typedef struct block_room {
    int64_t rows, wide;
    double *x, *z;                          /* [d, wide] */
    double *t;                              /* [k, wide]: logarithms of densities, then shares */
    double *top, *sum, *log_sum, *weighted; /* [wide] */
} block_room;

#define INLINE static inline __attribute__((always_inline))

/* Vectors go by address: by value they would change the ABI of levels without such registers. */
INLINE void put_larger(const vec *a, const vec *b, vec *out)
{
    const ivec first = (ivec)(*a > *b);
    *out = (vec)(((ivec)*a & first) | ((ivec)*b & ~first));
}

/* out = e^v of v <= 0, to two units in the last place; 0 where that is no normal number. */
INLINE void put_exp(const vec *v, vec *out)
{
    const vec least = (vec){0} - 708;
    vec small;
    put_larger(v, &least, &small);
    const vec t = small * 0x1.71547652b82fep0 + 0x1.8p52, n = t - 0x1.8p52;
    const vec r = (small - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45;
    vec p = r * (1.0 / 6227020800.0) + (1.0 / 479001600.0);
    p = p * r + (1.0 / 39916800.0);
    p = p * r + (1.0 / 3628800.0);
    p = p * r + (1.0 / 362880.0);
    p = p * r + (1.0 / 40320.0);
    p = p * r + (1.0 / 5040.0);
    p = p * r + (1.0 / 720.0);
    p = p * r + (1.0 / 120.0);
    p = p * r + (1.0 / 24.0);
    p = p * r + (1.0 / 6.0);
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    const ivec up = (ivec)p + ((ivec)t << 52);
    *out = (vec)(up & (ivec)(*v >= least));
}

INLINE double total(const vec *at)
{
    const vec v = *at;
    return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

static void turn(const cx_learn_mixture *c, int64_t lo, const block_room *b)
{
    const double *x = c->x + lo * c->d;
    for (int64_t i = 0; i < b->rows; i++, x += c->d)
        for (int64_t j = 0; j < c->d; j++) b->x[j * b->wide + i] = x[j];
    for (int64_t j = 0; j < c->d; j++)
        for (int64_t i = b->rows; i < b->wide; i++) b->x[j * b->wide + i] = 0;
}

/* z = x - centre */
static void shift(const block_room *b, int64_t d, const double *centre)
{
    for (int64_t j = 0; j < d; j++)
        for (int64_t i = j * b->wide; i < (j + 1) * b->wide; i += LANES)
            PUT(b->z + i, GET(b->x + i) - centre[j]);
}

/* Two vectors of rows at i: the squared length of (factor z), two rows of the triangle at a time.
 * image NULL: 0. */
INLINE void lengths(const double *z, int64_t wide, int64_t d, const double *factor,
                    const double *image, vec out[2])
{
    vec q0 = {0}, q1 = {0};
    int64_t j = 0;
    for (; j + 2 <= d; j += 2) {
        const double *const f = factor + j * d, *const g = f + d;
        vec a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0};
        for (int64_t i = 0; i <= j; i++) {
            const vec z0 = GET(z + i * wide), z1 = GET(z + i * wide + LANES);
            a0 += f[i] * z0;
            a1 += f[i] * z1;
            b0 += g[i] * z0;
            b1 += g[i] * z1;
        }
        b0 += g[j + 1] * GET(z + (j + 1) * wide);
        b1 += g[j + 1] * GET(z + (j + 1) * wide + LANES);
        if (image) a0 -= image[j], a1 -= image[j], b0 -= image[j + 1], b1 -= image[j + 1];
        q0 = (q0 + a0 * a0) + b0 * b0;
        q1 = (q1 + a1 * a1) + b1 * b1;
    }
    if (j < d) {
        const double *const f = factor + j * d;
        vec a0 = {0}, a1 = {0};
        for (int64_t i = 0; i <= j; i++) {
            a0 += f[i] * GET(z + i * wide);
            a1 += f[i] * GET(z + i * wide + LANES);
        }
        if (image) a0 -= image[j], a1 -= image[j];
        q0 += a0 * a0;
        q1 += a1 * a1;
    }
    out[0] = q0;
    out[1] = q1;
}

/* The last vector of an odd number of them, alone: the same sums. */
INLINE void length_alone(const double *z, int64_t wide, int64_t d, const double *factor,
                         const double *image, vec *out)
{
    vec q = {0};
    for (int64_t j = 0; j < d; j++) {
        vec a = {0};
        for (int64_t i = 0; i <= j; i++) a += factor[j * d + i] * GET(z + i * wide);
        if (image) a -= image[j];
        q += a * a;
    }
    *out = q;
}

static void triangle_density(const cx_learn_mixture *c, const block_room *b, int64_t k,
                             const double *z, const double *factor, const double *image)
{
    double *const t = b->t + k * b->wide;
    int64_t i = 0;
    for (; i + 2 * LANES <= b->wide; i += 2 * LANES) {
        vec q[2];
        lengths(z + i, b->wide, c->d, factor, image, q);
        PUT(t + i, c->start[k] - 0.5 * q[0]);
        PUT(t + i + LANES, c->start[k] - 0.5 * q[1]);
    }
    if (i < b->wide) {
        vec q;
        length_alone(z + i, b->wide, c->d, factor, image, &q);
        PUT(t + i, c->start[k] - 0.5 * q);
    }
}

static void diagonal_density(const cx_learn_mixture *c, const block_room *b, int64_t k)
{
    const double *const factor = c->factor + k * c->d, *const centre = c->centre + k * c->d;
    double *const t = b->t + k * b->wide;
    for (int64_t i = 0; i < b->wide; i += LANES) {
        vec q = {0};
        for (int64_t j = 0; j < c->d; j++) {
            const vec a = (GET(b->x + j * b->wide + i) - centre[j]) * factor[j];
            q += a * a;
        }
        PUT(t + i, c->start[k] - 0.5 * q);
    }
}

static void densities(const cx_learn_mixture *c, const block_room *b)
{
    const int64_t d = c->d;
    for (int64_t k = 0; k < c->k; k++) {
        if (c->kind == CX_LEARN_MIXTURE_DIAG) {
            diagonal_density(c, b, k);
        } else if (c->kind == CX_LEARN_MIXTURE_TIED) {
            triangle_density(c, b, k, b->x, c->factor, c->image + k * d);
        } else {
            shift(b, d, c->centre + k * d);
            triangle_density(c, b, k, b->z, c->factor + k * d * d, NULL);
        }
    }
}

/* t becomes shares; top, sum and log_sum of the rows. */
static void normalise(const cx_learn_mixture *c, const block_room *b)
{
    for (int64_t i = 0; i < b->wide; i += LANES) {
        vec top = GET(b->t + i), sum = {0};
        for (int64_t k = 1; k < c->k; k++) {
            const vec v = GET(b->t + k * b->wide + i);
            put_larger(&v, &top, &top);
        }
        for (int64_t k = 0; k < c->k; k++) {
            const vec v = GET(b->t + k * b->wide + i) - top;
            vec e;
            put_exp(&v, &e);
            sum += e;
        }
        PUT(b->top + i, top);
        PUT(b->sum + i, sum);
    }
    for (int64_t i = 0; i < b->rows; i++) b->log_sum[i] = b->top[i] + log(b->sum[i]);
    for (int64_t i = b->rows; i < b->wide; i++) b->log_sum[i] = 0;
}

/* Shares of the rows, and what they lose by their logarithms. */
static double share_out(const cx_learn_mixture *c, const block_room *b)
{
    vec lost = {0};
    for (int64_t i = 0; i < b->wide; i += LANES) {
        const vec all = GET(b->log_sum + i), least = (vec){0} - 800;
        for (int64_t k = 0; k < c->k; k++) {
            double *const t = b->t + k * b->wide + i;
            const vec log_share = GET(t) - all; /* 0 at most, but for rounding */
            vec v, share;
            put_larger(&log_share, &least, &v);
            put_exp(&v, &share);
            for (int64_t l = b->rows - i; l < LANES; l++) share[l < 0 ? 0 : l] = 0;
            PUT(t, share);
            lost += share * v;
        }
    }
    return total(&lost);
}

static void put_log_shares(const cx_learn_mixture *c, const block_room *b, double *out)
{
    for (int64_t i = 0; i < b->rows; i++)
        for (int64_t k = 0; k < c->k; k++)
            out[i * c->k + k] = b->t[k * b->wide + i] - b->log_sum[i];
}

static void put_labels(const cx_learn_mixture *c, const block_room *b, double *out)
{
    for (int64_t i = 0; i < b->rows; i++) {
        int64_t best = 0;
        for (int64_t k = 1; k < c->k; k++)
            if (b->t[k * b->wide + i] > b->t[best * b->wide + i]) best = k;
        out[i] = (double)best;
    }
}

/* sum over the rows of a * b */
INLINE double dot(const double *a, const double *b, int64_t wide)
{
    vec s = {0};
    for (int64_t i = 0; i < wide; i += LANES) s += GET(a + i) * GET(b + i);
    return total(&s);
}

/* A row of a packed triangle: the sums of a times z's first `count` rows. */
static void add_products(const double *a, const double *z, int64_t wide, int64_t count, double *sum)
{
    int64_t j = 0;
    for (; j + 4 <= count; j += 4) {
        const double *const p = z + j * wide, *const q = p + wide, *const r = q + wide,
                            *const s = r + wide;
        vec s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (int64_t i = 0; i < wide; i += LANES) {
            const vec v = GET(a + i);
            s0 += v * GET(p + i);
            s1 += v * GET(q + i);
            s2 += v * GET(r + i);
            s3 += v * GET(s + i);
        }
        sum[j] += total(&s0);
        sum[j + 1] += total(&s1);
        sum[j + 2] += total(&s2);
        sum[j + 3] += total(&s3);
    }
    for (; j < count; j++) sum[j] += dot(a, z + j * wide, wide);
}

static void add_component(const cx_learn_mixture *c, const block_room *b, int64_t k, double *totals)
{
    const int64_t d = c->d, wide = b->wide;
    const double *const share = b->t + k * wide;
    double *const sums = totals + c->k + k * d;
    double *squares = totals + c->k + c->k * d +
                      (c->kind == CX_LEARN_MIXTURE_FULL ? k * (d * (d + 1) / 2) : k * d);
    vec mass = {0};
    for (int64_t i = 0; i < wide; i += LANES) mass += GET(share + i);
    totals[k] += total(&mass);
    shift(b, d, c->centre + k * d);
    for (int64_t j = 0; j < d; j++) {
        const double *const z = b->z + j * wide;
        vec sum = {0};
        for (int64_t i = 0; i < wide; i += LANES) {
            const vec w = GET(share + i) * GET(z + i);
            sum += w;
            PUT(b->weighted + i, w);
        }
        sums[j] += total(&sum);
        if (c->kind == CX_LEARN_MIXTURE_FULL) {
            add_products(b->weighted, b->z, wide, j + 1, squares);
            squares += j + 1;
        } else if (c->kind == CX_LEARN_MIXTURE_DIAG) {
            squares[j] += dot(b->weighted, z, wide);
        }
    }
}

static void take_shares(const cx_learn_mixture *c, int64_t lo, const block_room *b)
{
    for (int64_t k = 0; k < c->k; k++)
        for (int64_t i = 0; i < b->wide; i++)
            b->t[k * b->wide + i] = i < b->rows ? c->shares[(lo + i) * c->k + k] : 0;
}

static void block(const cx_learn_mixture *c, int64_t lo, int64_t hi, double *room, double *totals)
{
    const int64_t rows = hi - lo, wide = (rows + LANES - 1) / LANES * LANES, d = c->d, k = c->k;
    block_room b = {.rows = rows, .wide = wide, .x = room, .z = room + d * wide};
    b.t = b.z + d * wide;
    b.top = b.t + k * wide;
    b.sum = b.top + wide;
    b.log_sum = b.sum + wide;
    b.weighted = b.log_sum + wide;
    turn(c, lo, &b);
    double logs = 0, lost = 0;
    if (c->shares) {
        take_shares(c, lo, &b);
    } else {
        densities(c, &b);
        if (c->end == CX_LEARN_MIXTURE_LABELS) put_labels(c, &b, c->out + lo);
        if (c->end == CX_LEARN_MIXTURE_LABELS && !totals) return;
        normalise(c, &b);
        for (int64_t i = 0; i < rows; i++) logs += b.log_sum[i];
        if (c->end == CX_LEARN_MIXTURE_LOGS)
            for (int64_t i = 0; i < rows; i++) c->out[lo + i] = b.log_sum[i];
        if (c->end == CX_LEARN_MIXTURE_LOG_SHARES) put_log_shares(c, &b, c->out + lo * k);
        if ((c->end == CX_LEARN_MIXTURE_LOGS || c->end == CX_LEARN_MIXTURE_LOG_SHARES) && !totals)
            return;
        lost = share_out(c, &b);
        for (int64_t i = 0; c->end == CX_LEARN_MIXTURE_SHARES && i < rows; i++)
            for (int64_t j = 0; j < k; j++) c->out[(lo + i) * k + j] = b.t[j * wide + i];
    }
    if (!totals) return;
    for (int64_t j = 0; j < k; j++) add_component(c, &b, j, totals);
    totals = totals + cx_learn_mixture_totals(c->kind, d, k) - 2;
    totals[0] += logs;
    totals[1] += lost;
}

const host_mixture_loops CX_ISA_NAME(host_mixture_loops_table) = {.block = block};
