/* A tree of cells over points. One idea: numbers whose bits interleave those of the coordinates
 * sort points in the tree's order, so a cell is a range of them, its mass and centre are
 * differences of running sums, and its children are found by the next bits. A cell with one child
 * is that child. */
#include "learn/manifold/embed_tree.h"

#include "learn/base/estimator.h"
#include <math.h>
#include <string.h>

enum { LEAF = 6, DIGIT = 11, DIGITS = 6 };

typedef struct entry {
    uint64_t key;
    int32_t point;
} entry;

struct cx__tree_room {
    entry *at, *other;
    float *coordinate[CX_EMBED_DIMS], *centre[CX_EMBED_DIMS], *mass, *width;
    int32_t *next, *begin, *end;
    double *running[CX_EMBED_DIMS]; /* [n + 1] sums of the coordinates */
    double side;                    /* the longest of the box */
    int64_t cells;
};

cx_status cx__embed_tree_new(int64_t n, int dims, cx__embed_tree *out)
{
    const size_t most = (size_t)(2 * n + 1);
    struct cx__tree_room *const r = cx__scope_room(sizeof *r);
    if (r == NULL) return CX_E_NOMEM;
    r->at = cx__scope_room((size_t)n * sizeof *r->at);
    r->other = cx__scope_room((size_t)n * sizeof *r->other);
    for (int k = 0; k < dims; k++) {
        r->coordinate[k] = cx__scope_room((size_t)n * sizeof(float));
        r->centre[k] = cx__scope_room(most * sizeof(float));
        r->running[k] = cx__scope_room((size_t)(n + 1) * sizeof(double));
    }
    r->mass = cx__scope_room(most * sizeof(float));
    r->width = cx__scope_room(most * sizeof(float));
    r->next = cx__scope_room(most * sizeof(int32_t));
    r->begin = cx__scope_room(most * sizeof(int32_t));
    r->end = cx__scope_room(most * sizeof(int32_t));
    *out = (cx__embed_tree){.n = n, .dims = dims, .room = r};
    out->order = cx__scope_room((size_t)n * sizeof *out->order);
    out->tree.mass = r->mass;
    out->tree.width = r->width;
    out->tree.next = r->next;
    out->tree.begin = r->begin;
    out->tree.end = r->end;
    out->points = (cx_embed_points){.n = n, .dims = dims};
    for (int k = 0; k < dims; k++) {
        out->points.at[k] = r->coordinate[k];
        out->tree.centre[k] = r->centre[k];
    }
    return cx__so_far();
}

/* ---- order */
static int bits_of(int dims)
{
    return dims == 1 ? 32 : dims == 2 ? 31 : 21;
}

/* The bits of v, `dims` apart. */
static uint64_t spread(uint64_t v, int dims)
{
    if (dims == 1) return v;
    if (dims == 2) {
        v = (v | v << 16) & 0x0000ffff0000ffffU;
        v = (v | v << 8) & 0x00ff00ff00ff00ffU;
        v = (v | v << 4) & 0x0f0f0f0f0f0f0f0fU;
        v = (v | v << 2) & 0x3333333333333333U;
        return (v | v << 1) & 0x5555555555555555U;
    }
    v = (v | v << 32) & 0x001f00000000ffffU;
    v = (v | v << 16) & 0x001f0000ff0000ffU;
    v = (v | v << 8) & 0x100f00f00f00f00fU;
    v = (v | v << 4) & 0x10c30c30c30c30c3U;
    return (v | v << 2) & 0x1249249249249249U;
}

