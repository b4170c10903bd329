/* Steps of UMAP's rows: the part of embed.c that walks rows side by side, each with its own
 * list. The one idea: rows with lists of about the same length go together, so few lanes wait, and
 * what the steps need is laid out for some of them at a time. Operations are the same at every ISA
 * level, none fused, so the bits are too. */
#ifndef CX_HOST_EMBED_WALK_H
#define CX_HOST_EMBED_WALK_H

enum { AHEAD = 16, WAIT = 0, TOWARDS = 1, AWAY = 2 };

/* The next steps of the lanes. */
typedef struct laid_out {
    float other[CX_EMBED_DIMS][AHEAD][LANES];
    int32_t kind[AHEAD][LANES];
} laid_out;

typedef struct stroll {
    vec at[CX_EMBED_DIMS];
    vec rate, most, a, b, pull, push;
} stroll;

#define ALL(v) ((vec){0} + (v))

/* a where the mask is set, else b */
INLINE void either(const mask *which, const vec *a, const vec *b, vec *out)
{
    *out = (vec)(((mask)*a & *which) | ((mask)*b & ~*which));
}

INLINE void clamp(vec *v, const vec *most)
{
    const vec least = -*most;
    const mask above = *v > *most, below = *v < least;
    either(&above, most, v, v);
    either(&below, &least, v, v);
}

/* x^y of normal x above 0: 2^(y log2 x). The logarithm of the mantissa, from 0.707 on, is that of
 * (1 + t) / (1 - t). */
INLINE void power(const vec *x, const vec *y, vec *out)
{
    const mask bits = (mask)*x, e = (bits - 0x3f3504f3) >> 23;
    const vec m = (vec)(bits - (e << 23)), t = (m - 1) / (m + 1), t2 = t * t;
    const vec t4 = t2 * t2;
    const vec series =
        t * ((0x1.715476p+1F + t2 * 0x1.ec709ep-1F) + t4 * (0x1.2776c6p-1F + t2 * 0x1.a61762p-2F));
    vec z = *y * (__builtin_convertvector(e, vec) + series);
    const vec limit = ALL(125);
    clamp(&z, &limit);
    const vec whole = z + 0x1.8p23F, r = (z - (whole - 0x1.8p23F)) * 0x1.62e430p-1F;
    const vec r2 = r * r, r4 = r2 * r2;
    const vec near = ((1 + r) + r2 * (0.5F + r * 0x1.555556p-3F)) +
                     r4 * ((0x1.555556p-5F + r * 0x1.111112p-7F) + r2 * 0x1.6c16c2p-10F);
    *out = (vec)((mask)near + ((mask)whole << 23));
}

INLINE void step_once(int d, stroll *w, const laid_out *next, int s)
{
    vec off[CX_EMBED_DIMS], square = {0}, p, top, gap;
    const mask kind = *(const mask *)(const void *)next->kind[s], towards = kind == TOWARDS;
    for (int k = 0; k < d; k++) {
        off[k] = w->at[k] - GET(next->other[k][s]);
        square += off[k] * off[k];
    }
    const vec zero = {0}, least = zero + 1e-30F;
    const mask live = (kind != WAIT) & (square > zero), tiny = square < least;
    either(&tiny, &least, &square, &square);
    power(&square, &w->b, &p);
    const vec pull = w->pull * p, away = square + 0.001F;
    either(&towards, &pull, &w->push, &top);
    either(&towards, &square, &away, &gap);
    const vec c = top / (gap * (w->a * p + 1));
    for (int k = 0; k < d; k++) {
        vec g = c * off[k];
        clamp(&g, &w->most);
        w->at[k] += w->rate * (vec)((mask)g & live);
    }
}

/* Steps from s on of one lane; how many there are. */
INLINE int lay_out(int d, const cx_embed_walk *c, int64_t row, int64_t s, int lane, laid_out *next)
{
    const int64_t left = c->count[row] - s;
    const int count = left > AHEAD ? AHEAD : left > 0 ? (int)left : 0;
    const int32_t *const step = c->step + c->first[row] + (count > 0 ? s : 0);
    for (int j = 0; j < count; j++) {
        const int32_t i = step[j];
        const float *const other = c->points + (int64_t)(i < 0 ? -1 - i : i) * d;
        for (int k = 0; k < d; k++) next->other[k][j][lane] = other[k];
        next->kind[j][lane] = i < 0 ? AWAY : TOWARDS;
    }
    for (int j = count; j < AHEAD; j++) next->kind[j][lane] = WAIT;
    return count;
}

