/* What estimators made of several copies of another share: fitting the copies as children, asking
 * them, and serving them. */
#ifndef CX_LEARN_INNER_H
#define CX_LEARN_INNER_H
#include "learn/base/plan.h"

/** The estimator that is copied: the first parameter. */
const cx_estimator *cx__inner(const cx_estimator *self);
/** Only the features of the data: a table loses its target. */
cx_status cx__inner_features(const cx_estimator *self, const cx_data *in, cx_data *out);
/** The features and y of a fit: some rows, y [n] or a matrix of that many rows, no weights. */
cx_status cx__inner_truth(const cx_estimator *self, const cx_data *in, cx_data *features,
                          const cx_array **y);
/** The same with y as labels, two classes at least. */
cx_status cx__inner_labels(const cx_estimator *self, const cx_data *in, cx_data *features,
                           cx_labels *y);
/** Fit child i on d; names are "estimators_0", ... */
cx_status cx__inner_fit(cx_estimator *self, const cx_data *d, int64_t i);
/** partial_fit of child i, of a new copy if there is none. */
cx_status cx__inner_partial_fit(cx_estimator *self, const cx_data *d, int64_t i);
/** ARGUMENT unless a loaded state has `count` children of the inner class. */
cx_status cx__inner_check(const cx_estimator *self, int64_t count);

/** How sure a child is of its second class: the decision function, else the second probability; a
 *  regressor's prediction. Which method, and the value from which it is that class. */
cx_method cx__sure_method(const cx_estimator *inner);
double cx__sure_from(const cx_estimator *inner);
/** The same of fitted rows: [n]. */
cx_array *cx__sure(const char *where, const cx_estimator *child, const cx_data *d);

/* ---- columns of two labels that may hold one only. Such a column has no copy: its label is its
 * answer, in the attribute "_constant" [k]. */
enum { CX__COPY = 2 }; /* in _constant: a copy answers; else -1, 0 or 1 */
/** Fit copies for columns y [n, k] of labels -1, 0, 1 as int64; "_constant" is set. */
cx_status cx__inner_fit_columns(cx_estimator *self, const cx_data *d, const cx_array *y);
/** "_constant" on the host, [k] of the open scope. */
cx_status cx__inner_constants(const cx_estimator *self, const char *where, const int64_t **out);
/** How sure column i is of its second label, [n]: the copy's answer, else its label. *copy is the
 *  first copy not asked, and moves on. */
cx_array *cx__column_sure(const cx_estimator *self, const char *where, const cx_data *d,
                          int64_t constant, int *copy);
/** A loaded state has a copy for each of k columns but those. */
cx_status cx__inner_columns_check(const cx_estimator *self, int64_t k);

/** Children ready for one method, and room for one's results. */
typedef struct cx__served {
    int64_t count, cols; /* cols of each child's results */
    double *room;        /* [max_rows, cols] */
    cx__ready *child;
} cx__served;
cx_status cx__serve(const cx_estimator *self, cx_method method, cx_plan *p, cx__served *out);
/** Column `col` of child i's results, `stride` apart. */
cx_status cx__served_run(const cx__served *s, int64_t i, const double *x, int64_t rows, int64_t col,
                         int64_t stride, double *out);
#endif
