/* Rows through packed trees, for each ISA level. The one idea: a walk waits for one load after the
 * other, so several go side by side, rows of a tree or trees of a row; a leaf's step stays where it
 * is, so they go on without a branch until all have ended. */
#include "trees/walk.h"
#include <string.h>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
enum { SIDE = 8 };

/* ---- eight bytes a node */
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
/* Two vectors of rows: gathers of one while the other's are on their way. */
INLINE void small_vectors(const cx_tree_small *root, int shift, const float *x, int64_t d,
                          int32_t *leaf)
{
    const __m512i mask = _mm512_set1_epi32((int)((1U << (shift - 1)) - 1)),
                  one = _mm512_set1_epi32(1),
                  row = _mm512_mullo_epi32(
                      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                      _mm512_set1_epi32((int)d));
    const __m512i first[2] = {row, _mm512_add_epi32(row, _mm512_set1_epi32(16 * (int)d))};
    const __m128i by = _mm_cvtsi32_si128(shift);
    __m512i at[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()}, off[2];
    __m512 threshold[2];
    do {
#pragma GCC unroll 2
        for (int k = 0; k < 2; k++) {
            threshold[k] = _mm512_i32gather_ps(at[k], root, 8);
            const __m512i link = _mm512_i32gather_epi32(at[k], &root->link, 8),
                          feature = _mm512_and_si512(_mm512_srli_epi32(link, 1), mask);
            const __m512 v = _mm512_i32gather_ps(_mm512_add_epi32(feature, first[k]), x, 4);
            off[k] = _mm512_srl_epi32(link, by);
            const __mmask16 nan =
                _mm512_mask_testn_epi32_mask(_mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), link, one);
            const __mmask16 right = _mm512_cmp_ps_mask(v, threshold[k], _CMP_GT_OQ) | nan;
            at[k] = _mm512_add_epi32(at[k], off[k]);
            at[k] = _mm512_mask_add_epi32(at[k], right, at[k], one);
        }
        off[0] = _mm512_or_si512(off[0], off[1]);
    } while (_mm512_test_epi32_mask(off[0], off[0]));
    for (int k = 0; k < 2; k++)
        _mm512_storeu_si512(leaf + 16 * k,
                            _mm512_and_si512(_mm512_castps_si512(threshold[k]),
                                             _mm512_set1_epi32(CX_TREE_SMALL_LEAVES - 1)));
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

static void small_trees(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
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

/* ---- sixteen bytes a node */
INLINE int32_t node_number(const cx_tree_node *leaf)
{
    uint64_t bits;
    memcpy(&bits, &leaf->threshold, sizeof bits);
    return (int32_t)(bits & INT32_MAX);
}

INLINE const cx_tree_node *node_step(const cx_tree_node *all, const cx_tree_node *node, double v)
{
    const uint32_t nan = (uint32_t)(v != v) & ~(node->split / CX_TREE_MISSING_LEFT) & 1U;
    return all + node->next + ((uint32_t)(v > node->threshold) | nan);
}

INLINE void node_side(const cx_tree_node *all, int32_t root, const double *x, int64_t d,
                      int32_t *leaf)
{
    const cx_tree_node *at[SIDE];
    uint32_t ended;
    for (int k = 0; k < SIDE; k++) at[k] = all + root;
    do {
        ended = CX_TREE_LEAF;
#pragma GCC unroll 8
        for (int k = 0; k < SIDE; k++) {
            const uint32_t split = at[k]->split;
            ended &= split;
            at[k] = node_step(all, at[k], x[k * d + (split & CX_TREE_FEATURE)]);
        }
    } while (ended == 0);
    for (int k = 0; k < SIDE; k++) leaf[k] = node_number(at[k]);
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)
enum { NODE_LANES = 16 };
INLINE void node_vectors(const cx_tree_node *all, int32_t root, const double *x, int64_t d,
                         int32_t *leaf)
{
    const __m512i row = _mm512_mullo_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0),
                                           _mm512_set1_epi64(d)),
                  feature = _mm512_set1_epi64(CX_TREE_FEATURE), one = _mm512_set1_epi64(2),
                  missing_left = _mm512_set1_epi64(CX_TREE_MISSING_LEFT),
                  end = _mm512_set1_epi64(CX_TREE_LEAF);
    const __m512i first[2] = {row, _mm512_add_epi64(row, _mm512_set1_epi64(8 * d))};
    __m512i at[2] = {_mm512_set1_epi64((int64_t)root * 2), _mm512_set1_epi64((int64_t)root * 2)},
            link[2];
    __m512d threshold[2];
    do {
#pragma GCC unroll 2
        for (int k = 0; k < 2; k++) {
            threshold[k] = _mm512_i64gather_pd(at[k], all, 8);
            link[k] = _mm512_i64gather_epi64(at[k], &all->split, 8);
            const __m512d v = _mm512_i64gather_pd(
                _mm512_add_epi64(_mm512_and_si512(link[k], feature), first[k]), x, 8);
            const __mmask8 nan = _mm512_mask_testn_epi64_mask(
                _mm512_cmp_pd_mask(v, v, _CMP_UNORD_Q), link[k], missing_left);
            const __mmask8 right = _mm512_cmp_pd_mask(v, threshold[k], _CMP_GT_OQ) | nan;
            at[k] = _mm512_slli_epi64(_mm512_srli_epi64(link[k], 32), 1);
            at[k] = _mm512_mask_add_epi64(at[k], right, at[k], one);
        }
    } while (_mm512_testn_epi64_mask(_mm512_and_si512(link[0], link[1]), end));
    for (int k = 0; k < 2; k++)
        _mm256_storeu_si256(
            (__m256i *)(void *)(leaf + 8 * k),
            _mm256_and_si256(_mm512_cvtepi64_epi32(_mm512_castpd_si512(threshold[k])),
                             _mm256_set1_epi32(INT32_MAX)));
}
#else
enum { NODE_LANES = SIDE };
INLINE void node_vectors(const cx_tree_node *all, int32_t root, const double *x, int64_t d,
                         int32_t *leaf)
{
    node_side(all, root, x, d, leaf);
}
#endif

