/* A fitted model of trees, looked at from the public functions of calx/tree.h. */
#ifndef CX_LEARN_TREE_TOLD_H
#define CX_LEARN_TREE_TOLD_H
#include "learn/tree/trees.h"
#include <calx/tree.h>

/** One tree of a model, in plain memory of the open scope. */
typedef struct cx__told {
    const cx_estimator *m;
    cx__trees all;
    int64_t tree, base, n;  /* which; its nodes are base to base + n of all */
    int64_t outputs;        /* columns of y that a value stands for */
    const int64_t *offset;  /* [outputs + 1]: classes of each in a value; NULL: numbers */
    const cx_array *labels; /* classes_ on the host, or NULL */
} cx__told;

/** m is a fitted model of trees. */
cx_status cx__told_model(const char *where, const cx_estimator *m);
/** Needs an open scope. ARGUMENT if there is no such tree. */
cx_status cx__told_open(const char *where, const cx_estimator *m, int64_t tree, cx__told *out);
/** Does the model see x as float32? Histogram boosting does not. */
bool cx__told_single(const cx_estimator *m);
/** Name of class i as Python's str has it. */
void cx__told_class(const cx__told *t, int64_t i, cx__text *out);
/** ARGUMENT if names are given and not as many as wanted. */
cx_status cx__told_names(const char *where, const char *what, cx_names names, int64_t wanted);
/** UNSUPPORTED if a split of the tree is by categories, which have no threshold to be told. */
cx_status cx__told_thresholds(const char *where, const cx__told *t);
/** Levels from a node down to its deepest leaf: 1 for a leaf. level [n] is room. */
void cx__told_levels(const cx__told *t, int32_t *level);
#endif
