/* The trees of IsolationForest. */
#ifndef CX_LEARN_ISOLATION_H
#define CX_LEARN_ISOLATION_H
#include "learn/ensemble/forest.h"

enum {
    CX__ISOLATION_SAMPLES = CX__FOREST_SLOTS,
    CX__ISOLATION_OFFSET,
    CX__ISOLATION_FEATURES /* columns of x that each tree saw; empty: all */
};

/** Grow the trees from the data and fill all slots but the offset's. */
cx_status cx__isolation_grow(cx_estimator *self, const cx_data *d);
/** Mean depth of a row in a random tree of so many rows, as the search in a binary tree has it. */
double cx__isolation_depth(int64_t rows);
#endif
