/* How good the cuts of a block of places are: eight at a time, the first of the best wins. */
#include "trees/loops.h"
#include "simd.h"
#include <math.h>

HOST_VECTOR(double, vec);
HOST_VECTOR(int64_t, mask);
HOST_VECTOR(uint64_t, words);
__extension__ typedef float singles
    __attribute__((vector_size(32), aligned(sizeof(float)), may_alias));
__extension__ typedef int32_t halves
    __attribute__((vector_size(32), aligned(sizeof(int32_t)), may_alias));
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

static bool reaches(const host_tree_block *b, double mean, double scale)
{
    singles most = {0};
    for (int64_t i = 0; i < b->n; i += LANES) {
        const vec left = GET(b->left + i), t = (GET(b->sum + i) - left * mean) * scale;
        const vec right = b->here - left;
        const singles s = __builtin_convertvector(t, singles);
        const singles l = __builtin_convertvector(left, singles);
        const singles r = __builtin_convertvector(right, singles);
        const singles q = s * s / (l * r);
        const halves less = q < most; /* what is no number counts as more */
        most = (singles)((less & (halves)most) | (~less & (halves)q));
    }
    bool any = false;
    for (int l = 0; l < LANES; l++) any |= !(most[l] < 1 - 0x1p-16f);
    return any;
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
                                                            .reaches = reaches,
                                                            .allow = allow,
                                                            .sort_few = sort_few};
