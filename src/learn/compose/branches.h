/* Transformers side by side: what ColumnTransformer and FeatureUnion share. */
#ifndef CX_LEARN_BRANCHES_H
#define CX_LEARN_BRANCHES_H
#include "learn/base/estimator.h"
#include "learn/base/plan.h"

/** First slots of such a class, a number for each branch that runs: where its columns begin among
 *  all (and where they end), the columns, how many it gives, and which entry of the parameter it is
 *  (-1: the remainder). Its fitted transformer is a child of its name. */
enum {
    CX__BRANCH_STARTS,
    CX__BRANCH_COLUMNS,
    CX__BRANCH_WIDTHS,
    CX__BRANCH_ENTRY,
    CX__BRANCH_SLOTS
};
#define CX__BRANCH_ATTRS \
    "_starts: int [s]", "_columns: int [c]", "_widths: int [w]", "_entries: int [w]"

typedef struct cx__branch {
    const char *name;
    const cx_estimator *child; /* of the parameter before fit, fitted after; NULL: passes through */
    const int64_t *column;
    int64_t count, width, entry;
    double weight;
} cx__branch;

/** Fit every branch on its columns and store them all; *out: what they give, side by side. */
cx_status cx__branches_fit(cx_estimator *self, const cx_data *d, cx__branch *b, int64_t n,
                           cx_array **out);
/** Branches of a fitted estimator, in memory of the open scope. entries: the steps parameter;
 *  weights: {name: number} or None; remainder: the estimator's name for entry -1. */
cx_status cx__branches_recall(const char *where, const cx_estimator *self, cx__branch **out,
                              int64_t *n);
/** Weight of a name in transformer_weights, 1 if there is none. */
double cx__branch_weight(const cx_estimator *self, const char *name);
/** .call, .feature_names_out (after verbose_feature_names_out), .plan, .transform_into, .check of
 *  such a class. */
cx_array *cx__branches_call(const cx_estimator *self, cx_method method, const cx_data *d);
cx_array *cx__branches_names(const cx_estimator *self, const cx_array *names);
cx_status cx__branches_plan(const cx_estimator *self, cx_plan *p);
cx_row_kernel cx__branches_into;
cx_status cx__branches_check(const cx_estimator *self);
/** n bytes, zeroed, as long as the open scope; NULL and a mark on failure. */
void *cx__branch_room(size_t bytes);
#endif
