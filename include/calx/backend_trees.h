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
} cx_tree_rules;

/** The training rows in the form that all trees of a forest grow from: float32 columns, sorted
 * where that pays. Made once, read by any number of growths at a time. */
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

/* ---- histograms */
/** Histogram growth: codes of x, one byte each, column by column. Sums are whole numbers, so any
 * order of adding gives the same ones: gradients and hessians are fixed-point. */
typedef struct cx_tree_bins {
    int64_t n, d;
    const double *x;      /* [n, d] */
    const double *edge;   /* the columns' thresholds behind each other, rising */
    const int32_t *first; /* [d + 1]: where each column's begin in edge */
    const uint8_t
        *categorical; /* [d] or NULL: edge holds the categories; an unknown one is missing */
    uint8_t missing;  /* the code of NaN */
    uint8_t *code; /* [d, n]: how many edges are below x (x <= edge[code], the first such), or the
                    * category's place */
} cx_tree_bins;

typedef struct cx_tree_ops {
    size_t struct_size;
    /** Rows of x [n, d], NaN allowed. *out is freed by table_close, which takes NULL. */
    cx_status (*table_open)(cx_queue *q, const double *x, int64_t n, int64_t d,
                            const cx_tree_rules *rules, cx_tree_table **out);
    void (*table_close)(cx_queue *q, cx_tree_table *t);
    /** Grow one tree into out (zeroed before; on failure its arrays are to be freed all the same).
     * Uses the pool's threads where it is not called by one of them. */
    cx_status (*grow)(cx_queue *q, const cx_tree_growth *g, cx_tree_nodes *out);
    cx_status (*walk)(cx_queue *q, const cx_tree_walk *w);
    cx_status (*bins)(cx_queue *q, const cx_tree_bins *b);
} cx_tree_ops;
#endif
