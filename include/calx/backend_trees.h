/* The contract's optional group `trees`: growing decision trees and walking them. Each part may be
 * left out by itself (NULL): exact growth needs sorted columns and random access and is the CPU's;
 * histograms and walking are for every device.
 *
 * Pointers are memory of the queue's device, contiguous in C order, float64 unless their type says
 * otherwise; what is said to be NULL may be. Values have been checked: infinities are refused
 * before, NaN is a missing value. No result depends on the number of threads. */
#ifndef CALX_BACKEND_TREES_H
#define CALX_BACKEND_TREES_H
#include <calx/backend.h>

/* ---- exact growth (memory of the host) */
typedef enum cx_tree_criterion {
    CX_TREE_GINI,
    CX_TREE_ENTROPY, /* log_loss too */
    CX_TREE_SQUARED,
    CX_TREE_FRIEDMAN, /* as SQUARED, but the gain is Friedman's */
    CX_TREE_ABSOLUTE,
    CX_TREE_POISSON
} cx_tree_criterion;

/** What holds for every node, as scikit-learn's parameters of the same names after they have become
 * numbers. */
typedef struct cx_tree_rules {
    cx_tree_criterion criterion;
    bool random;            /* one random threshold for each feature (extra trees) */
    int64_t max_depth;      /* INT64_MAX: none */
    int64_t max_leaf_nodes; /* 0: none, depth first; else best first */
    int64_t min_samples_split, min_samples_leaf, max_features;
    double min_weight_leaf, min_impurity_decrease;
    const int8_t *monotonic; /* [d] of -1, 0, 1, or NULL */
    bool many; /* trees grow beside each other: none keeps as much memory as the data take */
} cx_tree_rules;

/** The training rows in the form that all trees of a forest grow from: float32 columns, or codes of
 * their values where that pays. Made once, read by any number of growths at a time; x that it was
 * made of stays as long. */
typedef struct cx_tree_table cx_tree_table;

/** Nodes of one tree in the order in which scikit-learn numbers them (the root is 0, a parent
 * stands before its children). Leaves have left = right = -1 and feature = threshold = -2. The
 * arrays come from the core's allocator; the caller frees them (cx_core_api.free). */
typedef struct cx_tree_nodes {
    int64_t count, room;
    int64_t width; /* numbers of a node's value: outputs * classes of the output with the most */
    int32_t *left, *right, *feature;
    int32_t *samples; /* rows of the node, those of weight 0 not counted */
    uint8_t *missing_left;
    double *threshold, *impurity, *weighted; /* weighted: sum of their weights */
    double *value; /* [count, width]: weighted shares of the classes, or mean or median of y */
} cx_tree_nodes;

typedef struct cx_tree_growth {
    const cx_tree_table *table;
    const cx_tree_rules *rules;
    int64_t outputs;
    const double *y;        /* [n, outputs]; codes 0.. of the classes of each output */
    const int64_t *classes; /* [outputs], how many; NULL: regression */
    const double *weight;   /* [n], or NULL: 1. A row of weight 0 takes no part */
    uint32_t seed;          /* state of the 31-bit xorshift that draws features and thresholds, as
                             * RandomState.randint(0, 2**31 - 1) gives it */
    int32_t *leaf; /* [n] or NULL: the node in which each row ends, -1 for rows that take no part */
} cx_tree_growth;

/* ---- walking: trees in one of three forms, which the core makes */
/** As they are kept: the nodes of all trees behind each other, children numbered within their tree.
 * For few rows, and where packing is not worth its time. */
typedef struct cx_tree_flat {
    const int32_t *left, *right, *feature; /* left < 0: a leaf */
    const double *threshold;
    const uint8_t *missing_left;
    const int32_t *category; /* row of words of a categorical split, else -1; or NULL */
} cx_tree_flat;

/** Packed: both children side by side and behind their parent. A leaf is its own left child and its
 * threshold is a NaN with a number, so that a step from it stays there:
 * place = next + (x[feature] > threshold). */
typedef struct cx_tree_node {
    double threshold; /* go left if x[feature] <= threshold; of a categorical split: its row of
                       * words, as a number; of a leaf: NaN, its lower bits are the leaf's number */
    uint32_t split;   /* feature, or-ed with the flags below */
    int32_t next;     /* place of the left child, the right one stands behind it */
} cx_tree_node;
#define CX_TREE_LEAF 0x80000000u
#define CX_TREE_MISSING_LEFT 0x40000000u /* NaN goes left; leaves have it, too */
#define CX_TREE_CATEGORICAL 0x20000000u  /* left if bit x of the split's words is set */
#define CX_TREE_FEATURE 0x1fffffffu

/** The same in eight bytes, where x counts as float32 and no split is categorical. */
typedef struct cx_tree_small {
    float threshold; /* the greatest float32 that is not above it; of a leaf: NaN and 22 bits */
    uint32_t link;   /* bit 0: NaN goes left; then the feature; from bit `shift` on how far behind
                      * the left child stands, 0 of a leaf */
} cx_tree_small;
#define CX_TREE_SMALL_LEAVES (1 << 22)

