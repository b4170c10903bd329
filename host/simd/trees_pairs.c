/* Cuts of two classes, sixteen places at a time: elements to weights and places where a cut may be,
 * running sums of both weights in one prefix sum, and how good each cut is in float32. That is only
 * good to six digits: it tells which cuts are worth the exact formula. */
#include "trees/loops.h"
#include "simd.h"

HOST_VECTOR(uint32_t, ints);
HOST_VECTOR(int32_t, mask);
HOST_VECTOR(float, vec);
HOST_VECTOR(uint64_t, words);
__extension__ typedef uint32_t half
    __attribute__((vector_size(32), aligned(sizeof(uint32_t)), may_alias));
enum { LANES = 16, LOW = 0xffff, WEIGHT = (1 << HOST_TREE_MARK) - 1 };
#define INTS(p) (*(const ints *)(const void *)(p))
#define WORDS(p) (*(const words *)(const void *)(p))

static int narrow(const uint32_t *e, int64_t n, uint32_t step, host_tree_pairs *b)
{
    ints near = {0};
    for (int64_t i = 0; i < n; i += LANES) {
        const ints here = INTS(e + i), mark = here & LOW, weight = mark & WEIGHT;
        const ints one = weight & -(mark >> HOST_TREE_MARK);
        const ints gap = (INTS(e + i + 1) >> 16) - (here >> 16);
        const mask far = (mask)(gap >= step), same = (mask)(gap == 0);
        *(ints *)(void *)(b->mark + i) = weight | one << 16;
        *(mask *)(void *)(b->allow + i) = far;
        near |= (ints) ~(far | same);
    }
    uint32_t any = 0;
    for (int l = 0; l < LANES; l++) any |= near[l];
    return any != 0;
}

/* Elements with marks of so many bits of weight; none: all weigh 1. */
static int wide(const uint64_t *e, int64_t n, uint32_t step, int bits, host_tree_pairs *b)
{
    words near = {0};
    const uint64_t one = (uint64_t)1 << bits, field = bits > 0 ? one - 1 : 0,
                   weightless = bits > 0 ? 0 : 1;
    for (int64_t i = 0; i < n; i += LANES / 2) {
        const words here = WORDS(e + i), weight = (here & field) | weightless;
        const words second = weight & -((here >> bits) & 1);
        const words gap = (WORDS(e + i + 1) >> 32) - (here >> 32);
        const words far = (words)(gap >= step), same = (words)(gap == 0);
        *(half *)(void *)(b->mark + i) = __builtin_convertvector(weight | second << 16, half);
        *(half *)(void *)(b->allow + i) = __builtin_convertvector(far, half);
        near |= ~(far | same);
    }
    uint64_t any = 0;
    for (int l = 0; l < LANES / 2; l++) any |= near[l];
    return any != 0;
}

static uint64_t sum(const uint64_t *e, int64_t n, int bits)
{
    const uint64_t one = (uint64_t)1 << bits, field = bits > 0 ? one - 1 : 0,
                   weightless = bits > 0 ? 0 : 1;
    words sums = {0};
    int64_t i = 0;
    for (; i + LANES / 2 <= n; i += LANES / 2) {
        const words here = WORDS(e + i), weight = (here & field) | weightless;
        sums += weight | (weight & -((here >> bits) & 1)) << 32;
    }
    uint64_t all = 0;
    for (int l = 0; l < LANES / 2; l++) all += sums[l];
    for (; i < n; i++) {
        const uint64_t weight = (e[i] & field) | weightless;
        all += weight | (weight & -((e[i] >> bits) & 1)) << 32;
    }
    return all;
}

/* The sums from the left on, within sixteen lanes: on machines of shorter vectors four at a time,
 * as shuffles of all sixteen would be made of single lanes there. */
#if defined(__AVX512F__)
static inline void running(ints *sums)
{
    const ints none = {0};
    ints v = *sums;
    v += __builtin_shufflevector(none, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                                 29, 30);
    v += __builtin_shufflevector(none, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                 28, 29);
    v += __builtin_shufflevector(none, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                 26, 27);
    v += __builtin_shufflevector(none, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                 23);
    *sums = v;
}
#else
__extension__ typedef uint32_t quad
    __attribute__((vector_size(16), aligned(sizeof(uint32_t)), may_alias));

