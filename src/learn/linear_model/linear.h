/* What all linear models share: a plan of coefficients, row kernels, and the fitting of targets
 * against centred columns. */
#ifndef CX_LEARN_LINEAR_H
#define CX_LEARN_LINEAR_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** The plan's state becomes a cx_learn_scores with coefficients [k, d] and intercepts [k] of two
 *  slots: x coef^T + intercept. Scores are stored as they are; the caller may change .end. */
cx_status cx__linear_plan(const cx_estimator *self, int coef_slot, int intercept_slot, cx_plan *p);
/** Row kernels' matrix of transposed rows [k, d]: [d, ld], whose ld is k rounded up to 8. */
cx_array *cx__padded_transpose(const cx__site *s, const cx_array *rows);

/** First slots of every linear regressor, and the methods that need nothing else: predictions [n]
 * or [n, t], the serving plan, and the rule of a loaded file: coef_ [n] with intercept_ [], or [t,
 * n] with [t]. */
enum { CX__LINEAR_COEF, CX__LINEAR_INTERCEPT, CX__LINEAR_SLOTS };
cx_array *cx__regressor_predict(const cx_estimator *self, const cx_array *x);
cx_status cx__regressor_plan(const cx_estimator *self, cx_plan *p);
cx_status cx__regressor_check(const cx_estimator *self);

/** Regression data on a device, centred and weighted: x - x_mean, y - y_mean, both times
 *  sqrt(weight). */
typedef struct cx__regression {
    cx__site site;
    int64_t n, d, t;           /* t targets */
    bool flat;                 /* y was 1-d */
    const cx_array *x, *y;     /* [n, d], [n, t]; x NULL: raw waits for cx__regression_centre */
    const cx_array *raw;       /* x as it came */
    cx_array *x_mean, *y_mean; /* NULL without an intercept */
} cx__regression;
cx_status cx__regression_make(const cx_data *data, bool fit_intercept, cx__regression *r);
/** The same, but a copy of x is left out where products may do without: before anything else reads
 *  x, cx__regression_centre makes it. */
cx_status cx__regression_begin(const cx_data *data, bool fit_intercept, cx__regression *r);
cx_status cx__regression_centre(cx__regression *r);
/** x^T x [d, d] and x^T y [d, t] (not written if t is 0), in one pass over the data where columns
 *  are few. */
cx_status cx__regression_products(const cx__regression *r, cx_array **gram, cx_array **cross);
/** The triangle [m, d + t] of a QR decomposition of [x, y]: x's, and beside it Q^T y. Without
 *  targets (t 0) y is not read. */
cx_status cx__regression_triangle(const cx__regression *r, cx_array **out);
/** Store coef [t, d] (as coef_ [d] when flat) and the intercepts that belong to it. */
cx_status cx__regression_store(cx_estimator *self, const cx__regression *r, const cx_array *coef,
                               cx_dtype t);
/** y as [n] for a regressor that takes one target: [n, 1] is flattened, more are an ARGUMENT error.
 */
cx_status cx__single_target(const cx_estimator *self, cx_data *data);
#endif
