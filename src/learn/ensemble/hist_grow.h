/* One tree of histogram boosting, grown leaf by leaf over the slots of the trees group, so that it
 * is the same text for every device: rows, words and histograms stay there, the nodes are here. */
#ifndef CX_LEARN_HIST_GROW_H
#define CX_LEARN_HIST_GROW_H
#include "learn/tree/trees.h"
#include <calx/random.h>

/** Columns as codes: how they are cut, and the codes of the rows that train [0, n) and, behind
 *  them, those that only follow [n, n + more). Host memory but for the arrays. */
typedef struct cx__hist_bins {
    int64_t n, more, d, bins;
    double *edge;   /* thresholds, or categories, of all columns */
    int32_t *first; /* [d + 1] */
    int32_t *used;  /* [d] */
    uint8_t *missing;
    uint8_t *categorical; /* NULL: none */
    cx_tree_codes codes;
    cx_array *code; /* of the scope in which it was made */
} cx__hist_bins;
void cx__hist_bins_free(cx__hist_bins *b);

typedef struct cx__hist_rules {
    int64_t max_leaves, max_depth; /* 0: no limit */
    int64_t min_samples;
    double l2, shrinkage, max_features;
    cx_generator *draws;     /* of the columns of a node, if max_features < 1 */
    const int8_t *monotonic; /* [d] or NULL */
    int64_t groups;          /* of columns that may meet; 0: all */
    const uint8_t *group;    /* [groups, d] */
} cx__hist_rules;

typedef struct cx__hist_node {
    int32_t left, right; /* -1: a leaf */
    int64_t depth;
    int64_t begin, end, from, to; /* its rows in the list: of training, and of those that follow */
    double value, lower, upper;
    int64_t slot;
    cx_tree_split split;
} cx__hist_node;

typedef struct cx__hist_grower {
    const cx__site *site;
    const cx__hist_bins *bins;
    const cx__hist_rules *rules;
    bool hessians; /* else they are all 1 */
    cx_array *order, *row, *room, *word, *unit, *hist, *used, *missing, *categorical, *monotonic;
    int64_t slots, free_slots, *free_slot;
    cx__hist_node *node;
    uint8_t *member;  /* [nodes, groups]: groups that a node's splits have all been in */
    uint8_t *allowed; /* [2, d] */
    int32_t *open;    /* a heap of nodes to split */
    int64_t nodes, node_room, opened;
} cx__hist_grower;

/** Needs an open scope, which then owns the arrays. cx__hist_grower_free, on failure too. */
cx_status cx__hist_grower_new(const cx__site *s, const cx__hist_bins *b, const cx__hist_rules *r,
                              bool hessians, cx__hist_grower *out);
void cx__hist_grower_free(cx__hist_grower *g);
/** Grow a tree for gradients and hessians (NULL without) of the training rows. */
cx_status cx__hist_grow(cx__hist_grower *g, const double *gradient, const double *hessian,
                        int64_t stride);
static inline bool cx__hist_is_leaf(const cx__hist_node *n)
{
    return n->left < 0;
}
/** raw[row] += value of the row's leaf: for the rows that train [n], and for those that follow
 *  [more] (where there are any). */
cx_status cx__hist_raise(const cx__hist_grower *g, double *raw, double *following);
/** Append the tree, nodes in the order of a walk that goes left first. */
cx_status cx__hist_add(const cx__hist_grower *g, cx__trees *t);
#endif
