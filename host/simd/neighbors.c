/* Walking a tree of points, for each ISA level: eight points of a leaf at a time, a point a lane.
 *
 * One idea: a lane adds up its point's terms in the order of host_sqdist and its like, and so does
 * the bound of a box, whose terms are never larger than a point's. Then no bound is above a rank,
 * whatever was rounded, and ranks are the scan's to the bit. */
#include "lanes.h"
#include "neighbors/neighbors.h"
HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, ivec);
#define GET(p) (*(const vec *)(const void *)(p))
enum { SQUARES, SUMS, LARGEST, POWERS };

INLINE int kind_of(double p)
{
    return p == 2 ? SQUARES : p == 1 ? SUMS : isinf(p) ? LARGEST : POWERS;
}

/* ---- eight points: ranks, by address, since a vector's way through a call is the level's */
INLINE void squares_of(const double *b, const double *q, int64_t d, vec *out)
{
    vec s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    int64_t j = 0;
    for (; j + 4 <= d; j += 4, b += 32) {
        const vec t0 = GET(b) - q[j], t1 = GET(b + 8) - q[j + 1], t2 = GET(b + 16) - q[j + 2],
                  t3 = GET(b + 24) - q[j + 3];
        s0 += t0 * t0;
        s1 += t1 * t1;
        s2 += t2 * t2;
        s3 += t3 * t3;
    }
    for (; j < d; j++, b += 8) {
        const vec t = GET(b) - q[j];
        s0 += t * t;
    }
    *out = (s0 + s1) + (s2 + s3);
}

INLINE void ranks_of(int kind, const cx_near_tree *t, const double *b, const double *q,
                     double rank[8])
{
    const ivec mask = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
                       INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    vec s = {0};
    if (kind == SQUARES) squares_of(b, q, t->d, &s);
    for (int64_t j = 0; kind != SQUARES && j < t->d; j++, b += 8) {
        const vec off = (vec)((ivec)(GET(b) - q[j]) & mask);
        const ivec above = off > s;
        if (kind == SUMS) s += off;
        if (kind == LARGEST) s = (vec)(((ivec)off & above) | ((ivec)s & ~above));
        for (int l = 0; kind == POWERS && l < 8; l++) s[l] += pow(off[l], t->p);
    }
    *(vec *)(void *)rank = s;
}

/* ---- a box: ranks of the nearest place in it and of the farthest */
INLINE double outside(const double *low, const double *high, double q)
{
    const double below = *low - q, above = q - *high, t = below > above ? below : above;
    return t > 0 ? t : 0;
}

INLINE double across(const double *low, const double *high, double q)
{
    const double below = fabs(*low - q), above = fabs(*high - q);
    return below > above ? below : above;
}

INLINE double of_box(int kind, const cx_near_tree *t, int64_t node, const double *q, const bool far)
{
    const double *const low = t->bounds + node * 2 * t->d, *const high = low + t->d;
    double s[4] = {0, 0, 0, 0};
    const int64_t whole = t->d & ~(int64_t)3;
    for (int64_t j = 0; j < t->d; j++) {
        const double off = far ? across(low + j, high + j, q[j]) : outside(low + j, high + j, q[j]);
        if (kind == SQUARES) s[j < whole ? j & 3 : 0] += off * off;
        if (kind == SUMS) s[0] += off;
        if (kind == LARGEST) s[0] = off > s[0] ? off : s[0];
        if (kind == POWERS) s[0] += pow(off, t->p);
    }
    return kind == SQUARES ? (s[0] + s[1]) + (s[2] + s[3]) : s[0];
}

INLINE double bound_of(int kind, const cx_near_tree *t, int64_t node, const double *q)
{
    return of_box(kind, t, node, q, false);
}

/* ---- the k nearest */
INLINE void offer(host_found *f, double rank, int64_t index)
{
    if (f->count < f->room) {
        int64_t i = f->count++;
        f->rank[i] = rank;
        f->index[i] = index;
        for (; i > 0 && host_after(f, i, (i - 1) / 2); i = (i - 1) / 2)
            host_swap_found(f, i, (i - 1) / 2);
        return;
    }
    if (rank > f->rank[0] || (rank == f->rank[0] && index > f->index[0])) return;
    f->rank[0] = rank;
    f->index[0] = index;
    host_sink(f, 0, f->count);
}

INLINE double worst(const host_found *f)
{
    return f->count == f->room ? f->rank[0] : (double)INFINITY;
}