static inline void running_four(quad *v, quad *carry)
{
    const quad none = {0};
    *v += __builtin_shufflevector(none, *v, 3, 4, 5, 6);
    *v += __builtin_shufflevector(none, *v, 2, 3, 4, 5);
    *v += *carry;
    *carry = __builtin_shufflevector(*v, *v, 3, 3, 3, 3);
}

static inline void running(ints *sums)
{
    quad a = __builtin_shufflevector(*sums, *sums, 0, 1, 2, 3), carry = {0};
    quad b = __builtin_shufflevector(*sums, *sums, 4, 5, 6, 7);
    quad c = __builtin_shufflevector(*sums, *sums, 8, 9, 10, 11);
    quad d = __builtin_shufflevector(*sums, *sums, 12, 13, 14, 15);
    running_four(&a, &carry);
    running_four(&b, &carry);
    running_four(&c, &carry);
    running_four(&d, &carry);
    const half low = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const half high = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
    *sums =
        __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#endif

static void places(uint32_t *at)
{
    uint32_t before = 0;
    for (int64_t i = 0; i < 256; i += LANES) {
        const ints here = INTS(at + i);
        ints sums = here;
        running(&sums);
        *(ints *)(void *)(at + i) = sums - here + before;
        before += sums[LANES - 1];
    }
}

static void shares(const uint16_t *mark, int64_t n, uint64_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        const uint64_t here = mark[i], weight = here & WEIGHT;
        const uint64_t one = weight & -(here >> HOST_TREE_MARK);
        out[i] = 1 | weight << HOST_TREE_FIELD | one << 2 * HOST_TREE_FIELD;
    }
}

static void range(const uint32_t *e, int64_t n, uint32_t *low, uint32_t *high)
{
    ints least = {0}, most = {0};
    least -= 1;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const ints v = INTS(e + i);
        least = (ints)((v < least) & (mask)v) | (ints)(~(v < least) & (mask)least);
        most = (ints)((v > most) & (mask)v) | (ints)(~(v > most) & (mask)most);
    }
    *low = UINT32_MAX;
    *high = 0;
    for (int l = 0; l < LANES; l++) {
        *low = least[l] < *low ? least[l] : *low;
        *high = most[l] > *high ? most[l] : *high;
    }
    for (; i < n; i++) {
        *low = e[i] < *low ? e[i] : *low;
        *high = e[i] > *high ? e[i] : *high;
    }
}

#define FLOATS(v) __builtin_convertvector((mask)(v), vec)

/* Weight of the squares' sums over the sides' weights: -infinity's place is taken by -1. */
static float score(host_tree_pairs *b)
{
    vec most;
    for (int l = 0; l < LANES; l++) most[l] = -1;
    const vec none = most;
    uint32_t weight = (uint32_t)b->weight, ones = (uint32_t)b->ones;
    const uint32_t here = (uint32_t)b->here, total = (uint32_t)b->total;
    for (int64_t i = 0; i < b->n; i += LANES) {
        ints sums = INTS(b->mark + i);
        running(&sums);
        const ints left = (sums & LOW) + weight, one = (sums >> 16) + ones;
        weight += sums[LANES - 1] & LOW;
        ones += sums[LANES - 1] >> 16;
        *(ints *)(void *)(b->left + i) = left;
        *(ints *)(void *)(b->one + i) = one;
        const ints right = here - left, other = total - one;
        const vec l = FLOATS(left), r = FLOATS(right), lo = FLOATS(one), ro = FLOATS(other);
        const vec lz = FLOATS(left - one), rz = FLOATS(right - other);
        const vec value = ((lz * lz + lo * lo) * r + (rz * rz + ro * ro) * l) / (l * r);
        const mask ok = *(const mask *)(const void *)(b->allow + i) & ((mask)left >= b->least) &
                        ((mask)right >= b->least);
        const vec s = (vec)((ok & (mask)value) | (~ok & (mask)none));
        *(vec *)(void *)(b->score + i) = s;
        const mask more = s > most;
        most = (vec)((more & (mask)s) | (~more & (mask)most));
    }
    b->weight = (int32_t)weight;
    b->ones = (int32_t)ones;
    float top = most[0];
    for (int l = 1; l < LANES; l++) top = most[l] > top ? most[l] : top;
    return top;
}

