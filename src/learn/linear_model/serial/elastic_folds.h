/* Folds of cross-validated penalised regressions: each one's training data as descents take it, and
 * the errors of paths of coefficients on the rows it holds out. */
#ifndef CX_LEARN_ELASTIC_FOLDS_H
#define CX_LEARN_ELASTIC_FOLDS_H
#include "learn/linear_model/serial/normal.h"

/** All rows: centred about the mean of all, times root = sqrt(weight) [n]. */
typedef struct cx__fold_data {
    cx__regression r;
    bool intercept, products;
    const cx_array *root;
    int64_t folds;
    const cx_fold *fold; /* rows, on any device */
    bool disjoint;       /* every row is held out once, and all others of that fold train */
    cx_array *gram, *cross, *yy, *sums; /* products of all rows; sums [d, 1] of x times root */
    cx_array *y_sum;                    /* [1, t] of y times root */
    double mass;
    const struct cx__held_out *kept; /* [folds] of all folds, or NULL: made when needed */
} cx__fold_data;

/** Rows that a fold holds out, and their products. */
typedef struct cx__held_out {
    cx_array *x, *y, *root; /* [m, d], [m, t], [m] */
    cx_array *gram, *cross, *yy, *sums, *y_sum;
    double mass;
} cx__held_out;

/** Training data of one fold on the host, and what its own centring adds. */
typedef struct cx__fold {
    cx__normal m;
    double mass;
    cx__held_out test;
    cx_array *shift;   /* [d, 1] mean of its rows' x; NULL without an intercept */
    cx_array *y_shift; /* [1, t] of their y */
} cx__fold;

/** products: whether sweeps shall run over products of the columns. */
cx_status cx__folds_start(const cx_data *data, bool intercept, bool products, const cx_fold *fold,
                          int64_t folds, cx__fold_data *out);
cx_status cx__fold_make(const cx__fold_data *all, int64_t k, cx__fold *out);
/** Mean squared errors [count] of coefficients [count, t, d] (host memory) on the held-out rows,
 *  averaged over the targets. */
cx_status cx__fold_errors(const cx__fold_data *all, const cx__fold *f, const double *coef,
                          int64_t count, double *out);
/** The same of one target for a path [count, d], and what lies between its points: with residuals
 *  e_i, square [count] are the means of e_i^2, along [count - 1] of e_i e_(i + 1), across [count]
 *  of e_i e_(count - 1). */
cx_status cx__fold_path_errors(const cx__fold_data *all, const cx__fold *f, const double *coef,
                               int64_t count, double *square, double *along, double *across);
#endif