/** Walk every row through every tree. out[i, (t % columns) * width ...] += scale * value of the
 * leaf where row i ends in tree t, tree after tree in their order, so that the bits do not depend
 * on how the work is cut. leaf[i, t] is that leaf's number within its tree; its row of value is
 * first[t] + number. A leaf's number is that of its node (flat), or what packing gave it. */
typedef struct cx_tree_walk {
    int64_t n, d, trees, columns, width;
    const double *x;            /* [n, d] */
    bool single;                /* x counts as float32 (what lies beyond is rounded to infinity) */
    const cx_tree_small *small; /* the first of the three that is there */
    int shift;
    const cx_tree_node *node;
    cx_tree_flat flat;
    const int32_t *root;   /* [trees] of small and node: places */
    const int64_t *first;  /* [trees] */
    const uint32_t *words; /* eight to a categorical split, or NULL: there is none */
    const double *value;   /* [leaves, width] */
    double scale;
    bool fresh;    /* the sums begin at 0, else with what out holds */
    double *out;   /* [n, columns * width], or NULL */
    int32_t *leaf; /* [n, trees], or NULL */
} cx_tree_walk;

/* ---- histograms
 *
 * Growth by histograms works on any device: columns become codes of one byte, rows carry
 * fixed-point words, a node is a range of a list of rows. The caller keeps the tree; a step of it
 * is partition (the rows of split nodes), histograms (of the smaller children; the larger ones' by
 * subtraction) and splits (the best split of each new node), each for a BATCH of nodes: boosting
 * passes one or two at a time, a forest that grows level by level thousands, of many trees. Nothing
 * is read back but the records of splits.
 *
 * Histograms are sums of whole numbers, so any order of adding, any cut of the work and any device
 * give the same ones, and the difference of two is exactly the third. From them on the arithmetic
 * is double, each operation rounded by itself (no FMA, no libm), ties go to the lowest feature and
 * bin: every backend grows the same tree.
 *
 * Arrays marked (host) are the caller's control data in plain memory, read (or written) before the
 * call returns; all others are the device's. */

/** Codes of n rows. Eight columns stand together: the code of row i, column j is
 *  code[(j / 8 * n + i) * 8 + j % 8]; columns past d (d8 = d rounded up to 8) are 0. */
typedef struct cx_tree_codes {
    int64_t n, d;
    int64_t bins;  /* codes are below it, at most 256; missing values have code bins - 1 */
    uint8_t *code; /* [d8 / 8, n, 8] */
} cx_tree_codes;

/** Numbers to codes: how many of the column's edges are below x (x <= edge[code], the first such);
 *  of a categorical column the place of x among the edges, which are its categories; unknown ones
 *  and NaN are missing. Columns have at most bins - 2 edges, or bins - 1 categories. */
typedef struct cx_tree_bins {
    const cx_tree_codes *codes; /* its code is written */
    const double *x;            /* [*, d] */
    const int64_t *row;         /* [n]: code row i is of x row row[i]; NULL: i */
    const double *edge;         /* the columns' edges behind each other, rising */
    const int32_t *first;       /* [d + 1]: where each column's begin in edge */
    const uint8_t *categorical; /* [d] or NULL */
} cx_tree_bins;

/** Gradients and hessians, rounded to float32, as fixed-point words of each row. With hessians
 *  (channels = 2) word[i] = {g, h * 2^count_bits + 1}; without (all are 1; channels = 1) {g *
 *  2^count_bits + 1}. The units of g and h are powers of two, as small
 *  as sums over n rows allow.
 *
 *  Several outputs share a hessian (channels = outputs + 1): word[i] = {g of each output, h *
 *  2^count_bits + 1}; the gradients have one unit, and h is 1 without hessians. */
typedef struct cx_tree_fix {
    int count_bits;    /* of a count in a word: cx_tree_count_bits(n) at least */
    int64_t n, stride; /* of gradient and hessian, in elements */
    const double *gradient, *hessian;
    int64_t *word;   /* [n, channels] */
    double *unit;    /* [2] of g and h */
    int64_t outputs; /* 0 is 1; gradients of a row are side by side, its hessian is hessian[i] */
} cx_tree_fix;
static inline int cx_tree_count_bits(int64_t n)
{
    int bits = 1;
    while (n >> bits > 0) bits++;
    return bits;
}

/** A node whose histogram is wanted: rows [begin, end) of the list into slot `slot`. sibling: a
 * slot that holds the parent's, from which the new one is then subtracted; -1: none. */
typedef struct cx_tree_node_rows {
    int64_t begin, end, slot, sibling;
} cx_tree_node_rows;
/** hist[slot, column, code, channel] = sum of the words of the node's rows with that code. channels
 *  may be any number: words of classes are counts (or weights in fixed point) of each. */
