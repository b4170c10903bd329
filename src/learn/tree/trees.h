/* What every model of trees keeps and how it is asked: one form for a single tree, a forest and
 * boosting, so that walking, files, importances, text and explanations are written once.
 *
 * The nodes of all trees stand behind each other; children are numbers within their tree, as in
 * scikit-learn's tree_. A class has CX__TREES_ATTRS as its first attributes and its own ones
 * behind: slots from CX__TREES_SLOTS on. */
#ifndef CX_LEARN_TREES_H
#define CX_LEARN_TREES_H
#include "learn/base/estimator.h"
#include "learn/base/plan.h"
#include <calx/backend_trees.h>

#define CX__TREES_ATTRS                                                                            \
    "tree_start_: int [t]", "children_left_: int [m]", "children_right_: int [m]",                 \
        "feature_: int [m]", "threshold_: float [m]", "missing_go_to_left_: bool [m]",             \
        "impurity_: float [m]", "n_node_samples_: int [m]", "weighted_n_node_samples_: float [m]", \
        "value_: float [m, w]", "category_?: int [m]", "category_bits_?: int [b, 8]"
enum {
    CX__TREE_START, /* [trees + 1]: where each tree's nodes begin */
    CX__TREE_LEFT,
    CX__TREE_RIGHT,
    CX__TREE_FEATURE,
    CX__TREE_THRESHOLD,
    CX__TREE_MISSING_LEFT,
    CX__TREE_IMPURITY,
    CX__TREE_SAMPLES,
    CX__TREE_WEIGHTED,
    CX__TREE_VALUE,
    CX__TREE_CATEGORY,      /* row of category_bits_ of a categorical split, -1: x <= threshold */
    CX__TREE_CATEGORY_BITS, /* uint32, bit c % 32 of word c / 32: category c goes left */
    CX__TREES_SLOTS
};

/** The same in plain host memory: while it grows (own it by cx__trees_free), or looked at
 *  (cx__trees_view; borrowed from the state). int32, bool and float64 throughout; start is int64.
 */
typedef struct cx__trees {
    int64_t count, nodes, width; /* trees, nodes of all */
    int64_t *start;              /* [count + 1] */
    int32_t *left, *right, *feature, *samples;
    double *threshold, *impurity, *weighted, *value;
    bool *missing_left;
    int32_t *category; /* NULL: no categorical splits */
    uint32_t *bits;
    int64_t bit_rows;
    int64_t tree_room, node_room, bit_room;
    bool lent; /* the arrays of nodes are those of growth (cx__grow_back); nothing is appended */
} cx__trees;

void cx__trees_free(cx__trees *t);
/** Room for so many more. .width must be set. */
cx_status cx__trees_reserve(cx__trees *t, int64_t trees, int64_t nodes, int64_t bit_rows);
/** Append a grown tree, or all of another's. NOMEM leaves t as it was. */
cx_status cx__trees_append(cx__trees *t, const cx__trees *more);
cx_status cx__trees_add(cx__trees *t, const cx_tree_nodes *one);
/** Fill the slots of self with t, on the device of the site (arrays are copied). */
cx_status cx__trees_store(cx_estimator *self, const cx__site *s, const cx__trees *t);
/** The same without copies on the CPU: the slots take the memory over, t is empty afterwards. */
cx_status cx__trees_give(cx_estimator *self, const cx__site *s, cx__trees *t);
/** The fitted slots on the host: pointers into arrays of the open scope. */
cx_status cx__trees_view(const char *where, const cx_estimator *m, cx__trees *out);
/** The trees of the state that a warm start goes on from, copied into out (to be freed). */
cx_status cx__trees_before(const char *where, const cx_estimator *m, cx__trees *out);
/** For .check of a class: offsets, children, features and bits of a loaded file are in their bounds
 *  and without cycles, so that no walk leaves them. trees_per: their number is a multiple of it. */
cx_status cx__trees_check(const cx_estimator *m, int64_t trees_per);

/** A plan's trees, in the form in which they are walked: the kernel's state. */
typedef struct cx__walker {
    cx_tree_walk walk; /* x, n, out, fresh and leaf are set for each call */
    int64_t values;    /* rows of walk.value: of leaves (packed) or of all nodes */
} cx__walker;
/** The fitted trees for the plan p: packed into its memory, or as they are where that does not pay
 *  (few rows, other devices). columns: trees t, t + columns, ... add to one column; single: x
 * counts as float32. In a batch p->max_rows may have grown to larger blocks after it. */
cx_status cx__walker_plan(const cx_estimator *m, cx_plan *p, int64_t columns, bool single,
                          double scale, cx__walker *out);
/** out [rows, columns * width] = the sums of scale * leaves' values; or += with the second form. */
cx_status cx__walker_into(const cx_plan *p, const cx__walker *w, const double *x, int64_t rows,
                          double *out);
cx_status cx__walker_add(const cx_plan *p, const cx__walker *w, const double *x, int64_t rows,
                         double *out);
/** Node numbers (within their trees, as scikit-learn's apply) [n, trees] int64 for a batch. */
cx_array *cx__trees_apply(const char *where, const cx_estimator *m, const cx_array *x, bool single);
/** Share of each feature in the decrease of impurity [features], summing to 1 (0 without splits):
 *  the mean over trees of each tree's shares, as scikit-learn's forests have it. */
cx_status cx__trees_importances(const cx_estimator *m, const cx__site *s, const cx__trees *t,
                                cx_array **out);
#endif
