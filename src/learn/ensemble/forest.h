/* Forests: many trees grown exactly, each from a seed of its own, held and walked together.
 *
 * A fit makes the front of growth (tree/grow.h), begins a cx__forest over it, grows it by a task
 * that fills one tree, and stores it. Any other way to make the trees (a device's) has its place
 * beside cx__forest_grow: what stores and walks them does not know how they came. */
#ifndef CX_LEARN_FOREST_H
#define CX_LEARN_FOREST_H
#include "learn/tree/grow.h"
#include <pthread.h>

/** Slots that all forests have. The seeds are those of scikit-learn's estimators_[i].random_state
 *  (IsolationForest: what its trees' draws start from); imported forests may have none. */
#define CX__FOREST_ATTRS CX__TREES_ATTRS, "tree_seed_?: int [s]"
enum { CX__FOREST_SEEDS = CX__TREES_SLOTS, CX__FOREST_SLOTS };
/** Slots of forests that learn y, behind these; the last are the class's own. */
#define CX__FOREST_PREDICTOR_ATTRS                                             \
    CX__FOREST_ATTRS, "feature_importances_: float [n]", "n_outputs_: int []", \
        "oob_score_?: float []"
enum {
    CX__FOREST_IMPORTANCES = CX__FOREST_SLOTS,
    CX__FOREST_OUTPUTS,
    CX__FOREST_OOB_SCORE,
    CX__FOREST_PREDICTOR_SLOTS
};

/* ---- rows of parameter tables */
#define CX__FOREST_TREES                                         \
    {                                                            \
        "n_estimators", CX_PARAM_INT, "100", "[1, inf)", "trees" \
    }
#define CX__FOREST_JOBS                                       \
    {                                                         \
        "n_jobs", CX_PARAM_INT | CX_PARAM_NONE, "None", NULL, \
            "not used: see the scope's num_threads"           \
    }
#define CX__FOREST_VERBOSE                                        \
    {                                                             \
        "verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", "[0, inf)", \
            "not used: progress goes to the scope's callback"     \
    }
#define CX__FOREST_WARM_START                                                  \
    {                                                                          \
        "warm_start", CX_PARAM_BOOL, "False", NULL,                            \
            "keep the trees of the fit before and grow those that are missing" \
    }

/* ---- growing */
typedef struct cx__forest {
    const cx__grow *g;
    int64_t count, have; /* trees in the end; of the fit before */
    int64_t *seed;       /* [count] */
    cx__trees model;     /* in the order of the trees, as far as they have come */
    pthread_mutex_t lock;
    cx__trees *waiting;   /* [count - have]: grown before its turn */
    int64_t next, ahead;  /* whose turn it is; how many wait */
    pthread_cond_t moved; /* next has, or a tree has failed */
    bool failed;
} cx__forest;

/** Grow one tree into out, which is empty. Runs in a scope of its own, on any thread. */
typedef cx_status cx__forest_tree(void *ctx, const cx__forest *f, int64_t tree, cx__trees *out);

/** Trees of the fit before (warm_start) and seeds of all. Whatever happens, cx__forest_end.
 *  Errors      ARGUMENT fewer trees than there are, or a fit before of another shape. */
cx_status cx__forest_begin(const cx_estimator *self, const cx__grow *g, cx__forest *f);
/** The missing trees, in parallel; they join the model in their order as soon as they can. */
cx_status cx__forest_grow(cx__forest *f, cx__forest_tree *one, void *ctx);
/** Model and seeds into self; the model is empty then. */
cx_status cx__forest_store(cx_estimator *self, cx__forest *f);
void cx__forest_end(cx__forest *f);

/* ---- bootstrap (bootstrap.c) */
typedef struct cx__bootstrap {
    int64_t n, draws;      /* rows; drawn ones, 0: no bootstrap */
    const cx_array *share; /* [n] chances, NULL: alike */
} cx__bootstrap;
/** By the parameters bootstrap and max_samples; rows are drawn by the weights of g. */
cx_status cx__bootstrap_of(const cx_estimator *self, const cx__grow *g, cx__bootstrap *out);
/** How often each row is drawn for the tree of a seed: times [n]. */
cx_status cx__bootstrap_times(const cx__bootstrap *b, int64_t seed, double *times);
/** Chances of rows with these weights [n], as cx_rng_choice takes them; NULL for NULL. */
cx_status cx__row_shares(const char *where, const double *weight, int64_t n, const cx_array **out);
/** Seed of a tree's splitter: RandomState(seed).randint(0, 2**31 - 1). */
cx_status cx__forest_splitter_seed(int64_t seed, uint32_t *out);

/* ---- random forests and extra trees (forest_fit.c, forest_use.c, out_of_bag.c) */
cx_status cx__forest_fit(cx_estimator *self, const cx_data *d, bool random);
/** What the rows that a tree did not see get from it, averaged: sum [n, width] and the score. */
cx_status cx__out_of_bag(cx_estimator *self, const cx__forest *f, const cx__bootstrap *b, int slot);
/** A batch on the CPU by the method's row kernel. */
cx_array *cx__forest_by_rows(const cx_estimator *self, cx_method method, const cx_array *x,
                             cx_dtype t);
cx_status cx__forest_plan(const cx_estimator *self, cx_plan *p);
/** Mean of the leaves' values over the trees [n, width], float64. */
cx_array *cx__forest_mean(const cx_estimator *self, cx_method method, const cx_array *x);
/** Sum of the leaves' values [n, columns * width] where no row kernel may look: on a device. */
cx_array *cx__forest_sums(const cx_estimator *self, int64_t columns, const cx_array *x);
cx_row_kernel cx__forest_mean_into, cx__forest_places_into;
/** Rows of classes_ by the means: the first maximum of each label column. */
cx_array *cx__forest_labels(const cx_estimator *self, const cx_array *x);
cx_status cx__forest_check(const cx_estimator *self);
#endif