static void marks_narrow(const uint32_t *e, int64_t n, uint32_t *out)
{
    for (int64_t i = 0; i < n; i += LANES) *(ints *)(void *)(out + i) = INTS(e + i) & LOW;
}

static void marks_wide(const uint64_t *e, int64_t n, int shift, int bits, uint32_t *out)
{
    const uint64_t all = ((uint64_t)1 << shift) - 1, field = ((uint64_t)1 << bits) - 1,
                   weightless = bits > 0 ? 0 : 1;
    for (int64_t i = 0; i < n; i += LANES / 2) {
        const words here = WORDS(e + i) & all;
        const words mark = (here >> bits) << HOST_TREE_MARK | ((here & field) | weightless);
        *(half *)(void *)(out + i) = __builtin_convertvector(mark, half);
    }
}

/* As score, of several classes; a score has as many roundings more as there are classes. */
static inline __attribute__((always_inline)) float several_of(host_tree_several *b, int classes)
{
    vec most;
    for (int l = 0; l < LANES; l++) most[l] = -1;
    const vec none = most;
    for (int64_t i = 0; i < b->n; i += LANES) {
        const ints mark = INTS(b->mark + i), weight = mark & WEIGHT, class = mark >> HOST_TREE_MARK;
        ints left = {0};
        vec squares = {0}, rest = {0};
        for (int k = 0; k < classes; k++) {
            ints sums = weight & (ints)(class == (uint32_t)k);
            running(&sums);
            sums += (uint32_t)b->sum[k];
            b->sum[k] = (int32_t)sums[LANES - 1];
            *(ints *)(void *)(b->left[k] + i) = sums;
            left += sums;
            const vec here = FLOATS(sums), there = FLOATS((uint32_t)b->total[k] - sums);
            squares += here * here;
            rest += there * there;
        }
        const ints right = (uint32_t)b->here - left;
        const vec l = FLOATS(left), r = FLOATS(right);
        const vec value = (squares * r + rest * l) / (l * r);
        const mask ok = *(const mask *)(const void *)(b->allow + i) & ((mask)left >= b->least) &
                        ((mask)right >= b->least);
        const vec s = (vec)((ok & (mask)value) | (~ok & (mask)none));
        *(vec *)(void *)(b->score + i) = s;
        const mask more = s > most;
        most = (vec)((more & (mask)s) | (~more & (mask)most));
    }
    float top = most[0];
    for (int l = 1; l < LANES; l++) top = most[l] > top ? most[l] : top;
    return top;
}

static float several(host_tree_several *b)
{
    if (b->classes == 3) return several_of(b, 3);
    if (b->classes == 4) return several_of(b, 4);
    return several_of(b, b->classes);
}

/* Score of a left side with such weights of both classes, an empty side's part being 0. */
static inline void score_of(const vec *zero, const vec *one, const vec *all_zero,
                            const vec *all_one, vec *out)
{
    const vec rz = *all_zero - *zero, ro = *all_one - *one, l = *zero + *one, r = rz + ro;
    const mask no_left = l < 1, no_right = r < 1;
    const vec left = l - __builtin_convertvector(no_left, vec);
    const vec right = r - __builtin_convertvector(no_right, vec);
    *out = ((*zero * *zero + *one * *one) * right + (rz * rz + ro * ro) * left) / (left * right);
}

#define GREATER(a, b) ((vec)((((a) > (b)) & (mask)(a)) | (~((a) > (b)) & (mask)(b))))

