/* How good the cuts of a block of places are: eight at a time, the first of the best wins. */
#include "trees/loops.h"
#include "simd.h"
#include <math.h>

HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, mask);
enum { LANES = 8 };
#define GET(p) (*(const vec *)(const void *)(p))

typedef struct best {
    vec value;
    mask place;
} best;

#define CHOOSE(m, a, b) ((vec)(((m) & (mask)(a)) | (~(m) & (mask)(b))))

static inline best start_of(void)
{
    best s = {.place = {0}};
    for (int l = 0; l < LANES; l++) s.value[l] = -INFINITY;
    return s;
}

static inline void offer(best *s, const host_tree_block *b, int64_t i, vec value, vec left,
                         vec right)
{
    vec none;
    mask at;
    for (int l = 0; l < LANES; l++) {
        none[l] = -INFINITY;
        at[l] = i + l;
    }
    const mask small = (left < b->least) | (right < b->least);
    value = CHOOSE(small, none, value + GET(b->allow + i));
    const mask more = value > s->value;
    s->value = CHOOSE(more, value, s->value);
    s->place = (more & at) | (~more & s->place);
}

static inline double end_of(const best *s, int64_t *at)
{
    double value = s->value[0];
    int64_t place = s->place[0];
    for (int l = 1; l < LANES; l++) {
        const bool more = s->value[l] > value || (s->value[l] == value && s->place[l] < place);
        value = more ? s->value[l] : value;
        place = more ? s->place[l] : place;
    }
    *at = place;
    return value;
}

#define GINI(left, squares) (1.0 - (squares) / ((left) * (left)))

static double pair(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec one = GET(b->sum + i), zero = left - one;
        const vec right_one = b->total - one, right_zero = right - right_one;
        const vec a = GINI(left, zero * zero + one * one);
        const vec c = GINI(right, right_zero * right_zero + right_one * right_one);
        offer(&s, b, i, -right * c - left * a, left, right);
    }
    return end_of(&s, at);
}

static double gini(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec a = GINI(left, GET(b->sum + i)), c = GINI(right, GET(b->sum_right + i));
        offer(&s, b, i, -right * c - left * a, left, right);
    }
    return end_of(&s, at);
}

static double squared(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec sum = GET(b->sum + i), rest = b->total - sum;
        offer(&s, b, i, sum * sum / left + rest * rest / right, left, right);
    }
    return end_of(&s, at);
}

static double friedman(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec sum = GET(b->sum + i), gap = right * sum - left * (b->total - sum);
        offer(&s, b, i, gap * gap / (left * right), left, right);
    }
    return end_of(&s, at);
}

const host_tree_loops CX_ISA_NAME(host_tree_loops_table) = {
    .pair = pair, .gini = gini, .squared = squared, .friedman = friedman};