/* Rows of those lanes, the longest list first: two vectors of them, so that one does not wait for
 * what the other waits for. */
INLINE void begin(int d, const cx_embed_walk *c, const int64_t *row, int lanes, stroll *w)
{
    float room[CX_EMBED_DIMS][LANES] = {{0}};
    *w = (stroll){.rate = ALL(c->rate),
                  .most = ALL(c->most),
                  .a = ALL(c->a),
                  .b = ALL(c->b),
                  .pull = ALL(-2 * c->a * c->b),
                  .push = ALL(2 * c->repulsion * c->b)};
    for (int l = 0; l < lanes; l++)
        for (int k = 0; k < d; k++) room[k][l] = c->at[row[l] * c->stride + k];
    for (int k = 0; k < d; k++) w->at[k] = GET(room[k]);
}

INLINE void end(int d, const cx_embed_walk *c, const int64_t *row, int lanes, const stroll *w)
{
    float room[CX_EMBED_DIMS][LANES];
    for (int k = 0; k < d; k++) PUT(room[k], w->at[k]);
    for (int l = 0; l < lanes; l++)
        for (int k = 0; k < d; k++) c->to[row[l] * c->stride + k] = room[k][l];
}

INLINE int lay_out_all(int d, const cx_embed_walk *c, const int64_t *row, int lanes, int64_t s,
                       laid_out *next)
{
    int count = 0;
    for (int l = 0; l < lanes; l++) {
        const int there = lay_out(d, c, row[l], s, l, next);
        count = there > count ? there : count;
    }
    return count;
}

INLINE void stroll_together(int d, const cx_embed_walk *c, const int64_t *row, int rows)
{
    laid_out next[2];
    stroll w[2];
    const int lanes[2] = {rows < LANES ? rows : LANES, rows < LANES ? 0 : rows - LANES};
    memset(next, 0, sizeof next);
    for (int h = 0; h < 2; h++) begin(d, c, row + h * LANES, lanes[h], &w[h]);
    const int64_t longest = c->count[row[0]];
    for (int64_t s = 0; s < longest; s += AHEAD) {
        const int count = lay_out_all(d, c, row, lanes[0], s, &next[0]),
                  other = lay_out_all(d, c, row + LANES, lanes[1], s, &next[1]);
        for (int j = 0; j < count || j < other; j++) {
            step_once(d, &w[0], &next[0], j);
            step_once(d, &w[1], &next[1], j);
        }
    }
    for (int h = 0; h < 2; h++) end(d, c, row + h * LANES, lanes[h], &w[h]);
}

/* Rows [lo, hi), the longest lists first, as far as a few sizes of lists tell. */
static void by_length(const cx_embed_walk *c, int64_t lo, int64_t hi, int64_t *row)
{
    enum { SIZES = 256 };
    int32_t most = 0, begin[SIZES + 1] = {0};
    int shift = 0;
    for (int64_t i = lo; i < hi; i++) most = c->count[i] > most ? c->count[i] : most;
    while (most >> shift >= SIZES) shift++;
    for (int64_t i = lo; i < hi; i++) begin[SIZES - (c->count[i] >> shift)]++;
    for (int s = 0; s < SIZES; s++) begin[s + 1] += begin[s];
    for (int64_t i = lo; i < hi; i++) row[begin[SIZES - 1 - (c->count[i] >> shift)]++] = i;
}

static void steps(const cx_embed_walk *c, int64_t lo, int64_t hi)
{
    int64_t row[HOST_EMBED_WALK];
    by_length(c, lo, hi, row);
    for (int64_t i = 0; i < hi - lo; i += 2 * LANES) {
        const int lanes = hi - lo - i < 2 * LANES ? (int)(hi - lo - i) : 2 * LANES;
        /* of lists that differ by a step or more the longest need not be the first */
        int longest = 0;
        for (int l = 1; l < lanes; l++)
            if (c->count[row[i + l]] > c->count[row[i + longest]]) longest = l;
        const int64_t first = row[i];
        row[i] = row[i + longest];
        row[i + longest] = first;
        if (c->dims == 2)
            stroll_together(2, c, row + i, lanes);
        else if (c->dims == 3)
            stroll_together(3, c, row + i, lanes);
        else
            stroll_together(1, c, row + i, lanes);
    }
}
#undef ALL
#endif