static void node_rows(const cx_tree_node *all, int32_t root, const double *x, int64_t d, int64_t n,
                      int32_t *leaf)
{
    int64_t i = 0;
    for (; i + NODE_LANES <= n; i += NODE_LANES) node_vectors(all, root, x + i * d, d, leaf + i);
    for (; i + SIDE <= n; i += SIDE) node_side(all, root, x + i * d, d, leaf + i);
    for (; i < n; i++) {
        const cx_tree_node *node = all + root;
        while (!(node->split & CX_TREE_LEAF))
            node = node_step(all, node, x[i * d + (node->split & CX_TREE_FEATURE)]);
        leaf[i] = node_number(node);
    }
}

/* x as it counts. */
INLINE double seen(const cx_tree_walk *w, double v)
{
    return w->single ? (double)(float)v : v;
}

/* The way of a categorical split; a value that is no code goes right. */
static uint32_t category_right(const cx_tree_walk *w, const cx_tree_node *node, double v)
{
    if (v != v) return (node->split & CX_TREE_MISSING_LEFT) == 0;
    const uint32_t *const word = w->words + (int64_t)node->threshold * 8;
    if (!(v >= 0 && v < 256)) return 1;
    return ~(word[(int)v / 32] >> ((int)v % 32)) & 1;
}

static void node_trees(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                       int32_t *leaf)
{
    const cx_tree_node *const all = w->node, *at[SIDE];
    int64_t t = 0;
    for (; w->words == NULL && t + SIDE <= trees; t += SIDE) {
        uint32_t ended;
        for (int k = 0; k < SIDE; k++) at[k] = all + w->root[from + t + k];
        do {
            ended = CX_TREE_LEAF;
#pragma GCC unroll 8
            for (int k = 0; k < SIDE; k++) {
                const uint32_t split = at[k]->split;
                ended &= split;
                at[k] = node_step(all, at[k], seen(w, x[split & CX_TREE_FEATURE]));
            }
        } while (ended == 0);
        for (int k = 0; k < SIDE; k++) leaf[t + k] = node_number(at[k]);
    }
    for (; t < trees; t++) {
        const cx_tree_node *node = all + w->root[from + t];
        while (!(node->split & CX_TREE_LEAF)) {
            const double v = seen(w, x[node->split & CX_TREE_FEATURE]);
            if (node->split & CX_TREE_CATEGORICAL)
                node = all + node->next + category_right(w, node, v);
            else
                node = node_step(all, node, v);
        }
        leaf[t] = node_number(node);
    }
}

/* ---- as they are kept */
/* The side is an index, not a branch: nobody could foretell it. NaN is rare. */
INLINE int32_t flat_step(const cx_tree_walk *w, int64_t at, const double *x)
{
    const cx_tree_flat *const f = &w->flat;
    const int32_t *const child[2] = {f->left, f->right};
    const int32_t feature = f->feature[at];
    const double v = seen(w, x[feature < 0 ? 0 : feature]);
    uint32_t right = v > f->threshold[at];
    if (HOST_UNLIKELY(v != v)) right = f->missing_left[at] == 0;
    return child[right][at];
}

static int32_t flat_categories(const cx_tree_walk *w, int64_t base, const double *x)
{
    const cx_tree_flat *const f = &w->flat;
    int32_t i = 0;
    while (f->left[base + i] >= 0) {
        const int64_t at = base + i;
        if (f->category[at] < 0) {
            i = flat_step(w, at, x);
            continue;
        }
        const cx_tree_node node = {.threshold = f->category[at],
                                   .split = f->missing_left[at] ? CX_TREE_MISSING_LEFT : 0};
        i = category_right(w, &node, seen(w, x[f->feature[at]])) ? f->right[at] : f->left[at];
    }
    return i;
}

static void flat_trees(const cx_tree_walk *w, const double *x, int64_t from, int64_t trees,
                       int32_t *leaf)
{
    int64_t t = 0;
    for (; w->words == NULL && t + SIDE <= trees; t += SIDE) {
        const int64_t *const base = w->first + from + t;
        int32_t at[SIDE] = {0}, moved;
        do {
            moved = -1;
#pragma GCC unroll 8
            for (int k = 0; k < SIDE; k++) {
                const int32_t next = flat_step(w, base[k] + at[k], x);
                moved &= next;
                at[k] = next < 0 ? at[k] : next;
            }
        } while (moved >= 0);
        for (int k = 0; k < SIDE; k++) leaf[t + k] = at[k];
    }
    for (; t < trees; t++) {
        const int64_t base = w->first[from + t];
        int32_t at = 0;
        if (w->words != NULL)
            at = flat_categories(w, base, x);
        else
            for (int32_t next; (next = flat_step(w, base + at, x)) >= 0;) at = next;
        leaf[t] = at;
    }
}

const host_walk_loops CX_ISA_NAME(host_walk_loops_table) = {.small_rows = small_rows,
                                                            .node_rows = node_rows,
                                                            .small_trees = small_trees,
                                                            .node_trees = node_trees,
                                                            .flat_trees = flat_trees};
