/* The front of exact growth, shared by single trees, forests and gradient boosting: scikit-learn's
 * parameters as rules, the training data as growth wants it, one tree grown and pruned.
 *
 * A fit opens a cx__grow, fills it step by step (or by cx__grow_begin at once), grows as many trees
 * as it likes, from several threads if it likes, and ends it. What it points to belongs to the
 * scope of the fit. */
#ifndef CX_LEARN_TREE_GROW_H
#define CX_LEARN_TREE_GROW_H
#include "learn/tree/trees.h"

/* ---- rows of parameter tables */
#define CX__TREE_CRITERION_CLASSES                                              \
    {                                                                           \
        "criterion", CX_PARAM_STR, "'gini'", "{'gini', 'entropy', 'log_loss'}", \
            "what a split lowers; 'entropy' and 'log_loss' are one"             \
    }
#define CX__TREE_CRITERION_NUMBERS                                                  \
    {                                                                               \
        "criterion", CX_PARAM_STR, "'squared_error'",                               \
            "{'squared_error', 'absolute_error', 'poisson'}", "what a split lowers" \
    }
#define CX__TREE_SPLITTER(deflt)                                         \
    {                                                                    \
        "splitter", CX_PARAM_STR, deflt, "{'best', 'random'}",           \
            "the best threshold of each feature, or one drawn at random" \
    }
#define CX__TREE_MAX_DEPTH(deflt)                                                             \
    {                                                                                         \
        "max_depth", CX_PARAM_INT | CX_PARAM_NONE, deflt, "[1, inf)", "levels below the root" \
    }
#define CX__TREE_MIN_SAMPLES                                                                   \
    {"min_samples_split", CX_PARAM_INT | CX_PARAM_FLOAT, "2", "int [2, inf), float (0, 1]",    \
     "rows (or their share) that a node needs to be split"},                                   \
        {"min_samples_leaf", CX_PARAM_INT | CX_PARAM_FLOAT, "1", "int [1, inf), float (0, 1)", \
         "rows (or their share) that a leaf holds at least"},                                  \
    {                                                                                          \
        "min_weight_fraction_leaf", CX_PARAM_FLOAT, "0.0", "[0, 0.5]",                         \
            "share of the weights that a leaf holds at least"                                  \
    }
#define CX__TREE_MAX_FEATURES(deflt)                                                            \
    {                                                                                           \
        "max_features", CX_PARAM_INT | CX_PARAM_FLOAT | CX_PARAM_STR | CX_PARAM_NONE, deflt,    \
            "int [1, inf), float (0, 1], {'sqrt', 'log2'}", "features looked at for each split" \
    }
#define CX__TREE_MAX_LEAF_NODES                                             \
    {                                                                       \
        "max_leaf_nodes", CX_PARAM_INT | CX_PARAM_NONE, "None", "[2, inf)", \
            "leaves at most, best splits first"                             \
    }
#define CX__TREE_MIN_IMPURITY_DECREASE                                                             \
    {                                                                                              \
        "min_impurity_decrease", CX_PARAM_FLOAT, "0.0", "[0, inf)", "what a split lowers at least" \
    }
#define CX__TREE_CLASS_WEIGHT(more)                                                           \
    {                                                                                         \
        "class_weight", CX_PARAM_DICT | CX_PARAM_LIST | CX_PARAM_STR | CX_PARAM_NONE, "None", \
            "{'balanced'" more "}",                                                           \
            "weights of the classes; of several label columns a list of dicts"                \
    }
#define CX__TREE_CCP_ALPHA                                                      \
    {                                                                           \
        "ccp_alpha", CX_PARAM_FLOAT, "0.0", "[0, inf)",                         \
            "branches that lower the impurity by less for each leaf are pruned" \
    }
#define CX__TREE_MONOTONIC_CST                                                       \
    {                                                                                \
        "monotonic_cst", CX_PARAM_LIST | CX_PARAM_NONE, "None", NULL,                \
            "-1, 0 or 1 for each feature: predictions may only fall or rise with it" \
    }
#define CX__TREE_RANDOM_STATE                                                    \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of what is drawn"                                              \
    }