typedef struct cx_tree_histograms {
    const cx_tree_codes *codes;
    int64_t channels;
    const int64_t *word; /* [n, channels] */
    const int32_t *row;  /* the list */
    int64_t nodes;
    const cx_tree_node_rows *node; /* (host) [nodes] */
    int64_t *hist;                 /* [slots, d8, bins, channels] */
} cx_tree_histograms;

/** Newton gains of words of cx_tree_fix: what holds for all nodes. */
typedef struct cx_tree_gains {
    double l2, min_hessian, min_gain;
    int64_t min_samples;
    const int32_t *used;        /* [d] codes in use: edges + 1, or categories */
    const uint8_t *missing;     /* [d] does the column have missing values in training? */
    const uint8_t *categorical; /* [d] or NULL */
    const int8_t *monotonic;    /* [d] of -1, 0, 1, or NULL */
} cx_tree_gains;
typedef struct cx_tree_ask {
    int64_t slot;
    double value;        /* the node's own, without shrinkage */
    double lower, upper; /* bounds of the children's values */
    int64_t allowed;     /* row of cx_tree_splits.allowed, -1: all columns */
} cx_tree_ask;
/** gain <= 0: there is no split (then only total is set). The left child has the rows with code <=
 *  bin (missing: by missing_left), of a categorical split those whose code's bit is set, the code
 *  of missing values too. */
typedef struct cx_tree_split {
    double gain, value_left, value_right;
    int64_t total[2], left[2]; /* words of the node and of its left child, summed */
    int64_t count, count_left; /* rows of them */
    int32_t feature, bin;
    uint32_t bits[8];
    uint8_t missing_left, categorical;
} cx_tree_split;
typedef struct cx_tree_splits {
    const cx_tree_codes *codes;
    const cx_tree_gains *gains;
    int64_t channels;
    int count_bits; /* as in cx_tree_fix */
    const int64_t *hist;
    const double *unit; /* [2] */
    int64_t nodes;
    const cx_tree_ask *node; /* (host) [nodes] */
    const uint8_t *allowed;  /* (host) [*, d] columns that may split, or NULL */
    cx_tree_split *split;    /* (host) [nodes], written: the call waits */
    /* Several outputs: the gain is the sum of theirs, from G^2 / H of node and children; there are
     * no categories, signs or bounds, and values, total and left of the records stay 0. */
    int64_t outputs; /* 0 is 1 */
    int64_t *sums;   /* (host) [nodes, 2, outputs + 1], written: words of the node, of the left
                      * child (0 without a split); NULL with one output */
} cx_tree_splits;

/** Rows [begin, end) of the list, those that go left first, both in the order in which they were:
 *  middle is where the right ones begin. */
typedef struct cx_tree_cut {
    int64_t begin, end;
    int32_t feature, bin;
    uint32_t bits[8];
    uint8_t missing_left, categorical;
} cx_tree_cut;
typedef struct cx_tree_partition {
    const cx_tree_codes *codes;
    int32_t *row, *room; /* the list, and as much memory for work */
    int64_t nodes;
    const cx_tree_cut *cut; /* (host) [nodes]; ranges do not overlap */
    int64_t *middle;        /* (host) [nodes], written; NULL: the caller knows, and nothing waits */
} cx_tree_partition;

/** raw[(row - first) * stride] += value for the rows of each leaf. */
typedef struct cx_tree_leaves {
    const int32_t *row;
    int64_t leaves;
    const int64_t *begin, *end; /* (host) [leaves] ranges of the list */
    const double *value;        /* (host) [leaves] */
    double *raw;
    int64_t stride, first;
} cx_tree_leaves;

typedef struct cx_tree_ops {
    size_t struct_size;
    /** Rows of x [n, d], NaN allowed. *out is freed by table_close, which takes NULL. */
    cx_status (*table_open)(cx_queue *q, const double *x, int64_t n, int64_t d,
                            const cx_tree_rules *rules, cx_tree_table **out);
    void (*table_close)(cx_queue *q, cx_tree_table *t);
    /** Grow one tree into out: zeroed, or as another growth from this table left it, but count 0;
     * its arrays are then used again. On failure they are to be freed all the same.
     * Uses the pool's threads where it is not called by one of them. */
    cx_status (*grow)(cx_queue *q, const cx_tree_growth *g, cx_tree_nodes *out);
    cx_status (*walk)(cx_queue *q, const cx_tree_walk *w);
    /* histograms: all of them or none */
    cx_status (*bins)(cx_queue *q, const cx_tree_bins *b);
    cx_status (*fix)(cx_queue *q, const cx_tree_fix *f);
    cx_status (*histograms)(cx_queue *q, const cx_tree_histograms *h);
    cx_status (*splits)(cx_queue *q, const cx_tree_splits *s);
    cx_status (*partition)(cx_queue *q, const cx_tree_partition *p);
    cx_status (*leaves)(cx_queue *q, const cx_tree_leaves *l);
} cx_tree_ops;
#endif