INLINE void leaf_nearest(int kind, const cx_near_tree *t, const double *q, int64_t lo, int64_t hi,
                         host_found *f)
{
    for (int64_t b = lo; b < hi; b++) {
        double rank[8];
        ranks_of(kind, t, t->rows + b * 8 * t->d, q, rank);
        const int64_t left = t->m - 8 * b;
        const double limit = worst(f);
        for (int l = 0; l < (left < 8 ? left : 8); l++)
            if (rank[l] <= limit) offer(f, rank[l], t->index[8 * b + l]);
    }
}

/* Blocks [lo, hi) are node's, at so many levels above the leaves. */
#define DESCEND(name, kind)                                                               \
    static void name(const cx_near_tree *t, const double *q, int64_t node, int64_t above, \
                     int64_t lo, int64_t hi, host_found *f)                               \
    {                                                                                     \
        if (above == 0) {                                                                 \
            leaf_nearest(kind, t, q, lo, hi, f);                                          \
            return;                                                                       \
        }                                                                                 \
        const int64_t left = 2 * node + 1, middle = lo + (hi - lo) / 2;                   \
        const double a = bound_of(kind, t, left, q), b = bound_of(kind, t, left + 1, q);  \
        const bool first = a <= b;                                                        \
        if (first && a <= worst(f)) name(t, q, left, above - 1, lo, middle, f);           \
        if (b <= worst(f)) name(t, q, left + 1, above - 1, middle, hi, f);                \
        if (!first && a <= worst(f)) name(t, q, left, above - 1, lo, middle, f);          \
    }
DESCEND(descend_squares, SQUARES)
DESCEND(descend_sums, SUMS)
DESCEND(descend_largest, LARGEST)
DESCEND(descend_powers, POWERS)

static void nearest(const cx_near_tree *t, const double *q, host_found *f)
{
    const int64_t blocks = (t->m + 7) / 8;
    f->count = 0;
    switch (kind_of(t->p)) {
    case SQUARES: descend_squares(t, q, 0, t->levels, 0, blocks, f); break;
    case SUMS: descend_sums(t, q, 0, t->levels, 0, blocks, f); break;
    case LARGEST: descend_largest(t, q, 0, t->levels, 0, blocks, f); break;
    default: descend_powers(t, q, 0, t->levels, 0, blocks, f); break;
    }
    host_heap_sort(f);
}

/* ---- all within a radius */
INLINE double distance_of(int kind, double p, double rank)
{
    return kind == SQUARES ? sqrt(rank) : kind == POWERS ? pow(rank, 1 / p) : rank;
}

typedef struct ball {
    const cx_near_tree *t;
    const double *q;
    double radius, limit; /* ranks above limit are of distances above radius */
    host_found *f;
} ball;

INLINE bool inside(const ball *b, int kind, double rank)
{
    return rank <= b->limit && distance_of(kind, b->t->p, rank) <= b->radius;
}

/* Where nobody wants to know which they are, a box that is all inside is counted as one. */
static void collect(const ball *b, int64_t node, int64_t above, int64_t lo, int64_t hi)
{
    const cx_near_tree *const t = b->t;
    const int kind = kind_of(t->p);
    if (!(bound_of(kind, t, node, b->q) <= b->limit)) return;
    if (b->f->rank == NULL && inside(b, kind, of_box(kind, t, node, b->q, true))) {
        b->f->count += (8 * hi < t->m ? 8 * hi : t->m) - 8 * lo;
        return;
    }
    if (above > 0) {
        const int64_t middle = lo + (hi - lo) / 2;
        collect(b, 2 * node + 1, above - 1, lo, middle);
        collect(b, 2 * node + 2, above - 1, middle, hi);
        return;
    }
    for (int64_t i = lo; i < hi; i++) {
        double rank[8];
        ranks_of(kind, t, t->rows + i * 8 * t->d, b->q, rank);
        const int64_t left = t->m - 8 * i;
        for (int l = 0; l < (left < 8 ? left : 8); l++) {
            if (!inside(b, kind, rank[l])) continue;
            if (b->f->rank != NULL) {
                b->f->rank[b->f->count] = rank[l];
                b->f->index[b->f->count] = t->index[8 * i + l];
            }
            b->f->count++;
        }
    }
}

static void within(const cx_near_tree *t, const double *q, double radius, host_found *f)
{
    const double slack = 1 + 1e-12, r = radius > 0 ? radius * slack : radius,
                 rank = t->p == 2                  ? r * r
                        : t->p == 1 || isinf(t->p) ? r
                                                   : pow(r, t->p) * slack;
    const ball b = {t, q, radius, radius < 0 ? -1 : rank, f};
    f->count = 0;
    collect(&b, 0, t->levels, 0, (t->m + 7) / 8);
}

const host_near_loops CX_ISA_NAME(host_near_loops_table) = {.nearest = nearest, .within = within};