static float bounds(host_tree_bounds *b)
{
    const int32_t field = (1 << HOST_TREE_FIELD) - 1;
    int32_t rows[HOST_TREE_BINS + LANES], weight[HOST_TREE_BINS + LANES];
    int32_t one[HOST_TREE_BINS + LANES];
    const int32_t padded = (b->bins + LANES - 1) / LANES * LANES;
    uint64_t sum = 0;
    for (int i = 0; i <= padded; i++) {
        const uint64_t here = i < b->bins ? b->sum[i] : 0;
        if (i <= b->bins) b->sum[i] = sum;
        rows[i] = (int32_t)sum & field;
        weight[i] = (int32_t)(sum >> HOST_TREE_FIELD) & field;
        one[i] = (int32_t)(sum >> 2 * HOST_TREE_FIELD);
        sum += here;
    }
    vec all_zero = {0}, all_one = {0}, reached = {0};
    all_zero += (float)(b->here - b->total);
    all_one += (float)b->total;
    const int32_t n = rows[padded];
    for (int i = 0; i < padded; i += LANES) {
        const ints w0 = INTS(weight + i), w1 = INTS(weight + i + 1);
        const ints o0 = INTS(one + i), o1 = INTS(one + i + 1), r1 = INTS(rows + i + 1);
        const vec z0 = FLOATS(w0 - o0), z1 = FLOATS(w1 - o1), a0 = FLOATS(o0), a1 = FLOATS(o1);
        vec first, last, up, down;
        score_of(&z0, &a0, &all_zero, &all_one, &first);
        score_of(&z1, &a1, &all_zero, &all_one, &last);
        score_of(&z1, &a0, &all_zero, &all_one, &up);
        score_of(&z0, &a1, &all_zero, &all_one, &down);
        const mask ok = ((mask)w1 >= b->least) & (b->here - (mask)w1 >= b->least) &
                        ((mask)r1 >= b->least_rows) & (n - (mask)r1 >= b->least_rows) &
                        ((mask)r1 < n) & ((mask)r1 > 0);
        const vec end = (vec)(ok & (mask)last);
        reached = GREATER(end, reached);
        up = GREATER(up, down);
        first = GREATER(first, last);
        *(vec *)(void *)(b->most + i) = GREATER(up, first);
    }
    float top = 0;
    for (int l = 0; l < LANES; l++) top = reached[l] > top ? reached[l] : top;
    return top;
}

/* Vectors of the machine's own length: comparisons of longer ones are made of single lanes. */
#if defined(__AVX512F__)
enum { FEW = 16, SORT_MOST = HOST_TREE_SMALL };
#elif defined(__AVX2__)
enum { FEW = 8, SORT_MOST = HOST_TREE_SMALL / 2 };
#else
enum { FEW = 4, SORT_MOST = HOST_TREE_SMALL / 4 };
#endif
__extension__ typedef int32_t few
    __attribute__((vector_size(4 * FEW), aligned(sizeof(int32_t)), may_alias));

/* An element's place is how many are below it, of equal ones how many stand before it. Compared
 * with signs, which every level can; no element is 0. */
static void sort_small(uint32_t *e, int64_t n, uint32_t *out)
{
    const uint32_t flip = 0x80000000u;
    few lane;
    for (int l = 0; l < FEW; l++) lane[l] = l;
    for (int64_t i = 0; i < n; i += FEW) {
        const few v = *(const few *)(const void *)(e + i) ^ (int32_t)flip;
        const int64_t end = i + FEW < n ? i + FEW : n;
        few below = {0};
        for (int64_t j = 0; j < i; j++) below -= v > (int32_t)((e[j] - 1) ^ flip);
        for (int64_t j = i; j < end; j++) {
            const int32_t here = (int32_t)(e[j] ^ flip);
            below -= (v > here) | ((v == here) & (lane > (int32_t)(j - i)));
        }
        for (int64_t j = end; j < n; j++) below -= v > (int32_t)(e[j] ^ flip);
        int32_t at[FEW];
        *(few *)(void *)at = below;
        for (int64_t l = i; l < end; l++) out[at[l - i]] = e[l];
    }
}

const host_tree_pair_loops CX_ISA_NAME(host_tree_pairs_table) = {.narrow = narrow,
                                                                 .wide = wide,
                                                                 .sum = sum,
                                                                 .score = score,
                                                                 .marks_narrow = marks_narrow,
                                                                 .marks_wide = marks_wide,
                                                                 .several = several,
                                                                 .bounds = bounds,
                                                                 .shares = shares,
                                                                 .range = range,
                                                                 .places = places,
                                                                 .sort_most = SORT_MOST,
                                                                 .sort_small = sort_small};
