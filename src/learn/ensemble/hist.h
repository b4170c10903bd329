/* What HistGradientBoostingClassifier and HistGradientBoostingRegressor share. */
#ifndef CX_LEARN_HIST_H
#define CX_LEARN_HIST_H
#include "learn/ensemble/hist_bins.h"
#include "learn/ensemble/loss_arrays.h"

#define CX__HIST_ATTRS                                                                            \
    CX__TREES_ATTRS, "baseline_: float [k]", "n_iter_: int []", "n_trees_per_iteration_: int []", \
        "train_score_: float [s]", "validation_score_: float [v]", "do_early_stopping_: bool []", \
        "loss_: int []", "random_seeds_: int [2]", "draws_?: any", "is_categorical_?: bool [n]",  \
        "category_values_?: float [c]", "category_starts_?: int [o]"
enum {
    CX__HIST_BASELINE = CX__TREES_SLOTS, /* raw prediction without trees */
    CX__HIST_N_ITER,
    CX__HIST_PER, /* trees of an iteration */
    CX__HIST_TRAIN_SCORE,
    CX__HIST_VALIDATION_SCORE,
    CX__HIST_EARLY,
    CX__HIST_LOSS,            /* cx__loss_kind */
    CX__HIST_SEEDS,           /* of splits and rows, and of columns: a warm start keeps them */
    CX__HIST_DRAWS,           /* state of the generator that drew columns */
    CX__HIST_IS_CATEGORICAL,  /* [n], left empty without categories */
    CX__HIST_CATEGORIES,      /* values of the categorical columns, which trees know by place */
    CX__HIST_CATEGORY_STARTS, /* [n + 1] */
    CX__HIST_SLOTS,
    CX__HIST_CLASSES = CX__HIST_SLOTS /* of the classifier */
};
#define CX__HIST_PARAMS_LEARN                                                                      \
    {"learning_rate", CX_PARAM_FLOAT, "0.1", "(0, inf)", "factor of the leaves' values"},          \
        {"max_iter", CX_PARAM_INT, "100", "[1, inf)", "iterations, each of a tree (for a class)"}, \
        {"max_leaf_nodes", CX_PARAM_INT | CX_PARAM_NONE, "31", "[2, inf)",                         \
         "most leaves of a tree"},                                                                 \
        {"max_depth", CX_PARAM_INT | CX_PARAM_NONE, "None", "[1, inf)", "most splits to a leaf"},  \
        {"min_samples_leaf", CX_PARAM_INT, "20", "[1, inf)", "fewest rows of a leaf"},             \
        {"l2_regularization", CX_PARAM_FLOAT, "0.0", "[0, inf)",                                   \
         "added to a leaf's sum of hessians"},                                                     \
        {"max_features", CX_PARAM_FLOAT, "1.0", "(0, 1]",                                          \
         "share of the columns that each split is chosen from, drawn anew"},                       \
        {"max_bins", CX_PARAM_INT, "255", "[2, 255]",                                              \
         "codes of a column, missing values not counted"},                                         \
        {"categorical_features", CX_PARAM_LIST | CX_PARAM_STR | CX_PARAM_NONE, "'from_dtype'",     \
         "{'from_dtype'}",                                                                         \
         "columns by a mask, numbers or names; 'from_dtype' and None: none, as all are numbers"},  \
        {"monotonic_cst", CX_PARAM_LIST | CX_PARAM_DICT | CX_PARAM_NONE, "None", NULL,             \
         "1: predictions rise with the column, -1: fall; a list, or a dict by name"},              \
        {"interaction_cst", CX_PARAM_LIST | CX_PARAM_STR | CX_PARAM_NONE, "None",                  \
         "{'pairwise', 'no_interactions'}", "lists of columns that may meet on a path"},           \
    {                                                                                              \
        "warm_start", CX_PARAM_BOOL, "False", NULL, "go on with the trees of the last fit"         \
    }
