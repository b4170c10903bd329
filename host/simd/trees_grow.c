/* How good the cuts of a block of places are: eight at a time, the first of the best wins. */
#include "trees/loops.h"
#include "simd.h"
#include <math.h>

HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, mask);
HOST_VECTOR(uint64_t, words);
enum { LANES = 8 };
#define WORDS(p) (*(const words *)(const void *)(p))
#define GET(p) (*(const vec *)(const void *)(p))

typedef struct best {
    vec value;
    mask place;
} best;

#define CHOOSE(m, a, b) ((vec)(((m) & (mask)(a)) | (~(m) & (mask)(b))))

static inline __attribute__((always_inline)) best start_of(void)
{
    best s = {.place = {0}};
    for (int l = 0; l < LANES; l++) s.value[l] = -INFINITY;
    return s;
}

static inline __attribute__((always_inline)) void offer(best *s, const host_tree_block *b,
                                                        int64_t i, const vec *proxy,
                                                        const vec *left, const vec *right)
{
    vec none;
    mask at;
    for (int l = 0; l < LANES; l++) {
        none[l] = -INFINITY;
        at[l] = i + l;
    }
    const mask small = (*left < b->least) | (*right < b->least);
    const vec value = CHOOSE(small, none, *proxy + GET(b->allow + i));
    const mask more = value > s->value;
    s->value = CHOOSE(more, value, s->value);
    s->place = (more & at) | (~more & s->place);
}

static inline __attribute__((always_inline)) double end_of(const best *s, int64_t *at)
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

static double gini(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec a = GINI(left, GET(b->sum + i)), c = GINI(right, GET(b->sum_right + i));
        const vec proxy = -right * c - left * a;
        offer(&s, b, i, &proxy, &left, &right);
    }
    return end_of(&s, at);
}

static double squared(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec sum = GET(b->sum + i), rest = b->total - sum;
        const vec proxy = sum * sum / left + rest * rest / right;
        offer(&s, b, i, &proxy, &left, &right);
    }
    return end_of(&s, at);
}

static double friedman(const host_tree_block *b, int64_t *at)
{
    best s = start_of();
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), right = b->here - left;
        const vec sum = GET(b->sum + i), gap = right * sum - left * (b->total - sum);
        const vec proxy = gap * gap / (left * right);
        offer(&s, b, i, &proxy, &left, &right);
    }
    return end_of(&s, at);
}

static int allow(const uint64_t *e, int64_t n, uint64_t step, double *out)
{
    vec none;
    words equal = {0}, near = {0};
    for (int l = 0; l < LANES; l++) none[l] = -INFINITY;
    for (int64_t i = 0; i < n; i += LANES) {
        const words gap = (WORDS(e + i) >> 32) - (WORDS(e + i - 1) >> 32);
        const mask close = (mask)(gap < step), same = (mask)(gap == 0);
        *(vec *)(void *)(out + i) = (vec)(close & (mask)none);
        equal |= (words)same;
        near |= (words)(close & ~same);
    }
    uint64_t any_equal = 0, any_near = 0;
    for (int l = 0; l < LANES; l++) {
        any_equal |= equal[l];
        any_near |= near[l];
    }
    return (any_near != 0 ? 1 : 0) | (any_equal != 0 ? 2 : 0);
}

static void range(const double *v, int64_t n, double *low, double *high)
{
    vec least = {0}, most = {0};
    least += v[0];
    most += v[0];
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const vec here = GET(v + i);
        least = CHOOSE(here < least, here, least);
        most = CHOOSE(here > most, here, most);
    }
    *low = *high = v[0];
    for (int l = 0; l < LANES; l++) {
        *low = least[l] < *low ? least[l] : *low;
        *high = most[l] > *high ? most[l] : *high;
    }
    for (; i < n; i++) {
        *low = v[i] < *low ? v[i] : *low;
        *high = v[i] > *high ? v[i] : *high;
    }
}

/* An element's place is how many are below it: no branch hangs on the data. */
static void sort_few(uint64_t *e, int64_t n, uint64_t *out)
{
    for (int64_t i = n; i < (n + LANES - 1) / LANES * LANES; i++) e[i] = UINT64_MAX;
    for (int64_t i = 0; i < n; i += LANES) {
        const words v = WORDS(e + i);
        words below = {0};
        for (int64_t j = 0; j < n; j++) below -= (words)(v > e[j]);
        for (int64_t l = 0; l < LANES && i + l < n; l++) out[below[l]] = v[l];
    }
}

const host_tree_loops CX_ISA_NAME(host_tree_loops_table) = {.gini = gini,
                                                            .squared = squared,
                                                            .friedman = friedman,
                                                            .range = range,
                                                            .allow = allow,
                                                            .sort_few = sort_few};
