/* Forests by histograms: many trees grown at once, level by level in batches of nodes, over the
 * slots of the trees group, so that it is the same text for every device. Columns become 255 codes;
 * what is learnt are Newton steps of squared errors, which are gini's gains, too, where y is the
 * share of a class.
 *
 * A tree depends on its seed and its rows alone: neither how many trees grow together nor how many
 * histograms there is room for can be seen in it. */
#ifndef CX_LEARN_FOREST_HIST_H
#define CX_LEARN_FOREST_HIST_H
#include "learn/ensemble/forest.h"
#include "learn/ensemble/hist_grow.h"

/** Rows [*count] of a tree, with repetition, at most hist_forest.most. weight [n] or NULL: weights
 *  of the rows in this tree alone. Any thread. */
typedef cx_status cx__hist_rows(void *ctx, int64_t tree, int32_t *row, int64_t *count,
                                double *weight);

typedef struct cx__hist_forest {
    const cx__site *site; /* where it grows */
    const cx__grow *g;    /* rules, y and weights on the host */
    const cx_array *x;    /* [n, d] float64 of float32's values, at the site */
    cx__hist_rows *rows;
    void *ctx;
    int64_t most;
    bool own_weights;     /* rows give weights; else they are `weight` */
    const double *weight; /* [n] or NULL */
    const uint32_t *seed; /* [trees] */
    int64_t group, slots; /* trees and histograms at a time, 0: by memory */
} cx__hist_forest;
/** Grow trees 0 .. count - 1, prune them, append them to out. Needs an open scope. */
cx_status cx__hist_forest_grow(const cx__hist_forest *f, int64_t count, cx__trees *out);

/* ---- words of rows (forest_hist_words.c) */
typedef struct cx__hist_words {
    const cx__site *site;
    const cx__grow *g;
    int64_t n, outputs, channels; /* of gradients; of words */
    int bits;                     /* of counts */
    bool hessian;
    double unit[2], *centre; /* [g->outputs]: means of targets, which the gradients are about */
    double square_unit;
    cx_array *word, *units, *square, *flat; /* square: [n, 3], of targets */
} cx__hist_words;
/** Of rows with these weights (NULL: 1), of which lists hold at most `most`. The arrays belong to
 *  the open scope. */
cx_status cx__hist_words_make(const cx__hist_forest *f, const double *weight, cx__hist_words *out);
/** sum [nodes, channels] of the words of rows [begin, end) of the list; of squares [nodes]. */
cx_status cx__hist_words_sum(const cx__hist_words *w, const int32_t *row, int64_t nodes,
                             const int64_t *begin, const int64_t *end, int64_t *sum);
cx_status cx__hist_words_squares(const cx__hist_words *w, const int32_t *row, int64_t nodes,
                                 const int64_t *begin, const int64_t *end, double *sum);
/** Sums as numbers. */
int64_t cx__hist_words_count(const cx__hist_words *w, const int64_t *sum);
double cx__hist_words_hessian(const cx__hist_words *w, const int64_t *sum);
double cx__hist_words_gradient(const cx__hist_words *w, const int64_t *sum, int64_t output);
/** Sum of G^2 / H. */
double cx__hist_words_score(const cx__hist_words *w, const int64_t *sum);
/** Impurity of a node: gini of classes, or squared error about the mean with the sum of squares. */
double cx__hist_words_impurity(const cx__hist_words *w, const int64_t *sum, double squares);
/** What a gain takes from weight times impurity. */
double cx__hist_words_factor(const cx__hist_words *w);
/** A node's value [g->width], within the bounds. */
void cx__hist_words_value(const cx__hist_words *w, const int64_t *sum, double lower, double upper,
                          double *value);

/* ---- nodes of a group of trees, and what becomes of them (forest_hist_trees.c) */
typedef struct cx__hist_branch {
    int32_t left, right; /* -1: a leaf */
    int32_t feature, bin;
    uint8_t missing_left;
    int64_t tree, depth, begin, end, slot; /* of the group; its rows; its histogram or -1 */
    uint64_t draw;                         /* state that draws its columns */
    double value, lower, upper, gain;
} cx__hist_branch;
typedef struct cx__hist_group {
    int64_t trees, nodes, room; /* the first nodes are the roots */
    cx__hist_branch *node;
    int64_t *sum; /* [nodes, channels] */
} cx__hist_group;
void cx__hist_group_free(cx__hist_group *g);
cx_status cx__hist_group_room(const cx__hist_words *w, int64_t nodes, cx__hist_group *g);
/** Append the trees of a grown group; row: the list at the site. */
cx_status cx__hist_group_add(const cx__hist_words *w, const cx__hist_bins *b,
                             const cx__hist_group *g, const int32_t *row, cx__trees *out);

/* ---- fits of estimators (forest_device.c) */
/** The data of a fit elsewhere, on the host, for the front of growth; UNSUPPORTED for random
 *  thresholds, and for parameters that histograms do not know. */
cx_status cx__hist_front(const cx_estimator *self, const cx_data *d, bool random, cx_data *host,
                         cx__site *there);
/** The missing trees of a forest; g->site is there from then on. */
cx_status cx__hist_forest_fit(cx__forest *f, cx__grow *g, const cx__bootstrap *by, bool balance,
                              const cx__site *there, const cx_array *x);
/** One tree of all rows. */
cx_status cx__hist_tree_fit(cx__grow *g, uint32_t seed, const cx__site *there, const cx_array *x,
                            cx__trees *out);
#endif
