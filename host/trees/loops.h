/* Inner loops of growing trees, compiled once per ISA level: how good the cuts of a block of places
 * are, in scikit-learn's formulas. No level fuses or reorders, so all give the same bits. */
#ifndef CX_HOST_TREES_LOOPS_H
#define CX_HOST_TREES_LOOPS_H
#include "host.h"

enum { HOST_TREE_BLOCK = 256, HOST_TREE_FEW = 48, HOST_TREE_SMALL = 128, HOST_TREE_MARK = 10 };

/** Places of one block; what stands behind n up to a multiple of 8 is finite, and not allowed. */
typedef struct host_tree_block {
    double left[HOST_TREE_BLOCK];      /* weight of the left side */
    double sum[HOST_TREE_BLOCK];       /* of the left side: y; squares of the classes' weights */
    double sum_right[HOST_TREE_BLOCK]; /* only of the squares */
    double allow[HOST_TREE_BLOCK];     /* 0, or -infinity: no cut here */
    int64_t n;
    double total, here, least; /* sum and weight of the node, least weight of a side */
} host_tree_block;

/** The greatest value of the block and its first place; -infinity if no cut is allowed. */
typedef double host_tree_best_fn(const host_tree_block *b, int64_t *at);

typedef struct host_tree_loops {
    host_tree_best_fn *gini, *squared, *friedman;
    /* May (scale * (sum - mean left))^2 / (left right) be 1 at a place? In float32, so that a
     * little less counts, too. */
    bool (*reaches)(const host_tree_block *b, double mean, double scale);
    /* allow[i] for a cut before e[i], i < n, from the upper halves of e[i - 1] and e[i]: they have
     * to be `step` apart. Returns whether some are nearer but not equal (1), are equal (2). */
    int (*allow)(const uint64_t *e, int64_t n, uint64_t step, double *allow);
    /* e [n] different numbers, sorted into out; n <= HOST_TREE_FEW, and what stands behind e up to
     * a multiple of 8 may be written */
    void (*sort_few)(uint64_t *e, int64_t n, uint64_t *out);
} host_tree_loops;
HOST_PER_ISA(host_tree_loops, host_tree_loops_table);

/** Places of one block of a feature of two classes: place i is the cut behind element i. */
typedef struct host_tree_pairs {
    uint32_t mark[HOST_TREE_BLOCK]; /* weight; in the upper half that of the second class */
    int32_t allow[HOST_TREE_BLOCK]; /* -1: may be a cut; 0 */
    int32_t left[HOST_TREE_BLOCK];  /* weight of the left side */
    int32_t one[HOST_TREE_BLOCK];   /* of its second class */
    float score[HOST_TREE_BLOCK];   /* rises with the proxy, see score; -1: no cut */
    int64_t n;                      /* room up to a multiple of 16 is read and written */
    int32_t weight, ones;           /* running sums */
    int32_t here, total, least;     /* of the node: weight, that of class 1; least of a side */
} host_tree_pairs;

enum { HOST_TREE_SEVERAL = 8 };
/** The same of several classes. */
typedef struct host_tree_several {
    uint32_t mark[HOST_TREE_BLOCK];                   /* class << HOST_TREE_MARK | weight */
    int32_t allow[HOST_TREE_BLOCK];                   /* as above */
    int32_t left[HOST_TREE_SEVERAL][HOST_TREE_BLOCK]; /* weights of the left side */
    float score[HOST_TREE_BLOCK];
    int64_t n;
    int32_t sum[HOST_TREE_SEVERAL], total[HOST_TREE_SEVERAL]; /* running; of the node */
    int32_t classes, here, least;
} host_tree_several;

enum { HOST_TREE_BINS = 256, HOST_TREE_FIELD = 21, HOST_TREE_BOUNDS = 256 };
/** Bins of a feature of two classes. A sum is rows | weight << FIELD | weight of the second class
 *  << 2 * FIELD. */
typedef struct host_tree_bounds {
    uint64_t sum[HOST_TREE_BINS + 1]; /* of each bin; becomes those left of it, the last of all */
    float most[HOST_TREE_BINS];       /* no cut of the bin scores higher */
    int32_t bins, here, total, least, least_rows; /* sums behind `bins` are 0 */
} host_tree_bounds;

typedef struct host_tree_pair_loops {
    /* mark and allow of n elements from e and the one behind them, codes in the upper half; cuts
     * are between codes that are `step` apart. Returns whether some are nearer but not equal. */
    int (*narrow)(const uint32_t *e, int64_t n, uint32_t step, host_tree_pairs *b);
    int (*wide)(const uint64_t *e, int64_t n, uint32_t step, int weight_bits, host_tree_pairs *b);
    /* Weight of n such elements, in the upper half that of their second class. */
    uint64_t (*sum)(const uint64_t *e, int64_t n, int weight_bits);
    /* Sums and scores of all places; returns the highest. A score is the proxy + here, to a
     * relative error of HOST_TREE_SCORE at most: six roundings of positive numbers. */
    float (*score)(host_tree_pairs *b);
    float (*several)(host_tree_several *b);
    /* mark of n such elements, as host_tree_several has them; shift: bits of class and weight */
    void (*marks_narrow)(const uint32_t *e, int64_t n, uint32_t *out);
    void (*marks_wide)(const uint64_t *e, int64_t n, int shift, int weight_bits, uint32_t *out);
    /* Running sums and bounds of bins; returns the highest score at the end of a bin that leaves
     * enough on both sides, or 0. */
    float (*bounds)(host_tree_bounds *b);
    /* What marks [n] add to the sums of a bin. */
    void (*shares)(const uint16_t *mark, int64_t n, uint64_t *out);
    /* Least and greatest of e [n]. */
    void (*range)(const uint32_t *e, int64_t n, uint32_t *low, uint32_t *high);
    /* at[i] becomes the sum of those before it; 256 of them */
    void (*places)(uint32_t *at);
    /* e [n] of elements above 0 sorted into out, worth it for n <= sort_most; 16 behind e can be
     * read */
    int sort_most;
    void (*sort_small)(uint32_t *e, int64_t n, uint32_t *out);
} host_tree_pair_loops;
/** Loops of random thresholds; values are those of one feature in a node's rows. */
typedef struct host_tree_random_loops {
    /* v[i] = x[row[i]], with the least and greatest of them; returns how many are NaN. */
    int64_t (*gather)(const float *x, const int32_t *row, int64_t n, float *v, float *low,
                      float *high);
    /* Rows with v <= limit: how many, their weight, that of the second class. mark: weight, in the
     * upper half that of the second class */
    void (*below)(const float *v, const uint32_t *mark, int64_t n, float limit, int64_t sum[3]);
} host_tree_random_loops;
HOST_PER_ISA(host_tree_random_loops, host_tree_random_table);

#define HOST_TREE_SCORE 0x1p-20
HOST_PER_ISA(host_tree_pair_loops, host_tree_pairs_table);
#endif
