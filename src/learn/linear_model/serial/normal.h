/* Regression data for algorithms that are serial by nature and run on the host: products of the
 * columns, or the columns themselves. */
#ifndef CX_LEARN_NORMAL_H
#define CX_LEARN_NORMAL_H
#include "learn/linear_model/linear.h"

typedef enum cx__normal_form { CX__NORMAL_PRODUCTS, CX__NORMAL_COLUMNS } cx__normal_form;

/** Host memory of the open scope; what the form has not is NULL. */
typedef struct cx__normal {
    int64_t n, d, t;
    const double *gram;    /* [d, d] x^T x */
    const double *columns; /* [d, n] */
    const double *y;       /* [t, n], with columns */
    const double *cross;   /* [t, d] x^T y */
    const double *square;  /* [d] squared lengths of the columns */
    const double *yy;      /* [t] y^T y */
} cx__normal;

/** From centred and weighted data. On a device the products (or the data, with COLUMNS) come to
 *  the host: control data while small, else a counted copy. */
cx_status cx__normal_make(const cx__regression *r, cx__normal_form form, cx__normal *out);
/** Products where they exist already: gram [d, d], cross [d, t], yy [t] on the site's device. */
cx_status cx__normal_of(const cx__site *s, int64_t n, const cx_array *gram, const cx_array *cross,
                        const cx_array *yy, cx__normal *out);
/** Product of two columns. */
double cx__normal_product(const cx__normal *m, int64_t j, int64_t k);
/** Products of column j with all columns, [d]; scratch [d] may be where they are. */
const double *cx__normal_row(const cx__normal *m, int64_t j, double *scratch);
/** New float64 host memory of the open scope, zeroed; NULL and a mark on failure. */
double *cx__host_f64(int64_t rows, int64_t cols);
/** Coefficients [t, d] of the host to the data's device and stored with their intercepts. */
cx_status cx__normal_store(cx_estimator *self, const cx__regression *r, const double *coef,
                           cx_dtype t);
/** n numbers of the host as a fitted attribute: [n], or 0-d with n < 0. */
cx_status cx__store_host(cx_estimator *self, const cx__site *s, int slot, const double *v,
                         int64_t n, cx_dtype t);
#endif