static void make_keys(const cx__embed_tree *t, const cx_embed_points *p)
{
    struct cx__tree_room *const r = t->room;
    const int bits = bits_of(t->dims);
    r->side = 0;
    for (int64_t i = 0; i < t->n; i++) r->at[i] = (entry){.point = (int32_t)i};
    for (int k = 0; k < t->dims; k++) {
        float low = p->at[k][0], high = low;
        for (int64_t i = 1; i < t->n; i++) {
            low = p->at[k][i] < low ? p->at[k][i] : low;
            high = p->at[k][i] > high ? p->at[k][i] : high;
        }
        /* all points are strictly within the box */
        high = fmaxf(high > 0 ? high * 1.001F : high * 0.999F, high + 1e-3F);
        const double side = (double)high - (double)low, scale = ldexp(1, bits) / side;
        if (side > r->side) r->side = side;
        const double most = ldexp(1, bits) - 1;
        for (int64_t i = 0; i < t->n; i++) {
            const double v = ((double)p->at[k][i] - (double)low) * scale;
            /* what is no number, or too large a one, stands in the last cell */
            const uint64_t cell = (uint64_t)(v >= 0 && v < most ? v : most);
            r->at[i].key |= spread(cell, t->dims) << (t->dims - 1 - k);
        }
    }
}

/* By digits from the lowest; digits that all keys share are passed over. */
static void sort_keys(struct cx__tree_room *r, int64_t n)
{
    for (int digit = 0; digit < DIGITS; digit++) {
        int64_t count[(1 << DIGIT) + 1] = {0};
        const int shift = digit * DIGIT;
        const uint64_t mask = (1 << DIGIT) - 1;
        for (int64_t i = 0; i < n; i++) count[(r->at[i].key >> shift & mask) + 1]++;
        if (count[(r->at[0].key >> shift & mask) + 1] == n) continue;
        for (int b = 0; b < 1 << DIGIT; b++) count[b + 1] += count[b];
        for (int64_t i = 0; i < n; i++) r->other[count[r->at[i].key >> shift & mask]++] = r->at[i];
        entry *const turn = r->at;
        r->at = r->other;
        r->other = turn;
    }
}

/* ---- cells */
static void cell(const cx__embed_tree *t, int32_t lo, int32_t hi, int level)
{
    struct cx__tree_room *const r = t->room;
    const int bits = bits_of(t->dims);
    /* the smallest box that holds all of them */
    const uint64_t differ = r->at[lo].key ^ r->at[hi - 1].key;
    while (level < bits && differ >> (t->dims * (bits - 1 - level)) == 0) level++;
    const int64_t c = r->cells++;
    const double mass = (double)(hi - lo), side = ldexp(r->side, -level);
    for (int k = 0; k < t->dims; k++)
        r->centre[k][c] = hi - lo == 1 ? r->coordinate[k][lo]
                                       : (float)((r->running[k][hi] - r->running[k][lo]) / mass);
    r->mass[c] = (float)mass;
    r->width[c] = (float)(side * side);
    r->begin[c] = lo;
    r->end[c] = hi;
    if (hi - lo > LEAF && level < bits) {
        const int shift = t->dims * (bits - 1 - level);
        for (int32_t from = lo, to; from < hi; from = to) {
            const uint64_t child = r->at[from].key >> shift;
            int32_t last = hi; /* the first that lies in a later child */
            for (to = from; to < last;) {
                const int32_t middle = to + (last - to) / 2;
                if (r->at[middle].key >> shift <= child)
                    to = middle + 1;
                else
                    last = middle;
            }
            cell(t, from, to, level + 1);
        }
    }
    r->next[c] = (int32_t)r->cells;
}

void cx__embed_tree_build(cx__embed_tree *t, const cx_embed_points *points)
{
    struct cx__tree_room *const r = t->room;
    make_keys(t, points);
    sort_keys(r, t->n);
    for (int64_t i = 0; i < t->n; i++) t->order[i] = r->at[i].point;
    for (int k = 0; k < t->dims; k++)
        for (int64_t i = 0; i < t->n; i++) {
            const float v = points->at[k][t->order[i]];
            r->coordinate[k][i] = v;
            r->running[k][i + 1] = r->running[k][i] + (double)v;
        }
    r->cells = 0;
    cell(t, 0, (int32_t)t->n, 0);
    t->tree.cells = r->cells;
}