/* ---- what the trees of one fit have in common */
typedef struct cx__grow_spares cx__grow_spares;
typedef struct cx__grow {
    const char *where;
    const cx_estimator *self;
    cx__site site;
    int64_t n, d;
    const double *x; /* [n, d], of float32's range */
    cx_tree_rules rules;
    double min_weight_fraction, ccp_alpha; /* of self; 0 where the class has none */
    int64_t outputs;
    const double *y;            /* [n, outputs]: targets, or codes 0.. within each output */
    const int64_t *classes;     /* [outputs]; NULL: regression */
    int64_t width;              /* numbers of a stored value: outputs, or the classes of all of them
                                 * behind each other (not padded to the output with the most) */
    const double *weight;       /* [n]: sample_weight times class weights; NULL: all 1 */
    cx_array *labels, *offsets; /* classes_; class_offsets_ (NULL: y is one column) */
    cx_tree_table *table;       /* by cx__grow_open */
    cx__grow_spares *spares;    /* arrays of nodes that are not in use */
} cx__grow;

/** All of the steps below but open, for a class whose y is what its trees learn. Whatever happens,
 *  cx__grow_end. */
cx_status cx__grow_begin(const cx_estimator *self, const char *where, const cx_data *d,
                         cx__grow *g);
void cx__grow_end(cx__grow *g);

/** x on the host and the rules from the parameters that the class has; others are scikit-learn's
 *  defaults (criterion SQUARED, not random), to be changed before open.
 *  Errors      UNSUPPORTED x is elsewhere; ARGUMENT beyond float32. */
cx_status cx__grow_rows(const cx_estimator *self, const char *where, const cx_data *d, cx__grow *g);
/** y as labels of one or several columns, or as numbers (those of poisson checked). */
cx_status cx__grow_labels(cx__grow *g, const cx_array *y);
cx_status cx__grow_targets(cx__grow *g, const cx_array *y);
/** weight and rules.min_weight_leaf from sample_weight (NULL: 1) and class_weight ('balanced', a
 *  dict, a list of dicts; 'balanced_subsample' is left to the forest: 1 here), after the labels. */
cx_status cx__grow_weights(cx__grow *g, const cx_array *sample_weight);
/** What min_weight_fraction_leaf asks of a leaf with these weights [n] (NULL: 1). */
double cx__grow_min_weight(const cx__grow *g, const double *weight);
/** weight[i] times the balanced class weights of row i, where each row counts as much as its mass
 *  (NULL: 1; weight itself is allowed): class_weight='balanced', and of a forest's bootstrap, where
 *  the mass is how often the row was drawn. Classes without rows get 0. */
cx_status cx__grow_balance(const cx__grow *g, const double *mass, double *weight);

/** Sort the columns, once the rules are what they are to be. */
cx_status cx__grow_open(cx__grow *g);
/** RandomState.randint(0, 2**31 - 1), as every tree draws its seed. */
cx_status cx__grow_seed(cx_generator *rng, uint32_t *out);

typedef struct cx__grow_one {
    const double *y, *weight; /* [n, outputs], [n] or NULL; mostly those of cx__grow */
    uint32_t seed;
    double min_weight_leaf; /* cx__grow_min_weight of weight, or rules.min_weight_leaf */
    int32_t *leaf;          /* [n] or NULL: node of each row (after pruning), -1: weight 0 */
} cx__grow_one;
/** Grow one tree, prune it by ccp_alpha, append it to out. Any thread; g is only read. */
cx_status cx__grow_tree(const cx__grow *g, const cx__grow_one *one, cx__trees *out);
/** The same into out, which is empty, without a copy where nothing is pruned: to be read, and then
 *  (or on failure of what reads it) handed to cx__grow_back. */
cx_status cx__grow_lent(const cx__grow *g, const cx__grow_one *one, cx__trees *out);
/** Free the tree; arrays that were lent serve the growths to come. Any thread. */
void cx__grow_back(const cx__grow *g, cx__trees *t);

/** monotonic_cst, a list, or a dict by the names of columns: out [d] of -1, 0, 1; *any: is there
 * one that is not 0? */
cx_status cx__monotonic(const cx_estimator *self, const char *where, int64_t d, int8_t *out,
                        bool *any);

/* ---- minimal cost-complexity pruning (prune.c); the tree is the index-th of t */
/** into: the tree without branches worth less than alpha for each leaf, appended. moved [nodes of
 *  the tree] or NULL: where each node's rows are now. */
cx_status cx__prune(const char *where, const cx__trees *t, int64_t index, double alpha,
                    cx__trees *into, int32_t *moved);
/** Effective alphas and impurities of the pruned trees, each [as many as nodes]; how many. */
cx_status cx__prune_path(const char *where, const cx__trees *t, int64_t index, double *alphas,
                         double *impurities, int64_t *count);
#endif
