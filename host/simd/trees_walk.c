/* Rows through trees of sixteen bytes a node and through those that are kept flat, for each ISA
 * level. The one idea: a walk waits for one load after the other, so several go side by side, rows
 * of a tree or trees of a row; a leaf's step stays where it is, so they go on without a branch
 * until all have ended. */
#include "trees/walk.h"
#include <string.h>
#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
enum { SIDE = 8 };

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

const host_walk_loops CX_ISA_NAME(host_walk_loops_table) = {

    .node_rows = node_rows,

    .node_trees = node_trees,
    .flat_trees = flat_trees};