#define CX__HIST_PARAMS_STOP                                                                    \
    {"early_stopping", CX_PARAM_BOOL | CX_PARAM_STR, "'auto'", "{'auto'}",                      \
     "'auto': with more than 10000 rows"},                                                      \
        {"scoring", CX_PARAM_STR | CX_PARAM_NONE, "'loss'", NULL,                               \
         "what early stopping looks at: 'loss', a scorer's name, None: the estimator's score"}, \
        {"validation_fraction", CX_PARAM_FLOAT | CX_PARAM_NONE, "0.1",                          \
         "int [1, inf), float (0, 1)", "rows held out for early stopping; None: none are"},     \
        {"n_iter_no_change", CX_PARAM_INT, "10", "[1, inf)",                                    \
         "stop when none of so many last scores is better"},                                    \
        {"tol", CX_PARAM_FLOAT, "1e-07", "[0, inf)", "than an earlier one by so much"},         \
        {"verbose", CX_PARAM_INT, "0", "[0, inf)", "not used: see the scope's on_progress"},    \
    {                                                                                           \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]",                \
            "seed of the rows held out, and of columns"                                         \
    }

/** The target of a fit, where x is: numbers, or codes of classes. */
typedef struct cx__hist_target {
    cx__loss loss;
    const cx_labels *labels; /* of a classifier, or NULL */
    const cx_array *y;       /* [n] float64 */
    const cx_array *weight;  /* [n] float64, or NULL */
} cx__hist_target;
cx_status cx__hist_fit(cx_estimator *self, const cx_data *d, const cx__hist_target *t);

/* ---- parameters that name columns (hist_params.c); memory of the open scope */
/** [d] or NULL. */
cx_status cx__hist_categorical(const cx_estimator *self, int64_t d, const uint8_t **out);
cx_status cx__hist_monotonic(const cx_estimator *self, int64_t d, const uint8_t *categorical,
                             const int8_t **out);
/** [*groups, d] or NULL and 0. */
cx_status cx__hist_interactions(const cx_estimator *self, int64_t d, int64_t *groups,
                                const uint8_t **out);

/* ---- scores of early stopping (hist_score.c) */
/** The score of raw predictions by the parameter scoring ('loss': minus the mean loss). classes:
 *  those of a classifier, or NULL; pick: rows to look at, int64 at the site, NULL: all. */
cx_status cx__hist_score(const cx_estimator *self, const cx__site *s, const cx__loss *l,
                         const cx_array *classes, const cx__loss_rows *part, const cx_array *pick,
                         double *out);
/** 10000 of n rows, as scikit-learn draws them for scores on training data, an array at the site:
 *  *out is NULL where n is no larger. codes: of classes, on the host. */
cx_status cx__hist_small(const cx__site *s, int64_t seed, const double *codes, int64_t classes,
                         int64_t n, const cx_array **out);
enum { CX__HIST_SMALL = 10000 };

/* ---- leaves that are constants of residuals (hist_leaves.c) */
/** The tree's leaves take the constants of the residuals y - raw of their rows: order statistics,
 *  found on the host (raw and the rows' places come there for it). y, weight: host [n] of the rows
 *  that train, weight NULL: 1; raw [n] at the grower's site. */
cx_status cx__hist_set_leaves(cx__hist_grower *g, const cx__loss *l, const double *y,
                              const double *weight, const cx_array *raw);

/* ---- use (hist_use.c) */
cx_status cx__hist_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__hist_check(const cx_estimator *self);
cx_row_kernel cx__hist_raw_into, cx__hist_mean_into, cx__hist_proba_into, cx__hist_label_into;
/** x as the trees see it: float64, places for categories. Nil and a mark on failure. */
const cx_array *cx__hist_coded(const cx_estimator *self, const cx__site *s, const cx_array *x);
/** Raw predictions [n, K], where x is. */
cx_array *cx__hist_raw(const cx_estimator *self, const cx_array *x);
/** Means [n] (regression), probabilities [n, classes] of raw predictions on any device. */
cx_array *cx__hist_mean_of(const cx_estimator *self, const cx_array *raw);
cx_array *cx__hist_proba_of(const cx_array *raw);
cx_array *cx__hist_code_of(const cx_array *raw);
#endif
