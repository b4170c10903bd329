/* Rows through trees of eight bytes a node, for each ISA level. The one idea: a walk waits for one
 * load after the other, so several go side by side, rows of a tree or trees of a row; a leaf's step
 * stays where it is, so they go on without a branch until all have ended. */
#include "trees/walk.h"
#include <string.h>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
enum { SIDE = 8 };

INLINE int32_t small_number(const cx_tree_small *leaf)
{
    uint32_t bits;
    memcpy(&bits, &leaf->threshold, sizeof bits);
    return (int32_t)(bits & (CX_TREE_SMALL_LEAVES - 1));
}

/* 1: to the right. NaN is beyond no threshold, so it is the flag that sends it there. */
INLINE uint32_t small_right(float v, cx_tree_small node)
{
    return (uint32_t)(v > node.threshold) | ((uint32_t)(v != v) & ~node.link & 1U);
}

/* Rows next to each other, as many as SIDE. */
INLINE void small_side(const cx_tree_small *root, int shift, const float *x, int64_t d,
                       int32_t *leaf)
{
    const uint32_t mask = (1U << shift) - 2;
    const cx_tree_small *at[SIDE];
    uint32_t moved;
    for (int k = 0; k < SIDE; k++) at[k] = root;
    do {
        moved = 0;
#pragma GCC unroll 8
        for (int k = 0; k < SIDE; k++) {
            const cx_tree_small node = *at[k];
            const float v = x[k * d + ((node.link & mask) >> 1)];
            const uint32_t off = node.link >> shift;
            moved |= off;
            at[k] += off + small_right(v, node);
        }
    } while (moved != 0);
    for (int k = 0; k < SIDE; k++) leaf[k] = small_number(at[k]);
}

INLINE int32_t small_one(const cx_tree_small *root, int shift, const float *x)
{
    const uint32_t mask = (1U << shift) - 2;
    for (uint32_t off = root->link >> shift; off != 0; off = root->link >> shift)
        root += off + small_right(x[(root->link & mask) >> 1], *root);
    return small_number(root);
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)
/* Sixteen nodes of eight bytes each, loaded whole and dealt to thresholds and links. */
INLINE void small_nodes(const cx_tree_small *all, const __m512i *at, __m512 *threshold,
                        __m512i *link)
{
    const __m512i even =
                      _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0),
                  odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    const __m512i a = _mm512_i32gather_epi64(_mm512_castsi512_si256(*at), all, 8),
                  b = _mm512_i32gather_epi64(_mm512_extracti32x8_epi32(*at, 1), all, 8);
    *threshold = _mm512_castsi512_ps(_mm512_permutex2var_epi32(a, even, b));
    *link = _mm512_permutex2var_epi32(a, odd, b);
}

/* Where the lanes go whose values are v; what they moved at least. */
INLINE __m512i small_go(__m512i *at, __m512 v, __m512 threshold, __m512i link, __m128i shift)
{
    const __m512i one = _mm512_set1_epi32(1), off = _mm512_srl_epi32(link, shift);
    const __mmask16 nan =
        _mm512_mask_testn_epi32_mask(_mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), link, one);
    const __mmask16 right = _mm512_cmp_ps_mask(v, threshold, _CMP_GT_OQ) | nan;
    *at = _mm512_add_epi32(*at, off);
    *at = _mm512_mask_add_epi32(*at, right, *at, one);
    return off;
}

/* Leaves' numbers out of their thresholds. */
INLINE __m512i small_numbers(__m512 threshold)
{
    return _mm512_and_si512(_mm512_castps_si512(threshold),
                            _mm512_set1_epi32(CX_TREE_SMALL_LEAVES - 1));
}

/* Vectors of rows: gathers of one while the others' are on their way. */
INLINE void small_vectors(const cx_tree_small *root, int shift, const float *x, int64_t d,
                          int32_t *leaf)
{
    enum { VECTORS = HOST_WALK_LANES / 16 };
    const __m512i mask = _mm512_set1_epi32((int)((1U << (shift - 1)) - 1)),
                  row = _mm512_mullo_epi32(
                      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                      _mm512_set1_epi32((int)d));
    const __m128i by = _mm_cvtsi32_si128(shift);
    __m512i at[VECTORS], moved;
    __m512 threshold[VECTORS];
    for (int k = 0; k < VECTORS; k++) at[k] = _mm512_setzero_si512();
    do {
        moved = _mm512_setzero_si512();
#pragma GCC unroll 4
        for (int k = 0; k < VECTORS; k++) {
            __m512i link;
            small_nodes(root, &at[k], &threshold[k], &link);
            const __m512i feature = _mm512_and_si512(_mm512_srli_epi32(link, 1), mask);
            const __m512 v = _mm512_i32gather_ps(_mm512_add_epi32(feature, row), x + 16 * k * d, 4);
            moved = _mm512_or_si512(moved, small_go(&at[k], v, threshold[k], link, by));
        }
    } while (_mm512_test_epi32_mask(moved, moved));
    for (int k = 0; k < VECTORS; k++)
        _mm512_storeu_si512(leaf + 16 * k, small_numbers(threshold[k]));
}
#else
INLINE void small_vectors(const cx_tree_small *root, int shift, const float *x, int64_t d,
                          int32_t *leaf)
{
    for (int k = 0; k < HOST_WALK_LANES; k += SIDE) small_side(root, shift, x + k * d, d, leaf + k);
}
#endif

