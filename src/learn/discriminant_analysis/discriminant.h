/* What the two discriminant analyses share: rows by class, priors, covariances as asked for, and
 * the principal axes of centred rows. */
#ifndef CX_LEARN_DISCRIMINANT_H
#define CX_LEARN_DISCRIMINANT_H
#include "learn/numeric/site.h"
#include <calx/estimator_class.h>

/** Labelled data: n rows, d columns, c classes. */
typedef struct cx__classed {
    cx__site site;
    int64_t n, d, c;
    const cx_array *x, *code;     /* [n, d] float64, [n] int64 */
    const cx_array *classes;      /* [c] */
    const cx_array *mass, *means; /* rows of each class [c], their means [c, d] */
    const cx_array *priors;       /* [c] */
    double *count;                /* mass on the host, scratch memory of classed_free */
} cx__classed;
cx_status cx__classed_make(const cx_estimator *self, const cx_data *data, cx__classed *out);
void cx__classed_free(cx__classed *c);
/** x sorted by class, each class's rows in their order. */
cx_array *cx__classed_sorted(const cx__classed *c);
/** Rows of x less the mean of their class. */
cx_array *cx__classed_centred(const cx__classed *c);
/** Covariance [d, d] of rows as the parameters shrinkage and covariance_estimator ask. */
cx_status cx__asked_covariance(const cx_estimator *self, const cx__site *s, const cx_array *x,
                               cx_array **out);
/** shrinkage and covariance_estimator exclude each other, and neither goes with solver='svd'. */
cx_status cx__asked_check(const cx_estimator *self);

/** Squared singular values [r], falling, and right singular vectors [r, d] of z [m, d]: from gram =
 *  z^T z of m rows if those products tell the smallest of them well enough, or from z itself. */
typedef struct cx__axes {
    cx_array *values, *axes;
} cx__axes;
cx_status cx__axes_of_products(int64_t rows, const cx_array *gram, cx__axes *out, bool *told);
cx_status cx__axes_of_rows(const cx_array *z, cx__axes *out);

#define CX__DISCRIMINANT_SHRINKAGE                                                                \
    {                                                                                             \
        "shrinkage", CX_PARAM_STR | CX_PARAM_FLOAT | CX_PARAM_NONE, "None",                       \
            "float [0, 1], {'auto'}",                                                             \
            "'auto': by Ledoit and Wolf; a number: that share; None: none. Not with solver='svd'" \
    }
#define CX__DISCRIMINANT_ESTIMATOR                                                           \
    {                                                                                        \
        "covariance_estimator", CX_PARAM_ESTIMATOR | CX_PARAM_NONE, "None", NULL,            \
            "fitted to the rows of a class; its covariance_ is taken. Not with solver='svd'" \
    }
#endif