static void small_rows(const cx_tree_small *root, int shift, const float *x, int64_t d, int64_t n,
                       int32_t *leaf)
{
    int64_t i = 0;
    for (; i + HOST_WALK_LANES <= n; i += HOST_WALK_LANES)
        small_vectors(root, shift, x + i * d, d, leaf + i);
    for (; i + SIDE <= n; i += SIDE) small_side(root, shift, x + i * d, d, leaf + i);
    for (; i < n; i++) leaf[i] = small_one(root, shift, x + i * d);
}

INLINE void small_trees_apart(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                              int32_t *leaf)
{
    const int shift = w->shift;
    const uint32_t mask = (1U << shift) - 2;
    const cx_tree_small *at[SIDE];
    int64_t t = 0;
    for (; t + SIDE <= trees; t += SIDE) {
        uint32_t moved;
        for (int k = 0; k < SIDE; k++) at[k] = w->small + w->root[from + t + k];
        do {
            moved = 0;
#pragma GCC unroll 8
            for (int k = 0; k < SIDE; k++) {
                const cx_tree_small node = *at[k];
                const float v = (float)x[(node.link & mask) >> 1];
                const uint32_t off = node.link >> shift;
                moved |= off;
                at[k] += off + small_right(v, node);
            }
        } while (moved != 0);
        for (int k = 0; k < SIDE; k++) leaf[t + k] = small_number(at[k]);
    }
    for (; t < trees; t++) {
        const cx_tree_small *node = w->small + w->root[from + t];
        for (uint32_t off = node->link >> shift; off != 0; off = node->link >> shift)
            node += off + small_right((float)x[(node->link & mask) >> 1], *node);
        leaf[t] = small_number(node);
    }
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)
enum { NEAR = 32, FAR = 1024, TREES_SIDE = 4 };

/* One row in vectors of sixteen trees each: a node is one load of eight bytes, and a row of few
 * columns stands in two registers. */
INLINE void small_tree_vectors(const cx_tree_walk *w, const float *x, bool near,
                               const int32_t *root, int64_t trees, int vectors, int32_t *leaf)
{
    const __m512i mask = _mm512_set1_epi32((int)((1U << (w->shift - 1)) - 1));
    const __m128i by = _mm_cvtsi32_si128(w->shift);
    const __m512 low = _mm512_loadu_ps(x), high = near ? _mm512_loadu_ps(x + 16) : low;
    __m512i at[TREES_SIDE], moved;
    __m512 threshold[TREES_SIDE];
#pragma GCC unroll 4
    for (int k = 0; k < vectors; k++) {
        const int64_t rest = trees - 16 * k;
        const __mmask16 some = rest < 16 ? (__mmask16)((1U << rest) - 1) : (__mmask16)0xffff;
        at[k] = _mm512_mask_loadu_epi32(_mm512_set1_epi32(root[0]), some, root + 16 * k);
    }
    do {
        moved = _mm512_setzero_si512();
#pragma GCC unroll 4
        for (int k = 0; k < vectors; k++) {
            __m512i link;
            small_nodes(w->small, &at[k], &threshold[k], &link);
            const __m512i feature = _mm512_and_si512(_mm512_srli_epi32(link, 1), mask);
            const __m512 v = near ? _mm512_permutex2var_ps(low, feature, high)
                                  : _mm512_i32gather_ps(feature, x, 4);
            moved = _mm512_or_si512(moved, small_go(&at[k], v, threshold[k], link, by));
        }
    } while (_mm512_test_epi32_mask(moved, moved));
#pragma GCC unroll 4
    for (int k = 0; k < vectors; k++) {
        const int64_t rest = trees - 16 * k;
        const __mmask16 some = rest < 16 ? (__mmask16)((1U << rest) - 1) : (__mmask16)0xffff;
        _mm512_mask_storeu_epi32(leaf + 16 * k, some, small_numbers(threshold[k]));
    }
}

/* As many as fit into the vectors that go side by side. */
INLINE void small_tree_groups(const cx_tree_walk *w, const float *x, bool near, int64_t from,
                              int64_t trees, int32_t *leaf)
{
    for (int64_t t = 0; t < trees; t += TREES_SIDE * 16) {
        const int64_t rest = trees - t;
        const int32_t *const root = w->root + from + t;
        if (rest > 48)
            small_tree_vectors(w, x, near, root, rest, 4, leaf + t);
        else if (rest > 32)
            small_tree_vectors(w, x, near, root, rest, 3, leaf + t);
        else if (rest > 16)
            small_tree_vectors(w, x, near, root, rest, 2, leaf + t);
        else
            small_tree_vectors(w, x, near, root, rest, 1, leaf + t);
    }
}

static void small_trees(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                        int32_t *leaf)
{
    float row[FAR];
    if (w->d > FAR || trees < SIDE) {
        small_trees_apart(w, x, from, trees, leaf);
        return;
    }
    if (w->d <= NEAR) memset(row, 0, NEAR * sizeof *row);
    for (int64_t j = 0; j < w->d; j++) row[j] = (float)x[j];
    if (w->d <= NEAR)
        small_tree_groups(w, row, true, from, trees, leaf);
    else
        small_tree_groups(w, row, false, from, trees, leaf);
}
#else
enum { NEAR = 0 };
static void small_trees(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                        int32_t *leaf)
{
    small_trees_apart(w, x, from, trees, leaf);
}
#endif

const host_small_loops CX_ISA_NAME(host_small_loops_table) = {
    .near = NEAR, .rows = small_rows, .trees = small_trees};
